"""The spider of bare Scrapy: what its arguments and settings order becomes a `CrawlRun`.

    scrapy crawl news                       every source of the database
    scrapy crawl news -a source=NAME,NAME -a since=2d -a limit=20 -O out.jsonl

`copydesk crawl` runs the same crawl (`crawler.run`). The configuration is copydesk.toml in the working folder, or
`-s COPYDESK_CONFIG=FILE`, `-s COPYDESK_DB=FILE`. Pages are stored first and extracted afterwards, by other processes; with `-O` the
articles come out as items once they are extracted.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from scrapy.crawler import Crawler
from scrapy.settings import BaseSettings

from crawler.crawl.crawl_run import CrawlRun
from crawler.crawl.session import CrawlOrder
from crawler.crawl.spider import CrawlSpider, exit_with_message
from crawler.http.scrapy_settings import scrapy_values
from db.config.loader import Config, find_config, load_config
from db.config.units import since as parse_since
from db.errors import CopydeskError

_ARGUMENTS = ("source", "since", "limit")
# What may be set with -s beside what `crawler.settings` declares.
_SETTINGS = ("COPYDESK_NAMES", "COPYDESK_CONFIG", "COPYDESK_DB")


class NewsSpider(CrawlSpider):
    """Crawls the sources of a Copydesk database."""

    name = "news"

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        """Merge Copydesk's configuration into Scrapy's settings, before Scrapy builds anything from them."""
        super().update_settings(settings)
        _check_settings(settings)
        for name, value in scrapy_values(_config(settings)).items():
            settings.set(name, value, priority="spider")

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Make the run from the arguments of `-a`."""
        run = CrawlRun(config=_config(crawler.settings), order=_order(**kwargs), standalone=True)
        run.attach(crawler)
        return super().from_crawler(crawler)


def _order(source: str = "", since: str = "", limit: str = "", **others: object) -> CrawlOrder:
    """What the arguments of `-a` order. A wrong one ends the program with one line, since no command would report it."""
    if others:
        exit_with_message(f"-a {_not_known(next(iter(others)), _ARGUMENTS)}")
    names = tuple(name.strip() for name in source.split(",") if name.strip())
    try:
        moment = parse_since(since, datetime.now(UTC)) if since else None
    except (ValueError, OverflowError) as error:
        exit_with_message(f"-a since: {error}")
    if limit and not limit.isdecimal():
        exit_with_message(f"-a limit: expected a whole number, got {limit!r}")
    return CrawlOrder(names=names, since=moment, limit=int(limit) if limit else None)


def _check_settings(settings: BaseSettings) -> None:
    known = {*_SETTINGS, *settings.getlist("COPYDESK_NAMES")}
    for name in settings:
        if str(name).startswith("COPYDESK_") and name not in known:
            raise SystemExit(f"copydesk: -s {_not_known(str(name), sorted(known))}")


def _not_known(name: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    advice = f"did you mean {near[0]}?" if near else f"there are {', '.join(known)}"
    return f"{name}: there is no such name; {advice}"


def _config(settings: BaseSettings) -> Config:
    path, database = settings.get("COPYDESK_CONFIG"), settings.get("COPYDESK_DB")
    try:
        config = load_config(Path(path) if path else find_config(Path()))
    except CopydeskError as error:
        # Under bare Scrapy no command turns it into one line.
        raise SystemExit(f"copydesk: {error}") from error
    return config.with_values(db=str(Path(database).absolute())) if database else config
