"""Names that stand beside what is no author: the label of another credit, a picture, a second time, another story."""

from __future__ import annotations

from dataclasses import replace

import pytest

from db.site_rules.loader import Sites
from pipelines.extraction.article_json import to_json
from pipelines.extraction.extract import extract
from tests.pipelines.extraction.chinese.chinese_page import TIME, Form, read_form
from tests.pipelines.extraction.press.press_page import read_page, write_page

_DATED = "<div>5/3/2024</div>"


@pytest.mark.parametrize(
    ("language", "head", "want"),
    [
        # Another label follows the name, whatever it says.
        ("pt", "<p>Texto: Lívia Borges Edição: Otávio Ramos</p>", ["Lívia Borges"]),
        ("tr", "<p>Muhabir: Selin Aksoy Kamera: Emre Tuna</p>", ["Selin Aksoy"]),
        ("de", "<p>Text: Anna Holt Schnitt: Bernd Klein</p>", ["Anna Holt"]),
        ("ko", "<p>글=김민서 기자·사진=박준호 기자</p>", ["김민서"]),
        # What is no author's, though a name and a time stand there.
        ("pt", f"<p>Reprodução/Lívia Borges</p>{_DATED}", []),
        ("es", f"<p>Cortesía/Anna Ruiz</p>{_DATED}", []),
        ("pl", f"<p>Rys. Agata Rybak</p>{_DATED}", []),
        ("pl", f"<p>Zdj. Agata Rybak</p>{_DATED}", []),
        ("ar", "<p>تحرير: ليلى منصور</p>", []),
        # A second time ends what the first one says.
        ("fr", "<p>Le 05/03/2024 à 15:32 par Solène Petit - Mis à jour le 06/03/2024 à 18:00</p>", ["Solène Petit"]),
        ("en", "<p>March 5, 2024 by Anna Holt | Updated March 6, 2024</p>", ["Anna Holt"]),
        ("es", "<p>05/03/2024 por Ana Ruiz - Actualizado 06/03/2024</p>", ["Ana Ruiz"]),
        ("he", "<div class='author'>חיפה - דנה כהן</div>", ["דנה כהן"]),
        ("fa", "<div class='author'>تهران – سمیه رحمانی</div>", ["سمیه رحمانی"]),
        ("ar", "<div class='author'>ليلى منصور - بيروت</div>", ["ليلى منصور"]),
        ("ja", "<p>2024年3月5日 15時32分　大野晴香</p>", ["大野晴香"]),
        ("ja", "<p>2024年3月5日 15時32分　東京都内</p>", []),
        # "BY" is no picture's letters, a paper's name no time.
        ("en", "<div>BY <span>DEEPA RAMAN</span> AND <span>LUIS OCHOA</span></div>", ["DEEPA RAMAN", "LUIS OCHOA"]),
        (
            "en",
            "<p>By <a href='/people/c'>Cole Reed</a>, Harbour Public, and <a href='/people/i'>Ines Barr</a>, The Post</p>",
            ["Cole Reed", "Ines Barr"],
        ),
    ],
)
def test_the_author_alone_is_read(language: str, head: str, want: list[str]) -> None:
    assert read_page(language, head)["authors"] == want


@pytest.mark.parametrize(
    ("language", "below"),
    [
        ("en", "<div><h4>More on this</h4><a href='/x/12'>Ferry captain looks back</a><span>By Iris Lowe</span></div>"),
        ("de", "<ul><li><a href='/x/12'>Der Kapitän blickt zurück</a><p>Von Iris Löwe</p></li></ul>"),
        ("it", "<div><p><a href='/x/12'>Il capitano ricorda gli anni</a></p><p>di Iris Leone</p></div>"),
    ],
)
def test_the_author_of_another_story_is_not_this_ones(language: str, below: str) -> None:
    assert read_page(language, "", below)["authors"] == []


def test_a_section_above_the_headline_names_nobody() -> None:
    page = write_page("en", _DATED)
    section = page.body.replace(b"<h1>", b"<p>By Rail and Sea</p><h1>", 1)
    assert to_json(extract(replace(page, body=section), Sites()))["authors"] == []


@pytest.mark.parametrize(
    ("form", "want"),
    [
        (Form({}, tail="<p>（本报清溪3月5日电　清溪日报全媒体记者张胜）</p>"), ["张胜"]),
        (Form({}, tail="<p>（中新网北京3月5日电 记者李静、王平）</p>"), ["李静", "王平"]),
        (Form({}, first="<p>記者吳奕靖、實習記者林妤庭／台南報導</p>", language="zh-TW"), ["吳奕靖", "林妤庭"]),
        (Form({}, first="<p>記者陳冠宇、特派記者林妤庭／東京報導</p>", language="zh-TW"), ["陳冠宇", "林妤庭"]),
        (Form({}, h1="汪暮川：清溪镇图书馆重新开放", head=f"{TIME}<p>● <b><a href='/t/w'>汪暮川</a></b> (专栏)</p>"), ["汪暮川"]),
        (Form({}, tail="<p>采写：清溪汇讯记者 庄一凡 实习生 罗敏</p>"), ["庄一凡", "罗敏"]),
        (Form({}, head="<div>撰文者：馮怡超</div><div>攝影：楊子磊</div>", language="zh-TW"), ["馮怡超"]),
        (Form({}, head="<div>採訪者：馮怡超</div>", language="zh-TW"), ["馮怡超"]),
        (Form({}, first="<p>清溪日报评论员　郑雨桐</p>"), ["郑雨桐"]),
        (Form({}, first="<p>清溪日报评论员 观察</p>"), []),
        (Form({}, head="<div>2024-03-05 15:32 来源：清溪镇 作者：办公室</div>"), []),
        (Form({}, tail="</div><div><h4>延伸</h4><p><a href='/2.html'>老码头的三十年</a> 记者 冯唐</p>"), []),
    ],
)  # fmt: skip
def test_chinese_reporters(form: Form, want: list[str]) -> None:
    assert read_form(form)["authors"] == want


