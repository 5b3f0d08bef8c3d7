"""The signs of phrases in the language files."""

from __future__ import annotations

import re

import pytest

from pipelines.extraction.languages.loader import LINE_KINDS, languages
from pipelines.extraction.languages.phrases import hint_of, openings_of, phrase_pattern


@pytest.mark.parametrize(
    ("phrase", "said", "not_said"),
    [
        ("read (also|more)", "READ more: the ferry", "read moreover"),
        ("got a (news |)tip*", "Got a tips line", "got a good tip"),
        ("add … to cart", "add the blue one to cart", "add" + 81 * "x" + " to cart"),
        ("add … to cart", "add this to cart", "addison to cart"),
        ("end…3$", "end of", "end of it"),
        ("become a ~member", "become a paying member", "become a good, paying member"),
        ("# min read$", "12 min read", "12 min reading"),
        ("^at home", "At home", "Stay at home"),
        ("don't miss", "Don’t miss", "Do not miss"),
        (r"done \(all\)", "done (all)", "done all"),
    ],
)
def test_the_signs(phrase: str, said: str, not_said: str) -> None:
    pattern = re.compile(phrase_pattern(phrase, spaces=True), re.I)
    assert pattern.search(said)
    assert not pattern.search(not_said)


def test_a_language_without_spaces_has_no_ends_of_words() -> None:
    assert re.search(phrase_pattern("阅读", spaces=False), "阅读全文")


def test_every_phrase_holds_its_hint() -> None:
    """What is searched for first stands in whatever the phrase matches, so it must be a part that cannot be missing."""
    for code, language in languages().items():
        for cue in language.cues:
            for phrase in cue.match if cue.kind in LINE_KINDS else ():
                for opening in openings_of(phrase):
                    assert not re.search(r"\([^()]*\(", opening.replace("\\(", "")), f"{code}: {phrase} nests groups"
                    if cue.kind in ("appeal", "newsroom"):
                        assert len(hint_of(opening)) > 1, f"{code}: {phrase} is searched for everywhere"
