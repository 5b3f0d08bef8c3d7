"""Sites that are made to hurt whoever reads them: the others are crawled all the same, and a signal ends the crawl."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from db.connection.database import open_database, write
from db.models import Listing
from db.store.sites.sources import insert_listings
from tests.end_to_end.copydesk import Copydesk, wait_for
from tests.hostile.web import ARTICLES, SITES, hostile_web, put_sites
from tests.support.deadline import within
from tests.support.processes import alive, descendants

ROOT = Path(__file__).parents[3]


def with_sites(folder: Path, homes: dict[str, str], **settings: object) -> Copydesk:
    """A database with a source for each site, its listing known."""
    desk = Copydesk(folder, None, allow_networks=["127.0.0.0/8"], delay="0s", **settings)
    put_sites(desk.database, homes)
    return desk


def pages_of(desk: Copydesk) -> dict[str, int]:
    rows = desk.query(
        "SELECT s.name, count(p.id) FROM sources s LEFT JOIN pages p ON p.source_id = s.id GROUP BY s.id ORDER BY s.id"
    )
    return {str(name): int(str(count)) for name, count in rows}


def test_the_others_are_crawled_beside_listings_that_hurt(tmp_path: Path) -> None:
    hostile = ("sitemap-49000", "robots-of-10000-agents", "deep-front-page", "feed-of-ampersands")
    with hostile_web("innocent-1", "innocent-long-robots", *hostile) as homes:
        # Far less time than the largest needs: it is stopped, and said.
        desk = with_sites(tmp_path, homes, extract_timeout="500ms")
        crawled = json.loads(desk.run("crawl", "--json", code=None).stdout)
    pages = pages_of(desk)
    assert pages["innocent-1"] == pages["innocent-long-robots"] == pages["robots-of-10000-agents"] == ARTICLES
    assert pages["sitemap-49000"] == 0
    assert crawled["listings_failed"] >= 1
    errors = dict(
        desk.query("SELECT s.name, f.error FROM fetches f JOIN sources s ON s.id = f.source_id WHERE what = 'entry'")
    )
    assert errors["sitemap-49000"] == "listing_too_slow"
    assert errors["innocent-1"] is None


def test_a_robots_txt_that_cannot_be_read_in_time_allows_nothing(tmp_path: Path) -> None:
    with hostile_web("innocent-large-robots") as homes:
        desk = with_sites(tmp_path, homes, extract_timeout="10ms")
        crawled = desk.run("crawl", code=1)
    assert "its rules exceed the limits of time or memory" in crawled.stdout
    assert desk.query("SELECT what, error FROM fetches ORDER BY what") == [
        ("entry", "robots_unavailable"),
        ("robots", None),
    ]


@pytest.mark.parametrize("limit", ["-n 24", "-n 28", "-v 900000"])
def test_what_the_machine_lacks_is_no_property_of_a_page(tmp_path: Path, limit: str) -> None:
    """Whether it suffices or not: no page is rejected, no host blamed, nothing hangs, and what is missing is said in one line."""
    with hostile_web("innocent-1") as homes:
        desk = with_sites(tmp_path, homes)
        program = f"ulimit {limit}; exec {sys.executable} -m cli.main crawl"
        ran = subprocess.run(
            ["bash", "-c", program],
            cwd=desk.folder,
            env=desk.env | {"PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert ran.returncode in (0, 3), ran.stderr
        if ran.returncode == 3:
            assert ran.stderr.splitlines()[-1].startswith("copydesk: ")
            assert desk.query("SELECT ended FROM runs ORDER BY id DESC LIMIT 1") == [("failed",)]
        assert desk.query("SELECT DISTINCT reason FROM outcomes WHERE reason IS NOT NULL") == []
        assert desk.query("SELECT error FROM fetches WHERE error IS NOT NULL AND error <> 'stopped'") == []
        desk.run("crawl")
    assert pages_of(desk) == {"innocent-1": ARTICLES}
    assert desk.query("SELECT count(*), count(reason) FROM outcomes") == [(ARTICLES, 0)]


def test_a_robots_txt_of_48_megabytes_is_obeyed_as_far_as_it_is_read(tmp_path: Path) -> None:
    with hostile_web("innocent-long-robots") as homes:
        desk = with_sites(tmp_path, homes)
        now = datetime.now(UTC)
        db = open_database(desk.database)
        with write(db.conn) as conn:
            insert_listings(
                conn, 1, [Listing(url=homes["innocent-long-robots"] + "/private/feed", kind=SITES[0].kind)], now
            )
        db.conn.close()
        desk.run("crawl")
    assert pages_of(desk) == {"innocent-long-robots": ARTICLES}
    assert desk.query("SELECT error FROM fetches WHERE url LIKE '%/private/feed'") == [("robots_forbidden",)]
    status, size = desk.query("SELECT status, length(body) FROM robots")[0]
    assert status == 200
    assert 499 * 1024 <= int(str(size)) <= 500 * 1024
    assert int(str(desk.query("SELECT bytes FROM fetches WHERE what = 'robots'")[0][0])) <= 500 * 1024


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_a_crawl_whatever_it_is_parsing(tmp_path: Path, sign: signal.Signals) -> None:
    with hostile_web("innocent-1", "sitemap-49000", "feed-20-mb", "robots-of-10000-agents") as homes:
        desk = with_sites(tmp_path, homes, extract_timeout="10m")
        process = desk.start("crawl")
        wait_for(lambda: pages_of(desk)["innocent-1"] == ARTICLES)
        assert process.poll() is None
        children = descendants(process.pid)
        with within(5):
            os.kill(process.pid, sign)
            out, err = process.communicate(timeout=120)
    assert process.returncode == 130, err
    assert "Traceback" not in err
    assert "stopped early" in out
    wait_for(lambda: not any(alive(child) for child in children))
