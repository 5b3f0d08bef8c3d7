"""Which addresses are on the public internet. Pure: no lookups, no settings.

A crawler fetches URLs that strangers write into feeds and redirects. A URL such as `http://169.254.169.254/`, or a name that
resolves to `127.0.0.1`, would make it read our own network on a stranger's behalf (server-side request forgery). So an address
counts as public only if it is globally routable and embeds no address that is not.

The rules are those of the IANA special-purpose registries (RFC 6890) as `ipaddress` implements them, and of what it lacks: NAT64
(RFC 6052, RFC 8215), 6to4 (RFC 3056), IPv4-mapped (RFC 4291), `localhost` names (RFC 6761).
"""

from __future__ import annotations

import socket
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from db.config.values import Networks

Address = IPv4Address | IPv6Address

# Translators and relays: their addresses are global, but the host behind them may not be.
TRANSLATED: Networks = (
    ip_network("64:ff9b::/96"),  # NAT64, RFC 6052
    ip_network("64:ff9b:1::/48"),  # local-use NAT64, RFC 8215
    ip_network("2001::/32"),  # Teredo, RFC 4380
    ip_network("192.88.99.0/24"),  # 6to4 relay anycast, RFC 7526
)


@lru_cache(maxsize=256)
def parse_networks(networks: tuple[str | IPv4Network | IPv6Network, ...]) -> Networks:
    """Networks, also those written in CIDR notation; a bare address is a network of one. Raises ValueError."""
    return tuple(ip_network(network, strict=False) for network in networks)


def embedded(address: Address) -> IPv4Address | None:
    """The IPv4 address embedded in an IPv4-mapped or 6to4 address."""
    if isinstance(address, IPv6Address):
        return address.ipv4_mapped or address.sixtofour
    return None


def is_public(address: Address) -> bool:
    """Whether an address is on the public internet: neither special-purpose nor translated to such an address."""
    if (inner := embedded(address)) is not None:
        return is_public(inner)
    if not address.is_global or address.is_multicast or address.is_reserved or address.is_unspecified:
        return False
    if isinstance(address, IPv6Address) and address.is_site_local:
        return False
    return not any(address in network for network in TRANSLATED)


def is_allowed(address: Address, allowed: Networks) -> bool:
    """Whether a request may reach the address: it is public, or in an allowed network (mapped forms included)."""
    if is_public(address):
        return True
    forms = (address, embedded(address))
    return any(form is not None and form in network for form in forms for network in allowed)


def literal_address(host: str) -> Address | None:
    """The address that a URL's host is written as, None for a name to be looked up.

    Accepts every spelling that the C library accepts: dotted, short (`127.1`), decimal (`2130706433`), hexadecimal (`0x7f.1`),
    octal (`0177.0.0.1`), IPv6 with or without brackets and scope. `localhost` and names below it count as loopback, whatever a
    resolver or proxy would make of them.
    """
    host = host.strip("[]").rstrip(".").lower()
    if host == "localhost" or host.endswith(".localhost"):
        return IPv4Address("127.0.0.1")
    if ":" in host:
        return ip_address(host)
    if not host[:1].isdigit():
        return None
    try:
        return IPv4Address(socket.inet_aton(host))
    except OSError:
        return None
