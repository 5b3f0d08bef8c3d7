"""The article's text: trafilatura over the article's own container, then line by line what does not belong is dropped."""

from __future__ import annotations

from typing import Any

from lxml.html import HtmlElement, fragment_fromstring

from pipelines.reading.sheet import Sheet, squeeze


def read_body(sheet: Sheet, container: HtmlElement | None) -> str:
    """The text of an article: paragraphs divided by one newline, "" where there is none."""
    text = _extract(container) if container is not None else ""
    if len(text) < 100:
        whole = _extract(sheet.tree)
        text = whole if len(whole) > len(text) else text
    return "\n".join(line for raw in text.split("\n") if (line := squeeze(raw)))


def _extract(tree: HtmlElement) -> str:
    from trafilatura.core import bare_extraction  # 0.3 s to import: only where a page is read

    if tree.tag not in ("html", "body"):
        tree = _wrapped(tree)
    document: Any = bare_extraction(tree, fast=True, include_comments=False, with_metadata=False)
    return (document.text or "") if document is not None else ""


def _wrapped(el: HtmlElement) -> HtmlElement:
    from copy import copy

    page = fragment_fromstring("<html><body></body></html>") if False else None
    from lxml.html import document_fromstring

    page = document_fromstring("<html><body></body></html>")
    page.find("body").append(copy(el))
    return page
