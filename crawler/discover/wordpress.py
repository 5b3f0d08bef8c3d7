"""WordPress's JSON interface as a page names it, and its list of the posts that were modified. Pure.

A site names its interface by the header `Link` with the relation `https://api.w.org/` on every page, feeds too, and by a `link` of
the same relation in the page. Where only the generator is stated, the interface has its usual place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urljoin

from crawler.discover.feeds.feed_hubs import MAX_HEADER, links_in_header
from crawler.discover.listings.json_text import json_value
from db.site_rules.loader import Sites
from db.store.sites.modified_posts import ModifiedPost
from pipelines.urls import clean_url, link_key, same_site

POSTS_PER_PAGE = 100
"""The most that WordPress gives at once."""
_RELATION = "https://api.w.org/"
_GENERATORS = (b"wordpress.org/?v=", b'content="WordPress ', b'rel="https://api.w.org/"', b"rel='https://api.w.org/'")
_HEAD = 64 * 1024
"""Bytes of a page in which its generator is looked for."""
_ROOT, _OTHER_ROOT = "/wp-json/", "/?rest_route=/"
NOT_POSTS = "the answer is not WordPress's list of posts"


def interface_of(link_header: str | None, body: bytes, url: str, home: str) -> str | None:
    """The root of the interface that an answer of a site names, None where it names none of the site itself."""
    for relation, address in links_in_header(link_header[:MAX_HEADER]) if link_header else ():
        root = clean_url(urljoin(url, address)) if _RELATION in relation.split() else None
        if root is not None:
            return root if same_site(root, home) else None
    head = body[:_HEAD]
    return usual_interface(home) if any(sign in head for sign in _GENERATORS) and same_site(url, home) else None


def usual_interface(home: str, *, other: bool = False) -> str:
    """The usual root. `other`: the one that works without rewritten addresses, and where `/wp-json/` is closed."""
    return clean_url(_OTHER_ROOT if other else _ROOT, home) or home


def interface_of_posts(url: str) -> str:
    """The root of the interface whose list of posts has this address."""
    return url.partition("wp/v2/posts")[0]


def modified_posts_url(api: str, after: datetime, page: int = 1) -> str:
    """The address that lists the posts modified after a time, the earliest first.

    In that order a post that is modified meanwhile only moves towards the end, so none is passed over.
    """
    asked: dict[str, str | int] = {"modified_after": f"{after.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"}
    asked |= {"orderby": "modified", "order": "asc", "per_page": POSTS_PER_PAGE}
    asked |= {"_fields": "link,date_gmt,modified_gmt"} | ({"page": page} if page > 1 else {})
    joined = "&" if "?" in api else "?"
    return f"{api.rstrip('/')}/wp/v2/posts{joined}{urlencode(asked, safe=':,')}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ModifiedAnswer:
    """What a list of modified posts holds. `trouble`: why it is of no use; `is_full`: whether there may be more.

    `may_be_elsewhere`: whether the other root may give what this one does not. Sites that close `/wp-json/` often answer
    `?rest_route=`.
    """

    posts: Sequence[ModifiedPost] = ()
    trouble: str | None = None
    is_full: bool = False
    may_be_elsewhere: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadModifiedPosts:
    """An answer to the request for modified posts (a task of `crawler.parsing.parser`). `after`: what was asked for."""

    body: bytes
    url: str
    after: datetime

    @property
    def size(self) -> int:
        """Bytes to parse."""
        return len(self.body)

    def parse(self, sites: Sites) -> ModifiedAnswer:
        """The posts, or why they cannot be relied on."""
        document = json_value(self.body.decode("utf-8", "replace"))
        if not isinstance(document, list) or not all(isinstance(one, dict) for one in document):
            return ModifiedAnswer(trouble=NOT_POSTS, may_be_elsewhere=True)
        posts = [post for one in document if (post := _post(one, self.url)) is not None]
        if len(posts) < len(document):
            return ModifiedAnswer(trouble="its posts do not say when they were modified")
        if any(post.modified < self.after - timedelta(seconds=1) for post in posts):
            return ModifiedAnswer(trouble="it ignores `modified_after`")
        if posts != sorted(posts, key=lambda post: post.modified):
            return ModifiedAnswer(trouble="it ignores `orderby=modified`")
        return ModifiedAnswer(posts=posts, is_full=len(posts) >= POSTS_PER_PAGE)


def _post(stated: dict[str, Any], url: str) -> ModifiedPost | None:
    link, modified = clean_url(str(stated.get("link") or ""), url), time_in_gmt(stated.get("modified_gmt"))
    if link is None or modified is None:
        return None
    return ModifiedPost(key=link_key(link), published=time_in_gmt(stated.get("date_gmt")), modified=modified)


def time_in_gmt(text: object) -> datetime | None:
    """The time in a field whose name ends in `_gmt`; None where it holds none."""
    try:
        return datetime.fromisoformat(str(text)).replace(tzinfo=UTC)
    except ValueError:
        return None
