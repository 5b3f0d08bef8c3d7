"""Articles that are no longer at their address: each way in which a site takes one away, and what must not be taken for it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from db.connection.database import open_database, open_readonly, write
from db.inspect.pages.cookbook import QUESTIONS
from db.maintenance.prune import prune
from db.store.crawl.due_links import due_links
from tests.end_to_end.copydesk import Copydesk
from tests.pipelines.dedup.stories import story
from tests.support.web_server import Answer, Asked, WebServer

# What the address of each article answers in the later crawls: a status, or what is served with 200.
GONE = {
    "missing": "404",
    "removed": "410",
    "forbidden-by-law": "451",
    "polite": "soft",
    "redirected": "front",
    "overwritten": "/",
    "replaced": "other",
    "led-inside": "claims",
}
KEPT = {
    "unchanged": "there",
    "moved": "404",
    "redesigned": "404",
    "guarded": "403",
    "broken": "500",
    "limited": "429",
    "locked": "login",
}
RETURNED = {"returned": "404", "polite-and-returned": "soft", "not-modified": "404"}
AT_ONCE = {"removed", "forbidden-by-law", "replaced", "led-inside"}
NAMES = sorted([*GONE, *KEPT, *RETURNED])
PAGES = {
    "soft": "<html lang=en><head><title>Page not found</title></head><body><h1>Page not found</h1>"
    "<p>The page you are looking for does not exist or has been removed.</p></body></html>",
    "login": "<html lang=en><head><title>Log in</title></head><body><h1>Log in</h1><p>Please log in to read this article.</p>"
    "<form method=post><input name=user><input type=password name=password><button>Log in</button></form></body></html>",
}


def path_of(name: str) -> str:
    return f"/news/2026/11/a-report-{name}-of-the-town"


# Two move without a redirect, one of them into another design.
MOVED = {path_of(f"of-all-things-{name}") + "-at-another-address": name for name in ("moved", "redesigned")}


class Site:
    """A site whose articles answer as `now` says, by name."""

    def __init__(self) -> None:
        self.now: dict[str, str] = {}
        self.new_addresses = False

    def answer(self, path: str, etag: str | None) -> tuple[int, str, dict[str, str]]:
        if path == "/":
            listed = [
                *((path_of(name), name) for name in NAMES),
                *(MOVED.items() if self.new_addresses else ()),
            ]
            links = (f'<h2><a href="{path}">A report of the town: {name}</a></h2>' for path, name in listed)
            return 200, "".join(links), {}
        name = MOVED.get(path) or next((name for name in NAMES if path_of(name) == path), None)
        if name is None:
            return 404, "", {}
        state = self.now.get(name, "there") if path not in MOVED else "there"
        if state == "front":
            return 302, "", {"Location": "/"}
        if state == "/":  # the front page, at the article's address
            return self.answer("/", None)
        if state in ("other", "claims"):  # another article, which says or does not say where it is at home
            page = self.answer(path_of("unchanged"), None)[1]
            home = f'<link rel="canonical" href="{path_of("unchanged")}">' if state == "claims" else ""
            return 200, page.replace("</head>", f"{home}</head>"), {}
        if state.isdigit():
            return int(state), "no", {}
        if state in PAGES:
            return 200, PAGES[state], {}
        if name == "not-modified" and etag:
            return 304, "", {}
        text = "".join(f"<p>{line}</p>" for line in story(NAMES.index(name), 8).split("\n"))
        title = f"A report of the town: {name}"
        text += "<p>Our new design.</p>" if name == "redesigned" and path in MOVED else ""
        body = f'<h1>{title}</h1><time datetime="2026-11-02T10:00:00Z"></time><article>{text}</article>'
        return (
            200,
            f"<html lang=en><head><title>{title}</title></head><body>{body}</body></html>",
            {"ETag": f'"{name}"'},
        )


@pytest.fixture
def site() -> Iterator[tuple[Site, str]]:
    web = Site()

    def answer(asked: Asked) -> Answer:
        return Answer(*web.answer(asked.path, asked.headers["If-None-Match"]))

    with WebServer(answer) as server:
        yield web, f"{server.url}/"


def titles(desk: Copydesk, *words: str) -> set[str]:
    rows = [json.loads(line) for line in desk.run(*words).stdout.splitlines()]
    found = (row["title"] if isinstance(row["title"], str) else row["title"]["text"] for row in rows)
    return {title.partition(": ")[2] for title in found}


def pass_time(desk: Copydesk, days: int) -> None:
    """As if all that happened so far had been so much earlier."""
    with open_database(desk.database) as db, write(db.conn):
        db.conn.execute("UPDATE visits SET first_at = first_at - :s, last_at = last_at - :s", {"s": days * 86400})
        for table, column in (("fetches", "started_at"), ("pages", "fetched_at")):
            earlier = f"strftime('%Y-%m-%dT%H:%M:%fZ', {column}, '-{days} days')"
            db.conn.execute(f"UPDATE {table} SET {column} = {earlier}")


def due(desk: Copydesk) -> set[str]:
    """The articles that a crawl would visit now."""
    with open_database(desk.database) as db:
        found = due_links(db.conn, 1, now=datetime.now(UTC), revisit=[timedelta(days=9000)], retry=[])
    names = {path_of(name): name for name in NAMES}
    return {names[path] for link in found if (path := "/" + link.url.split("/", 3)[3]) in names}


def test_articles_that_a_site_takes_away_are_told_from_those_it_hides(site: tuple[Site, str], tmp_path: Path) -> None:
    web, home = site
    desk = Copydesk(tmp_path, None, delay="0s", retries=0, allow_networks=["127.0.0.0/8"], revisit=["9000d"], workers=1)
    desk.run("sources", "add", home, "--no-discovery")
    desk.run("crawl", "--quiet")
    assert titles(desk, "articles", "--json") == set(NAMES)
    assert titles(desk, "articles", "--json", "--kind", "gone") == set()
    web.now, web.new_addresses = {**GONE, **KEPT, **RETURNED}, True
    desk.run("crawl", "--again", "--quiet")
    # The site may be out of order today: what says nothing for good is asked again a day later, and only that.
    assert titles(desk, "articles", "--json", "--kind", "gone") == AT_ONCE
    assert due(desk) == set()
    pass_time(desk, 1)
    assert due(desk) == {*GONE, *RETURNED, "moved", "redesigned"} - AT_ONCE
    web.now = {**GONE, **KEPT}
    desk.run("crawl", "--quiet")
    assert due(desk) == set()
    for words in (("articles", "--json"), ("search", "--json", "report"), ("export", "jsonl")):
        assert titles(desk, *words, "--kind", "gone") == set(GONE), words
    lines = desk.run("attention", "report", "--kind", "gone", "--since", "2026-11-01", "--json").stdout.splitlines()
    counted = [json.loads(line) for line in lines]
    assert sum(one["matching"] for one in counted if one["source"] is None) == len(GONE)

    ids = {
        row["url"].rpartition("/")[2]: row["id"]
        for row in map(json.loads, desk.run("articles", "--json").stdout.splitlines())
    }
    shown = {name: home.rstrip("/") + path_of(name) for name in NAMES}
    # What its address shows is the other article, so it is asked for by its number.
    shown["led-inside"] = str(ids[path_of("led-inside").rpartition("/")[2]])
    said = {name: " ".join(desk.run("show", what).stdout.split()) for name, what in shown.items()}
    assert {name for name, text in said.items() if " gone " in text.partition(" article ")[0]} == set(GONE)
    assert "gone it answered 410 on " in said["removed"]
    assert f"it led to {home}, which is no article" in said["redirected"]
    assert "its page, which is no article (soft_404)" in said["polite"]
    assert "its page, which is no article (list)" in said["overwritten"]
    for name in ("replaced", "led-inside"):
        assert "its page showed another article" in said[name]
    assert desk.run("corrections", "--json").stdout == ""

    rows = desk.query(next(one.filled for one in QUESTIONS if one.slug == "gone"))
    assert {(row[2].partition(": ")[2], row[6]) for row in rows} == {
        (name, int(answer) if answer.isdigit() else 200) for name, answer in GONE.items()
    }

    # What is kept of the log is enough.
    later = datetime.now(UTC) + timedelta(days=400)
    assert prune(desk.database, later, keep_bodies=None, keep_log=timedelta(days=90)).fetches > 0
    assert titles(desk, "articles", "--json", "--kind", "gone") == set(GONE)
    conn = open_readonly(desk.database)
    assert conn.execute("PRAGMA foreign_key_check").fetchall() == []
    conn.close()


def test_an_article_that_returns_after_days_is_there_again(site: tuple[Site, str], tmp_path: Path) -> None:
    web, home = site
    desk = Copydesk(tmp_path, None, delay="0s", retries=0, allow_networks=["127.0.0.0/8"], revisit=["9000d"], workers=1)
    desk.run("sources", "add", home, "--no-discovery")
    desk.run("crawl", "--quiet")
    web.now = dict.fromkeys(NAMES, "404") | {"polite": "soft"}
    desk.run("crawl", "--again", "--quiet")
    for days, found in ((1, set(NAMES)), (7, set(NAMES)), (30, set())):
        pass_time(desk, days)
        assert due(desk) == set(NAMES), days
        if not found:
            web.now = {}
        desk.run("crawl", "--quiet")
        assert titles(desk, "articles", "--json", "--kind", "gone") == found
    pass_time(desk, 400)
    assert due(desk) == set()
