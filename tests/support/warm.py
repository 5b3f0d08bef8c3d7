"""What a process does once, done before commands are forked: its imports, its tables, the patterns of each language.

Each takes 0.1 to 0.4 s of CPU, ten times what a page takes: most crawls of the tests would do little else, in each of their
processes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from itertools import zip_longest
from pathlib import Path

PAGES = Path(__file__).parents[1] / "pages"
_PAGES_OF_A_LANGUAGE = 4
"""The first compiles nearly all; the others find one more kind of byline or date."""
_IN_NO_LANGUAGE = "<h1>{0}</h1><p>Ada Bell, 2026-11-01</p>" + "<p>{0} miraba tolune sepi dakol ruvane tomil.</p>" * 9
"""Where the language of a page is not known, the words of all are looked for: their patterns take 0.6 s of CPU. So it is with what
tests invent."""


def import_components() -> None:
    """Import what Scrapy's settings and ours name, also what ours turn off: Scrapy imports that as well."""
    from scrapy.settings import BaseSettings, Settings
    from scrapy.utils.misc import load_object

    settings = Settings()
    settings.setmodule("crawler.settings")

    def names(value: object) -> Iterator[str]:
        if isinstance(value, dict | BaseSettings):
            for key, inner in value.items():
                yield from (*names(key), *names(inner))
        elif isinstance(value, str) and value.startswith(("scrapy.", "crawler.")):
            yield value

    for name in names(settings):
        with suppress(
            ImportError, NameError
        ):  # a module or a value that is no object, or one whose libraries are not here
            load_object(name)


def warm() -> Iterator[str]:
    """Do it, a page at a time; the languages with most pages first. Gives the name of each page."""
    from db.models import Page
    from db.site_rules.loader import Sites
    from pipelines.extraction.extract import extract
    from pipelines.extraction.version import extraction_version, trafilatura_version
    from pipelines.processing.preload import preload_writing

    preload_writing()
    extraction_version(), trafilatura_version()
    extract(
        Page(body=_IN_NO_LANGUAGE.format("Sorune Takil Belamo Virute").encode(), url="https://news.example/a.html"),
        Sites(),
    )
    yield "in no language"
    by_language: defaultdict[str, list[Path]] = defaultdict(list)
    for folder in sorted(PAGES.iterdir()):
        by_language[folder.name.partition("_")[0]].append(folder)
    most_first = sorted(by_language.values(), key=len, reverse=True)
    for folders in zip_longest(*(folders[:_PAGES_OF_A_LANGUAGE] for folders in most_first)):
        for folder in filter(None, folders):
            page = folder / "page.html"
            if page.exists():
                extract(Page(body=page.read_bytes(), url=f"https://news.example/{folder.name}.html"), Sites())
                yield folder.name
