"""Copydesk's configuration as Scrapy settings."""

from __future__ import annotations

from typing import Any

from scrapy.settings import Settings

from db.config.loader import Config


def scrapy_settings(config: Config) -> Settings:
    """The settings of a crawl that Copydesk starts itself: `crawler.settings`, and above it what the configuration says."""
    settings = Settings()
    settings.setmodule("crawler.settings", priority="project")
    for name, value in scrapy_values(config).items():
        settings.set(name, value, priority="spider")
    return settings


def scrapy_values(config: Config) -> dict[str, Any]:
    """The configuration, by the names of the Scrapy settings that it decides."""
    values = {
        "COPYDESK_CONTACT": config.contact,
        "CONCURRENT_REQUESTS": max(1, config.hosts_at_once),
        "DOWNLOAD_DELAY": config.delay.total_seconds(),
        "CONCURRENT_REQUESTS_PER_DOMAIN": max(1, config.concurrency),
        "DOWNLOAD_TIMEOUT": config.timeout.total_seconds(),
        "DOWNLOAD_MAXSIZE": config.max_page_size,
        "RETRY_TIMES": config.retries,
        "COPYDESK_RETRY_PAUSE": config.retry_pause.total_seconds(),
        "COPYDESK_CRAWL_DELAY_CAP": config.max_crawl_delay.total_seconds(),
        "COPYDESK_RETRY_AFTER_CAP": config.max_retry_after.total_seconds(),
        "COPYDESK_ALLOW_NETWORKS": [str(network) for network in config.allow_networks],
    }
    return values | ({"USER_AGENT": config.user_agent} if config.user_agent else {})
