"""The Wayback Machine's protocols, spoken over HTTP by a small server that reads a WARC file."""

from __future__ import annotations

import io
import json
import pickle
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar, NamedTuple
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlsplit
from urllib.request import ProxyHandler, build_opener

import pytest
from warcio.archiveiterator import ArchiveIterator
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from crawler.backfill.channel import BackfillScope, ChannelAnswer, PastLink, StepResult
from crawler.backfill.channels import archive_channels
from crawler.backfill.wayback_channel import RATE, WaybackChannel
from crawler.crawl.captures import archive_meta
from db.config.settings import Settings
from tests.support.web_server import Answer, Asked, WebServer

URL = "http://www.example.com:80/2019/04/bridge"
CAPTURES = [("2019-04-01", "one"), ("2019-04-02", "one"), ("2019-04-05", "two"), ("2019-05-01", "three")]
CAPTURES += [("2019-06-01", "three")]
SCOPE = BackfillScope(
    home="https://www.example.com/",
    hosts=frozenset(),
    since=datetime(2019, 1, 1, tzinfo=UTC),
    until=datetime(2020, 1, 1, tzinfo=UTC),
)


class Capture(NamedTuple):
    stamp: str
    url: str
    digest: str
    headers: list[tuple[str, str]]
    body: bytes


class Archive(WebServer):
    """`form`: "wayback" (rows and resume keys) or "pywb" (lines, neither collapsed nor resumed)."""

    form: ClassVar[str] = "wayback"

    def __init__(self, captures: list[Capture]) -> None:
        super().__init__(self.answer)
        self.captures = captures

    def answer(self, asked: Asked) -> Answer:
        if asked.path.startswith("/cdx"):
            query = parse_qs(urlsplit(asked.path).query)
            rows = [one for one in self.captures if query["from"][0] <= one.stamp <= query["to"][0]]
            return Answer(200, (_lines if self.form == "pywb" else _table)(rows, query))
        stamp, url = re.findall(r"/web/(\d{14})id_/(.+)", asked.path)[0]
        held = [one for one in self.captures if (one.stamp, one.url) == (stamp, url)]
        if not held:
            return Answer(404, "not captured")
        return Answer(200, held[0].body, {f"X-Archive-Orig-{name}": value for name, value in held[0].headers})


def _lines(rows: list[Capture], query: dict[str, list[str]]) -> str:
    keys = ("timestamp", "url", "digest")
    return "\n".join(json.dumps(dict(zip(keys, row[:3], strict=True))) for row in rows[: int(query["limit"][0])])


def _table(rows: list[Capture], query: dict[str, list[str]]) -> str:
    assert query["collapse"] == ["digest"]
    rows = [row for before, row in zip([None, *rows], rows, strict=False) if not before or before[2] != row.digest]
    start, limit = int(query.get("resumeKey", ["0"])[0]), int(query["limit"][0])
    named = [["timestamp", "original", "digest"], *(list(row[:3]) for row in rows[start : start + limit])]
    return json.dumps(named + ([[], [str(start + limit)]] if start + limit < len(rows) else []))


def write_warc(path: Path) -> None:
    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=True)
        for day, text in CAPTURES:
            fields = [("Content-Type", "text/html; charset=utf-8"), ("ETag", text), ("Content-Encoding", "identity")]
            head = StatusAndHeaders("200 OK", fields, protocol="HTTP/1.1")
            stated = {"WARC-Date": f"{day}T10:00:00Z"}
            body = io.BytesIO(f"<p>{text}".encode())
            record = writer.create_warc_record(URL, "response", body, http_headers=head, warc_headers_dict=stated)
            writer.write_record(record)
            record.raw_stream.close()  # warcio leaves its temporary file open


def read_warc(path: Path) -> Iterator[Capture]:
    with path.open("rb") as file:
        for record in ArchiveIterator(file):
            stated = record.rec_headers
            stamp = re.sub(r"\D", "", stated.get_header("WARC-Date"))
            digest = stated.get_header("WARC-Payload-Digest").removeprefix("sha1:")
            yield Capture(stamp, URL, digest, record.http_headers.headers, record.content_stream().read())


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    write_warc(tmp_path / "a.warc.gz")
    with Archive(list(read_warc(tmp_path / "a.warc.gz"))) as server:
        yield server


def channel_of(archive: Archive, limit: int) -> WaybackChannel:
    made: WaybackChannel = pickle.loads(
        pickle.dumps(WaybackChannel(f"{archive.url}/cdx", f"{archive.url}/web/", limit))
    )  # as sent to a worker
    return made


def fetch(url: str) -> ChannelAnswer:
    try:
        with build_opener(ProxyHandler({})).open(url, timeout=60) as got:
            status, headers, body = got.status, dict(got.headers), got.read()
    except HTTPError as error:
        status, headers, body = error.code, dict(error.headers), error.read()
    return ChannelAnswer(url=url, status=status, headers=headers, body=body)


