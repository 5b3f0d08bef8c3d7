"""Text that was spoiled before it was saved: it is mended, and no right text is touched."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.extraction.encoding import decode
from pipelines.extraction.mojibake import repair_mojibake

# One or two sentences a language, with the pairs of letters and marks that look spoiled and are not.
RIGHT = {
    "en": "The mayor’s “old café” isn’t closed — it’s moved; entry £5 or €6 · naïve façade…",
    "de": "„Die Straße ist groß“, sagte Müller – „ein Spaß“. „Ä“ und „Ö“ stehen in „ÄÖÜ“; ‚süß‘, § 5, 20 °C.",
    "fr": "« Il a été\u00a0» dit-elle, « voilà\u00a0» ; « le blé\u00a0» et l’Île « ÉTÉ\u00a0», Âge, Îlot, n° 5, à « l’été »…",
    "pt": "“Amanhã”, disse a mãe: AMANHû, MAÇ㔠e IRMÃ\u00a0— «AMANHû não vêm; São João, ÂNGULO",
    "es": "¿Qué pasó? «Señor», dijo él: ¡mañana! Él vio «el año», 5.º",
    "it": "«Perché è così», disse; città\u00a0«d’arte», È già lunedì…",
    "nl": "‘Zij zei: één’ – België, coördinatie, ‘café’",
    "sv": "”Å” är ett namn; Ängen, Å – på ön, ”två”",
    "nb": "«Å», «Ø» og «Æ»: de bor på Å™ og på «ø», SÅ»",
    "da": "»Å«, »Ø« og »blå«: »på Ærø«",
    "pl": "„Żółć” – „sąd”, „łąka”… ŻÓŁĆ™ ĄĘ",
    "tr": "“İstanbul’da güneşli”, dedi; KÂĞIT, Âdem, “rüzgâr” “Â”",
    "vi": "“Ông ấy nói”: CHÂU Â”, NHÃ™, HÀ NỘI – “đã”, CÂU Ã, “Ấn Độ”",
    "ro": "„Șapte” – ROMÂNĂ, Â”, „când”, «mâine»",
    "ru": "«Паром — снова пойдёт», — сказал он… № 5",
    "el": "«Το πλοίο» – είπε· ΤΟ ΠΛΟΙΟ",
    "ar": "قال: «العبّارة ستعود» – ٢٠٢٤…",
    "he": "“המעבורת” תחזור – אמר",
    "hi": "“नाव सोमवार से फिर चलेगी” — उसने कहा।",
    "th": "“เรือจะกลับมา” – เขากล่าว",
    "zh": "“渡船周一恢复”——他说：《海报》…",
    "ja": "「渡船が再開する」――と発表した。",
    "ko": "“여객선이 다시 운항한다”고 밝혔다·…",
}


@pytest.mark.parametrize("text", RIGHT.values(), ids=RIGHT)
def test_right_text_stays(text: str) -> None:
    assert repair_mojibake(text * 20) == text * 20


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from([word for text in RIGHT.values() for word in text.split(" ")]), max_size=60))
def test_no_mixture_of_right_words_is_changed(words: list[str]) -> None:
    text = " ".join(words)
    assert repair_mojibake(text) == text


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet=st.sampled_from([*"ÃÂâÐÅ€™œž\x80\x99\xa0»&;#\\u0e2c aA"]), max_size=80))
def test_anything_is_taken(text: str) -> None:
    assert isinstance(repair_mojibake(text), str)


def spoiled(text: str, codec: str) -> str:
    """As a reader of single bytes sees it; the bytes that Windows-1252 leaves open stand as themselves."""
    raw = text.encode()
    return "".join(bytes((byte,)).decode(codec, "ignore") or chr(byte) for byte in raw)


@pytest.mark.parametrize("codec", ["latin-1", "cp1252"])
@pytest.mark.parametrize("language", ["en", "de", "ru", "ar", "hi", "th", "zh", "ja", "ko"])
def test_a_spoiled_text_is_mended(language: str, codec: str) -> None:
    text = {
        "en": "The mayor’s “old café” isn’t closed — it’s moved; entry £5.",
        "de": "„Die Straße ist groß“, sagte Müller – „ein Spaß für Größere“.",
    }.get(language, RIGHT[language].split(" ", 1)[0] * 3)
    assert repair_mojibake(spoiled(text, codec) + "\n") == text + "\n"


@pytest.mark.parametrize(
    ("bad", "good"),
    [
        ("we can\u00e2\u0080\u0099t wait", "we can’t wait"),
        ("we canâ€™t wait", "we can’t wait"),
        ("FÃ¼r Anfänger", "Für Anfänger"),
        ("we canÃ¢â‚¬â„¢t wait", "we can’t wait"),
        ("so it is.Â&nbsp;Then it was.Â&nbsp;And then.Â&nbsp;End", "so it is.&nbsp;Then".replace("&nbsp;", "\xa0")),
        ('{"headline": "We can\\u00e2\\u0080\\u0099t wait"}', '{"headline": "We can’t wait"}'),
        ("it&acirc;&euro;&trade;s", "it’s"),
        ("he said â€œno!â€ and wasnâ€™t heard", "he said “no!” and wasn’t heard"),
    ],
)
def test_forms(bad: str, good: str) -> None:
    assert repair_mojibake(bad).startswith(good)


def test_a_page_about_spoiled_text_keeps_it() -> None:
    text = "Mojibake: canâ€™t for can’t, fÃ¼r for für, and so on."
    assert repair_mojibake(text) == text


def test_a_page_comes_out_mended() -> None:
    got = decode("<p>The doctorâ\x80\x99s desk, the nurseâ\x80\x99s chair.</p>".encode())
    assert got is not None
    assert got.text == "<p>The doctor’s desk, the nurse’s chair.</p>"
