"""A file on a web server, or a part of one, as a stream that survives broken connections, and rests where the server is busy."""

from __future__ import annotations

import http.client
import io
import re
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any, Protocol
from urllib.parse import urlsplit

from db.network.tls_faults import find_tls_fault

ATTEMPTS = 5
"""Tries in a row without a byte received; then the file is given up."""
PAUSE_S, REST_S = 2.0, 60.0
"""Seconds before the second try, doubled each time; and after a status of `BUSY`."""
BUSY = frozenset({403, 429, 503})
"""Common Crawl answers 403 to clients that are too fast."""
_TIMEOUT_S = 60.0
_TROUBLE = (OSError, http.client.HTTPException)
_TOTAL = re.compile(r"bytes \d+-\d+/(\d{1,15})")


class Pace(Protocol):
    """When a server may be asked, where other processes ask it, too."""

    def reserve(self) -> float:
        """The seconds until the next request may be sent."""

    def rest(self, seconds: float) -> None:
        """Have nobody ask for that long."""


class PoliteStream(io.RawIOBase):
    """Reads an address from its beginning to its end, by one connection at a time. Not seekable.

    `wait` sleeps so many seconds and returns False where that was interrupted: reading ends then with an OSError. `pace`: kept at
    each request. `part`: where to begin and how many bytes to read; None: the whole file.
    """

    def __init__(
        self, url: str, wait: Callable[[float], bool], pace: Pace | None = None, part: tuple[int, int] | None = None
    ) -> None:
        self._url, self._wait, self._pace, self._part = url, wait, pace, part
        self._at, self._size = 0, -1
        self.total: int | None = None
        """Bytes of the whole file, once a part of it was answered and the server says it."""
        self._answer: Any = None
        self._failures = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        """As `io.RawIOBase`. Raises FileNotFoundError (404), UnsupportedOperation (no Range there), OSError after all attempts."""
        while self._size < 0 or self._at < self._size:
            try:
                if self._answer is None:
                    self._answer = self._open()
                got = int(self._answer.readinto(buffer))
                if got:
                    self._at += got
                    self._failures = 0
                    return got
                if self._size < 0:
                    return 0
                raise http.client.IncompleteRead(b"", self._size - self._at)
            except (FileNotFoundError, InterruptedError, io.UnsupportedOperation):
                raise
            except _TROUBLE as error:
                self._after(error)
        return 0

    def close(self) -> None:
        """Close the connection."""
        if self._answer is not None:
            self._answer.close()
            self._answer = None
        super().close()

    def _open(self) -> Any:
        asked = urllib.request.Request(self._url)  # noqa: S310 - the caller's own setting
        if self._part is not None:
            begins, size = self._part
            asked.add_header("Range", f"bytes={begins + self._at}-{begins + size - 1}")
        elif self._at:
            asked.add_header("Range", f"bytes={self._at}-")
        if self._pace is not None:
            self._pause(self._pace.reserve())
        try:
            answer = urllib.request.urlopen(asked, timeout=_TIMEOUT_S)  # noqa: S310
        except urllib.error.HTTPError as error:
            error.close()
            if error.code in (404, 410):
                raise FileNotFoundError(f"{self._url}: status {error.code}") from error
            raise
        length = answer.headers.get("Content-Length", "")
        if self._part is not None:
            self._check_part(answer)
        elif self._at and answer.status != 206:
            self._pass_over(answer)
        if length.isdigit():
            self._size = int(length) + (self._at if answer.status == 206 else 0)
        return answer

    def _check_part(self, answer: Any) -> None:
        """Note the size of the whole file. Raises UnsupportedOperation where all of it would be sent."""
        if answer.status != 206:
            answer.close()
            raise io.UnsupportedOperation(f"{self._url}: the server sends whole files only (no Range requests)")
        if (said := _TOTAL.match(answer.headers.get("Content-Range", ""))) is not None:
            self.total = int(said[1])

    def _pass_over(self, answer: Any) -> None:
        """Skip what is there already, where the server knows no ranges."""
        left = self._at
        while left and (piece := answer.read(min(left, 1 << 20))):
            left -= len(piece)

    def _after(self, error: Exception) -> None:
        """Wait before the next attempt. Raises OSError where there is none."""
        if self._answer is not None:
            self._answer.close()
            self._answer = None
        self._failures += 1
        status = getattr(error, "code", None)
        if (fault := find_tls_fault(error)) is not None:
            host = urlsplit(self._url).hostname or self._url
            raise OSError(f"{self._url}: {fault.remark(host)}") from error
        if self._failures >= ATTEMPTS or (status is not None and status < 500 and status not in BUSY):
            raise OSError(f"{self._url}: {_words(error)}, at byte {self._at:,}") from error
        if status in BUSY and self._pace is not None:
            self._pace.rest(REST_S)
        self._pause(REST_S if status in BUSY else PAUSE_S * 2 ** (self._failures - 1))

    def _pause(self, seconds: float) -> None:
        if not self._wait(seconds):
            raise InterruptedError(f"{self._url}: stopped")


def open_polite(url: str, wait: Callable[[float], bool], pace: Pace | None = None) -> io.BufferedReader:
    """The address as a buffered stream."""
    return io.BufferedReader(PoliteStream(url, wait, pace), 1 << 20)


def read_part(url: str, part: tuple[int, int], wait: Callable[[float], bool], pace: Pace | None = None) -> bytes:
    """The bytes of a part; fewer where the file ends in it. Raises OSError as `PoliteStream`."""
    with io.BufferedReader(PoliteStream(url, wait, pace, part)) as stream:
        return stream.read(part[1])


class RemoteFile(io.RawIOBase):
    """A file on a web server that is read from any position, by a request for each part. Raises OSError as `PoliteStream`."""

    def __init__(self, url: str, wait: Callable[[float], bool], pace: Pace | None = None) -> None:
        self._url, self._wait, self._pace = url, wait, pace
        self._at = 0
        with PoliteStream(url, wait, pace, (0, 1)) as first:
            first.read(1)
            if first.total is None:
                raise io.UnsupportedOperation(f"{url}: the server does not say how large the file is")
            self._size = first.total

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._at = max(0, offset + (0, self._at, self._size)[whence])
        return self._at

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer, if the file does not end before."""
        size = min(len(buffer), self._size - self._at)
        data = read_part(self._url, (self._at, size), self._wait, self._pace) if size > 0 else b""
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)


def sleep(seconds: float) -> bool:
    """A `wait` that nothing interrupts."""
    time.sleep(seconds)
    return True


def _words(error: Exception) -> str:
    code = getattr(error, "code", None)
    return f"status {code}" if code is not None else str(error) or type(error).__name__
