"""A subscriber's own access to a source: headers and cookies that its hosts get with every request, and nobody else.

What they are stands in a file or in the environment; settings, and so the database, name only the place. They are put into a
request at the very last moment, when it leaves (`crawler.http.handler`), for the address of that hop: a redirect to another host, a
robots.txt and a downgrade to plain http go without them, and no request object, log line or stored row ever holds them.

    headers file    `Name: value`, a line each; # begins a comment
    cookies file    cookies.txt as browsers' extensions and curl write it (Netscape's format), or a line `name=value; name=value`
"""

from __future__ import annotations

import os
import re
import stat
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import yarl

from db.config.settings import SourceSettings
from db.errors import ConfigError

# What the connection needs for itself, or would have answers read wrongly (a part, nothing new, an unknown packing).
_OURS = frozenset(
    {
        "accept-encoding", "connection", "content-length", "content-type", "expect", "host", "if-match", "if-modified-since",
        "if-none-match", "if-range", "if-unmodified-since", "keep-alive", "proxy-authorization", "proxy-connection", "range", "te",
        "trailer", "transfer-encoding", "upgrade",
    }
)  # fmt: skip
_TOKEN = re.compile(r"[0-9A-Za-z!#$%&'*+.^_`|~-]+")
_VALUE = re.compile(r"[\t\x20-\x7e\x80-\U0010ffff]*")
_COOKIE = re.compile(r"[\x21-\x3a\x3c-\x7e\x80-\U0010ffff]*(?: +[\x21-\x3a\x3c-\x7e]+)*")
# Beyond what any site sets; nginx takes 32 KiB of headers.
_MOST_BYTES = 256 * 1024
_PORTS = {"http": 80, "https": 443}

Origin = tuple[str, str, int]
"""Scheme, host, port."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cookie:
    """A cookie. `domain` None: of any of the source's hosts. `expires`: Unix seconds, None: not at all."""

    name: str
    value: str = field(repr=False)
    domain: str | None = None
    subdomains: bool = False
    path: str = "/"
    secure: bool = False
    expires: float | None = None

    def is_for(self, url: yarl.URL, now: float) -> bool:
        """Whether a request for the address takes it along."""
        host = (url.raw_host or "").lower()
        return (
            (self.domain in (None, host) or (self.subdomains and host.endswith(f".{self.domain}")))
            and (url.raw_path == self.path or url.raw_path.startswith(self.path.rstrip("/") + "/"))
            and (not self.secure or url.scheme == "https")
            and not self.is_expired(now)
        )

    def is_expired(self, now: float) -> bool:
        """Whether its time is over."""
        return self.expires is not None and self.expires <= now


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriberAccess:
    """What requests to some origins take along. Its text and its pickle show nothing of it."""

    origins: frozenset[Origin]
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    cookies: tuple[Cookie, ...] = field(default=(), repr=False)

    def __reduce__(self) -> str:
        raise TypeError("access to a source is never written down")

    def headers_for(self, url: yarl.URL) -> list[tuple[str, str]]:
        """The headers that a request for the address takes along: none where it goes to another origin."""
        if (url.scheme, (url.raw_host or "").lower(), url.port) not in self.origins:
            return []
        now = time.time()
        pairs = [f"{cookie.name}={cookie.value}" for cookie in self.cookies if cookie.is_for(url, now)]
        return [*self.headers, *([("Cookie", "; ".join(pairs))] if pairs else [])]


def load_access(source: str, url: str, settings: SourceSettings, folder: Path) -> SubscriberAccess | None:
    """The access that a source's settings name, None where they name none. Raises ConfigError, which shows no value."""
    headers, cookies = settings.headers, settings.cookies
    if not headers and not cookies:
        return None
    where = f"source {source}"
    return SubscriberAccess(
        origins=frozenset(origins_of(url, settings.access_hosts)),
        headers=tuple(_headers(_read(headers, folder, where, "headers"), f"{where}: {headers}")) if headers else (),
        cookies=tuple(_cookies(_read(cookies, folder, where, "cookies"), f"{where}: {cookies}")) if cookies else (),
    )


