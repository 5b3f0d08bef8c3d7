"""What a crawl and its browser process say to each other: an order to draw a page, and what came of it. Pickled, with a length."""

from __future__ import annotations

import asyncio
import pickle
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network
from typing import Any

_LENGTH = struct.Struct(">Q")


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawOrder:
    """A page to draw. The browser asks for it and gets the answer that the crawl has received: `status`, `headers`, `body`.

    `most_links`: of a list, draw on (scroll, "load more") until it has so many links; None for a page that is no list.
    `allow_networks`: networks outside the public internet that its scripts may reach. `lookup`: the function that looks names up,
    by its full name. Limits: `timeout_s` seconds in all, `max_bytes` of the document, `max_memory` bytes of the browser.
    """

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    most_links: int | None = None
    allow_networks: tuple[str | IPv4Network | IPv6Network, ...] = ()
    user_agent: str = ""
    lookup: str = "crawler.http.connection.guard.system_lookup"
    timeout_s: float = 30.0
    max_bytes: int = 20 * 1024 * 1024
    max_memory: int = 1 << 30


@dataclass(frozen=True, slots=True, kw_only=True)
class JsonAnswer:
    """A JSON document that a page asked for while it was drawn."""

    url: str
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """What came of an order. `document`: the page as drawn, UTF-8; None where `error` names what went wrong.

    `requests`: what left the browser for this page. `blocked`: what did not, counted by kind. `memory`: the most the browser took,
    in bytes. `last`: the process ends with this drawing.
    """

    document: bytes | None = field(default=None, repr=False)
    error: str | None = None
    browser: str = ""
    wait_rule: str = ""
    started_at: float = 0.0
    duration_ms: int = 0
    requests: int = 0
    received: int = 0
    blocked: Mapping[str, int] = field(default_factory=dict)
    cpu_ms: int = 0
    memory: int = 0
    json_answers: tuple[JsonAnswer, ...] = ()
    last: bool = False


async def receive_message(reader: asyncio.StreamReader) -> Any:
    """The next message. Raises asyncio.IncompleteReadError where the other side has ended."""
    (length,) = _LENGTH.unpack(await reader.readexactly(_LENGTH.size))
    return pickle.loads(await reader.readexactly(length))  # noqa: S301 - between processes of our own


def send_message(writer: asyncio.StreamWriter, message: object) -> None:
    """Send a message; `drain` waits until it has left."""
    data = pickle.dumps(message)
    writer.write(_LENGTH.pack(len(data)) + data)
