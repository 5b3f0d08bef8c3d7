"""Pages of `copydesk inspect` asked of its application in this process, so that its limits can be made small."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from cli.commands.reading.inspect import result_of, text_of
from db.inspect.app import Inspector
from db.inspect.pages.components.conversions import Conversions
from db.inspect.safety.request_checks import has_sql
from db.inspect.translation.catalogues import use_language


class Asked:
    """An inspector of one database."""

    def __init__(self, path: Path) -> None:
        self._loop = asyncio.new_event_loop()
        self.inspector = Inspector(path, Conversions(decode=text_of, export=result_of), "en")
        self._app = self.inspector.app()
        self._loop.run_until_complete(self.inspector.invoke_startup())

    def __call__(self, address: str) -> tuple[int, dict[str, str], str]:
        """Status, headers and body."""
        url, status, headers, parts = urlsplit(address), 0, dict[str, str](), list[bytes]()
        scope = {
            "type": "http", "http_version": "1.1", "method": "GET", "scheme": "http", "path": unquote(url.path),
            "raw_path": url.path.encode(), "query_string": url.query.encode(), "headers": [(b"host", b"127.0.0.1")],
        }  # fmt: skip

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers.update({name.decode().lower(): value.decode() for name, value in message["headers"]})
            else:
                parts.append(message.get("body", b""))

        use_language("en")
        self.inspector.news.begin_request(strict=has_sql(scope), cuts=False)
        self._loop.run_until_complete(self._app(scope, receive, send))
        return status, headers, b"".join(parts).decode()

    def close(self) -> None:
        """Close its connections."""
        self.inspector.news.close()
        self._loop.close()


@contextmanager
def inspected(path: Path) -> Iterator[Asked]:
    """An inspector, closed at the end."""
    asked = Asked(path)
    try:
        yield asked
    finally:
        asked.close()
