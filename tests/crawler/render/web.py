"""Web sites that need a browser, and such that misuse one; and servers that must hear nothing."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence

import pytest

from crawler.render.browsers import missing_part
from tests.support.web_server import Answer

MISSING = missing_part()
NEEDS_BROWSER = pytest.mark.skipif(
    MISSING is not None, reason=f"{MISSING.message}: {MISSING.advice}" if MISSING else ""
)

HTML = {"Content-Type": "text/html; charset=utf-8"}


def document(body: str, *, head: str = "") -> bytes:
    """A page."""
    return f"<!doctype html><html lang=en><head><meta charset=utf-8>{head}</head><body>{body}</body></html>".encode()


def html(body: str, *, head: str = "", status: int = 200) -> Answer:
    """A page as an answer."""
    return Answer(status, document(body, head=head), HTML)


class UdpTrap:
    """A UDP port of loopback, for what passes by proxies."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.setblocking(False)
        self.port = self._socket.getsockname()[1]

    @property
    def heard(self) -> bool:
        try:
            return bool(self._socket.recv(2048))
        except BlockingIOError:
            return False

    def close(self) -> None:
        self._socket.close()


_answers: dict[str, int] = {}


async def odd_lookup(host: str) -> Sequence[str]:
    """Names of a hostile web. "turning.example" is 127.0.0.2 when it is first asked for, and then the trap's 127.0.0.1."""
    await asyncio.sleep(0)
    _answers[host] = asked = _answers.get(host, 0) + 1
    match host:
        case "turning.example":
            return ["127.0.0.2" if asked == 1 else "127.0.0.1"]
        case "two.example":
            return ["127.0.0.2", "127.0.0.1"]
        case "inside.example":
            return ["127.0.0.1"]
        case "site.example":
            return ["127.0.0.2"]
    raise OSError(f"{host} is unknown")
