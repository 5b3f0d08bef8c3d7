"""Links that only say "Read more": the card beside each has the title."""

from __future__ import annotations

import pytest

from crawler.discover.front_pages.read_front_page import read_front_page

URL = "https://www.harbourpost.example"
TITLES = (
    "Bridge tolls to rise by a fifth from May",
    "Nurses accept the new offer on pay",
    "Warehouse fire near the harbour is out",
    "Council votes on the school roof again",
    "Ferry to the island sails an hour later",
)
CARDS = {
    "accordion": "<details><summary>{title}</summary><p>In brief.</p><a href='{address}'>{label}</a></details>",
    "card": "<div><h3>{title}</h3><p>In brief.</p><p><a href='{address}'><span>{label}</span></a></p></div>",
    "list": "<dl><dt>{title}</dt><dd>In brief. <a href='{address}'>{label}</a></dd></dl>",
}


def read(
    card: str, label: str = "Lue lisää", address: str = "/tiedote.php?t={}", titles: tuple[str, ...] = TITLES
) -> list[str]:
    body = "".join(
        card.format(title=title, address=address.format(100012 + place), label=label)
        for place, title in enumerate(titles)
    )
    return [
        link.title or "" for link in read_front_page(f"<html><body>{body}</body></html>".encode(), URL + "/all").links
    ]


UNLABELLED = {
    "cover": '<div class="c"><a class="cover" href="{address}"></a><h3>{title}</h3></div>',
    "picture": '<div><a href="{address}"><img src="/{address}.jpg" alt=""></a><h5>{title}</h5></div>',
}


@pytest.mark.parametrize("card", UNLABELLED)
def test_a_link_without_words_has_the_title_of_its_card(card: str) -> None:
    assert read(UNLABELLED[card]) == list(TITLES)


def test_a_link_that_nobody_sees_has_none() -> None:
    assert read('<div><a style="display:none" href="{address}"></a><h3>{title}</h3></div>') == []


@pytest.mark.parametrize("card", CARDS)
def test_a_card_names_the_article_that_its_link_does_not(card: str) -> None:
    assert read(CARDS[card]) == list(TITLES)


def test_cards_of_services_stay_services() -> None:
    services = ("Parking", "Opening hours", "Find us", "Our team", "Prices")
    assert read(CARDS["card"], address="/palvelu.php?t={}", titles=services) == []
    assert read(CARDS["card"], address="/search?x={}") == []


def test_a_heading_above_several_links_is_no_title_of_theirs() -> None:
    together = "<div><h2>All that the council decided in May</h2>{}</div>"
    links = "".join(f"<a href='/tiedote.php?t={number}'>Lue lisää</a>" for number in range(100012, 100018))
    assert read_front_page(f"<html><body>{together.format(links)}</body></html>".encode(), URL).links == ()


def test_an_author_has_no_claim_to_the_title() -> None:
    card = """<div><a href="/kirjoittaja/{address}"><img src="/{address}.jpg" alt=""></a>
    <h3><a href="/uutiset/{address}.html">{title}</a></h3></div>"""
    body = "".join(card.format(address=f"abc{place}", title=title) for place, title in enumerate(TITLES))
    links = read_front_page(f"<html><body>{body}</body></html>".encode(), URL + "/all").links
    assert [link.url.partition(".example")[2] for link in links] == [f"/uutiset/abc{place}.html" for place in range(5)]
