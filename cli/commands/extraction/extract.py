"""`copydesk extract`: pages from outside as JSON lines, and commands for stored pages and archives.

    extract FILE…       files, standard input or addresses; needs no database (`cli.extraction.pages`)
    extract stored      stored pages again, into the database or Parquet files
    extract preview     what that would change
    extract experiment  the same on a sample, source by source, with a verdict
    extract undo        bring back what it replaced
    extract archives    WARC and Parquet files of pages, into Parquet files

Before these commands existed, `extract` did all of it by options. They still work (`EarlierOptions`); the help leaves them out.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from cli.context import CommandContext
from cli.engine_options import EngineOptions, engine_options
from cli.extraction.earlier_options import EarlierOptions, check_earlier, earlier_engine, earlier_options, run_earlier
from cli.extraction.gate_options import GateOptions, SampleOptions, gate_options, sample_options
from cli.extraction.selection import SelectionOptions, selection_options
from cli.extraction.tasks import at_most, experiment_with, extract_files, extract_stored, preview_stored, undo_run
from cli.format_options import json_option
from cli.ordered_group import OrderedGroup
from cli.parameters import FileToWrite, force_option, jobs_option, refuse_existing

_as_json = json_option("Print the figures as JSON.")


class PagesCommand(click.Command):
    """`extract` with pages instead of a command's name; its help and usage are those of the whole group."""

    group: ExtractGroup

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The help of the group."""
        self.group.format_help(ctx, formatter)

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The usage of the group."""
        self.group.format_usage(ctx, formatter)


