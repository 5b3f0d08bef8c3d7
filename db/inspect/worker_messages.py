"""How the server and a worker speak: each message is two lengths, a head in JSON and a body."""

from __future__ import annotations

import json
import struct
from collections.abc import MutableMapping
from dataclasses import dataclass
from typing import Any

# Sent once, by a worker that can answer.
READY = b"r"
LENGTHS = struct.Struct("!II")

Scope = MutableMapping[str, Any]
_TEXTS = ("method", "path", "scheme", "root_path", "http_version")
_BYTES = ("raw_path", "query_string")


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorMessage:
    """What to answer with instead of a page."""

    status: int
    heading: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerRequest:
    """A request, as ASGI has it, and how long its answer may take. With `saying`, that is what is answered."""

    scope: Scope
    limit_s: float
    saying: ErrorMessage | None = None

    def packed(self) -> bytes:
        """As it is sent."""
        scope = {name: self.scope[name] for name in _TEXTS}
        scope |= {name: (self.scope.get(name) or b"").decode("latin-1") for name in _BYTES}
        saying = self.saying and [self.saying.status, self.saying.heading, self.saying.text]
        head = {"scope": scope, "headers": texts(self.scope["headers"]), "limit_s": self.limit_s, "saying": saying}
        return packed(head, b"")

    @staticmethod
    def read(head: dict[str, Any]) -> WorkerRequest:
        """From the head of a message."""
        scope: Scope = {"type": "http", "asgi": {"version": "3.0"}, **head["scope"]}
        scope.update({name: scope[name].encode("latin-1") for name in _BYTES})
        scope["headers"] = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in head["headers"]]
        saying = head["saying"] and ErrorMessage(**dict(zip(ErrorMessage.__slots__, head["saying"], strict=True)))
        return WorkerRequest(scope=scope, limit_s=head["limit_s"], saying=saying)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerResponse:
    """A whole answer. Names and values of headers are Latin-1."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


def texts(headers: list[tuple[bytes, bytes]]) -> list[tuple[str, str]]:
    """Headers as JSON can carry them."""
    return [(name.decode("latin-1"), value.decode("latin-1")) for name, value in headers]


def packed(head: dict[str, Any], body: bytes) -> bytes:
    """A message."""
    text = json.dumps(head).encode()
    return LENGTHS.pack(len(text), len(body)) + text + body
