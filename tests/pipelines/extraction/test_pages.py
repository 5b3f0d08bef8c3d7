"""Page tests: each folder of `tests/pages` holds a page, what is known of it, and what must be read from it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from db.site_rules.loader import Sites
from pipelines.extraction.article_json import to_json
from pipelines.extraction.extract import extract
from tests.pipelines.extraction.page_folders import FOLDERS, page_of


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
