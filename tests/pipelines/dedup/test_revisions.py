"""What makes a revision, and what is only around the article."""

from __future__ import annotations

import pytest

from pipelines.dedup.revisions import differs_only_around_article, is_beginning

TEXT = "The bridge will close on Monday.\nBuses run instead.\nTwelve people work on it."


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (TEXT + "\n412 views", TEXT + "\n418 views"),
        (TEXT + "\n阅读 1234", TEXT + "\n阅读 1,250"),
        ("Updated 3 hours ago\n" + TEXT, "Updated 4 hours ago\n" + TEXT),
        ("2026-11-01 08:00\n" + TEXT, "2026-11-01 09:30\n" + TEXT),
        (TEXT, TEXT + "\n7 comments"),
        (TEXT, TEXT.replace("\nBuses", "\nAdvertisement\nBuses")),
        (TEXT.replace("\nBuses", "\n广告\nBuses"), TEXT),
        (TEXT, TEXT.replace("\n", "\n\n") + "\n"),
    ],
)
def test_only_the_surroundings_changed(before: str, after: str) -> None:
    assert differs_only_around_article(before, after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (TEXT, TEXT.replace("Monday", "Tuesday")),
        (TEXT, TEXT.replace("Twelve", "Thirteen")),
        (TEXT.replace("Twelve", "12"), TEXT.replace("Twelve", "13")),
        (TEXT, TEXT + "\nCorrection: an earlier version named another day."),
        (TEXT, TEXT.rsplit("\n", 1)[0]),
        (TEXT + "\n412 views", TEXT.replace("Monday", "Tuesday") + "\n418 views"),
    ],
)
def test_the_article_changed(before: str, after: str) -> None:
    assert not differs_only_around_article(before, after)


def test_a_beginning_ends_anywhere() -> None:
    assert is_beginning(TEXT[:30] + "…", TEXT)
    assert not is_beginning(TEXT.replace("Monday", "Tuesday")[:30], TEXT)
    assert not is_beginning("…", TEXT)
