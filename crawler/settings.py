"""Scrapy's settings for every crawl of Copydesk, and for `scrapy crawl`, `scrapy list` and `scrapy shell` at the root.

A request says about its source, in `Request.meta` (redirects keep it; the host's robots.txt request gets all but the
last four):

    slot_delay        float, seconds    shortest pause between two requests of the host; 0: none, and no AutoThrottle.
                                        Default: DOWNLOAD_DELAY. The largest that a run's requests ask for holds.
    slot_concurrency  int               requests at once to the host. Default: CONCURRENT_REQUESTS_PER_DOMAIN.
                                        The smallest that a run's requests ask for holds.
    allow_networks    tuple of CIDR     networks outside the public internet that the request may reach, such as
                                        `("127.0.0.0/8",)`. Default: COPYDESK_ALLOW_NETWORKS.
    download_timeout  float, seconds    whole request, connecting included. Default: DOWNLOAD_TIMEOUT.
    download_maxsize  int, bytes        as received and unpacked. Default: DOWNLOAD_MAXSIZE.
    download_beginning  int, bytes      so much of the body is read, and the rest is left. Default: all of it.
    dont_retry        bool              leave transient failures to the caller.
    access            Access | None     headers and cookies for the source's own hosts, put in when the request leaves
                                        (`crawler.http.access`). Not for the robots.txt request.
    verbatim_url      bool              Scrapy's: the address is sent as published, escaped only where it must be.

The spider may offer (each is optional; `crawler.spider` is asked by name):

    robots_cache      RobotsCache                                     keeps robots.txt across runs (`robots.py`)
    parser            Parser                                          parses robots.txt (`parser.py`)
    on_robots         (record, duration_ms: int, url: str) -> None    a robots.txt was fetched
    host_hold         (host: str) -> datetime | None                  the host is on hold from an earlier run
    on_hold           (host: str, until: datetime) -> None            the host asked for a long rest

Refusals reach the errback as `crawler.http.errors.RequestRefused`. Statuses are not filtered: the callback sees 304, 404 and 5xx.
"""

from __future__ import annotations

BOT_NAME = "copydesk"
SPIDER_MODULES = ["crawler.spiders"]
NEWSPIDER_MODULE = "crawler.spiders"

# Pure asyncio: no reactor that can be started only once, so the scheduler's process crawls again and again.
TWISTED_REACTOR_ENABLED = False

# --- Who we say we are. {contact} is COPYDESK_CONTACT: an address or page where a site's owner reaches a person.
USER_AGENT = "Copydesk/0.1 (news crawler; {contact})"
COPYDESK_CONTACT = ""
DEFAULT_REQUEST_HEADERS = {
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    # None: an Accept-Language would have sites with several editions answer in ours instead of their own.
}

# --- What may be reached.
DOWNLOAD_HANDLERS = {
    "http": "crawler.http.handler.GuardedHandler",
    "https": "crawler.http.handler.GuardedHandler",
    # A feed's link must not read files, nor speak to anything but web servers.
    "file": None,
    "data": None,
    "ftp": None,
    "s3": None,
}
DOWNLOAD_VERIFY_CERTIFICATES = True  # Scrapy's default is not to
COPYDESK_ALLOW_NETWORKS: list[str] = []  # for all sources; a source's own are better
COPYDESK_LOOKUP = "crawler.http.guard.system_lookup"  # how names are looked up; tests put their own
TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = False  # an HTTP server that runs Python

# --- Bounds.
DOWNLOAD_MAXSIZE = 20 * 1024 * 1024  # as received and unpacked. The largest of 876 news pages has 1.6 MB
DOWNLOAD_WARNSIZE = 0  # the limit itself is reported
DOWNLOAD_TIMEOUT = 60.0  # whole request, in seconds, also where bytes keep dripping in. Scrapy's default is 180
COPYDESK_CONNECT_TIMEOUT = 10.0  # TCP and TLS, in seconds: a host that is down is known sooner
REDIRECT_MAX_TIMES = 10
REDIRECT_PRIORITY_ADJUST = 0  # a hop takes its turn like any request
URLLENGTH_LIMIT = 0  # the middleware is off: links are checked where they are found

# --- Pace.
DOWNLOAD_DELAY = 1.0  # seconds between two requests of a host, where the source does not say
CONCURRENT_REQUESTS_PER_DOMAIN = 1  # at once to a host, where the source does not say
# In the downloader at once, most of them waiting for their host's turn, which costs little: one waiting request for
# each of some hundred hosts, so that no host's turn passes unused. Connections are bounded in `handler.py`.
CONCURRENT_REQUESTS = 256
# Items of one response in the pipelines at once. Scrapy makes that many tasks for each response, items or not: with its
# default of 100 they take a third of a crawl's CPU time (2,000 small pages: 2.0 against 1.2 ms a request).
CONCURRENT_ITEMS = 2
# Bytes of answers that callbacks are at before nothing more is fetched. A listing that waits to be parsed (`parser.py`) counts as
# long; with Scrapy's 5 MB, one large sitemap would have all hosts wait for it.
SCRAPER_SLOT_MAX_ACTIVE_SIZE = 256 * 1024 * 1024
DOWNLOADER = "crawler.http.downloader.HostDownloader"
SCHEDULER_PRIORITY_QUEUE = "crawler.http.host_queue.HostQueue"
SCHEDULER_MEMORY_QUEUE = "scrapy.squeues.FifoMemoryQueue"  # as asked for: the spider asks for the newest first
SCHEDULER_DISK_QUEUE = "scrapy.squeues.PickleFifoDiskQueue"
SCHEDULER_START_MEMORY_QUEUE = None  # start requests wait in the same line
SCHEDULER_START_DISK_QUEUE = None
AUTOTHROTTLE_ENABLED = True
AUTOTHROTTLE_TARGET_CONCURRENCY = 1.0
AUTOTHROTTLE_MAX_DELAY = 60.0

