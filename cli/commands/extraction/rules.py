"""`copydesk rules`: try site rules on stored pages, and draft them from stored pages."""

from __future__ import annotations

from pathlib import Path

import click

from cli.completions import source_names
from cli.context import CommandContext
from cli.extraction.tasks import at_most
from cli.format_options import json_option
from cli.ordered_group import OrderedGroup
from cli.parameters import jobs_option

SAMPLE = 500
"""Pages tried unless told otherwise, as many as an experiment takes."""
DRAFTED_FROM = 200
"""Pages that a draft is made from: enough that a selector on half of them is no chance, read in some seconds."""


@click.group(cls=OrderedGroup, short_help="Try site rules on stored pages, and draft them.")
def rules() -> None:
    """Try site rules on stored pages before they count, and draft them from stored pages."""


@rules.command("test", short_help="Try a file of site rules on stored pages.")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--sample",
    metavar="N",
    type=click.IntRange(0),
    default=SAMPLE,
    show_default=True,
    help="Number of pages, spread over time; 0: all.",
)
@jobs_option
@json_option("Print the figures as JSON.")
@click.pass_obj
def test(context: CommandContext, file: Path, sample: int, jobs: int, as_json: bool) -> None:
    """Try the site rules in FILE on stored pages of its hosts; writes nothing.

    FILE is tried in place of the rules that its hosts have now. Shows on how many articles each rule finds something, by month, so
    that a day for `until` can be chosen; pages where it finds nothing; and the fields that change. A mistake in FILE is named with
    its line.

    \b
    Example:
      copydesk rules test rules/example-daily.toml
    """
    from cli.extraction.rule_trial import test_rules

    test_rules(context, file, sample, jobs=at_most(jobs), as_json=as_json)


@rules.command("draft", short_help="Propose site rules for a source, from its stored pages.")
@click.argument("name", shell_complete=source_names)
@click.option(
    "--sample",
    metavar="N",
    type=click.IntRange(1),
    default=DRAFTED_FROM,
    show_default=True,
    help="Number of pages to read, spread over time.",
)
@jobs_option
@click.pass_obj
def draft(context: CommandContext, name: str, sample: int, jobs: int) -> None:
    """Print site rules for source NAME, as TOML for you to edit.

    Proposes addresses of articles, lists of articles, selectors for fields that articles lack, and rules against what its articles
    repeat word for word: boxes and lines to remove, titles and names to read elsewhere. Each proposal says on how many pages it
    holds.

    \b
    Example:
      copydesk rules draft example-daily > rules/example-daily.toml
      copydesk rules test rules/example-daily.toml
    """
    from cli.extraction.rule_draft import draft_rules

    draft_rules(context, name, sample, jobs=at_most(jobs))
