"""Files of news archives (CC-NEWS) that were read, and for which sources (`db.store.archives.news_archive_files`)."""

from __future__ import annotations

NEWS_ARCHIVE_FILES = """
CREATE TABLE news_archive_files (
    path TEXT PRIMARY KEY,
    read_at TEXT NOT NULL,
    source_ids TEXT NOT NULL CHECK (json_valid(source_ids)),
    records INTEGER NOT NULL,
    pages INTEGER NOT NULL
) STRICT;
"""
