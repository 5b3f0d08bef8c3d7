"""Short articles without a date: how much they must say does not depend on how long the words of their language are."""

from __future__ import annotations

import pytest

from db.models import Article, Page, Reason, Rejection
from db.site_rules.loader import Sites
from pipelines.extraction.extract import extract
from pipelines.extraction.text.word_count import count_words

BRIEFS = {
    "en": ("Ferry to sail again", "The ferry to the island sails again from Monday, said the harbour office, after the pier had"
           " been mended by its crew and two divers."),
    "ka": ("ბორანი ისევ გაემგზავრება", "კუნძულისკენ მიმავალი ბორანი ორშაბათიდან კვლავ გაემგზავრება, განაცხადა ნავსადგურის"
           " ადმინისტრაციამ, მას შემდეგ, რაც ნავმისადგომი ეკიპაჟმა მყვინთავებთან ერთად შეაკეთა."),
    "hy": ("Լաստանավը կրկին կմեկնի", "Կղզի մեկնող լաստանավը երկուշաբթի օրվանից վերսկսում է երթևեկությունը, հայտնեց նավահանգստի"
           " վարչությունը, այն բանից հետո, երբ անձնակազմը սուզորդների օգնությամբ վերանորոգեց նավամատույցը։"),
    "fi": ("Lautta liikennöi taas", "Saaristolautta liikennöi jälleen maanantaista alkaen, kertoi satamahallinto, sillä miehistö"
           " korjasi laiturin rakenteet yhdessä sukeltajien kanssa viikonlopun aikana."),
    "hu": ("Újra jár a komp", "Hétfőtől ismét közlekedik a szigetre tartó kompjárat, közölte a kikötői igazgatóság, miután a"
           " személyzet búvárok segítségével helyreállította a megrongálódott kikötőhidat."),
    "tr": ("Feribot yeniden kalkıyor", "Adaya giden feribot pazartesiden itibaren yeniden çalışacak, liman başkanlığının"
           " açıklamasına göre mürettebat dalgıçlarla birlikte iskelenin onarımını tamamladı."),
    "eu": ("Ferrya berriro abiatuko da", "Uharterako ferryak astelehenetik aurrera berriro abiatuko dira, portuko agintaritzak"
           " jakinarazi duenez, tripulazioak urpekariekin batera kaia konpondu ondoren."),
    "uz": ("Parom yana qatnaydi", "Orolga qatnaydigan parom dushanbadan boshlab harakatini qayta boshlaydi, deb maʼlum qildi port"
           " boshqarmasi, ekipaj gʻavvoslar yordamida iskalani taʼmirlaganidan keyin."),
    "sr": ("Trajekt ponovo isplovljava", "Trajekt za ostrvo ponovo saobraća od ponedeljka, saopštila je lučka kapetanija, pošto je"
           " posada zajedno sa roniocima popravila oštećeno pristanište."),
}  # fmt: skip


def read(language: str, title: str, text: str) -> Article | Rejection:
    html = (
        f'<html lang="{language}"><head><meta charset="utf-8"><title>{title}</title></head>'
        f"<body><main><h1>{title}</h1><p>{text}</p></main></body></html>"
    )
    return extract(Page(body=html.encode(), url="https://island-herald.example/harbour/ferry"), Sites())


@pytest.mark.parametrize("language", BRIEFS)
def test_a_brief_is_an_article_in_each_language(language: str) -> None:
    title, text = BRIEFS[language]
    assert language == "en" or count_words(text) < 25
    outcome = read(language, title, text)
    assert isinstance(outcome, Article), outcome
    assert outcome.text == text


@pytest.mark.parametrize("language", BRIEFS)
def test_half_of_it_is_too_short(language: str) -> None:
    title, text = BRIEFS[language]
    outcome = read(language, title, text[: len(text) // 2].rsplit(" ", 1)[0] + ".")
    assert isinstance(outcome, Rejection)
    assert outcome.reason is Reason.TOO_SHORT
