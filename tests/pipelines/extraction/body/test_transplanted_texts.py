"""Other texts in the template of a page (`bench.extraction.changed.transplanted_texts`): how it is made, filled and scored."""

import gzip
import json
from pathlib import Path

import pytest

from bench.extraction.changed.transplanted_texts import main, make_template, own_lines, read, read_texts, score

_BODY = [
    "The library of Norden lends out tools since Monday, and the first drill was gone within the hour.",
    "Anybody with a card can take home a saw, a ladder or a tile cutter for three days.",
    "The idea came from a carpenter who was tired of lending his own.",
    "What breaks is repaired on Saturdays, in public, by whoever knows how.",
    "The city gives two thousand a year, about as much as a shelf of novels.",
]
_PAGE = f"""<!DOCTYPE html><html lang="en"><head><title>Library lends tools</title>
<meta name="description" content="{_BODY[0]}">
<script type="application/ld+json">{json.dumps({"@type": "NewsArticle", "articleBody": " ".join(_BODY)})}</script>
<script>window.state = {json.dumps({"body": _BODY})}</script></head><body>
<nav><ul><li><a href="/">Home</a></li><li><a href="/town">Town</a></li></ul></nav>
<main><h1>Library lends tools</h1><p class="byline">By Rosa Lund</p>
<div class="text">{"".join(f"<p>{line}</p>" for line in _BODY)}</div></main>
<footer><p>The Norden Mirror is a paper of the Norden press house.</p></footer></body></html>"""
_RECORD = {
    "id": "norden",
    "set": "own",
    "url": "https://mirror.example.com/town/library-tools",
    "text": "\n".join(_BODY),
}


def test_template_holds_nothing_of_the_old_text() -> None:
    template = make_template(_RECORD, _PAGE.encode())
    assert template is not None
    page = template.filled(read_texts()["brief"])
    assert not any(line[:30] in page for line in _BODY)
    assert all(
        kept in page for kept in ("<h1>Library lends tools</h1>", "By Rosa Lund", "a paper of the Norden press house")
    )
    brief = read_texts()["brief"].lines
    assert page.count(brief[0]) == 3, "the body, the description and the articleBody"
    assert page.index(brief[0], page.index("<h1>")) < page.index(brief[1], page.index("<h1>")) < page.index("<footer>")


@pytest.mark.parametrize(
    "body", [b"<html><body><p>\xff\xfe</p></body></html>", b"<html><body><p>Other words.</p></body></html>"]
)
def test_page_without_its_label_makes_no_template(body: bytes) -> None:
    assert make_template(_RECORD, body) is None


@pytest.mark.parametrize("name", ["brief", "interview", "list", "table", "line breaks", "long"])
def test_own_page_reads_every_shape(name: str) -> None:
    template = make_template(_RECORD, _PAGE.encode())
    assert template is not None
    text = read_texts()[name]
    assert score(read(template, text), text, set()) > 0.95


def test_score_counts_what_is_added_and_lost_but_not_the_templates_own_lines() -> None:
    text = read_texts()["brief"]
    standfirst = "A mill that nobody used has burnt down."
    assert own_lines([standfirst, *text.lines], text) == {"amillthatnobodyusedhasburntdown"}
    own = own_lines([standfirst, *text.lines], text)
    assert score([standfirst, *text.lines], text, own) == 1
    assert score([standfirst, *text.lines], text, set()) < 1
    assert score([*text.lines, "Read more about fires in our archive."], text, own) < 1
    assert score(text.lines[:1], text, own) < 1
    assert score([], text, own) == 0


def test_texts_name_what_they_are_compared_with() -> None:
    texts = read_texts()
    assert all(texts[text.beside].beside == text.beside for text in texts.values())
    assert all(text.lines for text in texts.values())


def test_command_reads_a_corpus(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "norden.html.gz").write_bytes(gzip.compress(_PAGE.encode()))
    (tmp_path / "gold.jsonl").write_text(json.dumps(_RECORD) + "\n")
    figures = tmp_path / "figures.json"
    assert main([str(tmp_path), "--jobs", "1", "--texts", "brief", "--json", str(figures)]) == 0
    rows = capsys.readouterr().out.splitlines()
    assert [row.split()[0] for row in rows] == ["text", "normal", "brief"]
    assert json.loads(figures.read_text()) == {"norden": {"normal": 1.0, "brief": 1.0}}
