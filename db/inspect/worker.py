"""A worker process: answers requests one at a time with Datasette and our pages, and can be killed.

The cost of a request is determined by whoever wrote the SQL or the stored page. Neither SQLite's time limit (checked
between instructions, and one call of a function is one instruction) nor a thread can reliably end it. So the server
(`db.inspect.dispatcher`) answers nothing itself: it sends the request over a socket, receives the whole response, and
kills a process that takes too long.

    server ── WorkerRequest ───> worker: Datasette, SQLite, nh3
           <── WorkerResponse ──
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
import resource
import signal
import socket
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any, BinaryIO

from datasette.utils.asgi import Request

from db.inspect.app import Inspector
from db.inspect.pages.components.conversions import Conversions
from db.inspect.plugin import error_response
from db.inspect.safety.limits import MAX_RESPONSE_BYTES, MEMORY_BYTES, format_megabytes
from db.inspect.safety.request_checks import has_sql
from db.inspect.translation.catalogues import gettext, gettext_noop, use_language
from db.inspect.translation.negotiation import requested_language
from db.inspect.worker_messages import (
    LENGTHS,
    READY,
    ErrorMessage,
    WorkerRequest,
    WorkerResponse,
    decode_headers,
    packed,
)

# A worker whose server is gone ends by itself this long after its time limit.
ORPHAN_S = 1.0


class ResponseTooLarge(BaseException):
    """A response exceeds its limit. Not an Exception, so that nothing on the way up catches it and continues."""


def run_worker(sock: socket.socket, path: Path, conversions: Conversions, language: str | None) -> None:
    """Main loop of a worker: answer until the socket closes, memory runs out or it is killed. `language`: of all pages; with
    None that of each request.
    """
    for number in (
        signal.SIGINT,
        signal.SIGHUP,
    ):  # they reach the whole process group; the server decides when workers end
        signal.signal(number, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    with contextlib.suppress(ValueError, OSError):  # not on every system
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, resource.getrlimit(resource.RLIMIT_AS)[1]))
    # Out of memory: the process ends, and the server sees that the socket closes.
    with contextlib.suppress(MemoryError, ConnectionError), sock, sock.makefile("rb") as requests:
        asyncio.run(_answer_all(Inspector(path, conversions, language), requests, sock))


async def _answer_all(inspector: Inspector, requests: BinaryIO, sock: socket.socket) -> None:
    app = inspector.app()
    # Otherwise the first request would wait for this.
    await inspector.invoke_startup()
    await inspector.refresh_schemas()
    # What was imported stays. Looked through again and again while a page of many rows is made, it takes a third of the time.
    gc.freeze()
    sock.sendall(READY)
    # This read blocks the event loop, on which nothing else runs.
    while len(lengths := requests.read(LENGTHS.size)) == LENGTHS.size:
        request = WorkerRequest.decode(json.loads(requests.read(LENGTHS.unpack(lengths)[0])))
        # A kernel timer ends the process even within one function call, in case the server is gone.
        signal.setitimer(signal.ITIMER_REAL, request.limit_s + ORPHAN_S)
        answer = await _answer(inspector, app, request)
        sock.sendall(packed({"status": answer.status, "headers": answer.headers}, answer.body))
        signal.setitimer(signal.ITIMER_REAL, 0)


class _Collected:
    """Collects the response that an ASGI application sends."""

    def __init__(self) -> None:
        self._status = 500
        self._headers: list[tuple[str, str]] = []
        self._parts: list[bytes] = []
        self._bytes = 0

    async def send(self, message: MutableMapping[str, Any]) -> None:
        """The ASGI `send` callable. Raises ResponseTooLarge."""
        if message["type"] == "http.response.start":
            self._status, self._headers = message["status"], decode_headers(message.get("headers", []))
        elif part := message.get("body", b""):
            self._bytes += len(part)
            if self._bytes > MAX_RESPONSE_BYTES:
                raise ResponseTooLarge
            self._parts.append(part)

    def answer(self) -> WorkerResponse:
        """The complete response."""
        return WorkerResponse(status=self._status, headers=self._headers, body=b"".join(self._parts))


async def _answer(inspector: Inspector, app: Any, request: WorkerRequest) -> WorkerResponse:
    use_language(inspector.language or requested_language(request.scope))
    if request.error_message:
        return await _error(inspector, request, request.error_message)
    inspector.news.begin_request(strict=has_sql(request.scope), cuts=_is_page(request.scope))
    collected = _Collected()
    try:
        await app(request.scope, _receive, collected.send)
    except ResponseTooLarge:
        return await _error(inspector, request, _TOO_LARGE)
    answer = collected.answer()
    if (
        inspector.news.failure is not None
        and answer.status == 200
        and _content_type(answer).startswith(("text/plain", "text/csv"))
    ):
        # Datasette appends the error to the rows of a CSV and reports success.
        return await _error(
            inspector,
            request,
            ErrorMessage(status=400, heading=gettext_noop("Not all rows"), text=str(inspector.news.failure)),
        )
    return answer


async def _error(inspector: Inspector, request: WorkerRequest, message: ErrorMessage) -> WorkerResponse:
    collected = _Collected()
    text = gettext(message.text) % message.values if message.values else gettext(message.text)
    asked = Request({**request.scope, "csrftoken": lambda: ""}, _receive)
    response = await error_response(inspector, asked, message.status, gettext(message.heading), text)
    await response.asgi_send(collected.send)
    return collected.answer()


_TOO_LARGE = ErrorMessage(
    status=400,
    heading=gettext_noop("Too much"),
    text=gettext_noop(
        "This answer is longer than %(limit)s. Ask for fewer rows or columns, or without a limit: copydesk export, or sqlite3 on"
        " the file."
    ),
    values={"limit": format_megabytes(MAX_RESPONSE_BYTES)},
)


def _content_type(answer: WorkerResponse) -> str:
    return dict(answer.headers).get("content-type", "")


def _is_page(scope: MutableMapping[str, Any]) -> bool:
    """Whether the response is a page for users, where long values may be cut; in data they may not."""
    return not Path(scope["path"]).suffix and b"_format=" not in scope["query_string"]


async def _receive() -> dict[str, Any]:
    return {"type": "http.request", "body": b"", "more_body": False}
