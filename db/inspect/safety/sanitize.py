"""Sanitize a stored page: what a reader saw of it, and nothing that runs, loads, or leads away.

Three defences, each sufficient by itself for its purpose:

    this module      keeps only allowed elements and attributes; the result contains no addresses
    POLICY           the browser loads nothing for the document and runs nothing in it, whatever it contains
    sandbox=""       the frame around it has no origin, no scripts, no forms, and cannot navigate

nh3 parses the page as a browser does (html5ever), so no text becomes markup by being parsed differently. Its time grows
with the square of the nesting depth (200,000 nested `<div>` took minutes): elements deeper than browsers allow are
removed before (`db.inspect.safety.html_depth`). Other expensive input ends with the process that this runs in
(`db.inspect.worker`).
"""

from __future__ import annotations

import re
from html import escape

import nh3

from db.inspect.safety.html_depth import limit_depth
from db.inspect.translation.catalogues import current_language, gettext

POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'self'; sandbox"
)
HEADERS = {"content-security-policy": POLICY, "cache-control": "no-store"}
# A page of the largest news sites has some 2 million characters; more is of no use to a reader.
MAX_CHARACTERS = 4_000_000

_TAGS = frozenset(
    [
        "a",
        "abbr",
        "address",
        "article",
        "aside",
        "b",
        "bdi",
        "bdo",
        "big",
        "blockquote",
        "br",
        "caption",
        "center",
        "cite",
        "code",
        "col",
        "colgroup",
        "dd",
        "del",
        "details",
        "dfn",
        "div",
        "dl",
        "dt",
        "em",
        "figcaption",
        "figure",
        "font",
        "footer",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hgroup",
        "hr",
        "i",
        "img",
        "ins",
        "kbd",
        "label",
        "legend",
        "li",
        "main",
        "mark",
        "menu",
        "nav",
        "ol",
        "p",
        "pre",
        "q",
        "rp",
        "rt",
        "ruby",
        "s",
        "samp",
        "section",
        "small",
        "span",
        "strike",
        "strong",
        "sub",
        "summary",
        "sup",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "time",
        "tr",
        "tt",
        "u",
        "ul",
        "var",
        "wbr",
    ]
)
# Removed with their content. Of other elements that are not allowed the text stays.
_REMOVED = frozenset(
    [
        "applet",
        "audio",
        "canvas",
        "datalist",
        "embed",
        "frame",
        "frameset",
        "iframe",
        "math",
        "noembed",
        "object",
        "option",
        "script",
        "select",
        "style",
        "svg",
        "template",
        "textarea",
        "title",
        "video",
    ]
)
_EVERYWHERE = frozenset({"align", "dir", "lang", "style", "title", "hidden"})
_ATTRIBUTES = {
    "*": _EVERYWHERE,
    "img": {"alt"},
    "ol": {"start", "reversed"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "time": {"datetime"},
    "details": {"open"},
}
# Hidden elements stay hidden. None of these properties takes an address.
_STYLES = {"display", "visibility", "text-align", "font-weight", "font-style", "text-decoration"}
# A browser without scripts shows its content; html5ever assumes scripts and would return its markup as text.
_NOSCRIPT = re.compile(r"</?noscript\b[^>]{0,200}>", re.I)
_LANGUAGE = re.compile(
    r"<html\b[^>]{0,500}?\blang\s{0,3}=\s{0,3}[\"']?([A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3})\b", re.I
)

_STYLE = """
:root { color-scheme: light dark; }
body { margin: 1rem; font: 15px/1.55 Georgia, "Noto Serif", "Songti SC", "Noto Serif CJK SC", serif; overflow-wrap: anywhere;
  color: #23211e; background: #fdfcf9; }
h1, h2, h3, h4 { line-height: 1.25; }
img { display: inline-block; padding: .3rem .6rem; border: 1px dashed #8b857a; color: #5d574c;
  font: 13px/1.4 system-ui, sans-serif; }
img:not([alt]), img[alt=""] { display: none; }
a { color: #1f4e79; text-decoration: underline dotted; }
table { border-collapse: collapse; } td, th { padding: .15rem .4rem; vertical-align: top; }
pre { white-space: pre-wrap; }
.note { font: 14px/1.5 system-ui, sans-serif; color: #5d574c; }
@media (prefers-color-scheme: dark) {
  body { color: #ddd8ce; background: #1b1c1f; } a { color: #9cc4ec; } img, .note { color: #b0a99c; }
  font, [style] { color: inherit; }
}
"""


def sanitize_page(html: str, *, title: str = "") -> str:
    """A complete document with the sanitized content of a page (or of several parts of one, joined)."""
    cut = html[:MAX_CHARACTERS]
    left = nh3.clean(
        limit_depth(_NOSCRIPT.sub("", cut)),
        tags=set(_TAGS),
        clean_content_tags=set(_REMOVED),
        attributes={tag: set(names) for tag, names in _ATTRIBUTES.items()},
        url_schemes=set(),
        filter_style_properties=set(_STYLES),
        link_rel=None,
    )
    if len(cut) < len(html):
        left += f'<p class="note">The page goes on; its first {MAX_CHARACTERS:,} characters are shown.</p>'
    language = _LANGUAGE.search(cut[:20_000])
    return _document(left, title, language[1] if language else "")


def is_sandboxed_path(path: str) -> bool:
    """Whether the response at this path of ours contains foreign content."""
    return path.startswith(("/-/stored/", "/-/received/"))


def note_document(text: str) -> str:
    """A document with one sentence, in place of a page that cannot be shown."""
    return _document(f'<p class="note">{escape(text)}</p>', "", current_language())


def _document(body: str, title: str, language: str) -> str:
    lang = f' lang="{escape(language)}"' if language else ""
    title = title or gettext("Stored page")
    return (
        f'<!doctype html><html{lang}><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{_STYLE}</style></head><body>{body}</body></html>"
    )
