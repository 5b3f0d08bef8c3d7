"""Heads and ends of news pages as regional papers and blogs print them: kinds that were once misread, each with its siblings."""

from __future__ import annotations

from typing import Any

import pytest

from bench.extraction.handwritten.press_forms import read_by_copydesk
from bench.extraction.handwritten.press_pages import PressForm
from pipelines.extraction.text.date_parser import find_stamps


def _read(language: str, **pieces: Any) -> dict[str, Any]:
    """What is read of a page with these pieces, and which lines of its text are not the story's."""
    form = PressForm(kind="", name="", language=language, **pieces)
    answer = read_by_copydesk(form.page("plain"), form.url)
    return {**answer, "more": [line for line in answer["text"] if line not in form.labels()["text"]]}


@pytest.mark.parametrize(
    ("language", "mail"),
    [
        ("fi", "hanna.ruotsalainen@paper.example"),
        ("en", "hanna-ruotsalainen@paper.example"),
        ("sv", "ruotsalainen.hanna@paper.example"),
    ],
)
def test_an_address_is_no_use_of_the_name_s_words(language: str, mail: str) -> None:
    lines = f"<div>Hanna Ruotsalainen</div><div>{mail}</div><div>05.03.2024 15:32</div>"
    assert _read(language, head=lines)["authors"] == ["Hanna Ruotsalainen"]
    if language != "en":  # a heading of two words looks like a name there
        assert _read(language, last=f"<p>Hanna Ruotsalainen<br>{mail}</p>")["authors"] == ["Hanna Ruotsalainen"]


def test_words_that_the_text_has_are_no_name() -> None:
    assert _read("fi", head="<div>Lautta Kippari</div><div>lautta kippari</div><div>05.03.2024</div>")["authors"] == []


@pytest.mark.parametrize(
    ("language", "credit"), [("sv", "Foto: Bo Ek"), ("da", "Foto: Bo Ek"), ("fi", "Kuva: Bo Ek"), ("pl", "Fot. Bo Ek")]
)
def test_a_signature_may_stand_below_whose_the_pictures_are(language: str, credit: str) -> None:
    assert _read(language, last=f"<p>{credit}</p><p>Matilda Palm</p>")["authors"] == ["Matilda Palm"]


@pytest.mark.parametrize(
    ("name", "handle"), [("Gareth ap Rhys", "@garethaprhys"), ("Anna Holt", "@aholt"), ("Bo Lund", "@bo")]
)
def test_a_linked_handle_is_not_whom_the_byline_names(name: str, handle: str) -> None:
    line = f'<div>By {name} <a href="https://x.example/u">{handle}</a> Reporter</div>'
    assert _read("en", head=line)["authors"] == [name]


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("en", "Photo Courtesy: City of Springhaven"),
        ("en", "Image credit: Sam Dean"),
        ("hi", "फोटो: नगर निगम"),
        ("th", "ภาพ: เทศบาล"),
        ("bn", "ছবি: সংগৃহীত"),
        ("he", "צילום: דוברות העירייה"),
        ("sr", "Фото: Facebook/Screenshot"),
        ("fr", "(Archives CPI)"),
        ("lt", "J. Petraitis / Uosto nuotr"),
    ],
)
def test_what_stands_alone_with_a_picture_says_whose_it_is(language: str, line: str) -> None:
    read = _read(language, first=f'<div><img src="/1.jpg"><p>{line}</p></div>')
    assert (read["authors"], read["more"]) == ([], [])


def test_a_sentence_beside_a_picture_is_text() -> None:
    line = "One thing is certain: the ferry sails again, with a brass band aboard."
    assert _read("en", body=f'<div><img src="/1.jpg"><p>{line}</p></div>{{P}}')["more"] == [line]


@pytest.mark.parametrize(
    ("language", "before", "behind"),
    [
        ("cs", "Vystavila", "v 15:32"),
        ("da", "Indsendt af", "kl. 15.32"),
        ("lt", "Paskelbė", "15:32"),
        ("nl", "Gepost door", "op 15:32"),
        ("sr", "Objavila", "u 15:32"),
        ("tr", "Gönderen", "zaman: 15:32"),
        ("vi", "Được đăng bởi", "vào lúc 15:32"),
        ("sw", "Imechapishwa na", "kwa 15:32"),
    ],
)
def test_blogs_sign_with_a_card_and_a_time(language: str, before: str, behind: str) -> None:
    card = f'<span class="post-author vcard">{before} <span class="fn">Lena Dobrova</span></span>'
    line = f'<div class="post-footer">{card} <span class="post-timestamp">{behind}</span></div>'
    assert _read(language, last=line)["authors"] == ["Lena Dobrova"]


