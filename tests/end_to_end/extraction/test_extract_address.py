"""`copydesk extract https://…`: fetched once, with the manners and the guard of a crawl, read by the user's rules."""

from __future__ import annotations

import json
from pathlib import Path

from tests.demoweb.asking import EN
from tests.demoweb.web import DemoWeb
from tests.end_to_end.copydesk import Copydesk


def test_an_address_is_fetched_once_politely(demoweb: DemoWeb, tmp_path: Path) -> None:
    rules = tmp_path / "rules"
    rules.mkdir()
    (rules / "courier.toml").write_text(
        f'hosts = ["{EN}"]\n[[fields]]\nfield = "section"\ncss = "h1"\n', encoding="utf-8"
    )
    desk = Copydesk(tmp_path, demoweb.proxy_url, sites="rules", delay="0s")
    article = next(row for row in demoweb.truth() if row.host == EN and row.kind == "article" and not row.hidden)
    page = tmp_path / "page.html"
    page.write_text("<p>", encoding="utf-8")
    demoweb.reset()
    arguments = (str(page), article.url, f"http://{EN}/nowhere", f"http://{EN}/private/archive.html")
    done = desk.run("extract", *arguments, code=1)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["id"] for row in rows] == list(arguments[:3])
    assert (rows[1]["url"], rows[1]["section"]) == (article.url, rows[1]["title"])
    assert rows[2]["rejected"] == "not_found"
    # What says nothing of the page has no line.
    assert f"robots.txt forbids http://{EN}/private/archive.html" in done.stderr
    assert [(asked.path, asked.status) for asked in demoweb.requests if "robots" in asked.path] == [
        ("/robots.txt", 200)
    ]
    assert demoweb.count(EN) == 3
    assert not desk.database.exists()


def test_an_address_inside_is_guarded(demoweb: DemoWeb, tmp_path: Path) -> None:
    desk = Copydesk(tmp_path, None, sites="")
    refused = desk.run("extract", demoweb.proxy_url, code=1)
    assert refused.stdout == ""
    assert "not a public internet address" in refused.stderr
