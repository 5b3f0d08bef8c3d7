"""The baseline: what one would write in an afternoon. Scrapy, trafilatura in the callback, one row at a time.

http_proxy=... scrapy runspider bench/crawl/baseline_spider.py -a urls=FILE -a db=FILE
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, ClassVar

import scrapy
import sqlite_utils
import trafilatura
from scrapy.http import Response


class Baseline(scrapy.Spider):
    """Fetches the addresses of a file, extracts in place, stores body and text."""

    name = "baseline"
    custom_settings: ClassVar[dict[str, Any]] = {  # type: ignore[misc]  # Scrapy reads it of the class
        "LOG_LEVEL": "WARNING",
        "CONCURRENT_REQUESTS": 32,
        "ROBOTSTXT_OBEY": True,
    }

    def __init__(self, urls: str, db: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.urls = Path(urls).read_text(encoding="utf-8").splitlines()
        self.db = sqlite_utils.Database(db)
        self.db.enable_wal()
        self.pages = 0
        self.began = time.monotonic()

    async def start(self) -> AsyncIterator[Any]:
        for url in self.urls:
            yield scrapy.Request(url, callback=self.parse)

    def parse(self, response: Response) -> None:
        found = trafilatura.bare_extraction(response.body, url=response.url, with_metadata=True)
        self.pages += 1
        row = {name: getattr(found, name, None) for name in ("title", "author", "date", "text")}
        self.db.table("articles").insert({"url": response.url, "html": response.body, **row}, pk="url", replace=True)

    def closed(self, reason: str) -> None:
        seconds = time.monotonic() - self.began
        print(f"baseline: {self.pages} pages in {seconds:.1f} s ({self.pages / seconds:.1f} pages/s)")
