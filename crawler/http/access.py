"""A subscriber's access to a source: headers and cookies that are sent to the source's hosts, and to nobody else.

The secrets stand in a file or an environment variable; settings, and so the database, only name that location. They are added to a
request at the last moment, when it is sent (`crawler.http.connection.handler`), for the URL of that hop. Redirects to another host,
robots.txt and downgrades to plain http are sent without them, and no request object, log line or stored row ever contains them.

    headers file    `Name: value`, one per line; # begins a comment
    cookies file    cookies.txt as browser extensions and curl write it (Netscape format), or lines `name=value; name=value`
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
from db.config.values import SecretPlace, SecretVariable
from db.errors import ConfigError

# Headers that the connection sets itself, or that would make responses unreadable (a part, 304, an unknown encoding).
_RESERVED_HEADERS = frozenset(
    {
        "accept-encoding", "connection", "content-length", "content-type", "expect", "host", "if-match", "if-modified-since",
        "if-none-match", "if-range", "if-unmodified-since", "keep-alive", "proxy-authorization", "proxy-connection", "range", "te",
        "trailer", "transfer-encoding", "upgrade",
    }
)  # fmt: skip
_TOKEN = re.compile(r"[0-9A-Za-z!#$%&'*+.^_`|~-]+")
_VALUE = re.compile(r"[\t\x20-\x7e\x80-\U0010ffff]*")
_COOKIE = re.compile(r"[\x21-\x3a\x3c-\x7e\x80-\U0010ffff]*(?: +[\x21-\x3a\x3c-\x7e]+)*")
# More than any site sets: nginx accepts 32 KiB of headers.
_MAX_BYTES = 256 * 1024
_PORTS = {"http": 80, "https": 443}

Origin = tuple[str, str, int]
"""Scheme, host, port."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cookie:
    """A cookie. `domain` None: for all hosts of the source. `expires`: Unix seconds, None: never."""

    name: str
    value: str = field(repr=False)
    domain: str | None = None
    subdomains: bool = False
    path: str = "/"
    secure: bool = False
    expires: float | None = None

    def is_for(self, url: yarl.URL, now: float) -> bool:
        """Whether a request for the URL sends it. `now`: Unix seconds."""
        host = (url.raw_host or "").lower()
        return (
            (self.domain in (None, host) or (self.subdomains and host.endswith(f".{self.domain}")))
            and (url.raw_path == self.path or url.raw_path.startswith(self.path.rstrip("/") + "/"))
            and (not self.secure or url.scheme == "https")
            and not self.is_expired(now)
        )

    def is_expired(self, now: float) -> bool:
        return self.expires is not None and self.expires <= now


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriberAccess:
    """What requests to some origins send. Its repr shows no secret, and it cannot be pickled."""

    origins: frozenset[Origin]
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    cookies: tuple[Cookie, ...] = field(default=(), repr=False)

    def __reduce__(self) -> str:
        raise TypeError("access to a source must not be pickled")

    def headers_for(self, url: yarl.URL) -> list[tuple[str, str]]:
        """The headers for a request to the URL; none where it goes to another origin."""
        if (url.scheme, (url.raw_host or "").lower(), url.port) not in self.origins:
            return []
        now = time.time()
        pairs = [f"{cookie.name}={cookie.value}" for cookie in self.cookies if cookie.is_for(url, now)]
        return [*self.headers, *([("Cookie", "; ".join(pairs))] if pairs else [])]


def load_access(source: str, url: str, settings: SourceSettings, folder: Path) -> SubscriberAccess | None:
    """The access that a source's settings name, None where they name none. Raises ConfigError, whose message shows no secret."""
    headers, cookies = settings.headers, settings.cookies
    if headers is None and cookies is None:
        return None
    where = f"source {source}"
    return SubscriberAccess(
        origins=frozenset(origins_of(url, settings.access_hosts)),
        headers=tuple(_headers(_read(headers, folder, where, "headers"), f"{where}: {headers}")) if headers else (),
        cookies=tuple(_cookies(_read(cookies, folder, where, "cookies"), f"{where}: {cookies}")) if cookies else (),
    )


def origins_of(url: str, further: tuple[str, ...]) -> Iterator[Origin]:
    """The origins of a source: its host with and without "www.", and the hosts in `further`.

    For a source of https never plain http.
    """
    given = yarl.URL(url)
    host = (given.raw_host or "").lower()
    bare = host.removeprefix("www.")
    for name in dict.fromkeys((host, bare, f"www.{bare}")):
        yield given.scheme, name, given.port or 0
    own = given.port == _PORTS.get(given.scheme)
    for name in dict.fromkeys((host, bare, f"www.{bare}", *further)) if own else further:
        # A site of http may have moved to https. The other way round would show the secrets to the network.
        yield "https", name, 443
        if given.scheme == "http":
            yield "http", name, 80


def open_to_others(place: SecretPlace, folder: Path) -> bool:
    """Whether every user of this machine can read a file of secrets."""
    if isinstance(place, SecretVariable) or os.name != "posix":
        return False
    try:
        return bool((folder / place.path).stat().st_mode & stat.S_IROTH)
    except OSError:
        return False


def _read(place: SecretPlace, folder: Path, where: str, setting: str) -> str:
    if isinstance(place, SecretVariable):
        if (text := os.environ.get(place.name)) is None:
            raise ConfigError(
                f"{where}: {setting}: the environment has no {place.name}; set it where Copydesk is started"
            )
        return text
    path = folder / place.path
    try:
        with path.open("rb") as file:
            data = file.read(_MAX_BYTES + 1)
        if len(data) > _MAX_BYTES:
            raise ConfigError(
                f"{where}: {path}: has more than {_MAX_BYTES // 1024} KiB; keep only this source's part of it"
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
        if name.lower() in _RESERVED_HEADERS:
            raise ConfigError(f"{where}, line {number}: {name} is set by Copydesk itself; take the line out")
        if name.lower() == "user-agent":
            raise ConfigError(f"{where}, line {number}: the setting user_agent says who asks; take the line out")
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