def origins_of(url: str, further: tuple[str, ...]) -> Iterator[Origin]:
    """A source's own origins: its host with and without "www.", and those named; never plain http for a source of https."""
    given = yarl.URL(url)
    host = (given.raw_host or "").lower()
    bare = host.removeprefix("www.")
    for name in dict.fromkeys((host, bare, f"www.{bare}")):
        yield given.scheme, name, given.port or 0
    own = given.port == _PORTS.get(given.scheme)
    for name in dict.fromkeys((host, bare, f"www.{bare}", *further)) if own else further:
        # A site of http may have moved to https; the other way round would show them to the network.
        yield "https", name, 443
        if given.scheme == "http":
            yield "http", name, 80


def open_to_others(place: str, folder: Path) -> bool:
    """Whether a file of secrets can be read by every user of this machine."""
    if place.startswith("env:") or os.name != "posix":
        return False
    try:
        return bool((folder / place).stat().st_mode & stat.S_IROTH)
    except OSError:
        return False


def _read(place: str, folder: Path, where: str, setting: str) -> str:
    if place.startswith("env:"):
        name = place.removeprefix("env:")
        if (text := os.environ.get(name)) is None:
            raise ConfigError(f"{where}: {setting}: the environment has no {name}; set it where Copydesk is started")
        return text
    path = folder / place
    try:
        with path.open("rb") as file:
            data = file.read(_MOST_BYTES + 1)
        if len(data) > _MOST_BYTES:
            raise ConfigError(
                f"{where}: {path}: has more than {_MOST_BYTES // 1024} KiB; keep only this source's part of it"
            )
        return data.decode("utf-8-sig")
    except OSError as error:
        raise ConfigError(
            f"{where}: {setting}: {path.absolute()} cannot be read ({error.strerror}); check that it is there"
        ) from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{where}: {path}: is not UTF-8; save it as UTF-8") from error


def _headers(text: str, where: str) -> Iterator[tuple[str, str]]:
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        name, colon, value = line.partition(":")
        name, value = name.strip(), value.strip()
        if not colon or not _TOKEN.fullmatch(name) or not _VALUE.fullmatch(value):
            raise ConfigError(f'{where}, line {number}: is no header; write "Name: value"')
        if name.lower() in _OURS:
            raise ConfigError(f"{where}, line {number}: {name} is set by Copydesk itself; take the line out")
        if name.lower() == "user-agent":
            raise ConfigError(f"{where}, line {number}: who asks is said by the setting user_agent; take the line out")
        if name.lower() == "cookie":
            raise ConfigError(f"{where}, line {number}: cookies have a setting of their own; move them there")
        yield name, value


def _cookies(text: str, where: str) -> Iterator[Cookie]:
    for number, written in enumerate(text.splitlines(), start=1):
        line = written.removeprefix("#HttpOnly_")
        if not line.strip() or line.startswith("#"):
            continue
        cells = line.split("\t")
        try:
            found = [_netscape(cells)] if len(cells) > 1 else list(_pairs(line))
        except ValueError:
            found = []
        if not found or not all(_TOKEN.fullmatch(one.name) and _COOKIE.fullmatch(one.value) for one in found):
            raise ConfigError(
                f'{where}, line {number}: is no cookie; export a cookies.txt, or write "name=value; name=value"'
            )
        yield from found


def _netscape(cells: list[str]) -> Cookie:
    """A line of a cookies.txt. Raises ValueError."""
    domain, subdomains, path, secure, expires, name, value = cells
    return Cookie(
        name=name,
        value=value,
        domain=domain.lstrip(".").lower(),
        subdomains=subdomains.upper() == "TRUE",
        path=path or "/",
        secure=secure.upper() == "TRUE",
        expires=float(expires) if float(expires or 0) > 0 else None,
    )


def _pairs(line: str) -> Iterator[Cookie]:
    """The cookies of a Cookie header. Raises ValueError."""
    for pair in filter(None, map(str.strip, line.removeprefix("Cookie:").split(";"))):
        name, equals, value = pair.partition("=")
        if not equals:
            raise ValueError(pair)
        yield Cookie(name=name, value=value)
