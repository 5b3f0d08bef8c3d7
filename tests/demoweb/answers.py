"""From a request to an answer: the site's content, wrapped in what real servers do and sometimes fail to do.

An answer is content with validators (200 or 304), a redirect, an error page, or one of the troubles that a test has
switched on: a robots.txt that misbehaves (`ROBOTS_MODES`), a host that says 429 or 503 for a while (`Throttle`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus

from tests.demoweb.content import Resource
from tests.demoweb.edition import Edition, Found
from tests.demoweb.templates import in_form

ROBOTS_MODES = ("ok", "404", "500", "429", "hang", "drop", "huge", "redirect", "html", "disallow")
"""What robots.txt can do: `hang` never answers, `drop` closes the connection, `huge` forbids all after 600 KiB,
`redirect` sends to another path with the rules, `html` is a page in place of rules, `disallow` forbids all."""

HUGE = 600 * 1024
"""Bytes before the last rule of the huge robots.txt: above the 500 KiB that RFC 9309 section 2.5 has read at least."""

_TYPES = {
    ".xml": "application/xml",
    ".gz": "application/gzip",
    ".json": "application/json; charset=utf-8",
    ".pdf": "application/pdf",
    ".rss": "application/rss+xml",
    ".atom": "application/atom+xml; charset=utf-8",
    ".rdf": "application/rdf+xml",
    ".txt": "text/plain; charset=utf-8",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What goes back. `hang` sends nothing and waits, `drop` closes at once; `slow` waits before it answers.
    `drip` goes on with a space now and then after the body, in chunks without an end."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    slow: bool = False
    hang: bool = False
    drop: bool = False
    drip: bool = False


@dataclass(slots=True, kw_only=True)
class Throttle:
    """A host's refusal of the next `times` requests (for one path, or for all but robots.txt)."""

    status: int
    times: int
    retry_after: str | None
    path: str | None

    def takes(self, path: str) -> bool:
        """Whether this request is refused; counts it if so."""
        if self.times <= 0 or path == "/robots.txt" or (self.path is not None and path != self.path):
            return False
        self.times -= 1
        return True


@dataclass(slots=True, kw_only=True)
class Troubles:
    """What a test has switched on for one site."""

    robots: str = "ok"
    throttles: list[Throttle] = field(default_factory=list)


def answer(
    edition: Edition, troubles: Troubles, host: str, target: str, headers: Mapping[str, str], bases: Mapping[str, str]
) -> Answer:
    """The answer of a site to a GET of a path with query."""
    path = target.partition("?")[0]
    for throttle in troubles.throttles:
        if throttle.takes(path):
            return _refused(throttle)
    if path in ("/robots.txt", "/robots-moved.txt"):
        return _robots(edition, "ok" if path != "/robots.txt" else troubles.robots, host, bases)
    found = edition.find(host, target)
    if found is None:
        return _no_page(edition, host, path, bases)
    resource = found.resource
    if resource.location is not None:
        return Answer(
            status=resource.status, headers={"Location": bases[edition.files.host] + edition.location(resource)}
        )
    plain = Answer(
        status=resource.status,
        headers={"Content-Type": _content_type(edition, resource)},
        body=edition.render(found, bases),
        slow=resource.slow,
    )
    return _validated(edition, found, plain, headers) if resource.status == HTTPStatus.OK else plain


def _refused(throttle: Throttle) -> Answer:
    headers = {"Content-Type": "text/html; charset=utf-8"}
    if throttle.retry_after is not None:
        headers["Retry-After"] = throttle.retry_after
    phrase = HTTPStatus(throttle.status).phrase
    return Answer(status=throttle.status, headers=headers, body=f"<html><body><h1>{phrase}</h1></body></html>".encode())


def _content_type(edition: Edition, resource: Resource) -> str:
    if resource.content_type:
        return resource.content_type
    path = resource.path.partition("?")[0]
    suffix = path[path.rfind(".") :] if "." in path else ""
    return _TYPES.get(suffix, str(edition.files.settings.get("content_type", "text/html; charset=utf-8")))


def _no_page(edition: Edition, host: str, path: str, bases: Mapping[str, str]) -> Answer:
    if host != edition.files.host and path == "/":
        return Answer(status=302, headers={"Location": bases[edition.files.host] + "/"})
    lost = next((r for r in edition.resources if r.more.get("not_found_page")), None)
    kind = {"Content-Type": str(edition.files.settings.get("content_type", "text/html; charset=utf-8"))}
    body = edition.render(Found(resource=lost), bases) if lost else b"<html><body><h1>404 Not Found</h1></body></html>"
    return Answer(status=404, headers=kind, body=body)


def _validated(edition: Edition, found: Found, plain: Answer, asked: Mapping[str, str]) -> Answer:
    """Adds the site's kind of validators; 304 where the client has these bytes (RFC 9110 section 13.2.2)."""
    style = edition.files.settings.get("validators", "strong")
    if found.resource.kind == "listing" or style == "none":
        return plain
    tag = f'"{hashlib.sha1(plain.body, usedforsecurity=False).hexdigest()[:20]}"'
    modified = in_form(edition.modified(found.resource), "http")
    ours = {"Last-Modified": modified}
    if style != "date":
        ours["ETag"] = f"W/{tag}" if style == "weak" else tag
    if _has_it(asked, tag if style != "date" else None, modified):
        return Answer(status=304, headers=ours)
    return replace(plain, headers={**plain.headers, **ours})


def _has_it(asked: Mapping[str, str], tag: str | None, modified: str) -> bool:
    if tags := asked.get("if-none-match"):
        known = {part.strip().removeprefix("W/") for part in tags.split(",")}
        return tag is not None and (tag in known or "*" in known)
    return asked.get("if-modified-since") == modified


def _robots(edition: Edition, mode: str, host: str, bases: Mapping[str, str]) -> Answer:
    base = bases[edition.files.host]
    rules = str(edition.files.settings.get("robots", "")).replace("{base}", base)
    text = {"Content-Type": "text/plain; charset=utf-8"}
    modes: dict[str, Callable[[], Answer]] = {
        "ok": lambda: Answer(headers=text, body=rules.encode()),
        "404": lambda: Answer(status=404, headers=text, body=b"no robots.txt here\n"),
        "500": lambda: Answer(status=500, headers=text, body=b"User-agent: *\nAllow: /\n"),
        "429": lambda: Answer(status=429, headers={**text, "Retry-After": "120"}, body=b"too many requests\n"),
        "hang": lambda: Answer(hang=True, status=0),
        "drop": lambda: Answer(drop=True, status=0),
        "huge": lambda: Answer(headers=text, body=_huge(rules)),
        "redirect": lambda: Answer(status=301, headers={"Location": bases[host] + "/robots-moved.txt"}),
        "html": lambda: Answer(headers={"Content-Type": "text/html"}, body=_HTML_ROBOTS),
        "disallow": lambda: Answer(headers=text, body=b"User-agent: *\nDisallow: /\n"),
    }
    return modes[mode]()


def _huge(rules: str) -> bytes:
    line = "# " + "x" * 61 + "\n"
    return (rules + line * (HUGE // len(line) + 1) + "User-agent: *\nDisallow: /\n").encode()


_HTML_ROBOTS = (
    b"<!DOCTYPE html><html><head><title>Start</title></head><body><p>Welcome to our new site.</p></body></html>"
)
