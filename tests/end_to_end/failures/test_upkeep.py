"""Looking after a database while it is crawled: the crawl ends as it would have, and every backup is whole."""

from __future__ import annotations

import json
import signal
import sqlite3
from pathlib import Path

from tests.demoweb.web import DemoWeb
from tests.end_to_end.conftest import THREE
from tests.end_to_end.copydesk import Copydesk, wait_for
from tests.support.processes import is_stopped


def articles(desk: Copydesk) -> list[tuple[object, ...]]:
    """What a reader sees, without the numbers of rows."""
    return desk.query(
        "SELECT a.url, a.title, a.text, d.verdict, o.url FROM articles a JOIN decisions d USING (page_id)"
        " JOIN articles o ON o.page_id = d.original_id ORDER BY a.url"
    )


def test_upkeep_while_a_crawl_goes_on(demoweb: DemoWeb, crawled_three: Copydesk, tmp_path: Path) -> None:
    (tmp_path / "backups").mkdir()
    tended = Copydesk(tmp_path, demoweb.proxy_url, keep_bodies="0s", backup_folder="backups", backup_keep=99)
    tended.add_sites(demoweb, *THREE, delay="100ms")
    # It stands still until upkeep has begun beside it, and until there is something to prune.
    crawl = tended.start_signalled(signal.SIGSTOP, "SELECT count(*) FROM outcomes", "crawl", "--json")
    wait_for(lambda: is_stopped(crawl.pid) or crawl.poll() is not None)
    rounds, pruned, goes_on = 0, 0, True
    while goes_on:
        upkeep = tended.start("upkeep", "--json")
        crawl.send_signal(signal.SIGCONT)
        out, err = upkeep.communicate(timeout=120)
        assert upkeep.returncode == 0, err
        report = json.loads(out)
        assert [step["name"] for step in report["steps"] if step["ended"] == "failed"] == []
        pruned += report["steps"][0]["figures"]["bodies"]
        rounds += 1
        goes_on = crawl.poll() is None
    out, err = crawl.communicate()
    assert crawl.returncode == 0, err
    assert json.loads(out)["unread"] == 0
    assert pruned >= 1
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
