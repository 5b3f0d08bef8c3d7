"""`copydesk digest`: what came in since yesterday, what is wrong, what was corrected, what everybody prints."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import click

from cli.context import CommandContext
from cli.format_options import json_option
from cli.output.json_output import print_json
from cli.output.paging import show_lines
from cli.output.tables import (
    WIDEST_PROSE,
    Column,
    cut,
    format_duration,
    format_local_time,
    output_width,
    plain,
    screen_width,
    styled,
    table,
    wrapped,
)
from cli.time_options import since_option
from db.display.humanize import counted
from db.display.shell_commands import shell_command
from db.errors import UsageError
from db.reports.digest import Digest, DigestAlert, build_digest
from db.reports.digest_articles import MOST_GONE, Correction
from db.reports.digest_object import digest_object
from db.store.service.alerts import AlertKind

_USUAL_SPAN = timedelta(days=1)
_LONGEST_SPAN = timedelta(days=31)
_MOST_SOURCES = 20
_SHOWN = 80
"""Letters of what was before and after a correction."""
_COLUMNS = (
    Column(title="source", least=12),
    Column(title="new", right=True, fixed=True),
    Column(title="copies", right=True, fixed=True),
    Column(title="revised", right=True, fixed=True),
    Column(title="usual", right=True, fixed=True),
)


@click.command(short_help="Show what came in since yesterday, and what needs a look.")
@click.option("--since", metavar="WHEN", help="From then on: 2d, 2026-11-24, at most 31 days.  [default: 1d]")
@click.option("--day", metavar="DATE", help="One day on this machine's clock instead: 2026-11-24.")
@json_option()
@click.pass_obj
def digest(context: CommandContext, since: str | None, day: str | None, as_json: bool) -> None:
    """Show what came in since yesterday, and what needs a look, each with the command that leads on.

    New articles by source, silent, rotting, thin and slow sources, the biggest stories, corrections, articles that are gone,
    rejections that grew. Counts go by the time of the fetch. The setting `digest` sends it to the alert hooks once a day.
    """
    start, end = _period(since, day, datetime.now(UTC))
    with context.read() as conn:
        found = build_digest(conn, start, end)
    if as_json:
        print_json(digest_object(found))
        return
    show_lines(list(_lines(found)))


def _period(since: str | None, day: str | None, now: datetime) -> tuple[datetime, datetime]:
    if since and day:
        raise UsageError("--since and --day exclude each other; give one of them")
    if day:
        try:
            start = datetime.strptime(day, "%Y-%m-%d").astimezone()
            end = min(now, (start.replace(tzinfo=None) + timedelta(days=1)).astimezone())
        except (ValueError, OverflowError):
            raise UsageError(f"--day: a date such as 2026-11-24 was expected, not {day!r}") from None
    else:
        start, end = since_option(since) or now - _USUAL_SPAN, now
    if start >= end:
        raise UsageError("the digest would be of the future; give an earlier day")
    if end - start > _LONGEST_SPAN:
        raise UsageError(f"a digest covers {_LONGEST_SPAN.days} days at most; `copydesk coverage` looks further back")
    return start, end


def _lines(found: Digest) -> Iterator[str]:
    since, until = (format_local_time(at) for at in (found.since, found.until))
    yield styled(f"{since} to {until}", bold=True)
    yield from wrapped(f"{found.summary}.", min(screen_width(), WIDEST_PROSE))
    if found.judged_late:
        yield from wrapped(_late_text(found.judged_late), min(screen_width(), WIDEST_PROSE))
    for part in (_news, _alerts, _gaps, _slow, _stories, _corrections, _gone, _rejections):
        lines = list(part(found))
        if lines:
            yield ""
            yield from lines
    if not found.news and not found.alerts:
        yield ""
        yield "Nothing came in; `copydesk status` says what runs and what is next."


def _late_text(number: int) -> str:
    of = counted(number, "source is", "sources are")
    return f"The coverage of {of} as judged last: days have come since. `copydesk coverage` judges anew."


def _news(found: Digest) -> Iterator[str]:
    shown, rest = found.news[:_MOST_SOURCES], found.news[_MOST_SOURCES:]
    if not shown:
        return
    rows: list[tuple[object, ...]] = [
        (
            one.source,
            f"{one.new:,}" if one.new else "",
            f"{one.copies:,}" if one.copies else "",
            f"{one.corrections:,}" if one.corrections else "",
            f"{one.usual:,.0f}" if one.usual is not None else "",
        )
        for one in shown
    ]
    if rest:
        totals = (sum(one.new for one in rest), sum(one.copies for one in rest), sum(one.corrections for one in rest))
        rows.append((counted(len(rest), "other"), *(f"{total:,}" if total else "" for total in totals), ""))
    yield from table(_COLUMNS, rows, width=output_width())


def _alerts(found: Digest) -> Iterator[str]:
    for heading, alerts in (
        ("Silent", found.alerts_of(AlertKind.SILENT)),
        ("Rotting", found.alerts_of(AlertKind.ROTTING)),
        ("Other alerts", found.other_alerts),
    ):
        if alerts:
            yield _heading(heading)
            for alert in alerts:
                yield from _item(_alert_text(alert, found.until), _leads(alert))


def _alert_text(alert: DigestAlert, now: datetime) -> str:
    name = alert.source or "this machine"
    kind = "" if alert.kind in (AlertKind.SILENT, AlertKind.ROTTING) else f"{alert.kind}, "
    lasts = format_duration(max(0.0, (now - alert.since).total_seconds()))
    return f"{name}: {kind}{alert.message} (for {lasts})"


def _leads(alert: DigestAlert) -> str:
    return shell_command("why", alert.source) if alert.source else "copydesk alerts"


def _gaps(found: Digest) -> Iterator[str]:
    if found.gaps:
        yield _heading("Thin, missing, not looked at")
    for together in found.gaps_together():
        gap, names = together[0].gap, [one.source for one in together]
        sum_of = sum(one.gap.lost for one in together)
        lost = f", about {counted(round(sum_of), 'article')}" if sum_of >= 0.5 else ""
        who = (
            names[0]
            if len(names) == 1
            else f"{counted(len(names), 'source')} ({', '.join(names[:3])}{', …' if names[3:] else ''})"
        )
        command = shell_command("coverage", names[0]) if len(names) == 1 else "copydesk coverage --since 14d"
        yield from _item(f"{who}: {gap.state.value}, {gap.span}{lost}", command)


def _slow(found: Digest) -> Iterator[str]:
    if found.slow:
        yield _heading("Slow")
    for one in found.slow:
        text = f"{one.source}: {one.seconds:.1f} s a request, {one.before:.1f} s before"
        yield from _item(text, shell_command("why", one.source))


def _stories(found: Digest) -> Iterator[str]:
    if found.stories:
        yield _heading("Biggest stories")
    for one in found.stories:
        text = f"{one.title} ({counted(one.articles, 'article')} in {counted(one.sources, 'source')}, {one.copies:,} of them new)"
        yield from _item(text, shell_command("copies", one.article_id))


def _corrections(found: Digest) -> Iterator[str]:
    if found.corrections:
        more = f", the most substantial {len(found.corrections)}" if found.corrected > len(found.corrections) else ""
        yield _heading(f"Revisions: {found.corrected:,}, {found.of_substance:,} of substance{more}")
    for one in found.corrections:
        text = f"{one.source}: {one.title} (revision {one.revision}{_changed(one)})"
        yield from _item(text, shell_command("show", one.article_id, "--diff"))


def _changed(one: Correction) -> str:
    if one.change is None:
        return ", nothing of substance" if one.is_minor else "" if one.score is None else ", wording: many words"
    before, after = (cut(" ".join(text.split()), _SHOWN) or "nothing" for text in (one.change.before, one.change.after))
    return f", {one.change.kind.value}: {before} -> {after}"


def _gone(found: Digest) -> Iterator[str]:
    if found.gone:
        more = f", the latest {MOST_GONE}" if len(found.gone) > MOST_GONE else ""
        yield _heading(f"Gone from their address: {len(found.gone):,}{more}")
    for one in found.gone[:MOST_GONE]:
        answer = f"answered {one.status}" if one.reason is None else f"a page that is no article: {one.reason}"
        yield from _item(f"{one.source}: {one.title} ({answer})", shell_command("show", one.article_id))


def _rejections(found: Digest) -> Iterator[str]:
    if found.rejections:
        yield _heading("Rejections that grew")
    for one in found.rejections:
        text = f"{one.source}: {one.reason} {one.pages:,}, {one.before:,.0f} before in as much time"
        yield from _item(text, shell_command("why", one.source))


def _heading(text: str) -> str:
    return styled(text, bold=True)


def _item(text: str, command: str) -> Iterator[str]:
    width = min(screen_width(), WIDEST_PROSE) - 2
    yield from (f"  {line}" for line in wrapped(plain(text), width))
    yield f"    {styled(plain(command), dim=True)}"
