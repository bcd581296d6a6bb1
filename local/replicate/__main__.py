"""`python -m local.replicate`: serve until SIGINT or SIGTERM."""

import asyncio

from local.replicate.app import create_app
from local.replicate.settings import ReplicateSettings
from local.serving import read_settings, serve

if __name__ == "__main__":
    settings = read_settings(ReplicateSettings)
    asyncio.run(serve(create_app(settings), settings.port))
