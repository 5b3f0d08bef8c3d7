"""Changes of a page's template: what elements hold the text, what they are called, what stands beside it."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from html import escape

from bench.extraction.changed import ablation
from bench.extraction.changed.markup_changes.changed_page import (
    Change,
    Element,
    Original,
    add_after,
    add_before,
    add_first,
    body_of,
    elements_of,
    of_tree,
    parse,
    text_of,
)

_SENTENCE_END = re.compile(r"(?<=[.!?][ \u00a0])|(?<=[。！？])")
_LEAST_RUN = 3
"""Paragraphs in a row that become one block with line breaks."""
_KEYWORDS = re.compile(r"(?<![^\W\d_])[^\W\d_]{6,}")


def _each_paragraph(change: Callable[[Element], object]) -> Change:
    """The change of each `p` of the text."""

    def changed(tree: Element, original: Original) -> bool:
        paragraphs = [el for el in original.paragraphs(tree) if el.tag == "p"]
        for el in paragraphs:
            change(el)
        return bool(paragraphs)

    return of_tree(changed)


def _renamed(tag: str) -> Callable[[Element], None]:
    def change(el: Element) -> None:
        el.tag = tag

    return change


def _wrapped(markup: str) -> Callable[[Element], None]:
    """Puts an element into the innermost element of a fragment."""

    def change(el: Element) -> None:
        outer = elements_of(markup)[0]
        inner = outer
        while len(inner):
            inner = inner[0]
        outer.tail, el.tail = el.tail, None
        el.getparent().replace(el, outer)
        inner.append(el)

    return change


def _inner(markup: str) -> Callable[[Element], None]:
    """Puts what an element holds into the innermost element of a fragment."""

    def change(el: Element) -> None:
        outer = elements_of(markup)[0]
        inner = outer
        while len(inner):
            inner = inner[0]
        inner.text, el.text = el.text, None
        inner.extend(list(el))
        el.append(outer)

    return change


def _joined(breaks: int) -> Change:
    """The change of neighbouring paragraphs to one `div` with line breaks."""

    def changed(tree: Element, original: Original) -> bool:
        runs: list[list[Element]] = []
        for el in original.paragraphs(tree):
            if el.tag != "p":
                continue
            last = runs[-1][-1] if runs else None
            if last is not None and el.getprevious() is last and not (last.tail or "").strip():
                runs[-1].append(el)
            else:
                runs.append([el])
        runs = [run for run in runs if len(run) >= _LEAST_RUN]
        for run in runs:
            box = tree.makeelement("div")
            run[0].addprevious(box)
            box.tail = run[-1].tail
            for number, el in enumerate(run):
                el.tail = None
                for _ in range(breaks if number else 0):
                    box.append(tree.makeelement("br"))
                _append(box, el)
        return bool(runs)

    return of_tree(changed)


def _append(box: Element, el: Element) -> None:
    """Move what an element holds to the end of a box."""
    if el.text:
        if len(box):
            box[-1].tail = (box[-1].tail or "") + el.text
        else:
            box.text = (box.text or "") + el.text
    box.extend(list(el))
    el.getparent().remove(el)


def _sentences(el: Element) -> None:
    parts = _SENTENCE_END.split(el.text or "")
    if len(parts) < 2:
        return
    el.text = None
    for at, part in enumerate(parts):
        span = el.makeelement("span", {"data-sentence": str(at)})
        span.text = part
        el.insert(at, span)


def _drop_cap(tree: Element, original: Original) -> bool:
    first = next((el for el in original.paragraphs(tree) if len((el.text or "").strip()) > 60), None)
    if first is None:
        return False
    text = first.text.lstrip()
    cap = first.makeelement("span", {"class": "drop-cap"})
    cap.text, cap.tail, first.text = text[0], text[1:], None
    first.insert(0, cap)
    return True


def _linked(el: Element) -> None:
    """Words that a program has made links to the site's topics."""
    match = _KEYWORDS.search(el.text or "", 20)
    if match:
        link = el.makeelement("a", {"href": f"/topic/{len(match[0])}"})
        link.text, link.tail, el.text = match[0], el.text[match.end() :], el.text[: match.start()]
        el.insert(0, link)


def _whole_body(markup: str) -> Change:
    """The change that puts all that the body holds into the innermost first element of a fragment."""
    return of_tree(lambda tree, _: _inner(markup)(body_of(tree)))


