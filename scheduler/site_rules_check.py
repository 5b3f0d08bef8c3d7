"""Checks the user's site files: their state is compared once a minute, and they are read when one has changed."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from db.config.loader import Config
from db.connection.database import write
from db.errors import ConfigError
from db.site_rules.loader import SiteFileError
from db.store.sites.site_rules import load_current_rules, save_rules, sites_folders

_State = tuple[tuple[str, int, int, int], ...]


class SiteRulesCheck:
    """The mistakes in the current files. Valid files are stored at once, as they may be broken by the next crawl."""

    def __init__(self) -> None:
        self._state: _State | None = None
        self._mistakes: tuple[SiteFileError, ...] = ()

    def mistakes(self, conn: sqlite3.Connection, config: Config) -> tuple[SiteFileError, ...]:
        """The files that cannot be used. `conn` must be writable."""
        folders = sites_folders(config)
        state = _state(folders)
        if state != self._state:
            try:
                sites = load_current_rules(config, conn)
            except ConfigError as error:
                self._mistakes = (SiteFileError(path=str(config.sites), message=str(error)),)
            else:
                # Alerts name files by absolute path, whatever folder the service was started in.
                self._mistakes = tuple(replace(one, path=str(Path(one.path).absolute())) for one in sites.mistakes)
                with write(conn):
                    save_rules(conn, sites.version, sites.files)
            self._state = state
        return self._mistakes


def _state(folders: Sequence[Path]) -> _State:
    """Path, mtime, size and inode of each file: differs if a file or folder was changed."""
    found: list[tuple[str, int, int, int]] = []
    for folder in folders:
        try:
            with os.scandir(folder) as entries:
                found += [(entry.path, *_stat(entry)) for entry in entries if entry.name.endswith(".toml")]
        except OSError:
            found.append((str(folder), -1, -1, -1))
    return tuple(sorted(found))


def _stat(entry: os.DirEntry[str]) -> tuple[int, int, int]:
    try:
        stat = entry.stat()
    except OSError:  # a dangling link, or a file removed meanwhile
        return -1, -1, -1
    return stat.st_mtime_ns, stat.st_size, stat.st_ino
