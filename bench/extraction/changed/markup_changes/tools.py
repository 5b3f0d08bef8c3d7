"""Changes that programs make to a page: archives, translators, browsers and their extensions, consent and advertising scripts."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from lxml.etree import Comment

from bench.extraction.changed.ablation import drop
from bench.extraction.changed.markup_changes.changed_page import (
    Change,
    Changed,
    Element,
    Original,
    add_after,
    add_first,
    add_last,
    body_of,
    head_of,
    of_tree,
)
from bench.extraction.changed.markup_changes.writing import RAW, Manner, write

_PARTS: dict[str, Any] = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
_ARCHIVE = "https://web.archive.org/web/20220817093105"


def _archived(original: Original, *, moved: bool) -> Changed:
    tree = original.tree()
    base = original.url or "https://www.example.com/"
    for el in tree.iter("a", "link", "img", "script", "iframe", "source", "form"):
        kind = {"img": "im_", "script": "js_", "iframe": "if_", "link": "cs_"}.get(el.tag, "")
        for name in ("href", "src", "action"):
            if (value := el.get(name)) and not value.startswith(("#", "data:", "javascript:", "mailto:")):
                el.set(name, f"{_ARCHIVE}{kind}/{_absolute(base, value)}")
    add_first(head_of(tree), _PARTS["wayback_head"])
    add_first(body_of(tree), _PARTS["wayback"])
    body_of(tree).append(Comment(_PARTS["wayback_end"]))
    url = f"{_ARCHIVE}/{original.url}" if moved and original.url else None
    return Changed(body=write(tree).encode("utf-8", "replace"), url=url)


def _absolute(base: str, value: str) -> str:
    try:
        return urljoin(base, value)
    except ValueError:
        return value


def _around_texts(tag: str, style: str, times: int) -> Callable[[Element, Original], None]:
    """Puts each text of the body into elements of its own."""

    def changed(tree: Element, _: Original) -> None:
        for el in list(body_of(tree).iter()):
            if el.tail and el.tail.strip():
                outer, inner = _nest(tree, tag, style, times)
                inner.text, el.tail = el.tail, None
                el.addnext(outer)
            if (
                isinstance(el.tag, str)
                and el.tag not in RAW
                and el.tag not in ("title", "textarea", "option")
                and (el.text and el.text.strip())
            ):
                outer, inner = _nest(tree, tag, style, times)
                inner.text, el.text = el.text, None
                el.insert(0, outer)

    return changed


def _nest(tree: Element, tag: str, style: str, times: int) -> tuple[Element, Element]:
    outer = inner = tree.makeelement(tag, {"style": style} if style else {})
    for _ in range(times - 1):
        inner.append(tree.makeelement(tag, {"style": style}))
        inner = inner[0]
    return outer, inner


def _translated(tree: Element, original: Original) -> None:
    tree.set("class", (tree.get("class", "") + " translated-ltr").strip())
    _around_texts("font", "vertical-align: inherit;", 2)(tree, original)
    add_last(body_of(tree), _PARTS["translation"])


def _single_file(original: Original) -> Changed:
    tree = original.tree()
    for script in list(tree.iter("script")):
        if "ld+json" not in (script.get("type") or ""):
            drop(script)
    for link in list(tree.iter("link")):
        if "stylesheet" in (link.get("rel") or ""):
            style = link.makeelement("style")
            style.text = ":root{--sf-img-0:url('data:image/png;base64,iVBORw0KGgo=')}.a{color:#111}"
            style.tail = link.tail
            link.getparent().replace(link, style)
    for image in tree.iter("img"):
        image.set("src", "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJ")
        image.attrib.pop("srcset", None)
    for frame in tree.iter("iframe"):
        frame.attrib.pop("src", None)
        frame.set("srcdoc", _PARTS["frame"].strip())
    add_last(
        head_of(tree),
        f'<link rel="canonical" href="{escape(original.url or "")}"><meta name="referrer" content="no-referrer">',
    )
    address = (original.url or "").replace("--", "-%2D")  # which no comment of lxml may hold
    note = f"\n Page saved with SingleFile \n url: {address} \n saved date: Wed May 03 2023 20:14:59 GMT+0200 \n"
    tree.insert(0, Comment(note))
    return Changed(body=write(tree, Manner(quote="")).encode("utf-8", "replace"))


def _saved(original: Original) -> Changed:
    tree = original.tree()
    base = original.url or "https://www.example.com/"
    for el in tree.iter("a"):
        if href := el.get("href"):
            el.set("href", _absolute(base, href))
    for el in tree.iter("img", "script", "iframe"):
        if src := el.get("src"):
            el.set("src", "./page_files/" + re.sub(r"\W+", "_", src)[-40:])
    page = f"<!-- saved from url=({len(base):04}){base} -->\n{write(tree)}"
    return Changed(body=page.encode("utf-8", "replace"))


def _extensions(tree: Element, _: Original) -> None:
    tree.set("data-darkreader-mode", "dynamic")
    tree.set("data-darkreader-scheme", "dark")
    tree.set("data-lt-installed", "true")
    body = body_of(tree)
    body.set("cz-shortcut-listen", "true")
    body.set("data-new-gr-c-s-check-loaded", "14.1107.0")
    for el in body.iter("p", "div", "a", "span", "h1"):
        el.set("data-darkreader-inline-color", "")
        el.set("style", (el.get("style", "") + ";--darkreader-inline-color: #e8e6e3").lstrip(";"))
    add_first(
        head_of(tree),
        '<style class="darkreader darkreader--fallback" media="screen"></style><meta name="darkreader" content="f0f">',
    )
    add_last(tree, _PARTS["extensions"])


def _consent(place: Callable[[Element, str], None], attributes: str) -> Change:
    def changed(tree: Element, original: Original) -> None:
        said = _PARTS["consent"].get(original.language, _PARTS["consent"]["en"])
        box = (
            f"<div {attributes}><div><h2>{said['title']}</h2><p>{said['text']}</p><ul><li><label>"
            f'<input type="checkbox">Marketing</label></li></ul><button>{said["accept"]}</button></div></div>'
        )
        place(body_of(tree), box)

    return of_tree(changed)


def _advertised(tree: Element, original: Original) -> bool:
    """A slot with its label and script behind every second paragraph, and one around the text."""
    paragraphs = original.paragraphs(tree)
    for number, el in enumerate(paragraphs[1::2]):
        add_after(
            el,
            f'<div class="ad-slot" id="div-gpt-ad-{number}"><span>Advertisement</span><script>googletag.display("ad-{number}")'
            "</script></div>",
        )
    return len(paragraphs) > 1


def _printed(tree: Element, original: Original) -> None:
    add_first(
        body_of(tree),
        '<div class="print-header visible-print"><img src="/logo.png" alt=""><p>Printed on 3 May 2023 from '
        f"{escape(original.url or 'https://www.example.com/')}</p></div>",
    )


def _amp(original: Original) -> Changed:
    tree = original.tree()
    tree.set("amp", "")
    for script in list(tree.iter("script")):
        if "ld+json" not in (script.get("type") or ""):
            drop(script)
    for el in tree.iter("img", "iframe", "video"):
        el.tag = f"amp-{el.tag}"
    add_last(
        head_of(tree),
        '<script async src="https://cdn.ampproject.org/v0.js"></script><style amp-custom>p{margin:1em}</style>',
    )
    add_last(
        body_of(tree),
        '<amp-analytics><script type="application/json">{"vars": {"account": "UA-1"}}</script></amp-analytics>',
    )
    return Changed(body=write(tree).encode("utf-8", "replace"))


def _reader_view(original: Original) -> Changed | None:
    """What a browser's reader view shows, saved: of what is read the title, authors and text."""
    answer = original.answer
    minutes = max(1, answer["word_count"] // 220)
    credited = escape(", ".join(answer["authors"]))
    page = _PARTS["reader_view"].format(
        language=original.language,
        title=escape(answer["title"]),
        url=escape(original.url or ""),
        host=re.sub(r"^https?://(?:www\.)?([^/]+).*", r"\1", original.url or ""),
        authors=credited and f'<div class="credits reader-credits">{credited}</div>',
        minutes=f"{minutes}-{minutes + 2}",
        text="".join(f"<p>{escape(line)}</p>" for line in answer["text"].split("\n")),
    )
    return Changed(body=page.encode("utf-8", "replace"))


_DIALOG = 'id="consent-7f" class="cc-window" role="dialog" aria-modal="true" aria-live="polite"'

CHANGES: dict[str, Change] = {
    "Wayback": lambda original: _archived(original, moved=False),
    "Wayback's address": lambda original: _archived(original, moved=True),
    "machine translation": of_tree(_translated),
    "SingleFile": _single_file,
    "saved by a browser": _saved,
    "extensions": of_tree(_extensions),
    "consent first": _consent(add_first, _DIALOG),
    "consent last": _consent(add_last, _DIALOG),
    "consent first, unnamed": _consent(add_first, 'class="x7f2" style="position:fixed;bottom:0"'),
    "consent last, unnamed": _consent(add_last, 'class="x7f2" style="position:fixed;bottom:0"'),
    "advertisements": of_tree(_advertised),
    "chat": of_tree(lambda tree, _: add_last(body_of(tree), _PARTS["chat"])),
    "printed": of_tree(_printed),
    "AMP": _amp,
    "reader view": _reader_view,
}
