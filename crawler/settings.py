"""Scrapy's settings for every crawl of Copydesk, and for `scrapy crawl`, `scrapy list` and `scrapy shell` in the repository's
root.

A request describes its source in `Request.meta` (redirects keep it; the host's robots.txt request gets all but the last four):

    slot_delay        float, seconds    shortest pause between two requests of the host; 0: none, and no AutoThrottle.
                                        Default: DOWNLOAD_DELAY. The largest value of a run's requests applies.
    slot_concurrency  int               requests at once to the host. Default: CONCURRENT_REQUESTS_PER_DOMAIN.
                                        The smallest value of a run's requests applies.
    slot_spacing      float, seconds    shortest pause between two requests of the host that have it, beside that between all.
    slot_rest         float, seconds    least rest of the host after one of the `slot_rest_statuses`.
    slot_rest_statuses  set of int      statuses that ask for a rest. Default: 429.
    slot_shared       bool              whether all processes of the database keep that pace together (`crawler.http.shared_pace`).
    interface_of      host name         the host whose interface for programs is asked: robots.txt does not hold for it.
    allow_networks    tuple of CIDR     networks outside the public internet that the request may reach, such as
                                        `("127.0.0.0/8",)`, or `ip_network` objects. Default: COPYDESK_ALLOW_NETWORKS.
    download_timeout  float, seconds    whole request, connecting included. Default: DOWNLOAD_TIMEOUT.
    download_maxsize  int, bytes        as received and unpacked. Default: DOWNLOAD_MAXSIZE.
    download_beginning  int, bytes      only so much of the body is read. Default: all of it.
    dont_retry        bool              leave transient failures to the caller.
    access            SubscriberAccess | None    headers and cookies for the source's own hosts, added when the request
                                        is sent (`crawler.http.access`). Not for the robots.txt request.
    verbatim_url      bool              Scrapy's: the URL is sent as published, escaped only where necessary.

What the fetching layer keeps across runs and parses with is `crawler.http.services.FetchServices`, attached to Scrapy's Crawler.

Refusals reach the errback as `crawler.http.errors.RequestRefused`. Statuses are not filtered: callbacks see 304, 404 and 5xx.
"""

from __future__ import annotations

BOT_NAME = "copydesk"
SPIDER_MODULES = ["crawler.spiders"]
NEWSPIDER_MODULE = "crawler.spiders"

# Pure asyncio: no reactor, which could start only once, so one process can crawl again and again.
TWISTED_REACTOR_ENABLED = False

# --- Identification. {contact} is COPYDESK_CONTACT: an address or page where a site's owner can reach a person.
USER_AGENT = "Copydesk/0.1 (news crawler; {contact})"
COPYDESK_CONTACT = ""
DEFAULT_REQUEST_HEADERS = {
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    # None: with an Accept-Language, sites with several editions would answer in our language instead of their own.
}

# --- Reachable addresses.
DOWNLOAD_HANDLERS = {
    "http": "crawler.http.connection.handler.GuardedHandler",
    "https": "crawler.http.connection.handler.GuardedHandler",
    # Links in feeds must not read files, nor use anything but web servers.
    "file": None,
    "data": None,
    "ftp": None,
    "s3": None,
}
DOWNLOAD_VERIFY_CERTIFICATES = True  # Scrapy's default is False
COPYDESK_ALLOW_NETWORKS: list[str] = []  # for all sources; prefer the source's own setting
COPYDESK_LOOKUP = "crawler.http.connection.guard.system_lookup"  # the function that looks names up; tests replace it
TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = False  # an HTTP server that runs Python

# --- Limits.
DOWNLOAD_MAXSIZE = 20 * 1024 * 1024  # bytes, as received and unpacked. The largest of 876 news pages has 1.6 MB
DOWNLOAD_WARNSIZE = 0  # exceeding the limit is reported
DOWNLOAD_TIMEOUT = 60.0  # seconds for the whole request, also while bytes keep arriving. Scrapy's default is 180
COPYDESK_CONNECT_TIMEOUT = 10.0  # seconds for TCP and TLS: a host that is down is known sooner
REDIRECT_MAX_TIMES = 10
REDIRECT_PRIORITY_ADJUST = 0  # a hop takes its turn like any other request
URLLENGTH_LIMIT = 0  # the middleware is off: links are checked where they are found

