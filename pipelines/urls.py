"""URLs: which to fetch, which identify the same article, which belong to the same site.

Two forms of an address must not be confused:

    clean_url   the address to FETCH: absolute, as published, only made valid. No parameter is dropped, no path changed.
    link_key    the IDENTITY of an article's address, only for de-duplication; never fetched.
                Without tracking parameters, session ids, scheme, `www.`, AMP, mobile and print variants.

Trackers are a closed list of whole names and prefixes, session ids are recognized by form (`pipelines.tracking_parameters`). Any
other parameter counts until the pages of the site show that it does not identify articles (`pipelines.dedup.parameter_evidence`).
courlan's pattern is not used for keys: it has no end boundary (`ga` also drops `galleryid=7`, `cid` drops a content id), and it
loses parameters without a value (`/story.php?48213`), which merges different articles.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from pipelines.platform_hosts import PLATFORMS
from pipelines.text_limits import MAX_URL
from pipelines.tracking_parameters import is_tracker, without_session, without_sessions

if TYPE_CHECKING:
    from tldextract import TLDExtract

# Returned unchanged: ASCII, lower-case host with a letter, no port, nothing to escape, no fragment.
_CLEAN = re.compile(
    r"https?://(?=[0-9.]*[a-z])[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?/(?:[\w.~!$&()*+,;=:@/?-]|%[0-9A-Fa-f]{2})*", re.ASCII
)
_DOT_SEGMENT = re.compile(r"/(?:\.|%2[Ee]){1,2}(?=[/?]|$)")
_DROPPED = re.compile(r"[\t\r\n]")
_PATH_END = re.compile(r"[?#]")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_ORIGIN = re.compile(r"https?://[^/?#\\]+(?=[/?#])")
_HOST = re.compile(r"[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?)*", re.ASCII)
_IPV6 = re.compile(r"[0-9a-f:.]{2,45}", re.ASCII)
_MAX_HOST = 253
"""Characters of a host without a final dot (RFC 1035, 2.3.4); in Unicode it is shorter than in punycode."""
_DEFAULT_PORTS = {"http": 80, "https": 443}


def clean_url(url: str, base: str | None = None) -> str | None:
    """The absolute http(s) address to fetch, or None if it is invalid.

    Joined to `base`; white space, fragment and default port dropped; host in lower case and punycode (UTS 46); characters that
    need it escaped as UTF-8 (RFC 3986, WHATWG URL); "." and ".." in the path resolved, as browsers do. Percent escapes and the
    rest of path and query stay as published. Other schemes, credentials, invalid hosts and more than `MAX_URL` characters give
    None. Idempotent; never raises.
    """
    if base is None and len(url) <= MAX_URL and _is_clean(url):
        return url
    text = _DROPPED.sub("", url.strip())
    if not text or len(text) > MAX_URL:
        return None
    if "\\" in text:  # browsers take it for a slash, though not in a query
        end = _PATH_END.search(text)
        text = text[: end.start()].replace("\\", "/") + text[end.start() :] if end else text.replace("\\", "/")
    try:
        if base is not None and not text.lower().startswith(("http://", "https://")):
            if _SCHEME.match(text) and not text.lower().startswith(("http:", "https:")):
                return None
            # "/path" is by far the most common form, and does not need `urljoin`.
            rooted = text[0] == "/" and text[1:2] != "/" and _ORIGIN.match(base)
            text = f"{rooted[0]}{text}" if rooted else urljoin(base, text)
        if _is_clean(text):
            return text
        return _rebuilt(text)
    except ValueError:  # urllib on brackets and ports, idna on hosts, encoding of lone surrogates
        return None


def _is_clean(url: str) -> bool:
    return bool(_CLEAN.fullmatch(url)) and ".." not in url and not _DOT_SEGMENT.search(url) and url[-1] != "?"


def resolve_dot_segments(path: str) -> str:
    """The path of an address, or the address, without segments "." and "..", also escaped ones (RFC 3986, 5.2.4; WHATWG URL)."""
    if not _DOT_SEGMENT.search(path):
        return path
    start = path.find("/", path.find("://") + 3) if "://" in path else 0
    path, mark, query = path.partition("?")
    kept: list[str] = []
    for segment in path[start + 1 :].split("/"):
        dots = segment.replace("%2e", ".").replace("%2E", ".")
        if dots == "..":
            del kept[-1:]
        elif dots != ".":
            kept.append(segment)
    if dots in (".", ".."):
        kept.append("")
    return f"{path[:start]}/{'/'.join(kept)}{mark}{query}"


def _rebuilt(text: str) -> str | None:
    parts = urlsplit(text)
    scheme = parts.scheme.lower()
    if scheme not in _DEFAULT_PORTS or "@" in parts.netloc:
        return None
    host = _host(parts.hostname)
    if host is None:
        return None
    port = "" if parts.port in (None, _DEFAULT_PORTS[scheme]) else f":{parts.port}"
    query = f"?{_escaped(parts.query, _UNSAFE_IN_QUERY)}" if parts.query else ""
    path = resolve_dot_segments(_escaped(parts.path, _UNSAFE_IN_PATH) or "/")
    cleaned = f"{scheme}://{host}{port}{path}{query}"
    return cleaned if len(cleaned) <= MAX_URL else None


# Characters to escape; not "%", because escapes stay as published. The same sets as w3lib's `safe_url_string`, which Scrapy applies
# to each request: so the request is byte for byte the cleaned address.
_UNSAFE_IN_PATH = re.compile(r"[^A-Za-z0-9!$&()*+,/:;=?@%._~'-]")
_UNSAFE_IN_QUERY = re.compile(r"[^A-Za-z0-9!$&()*+,/:;=?@%._~-]")


def _escaped(text: str, unsafe: re.Pattern[str]) -> str:
    return unsafe.sub(lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode()), text)


def _host(host: str | None) -> str | None:
    """The host in lower case and punycode without a final dot; IPv6 in brackets; None if it is invalid."""
    if not host:
        return None
    if ":" in host:
        return f"[{host}]" if _IPV6.fullmatch(host) else None
    if len(host) > _MAX_HOST + 1:
        return None
    if not host.isascii():
        import idna  # 20 ms, and few addresses need it

        host = idna.encode(host, uts46=True).decode("ascii")
    host = host.lower().removesuffix(".")
    return host if len(host) <= _MAX_HOST and _HOST.fullmatch(host) else None


def path_and_query(url: str) -> str:
    """What the address patterns of site rules are searched in. Raises ValueError where the URL cannot be split."""
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def host_of(url: str) -> str | None:
    """The lower-case host of an address, without port; None if it has none."""
    try:
        host = urlsplit(url).hostname
    except ValueError:
        return None
    return host.lower().removesuffix(".") if host else None


# --- identity ---------------------------------------------------------------------------------------------------------

_TWIN_LABELS = frozenset({"www", "www1", "www2", "www3", "m", "mobile", "mobil", "wap", "3g", "amp", "touch"})
# Never the name of a site: `www.github.io` is GitHub's own. `m.github.io` and `amp.k12.tr` may be anyone's.
_NEVER_A_SITE = "www"
_SCHEME_OR_SLASHES = re.compile(r"^(?:https?:)?//", re.IGNORECASE)
_AMP_CACHE = re.compile(
    r"^(?:[^/]+\.cdn\.ampproject\.org/[cv]/|(?:www\.)?google\.(?:com?\.)?[a-z]{2,3}/amp/)(?:s/)?(?=(?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?\.)+[a-z0-9_]+/)"
)
_AMP_START = re.compile(r"/amp(?=/[^/])")
_AMP_END = re.compile(r"(?<=[^/])/amp(?:\.s?html?)?/*$")
_AMP_NAME = re.compile(r"(?<=[^/])\.amp(?=(?:\.s?html?)?$)")
_PRINT_START = re.compile(r"/print(?=/[^/])")
_PRINT_END = re.compile(r"(?<=[^/])/print(?:able)?(?:\.s?html?)?/*$")
_PRINT_NAME = re.compile(r"(?<=[^/])\.print(?=(?:\.s?html?)?$)")
_INDEX = re.compile(r"(?<=/)(?:index\.(?:s?html?|php|aspx?|jsp)|default\.(?:html?|aspx?))$", re.IGNORECASE)
_INDEX_ENDS = ("html", "htm", "php", "asp", "aspx", "jsp")
_KEY_HOST = re.compile(rf"(?:\[[0-9a-f:.]+\]|{_HOST.pattern})\.?(?::\d+)?(?=[/?#]|$)", re.IGNORECASE)
_SLASHES = re.compile(r"(?<!:)/{2,}")
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


def link_key(url: str) -> str:
    """The identity of an article's address, as `host/path?query`: two addresses with one key are the same article.

    Normalized away: scheme, `www.`, mobile and AMP hosts, paths and caches, print views, tracking parameters, session ids, the
    order of parameters, a final slash or `index.html`, escapes of unreserved characters, double slashes. Kept: every other
    parameter (`?id=`, `?page=2`, `?copy=2`), also without a value, and upper case in the path. Idempotent; never raises: an
    invalid address is its own key.
    """
    rest = _SCHEME_OR_SLASHES.sub("", clean_url(url) or url.strip(), count=1)
    if not _KEY_HOST.match(rest):
        return url.strip()
    for _ in range(_MOST_FOLDS):
        folded = _folded(rest)
        again = folded != rest and any(mark in folded for mark in _FOLDED_AGAIN)
        rest = folded
        if not again:
            break
    return rest


_FOLDED_AGAIN = ("amp", "print", "%", "#", ";", "(")
_MOST_FOLDS = 12
"""Rounds of normalization at most; repeated until nothing changes (an AMP path on an AMP host behind an escape). Real addresses
need two."""


def _folded(text: str) -> str:
    text = text.partition("#")[0]
    if "amp" in text:
        text = _AMP_CACHE.sub("", text, count=1)
    head, _, query = text.partition("?")
    host, slash, path = head.rstrip().partition("/")
    if not slash:
        path = ""
    query = _key_query(query) if query else ""
    path = _key_path("/" + path, bare=not query)
    return f"{_key_host(host)}{path}{'?' + query if query else ''}"


def _key_host(host: str) -> str:
    name, colon, port = host.lower().partition(":")
    labels = name.removesuffix(".").split(".")
    while len(labels) > 2 and labels[0] in _TWIN_LABELS and _is_below_a_site(labels):
        del labels[0]
    if len(labels) > 3 and labels[1] in {"m", "amp"} and _is_below_a_site(labels[1:]):  # en.m.example.org
        del labels[1]
    tail = f":{port}" if colon and port not in ("80", "443") else ""
    return ".".join(labels) + tail


def _is_below_a_site(labels: list[str]) -> bool:
    """Whether the first label can be dropped: it must not be the site's own name (`m.com.cn`, `wap.co.uk`, `amp.k12.tr`)."""
    if labels[0] == _NEVER_A_SITE and len(labels) == 3:
        return len(labels[2]) != 2 or labels[1] not in _SECOND_LEVEL
    return registrable_domain(".".join(labels)).count(".") < len(labels) - 1


