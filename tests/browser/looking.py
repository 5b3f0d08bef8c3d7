"""What the browser tests look with: the command as a process, Debian's chromium, and a trap that counts who comes."""

from __future__ import annotations

import base64
import http.client
import os
import re
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Dialog, Page, Request, sync_playwright

from crawler.render.browsers import DISABLE_FEATURES
from tests.support.forked import ForkedProcess

ROOT = Path(__file__).parents[2]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


# Where a test is not about them, no page of a busy machine is broken off at these limits.
PATIENT = {
    "db.inspect.app.STATEMENT_S": 60.0,
    "db.inspect.app.OWN_STATEMENT_S": 60.0,
    "db.inspect.dispatcher.SQL_S": 120.0,
    "db.inspect.dispatcher.PAGE_S": 120.0,
    "db.inspect.dispatcher.WAIT_S": 120.0,
    "db.inspect.dispatcher.START_S": 120.0,
}


@contextmanager
def started(
    database: Path, *options: str, browser: Path | None = None, limits: dict[str, float] = PATIENT
) -> Iterator[tuple[ForkedProcess, str]]:
    """`copydesk inspect` on a free port and its address. `--open` starts `browser`. Killed at the end unless it has ended.

    `limits`: the constants that are others than in the product.
    """
    env = {**os.environ, "TZ": "UTC"} | ({"BROWSER": f"{browser} %s"} if browser else {})
    arguments = ("--db", str(database), "inspect", "--port", "0", *options)
    process = ForkedProcess(arguments, database.parent, env, limits)
    try:
        said = process.read_until("(Ctrl-C ends)")
        found = re.search(r"http://127\.0\.0\.1:\d+", said)
        assert found, said
        yield process, found[0]
    finally:
        process.kill()
        process.communicate(timeout=120)


@contextmanager
def inspecting(
    database: Path, *options: str, browser: Path | None = None, limits: dict[str, float] = PATIENT
) -> Iterator[str]:
    """The address of `copydesk inspect`. Ended as by Ctrl-C, which must be clean."""
    with started(database, *options, browser=browser, limits=limits) as (process, home):
        yield home
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=120)
        assert process.returncode == 0, out + err
        assert "Traceback" not in out + err, out + err


def ask(home: str, path: str, *, method: str = "GET", **headers: str) -> tuple[int, str, http.client.HTTPMessage]:
    """An answer without a browser: status, body, headers. An underscore in the name of a header is a hyphen."""
    connection = http.client.HTTPConnection(urlsplit(home).netloc, timeout=60)
    connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
    answer = connection.getresponse()
    body = answer.read().decode("utf-8", "replace")
    connection.close()
    return answer.status, body, answer.headers


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser, headless."""
    with sync_playwright() as playwright:
        args = ["--no-sandbox", "--disable-gpu", DISABLE_FEATURES]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=args)
        try:
            yield browser
        finally:
            browser.close()


class Trap:
    """A server that must hear nothing. `heard` has the path of each request, "connected" for a connection alone."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        heard = self.heard

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                heard.append(self.path)
                self.send_response(204)
                self.end_headers()

            def do_POST(self) -> None:
                self.do_GET()

            def log_message(self, format: str, *arguments: object) -> None:
                pass

        class Counting(ThreadingHTTPServer):
            daemon_threads = True

            def get_request(self):  # type: ignore[no-untyped-def]
                heard.append("connected")
                return super().get_request()

        self._server = Counting(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = Thread(target=self._server.serve_forever)
        self._thread.start()

    def close(self) -> None:
        """Listen no more."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def go_drawn(tab: Page, address: str) -> None:
    """Open a page and wait until nothing is asked for any more and its charts are drawn."""
    tab.goto(address, wait_until="networkidle")
    if tab.locator(".chart").count():
        tab.wait_for_selector("html[data-drawn]")


def write_picture(tab: Page, path: Path, *, top: float, width: int, height: float, quality: int) -> None:
    """A part of the open page as WebP, in CSS pixels from the page's top; `quality` from 0 to 100."""
    clip = {"x": 0, "y": top, "width": width, "height": height, "scale": 1}
    asked = {"format": "webp", "quality": quality, "captureBeyondViewport": True, "clip": clip}
    picture = tab.context.new_cdp_session(tab).send("Page.captureScreenshot", asked)["data"]
    path.write_bytes(base64.b64decode(picture))


@dataclass(kw_only=True)
class Watched:
    """A page with all that it complained about and asked for."""

    page: Page
    home: str
    complaints: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("dialog", self._dismiss)
        self.page.on("request", self._asked)

    def go(self, path: str, *, drawn: bool = False) -> None:
        """Open a page and wait until nothing is asked for any more."""
        self.page.goto(self.home + path, wait_until="load")
        if drawn:
            self.page.wait_for_selector("html[data-drawn]", timeout=10_000)

    def check(self) -> None:
        """Nothing was complained of, and nothing was asked of another server."""
        assert not self.complaints, (self.page.url, self.complaints)
        assert not self.strangers, (self.page.url, self.strangers)

    def _dismiss(self, dialog: Dialog) -> None:
        self.complaints.append(f"dialog {dialog.message}")
        dialog.dismiss()

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    def _asked(self, request: Request) -> None:
        asked, home = urlsplit(request.url), urlsplit(self.home)
        if asked.scheme not in ("data", "blob", "about") and asked.netloc != home.netloc:
            self.strangers.append(request.url)
