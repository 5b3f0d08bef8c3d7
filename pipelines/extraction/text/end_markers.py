"""Lines after which nothing of the article comes: the editor's line, the comments, the other stories.

A stop is a short line that says so; the words are in the language files. It counts only once text has been read: a page may show
"Comments" above its text as well.
"""

from __future__ import annotations

import re
from functools import cache

from pipelines.extraction.languages.loader import END_KINDS, any_of, words_of


@cache
def _stop(language: str | None) -> re.Pattern[str]:
    begins, alone, whole = (any_of(words_of(kind, language), spaces=False) for kind in END_KINDS)
    return re.compile(
        rf"^\W{{0,6}}(?:{begins}|(?:{alone})(?:\s?\(\d+\)|[:：]|[】\]]?$)|(?:{whole})$"
        r"|\d+ (?:comments?|responses?|thoughts? on)|(?:see|read) also\b|share this \w+:?$"
        r"|(?:latest|more|top|trending|other) (?:news|stories|posts|articles|from)\b.{0,30}$"
        r"|more (?:\w{1,20} ){1,2}(?:articles|posts|stories|recommendations|recipes|guides|resources)\b.{0,30}:$)",
        re.I,
    )


_EDITOR_LINE = re.compile(r"^[\[【(（\s]{0,3}(?:责任编辑|責任編輯|责编|責編|编辑|編輯|值班编辑)\s{0,3}[:：丨|｜/]")
_MAX_STOP = 50


def is_stop(text: str, language: str | None = None) -> bool:
    """Whether a line opens what no longer belongs to the article."""
    return len(text) <= _MAX_STOP and (is_end(text) or _stop(language).match(text) is not None)


def is_end(text: str) -> bool:
    """Whether a line says that the text ends: "— END —"."""
    return _END.fullmatch(text) is not None


_END = re.compile(r"\W{0,6}END\W{0,6}|\W{1,6}(?:THE END|[Tt]he [Ee]nd)\W{1,6}")


def is_editor_line(text: str) -> bool:
    """Whether a line is the Chinese editor's credit that closes an article."""
    return len(text) <= 80 and _EDITOR_LINE.match(text) is not None
