"""Changes of the encoding of a page and of how it is declared."""

from __future__ import annotations

import codecs
from collections.abc import Callable

from bench.extraction.changed.markup_changes.changed_page import Change, Changed, Element, Original, head_of
from bench.extraction.changed.markup_changes.writing import write

_LEGACY = {  # by language, the labels under which its pages were written before UTF-8
    "zh": ("gb2312", "big5"),
    "ja": ("Shift_JIS", "EUC-JP", "iso-2022-jp"),
    "ko": ("euc-kr",),
    "ru": ("windows-1251", "koi8-r"),
    "uk": ("windows-1251",),
    "bg": ("windows-1251",),
    "el": ("windows-1253", "iso-8859-7"),
    "he": ("windows-1255",),
    "ar": ("windows-1256",),
    "fa": ("windows-1256",),
    "th": ("windows-874",),
    "tr": ("iso-8859-9",),
    "pl": ("iso-8859-2",),
    "cs": ("windows-1250",),
    "hu": ("iso-8859-2",),
    "ro": ("iso-8859-2",),
    "hr": ("windows-1250",),
    "lt": ("windows-1257",),
    "lv": ("windows-1257",),
}
_CODECS = {"gb2312": "gb18030", "big5": "big5hkscs", "Shift_JIS": "cp932", "euc-kr": "cp949", "windows-874": "cp874"}
_MAX_UNKNOWN = 0.02
"""Share of the letters beyond ASCII that an encoding may lack; they are written as references."""


def _undeclared(original: Original) -> Element:
    """The tree without any word about its encoding."""
    tree = original.tree()
    for meta in list(tree.iter("meta")):
        if meta.get("charset") or "content-type" in (meta.get("http-equiv") or "").lower():
            meta.set("content", "")
            for name in ("charset", "http-equiv"):
                meta.attrib.pop(name, None)
    return tree


def _label(original: Original, text: str) -> str | None:
    """The label of the older encoding that holds the text; None where there is none, or ASCII is enough."""
    letters = [character for character in text if character > "\x7f"]
    for label in _LEGACY.get(original.language, ("windows-1252",)):
        lost = sum(not _holds(_CODECS.get(label, label), character) for character in set(letters))
        if letters and lost <= _MAX_UNKNOWN * len(set(letters)) + 3:
            return label
    return None


def _holds(codec: str, character: str) -> bool:
    try:
        character.encode(codec)
    except UnicodeEncodeError:
        return False
    return True


def _legacy(
    *, meta: str = "", header: str | None = "text/html", at: int = 0, case: Callable[[str], str] = str
) -> Change:
    """The change to the older encoding of a page's language. `meta` and `header` are its declarations, with "%s" for the label."""

    def changed(original: Original) -> Changed | None:
        tree = _undeclared(original)
        label = _label(original, str(original.answer["text"]) + str(original.answer["title"]))
        if label is None:
            return None
        page, shown = write(tree), case(label)
        if meta:
            head = head_of(tree)
            for padding in range(at):
                script = head.makeelement("script")
                script.text = (
                    f"window.setting{padding} = 'a value that somebody once needed, and nobody asks for today';"
                )
                head.insert(padding, script)
            mark = head.makeelement("meta")
            for name, value in (part.split(":", 1) for part in meta.split("|")):
                mark.set(name, value.replace("%s", shown))
            head.insert(at, mark)
            page = write(tree)
        body = page.encode(_CODECS.get(label, label), "xmlcharrefreplace")
        return Changed(body=body, content_type=header and header.replace("%s", shown))

    return changed


def _marked(codec: str, mark: bytes) -> Change:
    """The change to a Unicode encoding with a byte order mark, whatever the page declares."""
    return lambda original: Changed(
        body=mark + write(original.tree()).encode(codec, "replace"), content_type="text/html"
    )


def _utf8(header: str | None) -> Change:
    return lambda original: Changed(body=write(_undeclared(original)).encode("utf-8", "replace"), content_type=header)


CHANGES: dict[str, Change] = {
    "UTF-8, undeclared": _utf8(None),
    "UTF-8, said to be Latin 1": _utf8("text/html; charset=ISO-8859-1"),
    "UTF-8 with a mark": _marked("utf-8", codecs.BOM_UTF8),
    "UTF-16 LE": _marked("utf-16-le", codecs.BOM_UTF16_LE),
    "UTF-16 BE": _marked("utf-16-be", codecs.BOM_UTF16_BE),
    "UTF-16 without a mark": _marked("utf-16-le", b""),
    "older encoding, meta": _legacy(meta="charset:%s"),
    "older encoding, http-equiv": _legacy(meta="http-equiv:Content-Type|content:text/html; charset=%s"),
    "older encoding, upper case": _legacy(meta="http-equiv:content-type|content:text/html;charset=%s", case=str.upper),
    "older encoding, late": _legacy(meta="charset:%s", at=40),
    "older encoding, header": _legacy(header="text/html;charset=%s"),
    "older encoding, quoted": _legacy(header='text/html; charset="%s"', case=str.lower),
    "older encoding, meta says UTF-8": _legacy(header="text/html; charset=%s", meta="charset:utf-8"),
    "older encoding, undeclared": _legacy(),
}
