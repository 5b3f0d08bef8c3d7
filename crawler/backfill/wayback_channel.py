"""The Wayback Machine, or any archive that speaks its protocols (pywb): captures of a source's hosts, by the CDX index.

    CDX query of a host ──> captures, resume key ──> the next query
    capture ──> /web/{timestamp}id_/{url}: the bytes as received, the site's headers as `X-Archive-Orig-…`

Adjacent captures with the same digest are collapsed to the first of them, so that each one left is a text as it was from then on.
pywb has no resume keys and states its captures as JSON objects, one a line. A query that fills its limit there is
asked again in halves.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import ClassVar, NamedTuple
from urllib.parse import urlencode, urlsplit

from crawler.backfill.capture_times import format_capture_time, parse_capture_time
from crawler.backfill.channel import (
    JSON,
    BackfillScope,
    CapturedPage,
    ChannelAnswer,
    ChannelRate,
    PastLink,
    Step,
    StepResult,
)
from crawler.backfill.list_memory import remembered, repeats
from crawler.backfill.statuses import refusal_of

RATE = ChannelRate(lists_per_minute=24, pages_per_minute=8 * 60, pause=timedelta(seconds=60))
"""The service's own limits; who goes on after a 429 is blocked."""
CAPTURES_PER_QUERY = 5000
"""Some 1 MB of index, and 40 ms to read."""
_SHORTEST = timedelta(minutes=1)
"""A time with more captures than a query may give is not divided further than this."""
_ORIGINAL = "x-archive-orig-"
_UNDONE = frozenset({"content-encoding", "transfer-encoding", "content-length"})
"""What the site's headers say of a transfer that is over: the body is unpacked when it gets here."""
_REPLAY = re.compile(r"/(\d{14})id_/(https?:/.{1,4000})", re.DOTALL)
_NAMES = {"url": "original", "status": "statuscode", "mime": "mimetype"}
"""pywb's names of columns, and the Wayback Machine's."""


