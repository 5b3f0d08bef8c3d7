"""`copydesk extract` for pages from outside: files, folders, standard input, addresses, manifests. Needs no database.

A file that cannot be read becomes a line `{"id", "rejected": "empty", "detail"}`. An address that could not be fetched has no line,
because that says nothing about the page. In both cases the command continues and says so on standard error; where such a file or
address was named on the command line, it exits with 1 after the last line. A wrong manifest ends it at once with exit code 2, as
does a mistake in the user's own site rules, which apply here too.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from cli.context import CommandContext
from cli.output.archive_damage import print_damage
from cli.output.progress import progress_line
from db.display.humanize import counted
from db.errors import CopydeskError, FetchError
from db.models import Page
from db.site_rules.loader import Sites, load_sites
from db.store.sites.site_rules import sites_folders
from db.system.regular_files import is_own_descriptor, open_file
from pipelines.exchange.items import MAX_PLACES
from pipelines.exchange.saved_pages.html_files import html_files_in
from pipelines.extraction.extract import MAX_BODY
from pipelines.processing.files import PageFile, extract_json_lines, page_files_in_manifest
from pipelines.urls import clean_url

if TYPE_CHECKING:
    from crawler.single_page import Fetched

STANDARD_INPUT = "-"


def extract_manifest(context: CommandContext, manifest: Path, jobs: int) -> None:
    """Print one JSON line per line of a manifest. A missing file is a line like others, and no failure."""
    print_damage("extract", _print(page_files_in_manifest(manifest), _sites(context), jobs))


def extract_pages(context: CommandContext, pages: Sequence[str], url: str | None, jobs: int) -> None:
    """Print one JSON line per file, "-" or address, and per HTML file of a folder. `url` is the address of a single file or of
    standard input.
    """
    addresses = {page: _address(page) for page in pages if _is_address(page)}
    if url is not None and (len(pages) != 1 or addresses):
        raise click.UsageError("--url needs exactly one FILE or -, whose address it is.")
    for folder in (Path(page) for page in pages if page not in addresses and Path(page).is_dir()):
        if next(html_files_in(folder), None) is None:
            raise click.UsageError(f"{folder} holds no HTML files (.html, .htm, .xhtml, also .gz).")
    known = _address(url) if url is not None else None
    sites = _sites(context)
    fetched: Fetched = {}
    if addresses:
        from crawler.single_page import fetch_pages  # Scrapy takes half a second to import

        fetched = fetch_pages(context.config, list(addresses.values()))
    troubles = _print(_entries(pages, known, addresses, fetched), sites, jobs)
    failed = [str(found) for found in fetched.values() if isinstance(found, FetchError)]
    print_damage("extract", [*failed, *troubles])
    if failed or troubles:
        sys.exit(1)


def _is_address(page: str) -> bool:
    return page.lower().startswith(("http://", "https://"))


def _address(url: str) -> str:
    address = clean_url(url)
    if address is None:
        raise click.UsageError(f"{url} is not the address of a web page.")
    return address


def _entries(
    pages: Sequence[str], url: str | None, addresses: Mapping[str, str], fetched: Fetched
) -> Iterator[PageFile]:
    for page in pages:
        found = fetched.get(addresses.get(page, ""))
        if isinstance(found, Page):
            yield PageFile(
                page_id=page,
                path=Path(page),
                url=found.url,
                final_url=found.final_url,
                content_type=found.content_type,
                status=found.status,
                fetched_at=found.fetched_at,
                body=found.body,
            )
        elif page == STANDARD_INPUT:
            yield PageFile(page_id=page, path=Path(page), url=url, body=sys.stdin.buffer.read(MAX_BODY + 1))
        elif page not in addresses:
            yield from _entries_of(Path(page), url)


def _entries_of(path: Path, url: str | None) -> Iterator[PageFile]:
    if path.is_dir():
        yield from (PageFile(page_id=str(file), path=file, within=path) for file in html_files_in(path))
    else:
        yield _entry_of(path, url)


def _entry_of(path: Path, url: str | None) -> PageFile:
    """The entry of a file. /dev/stdin is read here: it is our standard input, not that of the worker process."""
    if not is_own_descriptor(path):
        return PageFile(page_id=str(path), path=path, url=url, own=True)
    with open_file(path, own=True) as file:
        return PageFile(page_id=str(path), path=path, url=url, body=file.read(MAX_BODY + 1))


def _sites(context: CommandContext) -> Sites:
    try:
        return load_sites(*sites_folders(context.config))
    except CopydeskError as error:
        _exit(error)


def _print(entries: Iterable[PageFile], sites: Sites, jobs: int) -> list[str]:
    """Print the lines; returns what was no page, the first of it: with a wrong folder in a manifest it is every line."""
    troubles: list[str] = []
    try:
        # Where the lines come to the terminal, they are the progress.
        with progress_line(enabled=not sys.stdout.isatty()) as show:
            for count, line in enumerate(extract_json_lines(entries, sites, jobs=jobs), 1):
                sys.stdout.write(line.text + "\n")
                show(f"{counted(count, 'page')} extracted", count)
                if line.trouble and len(troubles) < MAX_PLACES:
                    troubles.append(line.trouble)
    except CopydeskError as error:
        _exit(error)
    return troubles


def _exit(error: CopydeskError) -> NoReturn:
    click.echo(f"copydesk extract: {error}", err=True)
    sys.exit(error.exit_code)
