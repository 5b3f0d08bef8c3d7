"""`copydesk inspect` while crawls write: it answers all along, shows what came in, and keeps nobody from emptying the log."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

pytest.importorskip("datasette", reason="the extra `inspect` is not installed")

from tests.browser.looking import ask, inspecting
from tests.demoweb.web import DemoWeb
from tests.end_to_end.copydesk import Copydesk

PATHS = (
    "/",
    "/-/sources",
    "/-/runs",
    "/-/people",
    "/-/rejections",
    "/-/search?q=%E8%BD%AE%E6%B8%A1",
    "/-/article/{last}",
)


def test_it_answers_while_crawls_write(tmp_path: Path) -> None:
    with DemoWeb() as web:
        desk = Copydesk(tmp_path, web.proxy_url)
        desk.add_sites(web)
        with inspecting(desk.database) as home:
            asked = 0
            for round_ in ((), ("--again",)):
                crawl = desk.start("crawl", *round_)
                while crawl.poll() is None:
                    last = desk.query("SELECT max(article_id) FROM decisions")[0][0]
                    for path in PATHS:
                        if "{last}" not in path or last:
                            assert ask(home, path.format(last=last))[0] == 200, path
                            asked += 1
                out, err = crawl.communicate()
                assert crawl.returncode == 0, out + err
                web.publish_correction()
            assert asked > len(PATHS)
            articles = desk.query("SELECT count(*) FROM articles_view")[0][0]
            assert articles > 30
            conn = sqlite3.connect(desk.database, isolation_level=None)
            busy, _, _ = conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            conn.close()
            assert not busy
            assert ask(home, "/")[0] == 200
