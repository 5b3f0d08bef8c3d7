"""`import copydesk`: what docs/library.md shows, what type checkers see, and that it gives what the commands give."""

from __future__ import annotations

import asyncio
import doctest
import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import typing
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import FrozenInstanceError
from datetime import datetime, timedelta
from pathlib import Path

import pytest

import copydesk
from setup import PACKAGES
from tests.cli.conftest import Newsroom, newsroom, room, run
from tests.demoweb.web import DemoWeb
from tests.end_to_end.copydesk import RULES, wait_for
from tests.support.deadline import within
from tests.support.documents import ROOT, blocks
from tests.support.machine import read_only

__all__ = ["newsroom", "room"]

GUIDE = ROOT / "docs" / "library.md"
PAGES = sorted((ROOT / "tests" / "pages").glob("*/page.html"))
FLAGS = doctest.ELLIPSIS | doctest.IGNORE_EXCEPTION_DETAIL


@pytest.fixture
def proxied(demoweb: DemoWeb, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DemoWeb:
    """The demo web behind this process's proxy settings, and an empty folder to work in."""
    monkeypatch.setenv("http_proxy", demoweb.proxy_url)
    monkeypatch.setattr("urllib.request._opener", None)  # its next call makes one with this proxy
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    Path("copydesk.toml").write_text(f'sites = "{RULES}"\nretry_pause = "50ms"\nmax_crawl_delay = "50ms"\n')
    return demoweb


def test_what_the_guide_shows_is_printed(proxied: DemoWeb) -> None:
    """All its examples, in order, in one session. The correction that a reader asks for with a request is made here."""
    parser, runner = doctest.DocTestParser(), doctest.DocTestRunner(optionflags=FLAGS, verbose=False)
    names: dict[str, object] = {}
    said: list[str] = []
    for number, block in enumerate(blocks(GUIDE, "pycon")):
        if "diff(" in block:
            proxied.publish_correction()
        test = parser.get_doctest(block, names, f"block {number}", str(GUIDE), 0)
        runner.run(test, out=said.append, clear_globs=False)
        names |= test.globs
    assert not runner.failures, "".join(said)
    assert runner.tries > 30


def test_the_readme_example_runs(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    (example,) = blocks(ROOT / "README.md", "python")
    monkeypatch.chdir(newsroom.path.parent)
    exec(example, {"html": PAGES[0].read_text(encoding="utf-8")})


def test_every_name_is_there_and_nothing_is_loaded_before_it_is_used() -> None:
    program = (
        "import sys, copydesk\n"
        "tops = {name.partition('.')[0] for name in sys.modules}\n"
        "assert not tops & {'cli', 'crawler', 'db', 'pipelines', 'scheduler', 'lxml', 'scrapy', 'sqlite3', 'click'}, tops\n"
        "assert set(copydesk.__all__) <= set(dir(copydesk))\n"
        "for name in copydesk.__all__: assert getattr(copydesk, name) is getattr(copydesk, name), name\n"
        "assert callable(copydesk.extract) and callable(copydesk.open) and callable(copydesk.crawl)\n"
        "assert 'scrapy' not in sys.modules\n"
        "try: copydesk.extract_all\n"
        "except AttributeError: pass\n"
        "else: raise SystemExit('a name that is none')\n"
    )
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True, timeout=300)


def test_its_version_is_that_of_the_command(newsroom: Newsroom) -> None:
    assert run(newsroom.path, "--version").output.split()[-1] == copydesk.__version__


def test_what_type_checkers_see() -> None:
    """Behind each arrow stands what mypy says of the line, and it says nothing of any other."""
    program = ROOT / "tests" / "library_types.py"
    command = [sys.executable, "-m", "mypy", str(program)]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    said = re.findall(r":(\d+): (?:note|error): (.*)", result.stdout)
    found = {int(number): says for number, says in reversed(said)}  # the first that it says of a line
    wanted = {
        number: comment
        for number, line in enumerate(program.read_text("utf-8").splitlines(), 1)
        if (comment := line.partition("  # -> ")[2])
    }
    assert len(wanted) > 10
    assert found.keys() == wanted.keys(), result.stdout
    for number, says in wanted.items():
        assert says in found[number].replace("builtins.", ""), f"line {number}: {found[number]}"


def test_every_type_that_one_meets_has_a_public_name() -> None:
    """Of functions and of methods, and of the fields of what they give; so is each in the API's documentation."""
    public = {name: getattr(copydesk, name) for name in copydesk.__all__}
    met = set()
    for value in public.values():
        for holder in [value, *vars(value).values()] if isinstance(value, type) else [value]:
            if callable(holder) and not getattr(holder, "__name__", "").startswith("_"):
                met |= set(classes_in(typing.get_type_hints(holder)))
    met = {one for one in met if one.__module__.partition(".")[0] in (*PACKAGES, "copydesk")}
    inside = {"RuleFile", "Site", "SiteFileError"}  # of Sites, which is only handed on
    assert {one.__name__ for one in met if one not in public.values()} == inside


def classes_in(hints: object) -> Iterator[type]:
    """All classes that annotations are made of."""
    for hint in hints.values() if isinstance(hints, dict) else typing.get_args(hints) or [hints]:
        if isinstance(hint, type) and not typing.get_args(hint):
            yield hint
        elif hint is not hints:
            yield from classes_in(hint)


# -- extract


def test_it_extracts_what_the_command_prints() -> None:
    pages = PAGES[::12]
    out = run(Path("none.db"), "extract", *map(str, pages)).stdout
    for page, line in zip(pages, out.splitlines(), strict=True):
        outcome = copydesk.extract(page.read_bytes())
        assert json.dumps(copydesk.to_json(outcome, id=str(page)), ensure_ascii=False) == line


def test_threads_extract_what_one_does() -> None:
    bodies = [page.read_bytes() for page in PAGES[::8]]
    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(copydesk.extract, bodies)) == [copydesk.extract(body) for body in bodies]


