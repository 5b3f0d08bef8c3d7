"""Values of settings that are neither times nor sizes (`db.config.units`): checked, with what was expected in the error."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Literal

from db.config import units

AlwaysOrNever = Literal["auto", "always", "never"]
LogFormat = Literal["human", "json"]
Every = timedelta | Literal["auto", "never"]


def text(value: object) -> str:
    """Text. Raises ValueError."""
    if not isinstance(value, str):
        raise ValueError(f"expected text, got {value!r}")
    return value


def texts(value: object) -> tuple[str, ...]:
    """A list of texts. Raises ValueError."""
    if not isinstance(value, list):
        raise ValueError(f'expected a list such as ["one", "two"], got {value!r}')
    return tuple(text(item) for item in value)


def patterns(value: object) -> tuple[str, ...]:
    """A list of regular expressions, or a single one. Raises ValueError."""
    found = texts([value] if isinstance(value, str) else value)
    for pattern in found:
        try:
            re.compile(pattern)
        except (re.error, OverflowError, RecursionError) as error:
            raise ValueError(f"{pattern!r} is not a regular expression: {error}") from error
    return tuple(filter(None, found))


def yes_no(value: object) -> bool:
    """True or false. Raises ValueError."""
    if not isinstance(value, bool):
        raise ValueError(f"expected true or false, got {value!r}")
    return value


def count(value: object) -> int:
    """A whole number, 0 or more. Raises ValueError."""
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError(f"expected a whole number, 0 or more, got {value!r}")
    return value


def one_or_more(value: object) -> int:
    """A whole number, 1 or more. Raises ValueError."""
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise ValueError(f"expected a whole number, 1 or more, got {value!r}")
    return value


def always_or_never(value: object) -> AlwaysOrNever:
    """ "auto", "always" or "never". Raises ValueError."""
    match value:
        case "auto" | "always" | "never":
            return value
    raise ValueError(f'expected "auto", "always" or "never", got {value!r}')


def every(value: object) -> Every:
    """A duration, "auto" or "never". A duration under a second is a mistake. Raises ValueError."""
    match value:
        case "auto" | "never":
            return value
    try:
        step = units.duration_with_unit(value)
    except ValueError as error:
        raise ValueError(f'expected a duration such as "15m", "auto" or "never", got {value!r}') from error
    if step < timedelta(seconds=1):
        raise ValueError(f'expected a second or more, or "never", got {value!r}')
    return step


def log_format(value: object) -> LogFormat:
    """ "human" or "json". Raises ValueError."""
    match value:
        case "human" | "json":
            return value
    raise ValueError(f'expected "human" or "json", got {value!r}')
