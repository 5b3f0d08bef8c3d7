"""`kill -9` in the middle of extracting again and of undoing it: gone on with, it ends like an undisturbed one, row for row.

The pages are those of `tests/pages`, imported at several addresses, so that there are copies to settle; what changes is a site's
rules. COPYDESK_KILLS says how often an extraction is killed (5; the full measure is 20).
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.copydesk import Copydesk, wait_for
from tests.pipelines.dedup.stories import SETTLED
from tests.support.once import once
from tests.support.processes import is_stopped

PAGES = sorted((Path(__file__).parents[2] / "pages").glob("*/page.html"))
# At each address every second page, half the time of all.
CHOSEN = {*PAGES[::2], *(path for path in PAGES if path.parent.name == "en_json_ld")}
KILLS = int(os.environ.get("COPYDESK_KILLS", "5"))
# Each kill comes after a batch or two of sixteen pages. Of each host there are a hundred.
HOSTS = ("one.example", "two.example", "three.example", "four.example")[: 2 if KILLS < 10 else 4]
TABLES = ("outcomes", "articles", "credits", *SETTLED, "unread")
Rows = dict[str, list[tuple[Any, ...]]]

# Every article has a title: all change in that, those of one host also in their text, which is settled anew.
RULES = """
hosts = ["example"]
[[fields]]
field = "subtitle"
xpath = "'set by a rule'"
"""
TEXT_RULES = """
hosts = ["two.example"]
[[fields]]
field = "text"
xpath = "concat('Cut short by a rule. ', substring(string(//body), 1, 400))"
"""


def derived(desk: Copydesk) -> Rows:
    """All derived rows, and what the run replaced."""
    tables = (*TABLES, "past_outcomes")
    return {table: sorted(desk.query(f"SELECT * FROM {table}"), key=lambda row: row[:2]) for table in tables}


def with_new_rules(desk: Copydesk) -> Copydesk:
    folder = desk.folder / "rules"
    folder.mkdir()
    (folder / "all.toml").write_text(RULES)
    (folder / "two.toml").write_text(TEXT_RULES)
    return Copydesk(desk.folder, None, sites=str(folder))


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database of some 240 pages at two hosts, extracted and settled."""
    return once(tmp_path_factory, "archive-to-replay", make_archive) / "news.db"


def make_archive(folder: Path) -> None:
    desk = Copydesk(folder, None)
    lines = [
        {"id": f"{host}/{path.parent.name}", "path": str(path), "url": f"http://{host}/{path.parent.name}.html"}
        for host in HOSTS
        for path in sorted(CHOSEN)
    ]
    manifest = desk.folder / "pages.jsonl"
    manifest.write_text("\n".join(map(json.dumps, lines)))
    desk.run("import", str(manifest))
    assert desk.query("SELECT count(*) FROM articles")[0][0] > 150


def copy_of(archive: Path, folder: Path) -> Copydesk:
    folder.mkdir(exist_ok=True)
    desk = Copydesk(folder, None)
    shutil.copy(archive, desk.database)
    return with_new_rules(desk)


