"""The pages of `bench.extraction.handwritten.world_pages`: their labels are in the pages, and a wrong label is a fault."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import pytest
from lxml.html import document_fromstring

from bench.extraction.handwritten.page_halves import HALVES, half_of, labelled_files
from bench.extraction.handwritten.world_pages import FIELDS, SETS, WorldPage, main, world_pages

_PAGES = [page for number in SETS for page in world_pages(number)]
_NEEDED = {"url", "title", "published", "authors", "first", "last", "without"}
_FURTHER = {"modified", "source", "section", "tags", "comment_count"}
_OPTIONAL = {"kicker", "editors", "authors_may_be", "published_may_be", "before", "fetched"} | _FURTHER


def test_each_page_is_of_another_outlet() -> None:
    assert [name for name, count in Counter(page.name for page in _PAGES).items() if count > 1] == []
    hosts = Counter(urlsplit(page.want["url"]).hostname for page in _PAGES)
    assert [host for host, count in hosts.items() if count > 1] == []


@pytest.mark.parametrize("number", SETS)
def test_both_halves_are_large_enough_to_compare(number: int) -> None:
    halves = Counter(half_of(page.name) for page in world_pages(number))
    assert min(halves[half] for half in HALVES) >= 25


@pytest.mark.parametrize("page", _PAGES, ids=lambda page: page.name)
def test_what_is_to_be_read_stands_in_the_page(page: WorldPage) -> None:
    want = page.want
    assert want.keys() >= _NEEDED
    assert want.keys() <= _NEEDED | _OPTIONAL
    assert re.fullmatch(r"[a-z]{2}-[a-z]{2}-[\w-]+", page.name)
    assert ("T" in want["published"]) == bool(datetime.fromisoformat(want["published"]).tzinfo)
    seen = _plain(_text(page.html))
    for words in (want["title"], want["first"], want["last"], want.get("kicker", ""), *want["without"]):
        assert _plain(words) in seen, words
    named = _plain(page.html)
    for name in (*want["authors"], *want.get("editors", ())):
        assert _plain(name) in named, name
    for words in want["without"]:
        assert not any(_plain(words) in _plain(want[part]) for part in ("first", "last", "title")), words


def test_a_wrong_label_is_a_fault() -> None:
    page = next(page for page in _PAGES if page.name == "us-en-arc")
    answer = page.read()
    assert page.faults(answer) == {}
    wrong = replace(page, want=page.want | {"authors": ["Nobody Here"], "last": "Another line."})
    assert wrong.faults(answer).keys() == {"authors", "text"}


@pytest.mark.parametrize("arguments", [[], *(["--set", str(number)] for number in SETS if number > 1)])
def test_figures_are_printed_by_field_and_half(
    arguments: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Figures of a few pages of the set look like those of all.
    some = "bench.extraction.handwritten.world_pages.labelled_files"
    monkeypatch.setattr(some, lambda folder: list(labelled_files(folder))[::8])
    assert main(arguments) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split("  ")[0] for line in lines[1:]] == [*FIELDS, "whole page"]


def _text(html: str) -> str:
    """What a page shows; where a script has yet to draw the story, what is in its scripts."""
    document = document_fromstring(html)
    drawn = "[not(ancestor::script or ancestor::style)]" if document.xpath("//h1|//h2|//h3") else ""
    found: Any = document.xpath(f"//body//text(){drawn}")
    text = " ".join(found)
    return text if drawn else re.sub(r"\\u(\w{4})", lambda match: chr(int(match[1], 16)), text)


def _plain(text: str) -> str:
    """Letters and figures: as words are compared, whatever marks and tags are between them."""
    return "".join(filter(str.isalnum, text)).casefold()
