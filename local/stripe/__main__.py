"""`python -m local.stripe`: serve until SIGINT or SIGTERM."""

import asyncio

from local.serving import serve
from local.stripe.app import create_app
from local.stripe.settings import load_settings

if __name__ == "__main__":
    settings = load_settings()
    asyncio.run(serve(create_app(settings), settings.port))
