"""Copydesk: crawls news sites into one SQLite file, with their credits.

The wheel holds this package alone: `setup.py` puts `cli`, `crawler`, `db`, `pipelines` and `scheduler` below it. Whatever is
imported here is imported by every command as well, so heavy modules are loaded when they are first used.
"""
