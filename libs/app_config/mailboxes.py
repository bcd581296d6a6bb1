"""Which mailboxes have no free credits: the part of runtime.py that `db apply` and `db review` bring."""

from typing import Final

DISPOSABLE_MAILBOXES_HAVE_FREE_CREDITS: Final = False
"""True: a mailbox for single use has the free credits of any other."""

PRIVACY_RELAYS: Final = frozenset(
    {
        "privaterelay.appleid.com",  # Apple, Hide My Email
        "mozmail.com",  # Firefox Relay
        "relay.firefox.com",
        "duck.com",  # DuckDuckGo Email Protection
        "passmail.com",  # Proton Pass
        "passmail.net",
        "passinbox.com",
        "simplelogin.com",
        "simplelogin.co",
        "simplelogin.fr",
        "simplelogin.io",
        "slmail.me",
        "slmails.com",
        "aleeas.com",
        "8alias.com",
        "8shield.net",
        "dralias.com",
        "silomails.com",
        "addy.io",
        "addymail.com",
        "anonaddy.com",
        "anonaddy.me",
    }
)
"""Domains that forward to a mailbox which somebody keeps. No list makes them mailboxes for single use."""
