"""Changes of how a page is written: tags, quotes, space, references, and the characters that a reader does not see."""

from __future__ import annotations

import html.entities
import re
import unicodedata
from collections.abc import Callable

from bench.extraction.changed.markup_changes.changed_page import Change, Changed, Element, Original, body_of, of_tree
from bench.extraction.changed.markup_changes.writing import RAW, Manner, write

_LONG_WORD = re.compile(r"(?<![^\W\d_])([^\W\d_]{5})([^\W\d_]{4,})")
_HAN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
_BETWEEN_WORDS = re.compile(r"(?<=[^\s\d]) (?=[^\s\d])")


def written(manner: Manner) -> Change:
    """The change that writes a page in another manner."""
    return lambda original: Changed(body=write(original.tree(), manner).encode("utf-8", "replace"))


def _named(text: str) -> str:
    return re.sub("[^\x00-\x7f]", lambda match: _reference(match[0]), text)


def _reference(character: str) -> str:
    name = html.entities.codepoint2name.get(ord(character))
    return f"&{name};" if name else f"&#{ord(character)};"


def _decimal(text: str) -> str:
    return text.encode("ascii", "xmlcharrefreplace").decode()


def _hexadecimal(text: str) -> str:
    return re.sub("[^\x00-\x7f]", lambda match: f"&#x{ord(match[0]):X};", text)


def _with_crlf(original: Original) -> Changed:
    return Changed(body=write(original.tree()).replace("\n", "\r\n").encode("utf-8", "replace"))


def _decomposed(original: Original) -> Changed | None:
    page = write(original.tree())
    changed = unicodedata.normalize("NFD", page)
    return None if changed == page else Changed(body=changed.encode("utf-8", "replace"))


def _every_other(pattern: re.Pattern[str], replacement: str) -> Callable[[str], str]:
    """Replaces every second find."""

    def replaced(text: str) -> str:
        count = iter(range(1_000_000))
        return pattern.sub(lambda match: match.expand(replacement) if next(count) % 2 else match[0], text)

    return replaced


def _in_texts(change: Callable[[str], str]) -> Change:
    """The change of the texts of the body, longer than a word or two."""

    def changed(tree: Element, _: Original) -> None:
        for el in body_of(tree).iter():
            if el.text and isinstance(el.tag, str) and el.tag not in RAW:
                el.text = change(el.text)
            if el.tail:
                el.tail = change(el.tail)

    return of_tree(changed)


def _with_wbr(tree: Element, original: Original) -> bool:
    """`<wbr>` in long words of the body's texts and of the headline, as systems write it that let words break."""
    found = False
    for el in [*original.paragraphs(tree), *filter(lambda one: one is not None, [original.headline(tree)])]:
        text = el.text or ""
        match = _LONG_WORD.search(text)
        if match:
            mark = el.makeelement("wbr")
            mark.tail, el.text = text[match.end(1) :], text[: match.end(1)]
            el.insert(0, mark)
            found = True
    return found


CHANGES: dict[str, Change] = {
    "written anew": written(Manner()),
    "end tags left out": written(Manner(omit=True)),
    "upper case": written(Manner(upper=True)),
    "single quotes": written(Manner(quote="'")),
    "no quotes": written(Manner(quote="")),
    "XHTML": written(Manner(xhtml=True)),
    "CRLF": _with_crlf,
    "minified": written(Manner(minify=True, omit=True, quote="")),
    "pretty": written(Manner(pretty=True)),
    "comments": written(Manner(comments=True)),
    "named references": written(Manner(escape=_named)),
    "decimal references": written(Manner(escape=_decimal)),
    "hexadecimal references": written(Manner(escape=_hexadecimal)),
    "NFD": _decomposed,
    "no-break spaces": _in_texts(_every_other(_BETWEEN_WORDS, "\u00a0")),
    "thin spaces": _in_texts(_every_other(_BETWEEN_WORDS, "\u2009")),
    "zero-width spaces": _in_texts(_every_other(_BETWEEN_WORDS, " \u200b")),
    "word joiners": _in_texts(_every_other(_LONG_WORD, "\\1\u2060\\2")),
    "soft hyphens": _in_texts(_every_other(_LONG_WORD, "\\1\u00ad\\2")),
    "direction marks": _in_texts(lambda text: f"\u200e{text}\u200e" if len(text.strip()) > 1 else text),
    "isolates": _in_texts(lambda text: f"\u2068{text}\u2069" if len(text.strip()) > 1 else text),
    "soft hyphen references": written(
        Manner(text=_every_other(_LONG_WORD, "\\1\u00ad\\2"), escape=lambda text: text.replace("\u00ad", "&shy;"))
    ),
    "wbr": of_tree(_with_wbr),
}