_SECOND_LEVEL = frozenset(
    {"ac", "co", "com", "edu", "gob", "gouv", "gov", "go", "ne", "net", "nic", "nom", "or", "org"}
)
"""Second-level domains under country codes: `www.com.cn` is a site. Saves a look-up for the most common hosts."""


def _key_path(path: str, *, bare: bool) -> str:
    if "%" in path:
        path = _ESCAPE.sub(_plain, path)
    if "//" in path:
        path = _SLASHES.sub("/", path)
    if ";" in path or "(" in path or "%" in path:
        path = without_session(path)
    if "amp" in path:
        path = _AMP_NAME.sub("", _AMP_END.sub("", _AMP_START.sub("", path, count=1)))
    if "print" in path:
        path = _PRINT_NAME.sub("", _PRINT_END.sub("", _PRINT_START.sub("", path, count=1)))
    if bare and (path.endswith(_INDEX_ENDS) or not path.islower()):
        path = _INDEX.sub("", path)
    return path.rstrip("/")


def _plain(escape: re.Match[str]) -> str:
    character = chr(int(escape[1], 16))
    return character if character in _UNRESERVED else escape[0].upper()


_SESSION_MARK = re.compile(r"sess|oscsid|zenid|cftoken", re.IGNORECASE)


def _key_query(query: str) -> str:
    kept = []
    pairs = query.split("&")
    if _SESSION_MARK.search(query):
        pairs = without_sessions(pairs)
    for pair in pairs:
        name, _, value = pair.partition("=")
        if pair and not is_tracker(name, value):
            kept.append(_ESCAPE.sub(_plain, pair) if "%" in pair else pair)
    return "&".join(sorted(kept))


