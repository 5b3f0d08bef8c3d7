"""The link to the page after, as sites write it, and links that only look like one."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

import pytest

from crawler.backfill.channel import BackfillScope, ChannelAnswer
from crawler.backfill.channels import channel_named
from crawler.discover.front_pages.numbered_pages import page_after
from crawler.discover.front_pages.read_front_page import parse_page, read_front_page

HOST = "https://a.example"


def after(url: str, body: str, page: int = 1) -> str | None:
    text = f"<html><meta charset='utf-8'><body>{body}</body></html>".encode()
    root = parse_page(text, "text/html")
    assert root is not None
    found = page_after(root, f"{HOST}{url}", page, read_front_page(text, f"{HOST}{url}", "text/html").pages)
    return found.removeprefix(HOST) if found else None


def links(*pairs: str) -> str:
    """A pager: "2 /news/2.html" is the label and where it leads."""
    return " ".join(f"<a href='{target}'>{label}</a>" for label, _, target in (pair.rpartition(" ") for pair in pairs))


@pytest.mark.parametrize(
    ("url", "page", "body", "found"),
    [
        ("/news/", 1, links("2 ?page=2", "3 ?page=3", "30 ?page=30"), "/news/?page=2"),
        ("/news/?page=2", 2, links("1 /news/", "3 ?page=3", "4 ?page=4"), "/news/?page=3"),
        ("/news", 1, links("1 /news", "2 /news/page/2/", "3 /news/page/3/"), "/news/page/2/"),
        ("/gn/", 1, links("2 /gn/list_2.html", "3 /gn/list_3.html"), "/gn/list_2.html"),
        ("/gn/list_2.html", 2, links("1 /gn/", "3 /gn/list_3.html"), "/gn/list_3.html"),
        ("/gn/index.html", 1, links("2 index_1.html", "3 index_2.html"), "/gn/index_1.html"),
        ("/plus/list-12-1.html", 1, links("2 list-12-2.html", "3 list-12-3.html"), "/plus/list-12-2.html"),
        ("/gn/", 1, links("[2] list_12_2.html", "[3] list_12_3.html"), "/gn/list_12_2.html"),
        ("/c/1234567.html", 1, links("2 1234567_2.html", "3 1234567_3.html"), "/c/1234567_2.html"),
        ("/show.php?id=7", 1, links("2 ?id=7&page=2", "3 ?id=7&page=3"), "/show.php?id=7&page=2"),
        ("/news/", 1, links("第2页 2.html#list", "第3页 3.html#list"), "/news/2.html"),
        ("/news/", 1, links("2 ?start=20", "3 ?start=40"), "/news/?start=20"),
        ("/news/", 1, links("2 index_29.html", "3 index_28.html", "30 index_1.html"), "/news/index_29.html"),
        ("/news/", 1, links("٢ ?p=2", "٣ ?p=3"), "/news/?p=2"),
        ("/news/", 1, links("2 ?page=2"), "/news/?page=2"),
        ("/news/", 1, "<a href='?page=2'><b>Page</b> <i>2</i></a> <a href='?page=3'>Page 3</a>", "/news/?page=2"),
        (
            "/news/",
            1,
            "<select><option value='/news/'>1<option value='index_2.html'>2<option value='index_3.html'>3</select>",
            "/news/index_2.html",
        ),
        # The numbers end with a group of ten, and "next" goes on.
        ("/n/?page=10", 10, links("9 ?page=9", "10 ?page=10", "› ?page=11"), "/n/?page=11"),
        ("/news/", 1, links("← Older posts /news/page/2/"), "/news/page/2/"),
        ("/gn/index_8.html", 2, links("后页 index_7.html"), "/gn/index_7.html"),
        ("/gn/", 1, "<a href='list_2.html'><span>下一页</span></a>", "/gn/list_2.html"),
        ("/gn/", 1, "<a href='list_2.html'><i></i> <b>下一页</b></a>", "/gn/list_2.html"),
        ("/gn/", 1, "<script>createPageHTML(20, 0, 'index', 'html');</script>", "/gn/index_1.html"),
        (
            "/gn/list_2.html",
            2,
            '<script>createPageHTML("pages", 9, 2, "list", "html", 170)</script>',
            "/gn/list_3.html",
        ),
        ("/news/", 1, "<a class='next' href='?page=2' title='Next page'><svg></svg></a>", "/news/?page=2"),
        (
            "/news",
            1,
            links(
                *(f"{n} /news?p_id=News_x4_12&state=normal&_News_x4_12_delta=20&_News_x4_12_cur={n}" for n in (2, 3))
            ),
            "/news?p_id=News_x4_12&state=normal&_News_x4_12_delta=20&_News_x4_12_cur=2",
        ),
        ("/news/", 1, "<a href='?after=k3f'><img src='/i/n.gif' alt='Next'></a>", "/news/?after=k3f"),
        ("/news/", 1, "<a href='?after=k3f'><i class='fa' aria-label='下一页'></i></a>", "/news/?after=k3f"),
        (
            "/Pages/news.aspx",
            1,
            r"""<a onclick='turn("/Pages/news.aspx?Paged=T\u0026p_ID=15\u0026First=6")' href="javascript:"><img alt="Next"></a>""",
            "/Pages/news.aspx?Paged=T&p_ID=15&First=6",
        ),
        (
            "/gn/index.jhtml",
            1,
            """<a href="#" onclick="location.href=encodeURI('index_2.jhtml');">下一页</a>""",
            "/gn/index_2.jhtml",
        ),
    ],
)
def test_the_page_after(url: str, page: int, body: str, found: str) -> None:
    assert after(url, body, page) == found


@pytest.mark.parametrize(
    ("url", "page", "body"),
    [
        ("/news/?page=30", 30, links("28 ?page=28", "29 ?page=29")),
        ("/events/", 1, links("1 /events/2026/11/1", "2 /events/2026/11/2", "3 /events/2026/11/3")),
        ("/events/?month=2026-11", 1, links("» ?month=2026-12")),
        ("/events/", 1, links("2 ?day=20261102", "3 ?day=20261103")),
        # A ranking, a slide show, other sections, another site.
        ("/news/", 1, links("1 /news/12345691.html", "2 /news/12345698.html", "3 /news/12345699.html")),
        ("/news/", 1, links("1 #", "2 #", "3 #")),
        # A calendar, and a choice of columns, in the query of a portal.
        ("/news", 1, links("1 /news?y=2026&m=12&view=3&day=1", "2 /news?y=2026&m=12&view=3&day=2")),
        ("/news", 1, links("2 /news?id=12&size=20&v=3&cols=2", "3 /news?id=12&size=20&v=3&cols=3")),
        ("/news/", 1, links("2 /newsletter/2", "3 /newsletter/3")),
        ("/", 1, links("Album 1 /albums/album-1", "Album 2 /albums/album-2", "Album 3 /albums/album-3")),
        ("/news/?cat=3", 1, links("2 /news/?cat=4&page=2", "3 /news/?cat=4&page=3")),
        ("/news/", 1, links("2 https://b.example/news/2", "3 https://b.example/news/3")),
        ("/", 1, links("2 https://a.example.b.example/2", "3 https://a.example.b.example/3")),
        ("/news/", 1, links("2 /news/c/17", "3 /news/c/9", "4 /news/c/31")),
        ("/news/", 1, "<select><option value='1'>1<option value='2'>2<option value='3'>3</select>"),
        ("/news/", 1, links("Next /sport/")),
        ("/gn/list_9.html", 9, '<script>createPageHTML("pages", 9, 9, "list", "html", 170)</script>'),
        ("/gn/index_19.html", 20, "<script>createPageHTML(20, 19, 'index', 'html');</script>"),
        ("/gn/", 1, "<script>function createPageHTML(count, index, name, ending) {}</script>"),
        ("/news/a-long-story-of-the-harbour-48213377", 1, links("Next /news/the-next-story-of-the-harbour-48213378")),
    ],
)
def test_what_only_counts_is_no_page(url: str, page: int, body: str) -> None:
    assert after(url, body, page) is None


def walk(pages: Callable[[str], str | None], *, since: int = 2000) -> tuple[list[str], set[str]]:
    """The lists that a back-fill of the site asks for, and the articles that they name."""
    channel = channel_named("archive_pages")
    assert channel is not None
    begin, end = datetime(since, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)
    scope = BackfillScope(home=f"{HOST}/", hosts=frozenset(), since=begin, until=end)
    waiting, asked, named = [*channel.first_steps(scope)], list[str](), set[str]()
    while waiting:
        step = waiting.pop(0)
        if (path := step.url.removeprefix(HOST)) in asked:
            continue
        asked.append(path)
        assert len(asked) < 60, "the walk does not end"
        text = pages(path)
        body = f"<html><meta charset='utf-8'><body>{text}</body></html>".encode() if text is not None else b""
        answer = ChannelAnswer(url=step.url, status=404 if text is None else 200, headers={}, body=body)
        result = channel.read(scope, step, answer)
        named |= {link.url.removeprefix(HOST) for link in result.links}
        waiting += result.next_steps
    return asked, named


MENU = "<nav><a href='/news/'>News</a></nav>"


def stories(numbers: Iterable[int], form: str, title: str = "The long story of the harbour, part {}") -> str:
    return "".join(f"<h3><a href='{form.format(one)}'>{title.format(one)}</a></h3>" for one in numbers)


def test_numbers_with_the_same_stories_in_new_choices_end() -> None:
    chance = random.Random(1)

    def pages(path: str) -> str:
        page = int(path.partition("?page=")[2] or 1)
        shown = stories(chance.sample(range(30), 10), "/news/40000{:02}.html")
        return MENU if path == "/" else shown + links(*(f"{page + more} ?page={page + more}" for more in range(1, 9)))

    asked, named = walk(pages)
    assert 3 < len(asked) < 40
    assert len(named) > 25


@pytest.mark.parametrize("form", ["/show.php?id=40000{:02}", "/news/40000{:02}.html"])
@pytest.mark.parametrize("title", ["Part {} of the long story of the harbour", "Read the whole of this long story"])
def test_an_archive_that_is_none_does_not_hide_the_sections(form: str, title: str) -> None:
    """The home page links an archive that is gone. Titles and addresses of all forms tell stories apart."""

    def pages(path: str) -> str | None:
        if path == "/":
            return f"{MENU}<a href='/archive/'>Archive</a>"
        if not path.startswith("/news/"):
            return None
        page = int(path.partition("?page=")[2] or 1)
        return stories(range(page * 5, page * 5 + 5), form, title) + links(
            *(f"{number} ?page={number}" for number in range(1, 5))
        )

    asked, named = walk(pages)
    assert asked == ["/", "/archive/", "/news/", "/news/?page=2", "/news/?page=3", "/news/?page=4"]
    assert named == {form.format(number) for number in range(5, 25)}


def test_a_walk_ends_at_the_beginning_of_the_time() -> None:
    def pages(path: str) -> str:
        page = int(path.partition("?page=")[2] or 1)
        shown = stories(range(5), f"/news/{2026 - page}/05/17/the-long-story-of-the-harbour-{{}}.html")
        return MENU if path == "/" else shown + links(*(f"{number} ?page={number}" for number in range(1, 20)))

    assert walk(pages, since=2023)[0][-1] == "/news/?page=4"
