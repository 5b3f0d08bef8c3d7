"""Template filters: times, names and links as text. Jinja escapes every plain string."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from urllib.parse import urlsplit

from markupsafe import Markup, escape

from db.display.humanize import duration_parts, format_local_time, format_size
from db.display.shell_commands import shell_command
from db.inspect.pages.articles.permalinks import person_path
from db.inspect.pages.cookbook import parameter_label, questions_by_subject
from db.inspect.translation.catalogues import gettext, gettext_noop
from db.inspect.translation.dates import dated, time_locale
from db.inspect.translation.terms import count_label, said, term
from db.models import Moment, OffsetFrom, Precision
from db.search.snippets import MarkedText
from db.text.changes import ChangedWords
from db.timestamps import parse_timestamp

_PRECISIONS = {
    Precision.DAY: gettext_noop("to the day"),
    Precision.MINUTE: gettext_noop("to the minute"),
    Precision.SECOND: gettext_noop("to the second"),
}
_OFFSETS = {
    OffsetFrom.SITE: gettext_noop("offset by the site's rule"),
    OffsetFrom.COUNTRY: gettext_noop("offset of the site's country"),
    OffsetFrom.LANGUAGE: gettext_noop("offset of the language's country"),
    OffsetFrom.UNKNOWN: gettext_noop("offset unknown"),
}
_UNITS = {
    "d": gettext_noop("%(number)s d"),
    "h": gettext_noop("%(number)s h"),
    "min": gettext_noop("%(number)s min"),
    "s": gettext_noop("%(number)s s"),
}
# Below this a duration has tenths, as in the terminal (`db.display.humanize.format_run_duration`).
_TENTHS_S = 59.95
# Longer cells of tables are folded: two lines of the widest column.
_FOLDED_FROM = 90
_MARKS = {"gone": Markup("<del>{}</del>"), "come": Markup("<ins>{}</ins>")}


def when(text: str | None) -> Markup:
    """A timestamp in local time, with the exact one as attribute."""
    if not text:
        return Markup("")
    return Markup('<time datetime="{}">{}</time>').format(text, format_local_time(text))


def page_time(at: Moment | None) -> str:
    """A time in local time, then as the page states it, and its precision."""
    if at is None:
        return ""
    notes = [gettext(_PRECISIONS[at.precision])]
    if at.precision is not Precision.DAY and at.offset_from in _OFFSETS:
        notes.append(gettext(_OFFSETS[at.offset_from]))
    here, own = format_local_time(at.iso), at.iso.replace("T", " ")
    if not own.startswith(here):
        own = gettext("%(here)s; by the page’s own clock %(own)s") % {"here": here, "own": own}
    return gettext("%(time)s (%(notes)s)") % {"time": own, "notes": gettext(", ").join(notes)}


def clock() -> str:
    """The local time zone, with its offset from UTC."""
    now = datetime.now().astimezone()
    name, of = f"{now:%Z}", f"{now:%z}"
    offset = "UTC" if not now.utcoffset() else f"UTC{of[:3]}:{of[3:5]}"
    return offset if name == offset or not name.isalpha() else f"{name}, {offset}"


def duration(seconds: float) -> str:
    """A duration in its two largest units: 3 min 20 s."""
    return " ".join(gettext(_UNITS[unit]) % {"number": number} for number, unit in duration_parts(seconds))


def elapsed(started_at: str, ended_at: str | None) -> str:
    """The time from a run's start to its end, with tenths below one minute; "" while it runs."""
    if not ended_at:
        return ""
    seconds = (datetime.fromisoformat(ended_at) - datetime.fromisoformat(started_at)).total_seconds()
    if seconds >= _TENTHS_S:
        return duration(seconds)
    unit = _UNITS["s"]
    return gettext(unit) % {"number": f"{seconds:.1f}"}


def ago(text: str | None, now: datetime) -> str:
    """How long ago, roughly: in one unit."""
    if not text:
        return ""
    seconds = max(0.0, (now - parse_timestamp(text)).total_seconds())
    number, unit = duration_parts(seconds)[0]
    return gettext("%(duration)s ago") % {"duration": gettext(_UNITS[unit]) % {"number": number}}


