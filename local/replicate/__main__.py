"""`python -m local.replicate`: serve until SIGINT or SIGTERM."""

import asyncio

from local.replicate.app import create_app
from local.replicate.settings import load_settings
from local.serving import serve

if __name__ == "__main__":
    settings = load_settings()
    asyncio.run(serve(create_app(settings), settings.port))
