"""`copydesk backup` and `copydesk upkeep`, and the round that the service calls."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from db.config.loader import Config
from db.connection.database import connect
from db.maintenance.backup import backup_name, backups_in
from scheduler.maintenance import MaintenanceStep, StepOutcome, run_maintenance
from tests.cli.conftest import START, Newsroom, open_room, run, spawn
from tests.support.forked import ForkedProcess

NOW = START + timedelta(days=40)
STEPS = ["prune", "index", "pack", "optimize", "backup", "check", "checkpoint"]


def settings(newsroom: Newsroom, **values: object) -> None:
    """A settings file beside the database."""
    lines = [f"{name} = {json.dumps(value)}" for name, value in {"db": "news.db", **values}.items()]
    (newsroom.path.parent / "copydesk.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")


def called(newsroom: Newsroom, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    return spawn(*arguments, cwd=newsroom.path.parent)


def config(newsroom: Newsroom, **values: object) -> Config:
    return Config().with_values(db=str(newsroom.path), **values)


def by_name(steps: tuple[MaintenanceStep, ...]) -> dict[str, MaintenanceStep]:
    return {step.name: step for step in steps}


def test_a_backup_beside_the_database(newsroom: Newsroom) -> None:
    settings(newsroom)
    result = called(newsroom, "backup", "--json")
    assert result.returncode == 0, result.stderr
    told = json.loads(result.stdout)
    (path,) = backups_in(newsroom.path.parent, newsroom.path)
    assert told["path"] == path.name
    assert told["size"] == path.stat().st_size
    assert told["rows"] == {"pages": 8, "bodies": 8, "articles": 6}
    assert told["removed"] == []


def test_a_backup_says_what_it_did_and_refuses_to_overwrite(newsroom: Newsroom, tmp_path: Path) -> None:
    target = tmp_path / "copy.db"
    result = run(newsroom.path, "backup", str(target))
    assert result.exit_code == 0
    assert "8 pages, 8 bodies, 6 articles" in result.output
    assert "verified in" in result.output
    refused = spawn("--db", str(newsroom.path), "backup", str(target))
    assert refused.returncode == 2
    assert b"already exists; name another file, or replace it with --force" in refused.stderr
    assert run(newsroom.path, "backup", str(target), "--force").exit_code == 0
    assert run(newsroom.path, "backup", str(newsroom.path), "--force").exit_code != 0
    assert run(target, "doctor").exit_code == 0
    assert run(target, "articles", "--json").output == run(newsroom.path, "articles", "--json").output


@pytest.mark.parametrize("command", ["backup", "upkeep", *(f"upkeep {step}" for step in STEPS)])
def test_help_needs_no_database(command: str, tmp_path: Path) -> None:
    result = run(tmp_path / "none.db", *command.split(), "--help")
    assert result.exit_code == 0
    assert "--json" in result.output


def test_no_database_no_backup(tmp_path: Path) -> None:
    for arguments in (["backup"], ["upkeep"], ["upkeep", "prune"]):
        result = spawn("--db", "none.db", *arguments, cwd=tmp_path)
        assert result.returncode == 2
        assert b"there is no such database" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_folder_keeps_the_newest(newsroom: Newsroom) -> None:
    folder = newsroom.path.parent / "backups"
    settings(newsroom, backup_folder="backups", backup_keep=2)
    missing = called(newsroom, "backup")
    assert missing.returncode == 2
    assert b"backups: the folder does not exist; create it" in missing.stderr
    folder.mkdir()
    for days in (3, 2, 1):
        (folder / backup_name(newsroom.path, datetime.now(UTC) - timedelta(days=days))).write_bytes(b"an older one")
    (folder / "notes.txt").touch()
    result = called(newsroom, "backup")
    assert result.returncode == 0, result.stderr
    assert result.stdout.count(b"  removed backups/news-") == 2
    assert len(backups_in(folder, newsroom.path)) == 2
    assert (folder / "notes.txt").exists()


def test_everything_by_hand(newsroom: Newsroom) -> None:
    (newsroom.path.parent / "backups").mkdir()
    settings(newsroom, backup_folder="backups", keep_bodies="1s", pack_bodies=True)
    result = called(newsroom, "upkeep", "--json")
    assert result.returncode == 0, result.stderr
    report = json.loads(result.stdout)
    assert [(step["name"], step["ended"]) for step in report["steps"]] == [(name, "done") for name in STEPS]
    assert report["steps"][0]["figures"]["bodies"] == 7
    (taken,) = backups_in(newsroom.path.parent / "backups", newsroom.path)
    conn = sqlite3.connect(taken)
    assert conn.execute("SELECT count(pruned_at) FROM bodies").fetchone() == (7,), "the backup comes after the pruning"
    conn.close()
    again = called(newsroom, "upkeep")
    assert again.returncode == 0, again.stderr
    assert [line.split(b":")[0].decode() for line in again.stdout.splitlines()] == STEPS


@pytest.mark.parametrize("step", STEPS)
def test_each_step_by_hand(newsroom: Newsroom, step: str) -> None:
    (newsroom.path.parent / "backups").mkdir()
    settings(newsroom, backup_folder="backups")
    result = called(newsroom, "upkeep", step, "--json")
    assert result.returncode == 0, result.stderr
    told = json.loads(result.stdout)
    assert (told["name"], told["ended"]) == (step, "done")
    assert called(newsroom, "upkeep", step).stdout.startswith(step.encode() + b": ")


def test_a_dry_run_drops_nothing(newsroom: Newsroom) -> None:
    settings(newsroom, keep_bodies="1s")
    result = called(newsroom, "upkeep", "prune", "--dry-run")
    assert b"7 bodies" in result.stdout
    assert b"would be dropped" in result.stdout
    with open_room(newsroom.path) as conn:
        assert conn.execute("SELECT count(pruned_at) FROM bodies").fetchone() == (0,)


def test_a_backup_step_without_a_folder_says_what_to_do(newsroom: Newsroom) -> None:
    settings(newsroom)
    result = called(newsroom, "upkeep", "backup")
    assert result.returncode == 2
    assert b"is empty; set it, or use `copydesk backup FILE`" in result.stderr


def test_a_step_that_fails_does_not_stop_the_others(newsroom: Newsroom) -> None:
    lines: list[str] = []
    report = run_maintenance(config(newsroom, backup_folder="/none/at/all", keep_bodies="1d"), NOW, show=lines.append)
    steps = by_name(report.steps)
    assert report.failed
    assert {name: step.ended for name, step in steps.items()} == {
        "prune": StepOutcome.DONE,
        "index": StepOutcome.DONE,
        "pack": StepOutcome.SKIPPED,
        "optimize": StepOutcome.DONE,
        "check": StepOutcome.DONE,
        "backup": StepOutcome.FAILED,
        "checkpoint": StepOutcome.DONE,
    }
    assert "/none/at/all: the folder does not exist" in steps["backup"].message
    assert steps["prune"].figures["bodies"] == 7
    assert [line.split(":")[0] for line in lines] == STEPS
    settings(newsroom, backup_folder="nowhere")
    assert called(newsroom, "upkeep").returncode == 1


def test_a_damaged_database_costs_no_older_backup(newsroom: Newsroom, tmp_path: Path) -> None:
    """The bytes of a body are wrong, which a backup's own verification finds as well: it fails, and nothing is removed."""
    folder = tmp_path / "backups"
    folder.mkdir()
    settled = config(newsroom, backup_folder=str(folder), backup_keep=1)
    kept = run_maintenance(settled, NOW, show=print)
    assert not kept.failed
    assert by_name(kept.steps)["check"].message == "sound, as the backup is, which was verified"
    with open_room(newsroom.path) as conn:
        conn.execute("UPDATE bodies SET data = x'00' WHERE id = 2")
    report = run_maintenance(settled, NOW + timedelta(days=1), show=print)
    steps = by_name(report.steps)
    assert (steps["check"].ended, steps["backup"].ended) == (StepOutcome.FAILED, StepOutcome.FAILED)
    assert [path.name for path in backups_in(folder, newsroom.path)] == [backup_name(newsroom.path, NOW)]
    assert len(list(folder.iterdir())) == 1


