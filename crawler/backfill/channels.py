"""The channels of a back-fill, in order of preference: an article that several name is kept under the first that answers."""

from __future__ import annotations

from dataclasses import replace

from crawler.backfill.archive_channel import ArchivePagesChannel
from crawler.backfill.channel import ArchiveChannel, Channel
from crawler.backfill.common_crawl_channel import CommonCrawlChannel
from crawler.backfill.feed_channel import FeedChannel
from crawler.backfill.sitemap_channel import SitemapChannel
from crawler.backfill.wayback_channel import RATE, WaybackChannel
from crawler.backfill.wordpress_channel import WordPressChannel
from db.config.settings import Settings

SITE_CHANNELS: tuple[Channel, ...] = (WordPressChannel(), SitemapChannel(), FeedChannel(), ArchivePagesChannel())
"""Those of the site itself, used where none are named."""
_SETTINGS = Settings()


def archive_channels(settings: Settings) -> tuple[ArchiveChannel, ...]:
    """The archives that the settings name."""
    return (
        WaybackChannel(
            settings.wayback_cdx_url,
            settings.wayback_url,
            rate=replace(RATE, lists_per_minute=settings.wayback_queries, pages_per_minute=settings.wayback_pages),
        ),
        CommonCrawlChannel(settings.common_crawl_url, settings.common_crawl_data_url, settings.max_page_size),
    )


CHANNELS: tuple[Channel, ...] = (*SITE_CHANNELS, *archive_channels(_SETTINGS))
"""All, with the default settings."""


def channel_named(name: str, settings: Settings = _SETTINGS) -> Channel | None:
    """The channel with that name."""
    return next((one for one in (*SITE_CHANNELS, *archive_channels(settings)) if one.name == name), None)
