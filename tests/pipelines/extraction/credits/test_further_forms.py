"""Siblings, in other words, of what was misread of the third set of forms: who did what beside the author, and who alone."""

from __future__ import annotations

import pytest

from bench.extraction.handwritten.press_forms import press_faults, read_by_copydesk
from bench.extraction.handwritten.press_pages import PressForm


def _authors(language: str, **pieces: str) -> list[str]:
    form = PressForm(kind="byline", name="", language=language, **pieces)  # type: ignore[arg-type]
    return list(read_by_copydesk(form.page("plain"), form.url)["authors"])


@pytest.mark.parametrize(
    ("language", "line", "want"),
    [
        # A small word before what others did.
        ("en", "By Anna Holt with illustrations by Bernd Klein", ["Anna Holt"]),
        ("fr", "Par Anna Holt avec des photos de Bernd Klein", ["Anna Holt"]),
        ("nl", "Door Anna Holt met foto’s van Bas Klein", ["Anna Holt"]),
        # In brackets who wrote and who took the pictures, without a by-word.
        ("de", "Anna Holt (Text), Bernd Klein (Fotos)", ["Anna Holt"]),
        ("es", "Anna Holt (texto) y Bernd Klein (fotos)", ["Anna Holt"]),
        ("nb", "Anna Holt (tekst) Bernd Klein (foto)", ["Anna Holt"]),
        ("cs", "Anna Holtová, foto Petr Dub", ["Anna Holtová"]),
        ("ja", "取材・文＝山田太郎、撮影＝佐藤花子", ["山田太郎"]),
        # Whose reporter, written on to the duty; an outlet's bureau or net.
        ("en", "By Courier senior reporter Anna Holt", ["Anna Holt"]),
        ("en", "By Anna Holt, Courier Bureau", ["Anna Holt"]),
        ("en", "By Anna Holt, The Courier/Gulf News Wire", ["Anna Holt"]),
        ("en", "By Anna Holt<sup>a</sup>, Bernd Klein<sup>b,c</sup>", ["Anna Holt", "Bernd Klein"]),
        # Where it was filed.
        ("en", "Published in City Life by Anna Holt", ["Anna Holt"]),
        ("es", "Publicado en Cultura por Anna Holt", ["Anna Holt"]),
        ("de", "Die Fragen stellte Anna Holt.", ["Anna Holt"]),
        ("it", "Intervista raccolta da Anna Holt", ["Anna Holt"]),
        ("ru", "Интервью взяла Анна Холт", ["Анна Холт"]),
        # A mail address beside a name or below it.
        ("en", "Anna Holt - aholt@courier.example", ["Anna Holt"]),
        ("de", "Anna Holt<br>a.holt@courier.example", ["Anna Holt"]),
        ("ar", "رنا خوري<br>rana@courier.example", ["رنا خوري"]),
        ("ko", "[항만일보=김민지 기자]", ["김민지"]),
    ],
)
def test_an_author_and_what_stands_beside(language: str, line: str, want: list[str]) -> None:
    assert _authors(language, head=f"<p>{line}</p>") == want


@pytest.mark.parametrize("place", ["head", "last"])
@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("de", "Aus dem Dänischen von Bernd Klein"),
        ("es", "Traducción de Bernd Klein"),
        ("pl", "Przełożył Adam Klein"),
        ("cs", "Přeložila Jana Malá"),
        ("ru", "Перевёл Пётр Лужин"),
        ("fi", "Suomentanut Matti Salo"),
        ("nb", "Oversatt av Bernd Klein"),
        ("it", "Regia di Bernd Klein"),
        ("en", "Cover art by Bernd Klein"),
        ("ko", "사진=박준호 기자"),
        ("ko", "/사진=박준호 기자"),
        ("ja", "山本翔撮影"),
    ],
)
def test_one_who_did_something_else_is_no_author(language: str, line: str, place: str) -> None:
    assert _authors(language, **{place: f"<p>{line}</p>"}) == []


def test_contact_of_press_office_is_no_author() -> None:
    assert _authors("en", head="<p>Media contact: Anna Holt</p><p>aholt@courier.example</p>") == []


def test_texts_and_pictures_of_one_reporter() -> None:
    assert _authors("ko", last="<p>글·사진 박준호 기자</p>") == ["박준호"]


def test_a_vietnamese_name_is_no_phrase_of_its_text() -> None:
    assert _authors("vi", head="<p>Lê Thu Hà | 05.03.2024 | 15:32</p>") == ["Lê Thu Hà"]


@pytest.mark.parametrize(
    ("language", "line", "name"),
    [
        ("en", "(Anna Holt is the publisher of Quay Letters. She writes about boats.)", "Anna Holt"),
        ("de", "Das Interview führte Anna Holt.", "Anna Holt"),
        ("zh", "撰稿：清溪+记者 张伟明", "张伟明"),
    ],
)
def test_a_last_line_that_names_the_author_is_no_text(language: str, line: str, name: str) -> None:
    form = PressForm(kind="byline", name="", language=language, last=f"<p>{line}</p>", want={"authors": [name]})
    assert press_faults(form.labels(), read_by_copydesk(form.page("rich"), form.url)) == {}


@pytest.mark.parametrize(
    ("line", "want"),
    [
        ("作者：张伟明(清溪大学)、李静怡(云港大学)", ["张伟明", "李静怡"]),
        ("作者：张伟明，系清溪大学教授", ["张伟明"]),
    ],
)
def test_chinese_authors_with_what_they_are(line: str, want: list[str]) -> None:
    assert _authors("zh", last=f"<p>{line}</p>") == want