def test_text_is_read_as_text_whatever_it_declares() -> None:
    html = (ROOT / "tests" / "pages" / "de_byline_uhr" / "page.html").read_text(encoding="utf-8")
    wrong = html.replace('charset="utf-8"', 'charset="utf-16"')
    by_text, by_bytes = copydesk.extract(wrong), copydesk.extract(html.encode())
    assert isinstance(by_text, copydesk.Article)
    assert by_text == by_bytes
    assert copydesk.extract(wrong, content_type="text/html; charset=gbk") == by_text


def test_what_is_known_of_a_page_counts(tmp_path: Path) -> None:
    body = (ROOT / "tests" / "pages" / "de_byline_uhr" / "page.html").read_bytes()
    assert isinstance(rejected := copydesk.extract(body, status=404), copydesk.Rejection)
    assert rejected.reason is copydesk.Reason.NOT_FOUND
    (tmp_path / "sandholm.example.toml").write_text('hosts = ["sandholm.example"]\noutlet = "By the Rules"\n')
    for rules in (tmp_path, str(tmp_path), copydesk.load_rules(tmp_path)):
        ruled = copydesk.extract(body, url="https://sandholm.example/a/1#top", rules=rules)
        assert isinstance(ruled, copydesk.Article)
        assert (ruled.source, ruled.url) == ("By the Rules", "https://sandholm.example/a/1")
    page = copydesk.Page(body=body, url="https://sandholm.example/a/1")
    assert copydesk.extract(page, rules=tmp_path) == ruled
    with pytest.raises(copydesk.ConfigError, match="no such folder"):
        copydesk.extract(body, rules=tmp_path / "none")


def test_no_page_at_all_is_the_same_as_text_and_as_bytes() -> None:
    assert copydesk.extract("") == copydesk.extract(b"")


@pytest.mark.parametrize(
    ("page", "options", "error", "says"),
    [
        ("https://example.com/story/1", {}, ValueError, "not its address"),
        (Path("page.html"), {}, TypeError, "read_bytes"),
        (None, {}, TypeError, "str or bytes"),
        ("<p>", {"url": "page.html"}, ValueError, "no address of a web page"),
        ("<p>", {"url": Path("/a")}, TypeError, "url must be str"),
        ("<p>", {"fetched_at": datetime(2026, 1, 1)}, ValueError, "UTC offset"),  # noqa: DTZ001 - the mistake
        ("<p>", {"fetched_at": "2026-01-01"}, TypeError, "must be a datetime"),
        ("<p>", {"content_type": {"Content-Type": "text/html"}}, TypeError, "content_type must be str"),
        (copydesk.Page(body=b"<p>"), {"url": "https://example.com/"}, TypeError, "own url"),
    ],
)
def test_arguments_that_cannot_be_meant(
    page: object, options: dict[str, object], error: type[Exception], says: str
) -> None:
    with pytest.raises(error, match=says):
        copydesk.extract(page, **options)  # type: ignore[arg-type]


