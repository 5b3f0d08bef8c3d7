"""Planted improvements and regressions: an experiment shows just those, and the gate holds back just those that lose too much.

Killed at any moment, a gated run goes on and ends like an undisturbed one. COPYDESK_KILLS says how often it is killed (3).
"""

from __future__ import annotations

import json
import os
import random
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.copydesk import Copydesk
from tests.end_to_end.extraction.planted import AFTER, BEFORE, HELD, PAGES, make_planted, write_rules
from tests.pipelines.dedup.stories import SETTLED
from tests.support.once import once

KILLS = int(os.environ.get("COPYDESK_KILLS", "3"))
TABLES = ("outcomes", "articles", "credits", *SETTLED, "unread", "past_outcomes", "staged_outcomes", "gated_sources")
PLANTED = {
    "better.example": {"authors": ("gained", 12)},
    "cut.example": {"text": ("lost", 12)},
    "few.example": {"authors": ("lost", 1)},
    "gone.example": {"articles": ("lost", 12)},
    "other.example": {"title": ("changed", 12)},
    "quiet.example": {},
    "worse.example": {"authors": ("lost", 12)},
}
VERDICTS = {
    "better.example": "better",
    "other.example": "changed",
    "quiet.example": "same",
} | dict.fromkeys(("cut.example", "few.example", "gone.example", "worse.example"), "worse")
Rows = dict[str, list[tuple[Any, ...]]]


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database, and the rules that hold now."""
    return once(tmp_path_factory, "planted", make_planted)


@pytest.fixture
def desk(planted: Path, tmp_path: Path) -> Copydesk:
    """A copy of it, with the rules changed."""
    write_rules(tmp_path / "rules", AFTER)
    desk = Copydesk(tmp_path, None, sites="rules")
    shutil.copy(planted / "news.db", desk.database)
    return desk


def derived(desk: Copydesk) -> Rows:
    """All derived rows, and what the run replaced and judged."""
    return {table: sorted(desk.query(f"SELECT * FROM {table}"), key=lambda row: row[:2]) for table in TABLES}


def of_sources(desk: Copydesk, names: tuple[str, ...]) -> Rows:
    """Outcomes, articles and credits of some sources."""
    pages = (
        "SELECT p.id FROM pages p JOIN sources s ON s.id = p.source_id"
        f" WHERE s.name IN ({', '.join(repr(name) for name in names)})"
    )
    return {
        table: desk.query(f"SELECT * FROM {table} WHERE page_id IN ({pages}) ORDER BY 1, 2, 3")
        for table in ("outcomes", "articles", "credits")
    }


def test_an_experiment_shows_just_what_was_planted(desk: Copydesk, tmp_path: Path) -> None:
    before = derived(desk)
    labels = tmp_path / "labels.jsonl"
    answers = [
        {"url": f"https://{name}.example/news/story-0.html?utm_source=x", "authors": ["Vera Holta"]}
        for name in ("better", "worse")
    ]
    labels.write_text("\n".join(map(json.dumps, [*answers, {"url": "http://nowhere.example/1", "title": "x"}])))
    told = json.loads(desk.run("extract", "--experiment", "--sample", "0", "--json").stdout)
    shown = {
        source["source"]: {
            name: (effect, field[effect])
            for name, field in source["fields"].items()
            for effect in ("gained", "lost", "changed")
            if field[effect]
        }
        for source in told["sources"]
    }
    assert shown == PLANTED
    assert {source["source"]: source["verdict"] for source in told["sources"]} == VERDICTS
    assert tuple(source["source"] for source in told["sources"] if source["gate"] == "held back") == HELD
    examples = {one["field"]: one for source in told["sources"] for one in source["examples"]}
    assert (examples["title"]["stored"], examples["title"]["new"]) == (
        "Ferry 6 to sail again",
        "Other: Ferry 6 to sail again",
    )
    printed = desk.run("extract", "experiment").stdout
    for line in ("authors: 12 gained", "would be held back: authors: 12 of 12 lost, 100 %; at most 1 %"):
        assert line in printed
    scores = json.loads(desk.run("extract", "experiment", "--labels", "labels.jsonl", "--json").stdout)["scores"]
    # One label says that the new side is right, the other that the stored one is.
    assert (scores["pages"], scores["stored"], scores["new"]) == (
        2,
        {"authors": pytest.approx(2 / 3)},
        {"authors": pytest.approx(2 / 3)},
    )
    assert derived(desk) == before


def test_a_sample_takes_the_same_of_each_source_and_of_each_age(desk: Copydesk) -> None:
    told = json.loads(desk.run("extract", "experiment", "--sample", "42", "--json").stdout)
    assert [source["pages"] for source in told["sources"]] == [6] * 7
    assert [source["of"] for source in told["sources"]] == [
        PAGES[source["source"].split(".")[0]] for source in told["sources"]
    ]
    assert told["sample"] == told["pages"] == 42


def test_the_gate_holds_back_just_the_sources_that_lose_too_much(desk: Copydesk) -> None:
    held_before, others = of_sources(desk, HELD), tuple(name for name in PLANTED if name not in HELD)
    done = desk.run("extract", "stored", "--stale", "--gated", "--json", code=1)
    told = json.loads(done.stdout)
    assert told["sources"] == {"passed": sorted(others), "accepted": [], "held": list(HELD)}
    assert (told["changed"], told["held"], told["same"]) == (25, 36, 131)
    # Nothing of them is written, not even who read them.
    assert of_sources(desk, HELD) == held_before
    stale = "SELECT count(*) FROM outcomes o WHERE extractor_id <> (SELECT max(id) FROM extractors)"
    assert desk.query(stale) == [(36,)]
    assert "text: 720 of 960 words lost, 75 %; at most 0.5 %" in done.stderr
    assert "copydesk extract experiment --source cut.example" in done.stderr
    assert desk.query("SELECT count(*) FROM staged_outcomes") == [(0,)]
    why = desk.run("why", "cut.example", "--offline", code=None).stdout
    assert "held it back: its rows are as they were before" in " ".join(why.split())
    assert "it would lose text 720 of 960" in " ".join(why.split())
    assert "copydesk extract stored --stale --gated --accept cut.example" in " ".join(why.split())
    assert (
        "held it back" not in desk.run("why", "worse.example", "--offline", code=None).stdout or "worse.example" in HELD
    )
    # The rest is extracted again, and one of it is accepted.
    again = json.loads(desk.run("extract", "--stale", "--gated", "--accept", "worse.example", "--json", code=1).stdout)
    assert again["sources"] == {"passed": [], "accepted": ["worse.example"], "held": ["cut.example", "gone.example"]}
    assert desk.query(stale) == [(24,)]
    undone = json.loads(desk.run("extract", "undo", str(again["run"]), "--json").stdout)
    assert undone["back"] == 12
    assert of_sources(desk, HELD) == held_before
    assert (
        "did you mean cut.example" in desk.run("extract", "--stale", "--gated", "--accept", "cut.exmple", code=2).stderr
    )


def test_gated_runs_that_are_killed_end_like_a_quiet_one(desk: Copydesk, planted: Path, tmp_path: Path) -> None:
    quiet = tmp_path / "quiet"
    quiet.mkdir()
    write_rules(quiet / "rules", AFTER)
    undisturbed = Copydesk(quiet, None, sites="rules")
    shutil.copy(planted / "news.db", undisturbed.database)
    undisturbed.run("extract", "--stale", "--gated", code=1)
    chance, lefts = random.Random(28), []
    progress = "SELECT (SELECT count(*) FROM to_extract), (SELECT count(*) FROM staged_outcomes)"
    for _ in range(KILLS):
        assert desk.kill(progress, "extract", "--stale", "--gated", after_s=chance.uniform(0, 0.02))
        assert desk.query("PRAGMA quick_check") == [("ok",)]
        lefts.append(desk.query(progress)[0])
    # Each kill cut the run off, mostly elsewhere, and with results that waited.
    assert len(set(lefts)) > KILLS // 2, lefts
    assert any(staged for _, staged in lefts), lefts
    assert "continuing run" in desk.run("extract", "--stale", "--gated", code=1).stderr
    ended, wanted = derived(desk), derived(undisturbed)
    for table, rows in wanted.items():
        assert ended[table] == rows, table


def test_an_undo_has_a_killed_run_extract_its_staged_pages_again(desk: Copydesk, tmp_path: Path) -> None:
    first = json.loads(desk.run("extract", "--source", "other.example", "--json").stdout)["run"]
    assert desk.kill("SELECT count(*) FROM staged_outcomes", "extract", "--all", "--gated")
    desk.run("extract", "undo", str(first))
    assert desk.query("SELECT count(*) FROM staged_outcomes") == [(0,)]
    told = json.loads(desk.run("extract", "--all", "--gated", "--json", code=1).stdout)
    assert told["sources"]["held"] == list(HELD)
    assert desk.query("SELECT count(*) FROM articles WHERE title LIKE 'Other: %'") == [(PAGES["other"],)]
    # Rules as they were: what was interrupted under others is let go, staged results too.
    write_rules(tmp_path / "rules", BEFORE)
    assert json.loads(desk.run("extract", "--stale", "--json").stdout)["left"] == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("stored", "--stale", "--accept", "x"), "--accept needs --gated"),
        (("--stale", "--dry-run", "--gated"), "--gated and --accept need a selection"),
        (("stored", "--stale", "--gated", "--to", "out"), "--gated cannot be combined with --to"),
        (("--stale", "--labels", "x"), "need --experiment"),
        (("experiment", "--labels", "nothing.jsonl"), "cannot be read"),
    ],
)
def test_options_that_do_not_go_together_are_refused(desk: Copydesk, words: tuple[str, ...], said: str) -> None:
    assert said in desk.run("extract", *words, code=2).stderr
