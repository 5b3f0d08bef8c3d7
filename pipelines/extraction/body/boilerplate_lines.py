"""Drops lines of a text that belong to the page, not the article: bylines, times, share buttons, calls to subscribe."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from functools import cache

from db.text.list_marks import without_list_mark
from pipelines.extraction.body.appeals import cut_appeals
from pipelines.extraction.body.closing_lines import NETWORK, cut_closing_lines, is_fragment
from pipelines.extraction.body.link_lines import LinkLines, cut_link_lines
from pipelines.extraction.credits.names.outlets import OUTLET_END, SIMPLIFIED
from pipelines.extraction.credits.names.persons import MAIL
from pipelines.extraction.credits.names.surnames import NO_PERSON
from pipelines.extraction.credits.signatures import find_reporters
from pipelines.extraction.languages.loader import patterns_by_language, phrases_of
from pipelines.extraction.text.byline_words import OF_ALL
from pipelines.extraction.text.date_parser import find_stamps, without_stamps
from pipelines.extraction.text.date_sentences import is_date_sentence
from pipelines.extraction.text.end_markers import is_end, is_stop
from pipelines.extraction.text.relative_times import find_relative
from pipelines.extraction.text.roles import DUTY
from pipelines.extraction.text.titles import plain
from pipelines.extraction.text.writing import FULL_STOPS, SENTENCE_ENDS, words

_LONGEST_PROMPT = 120
_BULLETS = frozenset("*•►▶>»→☞■▪")
"""What stands before a link to another story within a text."""
_LONGEST_CONSENT = 500
_BY_WORDS = words(
    "by von vonunserem par di por door av af od text tekst автор από oleh de 记者 作者 文 reporting writtenby storyby"
)
_SUFFIXES = ("기자", "특파원", "記者", "记者")
_LONGEST_STRAY = 220
_GALLERY_COUNTER = re.compile(r"(\d{1,3})\s?/\s?(\d{1,3})")
_FRACTIONS = frozenset(("1/2", "1/3", "2/3", "1/4", "3/4", "1/8"))
_LONGEST_COUNTER = 9
"""Characters of a gallery's counter: "3 / 12"."""
_LONGEST_LABEL = 40
_MAX_BESIDE_NAMES = 16
"""Letters that a line may have besides authors and time: a weekday, a role, "Uhr"."""
_BAR, _LONGEST_COLUMN = re.compile(r"\s?[|｜丨]\s?"), 12
"""What parts a column and its writer, 意见领袖 | 张伟, and the letters of the longest column."""
_IN_BRACKETS = re.compile(r"\([^()]{1,60}\)")
_LAST_LINES = 3
"""Lines from the end that may be a signature; below one in brackets stands nothing of the text."""
_MAX_SHARE_AFTER_STOP = 0.15
"""Share of a text below which what follows a stop is cut. Above it, the stop is a heading of the text."""
_MAX_LENGTH_AFTER_STOP, _MIN_SHARE_BEFORE_STOP = 600, 0.65
"""In a short text: characters after the stop, where this share of the text stands above it."""
_MAX_BESIDE_TIME = 14
"""Characters besides each time up to which a line is only a time ("Stand: ... Uhr")."""


def _prompt(phrases: str) -> re.Pattern[str]:
    """A line that asks the reader to go on elsewhere or to press a button, in simplified writing."""
    return re.compile(rf"^\W{{0,6}}(?:{phrases.translate(SIMPLIFIED)})", re.I)


_NO_TEXT = re.compile(
    r"^(?-i:The End)$|^(?=#)(?=.{0,119}[^\x00-\x7f])(?:#[^#\s]{1,20}#?\s?){1,8}$"
    r"|^\[/?[a-z]{2,20}(?::(?=\S)|_(?=[a-z])|(?: [a-z_]{2,20})?=)[^\]]{0,80}\]$", re.I,
)  # fmt: skip
"""A line of hashtags alone, or a mark that the system was to replace: [video:12]."""


@cache
def _consent_line(language: str | None) -> re.Pattern[str]:
    """What is shown instead of an embedded post until the reader consents, and below a sign-up form."""
    return re.compile(rf"^\W{{0,4}}(?:{phrases_of('consent_line', language)})", re.I)


@cache
def _photo_credit(language: str | None) -> re.Pattern[str]:
    labels = phrases_of("picture_label", language)
    return re.compile(rf"^\W{{0,3}}(?:{labels})\s?(?:by|von|de|di|:|/|\||©)\s?\S.{{0,80}}$|^©.{{0,80}}$", re.I)


