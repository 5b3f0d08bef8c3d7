"""A newsroom for the tests of the ground, too."""

from tests.cli.conftest import newsroom, room

__all__ = ["newsroom", "room"]
