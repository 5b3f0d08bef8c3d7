"""Repairs UTF-8 that was read as Latin-1 or Windows-1252 and saved again: "canâ€™t" is "can’t", "fÃ¼r" is "für".

The bytes of such a page are valid UTF-8, so no choice of an encoding repairs it: a database or an editor garbled the text long
ago. A *piece* is two to four characters whose Windows-1252 bytes are one UTF-8 character; a *run* is one or more of them. Correct
text has such pieces too (French "é »", German "ß“", Portuguese "MANHÃ»"), so each is weighed by the character it becomes and by
its neighbours, and a page is repaired only where the weights leave no doubt. Pieces may be written as entities or JSON escapes.
"""

from __future__ import annotations

import re
import unicodedata
from html import unescape

# Bytes 80 to 9F as in Windows-1252; the five that it leaves undefined stand for themselves, as browsers read them.
_BYTES = {bytes((value,)).decode("cp1252", "ignore") or chr(value): value for value in range(0x80, 0x100)}
_BYTES |= {chr(value): value for value in range(0x80, 0x100)}

_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")
_FOLLOWING = "".join(char for char, value in _BYTES.items() if value < 0xC0)
_FOLLOWS = rf"(?:[{re.escape(_FOLLOWING)}]|&(?:\#\d{{3,4}}|[a-zA-Z]{{3,6}}\d{{0,2}});|\\u[02][0-9a-fA-F]{{3}})"
_LEAD = r"[Â-ô&\\](?:(?<=[Â-ô])|(?<=&)[AEIOaeio](?:circ|tilde|uml|grave|acute|ring);|(?<=\\)u00[c-fC-F][0-9a-fA-F])"
_PLAIN_RUNS = re.compile(rf"[Â-ô]{_FOLLOWS}{{1,3}}(?:[Â-ô]{_FOLLOWS}{{1,3}}){{0,399}}")
_ESCAPED_RUNS = re.compile(rf"{_LEAD}{_FOLLOWS}{{1,3}}(?:{_LEAD}{_FOLLOWS}{{1,3}}){{0,399}}")
"""Both begin with a set, not with a group, for then `re` skips quickly to the next sign of the set."""
_PIECE = re.compile(
    rf"[Â-ß][{re.escape(_FOLLOWING)}]|[à-ï][{re.escape(_FOLLOWING)}]{{2}}|[ð-ô][{re.escape(_FOLLOWING)}]{{3}}|.", re.S
)
_LOST_QUOTE = re.compile('â€(?=[\ufffd\\s<.,;:!?)"\\\\]|&nbsp;)\ufffd?')
"""A closing quotation mark whose last byte, 9D, is undefined in Windows-1252 and was dropped."""

# A spoiled page of any script holds one of these; asking for them is many times quicker than the patterns.
_LEAD_LETTERS = "ÃÂÐÑÅÄÎØ×ì"
_LEAD_SEQUENCES = (("â", ("â€", "â\x80", "â„")), ("ã", ("ã€", "ã\x80")), ("ï", ("ï¼",)), ("à", ("à¤", "à¸")))
_ESCAPED_LEADS = (re.compile(r"&(?=[A-Za-z]circ;&|Atilde;)"), re.compile(r"\\(?=u00(?:e2|c3)\\u)"))
"""They begin with one character, which `re` finds faster than `in` finds a sequence."""
_MAY_BEGIN_RUN = re.compile(
    rb"\xc3(?=[\x82-\xb4][%b])" % re.escape(b"&\\" + bytes({sign.encode()[0] for sign in _FOLLOWING}))
)
"""The bytes with which a run of `_PLAIN_RUNS` begins in UTF-8, up to the first one of its second character. They begin with one
byte, which is found many times faster than a letter of a set, and letters such as "Ä" are on each page of some languages."""
_ABOUT_MOJIBAKE = re.compile("mojibake|文字化け|乱码", re.I)
"""A page about garbled text shows it on purpose."""

_MIN_WEIGHT = 3
"""Weight from which a page is repaired. To change correct text is worse than to leave a stray piece."""
_MAX_PASSES = 3
"""Text may have been garbled more than once ("Ã¢â‚¬â„¢")."""
_COMMON_SIGNS = frozenset("‐‑‒–—―‘’‚“”„†‡•…′″‹›⁄€™←→−\u2009\u200a\u2002\u2003\u200b\u2028\u202f")


