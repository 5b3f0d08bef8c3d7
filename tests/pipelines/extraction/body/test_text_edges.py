"""Where a text begins and ends: what stands above and below it on the page, and layouts that set it into cells."""

from __future__ import annotations

import pytest

from tests.pipelines.extraction.body.short_page import ENGLISH, FOURTH, THIRD, TITLE, lines_of, paragraphs
from tests.pipelines.extraction.chinese.chinese_page import PARAGRAPHS, Form, read_form
from tests.pipelines.extraction.press.press_page import read_page


@pytest.mark.parametrize(
    "below",
    [
        "<p class='thanks'>Thank you for reading the Harbour Post. Gift this story to a friend.</p>",
        "<div class='push'><p>Notifications: would you like to receive our alerts?</p></div>",
        "<section><p>The Harbour Post has been printed in the old net loft since 1921.</p></section>",
    ],
)
def test_a_box_below_a_short_text_is_none_of_it(below: str) -> None:
    text = [*ENGLISH, THIRD, FOURTH]
    assert lines_of(f"<main><h1>{TITLE}</h1><div class='c'>{paragraphs(text)}</div>{below}</main>") == text


def test_a_second_box_of_the_same_kind_goes_on() -> None:
    text = [*ENGLISH, THIRD]
    boxes = f"<div class='part'>{paragraphs(text[:2])}</div><div class='part'>{paragraphs(text[2:])}</div>"
    assert lines_of(f"<main><h1>{TITLE}</h1>{boxes}</main>") == text


@pytest.mark.parametrize(
    "above",
    [
        "<p>Published on 11 September 2025 at 18:30. / Changed on 12 September 2025 at 07:02.</p>",
        "<p>3 June 2025, <span>by <a href='/n'>Nora Jaffrey</a>, <a href='/i'>Ivan Plessis</a></span></p>",
        "<ul><li><span>Author, </span>Nora Jaffrey</li><li><span>Role, </span>Harbour correspondent</li></ul>",
    ],
)
def test_a_header_between_headline_and_text_is_none_of_it(above: str) -> None:
    assert lines_of(f"<article><h1>{TITLE}</h1>{above}{paragraphs(ENGLISH)}</article>") == ENGLISH


def test_a_date_below_the_standfirst_is_no_text() -> None:
    lead = "<p class='lead'>After two years of work, the library has more room. Readers waited long.</p>"
    date = "<p class='dates'>Published on 11 September 2025 at 18:30. / Changed on 12 September 2025 at 07:02.</p>"
    text = lines_of(f"<article><header><h1>{TITLE}</h1>{lead}{date}</header>{paragraphs(ENGLISH)}</article>")
    assert text[1:] == ENGLISH


def test_a_timetable_above_the_text_stays() -> None:
    times = [f"{day} September 2025, 19:30 to 21:00, hall two" for day in (3, 10, 17)]
    assert lines_of(f"<article><h1>{TITLE}</h1>{paragraphs([*times, *ENGLISH])}</article>") == [*times, *ENGLISH]


def test_a_table_that_sets_out_the_page_is_no_table() -> None:
    cell = f"<td width=150>News</td><td><font size=5><b>{TITLE}</b></font><br>5 March 2024{paragraphs([*ENGLISH, THIRD])}</td>"
    foot = "<tr><td colspan=2>All rights reserved. The Harbour Post has been printed since 1921.</td></tr>"
    assert lines_of(f"<table width=780><tr>{cell}</tr>{foot}</table>")[-3:] == [*ENGLISH, THIRD]


def test_a_table_of_figures_stays_one() -> None:
    rows = "".join(
        f"<tr><td>{year}</td><td>{books} books</td></tr>" for year, books in ((2022, 14_000), (2023, 30_000))
    )
    text = lines_of(
        f"<article><h1>{TITLE}</h1>{paragraphs(ENGLISH)}<table>{rows}</table>{paragraphs([THIRD])}</article>"
    )
    assert "| 2022 | 14000 books |" in text


