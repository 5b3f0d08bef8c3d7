"""Which texts are one story printed twice, and which merely look alike."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations

import opencc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.dedup.normalize import prepare_text
from pipelines.dedup.similarity import MIN_COPY_LETTERS, PreparedText, is_near_copy
from tests.pipelines.dedup.stories import (
    attributed,
    bulletin,
    chinese_bulletin,
    chinese_story,
    edited,
    sequel,
    story,
    trimmed,
)

NEWSLETTER = "Sign up for our letter of the week, which brings the best of the harbour to your table every Friday."


def are_alike(one: str, other: str) -> bool:
    first, second = PreparedText(prepare_text(one)), PreparedText(prepare_text(other))
    found = is_near_copy(first, second)
    assert is_near_copy(second, first) == found
    return found


def padded(text: str) -> str:
    lines = text.split("\n")
    return "\n".join([*lines[:2], NEWSLETTER, *lines[2:]])


def reflowed(text: str) -> str:
    return text.replace(".\n", ". ").replace("'", "’")


@pytest.mark.parametrize("change", [attributed, edited, padded, reflowed, trimmed, str.upper])
@pytest.mark.parametrize("seed", range(5))
def test_reprints_are_alike(seed: int, change: object) -> None:
    text = story(seed)
    again = edited(text, seed) if change is edited else change(text)  # type: ignore[operator]
    assert are_alike(text, again)


def test_two_reprints_of_one_story_are_alike() -> None:
    assert are_alike(edited(story(1), 1), trimmed(attributed(story(1)), 0.7))


@pytest.mark.parametrize("seed", range(5))
def test_chinese_reprints_are_alike(seed: int) -> None:
    text = chinese_story(seed)
    changed = list(text)
    for at in range(7, len(changed), 21):
        changed[at] = "变"
    assert are_alike(text, "".join(changed))
    assert are_alike(text, f"据《河口晚报》报道，{trimmed(text)}\n（编辑：王一）")
    assert are_alike(text, text.replace("，", ",").replace("。", "."))


def test_traditional_and_simplified_forms_are_alike() -> None:
    simplified = chinese_story(1)
    traditional = opencc.OpenCC("s2t").convert(simplified)
    assert prepare_text(traditional) != traditional
    assert prepare_text(traditional) == prepare_text(simplified)
    assert are_alike(simplified, trimmed(traditional))


@pytest.mark.parametrize("digits", ["٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹", "०१२३४५६७८९", "๐๑๒๓๔๕๖๗๘๙"])
def test_texts_with_digits_of_another_script_are_alike(digits: str) -> None:
    text = "\n".join(
        f"وفي الحي رقم {n} وصلت {n * 37} شاحنة إلى المخزن الكبير في الساعة {n % 12}" for n in range(11, 40)
    )
    assert are_alike(text, text.translate(str.maketrans("0123456789", digits)))
    assert not are_alike(text, text.translate(str.maketrans("0123456789", digits[5:] + digits[:5])))


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("Điểm trường trên đỉnh núi có điện", "Diem truong tren dinh nui co dien"),
        ("İki yıl önce kapatılan kaçak kuyular", "Iki yil once kapatilan kacak kuyular"),
        ("Zażółć gęślą jaźń, rzekł młynarz", "Zazolc gesla jazn, rzekl mlynarz"),
        ("Ещё всё идёт своим чередом", "Еще все идет своим чередом"),
        ("Die Straße ist weiß, das Œuvre groß", "DIE STRASSE IST WEISS, DAS OEUVRE GROSS"),
        ("أعلنت الإدارة أن المدرسة الأولى ستفتح", "اعلنت الاداره ان المدرســة الاولي ستفتح"),
        ("دانشگاه یک کتابخانه‌ی بزرگ ساخت", "دانشگاه يك كتابخانه‌ي بزرگ ساخت"),
        ("Његова љута воденица у Џепу жури", "Njegova ljuta vodenica u Džepu žuri"),
        ("Njegova ljuta vodenica u Džepu žuri", "Njegova ljuta vodenica u Dzepu zuri"),
    ],
)
def test_letters_that_print_writes_in_two_ways_are_one(text: str, printed: str) -> None:
    assert prepare_text(text) == prepare_text(printed)


def test_japanese_is_not_folded() -> None:
    text = "東京都は六日、新しい図書館の計画を発表した。" * 5
    assert "東" in prepare_text(text)
    assert prepare_text("が") == "が"


@pytest.mark.parametrize("seed", range(20))
def test_forms_with_other_places_and_figures_are_not(seed: int) -> None:
    assert not are_alike(bulletin(seed), bulletin(seed + 100))
    assert are_alike(bulletin(seed), attributed(bulletin(seed)))


def test_forms_that_say_the_same_of_today_and_tomorrow_are_not() -> None:
    bulletins = [chinese_bulletin(seed) for seed in range(60)]
    assert not [pair for pair in combinations(bulletins, 2) if are_alike(*pair)]
    assert all(are_alike(text, f"据气象台消息，{text}") for text in bulletins)


def with_figures(figures: Sequence[str]) -> str:
    """A story with one of these in each of its sentences."""
    lines = [line.split(" ") for line in story(1, 8).split("\n")]
    return "\n".join(" ".join([*line[:20], figure, *line[20:]]) for line, figure in zip(lines, figures, strict=True))


FIGURES = ("12", "30", "7", "19", "40", "16", "80", "11")


def test_most_figures_may_be_written_otherwise() -> None:
    words = ("twelve", "thirty", "seven", "nineteen", "forty", *FIGURES[5:])
    assert are_alike(with_figures(FIGURES), with_figures(words))
    assert not are_alike(with_figures(FIGURES), with_figures(("13", "31", "8", "20", "41", *FIGURES[5:])))


def test_figures_stay_in_their_place_where_the_words_around_them_were_edited() -> None:
    edited_around = [f"about {figure} k" for figure in FIGURES[:5]]
    others = [f"about {figure}1 k" for figure in FIGURES[:5]]
    original = [f"some {figure} km" for figure in FIGURES]
    assert are_alike(with_figures(original), with_figures([*edited_around, *original[5:]]))
    assert not are_alike(with_figures(original), with_figures([*others, *original[5:]]))


@pytest.mark.parametrize("seed", range(5))
def test_sequels_are_not(seed: int) -> None:
    assert not are_alike(story(seed), sequel(story(seed), seed))
    assert not are_alike(sequel(story(seed), seed), sequel(story(seed), seed + 1))


def test_a_long_table_of_other_figures_is_not() -> None:
    def table(start: int) -> str:
        return "\n".join(
            f"In the district of {name} the council counted {start * 7 % 997 + n * 13} households and {start * 3 % 89 + n} shops."
            for n, name in enumerate(
                ("Upper Mill", "Lower Mill", "Old Harbour", "New Harbour", "Fairground", "Hillside") * 3
            )
        )

    assert not are_alike(table(100), table(517))


@pytest.mark.parametrize("tell", [story, chinese_story])
def test_two_papers_that_added_something_of_their_own_are_alike(tell: Callable[[int, int], str]) -> None:
    lines = tell(1, 8).split("\n")
    lead, notice = tell(2, 2), tell(3, 2)
    with_lead, with_notice = "\n".join([lead, *lines]), "\n".join([*lines, notice])
    assert are_alike(with_lead, with_notice)
    assert are_alike(with_lead, "\n".join([*lines[:3], notice, *lines[3:]]))
    assert are_alike(edited(with_lead, 1, 0.02), trimmed(with_notice, 0.9))
    too_little = "\n".join([*lines[:3], tell(3, 6)])
    assert not are_alike(with_lead, too_little)


@pytest.mark.parametrize("tell", [story, chinese_story])
def test_texts_with_something_else_in_the_same_place_are_not(tell: Callable[[int, int], str]) -> None:
    lines = tell(1, 8).split("\n")
    one, other = tell(2, 2), tell(3, 2)
    for at in (0, 4, 8):
        assert not are_alike("\n".join([*lines[:at], one, *lines[at:]]), "\n".join([*lines[:at], other, *lines[at:]]))
    # The next report opens with news and ends with what the first one opened with.
    assert not are_alike("\n".join(lines), "\n".join([tell(2, 4), *lines[:3]]))


def test_an_excerpt_is_not() -> None:
    assert not are_alike(story(1, 8), story(1, 2))


def test_stories_that_share_nothing_are_not() -> None:
    assert not are_alike(story(1), story(2))
    assert not are_alike(chinese_story(1), chinese_story(2))
    assert not are_alike(chinese_story(1), story(1))


def test_short_texts_are_not_even_when_equal() -> None:
    assert not are_alike("x" * (MIN_COPY_LETTERS - 1), "x" * (MIN_COPY_LETTERS - 1))
    assert not are_alike("", "")


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300), st.text(max_size=300))
def test_any_texts_compare_without_error(one: str, other: str) -> None:
    are_alike(one, other)
    are_alike(one + story(1), other + story(1))
