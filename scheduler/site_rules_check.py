"""Whether the user's site files can be used: looked at once a minute, read when one of them has changed."""

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
from db.store.site_rules import load_current_rules, save_rules, sites_folders

_State = tuple[tuple[str, int, int, int], ...]


class SiteRulesCheck:
    """The mistakes in the files as they are now. Files that are right are kept at once: they may be broken by the next crawl."""

    def __init__(self) -> None:
        self._seen: _State | None = None
        self._mistakes: tuple[SiteFileError, ...] = ()

    def mistakes(self, conn: sqlite3.Connection, config: Config) -> tuple[SiteFileError, ...]:
        """What cannot be used. `conn` must be able to write."""
        folders = sites_folders(config)
        seen = _state(folders)
        if seen != self._seen:
            try:
                sites = load_current_rules(config, conn)
            except ConfigError as error:
                self._mistakes = (SiteFileError(path=str(config.sites), message=str(error)),)
            else:
                # An alert is about a file, however the service was started.
                self._mistakes = tuple(replace(one, path=str(Path(one.path).absolute())) for one in sites.mistakes)
                with write(conn):
                    save_rules(conn, sites.version, sites.files)
            self._seen = seen
        return self._mistakes


def _state(folders: Sequence[Path]) -> _State:
    """What changes when a file or a folder does: paths, times, sizes, inodes."""
    found: list[tuple[str, int, int, int]] = []
    for folder in folders:
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    if entry.name.endswith(".toml"):
                        found.append((entry.path, *_stat(entry)))
        except OSError:
            found.append((str(folder), -1, -1, -1))
    return tuple(sorted(found))


def _stat(entry: os.DirEntry[str]) -> tuple[int, int, int]:
    try:
        stat = entry.stat()
    except OSError:  # a link that leads nowhere, a file that is gone by now
        return -1, -1, -1
    return stat.st_mtime_ns, stat.st_size, stat.st_ino
