"""Looking after a database while it is crawled: the crawl ends as it would have, and every backup is whole."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

from tests.demoweb.web import DemoWeb
from tests.end_to_end.conftest import THREE
from tests.end_to_end.copydesk import Copydesk, wait_for


def articles(desk: Copydesk) -> list[tuple[object, ...]]:
    """What a reader sees, without the numbers of rows."""
    return desk.query(
        "SELECT a.url, a.title, a.text, d.verdict, o.url FROM articles a JOIN decisions d USING (page_id)"
        " JOIN articles o ON o.page_id = d.original_id ORDER BY a.url"
    )


def test_upkeep_while_a_crawl_goes_on(demoweb: DemoWeb, crawled_three: Copydesk, tmp_path: Path) -> None:
    (tmp_path / "backups").mkdir()
    tended = Copydesk(tmp_path, demoweb.proxy_url, keep_bodies="1s", backup_folder="backups", backup_keep=99)
    tended.add_sites(demoweb, *THREE, delay="200ms")
    crawl = tended.start("crawl", "--json")
    wait_for(lambda: tended.query("SELECT count(*) FROM pages")[0][0] >= 3)
    rounds, pruned = 0, 0
    while crawl.poll() is None:
        report = json.loads(tended.run("upkeep", "--json").stdout)
        assert [step["name"] for step in report["steps"] if step["ended"] == "failed"] == []
        pruned += report["steps"][0]["figures"]["bodies"]
        rounds += 1
    out, err = crawl.communicate()
    assert crawl.returncode == 0, err
    assert json.loads(out)["unread"] == 0
    assert rounds >= 1
    assert pruned >= 1, "the crawl was over before anything was old enough"
    assert articles(tended) == articles(crawled_three)
    taken = sorted((tmp_path / "backups").iterdir())
    assert len(taken) == rounds
    for path in taken:
        conn = sqlite3.connect(path)
        assert conn.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert conn.execute("SELECT count(*) FROM pages WHERE body_id NOT IN (SELECT id FROM bodies)").fetchone() == (
            0,
        )
        conn.close()

    before, pages = tended.derived(), tended.query("SELECT count(*) FROM pages")
    tended.run("upkeep", "prune")
    tended.run("settle", "--all")
    assert tended.derived() == before
    tended.set_delay("0s")
    tended.run("crawl", "--again", "--quiet")
    assert tended.query("SELECT count(*) FROM pages") == pages, "bytes that were pruned are known again by their hash"
    tended.run("doctor")
