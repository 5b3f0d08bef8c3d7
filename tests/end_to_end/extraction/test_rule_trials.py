"""`copydesk rules`: a draft from stored pages loads and finds what it proposes; a trial shows hits, months and changed fields."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from db.site_rules.loader import load_site
from db.site_rules.models import HtmlList
from tests.end_to_end.copydesk import Copydesk
from tests.end_to_end.extraction.planted import page_of
from tests.support.once import once

HOST = "http://www.harbour.example"
# Twelve articles in the old layout, six in a new one, where the author stands elsewhere.
MONTHS = (3, 4, 5)
WRONG_RULES = 'hosts = ["harbour.example"]\n[[fields]]\nfield = "author"\ncss = "div.scribe"\n'


def list_page() -> str:
    """A front page that names all articles."""
    teasers = "".join(
        f'<li class="teaser"><h3><a href="/news/story-{number}.html">Ferry {number} to sail again</a></h3>'
        f"<p>The harbour office said that ferry {number} would sail again.</p></li>"
        for number in range(18)
    )
    menu = "".join(f'<li class="entry"><a href="/{word}">{word}</a></li>' for word in ("sport", "life", "about"))
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Harbour news</title></head><body>'
        f"<nav><ul>{menu}</ul></nav><ul>{teasers}</ul></body></html>"
    )


def make_harbour(folder: Path) -> None:
    desk = Copydesk(folder, None)
    lines = [{"path": "list.html", "url": f"{HOST}/news/", "fetched_at": "2024-06-01T12:00:00Z"}]
    (folder / "list.html").write_text(list_page(), encoding="utf-8")
    for number in range(18):
        month = MONTHS[number // 6]
        page = page_of("better", number).replace("2024-03-", f"2024-{month:02}-")
        if month == MONTHS[-1]:
            page = page.replace('class="scribe"', 'class="pen"')
        (folder / f"{number}.html").write_text(page, encoding="utf-8")
        url = f"{HOST}/news/story-{number}.html"
        lines.append({"path": f"{number}.html", "url": url, "fetched_at": f"2024-{month:02}-28T12:00:00Z"})
    (folder / "pages.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    desk.run("import", "pages.jsonl")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Copydesk:
    """A source whose articles lack authors, and one page that lists them. Only to be looked at."""
    made = once(tmp_path_factory, "harbour", make_harbour)
    folder = tmp_path_factory.mktemp("harbour")
    desk = Copydesk(folder, None)
    shutil.copy(made / "news.db", desk.database)
    return desk


def test_a_draft_loads_and_a_trial_of_it_has_hits(desk: Copydesk) -> None:
    (name,) = (row[0] for row in desk.query("SELECT name FROM sources"))
    assert desk.query("SELECT count(*) FROM articles") == [(18,)]
    text = desk.run("rules", "draft", name).stdout
    (desk.folder / "harbour.toml").write_text(text, encoding="utf-8")
    site = load_site(desk.folder / "harbour.toml")
    assert site.hosts == ("harbour.example",)
    assert site.include == (r"^/news/[^/]+\.html(?:\?|$)",)
    assert [(one.url, one.item) for one in site.lists if isinstance(one, HtmlList)] == [(f"{HOST}/news/", "li.teaser")]
    assert [(rule.field, rule.css) for rule in site.fields] == [("authors", "div.scribe")]
    before = desk.derived()
    told = json.loads(desk.run("rules", "test", "harbour.toml", "--json").stdout)
    (rule,) = told["rules"]
    assert (told["pages"], rule["hits"], rule["pages"]) == (19, 12, 18)
    assert rule["by_month"] == {"2024-03": [6, 6], "2024-04": [6, 6], "2024-05": [0, 6]}
    assert rule["nothing_since"] == "2024-05"
    assert rule["found_nothing"][0].startswith(f"{HOST}/news/story-")
    assert told["fields"] == {"authors": {"gained": 12, "lost": 0, "changed": 0}}
    assert told["patterns"] == [{"kind": "include", "pattern": site.include[0], "articles": 18, "others": 0}]
    assert desk.derived() == before


def test_a_trial_is_printed_for_people(desk: Copydesk) -> None:
    rules = desk.folder / "pen.toml"
    rules.write_text(
        'hosts = ["harbour.example"]\n[[fields]]\nfield = "authors"\ncss = "div.pen"\nuntil = 2024-05-16\n'
    )
    printed = desk.run("rules", "test", "pen.toml").stdout
    assert "finds something on 6 of 18 articles" in printed
    assert "2024-05  6 of 6" in printed
    # Only articles before `until` change: those of the 13th, 14th and 15th.
    assert "authors: 3 gained" in printed


def test_a_value_of_ones_own_and_what_cannot_be_read_as_its_field(desk: Copydesk) -> None:
    (desk.folder / "own.toml").write_text(
        'hosts = ["harbour.example"]\n[[fields]]\nfield = "authors"\nvalue = "Ada Lund"\npages = ["story-3\\\\."]\n'
        '[[fields]]\nfield = "modified"\ncss = "h1"\n'
    )
    own, modified = json.loads(desk.run("rules", "test", "own.toml", "--json").stdout)["rules"]
    assert (own["selector"], own["hits"], own["pages"], own["unreadable"]) == ("value 'Ada Lund'", 1, 1, 0)
    assert (modified["hits"], modified["unreadable"]) == (18, 18)
    printed = desk.run("rules", "test", "own.toml").stdout
    assert "authors: 1 gained" in printed
    assert "  cannot be read as modified on 18 articles: there it changes nothing" in printed


def test_mistakes_in_a_file_are_named(desk: Copydesk) -> None:
    (desk.folder / "wrong.toml").write_text(WRONG_RULES)
    done = desk.run("rules", "test", "wrong.toml", code=2)
    assert "wrong.toml:3: field: author is not a field of an article; did you mean authors?" in done.stderr
    assert "cannot be read" in desk.run("rules", "test", "nothing.toml", code=2).stderr
    assert "there is no source nowhere" in desk.run("rules", "draft", "nowhere", code=2).stderr


def test_a_trial_shows_what_is_removed_and_of_which_texts_too_much(desk: Copydesk) -> None:
    rules = (
        'hosts = ["harbour.example"]\n[[remove]]\ncss = "p.byline"\n'
        "[[remove]]\nline_regex = 'Islanders of village .*'\n[[remove]]\ncss = \"div.pen\"\nuntil = 2024-05-16\n"
        "[[remove]]\nline_regex = 'Vera .*'\n"
    )
    (desk.folder / "less.toml").write_text(rules, encoding="utf-8")
    told = json.loads(desk.run("rules", "test", "less.toml", "--json").stdout)
    byline, islanders, pen, vera = told["removals"]
    # A line of credits is on the page, and none of the text.
    assert (vera["hits"], vera["texts"], vera["example"][:5]) == (18, 0, "Vera "), vera
    assert (byline["selector"], byline["hits"], byline["words"]) == ("css 'p.byline'", 0, 0)
    assert (islanders["hits"], islanders["pages"], islanders["texts"]) == (18, 18, 18)
    assert islanders["words"] == 20
    assert islanders["example"].startswith("Islanders of village")
    assert (pen["hits"], pen["until"], pen["texts"]) == (6, "2024-05-16", 0)
    assert told["emptied"] == []
    assert told["fields"]["text"]["lost"] == 18

    (desk.folder / "empty.toml").write_text('hosts = ["harbour.example"]\n[[remove]]\ncss = "article p"\n')
    printed = desk.run("rules", "test", "empty.toml").stdout
    assert "without css 'article p'\n  finds something on 18 of 18 articles" in printed
    assert "most of the text of 18 articles would be removed" in printed
    assert "words, it would be no article: " in printed
    assert "  and 15 more" in printed


PLEA = "Eleven thousand islanders already start the day with our morning letter."


def test_a_draft_against_what_pages_repeat_is_tried_and_applied(tmp_path: Path) -> None:
    """The same story at many addresses, copies of one text, does not make its lines furniture."""
    (tmp_path / "rules").mkdir()
    desk = Copydesk(tmp_path, None, sites="rules")
    lines = []
    for number in range(30):
        story = min(number, 14)
        page = page_of("quiet", story)
        if story < 14:
            page = page.replace("<p>Repairs", f"<div class='plea'><p>{PLEA}</p></div><p>Repairs")
        (tmp_path / f"{number}.html").write_text(page, encoding="utf-8")
        url = f"{HOST}/news/story-{number}.html"
        lines.append({"path": f"{number}.html", "url": url, "fetched_at": f"2024-06-{1 + number % 28:02}T12:00:00Z"})
    (tmp_path / "pages.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    desk.run("import", "pages.jsonl")
    assert desk.query("SELECT count(*) FROM articles WHERE text LIKE '%morning letter.%'") == [(14,)]
    (name,) = (row[0] for row in desk.query("SELECT name FROM sources"))
    text = desk.run("rules", "draft", name).stdout
    counted = re.search(r"# in the text of (\d+) of (\d+) articles; nothing in it is of one article alone", text)
    assert counted is not None
    # Some of these stories are so alike that they are joined, and sixteen are one text.
    assert 10 <= int(counted[1]) < int(counted[2]) <= 15
    assert f"# takes: {PLEA}" in text
    (tmp_path / "rules" / "harbour.toml").write_text(text, encoding="utf-8")
    site = load_site(tmp_path / "rules" / "harbour.toml")
    assert [rule.css for rule in site.remove] == ["div.plea"]
    told = json.loads(desk.run("rules", "test", "rules/harbour.toml", "--json").stdout)
    assert [(one["hits"], one["pages"], one["texts"]) for one in told["removals"]] == [(14, 30, 14)]
    assert told["emptied"] == []
    assert told["fields"]["text"]["lost"] == 14  # compared with what is stored, though the file is in force
    desk.run("extract", "stored", "--stale")
    assert desk.query("SELECT count(*) FROM articles WHERE text LIKE '%morning letter.%'") == [(0,)]
    assert "has rules for it" not in text
    again = desk.run("rules", "draft", name).stdout
    assert "# harbour.toml has rules for it. What they mend already is not proposed again: add to that file." in again
    assert "[[remove]]" not in again
