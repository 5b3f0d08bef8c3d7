"""From bytes to text: which character encoding a page really has.

There are three sources: the bytes themselves (byte order mark, valid UTF-8), the HTTP header, and the page's `<meta>`. The bytes
come first, because wrong labels are common, and text that is valid UTF-8 by chance is extremely rare. A declared encoding is used
if its text looks like writing. Otherwise the likely encodings are tried, and the one that gives the most common characters wins.
Text with too many replacement characters is rejected.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from operator import itemgetter
from typing import NamedTuple
from urllib.parse import urlsplit

import webencodings  # type: ignore[import-untyped]

from pipelines.data_files import read_table
from pipelines.extraction.languages.loader import languages
from pipelines.extraction.mojibake import repair_mojibake


@dataclass(frozen=True, slots=True, kw_only=True)
class _Encodings:
    wider: Mapping[str, str]
    tlds: Mapping[str, str]
    common: Mapping[str, str]


_KNOWN = read_table(_Encodings, "pipelines.extraction", "encodings.toml")
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CHARSET = re.compile(rb"charset\s{0,4}=\s{0,4}[\"']?\s{0,4}([A-Za-z0-9_.:-]{2,40})", re.I)
_XML_ENCODING = re.compile(rb"<\?xml[^>]{0,100}encoding\s{0,4}=\s{0,4}[\"']([A-Za-z0-9_.:-]{2,40})")
_META_WINDOW = 8192
"""Bytes in which `<meta charset>` is looked for. The standard says 1024, but real pages put scripts before it."""

_SAMPLE = 60_000
"""Bytes from the first non-ASCII one on by which an encoding is judged."""
_MAX_BROKEN = 0.02
"""Share of replacement characters among the non-ASCII ones up to which text counts as decoded (truncated pages, stray bytes)."""
_MULTIBYTE = {codec: frozenset(characters) for codec, characters in _KNOWN.common.items()}
_LATIN = ("cp1252", "cp1250", "iso8859-2", "cp1257", "cp1254")
"""The single-byte codecs of Latin letters, the likeliest first."""
_PUNCTUATION = frozenset("«»‹›„“”‚‘’–—…•·°º\u00aa§©®™€£\u00a0\u00ad¿¡²³½¼¾±×´¨")
_MAX_NON_ASCII_SHARE = 0.4
"""Share of letters beyond ASCII above which a text is not in Latin letters. Vietnamese and Czech have the most, about a fifth."""
_MIN_LETTER_SHARE, _DECLARED_BONUS = 0.7, 0.15
"""Share of these letters that must belong to the language, and the bonus of the declared language."""
_LANG = re.compile(
    rb"<html[^>]{0,500}?\slang\s{0,3}=\s{0,3}[\"']?([a-zA-Z]{2})|[\"']content-language[\"'][^>]{0,60}content=[\"']?([a-zA-Z]{2})",
    re.I,
)
_SINGLE_BYTE = ("cp1252", "cp1251", "koi8-r", "cp1250", "cp1253", "cp1254", "cp1255", "cp1256", "cp874")
_MIN_COMMON_SHARE = 0.2
"""Share of common characters from which a multi-byte encoding is accepted. Measured on the texts of
tests/pipelines/extraction/page/test_encoding.py: right encodings have 0.49 to 0.67, wrong ones at most 0.19 (Korean read as
GB18030). The greatest share wins."""

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
"""Control characters, among them the marks of writing direction: they stand around a name as often as not."""
_MARKS = "[\u0300-\u036f\u0653-\u0655\u1161-\u1175\u3099\u309a]"
_COMBINING = re.compile(_MARKS)
_DECOMPOSED = re.compile(rf"(\w{_MARKS}{{1,4}}[\u11a8-\u11c2]?)|(?:href|src)=[\"'][^\"'<>]*|https?:[^\s\"'<>]*")
"""A letter whose marks, or a Korean syllable whose letters, are characters of their own; or an address, which stays as it is. So
does all else: normal form C as a whole would also give an ideograph of a name in its common form."""
_PRINTABLE = bytes((9, 10, 13, *range(32, 127)))
_NON_ASCII = re.compile(rb"[\x80-\xff]")
_TAG = re.compile(rb"<[^<>]{0,2000}>")


class Decoded(NamedTuple):
    """The text of a page and the codec that decoded it."""

    text: str
    encoding: str


def decode(body: bytes, content_type: str | None = None, address: str | None = None) -> Decoded | None:
    """Decode a body. None where no encoding gives readable text.

    `content_type` is the HTTP header as received, with or without a charset. Where nothing else gives a language, the top-level
    domain of `address` does.
    """
    for mark, name in _BYTE_ORDER_MARKS:
        if body.startswith(mark):
            return _finish(body[len(mark) :].decode(name, "replace"), name)
    if wide := _wide_without_mark(body):
        return _finish(body.decode(wide, "replace"), wide)
    declared = _declared_codecs(body, content_type)
    if b"\x1b" in body and b"\x1b$" in body and (switched := _escaped(body)):
        return _finish(body.decode(switched, "replace"), switched)
    if (as_utf8 := _as_utf8(body, declared="utf-8" in declared)) is not None:
        return _finish(as_utf8, "utf-8", body)
    for name in declared:
        if name != "utf-8" and (text := _decode_declared(body, name)) is not None:
            return _finish(text, name)
    return _decode_undeclared(body, address)


def _escaped(body: bytes) -> str | None:
    """The codec of a page that switches scripts by escape sequences in ASCII: its bytes are valid UTF-8, whatever it declares."""
    if b"\x1b$)C" in body:
        return "iso2022_kr"
    if (b"\x1b$B" in body or b"\x1b$@" in body) and (b"\x1b(B" in body or b"\x1b(J" in body):
        return "iso2022_jp_ext" if b"\x1b(I" in body or b"\x1b$(D" in body else "iso2022_jp"
    return None


def _finish(text: str, encoding: str, utf8: bytes | None = None) -> Decoded | None:
    """The decoded text without control characters and mojibake. `utf8` are the bytes of a text in UTF-8: what is not printable
    ASCII among them is little, and shows in a third of the time what the text holds."""
    unusual = text if utf8 is None else utf8.translate(None, _PRINTABLE).decode("utf-8", "replace")
    if _CONTROL.search(unusual):
        text = unusual = _CONTROL.sub("", text)
    broken = unusual.count("\ufffd")
    if broken > 20 and broken > 0.1 * len(text):
        return None
    text = repair_mojibake(text, unusual)
    if _COMBINING.search(unusual):
        text = _DECOMPOSED.sub(lambda match: unicodedata.normalize("NFC", match[0]) if match[1] else match[0], text)
    return Decoded(text, encoding)


def _wide_without_mark(body: bytes) -> str | None:
    """UTF-16 without a mark: every second byte of the ASCII markup is NUL."""
    head = body[:400]
    if len(head) < 40 or head.count(0) < len(head) // 4:
        return None
    odd, even = head[1::2].count(0), head[0::2].count(0)
    if odd > 4 * even:
        return "utf-16-le"
    return "utf-16-be" if even > 4 * odd else None


def codec_of(label: str) -> str | None:
    """The name of the Python codec that reads what pages mean by `label`; None for an unknown label.

    The labels are those of the WHATWG Encoding Standard, then Python's own: some encodings that browsers refuse for
    safety (ISO-2022-KR, HZ) still occur on pages.
    """
    known = webencodings.lookup(label)
    for name in (known.codec_info.name if known else "", label.strip().lower()):
        try:
            codec = codecs.lookup(name).name
        except (LookupError, ValueError):
            continue
        return _KNOWN.wider.get(codec, codec)
    return None


def _declared_codecs(body: bytes, content_type: str | None) -> list[str]:
    labels = [m[1] for m in _CHARSET.finditer((content_type or "").encode("ascii", "ignore"))]
    head = body[:_META_WINDOW]
    labels += [m[1] for m in _CHARSET.finditer(head)] + [m[1] for m in _XML_ENCODING.finditer(head)]
    names = dict.fromkeys(filter(None, (codec_of(label.decode("ascii")) for label in labels[:6])))
    texts = (name for name in names if getattr(codecs.lookup(name), "_is_text_encoding", True))  # none of "zip", "hex"
    return [name for name in texts if not name.startswith(("utf-7", "utf-16", "utf-32"))]


def _as_utf8(body: bytes, *, declared: bool) -> str | None:
    """The text if the bytes are UTF-8 with a few strays: a page truncated within a character, a foreign byte.

    Where the page declares UTF-8, parts in a single-byte Latin encoding are accepted as well, and read as such. In other
    encodings there is at most half a valid UTF-8 character by chance for each broken one (texts of
    tests/pipelines/extraction/page/test_encoding.py: 0 to 0.44).
    """
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        text = body.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    valid = sum(1 for char in text[:2_000_000] if char > "\x7f") - broken
    is_utf8 = valid > broken if declared else valid > 3 * broken and broken <= max(3, valid * _MAX_BROKEN)
    if not is_utf8:
        return None
    return body.decode("utf-8", _LATIN_STRAYS) if broken <= _MAX_STRAYS else text


_LATIN_STRAYS, _MAX_STRAYS = "copydesk_latin_strays", 2000


def _latin_stray(error: UnicodeError) -> tuple[str, int]:
    """The Windows-1252 letter of a lone byte among ASCII ones; else the replacement character."""
    assert isinstance(error, UnicodeDecodeError)
    at, value = error.start, error.object[error.start]
    around = error.object[max(0, at - 1) : at] + error.object[at + 1 : at + 2]
    lone = error.end == at + 1 and value >= 0xC0 and around.isascii() and any(chr(byte).isalpha() for byte in around)
    return (chr(value) if lone else "\ufffd"), error.end


codecs.register_error(_LATIN_STRAYS, _latin_stray)


def _decode_declared(body: bytes, name: str) -> str | None:
    """The text in a declared encoding, unless it is clearly no writing."""
    text = body.decode(name, "replace")
    sample = _non_ascii_sample(body, name)
    if not sample:
        return text
    broken = sample.count("\ufffd")
    if broken > max(2, len(sample) * _MAX_BROKEN):
        return None
    if len(sample) <= 40 or name in map(codec_of, _MULTIBYTE):
        return text
    # A page of Chinese may be labelled iso-8859-1.
    multibyte = _best_multibyte(body)
    is_multibyte = multibyte is not None and multibyte[1] >= _MIN_COMMON_SHARE and _has_symbols(sample)
    return None if is_multibyte else text


def _has_symbols(sample: list[str]) -> bool:
    """Whether text that was read as single bytes has the symbols that double bytes leave (½Ð¹ú), rather than letters alone."""
    symbols = sum(1 for char in sample if not char.isalpha())
    return symbols > 0.15 * len(sample)


def _sample(body: bytes) -> bytes:
    """The bytes from the first non-ASCII one on: a long ASCII head is no evidence."""
    first = _NON_ASCII.search(body)
    return body[first.start() : first.start() + _SAMPLE] if first else b""


def _non_ascii_sample(body: bytes, codec: str) -> list[str]:
    return [char for char in _sample(body).decode(codec, "replace") if char > "\x7f"]


def _best_multibyte(body: bytes) -> tuple[str, float] | None:
    """The multi-byte codec that gives the greatest share of common characters, with that share."""
    shares: dict[str, float] = {}
    for name, common in _MULTIBYTE.items():
        sample = _non_ascii_sample(body, name)
        if sample and sample.count("\ufffd") <= len(sample) * 0.05 + 1:
            shares[name] = sum(char in common for char in sample) / len(sample)
    return max(shares.items(), key=itemgetter(1), default=None)


def _decode_undeclared(body: bytes, address: str | None) -> Decoded | None:
    multibyte = _best_multibyte(body)
    if multibyte and multibyte[1] >= _MIN_COMMON_SHARE:
        return _finish(body.decode(multibyte[0], "replace"), multibyte[0])
    name = _guess_latin(body, _page_language(body, address)) or _guess_single_byte(body)
    return _finish(body.decode(name, "replace"), name) if name else None


def _page_language(body: bytes, address: str | None) -> str:
    """The language that a page declares, else that of its top-level domain."""
    if declared_language := _LANG.search(body[:_META_WINDOW]):
        return (declared_language[1] or declared_language[2]).decode("ascii").lower()
    end = (urlsplit(address or "").hostname or "").rsplit(".", 1)[-1]
    return _KNOWN.tlds.get(end, end)


def _guess_latin(body: bytes, language: str) -> str | None:
    """The single-byte codec that makes Latin letters of one language of a page. None where no language fits.

    For each language and codec, the score is the share of non-ASCII letters that are letters of the language: "décidé à" is
    French in Windows-1252, "décidé ŕ" is nothing in Windows-1250. The declared language has a bonus.
    """
    sample = _TAG.sub(b" ", _sample(body))
    non_ascii = sum(byte > 0xBF for byte in sample)
    ascii_letters = sum(chr(byte).isalpha() for byte in sample if byte < 0x80)
    if not non_ascii or non_ascii > _MAX_NON_ASCII_SHARE * (non_ascii + ascii_letters):
        return None
    characters = {
        name: [char for char in sample.decode(name, "replace").lower() if char > "\x7f" and char not in _PUNCTUATION]
        for name in _LATIN
    }
    best_score, best_name = 0.0, None
    for other, name, letters in _alphabets():
        found = characters[name]
        bonus = (other == language) - set(letters[:3]).isdisjoint(found)
        score = sum(char in letters for char in found) / max(1, len(found)) + bonus * _DECLARED_BONUS
        if score >= _MIN_LETTER_SHARE and score > best_score + 0.001:
            best_score, best_name = score, name
    return best_name


@cache
def _alphabets() -> list[tuple[str, str, str]]:
    """Languages with their codecs and letters, the likeliest codec first."""
    known = [(code, name, one.letters) for code, one in languages().items() for name in one.codecs]
    return sorted(known, key=lambda alphabet: _LATIN.index(alphabet[1]))


def _guess_single_byte(body: bytes) -> str | None:
    """The guess of charset_normalizer from the part with non-ASCII letters: markup is no evidence and costs time."""
    from charset_normalizer import from_bytes  # 25 ms to import, needed by one page in thousands

    first = _NON_ASCII.search(body)
    start = max(0, first.start() - 200) if first else 0
    sample = _TAG.sub(b" ", body[start : start + _SAMPLE])
    match = from_bytes(sample, cp_isolation=list(_SINGLE_BYTE)).best()
    return match.encoding if match else None
