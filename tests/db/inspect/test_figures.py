"""The figures of pages as files, and what pages of tables and views leave out rather than take long."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime

import pytest

from db.inspect import app
from db.inspect.pages.analysis import people_views
from db.inspect.pages.articles import search
from db.timestamps import format_timestamp
from tests.cli.conftest import Newsroom, open_room, run
from tests.db.inspect.asking import inspected


@pytest.mark.parametrize(
    ("address", "least"),
    [("/-/people.json", 4), ("/-/search.json", 4), ("/-/search.json?q=ferry+OR+date&order=newest", 2)],
)
def test_a_file_names_the_next(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch, address: str, least: int) -> None:
    with inspected(newsroom.path) as ask:
        whole = json.loads(ask(address)[2])
        assert len(whole) >= least
        for module in (people_views, search):
            monkeypatch.setattr(module, "MOST_TAKEN", 1)
        found = list[object]()
        while address:
            status, headers, body = ask(address)
            assert status == 200
            found += json.loads(body)
            address = headers.get("link", "").removesuffix('>; rel="next"').removeprefix("<")
        assert found == whole


def test_the_front_page_has_the_figures_of_the_digest(newsroom: Newsroom) -> None:
    """A copy is no new article on either."""
    now = datetime.now(UTC)
    with open_room(newsroom.path) as conn:
        conn.execute("UPDATE pages SET fetched_at = ?", (format_timestamp(now),))
    digest = json.loads(run(newsroom.path, "digest", "--json").output)
    assert (digest["new"], digest["copies"], digest["corrected"]) == (3, 1, 1)
    with inspected(newsroom.path) as ask:
        shown = " ".join(re.sub(r"<[^>]*>", " ", ask("/")[2]).split())
    assert "New articles, 24 hours 3 +1 copy +1 revised 7 days 3 +1 copy +1 revised" in shown


def test_rows_are_counted_up_to_a_limit(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    with inspected(newsroom.path) as ask:

        def counted(address: str) -> object:
            return json.loads(ask(address)[2])["filtered_table_rows_count"]

        assert (counted("/news/articles.json"), counted("/news/articles_view.json?_size=1")) == (6, 4)
        monkeypatch.setattr(app, "MOST_COUNTED", 2)
        assert counted("/news/articles.json") is counted("/news/articles_view.json") is None
        assert counted("/news/sources.json") == 2
        assert counted("/news/articles.json?page_id__lt=3") == 2
        assert "are not counted" in ask("/news/articles")[2]
        assert "are not counted" not in ask("/news/sources")[2]
        # Who asks in SQL is answered.
        status, _, body = ask("/news.json?sql=select+count(*)+from+articles&_shape=arrayfirst")
        assert (status, json.loads(body)) == (200, [6])
