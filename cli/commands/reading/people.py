"""`copydesk people`: who is credited, and which names are one person's."""

from __future__ import annotations

import getpass
from collections.abc import Iterator, Sequence
from dataclasses import asdict, fields
from datetime import UTC, datetime

import click

from cli.article_filters import sources_option
from cli.context import CommandContext
from cli.format_options import format_options, json_option
from cli.option_groups import filter_option
from cli.ordered_group import OrderedGroup
from cli.output.csv_table import print_objects
from cli.output.json_output import print_json
from cli.output.paging import show_lines
from cli.output.tables import Column, format_local_time, output_width, table
from cli.parameters import Choice, limit_option
from db.connection.database import write
from db.display.shell_commands import shell_command
from db.people.evidence import LikelyPair, likely_pairs
from db.people.persons import NameDecision, decisions, join_names, names_of_person, part_names, require_name
from db.queries.articles import snapshot
from db.queries.people import CreditRole, PeopleFilter, PersonDetails, PersonSummary, list_people, person_details
from db.store.sites.sources import source_ids

_COLUMNS = (
    Column(title="name", least=12, weight=2),
    Column(title="articles", right=True, fixed=True),
    Column(title="wrote", right=True, fixed=True),
    Column(title="edited", right=True, fixed=True),
    Column(title="proofread", right=True, fixed=True),
    Column(title="first", fixed=True),
    Column(title="last", fixed=True),
    Column(title="sources", least=12),
)


@click.group(cls=OrderedGroup, short_help="List who is credited; say which names are one person's.")
def people() -> None:
    """List the people who are credited, and say which names are one person's.

    Names are as printed. Names that may be one person's are offered by `copydesk people likely`; only `join` makes them one, for
    every list, search, export and page that asks for a person. Articles keep the names that they print.
    """


@people.command("list")
@click.argument("words", nargs=-1)
@sources_option("Only people with articles of this source. May be repeated.")
@filter_option(
    "--role", type=Choice([role.value for role in CreditRole]), help="Only authors, editors or proofreaders."
)
@click.option("--newest", is_flag=True, help="List those credited last first.")
@limit_option(40, "people")
@format_options()
@click.pass_obj
def list_command(
    context: CommandContext, /, words: Sequence[str], names: Sequence[str], limit: int, as_json: bool, as_csv: bool, **only: object
) -> None:  # fmt: skip
    """List people, those with most articles first.

    WORDS must all be in the name.
    """
    with context.read() as conn, snapshot(conn):
        wanted = PeopleFilter(
            words=" ".join(words),
            source_ids=source_ids(conn, names),
            role=CreditRole(str(only["role"])) if only["role"] else None,
            newest=bool(only["newest"]),
        )
        found = list_people(conn, wanted, limit=limit, today=datetime.now(UTC).date())
    if as_json or as_csv:
        print_objects(map(asdict, found.lines), [field.name for field in fields(PersonSummary)], as_csv=as_csv)
        return
    rows = [
        (
            " = ".join((line.name, *line.other_names)), f"{line.articles:,}",
            *(f"{number:,}" if number else "" for number in (line.wrote, line.edited, line.proofread)), line.first, line.last,
            ", ".join(name for _, name in line.sources),
        )
        for line in found.lines
    ]  # fmt: skip
    lines = list(table(_COLUMNS, rows, width=output_width())) if rows else ["nobody is credited by such a name"]
    show_lines([*lines, *(["more; `--limit 0` prints all"] if found.next else [])])


@people.command("show")
@click.argument("name")
@json_option()
@click.pass_obj
def show_command(context: CommandContext, /, name: str, as_json: bool) -> None:
    """Show one person.

    Names, sources, colleagues, and who decided what about the names.
    """
    with context.read() as conn, snapshot(conn):
        require_name(conn, name)
        names, shown = names_of_person(conn, name), person_details(conn, name)
        made = [one for one in decisions(conn) if one.pair & set(names)]
        offers = likely_pairs(conn, name, limit=5)
    if as_json:
        print_json(_shown_object(names, shown, made, offers))
    else:
        show_lines([*_shown_lines(names, shown, made), *(line for pair in offers for line in _offer_lines(pair))])


@people.command("likely")
@click.argument("name", required=False)
@limit_option(20, "pairs")
@json_option("Print JSON lines.")
@click.pass_obj
def likely_command(context: CommandContext, /, name: str | None, limit: int, as_json: bool) -> None:
    """List names that may be one person's.

    Each with what speaks for it and against it.
    """
    with context.read() as conn, snapshot(conn):
        if name is not None:
            require_name(conn, name)
        found = likely_pairs(conn, name, limit)
    if as_json:
        for pair in found:
            print_json(_pair_object(pair))
    else:
        show_lines([line for pair in found for line in _offer_lines(pair)] or ["no two names are likely one person's"])


