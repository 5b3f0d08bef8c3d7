"""Common Crawl's protocols, spoken over HTTP by a small server with real WARC files: the channel alone, and a whole back-fill."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener

import pytest

from crawler.backfill.channel import BackfillScope, ChannelAnswer, PastLink, Step
from crawler.backfill.common_crawl_channel import CommonCrawlChannel
from tests.crawler.backfill.common_crawl import Capture, CommonCrawl
from tests.end_to_end.copydesk import Copydesk
from tests.pipelines.dedup.stories import story

BRIDGE, HARBOUR = "https://www.bridges.example/bridge.html", "https://www.bridges.example/harbour.html"
SCOPE = BackfillScope(
    home="https://www.bridges.example/",
    hosts=frozenset(),
    since=datetime(2019, 1, 1, tzinfo=UTC),
    until=datetime(2021, 1, 1, tzinfo=UTC),
)


def page(number: int) -> bytes:
    text, title = story(number, 4), f"What became of bridge {number // 10}"
    lines = "".join(f"<p>{line}</p>" for line in text.split("\n"))
    return f"<html><head><title>{title}</title></head><body><h1>{title}</h1>{lines}</body></html>".encode()


@contextmanager
def archive() -> Iterator[CommonCrawl]:
    """Five captures of three texts of one article over two years, one of another, and what is no page."""
    nineteen = [
        Capture(day="2019-04-29", url=BRIDGE, body=page(11)),
        Capture(day="2019-05-01", url=BRIDGE, body=page(11)),
        Capture(day="2019-05-03", url=BRIDGE, body=page(12)),
        Capture(day="2019-05-02", url=HARBOUR, body=page(21)),
        Capture(day="2019-05-02", url="https://www.bridges.example/a.pdf", body=b"%PDF", kind="application/pdf"),
        Capture(day="2019-05-02", url="https://other.example/x.html", body=page(31)),
    ]
    twenty = [
        Capture(day="2020-04-29", url=BRIDGE, body=page(11)),  # read last, though its collection is listed first
        Capture(day="2020-05-01", url=BRIDGE, body=page(13)),
    ]
    years = {2016: [Capture(day="2016-05-01", url=BRIDGE, body=page(14))], 2019: nineteen, 2020: twenty}
    with CommonCrawl(years) as server:
        yield server


def fetch(url: str, span: tuple[int, int] | None = None) -> ChannelAnswer:
    headers = {"Range": f"bytes={span[0]}-{span[1]}"} if span else {}
    try:
        with build_opener(ProxyHandler({})).open(Request(url, headers=headers), timeout=60) as got:
            return ChannelAnswer(url=url, status=got.status, headers=dict(got.headers), body=got.read())
    except HTTPError as error:
        return ChannelAnswer(url=url, status=error.code, headers=dict(error.headers), body=error.read())


def walk(channel: CommonCrawlChannel, scope: BackfillScope) -> tuple[list[PastLink], list[str]]:
    steps, links, troubles = [*channel.first_steps(scope)], list[PastLink](), list[str]()
    while steps:
        step = steps.pop(0)
        result = channel.read(scope, step, fetch(step.url))
        links += result.links
        steps += result.next_steps
        troubles += [result.trouble] if result.trouble else []
    return links, troubles


def test_captures_of_the_time_are_named_and_unpacked() -> None:
    with archive() as server:
        channel = CommonCrawlChannel(f"{server.url}/collinfo.json", f"{server.url}/", 1 << 20)
        links, troubles = walk(channel, SCOPE)
        assert not troubles
        assert not any("2016" in path for path in server.heard)
        named = [(link.url, f"{link.captured_at:%Y-%m-%d}") for link in links if link.url == BRIDGE]
        days = ("2019-04-29", "2019-05-01", "2019-05-03", "2020-04-29", "2020-05-01")
        assert named == [(BRIDGE, day) for day in days]
        assert {link.url for link in links} == {BRIDGE, HARBOUR}
        assert links[0].digest == links[1].digest == links[-2].digest
        got = channel.unpack(links[0], fetch(links[0].fetch_url or "", links[0].byte_range))
        assert got is not None
        assert (got.status, got.body, got.headers["ETag"]) == (200, page(11), "then")
        assert got.captured_at == datetime(2019, 4, 29, 10, tzinfo=UTC)
        assert channel.unpack(links[0], ChannelAnswer(url="", status=404, headers={}, body=b"")) is None
        assert channel.unpack(links[0], ChannelAnswer(url="", status=206, headers={}, body=b"no record")) is None


@pytest.mark.parametrize(
    ("part", "status", "body", "trouble"),
    [
        ("collections", 200, b"[]", "the answer is not a list of collections"),
        (
            "collections",
            200,
            b'[{"id": "x", "cdx-api": "file:///etc/passwd"}]',
            "the answer is not a list of collections",
        ),
        (
            "collections",
            200,
            b'[{"id": "x", "cdx-api": "https://other.example/x-index"}]',
            "its list names indexes that are not at index.example",
        ),
        ("collections", 200, b"<html>", "the answer is not a list of collections"),
        ("collections", 404, b"", "status 404: there is none"),
        ("count", 200, b"many", "the answer is not an index of captures"),
        ("page", 200, b'"text"\n', "the answer is not an index of captures"),
        ("page", 200, b"[" * 100_000, "the answer is not an index of captures"),
        ("page", 404, b"{}", None),
    ],
)
def test_other_answers_are_said(part: str, status: int, body: bytes, trouble: str | None) -> None:
    channel = CommonCrawlChannel("https://index.example/collinfo.json", "https://data.example", 1 << 20)
    step = Step(channel="common_crawl", url="https://index.example/", state={"part": part})
    result = channel.read(SCOPE, step, ChannelAnswer(url="", status=status, headers={}, body=body))
    assert (result.trouble, result.next_steps, list(result.links)) == (trouble, (), [])


@pytest.mark.parametrize(
    "wrong",
    [{"filename": "../x"}, {"filename": "https://evil.example/x"}, {"offset": "-1"}, {"length": "0"}, {"url": "file:///x"},
     {"timestamp": "2019"}, {"status": "301"}, {"mime-detected": "application/pdf"}, {"truncated": "length"}],
)  # fmt: skip
def test_captures_that_cannot_be_fetched_are_left_out(wrong: dict[str, str]) -> None:
    channel = CommonCrawlChannel("https://index.example/collinfo.json", "https://data.example", 1 << 20)
    row = {"url": BRIDGE, "timestamp": "20190501000000", "status": "200", "mime-detected": "text/html", "digest": "A"}
    row |= {"offset": "10", "length": "20", "filename": "a.warc.gz"}
    for said, count in ((row, 1), (row | wrong, 0)):
        step = Step(channel="common_crawl", url="https://index.example/", state={"part": "page"})
        answer = ChannelAnswer(url="", status=200, headers={}, body=json.dumps(said).encode())
        assert len(channel.read(SCOPE, step, answer).links) == count


def test_an_index_without_pages_gives_captures_at_once() -> None:
    channel = CommonCrawlChannel("https://index.example/collinfo.json", "https://data.example", 1 << 20)
    step = Step(channel="common_crawl", url="https://index.example/", state={"part": "count"})
    row = {"url": BRIDGE, "timestamp": "20190501000000", "status": "200", "mime": "text/html", "digest": "A"}
    row |= {"offset": "10", "length": "20", "filename": "a.warc.gz", "urlkey": "example,bridges)/bridge.html"}
    answer = ChannelAnswer(url="", status=200, headers={}, body=f"{json.dumps(row)}\n".encode())
    assert [link.url for link in channel.read(SCOPE, step, answer).links] == [BRIDGE]
    empty = ChannelAnswer(url="", status=200, headers={}, body=b"")
    assert channel.read(SCOPE, step, empty).trouble is None


def test_a_backfill_fetches_records_as_revisions(tmp_path: Path) -> None:
    """Each distinct text once, at the time of its first capture."""
    with archive() as server:
        desk = Copydesk(
            tmp_path, None, workers=1,
            common_crawl_url=f"{server.url}/collinfo.json", common_crawl_data_url=server.url,
        )  # fmt: skip
        desk.run(
            *("sources", "add", "https://www.bridges.example/", "--name", "bridges", "--delay", "0s"),
            *("--allow-network", "127.0.0.0/8", "--no-discovery"),
        )
        command = ("backfill", "bridges", "--since", "2019", "--until", "2019", "--channels", "common_crawl", "--json")
        done = json.loads(desk.run(*command).stdout)
        assert (done["done"], done["waiting"], done["ended"]) == (3, 0, "finished"), done
        assert desk.query(
            "SELECT d.revision, d.verdict, substr(p.fetched_at, 1, 10) FROM decisions d JOIN pages p ON p.id = d.page_id"
            " WHERE p.url = ? ORDER BY p.fetched_at",
            BRIDGE,
        ) == [(1, "new", "2019-04-29"), (2, "revision", "2019-05-03")]
        assert desk.query("SELECT DISTINCT channel FROM captures") == [("common_crawl",)]
        assert len([path for path in server.heard if path.startswith("/crawl-data/")]) == 3
