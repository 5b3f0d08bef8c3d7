r"""Protect the terminal: text from outside must not move the cursor, set the window title, fill the clipboard or reverse a line.

    on a terminal    control characters are shown as `\u001b`; our own colours pass. In JSON this is an escape of the same text
    in a pipe        nothing changes

`guard` wraps standard output and error once, so code that prints need not care.
"""

from __future__ import annotations

import re
import sys
from typing import Any, TextIO, cast

# C0 except tab and line feed, DEL, C1, and marks that change the direction of the text after them.
_UNSAFE = "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]"
_CONTROL = re.compile(_UNSAFE)
# The sequences of `click.style` for the styles in use: bold, dim, eight colours and their bright forms, reset.
_STYLE_OR_CONTROL = re.compile(rf"\x1b\[(?:[012]|[39][0-7])m|{_UNSAFE}")


def visible(text: str) -> str:
    """Text with its control characters made visible."""
    return _CONTROL.sub(_shown, text.replace("\r\n", "\n"))


def visible_but_styles(text: str) -> str:
    """The same for our own output, whose styles are kept."""
    return _STYLE_OR_CONTROL.sub(_shown, text.replace("\r\n", "\n"))


def _shown(found: re.Match[str]) -> str:
    return found[0] if len(found[0]) > 1 else f"\\u{ord(found[0]):04x}"


class _Bytes:
    """The binary side of a guarded stream."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, data: bytes) -> int:
        """Write bytes as UTF-8 text; other bytes are shown as `\\xff`."""
        self._stream.write(visible(bytes(data).decode("utf-8", "backslashreplace")))
        return len(data)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream.buffer, name)


class _Guarded:
    """A text stream that makes control characters visible."""

    def __init__(self, stream: TextIO) -> None:
        self.direct = stream
        self.buffer = _Bytes(stream)

    def write(self, text: str) -> int:
        """Write text with its control characters made visible."""
        self.direct.write(visible_but_styles(text))
        return len(text)

    def writelines(self, lines: list[str]) -> None:
        """Write each."""
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.direct, name)


def guard() -> None:
    """Wrap standard output and standard error where they are terminals."""
    if sys.stdout.isatty():
        sys.stdout = cast(TextIO, _Guarded(direct(sys.stdout)))
    if sys.stderr.isatty():
        sys.stderr = cast(TextIO, _Guarded(direct(sys.stderr)))


def direct(stream: TextIO) -> TextIO:
    """The stream without its guard, for code that moves the cursor and makes text visible by itself."""
    return stream.direct if isinstance(stream, _Guarded) else stream