# -- open


@pytest.fixture
def archive(newsroom: Newsroom) -> Iterator[copydesk.Archive]:
    with copydesk.open(newsroom.path) as opened:
        yield opened


def test_articles_are_those_of_the_command(newsroom: Newsroom, archive: copydesk.Archive) -> None:
    listed = [json.loads(line) for line in run(newsroom.path, "articles", "--json").stdout.splitlines()]
    assert len({item.pop("cursor") for item in listed}) == len(listed)
    assert [copydesk.to_json(article) for article in archive.articles()] == listed
    first = next(archive.articles())
    assert isinstance(first, copydesk.Article)
    assert first.fetched_at.utcoffset() == timedelta(0)
    with pytest.raises(FrozenInstanceError):
        first.title = "other"  # type: ignore[misc]


def test_articles_are_chosen(archive: copydesk.Archive) -> None:
    titles = [article.title for article in archive.articles()]
    assert [article.title for article in archive.articles(limit=2)] == titles[:2]
    assert {one.source_name for one in archive.articles(source="mirror.example")} == {"mirror.example"}
    both = list(archive.articles(source=["mirror.example", "wanbao.example", "mirror.example"]))
    assert {one.source_name for one in both} == {"mirror.example", "wanbao.example"}
    assert [one.title for one in both] == titles, "in the order of the list of all"
    copy = next(one for one in archive.articles() if one.original_id is not None)
    at = copy.published.at  # type: ignore[union-attr]
    assert copy in archive.articles(since=at)
    assert copy not in archive.articles(until=at)
    undated = next(one for one in archive.articles() if one.title == "Undated")
    assert undated in archive.articles(since=undated.fetched_at, until=undated.fetched_at + timedelta(seconds=1))
    assert undated not in archive.articles(until=undated.fetched_at)


def test_search_finds_and_marks(archive: copydesk.Archive) -> None:
    hits = archive.search("ferry", person="Ann Reed")
    assert len(hits) == hits.found == 1
    assert hits.complete
    assert [hit.title.text[slice(*hit.title.marks[0])] for hit in hits] == ["ferry"]
    assert {hit.article.source_name for hit in archive.search("水廠", source="mirror.example")} == {"mirror.example"}
    assert archive.search("水厂", limit=1).more
    assert archive.search("水厂", limit=1, page=2).hits != archive.search("水厂", limit=1).hits
    first = archive.search("水厂", limit=1, newest_articles=True)
    second = archive.search("水厂", limit=1, after=first.next)
    assert [one.hits[0].article.source_name for one in (first, second)] == ["mirror.example", "wanbao.example"]
    assert second.next is None
    with pytest.raises(copydesk.UsageError, match="no place"):
        archive.search("水厂", after="x")
    with pytest.raises(copydesk.QueryError):
        archive.search("-")


def test_filters_are_those_of_the_commands(newsroom: Newsroom, archive: copydesk.Archive) -> None:
    for filters in ({"kind": "copy"}, {"kind": "corrected"}, {"person": "ann"}, {"language": "zh"}, {"section": "x"}):
        option = next(iter(filters))
        printed = run(newsroom.path, "articles", f"--{option}", filters[option], "--json").stdout.splitlines()
        ids = [json.loads(line)["id"] for line in printed]
        assert [one.id for one in archive.articles(**filters)] == ids  # type: ignore[arg-type]
        assert [hit.article.id for hit in archive.search("", **filters)] == ids  # type: ignore[arg-type]
    assert not list(archive.articles(paywalled=True))
    assert len(list(archive.articles(paywalled=False))) == len(list(archive.articles()))
    with pytest.raises(ValueError, match="news"):
        archive.articles(kind="news")  # type: ignore[arg-type]


def test_one_article_its_copies_and_revisions(newsroom: Newsroom, archive: copydesk.Archive) -> None:
    pages = newsroom.pages
    water = archive.article(pages["water"])
    assert (water.page_id, water.revision) == (pages["water2"], 2)
    assert archive.article("https://www.wanbao.example/a/1001.html?id=7") == water
    first, second = archive.revisions(water.id or 0)
    assert second == water
    assert archive.article(pages["water"], revision=1) == first
    assert [archive.page(one.page_id).id for one in (first, second)] == [pages["water"], pages["water2"]]
    assert archive.page("https://www.wanbao.example/a/1001.html?id=7").id == pages["water2"]
    told = str(copydesk.diff(first, second))
    assert "[-三-]{+二+}十{+八+}万吨" in told
    assert not copydesk.diff(first, first)
    original, copy = archive.copies("https://mirror.example/x/9")
    assert original == water
    assert (copy.original_id, copy.page_id) == (water.id, pages["copy"])
    assert [one.title for one in archive.copies(pages["undated"])] == ["Undated"]


