"""Serve the inbox: `INBOX_PORT` is the page, `INBOX_SMTP_PORT` the mail server."""

import asyncio
import os

from local.inbox.app import create_app
from local.serving import serve

if __name__ == "__main__":
    port, smtp_port = int(os.environ["INBOX_PORT"]), int(os.environ["INBOX_SMTP_PORT"])
    asyncio.run(serve(create_app(port, smtp_port), port))
