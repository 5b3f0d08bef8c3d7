"""What the pages of articles, stories and sources hold: levels of headings, addresses that stay, the list of sources."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from db.connection.database import open_database
from db.inspect.pages.articles.article import article_page
from db.inspect.pages.articles.cluster import COLUMNS, cluster_page, cluster_rows
from db.inspect.pages.articles.permalinks import page_place, person_path, source_id_of
from db.inspect.pages.components.sparkline import HEIGHT, DayCount, sparkline
from db.inspect.pages.ingestion.rejections import rejected_pages
from db.inspect.pages.ingestion.sources import COLUMNS as SOURCE_COLUMNS
from db.inspect.pages.ingestion.sources import SourcesForm, source_list, source_rows
from db.inspect.safety.sanitize import POLICY, sanitize_page
from db.models import Article, Reason, Rejection, Subheading
from db.store.service.alerts import AlertKind, open_alert
from pipelines.dedup.settle import settle
from tests.cli.conftest import CORRECTED, REPORT, STORY, Newsroom, open_room
from tests.db.inspect.asking import inspected

LEVELS = (4, 4, 6, 2, 3, 3)
"""As a page has them; the first is the lowest but one."""
PARTS = ["An ordinary sentence stands here, and it is long enough to be a text. " * 3 for _ in LEVELS]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    """Two papers, a paused and a silent one; an article with headings, one that is corrected, its copy, a rejection."""
    path: Path = tmp_path_factory.mktemp("browsing") / "news.db"
    open_database(path, create=True).conn.close()
    now = datetime.now(UTC)
    room = Newsroom(path=path, clock=now - timedelta(hours=3))
    names = ("evening.example", "mirror.example", "paused.example", "silent.example")
    evening, mirror, paused, silent = (room.source(name, f"https://{name}/") for name in names)
    lines: list[str] = []
    headings: list[Subheading] = []
    for number, (level, part) in enumerate(zip(LEVELS, PARTS, strict=True)):
        headings.append(Subheading(offset=sum(len(line) + 1 for line in lines), level=level))
        lines += [f"Part {number}", part]
    pages = SimpleNamespace(
        parts=room.article(
            evening,
            "https://evening.example/parts",
            Article(url=None, title="In parts", text="\n".join(lines), subheadings=tuple(headings), language="en"),
        ),
        water=room.article(evening, "https://evening.example/water", Article(url=None, title="水厂", text=REPORT)),
        copy=room.article(
            mirror, "https://mirror.example/w", Article(url=None, title="水厂", text=REPORT), body=b"<p>c"
        ),
        ferry=room.article(mirror, "https://mirror.example/f", Article(url=None, title="Ferry", text=STORY)),
        corrected=room.article(
            evening, "https://evening.example/water", Article(url=None, title="水厂", text=CORRECTED), body=b"<p>d"
        ),
        short=room.rejection(evening, "https://evening.example/s", Rejection(reason=Reason.TOO_SHORT, detail="short")),
    )
    with open_room(path) as conn:
        conn.execute("UPDATE sources SET paused_at = added_at WHERE id = ?", (paused,))
        open_alert(conn, AlertKind.SILENT, silent, message="m", advice="a", evidence={}, at=now)
    read = sqlite3.connect(path)
    read.row_factory = sqlite3.Row
    yield SimpleNamespace(conn=read, pages=pages, path=path, now=now, evening=evening, mirror=mirror, silent=silent)
    read.close()


def test_no_level_of_a_heading_is_skipped(desk: SimpleNamespace) -> None:
    shown = article_page(desk.conn, desk.pages.parts, None)
    assert shown is not None
    assert [one.level for one in shown.paragraphs if one.level] == [2, 2, 3, 2, 3, 3]
    assert [one.anchor for one in shown.outline] == [f"part-{number}" for number in range(1, 7)]
    plain = article_page(desk.conn, desk.pages.ferry, None)
    assert plain is not None
    assert plain.outline == []


def test_the_number_of_any_page_leads_to_its_article(desk: SimpleNamespace) -> None:
    pages = desk.pages

    def places() -> list[tuple[int | None, int | None]]:
        found = [page_place(desk.conn, page) for page in (pages.water, pages.corrected, pages.copy, pages.short)]
        return [(one.article_id, one.original_id) if one else (None, None) for one in found]

    expected = [(pages.water, pages.water), (pages.water, pages.water), (pages.copy, pages.water), (None, None)]
    assert places() == expected
    with open_room(desk.path) as conn:
        conn.execute("DELETE FROM decisions")
        settle(conn, [pages.copy, pages.corrected, pages.ferry, pages.parts, pages.water])
    assert places() == expected
    assert page_place(desk.conn, 999) is None
    assert source_id_of(desk.conn, "mirror.example") == desk.mirror
    assert source_id_of(desk.conn, "nobody.example") is None


def test_an_article_whose_first_page_is_rejected_keeps_its_addresses(desk: SimpleNamespace) -> None:
    """As after an extraction that reads it otherwise: the number of the later page, which is a fact, still leads to it."""
    pages = desk.pages
    conn = sqlite3.connect(desk.path, isolation_level=None)
    try:
        conn.execute("BEGIN")
        conn.execute("DELETE FROM decisions WHERE page_id = ?", (pages.water,))
        conn.execute("UPDATE decisions SET article_id = ?, revision = 1 WHERE page_id = ?", (pages.corrected,) * 2)
        place, old = page_place(conn, pages.corrected), page_place(conn, pages.water)
        assert place is not None
        assert place.article_id == pages.corrected
        assert old is not None
        assert old.article_id is None
    finally:
        conn.execute("ROLLBACK")
        conn.close()


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("Ann Reed", "/-/person/Ann%20Reed"),
        ("王小雨", "/-/person/%E7%8E%8B%E5%B0%8F%E9%9B%A8"),
        ("A/B?c", "/-/person/A%2FB%3Fc"),
        ("..", "/-/person?name=.."),
    ],
)
def test_a_person_has_an_address(name: str, path: str) -> None:
    assert person_path(name) == path


def test_a_story_begins_with_its_original(desk: SimpleNamespace) -> None:
    story = cluster_page(desk.conn, desk.pages.copy)
    assert story is not None
    assert [one.head.article_id for one in story.members] == [desk.pages.water, desk.pages.copy]
    assert [one.is_original for one in story.members] == [True, False]
    assert [row[0] for row in desk.conn.execute(story.sql)] == [desk.pages.water, desk.pages.copy]
    assert [len(row) for row in cluster_rows(story)] == [len(COLUMNS)] * 2
    cut = cluster_page(desk.conn, desk.pages.copy, most=1)
    assert cut is not None
    assert (cut.size, cut.more) == (2, 1)


def listed(desk: SimpleNamespace, **arguments: str) -> list[str]:
    found = source_list(desk.conn, SourcesForm.of(arguments), desk.now)
    for query in found.queries:
        desk.conn.execute(query).fetchall()
    return [line.name for line in found.lines]


def test_sources_are_filtered_and_sorted_by_their_address(desk: SimpleNamespace) -> None:
    everybody = ["evening.example", "mirror.example", "paused.example", "silent.example"]
    assert listed(desk) == everybody
    assert listed(desk, sort="-name") == everybody[::-1]
    assert listed(desk, sort="-articles")[:2] == ["evening.example", "mirror.example"]
    assert listed(desk, sort="nonsense", state="nonsense", page="-1") == everybody
    assert listed(desk, q="MIRROR") == ["mirror.example"]
    assert listed(desk, state="paused") == ["paused.example"]
    assert listed(desk, state="silent") == ["silent.example"]
    assert listed(desk, state="silent", q="mirror") == []


def test_an_address_keeps_the_rest_of_the_query() -> None:
    form = SourcesForm.of({"q": "a b", "state": "silent", "sort": "-month", "page": "3"})
    assert form.at(page=2) == "/-/sources?q=a+b&state=silent&sort=-month&page=2"
    assert form.at(suffix=".csv") == "/-/sources.csv?q=a+b&state=silent&sort=-month"
    assert form.sorted_by("month") == "/-/sources?q=a+b&state=silent&sort=month"
    assert form.sorted_by("name") == "/-/sources?q=a+b&state=silent&sort=name"
    assert SourcesForm().sorted_by("name") == "/-/sources?sort=-name"


def test_a_line_has_the_counts_of_its_source(desk: SimpleNamespace) -> None:
    found = source_list(desk.conn, SourcesForm(), desk.now)
    line = found.lines[0]
    assert (line.articles, line.month, line.pages, line.state) == (2, 2, 4, "crawled")
    assert len(line.days) == 30
    assert line.days[0].looked is None  # before it was added
    assert found.counts == {"crawled": 2, "failing": 0, "silent": 1, "paused": 1, "removed": 0}
    assert [len(row) for row in source_rows(found.lines)] == [len(SOURCE_COLUMNS)] * 4


def test_a_sparkline_says_what_it_shows() -> None:
    first = date(2026, 11, 1)
    days = [
        DayCount(day=first + timedelta(days=n), count=count, looked=looked)
        for n, (count, looked) in enumerate([(0, None), (4, True), (0, False), (8, True), (0, True)])
    ]
    drawn = sparkline(days)
    assert drawn.bars == f"M4 {HEIGHT}v-11h3v11zM12 {HEIGHT}v-22h3v22z"
    assert drawn.unseen == f"M8 0h4v{HEIGHT}h-4z"
    assert drawn.label == "12 articles in 5 days, most of them on 2026-11-04: 8; nobody looked on 1 day"
    assert sparkline(days[:1]).label == "No article in 1 days"


def test_the_pictures_of_a_stored_page_stay_out() -> None:
    picture = '<img src="data:image/png;base64,iVBORw0KGgo=" alt="the bridge"><img src="https://x.example/a.png">'
    kept = sanitize_page(f"<p>text</p>{picture}<picture><source srcset='a'><img src=b alt=c></picture>")
    assert "data:" not in kept
    assert "src" not in kept
    assert 'alt="the bridge"' in kept
    assert "img-src" not in POLICY


def test_rejections_of_a_source_are_found_by_the_index_of_its_pages(desk: SimpleNamespace) -> None:
    asked: list[str] = []
    desk.conn.set_trace_callback(asked.append)
    pages = rejected_pages(desk.conn, source_id=desk.evening)
    desk.conn.set_trace_callback(None)
    assert [(page.page_id, page.reason, page.detail) for page in pages] == [(desk.pages.short, "too_short", "short")]
    assert rejected_pages(desk.conn, source_id=desk.evening, reason="crashed") == []
    assert rejected_pages(desk.conn, source_id=desk.evening, before=desk.pages.short) == []
    plan = [row[3] for row in desk.conn.execute(f"EXPLAIN QUERY PLAN {asked[0]}")]
    assert [step for step in plan if "pages_source" in step and "COVERING" in step], plan


def test_an_address_that_is_none_and_a_query_that_is_wrong(desk: SimpleNamespace) -> None:
    with inspected(desk.path) as ask:
        for address in ("/-/nosuch", "/nosuch", "/nosuch/articles"):
            status, _, text = ask(address)
            assert (status, "There is no such page." in text) == (404, True), address
        assert "Table not found" in ask("/news/nosuch")[2]
        assert "copydesk searches add NAME" in ask("/-/search?q=ferry")[2]
        assert "copydesk searches add NAME" not in ask("/-/search?q=%22ferry")[2]
        both = ask(f"/-/search?source={desk.evening}&source={desk.mirror}&source=x")[2]
        assert "copydesk searches add NAME --source evening.example --source mirror.example" in both
        assert both.count('<select name="source">') == 3, "one for each, and one for another"
        assert both.count('<ol class="stories found"') == 1
        for page in ("corrections", "threads", "attention"):
            assert (
                ask(f"/-/{page}?source={desk.evening}&source={desk.mirror}&q=ferry")[2].count(
                    " selected>mirror.example<"
                )
                == 1
            )
        assert "copydesk searches add NAME" not in ask("/-/search?kind=gone")[2], "no new article is gone"


def test_numbers_of_any_length_are_no_error(desk: SimpleNamespace) -> None:
    """Python reads no more than 4,300 digits, zeros before the number as well."""
    number = f"{'0' * 5_000}1"
    with inspected(desk.path) as ask:
        assert ask(f"/-/article/{number}")[0] == 404
        for address in (
            f"/-/article/{desk.pages.ferry}?revision={number}", f"/-/corrections?page={number}", f"/-/corrections?source={number}",
            f"/-/rejections?before={number}&source={number}", f"/-/copying?top={number}", f"/-/people?source={number}",
            f"/-/sources?page={number}", f"/-/search?q=a&page={number}", f"/-/attention?q=a&of={number}",
            f"/-/runs?before={number}",
        ):  # fmt: skip
            assert ask(address)[0] == 200, address[:40]
