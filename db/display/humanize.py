"""Times, sizes, counts and durations as text for users, in the terminal and on web pages."""

from __future__ import annotations

from datetime import datetime


def format_local_time(time: datetime | str | None) -> str:
    """A time or timestamp in the local time zone, to the minute. Dates, and times without an offset, are not converted."""
    if not time:
        return ""
    at = datetime.fromisoformat(time) if isinstance(time, str) else time
    if isinstance(time, str) and ("T" not in time or at.tzinfo is None):
        return time.replace("T", " ")[:16]
    return f"{at.astimezone():%Y-%m-%d %H:%M}"


def counted(number: int, singular: str, plural: str = "") -> str:
    """A number with its noun: 1 page, 2,000 pages. `plural`: where it does not end in s alone, or a verb follows."""
    return f"{number:,} {singular if number == 1 else plural or f'{singular}s'}"


def times(number: int) -> str:
    """How often: once, 3 times."""
    return "once" if number == 1 else f"{number:,} times"


def format_size(number: float | None) -> str:
    """A number of bytes: 512 B, 1.9 MB (decimal, as disks are sold)."""
    value = float(number or 0)
    for unit in ("B", "kB", "MB", "GB"):
        if value < 1000:
            return f"{value:.0f} {unit}" if unit == "B" or value >= 100 else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.1f} TB"


def format_elapsed(started_at: str, ended_at: str | None) -> str:
    """The time from a run's start to its end, from the timestamps of its row; "" while it runs."""
    if not ended_at:
        return ""
    return format_run_duration((datetime.fromisoformat(ended_at) - datetime.fromisoformat(started_at)).total_seconds())


def format_run_duration(seconds: float) -> str:
    """A duration in seconds, with tenths below one minute."""
    return f"{seconds:.1f} s" if seconds < 59.95 else format_duration(seconds)


def format_database_size(main: int, wal: int) -> str:
    """The size of a database file, and of its write-ahead log if there is one."""
    return format_size(main) + (f", and {format_size(wal)} in its write-ahead log" if wal else "")


def format_duration(seconds: float) -> str:
    """A duration in its two largest units: 45 s, 3 min 20 s, 2 h 5 min, 4 d 3 h."""
    return " ".join(f"{number} {unit}" for number, unit in duration_parts(seconds))


def duration_parts(seconds: float) -> list[tuple[str, str]]:
    """The one or two largest units of a duration, each as its number and its name: d, h, min or s."""
    whole = round(seconds)
    parts = []
    for name, length in (("d", 86400), ("h", 3600), ("min", 60), ("s", 1)):
        if whole >= length:
            parts.append((str(whole // length), name))
            whole %= length
    return parts[:2] or [(f"{seconds:.1f}", "s")]