@pytest.fixture(scope="module")
def quiet(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Rows:
    """What one undisturbed extraction makes of it."""
    desk = copy_of(archive, tmp_path_factory.mktemp("quiet"))
    desk.run("extract", "--stale")
    made = derived(desk)
    assert len(made["articles"]) > 150
    assert not desk.query("SELECT page_id FROM articles WHERE page_id NOT IN (SELECT page_id FROM past_outcomes)")
    assert not made["unsettled"]
    return made


def start_and_kill(desk: Copydesk, progress: str, after_s: float, *arguments: str) -> None:
    """Start a command, kill it so long after what `progress` selects first changed. Fails where it had ended before."""
    assert desk.kill(progress, *arguments, after_s=after_s)
    assert desk.query("PRAGMA quick_check") == [("ok",)]


def test_extractions_killed_at_random_end_like_a_quiet_one(archive: Path, quiet: Rows, tmp_path: Path) -> None:
    desk = copy_of(archive, tmp_path)
    chance = random.Random(6)
    lefts = []
    for _ in range(KILLS):
        start_and_kill(desk, "SELECT count(*) FROM to_extract", chance.uniform(0, 0.04), "extract", "--stale")
        lefts.append(desk.query("SELECT count(*) FROM to_extract")[0][0])
    # Each kill cut the run off, and each run went on where the one before was.
    assert min(lefts) > 0, lefts
    assert sorted(lefts, reverse=True) == lefts
    assert len(set(lefts)) > KILLS // 2
    assert "continuing run" in desk.run("extract", "--stale").stderr
    ended = derived(desk)
    for table, rows in quiet.items():
        assert ended[table] == rows, table


def test_an_undo_that_is_killed_goes_on_and_ends_like_before(archive: Path, tmp_path: Path) -> None:
    desk = copy_of(archive, tmp_path)
    before = derived(desk)
    run = json.loads(desk.run("extract", "--stale", "--json").stdout)["run"]
    start_and_kill(desk, "SELECT count(*) FROM past_outcomes", 0.02, "extract", "--undo", str(run))
    assert desk.query("SELECT count(*) FROM past_outcomes") != [(0,)]
    told = json.loads(desk.run("extract", "--undo", str(run), "--json").stdout)
    assert told["left"] == 0
    assert desk.query("SELECT command, ended FROM runs ORDER BY id DESC LIMIT 2") == [
        ("undo", "finished"),
        ("undo", None),
    ]
    back = derived(desk)
    for table in set(before) - {"outcomes"}:
        assert back[table] == before[table], table
    # A page that came out equal keeps the name of who read it last: it is not stale for that version.
    names = "SELECT page_id, reason, detail FROM outcomes ORDER BY 1"
    assert desk.query(names) == [(row[0], *row[2:]) for row in before["outcomes"]]


def test_an_undo_is_refused_where_a_later_run_replaced_the_same_pages(archive: Path, tmp_path: Path) -> None:
    desk = copy_of(archive, tmp_path)
    one = "http://one.example/en_json_ld.html"
    runs = []
    for number in range(2):
        (desk.folder / "rules" / "all.toml").write_text(RULES.replace("by a rule", f"in round {number}"))
        runs.append(json.loads(desk.run("extract", "--url", f"{one}?utm_source=x#top", "--json").stdout))
    assert [told["changed"] for told in runs] == [1, 1]
    first, second = (told["run"] for told in runs)
    assert f"run {second} replaced" in desk.run("extract", "--undo", str(first), code=2).stderr
    desk.run("extract", "--undo", str(second))
    desk.run("extract", "--undo", str(first))
    assert desk.query("SELECT subtitle FROM articles WHERE subtitle LIKE '%in round%'") == []
    assert "is not an extraction" in desk.run("extract", "--undo", "999", code=2).stderr


def test_what_another_version_left_is_let_go_and_a_second_extraction_is_refused(archive: Path, tmp_path: Path) -> None:
    desk = copy_of(archive, tmp_path)
    start_and_kill(desk, "SELECT count(*) FROM to_extract", 0.01, "extract", "--stale")
    left = desk.query("SELECT count(*) FROM to_extract")[0][0]
    (desk.folder / "rules" / "all.toml").write_text(RULES.replace("by a rule", "otherwise"))
    process = desk.start_signalled(signal.SIGSTOP, "SELECT count(*) FROM extractions", "extract", "--all")
    wait_for(lambda: is_stopped(process.pid) or process.poll() is not None)
    second = desk.run("extract", "--all", code=2).stderr
    process.send_signal(signal.SIGCONT)
    assert "another extraction of this database is running" in second
    _, err = process.communicate(timeout=120)
    assert process.returncode == 0
    assert f"what it left is dropped ({left} page" in err
    assert desk.query("SELECT count(*) FROM to_extract") == [(0,)]
    assert desk.query("SELECT ended FROM runs WHERE command = 'extract' ORDER BY id") == [("stopped",), ("finished",)]


def test_pages_that_crash_are_slow_or_pruned_keep_what_is_held(archive: Path, tmp_path: Path) -> None:
    desk = copy_of(archive, tmp_path)
    before = desk.query("SELECT * FROM articles ORDER BY page_id")
    damaged, pruned = (row[0] for row in desk.query("SELECT page_id FROM articles ORDER BY page_id LIMIT 2"))
    ((slow,),) = desk.query("SELECT page_id FROM articles WHERE url = 'http://one.example/en_json_ld.html'")
    conn = sqlite3.connect(desk.database)
    body = "(SELECT body_id FROM pages WHERE id = ?)"
    with conn:
        # The same bytes are at several addresses: these two pages get bodies of their own.
        for page_id in (damaged, pruned):
            conn.execute(
                f"INSERT INTO bodies (sha256, size, codec, data) SELECT x'{page_id:02x}', size, codec, data"
                f" FROM bodies WHERE id = {body}",
                (page_id,),
            )
            conn.execute("UPDATE pages SET body_id = last_insert_rowid() WHERE id = ?", (page_id,))
        conn.execute(f"UPDATE bodies SET data = x'' , pruned_at = '2026-11-01' WHERE id = {body}", (pruned,))
    conn.close()
    # A rule whose pattern takes for ever on one host's pages.
    slow_rules = 'hosts = ["one.example"]\n[[fields]]\nfield = "subtitle"\nregex = \'(?s)^(?:.|.)*(?:.|.)*NOWHERE\'\n'
    (desk.folder / "rules" / "slow.toml").write_text(slow_rules)
    desk = Copydesk(desk.folder, None, sites=str(desk.folder / "rules"), extract_timeout="1s")
    chosen = ("extract", "--where", f"outcomes.page_id IN ({damaged}, {pruned}, {slow})", "--json")
    told = json.loads(desk.run(*chosen, "--dry-run").stdout)
    assert (told["pages"], told["differing"]) == (3, 0)
    assert told["fates"] == {"failed": 2, "pruned": 1}
    reasons = {one["page_id"]: one["reason"] for one in told["failed"]}
    assert reasons == {damaged: "crashed", slow: "too_slow"}
    done = desk.run(*chosen, code=1)
    figures = json.loads(done.stdout)
    assert (figures["failed"], figures["pruned"]) == (2, 1)
    assert sorted(figures["failed_pages"]) == sorted([damaged, slow])
    assert f"page {slow} could not be extracted; its stored outcome stays" in done.stderr
    assert desk.query("SELECT * FROM articles ORDER BY page_id") == before
