"""A process that answers requests, one at a time: Datasette with our pages, where it can be killed.

What a request costs is decided by whoever wrote the SQL or the stored page. Neither SQLite's time limit (it is looked at between
steps, and one call of a function is one step) nor a thread can be relied on to end it. So the server (`db.inspect.dispatcher`)
answers nothing itself: it sends a request over a socket, gets the whole answer back, and kills the process that takes too long.

    server ── Question ──> worker: Datasette, SQLite, nh3
           <── Answer ────
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import resource
import signal
import socket
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any, BinaryIO

from datasette.utils.asgi import Request

from db.inspect.app import Decode, Inspector
from db.inspect.plugin import apology
from db.inspect.safety.limits import MEMORY_BYTES, MOST_ANSWER_BYTES, megabytes
from db.inspect.safety.request_checks import asks_sql
from db.inspect.worker_messages import LENGTHS, READY, ErrorMessage, WorkerRequest, WorkerResponse, packed, texts

# A worker whose server is gone ends by itself so long after its time.
ORPHAN_S = 1.0


class TooLarge(BaseException):
    """An answer has grown past its limit. No Exception: nothing on the way up may catch it and go on."""


def live(sock: socket.socket, path: Path, decode: Decode) -> None:
    """The life of a worker: answers until the socket closes, its memory runs out or it is killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the server decides when we end
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    with contextlib.suppress(ValueError, OSError):  # not every system has it
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, resource.getrlimit(resource.RLIMIT_AS)[1]))
    # Out of memory: the server sees the end of the socket. A process in that state is of no further use.
    with contextlib.suppress(MemoryError, ConnectionError), sock, sock.makefile("rb") as questions:
        asyncio.run(_answer_all(Inspector(path, decode), questions, sock))


async def _answer_all(inspector: Inspector, questions: BinaryIO, sock: socket.socket) -> None:
    app = inspector.app()
    # What the first request would otherwise wait for.
    await inspector.invoke_startup()
    await inspector.refresh_schemas()
    sock.sendall(READY)
    # Waiting here holds up the event loop: nothing else is to run on it.
    while len(lengths := questions.read(LENGTHS.size)) == LENGTHS.size:
        question = WorkerRequest.read(json.loads(questions.read(LENGTHS.unpack(lengths)[0])))
        # The kernel's own clock, which ends a process even within one call of a function: should the server be gone.
        signal.setitimer(signal.ITIMER_REAL, question.limit_s + ORPHAN_S)
        answer = await _answer(inspector, app, question)
        sock.sendall(packed({"status": answer.status, "headers": answer.headers}, answer.body))
        signal.setitimer(signal.ITIMER_REAL, 0)


class _Collected:
    """Takes up what an application sends."""

    def __init__(self) -> None:
        self._status = 500
        self._headers: list[tuple[str, str]] = []
        self._parts: list[bytes] = []
        self._bytes = 0

    async def send(self, message: MutableMapping[str, Any]) -> None:
        """As ASGI has it. Raises TooLarge."""
        if message["type"] == "http.response.start":
            self._status, self._headers = message["status"], texts(message.get("headers", []))
        elif part := message.get("body", b""):
            self._bytes += len(part)
            if self._bytes > MOST_ANSWER_BYTES:
                raise TooLarge
            self._parts.append(part)

    def answer(self) -> WorkerResponse:
        """All of it."""
        return WorkerResponse(status=self._status, headers=self._headers, body=b"".join(self._parts))


async def _answer(inspector: Inspector, app: Any, question: WorkerRequest) -> WorkerResponse:
    if question.saying:
        return await _said(inspector, question, question.saying)
    inspector.news.begin(strict=asks_sql(question.scope), cuts=_is_page(question.scope))
    collected = _Collected()
    try:
        await app(question.scope, _receive, collected.send)
    except TooLarge:
        return await _said(inspector, question, _TOO_LARGE)
    answer = collected.answer()
    if (
        inspector.news.failure is not None
        and answer.status == 200
        and _kind(answer).startswith(("text/plain", "text/csv"))
    ):
        # Datasette writes the error behind the last row of a CSV and calls it a success.
        return await _said(
            inspector, question, ErrorMessage(status=400, heading="Not all rows", text=f"{inspector.news.failure}")
        )
    return answer


async def _said(inspector: Inspector, question: WorkerRequest, saying: ErrorMessage) -> WorkerResponse:
    collected = _Collected()
    request = Request({**question.scope, "csrftoken": lambda: ""}, _receive)
    response = await apology(inspector, request, saying.status, saying.heading, saying.text)
    await response.asgi_send(collected.send)
    return collected.answer()


_TOO_LARGE = ErrorMessage(
    status=400,
    heading="Too much",
    text=f"This answer is longer than {megabytes(MOST_ANSWER_BYTES)}. Ask for fewer rows or columns, or without a limit:"
    " copydesk export, or sqlite3 on the file.",
)


def _kind(answer: WorkerResponse) -> str:
    return dict(answer.headers).get("content-type", "")


def _is_page(scope: MutableMapping[str, Any]) -> bool:
    """Whether an answer is for a person to read: values may be cut there, in data they may not."""
    return not Path(scope["path"]).suffix and b"_format=" not in scope["query_string"]


async def _receive() -> dict[str, Any]:
    return {"type": "http.request", "body": b"", "more_body": False}
