"""The words beside a date that say what it is the date of, in the language of the page."""

from __future__ import annotations

from pipelines.extraction.languages.loader import cue_pattern


def says_published(text: str, language: str | None = None) -> bool:
    """Whether a text labels a date as that of publication, or just as the date."""
    return bool(cue_pattern("published", language).search(text) or cue_pattern("dated", language).search(text))


def says_changed(text: str, language: str | None = None) -> bool:
    """Whether a text says "updated" and does not say "published" after it."""
    end = max((match.end() for match in cue_pattern("updated", language).finditer(text)), default=None)
    return end is not None and not cue_pattern("published", language).search(text[end:])
