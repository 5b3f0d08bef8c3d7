"""Patterns that are made of the language files, as extraction makes them with the first page of a language."""

from __future__ import annotations

import re
from dataclasses import fields

from crawler.discover.front_pages import page_sections
from pipelines.extraction.body import appeals, boilerplate_lines, closing_lines
from pipelines.extraction.credits import byline_places
from pipelines.extraction.credits.names import persons
from pipelines.extraction.fields import metadata
from pipelines.extraction.languages.loader import KINDS, cue_pattern, patterns_by_language
from pipelines.extraction.text import end_markers
from pipelines.extraction.text.byline_words import OF_ALL
from pipelines.extraction.text.clock import _clock, _hour_words
from pipelines.extraction.text.date_parser import _join
from pipelines.extraction.text.relative_times import _forms, _named_day
from tests.patterns.adversaries import AnyPattern

_SEARCHED = ("by_others", "by_word", "joint", "others_label", "passive", "place", "time_words", "town_behind")
"""The patterns of bylines that are looked for anywhere in a line."""


def made_of_language_files() -> dict[AnyPattern, set[str]]:
    """Patterns that no module holds, since they are made with the first page of a language, with their methods."""
    # Prompts are only looked for by the pattern of them all, below; by language, they took half of the time.
    kinds = [kind for kind in KINDS if kind != "prompt"]
    made = [(cue_pattern(kind, code), {"search"}) for kind in kinds for code in ("zh", "de")]
    made += [(form.pattern, {"search"}) for code in ("en", "zh", "de", "hu") for form in _forms(code)]
    made += [(_named_day("fr")[0], {"search"})]
    before, after = _hour_words()
    made += [(before, {"search"}), (after, {"match"})]
    made += [(_clock(), {"match"}), (_join(), {"match"}), (page_sections._service_words(), {"fullmatch"})]
    # Cues of a language that is not known are those of all languages.
    begins = [
        *(boilerplate_lines._consent_line, boilerplate_lines._photo_credit),
        *(appeals._consent_dialog, end_markers._stop),
        *(metadata._comment_count, persons._button, persons._of_picture, byline_places._of_picture),
    ]
    within = [
        *(closing_lines._closing_within, appeals._cookie_notice, metadata._paywall),
        *(persons._next_credit, persons._of_pictures, persons._no_name, persons._page_word, byline_places._no_place),
        persons._material,
    ]
    made += [
        (pattern, {"search" if field.name in _SEARCHED else "match"})
        for field in fields(OF_ALL)
        if isinstance(pattern := getattr(OF_ALL, field.name), re.Pattern)
    ]
    made += [(make(None), {method}) for method, some in (("match", begins), ("search", within)) for make in some]
    by_language = (("prompt", boilerplate_lines._prompt), ("closing", closing_lines._closing))
    made += [(one, {"match"}) for kind, make in by_language for one in patterns_by_language(kind, None, make)]
    return dict(made)
