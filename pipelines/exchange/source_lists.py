"""Reads and writes lists of sources: OPML 1 and 2 (as feed readers export), or plain text with one address a line, or a table.

    https://www.example-daily.com/          # comments and empty lines are skipped
    Example Daily, https://www.example-daily.com/     an optional name comes first, separated by a comma, tab, or |

    url,name,delay                          a table (comma, semicolon or tab): its first line names the columns
    https://www.example-daily.com/,daily,2s           url, name, and settings of the source; an empty cell says nothing

Only the form is checked here; adding the source checks the address. An OPML file that Copydesk wrote also has the settings stored
with each source, and which are paused, in attributes of a namespace that other readers pass over.
"""

from __future__ import annotations

import codecs
import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Sequence

from lxml import etree

from db.errors import UsageError
from db.models import ListedSource, Listing, ListingKind, Source
from db.typed_values import typed_value

_OURS = "urn:copydesk:sources"
_SETTINGS, _PAUSED = f"{{{_OURS}}}settings", f"{{{_OURS}}}paused"
_HTTP = re.compile(r"https?://\S+", re.IGNORECASE)
_BARE_HOST = re.compile(r"(?:[\w-]+\.)+[^\W\d_]{2,}(?::\d+)?(?:/\S*)?")
_COMMENT = re.compile(r"(?:^|\s)#.*$")
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_BARE_AMPERSAND = re.compile(rb"&(?!#?\w{1,32};)")
_LOSSES = ("ERR_GT_REQUIRED", "ERR_TAG_NOT_FINISHED")
"""Errors of libxml2 after which attributes or elements are missing; it recovers from the others without a loss."""
_ATTRIBUTES = ("htmlurl", "xmlurl", "url")
_URL = "url"
"""The column of a table with the addresses."""


def read_sources(data: bytes, name: str = "the file") -> list[ListedSource]:
    """The names and addresses in an OPML file or a plain list, each address once, in the file's order.

    An OPML outline gives the site's address (`htmlUrl`), else its feed (`xmlUrl`). A host without a scheme gets https. Raises
    UsageError, which names the file (`name`) and line, if a line has no address or there is none at all, or if the file is neither
    UTF-8 nor UTF-16 (Excel's "Unicode text"): its names could only be guessed.
    """
    text = _decoded(data, name)
    if text.lstrip().startswith("<"):
        listed = _opml(data, name)
    elif (delimiter := _delimiter_of_table(text)) is not None:
        listed = _table(text, delimiter, name)
    else:
        listed = _lines(text, name)
    unique: dict[str, ListedSource] = {}
    for one in listed:
        unique.setdefault(one.url, one)
    if not unique:
        raise UsageError(f"{name}: contains no address; give OPML, or one address a line")
    return list(unique.values())


def _decoded(data: bytes, name: str) -> str:
    if data.startswith(_UTF_16):
        return data.decode("utf-16", "replace")
    if data.lstrip().startswith(b"<"):
        return data.decode("utf-8-sig", "replace")  # XML says itself how it is to be read
    plain = data.removeprefix(codecs.BOM_UTF8)
    try:
        text, at = plain.decode(), plain.find(b"\0")
    except UnicodeDecodeError as error:
        text, at = "", error.start
    if at < 0:
        return text
    line = plain.count(b"\n", 0, at) + 1
    raise UsageError(f'{name}:{line}: is not UTF-8; save it as UTF-8, from Excel as "CSV UTF-8"')


def _opml(data: bytes, name: str) -> Iterator[ListedSource]:
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    if not data.startswith(_UTF_16):
        data = _BARE_AMPERSAND.sub(b"&amp;", data)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError):
        root = None
    if root is None or root.tag.lower() != "opml":
        raise UsageError(
            f"{name}: looks like XML but is not OPML; export OPML from your reader, or give one address a line"
        )
    for error in parser.error_log:
        if error.type_name in _LOSSES:
            raise UsageError(
                f"{name}:{error.line}: is not XML from here on ({error.message}); correct it, or give one address a line"
            )
    for outline in root.iter("outline"):
        values = {str(key).lower(): str(value).strip() for key, value in outline.attrib.items()}
        url = next((values[key] for key in _ATTRIBUTES if _HTTP.fullmatch(values.get(key, ""))), None)
        if url:
            title = values.get("title") or values.get("text") or None
            settings = _settings(values.get(_SETTINGS, "{}"), f"{name}: {title or url}")
            yield ListedSource(name=title, url=url, settings=settings, paused=values.get(_PAUSED) == "true")