@pytest.mark.parametrize(
    ("form", "want"),
    [
        (Form({}, title="清溪镇图书馆重新开放 - 老羊的日志 - 清溪博客", head=f"{TIME}"), "老羊"),
        (Form({}, head="<div class='user-info'><a class='name'>赣南老邱</a><p>来自：江西 赣州</p></div>" + TIME), "赣南老邱"),
    ],
)  # fmt: skip
def test_whose_page_it_is(form: Form, want: str) -> None:
    form = form._replace(h1=None, head=f"<h2><a href='/'>老羊的博客</a></h2><h1>{form.h1}</h1>{form.head}")
    assert read_form(form)["source"] == want


@pytest.mark.parametrize(
    ("language", "head", "want"),
    [
        ("tr", "<div><b>Berfin AKDOĞAN</b><br><b>Özer TUNÇEL</b><br><span>İzmir</span></div>", ["Berfin AKDOĞAN", "Özer TUNÇEL"]),
        ("es", "<div><b>Anna Ruiz</b><br><b>Luis Vega</b></div>", ["Anna Ruiz", "Luis Vega"]),
        ("de", "<p>Anna Holt<br>Bernd Klein<br>Cara Lind</p>", ["Anna Holt", "Bernd Klein", "Cara Lind"]),
        (
            "en",
            "<div><p class='who'><a>Ada Holm</a></p><p>Senior Research Fellow, Tides</p></div>"
            "<div><p class='who'><a>Ben Oak</a></p><p>Staff Writer</p></div>",
            ["Ada Holm", "Ben Oak"],
        ),
        ("en", "<h2>Brass Bands Return</h2>", []),
    ],
)  # fmt: skip
def test_names_that_are_set_alike(language: str, head: str, want: list[str]) -> None:
    assert read_page(language, head + _DATED)["authors"] == want


@pytest.mark.parametrize(
    ("language", "head", "tail", "editor"),
    [
        ("ru", "<ul><li><span>Автор</span> <a>М. Лис</a></li><li><span>Редактор</span> <a>Кира Лис</a></li></ul>", "", "Кира Лис"),
        ("ko", "", "</div><div><dl><dt>편집</dt><dd>김민서 기자</dd></dl>", "김민서"),
        ("sv", "", "</div><div><p><b>Redaktör</b> <span>Eva Lind</span></p>", "Eva Lind"),
    ],
)  # fmt: skip
def test_a_label_in_an_element_of_its_own_needs_no_colon(language: str, head: str, tail: str, editor: str) -> None:
    assert read_page(language, head + _DATED, tail)["editors"] == [editor]


@pytest.mark.parametrize(
    ("language", "head", "want"),
    [
        ("pt", "<p>Por <a href='/x/1'>Wanda Tavares</a>, GC Goiás</p>", ["Wanda Tavares"]),
        ("de", "<p>Von <a href='/x/1'>Anna Holt</a>, GC SACHSEN</p>", ["Anna Holt"]),
        ("en", "<p>By Roy Tillot Harbour Post</p>", ["Roy Tillot"]),
        ("en", "<p>By Roy Tillot The Post</p>", ["Roy Tillot"]),
        ("it", "<span itemprop='author'>di don Sergio Lapi</span>", ["Sergio Lapi"]),
        ("es", "<p>Por fray Luis Vega</p>", ["Luis Vega"]),
        ("fr", "<p>Par le père Jean Petit</p>", ["Jean Petit"]),
        (
            "nb",
            "<div><address class='n'><a href='mailto:r@x.no'>Ragna Myr</a></address><p class='d'>Journalist</p></div>"
            "<div><address class='n'>Odd Sund</address><p class='d'>Fotograf</p></div>",
            ["Ragna Myr"],
        ),
        ("de", "<div><p class='n'>Anna Holt</p><p>Fotografin</p><p class='n'>Ben Lind</p><p>Redakteur</p></div>", ["Ben Lind"]),
    ],
)  # fmt: skip
def test_what_stands_beside_a_name_is_none_of_it(language: str, head: str, want: list[str]) -> None:
    page = write_page(language, head + _DATED)
    title = page.body.replace(b"</title>", b" | GC</title>", 1)
    assert to_json(extract(replace(page, body=title), Sites()))["authors"] == want


def test_a_bold_name_in_an_element_of_the_author_below_a_text_that_names_the_outlet() -> None:
    page = write_page("vi", _DATED, "</div><div class='article__author'><b>Lường Thị Mai</b>")
    stated = page.body.replace(b"</head>", b"<meta name='author' content='Harbour Post'></head>", 1)
    assert to_json(extract(replace(page, body=stated), Sites()))["authors"] == ["Lường Thị Mai"]


@pytest.mark.parametrize("name", ["评论周报", "清溪评论", "时间周刊"])
def test_a_name_of_common_words_beside_the_time_is_the_site_s_where_the_title_has_it(name: str) -> None:
    form = Form({}, title=f"清溪镇图书馆重新开放 - {name}", head=f"<div>2024-03-05 15:32　{name}</div>")
    assert read_form(form)["source"] == name


def test_who_wrote_and_edited_a_text_is_its_author() -> None:
    assert read_page("en", "<p>By Anna Holt</p>", "<p>Editor: Anna Holt</p>")["authors"] == ["Anna Holt"]
    assert read_page("en", "", "<p>By <a href='/anna'>Anna Holt-Strandberg</a></p>")["authors"] == [
        "Anna Holt-Strandberg"
    ]
