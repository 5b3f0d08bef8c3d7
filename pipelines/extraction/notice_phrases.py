"""What pages say that are no articles, ready to be searched for; and `notice_marks.toml`, what stands in their source.

The words are in the language files (`languages`, `[notices.KIND]`). A phrase is what such a page says to its reader, not what an
article says about such pages.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache

from db.models import Reason
from pipelines.data_files import read_table
from pipelines.extraction.languages.loader import Notices, NoticeWords, languages

_GAP = ".{0,40}?"
_NOTHING = NoticeWords()


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
class _MarksOfKinds:
    challenge: NoticeMarks
    consent: NoticeMarks
    blocked: NoticeMarks
    soft_404: NoticeMarks
    unavailable: NoticeMarks
    parked: NoticeMarks
    login: NoticeMarks
    interstitial: NoticeMarks


@cache
def languages_with_notices() -> frozenset[str]:
    """The languages in which notices are known."""
    return frozenset(code for code, language in languages().items() if language.notices != Notices())


@cache
def phrases_of(code: str) -> Mapping[Reason, NoticePhrases]:
    """What notices say in a language."""
    notices = languages()[code].notices
    kinds = {field.name: getattr(notices, field.name) for field in fields(Notices)}
    return {
        Reason(kind): NoticePhrases(titles=frozenset(words.title), says=tuple(map(_phrase, words.says)))
        for kind, words in kinds.items()
        if words != _NOTHING
    }


@cache
def notice_marks() -> Mapping[Reason, NoticeMarks]:
    """What stands in the source of notices."""
    marks = read_table(_MarksOfKinds, "pipelines.extraction", "notice_marks.toml")
    return {Reason(field.name): getattr(marks, field.name) for field in fields(marks)}


def _phrase(text: str) -> Phrase:
    parts = [part.strip() for part in text.split("…")]
    pattern = re.compile(_GAP.join(map(re.escape, parts))) if len(parts) > 1 else None
    return Phrase(hint=max(parts, key=len), pattern=pattern)
