"""What programs that save pages write into them, or into the names of files: the address, and when that was.

| Program | Writes |
| --- | --- |
| SingleFile | a comment with `url:` and `saved date:` |
| browsers ("Web page, complete") | `<!-- saved from url=(0042)http://… -->` |
| HTTrack | `<!-- Mirrored from HOST/PATH by HTTrack …, DATE -->` |
| Wayback Machine | addresses `/web/20261101080000/http://…`, and a script that names both |
| mirrors (wget, HTTrack, waybackpack) | folders named as hosts: `www.example.org/news/1.html` |
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import PurePosixPath
from urllib.parse import quote

from pipelines.urls import clean_url, has_public_suffix

# Bytes in which a note is searched: programs write it before or just behind `<html>`, or the script into the head.
_HEAD = 16 * 1024
_SINGLE_FILE = re.compile(r"Page saved with SingleFile\s{1,9}url: (\S{1,4000})\s{1,9}saved date: ([^\n]{10,80})")
_SAVED_FROM = re.compile(r"<!-- saved from url=\(\d{4}\)(https?://\S{1,4000}) -->")
_HTTRACK = re.compile(r"<!-- Mirrored from (\S{1,4000}) by HTTrack [^,>]{0,80}, ([^>]{10,40}) -->")
_WOMBAT = re.compile(r"__wm\.wombat\(\"(https?://[^\"\s]{1,4000})\",\"(\d{14})\"")
_SCRIPT_DATE = re.compile(r"[A-Z][a-z]{2} ([A-Z][a-z]{2}) (\d{2}) (\d{4}) (\d{2}:\d{2}:\d{2}) GMT([+-]\d{4})")
_REPLAY = re.compile(
    r"https?://[^/]{1,253}/(?:[^/]{1,60}/){0,2}(\d{14})(?:[a-z]{2}_)?/(https?):/{1,2}(.{1,4000})", re.DOTALL
)
_CAPTURED = re.compile(r"(\d{14})(?:[a-z]{2}_)?")
_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,10}[a-z0-9-]{2,63}", re.IGNORECASE)
_PORT = re.compile(r"[:+_](\d{2,5})$")


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedNote:
    """Where a saved page is from and, if the program says so, when it was saved."""

    url: str
    at: datetime | None = None


def read_saved_note(body: bytes) -> SavedNote | None:
    """The note of the program that saved the page; None without one."""
    head = body[:_HEAD].replace(b"\x00", b"").decode("utf-8", "replace")
    if found := _SINGLE_FILE.search(head):
        date = _SCRIPT_DATE.match(found[2])
        return _note(found[1], _mail_time("{1} {0} {2} {3} {4}".format(*date.groups())) if date else None)
    if found := _HTTRACK.search(head):
        return _note(f"https://{found[1]}", _mail_time(found[2]))
    if found := _WOMBAT.search(head):
        return _note(found[1], _capture_time(found[2]))
    found = _SAVED_FROM.search(head)
    return _note(found[1], None) if found else None


def read_replay_address(url: str) -> SavedNote | None:
    """The page behind an address of the Wayback Machine or of another archive that is built like it; None for other addresses."""
    found = _REPLAY.match(url)
    return _note(f"{found[2]}://{found[3]}", _capture_time(found[1])) if found else None


def read_mirror_path(path: PurePosixPath) -> SavedNote | None:
    """The address that a file of a mirror has by its folders: that named as a host is where it begins.

    `?` begins the query, as wget writes it. The scheme is https unless a folder before says otherwise (`http:`), because no mirror
    tells it. A folder of 14 digits before the host is the time of a capture. None without a host.
    """
    folders = path.parts[:-1]
    for number, name in enumerate(folders):
        port = _PORT.search(name)
        host = name[: port.start()] if port else name
        if not _HOST.fullmatch(host) or not has_public_suffix(host):
            continue
        before = folders[:number]
        captured = next((found[1] for part in reversed(before) if (found := _CAPTURED.fullmatch(part))), "")
        scheme = "http" if before and before[-1] in ("http:", "http") else "https"
        rest = "/".join((*folders[number + 1 :], path.name)).removesuffix(".gz")
        place = f"{host}:{port[1]}" if port else host
        url = f"{scheme}://{place}/{quote(os.fsencode(rest), safe='/?&=+%,:;@!$()*~')}"
        return read_replay_address(url) or _note(url, _capture_time(captured))
    return None


def _note(url: str, at: datetime | None) -> SavedNote | None:
    cleaned = clean_url(url)
    return SavedNote(url=cleaned, at=at) if cleaned else None


def _mail_time(text: str) -> datetime | None:
    try:
        at = parsedate_to_datetime(text.strip())
        return at.replace(tzinfo=UTC) if at.utcoffset() is None else at.astimezone(UTC)
    except (ValueError, TypeError, OverflowError):
        return None


def _capture_time(digits: str) -> datetime | None:
    try:
        return datetime.strptime(digits, "%Y%m%d%H%M%S").replace(tzinfo=UTC) if digits else None
    except ValueError:
        return None
