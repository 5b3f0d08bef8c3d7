"""`make demo`: the main job from end to end on the demo web, by the very commands a user types.

    python -m tests.demoweb.demo [FOLDER]

Leaves demo.db and demo.toml in FOLDER (default: the working folder), to be looked into afterwards. The web has the small sites
that are files, and ten outlets whose six weeks of news are composed (`tests/demoweb/weeks`). Most of these weeks come as a WARC
file, with the times at which a crawler would have been there. The last day is crawled, and the oldest weeks of one outlet are
back-filled. Dates are moved by whole days, so that the newest articles are some hours old; all else is the same in every run.
"""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from tests.demoweb.web import DemoWeb
from tests.demoweb.weeks.compose import DAYS
from tests.demoweb.weeks.past import LEFT_TO_CRAWL, write_log, write_past
from tests.demoweb.weeks.sites import week_sites

CORRECTED = 3
BACKFILLED = "kuestenblatt.example"
"""The outlet that the archive knows for some weeks only."""


def main() -> int:
    """Run the demo; the exit code is 0 when every command's was."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path()
    folder.mkdir(parents=True, exist_ok=True)
    database, config = folder / "demo.db", folder / "demo.toml"
    rules = Path(__file__).parent / "rules"
    config.write_text(
        f"# Made by `make demo`.\ndb = {json.dumps(database.name)}\nsites = {json.dumps(str(rules.resolve()))}\n"
    )
    for suffix in ("", "-wal", "-shm", ".lock"):
        Path(f"{database}{suffix}").unlink(missing_ok=True)
    composed = week_sites()
    with DemoWeb(now=datetime.now(UTC), more=composed) as web:
        listed, archive = folder / "demo-sources.txt", folder / "demo-weeks.warc.gz"
        listed.write_text("".join(f"{site.home}\n" for site in web.sites), encoding="utf-8")
        desk = Terminal(config, database, web.proxy_url)
        say(
            f"A small news web runs on this machine: {len(web.sites)} sites in"
            f" {', '.join(sorted({site.language for site in web.sites}))}. Nothing leaves your computer."
        )
        try:
            desk.type("sources", "import", str(listed), "--delay", "0s")
            say(
                f"{len(composed)} of them have a past: six weeks of news, with what they corrected, as a crawler saw it."
            )
            write_past(archive, web.shift)
            web.publish_corrections_until(web.now - LEFT_TO_CRAWL)
            desk.type("import", str(archive))
            write_log(database, web.shift)
            say("What is new since then, and all of the other sites:")
            desk.type("crawl")
            desk.type("articles", "--limit", "12")
            desk.show_one()
            say(f"Now the sites publish: {CORRECTED} articles are corrected, and new ones appear.")
            web.publish_correction(CORRECTED)
            web.publish_new()
            desk.type(
                "crawl",
                "--again",
                *(site.host.removeprefix("www.") for site in web.sites if site.host not in {s.host for s in composed}),
            )
            say(f"The archive had only some weeks of {BACKFILLED}. Its own site has more:")
            desk.type("backfill", BACKFILLED, "--since", f"{DAYS + 1}d")
            desk.type("stats")
        except subprocess.CalledProcessError as error:
            say(f"The command above failed with exit code {error.returncode}.")
            return 1
        finally:
            listed.unlink(missing_ok=True)
            archive.unlink(missing_ok=True)
    say(
        f"What landed is in {database}. Look around; `{_activation()}` makes `copydesk` a command of this shell:\n"
        f"  {desk.words('articles')}\n  {desk.words('show', '1')}\n  {desk.words('show', '1', '--why')}\n"
        f"  sqlite3 {database} 'SELECT title, source, published FROM current_articles'\n"
        "Or in a browser:\n"
        f"  {desk.words('inspect', '--open')}\n"
        "For real sites: copydesk sources add https://www.example-daily.com/ && copydesk crawl"
    )
    return 0


class Terminal:
    """Runs `copydesk` as a user would, showing each command and what it prints."""

    def __init__(self, config: Path, database: Path, proxy: str) -> None:
        self._config, self._database = config, database
        self._env = os.environ | {"http_proxy": proxy, "no_proxy": "", "PYTHONUNBUFFERED": "1"}
        self._bin = Path(sys.executable).parent / "copydesk"

    def words(self, *arguments: str) -> str:
        """The command line for `arguments`."""
        return shlex.join(["copydesk", "--config", str(self._config), *arguments])

    def type(self, *arguments: str) -> None:
        """Show and run a command; its output goes to the screen."""
        print(f"\n$ {self.words(*arguments)}", flush=True)
        subprocess.run([self._bin, "--config", self._config, *arguments], env=self._env, check=True)

    def show_one(self) -> None:
        """Show the newest article that names an editor."""
        import sqlite3

        conn = sqlite3.connect(self._database)
        try:
            row = conn.execute(
                "SELECT page_id FROM credits JOIN current_articles USING (page_id)"
                " WHERE role = 'editor' ORDER BY published_utc DESC LIMIT 1"
            ).fetchone()
        finally:
            conn.close()
        if row:
            self.type("show", str(row[0]))


def _activation() -> str:
    """The command that activates this environment, as short as it can be written here."""
    script = Path(sys.prefix) / "bin" / "activate"
    return shlex.join([".", str(script.relative_to(Path.cwd()) if script.is_relative_to(Path.cwd()) else script)])


def say(text: str) -> None:
    """A remark between the commands."""
    print(f"\n# {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
