r"""What reaches a terminal. A title, a note, an address, a file name or a page must not move the cursor, name the window, fill
the clipboard or turn a line round, whichever command prints it.

    on a terminal    control characters are shown as `\u001b`; our own colours pass. In JSON that is an escape: it stays the same
    in a pipe        nothing is changed

`guard` puts this around standard output and error, once, so that no place that prints need think of it.
"""

from __future__ import annotations

import re
import sys
from typing import Any, TextIO, cast

# C0 but tab and line feed, DEL, C1, and what reverses the direction of all that follows.
_UNSAFE = "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]"
_CONTROL = re.compile(_UNSAFE)
# What `click.style` makes of the styles in use: bold, dim, eight colours and their bright forms, and the end of all that.
_STYLE_OR_CONTROL = re.compile(rf"\x1b\[(?:[012]|[39][0-7])m|{_UNSAFE}")
# To the line's beginning, and all that is on it away.
_WIPED = "\r\x1b[2K"


def visible(text: str) -> str:
    """The text of one line or more with its control characters to be seen."""
    return _CONTROL.sub(_shown, text.replace("\r\n", "\n"))


def visible_but_styles(text: str) -> str:
    """The same for a text of ours, which may be coloured."""
    return _STYLE_OR_CONTROL.sub(_shown, text.replace("\r\n", "\n"))


def _shown(found: re.Match[str]) -> str:
    return found[0] if len(found[0]) > 1 else f"\\u{ord(found[0]):04x}"


class _Bytes:
    """The binary side of a guarded stream."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, data: bytes) -> int:
        """Write what the bytes are as UTF-8; what is none is shown as `\\xff`."""
        self._stream.write(visible(bytes(data).decode("utf-8", "backslashreplace")))
        return len(data)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream.buffer, name)


class _Guarded:
    """A text stream that shows control characters."""

    def __init__(self, stream: TextIO) -> None:
        self.direct = stream
        self.buffer = _Bytes(stream)

    def write(self, text: str) -> int:
        """Write the text, made visible."""
        self.direct.write(visible_but_styles(text))
        return len(text)

    def writelines(self, lines: list[str]) -> None:
        """Write each."""
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.direct, name)


def guard() -> None:
    """Guard standard output and standard error, where they are terminals."""
    if sys.stdout.isatty():
        sys.stdout = cast(TextIO, _Guarded(direct(sys.stdout)))
    if sys.stderr.isatty():
        sys.stderr = cast(TextIO, _Guarded(direct(sys.stderr)))


def direct(stream: TextIO) -> TextIO:
    """The stream without guard, for who moves the cursor himself and has made visible what he shows."""
    return stream.direct if isinstance(stream, _Guarded) else stream


def rewrite_line(text: str = "") -> None:
    """Put a text in the place of the last line on standard error, which must be a terminal."""
    stream = direct(sys.stderr)
    stream.write(f"{_WIPED}{visible(text)}")
    stream.flush()
