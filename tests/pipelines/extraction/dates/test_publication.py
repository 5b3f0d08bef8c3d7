"""When an article went out: what the page folders cannot say, about hints, the clock of the fetch and times told from it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from db.models import Article, Link, LinkKind, OffsetFrom, Page
from db.site_rules.loader import Sites
from pipelines.extraction.dates.url_date import date_in_address
from pipelines.extraction.extract import extract
from pipelines.extraction.text.date_parser import find_stamps
from pipelines.extraction.text.relative_times import find_relative
from pipelines.extraction.text.utc_offsets import offset_named

NOW = datetime(2024, 3, 5, 12, 0, tzinfo=UTC)
TEXT = "".join(
    f"<p>The {name} gate of the old town was painted again this week, in the green that the council chose after a long "
    "debate, and the scaffolding comes down before the market on Saturday.</p>"
    for name in ("northern", "eastern", "southern")
)


def read(
    above: str,
    *,
    fetched_at: datetime | None = None,
    hint: Link | None = None,
    language: str = "en",
    path: str = "/green",
    head: str = "",
) -> Article:
    """The article of a small page with these lines between its headline and its text."""
    html = (
        f"<html lang={language}><meta charset=utf-8><title>Gates</title>{head}<body><main>"
        f"<h1>Four gates get a new coat of green</h1>{above}{TEXT}</main>"
    )
    page = Page(body=html.encode(), url=f"https://gates.example{path}", fetched_at=fetched_at, hint=hint)
    out = extract(page, Sites())
    assert isinstance(out, Article)
    return out


def hint(published: datetime, modified: datetime) -> Link:
    return Link(url="https://gates.example/green", key="k", kind=LinkKind.FEED, published=published, modified=modified)


def test_a_time_that_nobody_has_set_is_none() -> None:
    unset = read("", hint=hint(datetime(1, 1, 1, tzinfo=UTC), datetime(1970, 1, 1, tzinfo=UTC)))
    assert (unset.published, unset.modified) == (None, None)


def test_a_change_at_the_time_of_publication_is_none() -> None:
    there = NOW.astimezone(timezone(timedelta(hours=8)))
    assert read("", hint=hint(NOW, there)).modified is None
    assert read("<p>5 March 2024</p>", hint=hint(NOW, there)).modified is None
    later = read("", hint=hint(NOW, NOW + timedelta(hours=2)))
    assert later.modified is not None
    assert later.modified.at == NOW + timedelta(hours=2)


@pytest.mark.parametrize(
    ("clock", "shown"),
    [
        ("20:00", "2024-03-05T20:00+08:00"),
        ("07:00", "2024-03-05T07:00-05:00"),
        ("17:30", "2024-03-05T17:30+05:30"),
        # A feed that calls local time UTC; another event of the day.
        ("12:00", "2024-03-05T12:00"),
        ("19:37", "2024-03-05T19:37"),
    ],
)
def test_the_listing_tells_the_zone_of_a_printed_clock(clock: str, shown: str) -> None:
    listed = hint(NOW, NOW)
    published = read(f"<p>5 March 2024 {clock}</p>", hint=listed, fetched_at=NOW + timedelta(days=1)).published
    assert published is not None
    assert published.iso == shown
    assert (published.offset_from is OffsetFrom.PAGE) == ("+" in shown or "-05:00" in shown)


@pytest.mark.parametrize(
    ("language", "listed", "shown"),
    [
        ("en", datetime(2024, 3, 5, 14, 30, 5, tzinfo=UTC), "2024-03-05T14:30:05+00:00"),
        ("en-SG", datetime(2024, 3, 4, 22, 51, tzinfo=UTC), "2024-03-05T06:51+08:00"),
        # Another day, here or there; midnight, by the clock of either.
        ("en", datetime(2024, 3, 4, 23, 30, tzinfo=UTC), "2024-03-05"),
        ("en-SG", datetime(2024, 3, 5, 22, 51, tzinfo=UTC), "2024-03-05"),
        ("en", datetime(2024, 3, 5, tzinfo=UTC), "2024-03-05"),
        ("en-SG", datetime(2024, 3, 4, 16, 0, tzinfo=UTC), "2024-03-05"),
        ("en-SG", datetime(2024, 3, 5, tzinfo=UTC), "2024-03-05"),
    ],
)
@pytest.mark.parametrize(
    ("day", "path"),
    [("<p>2024-03-05</p>", "/green"), ("", "/2024/03/05/green.html"), ("<time datetime=2024-03-05>x", "/")],
)
def test_the_listing_tells_the_time_of_a_day(language: str, listed: datetime, shown: str, day: str, path: str) -> None:
    later = NOW + timedelta(days=1)
    published = read(day, hint=hint(listed, listed), fetched_at=later, language=language, path=path).published
    assert published is not None
    assert published.iso == shown


def test_a_listing_that_is_ahead_of_the_fetch_tells_no_zone() -> None:
    published = read("<p>5 March 2024 20:00</p>", hint=hint(NOW, NOW), fetched_at=NOW - timedelta(days=3)).published
    assert published is None or published.offset_from is OffsetFrom.UNKNOWN


@pytest.mark.parametrize(
    "line",
    [
        "<p>Today</p>",
        "<p>2 hours ago in the market square a cart lost its wheel and blocked the way for a while</p>",
        "<p>12 comments, 3 hours ago</p>",
        "<p>Updated 3 hours ago</p>",
        "<ul><li>Ferry delayed 5 minutes ago</li></ul>",
        "<p>1 hour ago</p><p>2 hours ago</p><p>3 hours ago</p>",
    ],
)
def test_no_dateline_of_the_article(line: str) -> None:
    assert read(line, fetched_at=NOW).published is None


@pytest.mark.parametrize(
    "line",
    [
        "<p>2 hours ago</p>",
        "<p>By Ada Marlow, 2 hours ago</p>",
        "<p>Today 10:00</p>",
        "<form><p>2 hours ago</p></form>",
    ],
)
def test_a_relative_dateline_needs_the_time_of_the_fetch(line: str) -> None:
    read_live = read(line, fetched_at=NOW).published
    assert read_live is not None
    assert read_live.at == NOW - timedelta(hours=2)
    assert read(line).published is None


def test_nothing_from_the_future_of_the_fetch() -> None:
    assert read("<p>9 March 2024</p>", fetched_at=NOW).published is None
    assert read("<p>9 March 2024</p>").published is not None


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("半小时前", 0.5), ("3小时前", 3), ("3時間前", 3), ("3시간 전", 3), ("2h ago", 2), ("an hour ago", 1),
        ("vor einer Stunde", 1),
        ("il y a 2 heures", 2), ("hace 3 horas", 3), ("há 2 horas", 2), ("3 ore fa", 3), ("3 uur geleden", 3),
        ("för 3 timmar sedan", 3), ("for 3 timer siden", 3), ("3 tuntia sitten", 3), ("3 часа назад", 3), ("3 saat önce", 3),
        ("3 giờ trước", 3), ("3 घंटे पहले", 3), ("منذ 3 ساعات", 3), ("5 минут назад", 1 / 12), ("15 minutes ago", 0.25),
    ],
)  # fmt: skip
def test_hours_ago(text: str, hours: float) -> None:
    stamp = find_relative(text, NOW)
    assert stamp is not None
    then = NOW - timedelta(hours=hours)
    assert (stamp.hour, stamp.minute) == (then.hour, then.minute)


@pytest.mark.parametrize(
    "text", ["2天前", "2日前", "2일 전", "2 days ago", "vor 2 Tagen", "2 giorni fa", "2 gün önce", "2 ngày trước"]
)
def test_days_ago(text: str) -> None:
    stamp = find_relative(text, NOW)
    assert stamp is not None
    assert (stamp.day, stamp.hour) == (3, None)


@pytest.mark.parametrize("text", ["vor 3 Jahren", "30 saniye", "long ago", "前年", "2019年前"])
def test_no_relative_time(text: str) -> None:
    assert find_relative(text, NOW) is None


@pytest.mark.parametrize(
    ("text", "wall"),
    [
        ("26 | 01 | 2022", (2022, 1, 26, None)),
        ("Wed Mar 05 14:30:00 CET 2024", (2024, 3, 5, 14)),
        ("Wed Mar 05 14:30:00 +0800 2024", (2024, 3, 5, 14)),
        ("5 tháng 3, 2024", (2024, 3, 5, None)),
        ("March, 5th 2024", (2024, 3, 5, None)),
    ],
)
def test_more_written_times(text: str, wall: tuple[int | None, ...]) -> None:
    assert find_stamps(text)[0][:4] == wall


def test_eastern_time_knows_summer() -> None:
    assert offset_named("ET", datetime(2024, 1, 5, tzinfo=UTC).date()) == timedelta(hours=-5)
    assert offset_named("ET", datetime(2024, 7, 5, tzinfo=UTC).date()) == timedelta(hours=-4)
    assert offset_named("GMT", NOW.date()) == timedelta(0)
    assert offset_named("ABC", NOW.date()) is None


@pytest.mark.parametrize(
    ("address", "day"),
    [
        ("https://a.example/2024/3/5/gates", (2024, 3, 5)),
        ("https://a.example/n/20240305/gates.html", (2024, 3, 5)),
        ("https://a.example/05-03-2024/gates", (2024, 3, 5)),
        ("https://a.example/2024/13/45/gates", None),
        ("https://a.example/gates?d=2024-03-05", None),
        (None, None),
    ],
)
def test_the_day_in_an_address(address: str | None, day: tuple[int, int, int] | None) -> None:
    stamp = date_in_address(address)
    assert (stamp[:3] if stamp else None) == day


def _at(url: str, head: str, body: str, *, language: str = "en") -> str | None:
    html = f"<html lang={language}><head><title>Gates</title>{head}</head><body>{body}{TEXT}</main>"
    out = extract(Page(body=html.encode(), url=url), Sites())
    assert isinstance(out, Article)
    return out.published.at.date().isoformat() if out.published else None


_MAIN = "<main><h1>Four gates get a new coat of green</h1>"


def test_metas_of_the_page_come_after_the_microdata_of_the_article() -> None:
    head = '<meta name="date" content="2022-01-21T15:38:44+01:00"><meta name="dcterms.date" content="2022-01-21">'
    body = f'{_MAIN}<p><time itemprop="datePublished" datetime="2022-01-27">27.01.2022</time></p>'
    assert _at("https://gates.example/green", head, body) == "2022-01-27"
    assert _at("https://gates.example/green", head, _MAIN) == "2022-01-21"


@pytest.mark.parametrize(
    ("url", "line", "want"),
    [
        ("https://gates.example/2023/october/03/green", "<p>03/10/2023</p>", "2023-10-03"),
        ("https://gates.example/2023/oct/03/green", "", "2023-10-03"),
        ("https://gates.example/green-mar-05-2024", "", "2024-03-05"),
        ("https://gates.example/2023/10/green", "<p>14.08.2019 <a href='/x'>Other gates</a></p>", "2019-08-14"),
    ],
)
def test_the_address_tells_how_a_date_is_meant(url: str, line: str, want: str) -> None:
    assert _at(url, "", _MAIN + line) == want


@pytest.mark.parametrize("amid", [False, True])
def test_a_line_of_short_links_is_a_byline(amid: bool) -> None:
    links = ("<a href='/a/7'>Imke Osterholt</a>", "<a href='/d'>5 March 2024</a>", "<a href='/c'>Gates and gardens</a>")
    line = f"<p>by {' / '.join(links)}</p>"
    assert _at("https://gates.example/green", "", _MAIN + TEXT + line if amid else _MAIN + line) == "2024-03-05"
    teaser = "<p><a href='/s'><span>A walk along the walls of the old town</span> <span>5 March 2024</span></a></p>"
    assert _at("https://gates.example/green", "", _MAIN + TEXT + teaser if amid else _MAIN + teaser) is None


def test_a_blogs_month_chooses_among_dates() -> None:
    body = f"<p>31 October 2023</p>{_MAIN}<p>21.10.2019</p>"
    assert _at("https://gates.example/2023/10/green", "", body) == "2023-10-31"
    assert _at("https://gates.example/green", "", body) == "2019-10-21"


def test_dots_are_read_as_the_other_dates_of_the_page_say() -> None:
    assert _at("https://gates.example/green", "", f"{_MAIN}<p>09.10.24</p>") == "2024-10-09"
    assert (
        _at("https://gates.example/green", "", f"{_MAIN}<p>09.10.24</p><ul><li>Walls 08.23.24</li></ul>")
        == "2024-09-10"
    )


@pytest.mark.parametrize(
    "line",
    [
        "<p>The gate (Foto: U. Holt, 15.01.2022).</p>",
        "<blockquote class='instagram-media'><p>A post of the painters on 27 March 2018</p></blockquote>",
        "<p>Über dieses Thema berichtet: Radio Tor am 26.08.2024 um 06:00 Uhr</p>",
        "<p>Example: The gates. Accessed 5 March 2024.</p>",
    ],
)
def test_dates_of_something_else(line: str) -> None:
    assert _at("https://gates.example/green", "", _MAIN + line, language="de") is None


def test_the_header_of_the_site_prints_its_own_day() -> None:
    above = "<div class='mh-header-date'>31 October 2023</div>"
    assert _at("https://gates.example/green", "", f"{above}{_MAIN}<p>30 October 2023</p>") == "2023-10-30"


def test_a_header_that_the_article_is_no_part_of_prints_the_day_of_another_visit() -> None:
    above = "<header><a href='/'>Gates</a> <span class='today'>Monday 31 October 2023</span></header>"
    changed = "<p>Updated on 30 October 2023</p>"
    assert _at("https://gates.example/green", "", f"{above}{_MAIN}{changed}") == "2023-10-30"


def test_a_date_in_a_bar_above_the_kicker() -> None:
    bar = "<div class='item-nav'><span>30 October 2023 - 15:32</span></div>"
    body = f"{bar}{_MAIN.replace('<h1>', '<h2>Old town</h2><h1>')}"
    assert _at("https://gates.example/green", "", body) == "2023-10-30"


def test_a_mark_of_copyright_behind_a_name() -> None:
    assert _at("https://gates.example/green", "", f"{_MAIN}<p>Gate House© 2023-10-30 15:32</p>") == "2023-10-30"
    assert _at("https://gates.example/green", "", f"{_MAIN}<p>© 2023 Gate House, 30 October 2023</p>") is None


def test_a_systems_wrong_offset_is_put_right_by_the_printed_day() -> None:
    head = '<meta property="article:published_time" content="2023-10-31T00:01:18+11:00">'
    assert _at("https://tore.example.de/gruen", head, f"{_MAIN}<p>30.10.2023</p>", language="de") == "2023-10-30"


@pytest.mark.parametrize(
    ("language", "line", "want"),
    [
        ("fi", "12.2. klo 10:14", "2024-02-12T10:14"),
        ("fi", "Julkaistu 12.2. klo 10.14", "2024-02-12T10:14"),
        ("uk", "12 лютого, 10:14", "2024-02-12T10:14"),
        ("it", "14 feb, 08:30", "2024-02-14T08:30"),
        ("pt", "14 de fevereiro, 08h30", "2024-02-14T08:30"),
        ("de", "12. Februar, 10:14 Uhr", "2024-02-12T10:14"),
        ("fr", "12/02 à 10h14", "2024-02-12T10:14"),
        ("en", "Fri 1 Mar 10:15", "2024-03-01T10:15"),
        ("en", "Mar 1, 10:15 pm", "2024-03-01T22:15"),
        ("en", "28 Dec, 10:15", "2023-12-28T10:15"),
        ("en", "Thu 1 Mar 10:15", None),  # the first of March was a Friday
        ("en", "9 March, 19:30", None),  # to come, or long past
        ("en", "Until 1 March, 19:30", None),
        ("en", "1 March 10:00 - 18:00", None),
        ("en", "Mon - Fri 10.00 18:00", None),
        ("en", "1 March", None),
    ],
)
def test_a_day_without_a_year_is_the_last_one(language: str, line: str, want: str | None) -> None:
    published = read(f"<p>{line}</p>", fetched_at=NOW, language=language).published
    assert (published.at.isoformat()[:16] if published else None) == want
    assert read(f"<p>{line}</p>", language=language).published is None, "no witness of the year"


@pytest.mark.parametrize(
    ("path", "head"),
    [
        ("/2019/02/green.html", ""),
        ("/2019/02/12/green", ""),
        ("/green", "<meta property='article:modified_time' content='2019-02-13T09:00:00+00:00'>"),
    ],
)
def test_the_address_or_a_change_tells_the_year(path: str, head: str) -> None:
    published = read("<p>12 February, 10:14</p>", fetched_at=NOW, path=path, head=head).published
    assert published is not None
    assert published.at.isoformat()[:16] == "2019-02-12T10:14"


_CREATED = (
    "<script type='application/ld+json'>"
    '{"@type": "NewsArticle", "headline": "Four gates", "dateCreated": "2024-03-05T09:05:00+01:00"}</script>'
)


@pytest.mark.parametrize(
    ("above", "minute"),
    [("<span itemprop='datePublished' content='2024-03-05T09:50:00+01:00'>March 5, 2024</span>", 50), ("", 5)],
)
def test_a_text_appears_after_it_was_begun(above: str, minute: int) -> None:
    published = read(above, head=_CREATED).published
    assert published is not None
    assert (published.at.hour, published.at.minute) == (9, minute)


@pytest.mark.parametrize(
    ("published", "change"), [("entry-date published", 11), ("entry-date updated published", None), ("", None)]
)
def test_the_change_beside_the_publication_in_microformats(published: str, change: int | None) -> None:
    times = (
        f"<p><time class='{published}' datetime='2024-03-05T09:00:00+01:00'>March 5, 2024</time>"
        f"<time class='{'updated' if change else ''}' datetime='2024-03-05T11:00:00+01:00'>March 5, 2024</time></p>"
    )
    modified = read(times).modified
    assert (modified.at.hour if modified else None) == change
