"""What `copydesk show --why` says of a page that a browser has drawn, and of its source's need of one."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping

from cli.output.tables import format_local_time, format_size, plain
from db.diagnosis.render_verdicts import verdict_text
from db.display.humanize import counted
from db.store.crawl.drawings import load_drawing, load_render_state
from db.store.extraction.pages import page_origin


def drawing_lines(conn: sqlite3.Connection, page_id: int) -> Iterator[str]:
    """How a page was drawn, and why pages of its source are; nothing where neither is known."""
    drawing = load_drawing(conn, page_id)
    if drawing is not None:
        blocked = ", ".join(f"{plain(kind)} {count}" for kind, count in drawing.blocked.items()) or "nothing"
        at = format_local_time(drawing.started_at)
        yield ""
        yield f"drawn by {drawing.browser} on {at} in {(drawing.duration_ms or 0) / 1000:.1f} s; waited for: {drawing.wait_rule}"
        yield (
            f"  {counted(drawing.requests or 0, 'request')} of its scripts, "
            f"{format_size(drawing.received or 0)}; not loaded: {blocked}"
        )
    state = load_render_state(conn, page_origin(conn, page_id).source_id, "article")
    if state.verdict is not None and state.decided_at is not None:
        since = format_local_time(state.decided_at)
        yield ""
        yield f"of this source: {verdict_text(state.verdict, 'article')} (since {since}):"
        yield from (f"  {_evidence(page)}" for page in state.evidence)


def _evidence(page: Mapping[str, object]) -> str:
    said = [f"{name} {page[name]}" for name in ("received", "drawn") if page.get(name)]
    for name in ("fields gained", "signs"):
        if values := page.get(name):
            said.append(f"{name}: {', '.join(map(str, values)) if isinstance(values, list) else json.dumps(values)}")
    return plain(f"{page.get('url', '')}: {'; '.join(said)}")
