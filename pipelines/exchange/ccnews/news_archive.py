"""The files of CC-NEWS (commoncrawl.org, "News Dataset"): a list for each month, `crawl-data/CC-NEWS/YYYY/MM/warc.paths.gz`.

The base is the address of Common Crawl's files, or a folder that mirrors it.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import IO
from urllib.parse import urljoin

from db.errors import UsageError
from pipelines.exchange.ccnews.polite_stream import Pace, open_polite, read_part, sleep

FIRST_MONTH = date(2016, 8, 1)
"""CC-NEWS begins with it."""
_MOST_PATHS_BYTES = 4 << 20
_FOLDER = "crawl-data/CC-NEWS"


def months_between(first: date, last: date) -> Iterator[date]:
    """The first day of each month, both included."""
    month = first.replace(day=1)
    while month <= last:
        yield month
        month = month.replace(year=month.year + month.month // 12, month=month.month % 12 + 1)


def list_files(base: str, month: date, pace: Pace | None = None) -> list[str]:
    """The paths of a month's files, oldest first; none where there is no list. Raises UsageError where it cannot be read."""
    name = f"{_FOLDER}/{month:%Y/%m}/warc.paths.gz"
    try:
        with open_file(base, name, sleep, pace) as stream:
            packed = stream.read(_MOST_PATHS_BYTES)
        paths = gzip.decompress(packed).decode("ascii").split()
    except FileNotFoundError:
        return []
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise UsageError(f"{base}: {name} cannot be read ({error})") from error
    wrong = next((path for path in paths if not path.startswith(f"{_FOLDER}/") or ".." in path or "://" in path), None)
    if wrong is not None:
        raise UsageError(f"{base}: {name} names {wrong}, which is no file of CC-NEWS")
    return paths


@contextmanager
def open_file(base: str, path: str, wait: Callable[[float], bool], pace: Pace | None = None) -> Iterator[IO[bytes]]:
    """A file as a stream. `wait`, `pace`: see `PoliteStream`. Raises OSError."""
    if "://" not in base:
        with (Path(base) / path).open("rb") as file:
            yield file
        return
    with open_polite(_address(base, path), wait, pace) as stream:
        yield stream


def read_file_part(
    base: str, path: str, part: tuple[int, int], wait: Callable[[float], bool], pace: Pace | None = None
) -> bytes:
    """Bytes of a file: `part` is where they begin and how many they are. Fewer where the file ends before. Raises OSError."""
    if "://" not in base:
        with (Path(base) / path).open("rb") as file:
            file.seek(part[0])
            return file.read(part[1])
    return read_part(_address(base, path), part, wait, pace)


def _address(base: str, path: str) -> str:
    return urljoin(f"{base.rstrip('/')}/", path)
