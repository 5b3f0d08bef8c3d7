"""Imported by the fork server of processes that will surely extract: extracts a page, so that each of them begins with the tables
and patterns that its first page would need (0.26 s of CPU).
"""

from __future__ import annotations

from contextlib import suppress

from pipelines.processing.page_worker import extract_known_page

with suppress(Exception):  # whatever it is, a process that has it as well reports it
    extract_known_page()