def test_pages_are_as_received(newsroom: Newsroom, archive: copydesk.Archive) -> None:
    copied = archive.page(newsroom.pages["copy"])
    assert (copied.body, copied.headers, copied.rejection) == (
        *(b"<html>copied</html>", {"Content-Type": "text/html"}),
        None,
    )
    short = archive.page("https://www.wanbao.example/v/3")
    assert short.rejection == copydesk.Rejection(reason=copydesk.Reason.TOO_SHORT, detail="2 characters of text")
    assert isinstance(copydesk.extract(short, rules=archive.rules()), copydesk.Rejection)
    read = list(archive.pages())
    assert [page.id for page in read] == sorted(set(newsroom.pages.values()) - {newsroom.pages["unread"]})
    assert {page.source_name for page in archive.pages(source="mirror.example")} == {"mirror.example"}
    assert list(archive.pages(source=["mirror.example", "wanbao.example"])) == read


@pytest.mark.parametrize(
    ("name", "error", "says"),
    [
        (999, copydesk.NotFound, "no article or page 999"),
        (7, copydesk.NotFound, r"too_short.*archive.page\(7\)"),
        (8, copydesk.NotFound, "not read yet"),
        ("https://mirror.example/x/12", copydesk.FetchError, "not been fetched yet"),
        ("https://mirror.example/x/99", copydesk.NotFound, "did you mean"),
        ("water", copydesk.NotFound, "neither the id"),
        (None, TypeError, "id or address"),
        (True, TypeError, "id or address"),
    ],
)
def test_what_is_no_article(archive: copydesk.Archive, name: int | str, error: type[Exception], says: str) -> None:
    for method in (archive.article, archive.copies, archive.revisions):
        with pytest.raises(error, match=says):
            method(name)


def test_mistakes_are_named_when_they_are_made(archive: copydesk.Archive, tmp_path: Path) -> None:
    with pytest.raises(copydesk.UnknownSource, match=r"did you mean mirror\.example"):
        archive.articles(source="miror.example")
    with pytest.raises(ValueError, match="UTC offset"):
        archive.articles(since=datetime(2026, 1, 1))  # noqa: DTZ001 - the mistake
    with pytest.raises(ValueError, match="limit must be"):
        archive.articles(limit=0)
    with pytest.raises(ValueError, match="there is no kind 'copies'; the kinds are original, copy"):
        archive.articles(kind="copies")  # type: ignore[arg-type]
    with pytest.raises(copydesk.UsageError, match="no such database"):
        copydesk.open(tmp_path / "none.db")
    assert not (tmp_path / "none.db").exists()
    (tmp_path / "other.db").write_bytes(b"no database, but text")
    with pytest.raises(copydesk.DatabaseError, match="not an SQLite database"):
        copydesk.open(tmp_path / "other.db")


def test_an_archive_is_of_one_thread_and_closes(newsroom: Newsroom) -> None:
    archive = copydesk.open(newsroom.path)
    going = archive.articles()
    with ThreadPoolExecutor(1) as other:
        for ask in (archive.sources, archive.close, lambda: next(going)):
            with pytest.raises(copydesk.UsageError, match="another thread"):
                other.submit(ask).result()
    archive.close()
    archive.close()
    assert repr(archive).endswith("closed>")
    with pytest.raises(copydesk.UsageError, match="closed"):
        next(archive.articles())


def test_reading_writes_nothing_and_sees_what_others_write(newsroom: Newsroom) -> None:
    with copydesk.open(newsroom.path) as archive:
        going = archive.articles()
        next(going)
        source = newsroom.source("late.example", "https://late.example/")
        assert source in {one.id for one in archive.sources()}
        with pytest.raises(copydesk.DatabaseError), archive._reading() as conn:
            conn.execute("DELETE FROM pages")
        assert list(going)


