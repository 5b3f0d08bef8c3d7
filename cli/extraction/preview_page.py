"""The report of `copydesk extract preview`: one page of HTML without scripts or network, for screens and phones, light or dark.

Everything that comes from a page is escaped. Addresses are shown as text, never as links.
"""

from __future__ import annotations

import json
from collections import Counter
from html import escape

from cli.extraction.preview_style import STYLE
from cli.output.excerpts import excerpt
from db.display.humanize import counted
from db.store.extraction.outcomes import Extractor
from db.store.extraction.page_selection import Selection
from db.text.changes import ChangedWords, ChangeKind, pieces
from pipelines.processing.comparison import ExtractionFailure, FieldChange, OutcomeDifferences

# Fates in the order of the bar: the name of the fate, which is also that of its CSS class, and its label.
_FATES = (
    ("same", "stay as they are"),
    ("changed", "articles with other fields"),
    ("accepted", "rejected pages that would be articles"),
    ("rejected", "articles that would be rejected"),
    ("reason", "rejected for another reason"),
    ("failed", "would fail and keep their outcome"),
    ("pruned", "pruned, stay as they are"),
)
# Characters shown of a value, of a value before the first difference, and of a traceback.
_SHOWN, _LEAD, _DETAIL = 900, 120, 3000
_SOURCES = 20
# The narrowest part of a bar, in percent, that is still visible.
_LEAST = 0.4


def preview_page(found: OutcomeDifferences, selection: Selection, extractor: Extractor, partly: str | None) -> str:
    """The page. `partly` is a note for the reader where not all pages were compared."""
    share = _share(found.differing, found.pages)
    parts = [
        f"<header><h1>{found.differing:,} of {counted(found.pages, 'page')} would change <small>{share}</small></h1>",
        f'<p class="by">{_selection(selection)}, extracted by {escape(extractor.code)}, rules {escape(extractor.rules)},'
        f" trafilatura {escape(extractor.trafilatura)}. Nothing was written.</p>",
        f'<p class="warn">{escape(partly)}.</p>' if partly else "",
        "</header>",
        _fates(found.fates, found.pages),
        _bars("By field", found.fields, found.pages, "field-"),
        _bars("By source", Counter(dict(found.sources.most_common(_SOURCES))), max(1, found.differing), None),
        _failed(found.failed, found.fates["failed"]),
        *(_samples(name, count, found.samples[name]) for name, count in _by_count(found.fields)),
    ]
    head = (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">'
        f"<title>Copydesk: what would change</title><style>{STYLE}</style></head>"
    )
    return f"{head}<body><main>{''.join(parts)}</main></body></html>\n"


def _by_count(fields: Counter[str]) -> list[tuple[str, int]]:
    """Fields by count; provenance last, because it changes whenever another field does."""
    return sorted(fields.most_common(), key=lambda one: one[0] == "provenance")


def _selection(selection: Selection) -> str:
    """The selection as HTML."""
    asked = json.loads(selection.name)
    given = {name: asked.get(name) for name in ("source_id", "since_said", "where", "url") if asked.get(name)}
    named = {"source_id": "source", "since_said": "since"}
    words = ["stale pages"] if selection.stale else [] if given else ["all pages"]
    words += [f"{named.get(name, name)} <code>{escape(str(value))}</code>" for name, value in given.items()]
    return "Selected: " + ", ".join(words)


def _share(count: int, of: int) -> str:
    return f"{count / of:.1%}" if of else "none"


def _fates(fates: Counter[str], pages: int) -> str:
    found = [(fate, label, fates[fate]) for fate, label in _FATES if fates[fate]]
    bar = "".join(
        f'<span class="f-{fate}" style="flex-grow:{max(_LEAST, 100 * count / pages):.3f}"></span>'
        for fate, _, count in found
    )
    rows = "".join(
        f'<li><i class="f-{fate}"></i><b>{count:,}</b> <span>{_share(count, pages)}</span> {label}</li>'
        for fate, label, count in found
    )
    stack = f'<div class="stack" role="img" aria-label="Shares of pages">{bar}</div>'
    return f'<section><h2>Pages</h2>{stack}<ul class="key">{rows}</ul></section>'


def _bars(title: str, counts: Counter[str], of: int, anchor: str | None) -> str:
    if not counts:
        return ""
    most = max(counts.values())
    rows = []
    for name, count in counts.most_common():
        shown = escape(name)
        label = f'<a href="#{anchor}{shown}">{shown}</a>' if anchor else shown
        rows.append(
            f'<tr><th scope="row">{label}</th><td class="bar"><span style="width:{100 * count / most:.2f}%"></span></td>'
            f'<td class="n">{count:,}</td><td class="n">{_share(count, of)}</td></tr>'
        )
    return f'<section><h2>{title}</h2><table class="bars">{"".join(rows)}</table></section>'


def _failed(failed: list[ExtractionFailure], count: int) -> str:
    if not failed:
        return ""
    rows = "".join(
        f'<details><summary><b class="tag">{escape(one.reason)}</b> page {one.page_id}'
        f' <span class="url">{escape(one.url)}</span></summary><pre>{escape(one.detail[-_DETAIL:])}</pre></details>'
        for one in failed
    )
    more = f"<p>and {count - len(failed):,} more</p>" if count > len(failed) else ""
    head = f"<h2>Would fail: {count:,}</h2><p>The stored outcomes of these pages would stay.</p>"
    return f'<section class="failed">{head}{rows}{more}</section>'


def _samples(name: str, count: int, samples: list[FieldChange]) -> str:
    shown = escape(name)
    pairs = "".join(_pair(sample) for sample in samples)
    first = f"the first {len(samples)} of {count:,}" if count > len(samples) else f"{count:,}"
    return f'<section id="field-{shown}"><h2>{shown} <small>{first}</small></h2>{pairs}</section>'


def _pair(sample: FieldChange) -> str:
    before, after = excerpt(sample.before, sample.after, _SHOWN, _LEAD)
    marks = pieces(before or "", after or "")
    return (
        f'<article><h3>page {sample.page_id} <span class="url">{escape(sample.url)}</span></h3><div class="pair">'
        f"<div><h4>before</h4>{_side(before, marks, ChangeKind.GONE, 'del')}</div>"
        f"<div><h4>after</h4>{_side(after, marks, ChangeKind.COME, 'ins')}</div></div></article>"
    )


def _side(value: str | None, marks: list[ChangedWords], own: ChangeKind, tag: str) -> str:
    if value is None:
        return '<p class="empty">empty</p>'
    text = "".join(
        f"<{tag}>{escape(piece.text)}</{tag}>" if piece.kind is own else escape(piece.text)
        for piece in marks
        if piece.kind in (ChangeKind.UNCHANGED, own)
    )
    return f'<p class="value" dir="auto">{text}</p>'
