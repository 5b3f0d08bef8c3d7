"""The application before the workers: which of them gets a request, how long it may take, what is said where no answer comes.

Two lanes of two workers each (`db.inspect.worker`), so that a page whose cost is ours to know never waits behind one whose cost is
somebody else's choice:

    own       the front page, articles, sources, people, runs, rejections, style sheets
    foreign   SQL and tables, what a stored page says, search, comparisons

A worker answers one request at a time and is killed past its time, or when nobody waits for the answer any more; the next request
starts another (a fork of a process that has imported everything: some 50 ms). Requests wait in line up to a limit.
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
from db.inspect.safety.limits import MEMORY_BYTES, PAGE_S, SQL_S, megabytes
from db.inspect.safety.request_checks import Receive, Send, asks_sql
from db.inspect.safety.sanitize import is_inert
from db.inspect.worker_messages import LENGTHS, READY, ErrorMessage, Scope, WorkerRequest, WorkerResponse

WORKERS = 2
# Requests of a lane that may wait, and how long. A browser asks for up to six at a time.
MAX_WAITING = 24
WAIT_S = 15.0
# A worker that is not ready by then will not be. On a busy machine it takes 2 s.
START_S = 30.0
# Longer answers keep their worker until they are sent, which bounds what is held here for clients that do not read.
SMALL_BYTES = 1_000_000
SEND_S = 60.0
_CHUNK_BYTES = 256 * 1024

_FOREIGN = ("/-/search",)
_WORKER = "db.inspect.worker"
Decode = Callable[[bytes, str | None], str | None]
"""Bytes as received and their content type to text; None where they are in no known encoding."""
_Child = multiprocessing.context.ForkServerProcess


class RequestFailed(Exception):
    """A request that no worker answered, and what to say of it."""

    def __init__(self, status: int, heading: str, text: str) -> None:
        super().__init__(text)
        self.saying = ErrorMessage(status=status, heading=heading, text=text)


class Dispatcher:
    """The ASGI application. `path` is a database that was opened and migrated before. `decode` reads a stored body; it is handed
    in, because decoding is the desk's, and found by its name."""

    def __init__(self, path: Path, decode: Decode) -> None:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload([_WORKER, decode.__module__])

        async def start() -> _Worker:
            try:
                ours, theirs = socket.socketpair()
                with theirs:
                    process = context.Process(target=_live, args=(theirs, path, decode), daemon=True)
                    process.start()
            except (OSError, EOFError) as error:
                raise RequestFailed(503, "No answer", f"No process to make the page can be started: {error}.") from None
            return await _Worker.ready(process, ours)

        self._own, self._foreign = _Lane(start), _Lane(start)

    async def start(self) -> None:
        """Have the first workers ready. Raises CopydeskError."""
        try:
            for lane in (self._own, self._foreign):
                async with lane.worker():
                    pass
        except RequestFailed as failed:
            raise CopydeskError(f"The pages cannot be made: {failed}") from failed

    def close(self) -> None:
        """End the workers, whatever they do; requests under way and further ones are told so."""
        self._own.close()
        self._foreign.close()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; given up where the client goes away."""
        answering = asyncio.ensure_future(self._answer(scope, send))
        leaving = asyncio.ensure_future(_left(receive))
        try:
            await asyncio.wait((answering, leaving), return_when=asyncio.FIRST_COMPLETED)
        finally:
            leaving.cancel()
            if not answering.done():
                answering.cancel()
        with contextlib.suppress(asyncio.CancelledError, TimeoutError):  # gone, or does not read what it asked for
            await answering

    async def _answer(self, scope: Scope, send: Send) -> None:
        lane = self._foreign if is_foreign(scope["path"]) else self._own
        limit_s = SQL_S if asks_sql(scope) else PAGE_S
        try:
            async with lane.worker() as worker:
                answer = await worker.ask(WorkerRequest(scope=scope, limit_s=limit_s))
                if len(answer.body) > SMALL_BYTES:
                    await _sent(answer, send)
                    return
        except RequestFailed as failed:
            answer = await self._explained(scope, failed)
        await _sent(answer, send)

    async def _explained(self, scope: Scope, failed: RequestFailed) -> WorkerResponse:
        """A page that says what went wrong; in plain words where not even that can be made."""
        try:
            async with self._own.worker() as worker:
                return await worker.ask(WorkerRequest(scope=scope, limit_s=PAGE_S, saying=failed.saying))
        except RequestFailed:
            said = failed.saying
            headers = [
                ("content-type", "text/plain; charset=utf-8"),
                ("cache-control", "no-store"),
                ("retry-after", "5"),
            ]
            return WorkerResponse(status=said.status, headers=headers, body=f"{said.heading}. {said.text}\n".encode())


def _live(sock: socket.socket, path: Path, decode: Decode) -> None:
    """A worker begins. It alone loads Datasette."""
    from db.inspect.worker import live

    live(sock, path, decode)


def is_foreign(path: str) -> bool:
    """Whether somebody else decides what a page costs: whoever wrote the SQL, the query, the stored page or the texts."""
    ours = path == "/" or path.startswith("/-/")
    return not ours or is_inert(path) or path.startswith(_FOREIGN) or path.endswith("/changes")


class _Lane:
    """Up to `WORKERS` workers, started as they are needed; the one that was used last is used first, because it is warm."""

    def __init__(self, start: Callable[[], Awaitable[_Worker]]) -> None:
        self._start = start
        self._free = asyncio.Semaphore(WORKERS)
        self._idle: list[_Worker] = []
        self._busy: set[_Worker] = set()
        self._waiting = 0
        self._closed = False

    @contextlib.asynccontextmanager
    async def worker(self) -> AsyncIterator[_Worker]:
        """A worker for the block. Raises NoAnswer where none can be had."""
        await self._turn()
        worker = None
        try:
            if self._closed:
                raise RequestFailed(503, "Closing", "The server is being ended.")
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
        """Kill all workers, and start none any more."""
        self._closed = True
        for worker in (*self._busy, *self._idle):
            worker.kill()

    async def _turn(self) -> None:
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
    """One worker and our end of its socket."""

    def __init__(self, process: _Child, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._process, self._reader, self._writer = process, reader, writer
        self.is_fit = True

    @classmethod
    async def ready(cls, process: _Child, sock: socket.socket) -> _Worker:
        """A worker that was just started, once it can answer. Raises NoAnswer where that does not come."""
        worker = cls(process, *await asyncio.open_connection(sock=sock, limit=_CHUNK_BYTES))
        try:
            async with asyncio.timeout(START_S):
                await worker._reader.readexactly(len(READY))
        except (TimeoutError, asyncio.IncompleteReadError, OSError):
            worker.kill()
            raise RequestFailed(
                503, "No answer", "The process that is to answer does not start; see the terminal."
            ) from None
        except BaseException:
            worker.kill()
            raise
        return worker

    async def ask(self, question: WorkerRequest) -> WorkerResponse:
        """The answer. Raises NoAnswer; the worker is gone then, as where the waiting is cancelled."""
        try:
            async with asyncio.timeout(question.limit_s):
                self._writer.write(question.packed())
                head_bytes, body_bytes = LENGTHS.unpack(await self._reader.readexactly(LENGTHS.size))
                head = json.loads(await self._reader.readexactly(head_bytes))
                body = await self._reader.readexactly(body_bytes)
        except TimeoutError:
            self.kill()
            raise _too_slow(question) from None
        except (asyncio.IncompleteReadError, OSError):
            self.kill()
            raise RequestFailed(503, "Too much", _DIED) from None
        except BaseException:
            self.kill()
            raise
        return WorkerResponse(status=head["status"], headers=head["headers"], body=body)

    def kill(self) -> None:
        """End it, whatever it does."""
        self.is_fit = False
        self._process.kill()
        self._process.join(1)
        self._writer.close()


_DIED = (
    f"The process that made this answer ended: it may have taken more memory than the {megabytes(MEMORY_BYTES)} it has."
    " Ask for less, or without a limit: sqlite3 on the file, copydesk show."
)


def _busy() -> RequestFailed:
    return RequestFailed(
        503, "Busy", "Too many requests wait for an answer. Close what you do not need, and try again in a moment."
    )


def _too_slow(question: WorkerRequest) -> RequestFailed:
    after = f"more than {question.limit_s:g} s, and was stopped"
    if is_inert(question.scope["path"]):
        return RequestFailed(
            503,
            "Not in time",
            f"To make this page safe to show takes {after}. Its markup can be seen as text; copydesk show --html gives its bytes.",
        )
    if asks_sql(question.scope):
        return RequestFailed(
            400,
            "SQL took too long",
            f"This SQL took too long: {after}. Narrow it, or ask without a limit: sqlite3 on the file.",
        )
    return RequestFailed(
        503,
        "Not in time",
        f"This took {after}. Ask for less; or, should the machine be busy, try again in a moment.",
    )


async def _left(receive: Receive) -> None:
    """Returns when the client is gone."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def _sent(answer: WorkerResponse, send: Send) -> None:
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers]
    async with asyncio.timeout(SEND_S):
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        for at in range(0, len(answer.body), _CHUNK_BYTES):
            part = answer.body[at : at + _CHUNK_BYTES]
            await send({"type": "http.response.body", "body": part, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})
