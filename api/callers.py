"""Who sends a request: the name under which requests are counted, and the pseudonym that logs and reports hold."""

from functools import lru_cache, partial
from typing import cast

from litestar.datastructures import Headers
from litestar.types import Scope

from api.auth import Caller
from api.client_address import counted_address
from libs.app_config.environment import Network
from libs.repositories.proof import pseudonym

# Two hashes of some 3 microseconds each are spared for who sends several requests.
REMEMBERED = 10_000


class Callers:
    """Names callers. One per process."""

    def __init__(self, proof_secret: str, trusted_proxies: tuple[Network, ...]) -> None:
        self._trusted_proxies = trusted_proxies
        self._pseudonym = lru_cache(REMEMBERED)(partial(pseudonym, proof_secret))

    def name_of(self, scope: Scope) -> str:
        """`sub:` and the account's id once the token is verified, else as `address_of`."""
        user = cast("dict[str, object]", scope).get("user")
        return f"sub:{user.subject}" if isinstance(user, Caller) else self.address_of(scope)

    def address_of(self, scope: Scope) -> str:
        """`address:` and the address, or the /64 network of an IPv6 address."""
        client = scope["client"]
        forwarded_for = Headers.from_scope(scope).get("x-forwarded-for", "")
        return f"address:{counted_address(client[0] if client else '', forwarded_for, self._trusted_proxies)}"

    def pseudonym_of(self, scope: Scope) -> str:
        """The caller's pseudonym. `private.pseudonym()` makes the same from an account's id."""
        return self._pseudonym(self.name_of(scope))
