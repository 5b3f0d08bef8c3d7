"""The catalogue of outlets: its form, and what its loader refuses."""

from __future__ import annotations

from importlib.resources import files

import pytest
from click.shell_completion import ShellComplete

from cli.main import copydesk
from db.catalogue.loader import (
    choose_entries,
    format_country,
    home_key,
    load_catalogue,
    load_country_names,
    parse_country,
)
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


def test_every_country_has_a_name() -> None:
    assert set(load_country_names()) == {entry.country for entry in load_catalogue()}
    assert load_country_names()["GB"] == "United Kingdom"


def test_a_source_is_the_outlet_with_its_home_page() -> None:
    (entry,) = parse_country(GOOD, "DE.toml")
    assert entry.listings_in_words == "front page"
    for url in ("https://www.example-daily.com/", "http://example-daily.com"):
        assert home_key(url) == entry.home_key
    for url in ("https://www.example-daily.com/sport/", "https://sport.example-daily.com/"):
        assert home_key(url) != entry.home_key


def test_outlets_are_completed_by_host_and_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    def completed(*words: str, shell: str = "zsh") -> dict[str, str | None]:
        monkeypatch.setenv("_COPYDESK_COMPLETE", f"{shell}_complete")
        shown = ShellComplete(copydesk, {}, "copydesk", "_COPYDESK_COMPLETE").get_completions(
            list(words[:-1]), words[-1]
        )
        return {item.value: item.help for item in shown}

    add = ("sources", "add", "--from-catalogue")
    assert completed(*add, "derst") == {"derstandard.at": "Der Standard"}
    assert completed(*add, "der s")["Der Standard"] == "derstandard.at"
    assert "derstandard.at" in completed(*add, "Der S", shell="bash")
    assert all(" " not in value for value in completed(*add, "der ", shell="bash"))
    assert "derstandard.at" not in completed(*add, "derstandard.at", "der")
    assert completed("sources", "add", "derst") == {}
    assert "derstandard.at" in completed("catalogue", "check", "der")


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
