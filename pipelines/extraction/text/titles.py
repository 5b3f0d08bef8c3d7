"""A title as a text: compared, cut into its pieces, freed of the site's name."""

from __future__ import annotations

import re
from collections.abc import Iterator

_SEPARATOR = re.compile(
    r"\s{1,20}[-–—|·•»:_~]+\s+|\s{0,20}[|｜_¦]+\s*|[-–—]{2,}\s*|\s?[»›‹]\s?|(?<=[\u3040-\u9fff”》）！？%。…])\s*[-–—]\s*(?=[\u3400-\u9fffA-Z])|：(?=[\u3400-\u9fff]{2,8}(?:デジタル|新聞|网|網)$)"
)
_TIGHT = re.compile(r"(?<=\S)[-–—|_](?=\S)")
"""A site's name set on without a blank ("GPU-EDN 电子技术"): only a line of the page can tell it from a hyphen in a word."""
_NOT_WORD = re.compile(r"[\W_]+")
_LONGEST = 300


def plain(text: str) -> str:
    """A text for comparing: lower case, letters and digits alone."""
    return _NOT_WORD.sub("", text).lower()


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


def parts_of(title: str) -> Iterator[str]:
    """The title itself, then without ever more of its tail, then without its head."""
    yield title
    cuts = list(_SEPARATOR.finditer(title[:_LONGEST]))
    for cut in reversed(cuts):
        yield title[: cut.start()].strip()
    for cut in cuts:
        yield title[cut.end() :].strip()
    for at in [mark.start() for mark in _TIGHT.finditer(title[:_LONGEST])][::-1]:
        if at >= len(title) / 2:
            yield title[:at]


_SLOGAN = r"(?:\s[-–—|]\s.{2,40})?"
"""What a site's name may have behind it: "Harbour Post - Local News, Weather & Sports"."""
_ABBREVIATION = 5


def cut_site(title: str, site_names: tuple[str, ...]) -> str:
    """A title without the name of the site behind or before it."""
    for name in site_names:
        if len(name) < 2:
            continue
        word = re.escape(name)
        for pattern in (
            rf"\s{{0,5}}[-–—|｜·•»:：_(（【\[,，/«‹~]{{1,3}}\s{{0,5}}(?:the\s)?{word}(?:\s(?:online|news|digital))?\s{{0,5}}[)）】\]]?\s{{0,5}}"
            rf"{_SLOGAN if len(name) > _ABBREVIATION else ''}$",
            rf"^{word}\s{{0,5}}[-–—|｜·•»:_：/]{{1,3}}\s{{0,5}}",
        ):
            shorter = re.sub(pattern, "", title, flags=re.I)
            if shorter and len(shorter) < len(title):
                title = shorter
    return title.strip()


def without_tail(title: str) -> str:
    """The longest of the title's parts that stands first, for pages that show it nowhere."""
    pieces = title_pieces(title)
    if len(pieces) < 2:
        return title
    first = pieces[0]
    return first if len(first) >= 10 or len(first) * 2 >= max(len(piece) for piece in pieces) else max(pieces, key=len)
