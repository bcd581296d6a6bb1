"""The address of a caller, for rate limits on callers without a token."""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from libs.app_config.environment import Network

Address = IPv4Address | IPv6Address

# One connection is given a network of this size and may use any address in it (RFC 6177, RFC 8981).
IPV6_PREFIX = 64


def counted_address(peer: str, forwarded_for: str, trusted_proxies: Iterable[Network]) -> str:
    """The name under which a caller is counted: an IPv4 address, or the /64 network of an IPv6 address.

    `forwarded_for` (X-Forwarded-For) is used as far as trusted proxies wrote it, up to the last hop that is none of
    them. Everything to the left is the caller's own claim. An IPv4 address in IPv6 notation counts as IPv4.
    """
    trusted = list(trusted_proxies)
    address = _parsed(peer)
    if address is None:
        return peer
    for hop in reversed(forwarded_for.split(",")):
        if not any(address in network for network in trusted):
            break
        before = _parsed(hop.strip())
        if before is None:
            break
        address = before
    if isinstance(address, IPv6Address):
        return str(IPv6Network((address, IPV6_PREFIX), strict=False))
    return str(address)


def _parsed(text: str) -> Address | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    if isinstance(address, IPv6Address):
        return address.ipv4_mapped or address
    return address
