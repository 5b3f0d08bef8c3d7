"""What is said of links, addresses and pages that are not taken: the line of robots.txt, the reason, the script."""

from __future__ import annotations

import pytest
from protego import Protego

from crawler.discover.addresses.article_urls import judge
from crawler.discover.front_pages.read_front_page import read_front_page
from crawler.discover.pages.script_pages import drawn_by_script
from crawler.robots.group import own_group
from crawler.robots.line import forbidding_line

ROBOTS = """
# for all
User-agent: *
User-agent: Other
Disallow: /private/   # not ours
Allow: /private/open
Disallow: /*.pdf$
Disallow: /a*b*c
Disallow:

User-agent: Copydesk
Disallow: /only-us/
Crawl-delay: 2
User-agent: Greedy
Disallow: /
"""


@pytest.mark.parametrize(
    ("product", "path", "line"),
    [
        ("Someone", "/private/x", "line 5: Disallow: /private/   # not ours"),
        ("Someone", "/private/open/x", None),
        ("Someone", "/x.pdf", "line 7: Disallow: /*.pdf$"),
        ("Someone", "/x.pdf?download", None),
        ("Someone", "/a/b/c/d", "line 8: Disallow: /a*b*c"),
        ("Someone", "/a/c/b", None),
        ("Someone", "/only-us/", None),
        ("Copydesk", "/only-us/1", "line 12: Disallow: /only-us/"),
        ("Copydesk", "/private/x", None),
        ("Greedy", "/", "line 15: Disallow: /"),
    ],
)
def test_the_line_that_forbids_is_found_where_protego_forbids(product: str, path: str, line: str | None) -> None:
    own, url = own_group(ROBOTS, product), f"https://news.example{path}"
    assert Protego.parse(own).can_fetch(url, product) is (line is None)
    assert forbidding_line(own, url) == line


def test_reasons_against_an_address() -> None:
    assert judge("https://news.example/tag/harbour/").refusal == "'tag' leads to lists or services"
    assert judge("https://news.example/politics/").refusal == "one word, no number"


def test_a_front_page_counts_what_it_refuses() -> None:
    page = read_front_page(
        b"<body><a href='/tag/a'>A</a><a href='/tag/b'>B</a><a href='https://other.example/story/1'>C</a>",
        "https://news.example/",
    )
    assert [(one.count, one.reason, one.example) for one in page.refused] == [
        (2, "'tag' leads to lists or services", "https://news.example/tag/a"),
        (1, "of another site (other.example)", "https://other.example/story/1"),
    ]


MENU = "<nav>" + "".join(f"<a href='/{n}'>Section {n}</a>" for n in range(30)) + "</nav>"


@pytest.mark.parametrize(
    ("page", "drawn"),
    [
        ("<div id=root></div><script src=/app.js></script>", True),
        (f"{MENU}<main id=app>Loading</main><footer>{'Imprint. ' * 90}</footer><script>start()</script>", True),
        ("<div id=root></div>", False),
        (f"<main>{'<p>The council has met and decided on the bridge.</p>' * 12}</main><script>count()</script>", False),
        (f"<main>{MENU.replace('nav', 'ul')}</main><script>count()</script>", False),
    ],
)
def test_pages_that_a_script_draws(page: str, drawn: bool) -> None:
    assert (drawn_by_script(f"<html><body>{page}</body></html>".encode(), "text/html") is not None) is drawn
