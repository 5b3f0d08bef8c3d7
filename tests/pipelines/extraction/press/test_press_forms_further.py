"""Bylines, times and credits as the press of fifteen further languages writes them: what must be read."""

from __future__ import annotations

import pytest

from tests.pipelines.extraction.press.press_page import Form, check

FORMS = (
    Form(
        "da",
        {"authors": ["Ada Holm"], "published": "2024-03-05T15:32+01:00"},
        head="<div>Af Ada Holm</div><div>5. mar. 2024 kl. 15.32</div>",
    ),
    Form(
        "da",
        {"authors": ["Ada Holm"], "published": "2024-03-05T15:32+01:00"},
        head="<div>Ada Holm, journalist</div><div>Opdateret 05. mar. 2024, 18:00. Publiceret 5. mar. 2024 kl. 15.32</div>",
    ),
    Form("da", {"authors": ["Ada Holm"]}, head="<div>Tekst: Ada Holm Foto: Bo Lund</div><div>5. marts 2024</div>"),
    Form(
        "nb",
        {"authors": ["Ada Holm"], "published": "2024-03-05T15:32+01:00"},
        head="<div>Ada Holm</div><div>Journalist</div><div>Publisert 5. mars 2024 kl. 15:32</div>",
    ),
    Form(
        "nb",
        {
            "authors": ["Ada Holm", "Bo Lund"],
            "published": "2024-03-05T15:32+01:00",
            "modified": "2024-03-05T18:00+01:00",
        },
        head="<div>Av Ada Holm og Bo Lund</div><div>Publisert: 05.03.24 15:32, Oppdatert: 05.03.24 18:00</div>",
    ),
    Form(
        "nb",
        {"authors": ["Ada Holm"], "published": "2024-03-05T15:32+01:00"},
        head="<div>Publisert tirsdag 05. mars 2024 - 15:32 Sist oppdatert tirsdag 05. mars 2024 - 18:00</div><div>Ada Holm</div>",
    ),
    Form("fi", {"authors": ["Ada Holm"]}, head="<div>Ada Holm</div><div>5.3. 15:32</div>"),
    Form(
        "fi",
        {"authors": ["Ada Holm"], "published": "2024-03-05T15:32+02:00"},
        head="<div>5.3.2024 15:32</div><div>Teksti Ada Holm, kuvat Bo Lund</div>",
    ),
    Form(
        "fi",
        {"authors": ["Ada Holm"], "published": "2024-03-05T15:32+02:00", "modified": "2024-03-05T18:00+02:00"},
        head="<div>Julkaistu 5.3.2024 klo 15.32, päivitetty 5.3.2024 klo 18.00</div><div>Toimittaja Ada Holm</div>",
    ),
    Form(
        "cs",
        {"authors": ["Ada Holmová"], "published": "2024-03-05T15:32+01:00"},
        head="<div>Autor: Ada Holmová</div><div>5. 3. 2024 15:32</div>",
    ),
    Form(
        "cs",
        {"authors": ["Ada Holmová"], "published": "2024-03-05T15:32+01:00"},
        head="<div>5. března 2024 15:32</div><div>Ada Holmová, Novinky</div>",
    ),
    Form(
        "cs", {"published": "2024-03-05T15:32+01:00"}, head="<div>ada, ČTK</div><div>úterý 5. března 2024 v 15:32</div>"
    ),
    Form(
        "cs",
        {"authors": ["Ada Holmová"], "published": "2024-03-05", "modified": "2024-03-06"},
        head="<div>Publikováno 5. 3. 2024, aktualizováno 6. 3. 2024</div><div>Ada Holmová</div>",
    ),
    Form(
        "hu",
        {"authors": ["Holm Ada"], "published": "2024-03-05T15:32+01:00"},
        head="<div>Írta: Holm Ada</div><div>2024. március 5. 15:32</div>",
    ),
    Form(
        "hu",
        {"authors": ["Holm Ada"], "published": "2024-03-05T15:32+01:00"},
        head="<div>Holm Ada</div><div>2024. 03. 05. 15:32</div>",
    ),
    Form(
        "hu",
        {"editors": ["Lund Béla"]},
        head="<div>MTI</div><div>2024.03.05. 15:32</div>",
        tail="<p>Szerkesztő: Lund Béla</p>",
    ),
    Form(
        "ro",
        {"authors": ["Ada Holm"], "published": "2024-03-05T15:32+02:00", "modified": "2024-03-05T18:00+02:00"},
        head="<div>Autor: Ada Holm</div><div>Publicat: 05.03.2024 15:32 Actualizat: 05.03.2024 18:00</div>",
    ),
    Form(
        "ro",
        {"authors": ["Ada Holm"], "editors": ["Bo Lund"], "published": "2024-03-05T15:32+02:00"},
        head="<div>De Ada Holm</div><div>Marți, 5 martie 2024, 15:32</div>",
        tail="<p>Editor : Bo Lund</p>",
    ),
    Form("ro", {"authors": ["Ada Holm"]}, head="<div>Ada Holm | 5 mar. 2024</div>"),
    Form(
        "bg",
        {"authors": ["Ада Холм"], "published": "2024-03-05T15:32+02:00"},
        head="<div>Автор: Ада Холм</div><div>05.03.2024 15:32</div>",
    ),
    Form("bg", {"editors": ["Бо Лунд"]}, head="<div>5 март 2024, 15:32</div><div>Редактор: Бо Лунд</div>"),
    Form(
        "el",
        {"authors": ["Γιώργος Παππάς"], "published": "2024-03-05T15:32+02:00"},
        head="<div>Γιώργος Παππάς</div><div>05.03.2024, 15:32</div>",
    ),
    Form("el", {"authors": ["Γιώργου Παππά"]}, head="<div>Του Γιώργου Παππά</div><div>5 Μαρτίου 2024</div>"),
    Form("el", {"authors": ["Γιώργος Παππάς"]}, head="<div>Γράφει ο Γιώργος Παππάς</div><div>5/3/2024 • 15:32</div>"),
    Form(
        "el", {"published": "2024-03-05T15:32+02:00"}, head="<div>Newsroom</div><div>Τρίτη 5 Μαρτίου 2024 15:32</div>"
    ),
    Form(
        "uk",
        {"authors": ["Оксана Коваль"], "published": "2024-03-05T15:32+02:00"},
        head="<div>Автор: Оксана Коваль</div><div>5 березня 2024, 15:32</div>",
    ),
    Form("uk", {"authors": ["Оксана Коваль"]}, head="<div>Оксана Коваль — Вівторок, 5 березня 2024, 15:32</div>"),
    Form(
        "uk",
        {"editors": ["Оксана Коваль"]},
        head="<div>5 березня 2024, 15:32</div>",
        tail="<p>Редакторка: Оксана Коваль</p>",
    ),
    Form(
        "he",
        {"authors": ["יעל כהן"], "published": "2024-03-05T15:32+02:00"},
        head="<div>מאת יעל כהן</div><div>5 במרץ 2024, 15:32</div>",
    ),
    Form(
        "he", {"published": "2024-03-05T15:32+02:00"}, head="<div>פורסם: 15:32 05/03/2024 עודכן: 18:00 05/03/2024</div>"
    ),
    Form(
        "fa",
        {"authors": ["علی رضایی"], "published": "2024-03-05T15:32+03:30"},
        head="<div>نویسنده: علی رضایی</div><div>۱۵ اسفند ۱۴۰۲ - ۱۵:۳۲</div>",
    ),
    Form(
        "fa",
        {"authors": ["علی رضایی"], "published": "2024-03-05T15:32+03:30"},
        head="<div>کد خبر: ۱۲۳۴۵</div><div>تاریخ انتشار: ۱۵ اسفند ۱۴۰۲ ساعت ۱۵:۳۲</div><div>خبرنگار: علی رضایی</div>",
    ),
    Form("fa", {"published": "2024-03-05T15:32+03:30"}, head="<div>1402/12/15 15:32</div>"),
    Form(
        "hi", {"editors": ["रवि शर्मा"]}, head="<div>Edited By: रवि शर्मा</div><div>Updated: 05 Mar 2024 15:32 IST</div>"
    ),
    Form("hi", {"authors": ["रवि शर्मा"]}, head="<div>लेखक: रवि शर्मा</div><div>अपडेटेड मार्च 05, 2024 15:32 pm IST</div>"),
    Form("hi", {"published": "2024-03-05"}, head="<div>प्रकाशित: मंगलवार, 5 मार्च 2024</div>"),
    Form(
        "id",
        {"authors": ["Ada Holm"], "published": "2024-03-05T15:32+07:00"},
        head="<div>Ada Holm - detikNews</div><div>Selasa, 05 Mar 2024 15:32 WIB</div>",
    ),
    Form(
        "id",
        {"authors": ["Ada Holm", "Bo Lund"], "published": "2024-03-05T15:32+07:00"},
        head="<div>Ada Holm, Bo Lund</div><div>Tim Redaksi</div><div>Kompas.com - 05/03/2024, 15:32 WIB</div>",
    ),
    Form(
        "id",
        {"authors": ["Ada Holm"], "editors": ["Bo Lund"]},
        head="<div>Reporter: Ada Holm</div><div>Editor: Bo Lund</div><div>5 Maret 2024 15.32</div>",
    ),
    Form(
        "id",
        {"authors": ["Ada Holm"], "editors": ["Bo Lund"]},
        head="<div>Penulis Ada Holm | Editor Bo Lund</div><div>05 Maret 2024</div>",
    ),
    Form(
        "vi",
        {"authors": ["Nguyễn An"], "published": "2024-03-05T15:32+07:00"},
        head="<div>Thứ ba, 5/3/2024, 15:32 (GMT+7)</div>",
        tail="<p>Nguyễn An</p>",
    ),
    Form(
        "vi",
        {"authors": ["NGUYỄN AN"], "published": "2024-03-05T15:32+07:00"},
        head="<div>05/03/2024 15:32 GMT+7</div><div>NGUYỄN AN</div>",
    ),
    Form(
        "vi",
        {"authors": ["Nguyễn An"], "published": "2024-03-05"},
        head="<div>Tác giả: Nguyễn An</div><div>Ngày 5 tháng 3 năm 2024</div>",
    ),
    Form(
        "th",
        {"published": "2024-03-05T15:32+07:00", "modified": "2024-03-05T18:00+07:00"},
        head="<div>เผยแพร่: 5 มี.ค. 2567 15:32 ปรับปรุง: 5 มี.ค. 2567 18:00 โดย: สมชาย ใจดี</div>",
    ),
    Form(
        "th",
        {"authors": ["สมชาย ใจดี"], "published": "2024-03-05T15:32+07:00"},
        head="<div>โดย สมชาย ใจดี</div><div>05 มีนาคม 2567 | 15:32 น.</div>",
    ),
    Form("th", {"published": "2024-03-05T15:32+07:00"}, head="<div>วันอังคารที่ 5 มีนาคม พ.ศ. 2567, 15.32 น.</div>"),
)


@pytest.mark.parametrize("form", FORMS, ids=lambda form: f"{form.language}: {form.head}{form.tail}"[:90])
def test_form(form: Form) -> None:
    check(form)
