"""What pages say that are no articles, ready to be searched for; and `notice_marks.toml`, what stands in their source.

The words are in the language files (`languages`, `[notices.KIND]`). A phrase is what such a page says to its reader, not what an
article says about such pages.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from db.models import Reason
from pipelines.data_files import read_table
from pipelines.extraction.languages.loader import languages

_GAP = ".{0,40}?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """A phrase. Every text that `pattern` matches contains `hint`; there is no pattern where the hint is the whole phrase."""

    hint: str
    pattern: re.Pattern[str] | None

    def stands_in(self, text: str) -> bool:
        """Whether a text in lower case contains the phrase."""
        return self.hint in text and (self.pattern is None or self.pattern.search(text) is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticePhrases:
    """What notices of one kind say, in one language or several."""

    titles: frozenset[str]
    says: tuple[Phrase, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeMarks:
    """Marks of one kind of notice: in its source alone, in its source and others, in the address it redirects to."""

    sure: tuple[str, ...] = ()
    may: tuple[str, ...] = ()
    address: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Marks:
    marks: Mapping[str, NoticeMarks]


@cache
def languages_with_notices() -> frozenset[str]:
    """The languages in which notices are known."""
    return frozenset(code for code, language in languages().items() if language.notices)


@cache
def notices_of(code: str) -> Mapping[Reason, NoticePhrases]:
    """What notices say in a language."""
    return {
        Reason(kind): NoticePhrases(titles=frozenset(words.title), says=tuple(map(_phrase, words.says)))
        for kind, words in languages()[code].notices.items()
    }


@cache
def notice_marks() -> Mapping[Reason, NoticeMarks]:
    """What stands in the source of notices."""
    table = read_table(_Marks, "pipelines.extraction", "notice_marks.toml")
    return {Reason(kind): marks for kind, marks in table.marks.items()}


def _phrase(text: str) -> Phrase:
    parts = [part.strip() for part in text.split("…")]
    pattern = re.compile(_GAP.join(map(re.escape, parts))) if len(parts) > 1 else None
    return Phrase(hint=max(parts, key=len), pattern=pattern)
