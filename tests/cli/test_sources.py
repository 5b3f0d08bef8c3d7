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
