"""What was derived live is derived again, row for row, from what was stored."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

from db.connection.database import open_database, write
from db.site_rules.loader import load_sites, shipped_sites_folder
from db.store.extraction.outcomes import Extractor, extractor_id
from pipelines.dedup.settle import reset_settling, settle
from pipelines.processing.ingest import record_results
from pipelines.processing.page_worker import extract_stored
from tests.demoweb.asking import EN
from tests.demoweb.web import DemoWeb
from tests.end_to_end.copydesk import RULES, Copydesk


def replay(path: Path, *, backwards: bool, rules: Path = RULES) -> None:
    """Drop everything derived and make it again in this process, in page order or against it, a few pages at a time."""
    sites = load_sites(shipped_sites_folder(), rules)
    db = open_database(path)
    conn: sqlite3.Connection = db.conn
    row = conn.execute("SELECT code, rules, trafilatura FROM extractors").fetchone()
    with write(conn):
        conn.execute("DELETE FROM outcomes")
        maker = extractor_id(conn, Extractor(code=row[0], rules=row[1], trafilatura=row[2]))
    pages = [page_id for (page_id,) in conn.execute("SELECT id FROM pages ORDER BY id")]
    if backwards:
        pages.reverse()
    for start in range(0, len(pages), 7):
        readings = [extract_stored(conn, sites, page_id) for page_id in pages[start : start + 7]]
        with write(conn):
            record_results(conn, readings, maker)
    conn.close()


def test_live_and_replay_give_identical_rows(crawled: Copydesk) -> None:
    desk = crawled
    live = desk.derived()
    assert len(live["articles"]) > 30
    assert {verdict for _, verdict, *_ in live["decisions"]} >= {"new", "revision", "copy"}
    for backwards in (False, True):
        replay(desk.database, backwards=backwards)
        again = desk.derived()
        for table, rows in live.items():
            assert again[table] == rows, table
    conn = sqlite3.connect(desk.database)
    with conn:
        reset_settling(conn)
        settle(conn)
    conn.close()
    assert desk.derived() == live


REMOVING = f"""
hosts = ["{EN}"]

[[remove]]
css = "div.meta"

[[remove]]
xpath = "//script[@type='application/ld+json']"

[[remove]]
line_regex = '.*\\bferry\\b.*'
"""


def test_rules_that_remove_give_the_same_rows_live_and_again(demoweb: DemoWeb, tmp_path: Path) -> None:
    rules = tmp_path / "rules"
    rules.mkdir()
    (rules / "courier.toml").write_text(REMOVING, encoding="utf-8")
    desk = Copydesk(tmp_path, demoweb.proxy_url, sites="rules", workers=2)
    desk.add_sites(demoweb, EN)
    desk.run("crawl")
    live = desk.derived()
    provenance = [text for (text,) in desk.query("SELECT provenance ->> 'text' FROM articles")]
    assert len(provenance) > 5
    assert any("without 2 boxes and 1 line (site rule courier)" in text for text in provenance), provenance
    assert desk.query("SELECT count(*) FROM articles WHERE text LIKE '% ferry %'") == [(0,)]
    for backwards in (False, True):
        replay(desk.database, backwards=backwards, rules=rules)
        assert desk.derived() == live
    # Other rules make the pages stale, those of before bring the rows back.
    (rules / "courier.toml").write_text(REMOVING.replace("div.meta", "div.none"), encoding="utf-8")
    assert json.loads(desk.run("extract", "preview", "--stale", "--json").stdout)["differing"] == len(provenance)
    desk.run("extract", "stored", "--stale")
    (rules / "courier.toml").write_text(REMOVING, encoding="utf-8")
    desk.run("extract", "stored", "--stale")
    again = desk.derived()
    assert again["articles"] == live["articles"]
    assert again["credits"] == live["credits"]


def test_the_command_gives_identical_rows_resumes_and_undoes(crawled: Copydesk) -> None:
    desk = crawled
    live = desk.derived()
    desk.run("extract", "--all", "--jobs", "2")
    assert desk.derived() == live
    assert desk.query("SELECT count(*) FROM past_outcomes") == [(0,)]
    spoiled = sqlite3.connect(desk.database)
    with spoiled:
        spoiled.execute("UPDATE articles SET title = 'spoiled' WHERE page_id % 2")
        # Up to November 2026 the code's part was a digest of files.
        spoiled.execute("INSERT INTO extractors (code, rules, trafilatura) VALUES ('0.1.0+1f3a9c2e', 'old', '2.3.1')")
        spoiled.execute("UPDATE outcomes SET extractor_id = (SELECT max(id) FROM extractors)")
    spoiled.close()
    before = desk.derived()
    told = json.loads(desk.run("extract", "--stale", "--dry-run", "--json").stdout)
    odd = sum(row[0] % 2 for row in live["articles"])
    assert told["fields"] == {"title": odd}
    assert told["differing"] == odd
    assert desk.derived() == before
    assert desk.kill("SELECT count(*) FROM past_outcomes", "extract", "--stale")
    desk.run("extract", "--stale")
    assert desk.derived() == live
    runs = [run for (run,) in desk.query("SELECT DISTINCT run_id FROM past_outcomes")]
    assert len(runs) == 1
    desk.run("extract", "--undo", str(runs[0]))
    again = desk.run("extract", "--undo", str(runs[0]), code=2).stderr
    assert f"run {runs[0]} was undone already, by run {runs[0] + 1}" in again
    back = desk.derived()
    assert back["articles"] == before["articles"]
    assert back["credits"] == before["credits"]
    assert "no such column" in desk.run("extract", "--where", "nonsense = 1", code=2).stderr
    desk.run("extract", "--where", "articles.title = 'spoiled'")
    assert desk.derived()["articles"] == live["articles"]
