"""Imported by the fork server: loads the list of public suffixes, 0.1 s of CPU, which all processes need that parse listings or
extract, since they compare sites.
"""

from __future__ import annotations

from contextlib import suppress

from pipelines.urls import registrable_domain

with suppress(Exception):  # whatever it is, a process that has it as well reports it
    registrable_domain("www.news.example")
