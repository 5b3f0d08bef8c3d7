"""`copydesk run`: the service that crawls on schedule."""

from __future__ import annotations

from pathlib import Path

import click

from cli.context import CommandContext
from cli.parameters import Choice
from db.config.loader import Config
from db.errors import DatabaseError, UsageError
from db.store.sites.sources import all_sources, check_source_names
from db.system.file_identity import file_id, is_nonempty_file
from db.system.files_beside import path_beside


@click.command(short_help="Run the service: crawl every source on its schedule.")
@click.option(
    "--log-format", type=Choice(["human", "json"]), help="Format of the log.  [default: setting `log_format`]"
)
@click.pass_obj
def run(context: CommandContext, log_format: str | None) -> None:
    """Run the service: crawl every source on its schedule (settings `every` and `cron`), maintain the database, raise alerts.

    Ctrl-C and SIGTERM stop it within 10 seconds; the next start continues from there. It notices by itself when copydesk.toml
    changes and when sources are added, paused or removed. `copydesk status` shows what it does.
    """
    from scheduler.log import Log
    from scheduler.service import Service

    _check_known(context.config.database)
    with context.open(create=True) as db:
        check_source_names(db.conn, context.config)
        if not all_sources(db.conn):
            click.echo("There are no sources yet; add one with `copydesk sources add URL` while this runs.", err=True)
    config = context.config
    options: tuple[str, ...] = ()
    if config.path is not None:
        options += ("--config", str(config.path.absolute()))
    if context.database is not None:
        options += ("--db", str(Path(context.database).absolute()))

    def load() -> Config:
        loaded = context.reloaded()
        if loaded.database.absolute() != config.database.absolute():
            raise UsageError(f"{loaded.path}: `db` cannot be changed while the service runs")
        return loaded

    Service(load, options, Log(log_format or config.log_format)).run()


def _check_known(database: Path) -> None:
    """Refuse an empty database where a service has run before, as its lock file shows: the database is missing, not new."""
    lock = path_beside(database, "service")
    if file_id(lock) and not is_nonempty_file(database):
        raise DatabaseError(
            f"{database} existed when the service last ran and is gone; put it back or restore a backup, or remove {lock.name} to"
            " start with an empty database"
        )
