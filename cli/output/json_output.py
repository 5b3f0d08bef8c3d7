"""Print JSON: one object a line, characters as they are."""

from __future__ import annotations

import json

import click


def print_json(value: object) -> None:
    """Print a value as one line of JSON."""
    click.echo(json.dumps(value, ensure_ascii=False))
