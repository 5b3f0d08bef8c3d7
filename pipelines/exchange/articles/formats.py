"""Writes articles as JSON lines, CSV, RSS 2.0 or JSON Feed 1.1, from a stream to a stream.

An article here is the object that `copydesk articles --json` prints, field for field.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import IO, Any
from xml.sax.saxutils import escape

from db.display.csv_cells import csv_cell
from db.timestamps import parse_timestamp

JsonObject = Mapping[str, Any]
"""An article as `copydesk articles --json` prints it; `write_csv` and `write_json` take objects of any other names as well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedHead:
    """What a feed says of itself: its title, the page that shows the same (`home`), and its own address.

    `once`: an article stays the same item when it is corrected. Otherwise feed readers show each revision as a new one.
    """

    title: str = "Copydesk"
    home: str = "http://localhost/"
    address: str | None = None
    once: bool = False


_EVERYTHING = FeedHead()

COLUMNS = (
    "id",
    "page_id",
    "source_name",
    "url",
    "final_url",
    "canonical_url",
    "believed_url",
    "title",
    "subtitle",
    "kicker",
    "alternative_title",
    "text",
    "subheadings",
    "published",
    "published_utc",
    "published_precision",
    "published_offset_from",
    "modified",
    "modified_precision",
    "modified_offset_from",
    "authors",
    "editors",
    "proofreaders",
    "source",
    "original_source",
    "section",
    "tags",
    "language",
    "description",
    "images",
    "paywalled",
    "comment_count",
    "word_count",
    "fetched_at",
    "revision",
    "original_id",
    "provenance",
)
# Characters that XML 1.0 does not allow (w3.org/TR/xml, 2.2).
_CR = "\r"
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def _json(value: JsonObject) -> bytes:
    """An object on one line. Half a pair of surrogates, which UTF-8 cannot hold, becomes a question mark."""
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")


def write_jsonl(rows: Iterable[JsonObject], out: IO[bytes]) -> int:
    """Write one object a line; returns their number."""
    count = 0
    for row in rows:
        count += 1
        out.write(_json(row) + b"\n")
    return count


def write_json(rows: Iterable[JsonObject], out: IO[bytes]) -> int:
    """Write one JSON array of the objects, one a line; returns their number."""
    count = 0
    for count, row in enumerate(rows, 1):
        out.write((b",\n" if count > 1 else b"[\n") + _json(row))
    out.write(b"\n]\n" if count else b"[]\n")
    return count


def write_csv(rows: Iterable[JsonObject], out: IO[bytes], columns: Sequence[str] = COLUMNS) -> int:
    """Write RFC 4180 in UTF-8 with a header line; returns the number of rows. Missing values are empty; the others as
    `csv_cell` makes them.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(columns)
    count = 0
    for row in rows:
        count += 1
        writer.writerow([csv_cell(row[name]) for name in columns])
        out.write(text.getvalue().encode("utf-8", "replace"))
        text.seek(0)
        text.truncate()
    out.write(text.getvalue().encode("utf-8"))
    return count


def write_rss(rows: Iterable[JsonObject], out: IO[bytes], *, now: datetime, about: FeedHead = _EVERYTHING) -> int:
    """Write RSS 2.0 (rssboard.org/rss-specification), authors as dc:creator, the text as content:encoded; returns the number of
    items."""
    out.write(
        '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"'
        ' xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>'
        f"<title>{_xml(about.title)}</title><link>{_xml(about.home)}</link><description>Articles</description>"
        f"<lastBuildDate>{format_datetime(now.astimezone(UTC), usegmt=True)}</lastBuildDate>\n".encode(
            "utf-8", "replace"
        )
    )
    count = 0
    for row in rows:
        count += 1
        out.write(_rss_item(row, about).encode("utf-8", "replace") + b"\n")
    out.write(b"</channel></rss>\n")
    return count


def _xml(text: str) -> str:
    # XML readers turn a bare carriage return into a line end.
    return escape(_NOT_XML.sub("", text), {_CR: "&#13;"})


def _rss_item(row: JsonObject, about: FeedHead) -> str:
    elements = [
        ("title", row["title"]),
        ("link", _link(row)),
        # A description is HTML, a title is not (rssboard.org/rss-profile).
        ("description", escape(row["description"] or row["subtitle"] or "")),
        ("pubDate", format_datetime(publication_time(row), usegmt=True)),
        *[("dc:creator", name) for name in row["authors"]],
        *[("category", tag) for tag in row["tags"]],
        ("content:encoded", _as_html(row)),
    ]
    values = ((name, _xml(value or "")) for name, value in elements)
    inner = "".join(f"<{name}>{text}</{name}>" for name, text in values if text)
    return f'<item>{inner}<guid isPermaLink="false">{_identity(row, about)}</guid></item>'


def write_json_feed(rows: Iterable[JsonObject], out: IO[bytes], *, about: FeedHead = _EVERYTHING) -> int:
    """Write JSON Feed 1.1 (jsonfeed.org/version/1.1), one item a line; returns the number of items."""
    head = {"version": "https://jsonfeed.org/version/1.1", "title": about.title}
    if about.address:
        head |= {"home_page_url": about.home, "feed_url": about.address}
    out.write(_json(head)[:-1] + b', "items": [')
    count = 0
    for count, row in enumerate(rows, 1):
        out.write((b",\n" if count > 1 else b"\n") + _json(_feed_item(row, about)))
    out.write(b"\n]}\n")
    return count


def _identity(row: JsonObject, about: FeedHead) -> str:
    return f"copydesk:{row['id']}" if about.once else f"copydesk:{row['id']}:{row['revision']}"


def _feed_item(row: JsonObject, about: FeedHead) -> dict[str, Any]:
    item = {
        "id": _identity(row, about),
        "url": _link(row),
        "title": row["title"],
        "summary": row["description"],
        "content_text": row["text"],
        "date_published": publication_time(row).isoformat().replace("+00:00", "Z"),
        "authors": [{"name": name} for name in row["authors"]],
        "tags": row["tags"],
        "language": row["language"],
        "image": row["images"][0]["url"] if row["images"] else None,
    }
    # Empty values are left out, except the text, which is required.
    return {name: value for name, value in item.items() if value or name == "content_text"}


def publication_time(row: JsonObject) -> datetime:
    """The time of publication in UTC; the time of the fetch if the page gives no time or no known offset."""
    text = row["published"]
    if text and row["published_precision"] != "day" and row["published_offset_from"] != "unknown":
        return parse_timestamp(text).astimezone(UTC)
    if text:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)
    return parse_timestamp(row["fetched_at"]).astimezone(UTC)


def _link(row: JsonObject) -> str:
    return str(row["believed_url"] or "")


def _as_html(row: JsonObject) -> str:
    """The text as HTML, its subheadings as such; one of level 1 is an h2, because the headline is the h1."""
    levels = {one["offset"]: max(2, one["level"]) for one in row["subheadings"]}
    html, at = [], 0
    for line in row["text"].split("\n"):
        tag = f"h{levels[at]}" if at in levels else "p"
        html.append(f"<{tag}>{escape(line)}</{tag}>")
        at += len(line) + 1
    return "".join(html)
