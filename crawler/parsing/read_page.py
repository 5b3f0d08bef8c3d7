"""Reads an article page in a parser process, for comparing what it says as received and as drawn."""

from __future__ import annotations

from dataclasses import dataclass

from db.models import Outcome, Page
from db.site_rules.loader import Sites
from pipelines.processing.page_worker import extract


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadPage:
    """An article page (`crawler.parsing.parser.ParseTask`)."""

    page: Page

    @property
    def size(self) -> int:
        return len(self.page.body)

    def parse(self, sites: Sites) -> Outcome:
        """What the page says. Pure."""
        return extract(self.page, sites)
