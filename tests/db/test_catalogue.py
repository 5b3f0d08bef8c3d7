"""The catalogue of outlets: its form, and what its loader refuses."""

from __future__ import annotations

from importlib.resources import files

import pytest

from db.catalogue.loader import choose_entries, format_country, load_catalogue, parse_country
from db.config.loader import read_stored
from db.errors import ConfigError, UsageError
from db.models import ListingKind
from pipelines.urls import clean_url

GOOD = '[[outlet]]\nname = "Example Daily"\nhome = "https://www.example-daily.com/"\nlanguage = "de"\n'


def test_every_entry_is_in_form() -> None:
    entries = load_catalogue()
    assert len(entries) >= 180
    assert len({entry.host for entry in entries}) == len(entries)
    for entry in entries:
        read_stored(entry.name, dict(entry.settings))
        for url in (entry.home, *(listing.url for listing in entry.listings)):
            assert clean_url(url), (entry.name, url)
        listed = [listing.url for listing in entry.listings]
        assert len(listed) == len(set(listed)), entry.name


def test_files_are_kept_in_one_form() -> None:
    """So that the diff of `catalogue check` shows what has moved, and nothing else."""
    for file in files("db.catalogue").iterdir():
        if file.name.endswith(".toml"):
            text = file.read_text("utf-8")
            assert format_country(parse_country(text, file.name), text.split("\n", 1)[0]) == text


@pytest.mark.parametrize(
    ("text", "file", "said"),
    [
        (GOOD, "Germany.toml", "is not named by a country"),
        (GOOD + "[", "DE.toml", "DE.toml: is not valid TOML"),
        ("outlet = 1", "DE.toml", "[[outlet]] tables alone"),
        ("title = 1\n" + GOOD, "DE.toml", "[[outlet]] tables alone"),
        (
            GOOD + 'feed = ["https://a.example/rss"]',
            "DE.toml",
            "outlet 1 (Example Daily): feed is not known; did you mean feeds?",
        ),
        (GOOD.replace('home = "https://www.example-daily.com/"\n', ""), "DE.toml", "home is missing"),
        (GOOD.replace('"de"', '"German"'), "DE.toml", "in the form of BCP 47"),
        (GOOD + 'feeds = ["www.example-daily.com/rss"]', "DE.toml", "www.example-daily.com/rss is not an address"),
        (GOOD + 'feeds = "https://a.example/rss"', "DE.toml", "feeds must be a list"),
        (GOOD + "sitemaps = [1]", "DE.toml", "1 is not an address"),
    ],
)
def test_a_mistake_names_file_and_entry(text: str, file: str, said: str) -> None:
    with pytest.raises(ConfigError) as raised:
        parse_country(text, file)
    assert said in str(raised.value)
    assert str(raised.value).startswith(file)


def test_entries_are_chosen_by_name_host_country_and_language() -> None:
    entries = parse_country(
        GOOD
        + 'feeds = ["https://www.example-daily.com/rss"]\nsitemaps = ["https://www.example-daily.com/all.xml"]\n'
        + '[[outlet]]\nname = "示例晚报"\nhome = "https://wanbao.example/"\nlanguage = "zh-Hant"\nsettings = { delay = "5s" }\n',
        "DE.toml",
    )
    daily, wanbao = entries
    assert [one.kind for one in daily.listings] == [ListingKind.FEED, ListingKind.SITEMAP]
    assert choose_entries(entries, ["EXAMPLE daily", "example-daily.com"], (), ()) == [daily]
    assert choose_entries(entries, ["示例晚报"], (), ()) == [wanbao]
    assert choose_entries(entries, (), ["de"], ["zh"]) == [wanbao]
    assert wanbao.matches("晚报 zh")
    assert not wanbao.matches("晚报 en")
    assert dict(wanbao.settings) == {"delay": "5s"}
    for names, countries, said in (
        (["exampel daily"], (), "did you mean Example Daily"),
        (["nothing like it"], (), "add it by its address"),
        ((), ["FR"], "it has DE"),
    ):
        with pytest.raises(UsageError, match=said):
            choose_entries(entries, names, countries, ())
