"""A page from which site rules take something out is written anew: nothing else in it may be read otherwise."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from db.models import Article, Outcome, Rejection
from db.site_rules.loader import RemoveRule, Site, Sites
from pipelines.extraction.extract import extract
from tests.pipelines.extraction.page_folders import FOLDERS, page_of


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_page_that_is_written_anew_says_the_same(folder: Path) -> None:
    """A box without words is taken out of each test page, so that all of it is written anew: nothing else may change."""
    page = page_of(folder)
    host = urlsplit(page.url or "").hostname
    body = re.sub(rb"(?i)(<body[^>]*>)", rb"\1<i class='zz-empty'></i>", page.body, count=1)
    if host is None or body == page.body:
        pytest.skip("the page has no address or no body")

    def read(*rules: RemoveRule) -> Outcome:
        site = Site(name="x", hosts=(host,), remove=rules)
        return extract(replace(page, body=body), Sites(by_host={host: site}, version="test"))

    before, after = read(), read(RemoveRule(css="i.zz-empty"))
    if isinstance(before, Article):
        assert isinstance(after, Article)
        provenance = dict(after.provenance)
        assert provenance["text"].endswith("without 1 box (site rule x)")
        provenance["text"] = before.provenance["text"]
        after = replace(after, provenance=provenance)
    else:
        assert isinstance(after, Rejection)
        after = replace(after, detail=before.detail)
    assert after == before