def walk(channel: WaybackChannel) -> tuple[list[PastLink], list[str]]:
    steps, links, troubles = [*channel.first_steps(SCOPE)], list[PastLink](), list[str]()
    while steps:
        step = steps.pop(0)
        result = channel.read(SCOPE, step, fetch(step.url))
        links += result.links
        steps += result.next_steps
        troubles += [result.trouble] if result.trouble else []
    return links, troubles


@pytest.mark.parametrize("limit", [1, 2, 5000])
def test_five_captures_of_three_texts_are_three_links(archive: Archive, limit: int) -> None:
    channel = channel_of(archive, limit)
    links, troubles = walk(channel)
    assert not troubles
    assert [f"{link.captured_at:%Y-%m-%d %H}" for link in links] == ["2019-04-01 10", "2019-04-05 10", "2019-05-01 10"]
    assert len({link.digest for link in links}) == 3
    assert {link.url for link in links} == {URL}
    pages = [channel.unpack(link, fetch(str(link.fetch_url))) for link in links]
    assert [page and page.body for page in pages] == [b"<p>one", b"<p>two", b"<p>three"]
    assert [page and page.captured_at for page in pages] == [link.captured_at for link in links]
    assert pages[0] is not None
    assert pages[0].headers == {"Content-Type": "text/html; charset=utf-8", "ETag": "one"}
    assert pages[0].final_url == URL


@pytest.mark.parametrize("limit", [2, 5000])
def test_an_archive_without_resume_keys_is_asked_in_halves(
    archive: Archive, limit: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Archive, "form", "pywb")
    links, troubles = walk(channel_of(archive, limit))
    assert not troubles
    assert {(link.captured_at, link.digest) for link in links} == {
        (datetime.strptime(one.stamp, "%Y%m%d%H%M%S").replace(tzinfo=UTC), one.digest) for one in archive.captures
    }


def test_the_rate_is_that_of_the_service() -> None:
    pages = {"slot_delay": 0.125, "slot_concurrency": 1, "slot_rest": 60, "slot_rest_statuses": {429}}
    pages |= {"slot_shared": True, "interface_of": "archive.example"}
    rate, url = RATE, "https://archive.example/web/20200101000000id_/https://paper.example/"
    assert archive_meta(rate, url, lists=False, robots=False) == pages
    assert archive_meta(rate, url, lists=True, robots=False) == pages | {"slot_spacing": 2.5}
    assert archive_meta(rate, url, lists=False, robots=True) == pages | {"interface_of": None}


def test_a_capture_that_is_gone_is_no_page(archive: Archive) -> None:
    channel = channel_of(archive, 5)
    link = walk(channel)[0][0]
    archive.captures.clear()
    assert channel.unpack(link, fetch(str(link.fetch_url))) is None


_ARCHIVE = archive_channels(Settings())[0]


def test_a_redirect_to_another_capture_gives_its_time() -> None:
    link = PastLink(url=URL, captured_at=SCOPE.since)
    url = f"https://web.archive.org/web/20190507080910id_/{URL}"
    page = _ARCHIVE.unpack(link, ChannelAnswer(url=url, status=200, headers={}, body=b""))
    assert page is not None
    assert page.captured_at == datetime(2019, 5, 7, 8, 9, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "body", "trouble"),
    [
        (403, b"Blocked Site Error", "the archive does not give this site out"),
        (404, b"", "404"),
        (200, b"<html>", "not a list of captures"),
        (200, b'[["a"], ["b"]]', "not a list of captures"),
        (200, b"[" * 100_000, "not a list of captures"),
        (200, b"[]", None),
        (200, b'[["timestamp", "original"], ["20199999999999", "http://e.example/"], ["1"], []]', None),
    ],
)
def test_what_is_no_list_of_captures_is_said(status: int, body: bytes, trouble: str | None) -> None:
    channel = _ARCHIVE
    step = channel.first_steps(SCOPE)[0]
    answer = ChannelAnswer(url=step.url, status=status, headers={}, body=body)
    result = channel.read(SCOPE, step, answer)
    assert not result.links
    assert (trouble in (result.trouble or "")) if trouble else result.trouble is None


def test_resume_keys_without_end_end_the_channel() -> None:
    """Each key is another one, and behind each are the same captures."""
    step, asked = _ARCHIVE.first_steps(SCOPE)[0], 0
    result = StepResult(next_steps=[step])
    while result.next_steps:
        asked += 1
        assert asked < 5
        body = b'[["timestamp", "original"], ["20190401100000", "http://www.example.com/"], [], ["k%d"]]' % asked
        step = result.next_steps[0]
        result = _ARCHIVE.read(SCOPE, step, ChannelAnswer(url=step.url, status=200, headers={}, body=body))
    assert "same captures" in (result.trouble or "")


def test_a_resume_key_that_leads_nowhere_ends_the_channel() -> None:
    channel = _ARCHIVE
    body = b'[["timestamp", "original"], ["20190401100000", "http://www.example.com/"], [], ["k"]]'
    step = channel.first_steps(SCOPE)[0]
    answer = ChannelAnswer(url=step.url, status=200, headers={}, body=body)
    (again,) = channel.read(SCOPE, step, answer).next_steps
    result = channel.read(SCOPE, again, answer)
    assert "same resume key" in (result.trouble or "")
    assert not result.next_steps
