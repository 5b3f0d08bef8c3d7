"""The demo web: a small news web on loopback, for tests and for a first try without a network.

    with DemoWeb() as web:
        web.proxy_url                  point http_proxy at it: every site answers under its own invented name
        web.sites                      each also answers without a proxy, at its `direct_url`
        web.truth()                    what must come out of every address
        web.publish_correction()       some pages change
        web.publish_new()              what was hidden appears
        web.redesign(host)             its articles move to new addresses, in another markup
        web.throttle(...), web.robots(...)     trouble, on demand
        web.requests, web.count(...), web.most_at_once(...), web.forbidden_hits     what the crawler did

The server runs in a thread with an event loop of its own. The content is the same in every run, apart from `now`.
"""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import TracebackType
from typing import Self

from tests.demoweb.answers import ROBOTS_MODES, Answer, Throttle, Troubles, answer
from tests.demoweb.content import REFERENCE_NOW, SiteFiles, load_sites
from tests.demoweb.edition import Edition
from tests.demoweb.record import KEPT_HEADERS, Record, Request
from tests.demoweb.server import LOOPBACK, Asked, Server
from tests.demoweb.truth import PageTruth, truth_of

METHODS = ("GET", "HEAD")


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One site of the running web. `home` is for use through the proxy, `direct_url` without; both end in a slash."""

    name: str
    host: str
    home: str
    direct_url: str
    language: str
    charset: str
    feeds: tuple[str, ...]
    """Paths of its feeds."""


class DemoWeb:
    """The running web; a context manager. Start and stop by `with`, or by `start` and `stop`.

    `port` is the proxy's (0: a free one). `now` places the newest articles some hours before it, by moving all dates
    by whole days; without it the dates stand as written, in the autumn of 2026. `latency` and `slow` are the seconds
    that every answer and that of the slow page take; `hang` is how long a hanging robots.txt keeps its connection. `more`
    are sites beside those on disk.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        now: datetime | None = None,
        latency: float = 0.0,
        slow: float = 0.5,
        hang: float = 60.0,
        more: Sequence[SiteFiles] = (),
    ) -> None:
        self.latency = latency
        self.slow = slow
        self.hang = hang
        self._asked_port = port
        self.shift = timedelta(days=(now - REFERENCE_NOW) // timedelta(days=1)) if now else timedelta()
        self.now = REFERENCE_NOW + self.shift
        self._editions = {files.host: Edition(files, self.shift) for files in (*load_sites(), *more)}
        self._owners = {name: e for e in self._editions.values() for name in (e.files.host, *e.files.twins)}
        self._troubles = {host: Troubles() for host in self._editions}
        self._record = Record()
        self._changed = False
        self._names = {name: f"http://{name}" for name in self._owners}
        self._direct: dict[str, str] = {}
        self._hosts_by_port: dict[int, str] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self.port = port

    # -- start and stop

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Listen on all ports. Raises OSError where the asked port is taken."""
        ready = threading.Event()
        failed: list[BaseException] = []
        self._thread = threading.Thread(target=self._run, args=(ready, failed), name="demoweb", daemon=True)
        self._thread.start()
        ready.wait()
        if failed:
            self._thread.join()
            raise failed[0]

    def stop(self) -> None:
        """Close every connection and socket, and end the thread."""
        if self._loop and self._thread and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stopping.set)
            self._thread.join()

    def _run(self, ready: threading.Event, failed: list[BaseException]) -> None:
        asyncio.run(self._main(ready, failed))

    async def _main(self, ready: threading.Event, failed: list[BaseException]) -> None:
        self._loop = asyncio.get_running_loop()
        self._stopping = asyncio.Event()
        server = Server(self._respond, self._done)
        try:
            self.port = await server.listen(self._asked_port)
            for name in self._owners:
                port = await server.listen()
                self._hosts_by_port[port] = name
                self._direct[name] = f"http://{LOOPBACK}:{port}"
        except OSError as error:
            failed.append(error)
            self._stopping.set()
        ready.set()
        await self._stopping.wait()
        await server.close()

    # -- what there is

    @property
    def proxy_url(self) -> str:
        """For http_proxy."""
        return f"http://{LOOPBACK}:{self.port}"

    @property
    def sites(self) -> list[Site]:
        """The sites, by host name."""
        return [
            Site(
                name=edition.files.name,
                host=host,
                home=f"http://{host}/",
                direct_url=self._direct[host] + "/",
                language=str(edition.files.settings["language"]),
                charset=edition.files.charset,
                feeds=tuple(edition.files.settings.get("feeds", ())),
            )
            for host, edition in self._editions.items()
        ]

    def site(self, host: str) -> Site:
        """One site. Raises KeyError where there is none of that name."""
        return {site.host: site for site in self.sites}[host]

    def truth(self, *, direct: bool = False, host: str | None = None) -> list[PageTruth]:
        """What is right for every address as things stand; `direct` with the addresses for use without the proxy."""
        bases = self._direct if direct else self._names
        urls = {r.file: e.main_url(r, bases) for e in self._editions.values() for r in e.resources}
        chosen = [e for h, e in self._editions.items() if host in (None, h)]
        return [row for edition in chosen for row in truth_of(edition, bases, urls)]

    # -- change

    def publish_correction(self, count: int | None = None) -> list[str]:
        """Correct the pages that have a correction (or the first `count`). Returns their addresses (proxy form)."""
        self._changed = True
        some = [(e, r) for e in self._editions.values() for r in e.correctable()][:count]
        for edition, resource in some:
            edition.correct(resource)
        return [edition.main_url(resource, self._names) for edition, resource in some]

    def publish_corrections_until(self, at: datetime) -> None:
        """Correct the pages whose correction came before `at`."""
        self._changed = True
        for edition in self._editions.values():
            for resource in edition.correctable():
                if resource.correction and resource.correction.updated < at:
                    edition.correct(resource)

    def publish_new(self) -> list[str]:
        """Publish the hidden articles: they answer, and are in the listings. Returns their addresses (proxy form)."""
        self._changed = True
        return [e.main_url(r, self._names) for e in self._editions.values() for r in e.publish()]

    def redesign(self, host: str, *, bare: bool = True) -> None:
        """Give the articles of a site new addresses; `bare`: and a markup without credits, times and most of the text."""
        self._changed = True
        self._editions[host].redesign(bare=bare)

    def throttle(
        self,
        host: str,
        times: int = 1,
        retry_after: int | str | None = 1,
        *,
        status: int = 429,
        path: str | None = None,
    ) -> None:
        """Refuse the next `times` requests to a site (robots.txt apart; or those for `path` alone), with 429 or `status`.

        `retry_after` is in seconds, or an HTTP date, or None for no such header.
        """
        self._changed = True
        stated = None if retry_after is None else str(retry_after)
        self._troubles[host].throttles.append(Throttle(status=status, times=times, retry_after=stated, path=path))

    def robots(self, host: str, mode: str) -> None:
        """What the site's robots.txt does from now on: one of `answers.ROBOTS_MODES`. Raises ValueError for another."""
        if mode not in ROBOTS_MODES:
            raise ValueError(f"robots mode {mode!r} is none of {', '.join(ROBOTS_MODES)}")
        self._changed = True
        self._troubles[host].robots = mode

    @property
    def untouched(self) -> bool:
        """Whether it has been neither changed nor asked: what is found in it is what is found in any other of its `now`."""
        return not self._changed and not self.requests

    # -- what was asked

    @property
    def requests(self) -> list[Request]:
        """All requests since the start or `reset`, in the order of their answers."""
        return self._record.requests

    def reset(self) -> None:
        """Forget the requests. Corrections, news and troubles stay."""
        self._record.reset()

    def count(self, host: str | None = None, path: str | None = None, *, status: int | None = None) -> int:
        """How many requests there were, to a host, for a path (with query), answered with a status."""
        return sum(
            host in (None, r.host) and path in (None, r.path) and status in (None, r.status) for r in self.requests
        )

    def most_at_once(self, host: str) -> int:
        """The most requests that a host had to work on at one moment."""
        return self._record.most_at_once(host)

    def shortest_gap(self, host: str) -> float | None:
        """The least seconds between the arrivals of two requests to a host; None below two requests."""
        return self._record.shortest_gap(host)

    @property
    def forbidden_hits(self) -> list[Request]:
        """Requests for what the site's robots.txt forbids when it is in order."""
        return [
            r
            for r in self.requests
            if (owner := self._owners.get(r.host)) and r.path.startswith(tuple(owner.files.settings["forbidden"]))
        ]

    def stats(self) -> dict[str, object]:
        """The figures of all hosts that were asked, as plain values."""
        requests = self.requests
        statuses = sorted({r.status for r in requests})
        return {
            "requests": len(requests),
            "status": {str(status): sum(r.status == status for r in requests) for status in statuses},
            "forbidden": len(self.forbidden_hits),
            "hosts": {
                host: {
                    "requests": self.count(host),
                    "most_at_once": self.most_at_once(host),
                    "shortest_gap": self.shortest_gap(host),
                }
                for host in sorted({r.host for r in requests})
            },
        }

    # -- answering (in the server's thread)

    async def _respond(self, asked: Asked) -> Answer:
        host = self._host(asked)
        self._record.begin(host)
        at = time.monotonic()
        reply = self._answer(asked, host)
        if host in self._owners:
            self._note(asked, host, at, reply)
            wait = self.hang if reply.hang else self.latency + (self.slow if reply.slow else 0.0)
            if wait > 0:
                await asyncio.sleep(wait)
        return reply

    def _done(self, asked: Asked) -> None:
        self._record.end(self._host(asked))

    def _host(self, asked: Asked) -> str:
        return asked.host if asked.proxied else self._hosts_by_port.get(asked.port, asked.host)

    def _answer(self, asked: Asked, host: str) -> Answer:
        edition = self._owners.get(host)
        if asked.method == "CONNECT":
            return _plain(501, "this proxy speaks plain http only\n")
        if edition is None:
            return _plain(502, f"no host {host} in this web\n") if asked.proxied else self._control(asked.target)
        if asked.method not in METHODS:
            return _plain(405, "GET and HEAD only\n", Allow=", ".join(METHODS))
        bases = self._direct if asked.port in self._hosts_by_port else self._names
        reply = answer(edition, self._troubles[edition.files.host], host, asked.target, asked.headers, bases)
        if edition.files.settings.get("chunked") and reply.status == 200:
            return Answer(
                status=200, headers={**reply.headers, "Transfer-Encoding": "chunked"}, body=reply.body, slow=reply.slow
            )
        return reply

    def _note(self, asked: Asked, host: str, at: float, reply: Answer) -> None:
        kept = {name: asked.headers[name] for name in KEPT_HEADERS if name in asked.headers}
        self._record.add(
            Request(
                at=at,
                method=asked.method,
                host=host,
                path=asked.target,
                status=reply.status,
                proxied=asked.proxied,
                headers=kept,
            )
        )

    def _control(self, target: str) -> Answer:
        """The proxy's own address: figures and changes for who has no Python at hand."""
        match target:
            case "/stats":
                text = json.dumps(self.stats(), indent=1) + "\n"
            case "/sites":
                text = "".join(f"{site.home}\n" for site in self.sites)
            case "/urls":
                text = "".join(f"{row.url}\n" for row in self.truth() if row.kind == "article" and not row.hidden)
            case "/publish":
                text = "".join(f"{url}\n" for url in self.publish_new())
            case "/correct":
                text = "".join(f"{url}\n" for url in self.publish_correction())
            case "/reset":
                self.reset()
                text = "ok\n"
            case _:
                text = "A demo news web behind this proxy. Here: /stats /sites /urls /publish /correct /reset\n"
        return _plain(200, text)


def _plain(status: int, text: str, **headers: str) -> Answer:
    kept: Mapping[str, str] = {"Content-Type": "text/plain; charset=utf-8", **headers}
    return Answer(status=status, headers=kept, body=text.encode())
