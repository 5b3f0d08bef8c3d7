"""`copydesk corrections`: what was corrected after publication, the most substantial first."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import click

from cli.article_filters import sources_option
from cli.context import CommandContext
from cli.format_options import format_options
from cli.option_groups import filter_option
from cli.output.csv_table import print_objects
from cli.output.paging import show_lines
from cli.output.tables import (
    WIDEST_PROSE,
    cut,
    format_duration,
    format_local_time,
    plain,
    screen_width,
    styled,
    wrapped,
)
from cli.parameters import Choice, limit_option
from cli.time_options import since_option
from db.display.humanize import counted
from db.display.shell_commands import shell_command
from db.queries.articles import snapshot
from db.queries.corrections import (
    CORRECTION_KEYS,
    CorrectedArticle,
    CorrectionFilter,
    correction_object,
    count_corrections,
)
from db.queries.corrections import (
    corrections as read_corrections,
)
from db.store.dedup.near_copies import count_undecided
from db.store.sites.sources import source_ids
from db.text.substance import Substance

_USUAL_SPAN = timedelta(days=30)
_SHOWN = 200


@click.command(short_help="Show what outlets corrected, and whether it matters.")
@click.option("--since", metavar="WHEN", help="Seen from then on: 2d, 2026-11-24.  [default: 30d]")
@click.option("--until", metavar="WHEN", help="Seen before then.")
@sources_option("Only of this source. May be repeated.")
@filter_option(
    "--kind",
    metavar="KIND",
    type=Choice([kind.value for kind in Substance]),
    help=f"Only where this changed: {', '.join(kind.value for kind in Substance)}.",
)
@filter_option("--language", metavar="TAG", help="Only in this language: zh, de.")
@click.option("--silent", is_flag=True, help="Only where the page does not say that it was changed.")
@click.option("--newest", is_flag=True, help="The newest first, in place of the most substantial.")
@limit_option(20)
@format_options()
@click.pass_obj
def corrections(
    context: CommandContext,
    /,
    since: str | None,
    names: tuple[str, ...],
    limit: int,
    as_json: bool,
    as_csv: bool,
    newest: bool,
    **only: object,
) -> None:
    """List what outlets corrected in their articles, without typos and other noise.

    A correction is silent if the page shows no notice and states no new time of modification.

    \b
    Examples:
      copydesk corrections --since 7d --silent
      copydesk corrections --kind numbers --json
      copydesk corrections --since 2026-10 --until 2026-11 --newest --limit 0 --csv > october.csv
    """
    start = since_option(since) or datetime.now(UTC) - _USUAL_SPAN
    with context.read() as conn, snapshot(conn):
        wanted = CorrectionFilter(
            source_ids=source_ids(conn, names),
            since=start,
            until=since_option(str(only["until"]) if only["until"] else None, "--until"),
            kind=str(only["kind"]) if only["kind"] else None,
            language=str(only["language"]) if only["language"] else None,
            silent=bool(only["silent"]),
        )
        found = read_corrections(conn, wanted, newest=newest, limit=limit or -1)
        total, waiting = count_corrections(conn, wanted), count_undecided(conn)
    if as_json or as_csv:
        print_objects(map(correction_object, found), CORRECTION_KEYS, as_csv=as_csv)
    elif found:
        show_lines(list(_lines(found, total)))
    else:
        click.echo("Nothing was corrected in that time; `--since 365d` looks further back.")
    if waiting:
        click.echo(
            f"{counted(waiting, 'article is', 'articles are')} not judged yet; `copydesk settle` does it", err=True
        )


def _lines(found: list[CorrectedArticle], total: int) -> Iterator[str]:
    width = min(screen_width(), WIDEST_PROSE)
    for one in found:
        yield from wrapped(styled(plain(one.title), bold=True), width)
        soon = f", {format_duration(one.since_published)} after publication" if one.since_published is not None else ""
        silent = ", silent" if one.silent else ""
        yield f"  {plain(one.source)}, {format_local_time(one.seen_at)}{soon}{silent}"
        for item in one.evidence[:4]:
            before, after = (cut(" ".join(plain(text).split()), _SHOWN) for text in (item.before, item.after))
            text = f"{item.kind.value}: {before or 'nothing'} -> {after or 'nothing'}"
            yield from (f"  {line}" for line in wrapped(text, width - 2))
        if not one.evidence:
            yield "  wording: many words"
        yield f"    {styled(shell_command('show', one.article_id, '--diff'), dim=True)}"
    shown = f"{len(found):,} of " if total > len(found) else ""
    yield f"{shown}{counted(total, 'correction')}"