def test_cards_of_others_sign_nothing() -> None:
    cards = "".join(
        f'<div class="comment-author vcard"><b class="fn">{name}</b></div><p>Well.</p>' for name in ("Jo Beck",)
    )
    assert _read("en", below=f'<div class="comments">{cards}</div>')["authors"] == []


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("sk", "Zverejnila Lena Dobrova o 15:32"),
        ("hr", "Objavila Lena Dobrova u 15:32"),
        ("sv", "Upplagd av Lena Dobrova kl. 15:32"),
        ("nb", "Lagt inn av Lena Dobrova kl. 15.32"),
        ("et", "Postitas Lena Dobrova kell 15:32"),
        ("ms", "Dicatat oleh Lena Dobrova di 15:32"),
    ],
)
def test_words_of_blogs_sign_without_a_card(language: str, line: str) -> None:
    assert _read(language, last=f"<p>{line}</p>")["authors"] == ["Lena Dobrova"]


def test_far_scripts_sign_at_the_end() -> None:
    assert _read("fa", last="<p>توسط علیرضا تهرانچی</p>")["authors"] == ["علیرضا تهرانچی"]
    assert _read("ko", last="<p>작성자: 윤서진 시간: 15:32</p>")["authors"] == ["윤서진"]


def test_japanese_reporters_stand_beside_each_other() -> None:
    read = _read("ja", head="<div>佐伯美咲　平井大介</div><div>2024年3月5日 15時32分</div>")
    assert read["authors"] == ["佐伯美咲", "平井大介"]


@pytest.mark.parametrize(
    ("language", "line", "names"),
    [
        ("id", "(Pelabuhan-Medan.example/Alif Al Qadri Harun)", ["Alif Al Qadri Harun"]),
        ("id", "(Kabar.example/Ratna Wulandari)", ["Ratna Wulandari"]),
        ("de", "(Anna Holt/Hafenkurier)", ["Anna Holt"]),
    ],
)
def test_a_signature_names_the_outlet_too(language: str, line: str, names: list[str]) -> None:
    read = _read(language, last=f"<p>{line}</p>")
    assert (read["authors"], read["more"]) == (names, [])


@pytest.mark.parametrize(
    "text",
    [
        "05·03·24 | 15:32",
        "05·03·2024 15:32",
        "০৩:৩২ পিএম, ০৫ মার্চ ২০২৪",
        "०३:३२ पीएम, 5 मार्च 2024",
        "Martes 05 marzo de 2024 | Publicado a las 15:32",
        "5. März 2024, veröffentlicht um 15:32 Uhr",
        "5 marzo 2024 ore: 15:32",
        "Mardi 5 mars 2024, publié à 15h32",
        "March 5, 2024 | Posted at 3:32 p.m.",
        "5 марта 2024, опубликовано в 15:32",
        "05.03.2024 Saat: 15:32",
    ],
)
def test_day_and_time_stand_apart(text: str) -> None:
    assert [(one.date.isoformat(), one.hour, one.minute) for one in find_stamps(text)] == [("2024-03-05", 15, 32)]


def test_a_time_between_two_days_is_the_second_s() -> None:
    first, second = find_stamps("March 4, 2024 Published 3:32 p.m. ET March 5, 2024")
    assert (first.hour, second.hour) == (None, 15)
    (only,) = find_stamps("March 5, 2024 - Last updated at 6:02 p.m.")
    assert only.hour is None


@pytest.mark.parametrize(
    ("language", "published", "changed"),
    [
        ("hr", "Objavljeno", "Zadnja izmjena"),
        ("ro", "Data publicării", "Data actualizării"),
        ("lt", "Paskelbta", "Redaguota"),
        ("ms", "Diterbitkan", "Kemaskini terakhir"),
        ("de", "Veröffentlicht", "Stand"),
    ],
)
@pytest.mark.parametrize("first", ["published", "changed"])
def test_what_stands_beside_the_publication_is_the_change(
    language: str, published: str, changed: str, first: str
) -> None:
    lines = [f"<div>{published}: 05.03.2024 15:32</div>", f"<div>{changed}: 06.03.2024 18.02</div>"]
    read = _read(language, head="".join(lines if first == "published" else lines[::-1]))
    assert (read["published"][:16], read["modified"][:16]) == ("2024-03-05T15:32", "2024-03-06T18:02")


def test_a_day_below_the_publication_is_no_change() -> None:
    head = "<div>Objavljeno: 05.03.2024 15:32</div><div>Koncert: 08.03.2024</div><div>Utorak 06.03.2024 18:02</div>"
    assert _read("hr", head=head)["modified"] is None


@pytest.mark.parametrize(("language", "name"), [("en", "Anna Holt"), ("de", "Jörg von Ahrens"), ("he", "נועה ברקת")])
@pytest.mark.parametrize("form", ["<p>{}<br>desk.two@paper.example</p>", "<p>{} (desk.two@paper.example)</p>"])
def test_a_mail_address_makes_a_signature(language: str, name: str, form: str) -> None:
    assert _read(language, last=form.format(name))["authors"] == [name]
    assert _read(language, last=f"<p>Contact:</p>{form.format(name)}")["authors"] == []


@pytest.mark.parametrize(
    ("language", "names"),
    [
        ("de", ["Jörg von Ahrens", "Eva Lind"]),
        ("nl", ["Jan van Dam", "Eva Lind"]),
        ("it", ["Gino di Paolo", "Eva Lind"]),
        ("ms", ["Siti binti Ali", "Eva Lind"]),
    ],
)
def test_a_particle_of_the_first_name_is_no_by_word(language: str, names: list[str]) -> None:
    head = f"<div>{', '.join(names)}</div><div>05.03.2024 15:32</div>"
    assert _read(language, head=head)["authors"] == names


