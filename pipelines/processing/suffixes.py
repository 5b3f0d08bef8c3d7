"""Imported by the fork server: loads the list of public suffixes, which all processes need that parse listings or extract."""

from __future__ import annotations

from contextlib import suppress

from pipelines.urls import load_suffixes

with suppress(Exception):  # whatever it is, a process that has it as well reports it
    load_suffixes()
