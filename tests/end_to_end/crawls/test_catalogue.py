"""`copydesk catalogue` and `sources add --from-catalogue`, and the check that tells maintainers what has moved."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from db.catalogue.loader import format_country, parse_country
from tests.demoweb.web import DemoWeb
from tests.end_to_end.copydesk import Copydesk

COMMENT = "# Outlets of nowhere."


def test_outlets_are_listed_and_added_with_their_listings(tmp_path: Path) -> None:
    desk = Copydesk(tmp_path, None)
    found = [json.loads(line) for line in desk.run("catalogue", "--country", "at", "--json").stdout.splitlines()]
    assert found
    assert {entry["country"] for entry in found} == {"AT"}
    assert not desk.database.exists()
    added = desk.run("sources", "add", "--from-catalogue", "--country", "AT", "--no-discovery", "--delay", "3s").stdout
    assert added.count("  added: ") == sum(
        any(entry[key] for key in ("feeds", "news_sitemaps", "sitemaps")) for entry in found
    )
    assert f"{len(found)} sources, {len(found)} of them new" in added
    rows = desk.query("SELECT s.url, e.url FROM entries e JOIN sources s ON s.id = e.source_id")
    keys = ("feeds", "news_sitemaps", "sitemaps")
    assert sorted(rows) == sorted((entry["home"], url) for entry in found for key in keys for url in entry[key])
    assert set(desk.query("SELECT json_extract(settings, '$.delay') FROM sources")) == {("3s",)}
    again = desk.run("sources", "add", "--from-catalogue", found[0]["name"].upper(), "--no-discovery").stdout
    assert "already known" in again
    named = ("sources", "add", "http://paper.example/", "--no-discovery")
    assert "daily  added" in desk.run(*named, "--name", "daily").stdout
    assert "daily  already known" in desk.run(*named).stdout
    assert desk.run("catalogue", *found[0]["name"].split()).stdout.rstrip().endswith("added")
    assert "no such outlet" in desk.run("catalogue", "nothing like it").stdout

    for words, said in (
        (("--from-catalogue",), "needs outlets, --country or --language"),
        (("--from-catalogue", "nosuch"), "the catalogue has no outlet nosuch"),
        (("--from-catalogue", "--country", "XX"), "it has AT, AU"),
        (("--country", "AT", "https://a.example/"), "give --from-catalogue, too"),
        ((), "give the address of a site"),
    ):
        assert said in desk.run("sources", "add", *words, code=2).stderr


def test_what_has_moved_is_a_diff_that_can_be_applied(demoweb: DemoWeb, tmp_path: Path) -> None:
    """One outlet is as it says; one has a feed that is gone, and names another; one has gone altogether."""
    good, moved, lost = "yunting.example", "www.harbourcourier.example", "gone.example"
    probe = Copydesk(tmp_path, demoweb.proxy_url, workers=1)
    probe.run("sources", "add", f"http://{good}/", "--delay", "0s")
    kinds = {"feed": "feeds", "news-sitemap": "news_sitemaps"}
    listings: dict[str, list[str]] = {}
    for kind, url in probe.query("SELECT kind, url FROM entries"):
        if kind in kinds:
            listings.setdefault(kinds[kind], []).append(url)
    entries = [(good, listings), (moved, {"feeds": [f"http://{moved}/no-such-feed"]}), (lost, {})]
    tables = [
        f'[[outlet]]\nname = "{host}"\nhome = "http://{host}/"\nlanguage = "en"\nsettings = {{ delay = "0s" }}\n'
        + "".join(f"{key} = {json.dumps(urls)}\n" for key, urls in listed.items())
        for host, listed in entries
    ]
    folder = tmp_path / "mine"
    folder.mkdir()
    file = folder / "XX.toml"
    file.write_text(format_country(parse_country("\n".join(tables), "XX.toml"), COMMENT), encoding="utf-8")
    before = parse_country(file.read_text("utf-8"), "XX.toml")

    checked = probe.run("catalogue", "check", "--folder", str(folder), code=1)
    assert f"{moved}: http://{moved}/no-such-feed is gone" in checked.stderr
    assert f"{lost}: home page does not answer" in checked.stderr
    assert "3 outlets asked, 1 has moved" in checked.stderr
    subprocess.run(["git", "apply", "-"], cwd=folder, input=checked.stdout, text=True, check=True)
    after = {entry.name: entry for entry in parse_country(file.read_text("utf-8"), "XX.toml")}
    assert [after[entry.name] for entry in before if entry.name != moved] == [
        entry for entry in before if entry.name != moved
    ]
    assert after[moved].feeds
    assert f"http://{moved}/no-such-feed" not in after[moved].feeds
    assert probe.run("catalogue", "check", moved, "--folder", str(folder)).stdout == ""
