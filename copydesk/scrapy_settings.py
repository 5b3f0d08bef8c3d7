"""Scrapy's settings under a name that is the same in a checkout and in an installed wheel.

SCRAPY_SETTINGS_MODULE=copydesk.scrapy_settings scrapy crawl news
"""

from crawler.settings import *  # noqa: F403
