"""Patterns over path and query, in site rules and in the setting `only`, by which addresses are taken or left out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from db.site_rules.loader import Site
from pipelines.urls import path_and_query


def is_excluded(url: str, site: Site | None) -> bool:
    """Whether the site's rules exclude the URL."""
    return site is not None and matches(site.exclude, url)


def is_among(url: str, only: Sequence[str]) -> bool:
    """Whether the setting `only` of a source lets the URL through."""
    return not only or matches(only, url)


def matches(patterns: Sequence[str], url: str) -> bool:
    """Whether one of the patterns is found in the path and query of a URL."""
    if not patterns:
        return False
    target = path_and_query(url)
    return any(_compiled(pattern).search(target) for pattern in patterns)


@lru_cache(maxsize=512)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)
