"""Waits on the event loop for what other threads complete: jobs of the writer, queries of the reader, tasks of worker processes.

`asyncio.wrap_future` wakes the loop for each future by itself: a system call, and a switch to the loop's thread, for each of the
futures that the writer completes with one commit. Here those that are completed before the loop comes to them share one waking.
"""

from __future__ import annotations

import asyncio
from collections import deque
from concurrent.futures import Future
from contextlib import suppress
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

T = TypeVar("T")


class _Waker:
    """Ends the waits of one loop."""

    def __init__(self) -> None:
        self._ended: deque[asyncio.Future[None]] = deque()
        self._scheduled = False

    def end(self, wait: asyncio.Future[None], loop: asyncio.AbstractEventLoop) -> None:
        """End a wait of the loop. For any thread."""
        # In this order: `_end_all` clears the mark before it looks, so it sees what was added while the mark was set.
        self._ended.append(wait)
        if not self._scheduled:
            self._scheduled = True
            with suppress(RuntimeError):  # the loop is closed: nobody waits any more
                loop.call_soon_threadsafe(self._end_all)

    def _end_all(self) -> None:
        self._scheduled = False
        while self._ended:
            wait = self._ended.popleft()
            if not wait.done():
                wait.set_result(None)


_wakers: WeakKeyDictionary[asyncio.AbstractEventLoop, _Waker] = WeakKeyDictionary()


async def wait_until_done(future: Future[Any]) -> None:
    """Wait until a future of another thread is done or cancelled.

    Unlike with `asyncio.wrap_future`, the cancellation of the waiting task does not cancel it.
    """
    if future.done():
        return
    loop = asyncio.get_running_loop()
    waker = _wakers.get(loop)
    if waker is None:
        waker = _wakers[loop] = _Waker()
    wait: asyncio.Future[None] = loop.create_future()
    future.add_done_callback(lambda _: waker.end(wait, loop))
    await wait


async def result_of(future: Future[T]) -> T:
    """The result of a future of another thread, or what it raised."""
    await wait_until_done(future)
    return future.result()
