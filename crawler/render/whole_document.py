"""The document as a reader sees it: with what open shadow roots and frames of its own site hold, in their places.

A browser's own serialisation leaves both out. The copy is made in a document without scripts, so that nothing of the page runs or
changes meanwhile. Pages without either are serialised by the browser.
"""

from __future__ import annotations

import asyncio
import contextlib
from urllib.parse import urlsplit

from playwright.async_api import Error as BrowserError
from playwright.async_api import Frame, Page

from pipelines.urls import same_site

# Frames of a page that are loaded, and the bytes of their documents in all. Articles with tables or live tickers have two or three.
MOST_FRAMES, FRAME_BYTES = 10, 2 * 1024 * 1024
# Characters of text: a frame with less holds a button or a player.
FRAME_TEXT = 200
# Seconds for one frame: one that hangs is left out.
FRAME_LIMIT_S = 2.0
# Shadow roots that are written out; the elements behind them are copied without. A page of components has some hundreds.
MOST_ROOTS = 2000
_FRAME_MARK = "data-copydesk-frame"

# Where a slot has been given nodes, they stand in its place; what no slot has been given is not shown. State in scripts is kept.
_COPY = f"""
const blank = document.implementation.createHTMLDocument('');
let roots = 0;
const copy = node => {{
    if (node.localName === 'template') return blank.importNode(node, true);
    const given = node.localName === 'slot' && node.assignedNodes ? node.assignedNodes() : [];
    if (given.length) {{
        const part = blank.createDocumentFragment();
        for (const child of given) part.append(copy(child));
        return part;
    }}
    const made = blank.importNode(node, false);
    if (node.localName === 'iframe' && node.hasAttribute('{_FRAME_MARK}')) {{
        const part = blank.createElement('div');
        part.innerHTML = node.getAttribute('{_FRAME_MARK}');
        return part;
    }}
    const root = node.shadowRoot && ++roots <= {MOST_ROOTS} ? node.shadowRoot : null;
    for (const child of (root || node).childNodes) made.append(copy(child));
    if (root) for (const child of node.children) if (child.localName === 'script') made.append(copy(child));
    return made;
}};
"""
_DOCUMENT = f"""() => {{
    const holds = node => [...node.querySelectorAll('*')].some(
        element => element.shadowRoot || element.hasAttribute('{_FRAME_MARK}'));
    if (!holds(document)) return null;
    {_COPY}
    const kind = document.doctype ? '<!DOCTYPE ' + document.doctype.name + '>' : '';
    return kind + copy(document.documentElement).outerHTML;
}}"""
_BODY = f"""() => {{
    if (!document.body) return '';
    {_COPY}
    const body = copy(document.body);
    for (const script of body.querySelectorAll('script, style')) script.remove();
    return body.textContent.trim().length >= {FRAME_TEXT} ? body.innerHTML : '';
}}"""
_MARK = f"""(element, text) => {{
    if (!element.checkVisibility()) return;
    element.setAttribute('{_FRAME_MARK}', text);
}}"""


def is_frame_of(url: str, page: str) -> bool:
    """Whether a frame with that address belongs to the page's site."""
    return url == "about:srcdoc" or (urlsplit(url).scheme in ("http", "https") and same_site(url, page))


async def whole_document(page: Page, url: str) -> str:
    """The document of a page, which has the address `url`. Raises Playwright's Error."""
    room = FRAME_BYTES
    # Inner frames first: each is then part of the one around it.
    for frame in reversed([one for one in page.frames if one is not page.main_frame][: 2 * MOST_FRAMES]):
        if is_frame_of(frame.url, url):
            with contextlib.suppress(BrowserError, TimeoutError):
                async with asyncio.timeout(FRAME_LIMIT_S):
                    room -= await _mark(frame, room)
    with contextlib.suppress(BrowserError):  # nested too deep to be copied, or built-in functions replaced by the page
        document = await page.evaluate(_DOCUMENT)
        if isinstance(document, str):
            return document
    return await page.content()


async def _mark(frame: Frame, room: int) -> int:
    """Put a frame's document on its element, where it fits. Returns the bytes that it takes."""
    text = await frame.evaluate(_BODY)
    size = len(text.encode("utf-8", "replace")) if isinstance(text, str) else 0
    if not 0 < size <= room:
        return 0
    await (await frame.frame_element()).evaluate(_MARK, text)
    return size
