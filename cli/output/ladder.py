"""The ladder of `copydesk why`, as lines for a terminal and as an object for JSON."""

from __future__ import annotations

from collections.abc import Iterator

from cli.output.tables import WIDEST_PROSE, format_local_time, padded, plain, styled, wrapped
from db.diagnosis.evidence import LABELS, Diagnosis, Rung, RungState
from db.timestamps import format_timestamp

_MARKS = {
    RungState.OK: ("ok", "green"),
    RungState.WARNING: ("odd", "yellow"),
    RungState.BROKEN: ("broken", "red"),
    RungState.UNKNOWN: ("?", None),
}
_LABEL_WIDTH = 11
_MARK_WIDTH = 6


def ladder_lines(diagnosis: Diagnosis, width: int) -> Iterator[str]:
    """The sentence, the checks with their evidence, and what to do next."""
    width = max(40, min(width, WIDEST_PROSE + 20))
    found = diagnosis.found
    colour = "red" if found and found.state is RungState.BROKEN else "yellow" if found else "green"
    for line in wrapped(plain(diagnosis.sentence), width, whole_words=True):
        yield styled(line, bold=True, fg=colour)
    if found is not None and (found.advice or found.command):
        yield from _next(found, width)
    yield ""
    for rung in diagnosis.rungs:
        yield from _rung_lines(rung, width)
    yield ""
    at = format_local_time(diagnosis.checked_at)
    yield styled(f"looked at {at}, now" if diagnosis.online else f"from what is stored, last of {at}", dim=True)


def _next(rung: Rung, width: int) -> Iterator[str]:
    if rung.advice:
        yield from wrapped(f"{rung.advice[:1].upper()}{plain(rung.advice)[1:]}.", width)
    if rung.command:
        yield f"  {plain(rung.command)}"


def _rung_lines(rung: Rung, width: int) -> Iterator[str]:
    mark, colour = _MARKS[rung.state]
    head = f"{styled(padded(mark, _MARK_WIDTH), fg=colour)}  {padded(LABELS[rung.name], _LABEL_WIDTH)}  "
    indent = _MARK_WIDTH + _LABEL_WIDTH + 4
    for number, line in enumerate(wrapped(plain(rung.message), width - indent, whole_words=True)):
        yield f"{' ' * indent if number else head}{line}"
    for text in rung.lines:
        for line in wrapped(plain(text), width - indent - 2, whole_words=True):
            yield styled(f"{' ' * (indent + 2)}{line}", dim=True)


def ladder_object(diagnosis: Diagnosis) -> dict[str, object]:
    """The same for JSON."""
    found = diagnosis.found
    return {
        "name": diagnosis.name,
        "url": diagnosis.url,
        "checked_at": format_timestamp(diagnosis.checked_at),
        "online": diagnosis.online,
        "sentence": diagnosis.sentence,
        "state": found.state.value if found else "ok",
        "rung": found.name.value if found else None,
        "advice": found.advice if found else "",
        "command": found.command if found else "",
        "rungs": [
            {
                "name": rung.name.value,
                "state": rung.state.value,
                "message": rung.message,
                "lines": list(rung.lines),
                "advice": rung.advice,
                "command": rung.command,
            }
            for rung in diagnosis.rungs
        ],
    }
