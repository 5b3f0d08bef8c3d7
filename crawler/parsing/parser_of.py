"""Which parser the middlewares use: the session's, or under a spider without a session (`scrapy shell`) one of their own."""

from __future__ import annotations

from weakref import WeakKeyDictionary

from scrapy import signals
from scrapy.crawler import Crawler

from crawler.parsing.parser import Parser
from db.site_rules.loader import Sites

_own: WeakKeyDictionary[Crawler, Parser] = WeakKeyDictionary()


def parser_of(crawler: Crawler) -> Parser:
    """The parser of a crawl, made if need be; it is closed when the engine stops."""
    parser = getattr(crawler.spider, "parser", None)
    if isinstance(parser, Parser):
        return parser
    if crawler not in _own:
        own = _own[crawler] = Parser(Sites())
        crawler.signals.connect(own.close, signal=signals.engine_stopped, weak=False)
    return _own[crawler]