def repair_mojibake(text: str, unusual: str | None = None) -> str:
    """The text as it was before it was garbled; the same text where that is not certain.

    `unusual` are the characters of the text that are not ASCII, in order, with others among them or not: the signs of garbled
    text are looked for in these first.
    """
    for number in range(_MAX_PASSES):
        runs = _find_runs(text, unusual if unusual is not None and not number else text)
        if not runs or sum(_repair_run(text, run)[1] for run in runs) < _MIN_WEIGHT or _ABOUT_MOJIBAKE.search(text):
            return text
        text = _LOST_QUOTE.sub("”", _repair_runs(text, runs))
    return text


def _find_runs(text: str, unusual: str) -> list[re.Match[str]]:
    """The runs that may be garbled characters."""
    if any(lead.search(text) for lead in _ESCAPED_LEADS):
        return list(_ESCAPED_RUNS.finditer(text))
    if unusual.isascii():
        return []
    has_leads = any(letter in unusual for letter in _LEAD_LETTERS) or any(
        first in unusual and any(sign in unusual and sign in text for sign in signs) for first, signs in _LEAD_SEQUENCES
    )
    if has_leads and _MAY_BEGIN_RUN.search(text.encode("utf-8", "surrogatepass")):
        return list(_PLAIN_RUNS.finditer(text))
    return []


def _repair_runs(text: str, runs: list[re.Match[str]]) -> str:
    parts: list[str] = []
    end = 0
    for run in runs:
        parts += (text[end : run.start()], _repair_run(text, run)[0])
        end = run.end()
    return "".join((*parts, text[end:]))


def _repair_run(text: str, run: re.Match[str]) -> tuple[str, int]:
    """What a run becomes and the weight of the evidence; the run itself and 0 where it may be correct."""
    unescaped = _unescape(run[0])
    before, after = text[run.start() - 1 : run.start()], text[run.end() : run.end() + 1]
    pieces = _PIECE.findall(unescaped)
    decoded = [_decode_piece(piece) for piece in pieces]
    letters = sum(1 for char in decoded if char and char > "\u024f" and char.isalpha())
    is_other_script = letters >= 2 and all(decoded)
    repaired: list[str] = []
    weight = 0
    for index, (piece, char) in enumerate(zip(pieces, decoded, strict=True)):
        certainty = _weigh_piece(
            piece,
            char,
            pieces[index - 1][-1] if index else before,
            pieces[index + 1][0] if index + 1 < len(pieces) else after,
        )
        if char and not certainty and is_other_script and char.isprintable():
            certainty = 1
        repaired.append(char if char and certainty else piece)
        weight += certainty
    return ("".join(repaired), weight) if weight else (run[0], 0)


def _unescape(run: str) -> str:
    """The run with its entities and escapes replaced."""
    if "\\" in run:
        run = _ESCAPE.sub(lambda found: chr(int(found[1], 16)), run)
    return unescape(run) if "&" in run else run


def _decode_piece(piece: str) -> str | None:
    """The character whose UTF-8 bytes the piece shows."""
    if len(piece) < 2:
        return None
    try:
        return bytes(_BYTES[char] for char in piece).decode("utf-8")
    except (KeyError, UnicodeDecodeError):
        return None


def _weigh_piece(piece: str, char: str | None, before: str, after: str) -> int:
    """0: may be correct as it stands; 1: hardly; 3: no language is written like this."""
    if char is None:
        return 0
    if char in _COMMON_SIGNS or unicodedata.category(char) == "So":
        return _MIN_WEIGHT if len(piece) > 2 else 0
    if not "\xa0" <= char <= "\u024f" or len(piece) != 2:
        return 0
    in_word = before.islower() or after.islower()
    if any("\x80" <= sign <= "\x9f" for sign in piece):
        return _MIN_WEIGHT if in_word else 1
    if piece[0] in "ÃÂ":
        if before.isupper() and not after.islower():
            return 0  # the last letter of a word in capitals, then a quotation mark or a space
        return _MIN_WEIGHT if piece[0] == "Ã" and in_word and piece[1] not in "»”’\xa0" else 1
    return 1 if in_word and char.isalpha() else 0
