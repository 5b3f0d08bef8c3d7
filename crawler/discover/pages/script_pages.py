"""Whether scripts draw what a page shows, so that the page as sent holds nothing to read. Pure."""

from __future__ import annotations

from lxml import etree

from crawler.discover.front_pages.read_front_page import parse_page

MOST_TEXT = 400
"""Characters outside menus, header and footer from which a page has content of its own: a front page with six headlines has
more.
"""
MOST_LINKS = 8
"""Links outside of them; a menu that stands in no element for menus has about as many."""
_FURNITURE = frozenset({"nav", "header", "footer", "aside", "form"})
_NO_TEXT = frozenset({"script", "style", "noscript", "template", "svg", "head", "title"})


def drawn_by_script(body: bytes, content_type: str | None) -> str | None:
    """What shows that a page without articles is drawn by a script, None where nothing does."""
    root = parse_page(body, content_type)
    scripts = sum(1 for _ in root.iter("script")) if root is not None else 0
    if root is None or not scripts:
        return None
    text, links = _own_content(root)
    if text > MOST_TEXT or links > MOST_LINKS:
        return None
    return (
        f"{scripts} script{'' if scripts == 1 else 's'}, {text} characters of text and {links} link"
        f"{'' if links == 1 else 's'} beside its menus"
    )


def _own_content(root: etree._Element) -> tuple[int, int]:
    """Characters of text, and links, outside of menus, header and footer."""
    text = links = 0
    waiting = [root]
    while waiting:
        element = waiting.pop()
        if not isinstance(element.tag, str) or element.tag in _FURNITURE or element.tag in _NO_TEXT:
            continue
        links += element.tag == "a" and bool(element.get("href"))
        text += len((element.text or "").strip())
        for child in element:
            text += len((child.tail or "").strip())
            waiting.append(child)
    return text, links
