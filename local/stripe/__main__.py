"""`python -m local.stripe`: serve until SIGINT or SIGTERM."""

import asyncio
import os

from local.serving import read_settings, serve
from local.stripe.app import create_app
from local.stripe.settings import StripeSettings, sold_prices

if __name__ == "__main__":
    settings = read_settings(StripeSettings)
    asyncio.run(serve(create_app(settings, sold_prices(os.environ)), settings.port))
