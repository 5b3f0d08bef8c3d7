"""The figures that docs/exploring.md names, asked of the English outlets of the demo archive."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.demoweb.content import REFERENCE_NOW
from tests.demoweb.weeks.compose import load_outlets
from tests.demoweb.weeks.past import write_past
from tests.end_to_end.copydesk import Copydesk

DOCUMENT = (Path(__file__).parents[1] / "docs" / "exploring.md").read_text(encoding="utf-8")
SINCE = ("--since", "43d")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Copydesk:
    """The archive, imported as `make demo` does. Only to be looked at."""
    folder = tmp_path_factory.mktemp("weeks")
    by = timedelta(days=(datetime.now(UTC) - REFERENCE_NOW) // timedelta(days=1))
    write_past(folder / "weeks.warc.gz", by, language="en", left=timedelta())
    desk = Copydesk(folder, None)
    desk.run("import", str(folder / "weeks.warc.gz"))
    return desk


def _rows(desk: Copydesk, *arguments: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in desk.run(*arguments, "--json").stdout.splitlines()]


def _say(text: str) -> None:
    assert text in re.sub(r"\s+", " ", DOCUMENT)


def test_attention(desk: Copydesk) -> None:
    rows = [row for row in _rows(desk, "attention", "ferry", *SINCE) if row["source"] is None]
    _say(f"{sum(row['matching'] for row in rows)} articles match `ferry`")


def test_who_copies_whom(desk: Copydesk) -> None:
    found = {(row["source"], row["taken_from"]): row for row in _rows(desk, "copying")}
    pair = found["nightdesk.example", "corranpost.example"]
    _say(
        f"Nightdesk had {pair['articles']} articles of The Corran Post, the median {pair['median_lag_s'] // 60} minutes later,"
        f" and credited {pair['credited']} of them"
    )


def test_the_reprint_keeps_the_mistake(desk: Copydesk) -> None:
    printed = {
        row["url"].split("/")[2]: row
        for row in _rows(desk, "articles", "--limit", "0")
        if row["title"].startswith("Night ferry Sea Thrift")
    }
    post, copy = printed["corranpost.example"], printed["nightdesk.example"]
    lag = datetime.fromisoformat(copy["published"]) - datetime.fromisoformat(post["published"])
    _say(f"{lag.total_seconds() // 60:.0f} minutes after it came out")
    assert ("184" in post["text"].split("\n")[0], "148" in copy["text"].split("\n")[0]) == (True, True)
    assert len(copy["text"]) < len(post["text"])


def test_silent_corrections(desk: Copydesk) -> None:
    rows = _rows(desk, "corrections", *SINCE, "--limit", "0", "--source", "eastmarchchronicle.example")
    _say(f"Eastmarch Chronicle changed {sum(row['silent'] for row in rows)} of {len(rows)} articles without a word")


def test_the_thread(desk: Copydesk) -> None:
    biggest = _rows(desk, "threads", *SINCE)[0]
    assert "Sea Thrift" in biggest["title"]
    _say(f"{biggest['articles']} articles in {biggest['sources']} sources")


def test_likely_names(desk: Copydesk) -> None:
    (pair,) = _rows(desk, "people", "likely")
    assert pair["likely"]
    assert {pair["name"], pair["other"]} == {"V. Amsel", "Victor Amsel"}
    _say("V. Amsel and Victor Amsel")


def test_the_gap() -> None:
    outlet = next(outlet for outlet in load_outlets().values() if outlet.missing)
    _say(f"{outlet.name} was not looked at for {len(outlet.missing)} days")
