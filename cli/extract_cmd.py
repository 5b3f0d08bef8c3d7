"""`copydesk extract`: files on disk to JSON lines on standard output; no database is needed.

A file that cannot be read becomes its own line, `{"id", "rejected": "empty",
"detail"}`, and the command goes on; it then exits with 1
after the last line when the files were named on the command line. A faulty manifest ends it at once with exit code 2.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from db.errors import CopydeskError
from db.sites import load_sites, shipped_sites_folder
from pipelines.files import entries_of_manifest, entries_of_paths, json_lines


@click.command("extract")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--manifest", type=click.Path(path_type=Path), help='JSON lines of {"id", "path", "url"}.')
@click.option("--jobs", type=click.IntRange(1, 256), default=1, show_default=True, help="Processes at work.")
def extract(paths: tuple[Path, ...], manifest: Path | None, jobs: int) -> None:
    """Extract articles from HTML files (.gz too) and print one JSON line each, in order."""
    if bool(paths) == (manifest is not None):
        raise click.UsageError("Give either files or --manifest.")
    missing = [path for path in paths if not path.is_file()]
    entries = entries_of_manifest(manifest) if manifest else entries_of_paths(paths)
    try:
        for line in json_lines(
            entries, load_sites(shipped_sites_folder()), jobs=min(jobs, max(1, os.cpu_count() or 1))
        ):
            sys.stdout.write(line + "\n")
    except CopydeskError as error:
        click.echo(f"copydesk extract: {error}", err=True)
        sys.exit(error.exit_code)
    for path in missing:
        click.echo(f"copydesk extract: no such file: {path}", err=True)
    if missing:
        sys.exit(1)


if __name__ == "__main__":
    extract()
