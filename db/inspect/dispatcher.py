"""The ASGI application in front of the workers: which worker gets a request, how long it may take, and the response if
none comes.

Two lanes of two workers each (`db.inspect.worker`), so that pages of known cost never wait behind those whose cost
others determine:

    own       the front page, articles, sources, people, runs, rejections, style sheets
    foreign   SQL and tables, stored pages, search, attention, comparisons

A worker answers one request at a time. It is killed past the time limit, or when the client has gone; the next request
starts another (a fork of a process that has imported everything: some 50 ms). Requests wait in a queue of limited
length.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import multiprocessing
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

from db.errors import CopydeskError
from db.inspect.pages.components.conversions import Conversions
from db.inspect.safety.limits import MEMORY_BYTES, PAGE_S, SQL_S, format_megabytes
from db.inspect.safety.request_checks import Receive, Send, has_sql
from db.inspect.safety.sanitize import is_sandboxed_path
from db.inspect.translation.catalogues import gettext_noop, translated
from db.inspect.translation.negotiation import requested_language
from db.inspect.worker_messages import LENGTHS, READY, ErrorMessage, Scope, WorkerRequest, WorkerResponse
from db.system.fork_server import start_fork_server

WORKERS = 2
# How many requests of a lane may wait, and how long. A browser sends up to six at a time.
MAX_WAITING = 24
WAIT_S = 15.0
# Time limit for starting a worker. On a busy machine it takes 2 s.
START_S = 30.0
# Longer responses keep their worker until they are sent, which limits the memory used for clients that do not read.
SMALL_BYTES = 1_000_000
SEND_S = 60.0
_CHUNK_BYTES = 256 * 1024

_FOREIGN = ("/-/search", "/-/attention")
_WORKER = "db.inspect.worker"
_Child = multiprocessing.context.ForkServerProcess


class RequestFailed(Exception):
    """A request that no worker answered, with the message to show instead."""

    def __init__(self, status: int, heading: str, text: str, **values: str) -> None:
        super().__init__(text)
        self.error_message = ErrorMessage(status=status, heading=heading, text=text, values=values)


class Dispatcher:
    """The ASGI application. `path` is a database that was opened and migrated before; workers import the
    functions of `conversions` by name. `language`: of all pages; with None that of each request.
    """

    def __init__(self, path: Path, conversions: Conversions, language: str | None = None) -> None:
        self._language = language
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload([_WORKER, conversions.decode.__module__])

        async def start() -> _Worker:
            try:
                ours, theirs = socket.socketpair()
                with theirs:
                    args = (theirs, path, conversions, language)
                    start_fork_server()
                    process = context.Process(target=_start_worker, args=args, daemon=True)
                    process.start()
            except (OSError, EOFError) as error:
                raise RequestFailed(
                    503, _NO_ANSWER, gettext_noop("No worker process can be started: %(error)s."), error=str(error)
                ) from None
            return await _Worker.ready(process, ours)

        self._own, self._foreign = _Lane(start), _Lane(start)

    async def start(self) -> None:
        """Start the first workers. Raises CopydeskError."""
        try:
            for lane in (self._own, self._foreign):
                async with lane.worker():
                    pass
        except RequestFailed as failed:
            raise CopydeskError(f"The pages cannot be served: {failed}") from failed

    def close(self) -> None:
        """Kill the workers, whatever they do; waiting and later requests fail."""
        self._own.close()
        self._foreign.close()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; give up if the client disconnects."""
        answering = asyncio.ensure_future(self._answer(scope, send))
        leaving = asyncio.ensure_future(_disconnected(receive))
        try:
            await asyncio.wait((answering, leaving), return_when=asyncio.FIRST_COMPLETED)
        finally:
            leaving.cancel()
            if not answering.done():
                answering.cancel()
        with contextlib.suppress(asyncio.CancelledError, TimeoutError):  # the client is gone, or does not read
            await answering

    async def _answer(self, scope: Scope, send: Send) -> None:
        lane = self._foreign if has_foreign_cost(scope["path"]) else self._own
        limit_s = SQL_S if has_sql(scope) else PAGE_S
        try:
            async with lane.worker() as worker:
                answer = await worker.ask(WorkerRequest(scope=scope, limit_s=limit_s))
                if len(answer.body) > SMALL_BYTES:
                    await _send(answer, send)
                    return
        except RequestFailed as failed:
            answer = await self._error_page(scope, failed)
        await _send(answer, send)

    async def _error_page(self, scope: Scope, failed: RequestFailed) -> WorkerResponse:
        """A page with the error message; plain text if not even that can be made."""
        try:
            async with self._own.worker() as worker:
                return await worker.ask(WorkerRequest(scope=scope, limit_s=PAGE_S, error_message=failed.error_message))
        except RequestFailed:
            message, language = failed.error_message, self._language or requested_language(scope)
            text = translated(language, message.text) % message.values
            headers = [
                ("content-type", "text/plain; charset=utf-8"),
                ("cache-control", "no-store"),
                ("retry-after", "5"),
            ]
            return WorkerResponse(
                status=message.status,
                headers=headers,
                body=f"{translated(language, message.heading)}: {text}\n".encode(),
            )


def _start_worker(sock: socket.socket, path: Path, conversions: Conversions, language: str | None) -> None:
    """Entry point of a worker process. Only workers load Datasette."""
    from db.inspect.worker import run_worker

    run_worker(sock, path, conversions, language)


