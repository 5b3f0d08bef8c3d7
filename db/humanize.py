"""Times, sizes and lengths of time in a person's words: the same in the terminal and on the web page."""

from __future__ import annotations

from datetime import datetime


def format_local_time(text: str | None) -> str:
    """A time on the reader's clock, to the minute. A day stays a day, and a time without an offset stays as it is."""
    if not text:
        return ""
    moment = datetime.fromisoformat(text)
    if "T" not in text or moment.tzinfo is None:
        return text.replace("T", " ")[:16]
    return f"{moment.astimezone():%Y-%m-%d %H:%M}"


def format_size(number: float | None) -> str:
    """Bytes for a person: 512 B, 1.9 MB (decimal, as disks are sold)."""
    value = float(number or 0)
    for unit in ("B", "kB", "MB", "GB"):
        if value < 1000:
            return f"{value:.0f} {unit}" if unit == "B" or value >= 100 else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.1f} TB"


def format_elapsed(started_at: str, ended_at: str | None) -> str:
    """How long a run took: from its beginning to its end as its row has them, wherever it is shown. "" while it lasts."""
    if not ended_at:
        return ""
    return format_run_duration((datetime.fromisoformat(ended_at) - datetime.fromisoformat(started_at)).total_seconds())


def format_run_duration(seconds: float) -> str:
    """The length of a run, to a tenth of a second up to a minute."""
    return f"{seconds:.1f} s" if seconds < 59.95 else format_duration(seconds)


def format_database_size(main: int, wal: int) -> str:
    """The size of a database. The write-ahead log is a file beside it, written back into it by itself."""
    return format_size(main) + (f", and {format_size(wal)} in its write-ahead log" if wal else "")


def format_duration(seconds: float) -> str:
    """A length of time for a person, in its two largest units: 45 s, 3 min 20 s, 2 h 5 min, 4 d 3 h."""
    whole = round(seconds)
    units = (("d", 86400), ("h", 3600), ("min", 60), ("s", 1))
    parts = []
    for name, length in units:
        if whole >= length:
            parts.append(f"{whole // length} {name}")
            whole %= length
    return " ".join(parts[:2]) or f"{seconds:.1f} s"
