"""Credits outside Chinese: who wrote, edited and checked an article, and where it was taken from.

A credit line begins with a label, which has a colon (or = or |) behind it, or with a phrase, which needs none: `Редактор: …`,
`(Reporting by …; Editing by …)`, `تحرير: …`, `<b>Quelle:</b> …`. It is near the headline, below the text, or among the text's last
lines. Sentences, captions and other boxes have no credits. Words of the kind "other" open a credit that is not kept (photographer,
chief editor, a counter); they end the value before them. Chinese is read by `chinese_credits`, because its labels need no space
around them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import pairwise, zip_longest

from lxml.etree import _Element as Element

from pipelines.extraction.credits.lines.credits import LABEL_KINDS, Credit, Credits, collect
from pipelines.extraction.credits.names.persons import has_case, split_byline
from pipelines.extraction.languages.loader import CreditWords, Words, by_first_letter, languages
from pipelines.extraction.page.document import Line, Zone, normalize_space
from pipelines.extraction.page.layout import Layout
from pipelines.extraction.page.tree import with_ancestors
from pipelines.extraction.text.byline_words import LABEL_MARKS, BylineWords, byline_words
from pipelines.extraction.text.date_parser import find_stamps
from pipelines.extraction.text.speakers import label_of

_JOINED = re.compile(r"\s+")
_SEPARATOR = rf"\s{{0,3}}(?:[{LABEL_MARKS}=＝｜／●◎]|\|(?!\|))"


@lru_cache(maxsize=64)
def credit_marks(language: str | None) -> re.Pattern[str]:
    """The pattern for words that open a credit: a group for each kind ("authors", …), with "_" appended for phrases.

    English words are included everywhere, because templates are often left in English.
    """
    credits = {code: one.credits for code, one in languages().items() if code != "zh"}
    known = {code: one for code, one in credits.items() if one.labels != CreditWords()}
    spoken = languages().get(language or "")
    own = (spoken.credits.same_as if spoken else "") or language or ""
    codes = ["en"] if own in ("", "en") or own not in known else [own, "en"]
    groups = []
    for kind in LABEL_KINDS:
        labels = _alternatives(getattr(known[code].labels, kind) for code in codes)
        phrases = _alternatives(getattr(known[code].phrases, kind) for code in codes)
        groups.append(rf"(?P<{kind}>{labels}){_SEPARATOR}")
        groups.append(rf"(?P<{kind}_>{phrases})(?=[\s・])")
    return re.compile(rf"(?:(?<=[\s;,.(（\[/・|•·—–])|^)(?:{'|'.join(groups)})\s{{0,3}}", re.I)


def _alternatives(groups: Iterable[Words]) -> str:
    ordered = sorted({word for group in groups for word in group}, key=lambda word: (-len(word), word))
    patterns = (_JOINED.sub(r"\\s{1,2}", re.escape(word).replace(r"\ ", " ")) for word in ordered)
    return by_first_letter(patterns) or r"(?!)"


_LONGEST = 240
"""Characters of a credit line; a news agency's line of three credits with places has about 200."""
_SHORT = 80
"""Characters of a line that credits pictures and nothing else."""
_TAIL = 12
_LAST = 3
"""Lines at the end of the text that may be credits."""
_UNKNOWN_LABEL = re.compile(r"[\s|;(（][^\W\d_][^\W\d_\- ]{1,24}\s?[:：]\s")
_END = re.compile(r"[|;；\n]|(?<=[^\W\d_]{3})\.(?=\s|$)|(?<=[^\W\d_])[)）\]]")
_PICTURE = re.compile(r"caption|photo|foto|image|gallery|picture|infogra|chart|legende|bildunter", re.I)
_OF_PERSONS = re.compile(r"[(（](?:text|texte|texto|testo|tekst|bild(?:er)?|fotos?|photos?|foto und text)[)）]", re.I)
"""`A (Text), B (Bild)` are persons, whatever word stands before."""
_BRACKETED = re.compile(r"[(（]([^()（）]{2,60})[)）]\s{0,2}[(（]")
"""(A) (B): of several in brackets the first."""
_QUOTES = " \t\u00a0\"'«»„“”‘’‹›「」『』《》()[]（）.,:：-–—|"
_BEHIND_OUTLET = re.compile(
    r"[|;；\n,，]|\s?[(（](?=https?:|www\.|[^)）]{0,60}$)|\s[-–—·•]\s|\.\s|\s{2,}|\s(?=\d{1,2}[./]\d{1,2}[./])"
)
"""What ends the name of an outlet: a divider, an address, a bracket that was not closed, a date."""
BLIND = Zone.COMMENTS | Zone.NAV | Zone.HIDDEN | Zone.RELATED
_MARK = re.compile(r"\s?(?:기자|특파원|記者)$")


def read_credit_lines(layout: Layout, language: str | None) -> Credits:
    """Read the credit lines of a page in any language but Chinese. The header comes first, so its source wins."""
    return collect(_credits(layout, byline_words(language)))