def drop_boilerplate_lines(
    lines: Sequence[str],
    other_fields: set[str],
    link_lines: LinkLines,
    authors: Iterable[str],
    credit_lines: Iterable[str] = (),
    language: str | None = None,
) -> list[str]:
    """A text's lines without boilerplate and adjacent repeats, cut where the page's own endings begin.

    `other_fields` are lines that belong to other fields, as plain text; `authors` are the article's. `credit_lines` may be joined
    to the last sentence: trafilatura does so where line breaks divide the text.
    """
    names = [name for name in authors if len(name) > 2 or (len(name) == 2 and not name.isascii())]
    keys = {*map(plain, (*names, "".join(names)))}
    bylines = {word + key for word in ("", *_BY_WORDS) for key in keys} | {
        key + word for word in _SUFFIXES for key in keys
    }
    buttons = [*(ending for ending in link_lines.endings if _is_prompt(ending, language)), *credit_lines]
    lines = [line for line in _before_stop(list(lines), is_end) if not is_end(line)]
    kept: list[str] = []
    is_prompt = False
    for at, line in enumerate(lines, 1):
        is_last = at > len(lines) - _LAST_LINES
        shown = _without_button(line, buttons) if is_last and plain(line) not in other_fields else line
        bare = without_list_mark(shown)
        if is_prompt and " " in bare and plain(bare) in link_lines.links:
            continue
        is_prompt = len(bare) <= _LONGEST_PROMPT and bare.count("|") <= 2 and _is_prompt(bare, language)
        is_byline = _is_byline(bare, names, is_edge=is_last or not kept)
        if is_byline and is_last and len(kept) > _LAST_LINES and bare[0] in "(（【":
            break
        if (
            is_prompt
            or is_byline
            or (
                _is_boilerplate(bare, other_fields, bylines, language)
                and not (is_last and kept and _is_day_of(kept[-1], bare))
            )
            or ((is_last or len(kept) <= 1) and _is_time(bare, language))
            or (kept and kept[-1] == shown)
            or plain(bare) in link_lines.labelled
            or (not kept and _OPENING_NOTE.fullmatch(bare))
        ):
            continue
        if bare[0] in _BULLETS and plain(bare) in link_lines.links:
            continue
        if plain(bare) in link_lines.slanted and NETWORK.search(bare):
            continue
        if len(kept) == 1 and (_summarises(kept[0], shown) or _is_stray(kept[0], shown, link_lines)):
            kept.clear()
        kept.append(shown)
    return _without_end(kept, link_lines, names, language)


def _is_day_of(unit: str, line: str) -> bool:
    """Whether a line is the day below the public body that signs a notice, or beside it: 清溪县教育局, 2024年3月5日."""
    day = _SIGNED_DAY.fullmatch(line)
    unit = (day["unit"] or unit).strip() if day else ""
    is_unit = 0 < len(unit) <= _LONGEST_LABEL and unit[-1] not in SENTENCE_ENDS and not OUTLET_END.search(unit)
    return is_unit and NO_PERSON.search(unit) is not None


_SIGNED_DAY = re.compile(r"(?P<unit>[\u4e00-\u9fff]{4,24}\s{1,4})?20\d\d年\d{1,2}月\d{1,2}日")


def _summarises(first: str, second: str) -> bool:
    """Whether the first line of a text, behind a label or a title in brackets, says again what the second one begins with."""
    opening = _SUMMARY.match(first)
    rest, key = plain(first[opening.end() :]) if opening else "", plain(second)
    return min(len(rest), len(key)) >= _SHORTEST_SUMMARY and (rest.startswith(key) or key.startswith(rest))


_SUMMARY = re.compile(r"【[^【】]{2,60}】|[^\W\d_]{2,8}\s?[:：]")
_SHORTEST_SUMMARY = 10


_OPENING_NOTE = re.compile(r"[(\[（][^()\[\]（）]{8,160}[)\]）]")
"""A first line in brackets: what a desk says of a story ("ATTN: UPDATES with details"), who wrote it."""
_LONGEST_TIME = 60
_NOW = datetime(2024, 1, 1, tzinfo=UTC)


def _is_time(line: str, language: str | None) -> bool:
    """Whether a short line above or below a text is a time that is said as of today: "Online seit heute, 13.05 Uhr"."""
    if len(line) > _LONGEST_TIME or line[-1] in FULL_STOPS or not any(char.isdigit() for char in line):
        return False
    stamp = find_relative(line, _NOW, language)
    return stamp is not None and len(line) - (stamp.end - stamp.start) <= 2 * _MAX_BESIDE_TIME


def _is_stray(first: str, second: str, link_lines: LinkLines) -> bool:
    """Whether the first line of a text is a word or two above a sentence, and no heading of it: a town, a button."""
    return is_fragment(first, second) and len(second) > _LONGEST_LABEL and not link_lines.is_heading(first)


def _is_prompt(line: str, language: str | None) -> bool:
    folded = line if line.isascii() else line.translate(SIMPLIFIED)
    prompts = patterns_by_language("prompt", language, _prompt)
    return _NO_TEXT.match(folded) is not None or any(prompt.match(folded) for prompt in prompts)


def _without_button(line: str, buttons: Sequence[str]) -> str:
    """A line without the buttons and tags behind its last sentence."""
    rest = line
    while button := next((one for one in buttons if one and rest.endswith(one)), None):
        rest = rest.removesuffix(button).rstrip()
        if rest.endswith((*SENTENCE_ENDS, "）")):
            return rest
    return line


