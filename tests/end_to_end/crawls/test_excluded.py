"""Addresses that site rules exclude after they became known: an operator who blocks an address sees no request for it any more."""

from __future__ import annotations

import json
import re
from pathlib import Path
from urllib.parse import urlsplit

from tests.demoweb.web import DemoWeb
from tests.end_to_end.copydesk import Copydesk

HOST = "www.harbourcourier.example"


def test_what_rules_exclude_later_is_not_requested_and_takes_no_place(demoweb: DemoWeb, tmp_path: Path) -> None:
    rules = tmp_path / "rules"
    rules.mkdir()
    desk = Copydesk(tmp_path, demoweb.proxy_url, sites=str(rules), delay="0s")
    desk.run("sources", "add", f"http://{HOST}/")
    desk.run("crawl", "--quiet")
    # As they are due, the newest first.
    known = [
        url
        for (url,) in desk.query(
            "SELECT l.url FROM links l JOIN visits v ON v.link_id = l.id WHERE v.first_at IS NOT NULL"
            " ORDER BY coalesce(l.published, l.modified, l.found_at) DESC, l.id"
        )
    ]
    blocked, others = known[:2], known[2:]
    assert others
    patterns = ", ".join(f"'^{re.escape(urlsplit(url).path)}'" for url in blocked)
    (rules / "harbour.toml").write_text(f'hosts = ["{HOST}"]\n[articles]\nexclude = [{patterns}]\n', encoding="utf-8")
    demoweb.reset()
    desk.run("crawl", "--again", "--limit", "2", "--quiet")
    asked = {f"http://{request.host}{request.path}" for request in demoweb.requests}
    assert asked & set(known) == set(others[:2]), "and those that are blocked take no place of others"
    ladder = json.loads(desk.run("why", blocked[0], "--offline", "--json", code=None).stdout)
    due = next(rung for rung in ladder["rungs"] if rung["name"] == "due")
    assert "the site's rules exclude it" in due["message"]
    desk.run("sources", "set", HOST.removeprefix("www."), "--set", 'only=["^/nothing/"]')
    ladder = json.loads(desk.run("why", others[0], "--offline", "--json", code=None).stdout)
    due = next(rung for rung in ladder["rungs"] if rung["name"] == "due")
    assert "the setting `only` of harbourcourier.example leaves it out" in due["message"]