class WaybackChannel:
    """The captures of a source's hosts between `since` and `until`: articles that were captured later only are not named."""

    name: ClassVar[str] = "wayback"

    def __init__(
        self,
        cdx_url: str,
        pages_url: str,
        captures_per_query: int = CAPTURES_PER_QUERY,
        rate: ChannelRate = RATE,
    ) -> None:
        self.rate: ChannelRate | None = rate
        self._cdx_url = cdx_url
        self._pages_url = pages_url.rstrip("/")
        self._limit = captures_per_query

    def first_steps(self, scope: BackfillScope) -> Sequence[Step]:
        """A query for the home's host, and one for each other host with all below it."""
        home = urlsplit(scope.home).hostname or ""
        asked = [(home, "host"), *((host, "domain") for host in sorted(scope.hosts) if host != home)]
        until = scope.until - timedelta(seconds=1)  # the index includes `to`
        return [self._step(host, match, scope.since, until) for host, match in asked if host]

    def read(self, scope: BackfillScope, step: Step, answer: ChannelAnswer) -> StepResult:
        """The captures, and the query that goes on behind them."""
        if answer.status == 403:
            return StepResult(trouble="status 403: the archive does not give this site out")
        refused = refusal_of(answer)
        if refused is not None:
            return StepResult(trouble=refused)
        try:
            captures, resume_key, says_end = _captures(answer.body)
        except (ValueError, RecursionError):
            return StepResult(trouble="the answer is not a list of captures (CDX)")
        links = [link for capture in captures if (link := self._link(capture)) is not None]
        host, match = str(step.state.get("host")), str(step.state.get("match"))
        since, until = parse_capture_time(step.state.get("from")), parse_capture_time(step.state.get("to"))
        if since is None or until is None:
            return StepResult(links=links)
        if resume_key is not None:
            if resume_key == step.state.get("resume"):
                return StepResult(links=links, trouble="the archive gives the same resume key again")
            # Both ends stand for the page: an index is in order, so that what follows a page ends elsewhere.
            ends = [f"{one.get('timestamp')} {one.get('original')}" for one in (*captures[:1], *captures[-1:])]
            ends = ends or [""]
            if repeats(step, ends):
                return StepResult(links=links, trouble="the archive gives the same captures again and again")
            following = self._step(host, match, since, until, resume_key)
            seen: JSON = remembered(ends)
            return StepResult(links=links, next_steps=[replace(following, state={**following.state, "seen": seen})])
        if says_end or len(captures) < self._limit:
            return StepResult(links=links)
        if until - since < _SHORTEST:
            return StepResult(links=links, trouble="the archive does not say how to go on behind its list of captures")
        middle = (since + (until - since) / 2).replace(microsecond=0)
        halves = [(since, middle), (middle + timedelta(seconds=1), until)]
        return StepResult(links=links, next_steps=[self._step(host, match, *half) for half in halves])

    def unpack(self, link: PastLink, answer: ChannelAnswer) -> CapturedPage | None:
        """The page with the site's own headers, at the time of the capture that was given: maybe another than was asked for."""
        if answer.status != 200:
            return None
        replayed = _REPLAY.search(answer.url)
        captured_at = (parse_capture_time(replayed[1]) if replayed else None) or link.captured_at
        if captured_at is None:
            return None
        return CapturedPage(
            status=answer.status,
            headers=_own_headers(answer.headers),
            body=answer.body,
            captured_at=captured_at,
            final_url=replayed[2] if replayed else None,
        )

    def _step(self, host: str, match: str, since: datetime, until: datetime, resume_key: str | None = None) -> Step:
        first, last = format_capture_time(since), format_capture_time(until)
        asked = [("url", host), ("matchType", match), ("from", first), ("to", last)]
        asked += [("filter", "statuscode:200"), ("filter", "mimetype:text/html"), ("collapse", "digest")]
        asked += [("output", "json"), ("limit", str(self._limit)), ("showResumeKey", "true")]
        asked += [("resumeKey", resume_key)] if resume_key is not None else []
        return Step(
            channel=self.name,
            url=f"{self._cdx_url}?{urlencode(asked, safe=':/')}",
            month=f"{first[:4]}-{first[4:6]}" if first[:6] == last[:6] else None,
            state={"host": host, "match": match, "from": first, "to": last, "resume": resume_key},
        )

    def _link(self, capture: Mapping[str, object]) -> PastLink | None:
        url, stamp, size = str(capture.get("original", "")), str(capture.get("timestamp", "")), capture.get("length")
        captured_at = parse_capture_time(stamp)
        if captured_at is None or not url.startswith(("http://", "https://")):
            return None
        return PastLink(
            url=url,
            fetch_url=f"{self._pages_url}/{stamp}id_/{url}",
            captured_at=captured_at,
            digest=str(capture.get("digest") or "") or None,
            size=int(str(size)) if re.fullmatch(r"[0-9]{1,12}", str(size)) else None,
        )


class _Index(NamedTuple):
    captures: list[Mapping[str, object]]
    resume_key: str | None
    says_end: bool
    """Whether no resume key means that there is no more."""


def _captures(body: bytes) -> _Index:
    """The captures of an answer. Raises ValueError."""
    text = body.decode("utf-8", errors="replace").strip()
    if not text:
        return _Index([], None, True)
    if text.startswith("["):
        return _table(json.loads(text))
    return _Index(list(_lines(text)), None, False)


def _table(rows: object) -> _Index:
    """The Wayback Machine's form: names, rows; then, if there is more, an empty row and one that holds the resume key."""
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise ValueError("not rows")
    if not rows:
        return _Index([], None, True)
    resume_key = None
    if len(rows) > 2 and rows[-2] == [] and len(rows[-1]) == 1:
        resume_key, rows = str(rows[-1][0]), rows[:-2]
    names = [str(name) for name in rows[0]]
    if "timestamp" not in names or "original" not in names:
        raise ValueError("no captures")
    return _Index([dict(zip(names, row, strict=False)) for row in rows[1:] if row], resume_key, True)


def _lines(text: str) -> Iterator[Mapping[str, object]]:
    for line in text.splitlines():
        row = json.loads(line)
        if not isinstance(row, dict):
            raise ValueError("not a capture")
        yield {_NAMES.get(str(name), str(name)): value for name, value in row.items()}


def _own_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """The site's headers. pywb gives them without a prefix."""
    own = {
        name[len(_ORIGINAL) :]: value for name, value in headers.items() if name.lower().startswith(_ORIGINAL)
    } or dict(headers)
    if "content-type" not in {name.lower() for name in own}:
        own |= {name: value for name, value in headers.items() if name.lower() == "content-type"}
    return {name: value for name, value in own.items() if name.lower() not in _UNDONE}