@people.command("join")
@click.argument("name")
@click.argument("others", nargs=-1, required=True)
@click.option("--by", metavar="WHO", help="Who decides this.  [default: the user of this computer]")
@click.pass_obj
def join_command(context: CommandContext, /, name: str, others: Sequence[str], by: str | None) -> None:
    """Make OTHERS one person with NAME.

    The person is shown as NAME. `part` takes it back.
    """
    with context.open() as db, write(db.conn):
        names = join_names(db.conn, name, others, _decider(by), datetime.now(UTC))
    click.echo(f"one person now: {', '.join(names)}")


@people.command("part")
@click.argument("name")
@click.argument("other")
@click.option("--by", metavar="WHO", help="Who decides this.  [default: the user of this computer]")
@click.pass_obj
def part_command(context: CommandContext, /, name: str, other: str, by: str | None) -> None:
    """Say that two names are two persons'.

    It takes a joining back, and they are not offered again.
    """
    with context.open() as db, write(db.conn):
        was_joined = part_names(db.conn, name, other, _decider(by), datetime.now(UTC))
    ended = "are two persons again" if was_joined else "are two persons and are not offered again"
    click.echo(f"{name} and {other} {ended}; `{shell_command('people', 'join', name, other)}` makes them one")


def _decider(by: str | None) -> str:
    try:
        return by or getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


def _offer_lines(pair: LikelyPair) -> Iterator[str]:
    yield ""
    yield f"{pair.name} ({pair.name_articles:,}) and {pair.other} ({pair.other_articles:,})"
    state = "likely" if pair.is_likely else "possible"
    yield f"  {state}, {pair.score:g}: {'; '.join(reason.text for reason in pair.reasons)}"
    yield f"  yes: {shell_command('people', 'join', pair.name, pair.other)}"
    yield f"  no:  {shell_command('people', 'part', pair.name, pair.other)}"


def _pair_object(pair: LikelyPair) -> dict[str, object]:
    return {
        "name": pair.name,
        "other": pair.other,
        "name_articles": pair.name_articles,
        "other_articles": pair.other_articles,
        "score": pair.score,
        "likely": pair.is_likely,
        "reasons": [
            {"kind": reason.kind.value, "points": reason.points, "text": reason.text} for reason in pair.reasons
        ],
    }


def _shown_lines(names: Sequence[str], shown: PersonDetails | None, made: Sequence[NameDecision]) -> Iterator[str]:
    yield names[0]
    if shown is None:
        yield "no article credits this name now"
    else:
        for label, text in (
            ("names", ", ".join(f"{name} ({number:,})" for name, number in shown.names)),
            ("articles", f"{shown.articles:,}, {shown.total('copies'):,} of them copies"),
            (
                "roles",
                f"wrote {shown.total('wrote'):,}, edited {shown.total('edited'):,}, proofread {shown.total('proofread'):,}",
            ),
            ("months", f"{shown.months[0].month} to {shown.months[-1].month}"),
            ("outlets", ", ".join(f"{name} ({number:,})" for name, number in shown.outlets[:8])),
            ("sections", ", ".join(f"{name} ({number:,})" for name, number in shown.sections[:8])),
            ("beside", ", ".join(f"{one.name} ({one.role}, {one.articles:,})" for one in shown.colleagues[:8])),
            ("edited", ", ".join(f"{name} ({number:,})" for name, number in shown.edited_texts_of[:8])),
            ("corrected", f"{shown.corrected:,}" if shown.corrected else ""),
        ):
            if text:
                yield f"{label:<10}{text}"
    for one in made:
        said = "one person" if one.same else "two persons"
        yield f"{'decided':<10}{one.name} and {one.other}: {said} ({one.decided_by}, {format_local_time(one.decided_at)})"


def _shown_object(
    names: Sequence[str], shown: PersonDetails | None, made: Sequence[NameDecision], offers: Sequence[LikelyPair]
) -> dict[str, object]:
    return {
        "name": names[0],
        "names": dict(shown.names) if shown else dict.fromkeys(names, 0),
        "months": [asdict(month) for month in shown.months] if shown else [],
        "outlets": dict(shown.outlets) if shown else {},
        "sections": dict(shown.sections) if shown else {},
        "colleagues": [asdict(one) for one in shown.colleagues] if shown else [],
        "edited_texts_of": dict(shown.edited_texts_of) if shown else {},
        "corrections": [asdict(one) for one in shown.corrections] if shown else [],
        "decisions": [asdict(one) for one in made],
        "likely": [_pair_object(pair) for pair in offers],
    }