class ExtractGroup(OrderedGroup):
    """A group that takes words other than the names of its commands as pages."""

    def __init__(self, *, pages: PagesCommand, **attributes: Any) -> None:
        options = [parameter for parameter in pages.params if isinstance(parameter, click.Option)]
        super().__init__(params=[*options], **attributes)
        pages.group = self
        self.pages = pages

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """The context of the group where a command is named or a shell completes the first word, else of `pages`."""
        completes = not args and extra.get("resilient_parsing")
        if completes or (args and args[0] in self.commands):
            return super().make_context(info_name, args, parent, **extra)
        return self.pages.make_context(info_name, args, parent, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command. If its arguments are wrong and its name is also that of a file, add how to name the file."""
        if ctx.command is not self:
            return ctx.command.invoke(ctx)
        try:
            return super().invoke(ctx)
        except click.UsageError as error:
            name = ctx.invoked_subcommand
            if name and Path(name).is_file():
                advice = f"{error.format_message()} To extract the file {name}, write ./{name}."
                raise click.UsageError(advice, ctx=error.ctx) from error
            raise

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Both forms."""
        formatter.write_usage(ctx.command_path, "[OPTIONS] FILE|FOLDER|-|ADDRESS...")
        formatter.write_usage(ctx.command_path, "COMMAND [OPTIONS] [ARGS]...", prefix="       ")


@click.command("extract", cls=PagesCommand)
@click.argument("pages", nargs=-1, metavar="FILE|FOLDER|-|ADDRESS...")
@click.option(
    "--manifest",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help='Read the names of the files from JSON lines: {"id", "path", "url"}.',
)
@click.option("--url", metavar="URL", help="The address of the page, where one FILE or - is given.")
@jobs_option
@earlier_options
@earlier_engine
@click.pass_obj
def _pages(
    context: CommandContext | None,
    pages: tuple[str, ...],
    manifest: Path | None,
    url: str | None,
    jobs: int,
    earlier: EarlierOptions,
    engine: EngineOptions,
) -> None:
    selected = SelectionOptions(
        stale=earlier.stale,
        everything=earlier.everything,
        names=earlier.names,
        since=earlier.since,
        where=earlier.where,
        url=None if pages else url,
    )
    stored = selected.given or earlier.experiment
    given = [bool(pages), manifest is not None, stored, earlier.undone is not None, bool(earlier.archives)]
    if sum(given) != 1:
        raise click.UsageError(
            "Give files, addresses or - (standard input), or --manifest FILE, or a command (`copydesk extract --help`)."
        )
    context = context or CommandContext()
    if stored or earlier.undone is not None or earlier.archives:
        return run_earlier(context, earlier, selected, engine, jobs)
    check_earlier(earlier, engine, selects=False)
    from cli.extraction.pages import extract_manifest, extract_pages

    if manifest is not None:
        extract_manifest(context, manifest, at_most(jobs))
    else:
        extract_pages(context, pages, url, at_most(jobs))


@click.command("stored", short_help="Extract stored pages again.")
@selection_options
@click.option(
    "--to", metavar="ADDRESS", help="Write the outcomes as Parquet files into this folder; the database stays as it is."
)
@gate_options
@jobs_option
@engine_options
@_as_json
@click.pass_obj
def _stored_command(
    context: CommandContext,
    selected: SelectionOptions,
    to: str | None,
    gates: GateOptions,
    jobs: int,
    engine: EngineOptions,
    as_json: bool,
) -> None:
    """Extract stored pages again, without fetching them.

    Replaces the outcomes that differ; `copydesk extract undo` restores them. All options that select pages can be combined,
    except --all. Interrupt it at any time: the same command continues.

    With --gated, a source is written only if its articles lose no more than the setting lose_at_most allows, field by field. Other
    sources stay as they are; they are listed, and the exit code is 1.

    \b
    Examples:
      copydesk extract stored --stale --jobs 2
      copydesk extract stored --stale --gated --accept example-daily
      copydesk extract stored --source example-daily --since 7d
      copydesk extract stored --where "articles.title LIKE '%|%'"
    """
    extract_stored(context, selected, to, engine, jobs, gates=gates, as_json=as_json)


@click.command("preview", short_help="Show what extracting stored pages again would change.")
@selection_options
@click.option("--report", type=FileToWrite(), metavar="FILE", help="Also write the changes as an HTML page.")
@force_option
@jobs_option
@engine_options
@_as_json
@click.pass_obj
def _preview_command(
    context: CommandContext,
    selected: SelectionOptions,
    report: Path | None,
    force: bool,
    jobs: int,
    engine: EngineOptions,
    as_json: bool,
) -> None:
    """Show what extracting stored pages again would change, field by field.

    Extracts the pages and compares; writes nothing to the database.

    \b
    Examples:
      copydesk extract preview --stale
      copydesk extract preview --source example-daily --report changes.html
    """
    if report:
        refuse_existing(report, force=force)
    preview_stored(context, selected, report, engine, jobs, as_json=as_json)


@click.command("experiment", short_help="Compare a sample of stored pages, source by source.")
@selection_options
@sample_options
@jobs_option
@engine_options
@_as_json
@click.pass_obj
def _experiment_command(
    context: CommandContext,
    selected: SelectionOptions,
    sampled: SampleOptions,
    jobs: int,
    engine: EngineOptions,
    as_json: bool,
) -> None:
    """Extract a sample of stored pages with the code and site rules at hand, and compare with what is stored.

    For each source: the fields that are gained, lost and changed, examples of both sides, a verdict, and whether
    `extract stored --gated` would hold it back. Writes nothing. Without options that select pages it takes stale ones.

    \b
    Examples:
      copydesk extract experiment
      copydesk extract experiment --source example-daily --sample 0
      copydesk extract experiment --labels labels.jsonl --json
    """
    experiment_with(context, selected, sampled, engine, jobs, as_json=as_json)


@click.command("undo", short_help="Restore what an earlier run of `stored` replaced.")
@click.argument("run", type=int)
@_as_json
@click.pass_obj
def _undo_command(context: CommandContext, run: int, as_json: bool) -> None:
    """Restore what run RUN of `copydesk extract stored` replaced.

    `copydesk stats` lists the last runs. A run can be undone for as long as it is kept (setting keep_log).
    """
    undo_run(context, run, as_json=as_json)


@click.command("archives", short_help="Extract WARC and Parquet files of pages into Parquet files.")
@click.argument("addresses", nargs=-1, required=True, metavar="ADDRESS...")
@click.option("--to", metavar="ADDRESS", required=True, help="Folder for the Parquet files.")
@jobs_option
@engine_options
@_as_json
@click.pass_obj
def _archives_command(
    context: CommandContext, addresses: tuple[str, ...], to: str, jobs: int, engine: EngineOptions, as_json: bool
) -> None:
    """Extract WARC and Parquet files of pages into Parquet files, without a database.

    ADDRESS is any that fsspec has a driver for, with * for any name. Interrupt it at any time: the same command continues.
    `copydesk import` takes archives into the database.

    \b
    Example:
      copydesk extract archives 's3://bucket/CC-NEWS-2026*.warc.gz' --to s3://bucket/articles
    """
    extract_files(context, addresses, to, engine, jobs, as_json=as_json)


extract = ExtractGroup(
    name="extract",
    pages=_pages,
    short_help="Extract articles from pages, or stored pages again.",
    help="""Extract articles from HTML files, folders of them, standard input (-) or web addresses, and print one JSON line per
    page.

    Files may be gzipped (.gz). Each address is fetched once. Lines come in the order of the arguments, those of a folder by the
    names of its files. Needs no database. The commands below extract stored pages again, and archives.

    \b
    Examples:
      copydesk extract page.html other.html.gz
      copydesk extract saved-pages/ --jobs 2 > articles.jsonl
      copydesk extract https://www.example-daily.com/story/1
      curl -s URL | copydesk extract - --url URL
      copydesk extract --manifest pages.jsonl --jobs 2 > articles.jsonl
      copydesk extract stored --stale
    """,
    epilog="To extract a file that is named like a command, write ./NAME.",
    commands=[_stored_command, _preview_command, _experiment_command, _undo_command, _archives_command],
)


if __name__ == "__main__":
    extract()
