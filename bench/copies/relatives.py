"""Invented stories and what becomes of them in the press: reprints in the forms that newspapers and portals use, and look-alikes.

Most relatives are made by a stated operation on a story, the rest is written by hand (stories/*.toml). Each story belongs to half a
or b: rules are tuned on the misses of half a alone.
"""

from __future__ import annotations

import html.entities
import math
import re
import textwrap
import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import opencc

from pipelines.dedup.text_clusters import TextRecord

HERE = Path(__file__).parent
JOIN, APART, EITHER = "join", "apart", "either"
_SCRIPTS = {script: opencc.OpenCC(script) for script in ("s2twp", "t2s")}
_SENTENCE = re.compile(r"(?<=[.!?。！？।])(?:[”」』»\"]?)\s*(?=\S)")
_FULL_WIDTH = {ord(char): ord(char) + 0xFEE0 for char in map(chr, range(0x21, 0x7F))}
_HALF_WIDTH = {wide: half for half, wide in _FULL_WIDTH.items()} | {ord("、"): ",", ord("。"): "."}
_NO_HYPHENATION = {"ar", "hi", "ko", "th"}
_WRITTEN_WITHOUT_SPACES = {"zh", "ja", "th"}

Lines = list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A text as it was published. `stories` are those it was made from; a form's filling is a story of its own.

    `undecided` are stories to which it may belong or not.
    """

    id: str
    kind: str
    expected: str
    stories: tuple[str, ...]
    language: str
    half: str
    address: str
    title: str
    lines: Sequence[str]
    published: datetime
    outlet: str | None = None
    credited: str | None = None
    undecided: tuple[str, ...] = ()

    def record(self) -> TextRecord:
        """As `copydesk cluster --manifest` reads it."""
        return TextRecord(
            record_id=self.id,
            text="\n".join(self.lines),
            url=self.address,
            published=self.published.isoformat(timespec="seconds"),
            outlet=self.outlet,
            credited=self.credited,
        )


def _at(hours: int) -> datetime:
    """So many hours after the day of the stories began."""
    return datetime(2026, 3, 3, tzinfo=UTC) + timedelta(hours=hours)


def _lines(text: str) -> Lines:
    return [line.strip() for line in text.split("\n") if line.strip()]


def _third(lines: Lines) -> Lines:
    room = sum(map(len, lines)) * 0.37 - len(lines[0])
    kept = [lines[0]]
    for line in lines[1:]:
        sentence = _SENTENCE.split(line)[0]
        if len(sentence) <= room:
            kept.append(sentence)
            room -= len(sentence)
    return kept


def _entities(lines: Lines) -> Lines:
    def name(char: str) -> str:
        found = html.entities.codepoint2name.get(ord(char))
        return f"&{found};" if found else char

    return ["".join(map(name, line)).replace(". ", ".&nbsp;").replace("。", "。&nbsp;") for line in lines]


def _columns(lines: Lines, language: str) -> Lines:
    """The lines of a printed column, with words divided at the ends of lines."""
    out = []
    for line in lines:
        if language in _WRITTEN_WITHOUT_SPACES:
            out += [line[at : at + 19].strip() for at in range(0, len(line), 19)]
            continue
        wrapped = textwrap.wrap(line, 37, break_on_hyphens=False)
        for at, piece in enumerate(wrapped[1:]):
            first, *rest = piece.split(" ")
            if at % 2 == 0 and len(first) > 6 and first.isalpha() and language not in _NO_HYPHENATION and rest:
                wrapped[at] += f" {first[:4]}-"
                wrapped[at + 1] = " ".join((first[4:], *rest))
        out += wrapped
    return out


def _written_otherwise(lines: Lines, pairs: list[list[str]], all_found: bool = True) -> Lines:
    text = "\n".join(lines)
    for old, new in pairs:
        if all_found and old not in text:
            raise ValueError(f"{old!r} is not in the story")
        text = text.replace(old, new)
    return text.split("\n")


def _spread(lines: Lines, inserted: list[str]) -> Lines:
    return [lines[0], inserted[0], lines[1], *lines[2:3], inserted[1], *lines[3:-1], inserted[2], lines[-1]]


def _other_script(text: str) -> str:
    simplified = str(_SCRIPTS["t2s"].convert(text))
    return simplified if simplified != text else str(_SCRIPTS["s2twp"].convert(text))


def _paywall(lines: Lines, notice: str) -> Lines:
    return [lines[0], lines[1][: len(lines[1]) * 3 // 5] + "…", notice]


# Each makes (title, lines) of (story, its lines, the wording of its language).
Operation = Callable[[dict[str, Any], Lines, dict[str, Any]], tuple[str, Lines]]
REPRINTS: dict[str, Operation] = {
    "other headline": lambda s, t, w: (s["other"], t),
    "headline in the text": lambda s, t, w: (s["title"], [s["title"], *t]),
    "local lead of two paragraphs": lambda s, t, w: (s["other"], [*_lines(w["lead"]), *t]),
    "abridged to a third": lambda s, t, w: (s["other"], _third(t)),
    "digest of another paper": lambda s, t, w: (s["other"], [w["digest"] + " " + t[0] + " " + t[1], t[3]]),
    "first of several pages": lambda s, t, w: (s["title"], t[: math.ceil(len(t) / 2)]),
    "cut at a paywall": lambda s, t, w: (s["title"], _paywall(t, w["paywall"])),
    "printed column": lambda s, t, w: (s["title"], _columns(t, s["language"])),
    "entities left in": lambda s, t, w: (s["title"], _entities(t)),
    "editor's note and profile": lambda s, t, w: (s["title"], [w["note"], *t, w["profile"]]),
    "portal's boilerplate": lambda s, t, w: (s["title"], [*t, w["portal"]]),
    "portal's first page": lambda s, t, w: (s["title"], [*t[: math.ceil(len(t) / 2)], w["portal"]]),
    "captions among the text": lambda s, t, w: (s["title"], _spread(t, w["caption"])),
    "figures written otherwise": lambda s, t, w: (s["title"], _written_otherwise(t, s["figures"])),
    "house style": lambda s, t, w: (s["other"], _written_otherwise(t, s["house"])),
    "house style and figures, without the end": lambda s, t, w: (
        s["other"],
        _written_otherwise(_written_otherwise(t, s["house"]), s["figures"], all_found=False)[:-1],
    ),
    "corrected elsewhere": lambda s, t, w: (s["title"], [*_written_otherwise(t, s["correction"]), w["notice"]]),
    "updated elsewhere": lambda s, t, w: (
        s["other"],
        [t[0], w["update"], *_written_otherwise(t, s["correction"])[1:-1]],
    ),
}
_DIGITS = {"ar": "٠١٢٣٤٥٦٧٨٩", "hi": "०१२३४५६७८९", "th": "๐๑๒๓๔๕๖๗๘๙"}
_WIDTHS: dict[str, dict[int, Any]] = {"zh": _FULL_WIDTH, "ja": _HALF_WIDTH, "ko": _FULL_WIDTH}


def _relatives(
    story: dict[str, Any], wording: dict[str, Any], others: list[dict[str, Any]]
) -> Iterator[tuple[str, str, str, Lines]]:
    """Kind, expected, title and lines of each relative."""
    text, title = _lines(story["text"]), story["title"]
    for kind, operation in REPRINTS.items():
        yield kind, JOIN, *operation(story, text, wording)
    yield "corrected at its address", JOIN, title, _written_otherwise(text, story["correction"])
    if story["language"] == "zh":
        yield "other script", JOIN, _other_script(title), [_other_script(line) for line in text]
    widths = [line.translate(_WIDTHS.get(story["language"], {})) for line in text]
    if widths != text:
        yield "other widths", JOIN, title, widths
    if digits := _DIGITS.get(story["language"]):
        yield (
            "digits of the script",
            JOIN,
            title,
            [line.translate(str.maketrans("0123456789", digits)) for line in text],
        )
    later = [*_lines(story["later"]), *(text[at - 1] for at in story["background"])]
    yield "next day's story", APART, later[0][:40], later
    if "rival" in story:
        yield "another reporter, same quotes", APART, story["other"], _lines(story["rival"])
    if "argument" in wording:
        own = _lines(wording["argument"])
        quoted = [f"“{line}”" for line in text[: len(text) // 2]]
        yield "opinion that quotes half", APART, own[0][:30], [*own[:2], *quoted, *own[2:]]
    if "live" in wording:
        entries = _lines(wording["live"])
        yield "live blog with the whole story", EITHER, entries[0][:30], [*entries[:3], *text, *entries[3:]]
    for other in others[:1]:
        yield "two stories merged", EITHER, title, [*text, *_lines(other["text"])]


def _original(table: dict[str, Any], half: str) -> Text:
    return Text(
        id=table["id"],
        kind="original",
        expected=JOIN,
        stories=(table["id"],),
        language=table["language"],
        half=half,
        address=f"https://agency.example/{table['id']}",
        title=table["title"],
        lines=_lines(table["text"]),
        published=_at(8),
    )


def _filled(form: dict[str, Any], note: str) -> Iterator[Text]:
    for number, values in enumerate(form["fill"]):
        title, text = (form[key].format(*values.split("|")) for key in ("title", "text"))
        filled = {**form, "id": f"{form['id']}-{number}", "title": title, "text": text}
        issue = replace(_original(filled, form["half"]), kind="filled form", published=_at(8 + number * 24))
        yield issue
        if number == 0:
            yield replace(
                issue,
                id=f"{issue.id} reprint",
                kind="filled form, reprinted",
                address=f"{issue.address}-reprint",
                lines=[note, *issue.lines],
                published=_at(9),
            )


def _with_relatives(story: dict[str, Any], wording: dict[str, Any], others: list[dict[str, Any]]) -> Iterator[Text]:
    original = _original(story, story["half"])
    yield original
    for number, (kind, expected, title, lines) in enumerate(_relatives(story, wording, others), 1):
        own_address = f"https://paper{number}.example/{original.id}"
        yield replace(
            original,
            id=f"{original.id} {kind}",
            kind=kind,
            expected=expected,
            stories=(original.id, others[0]["id"]) if kind == "two stories merged" else original.stories,
            address=original.address if kind == "corrected at its address" else own_address,
            title=title,
            lines=lines,
            published=_at(30 if kind == "next day's story" else 9 + number % 10),
        )


def read_texts() -> list[Text]:
    """All texts: an original before its relatives."""
    wordings = tomllib.loads((HERE / "wording.toml").read_text(encoding="utf8"))
    tables = [tomllib.loads(path.read_text(encoding="utf8")) for path in sorted((HERE / "stories").glob("*.toml"))]
    stories = [story for table in tables for story in table.get("story", ())]
    texts: list[Text] = []
    for story in stories:
        # What is merged stays in one half.
        like = [other for other in stories if (other["language"], other["half"]) == (story["language"], story["half"])]
        at = like.index(story)
        texts += _with_relatives(story, wordings[story["language"]], like[at + 1 :] + like[:at])
    halves = {story["id"]: story["half"] for story in stories}
    for table in tables:
        for form in table.get("form", ()):
            texts += _filled(form, wordings[form["language"]]["note"])
        for translation in table.get("translation", ()):
            of = translation["of"]
            text = _original(translation, halves[of])
            texts.append(replace(text, kind="translation", expected=APART, stories=(of,), published=_at(12)))
    return texts
