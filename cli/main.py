"""The `copydesk` command: one module a command group, imported only when it is asked for, so that each starts quickly.

Exit codes: 0 done, 1 failed, 2 asked for something impossible, 3 the database or the machine cannot serve, 130 interrupted.
"""

from __future__ import annotations

import importlib
import os
import select
import sqlite3
import sys
from typing import Any

import click

from cli.context import CommandContext
from cli.output.terminal import guard
from db.errors import CopydeskError, MachineError
from db.machine_errors import as_machine_error, explain_os_error

# Each is a click command in the module of `cli.commands` that has its name. In the order of a day's work.
_COMMANDS = (
    *(
        "init",
        "sources",
        "crawl",
        "run",
        "status",
        "articles",
        "search",
        "show",
        "copies",
        "stats",
        "inspect",
        "alerts",
    ),
    *("extract", "settle", "cluster", "import", "export", "backup", "upkeep", "doctor", "completion", "schema"),
)
# Where a command's name is a word of Python's own: its module and function.
_NAMES = {"import": "import_archives"}
# Not for people: what our own processes call each other with.
_HIDDEN = ("batch",)


class LazyGroup(click.Group):
    """A group that imports a command's module when the command is run, or its one line of help when listed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order of a day's work."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, imported."""
        if cmd_name not in _COMMANDS + _HIDDEN:
            return None
        name = _NAMES.get(cmd_name, cmd_name)
        command = getattr(importlib.import_module(f"cli.commands.{name}"), name)
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the words name. click would look for what is near among commands that are imported."""
        try:
            return super().resolve_command(ctx, args)
        except click.exceptions.NoSuchCommand as error:
            near = self.list_commands(ctx)
            raise click.exceptions.NoSuchCommand(error.command_name, possibilities=near, ctx=ctx) from None

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command. Where the reader of our output has gone (`| head`) nothing is wrong; click would exit with 1."""
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
            raise explain_os_error(error) from error
        except sqlite3.Error as error:
            from db.connection.database import explain_sqlite_error

            raise explain_sqlite_error(error, ctx.ensure_object(CommandContext).config.database) from error


def _reader_gone() -> bool:
    """Whether it is our standard output whose other end is closed, and not some pipe of our own."""
    poll = select.poll()
    poll.register(sys.stdout.fileno(), 0)
    return any(event & (select.POLLERR | select.POLLHUP) for _, event in poll.poll(0))


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--db", metavar="FILE", help="The database file. Default: `db` in copydesk.toml, else news.db.")
@click.option(
    "--config", metavar="FILE", help="The settings file. Default: copydesk.toml in this folder, if there is one."
)
@click.version_option(package_name="copydesk", prog_name="copydesk")
@click.pass_context
def copydesk(ctx: click.Context, db: str | None, config: str | None) -> None:
    """Crawl news sites into one SQLite file, with their credits.

    \b
    First steps:
      copydesk sources add https://www.example-daily.com/
      copydesk crawl
      copydesk articles
    """
    ctx.obj = CommandContext(config_path=config, database=db)


def main() -> None:
    """The entry point: runs the command and turns our errors into one line and an exit code."""
    guard()
    try:
        copydesk.main(standalone_mode=False)
    except click.exceptions.Abort:
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.exceptions.Exit as leaving:
        sys.exit(leaving.exit_code)
    except CopydeskError as error:
        click.echo(f"copydesk: {error}", err=True)
        sys.exit(error.exit_code)
    except (MemoryError, OSError, RuntimeError) as error:
        if (trouble := as_machine_error(error)) is None:
            raise
        click.echo(f"copydesk: {trouble}", err=True)
        sys.exit(trouble.exit_code)
    except ModuleNotFoundError as error:
        click.echo(f"copydesk: the module {error.name} is missing; install Copydesk again with what it needs", err=True)
        sys.exit(MachineError.exit_code)
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
