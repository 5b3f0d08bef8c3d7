"""What a revision changed: the labelled pairs, ways of writing a number, and cost."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest

from bench.changes.substance import load_revisions, score
from db.models import Article, Moment, Precision
from db.text.substance import Noise, Substance, pack_evidence, pack_passages, unpack_evidence, unpack_passages
from pipelines.changes.judge import PageLetters, is_silent, judge, letters_of, states_modified
from pipelines.changes.quantities import quantities
from pipelines.changes.words import lost_letters

# As docs/corrections.md gives them.
LEAST_PRECISION, LEAST_RECALL = 0.94, 0.99


def test_what_matters_is_told_from_noise() -> None:
    assert len(list(load_revisions())) >= 80
    for half in ("dev", "held"):
        found = score(half)
        assert found.precision >= LEAST_PRECISION, found.mistakes
        assert found.recall >= LEAST_RECALL, found.mistakes


@pytest.mark.parametrize(
    ("language", "texts"),
    [
        ("en", ("1,200 people", "1200 people", "1.2 thousand people")),
        ("zh", ("1200人", "一千二百人", "1,200人")),
        ("zh", ("12万元", "120,000元", "十二万元")),
        ("zh", ("10%", "百分之十")),
        ("zh", ("2024年3月5日", "二〇二四年三月五日")),
        ("de", ("1.200 Menschen", "1200 Menschen")),
        ("de", ("1,2 Millionen Euro", "1.200.000 Euro")),
        ("en", ("$5 million", "5 million dollars", "US$5m")),
    ],
)
def test_one_number_has_many_forms(language: str, texts: tuple[str, ...]) -> None:
    values = [[one.value for one in quantities(text, language)] for text in texts]
    assert all(values), values
    assert all(one == values[0] for one in values), values


def test_a_unit_and_a_clock_are_part_of_a_number() -> None:
    assert [one.value for one in quantities("5 million euros at 15:30", "en")] == ["5000000 euro", "15:30"]
    assert quantities("一些人统一了意见", "zh") == []


def article(text: str, **values: object) -> Article:
    return Article(url=None, text=text, **{"title": "t", "language": "en", **values})  # type: ignore[arg-type]


def test_a_page_that_says_so_is_not_silent() -> None:
    then = datetime(2026, 3, 5, tzinfo=UTC)
    old, new = article("Nine men came."), article("Ten men came.")
    stated = article("Ten men came.", modified=Moment(at=then, precision=Precision.MINUTE))
    later = article("Ten men came.", modified=Moment(at=then + timedelta(hours=1), precision=Precision.MINUTE))
    noted = article("Ten men came.\nCorrection: An earlier version gave another number.")
    assert is_silent(old, new, judge(old, new))
    assert not is_silent(old, stated, judge(old, stated))
    assert not is_silent(old, noted, judge(old, noted))
    assert states_modified(stated, later)
    assert not states_modified(stated, stated)


def test_what_both_pages_say_was_only_read_differently() -> None:
    old, new = article("Nine men came.\nA picture of nine men at the pier."), article("Nine men came.")
    page = letters_of(f"{old.title}{old.text}")
    assert judge(old, new).kinds == (Substance.REMOVED,)
    judged = judge(old, new, pages=PageLetters(before=page, after=page))
    assert (judged.kinds, judged.noise, judged.matters) == ((), (Noise.EXTRACTION,), False)
    assert judge(old, new, pages=PageLetters(before=page, after=letters_of("t Nine men came."))).matters


def test_evidence_and_passages_are_kept() -> None:
    judged = judge(article("Nine men came to the pier."), article("Ten men came to the pier."))
    assert unpack_evidence(pack_evidence(judged.evidence)) == judged.evidence
    assert unpack_passages(pack_passages(judged.passages)) == judged.passages
    assert [(one.before.lower(), one.after.lower()) for one in judged.evidence] == [("nine", "ten")]


def test_texts_that_have_nothing_in_common_take_bounded_time() -> None:
    old = article("\n".join(f"alpha{n} beta{n} gamma{n} delta{n} said on the day {n}." for n in range(3000)))
    new = article("\n".join(f"epsilon{n} zeta{n} eta{n} theta{n} said on the night {n}." for n in range(3000)))
    began = time.process_time()
    judged = judge(old, new)
    assert judged.matters
    assert time.process_time() - began < 20


def test_what_was_for_subscribers_before_is_not_added() -> None:
    whole = "The bridge is closed.\nBuses run instead.\nTwelve people work on it."
    part = article("The bridge is closed.\nBuses run in…", paywalled=True)
    assert judge(part, article(whole)).noise == (Noise.PAYWALL,)
    assert not judge(part, article(whole)).kinds
    assert judge(part, article(whole.replace("bridge", "harbour"))).kinds
    assert judge(part, article(whole, paywalled=True)).kinds


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_note_that_repeats_a_wrong_number_does_not_hide_it(language: str) -> None:
    old = "El fondo es de 384 millones de euros.\nEl puerto cierra."
    new = old.replace("384", "438")
    note = "\nEl fondo es de 438 millones, y no de 384 millones como se dijo antes."
    assert Substance.NUMBERS in judge(article(old, language=language), article(new + note, language=language)).kinds
    moved = "\nDe los que 384 millones de euros van al norte."
    assert (
        Substance.NUMBERS
        not in judge(
            article(old, language=language), article(old.replace("de 384", "de muchos") + moved, language=language)
        ).kinds
    )


def test_question_marks_in_place_of_a_few_letters_are_no_damage() -> None:
    assert lost_letters("Sp?r o bibliotek?", "Spór o bibliotekę")
    assert lost_letters("????6?", "最低气温6度")
    assert not lost_letters("是真的??", "不是真的")
    assert not lost_letters("Он сказал правду??", "Он не сказал правду")


def test_lines_that_head_the_reports_of_a_ticker_are_part_of_it() -> None:
    reports = [
        f"{hour:02}:15 Report\nThe {name} of the town was closed."
        for hour, name in enumerate(["hall", "pool", "zoo"], 8)
    ]
    old, new = ("\n".join(["The night of the vote.", *reports[at:]]) for at in (1, 0))
    judged = judge(article(old), article(new))
    assert (judged.kinds, set(judged.noise)) == ((), {Noise.LIVE, Noise.COUNTER})


@pytest.mark.parametrize(
    ("language", "note"),
    [
        ("es", "Fe de errores: en una versión anterior se decía que el puente se cerró en mayo."),
        ("fr", "Une version précédente de cet article donnait une autre somme."),
        ("pt", "Correção: uma versão anterior deste texto trazia outro valor."),
        ("nl", "Correctie: in een eerdere versie van dit artikel stond een ander bedrag."),
        ("ru", "В предыдущей версии текста была указана другая сумма."),
        ("sv", "Rättelse: I en tidigare version av artikeln stod ett annat belopp."),
    ],
)
def test_notices_are_known_in_other_languages(language: str, note: str) -> None:
    text = "The bridge is closed."
    assert (
        judge(article(text, language=language), article(f"{text}\n{note}", language=language)).kinds[0]
        is Substance.NOTICE
    )


def test_the_next_edition_of_an_address_corrects_nothing() -> None:
    then = datetime(2026, 3, 5, 8, tzinfo=UTC)

    def edition(text: str, after: timedelta) -> Article:
        return article(text, published=Moment(at=then + after, precision=Precision.MINUTE))

    old = edition("Highs of 5 degrees.\nWinds of 40 kilometres.\nCall us for more.", timedelta())
    text = "Highs of 9 degrees.\nWinds of 70 kilometres.\nCall us for more."
    assert judge(old, edition(text, timedelta(days=1))).noise == (Noise.EDITION,)
    assert Substance.NUMBERS in judge(old, edition(text, timedelta(hours=2))).kinds
    assert Substance.NUMBERS in judge(old, edition(old.text.replace("5", "9"), timedelta(days=1))).kinds
