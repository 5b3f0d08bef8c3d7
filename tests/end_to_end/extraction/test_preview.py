"""A dry run between two versions of site rules on the demo web shows the planted differences, and nothing else."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

from tests.demoweb.web import DemoWeb
from tests.end_to_end.copydesk import RULES, Copydesk

TITLE = "<script>alert('x')</script> & \"so\""
# All articles of one site get a hostile title, all of another a section.
PLANTED = {
    "heidetaler.toml": """hosts = ["heidetaler-bote.example"]
[[fields]]
field = "title"
xpath = '''concat("<script>alert('x')</script> ", '& "so"')'''
""",
    "almarsa.toml": """hosts = ["almarsa.example"]
[[fields]]
field = "section"
xpath = "'planted section'"
""",
}


def test_a_dry_run_between_two_rule_versions_shows_just_what_was_planted(
    crawled_web: tuple[DemoWeb, Copydesk], tmp_path: Path
) -> None:
    desk = Copydesk(tmp_path, None)
    shutil.copy(crawled_web[1].database, desk.database)
    before = desk.derived()
    rules = tmp_path / "rules"
    shutil.copytree(RULES, rules)
    for name, text in PLANTED.items():
        (rules / name).write_text(text, encoding="utf-8")
    desk = Copydesk(tmp_path, None, sites=str(rules))
    told = json.loads(desk.run("extract", "--stale", "--dry-run", "--json", "--report", "r.html").stdout)
    on = "SELECT page_id FROM articles WHERE url LIKE 'http://{}/%' ORDER BY 1"
    titled, sectioned = (
        {page for (page,) in desk.query(on.format(host))} for host in ("heidetaler-bote.example", "almarsa.example")
    )
    assert titled
    assert sectioned
    pages = len(before["outcomes"])
    both = len(titled) + len(sectioned)
    assert (told["pages"], told["differing"]) == (pages, both)
    assert told["fates"] == {"same": pages - both, "changed": both}
    # A field that a rule sets says so in the provenance.
    assert told["fields"] == {"provenance": both, "title": len(titled), "section": len(sectioned)}
    assert sorted(told["sources"].values()) == sorted([len(titled), len(sectioned)])
    assert {sample["after"] for sample in told["samples"]["title"]} == {TITLE}
    assert {sample["page_id"] for sample in told["samples"]["section"]} <= sectioned
    assert told["failed"] == []
    assert desk.derived() == before
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert f"{both} of {pages} pages would change" in page
    assert "planted section" in page
    # What a page says is text, whatever it is; the picture needs nothing from elsewhere.
    assert not re.search(r"<(?:script|link|img|iframe)|\ssrc=|url\(", page)
    assert "&lt;" in page
    # And the extraction changes just those.
    figures = json.loads(desk.run("extract", "--stale", "--json").stdout)
    assert (figures["changed"], figures["same"]) == (both, pages - both)
