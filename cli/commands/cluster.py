"""`copydesk cluster`: which texts of a file are copies of each other, without a database."""

from __future__ import annotations

import json
from pathlib import Path

import click

from pipelines.dedup.text_clusters import clusters_of, records_of


@click.command()
@click.option(
    "--manifest",
    required=True,
    type=click.Path(path_type=Path),
    help='JSON lines of {"id", "url", "title", "text", "published"}.',
)
def cluster(manifest: Path) -> None:
    """Say which texts of a file are copies: one line {"id", "cluster"} each, the cluster named by its original."""
    for record_id, original in clusters_of(records_of(manifest)):
        click.echo(json.dumps({"id": record_id, "cluster": original}, ensure_ascii=False))
