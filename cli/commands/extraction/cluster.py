"""`copydesk cluster`: find copies among the texts of a file, without a database."""

from __future__ import annotations

import json
from pathlib import Path

import click

from pipelines.dedup.text_clusters import cluster_texts, read_records


@click.command(short_help="Find copies among the texts of a file.")
@click.option(
    "--manifest",
    required=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help='Texts as JSON lines: {"id", "url", "title", "text", "published"}.',
)
def cluster(manifest: Path) -> None:
    """Find copies among the texts of a file. Needs no database.

    Prints one JSON line {"id", "cluster"} per text; a cluster is named by the id of its original.
    """
    for record_id, original in cluster_texts(read_records(manifest)):
        click.echo(json.dumps({"id": record_id, "cluster": original}, ensure_ascii=False))
