from __future__ import annotations

import socket
from ipaddress import ip_address

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from crawler.http.connection.networks import is_allowed, is_public, literal_address, parse_networks

PRIVATE = [
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.1",
    "100.64.0.1",
    "100.127.255.255",
    "127.0.0.1",
    "127.255.255.254",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.1",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:10.1.2.3",
    "::ffff:0:127.0.0.1",
    "64:ff9b::8.8.8.8",
    "64:ff9b::a00:1",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:c0a8:101::1",
    "fc00::1",
    "fd12:3456::1",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
]
PUBLIC = ["1.1.1.1", "8.8.8.8", "93.184.216.34", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "::ffff:8.8.8.8"]


@pytest.mark.parametrize("text", PRIVATE)
def test_private(text: str) -> None:
    assert not is_public(ip_address(text))
    assert not is_allowed(ip_address(text), ())


@pytest.mark.parametrize("text", [*PUBLIC, "2002:808:808::1"])
def test_public(text: str) -> None:
    assert is_allowed(ip_address(text), ())


def test_allowed_network_opens_its_addresses_only() -> None:
    allowed = parse_networks(("127.0.0.0/8", "fd00::/8"))
    assert is_allowed(ip_address("127.9.9.9"), allowed)
    assert is_allowed(ip_address("::ffff:127.0.0.1"), allowed)
    assert is_allowed(ip_address("fd12::1"), allowed)
    assert not is_allowed(ip_address("10.0.0.1"), allowed)
    assert not is_allowed(ip_address("::1"), allowed)


def test_a_network_that_is_none_is_an_error() -> None:
    with pytest.raises(ValueError, match="nonsense"):
        parse_networks(("nonsense",))


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.0.0.1.",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0x7F.1",
        "0177.0.0.1",
        "017700000001",
        "127.0.1",
        "localhost",
        "LOCALHOST.",
        "a.localhost",
    ],
)
def test_every_spelling_of_loopback(host: str) -> None:
    assert str(literal_address(host)) == "127.0.0.1"


@given(st.text("0123456789abcdefx.:", max_size=20))
@example("1.2.3")
@example("0x7f.0.0.1")
@example("::ffff:1.2.3.4")
def test_what_the_c_library_takes_for_an_address_is_one(host: str) -> None:
    """No spelling gets past: whatever would be connected to without a lookup is seen as the address that it is."""
    try:
        [(_, _, _, _, reached), *_] = socket.getaddrinfo(host, None, flags=socket.AI_NUMERICHOST)
    except (OSError, UnicodeError):
        return
    assume(host)  # "" means this host to getaddrinfo; a URL without a host has no request
    assert literal_address(host) == ip_address(reached[0])


@pytest.mark.parametrize("host", ["[::1]", "::1", "0:0:0:0:0:0:0:1"])
def test_ipv6_spellings(host: str) -> None:
    assert str(literal_address(host)) == "::1"


@pytest.mark.parametrize("host", ["example.com", "1.example.com", "163.com", "0x.example", "256.256.256.256", "", "x"])
def test_names_are_no_addresses(host: str) -> None:
    assert literal_address(host) is None
