"""What a newsroom sets around a text and none of it is: offers with a link, sources, notes at its edges."""

from __future__ import annotations

import pytest

from db.models import Page
from db.site_rules.loader import Sites
from pipelines.extraction.article_json import to_json
from pipelines.extraction.extract import extract
from tests.pipelines.extraction.body.test_newsroom_lines import text_of
from tests.pipelines.extraction.chinese.chinese_page import PARAGRAPHS, Form, read_form

_SENTENCE = "Our members keep the harbour's only newsroom open in winter."


@pytest.mark.parametrize(
    "amid",
    [
        f'<div class="member-callout"><p>{_SENTENCE}</p><a href="/join">Become a member</a></div>',
        f'<aside class="pitch"><h3>Read on the boat?</h3><p>{_SENTENCE}</p><a href="/j">See more »</a></aside>',
        '<div class="zusage"><p>Wir berichten weiter, auch im Winter.</p><p><a href="/j">Jetzt zusagen</a></p></div>',
    ],
)
def test_a_box_that_says_a_little_and_then_links_is_an_offer(amid: str) -> None:
    assert text_of(amid=amid) == text_of()


@pytest.mark.parametrize(
    "amid",
    [
        f'<div class="note"><p>{_SENTENCE}</p><p>The harbour office says so.</p></div>',
        f"<div><p>{_SENTENCE}</p></div>",
    ],
)
def test_a_box_without_a_link_stays(amid: str) -> None:
    assert len(text_of(amid=amid)) > len(text_of())


@pytest.mark.parametrize(
    "below",
    [
        "<h2>Sources</h2><ul><li>The old piles, <a href='https://a.example/1'>Harbour Annals of 1931</a></li></ul>",
        "<h3>Referanse:</h3><p>Ada Holm mfl: <a href='https://a.example/1'>Piles of oak in salt water</a>. 2024.</p>",
        "<h2>Kilder<span class='mw-editsection'>[<a href='#e'>edit</a>]</span></h2><ul><li>↑ Radio Sandholm, 3. mars</li></ul>",
    ],
)
def test_sources_below_a_text_are_none_of_it(below: str) -> None:
    assert text_of(below=below) == text_of()


@pytest.mark.parametrize(
    ("amid", "below"),
    [("<h2>Prices</h2>", ""), ("", "<h2>Prices</h2><p>Adults pay four crowns, and children pay two of them.</p>")],
)
def test_the_last_section_of_a_text_stays(amid: str, below: str) -> None:
    assert len(text_of(amid=amid, below=below)) > len(text_of())


@pytest.mark.parametrize(
    ("head", "language"),
    [
        ("(ATTN: UPDATES with more details in paras 4-6)", "en"),
        ("[Note: This is a corrected version of an earlier story]", "en"),
        ("Online seit heute, 13.05 Uhr", "de"),
        ("Publicado hoy a las 13:05", "es"),
        ("Сегодня, 13:05", "ru"),
        ("View PDF", "en"),
    ],
)
def test_a_note_above_a_text_is_none_of_it(head: str, language: str) -> None:
    first = text_of(lang=language)[0]
    assert text_of(lang=language, above=f"<p>{head}</p>")[0] == first


@pytest.mark.parametrize(
    "tail",
    [
        "【本网声明】本文为原创版权稿件，转载请注明来源：清溪网。",
        "转载声明：凡本网注明来源的稿件，转载须注明出处。",
        "轉載本文請聯繫原作者獲取授權，同時請註明本文來自清溪網博客。",
        "版权所有，未经书面许可不得转载。",
        "（海岬广播电视台）",
    ],
)
def test_who_may_reprint_and_where_it_is_from_is_none_of_a_chinese_text(tail: str) -> None:
    assert read_form(Form({}, tail=f"<p>{tail}</p>"))["text"].split("\n") == list(PARAGRAPHS)


@pytest.mark.parametrize("mark", ["— END —", "END", "~ The End ~"])
def test_nothing_of_a_text_stands_below_its_end_mark(mark: str) -> None:
    assert text_of(below=f"<p>{mark}</p><p>Made by the media centre of the harbour town of Sandholm</p>") == text_of()


def test_what_signs_a_notice_stands_above_the_end_mark() -> None:
    signed = ["清溪镇图书馆治丧工作小组", "2024年1月18日"]
    tail = "".join(f"<p>{line}</p>" for line in (*signed, "— END —", "清溪镇融媒体中心出品", "来源 | 清溪镇"))
    assert read_form(Form({}, tail=tail))["text"].split("\n")[-2:] == signed


@pytest.mark.parametrize(
    "between",
    [
        '<div class="PeerBlock"><h3>Support us</h3><p>Newsletter and membership from 5 francs.</p></div>',
        '<div class="peer"><h3>Unterstütze uns</h3><p>Schon ab 5 Franken im Monat.</p></div>',
        '<div class="card"><h4>Be the first to know</h4><p>Local news, every day!</p><form><input><button>OK</button></form></div>',
    ],
)
def test_a_box_of_another_kind_among_boxes_that_hold_the_text_is_none_of_it(between: str) -> None:
    parts = [f'<div class="RichText"><p>{one}</p><p>{two}</p></div>' for one, two in (PARTS[:2], PARTS[2:4], PARTS[4:])]
    page = f"<main><h1>The ferry sails again</h1>{parts[0]}{parts[1]}{between}{parts[2]}</main>"
    assert read_body(page) == list(PARTS)


PARTS = (
    "The ferry to Sandholm sails again from Monday, the harbour office said on Tuesday after a winter in dock.",
    "Two piles of the old pier had given way in the storm of November and were replaced by piles of oak.",
    "The first boat leaves at six in the morning, and the last one comes back at ten, as it did before.",
    "The crossing costs four crowns for adults and nothing at all for dogs that sit under the bench.",
    "The council will decide in the autumn whether the old boat becomes a hostel or is sold to the islanders.",
    "Until then it lies at the second pier, where children may look at the wheel on Sundays after church.",
)


def read_body(main: str) -> list[str]:
    html = f"<html lang='en'><head><title>The ferry sails again</title></head><body>{main}</body></html>"
    return str(to_json(extract(Page(body=html.encode(), url="https://harbour.example/ferry"), Sites()))["text"]).split(
        "\n"
    )
