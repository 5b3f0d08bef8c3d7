"""Common Crawl, or any archive that offers the same: an index of captures by collection, and their records in WARC files.

    collinfo.json ──> collections of the time ──> number of index pages of a host ──> pages: captures
    capture ──Range request──> WARC file: one record

Index and files are asked one request at a time. 404 means that a collection has nothing of a host, 403 that one was too fast
(commoncrawl.org, "Blog: Oct/Nov 2023 performance issues"; index.commoncrawl.org, "CDX Server API").
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import ClassVar
from urllib.parse import urlencode, urlsplit

from crawler.backfill.capture_times import format_capture_time, parse_capture_time
from crawler.backfill.channel import (
    BackfillScope,
    CapturedPage,
    ChannelAnswer,
    ChannelRate,
    PastLink,
    Step,
    StepResult,
)
from crawler.backfill.statuses import refusal_of
from db.errors import UsageError
from pipelines.exchange.items import ArchivedPage, ReadOptions
from pipelines.exchange.warc.reader import read_warc

_WEEK = re.compile(r"(20\d\d)-(\d\d)$")
_CRAWL_SPAN = timedelta(days=30)
"""How long the crawl of a collection takes at most, where the list says only its week."""
_MOST_PAGES = 10_000
"""Index pages of one host in one collection; each has up to 15,000 captures."""
_HTML = frozenset({"text/html", "application/xhtml+xml"})


class CommonCrawlChannel:
    """The captures of a source's hosts in the collections of the time that is back-filled."""

    name: ClassVar[str] = "common_crawl"
    # The project asks for single requests and pauses, and names no rate; its own client (cdx-toolkit) asks once a second.
    rate: ClassVar[ChannelRate | None] = ChannelRate(
        lists_per_minute=30, pages_per_minute=4 * 60, pause=timedelta(seconds=60), busy_statuses=frozenset({403, 429})
    )

    def __init__(self, collections_url: str, data_url: str, max_page_size: int) -> None:
        self._collections_url = collections_url
        self._data_url = data_url.rstrip("/")
        self._limit = max_page_size

    def first_steps(self, scope: BackfillScope) -> Sequence[Step]:
        """The list of collections."""
        return [Step(channel=self.name, url=self._collections_url, state={"part": "collections"})]

    def read(self, scope: BackfillScope, step: Step, answer: ChannelAnswer) -> StepResult:
        """Collections give queries for the number of index pages; these give the pages; and these give captures."""
        part = step.state.get("part")
        if answer.status == 404 and part != "collections":
            return StepResult()
        if (refused := refusal_of(answer)) is not None:
            return StepResult(trouble=refused)
        try:
            if part == "collections":
                return self._collections(scope, answer)
            rows = list(_rows(answer.body))
            if part == "count" and rows and "pages" in rows[0]:
                return StepResult(next_steps=self._pages(step, rows[0]))
            # An index without pages (pywb on a plain file) answers the question for their number with all its captures.
            return StepResult(links=[link for row in rows if (link := self._link(row)) is not None])
        except (ValueError, RecursionError, AttributeError, TypeError):
            what = "a list of collections" if part == "collections" else "an index of captures"
            return StepResult(trouble=f"the answer is not {what}")

    def unpack(self, link: PastLink, answer: ChannelAnswer) -> CapturedPage | None:
        """The page in the record that was fetched."""
        if answer.status not in (200, 206):
            return None
        try:
            items = list(read_warc(io.BytesIO(answer.body), link.url, ReadOptions(limit=self._limit)))
        except UsageError:
            return None
        page = next((item for item in items if isinstance(item, ArchivedPage)), None)
        if page is None:
            return None
        return CapturedPage(
            status=page.status,
            headers=page.headers,
            body=page.body,
            captured_at=page.fetched_at,
            final_url=page.final_url,
        )

    def _collections(self, scope: BackfillScope, answer: ChannelAnswer) -> StepResult:
        found = json.loads(answer.body)
        # The oldest first: of captures with one digest the first is kept.
        dated = sorted((_span(entry) or (scope.since, scope.until), str(entry["cdx-api"])) for entry in found)
        wanted = [url for (first, last), url in dated if last >= scope.since and first < scope.until]
        own = urlsplit(self._collections_url).hostname
        if not found or not all(url.startswith(("http://", "https://")) for url in wanted):
            raise ValueError("no collections")
        if any(urlsplit(url).hostname != own for url in wanted):
            # Who may be asked, and how fast, is known of the archive's own host alone.
            return StepResult(trouble=f"its list names indexes that are not at {own}")
        hosts = dict.fromkeys([urlsplit(scope.home).hostname or "", *sorted(scope.hosts)])
        until = scope.until - timedelta(seconds=1)  # the index includes `to`
        times = {"from": format_capture_time(scope.since), "to": format_capture_time(until)}
        steps = [self._count(url, host, times) for url in wanted for host in hosts if host]
        return StepResult(next_steps=steps, trouble=None if steps else "no collection is of that time")

    def _count(self, api: str, host: str, times: Mapping[str, str]) -> Step:
        asked = {"url": f"{host}/*", "output": "json", **times, "showNumPages": "true"}
        state = {"part": "count", "api": api, "host": host, **times}
        return Step(channel=self.name, url=f"{api}?{urlencode(asked, safe='/*')}", state=state)

    def _pages(self, step: Step, said: Mapping[str, object]) -> list[Step]:
        pages = min(_MOST_PAGES, int(str(said["pages"])))
        state = {**step.state, "part": "page"}
        asked = {name: str(step.state[name]) for name in ("from", "to")}
        asked = {"url": f"{step.state['host']}/*", "output": "json", **asked, "filter": "=status:200"}
        query = urlencode(asked, safe="/*=:")
        return [
            Step(channel=self.name, url=f"{step.state['api']}?{query}&page={page}", state={**state, "page": page})
            for page in range(pages)
        ]

    def _link(self, row: Mapping[str, object]) -> PastLink | None:
        url, file = str(row.get("url", "")), str(row.get("filename", ""))
        kind = str(row.get("mime-detected") or row.get("mime") or "text/html")
        captured_at, begins, size = (
            parse_capture_time(row.get("timestamp")),
            _number(row.get("offset")),
            _number(row.get("length")),
        )
        is_page = kind in _HTML and str(row.get("status", "200")) == "200" and not row.get("truncated")
        if not is_page or captured_at is None or begins is None or not size or not file:
            return None
        if not url.startswith(("http://", "https://")) or ".." in file or "://" in file:
            return None
        return PastLink(
            url=url,
            fetch_url=f"{self._data_url}/{file.lstrip('/')}",
            byte_range=(begins, begins + size - 1),
            captured_at=captured_at,
            digest=str(row.get("digest") or "") or None,
            size=size,
        )


def _span(entry: Mapping[str, object]) -> tuple[datetime, datetime] | None:
    """From when to when a collection was crawled; None where its entry does not say it."""
    try:
        first, last = (datetime.fromisoformat(str(entry[name])).replace(tzinfo=UTC) for name in ("from", "to"))
    except (KeyError, ValueError):
        week = _WEEK.search(str(entry.get("id", "")))
        if week is None or not 1 <= int(week[2]) <= 52:
            return None
        first = datetime.fromisocalendar(int(week[1]), int(week[2]), 1).replace(tzinfo=UTC) - timedelta(days=7)
        last = first + _CRAWL_SPAN
    return first, last


def _rows(body: bytes) -> Iterator[Mapping[str, object]]:
    """The captures of an index page: an object a line. Raises ValueError."""
    for line in body.decode("utf-8", errors="replace").splitlines():
        if line.strip():
            row = json.loads(line)
            if not isinstance(row, dict):
                raise ValueError("not a capture")
            yield row


def _number(value: object) -> int | None:
    return int(str(value)) if re.fullmatch(r"[0-9]{1,15}", str(value)) else None
