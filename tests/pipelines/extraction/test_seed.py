"""The seed page gives every expected field, without site rules. Skipped where the shared folder is not beside the checkout."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from db.models import Page
from db.site_rules.loader import Sites
from pipelines.extraction.article_json import to_json
from pipelines.extraction.extract import extract

SEED = Path(__file__).resolve().parents[4] / "shared" / "seed"


@pytest.mark.skipif(not SEED.is_dir(), reason="needs ../shared/seed")
def test_seed_page() -> None:
    expected = json.loads((SEED / "expected.json").read_text("utf-8"))
    page = Page(body=(SEED / "page.html").read_bytes(), url=expected["url"])
    got = to_json(extract(page, Sites()), page_id=expected["id"])
    fields = [name for name in expected if name not in ("set", "kind", "note")]
    assert {name: got[name] for name in fields} == {name: expected[name] for name in fields}
