"""The number that stands for the extraction: raised where pages are read otherwise, and only there."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import pipelines.extraction.extract
import pipelines.extraction.fingerprint
from db.models import Article
from pipelines.extraction.assemble import read_article
from pipelines.extraction.version import EXTRACTION_VERSION, extraction_version, installed_code
from tests.pipelines.extraction import extraction_record
from tests.pipelines.extraction.chinese import test_chinese_origins
from tests.pipelines.extraction.extraction_record import (
    RECORD,
    Changes,
    Record,
    changes,
    fault,
    load,
    next_number,
    number_in,
    outcome_digest,
    page_digest,
    save,
    take,
    write_number,
)
from tests.pipelines.extraction.readings import add_reading, folder_of_readings, load_readings
from tests.pipelines.extraction.specimens import extracted_by, specimens

NOTHING = Changes(otherwise=[], new=[], gone=[])
OTHERWISE = Changes(otherwise=["a"], new=[], gone=[])
NEW = Changes(otherwise=[], new=["b"], gone=[])


def record(version: int = 7) -> Record:
    return Record(version=version, libraries=extraction_record.libraries(), outcomes={"a": "1"})


def test_the_number_stands_for_what_is_read(tmp_path_factory: pytest.TempPathFactory) -> None:
    readings = load_readings(folder_of_readings(tmp_path_factory))
    outcomes, shows = take(specimens(readings.passed))
    recorded = load()
    found = changes(recorded, readings.outcomes | outcomes)
    wrong = fault(recorded, EXTRACTION_VERSION, found, readings.shows | shows)
    assert wrong is None, wrong


def changed() -> list[str]:
    """Which pages of a test are read otherwise than recorded."""
    outcomes, shows = take(extracted_by(test_chinese_origins))
    found = changes(load(), outcomes)
    assert len(outcomes) > 50
    assert not found.new
    return [shows[name] for name in found.otherwise]


def test_another_field_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    real = read_article

    def shouting(*given: Any) -> Any:
        outcome = real(*given)
        return replace(outcome, title=f"{outcome.title}!") if isinstance(outcome, Article) else outcome

    assert changed() == []
    monkeypatch.setattr(pipelines.extraction.extract, "read_article", shouting)
    assert changed()[0].startswith("tests.pipelines.extraction.chinese.test_chinese_origins::test_")


def test_what_is_known_is_not_extracted_again(tmp_path: Path) -> None:
    everything = extracted_by(test_chinese_origins)
    first = everything[0].shows.partition(" ")[0]
    *most, last = enumerate(one for one in everything if one.shows.startswith(f"{first} "))
    for number, one in most:
        add_reading(tmp_path, first, str(number), [one])
    again = extracted_by(test_chinese_origins, load_readings(tmp_path).passed)
    assert len(again) == len(everything), "one of its cases is not known"
    add_reading(tmp_path, first, str(last[0]), [last[1]])
    (tmp_path / "0.jsonl").write_text('["half a line')
    readings = load_readings(tmp_path)
    rest = extracted_by(test_chinese_origins, readings.passed)
    assert len(rest) < len(everything)
    assert readings.outcomes | take(rest)[0] == take(everything)[0]


def test_another_fingerprint_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipelines.extraction.fingerprint, "text_hash", lambda text: b"same")
    assert len(changed()) > 50


def test_a_crash_is_no_digest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipelines.extraction.extract, "read_article", lambda *given: 1 / 0)
    with pytest.raises(AssertionError, match="crashes the extraction"):
        outcome_digest(extracted_by(test_chinese_origins)[0])


def test_a_rewritten_page_is_a_new_one() -> None:
    page = extracted_by(test_chinese_origins)[0]
    other = replace(page, page=replace(page.page, body=page.page.body + b" "))
    assert page_digest(other) != page_digest(page)
    outcomes, _ = take([other])
    found = changes(load(), outcomes)
    assert (found.otherwise, found.new) == ([], [*outcomes])


@pytest.mark.parametrize(
    ("number", "found", "told"),
    [
        (7, NOTHING, None),
        (7, OTHERWISE, "outputs changed for 1 pages:\n    the page A\nraise EXTRACTION_VERSION above 7: make"),
        (8, OTHERWISE, "\nrecord them: make extraction-digests"),
        (7, NEW, "not recorded: 1 pages:\n    b\n"),
        (8, NEW, "not recorded"),
        (8, NOTHING, "raised from 7 to 8 without a change"),
        (6, NOTHING, "a number is never given twice"),
        (6, OTHERWISE, "a number is never given twice"),
    ],
)
def test_what_is_said_of_a_number(number: int, found: Changes, told: str | None) -> None:
    said = fault(record(), number, found, {"a": "the page A"})
    assert said is None if told is None else told in (said or "")


def test_other_libraries_are_named() -> None:
    elsewhere = replace(record(), libraries={**extraction_record.libraries(), "lxml": "5.0"})
    assert "taken with lxml 5.0 (here " in (fault(elsewhere, 7, OTHERWISE, {}) or "")


@pytest.mark.parametrize(
    ("number", "found", "keep", "then"),
    [
        (7, NOTHING, False, 7),
        (7, OTHERWISE, False, 8),
        (9, OTHERWISE, False, 9),
        (7, NEW, False, 8),
        (8, NEW, False, 8),
        (7, NEW, True, 7),
        (7, NOTHING, True, 7),
        (7, OTHERWISE, True, None),
        (8, NEW, True, None),
        (8, NOTHING, False, None),
        (6, OTHERWISE, False, 8),
        (6, NOTHING, False, 7),
    ],
)
def test_the_number_that_is_recorded(number: int, found: Changes, keep: bool, then: int | None) -> None:
    if then is None:
        with pytest.raises(ValueError, match=r"EXTRACTION_VERSION|leave --keep out"):
            next_number(record(), number, found, keep=keep)
    else:
        assert next_number(record(), number, found, keep=keep) == then


def test_raising_changes_one_line(tmp_path: Path) -> None:
    module = tmp_path / "version.py"
    text = "# EXTRACTION_VERSION = N\nEXTRACTION_VERSION = 7\nother = 7\n"
    module.write_text(text, encoding="utf-8")
    write_number(module, 8)
    assert number_in(module) == 8
    assert module.read_text(encoding="utf-8") == text.replace("VERSION = 7", "VERSION = 8")


def test_a_record_is_written_as_it_is_read(tmp_path: Path) -> None:
    save(load(), tmp_path / "again.json")
    assert (tmp_path / "again.json").read_bytes() == RECORD.read_bytes()
    assert json.loads(RECORD.read_text(encoding="utf-8"))["version"] == EXTRACTION_VERSION


def test_the_name_has_the_number_and_the_libraries_that_read() -> None:
    assert re.fullmatch(rf"{EXTRACTION_VERSION}\+libxml2-\d+\.\d+\+justext-\d+\.\d+", extraction_version())


def test_any_file_tells_two_installations_apart(tmp_path: Path) -> None:
    for name in ("db/models.py", "pipelines/extraction/credits/names.py", "pipelines/extraction/languages/de.toml"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("1\n", encoding="utf-8")
    seen = [installed_code(tmp_path)]
    for name, text in (
        ("pipelines/extraction/languages/de.toml", "2\n"),
        ("pipelines/extraction/languages/fr.toml", "1\n"),
        ("pipelines/other/dates.py", "1\n"),
        ("db/models.py", "1  # a comment\n"),
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
        seen.append(installed_code(tmp_path))
    (tmp_path / "pipelines/extraction/credits/names.py").rename(tmp_path / "pipelines/other/names.py")
    seen.append(installed_code(tmp_path))
    assert len(set(seen)) == len(seen)
    (tmp_path / "db/__pycache__").mkdir()
    (tmp_path / "db/__pycache__/nouns.cpython-311.pyc").write_bytes(b"\0")
    assert installed_code(tmp_path) == seen[-1]