def test_a_read_only_disk_can_be_read(newsroom: Newsroom) -> None:
    with read_only(newsroom.path.parent), copydesk.open(newsroom.path) as archive:
        assert list(archive.articles())
        assert len(archive.search("ferry")) == 1
        assert list(archive.pages())


# -- crawl


def test_it_crawls_again_in_a_thread_and_where_a_loop_runs(proxied: DemoWeb) -> None:
    """As from a notebook, whose event loop runs in the main thread."""
    before = signal.getsignal(signal.SIGINT)
    copydesk.add_source("news.db", "http://yunting.example/", settings={"delay": "0s"})
    seen: list[copydesk.CrawlProgress] = []

    async def cell() -> copydesk.CrawlSummary:
        return copydesk.crawl("news.db", limit=2, on_progress=seen.append)

    first = asyncio.run(cell())
    assert not first.stopped
    assert first.figures.new
    assert first.figures.fetched <= 2
    assert seen
    assert seen[-1].answered
    with ThreadPoolExecutor(1) as thread:
        second = thread.submit(copydesk.crawl, "news.db", "yunting.example", limit=1, again=True).result()
    assert second.run_id > first.run_id
    assert signal.getsignal(signal.SIGINT) == before


def test_what_on_progress_raises_stops_the_crawl(proxied: DemoWeb) -> None:
    copydesk.add_source("news.db", "http://yunting.example/", settings={"delay": "2s"})

    def enough(progress: copydesk.CrawlProgress) -> None:
        raise TimeoutError("enough")

    with within(30), pytest.raises(TimeoutError, match="enough"):
        copydesk.crawl("news.db", on_progress=enough)
    assert last_run_ended() == "stopped"


_INTERRUPTED = """
import copydesk
try:
    copydesk.crawl("news.db", on_progress=lambda progress: print("going", flush=True))
except KeyboardInterrupt:
    print("interrupted")
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_a_crawl_ends_with_who_began_it(proxied: DemoWeb, number: signal.Signals) -> None:
    """Ctrl-C stops it cleanly; when the program dies, the crawl stops by itself."""
    copydesk.add_source("news.db", "http://yunting.example/", settings={"delay": "2s"})
    command = [sys.executable, "-c", _INTERRUPTED]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONPATH": str(ROOT)}
    ) as one:
        assert one.stdout is not None
        assert one.stdout.readline() == "going\n"
        one.send_signal(number)
        rest = one.stdout.read()
        assert ("interrupted" in rest) is (number is signal.SIGINT)
    wait_for(lambda: last_run_ended() is not None)
    assert last_run_ended() == "stopped"


def last_run_ended() -> str | None:
    conn = sqlite3.connect("news.db")
    try:
        ended: str | None = conn.execute("SELECT ended FROM runs ORDER BY id DESC LIMIT 1").fetchone()[0]
        return ended
    finally:
        conn.close()


def test_what_cannot_be_crawled_is_said(proxied: DemoWeb, tmp_path: Path) -> None:
    with pytest.raises(copydesk.UsageError, match="no such database"):
        copydesk.crawl("news.db")
    for url in ("yunting", "htp://yunting.example/"):
        with pytest.raises(copydesk.UsageError, match="not the address"):
            copydesk.add_source("news.db", url)
    with pytest.raises(copydesk.ConfigError, match="delay"):
        copydesk.add_source("news.db", "http://yunting.example/", settings={"delay": "soon"})
    source = copydesk.add_source("news.db", "http://yunting.example/", name="daily")
    assert (source.name, copydesk.add_source("news.db", "http://yunting.example/", name="daily").id) == (
        "daily",
        source.id,
    )
    with pytest.raises(copydesk.UnknownSource, match="did you mean daily"):
        copydesk.crawl("news.db", ["dayly"])
    with pytest.raises(ValueError, match="UTC offset"):
        copydesk.crawl("news.db", since=datetime(2026, 1, 1))  # noqa: DTZ001 - the mistake
    with pytest.raises(ValueError, match="limit must be"):
        copydesk.crawl("news.db", limit=0)
    Path("wrong.toml").write_text("dely = 1\n")
    with pytest.raises(copydesk.ConfigError, match="did you mean delay"):
        copydesk.crawl("news.db", config="wrong.toml")
    Path("odd.toml").write_text('[sources."nobody.example"]\ndelay = "1s"\n')
    with pytest.raises(copydesk.UsageError, match=r"nobody\.example"):
        copydesk.crawl("news.db", config="odd.toml")
