"""Judges what a revision changed: kinds that matter with what shows them, kinds that do not, and a score. Pure.

    two articles ──> fields that differ ───────────────────────────┬──> kinds, evidence, passages ──> score
              └────> paragraphs that differ ──> noise, or findings ─┘

A paragraph that stands elsewhere in the other text was moved. What both pages say (`PageLetters`) was not changed by the publisher:
only what was read from them differs. Numbers that left one paragraph and came into another were moved too, but not into one that
also names what stands in their place: it tells of a correction.

Cost: linear in the texts, and for paragraphs that differ quadratic within `_MOST_PAIRS`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from db.models import Article, Moment, Precision
from db.text.changes import ChangedPair, ChangedWords, ChangeKind, changed_pairs, pieces
from db.text.folding import fold
from db.text.substance import MATTERS, ChangeEvidence, ChangeJudgement, Noise, Passage, Substance
from pipelines.changes.quantities import quantities
from pipelines.changes.replacement import is_another_article, is_next_edition
from pipelines.changes.sentences import differences
from pipelines.changes.words import (
    Replacement,
    content_words,
    is_typo,
    is_typography,
    line_key,
    lost_letters,
    replacements,
)
from pipelines.extraction.languages.loader import cue_pattern

# What a kind weighs. A correction that says so is one; then what can be checked against the world; then form.
WEIGHTS = {
    Substance.NOTICE: 5.0, Substance.NUMBERS: 4.0, Substance.NEGATIONS: 4.0, Substance.HEDGES: 3.5, Substance.NAMES: 3.5,
    Substance.HEADLINE: 3.0, Substance.CREDITS: 2.5, Substance.PUBLISHED: 2.5, Substance.REMOVED: 2.0, Substance.ADDED: 1.2,
    Substance.WORDING: 0.5,
}  # fmt: skip
FIELDS = frozenset({Substance.HEADLINE, Substance.CREDITS, Substance.PUBLISHED})
"""Kinds that may change while the text stays."""
# The strongest kind counts whole, each further one so much of its weight.
_FURTHER = 0.35
# Other words matter by themselves if so many of them are other ones: a sentence (`bench/changes/substance.py`).
_MANY_WORDS = 8
# Pairs of words that are compared in a stretch of paragraphs: 0.1 s at most.
_MOST_PAIRS = 300_000
_LONGEST = 400_000
"""Letters of a text of which more is not looked at."""
_LONGEST_LINE = 90
_LONGEST_NOTICE = 900
_NOTICE_WITHIN = 160
_MOST_PASSAGES, _MOST_EVIDENCE = 8, 12
_CONTEXT = 300
_LETTER = re.compile(r"[\W_]+")
_STAMP = re.compile(r"^\W{0,3}(?:\d{1,2}[:.：h]\d{2}|\d{1,2}\s?(?:am|pm|Uhr|时|時))")
_SENTENCE_END = re.compile(r"[.!?。！？…]['\"”’」』)）]*$")
_DIGIT = re.compile(r"\d")
# A suffix that sites append to headlines.
_SUFFIX = re.compile(r"\s[|–—-]\s[^|–—]{2,40}$|_[^_]{2,20}$")


@dataclass(frozen=True, slots=True, kw_only=True)
class PageLetters:
    """The letters of the two pages as received (`letters_of`), to tell what both say."""

    before: str
    after: str

    def both_say(self, old: str, new: str) -> bool:
        """Whether both pages hold both wordings."""
        return all(letters_of(text) in page for text in (old, new) if text for page in (self.before, self.after))


def letters_of(text: str) -> str:
    """The folded letters and digits of a text, without gaps."""
    return _LETTER.sub("", fold(text))


def judge(before: Article, after: Article, *, pages: PageLetters | None = None, grew: bool = False) -> ChangeJudgement:
    """What the later of two articles changed. `grew`: the revision before only added paragraphs."""
    found = _Findings(language=(after.language or before.language or "")[:2] or None, pages=pages)
    found.people = tuple({*before.authors, *before.editors, *after.authors, *after.editors} - {""})
    published = [article.published.at if article.published else None for article in (before, after)]
    if is_next_edition(published[0], before.text, published[1], after.text):
        found.noise.add(Noise.EDITION)
        return found.judgement()
    if is_another_article(before.title, before.text, after.title, after.text):
        found.noise.add(Noise.ANOTHER)
        return found.judgement()
    _judge_fields(before, after, found)
    if before.paywalled and not after.paywalled and letters_of(after.text).startswith(letters_of(before.text)):
        found.noise.add(Noise.PAYWALL)
    else:
        _judge_text(before.text[:_LONGEST], after.text[:_LONGEST], found, grew=grew)
    return found.judgement()


def is_silent(before: Article, after: Article, judgement: ChangeJudgement) -> bool:
    """Whether the page does not say that it was changed: no notice has come, and it states no other time of modification."""
    return Substance.NOTICE not in judgement.kinds and not states_modified(before, after)


def states_modified(before: Article, after: Article) -> bool:
    """Whether the page states a time of modification that it did not state before."""
    return after.modified is not None and (before.modified is None or after.modified.at != before.modified.at)


@dataclass(slots=True, kw_only=True)
class _Findings:
    """What was found so far."""

    language: str | None
    pages: PageLetters | None
    people: tuple[str, ...] = ()
    evidence: list[ChangeEvidence] = field(default_factory=list)
    noise: set[Noise] = field(default_factory=set)
    passages: list[Passage] = field(default_factory=list)
    other_words: int = 0

    def add(self, kind: Substance, before: str = "", after: str = "") -> None:
        self.evidence.append(ChangeEvidence(kind=kind, before=_cut(before), after=_cut(after)))

    def is_extraction(self, old: str, new: str) -> bool:
        if self.pages is None or not self.pages.both_say(old, new):
            return False
        self.noise.add(Noise.EXTRACTION)
        return True

    def judgement(self) -> ChangeJudgement:
        kinds = {one.kind for one in self.evidence}
        many = self.other_words >= _MANY_WORDS
        if self.other_words:
            kinds.add(Substance.WORDING)
        weights = sorted((WEIGHTS[kind] for kind in kinds - {Substance.WORDING}), reverse=True)
        score = weights[0] + _FURTHER * sum(weights[1:]) if weights else 0.0
        if Substance.WORDING in kinds:
            score += MATTERS if many else WEIGHTS[Substance.WORDING] * min(1.0, self.other_words / 4)
        return ChangeJudgement(
            score=round(score, 2),
            kinds=tuple(kind for kind in Substance if kind in kinds),
            noise=tuple(kind for kind in Noise if kind in self.noise),
            evidence=tuple(self.evidence[:_MOST_EVIDENCE]),
            passages=tuple(self.passages[:_MOST_PASSAGES]),
        )


def _judge_fields(before: Article, after: Article, found: _Findings) -> None:
    old, new = before.title, after.title
    if old != new and not found.is_extraction(old, new):
        if is_typography(old, new) or _is_damage(old, new):
            found.noise.add(Noise.TYPOGRAPHY)
        elif is_typography(_SUFFIX.sub("", old), _SUFFIX.sub("", new)):
            found.noise.add(Noise.EXTRACTION)
        elif all(is_typo(one.before, one.after) for one in replacements(pieces(old, new))):
            found.noise.add(Noise.TYPO)
        else:
            found.add(Substance.HEADLINE, old, new)
            kinds = [Substance.HEADLINE.value, *_sentence_kinds(old, new, found)]
            found.passages.append(Passage(kinds=tuple(dict.fromkeys(kinds)), pieces=tuple(pieces(old, new))))
    for old, new in _credits(before, after):
        if not found.is_extraction(old, new) and not _is_damage(old, new):
            found.add(Substance.CREDITS, old, new)
    if before.published is None and after.published is not None:
        found.noise.add(Noise.TIME_STATED)
    elif _published_differs(before.published, after.published):
        found.add(Substance.PUBLISHED, _iso(before.published), _iso(after.published))


def _credits(before: Article, after: Article) -> Iterator[tuple[str, str]]:
    for old, new in (
        (before.authors, after.authors),
        (before.editors, after.editors),
        (before.proofreaders, after.proofreaders),
        ((before.source or "",), (after.source or "",)),
        ((before.original_source or "",), (after.original_source or "",)),
    ):
        first, second = ({letters_of(name) for name in names} - {""} for names in (old, new))
        if first != second:
            yield ", ".join(old), ", ".join(new)


def _published_differs(old: Moment | None, new: Moment | None) -> bool:
    """Whether two stated times of publication differ, as precisely as both are; one that is stated only once is no change."""
    if old is None or new is None:
        return False
    if Precision.DAY in (old.precision, new.precision):
        return old.iso[:10] != new.iso[:10]
    return abs((new.at - old.at).total_seconds()) >= 60


def _iso(moment: Moment | None) -> str:
    return moment.iso if moment else ""


def _judge_text(old: str, new: str, found: _Findings, *, grew: bool) -> None:
    if old == new:
        return
    if _is_damage(old, new):
        found.noise.add(Noise.TYPOGRAPHY)
        return
    before, after = ([line for line in text.split("\n") if line.strip()] for text in (old, new))
    pairs = list(changed_pairs(before, after, line_key, _MOST_PAIRS))
    if not pairs:
        found.noise.add(Noise.TYPOGRAPHY)
        return
    pairs = _without_moved(pairs, before, after, found)
    gone = [pair for pair in pairs if pair.after is None and not _is_noise_line(pair.before or "", "", found)]
    come = [pair for pair in pairs if pair.before is None and not _is_noise_line("", pair.after or "", found)]
    changed = [pair for pair in pairs if pair.before is not None and pair.after is not None]
    _judge_changed(changed, _numbers(gone, come, found.language), found)
    _judge_gone(gone, found)
    places = [pair.at for pair in pairs if pair.before is None]
    _judge_come(come, len(after), found, live=not gone and _is_live(places, after, grew=grew))


def _is_damage(old: str, new: str) -> bool:
    return lost_letters(new, old) or lost_letters(old, new)


def _without_moved(
    pairs: list[ChangedPair], before: list[str], after: list[str], found: _Findings
) -> list[ChangedPair]:
    here, there = {letters_of(line) for line in before}, {letters_of(line) for line in after}
    kept = []
    for pair in pairs:
        if (pair.after is None and letters_of(pair.before or "") in there) or (
            pair.before is None and letters_of(pair.after or "") in here
        ):
            found.noise.add(Noise.MOVED)
        else:
            kept.append(pair)
    return kept


def _is_noise_line(old: str, new: str, found: _Findings) -> bool:
    """Whether a line is a counter, a time stamp or leads elsewhere, or both pages have it."""
    line = (old or new).strip()
    if cue_pattern("read_more", found.language).match(line) or cue_pattern("end", found.language).match(line):
        found.noise.add(Noise.READ_MORE)
        return True
    if _is_counter(line, found.language):
        found.noise.add(Noise.COUNTER)
        return True
    return found.is_extraction(old, new)


def _is_counter(line: str, language: str | None) -> bool:
    if len(line) > _LONGEST_LINE or not _DIGIT.search(line):
        return False
    stamped = cue_pattern("updated", language).search(line) or cue_pattern("last_change", language).search(line)
    return bool(stamped) or (len(letters_of(line)) <= 30 and not _SENTENCE_END.search(line))


def _numbers(gone: list[ChangedPair], come: list[ChangedPair], language: str | None) -> tuple[set[str], list[set[str]]]:
    """The values in paragraphs that are gone, and in each of those that have come."""
    return (
        {one.value for pair in gone for one in quantities(pair.before or "", language)},
        [{one.value for one in quantities(pair.after or "", language)} for pair in come],
    )


def _judge_changed(pairs: list[ChangedPair], elsewhere: tuple[set[str], list[set[str]]], found: _Findings) -> None:
    in_gone, in_come = elsewhere
    left: Counter[str] = Counter()
    entered: Counter[str] = Counter()
    each = []
    for pair in pairs:
        old, new = pair.before or "", pair.after or ""
        if _is_counter(old, found.language) and _is_counter(new, found.language):
            found.noise.add(Noise.COUNTER)
            continue
        if found.is_extraction(old, new):
            continue
        first, second = (quantities(text, found.language) for text in (old, new))
        lost = Counter(one.value for one in first) - Counter(one.value for one in second)
        won = Counter(one.value for one in second) - Counter(one.value for one in first)
        left, entered = left + lost, entered + won
        texts = {one.value: one.text for one in (*first, *second)}
        each.append((old, new, lost, won, texts))
    for old, new, lost, won, texts in each:
        moved = entered.keys() | {value for values in in_come if not won.keys() & values for value in values}
        really_lost = [value for value in lost if value not in moved]
        really_won = [value for value in won if value not in left and value not in in_gone]
        _judge_pair(old, new, ([texts[v] for v in really_lost], [texts[v] for v in really_won]), found)


def _judge_pair(old: str, new: str, numbers: tuple[list[str], list[str]], found: _Findings) -> None:
    """A reworded paragraph. `numbers`: as written, those that left the text and those that came into it."""
    lost, won = numbers
    parts = tuple(pieces(old, new))
    kinds: list[str] = []
    if lost:
        found.add(Substance.NUMBERS, ", ".join(lost), ", ".join(won))
        kinds.append(Substance.NUMBERS)
    kinds += _sentence_kinds(old, new, found)
    if _is_notice(" ".join(piece.text for piece in parts if piece.kind is ChangeKind.COME), old, found.language):
        found.add(Substance.NOTICE, "", _cut(new))
        kinds.append(Substance.NOTICE)
    others = [one for one in replacements(parts) if not _is_slight(one, found)]
    words = sum(
        max(content_words(one.before, found.language), content_words(one.after, found.language)) for one in others
    )
    if words and not kinds:
        found.other_words += words
        kinds.append(Substance.WORDING)
    if kinds:
        found.passages.append(Passage(kinds=tuple(dict.fromkeys(kinds)), pieces=_shortened(parts)))


def _is_slight(one: Replacement, found: _Findings) -> bool:
    numbers = [[number.value for number in quantities(text, found.language)] for text in (one.before, one.after)]
    if is_typography(one.before, one.after) or (numbers[0] and numbers[0] == numbers[1]):
        found.noise.add(Noise.TYPOGRAPHY)
        return True
    if is_typo(one.before, one.after):
        found.noise.add(Noise.TYPO)
        return True
    return False


def _sentence_kinds(old: str, new: str, found: _Findings) -> list[str]:
    """What two wordings of a sentence say differently, added to what was found."""
    evidence = list(differences(old, new, found.language, found.people))
    for one in evidence:
        found.add(one.kind, one.before, one.after)
    return [one.kind.value for one in evidence]


def _judge_gone(gone: list[ChangedPair], found: _Findings) -> None:
    for pair in gone:
        text = pair.before or ""
        found.add(Substance.REMOVED, text, "")
        found.passages.append(_whole(Substance.REMOVED, ChangeKind.GONE, text))


def _judge_come(come: list[ChangedPair], paragraphs: int, found: _Findings, *, live: bool) -> None:
    for pair in come:
        text = pair.after or ""
        if _is_notice(text, "", found.language):
            found.add(Substance.NOTICE, "", text)
            found.passages.insert(0, _whole(Substance.NOTICE, ChangeKind.COME, text))
        elif live:
            found.noise.add(Noise.LIVE)
        else:
            found.add(Substance.ADDED, "", text)
            found.passages.append(_whole(Substance.ADDED, ChangeKind.COME, text))


def _is_live(places: list[int], after: list[str], *, grew: bool) -> bool:
    """Whether lines have come at these places of one edge, again or with time stamps."""
    if not places:
        return False
    top = max(places) < len(places) + 1
    bottom = min(places) >= len(after) - len(places) - 2
    stamped = sum(bool(_STAMP.match(line)) for line in after) >= max(2, len(after) // 6)
    return (top or bottom) and (grew or stamped)


def _is_notice(come: str, before: str, language: str | None) -> bool:
    """Whether text that has come says that the article was corrected."""
    if not come.strip() or len(come) > _LONGEST_NOTICE:
        return False
    match = cue_pattern("correction", language).search(come[:_NOTICE_WITHIN])
    return match is not None and match[0].lower() not in before.lower()


def _whole(kind: Substance, change: ChangeKind, text: str) -> Passage:
    return Passage(kinds=(kind.value,), pieces=(ChangedWords(kind=change, text=_cut(text)),))


def _shortened(parts: tuple[ChangedWords, ...]) -> tuple[ChangedWords, ...]:
    """The words of a paragraph, long unchanged stretches cut in their middle or away from the change."""
    shown = []
    for at, piece in enumerate(parts):
        text = piece.text
        if piece.kind is not ChangeKind.UNCHANGED:
            text = _cut(text)
        elif len(text) > _CONTEXT and at == 0:
            text = "… " + text[-_CONTEXT:]
        elif len(text) > _CONTEXT and at == len(parts) - 1:
            text = text[:_CONTEXT] + " …"
        elif len(text) > 2 * _CONTEXT:
            text = text[:_CONTEXT] + " … " + text[-_CONTEXT:]
        shown.append(ChangedWords(kind=piece.kind, text=text))
    return tuple(shown)


def _cut(text: str) -> str:
    text = text.strip() if len(text) > 2 * _CONTEXT else text
    return text if len(text) <= 2 * _CONTEXT else text[: 2 * _CONTEXT] + " …"