@pytest.mark.parametrize(
    "signed",
    [
        "Marguerite Ashdown, Harbour",
        "(Harbour desk: Marguerite Ashdown)",
        "ashdown@harbour.example",
        "◎ Harbour Post ashdown@harbour.example",
    ],
)
def test_a_signature_is_no_text(signed: str) -> None:
    assert (
        read_page("en", head="<div>By Marguerite Ashdown</div>", tail=f"<p>{signed}</p>")["text"].split("\n") == ENGLISH
    )


def test_a_sentence_about_the_author_is_text() -> None:
    told = "The first three books went to Marguerite Ashdown, who had queued since six."
    assert read_page("en", head="<div>By Marguerite Ashdown</div>", tail=f"<p>{told}</p>")["text"].split("\n") == [
        *ENGLISH,
        told,
    ]


@pytest.mark.parametrize("opening", ["（青溪網記者 江鑫 深圳報道）", "【文/青溪网 熊晓】", "〔记者江鑫／综合报道〕"])
def test_a_paragraph_that_opens_with_its_reporter_stays(opening: str) -> None:
    text = read_form(Form({}, lead_in=opening))["text"].split("\n")
    assert [line.removeprefix(opening) for line in text] == [*PARAGRAPHS]


def test_a_short_text_keeps_its_lines() -> None:
    text = [*PARAGRAPHS, "周六起照常开放。"]
    menu = "<p class='app'>现在下载应用 天天看新闻　<a href='/b'>点我下载</a>　<a href='/c'>活动办法</a></p>"
    body = f"<span class='time'>2024/03/05 06:32</span>{paragraphs(text)}{menu}"
    assert (
        lines_of(f"<div class='whole'><h1>北部转凉</h1><div class='text boxTitle boxText'>{body}</div></div>") == text
    )


def test_a_button_behind_the_last_sentence_is_cut() -> None:
    button = "<a href='/'>返回搜狐，查看更多</a>"
    form = Form({}, tail=f"<p>图书馆免费开放。{button}</p>")
    assert read_form(form)["text"].split("\n") == [*PARAGRAPHS, "图书馆免费开放。"]


@pytest.mark.parametrize(
    ("last", "stays"),
    [
        ("It opens on 12 May 2024.", True),
        ("Tickets from 3 May 2024.", True),
        ("Last updated 6 March 2024.", False),
        ("Posted March 5, 2024.", False),
        ("Holt, 5 March 2024.", False),
    ],
)
def test_a_sentence_with_a_day_ends_the_text_and_a_stamp_does_not(last: str, stays: bool) -> None:
    text = [*ENGLISH, THIRD, FOURTH]
    shown = lines_of(
        f"<main><h1>{TITLE}</h1><p>5 March 2024</p><div class='c'>{paragraphs([*text, last])}</div></main>"
    )
    assert shown == [*text, last] if stays else last not in shown


@pytest.mark.parametrize(
    ("last", "stays"),
    [
        ("细则自2024年1月1日起施行。", True),
        ("会议将于2024年5月1日举行。", True),
        ("更新于2024年3月6日。", False),
        ("清溪镇图书馆 2024年3月5日", False),
    ],
)
def test_a_chinese_sentence_with_a_day_ends_the_text(last: str, stays: bool) -> None:
    assert read_form(Form({}, tail=f"<p>{last}</p>"))["text"].split("\n") == [*PARAGRAPHS, *[last] * stays]


@pytest.mark.parametrize("label", ["Editor", "Source", "Author"])
def test_who_speaks_again_and_again_is_no_credit(label: str) -> None:
    talk = [
        "Anna: How long will the lake stay closed?",
        f"{label}: Until the samples are clean.",
        "Tom: Can dogs swim there?",
        f"{label}: Better not.",
        "Anna: And the fish?",
        f"{label}: The fish seem not to mind, says the institute.",
        "Mia: Who pays for all this?",
        f"{label}: The works did it, so the works should pay.",
    ]
    assert lines_of(f"<main><h1>{TITLE}</h1><p>5 March 2024</p><div class='c'>{paragraphs(talk)}</div></main>") == talk
