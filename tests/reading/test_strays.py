"""Lines that lead to other stories, language by language, and sentences that begin like them."""

from __future__ import annotations

import pytest

from pipelines.reading.elsewhere import Elsewhere
from pipelines.reading.strays import clean_lines

STORY = "The ferry to Sandholm sails again from Monday, the harbour office said."
OTHER = "The old piles of Sandholm were driven in 1931"
LINKED = Elsewhere(
    frozenset(("theoldpilesofsandholmweredrivenin1931", "wwwferryexample")), frozenset(("relatedinformation",))
)

CALLS = (
    "You may also like: The old piles", "Don't miss: The old piles", "Read also: The old piles", "Lesen Sie auch: Die alten Pfähle",
    "Auch interessant", "Passend dazu: Die alten Pfähle", "Sur le même sujet", "Lire également : Les vieux pieux", "À voir aussi",
    "Lea también", "Más información: Los viejos pilotes", "Noticia relacionada", "Veja também: As estacas velhas", "Saiba mais",
    "Leggi pure: I vecchi pali", "Guarda anche", "Lees ook", "Bekijk ook", "Læs mere: De gamle pæle", "Läs mer: De gamla pålarna",
    "Se også: De gamle pælene", "Katso myös:", "Czytaj też: Stare pale", "Przeczytaj również", "Přečtěte si také",
    "Prečítajte si aj",
    "Citește și: Pilonii vechi", "Vezi și", "Olvassa el", "Διαβάστε επίσης:", "Вижте още:", "Читайте также", "Читайте ще",
    "Pročitajte još", "İlgili haber", "Baca juga: Tiang lama", "Simak juga", "Đọc thêm", "อ่านเพิ่มเติม", "আরও পড়ুন", "קראו גם",
    "इसे भी पढ़ें", "شاهد أيضا", "관련기사", "関連記事", "相关阅读", "延伸閱讀",
)  # fmt: skip

SENTENCES = (
    "You may take the ferry from Monday.", "Se också till att biljetten är köpt i förväg.", "Ver más allá del puerto no era fácil.",
    "Lire plus de dix livres par hiver est courant sur l'île.", "Recommended speed in the sound is six knots.",
    "Must we row again?", "Mehr Schiffe fahren im Sommer.",
)  # fmt: skip


@pytest.mark.parametrize("call", CALLS)
def test_a_call_to_read_on_is_no_text(call: str) -> None:
    assert clean_lines([STORY, call, STORY + " "], set(), Elsewhere(), ()) == [STORY, STORY + " "]


@pytest.mark.parametrize("sentence", SENTENCES)
def test_a_sentence_that_begins_alike_stays(sentence: str) -> None:
    assert clean_lines([STORY, sentence, STORY + " "], set(), Elsewhere(), ()) == [STORY, sentence, STORY + " "]


def test_links_below_a_call_go_with_it() -> None:
    lines = [STORY, "Read more:", OTHER, STORY + " "]
    assert clean_lines(lines, set(), LINKED, ()) == [STORY, STORY + " "]
    assert clean_lines([STORY, OTHER, STORY + " "], set(), LINKED, ()) == [STORY, OTHER, STORY + " "]


def test_links_that_end_a_text_go_with_the_words_over_them() -> None:
    assert clean_lines([STORY, STORY + " ", "On the same", OTHER], set(), LINKED, ()) == [STORY, STORY + " "]
    assert clean_lines([STORY, STORY + " ", OTHER], set(), LINKED, ()) == [STORY, STORY + " "]


def test_few_points_of_a_list_that_end_a_text_stay() -> None:
    lines = [STORY, "What to read before the journey:", f"- {OTHER}"]
    assert clean_lines(lines, set(), LINKED, ()) == lines


def test_an_address_that_ends_a_text_stays() -> None:
    lines = [STORY, "The timetable is found at", "www.ferry.example"]
    assert clean_lines(lines, set(), LINKED, ()) == lines


def test_words_over_links_that_are_gone_go_as_well() -> None:
    assert clean_lines([STORY, STORY + " ", "Related information"], set(), LINKED, ()) == [STORY, STORY + " "]