# --- Pace.
DOWNLOAD_DELAY = 1.0  # seconds between two requests of a host, unless the source sets it
CONCURRENT_REQUESTS_PER_DOMAIN = 1  # at once to a host, unless the source sets it
# In the downloader at once. Most of them wait for their host's turn, which costs little: one waiting request for each of some
# hundred hosts, so that no host's turn is missed. Connections are limited in `handler.py`.
CONCURRENT_REQUESTS = 256
# Items of one response in the pipelines at once. Scrapy creates that many tasks for each response, with or without items: its
# default of 100 takes a third of a crawl's CPU time (2,000 small pages: 2.0 ms a request against 1.2).
CONCURRENT_ITEMS = 2
# Bytes of responses in callbacks before Scrapy stops fetching. A listing counts until it is parsed (`parser.py`): with Scrapy's
# default of 5 MB, one large sitemap would block all hosts.
SCRAPER_SLOT_MAX_ACTIVE_SIZE = 256 * 1024 * 1024
DOWNLOADER = "crawler.http.downloader.HostDownloader"
SCHEDULER_PRIORITY_QUEUE = "crawler.http.host_queue.HostQueue"
SCHEDULER_MEMORY_QUEUE = (
    "scrapy.squeues.FifoMemoryQueue"  # in the order of the requests: the spider requests the newest first
)
SCHEDULER_DISK_QUEUE = "scrapy.squeues.PickleFifoDiskQueue"
SCHEDULER_START_MEMORY_QUEUE = None  # start requests use the same queue
SCHEDULER_START_DISK_QUEUE = None
AUTOTHROTTLE_ENABLED = True
AUTOTHROTTLE_TARGET_CONCURRENCY = 1.0
AUTOTHROTTLE_MAX_DELAY = 60.0

# --- robots.txt and retries.
ROBOTSTXT_OBEY = True  # by `crawler.http.middlewares.robots_middleware`; Scrapy's middleware is off
# Seconds. Some sites ask for 600: a front page of 50 articles would take over eight hours, and be outdated by then.
COPYDESK_CRAWL_DELAY_CAP = 30.0
RETRY_TIMES = 2
RETRY_GIVE_UP_LOG_LEVEL = "DEBUG"  # failures are rows, not log lines
COPYDESK_RETRY_PAUSE = 2.0  # seconds the host rests before a first retry; doubled for the second
COPYDESK_RETRY_AFTER_CAP = 120.0  # seconds. A host that asks for more is put on hold

# --- Middlewares and extensions. Scrapy's own would each be a call for each page, and even those that are set to None are imported:
# an eighth of the CPU that a crawl starts with. So the bases hold only what options of bare Scrapy need. Ours stand in for others;
# the spider filters links by site, every fetch is a row, and a refresh in a page is not parsed on the event loop.
DOWNLOADER_MIDDLEWARES_BASE: dict[str, int] = {}
DOWNLOADER_MIDDLEWARES = {
    # Engine side
    "crawler.http.middlewares.robots_middleware.RobotsMiddleware": 100,
    "crawler.http.middlewares.request_defaults.RequestDefaults": 400,
    "crawler.http.middlewares.retry.RetryMiddleware": 550,
    "crawler.http.middlewares.refresh.Refreshes": 580,
    "crawler.http.middlewares.unpacking.Unpacking": 590,
    "crawler.http.middlewares.redirect.Redirects": 600,
    "crawler.http.middlewares.proxies.EnvironmentProxies": 750,
    # Downloader side
}
COOKIES_ENABLED = False  # no sessions: pages as a first-time reader gets them
METAREFRESH_ENABLED = False
DOWNLOADER_STATS = False
SPIDER_MIDDLEWARES_BASE: dict[str, int] = {}  # 304, 404 and 5xx are outcomes: none of them is filtered
SPIDER_MIDDLEWARES = {"crawler.closing.TroubleMiddleware": 100}
REFERER_ENABLED = False
EXTENSIONS_BASE = {
    "scrapy.extensions.corestats.CoreStats": 0,
    "scrapy.extensions.logcount.LogCount": 0,
    "scrapy.extensions.closespider.CloseSpider": 0,
    "scrapy.extensions.feedexport.FeedExporter": 0,
}
EXTENSIONS = {
    "crawler.http.throttle.HostThrottle": 0,
    "crawler.closing.SessionCloser": 0,
}
ITEM_PIPELINES = {"crawler.items.ArticlePipeline": 100}

# --- Quiet: a run prints its own summary at the end.
LOG_LEVEL = "WARNING"
STATS_DUMP = False
FEED_EXPORT_ENCODING = "utf-8"  # `scrapy crawl -O`: text, not \\u escapes

# Settings accepted with -s: `crawler.spiders.news` refuses other names, and suggests the nearest.
COPYDESK_NAMES = [name for name in dir() if name.startswith("COPYDESK_")]
