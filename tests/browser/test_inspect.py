"""`copydesk inspect` in a real browser: every kind of page, who can use it (axe-core), and hostile content."""

from __future__ import annotations

import csv
import json
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property, partial
from itertools import pairwise
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest

pytest.importorskip("datasette", reason="the extra `inspect` is not installed")
pytest.importorskip("playwright", reason="Playwright is not installed")
import lxml.etree
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Page, Response

from db.inspect.pages.cookbook import QUESTIONS
from pipelines.exchange.articles.formats import COLUMNS
from tests.browser.edition import DAILY_DAYS, SCRIPT, fill, hostile_page
from tests.browser.languages import untranslated_texts
from tests.browser.looking import CHROMIUM, Trap, Watched, ask, chromium, inspecting
from tests.support.processes import command_of, descendants
from tests.support.web_server import Answer, WebServer

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium here (apt-get install chromium)"),
    pytest.mark.xdist_group("browser"),
]


@dataclass(kw_only=True)
class Scene:
    """One server, one browser, one trap for all tests of this file."""

    home: str
    browser: Browser
    trap: Trap
    ids: dict[str, int]
    shared: Watched

    def tab(self, *, width: int = 1280, height: int = 720) -> Watched:
        """The tab that most tests use one after the other, as if it were fresh: that would cost three times a page shown in it.

        It stays at the page of the test before. To leave that for `about:blank` would have each page drawn by a new process.
        """
        page, self.shared.complaints, self.shared.strangers = self.shared.page, [], []
        for other in page.context.pages:
            if other is not page:
                other.close()
        page.context.clear_cookies()
        page.context.clear_permissions()
        page.emulate_media(color_scheme="light")
        page.set_viewport_size({"width": width, "height": height})
        return self.shared

    @cached_property
    def stored_words(self) -> set[str]:
        """What the archive holds and pages show: names of sources and people, titles, codes of languages."""
        words = {f"timeout{SCRIPT.format(trap=self.trap.url)}"}
        for table, column in (
            ("sources", "name"),
            ("credits", "name"),
            ("articles", "title"),
            ("articles", "source"),
            ("articles", "language"),
        ):
            rows = json.loads(ask(self.home, f"/news/{table}.json?_shape=array&_size=max&_col={column}")[1])
            words |= {" ".join(row[column].split()) for row in rows if row[column]}
        return words

    def watched(self, **options: object) -> Watched:
        """A fresh tab, for pages that mean ill and for another language or time zone of the browser."""
        return Watched(page=self.browser.new_context(**options).new_page(), home=self.home)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    trap = Trap()
    database: Path = tmp_path_factory.mktemp("inspect") / "news.db"
    try:
        ids = fill(database, trap.url)
        with inspecting(database) as home, chromium() as browser:
            shared = Watched(page=browser.new_context().new_page(), home=home)
            yield Scene(home=home, browser=browser, trap=trap, ids=ids, shared=shared)
    finally:
        trap.close()