def _is_boilerplate(line: str, other_fields: set[str], bylines: set[str], language: str | None) -> bool:
    if len(line) <= _LONGEST_CONSENT and _consent_line(language).match(line):
        return True
    if len(line) > _LONGEST_STRAY or "|" in (line[0], line[-1]):
        return False  # the rows of a table are dates and numbers
    if len(line) <= _LONGEST_COUNTER and line not in _FRACTIONS:
        counter = _GALLERY_COUNTER.fullmatch(line)
        if counter and int(counter[2]) > 1:
            return True
    key = plain(line)
    if not key or key in other_fields or key in bylines:
        return True
    if len(line) <= _LONGEST_PROMPT and _photo_credit(language).match(line):
        return True
    if len(line) <= _LONGEST_TIME and any(char.isdigit() for char in line):
        stamps = find_stamps(line)
        if stamps and len(line) - sum(stamp.end - stamp.start for stamp in stamps) <= _MAX_BESIDE_TIME * len(stamps):
            return not is_date_sentence(line, stamps, language)
    return False


def _is_byline(line: str, names: list[str], *, is_edge: bool) -> bool:
    """Whether a line is the authors' names with no more than a word for them or a time; as the first or one of the last lines, a
    place or address too."""
    if len(line) > 120 or not (is_edge or any(plain(name) in plain(line) for name in names)):
        return False
    if len(line) <= _LONGEST_LABEL and (signed := find_reporters(line)) and set(signed) <= set(names):
        return True
    column, bar, name = _BAR.sub("|", line).partition("|")
    if bar and name in names and len(column) <= _LONGEST_COLUMN:
        return True
    # The line is known by its names: the word before them may be of any language.
    opened = OF_ALL.opening.match(line) or OF_ALL.far_opening.match(line)
    if is_edge:
        opened = opened or OF_ALL.genre.match(line) or OF_ALL.weak.match(line)
    rest, addresses = MAIL.subn(" ", line[opened.end() :] if opened else line)
    is_signed = any(map(rest.startswith, names)) and line[-1] not in SENTENCE_ENDS
    rest = _IN_BRACKETS.sub(" ", rest) if opened or is_signed else rest
    stamps = find_stamps(rest) if any(char.isdigit() for char in rest) else ()
    key = whole = plain(without_stamps(rest, stamps))
    for name in names:
        key = key.replace(plain(name), "")
    most_beside = _MAX_BESIDE_NAMES * max(1, sum(plain(name) in whole for name in names))
    if is_edge and key != whole and _IN_BRACKETS.fullmatch(line):
        return True  # with the outlet: "(Example Daily/Anna Holt)"
    if key != whole and (opened or addresses or stamps):
        return len(key) <= _MAX_BESIDE_NAMES
    if is_edge and is_signed and DUTY.search(rest):
        return True
    most = most_beside if is_signed else (len(plain(line)) - 1) // 2
    return is_edge and not stamps and len(key) <= most


def _without_end(lines: list[str], link_lines: LinkLines, names: list[str], language: str | None) -> list[str]:
    """Cut at a stop that little text follows, then the sources, appeals, closing lines and links to other stories."""
    lines = _before_stop(lines, lambda line: is_stop(line, language))
    lines = _without_sources(lines, link_lines)
    lines = cut_closing_lines(cut_appeals(lines, language), names, link_lines.slanted, language)
    return cut_link_lines(lines, link_lines)


def _before_stop(lines: list[str], is_stop: Callable[[str], bool]) -> list[str]:
    """A text up to the first stop that little text follows."""
    total = sum(map(len, lines)) or 1
    most_in_short_text = min(_MAX_LENGTH_AFTER_STOP, (1 - _MIN_SHARE_BEFORE_STOP) * total)
    most_after = max(_MAX_SHARE_AFTER_STOP * total, most_in_short_text)
    length_above = 0
    for index, line in enumerate(lines):
        if index and total - length_above < most_after and is_stop(without_list_mark(line)):
            return lines[:index]
        length_above += len(line)
    return lines


def _without_sources(lines: list[str], link_lines: LinkLines) -> list[str]:
    """A text without its last section where that names sources: under a heading of a word or two, lines that link to a title
    and say when it was printed, or lead back to their note."""
    last = len(lines) - 1
    while last > 1 and len(lines) - last <= _MOST_SOURCES and _is_source(without_list_mark(lines[last]), link_lines):
        last -= 1
    may_head = last > 1 and last + 1 < len(lines) and is_fragment(lines[last].rstrip(":："), lines[last - 1])
    return lines[:last] if may_head and link_lines.is_heading(lines[last]) else lines


def _is_source(line: str, link_lines: LinkLines) -> bool:
    return line[0] in "↑^" or plain(line) in link_lines.sources


_MOST_SOURCES = 8
"""Lines of such a section."""
