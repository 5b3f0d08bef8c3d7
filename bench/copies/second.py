"""The second set: invented stories with what the press made of them, most of it written by hand (second/*.toml).

A file is a story: paragraphs with names (`texts`) and `pages`. Pages of one `group` are one article and its copies; pages of two
groups are two articles, also if one quotes the other. `undecided` names groups that a page may join or not: editors would not
agree. A line `@NAME 1-3` in a page's text stands for these paragraphs of a text; `fill` gives the values of «placeholders»;
`change` lists what happened to the letters. A half of the files, by the hash of their names, is not to be tuned on.
"""

from __future__ import annotations

import random
import re
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from bench.copies.relatives import APART, EITHER, JOIN, Text

HERE = Path(__file__).parent / "second"
_SERBIAN = dict(zip("абвгдђежзијклмнопрстћуфхцчш", "abvgdđežzijklmnoprstćufhcčš", strict=True)) | {
    "љ": "lj",
    "њ": "nj",
    "џ": "dž",
}
_TO_LATIN = {ord(old): new for old, new in _SERBIAN.items()} | {
    ord(old.upper()): new.capitalize() for old, new in _SERBIAN.items()
}
_WITHOUT_MARK = str.maketrans("đĐłŁıß", "dDlLis")
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss"})
_WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
_NARROW = {wide: code for code, wide in _WIDE.items()} | {ord("　"): " "}
_STRAIGHT = str.maketrans("“”„‘’‚«»", '"""\'\'\'""')
_MISREAD = {"l": "1", "o": "0", "e": "c", "m": "rn", "h": "b", "i": "í", "a": "ä", "t": "f", "n": "ri"}


def _without_marks(text: str) -> str:
    plain = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    return plain.translate(_WITHOUT_MARK)


def _misread(text: str) -> str:
    """Every 30th letter or so as a scanner reads it."""
    chance = random.Random(len(text))
    return "".join(_MISREAD.get(c, c) if chance.random() < 1 / 30 else c for c in text)


def _with_vowels(text: str) -> str:
    chance = random.Random(len(text))
    return "".join(c + chance.choice("\u064e\u064f\u0650\u0652") if "ب" <= c <= "ي" else c for c in text)


def _mojibake_within(text: str) -> str:
    """UTF-8 read as Latin 1 in the middle third of the paragraphs."""
    lines = text.split("\n")
    third = len(lines) // 3
    lines[third : 2 * third] = [line.encode().decode("latin-1") for line in lines[third : 2 * third]]
    return "\n".join(lines)


CHANGES: dict[str, Callable[[str], str]] = {
    "decomposed": lambda t: unicodedata.normalize("NFD", t),
    "full width": lambda t: t.translate(_WIDE),
    "half width": lambda t: t.translate(_NARROW),
    "hamza dropped": lambda t: re.sub("[أإآ]", "ا", t),
    "hyphenated": lambda t: re.sub(r"(\w{4})(\w{4})", "\\1\u00ad\\2", t),
    "latin": lambda t: t.translate(_TO_LATIN),
    "mojibake within": _mojibake_within,
    "no-break spaces": lambda t: t.replace(" ", "\u00a0"),
    "no diacritics": _without_marks,
    "ocr": _misread,
    "one paragraph": lambda t: t.replace("\n", " "),
    "question marks": lambda t: re.sub(r"[^\x00-\x7f]", "?", t),
    "spaced": lambda t: re.sub(r"(?<=[^\W\d])(?=\d)|(?<=\d)(?=[^\W\d])", " ", t),
    "straight quotes": lambda t: t.translate(_STRAIGHT),
    "tatweel": lambda t: re.sub("ال(?=[حمس])", "الـ", t),
    "umlauts spelt out": lambda t: t.translate(_UMLAUTS),
    "vowel marks": _with_vowels,
    "yo as ye": lambda t: t.replace("ё", "е").replace("Ё", "Е"),
}


def _expand(text: str, texts: dict[str, str]) -> Iterator[str]:
    """The lines of a page's text."""
    for line in text.strip().split("\n"):
        before, sign, quoted = line.partition("@")
        if not sign:
            yield line
            continue
        name, _, numbers = quoted.partition(" ")
        paragraphs = texts[name].strip().split("\n")
        first, last = map(int, numbers.split("-")) if numbers else (1, len(paragraphs))
        taken = paragraphs[first - 1 : last]
        yield from (before + taken[0], *taken[1:])


def _address(story: str, page: dict[str, Any]) -> str:
    outlet = sha256(page["outlet"].encode()).hexdigest()[:6]
    return f"https://outlet{outlet}.example/{page['at'][:10]}/{page['id']}-{story}".replace(" ", "-").replace("_", "-")


def _page(story: str, data: dict[str, Any], page: dict[str, Any], copies: Counter[str]) -> Text:
    text, title = "\n".join(_expand(page["text"], data.get("texts", {}))), page["headline"]
    for name, value in page.get("fill", {}).items():
        text = text.replace(f"«{name}»", value)
    for change in page.get("change", ()):
        text, title = CHANGES[change](text), CHANGES[change](title)
    either = page.get("undecided", ())
    return Text(
        id=f"{story} {page['id']}",
        kind=page["form"],
        expected=JOIN if copies[page["group"]] > 1 else EITHER if either else APART,
        stories=(f"{story}:{page['group']}",),
        undecided=tuple(f"{story}:{group}" for group in either),
        language=page.get("language", data["language"]),
        half="ab"[sha256(story.encode()).digest()[0] % 2],
        address=_address(story, page),
        title=title,
        lines=text.split("\n"),
        published=datetime.fromisoformat(page["at"]).astimezone(UTC),
        outlet=page["outlet"],
        credited=page.get("credit"),
    )


def read_texts() -> list[Text]:
    """All texts: an original before its copies."""
    texts = []
    for path in sorted(HERE.glob("*.toml")):
        data = tomllib.loads(path.read_text(encoding="utf8"))
        copies = Counter(page["group"] for page in data["pages"])
        texts += [_page(path.stem, data, page, copies) for page in data["pages"]]
    return sorted(texts, key=lambda text: text.stories)
