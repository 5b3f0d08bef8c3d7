"""A title as a text: compared, cut into its pieces, freed of the site's name."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

_SEPARATOR = re.compile(
    r"\s{1,20}[-–—|·•»:_~]+\s+|\s{0,20}[|｜_¦]+\s*|[-–—]{2,}\s*|\s?[»›‹]\s?|(?<=[\u3040-\u9fff”》）！？%。…])\s*[-–—]\s*(?=[\u3400-\u9fffA-Z])|(?<=[\u3040-\u9fff”》）！？…。」】])\s@\s?|：(?=[\u3400-\u9fff]{2,8}(?:デジタル|新聞|网|網)$)"
)
_TIGHT = re.compile(r"(?<=\S)[-–—|_](?=\S)")
"""A site's name set on without a blank ("GPU-EDN 电子技术"): only a line of the page can tell it from a hyphen in a word."""
_WORDS = re.compile(r"\w+")
_PLAIN_ASCII = {code: chr(code).lower() if chr(code).isalnum() else None for code in range(128)}
_LONGEST = 300
_LONGEST_LINE = 1_000
"""Characters of a text whose comparison key is kept: most lines of a page."""


def plain(text: str) -> str:
    """A text for comparing: lower case, letters and digits alone."""
    return _plain_line(text) if len(text) <= _LONGEST_LINE else _plain(text)


def _plain(text: str) -> str:
    if text.isascii():
        return text.translate(_PLAIN_ASCII)  # the same in a third of the time
    # Turkish capitals: "İ" becomes two signs in lower case, and "I" an "ı" in what the page prints small.
    return "".join(_WORDS.findall(text)).replace("_", "").lower().replace("i\u0307", "i").replace("ı", "i")


_plain_line = lru_cache(maxsize=2_048)(_plain)
"""One line is compared by half a dozen readers of its page, and what a site repeats on each page, by all of them on each."""


def without_accents(text: str) -> str:
    """A text as hosts are named: "quảngnam" is quangnam.example."""
    return "".join(char for char in unicodedata.normalize("NFD", text) if not unicodedata.combining(char))


def as_hosts(key: str) -> tuple[str, ...]:
    """A plain name as hosts may spell it: without its accents, or with the letters that stand for them."""
    return without_accents(key), without_accents(key.translate(_SPELLED_OUT))


_SPELLED_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ø": "oe", "æ": "ae", "å": "aa"})


def is_domain(text: str) -> bool:
    """Whether a text is the name of a host: "harbour.example"."""
    return _DOMAIN.fullmatch(text) is not None


_DOMAIN = re.compile(r"[\w-]{1,40}(?:\.[\w-]{1,40}){0,2}\.[a-z]{2,12}", re.I)


def without_top_level(name: str) -> str:
    """The name of a site without what its host ends in: "Kazalo.hr"."""
    return _TOP_LEVEL.sub("", name)


_TOP_LEVEL = re.compile(r"(?<=\w{4})\.[a-z]{2,4}$", re.I)


def overlap(one: str, other: str) -> float:
    """Share of the shorter text's pairs of characters that the longer has too."""
    if not one or not other:
        return 0.0
    if one in other or other in one:
        return min(len(one), len(other)) / max(len(one), len(other)) * 0.5 + 0.5
    pairs = {one[i : i + 2] for i in range(len(one) - 1)}
    others = {other[i : i + 2] for i in range(len(other) - 1)}
    return len(pairs & others) / max(1, min(len(pairs), len(others)))


def title_pieces(title: str) -> list[str]:
    """A `<title>` at its dashes and bars."""
    return [piece.strip() for piece in _SEPARATOR.split(title[:_LONGEST]) if piece and piece.strip()]


def pieces_behind(title: str | None) -> list[str]:
    """The pieces of a `<title>` behind the first: the names of section and site, as a rule."""
    return title_pieces(title or "")[1:]


def parts_of(title: str) -> Iterator[str]:
    """The title itself, then without ever more of its tail, then without its head, then without both if most of it is left."""
    yield title
    cuts = list(_SEPARATOR.finditer(title[:_LONGEST]))
    for cut in reversed(cuts):
        yield title[: cut.start()].strip()
    for cut in cuts:
        yield title[cut.end() :].strip()
    inner = [title[one.end() : other.start()].strip() for one, other in pairwise(cuts)]
    yield from [piece for piece in inner if len(piece) * 2 > len(title)]
    for at in [mark.start() for mark in _TIGHT.finditer(title[:_LONGEST])][::-1]:
        if at >= len(title) / 2:
            yield title[:at]


_BEHIND = re.compile(r"(?:\s(?:online|news|digital))?\s{0,5}[)）】\]]?\s{0,5}", re.I)
"""What may stand behind a site's name at a title's end."""
_BEHIND_SLOGAN = re.compile(rf"{_BEHIND.pattern}(?:\s[-–—|]\s.{{2,40}})?", re.I)
"""... and behind a full one: "Harbour Post - Local News, Weather & Sports"."""
_PARTED = re.compile(r"\s{0,5}[-–—|｜·•»:：_(（【\[,，/«‹~]{1,3}\s{0,5}(?:the\s)?$", re.I)
_PARTED_BELOW = re.compile(r"\s{0,5}[-–—|｜·•»:_：/]{1,3}\s{0,5}")
"""What parts a title from the site's name behind it, and before it."""
_ABBREVIATION = 5


def cut_site(title: str, site_names: tuple[str, ...]) -> str:
    """A title without the name of the site behind or before it."""
    for name in site_names:
        title = _without_name(title, name)
    return title.strip()


def _without_name(title: str, name: str) -> str:
    low, key = title.lower(), name.lower()
    if len(low) != len(title):  # a letter that is two in lower case: "İ"
        low, key = title, name
    behind = _BEHIND_SLOGAN if len(name) > _ABBREVIATION else _BEHIND
    at = low.find(key)
    while at >= 0:
        parted = _PARTED.search(title[:at])
        if parted and parted.start() and behind.fullmatch(title[at + len(key) :]):
            title, low = title[: parted.start()], low[: parted.start()]
            break
        at = low.find(key, at + 1)
    if low.startswith(key) and (parted := _PARTED_BELOW.match(title, len(key))) and parted.end() < len(title):
        title = title[parted.end() :]
    return title


def without_tail(title: str) -> str:
    """The longest of the title's parts that stands first, for pages that show it nowhere."""
    pieces = title_pieces(title)
    if len(pieces) < 2:
        return title
    # Chinese sets a second line on with a dash; before the site's name another mark stands.
    joined = "——".join(pieces[:2])
    first = joined if len(pieces) > 2 and joined in title else pieces[0]
    return first if len(first) >= 10 or len(first) * 2 >= max(len(piece) for piece in pieces) else max(pieces, key=len)


def first_sentence(line: str) -> str | None:
    """The sentence that a line begins with, for a text without a title; of Chinese posts what stands in 【】 before it."""
    match = _FIRST_SENTENCE.match(line)
    return (match["bracketed"] or match[0]) if match else None


_FIRST_SENTENCE = re.compile(
    r"【(?P<bracketed>[^【】]{4,60})】|[^。！？]{4,60}[。！？]|.{4,120}?[.!?…](?=\s|$)|.{4,100}"
)