def _credits(layout: Layout, words: BylineWords) -> Iterator[Credit]:
    for line, following in pairwise((*layout.below_headline, None)):
        yield from _credits_of(line, following, words, layout, source=True, ends=False)
    for line in layout.inside[-_LAST:]:
        yield from _credits_of(line, None, words, layout, source=False, ends=True)
    for line, following in pairwise((*layout.tail[:_TAIL], None)):
        yield from _credits_of(line, following, words, layout, source=True, ends=True)


def _credits_of(
    line: Line | None,
    following: Line | None,
    words: BylineWords,
    layout: Layout,
    *,
    source: bool,
    ends: bool,
) -> Iterator[Credit]:
    """The credits of one line. `ends` is set for lines that end the text, where a picture credit is not text either."""
    if line is None or line.zone & BLIND or len(line.spaced) > _LONGEST:
        return
    marks = credit_marks(words.language)
    text = _with_mark(line, marks)
    found = list(marks.finditer(text))
    if not found or _by_picture(line.block) or _by_picture(line.parts[0][1]):
        return
    if label_of(text) in layout.speakers:
        return
    openings = {0, *_openings(line)}
    while found and found[0].start() not in openings:
        found.pop(0)
    row = line.row if found and found[0].start() <= 2 else None
    for mark, after in zip_longest(found, found[1:]):
        kind = str(mark.lastgroup).rstrip("_")
        if kind == "other":
            # The source after a photographer's name is the picture's.
            source = source and mark.start() > 0
            if ends and len(text) <= _SHORT:
                yield Credit(row=row)
            continue
        value = text[mark.end() : after.start() if after else len(text)]
        if not value.strip(_QUOTES) and after is None and following is not None and following.row == line.row + 1:
            value = following.text if len(following.text) <= 60 and not marks.search(following.text) else ""
        if kind != "source":
            if names := names_in(value, words):
                yield Credit(kind=kind, names=tuple(names), row=row)
        elif source and (outlet := outlet_in(value)):
            yield Credit(kind=kind, names=(outlet,), row=row)


def _with_mark(line: Line, marks: re.Pattern[str]) -> str:
    """The text of a line, with a colon behind a label that has none but an element of its own: <dt>Editor</dt> <dd>A</dd>."""
    label = normalize_space(line.parts[0][0])
    is_apart = len(line.parts) > 1 or line.block.tag == "dt"
    mark = marks.match(f"{label}: ") if is_apart and line.spaced.startswith(label) else None
    if mark and mark.end() > len(label) and mark.lastgroup in ("editors", "proofreaders"):
        return f"{label}: {line.spaced[len(label) :].lstrip()}"
    return line.spaced


def _openings(line: Line) -> Iterator[int]:
    """Where a credit may begin in a line's spaced text: inside a bracket, at an element, after a divider."""
    at = 0
    for part, _ in line.parts:
        piece = " ".join(part.split())
        place = line.spaced.find(piece, at)
        if piece and place >= 0:
            yield place
            at = place
    for match in re.finditer(r"^[(（\[*•·—–-]{1,3}\s?|[|;•·/]\s{0,2}", line.spaced):
        yield match.end()


def names_in(value: str, words: BylineWords) -> list[str]:
    """The names after the word of a credit; empty where the text does not read as names."""
    text = value.strip(" \u00a0:：-–—・／")
    for pattern in (_UNKNOWN_LABEL, _END):
        if cut := pattern.search(text):
            text = text[: cut.start()]
    names: list[str] = []
    for piece in split_byline(words.place.sub(" ", text), words):
        names.append(_MARK.sub("", piece))
    return names[:8]


def outlet_in(value: str) -> str | None:
    """The outlet after the word for a source; None where the text is not a name."""
    text = value.strip(" \t\u00a0:：")
    if _OF_PERSONS.search(text):
        return None
    if listed := _BRACKETED.match(text):
        text = listed[1]
    text = text.strip(_QUOTES)
    if cut := _UNKNOWN_LABEL.search(f" {text}"):
        text = text[: max(0, cut.start() - 1)]
    text = normalize_space(_BEHIND_OUTLET.split(text)[0]).strip(_QUOTES)
    if not 2 <= len(text) <= 60 or len(text.split()) > 7 or sum(map(str.isalpha, text)) < 2:
        return None
    if re.match(r"https?:|www\.|@", text) or text[-1] in "?!…" or find_stamps(text):
        return None
    if has_case(text) and text[0].islower() and " " in text:
        return None
    return text


def _by_picture(el: Element | None) -> bool:
    return any(
        node.tag in ("figure", "figcaption")
        or ((name := (node.get("class") or "")[:200]) and _PICTURE.search(name))
        or ("credit" in name.lower() and _is_below_picture(node))
        for node in with_ancestors(el, 3)
    )


def _is_below_picture(el: Element) -> bool:
    """Whether an element stands right below a picture. Elsewhere what is called a credit is the article's: credito-edicao."""
    above = el.getprevious()
    return above is not None and next(above.iter("img", "picture", "video"), None) is not None
