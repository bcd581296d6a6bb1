"""A person's account at Auth, as every kind of client of it signs in."""

import msgspec

PASSWORD = "correct horse battery staple"


class Account(msgspec.Struct, frozen=True):
    """An account that has signed up with PASSWORD. `token` is a JWT of its first session."""

    id: str
    email: str
    token: str
