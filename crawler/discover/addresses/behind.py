"""The article behind a link that a site counts clicks with: `/go?u=%2Fnews%2F12345`, `/out.php?url=https://example.com/news/12345`."""

from __future__ import annotations

from urllib.parse import parse_qsl, urljoin

from crawler.discover.addresses.article_urls import judge
from pipelines.urls import clean_url, same_site

_MOST_PARAMETERS = 8


def article_behind(url: str) -> str | None:
    """The address of an article of the same site that stands in the query of a URL, which is no article itself; else None."""
    query = url.partition("?")[2]
    if "%2f" not in query.lower() and "/" not in query:
        return None
    try:
        values = [value for _, value in parse_qsl(query, max_num_fields=_MOST_PARAMETERS)]
    except ValueError:
        return None
    behind = [
        value for value in values if value.startswith(("http://", "https://", "/")) and not value.startswith("//")
    ]
    address = clean_url(urljoin(url, behind[0])) if len(behind) == 1 else None
    is_behind = (
        address is not None and same_site(url, address) and judge(address).is_article and not judge(url).is_article
    )
    return address if is_behind else None
