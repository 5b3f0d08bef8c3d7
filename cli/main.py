"""The `copydesk` command. Each command is a module below `cli.commands`, imported only when it runs, so that all start quickly.

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 trouble with the database or the machine, 130 interrupted.
"""

from __future__ import annotations

import atexit
import errno
import gc
import importlib
import io
import os
import select
import signal
import sqlite3
import stat
import sys
import time
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from cli.context import CommandContext
from cli.output.terminal import guard
from cli.signals import stoppable
from db.display.secrets import without_logins
from db.errors import CopydeskError, MachineError
from db.system.machine_errors import as_machine_error, explain_os_error

# The commands in the order of the help, each with its module in `cli.commands`. The click command is named like the module.
_COMMANDS = {
    "init": "maintenance.init",
    "sources": "crawling.sources",
    "catalogue": "crawling.catalogue",
    "crawl": "crawling.crawl",
    "backfill": "crawling.backfill",
    "run": "crawling.run",
    "status": "monitoring.status",
    "articles": "reading.articles",
    "search": "reading.search",
    "searches": "reading.searches",
    "attention": "reading.attention",
    "show": "reading.show",
    "copies": "reading.copies",
    "threads": "reading.threads",
    "copying": "reading.copying",
    "people": "reading.people",
    "stats": "reading.stats",
    "coverage": "monitoring.coverage",
    "digest": "monitoring.digest",
    "corrections": "reading.corrections",
    "inspect": "reading.inspect",
    "alerts": "monitoring.alerts",
    "why": "monitoring.why",
    "extract": "extraction.extract",
    "rules": "extraction.rules",
    "settle": "extraction.settle",
    "cluster": "extraction.cluster",
    "import": "exchange.import_archives",
    "ccnews": "exchange.ccnews",
    "export": "exchange.export",
    "backup": "maintenance.backup",
    "upkeep": "maintenance.upkeep",
    "doctor": "maintenance.doctor",
    "completion": "maintenance.completion",
    "schema": "reading.schema",
}
# A disk with less room takes no more output.
_FULL_BYTES = 64 * 1024
# Used between our own processes, not by people.
_HIDDEN = {"batch": "crawling.batch", "hubs": "crawling.hubs"}


class LazyGroup(click.Group):
    """A group that imports the module of a command when the command is run or listed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names in the order of the help."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return a command, None where there is no such command."""
        if (module := (_COMMANDS | _HIDDEN).get(cmd_name)) is None:
            return None
        with stoppable():  # a command that is stopped while it is imported ends like one that is stopped at work
            command = getattr(importlib.import_module(f"cli.commands.{module}"), module.rpartition(".")[2])
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        click.Group.format_commands(_Summaries(), ctx, formatter)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the arguments name. For an unknown one, suggest from all names: click would from imported ones only."""
        try:
            return super().resolve_command(ctx, args)
        except click.exceptions.NoSuchCommand as error:
            near = self.list_commands(ctx)
            raise click.exceptions.NoSuchCommand(error.command_name, possibilities=near, ctx=ctx) from None

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command. Exit with 0, not click's 1, where the reader of our output is gone (`| head`)."""
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
            return result
        except BrokenPipeError:
            if not _reader_gone():
                raise
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(0)
        except (OSError, MemoryError) as error:
            if (
                isinstance(error, OSError)
                and error.errno == errno.ENOSPC
                and error.filename is None
                and _output_is_full()
            ):
                error.filename = "standard output"
            raise explain_os_error(error) from error
        except sqlite3.Error as error:
            from db.connection.database import explain_sqlite_error

            raise explain_sqlite_error(error, ctx.ensure_object(CommandContext).config.database) from error


