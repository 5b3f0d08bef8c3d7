"""The browser of a crawl, on the event loop: awaits drawings of a process of its own, which is started for the first page.

    crawl ──DrawOrder──> browser process ──Playwright──> Chromium ──> GuardProxy ──> web
          <──Drawing────

One page is drawn at a time: a browser that must be killed for one page takes no other with it, and what a page takes can be
measured. The process and its browser are replaced after `PAGES_PER_PROCESS` pages, after a page that exceeded a limit, and where
it does not answer.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from contextlib import AbstractContextManager

from crawler.render.messages import Drawing, DrawOrder, receive_message, send_message
from crawler.render.process_tree import descendants
from crawler.render.scratch_folder import ScratchFolder

# Pages after which the browser is started anew: bounds what it leaks. A start costs a second.
PAGES_PER_PROCESS = 100
# Seconds that the process may take beyond a page's limit, starting a browser included, before it is killed itself.
GRACE_S = 15.0


class RendererStopped(Exception):
    """The crawl is ending: the page was not drawn."""


class Renderer:
    """Draws pages. Ended by `stop`, which does not wait, and `close`, which does."""

    def __init__(self) -> None:
        self._process: Process | None = None
        self._scratch: ScratchFolder | None = None
        self._drawn = 0
        self._turn = asyncio.Lock()
        self._stopped = False
        self.starts = 0
        """How often a browser process was started."""

    async def draw(self, order: DrawOrder, meanwhile: AbstractContextManager[None] | None = None) -> Drawing:
        """Draw a page. Whatever goes wrong is the drawing's `error`. Raises RendererStopped.

        `meanwhile` is entered when the page's turn has come, and left when it is drawn.
        """
        async with self._turn:
            with meanwhile or contextlib.nullcontext():
                return await self._draw(order)

    async def _draw(self, order: DrawOrder) -> Drawing:
        if self._stopped:
            raise RendererStopped
        if self._process is None or self._process.returncode is not None or self._drawn >= PAGES_PER_PROCESS:
            await self._end_process()
            try:
                await self._start()
            except OSError as error:  # such as a full disk
                await self._end_process()
                return Drawing(error=f"no_browser: {error}"[:500])
        assert self._process is not None
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._drawn += 1
        try:
            async with asyncio.timeout(order.timeout_s * 2 + GRACE_S):
                send_message(self._process.stdin, order)
                await self._process.stdin.drain()
                drawing = await receive_message(self._process.stdout)
        except (OSError, asyncio.IncompleteReadError) as error:  # TimeoutError too
            await self._end_process()
            if self._stopped:
                raise RendererStopped from error
            return Drawing(error="browser_died")
        except BaseException:
            await asyncio.shield(self._end_process())
            raise
        assert isinstance(drawing, Drawing)
        if drawing.last:
            await self._end_process()
        return drawing

    def stop(self) -> None:
        """Draw no more, and end what is being drawn. Does not wait."""
        self._stopped = True
        self._kill()

    async def close(self) -> None:
        """Stop, and wait until the browser is gone."""
        self._stopped = True
        await self._end_process()

    async def _start(self) -> None:
        # A session of its own: Ctrl-C at a terminal is the crawl's.
        self._scratch = ScratchFolder()
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-P",
            "-m",
            "crawler.render.browser_process",
            stdin=PIPE,
            stdout=PIPE,
            start_new_session=True,
            env={**os.environ, "TMPDIR": str(self._scratch.path)},
            limit=1 << 20,
        )
        self._drawn = 0
        self.starts += 1

    async def _end_process(self) -> None:
        if self._process is not None:
            self._kill()
            await self._process.wait()
            self._process = None
        scratch, self._scratch = self._scratch, None
        if scratch is not None:
            await asyncio.to_thread(scratch.remove)

    def _kill(self) -> None:
        """Kill the process and all below it."""
        if self._process is None or self._process.returncode is not None:
            return
        pid = self._process.pid
        with contextlib.suppress(OSError):
            os.kill(pid, signal.SIGSTOP)  # it starts nothing more
        for one in (*descendants(pid), pid):
            with contextlib.suppress(OSError):
                os.kill(one, signal.SIGKILL)