def test_a_reader_in_the_way_is_a_warning(newsroom: Newsroom) -> None:
    reader = connect(newsroom.path)
    with open_room(newsroom.path) as conn:
        conn.execute("INSERT INTO holds (host, until) VALUES ('a', '')")
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM holds").fetchone()
    with open_room(newsroom.path) as conn:
        conn.execute("INSERT INTO holds (host, until) VALUES ('b', '')")
    report = run_maintenance(config(newsroom), NOW, show=print)
    reader.close()
    assert by_name(report.steps)["checkpoint"].ended is StepOutcome.WARNED
    assert not report.failed


def test_a_service_that_stops_ends_it_soon(newsroom: Newsroom, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    asked = {"times": 0}

    def stopping() -> bool:
        """From within the backup on."""
        asked["times"] += 1
        return any(folder.iterdir())

    report = run_maintenance(config(newsroom, backup_folder=str(folder)), NOW, show=print, stopping=stopping)
    assert [step.ended for step in report.steps[4:]] == [StepOutcome.SKIPPED, StepOutcome.DONE, StepOutcome.DONE]
    assert asked["times"] > 5
    assert list(folder.iterdir()) == [], "what was begun is gone"
    stopped = run_maintenance(config(newsroom), NOW, show=print, stopping=lambda: True)
    assert {step.ended for step in stopped.steps} == {StepOutcome.SKIPPED}


def test_processes_of_their_own_may_look_after_at_once(newsroom: Newsroom) -> None:
    settings(newsroom, keep_bodies="1s")
    both = [ForkedProcess(("upkeep", "--json"), newsroom.path.parent, dict(os.environ), {}) for _ in range(2)]
    reports = []
    for process in both:
        out, err = process.communicate(timeout=120)
        assert process.returncode == 0, err
        reports.append(json.loads(out))
    assert sum(report["steps"][0]["figures"]["bodies"] for report in reports) == 7
