"""UTF-8 that was read as Latin-1 or Windows-1252 and saved again: "canâ€™t" is "can’t", "fÃ¼r" is "für".

The bytes of such a page are valid UTF-8, so no choice of an encoding mends it: a database or an editor spoiled the text long
ago. A *hit* is a row of two to four characters whose Windows-1252 bytes are one UTF-8 character. Right text holds such rows too
(French "é »", German "ß“", Portuguese "MANHÃ»"), so a hit counts by what it becomes and by its neighbours, and a page is
mended only where its hits together leave no doubt. The row may be written as entities or as JSON escapes.
"""

from __future__ import annotations

import re
import unicodedata
from html import unescape

# Where the bytes 80 to 9F go in Windows-1252; the five it leaves open stand as themselves, as browsers read them.
_BYTES = {bytes((value,)).decode("cp1252", "ignore") or chr(value): value for value in range(0x80, 0x100)}
_BYTES |= {chr(value): value for value in range(0x80, 0x100)}

_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")
_FOLLOWING = "".join(char for char, value in _BYTES.items() if value < 0xC0)
_FOLLOWS = rf"(?:[{re.escape(_FOLLOWING)}]|&(?:\#\d{{3,4}}|[a-zA-Z]{{3,6}}\d{{0,2}});|\\u[02][0-9a-fA-F]{{3}})"
_LEAD_ESCAPES = r"&[AEIOaeio](?:circ|tilde|uml|grave|acute|ring);|\\u00[c-fC-F][0-9a-fA-F]"
_PLAIN_ROWS = re.compile(rf"(?:[Â-ô]{_FOLLOWS}{{1,3}}){{1,400}}")
_ESCAPED_ROWS = re.compile(rf"(?:(?:[Â-ô]|{_LEAD_ESCAPES}){_FOLLOWS}{{1,3}}){{1,400}}")
_ONE = re.compile(
    rf"[Â-ß][{re.escape(_FOLLOWING)}]|[à-ï][{re.escape(_FOLLOWING)}]{{2}}|[ð-ô][{re.escape(_FOLLOWING)}]{{3}}|.", re.S
)
_LOST_QUOTE = re.compile('â€(?=[\ufffd\\s<.,;:!?)"\\\\]|&nbsp;)\ufffd?')
"""A closing quotation mark whose last byte, 9D, was open in Windows-1252 and was dropped."""

# A spoiled page of any script holds one of these; asking for them is many times quicker than the patterns.
_LETTERS = "ÃÂÐÑÅÄÎØ×ì"
_OPENINGS = (("â", ("â€", "â\x80", "â„")), ("ã", ("ã€", "ã\x80")), ("ï", ("ï¼",)), ("à", ("à¤", "à¸")))
_ESCAPED = ("circ;&", "&Atilde;", "\\u00e2\\u", "\\u00c3\\u")
_TELLS = re.compile("mojibake|文字化け|乱码", re.I)
"""A page about spoiled text shows it on purpose."""

_ENOUGH = 3
"""Weight of hits from which a page is mended. Mending a right page is worse than leaving one stray hit."""
_PASSES = 3
"""A text may have been spoiled more than once ("Ã¢â‚¬â„¢")."""
_COMMON_SIGNS = frozenset("‐‑‒–—―‘’‚“”„†‡•…′″‹›⁄€™←→−\u2009\u200a\u2002\u2003\u200b\u2028\u202f")


def repaired(text: str) -> str:
    """The text as it was before it was spoiled; the same text where that is not certain. Never raises."""
    for _ in range(_PASSES):
        rows = _rows(text)
        if not rows or sum(_reading(text, row)[1] for row in rows) < _ENOUGH or _TELLS.search(text):
            return text
        text = _LOST_QUOTE.sub("”", _mended(text, rows))
    return text


def _rows(text: str) -> list[re.Match[str]]:
    """What may be a spoiled character, or several in a row."""
    if any(sign in text for sign in _ESCAPED):
        return list(_ESCAPED_ROWS.finditer(text))
    if text.isascii():
        return []
    if any(letter in text for letter in _LETTERS) or any(
        first in text and any(sign in text for sign in signs) for first, signs in _OPENINGS
    ):
        return list(_PLAIN_ROWS.finditer(text))
    return []


def _mended(text: str, rows: list[re.Match[str]]) -> str:
    parts: list[str] = []
    end = 0
    for row in rows:
        parts += (text[end : row.start()], _reading(text, row)[0])
        end = row.end()
    return "".join((*parts, text[end:]))


def _reading(text: str, row: re.Match[str]) -> tuple[str, int]:
    """What a row becomes and how sure that is; the row itself and 0 where it may well be right."""
    raw = _plain(row[0])
    before, after = text[row.start() - 1 : row.start()], text[row.end() : row.end() + 1]
    pieces = _ONE.findall(raw)
    decoded = [_decoded(piece) for piece in pieces]
    letters = sum(1 for char in decoded if char and char > "\u024f" and char.isalpha())
    foreign = letters >= 2 and all(decoded)
    out: list[str] = []
    weight = 0
    for place, (piece, char) in enumerate(zip(pieces, decoded, strict=True)):
        sure = _sureness(
            piece,
            char,
            pieces[place - 1][-1] if place else before,
            pieces[place + 1][0] if place + 1 < len(pieces) else after,
        )
        if char and not sure and foreign and char.isprintable():
            sure = 1
        out.append(char if char and sure else piece)
        weight += sure
    return ("".join(out), weight) if weight else (row[0], 0)


def _plain(row: str) -> str:
    """The row with its entities and escapes read."""
    if "\\" in row:
        row = _ESCAPE.sub(lambda found: chr(int(found[1], 16)), row)
    return unescape(row) if "&" in row else row


def _decoded(piece: str) -> str | None:
    """The one character whose UTF-8 bytes the piece shows."""
    if len(piece) < 2:
        return None
    try:
        return bytes(_BYTES[char] for char in piece).decode("utf-8")
    except (KeyError, UnicodeDecodeError):
        return None


def _sureness(piece: str, char: str | None, before: str, after: str) -> int:
    """0: may be right as it stands; 1: hardly; 3: no writing has it so."""
    if char is None:
        return 0
    if char in _COMMON_SIGNS or unicodedata.category(char) == "So":
        return _ENOUGH if len(piece) > 2 else 0
    if not "\xa0" <= char <= "\u024f" or len(piece) != 2:
        return 0
    in_word = before.islower() or after.islower()
    if any("\x80" <= sign <= "\x9f" for sign in piece):
        return _ENOUGH if in_word else 1
    if piece[0] in "ÃÂ":
        if before.isupper() and not after.islower():
            return 0  # the last letter of a word in capitals, then a quotation mark or a space
        return _ENOUGH if piece[0] == "Ã" and in_word and piece[1] not in "»”’\xa0" else 1
    return 1 if in_word and char.isalpha() else 0