KINDS = {
    "front": "/",
    "article": "/-/article/{water}",
    "copies": "/-/article/{copy}",
    "cluster": "/-/cluster/{water}",
    "tables": "/news",
    "table": "/news/articles_view?_facet=language&source_name__contains=e&_size=20",
    "row": "/news/articles/{water}",
    "question": "/news/editors",
    "sql": "/news?sql=SELECT+*+FROM+articles_view+WHERE+id+%3E+:id&id=0&_size=20",
    "changes": "/-/article/{water}/changes",
    "corrections": "/-/corrections?silent=1",
    "rejected page": "/-/page/{short}",
    "browse": "/-/search",
    "searches": "/-/searches",
    "search": "/-/search?q=水厂",
    "search form": "/-/search?language=en",
    "search filters": "/-/search?kind=original&paywalled=no",
    "sources": "/-/sources?sort=-month",
    "catalogue": "/-/catalogue?country=AT",
    "source": "/-/source/{evening}",
    "copying": "/-/copying",
    "copying pair": "/-/copying/pair?source={mirror}&origin=source:{evening}",
    "compared": "/-/compare/{water}/{copy}",
    "runs": "/-/runs",
    "run": "/-/run/{run}",
    "people": "/-/people?sort=last&role=author",
    "person": "/-/person/王小雨",
    "rejections": "/-/rejections",
    "digest": "/-/digest",
    "coverages": "/-/coverage",
    "coverage": "/-/coverage/{daily}",
    "coverage unknown": "/-/coverage/{mirror}",
    "daily source": "/-/source/{daily}",
    "threads": "/-/threads?since=2020-01-01",
    "thread": "/-/thread/{water}",
    "attention": '/-/attention?q=水厂&q=ferry OR page&q="last ferry"&by=week&apart=yes',
    "attention form": "/-/attention",
    "attention words": "/-/attention/words?q=ferry",
    "nothing": "/-/article/999999",
}
# Pages with English in them whatever the language: SQL, names of tables, columns and fields, parts of texts,
# queries of the examples. A line whose page has none any more fails.
HALF_TRANSLATED = {
    "article", "copies", "tables", "table", "row", "question", "sql", "browse", "searches", "search", "search form",
    "search filters", "attention", "attention form",
}  # fmt: skip
DRAWN = {"attention", "front", "person", "article", "copies", "cluster", "source", "daily source", "thread"}
# Where no level of a heading is skipped.
LEVELLED = (
    "article",
    "copies",
    "cluster",
    "tables",
    "table",
    "row",
    "question",
    "sql",
    "sources",
    "source",
    "daily source",
)
# Where somebody's ill will shows.
HOSTILE = (
    "/", "/-/attention?q=page&q=%3Cscript%3Ealert(1)%3C/script%3E&by=%3Cscript%3E", "/-/attention/words?q=%3C/script%3Epage",
    "/-/search?q=page", "/-/search?q=%3Cscript%3Ealert(1)%3C/script%3E",
    "/-/article/{ill}", "/-/page/{ill}", "/-/page/{crashed}", "/-/sources", "/-/source/{ill_source}", "/-/run/{run}",
    "/-/runs",
    "/-/searches", "/-/corrections", "/-/corrections?since=%3Cscript%3E&kind='&source=%22", "/-/digest", "/-/coverage",
    "/-/coverage/{ill_source}?since=%3Cscript%3E&until=1", "/-/thread/{ill}", "/-/threads?language=%3Cscript%3E&source=x",
    "/-/copying?language=zh&since=%3Cscript%3E&known=%22&top=x", "/-/copying/pair?source={ill_source}&origin=outlet:%3Cscript%3E",
    "/-/compare/{ill}/{water}", "/-/compare/{water}/{ill}",
    "/-/people", "/-/people?q=%3Cscript%3E&source=x&role=%22&after=9",
    "/-/rejections", "/-/person?name=%7B%7B%207*7%20%7D%7D", "/news/articles", "/news/current_articles",
    "/news/credits", "/news/pages", "/news/sources",
)  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_is_quiet_and_usable_by_all(scene: Scene, kind: str) -> None:
    """Also on a phone, where its charts are drawn and it does not scroll sideways."""
    tab = scene.tab(width=390, height=844)
    tab.go(KINDS[kind].format(**scene.ids), drawn=kind in DRAWN)
    if kind == "nothing":
        tab.complaints = [one for one in tab.complaints if "404" not in one]
    tab.check()
    assert tab.page.locator("h1").count() == 1
    if kind in LEVELLED:
        levels = tab.page.locator("h1, h2, h3, h4, h5, h6").evaluate_all("all => all.map(one => +one.tagName[1])")
        assert not [below for above, below in pairwise(levels) if below > above + 1], levels
    assert tab.page.evaluate("document.documentElement.scrollWidth") <= 390
    assert tab.page.evaluate("document.documentElement.scrollHeight") < 25_000
    broken = "all => all.filter(it => getComputedStyle(it).whiteSpace != 'nowrap').map(it => it.innerText)"
    assert not tab.page.locator("main td.number:visible").evaluate_all(broken)
    boxes = tab.page.locator(".chart canvas").evaluate_all("all => all.map(it => it.getBoundingClientRect())")
    assert all(box["width"] > 200 and box["height"] > 30 for box in boxes), boxes
    if kind == "front":
        assert len(boxes) == 3
    tab.page.set_viewport_size({"width": 1280, "height": 720})
    for colours in ("light", "dark"):
        tab.page.emulate_media(color_scheme=colours)
        serious = serious_faults(tab.page, "color-contrast" if colours == "dark" else None)
        assert not serious, json.dumps(serious, indent=1)


# A rule's impact is that of all its faults. Those that count for less are half of the time.
SERIOUS_RULES = (
    "axe._audit.rules.filter(it => it.enabled && ['serious', 'critical'].includes(it.impact)).map(it => it.id)"
)