class _Summaries(LazyGroup):
    """The same commands, of which only the help can be asked."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        from cli.command_summaries import summary_command

        return summary_command(_COMMANDS[cmd_name]) or super().get_command(ctx, cmd_name)


def _output_is_full() -> bool:
    """Whether standard output is what cannot be written: a file on a full disk, or `/dev/full`."""
    with suppress(OSError, ValueError):
        mode, disk = os.fstat(sys.stdout.fileno()).st_mode, os.fstatvfs(sys.stdout.fileno())
        if stat.S_ISREG(mode):
            return disk.f_bavail * disk.f_frsize < _FULL_BYTES
        return stat.S_ISCHR(mode) and not sys.stdout.isatty()
    return False


def _reader_gone() -> bool:
    """Whether the closed pipe is our standard output, not another pipe of ours."""
    poll = select.poll()
    poll.register(sys.stdout.fileno(), 0)
    return any(event & (select.POLLERR | select.POLLHUP) for _, event in poll.poll(0))


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--db", metavar="FILE", help="Database file.  [default: `db` of the settings, or news.db]")
@click.option("--config", metavar="FILE", help="Settings file.  [default: copydesk.toml in this folder, if it exists]")
@click.version_option(package_name="copydesk", prog_name="copydesk")
@click.pass_context
def copydesk(ctx: click.Context, db: str | None, config: str | None) -> None:
    """Crawl news sites into one SQLite file of clean, de-duplicated articles.

    \b
    First steps:
      copydesk init                                         write copydesk.toml
      copydesk sources add https://www.example-daily.com/   add a site
      copydesk crawl                                        fetch and extract
      copydesk articles                                     list the articles

    `copydesk COMMAND --help` explains a command.
    """
    ctx.obj = CommandContext(config_path=config, database=db)


def _open_closed_streams() -> None:
    """Open standard streams that were closed by whoever started us (`>&-`, some daemons): print would fail, and the next file that
    is opened would take their numbers and get what other programs of ours write there.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            os.dup2(opened := os.open(os.devnull, os.O_RDWR), number)
            if opened != number:
                os.close(opened)
            setattr(sys, name, os.fdopen(number, "w" if number else "r", closefd=False))


def _print_what_fits() -> None:
    """Show characters that the encoding of the output lacks (a locale of Latin-1) as escapes, where Python would raise."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and stream.errors == "strict":
            stream.reconfigure(errors="backslashreplace")


def _check_time_zone() -> None:
    """Do without a TZ that no time can be shown in: POSIX allows offsets of a week, Python those below a day."""
    try:
        datetime.now().astimezone()
    except ValueError:
        zone = os.environ.pop("TZ", "")
        time.tzset()
        click.echo(f"copydesk: TZ={zone} is no time zone; times are shown in the machine's own", err=True)


def _check_working_folder() -> None:
    """Raise MachineError where the working folder is gone: no settings would be found, and no process could be started."""
    try:
        Path.cwd()
    except FileNotFoundError as error:
        raise MachineError("the working folder was deleted; change to one that exists (cd) and start again") from error


def _end_with_terminal() -> None:
    """Take SIGHUP (the terminal is closed) for SIGTERM, so that commands end cleanly; below `nohup` it stays ignored."""
    if signal.getsignal(signal.SIGHUP) is signal.SIG_DFL:
        signal.signal(signal.SIGHUP, lambda number, frame: signal.raise_signal(signal.SIGTERM))


def main() -> None:
    """The entry point: run the command; print our errors as one line and exit with their code."""
    _open_closed_streams()
    _print_what_fits()
    guard()
    _check_time_zone()
    _end_with_terminal()
    # As Python ends, its garbage collector goes through all objects four times: 0.3 s at the end of a crawl. They go anyway.
    atexit.register(gc.freeze)
    # NumPy's library of linear algebra starts a thread for each processor, which nothing here uses: only short vectors are
    # multiplied. Where the machine has no more threads, it would print advice of its own and interrupt the command.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        _check_working_folder()
        copydesk.main(standalone_mode=False)
    except click.exceptions.Abort:
        sys.exit(130)
    except click.ClickException as error:
        error.show(shown := io.StringIO())
        with suppress(OSError):
            click.echo(without_logins(shown.getvalue()), nl=False, err=True)
        sys.exit(error.exit_code)
    except click.exceptions.Exit as leaving:
        sys.exit(leaving.exit_code)
    except CopydeskError as error:
        _fail(str(error), error.exit_code)
    except ModuleNotFoundError as error:
        message = f"the module {error.name} is missing; install Copydesk again with its dependencies"
        _fail(message, MachineError.exit_code)
    except (ImportError, MemoryError, OSError, RuntimeError) as error:
        if (trouble := as_machine_error(error)) is None:
            raise
        _fail(str(trouble), trouble.exit_code)
    except KeyboardInterrupt:
        sys.exit(130)


def _fail(message: str, code: int) -> None:
    """Exit with this code, also where the message cannot be written (standard error is a file on a full disk)."""
    with suppress(OSError):
        click.echo(f"copydesk: {without_logins(message)}", err=True)
    sys.exit(code)


if __name__ == "__main__":
    main()
