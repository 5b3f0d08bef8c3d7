"""Links that call a function of the page, forms that ask for a page, and links that count clicks."""

from __future__ import annotations

import pytest

from crawler.discover.front_pages.read_front_page import read_front_page

URL = "https://www.harbourpost.example/list.do?colId=12"
TITLE = "Bridge tolls to rise by a fifth from May"


def found(body: str) -> list[tuple[str, str | None]]:
    listing = read_front_page(f"<html><body>{body}</body></html>".encode(), URL)
    return [(link.url.partition(".example")[2], link.title) for link in listing.links]


@pytest.mark.parametrize(
    "page",
    [
        f"""<tr onclick="view('48213377')"><td><a href="javascript:;">{TITLE}</a></td><td>2026-05-01</td></tr>
        <script>function view(id) {{ window.location.href = '/news/view.do?id=' + id; }}</script>""",
        f"""<a href="javascript:view(48213377, 'x')">{TITLE}</a>
        <script>var a = 1; function view(id, box){{ if (box) {{ log(box) }} window.open("/news/view.do?id=" + id) }}</script>""",
        f"""<a href="#" onclick="app.skip(1); view('48213377'); return false">{TITLE}</a>
        <script>const view = (id) => {{ location.assign(`/news/view.do?id=${{id}}`) }}</script>""",
        f"""<form method="get"><button formaction="/news/view.do?id=48213377">{TITLE}</button></form>""",
        f"""<form action="/news/view.do?id=48213377"><button>{TITLE}</button></form>""",
        f"""<a href="/go?u=%2Fnews%2Fview.do%3Fid%3D48213377">{TITLE}</a>""",
        f"""<a href="/out.php?box=3&url=https://www.harbourpost.example/news/view.do?id=48213377">{TITLE}</a>""",
    ],
)
def test_what_a_function_or_a_form_leads_to_is_a_link(page: str) -> None:
    assert found(page) == [("/news/view.do?id=48213377", TITLE)]


@pytest.mark.parametrize(
    "page",
    [
        f"""<a href="javascript:view('48213377')">{TITLE}</a><script>function view(id) {{ show(base + id); }}</script>""",
        f"""<a href="javascript:view('48213377')">{TITLE}</a>
        <script>function view(id) {{ location.href = base + '/news/view.do?id=' + id; }}</script>""",
        f"""<a href="javascript:view(this)">{TITLE}</a>
        <script>function view(id) {{ location.href = '/news/view.do?id=' + id; }}</script>""",
        f"""<form method="post"><button formaction="/news/delete.do?id=48213377">{TITLE}</button></form>""",
        f"""<form><button formmethod="post" formaction="/news/delete.do?id=48213377">{TITLE}</button></form>""",
        """<form action="/news/view.do?id=48213377"><button>Search</button></form>""",
        f"""<form><button type="button" formaction="/news/view.do?id=48213377">{TITLE}</button></form>""",
        f"""<a href="/go?u=https%3A%2F%2Felsewhere.example.org%2Fnews%2F48213377">{TITLE}</a>""",
    ],
)
def test_nothing_is_guessed(page: str) -> None:
    assert all("48213377" not in address or "elsewhere" in address for address, _ in found(page))


@pytest.mark.parametrize(
    "choice",
    [
        """<select onchange="window.location.href='/edition/' + this.value">""",
        """<select onchange="go(this.value)"><script>function go(day) { location = '/edition/' + day; }</script>""",
    ],
)
def test_a_choice_that_a_script_leads_on_with_is_a_link(choice: str) -> None:
    days = "".join(f'<option value="2026-11-{day}">Edition of {day} November</option>' for day in (28, 29, 30))
    listing = read_front_page(f"<html><body>{choice}{days}</select></body></html>".encode(), URL, page=1)
    assert [url.partition(".example")[2] for url in listing.pages] == ["/edition/2026-11-30", "/edition/2026-11-29"]


def test_a_script_that_leads_somewhere_without_a_function_is_read() -> None:
    page = f"""<a onclick="track(1)" href="/news/view.do?id=48213377">{TITLE}</a><a href="#" onclick="track(2)">Share</a>
    <script>if (top != self) {{ top.location.href = '/'; }}</script>"""
    assert found(page) == [("/news/view.do?id=48213377", TITLE)]