def external_link(url: str | None, text: str | None = None) -> Markup:
    """A web address as a link if it is http or https, otherwise as text. The link sends no referrer."""
    if not url:
        return Markup("")
    if not is_web(url):
        return Markup('<span class="url">{}</span>').format(text or url)
    return Markup(
        '<a class="url out" href="{}" rel="noreferrer noopener nofollow external" target="_blank">{}</a>'
    ).format(url, text or url)


def is_web(url: str) -> bool:
    """Whether a browser would load a page at this address, and do nothing else."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc)


def names(text: str | None) -> list[str]:
    """A list stored as JSON."""
    return [str(name) for name in json.loads(text)] if text else []


def told(text: str) -> Markup:
    """A stored sentence of the program in the current language; marked as English where its translation is not known."""
    shown = said(text)
    return (
        Markup("<span>{}</span>").format(shown) if shown != text else Markup('<span lang="en">{}</span>').format(text)
    )


def figure(value: object) -> str:
    """A number, or the sum of counts by reason."""
    if isinstance(value, Mapping):
        value = sum(value.values())
    return f"{value:,}" if isinstance(value, int) else ""


def share(part: int, whole: int) -> str:
    """A share in per cent."""
    return f"{part / whole:.0%}" if whole else ""


def marked(pieces: list[ChangedWords]) -> Markup:
    """Words with removed and added ones marked."""
    parts = []
    for piece in pieces:
        wrapping = _MARKS.get(piece.kind.value)
        parts.append(wrapping.format(piece.text) if wrapping else escape(piece.text))
    return Markup("").join(parts)


def highlighted(piece: MarkedText) -> Markup:
    """A text with search matches marked."""
    parts, at = [], 0
    for start, end in piece.marks:
        parts += [escape(piece.text[at:start]), Markup("<mark>{}</mark>").format(piece.text[start:end])]
        at = end
    return Markup("").join([*parts, escape(piece.text[at:])])


def folded(value: object) -> Markup:
    """A cell of a table; a long text folded away below its beginning. What is markup already is left as it is."""
    if hasattr(value, "__html__"):
        return escape(value)
    text = "" if value is None else str(value)
    if len(text) <= _FOLDED_FROM and text.count("\n") < 2:
        return escape(text)
    start = " ".join(text[:_FOLDED_FROM].split())
    return Markup('<details class="folded"><summary>{}…</summary><div>{}</div></details>').format(start, text)


def is_figure(value: object) -> bool:
    """Whether a cell of a result is a number: Datasette hands all of them over as text."""
    return isinstance(value, str) and re.fullmatch(r"-?\d{1,15}(\.\d+)?", value) is not None


def code(text: str) -> Markup:
    """A text with its `commands` as code."""
    parts = re.split(r"`([^`]*)`", text)
    return Markup("").join(Markup("<code>{}</code>").format(part) if at % 2 else part for at, part in enumerate(parts))


def described_first(
    views: Sequence[Mapping[str, str]], metadata: Mapping[str, Mapping[str, object]]
) -> list[Mapping[str, str]]:
    """Datasette's list of views, those whose columns are described first."""
    return sorted(views, key=lambda view: "columns" not in metadata.get(view["name"], {}))


FILTERS = {
    "when": when, "stated": page_time, "outward": external_link, "span": duration, "names": names, "figure": figure,
    "marked": marked, "lit": highlighted, "bytes": format_size,
    "is_web": is_web, "term": term, "said": said, "told": told, "dated": dated,
    "person_path": person_path, "folded": folded, "code": code, "is_figure": is_figure,
}  # fmt: skip
FUNCTIONS = {
    "command": shell_command, "took": elapsed, "share": share, "ago": ago, "clock": clock,
    "count_label": count_label, "time_locale": time_locale,
    "questions_by_subject": questions_by_subject, "parameter_label": parameter_label, "described_first": described_first,
}  # fmt: skip
