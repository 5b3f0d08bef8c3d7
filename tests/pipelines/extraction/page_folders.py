"""The folders of `tests/pages`: each holds a page, what is known of it, and what must be read from it."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from db.models import Link, LinkKind, Page

PAGES = Path(__file__).resolve().parent.parent.parent / "pages"
FOLDERS = sorted(folder for folder in PAGES.iterdir() if (folder / "article.json").is_file())


def page_of(folder: Path) -> Page:
    """The page of a folder, with what its page.json says."""
    facts: dict[str, Any] = json.loads((folder / "page.json").read_text("utf-8"))
    hint = facts.get("hint")
    link = None
    if hint:
        published = hint.get("published")
        link = Link(
            url=facts["url"],
            key=facts["url"],
            kind=LinkKind.FEED,
            title=hint.get("title"),
            published=datetime.fromisoformat(published) if published else None,
            author=hint.get("author"),
            section=hint.get("section"),
        )
    fetched = facts.get("fetched_at")
    return Page(
        body=(folder / "page.html").read_bytes(),
        url=facts.get("url"),
        status=facts.get("status", 200),
        content_type=facts.get("content_type"),
        fetched_at=datetime.fromisoformat(fetched) if fetched else None,
        hint=link,
    )
