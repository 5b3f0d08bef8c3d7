"""The gate between a URL and a socket: names are looked up, judged and connected to in one step.

Words: an *answer* is one address that DNS gave for a name. A name passes when **every** answer may be reached
(`networks.is_allowed`); one private answer among public ones refuses the name.

Why no second answer can slip in between the check and the connection (DNS rebinding): the check sits in the resolver
that aiohttp's connector calls. It returns the very addresses that it has just judged, in numeric form, aiohttp
connects to those and looks nothing up itself. There is no earlier check that a later lookup could contradict. A kept
connection is reused only among requests with the same allowed networks (`handler.py` keeps a pool for each), so it was
judged by the same rules. aiohttp does not ask its resolver about hosts that are numbers; `check_host` judges those.

Behind a proxy, the proxy looks names up, so only hosts that are numbers can be judged here. The proxy's own address is
exempt: the person who set it wants it used.
"""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Awaitable, Callable, Sequence
from ipaddress import ip_address

from aiohttp.abc import AbstractResolver, ResolveResult

from crawler.http.errors import AddressRefused
from crawler.http.networks import Networks, is_allowed, literal_address

Lookup = Callable[[str], Awaitable[Sequence[str]]]
"""Host name to addresses, numeric. Raises OSError where the name does not resolve."""

# DNS tells getaddrinfo's callers no lifetime. A minute is the usual lifetime of a load-balanced name, and a run that
# asks once a minute and host costs resolvers nothing.
ANSWER_SECONDS = 60.0
# A name without an answer is asked for again after so long: past the pauses between retries of one request.
UNKNOWN_SECONDS = 30.0
# Bounds memory: names with their answers, oldest out first. A run knows some hundred hosts.
ANSWERS_KEPT = 4096
# Lookups in flight. They block a thread each, up to the C library's 10 s and more where a name server is silent.
LOOKUPS_AT_ONCE = 16


def check_host(host: str, allowed: Networks) -> None:
    """Refuse a host that spells out an address which may not be reached. Raises AddressRefused. Names pass."""
    try:
        address = literal_address(host)
    except ValueError:
        raise AddressRefused(host, "a malformed address") from None
    if address is not None and not is_allowed(address, allowed):
        raise AddressRefused(host, str(address))


async def system_lookup(host: str) -> Sequence[str]:
    """Look a name up as the system does (hosts file, DNS), IPv4 and IPv6.

    In a daemon thread of its own: the threads of an executor are joined when the process ends, and a silent name server
    would then hold the end of a run for its whole time-out.
    """
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[list[str]] = loop.create_future()

    def settle(found: list[str] | OSError) -> None:
        if answer.done():
            return
        if isinstance(found, OSError):
            answer.set_exception(found)
        else:
            answer.set_result(found)

    def ask() -> None:
        found: list[str] | OSError
        try:
            infos = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
            found = list(dict.fromkeys(str(info[4][0]) for info in infos))
        except OSError as error:
            found = error
        except UnicodeError as error:  # a label of over 63 letters
            found = OSError(f"{host!r} is not a host name: {error}")
        if not loop.is_closed():
            loop.call_soon_threadsafe(settle, found)

    threading.Thread(target=ask, name=f"lookup {host}", daemon=True).start()
    return await answer


class DnsCache:
    """What names resolve to, remembered for `ANSWER_SECONDS`. Requests for one name share one lookup."""

    def __init__(self, lookup: Lookup) -> None:
        self._lookup = lookup
        self._known: dict[str, tuple[float, tuple[str, ...]]] = {}
        self._unknown: dict[str, tuple[float, str]] = {}
        self._asked: dict[str, asyncio.Task[tuple[str, ...]]] = {}
        self._turns = asyncio.Semaphore(LOOKUPS_AT_ONCE)

    async def of(self, host: str) -> tuple[str, ...]:
        """The addresses of a name, at least one. Raises OSError where it has none."""
        known = self._known.get(host)
        if known and known[0] > time.monotonic():
            return known[1]
        unknown = self._unknown.get(host)
        if unknown and unknown[0] > time.monotonic():
            raise OSError(unknown[1])
        if (task := self._asked.get(host)) is None:
            task = self._asked[host] = asyncio.ensure_future(self._ask(host))
            task.add_done_callback(lambda done: self._answered(host, done))
        # Shielded: a request that times out must not take the answer from the others that wait for it.
        return await asyncio.shield(task)

    def _answered(self, host: str, task: asyncio.Task[tuple[str, ...]]) -> None:
        self._asked.pop(host, None)
        # Asked for even where nobody waits any more, or asyncio would complain that nobody did.
        if not task.cancelled() and (error := task.exception()) is not None:
            if len(self._unknown) >= ANSWERS_KEPT:
                self._unknown.clear()
            self._unknown[host] = (time.monotonic() + UNKNOWN_SECONDS, str(error))

    async def _ask(self, host: str) -> tuple[str, ...]:
        async with self._turns:
            found = tuple(await self._lookup(host))
        if not found:
            raise OSError(f"{host} has no address")
        self._known.pop(host, None)
        while len(self._known) >= ANSWERS_KEPT:
            self._known.pop(next(iter(self._known)))
        self._known[host] = (time.monotonic() + ANSWER_SECONDS, found)
        return found


class GuardedResolver(AbstractResolver):
    """aiohttp's resolver for one set of allowed networks: only judged addresses leave it."""

    def __init__(self, answers: DnsCache, allowed: Networks) -> None:
        self._answers, self._allowed = answers, allowed

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """The addresses of a host. Raises AddressRefused where one may not be reached, OSError where there is none."""
        addresses = await self._answers.of(host.rstrip(".").lower())
        for address in addresses:
            if not is_allowed(ip_address(address), self._allowed):
                raise AddressRefused(host, address)
        return [_result(host, address, port) for address in addresses]

    async def close(self) -> None:
        """Nothing is held."""


def _result(host: str, address: str, port: int) -> ResolveResult:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    flags = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV
    return ResolveResult(hostname=host, host=address, port=port, family=family, proto=0, flags=flags)
