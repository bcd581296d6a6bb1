"""G6: one caller has one name, whatever spelling, network or claim the request comes with."""

from ipaddress import ip_network

import pytest

from api.client_address import counted_address

PROXIES = [ip_network("10.0.0.0/8"), ip_network("2001:db8:ffff::/48"), ip_network("192.0.2.7")]


@pytest.mark.parametrize(
    ("peer", "forwarded_for", "name"),
    [
        ("198.51.100.4", "", "198.51.100.4"),
        # Nobody trusted says it.
        ("198.51.100.4", "203.0.113.9", "198.51.100.4"),
        ("10.1.2.3", "203.0.113.9", "203.0.113.9"),
        ("192.0.2.7", "203.0.113.9", "203.0.113.9"),
        ("192.0.2.8", "203.0.113.9", "192.0.2.8"),
        # Through several proxies of ours; the first hop is the caller's own claim.
        ("10.1.2.3", "192.0.2.66, 203.0.113.9, 10.9.9.9", "203.0.113.9"),
        ("2001:db8:ffff::1", "203.0.113.9,10.9.9.9", "203.0.113.9"),
        # A proxy that asks for itself, or writes nonsense, is counted as itself.
        ("10.1.2.3", "", "10.1.2.3"),
        ("10.1.2.3", "unknown", "10.1.2.3"),
        ("10.1.2.3", "203.0.113.9, nonsense, 10.4.4.4", "10.4.4.4"),
        # IPv6 is counted by the network that one connection is given.
        ("2001:db8:1:2:aaaa::1", "", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:bbbb::9", "", "2001:db8:1:2::/64"),
        ("10.1.2.3", "2001:db8:1:2::77", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "", "2001:db8:1:3::/64"),
        # IPv4 has one spelling.
        ("::ffff:198.51.100.4", "", "198.51.100.4"),
        ("10.1.2.3", "::ffff:203.0.113.9", "203.0.113.9"),
        ("::ffff:10.1.2.3", "203.0.113.9", "203.0.113.9"),
        ("", "203.0.113.9", ""),
    ],
)
def test_G6_a_caller_without_a_token_has_one_name(peer: str, forwarded_for: str, name: str) -> None:
    assert counted_address(peer, forwarded_for, PROXIES) == name
