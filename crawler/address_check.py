"""What is known of one address, for `copydesk why URL`: rows, and what its form and the stored robots.txt say. Requests nothing."""

from __future__ import annotations

import difflib
import sqlite3
from datetime import UTC, datetime
from urllib.parse import urlsplit

from crawler.discover.addresses.address_patterns import is_among, is_excluded
from crawler.discover.addresses.article_urls import judge_on_site
from crawler.robots.group import own_group
from crawler.robots.line import forbidding_line
from crawler.robots.policy import RobotsRecord, has_rules, robots_text
from db.config.loader import Config
from db.config.settings import SourceSettings
from db.diagnosis.network_checks import origin_of
from db.diagnosis.url_evidence import UrlEvidence
from db.errors import ConfigError, UsageError
from db.models import Source
from db.queries.articles import links_of_host
from db.queries.sources.url_evidence import robots_row, url_rows
from db.store.sites.holds import hold_of
from db.store.sites.site_rules import load_current_rules
from db.store.sites.sources import all_sources
from pipelines.urls import clean_url, host_of, link_key, same_site


def url_evidence(config: Config, conn: sqlite3.Connection, given: str) -> UrlEvidence:
    """What is known of an address. Raises UsageError where it is none."""
    url = clean_url(given if "://" in given else f"https://{given}")
    if url is None:
        raise UsageError(
            f"{given} is neither a source nor the address of a web page; `copydesk sources list` shows the sources"
        )
    now, key = datetime.now(UTC), link_key(url)
    link, fetches, page = url_rows(conn, url, key)
    sources = all_sources(conn)
    source = next((one for one in sources if link is not None and one.name == link.source), None) or next(
        (one for one in sources if same_site(one.url, url)), None
    )
    settings = _settings(config, source)
    site = load_current_rules(config, conn).for_host(host_of(url))
    judgement = judge_on_site(url, site)
    return UrlEvidence(
        given=given,
        url=url,
        key=key,
        now=now,
        link=link,
        fetches=fetches,
        page=page,
        source=source.name if source else None,
        refusal=None if judgement.points > 0 else judgement.refusal,
        outside=settings is not None and not is_among(url, settings.only),
        excluded=is_excluded(url, site),
        near=tuple(difflib.get_close_matches(url, links_of_host(conn, key.partition("/")[0]), n=3, cutoff=0.8)),
        robots_line=_forbidding_line(config, conn, url) if page is None else None,
        retries=len((settings or config).retry_failed),
        hold_until=hold_of(conn, urlsplit(url).hostname or "", now),
    )


def _forbidding_line(config: Config, conn: sqlite3.Connection, url: str) -> str | None:
    """The line of the stored robots.txt that forbids an address."""
    row = robots_row(conn, origin_of(url))
    if row is None:
        return None
    status, body, at = row
    record = RobotsRecord(origin=origin_of(url), fetched_at=at, expires_at=at, status=status, body=body)
    if not has_rules(record):
        return None
    # Scrapy takes half a second to import.
    from crawler.http.middlewares.request_defaults import product_token
    from crawler.http.scrapy_settings import scrapy_settings

    return forbidding_line(own_group(robots_text(body), product_token(scrapy_settings(config))), url)


def _settings(config: Config, source: Source | None) -> SourceSettings | None:
    """The settings in force for a source; None where there is none, or they are wrong."""
    try:
        return config.for_source(source.name, source.settings) if source is not None else None
    except ConfigError:  # reported by `copydesk doctor`
        return None
