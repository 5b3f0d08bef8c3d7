"""A small WebSub hub and a small news site that names it, each a real server on loopback."""

from __future__ import annotations

import contextlib
import hmac
import http.client
import threading
import urllib.request
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlencode, urlsplit

from tests.support.web_server import Answer, Asked, WebServer

WORDS = (
    "The council met again on Monday to talk about the bridge, the ferry, the market and the lamps of the old harbour."
)


@dataclass(slots=True, kw_only=True)
class Call:
    """A request to the hub, and what its verification was answered."""

    form: dict[str, str]
    verified: tuple[int, str] | None = None


@dataclass(slots=True)
class Subscriber:
    """Who is told of a topic."""

    callback: str
    topic: str
    secret: str
    earlier: list[str] = field(default_factory=list)


class Hub(WebServer):
    """A hub. `lease_s` it grants; `refuses`: a status in place of 202; `denies`: it takes requests, and denies them."""

    def __init__(self) -> None:
        super().__init__(self.answer)
        self.lease_s = 864_000
        self.refuses: int | None = None
        self.denies: str | None = None
        self.calls: list[Call] = []
        self.subscribers: dict[str, Subscriber] = {}

    def answer(self, asked: Asked) -> Answer:
        """Take a request, and verify it on another thread."""
        call = Call(form={name: values[0] for name, values in parse_qs(asked.body.decode()).items()})
        self.calls.append(call)
        if self.refuses is not None:
            return Answer(self.refuses)
        threading.Thread(target=self._verify, args=(call,), daemon=True).start()
        return Answer(202)

    def _verify(self, call: Call) -> None:
        form = call.form
        callback, topic, mode = form["hub.callback"], form["hub.topic"], form["hub.mode"]
        if self.denies is not None:
            call.verified = ask(callback, {"hub.mode": "denied", "hub.topic": topic, "hub.reason": self.denies})
            return
        query = {
            "hub.mode": mode,
            "hub.topic": topic,
            "hub.challenge": "c" * 40,
            "hub.lease_seconds": str(self.lease_s),
        }
        answered = ask(callback, query)
        if answered == (200, "c" * 40):
            if mode == "subscribe":
                before = self.subscribers.get(callback)
                earlier = [*before.earlier, before.secret] if before else []
                self.subscribers[callback] = Subscriber(callback, topic, form["hub.secret"], earlier)
            else:
                self.subscribers.pop(callback, None)
        call.verified = answered

    def publish(self, topic: str) -> list[tuple[int, bytes]]:
        """Fetch a topic, and tell all its subscribers; returns what each answered, and what each was sent."""
        with opener().open(topic, timeout=60) as answer:
            body = answer.read()
        told = [one for one in self.subscribers.values() if one.topic == topic]
        return [(ping(one.callback, body, sign(one.secret, body)), body) for one in told]


class Site(WebServer):
    """A site with one feed, which names a hub. `in_header`: in the header `Link` alone."""

    def __init__(self, hub: str, *, in_header: bool = False) -> None:
        super().__init__(self.answer)
        self.hub, self.in_header = hub, in_header
        self.stories = 2

    @property
    def topic(self) -> str:
        """What the feed calls itself."""
        return f"{self.url}/feed.atom"

    def story_url(self, number: int) -> str:
        """The address of an article."""
        return f"{self.url}/2026/11/28/story-number-{number}.html"

    def answer(self, asked: Asked) -> Answer:
        """The front page, the feed, the articles."""
        path = asked.path
        if path == "/feed.atom":
            return self._feed()
        if path == "/":
            head = '<link rel="alternate" type="application/atom+xml" href="/feed.atom">'
            return Answer(200, f"<html><head>{head}</head><body>News</body></html>")
        for number in range(self.stories):
            if self.story_url(number).endswith(path):
                lines = "".join(f"<p>{WORDS} Report {number}, part {part}.</p>" for part in range(6))
                title = f"What the council said on day {number}"
                body = f"<article><h1>{title}</h1>{lines}</article>"
                return Answer(200, f"<html lang=en><head><title>{title}</title></head><body>{body}</body></html>")
        return Answer(404, "nothing", {"Content-Type": "text/plain"})

    def _feed(self) -> Answer:
        headers = {"Content-Type": "application/atom+xml"}
        links = f'<link rel="hub" href="{self.hub}"/><link rel="self" href="{self.topic}"/>'
        if self.in_header:
            headers["Link"] = f'<{self.hub}>; rel="hub", <{self.topic}>; rel="self"'
            links = ""
        entries = "".join(
            f'<entry><title>Day {number}</title><link href="{self.story_url(number)}"/><id>{number}</id></entry>'
            for number in reversed(range(self.stories))
        )
        text = f'<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>T</title>{links}{entries}</feed>'
        return Answer(200, text, headers)


def opener() -> urllib.request.OpenerDirector:
    """One that uses no proxy."""
    return urllib.request.build_opener(urllib.request.ProxyHandler({}))


def sign(secret: str, body: bytes, method: str = "sha256") -> str:
    """The header `X-Hub-Signature`."""
    return f"{method}={hmac.new(secret.encode(), body, method).hexdigest()}"


def ask(url: str, query: dict[str, str]) -> tuple[int, str]:
    """A GET with a query: status and body."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=60)
    connection.request("GET", f"{parts.path}?{urlencode(query)}")
    answer = connection.getresponse()
    told = answer.status, answer.read().decode()
    connection.close()
    return told


def ping(url: str, body: bytes, signature: str | None, *, chunked: bool = False) -> int:
    """A POST of a body: the status. `chunked`: without stating its length."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=60)
    headers = {"Content-Type": "application/atom+xml"} | ({"X-Hub-Signature": signature} if signature else {})
    pieces = [body[: len(body) // 2], body[len(body) // 2 :]]
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # it was answered before all was sent
        connection.request("POST", parts.path, iter(pieces) if chunked else body, headers, encode_chunked=chunked)
    status = connection.getresponse().status
    connection.close()
    return status