# --- robots.txt and retries.
ROBOTSTXT_OBEY = True  # by `crawler.http.robots_middleware`; Scrapy's own middleware is off
# Seconds. Some sites ask for 600: a front page of 50 articles would take over eight hours, and be old by then.
COPYDESK_CRAWL_DELAY_CAP = 30.0
RETRY_TIMES = 2
RETRY_GIVE_UP_LOG_LEVEL = "DEBUG"  # a failure is a row, not a log line
COPYDESK_RETRY_PAUSE = 2.0  # seconds the host rests before a first retry; doubled for the second
COPYDESK_RETRY_AFTER_CAP = 120.0  # seconds. A host that asks for longer is left alone until then

# --- The stack. What is not needed is off: each middleware is a call for each page.
DOWNLOADER_MIDDLEWARES = {
    # Away from Scrapy's stack: replaced by ours
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    "scrapy.downloadermiddlewares.retry.RetryMiddleware": None,
    "scrapy.downloadermiddlewares.redirect.RedirectMiddleware": None,
    "scrapy.downloadermiddlewares.downloadtimeout.DownloadTimeoutMiddleware": None,
    "scrapy.downloadermiddlewares.defaultheaders.DefaultHeadersMiddleware": None,
    "scrapy.downloadermiddlewares.useragent.UserAgentMiddleware": None,
    "scrapy.downloadermiddlewares.httpproxy.HttpProxyMiddleware": None,
    "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,
    # ... and not needed
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,  # the spider knows its sites
    "scrapy.downloadermiddlewares.httpauth.HttpAuthMiddleware": None,
    "scrapy.downloadermiddlewares.redirect.MetaRefreshMiddleware": None,  # replaced by ours; it parses each page on the event loop
    "scrapy.downloadermiddlewares.cookies.CookiesMiddleware": None,
    "scrapy.downloadermiddlewares.stats.DownloaderStats": None,  # every fetch is a row
    "scrapy.downloadermiddlewares.httpcache.HttpCacheMiddleware": None,
    # Engine side
    "crawler.http.robots_middleware.RobotsMiddleware": 100,
    "crawler.http.request_defaults.RequestDefaults": 400,
    "crawler.http.retry.RetryMiddleware": 550,
    "crawler.http.refresh.Refreshes": 580,
    "crawler.http.unpacking.Unpacking": 590,
    "crawler.http.redirect.Redirects": 600,
    "crawler.http.proxies.EnvironmentProxies": 750,
    # Downloader side
}
COOKIES_ENABLED = False  # no sessions: what a first-time reader gets
METAREFRESH_ENABLED = False
DOWNLOADER_STATS = False
SPIDER_MIDDLEWARES = {
    "crawler.closing.DatabaseTrouble": 100,
    "scrapy.spidermiddlewares.start.StartSpiderMiddleware": None,
    "scrapy.spidermiddlewares.httperror.HttpErrorMiddleware": None,  # 304, 404, 5xx are outcomes
    "scrapy.spidermiddlewares.referer.RefererMiddleware": None,
    "scrapy.spidermiddlewares.urllength.UrlLengthMiddleware": None,
    "scrapy.spidermiddlewares.depth.DepthMiddleware": None,
    "scrapy.spidermiddlewares.metacopy.MetaCopyDetectionMiddleware": None,
}
REFERER_ENABLED = False
EXTENSIONS = {
    "scrapy.extensions.throttle.AutoThrottle": None,
    "scrapy.extensions.telnet.TelnetConsole": None,
    "scrapy.extensions.remote_control.RemoteControl": None,
    "scrapy.extensions.memusage.MemoryUsage": None,
    "scrapy.extensions.memdebug.MemoryDebugger": None,
    "scrapy.extensions.spiderstate.SpiderState": None,
    "scrapy.extensions.logstats.LogStats": None,
    "crawler.http.throttle.HostThrottle": 0,
    "crawler.closing.SessionCloser": 0,
}
ITEM_PIPELINES = {"crawler.items.ReadArticles": 100}

# --- Quiet: a run ends with its own summary.
LOG_LEVEL = "WARNING"
STATS_DUMP = False
FEED_EXPORT_ENCODING = "utf-8"  # `scrapy crawl -O`: text, not \\u escapes

# What may be set with -s: `crawler.spiders.news` refuses other names, with the nearest right one.
COPYDESK_NAMES = [name for name in dir() if name.startswith("COPYDESK_")]
