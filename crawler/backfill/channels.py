"""The channels of a back-fill, in order of preference: an article that several name is kept under the first that answers."""

from __future__ import annotations

from crawler.backfill.archive_channel import ArchivePagesChannel
from crawler.backfill.channel import Channel
from crawler.backfill.feed_channel import FeedChannel
from crawler.backfill.sitemap_channel import SitemapChannel
from crawler.backfill.wordpress_channel import WordPressChannel

CHANNELS: tuple[Channel, ...] = (WordPressChannel(), SitemapChannel(), FeedChannel(), ArchivePagesChannel())


def channel_named(name: str) -> Channel | None:
    """The channel with that name."""
    return next((channel for channel in CHANNELS if channel.name == name), None)