def _text_box(tree: Element, original: Original) -> Element | None:
    """The innermost box around most paragraphs."""
    paragraphs = original.paragraphs(tree)
    if len(paragraphs) < 4:
        return None
    boxes = paragraphs[len(paragraphs) // 2].iterancestors()
    held = ((box, sum(box in el.iterancestors() for el in paragraphs)) for box in boxes)
    box = next((box for box, count in held if count >= 0.8 * len(paragraphs)), None)
    return box if box is not None and box.tag not in ("body", "html") else None


def _shadow(tree: Element, original: Original) -> bool:
    box = _text_box(tree, original)
    if box is not None:
        _wrapped('<x-article><template shadowrootmode="open"></template></x-article>')(box)
    return box is not None


def _doubled(tree: Element, original: Original) -> bool:
    """The text twice, for wide and for narrow screens."""
    box = _text_box(tree, original)
    if box is None:
        return False
    twin = copy.deepcopy(box)
    twin.attrib.pop("id", None)
    box.set("class", box.get("class", "") + " hidden-xs")
    twin.set("class", twin.get("class", "") + " visible-xs")
    twin.tail = None
    box.addnext(twin)
    return True


def _divided(tree: Element, original: Original) -> bool:
    """The box of the text as two boxes, with an advertisement between them."""
    box = _text_box(tree, original)
    if box is None or len(box) < 4:
        return False
    second = box.makeelement(box.tag, dict(box.attrib))
    second.extend(list(box)[len(box) // 2 :])
    second.tail, box.tail = box.tail, None
    box.addnext(second)
    add_after(box, '<div class="ad"><div id="ad-middle"><script>ads.push("middle")</script></div></div>')
    return True


def _headline_as(markup: str) -> Change:
    def changed(tree: Element, original: Original) -> bool:
        headline = original.headline(tree)
        if headline is None:
            return False
        new = elements_of(markup)[0]
        new.text, new.tail = headline.text, headline.tail
        new.extend(list(headline))
        headline.getparent().replace(headline, new)
        return True

    return of_tree(changed)


def _headline_twice(place: Callable[[Element, str], None]) -> Change:
    def changed(tree: Element, original: Original) -> bool:
        headline = original.headline(tree)
        if headline is None:
            return False
        place(headline, f'<div class="mobile-title"><h2>{escape(text_of(headline))}</h2></div>')
        return True

    return of_tree(changed)


def _no_names(tree: Element, _: Original) -> None:
    for el in tree.iter("*"):
        for name in ("class", "id", "role"):
            el.attrib.pop(name, None)


def _no_scripts(tree: Element, _: Original) -> None:
    for script in list(tree.iter("script")):
        if "ld+json" not in (script.get("type") or ""):
            ablation.drop(script)


def _related(original: Original, *, names: bool) -> str:
    """A box with other articles, their bylines and days."""
    items = "".join(
        f'<li{_class("teaser", names)}><a href="/story/{number}"><img src="/{number}.jpg" alt="">'
        f"<h4>{escape(other['title'])}</h4></a>"
        f"<span{_class('teaser-byline', names)}>{escape(', '.join(other['authors'][:2]))}</span> "
        f"<time>{(other['published'] or '')[:10]}</time></li>"
        for number, other in enumerate(original.others)
    )
    return f"<div{_class('related-articles', names)}><h3>More from our newsroom</h3><ul>{items}</ul></div>"


def _class(name: str, names: bool) -> str:
    return f' class="{name if names else "css-" + str(len(name)) + "x9q"}"'


def _related_at(place: str, *, names: bool = True) -> Change:
    def changed(tree: Element, original: Original) -> bool:
        paragraphs = original.paragraphs(tree)
        if len(paragraphs) < 3 or not original.others or any(el.tag == "li" for el in paragraphs):
            return False
        box = _related(original, names=names)
        if place == "before":
            add_before(paragraphs[0], box)
        else:
            add_after(paragraphs[-1 if place == "after" else len(paragraphs) // 2], box)
        return True

    return of_tree(changed)


def _slider(tree: Element, original: Original) -> bool:
    """Teasers above everything, the first for this very article."""
    answers = [original.answer, *original.others]
    slides = "".join(
        f'<div class="slide"><a href="{escape(answer["url"] or "/")}"><img src="/{number}.jpg" alt="">'
        f"<h3>{escape(answer['title'])}</h3><p>{escape(_teaser(answer))}</p></a></div>"
        for number, answer in enumerate(answers)
    )
    add_first(body_of(tree), f'<div class="slider">{slides}</div>')
    return True


def _teaser(answer: dict[str, object]) -> str:
    return str(answer["text"]).split("\n")[0][:140]


def _endless(tree: Element, original: Original) -> bool:
    """Another article of the site below this one, as a page shows it that loads the next while one reads."""
    if original.neighbour is None:
        return False
    box = tree.makeelement("div", {"class": "next-page"})
    box.extend(list(body_of(parse(original.neighbour))))
    body_of(tree).append(box)
    return True


def _menus_twice(tree: Element, original: Original) -> bool:
    """The page's own menu and footer twice: for wide and for narrow screens."""
    menus = [el for el in body_of(tree).iter("nav", "header", "footer") if not el.findall(".//h1")]
    for el in menus:
        twin = copy.deepcopy(el)
        twin.tag, twin.tail = "div", None
        el.addnext(twin)
    return bool(menus)


CHANGES: dict[str, Change] = {
    "p as div": _each_paragraph(_renamed("div")),
    "p as br br": _joined(2),
    "p as br": _joined(1),
    "p as custom element": _each_paragraph(_renamed("x-paragraph")),
    "p as display block span": _each_paragraph(_renamed("span")),
    "p as li": _each_paragraph(_wrapped("<ul><li></li></ul>")),
    "p as pre-wrapped": _each_paragraph(_renamed("pre")),
    "p in section": _each_paragraph(_wrapped("<section></section>")),
    "p in div div": _each_paragraph(_wrapped('<div class="block"><div class="block-inner"></div></div>')),
    "p in custom element": _each_paragraph(_wrapped("<x-block></x-block>")),
    "p in table": _each_paragraph(_wrapped("<table><tr><td></td></tr></table>")),
    "p in blockquote": _each_paragraph(_wrapped("<blockquote></blockquote>")),
    "p in span": _each_paragraph(_wrapped("<span></span>")),
    "p of a word processor": _each_paragraph(
        _inner('<span style="font-size:12.0pt"><span lang="EN-GB"><font face="Arial"></font></span></span>')
    ),
    "p bold": _each_paragraph(_inner("<strong></strong>")),
    "p bold and in italics": _each_paragraph(_inner("<b><i></i></b>")),
    "p marked": _each_paragraph(_inner("<mark></mark>")),
    "sentences in spans": _each_paragraph(_sentences),
    "drop cap": of_tree(_drop_cap),
    "keywords linked": _each_paragraph(_linked),
    "table around all": _whole_body('<table width="100%"><tr><td></td></tr></table>'),
    "form around all": _whole_body('<form method="post" action="./page.aspx" id="aspnetForm"></form>'),
    "hidden until drawn": _whole_body('<div id="app" style="visibility:hidden"></div>'),
    "twenty boxes around all": _whole_body("<div>" * 20 + "</div>" * 20),
    "custom element around all": _whole_body("<app-root><app-page></app-page></app-root>"),
    "shadow root": of_tree(_shadow),
    "text twice": of_tree(_doubled),
    "text in two boxes": of_tree(_divided),
    "menus twice": of_tree(_menus_twice),
    "no elements of HTML 5": of_tree(lambda tree, _: ablation.elements(tree)),
    "headline as div": _headline_as('<div class="title"></div>'),
    "headline as unnamed div": _headline_as('<div class="css-1x9q"></div>'),
    "headline as h2": _headline_as("<h2></h2>"),
    "headline as custom element": _headline_as("<x-headline></x-headline>"),
    "headline twice, before": _headline_twice(add_before),
    "headline twice, after": _headline_twice(add_after),
    "names hashed": of_tree(lambda tree, _: ablation.names(tree)),
    "no names": of_tree(_no_names),
    "no inline scripts": of_tree(_no_scripts),
    "no JSON-LD": of_tree(lambda tree, _: ablation.json_ld(tree)),
    "no statements": of_tree(lambda tree, _: ablation.statements(tree)),
    "related before": _related_at("before"),
    "related amid": _related_at("amid"),
    "related after": _related_at("after"),
    "related before, unnamed": _related_at("before", names=False),
    "related amid, unnamed": _related_at("amid", names=False),
    "related after, unnamed": _related_at("after", names=False),
    "slider": of_tree(_slider),
    "endless": of_tree(_endless),
}
