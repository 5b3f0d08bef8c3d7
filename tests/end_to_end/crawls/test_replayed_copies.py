"""Real pages, each at three addresses of its host: each article once; a corrected one has one revision, and nothing else is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipelines.urls import link_key
from tests.end_to_end.copydesk import Copydesk
from tests.end_to_end.crawls.test_replayed_web import NEWSWEB, control, replayed

pytestmark = pytest.mark.skipif(not NEWSWEB.exists(), reason="the replayable web is not beside this checkout")

_CLUSTERS = "SELECT original_id, count(*), sum(verdict = 'new') FROM decisions GROUP BY original_id"


def test_each_article_once_and_one_revision_each(tmp_path: Path) -> None:
    with replayed("zh", "--copies", "3") as proxy:
        desk = Copydesk(tmp_path, proxy)
        (tmp_path / "sites.txt").write_text(control(proxy, "/sites"), encoding="utf-8")
        desk.run("sources", "import", "sites.txt", "--delay", "0s")
        desk.run("crawl")
        # Two addresses of the corpus hold raw Chinese, which no client can send as it stands; their copies too.
        articles = {
            link_key(url.split("?copy=")[0].split("&copy=")[0])
            for url in control(proxy, "/urls").split()
            if url.isascii()
        }
        assert len(articles) > 40
        clusters = desk.query(_CLUSTERS)
        assert len(clusters) == len(articles)
        assert {(pages, new) for _, pages, new in clusters} == {(3, 1)}
        assert {verdict for (verdict,) in desk.query("SELECT verdict FROM decisions")} <= {"new", "same", "copy"}

        last = desk.query("SELECT max(id) FROM pages")[0][0]
        edited = {url for url in control(proxy, "/edit?n=20").split() if url.isascii()}
        figures = json.loads(desk.run("crawl", "--again", "--json").stdout)
        # Where a host has shown three articles alike with other values of `copy`, it is ignored: one address of each goes on being
        # visited. Elsewhere all three are.
        fetched = figures["fetched"]
        assert len(edited) < fetched < 3 * len(edited)
        assert desk.query("SELECT DISTINCT parameter, verdict FROM address_parameters WHERE verdict <> 'open'") == [
            ("copy", "ignored")
        ]
        # The web puts its correction behind the middle paragraph of a page, which on some is one of the navigation.
        ((corrected,),) = desk.query(
            "SELECT count(DISTINCT article_id) FROM articles JOIN decisions USING (page_id) WHERE text LIKE '%Correction 1:%'"
        )
        assert corrected >= 0.6 * len(edited)
        after = desk.query("SELECT verdict, count(*) FROM decisions WHERE page_id > ? GROUP BY 1 ORDER BY 1", last)
        assert after == [("revision", corrected), ("same", fetched - corrected)]
        assert desk.query(
            "SELECT count(DISTINCT article_id), max(revision) FROM decisions WHERE verdict = 'revision'"
        ) == [(corrected, 2)]
        assert len(desk.query(_CLUSTERS)) == len(articles)
