"""`copydesk show`: every way to name an article, every form, every answer where there is none."""

from __future__ import annotations

import json

import pytest
from rich.cells import cell_len

from db.errors import UsageError
from tests.cli.conftest import CORRECTED, REPORT, STORY, Newsroom, run, spawn


def test_a_sheet_has_credits_times_history_and_text(newsroom: Newsroom) -> None:
    pages = newsroom.pages
    result = spawn("--db", str(newsroom.path), "show", str(pages["water"]))
    assert result.returncode == 0, result.stderr
    text = result.stdout.decode()
    for part in (
        "outlet      江城晚报",
        "published   2026-11-01 14:30+08:00 (to the minute)",
        "editors     李青山, 赵河",
        f"article     {pages['water']}, revision 2 of 2",
        f"copies      {pages['copy']}: mirror.example, https://mirror.example/x/9",
        f"revisions   1: 2026-11-01 08:05, page {pages['water']}\n            2: 2026-11-01 08:",
    ):
        assert part in text
    assert "二十八万吨" in text.replace("\n", "")
    assert max(cell_len(line) for line in text.splitlines()) <= 80
    assert not any(line[:1] in "，。、" for line in text.splitlines() if line), "closing punctuation begins no line"


@pytest.mark.parametrize(
    "address",
    [
        "https://www.wanbao.example/go/55",
        "http://wanbao.example/go/55?utm_source=x#top",
        "wanbao.example/go/55",
        "https://www.wanbao.example/en/last-ferry",
        "https://www.wanbao.example/en/last-ferry-55",
    ],
)
def test_any_address_of_an_article_finds_it(newsroom: Newsroom, address: str) -> None:
    """As linked, with tracking, without scheme, canonical, and what it led to."""
    result = run(newsroom.path, "show", address, "--text")
    assert result.output == STORY + "\n"


def test_an_address_shows_the_current_revision_and_a_page_id_that_page(newsroom: Newsroom) -> None:
    pages, water = newsroom.pages, "https://www.wanbao.example/a/1001.html?id=7"
    assert run(newsroom.path, "show", water, "--text").output == CORRECTED + "\n"
    assert run(newsroom.path, "show", str(pages["water"]), "--text").output == CORRECTED + "\n"
    assert run(newsroom.path, "show", water, "--revision", "1", "--text").output == REPORT + "\n"
    again = run(newsroom.path, "show", str(pages["water2again"]))
    assert f"page {pages['water2again']} had the same text again" in again.output
    error = run(newsroom.path, "show", water, "--revision", "3").exception
    assert isinstance(error, UsageError)
    assert f"`copydesk show {pages['water']}` lists them" in str(error)


@pytest.mark.parametrize("forms", [("--text", "--html"), ("--json", "--csv", "--json"), ("--why", "--cite", "bibtex")])
def test_one_form_at_a_time(newsroom: Newsroom, forms: tuple[str, ...]) -> None:
    error = run(newsroom.path, "show", str(newsroom.pages["water"]), *forms).exception
    assert isinstance(error, UsageError)
    assert f"{forms[0]} and {forms[1]} cannot be combined" in str(error)


def test_html_is_the_exact_bytes(newsroom: Newsroom) -> None:
    database, pages = str(newsroom.path), newsroom.pages
    assert spawn("--db", database, "show", str(pages["copy"]), "--html").stdout == b"<html>copied</html>"
    assert spawn("--db", database, "show", str(pages["water2again"]), "--html").stdout == b"<p>other bytes</p>"
    assert spawn("--db", database, "show", str(pages["short"]), "--html").stdout == b"<p>hi</p>"


def test_why_gives_each_field_its_origin(newsroom: Newsroom) -> None:
    lines = run(newsroom.path, "show", str(newsroom.pages["water"]), "--why").output.splitlines()
    assert any(line.split() == ["authors", "credit", "line", "王小雨"] for line in lines)
    assert any(line.startswith("published  credit line  2026-11-01T14:30+08:00") for line in lines)


def test_json_is_one_object(newsroom: Newsroom) -> None:
    shown = json.loads(run(newsroom.path, "show", "https://mirror.example/x/9", "--json").output)
    assert (shown["id"], shown["original_id"]) == (newsroom.pages["copy"], newsroom.pages["water"])


def test_why_names_what_was_not_found(newsroom: Newsroom) -> None:
    page = str(newsroom.pages["water"])
    told = " ".join(run(newsroom.path, "show", page, "--why").output.split())
    has = json.loads(run(newsroom.path, "show", page, "--json").output)
    looked_for = ("title", "published", "authors", "editors", "source", "section")
    lacking = [name for name in looked_for if not has[name]]
    assert "section" in lacking
    assert f"not found: {', '.join(lacking)}; what the page has of it, a site rule reads" in told


def test_what_is_no_article_says_why_and_fails(newsroom: Newsroom) -> None:
    pages = newsroom.pages
    rejected = run(newsroom.path, "show", "https://www.wanbao.example/v/3")
    assert rejected.exit_code == 1
    assert "is not an article: too_short\n2 characters of text" in rejected.stderr
    assert json.loads(run(newsroom.path, "show", str(pages["short"]), "--json").stdout)["rejected"] == "too_short"
    for what, words in (
        (str(pages["unread"]), "is stored but not extracted yet; `copydesk crawl` extracts it"),
        ("https://mirror.example/x/12", "has not been fetched yet; `copydesk crawl mirror.example`"),
        ("https://mirror.example/x/13", "could not be fetched, 2 times; last "),
    ):
        result = run(newsroom.path, "show", what)
        assert result.exit_code == 1, what
        assert words in result.stderr + str(result.exception)
        assert not result.stdout
    never = spawn("--db", str(newsroom.path), "show", "https://mirror.example/x/13")
    assert (never.returncode, never.stdout) == (1, b"")
    assert never.stderr.startswith(b"copydesk: https://mirror.example/x/13 was found ")
    assert never.stderr.endswith(b": timeout\n")


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("https://mirror.example/x/99", "did you mean https://mirror.example/x/9"),
        ("https://nowhere.example/", "nor is any page of nowhere.example"),
        ("99", "there is no article or page 99; the last page is 8"),
        ("9" * 40, "there is no article or page"),
        ("javascript:alert(1)", "neither the id"),
        ("²", "neither the id"),
        ("ferry", "neither the id"),
    ],
)
def test_what_is_unknown_is_a_usage_error(newsroom: Newsroom, what: str, words: str) -> None:
    error = run(newsroom.path, "show", what).exception
    assert isinstance(error, UsageError)
    assert words in str(error)
