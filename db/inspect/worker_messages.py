"""Messages between server and worker: two lengths, a JSON head and a body."""

from __future__ import annotations

import json
import struct
from collections.abc import MutableMapping
from dataclasses import dataclass, field
from typing import Any

# Sent once by a worker that is ready.
READY = b"r"
LENGTHS = struct.Struct("!II")

Scope = MutableMapping[str, Any]
_TEXTS = ("method", "path", "scheme", "root_path", "http_version")
_BYTES = ("raw_path", "query_string")


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorMessage:
    """An error to answer with instead of a page. `heading` and `text` are marked for translation, which whoever writes the page
    does; `values` are those of `text`.
    """

    status: int
    heading: str
    text: str
    values: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerRequest:
    """An ASGI request and the time limit for its response. With `error_message`, that is the response."""

    scope: Scope
    limit_s: float
    error_message: ErrorMessage | None = None

    def encode(self) -> bytes:
        """The message to send."""
        scope = {name: self.scope[name] for name in _TEXTS}
        scope |= {name: (self.scope.get(name) or b"").decode("latin-1") for name in _BYTES}
        said = self.error_message
        saying = said and [said.status, said.heading, said.text, said.values]
        head = {
            "scope": scope,
            "headers": decode_headers(self.scope["headers"]),
            "limit_s": self.limit_s,
            "saying": saying,
        }
        return packed(head, b"")

    @staticmethod
    def decode(head: dict[str, Any]) -> WorkerRequest:
        """The request from the head of a message."""
        scope: Scope = {"type": "http", "asgi": {"version": "3.0"}, **head["scope"]}
        scope.update({name: scope[name].encode("latin-1") for name in _BYTES})
        scope["headers"] = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in head["headers"]]
        saying = head["saying"] and ErrorMessage(**dict(zip(ErrorMessage.__slots__, head["saying"], strict=True)))
        return WorkerRequest(scope=scope, limit_s=head["limit_s"], error_message=saying)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerResponse:
    """A complete response. Header names and values are Latin-1."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


def decode_headers(headers: list[tuple[bytes, bytes]]) -> list[tuple[str, str]]:
    """Headers as JSON can represent them."""
    return [(name.decode("latin-1"), value.decode("latin-1")) for name, value in headers]


def packed(head: dict[str, Any], body: bytes) -> bytes:
    """Encode a message."""
    text = json.dumps(head).encode()
    return LENGTHS.pack(len(text), len(body)) + text + body
