"""Forms of `bench.extraction.press_forms`: the benchmark itself, and kinds of forms that were once misread."""

from __future__ import annotations

import json

import pytest

from bench.extraction.press_forms import main, press_faults, read_by_copydesk
from bench.extraction.press_pages import SURROUNDINGS, PressForm, press_forms, stories

_FORMS = list(press_forms())


def test_forms_are_told_apart_and_have_a_story() -> None:
    assert len(_FORMS) > 500
    assert {form.language for form in _FORMS} == stories().keys()
    named = [(form.language, form.kind, form.name) for form in _FORMS]
    assert len(set(named)) == len(named)


def test_a_wrong_label_is_a_fault() -> None:
    form = next(form for form in _FORMS if form.name == "abbr title")
    answer = read_by_copydesk(form.page(SURROUNDINGS[0]), form.url)
    assert press_faults(form.labels(), answer) == {}
    wrong = form.labels() | {"authors": ["Nobody Here"], "published": "2024-03-05T15:33", "text": ["Another line."]}
    assert press_faults(wrong, answer).keys() == {"authors", "published", "text"}


def test_the_command_scores_both_readers(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--json", "--language", "vi", "--kind", "byline"]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert figures["pages"] == len(SURROUNDINGS)
    assert figures["fields"]["title"]["copydesk"] == 1
    assert set(figures["languages"]["vi"]["authors"]) == {"copydesk", "trafilatura", "asked"}


@pytest.mark.parametrize("surroundings", SURROUNDINGS)
@pytest.mark.parametrize(
    "name",
    [
        "Von unserer Redakteurin Anna Holt head",
        "Door onze verslaggever Anna Holt head",
        "Von Anna Holt, ARN-Studio Berlin head",
    ],
)
def test_a_kind_that_was_misread(name: str, surroundings: str) -> None:
    form = next(form for form in _FORMS if form.name == name)
    assert press_faults(form.labels(), read_by_copydesk(form.page(surroundings), form.url)) == {}


@pytest.mark.parametrize(
    ("line", "language"),
    [
        ("Von unserem Redaktionsmitglied Anna Holt", "de"),
        ("Van onze correspondent Anna Holt", "nl"),
        ("Von Anna Holt, Hauptstadtbüro", "de"),
        ("Von Anna Holt, Sportredaktion", "de"),
    ],
)
def test_its_siblings(line: str, language: str) -> None:
    form = PressForm(
        kind="byline", name=line, language=language, head=f"<div>{line}</div>", want={"authors": ["Anna Holt"]}
    )
    assert press_faults(form.labels(), read_by_copydesk(form.page("rich"), form.url)) == {}