def _settings(text: str, where: str) -> dict[str, object]:
    try:
        settings = json.loads(text)
    except ValueError:
        settings = None
    if not isinstance(settings, dict):
        raise UsageError(f"{where}: its settings are not a JSON object; `copydesk sources export` writes one")
    return settings


def _delimiter_of_table(text: str) -> str | None:
    """What divides the columns, if the first line with something in it names them; None where there is no table."""
    head = text.lstrip().partition("\n")[0].lower()
    return next((one for one in ",;\t" if _URL in [cell.strip(' "\r') for cell in head.split(one)]), None)


def _table(text: str, delimiter: str, name: str) -> Iterator[ListedSource]:
    rows = csv.DictReader(io.StringIO(text.lstrip(), newline=""), delimiter=delimiter, skipinitialspace=True)
    try:
        for row in rows:
            if None in row:
                raise UsageError(
                    f"{name}:{rows.line_num}: has more cells than the first line has columns; quote a cell with {delimiter!r}"
                )
            given = {key.strip().lower(): cell.strip() for key, cell in row.items() if cell and cell.strip()}
            url = given.pop(_URL, None)
            if url is not None:
                title = given.pop("name", None)
                settings = {key: typed_value(cell) for key, cell in given.items()}
                yield ListedSource(name=title, url=_address(url, f"{name}:{rows.line_num}"), settings=settings)
            elif given:
                raise UsageError(f"{name}:{rows.line_num}: has no {_URL}")
    except csv.Error as error:
        raise UsageError(f"{name}:{rows.line_num}: is no CSV: {error}") from error


def _address(text: str, where: str) -> str:
    if _HTTP.fullmatch(text):
        return text
    if _BARE_HOST.fullmatch(text):
        return f"https://{text}"
    raise UsageError(f"{where}: {text[:80]!r} is not an address, such as https://www.example-daily.com/")


def _lines(text: str, name: str) -> Iterator[ListedSource]:
    for number, raw in enumerate(text.splitlines(), 1):
        line = _COMMENT.sub("", raw).strip()
        if not line:
            continue
        found = _HTTP.search(line)
        if found:
            title = re.sub(r"(?<![\s,;|])[\s,;|]+$", "", line[: found.start()]).strip("\"' ")
            if behind := line[found.end() :].strip("\"' ,;|"):
                raise UsageError(
                    f"{name}:{number}: nothing may stand behind an address, but {behind[:80]!r} does: put a name before it,"
                    " or name the columns in the first line, such as url,name,delay"
                )
            yield ListedSource(name=title or None, url=found[0].rstrip(",;\"'"))
        elif _BARE_HOST.fullmatch(line):
            yield ListedSource(url=f"https://{line}")
        else:
            raise UsageError(
                f"{name}:{number}: {line[:80]!r} is not an address; give one a line, such as https://www.example-daily.com/"
            )


def write_opml(sources: Iterable[tuple[Source, Sequence[Listing]]], title: str = "Copydesk sources") -> str:
    """OPML 2.0 with an outline for each source and its feeds below. `read_sources` reads it back."""
    root = etree.Element("opml", version="2.0", nsmap={"copydesk": _OURS})
    head = etree.SubElement(root, "head")
    etree.SubElement(head, "title").text = _clean(title)
    body = etree.SubElement(root, "body")
    for source, listings in sources:
        home = _clean(source.url)
        outline = etree.SubElement(body, "outline", type="link", text=_clean(source.name), htmlUrl=home, url=home)
        if source.settings:
            outline.set(_SETTINGS, _clean(json.dumps(dict(source.settings), ensure_ascii=False)))
        if source.paused_at:
            outline.set(_PAUSED, "true")
        for listing in listings:
            if listing.kind is ListingKind.FEED:
                words = _clean(listing.title or listing.url)
                etree.SubElement(outline, "outline", type="rss", text=words, xmlUrl=_clean(listing.url), htmlUrl=home)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{etree.tostring(root, encoding="unicode", pretty_print=True)}'


def _clean(text: str) -> str:
    """The text without characters that XML does not allow."""
    return re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]", "", text)
