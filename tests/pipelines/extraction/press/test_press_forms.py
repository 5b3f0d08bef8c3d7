"""Bylines, times and credits as the press of twelve languages writes them: what must be read."""

from __future__ import annotations

import pytest

from tests.pipelines.extraction.press.press_page import Form, check

FORMS = (
    Form(
        "en",
        {"authors": ["ADA HOLM", "BO LUND"], "modified": "2024-03-05T15:32-05:00"},
        head="<div>By <a href='/by/ada-holm'>ADA HOLM</a> and <a href='/by/bo-lund'>BO LUND</a></div>"
        "<div>Updated 3:32 PM EST, March 5, 2024</div>",
    ),
    Form(
        "en",
        {"authors": ["Ada Holm"], "published": "2024-03-05T15:32+00:00", "modified": "2024-03-05T18:00+00:00"},
        head="<div>Ada Holm in Oslo</div><div>Tue 5 Mar 2024 15.32 GMT</div><div>Last modified on Tue 5 Mar 2024 18.00 GMT</div>",
    ),
    Form(
        "en",
        {
            "authors": ["Ada Holm", "Bo Lund"],
            "published": "2024-03-05T15:32-05:00",
            "modified": "2024-03-05T18:00-05:00",
        },
        head="<div>March 5, 2024, 3:32 PM EST / Updated March 5, 2024, 6:00 PM EST</div><div>By Ada Holm and Bo Lund</div>",
    ),
    Form(
        "en",
        {"authors": ["Ada Holm", "Bo Lund", "Cy Vik"]},
        head="<div>Ada Holm, Bo Lund and Cy Vik</div><div>5 March 2024</div>",
    ),
    Form(
        "en",
        {"authors": ["Ada Holm"], "published": "2024-03-05T15:32-05:00"},
        head="<div>Reported by: Ada Holm</div><div>Published: Mar. 5, 2024 at 3:32 PM EST|Updated: 2 hours ago</div>",
    ),
    Form("en", {"authors": ["Ada Holm"]}, head="<div>Story by Ada Holm • 2h</div>"),
    Form("en", {"authors": ["Ada Holm"]}, head="<div>Ada Holm, Senior Reporter</div><div>March 5, 2024</div>"),
    Form(
        "en",
        {"authors": ["Ada Holm"], "published": "2024-03-05T15:32+00:00", "modified": "2024-03-05T18:00+00:00"},
        head="<div>By Ada Holm, Political Editor</div>"
        "<div>Published: 15:32 GMT, 5 March 2024 | Updated: 18:00 GMT, 5 March 2024</div>",
    ),
    Form("en", {"authors": ["Ada Holm"]}, head="<div>Ada Holm</div><div>BBC News, Oslo</div><div>5 March 2024</div>"),
    Form(
        "en",
        {"authors": ["Ada Holm"]},
        head="<div>Tuesday March 5 2024, 3.32pm GMT, The Harbour Times</div><div>Ada Holm, Oslo</div>",
    ),
    Form(
        "en",
        {"authors": ["Ada Holm", "Bo Lund"], "editors": ["Cy Vik", "Di Wing"]},
        head="<div>OSLO, March 5 (Reuters) - </div>",
        tail="<p>Reporting by Ada Holm in Oslo and Bo Lund; Editing by Cy Vik and Di Wing</p>",
    ),
    Form(
        "en",
        {"authors": ["Ada Holm", "Bo Lund"], "editors": ["Cy Vik"]},
        tail="<p>(Reporting by Ada Holm; Writing by Bo Lund; Editing by Cy Vik)</p>",
    ),
    Form(
        "en",
        {"editors": ["Ada Holm"], "modified": "2024-03-05T15:32+05:30"},
        head="<div>Edited By: Ada Holm</div><div>Updated: Mar 05, 2024 15:32 IST</div>",
    ),
    Form(
        "en",
        {"authors": ["Ada Holm"], "modified": "2024-03-05T15:32+05:30"},
        head="<div>Written by Ada Holm | Updated: March 5, 2024 15:32 IST</div>",
    ),
    Form("en", {"authors": ["Ada Holm"]}, head="<div>by Ada Holm, The Conversation</div><div>March 5, 2024</div>"),
    Form(
        "en",
        {"authors": ["Ada Holm"]},
        head="<div>Words by Ada Holm. Photographs by Bo Lund</div><div>5 March 2024</div>",
    ),
    Form(
        "de",
        {"authors": ["Ada Holm", "Bo Lund"]},
        head="<div>Von Ada Holm und Bo Lund</div><div>Stand: 05.03.2024, 15:32 Uhr</div>",
    ),
    Form(
        "de",
        {"authors": ["Ada Holm"], "published": "2024-03-05T15:32+01:00"},
        head="<div>Von Ada Holm, Oslo</div><div>05.03.2024, 15.32 Uhr</div>",
    ),
    Form(
        "de",
        {"authors": ["Ada Holm"]},
        head="<div>Von: Ada Holm</div><div>Stand: 05.03.2024, 15:32 Uhr</div><div>Kommentare</div>",
    ),
    Form(
        "de",
        {"authors": ["Ada Holm"], "published": "2024-03-05T15:32+01:00"},
        head="<div>Ein Kommentar von Ada Holm</div><div>5. März 2024, 15:32 Uhr</div>",
    ),
    Form(
        "de",
        {"authors": ["Ada Holm", "Bo Lund"]},
        head="<div>Eine Analyse von Ada Holm und Bo Lund</div><div>5. März 2024, 15:32 Uhr Quelle: ZEIT ONLINE, dpa, ah</div>",
    ),
    Form(
        "de",
        {"authors": ["Ada Holm"], "published": "2024-03-05"},
        head="<div>Artikel von Ada Holm</div><div>Veröffentlicht am 05.03.2024 | Lesedauer: 4 Minuten</div>",
    ),
    Form(
        "de",
        {"authors": ["Ada Holm"], "published": "2024-03-05T15:32+01:00"},
        head="<div>Autor: Ada Holm, Redakteurin</div><div>Dienstag, 05.03.2024 15:32</div>",
    ),
    Form("de", {"authors": ["Ada Holm"]}, head="<div>Text: Ada Holm | Fotos: Bo Lund</div><div>05. März 2024</div>"),
    Form(
        "de",
        {"authors": ["dpa"], "published": "2024-03-05T15:32+01:00"},
        head="<div>Dienstag, 5. März 2024 - 15:32 Uhr</div><div>dpa</div>",
    ),
    Form(
        "de",
        {"authors": ["Ada Holm"], "modified": "2024-03-05T15:32+01:00"},
        head="<div>Aktualisiert am 05.03.2024-15:32</div><div>Von Ada Holm</div>",
    ),
    Form("de", {"authors": ["Ada Holm"]}, head="<div>Von Ada Holm (Text) und Bo Lund (Fotos)</div><div>5.3.2024</div>"),
    Form("de", {"authors": ["Ada Holm"]}, head="<div>Interview: Ada Holm</div><div>05.03.2024</div>"),
    Form(
        "fr",
        {"authors": ["Ada Holm"], "published": "2024-03-05T15:32+01:00", "modified": "2024-03-05T18:00+01:00"},
        head="<div>Par Ada Holm</div><div>Publié le 05 mars 2024 à 15h32, modifié le 05 mars 2024 à 18h00</div>",
    ),
    Form(
        "fr",
        {"authors": ["Ada Holm"]},
        head="<div>Par Ada Holm (Oslo, correspondante)</div><div>Publié aujourd’hui à 15h32</div>",
    ),
    Form(
        "fr",
        {"published": "2024-03-05T15:32+01:00", "modified": "2024-03-05T18:00+01:00"},
        head="<div>Par Le Figaro avec AFP</div><div>Publié le 5 mars 2024 à 15:32, mis à jour le 5 mars 2024 à 18:00</div>",
    ),
    Form(
        "fr",
        {"authors": ["Ada Holm", "Bo Lund"], "published": "2024-03-05T15:32+01:00"},
        head="<div>Ada Holm et Bo Lund</div><div>5 mars 2024 à 15h32</div>",
    ),
    Form(
        "fr",
        {"authors": ["Ada Holm"], "published": "2024-03-05T15:32+01:00"},
        head="<div>Article rédigé par Ada Holm</div><div>Publié le 05/03/2024 15:32</div>",
    ),
    Form(
        "fr", {"authors": ["Ada Holm"]}, head="<div>De notre correspondante à Oslo, Ada Holm</div><div>05/03/2024</div>"
    ),
    Form("fr", {"authors": ["Ada Holm"]}, head="<div>Propos recueillis par Ada Holm</div><div>05/03/2024</div>"),
    Form(
        "fr", {"published": "2024-03-05T15:32+01:00"}, head="<div>A.H. (avec AFP)</div><div>Le 05/03/2024 à 15:32</div>"
    ),
    Form("fr", {"authors": ["Ada Holm"]}, head="<div>Texte : Ada Holm – Photos : Bo Lund</div><div>05/03/2024</div>"),
    Form(
        "fr", {"authors": ["Ada Holm"], "published": "2024-03-05"}, head="<div>Publié par Ada Holm le 5 mars 2024</div>"
    ),
    Form(
        "es",
        {"authors": ["Ada Holm"], "published": "2024-03-05T15:32+01:00"},
        head="<div>Ada Holm</div><div>Oslo - 05 mar 2024 - 15:32 CET</div>",
    ),
    Form("es", {"authors": ["Ada Holm"]}, head="<div>Por Ada Holm</div><div>5 de marzo, 2024 | 03.32 p.m.</div>"),
    Form(
        "es",
        {"authors": ["Ada Holm"]},
        head="<div>Escrito por Ada Holm</div><div>Martes, 05 de marzo de 2024, 15:32</div>",
    ),
    Form(
        "es",
        {"authors": ["Ada Holm"], "published": "2024-03-05"},
        head="<div>Texto: Ada Holm</div><div>Fotografía: Bo Lund</div><div>05/03/2024</div>",
    ),
    Form(
        "es",
        {"authors": ["ADA HOLM"], "published": "2024-03-05T15:32-05:00"},
        head="<div>POR ADA HOLM</div><div>5 Mar 2024 - 03:32 pm EST</div>",
    ),
    Form("es", {"authors": ["Ada Holm"]}, head="<div>Entrevista de Ada Holm</div><div>05/03/2024</div>"),
    Form(
        "it",
        {"authors": ["Ada Holm"], "published": "2024-03-05T15:32+01:00"},
        head="<div>di Ada Holm</div><div>5 Marzo 2024 alle 15:32</div>",
    ),
    Form(
        "it",
        {"authors": ["Ada Holm", "Bo Lund"], "published": "2024-03-05T15:32+01:00"},
        head="<div>di Ada Holm e Bo Lund</div><div>05 mar 2024 | 15:32</div>",
    ),
    Form("it", {"authors": ["Ada Holm"]}, head="<div>dal nostro inviato Ada Holm</div><div>05 marzo 2024</div>"),
    Form(
        "it",
        {"authors": ["Ada Holm"], "published": "2024-03-05T15:32+01:00", "modified": "2024-03-05T18:00+01:00"},
        head="<div>Articolo di Ada Holm</div><div>Pubblicato il 05/03/2024 15:32 - Aggiornato il 05/03/2024 18:00</div>",
    ),
    Form(
        "it",
        {"published": "2024-03-05T15:32+01:00"},
        head="<div>Redazione ANSA</div><div>ROMA</div><div>05 marzo 2024 15:32</div>",
    ),
    Form("it", {"authors": ["Ada Holm"]}, head="<div>a cura di Ada Holm</div><div>05/03/2024</div>"),
    Form("it", {"authors": ["Ada Holm"]}, head="<div>Testo di Ada Holm, foto di Bo Lund</div><div>5 marzo 2024</div>"),
    Form(
        "pt",
        {"authors": ["Ada Holm"]},
        head="<div>Por Ada Holm</div><div>05/03/2024 15h32 · Atualizado há 2 horas</div>",
    ),
    Form(
        "pt",
        {"authors": ["Ada Holm"]},
        head="<div>Ada Holm</div><div>Do UOL, em São Paulo</div><div>05/03/2024 15h32</div>",
    ),
    Form("pt", {"authors": ["Ada Holm"]}, head="<div>Texto: Ada Holm</div><div>5 de Março de 2024, 15:32</div>"),
    Form("pt", {"authors": ["Ada Holm", "Bo Lund"]}, head="<div>Ada Holm e Bo Lund</div><div>5 mar 2024, 15:32</div>"),
    Form(
        "nl",
        {"authors": ["Ada Holm"], "published": "2024-03-05T15:32+01:00"},
        head="<div>Door Ada Holm</div><div>05 mrt 2024 om 15:32 Update: een uur geleden</div>",
    ),
    Form(
        "nl",
        {"authors": ["Ada Holm", "Bo Lund"], "published": "2024-03-05T15:32+01:00"},
        head="<div>Ada Holm en Bo Lund</div><div>5 maart 2024, 15:32</div>",
    ),
    Form(
        "nl",
        {"authors": ["Ada Holm"], "published": "2024-03-05"},
        head="<div>Geschreven door Ada Holm op 5 maart 2024</div>",
    ),
    Form("nl", {"authors": ["Ada Holm"]}, head="<div>Tekst Ada Holm Foto Bo Lund</div><div>5 maart 2024</div>"),
    Form("nl", {"original_source": "ANP"}, head="<div>Bron: ANP</div><div>5 maart 2024</div>"),
    Form(
        "sv",
        {"authors": ["Ada Holm"], "published": "2024-03-05T15:32+01:00"},
        head="<div>Ada Holm</div><div>Publicerad 2024-03-05 15.32</div>",
    ),
    Form(
        "sv",
        {"authors": ["Ada Holm"], "published": "2024-03-04", "modified": "2024-03-05"},
        head="<div>Av Ada Holm</div><div>Uppdaterad 2024-03-05 | Publicerad 2024-03-04</div>",
    ),
    Form(
        "sv", {"authors": ["Ada Holm"]}, head="<div>Text: Ada Holm</div><div>Foto: Bo Lund</div><div>5 mars 2024</div>"
    ),
    Form("sv", {"published": "2024-03-05T15:32+01:00"}, head="<div>Ada Holm/TT</div><div>5 mars 2024 kl 15:32</div>"),
    Form(
        "pl",
        {"authors": ["Ada Holm"], "published": "2024-03-05T15:32+01:00"},
        head="<div>Ada Holm</div><div>5 marca 2024, 15:32</div>",
    ),
    Form(
        "pl",
        {"authors": ["Ada Holm"], "editors": ["Bo Lund"]},
        head="<div>Autor: Ada Holm</div><div>Opublikowano: 05.03.2024 15:32</div>",
        tail="<p>Redagował: Bo Lund</p>",
    ),
    Form("pl", {"authors": ["Ada Holm"]}, head="<div>oprac. Ada Holm</div><div>05.03.2024, 15:32</div>"),
    Form(
        "ru",
        {"authors": ["Ада Хольм"], "published": "2024-03-05T15:32+03:00"},
        head="<div>Автор: Ада Хольм</div><div>5 марта 2024, 15:32</div>",
    ),
    Form(
        "ru",
        {"authors": ["Ада Хольм"], "published": "2024-03-05T15:32+03:00"},
        head="<div>15:32, 5 марта 2024</div><div>Ада Хольм (редактор отдела «Культура»)</div>",
    ),
    Form(
        "ru",
        {"published": "2024-03-05T15:32+03:00"},
        head="<div>МОСКВА, 5 мар — РИА Новости</div><div>15:32 05.03.2024</div>",
    ),
    Form(
        "ru",
        {"authors": ["Ада Хольм"], "published": "2024-03-05T15:32+03:00"},
        head="<div>Текст: Ада Хольм</div><div>5 марта 2024, 15:32 (мск)</div>",
    ),
    Form("ru", {"authors": ["Ада Хольм"]}, tail="<p>Ада Хольм</p><p>Фото: Бо Лунд</p>"),
    Form(
        "ru",
        {"editors": ["Ада Хольм"], "proofreaders": ["Бо Лунд"]},
        tail="<p>Редактор: Ада Хольм</p><p>Корректор: Бо Лунд</p>",
    ),
    Form(
        "tr",
        {"published": "2024-03-05T15:32+03:00", "modified": "2024-03-05T18:00+03:00"},
        head="<div>Giriş Tarihi: 05.03.2024 15:32 Güncelleme: 05.03.2024 18:00</div><div>Ada Holm</div>",
    ),
    Form(
        "tr", {"published": "2024-03-05T15:32+03:00"}, head="<div>Haber Merkezi</div><div>5 Mart 2024 Salı 15:32</div>"
    ),
    Form(
        "tr",
        {"authors": ["Ada Holm"], "published": "2024-03-05T15:32+03:00"},
        head="<div>Haberi yazan: Ada Holm</div><div>05 Mart 2024 - 15:32</div>",
    ),
    Form("tr", {"editors": ["Ada Holm"]}, head="<div>Editör: Ada Holm</div><div>05.03.2024 15:32</div>"),
    Form("tr", {"original_source": "AA"}, head="<div>Kaynak: AA</div><div>05.03.2024 15:32</div>"),
    Form("ar", {"authors": ["أحمد علي"]}, head="<div>كتب: أحمد علي</div><div>الثلاثاء 5 مارس 2024 - 03:32 م</div>"),
    Form("ar", {"editors": ["أحمد علي"]}, head="<div>تحرير: أحمد علي</div><div>5 مارس 2024</div>"),
    Form(
        "ar",
        {"authors": ["أحمد علي"], "published": "2024-03-05"},
        head="<div>إعداد: أحمد علي</div><div>٥ مارس ٢٠٢٤</div>",
    ),
)


@pytest.mark.parametrize("form", FORMS, ids=lambda form: f"{form.language}: {form.head}{form.tail}"[:90])
def test_form(form: Form) -> None:
    check(form)
