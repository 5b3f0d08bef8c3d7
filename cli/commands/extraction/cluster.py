"""`copydesk cluster`: find copies among the texts of a file, without a database."""

from __future__ import annotations

from pathlib import Path

import click

from cli.output.json_output import print_json
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
        print_json({"id": record_id, "cluster": original})
