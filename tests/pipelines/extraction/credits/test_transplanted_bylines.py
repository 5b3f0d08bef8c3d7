"""The instrument `bench.extraction.changed.transplanted_bylines`, on a corpus of one page of our own."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from bench.extraction.changed.byline_template import Template
from bench.extraction.changed.transplanted_bylines import forms, main, planted_pages
from db.models import Page
from db.site_rules.loader import Sites
from pipelines.extraction.article_json import to_json
from pipelines.extraction.extract import extract

_TEXT = [
    "The ferry to the island runs again from Monday, three weeks after a storm tore away part of the pier, the office said.",
    "A crane from the shipyard lifted the last beam into place on Friday, and two divers tightened the bolts below the water.",
    "The first boat leaves at six in the morning and takes forty cars, a third of what the old timetable had allowed for.",
]
_URL = "https://www.harbour.example/2024/03/05/ferry"
_HTML = (
    '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Ferry runs again</title>'
    '<meta name="author" content="Ada Holm">'
    "</head><body><nav><a href='/'>Home</a></nav><main><article><h1>Ferry runs again</h1>"
    "<div class='byline'>By <a href='/author/ada-holm'>Ada Holm</a> <span>March 5, 2024</span></div><div class='text'>"
    + "".join(f"<p>{line}</p>" for line in _TEXT)
    + "</div><div class='bio'><p>Ada Holm lives on a boat.</p></div></article></main></body></html>"
)
_DATED = [form for form in forms() if form.name == "By X | date"]
_RECORD = {"id": "ferry", "set": "own", "url": _URL, "authors": ["Ada Holm"], "published": "2024-03-05"}


def _template(*, stated: bool = False) -> Template:
    answer = to_json(extract(Page(body=_HTML.encode(), url=_URL), Sites()))
    assert (answer["authors"], answer["published"]) == (["Ada Holm"], "2024-03-05")
    return Template(_HTML, "Ada Holm", date(2024, 3, 5), answer, stated=stated)


def test_everything_that_named_the_author_and_the_day_is_gone() -> None:
    pages = list(planted_pages(_RECORD, _template(), 0, forms()))
    assert len(pages) > 60
    for page in pages:
        assert "Ada" not in page.html
        assert all(line in page.html for line in _TEXT)
        assert ("2024" in page.html) == any(slot in page.form.slots() for slot in ("date", "later"))
        assert all(name.lower() in page.html.lower() for name in page.authors)


def test_forms_are_planted_in_every_place() -> None:
    pages = list(planted_pages(_RECORD, _template(), 0, forms()))
    assert {page.place for page in pages} >= {"own", "above", "below", "lead", "end"}
    linked = next(page for page in pages if page.form.name == "By X, Y and Z, linked")
    assert linked.html.index("<h1>") < linked.html.index(linked.authors[0]) < linked.html.index(linked.authors[2])


def test_what_is_stated_names_the_planted_author() -> None:
    page = next(planted_pages(_RECORD, _template(stated=True), 1, _DATED))
    assert f'<meta name="author" content="{page.authors[0]}">' in page.html


def test_a_wrong_reading_is_a_fault() -> None:
    page = next(planted_pages(_RECORD, _template(), 1, _DATED))
    assert page.faults(page.read()) == {}
    wrong = replace(page, authors=["Nobody Here"], published=date(2024, 3, 6))
    assert wrong.faults(page.read()).keys() == {"authors", "published"}


def test_slots_have_words_in_english() -> None:
    names = [form.name for form in forms()]
    assert len(set(names)) == len(names)
    assert names == [
        page.form.name
        for page in sorted(
            planted_pages(_RECORD, _template(), 0, forms()), key=lambda page: names.index(page.form.name)
        )
    ]


def _write_corpus(folder: Path, *pages: tuple[Mapping[str, object], str]) -> None:
    (folder / "pages").mkdir()
    (folder / "gold.jsonl").write_text("".join(json.dumps(record) + "\n" for record, _ in pages), "utf-8")
    for record, html in pages:
        (folder / "pages" / f"{record['id']}.html.gz").write_bytes(gzip.compress(html.encode()))


def test_figures_are_printed_by_form_and_half(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _write_corpus(tmp_path, (_RECORD, _HTML))
    assert main([str(tmp_path), "--jobs", "1", "--form", "By X | date"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "1 pages: used"
    assert lines[-1].startswith("By X | date")
    assert sum(line.count("1/1 1.000") for line in lines[2:3]) == 2


def test_the_block_of_each_page_is_planted_into_the_other(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = {**_RECORD, "id": "pier", "authors": ["Otto Pier"]}
    keep = tmp_path / "keep"
    keep.mkdir()
    _write_corpus(tmp_path, (_RECORD, _HTML), (other, _HTML.replace("Ada Holm", "Otto Pier").replace("ada-holm", "o")))
    assert main([str(tmp_path), "--jobs", "1", "--blocks", "--misses", "--keep", str(keep)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "2 pages: used"
    assert "2/2 1.000" in lines[2]
    kept = list(keep.iterdir())
    assert len(kept) == 2
    for page in kept:
        assert ("Ada Holm" in page.read_text("utf-8")) == page.name.startswith("pier")
