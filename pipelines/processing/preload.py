"""Loads what writing and settling articles needs, so that no transaction waits for it with the write lock held."""

from __future__ import annotations

from functools import cache

_TITLES = (("Élan at Cape Horn, says Ada Bell", "en"), ("王小明在北京说", "zh"))
"""One for each way in which words are told apart, with a character that must be folded and names."""


@cache
def preload_writing() -> None:
    """Import modules and build tables: 0.3 s of CPU the first time, which commands that write no article save."""
    import numpy.ma  # noqa: F401 - NumPy imports it with the first `unique`

    from db.people.name_forms import name_form
    from db.search.index import load_tables
    from db.text.folding import code_points
    from pipelines.dedup import settle  # noqa: F401 - with all that it imports
    from pipelines.dedup.normalize import digit_mask, prepare_text
    from pipelines.threads.terms import story_terms
    from pipelines.urls import load_suffixes

    load_tables()
    load_suffixes()
    for title, language in _TITLES:
        name_form(title)
        digit_mask(code_points(prepare_text(title)))
        story_terms(title, f"{title}: 2026.", language)