# --- sites ------------------------------------------------------------------------------------------------------------


def same_site(a: str, b: str) -> bool:
    """Whether two addresses belong to one site: same registrable domain, or same host if there is none."""
    one, other = host_of(a), host_of(b)
    if not one or not other:
        return False
    return one == other or registrable_domain(one) == registrable_domain(other)


def may_claim(own: str, claimed: str) -> bool:
    """Whether a page with the key `own` may claim the key `claimed` (both from `link_key`).

    Only within a registrable domain: a claim must not make a page another publisher's article. On a host without one (an IP
    address, `localhost`) only at the same port. No page may claim a front page, which is no article.
    """
    mine, _, _ = own.partition("/")
    host, _, rest = claimed.partition("/")
    if not rest and "?" not in host:
        return False
    if own == claimed:
        return True
    mine, host = mine.partition("?")[0], host.partition("?")[0]
    if not (_KEY_HOST.fullmatch(mine) and _KEY_HOST.fullmatch(host)):
        return False
    if mine == host:
        return True
    one, other = (registrable_domain(each.rpartition(":")[0] if _PORT.search(each) else each) for each in (mine, host))
    return one == other and "." in one and ":" not in one and not one.replace(".", "").isdigit()


_PORT = re.compile(r":\d+$")


@lru_cache(maxsize=4096)
def registrable_domain(host: str) -> str:
    """`news.example.co.uk` → `example.co.uk`, by the public suffix list bundled with tldextract (no network, no
    cache files).

    Private suffixes count, and so do those of `pipelines.platform_hosts`: two blogs under `blogspot.com` or `substack.com` are two
    sites. A host without a suffix (an IP address, `localhost`), or that is a suffix, is returned as it is.
    """
    if ":" in host or host.replace(".", "").isdigit():
        return host
    found = _suffixes()(host)
    if found.suffix:
        return f"{found.domain}.{found.suffix}" if found.domain else host
    return ".".join(
        host.split(".")[-2:]
    )  # an unknown top-level domain counts as a suffix (default rule "*" of the list)


def has_public_suffix(host: str) -> bool:
    """Whether a name ends in a public suffix or one reserved for tests (RFC 2606): `news.example`, not `page.html`."""
    return host.rpartition(".")[2].lower() in ("example", "test") or bool(_suffixes()(host).suffix)


def load_suffixes() -> None:
    """Load the list of public suffixes, 0.1 s of CPU, before the first comparison of sites."""
    registrable_domain("www.news.example")


@lru_cache(maxsize=1)
def _suffixes() -> TLDExtract:
    from tldextract import TLDExtract  # takes 0.3 s, so only when sites are compared

    # Without URLs and cache it only reads its bundled list.
    return TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True, extra_suffixes=PLATFORMS)