def serious_faults(page: Page, only: str | None = None) -> list[tuple[str, str, str | None]]:
    """What axe-core holds against a page: rule, element, what to mend. `only`: of one rule."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    rules = [only] if only else page.evaluate(SERIOUS_RULES)
    # Of what passes, there are thousands of elements, which nobody reads. In a frame there is no axe, and nobody to wait for.
    options = {"resultTypes": ["violations"], "iframes": False, "runOnly": rules}
    found = page.evaluate("async options => (await axe.run(options)).violations", options)
    return [
        (one["id"], one["nodes"][0]["html"], one["nodes"][0].get("failureSummary"))
        for one in found
        if one["impact"] in ("serious", "critical")
    ]


def _note(came: list[tuple[str, int]], answer: Response) -> None:
    came.append((answer.url, answer.status))


@pytest.mark.parametrize("kind", KINDS)
def test_a_chinese_page_has_no_english(scene: Scene, kind: str) -> None:
    path = KINDS[kind].format(**scene.ids)
    english, chinese = (
        ask(scene.home, quote(path, safe="/-?=&%"), Accept_Language=language)[1] for language in ("en", "zh")
    )
    found = untranslated_texts(english, chinese, scene.stored_words)
    if kind in HALF_TRANSLATED:
        assert found, f"{kind} is done: delete it from HALF_TRANSLATED"
    else:
        assert not found


def test_a_diagnosis_speaks_chinese(scene: Scene) -> None:
    """Its sentences are made below the interface, and are translated where they are shown."""
    page = ask(scene.home, f"/-/source/{scene.ids['evening']}", Accept_Language="zh")[1]
    assert "wanbao.example：运作正常，但从未抓取过。" in page
    assert "首次抓取会抓取其列出的文章。" in page


def test_coverage_is_a_calendar_and_its_query_is_in_the_address(scene: Scene) -> None:
    path, today = f"/-/coverage/{scene.ids['daily']}", datetime.now(UTC).date()
    since, until = today - timedelta(days=40), today - timedelta(days=22)
    tab = scene.tab()
    tab.go(path)
    squares = tab.page.locator(".calendar td.day")
    # As many as were judged: up to yesterday.
    assert squares.count() == DAILY_DAYS - 1
    gap = today - timedelta(days=30)
    square = tab.page.locator(f'.calendar td.day[title^="{gap.day} {gap:%b %Y}:"]')
    assert "not looked" in square.inner_text()
    assert "not-looked" in (square.get_attribute("class") or "")
    assert "3 days" in tab.page.locator("ul.leads").inner_text()
    tab.page.get_by_label("From").fill(since.isoformat())
    tab.page.get_by_label("To").fill(until.isoformat())
    tab.page.keyboard.press("Enter")
    tab.page.wait_for_url(f"**{path}?since={since}&until={until}")
    assert squares.count() < DAILY_DAYS - 1
    address = tab.page.get_by_role("link", name="CSV").get_attribute("href") or ""
    status, body, headers = ask(scene.home, address)
    assert (status, headers["content-type"]) == (200, "text/csv; charset=utf-8")
    rows = list(csv.DictReader(body.splitlines()))
    assert len(rows) == squares.count()
    assert {row["state"] for row in rows} >= {"not looked"}
    given = json.loads(ask(scene.home, address.replace(".csv", ".json"))[1])
    assert [day["day"] for week in given["weeks"] for day in week["days"]] == [row["day"] for row in rows]
    assert given["gaps"][0]["days"] == 3
    everything = json.loads(ask(scene.home, "/-/coverage.json")[1])
    (weeks,) = (one for one in everything if one["source"] == "daily.example")
    assert not weeks["judged_late"]
    assert "days" not in weeks["weeks"][0]
    everything = json.loads(ask(scene.home, "/-/coverage.json?days=yes")[1])
    (one,) = (one for one in everything if one["source"] == "daily.example")
    assert one["weeks"][-1]["days"]
    assert one["gaps"]
    assert ask(scene.home, "/-/coverage.csv")[1].startswith("source,week,state")
    tab.check()


def test_counts_are_drawn_against_coverage(scene: Scene) -> None:
    tab = scene.tab()
    tab.go(f"/-/source/{scene.ids['daily']}", drawn=True)
    spec = json.loads(tab.page.locator('script[data-spec="volume"]').text_content() or "")
    hatched, drawn = spec["layer"]
    assert hatched["mark"]["type"] == "rule"
    assert {gap["note"] for gap in hatched["data"]["values"]} == {"not looked"}
    assert drawn["mark"]["type"] == "bar"
    tab.page.get_by_text("The figures as a table").last.click()
    assert "not looked" in tab.page.locator(".figures").last.inner_text()
    # One hour of the last day was crawled, so the front page counts by publication, where no hour is hatched.
    tab.go("/", drawn=True)
    assert (
        "few hours of the last day were crawled" in tab.page.locator("section[aria-labelledby=arrivals]").inner_text()
    )
    spec = json.loads(tab.page.locator('script[data-spec="week"]').text_content() or "")
    assert "nothing was crawled" not in json.dumps(spec)
    tab.check()


def test_a_point_of_attention_leads_to_its_articles(scene: Scene) -> None:
    """By the table and by a click on the chart; the same figures as CSV; the shown SQL runs."""
    tab = scene.tab()
    tab.go("/-/attention")
    tab.page.get_by_label("Query 1").fill("水廠")
    tab.page.get_by_label("Shown as").select_option("counts")
    tab.page.keyboard.press("Tab")
    tab.page.get_by_role("button", name="Show").click()
    tab.page.wait_for_url("**/-/attention?q=*")
    tab.page.wait_for_selector("html[data-drawn]")
    spec = json.loads(tab.page.locator('script[data-spec="attention"]').text_content() or "")
    point = max(spec["data"]["values"], key=lambda value: value["hits"])
    assert point["hits"] == 2
    tab.page.get_by_text("The figures as a table").first.click()
    assert tab.page.locator(".figures a").first.get_attribute("href") == point["address"]
    address = tab.page.get_by_role("link", name="CSV").get_attribute("href") or ""
    rows = list(csv.DictReader(ask(scene.home, address)[1].splitlines()))
    assert sum(int(row["matching"]) for row in rows if not row["source"]) == 2
    tab.page.get_by_text("The SQL of this page").click()
    sql = tab.page.locator("details.sql a").first.get_attribute("href") or ""
    assert ask(scene.home, sql.replace("?", ".json?"))[0] == 200
    tab.page.locator(".figures a").first.click()
    tab.page.wait_for_url("**/-/search?*")
    assert tab.page.locator(".found h2").count() == 2


def test_a_matrix_leads_to_the_texts(scene: Scene) -> None:
    tab = scene.tab()
    tab.go("/-/copying")
    cell = tab.page.get_by_role("link", name="1 article of mirror.example, taken from wanbao.example")
    assert "1 credited" in tab.page.locator("td", has=cell).inner_text()
    (row,) = (row for row in json.loads(ask(scene.home, "/-/copying.json")[1]) if row["source"] == "mirror.example")
    assert (row["taken_from"], row["both"]) == ("wanbao.example", 1)
    cell.click()
    tab.page.wait_for_url("**/-/copying/pair?*")
    address = tab.page.get_by_role("link", name="CSV").get_attribute("href") or ""
    (line,) = csv.DictReader(ask(scene.home, address)[1].splitlines())
    assert (line["how"], line["credit"]) == ("both", "江城晚报")
    tab.page.get_by_role("link", name="Side by side").click()
    tab.page.wait_for_url("**/-/compare/**")
    # From passage to passage by keyboard, and to the other text.
    jumps = tab.page.locator(".jump")
    assert jumps.count() >= 2
    jumps.first.focus()
    tab.page.keyboard.press("Enter")
    assert tab.page.url.endswith("#b1")
    passages = json.loads(ask(scene.home, f"/-/compare/{scene.ids['water']}/{scene.ids['copy']}.json")[1])
    assert len(passages) * 2 == jumps.count()
    tab.check()


def test_the_digest_leads_on(scene: Scene) -> None:
    tab = scene.tab()
    tab.go("/-/digest")
    said = tab.page.locator("main").inner_text()
    for piece in ("mirror.example", "Biggest stories", "Corrections", "copydesk why mirror.example"):
        assert piece.lower() in said.lower(), piece
    tab.page.get_by_role("link", name="The day before").click()
    tab.page.wait_for_url("**/-/digest?day=*")
    yesterday = json.loads(ask(scene.home, tab.page.get_by_role("link", name="JSON").get_attribute("href") or "")[1])
    assert yesterday["new"] == sum(one["new"] for one in yesterday["sources"])
    assert ask(scene.home, "/-/digest?day=nonsense")[0] == 200
    tab.check()


def test_what_is_printed_has_nothing_to_press(scene: Scene) -> None:
    tab = scene.tab()
    for path, selector in (("/-/digest", ".pager"), ("/-/search?q=ferry", ".taken"), ("/-/corrections", "main button")):
        tab.go(path)
        controls = tab.page.locator(selector)
        assert controls.first.is_visible(), path
        tab.page.emulate_media(media="print")
        assert not any(one.is_visible() for one in controls.all()), path
        tab.page.emulate_media(media="screen")
    tab.check()


def test_what_the_pages_say(scene: Scene) -> None:
    tab = scene.tab()
    tab.go("/")
    tab.page.get_by_role("link", name="城北水厂").first.click()
    tab.page.wait_for_url("**/-/article/*")
    tab.go(f"/-/article/{scene.ids['water']}", drawn=True)
    said = tab.page.locator("main").inner_text()
    for piece in ("二十八万吨", "王小雨", "水厂外景", "2 revisions", "2 outlets printed it"):
        assert piece in said, piece
    assert "credit line" not in said
    tab.page.get_by_text("Where on the page each value stands").click()
    assert "credit line" in tab.page.locator("main").inner_text()
    order = [said.lower().rindex(piece) for piece in ("\nrevisions", "\nwho printed it", "\nhow each field was found")]
    assert order == sorted(order)
    assert tab.page.locator("main img").count() == 0
    assert tab.page.frame_locator("iframe").locator("body").inner_text() == "corrected"
    tab.go(f"/-/article/{scene.ids['water']}/changes")
    assert tab.page.locator(".diff del").all_inner_texts() == ["三"]
    assert tab.page.locator(".diff ins").all_inner_texts() == ["二", "八"]
    tab.go(f"/-/source/{scene.ids['evening']}#why", drawn=True)
    assert "it works, but it was never crawled" in tab.page.locator(".ladder summary").inner_text()
    tab.go("/-/rejections?reason=too_short")
    assert tab.page.locator("tbody tr").count() == 1
    tab.go("/-/people?begins=王")
    tab.page.get_by_role("link", name="王小雨").click()
    tab.page.wait_for_url("**/-/person/*")
    assert "江" in tab.page.locator("main").inner_text() or "wanbao.example" in tab.page.locator("main").inner_text()
    tab.check()


def test_search_finds_chinese_and_english(scene: Scene) -> None:
    """From the form as a person fills it: simplified and traditional alike, phrases, filters, a query that cannot be read."""
    tab = scene.tab()
    tab.go("/-/search")
    tab.page.get_by_role("searchbox").fill("水廠")
    tab.page.keyboard.press("Enter")
    tab.page.wait_for_url("**/-/search?*")
    titles = tab.page.locator(".found h2")
    assert titles.count() == 2
    assert set(tab.page.locator(".found h2 mark").all_inner_texts()) == {"水厂"}
    tab.page.get_by_text("Only some articles").click()
    tab.page.get_by_label("Source").select_option("mirror.example")
    tab.page.get_by_role("button", name="Search").click()
    tab.page.wait_for_url("**source=*")
    assert titles.count() == 1
    tab.go('/-/search?q="last ferry"')
    assert titles.all_inner_texts() == ["The last ferry"]
    titles.first.get_by_role("link").click()
    tab.page.wait_for_url("**/-/article/*")
    tab.go("/-/search?q=ferry -bridge")
    assert "Nothing found" in tab.page.locator("main").inner_text()
    tab.go("/-/search?q=-ferry")
    assert "copydesk" not in tab.page.title().lower().split("search")[0]
    assert not titles.count()
    tab.check()


def test_a_keyboard_gets_everywhere(scene: Scene) -> None:
    tab = scene.tab()
    tab.go("/-/sources")
    tab.page.keyboard.press("Tab")
    assert tab.page.evaluate("document.activeElement.className") == "skip"
    tab.page.keyboard.press("Enter")
    assert tab.page.evaluate("document.activeElement.id") == "main"
    tab.page.keyboard.press("Tab")
    tab.page.keyboard.press("Tab")
    assert tab.page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_hostile_content_is_text(scene: Scene) -> None:
    tab = scene.watched()
    for path in HOSTILE:
        tab.go(path.format(**scene.ids))
        assert tab.page.title() != "ran"
        assert tab.page.url.startswith(scene.home)
        assert not tab.page.locator(
            "a[href^='javascript:' i], a[href^='data:' i], main img, main svg[onload]"
        ).count(), path
        tab.check()
    tab.page.context.close()
    assert scene.trap.heard == []


def test_a_hostile_page_stays_inert(scene: Scene) -> None:
    """In its frame, opened by itself, and as text: nothing runs, nothing leaves; a click leads nowhere."""
    tab = scene.watched()
    for path in ("/-/article/{ill}", "/-/stored/{ill}", "/-/received/{ill}"):
        tab.go(path.format(**scene.ids))
        for frame in tab.page.frames:
            if links := frame.get_by_text("a link", exact=True).all():
                links[0].click()
        time.sleep(0.5)
        assert tab.page.url == scene.home + path.format(**scene.ids)
        assert all(frame.url.startswith(scene.home) for frame in tab.page.frames), [
            frame.url for frame in tab.page.frames
        ]
        tab.check()
    tab.go("/-/article/{ill}".format(**scene.ids))
    shown = tab.page.frame_locator("iframe").locator("body").inner_text()
    assert "as plain as any other" in shown
    assert scene.trap.heard == []
    tab.page.context.close()


def test_the_trap_hears_what_is_not_made_inert(scene: Scene) -> None:
    """The same page without our walls, so that silence above means something. And the frame alone holds what it is for."""
    own, silent = Trap(), Trap()
    try:
        tab = scene.watched()
        page = hostile_page(own.url).replace("top.location=", "void ").replace('http-equiv="refresh"', "")
        tab.page.set_content(page, wait_until="commit")
        tab.page.wait_for_timeout(1000)
        assert len({heard for heard in own.heard if heard.startswith("/")}) > 3
        tab.page.context.close()
        tab = scene.watched()
        framed = f'<meta http-equiv="refresh" content="0;url={silent.url}/refresh"><script>fetch("{silent.url}/script")</script>'
        tab.page.set_content(f"<iframe sandbox='' srcdoc='{framed}'></iframe>")
        tab.page.wait_for_timeout(700)
        assert silent.heard == []
        tab.page.context.close()
    finally:
        own.close()
        silent.close()


def test_a_deep_page_is_shown(scene: Scene) -> None:
    tab = scene.tab()
    tab.go("/-/page/{deep}".format(**scene.ids))
    assert tab.page.frame_locator("iframe").locator("body").inner_text() == "the bottom"
    tab.check()


def test_pages_of_other_sites_neither_frame_nor_run_sql(scene: Scene) -> None:
    """A page of another port of this machine, and one of another name: they link, redirect and frame."""
    query = scene.home + "/news?sql=select+%27it+%27+%7C%7C+%27ran%27"
    frames = f"<iframe src='{scene.home}/'></iframe><object data='{scene.home}/'></object><embed src='{scene.home}/'>"
    evil = f"<a id=sql href='{query}'>sql</a><a id=front href='{scene.home}/'>front</a>{frames}"
    with WebServer(lambda _: Answer(200, evil)) as server:
        for host in ("127.0.0.1", "localhost"):
            page = scene.browser.new_context().new_page()
            came: list[tuple[str, int]] = []
            page.on("response", partial(_note, came))
            page.goto(f"http://{host}:{server.port}/")
            framed = [status for url, status in came if url.startswith(scene.home)]
            assert framed
            assert set(framed) == {403}, came
            page.click("#sql")
            page.wait_for_url(query)
            assert "another site led here" in page.locator("body").inner_text()
            page.goto(query)  # as typed
            assert page.get_by_text("it ran", exact=True).count() == 1
            page.goto(f"http://{host}:{server.port}/")
            page.click("#front")
            page.wait_for_url(scene.home + "/")
            assert page.locator("h1").count() == 1
            page.context.close()


def test_a_search_can_be_taken_along(scene: Scene) -> None:
    """From the form: filters as fields, then the same articles by each link; a feed says where it comes from."""
    tab = scene.tab()
    tab.go("/-/search")
    assert tab.page.locator(".found h2").count() > 5, "the newest articles, with the filters open"
    tab.page.get_by_label("Kind").select_option("copies")
    tab.page.get_by_label("Paywall").select_option("none known")
    tab.page.get_by_label("Author, editor or proofreader").fill("王小雨")
    tab.page.get_by_role("button", name="Search").click()
    tab.page.wait_for_url("**kind=copy*")
    assert "1 article, newest first" in tab.page.locator("main").inner_text()
    assert tab.page.get_by_label("Order").input_value() == "newest"
    address = {
        name: tab.page.get_by_role("link", name=name, exact=True).get_attribute("href") or ""
        for name in ("CSV", "JSON", "RSS", "JSON Feed")
    }
    got = {name: ask(scene.home, path) for name, path in address.items()}
    assert {status for status, _, _ in got.values()} == {200}
    assert all(
        "default-src 'none'; script-src 'self';" in headers["content-security-policy"] for *_, headers in got.values()
    )
    rows = list(csv.DictReader(got["CSV"][1].splitlines()))
    assert [row["id"] for row in rows] == [str(scene.ids["copy"])]
    assert tuple(rows[0]) == COLUMNS
    assert [set(row) for row in json.loads(got["JSON"][1])] == [set(COLUMNS)]
    feed = json.loads(got["JSON Feed"][1])
    assert feed["feed_url"] == scene.home + address["JSON Feed"]
    assert [item["id"] for item in feed["items"]] == [f"copydesk:{scene.ids['copy']}:1"]
    channel = lxml.etree.fromstring(got["RSS"][1].encode())[0]
    assert channel.findtext("link") == feed["home_page_url"]
    assert len(channel.findall("item")) == 1
    tab.page.goto(str(channel.findtext("link")))
    assert tab.page.locator(".found h2").count() == 1
    tab.go("/-/search?kind=corrected&section=nowhere")
    assert "No article matches all these filters" in tab.page.locator("main").inner_text()
    tab.check()


def test_matches_of_a_saved_search_are_a_feed(scene: Scene) -> None:
    tab = scene.tab()
    tab.go("/-/searches")
    section = tab.page.locator("section", has=tab.page.get_by_role("heading", name="water"))
    assert "1 article found" in section.inner_text()
    feed = json.loads(ask(scene.home, section.get_by_role("link", name="JSON Feed").get_attribute("href") or "")[1])
    assert [item["id"] for item in feed["items"]] == [f"copydesk:{scene.ids['water']}"]
    assert ask(scene.home, "/-/searches/none.rss")[0] == 404
    (ill, water) = json.loads(ask(scene.home, "/-/searches.json")[1])
    assert (ill["found"], water["found"], water["query"]) == (1, 1, "水厂")
    tab.check()


def test_a_page_begins_after_a_place(scene: Scene) -> None:
    """`tests/db/queries/test_paging.py` holds what is on it."""
    tab = scene.tab()
    tab.go("/-/search")
    titles = tab.page.locator(".found h2").all_inner_texts()
    tab.go("/-/search?after=2100-01-01_0")
    assert tab.page.locator(".found h2").all_inner_texts() == titles
    tab.page.get_by_role("link", name="Back to the newest").click()
    tab.page.wait_for_url("**/-/search?")
    for old in ("/-/search?page=2", "/-/search?after=1990-01-01_0"):
        tab.go(old)
        assert not set(tab.page.locator(".found h2").all_inner_texts()) & set(titles)
    tab.go("/-/search?after=%3Cscript%3E")
    assert tab.page.locator(".found h2").all_inner_texts() == titles
    tab.check()


def test_a_citation_can_be_copied(scene: Scene) -> None:
    tab = scene.tab()
    tab.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    tab.go(f"/-/article/{scene.ids['water']}", drawn=True)
    tab.page.get_by_text("Copy a citation").click()
    tab.page.get_by_role("button", name="Copy BibTeX").click()
    tab.page.get_by_text("Copied.").wait_for()
    copied = tab.page.evaluate("navigator.clipboard.readText()")
    assert "{王小雨}" in copied
    address = tab.page.get_by_role("link", name="Save BibTeX").get_attribute("href") or ""
    status, body, headers = ask(scene.home, address)
    assert (status, body) == (200, copied + "\n")
    assert "attachment" in headers["content-disposition"]
    (item,) = json.loads(ask(scene.home, address.replace(".bib", ".json"))[1])
    assert item["author"] == [{"literal": "王小雨"}]
    assert ask(scene.home, "/-/article/999999/cite.bib")[0] == 404
    tab.go(f"/-/article/{scene.ids['water']}?revision=1", drawn=True)
    older = tab.page.locator("#citation-bib").text_content() or ""
    address = tab.page.locator("details.cite a[href*='cite.bib']").get_attribute("href") or ""
    assert address.endswith("?revision=1")
    assert ask(scene.home, address)[1] == older + "\n"
    tab.page.get_by_text("Copy a citation").click()
    tab.check()
    assert not serious_faults(tab.page)


def test_a_result_to_take_along_is_as_inert_as_its_page(scene: Scene) -> None:
    query = urlencode({"q": "page OR ]]></title><script>alert(1)</script>"})
    for form, kind in (
        ("rss", "application/rss+xml"),
        ("jsonfeed", "application/feed+json"),
        ("json", "application/json"),
    ):
        status, body, headers = ask(scene.home, f"/-/search.{form}?{query}")
        assert (status, headers["content-type"].partition(";")[0]) == (200, kind)
        assert headers["x-content-type-options"] == "nosniff"
        if form == "rss":
            names = {element.tag for element in lxml.etree.fromstring(body.encode()).iter()}
            assert not {"script", "img", "iframe"} & names
    status, body, _ = ask(scene.home, f"/-/search.csv?source={scene.ids['ill_source']}")
    cells = [cell for row in csv.reader(body.splitlines()) for cell in row]
    assert status == 200
    assert not [cell for cell in cells if cell.startswith(("=", "@", "+"))]
    assert ask(scene.home, "/-/search.csv?q=-ferry")[0] == 400
    everything = json.loads(ask(scene.home, "/-/search.json")[1])
    assert len(everything) > 1


def test_the_stored_page_is_as_tall_as_the_text_and_folded_on_a_phone(scene: Scene) -> None:
    for kind in ("ill", "long"):
        tab = scene.tab(width=1280, height=600)
        tab.go(f"/-/article/{scene.ids[kind]}")
        frame, text = (tab.page.locator(one).bounding_box() for one in ("iframe", ".reading > article"))
        assert frame is not None
        assert text is not None
        if kind == "long":
            assert 1700 < frame["height"] <= 1800  # three windows; its article is longer
            assert text["height"] > 3000
        else:
            assert abs(frame["y"] + frame["height"] - text["y"] - text["height"]) < 40
        tab.check()
    tab = scene.tab(width=390, height=844)
    asked: list[str] = []
    tab.page.on("request", lambda request: asked.append(request.url))
    tab.go(f"/-/article/{scene.ids['long']}")
    assert tab.page.locator(".overline").count() == 0  # the section stands above the headline already
    assert not tab.page.locator("iframe").is_visible()
    assert not [one for one in asked if "/-/stored/" in one]
    tab.page.get_by_text("Show it here").click()
    assert tab.page.frame_locator("iframe").locator("p").first.inner_text()
    tab.check()


def test_a_text_in_parts_has_an_outline(scene: Scene) -> None:
    tab = scene.tab()
    tab.go(f"/-/article/{scene.ids['long']}")
    tab.page.get_by_role("navigation", name="In this article").get_by_role("link", name="Part 3").click()
    assert tab.page.url.endswith("#part-3")
    assert tab.page.locator("h3:target").inner_text() == "Part 3"
    tab.check()


def test_addresses_stay(scene: Scene) -> None:
    """The number of any page of an article, any article of a story, the name of a source or person, and old addresses."""
    ids = scene.ids
    tab = scene.tab()
    tab.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    for asked, led in (
        (f"/-/article/{ids['water2']}", f"/-/article/{ids['water']}"),
        (f"/-/article/{ids['short']}", f"/-/page/{ids['short']}"),
        (f"/-/cluster/{ids['copy']}", f"/-/cluster/{ids['water']}"),
        (f"/-/cluster/{ids['copy']}.json", f"/-/cluster/{ids['water']}.json"),
        ("/-/source/mirror.example", f"/-/source/{ids['mirror']}"),
        ("/-/person?name=Ann Reed".replace(" ", "%20"), "/-/person/Ann%20Reed"),
    ):
        status, _, headers = ask(scene.home, asked)
        assert (status, headers["location"]) == (302, led), asked
    for path in (
        f"/-/article/{ids['water']}",
        f"/-/cluster/{ids['water']}",
        f"/-/source/{ids['mirror']}",
        "/-/person/Ann%20Reed",
    ):
        tab.go(path)
        tab.page.get_by_role("button", name="Copy link").click()
        tab.page.get_by_text("Copied.").wait_for()
        assert tab.page.evaluate("navigator.clipboard.readText()") == scene.home + path
    for wrong in ("/-/cluster/999999", "/-/source/nobody", "/-/person/nobody", f"/-/cluster/{ids['short']}"):
        assert ask(scene.home, wrong)[0] == 404, wrong
    rows = json.loads(ask(scene.home, f"/-/cluster/{ids['water']}.json")[1])
    assert [row["article_id"] for row in rows] == [ids["water"], ids["copy"]]
    tab.check()


def test_sources_are_sorted_filtered_and_taken_along(scene: Scene) -> None:
    tab = scene.tab(width=390, height=844)
    tab.go("/-/sources")
    assert tab.page.locator(".scroll-hint").inner_text().startswith("Scroll sideways")
    assert "nobody looked on" in (
        tab.page.get_by_role("row", name="daily.example").locator("svg").get_attribute("aria-label") or ""
    )
    tab.page.get_by_role("link", name="silent").click()
    tab.page.wait_for_url("**state=silent*")
    assert tab.page.locator("tbody th").all_inner_texts() == ["mirror.example"]
    tab.page.get_by_role("link", name="all").click()
    tab.page.get_by_label("Name or address").fill("wanbao")
    tab.page.keyboard.press("Enter")
    tab.page.wait_for_url("**q=wanbao*")
    tab.page.get_by_role("main").get_by_role("link", name="Articles", exact=True).click()
    tab.page.wait_for_url("**sort=-articles*")
    assert tab.page.locator("[aria-sort=descending]").inner_text().startswith("Articles")
    address = tab.page.get_by_role("link", name="CSV").get_attribute("href") or ""
    (row,) = csv.DictReader(ask(scene.home, address)[1].splitlines())
    assert (row["name"], row["state"]) == ("wanbao.example", "crawled")
    assert len(row["days"].split()) == 30
    tab.page.set_viewport_size({"width": 1600, "height": 900})
    tab.page.locator(".scroll-hint").wait_for(state="detached")
    tab.check()


def test_tables_open_on_views_and_questions(scene: Scene) -> None:
    """A question with its fields, then its SQL changed; a long cell is folded; a language as asked for."""
    tab = scene.watched(locale="zh-CN")
    tab.go("/news")
    assert tab.page.locator(".guide").first.locator("h3").first.inner_text() == "articles_view"
    tab.page.get_by_role("link", name="谁编辑的文章最多？").click()
    tab.page.get_by_label("最多行数").fill("1")
    tab.page.keyboard.press("Enter")
    tab.page.wait_for_url("**most=1*")
    assert tab.page.locator(".rows tbody tr").count() == 1
    tab.page.get_by_role("link", name="修改 SQL").click()
    tab.page.get_by_label("SQL").fill("SELECT title, text FROM articles_view")
    tab.page.get_by_role("button", name="运行 SQL").click()
    folded = tab.page.locator(".folded").first
    folded.locator("summary").click()
    assert len(folded.locator("div").inner_text()) > 90
    tab.check()
    tab.page.context.close()
    # Each within the limit of a statement.
    for name in (*(one.slug for one in QUESTIONS), "failures"):
        status, body, _ = ask(scene.home, f"/news/{name}.json?_shape=array")
        assert (status, type(json.loads(body))) == (200, list), name


def test_a_day_stays_a_day_west_of_greenwich(scene: Scene) -> None:
    tab = scene.watched(timezone_id="America/Los_Angeles")
    tab.go(f"/-/source/{scene.ids['daily']}", drawn=True)
    spec = json.loads(tab.page.locator('script[data-spec="volume"]').text_content() or "")
    first = spec["layer"][-1]["data"]["values"][0]["date"]
    assert tab.page.evaluate("day => new Date(day).getDate()", first) == int(first[8:10])
    tab.page.context.close()


def test_the_browser_has_no_processes_for_its_own_bars(scene: Scene) -> None:
    """They would take 1 s of CPU of each browser, also of one that draws pages for a crawl (`crawler.render.browsers`)."""
    scene.tab().go("/")
    commands = {pid: command_of(pid) for pid in descendants(os.getpid())}
    assert any(b"--type=renderer" in command for command in commands.values())
    assert not [command for command in commands.values() if b"webui" in command]