def has_foreign_cost(path: str) -> bool:
    """Whether others determine the cost of a page: the author of the SQL, the query, the stored page or the texts."""
    ours = path == "/" or path.startswith("/-/")
    return not ours or is_sandboxed_path(path) or path.startswith(_FOREIGN) or path.endswith("/changes")


class _Lane:
    """Up to `WORKERS` workers, started as needed; the most recently used is used first, because it is warm."""

    def __init__(self, start: Callable[[], Awaitable[_Worker]]) -> None:
        self._start = start
        self._free = asyncio.Semaphore(WORKERS)
        self._idle: list[_Worker] = []
        self._busy: set[_Worker] = set()
        self._waiting = 0
        self._closed = False

    @contextlib.asynccontextmanager
    async def worker(self) -> AsyncIterator[_Worker]:
        """A worker for the block. Raises RequestFailed if there is none."""
        await self._acquire()
        worker = None
        try:
            if self._closed:
                raise RequestFailed(503, gettext_noop("Closing"), gettext_noop("The server is shutting down."))
            worker = self._idle.pop() if self._idle else await self._start()
            self._busy.add(worker)
            yield worker
        finally:
            self._free.release()
            if worker is not None:
                self._busy.discard(worker)
                if self._closed:
                    worker.kill()
                elif worker.is_fit:
                    self._idle.append(worker)

    def close(self) -> None:
        """Kill all workers and start no more."""
        self._closed = True
        for worker in (*self._busy, *self._idle):
            worker.kill()

    async def _acquire(self) -> None:
        if self._waiting >= MAX_WAITING:
            raise _busy()
        self._waiting += 1
        try:
            async with asyncio.timeout(WAIT_S):
                await self._free.acquire()
        except TimeoutError:
            raise _busy() from None
        finally:
            self._waiting -= 1


class _Worker:
    """One worker process and our end of its socket."""

    def __init__(self, process: _Child, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._process, self._reader, self._writer = process, reader, writer
        self.is_fit = True

    @classmethod
    async def ready(cls, process: _Child, sock: socket.socket) -> _Worker:
        """A worker that was just started, once it can answer. Raises RequestFailed if it does not get ready."""
        worker = cls(process, *await asyncio.open_connection(sock=sock, limit=_CHUNK_BYTES))
        try:
            async with asyncio.timeout(START_S):
                await worker._reader.readexactly(len(READY))
        except (TimeoutError, asyncio.IncompleteReadError, OSError):
            worker.kill()
            raise RequestFailed(
                503, _NO_ANSWER, gettext_noop("The worker process does not start; see the terminal.")
            ) from None
        except BaseException:
            worker.kill()
            raise
        return worker

    async def ask(self, request: WorkerRequest) -> WorkerResponse:
        """The worker's response. Raises RequestFailed; the worker is killed then, as when the call is cancelled."""
        try:
            async with asyncio.timeout(request.limit_s):
                self._writer.write(request.encode())
                head_bytes, body_bytes = LENGTHS.unpack(await self._reader.readexactly(LENGTHS.size))
                head = json.loads(await self._reader.readexactly(head_bytes))
                body = await self._reader.readexactly(body_bytes)
        except TimeoutError:
            self.kill()
            raise _too_slow(request) from None
        except (asyncio.IncompleteReadError, OSError):
            self.kill()
            raise RequestFailed(503, gettext_noop("Too much"), _DIED, limit=format_megabytes(MEMORY_BYTES)) from None
        except BaseException:
            self.kill()
            raise
        return WorkerResponse(status=head["status"], headers=head["headers"], body=body)

    def kill(self) -> None:
        """Kill the process, whatever it does."""
        self.is_fit = False
        self._process.kill()
        self._process.join(1)
        self._writer.close()


_NO_ANSWER = gettext_noop("No answer")
_NOT_IN_TIME = gettext_noop("Not in time")
_DIED = gettext_noop(
    "The process that was making this page ended; it may have exceeded its %(limit)s of memory. Ask for less, or without a limit:"
    " sqlite3 on the file, copydesk show."
)


def _busy() -> RequestFailed:
    return RequestFailed(
        503,
        gettext_noop("Busy"),
        gettext_noop("Too many requests are waiting. Close what you do not need, and try again in a moment."),
    )


def _too_slow(request: WorkerRequest) -> RequestFailed:
    limit = f"{request.limit_s:g}"
    if is_sandboxed_path(request.scope["path"]):
        text = gettext_noop(
            "Making this page safe to show took more than %(limit)s s, and was stopped. You can view its markup as text;"
            " copydesk show --html prints its bytes."
        )
        return RequestFailed(503, _NOT_IN_TIME, text, limit=limit)
    if has_sql(request.scope):
        text = gettext_noop(
            "This SQL took too long (more than %(limit)s s) and was stopped. Narrow it, or run it in sqlite3, which has no limit."
        )
        return RequestFailed(400, gettext_noop("SQL took too long"), text, limit=limit)
    text = gettext_noop(
        "This took more than %(limit)s s, and was stopped. Ask for less; or, if the machine is busy, try again in a moment."
    )
    return RequestFailed(503, _NOT_IN_TIME, text, limit=limit)


async def _disconnected(receive: Receive) -> None:
    """Return when the client has disconnected."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def _send(answer: WorkerResponse, send: Send) -> None:
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers]
    async with asyncio.timeout(SEND_S):
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        for at in range(0, len(answer.body), _CHUNK_BYTES):
            part = answer.body[at : at + _CHUNK_BYTES]
            await send({"type": "http.response.body", "body": part, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})