def test_a_kind_of_text_is_no_forename() -> None:
    assert _read("nl", head="<div>Column van Jan van Dam, Eva Lind</div>")["authors"] == ["Jan van Dam", "Eva Lind"]


@pytest.mark.parametrize(
    ("language", "head", "agency"),
    [
        ("bg", "<div>БТА</div><div>5 март 2024, 15:32</div>", "БТА"),
        ("lt", "<div>2024-03-05 15:32</div><div>BNS inf.</div>", "BNS inf."),
        ("sr", "<div>Танјуг 05. 03. 2024. 15:32</div>", "Танјуг"),
        ("en", "<div>UNB | Dhaka | Updated: March 5, 2024 15:32</div>", "UNB"),
        ("en", '<div>SHARE</div><div>AA</div><div>March 5, 2024</div><div><a href="/b">Bernama</a></div>', None),
        ("en", '<div><img src="/1.jpg"><span>Bernama</span></div><div>March 5, 2024</div>', None),
        ("de", '<div><img src="/1.jpg"><div>dpa</div></div><div>05.03.2024</div>', None),
    ],
)
def test_an_agency_signs_below_the_headline(language: str, head: str, agency: str | None) -> None:
    read = _read(language, head=head)
    assert (read["authors"], read["original_source"]) == ([], agency)


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("ar", "شارك الخبر"),
        ("ar", "لا توجد تعليقات"),
        ("fa", "بدون دیدگاه"),
        ("he", "אין תגובות"),
        ("hi", "कोई टिप्पणी नहीं"),
        ("bn", "শেয়ার করুন"),
        ("ta", "கருத்து இல்லை"),
        ("ur", "شیئر کریں"),
    ],
)
def test_words_of_pages_are_no_names_in_scripts_without_capitals(language: str, line: str) -> None:
    language, tag = ("ar", "ur") if language == "ur" else (language, "")
    assert _read(language, tag=tag, head=f"<div>{line}</div><div>2024-03-05 15:32</div>")["authors"] == []


@pytest.mark.parametrize(
    ("language", "lead", "names"),
    [
        ("it", "Massimiliano Cherubini VITERBO – ", ["Massimiliano Cherubini"]),
        ("it", "ROMA - di Anna Rossi - ", ["Anna Rossi"]),
        ("es", "Por Ana Gil / MADRID.- ", ["Ana Gil"]),
        ("pl", "Anna Nowak, WARSZAWA - ", ["Anna Nowak"]),
        ("tr", "Hakan SEZGİN/ANKARA, (DHA)- ", ["Hakan SEZGİN"]),
        ("tr", "Hakan SEZGİN-Derya ÖZ/ANKARA, (DHA)- ", ["Hakan SEZGİN", "Derya ÖZ"]),
        ("fr", "Anne-Marie MARTIN-LEROY, PARIS - ", ["Anne-Marie MARTIN-LEROY"]),
        ("de", "KIEL - Von Anna Holt. ", ["Anna Holt"]),
        ("en", "By Anna Holt LONDON - ", ["Anna Holt"]),
        ("en", "LONDON - ", []),
        ("en", "Joan Pryce, MEP - ", []),
        ("en", "Anna Holt LONDON - Anna Holt won. ", []),
        ("en", "HARBOUR CLARION LONDON - ", []),
    ],
)
def test_the_lead_names_its_writer_beside_the_town(language: str, lead: str, names: list[str]) -> None:
    body = f"<p>{lead}{{p1}}</p><p>{{p2}}</p><p>{{p3}}</p><p>{{p4}}</p>"
    assert _read(language, head="<div>2024-03-05 15:32</div>", body=body)["authors"] == names


@pytest.mark.parametrize(
    ("language", "lines"),
    [
        ("fr", "05/03/2024 à 15:32, mis à jour à 18:02"),
        ("nl", "05-03-24, 15:32 Laatste update: 18:02"),
        ("he", "05/03/2024, 15:32, עודכן 18:02"),
        ("sv", "5 mars 2024 15.32, uppdaterad 18.02"),
        ("ja", "2024/3/5 15:32 (2024/3/5 18:02 更新)"),
        ("es", "05/03/2024 a las 15:32h.</div><div>Actualizado a las 18:02h."),
        ("de", "05.03.2024, 15:32 Uhr</div><div>Aktualisiert um 18:02 Uhr"),
    ],
)
def test_a_change_is_given_by_its_time_of_day(language: str, lines: str) -> None:
    read = _read(language, head=f"<div>{lines}</div>")
    assert (read["published"][:16], read["modified"][:16]) == ("2024-03-05T15:32", "2024-03-05T18:02")


@pytest.mark.parametrize("line", ["5 March 2024 15:32, updated 09:10", "5 March 2024 15:32, live at 18:02"])
def test_an_earlier_time_or_one_without_the_word_is_no_change(line: str) -> None:
    assert _read("en", head=f"<div>{line}</div>")["modified"] is None
