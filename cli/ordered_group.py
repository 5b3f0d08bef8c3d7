"""A group of commands that lists them in the order of their definition."""

from __future__ import annotations

import click


class OrderedGroup(click.Group):
    """A group whose help keeps the order in which commands were added; click would sort them by name."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names in the order of the help."""
        return list(self.commands)
