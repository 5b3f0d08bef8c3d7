"""The guard against requests to private addresses: a name is looked up, checked and connected to in one step.

Terms: an *answer* is one address that DNS gives for a name. A name passes if **every** answer may be reached
(`networks.is_allowed`); one private answer among public ones refuses the name.

Why no second answer can slip in between check and connection (DNS rebinding): the check is in the resolver that aiohttp's connector
calls. It returns exactly the addresses that it has checked, in numeric form; aiohttp connects to those and looks nothing up itself.
There is no earlier check that a later lookup could contradict. A kept connection is reused only by requests with the same allowed
networks (`handler.py` keeps a pool for each), so it passed the same check. aiohttp does not ask its resolver about numeric hosts;
`check_host` checks those.

Behind a proxy, the proxy looks names up, so only numeric hosts can be checked here. The proxy's own address is exempt: the person
who configured it wants it used.
"""

from __future__ import annotations

import asyncio
import errno
import os
import socket
import threading
import time
from collections.abc import Awaitable, Callable, Sequence
from ipaddress import ip_address

from aiohttp.abc import AbstractResolver, ResolveResult

from crawler.http.connection.networks import is_allowed, literal_address
from crawler.http.errors import AddressRefused
from db.config.values import Networks
from db.system.machine_errors import as_machine_error, out_of_file_handles

Lookup = Callable[[str], Awaitable[Sequence[str]]]
"""Looks a host name up: its addresses, numeric. Raises OSError where the name does not resolve."""

# Seconds that answers are cached; getaddrinfo does not report their lifetime. A minute is the usual lifetime of a load-balanced
# name, and one lookup per minute and host costs resolvers nothing.
ANSWER_TTL_S = 60.0
# Seconds that a failed lookup is cached: longer than the pauses between retries of one request.
FAILURE_TTL_S = 30.0
# Names cached with their answers, the oldest dropped first. A run knows some hundred hosts.
MAX_ANSWERS = 4096
# Lookups at once. Each blocks a thread, for 10 s and more where a name server does not answer.
MAX_LOOKUPS = 16


def check_host(host: str, allowed: Networks) -> None:
    """Raise AddressRefused if a host is written as an address that may not be reached. Names pass."""
    try:
        address = literal_address(host)
    except ValueError:
        raise AddressRefused(host, "a malformed address") from None
    if address is not None and not is_allowed(address, allowed):
        raise AddressRefused(host, str(address))


async def system_lookup(host: str) -> Sequence[str]:
    """Look a name up as the system does (hosts file, DNS), IPv4 and IPv6.

    It runs in a daemon thread of its own. Threads of an executor are joined when the process ends, so a silent name server would
    delay the end of a run by its whole time-out.
    """
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[list[str]] = loop.create_future()

    def set_answer(found: list[str] | OSError) -> None:
        if answer.done():
            return
        if isinstance(found, OSError):
            answer.set_exception(found)
        else:
            answer.set_result(found)

    def look_up() -> None:
        found: list[str] | OSError
        try:
            infos = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
            found = list(dict.fromkeys(str(info[4][0]) for info in infos))
        except OSError as error:
            # Without file handles, the C library says that the name server does not answer.
            found = OSError(errno.EMFILE, os.strerror(errno.EMFILE)) if out_of_file_handles() else error
        except UnicodeError as error:  # a label of over 63 letters
            found = OSError(f"{host!r} is not a host name: {error}")
        if not loop.is_closed():
            loop.call_soon_threadsafe(set_answer, found)

    threading.Thread(target=look_up, name=f"lookup {host}", daemon=True).start()
    return await answer


class DnsCache:
    """Caches lookups for `ANSWER_TTL_S`. Concurrent requests for one name share one lookup."""

    def __init__(self, lookup: Lookup) -> None:
        self._lookup = lookup
        self._known: dict[str, tuple[float, tuple[str, ...]]] = {}
        self._unknown: dict[str, tuple[float, str]] = {}
        self._pending: dict[str, asyncio.Task[tuple[str, ...]]] = {}
        self._slots = asyncio.Semaphore(MAX_LOOKUPS)

    async def resolve(self, host: str) -> tuple[str, ...]:
        """The addresses of a name, at least one. Raises OSError where it has none."""
        known = self._known.get(host)
        if known and known[0] > time.monotonic():
            return known[1]
        unknown = self._unknown.get(host)
        if unknown and unknown[0] > time.monotonic():
            raise OSError(unknown[1])
        if (task := self._pending.get(host)) is None:
            task = self._pending[host] = asyncio.ensure_future(self._look_up(host))
            task.add_done_callback(lambda done: self._finish(host, done))
        # Shielded: when one request times out, the others still need the answer.
        return await asyncio.shield(task)

    def _finish(self, host: str, task: asyncio.Task[tuple[str, ...]]) -> None:
        self._pending.pop(host, None)
        # Read the exception even if nobody waits any more, or asyncio warns that it was never retrieved.
        if task.cancelled() or (error := task.exception()) is None or as_machine_error(error) is not None:
            return  # what this machine lacks says nothing about the name
        if len(self._unknown) >= MAX_ANSWERS:
            self._unknown.clear()
        self._unknown[host] = (time.monotonic() + FAILURE_TTL_S, str(error))

    async def _look_up(self, host: str) -> tuple[str, ...]:
        async with self._slots:
            found = tuple(await self._lookup(host))
        if not found:
            raise OSError(f"{host} has no address")
        self._known.pop(host, None)
        while len(self._known) >= MAX_ANSWERS:
            self._known.pop(next(iter(self._known)))
        self._known[host] = (time.monotonic() + ANSWER_TTL_S, found)
        return found


class GuardedResolver(AbstractResolver):
    """aiohttp's resolver for one set of allowed networks. It returns checked addresses only."""

    def __init__(self, answers: DnsCache, allowed: Networks) -> None:
        self._answers, self._allowed = answers, allowed

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """The addresses of a host. Raises AddressRefused where one of them may not be reached, OSError where there is none."""
        addresses = await self._answers.resolve(host.rstrip(".").lower())
        for address in addresses:
            if not is_allowed(ip_address(address), self._allowed):
                raise AddressRefused(host, address)
        return [_result(host, address, port) for address in addresses]

    async def close(self) -> None:
        """Do nothing: it holds no resources."""


def _result(host: str, address: str, port: int) -> ResolveResult:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    flags = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV
    return ResolveResult(hostname=host, host=address, port=port, family=family, proto=0, flags=flags)
