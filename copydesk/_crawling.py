"""`copydesk.crawl` and `copydesk.add_source`.

A crawl is a process of its own, the one that `copydesk run` starts as well (`cli.commands.crawling.batch`): Scrapy takes over the
signals, the event loop and the log of its process, and here is somebody else's program, perhaps a notebook.

    crawl ──order──> copydesk batch ──{"progress": ...} lines, then the summary──> crawl
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from cli.commands.crawling.batch import STOPS_WITHIN_S
from cli.context import CommandContext
from cli.source_adding import add_sources
from copydesk._records import aware
from db.config.loader import read_stored
from db.errors import CopydeskError, UsageError
from db.models import ListedSource, Source
from db.store.crawl.run_counts import Figures
from db.store.sites.sources import choose_sources
from db.system.machine_errors import explain_os_error
from db.system.temporary_files import output_file

_LOG = logging.getLogger("copydesk")
# The process ends itself when it takes longer to stop; only one that hangs in the system is still there then.
_GRACE_S = STOPS_WITHIN_S + 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlProgress:
    """How far a crawl is: requests `answered`, and `listings` and `articles` that are known and still to do."""

    answered: int
    listings: int
    articles: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlSummary:
    """What a crawl came to. `figures` has the counts, such as found, fetched, new and updated (docs/counts.md).

    `stopped`: somebody ended it early; what it fetched is kept, and the next one goes on. `notes` are sentences about
    sources whose listings failed or fit no rule, each begun with the source's name. `busy` sources were left to another
    crawl that is at them.
    """

    run_id: int
    sources: int
    figures: Figures
    stopped: bool = False
    notes: tuple[str, ...] = ()
    busy: tuple[str, ...] = ()


def add_source(
    database: str | os.PathLike[str], url: str, *, name: str | None = None, settings: Mapping[str, object] | None = None
) -> Source:
    """Add a site by the address of any of its pages, the home page best; the database is made where there is none.

    The next crawl looks for what lists its articles. `name` is its host where none is given. `settings` are those of one
    source, as in copydesk.toml: {"delay": "2s"} (docs/settings.md). Adding the same address again gives the source that is
    there, with the settings changed. Raises UsageError where the name is another's or the address none of the web,
    ConfigError for a wrong setting.
    """
    given = dict(settings or {})
    read_stored(name or url, given)
    ((source, _),) = add_sources(
        CommandContext(database=os.fspath(database)), [ListedSource(name=name, url=url)], given
    )
    return source


def crawl(
    database: str | os.PathLike[str],
    sources: str | Sequence[str] | None = None,
    *,
    config: str | os.PathLike[str] | None = None,
    since: datetime | None = None,
    limit: int | None = None,
    again: bool = False,
    on_progress: Callable[[CrawlProgress], object] | None = None,
) -> CrawlSummary:
    """Crawl once, as `copydesk crawl` does, and wait for the end: fetch what is due, extract it, settle it.

    `sources` are names or addresses of sources; None: all that are not paused. `config` is a settings file; None:
    copydesk.toml in the working folder, if there is one. `since` leaves out articles announced earlier, `limit` takes the
    newest so many of each source, `again` visits those that are there already. `on_progress` is called about twice a
    second, in the calling thread.

    The crawl runs in a process of its own, so this can be called again and again, in a notebook, and in several threads at
    once. Ctrl-C stops the crawl cleanly, within some seconds, and then raises KeyboardInterrupt; whatever `on_progress`
    raises does the same. A second Ctrl-C ends it at once. When this process dies, the crawl stops, too. Nothing that was
    fetched is lost; the next crawl goes on.

    What the crawl logs goes to the logger "copydesk". Raises UsageError where there is no such database or nothing to crawl,
    UnknownSource, ConfigError, and CopydeskError for what ends the crawl.
    """
    if limit is not None and limit < 1:
        raise ValueError(f"limit must be 1 or more, not {limit}; leave it out for no limit")
    aware("since", since)
    context = CommandContext(
        config_path=os.fspath(config) if config is not None else None, database=os.fspath(database)
    )
    names = (sources,) if isinstance(sources, str) else tuple(sources or ())
    with context.open() as db:
        if not choose_sources(db.conn, names):
            raise UsageError(f"{database}: no source is to be crawled; add one, resume one, or name one that is paused")
    asked = {"limit": limit, "again": again, "since": since.isoformat() if since else None}
    command = [sys.executable, "-P", "-m", "copydesk", "--db", str(context.config.database)]
    command += ["--config", str(Path(context.config_path).absolute())] if context.config_path else []
    with output_file() as log:
        process = _start([*command, "batch"], log)
        try:
            said = _attend(process, {"names": names, "attended": True} | asked, on_progress)
        except BaseException:
            _stop(process)
            raise
        code = process.wait()
        return _summary(said, code, _lines_of(log))


def _start(command: Sequence[str], log: IO[bytes]) -> subprocess.Popen[bytes]:
    try:
        # A session of its own: Ctrl-C is for us, and we tell it to stop.
        return subprocess.Popen(  # noqa: S603 - our own program
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, start_new_session=True
        )
    except OSError as error:
        raise explain_os_error(error) from error


def _attend(
    process: subprocess.Popen[bytes], order: Mapping[str, object], on_progress: Callable[[CrawlProgress], object] | None
) -> dict[str, Any] | None:
    """Give the order, pass on the progress; what the process said last."""
    assert process.stdin is not None
    assert process.stdout is not None
    with contextlib.suppress(BrokenPipeError):  # it died at once, and its log says why
        process.stdin.write(json.dumps(order).encode() + b"\n")
        process.stdin.flush()
    said = None
    for line in process.stdout:
        try:
            heard = json.loads(line)
        except ValueError:  # a line that some module of the environment has printed
            continue
        if "progress" not in heard:
            said = heard
        elif on_progress is not None:
            on_progress(CrawlProgress(**heard["progress"]))
    process.stdin.close()
    process.stdout.close()
    return said


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Have the process stop, and wait for it. A second Ctrl-C meanwhile ends it at once, with all that it started."""
    try:
        with contextlib.suppress(OSError):
            process.stdin.close()  # type: ignore[union-attr]
        # It may not wait for a reader.
        for _ in process.stdout or ():
            pass
        process.wait(_GRACE_S)
    except BaseException:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        raise
    finally:
        process.stdout.close()  # type: ignore[union-attr]


def _summary(said: dict[str, Any] | None, code: int, log: list[str]) -> CrawlSummary:
    if said is None:
        what = log[-1].removeprefix("copydesk: ") if log else f"the crawl ended without a word (exit code {code})"
        raise UsageError(what) if code == UsageError.exit_code else CopydeskError(what)
    for line in log:
        _LOG.warning("%s", line)
    figures = {name: said[name] for name in Figures.__slots__}
    return CrawlSummary(
        run_id=said["run"],
        sources=said["sources"],
        figures=Figures(**figures),
        stopped=said["stopped"],
        notes=tuple(said["notes"]),
        busy=tuple(said["busy"]),
    )


def _lines_of(log: IO[bytes]) -> list[str]:
    log.seek(0)
    return [line for line in log.read().decode("utf-8", "replace").splitlines() if line.strip()]
