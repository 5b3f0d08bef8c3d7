"""Digits that are set higher or lower beside a number stay apart from it."""

from __future__ import annotations

import pytest

from db.models import Article, Page
from db.site_rules.loader import Sites
from pipelines.extraction.extract import extract
from pipelines.extraction.text.raised_digits import with_raised_digits

TEXT = "".join(
    f"<p>The {name} gate of the old town was painted again this week, in the green that the council chose after a long "
    "debate, and the scaffolding comes down before the market on Saturday.</p>"
    for name in ("northern", "eastern", "southern")
)


@pytest.mark.parametrize(
    ("markup", "shown"),
    [
        ("$4<sup>99</sup> a month", "$4⁹⁹ a month"),
        ("um 19<sup>30</sup> Uhr", "um 19³⁰ Uhr"),
        ("10<SUP class=x>-9</SUP> of it", "10⁻⁹ of it"),
        ("in 2011<sup><a href='#n1'>1</a></sup>, he", "in 2011¹, he"),
        ("in 2011<a href='#n1'><sup>1</sup></a>, he", "in 2011¹, he"),
        ("in 2011<sup>4</sup><sup>5</sup>, he", "in 2011⁴⁵, he"),
        ("<sup>1</sup>2024 began", "¹2024 began"),
        ("log<sub>10</sub>2 of it", "log₁₀2 of it"),
        ("in 1990<small>3</small> it", "in 1990³ it"),
        ("$4<small class='cents'>99</small> a month", "$4⁹⁹ a month"),
        ("in 1990<a href='#fn3'>3</a> it", "in 1990³ it"),
        ("in 1990<a class=ref href=/a/b#note-3>3</a> it", "in 1990³ it"),
        ("in 1990<span class='footnote-ref'>3</span> it", "in 1990³ it"),
        ("in 1990<span style='color:red; vertical-align: super'>3</span> it", "in 1990³ it"),
        # One number of several colours, a link to what it tells of.
        ("in 19<span class='red'>90</span> it", "in 1990 it"),
        ("in 19<a href='/1990'>90</a> it", "in 1990 it"),
        # What is part of the word, and what cannot be taken for another number.
        ("on 1<sup>er</sup> mai", "on 1er mai"),
        ("40 km<sup>2</sup> of CO<sub>2</sub>", "40 km2 of CO2"),
        ("a word<sup>3</sup> here", "a word3 here"),
        ("in 2011 <sup>1</sup> he", "in 2011 1 he"),
        ("in 2011<sup>[1]</sup>", "in 2011[1]"),
    ],
)
def test_a_number_is_not_changed(markup: str, shown: str) -> None:
    html = f"<html lang=en><title>Gates</title><body><main><h1>Four gates get a new coat</h1>{TEXT}<p>It was {markup}.</p></main>"
    article = extract(Page(body=html.encode(), url="https://gates.example/green"), Sites())
    assert isinstance(article, Article)
    assert article.text.endswith(f"It was {shown}.")


def test_the_markup_stays() -> None:
    assert with_raised_digits("7<sup>2</sup>") == "7<sup>²</sup>"
    assert with_raised_digits("<sup>2</sup>") == "<sup>2</sup>"
