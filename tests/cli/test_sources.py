"""`copydesk sources`: what is listed of one, what a list keeps of all, and sources that share a site."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Newsroom, run, spawn


def test_a_named_source_is_listed_with_where_its_settings_are_from(newsroom: Newsroom) -> None:
    config = newsroom.path.parent / "copydesk.toml"
    config.write_text('[sources."mirror.example"]\nevery = "1h"\ndelay = "3s"\n', encoding="utf-8")
    told = ("--config", str(config), "--db", str(newsroom.path), "sources")
    assert spawn(*told, "set", "mirror.example", "--delay", "2s", "--set", "limit=5").returncode == 0
    shown = spawn(*told, "list", "mirror.example").stdout.decode()
    assert shown.splitlines()[0].startswith("mirror.example  ")
    assert f"every = 1 h  ({config}:1)" in shown
    assert f"delay = 2s  (stored with the source; {config}:1 counts)" in shown
    assert "limit = 5  (stored with the source)" in shown
    assert "wanbao.example" not in shown
    (listed,) = [line for line in spawn(*told, "list").stdout.decode().splitlines() if line.startswith("mirror")]
    assert listed.endswith("  delay=3 s  limit=5  every=1 h"), "what the file says beats what is stored"
    named = spawn(*told, "list", "mirror.example", "--json").stdout.decode().splitlines()
    assert [json.loads(line)["name"] for line in named] == ["mirror.example"]
    wrong = spawn(*told, "list", "miror.example")
    assert wrong.returncode == 2
    assert "did you mean mirror.example" in wrong.stderr.decode()


def test_a_list_of_sources_keeps_their_settings_and_pauses(newsroom: Newsroom, tmp_path: Path) -> None:
    run(newsroom.path, "sources", "set", "mirror.example", "--set", 'cron="*/5 6-23 * * *"', "--set", "limit=7")
    run(newsroom.path, "sources", "pause", "wanbao.example")
    listed, other = tmp_path / "sources.opml", tmp_path / "other.db"
    run(newsroom.path, "sources", "export", "-o", str(listed))
    # What is given with the command beats what the list says.
    run(other, "sources", "import", str(listed), "--no-discovery", "--set", "limit=8")

    def stored(database: Path) -> dict[str, tuple[dict[str, object], bool]]:
        lines = map(json.loads, run(database, "sources", "list", "--json").output.splitlines())
        return {one["name"]: (one["settings"], one["paused_at"] is not None) for one in lines}

    assert stored(newsroom.path)["mirror.example"][0] == {"cron": "*/5 6-23 * * *", "limit": 7}
    assert stored(other) == {
        name: (settings | {"limit": 8}, paused) for name, (settings, paused) in stored(newsroom.path).items()
    }
    listed.write_text(listed.read_text(encoding="utf-8").replace("limit", "limt"), encoding="utf-8")
    wrong = spawn("--db", str(tmp_path / "third.db"), "sources", "import", str(listed), "--no-discovery")
    assert wrong.returncode == 2
    assert "mirror.example" in wrong.stderr.decode()
    assert "did you mean limit?" in wrong.stderr.decode()


def test_sources_of_one_site_are_told(tmp_path: Path) -> None:
    def add(url: str, *options: str) -> str:
        done = spawn("--db", str(tmp_path / "news.db"), "sources", "add", url, "--no-discovery", *options)
        assert done.returncode == 0
        return done.stderr.decode()

    (tmp_path / "two.txt").write_text("http://twice.example/\ntwice.example\n")
    done = spawn("--db", str(tmp_path / "news.db"), "sources", "import", str(tmp_path / "two.txt"), "--no-discovery")
    assert done.stderr.decode().count("has the address of") == 1
    assert "`copydesk sources remove twice.example`" in done.stderr.decode()
    assert not add("https://www.daily.example/")
    assert not add("https://www.daily.example/sport/")
    assert "Daily has the address of daily.example: each crawls the site" in add(
        "http://daily.example", "--name", "Daily"
    )
    assert not add("https://www.daily.example/")


def test_a_renamed_source_takes_along_what_names_it(newsroom: Newsroom) -> None:
    config = newsroom.path.parent / "copydesk.toml"
    told = ("--config", str(config), "--db", str(newsroom.path))

    def listed(*words: str) -> list[dict[str, object]]:
        return [json.loads(line) for line in run(newsroom.path, *words, "--json").output.splitlines()]

    config.write_text(
        '[sources."mirror.example"]\nevery = "1h"\n[search.filed]\nsource = ["mirror.example", "wanbao.example"]\n',
        encoding="utf-8",
    )
    run(newsroom.path, "sources", "set", "mirror.example", "--delay", "2s")
    (before,) = listed("sources", "list", "mirror.example")
    articles = listed("articles", "--source", "mirror.example", "--limit", "0")
    spawn(*told, "searches", "add", "of-two", "--source", "mirror.example", "--source", "wanbao.example")
    spawn(*told, "searches", "add", "of-another", "--source", "wanbao.example")
    renamed = spawn(*told, "sources", "rename", "mirror.example", "The Mirror", "--json")
    assert renamed.returncode == 0, renamed.stderr
    assert json.loads(renamed.stdout) == {
        "name": "The Mirror",
        "was": "mirror.example",
        "url": before["url"],
        "searches": ["of-two"],
        "to_change": [
            f'{config}:1: change [sources."mirror.example"] as well; until then no crawl begins',
            f"the search filed in {config} names mirror.example; change it there",
        ],
    }
    assert listed("sources", "list", "The Mirror") == [before | {"name": "The Mirror"}]
    after = listed("articles", "--source", "The Mirror", "--limit", "0")
    assert [one["id"] for one in after] == [one["id"] for one in articles]
    refused = spawn(*told, "crawl", "wanbao.example")
    assert refused.returncode == 2
    assert f'{config}:1: [sources."mirror.example"]: there is no such source'.encode() in refused.stderr
    config.write_text(config.read_text("utf-8").replace("mirror.example", "The Mirror"), encoding="utf-8")
    assert b"every=1 h" in spawn(*told, "sources", "list", "The Mirror").stdout
    searches = [json.loads(line) for line in spawn(*told, "searches", "list", "--json").stdout.splitlines()]
    assert {one["name"]: one["source"] for one in searches} == {
        "filed": ["The Mirror", "wanbao.example"],
        "of-another": "wanbao.example",
        "of-two": ["The Mirror", "wanbao.example"],
    }


def test_a_name_that_is_taken_or_none_is_refused(newsroom: Newsroom) -> None:
    (other,) = [
        json.loads(line)
        for line in run(newsroom.path, "sources", "list", "wanbao.example", "--json").output.splitlines()
    ]
    for name, why in (
        ("wanbao.example", "is the source of"),
        (other["url"], "is the source of"),
        (" ", "at least one visible character"),
        ("a\nb", "no control characters"),
    ):
        refused = spawn("--db", str(newsroom.path), "sources", "rename", "mirror.example", str(name))
        assert refused.returncode == 2, name
        assert why in refused.stderr.decode()
    assert "mirror.example" in run(newsroom.path, "sources", "list").output
