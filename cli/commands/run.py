"""`copydesk run`: the service."""

from __future__ import annotations

from pathlib import Path

import click

from cli.context import CommandContext
from cli.parameters import Choice
from db.config.loader import Config
from db.errors import DatabaseError, UsageError
from db.file_identity import file_id, is_nonempty_file
from db.store.service_state import service_lock_path
from db.store.sources import all_sources, check_source_names


@click.command(short_help="Stay up: crawl every source on its cadence.")
@click.option("--log-format", type=Choice(["human", "json"]), help="Default: the setting `log_format`.")
@click.pass_obj
def run(desk: CommandContext, log_format: str | None) -> None:
    """Stay up and crawl every source on its cadence (settings `every` and `cron`), extract, settle, and look after the database.

    SIGTERM and Ctrl-C stop it within 10 seconds; the next start goes on. A changed copydesk.toml is taken up by itself, and so
    are sources that are added, paused or removed. Look at it with `copydesk status`.
    """
    from scheduler.log import Log
    from scheduler.service import Service

    _check_known(desk.config.database)
    with desk.open(create=True) as db:
        check_source_names(db.conn, desk.config)
        if not all_sources(db.conn):
            click.echo("There are no sources yet; `copydesk sources add URL` adds one while this runs.", err=True)
    config = desk.config
    options: tuple[str, ...] = ()
    if config.path is not None:
        options += ("--config", str(config.path.absolute()))
    if desk.database is not None:
        options += ("--db", str(Path(desk.database).absolute()))

    def load() -> Config:
        loaded = desk.reloaded()
        if loaded.database.absolute() != config.database.absolute():
            raise UsageError(f"{loaded.path}: `db` cannot be changed while the service is up")
        return loaded

    Service(load, options, Log(log_format or config.log_format)).run()


def _check_known(database: Path) -> None:
    """A service that is started again must not take an empty database for the one that it had: its lock file stays behind."""
    lock = service_lock_path(database)
    if file_id(lock) and not is_nonempty_file(database):
        raise DatabaseError(
            f"{database}: was there when the service was up, and is gone; put it back or restore a backup, or remove {lock.name} to"
            " begin anew"
        )
