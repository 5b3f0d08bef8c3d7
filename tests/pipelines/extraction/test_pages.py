"""Page tests: each folder of `tests/pages` holds a page, what is known of it, and what must be read from it."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from db.models import Link, LinkKind, Page
from db.site_rules.loader import Sites
from pipelines.extraction.article_json import to_json
from pipelines.extraction.extract import extract

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


def test_there_are_many_forms() -> None:
    assert len(FOLDERS) >= 60


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_page(folder: Path) -> None:
    want: dict[str, Any] = json.loads((folder / "article.json").read_text("utf-8"))
    got = to_json(extract(page_of(folder), Sites()))
    starts = want.pop("text_starts", None)
    images = want.pop("images", None)
    assert {name: got.get(name) for name in want} == want
    if starts is not None:
        assert got["text"].startswith(starts)
    if images is not None:
        assert len(got["images"]) == images
    if "rejected" in got:
        assert got["detail"].endswith("."), "every refusal is a sentence"
