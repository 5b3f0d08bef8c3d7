"""The same page in other markup (bench/extraction/changed/markup_changes): pages of our own, in every change."""

from __future__ import annotations

import gzip
import json
import unicodedata
from pathlib import Path
from typing import Any

import pytest

from bench.extraction.changed.markup_changes.__main__ import CHANGES, compare, f1, main, read
from bench.extraction.changed.markup_changes.changed_page import Changed, Original
from pipelines.extraction.encoding import decode

_TEXT = [
    "Die Fähre nach Hestvik fährt ab Montag wieder, drei Wochen nachdem der Sturm einen Teil der Brücke fortgerissen hatte.",
    "Ein Kran der Werft hob am Freitag den letzten Träger an seine Stelle, und zwei Taucher zogen die Bolzen unter Wasser fest.",
    "Das erste Schiff legt um sechs Uhr morgens ab und nimmt vierzig Wagen mit, ein Drittel des alten Fahrplans.",
    "„Wir haben jede Nacht gearbeitet“, sagte die Hafenmeisterin Überall Krüger, die auf der Insel zwei Kühe hält.",
    "Bis zum Sommer soll eine zweite Rampe gebaut werden, damit größere Schiffe auch bei niedrigem Wasser anlegen können.",
]
_STATED = {"@type": "NewsArticle", "headline": "Fähre fährt wieder", "datePublished": "2024-03-05T08:30:00+01:00"}
_URL = "https://www.hafenblatt.example/2024/03/05/faehre"
_HTML = f"""<!DOCTYPE html><html lang="de"><head><meta charset="utf-8"><title>Fähre fährt wieder - Hafenblatt</title>
<meta property="og:site_name" content="Hafenblatt"><script type="application/ld+json">{json.dumps(_STATED)}</script>
<link rel="stylesheet" href="/s.css"><script>var page = 1;</script></head><body>
<header><a href="/">Hafenblatt</a>
<nav><ul><li><a href="/insel">Insel</a></li><li><a href="/stadt">Stadt</a></li></ul></nav></header>
<main><article><h1>Fähre fährt wieder</h1>
<div class="byline">Von <a rel="author" href="/autor/jorg">Jörg Södermann</a>
<time datetime="2024-03-05T08:30:00+01:00">5. März 2024, 8:30 Uhr</time></div><div class="text">
{"".join(f"<p>{line}</p>" for line in _TEXT)}
</div></article></main><footer><p>Hafenblatt, die Zeitung der Insel</p></footer></body></html>"""
_OTHER = _HTML.replace("Fähre fährt wieder", "Kuh gewinnt Preis").replace("die Fähre", "die Kuh").replace("Jörg", "Åsa")
_OTHERS = [
    "Kuh der Insel gewinnt den großen Preis",
    "Rat der Stadt streitet über neue Bänke",
    "Leuchtturm bekommt nach Jahren wieder ein Licht",
    "Schule am Hafen sucht noch drei Lehrer",
]


def _original() -> Original:
    answers = [read(Changed(body=html.encode()), _URL) for html in (_HTML, _OTHER)]
    others = [answers[1] | {"title": title, "published": f"2024-03-0{day}"} for day, title in enumerate(_OTHERS, 1)]
    return Original(_HTML, _URL, answers[0], others, _OTHER)


def test_page_is_read() -> None:
    answer = _original().answer
    assert (answer["title"], answer["authors"]) == ("Fähre fährt wieder", ["Jörg Södermann"])
    assert (answer["published"], answer["source"]) == ("2024-03-05T08:30:00+01:00", "Hafenblatt")
    assert answer["text"].split("\n") == _TEXT


@pytest.mark.parametrize("name", CHANGES)
def test_page_is_read_the_same(name: str) -> None:
    original = _original()
    changed = CHANGES[name](original)
    assert changed is not None
    assert changed.body != _HTML.encode()
    fields = ["title", "authors", "text", *(["published", "source"] if name != "reader view" else [])]
    answer = read(changed, _URL)
    if name in ("no JSON-LD", "no statements"):
        fields.remove("source")
        answer["published"] = original.answer["published"] if str(answer["published"])[:10] == "2024-03-05" else None
    assert not any(compare(original.answer, answer, fields, None).values())


_PARAGRAPHS = "".join(f"<p>{line}</p>" for line in _TEXT)


def test_boxes_with_line_breaks_among_short_paragraphs_are_read_whole() -> None:
    boxes = f"<div>{'<br><br>'.join(_TEXT[1:3])}</div>", f"<div>{'<br><br>'.join(_TEXT[3:])}</div>"
    mixed = f"<p>{_TEXT[0]}</p><p>Nachts</p>{boxes[0]}<p>Tags</p>{boxes[1]}"
    answer = read(Changed(body=_HTML.replace(_PARAGRAPHS, mixed).encode()), _URL)
    assert answer["text"].split("\n") == [_TEXT[0], "Nachts", *_TEXT[1:3], "Tags", *_TEXT[3:]]


@pytest.mark.parametrize(
    "box",
    ["<div><div>{}</div></div>", "<div><div>!</div><div>{}</div></div>", "<div>{} Es heißt <code>los</code>.</div>"],
)
def test_a_box_among_paragraphs_is_read_whole(box: str) -> None:
    page = _HTML.replace(f"<p>{_TEXT[2]}</p>", box.format(_TEXT[2]))
    lines = read(Changed(body=page.encode()), _URL)["text"].split("\n")
    assert len(lines) == len(_TEXT)
    assert lines[2].startswith(_TEXT[2])


@pytest.mark.parametrize("place", ["</main>", "</footer>"])
def test_another_page_below_is_none_of_the_text(place: str) -> None:
    box = _OTHER[_OTHER.index("<article>") + 9 : _OTHER.index("</article>")]
    below = f"<section>{box.replace('Insel', 'Weide').replace('Kran', 'Bauer').replace('Schiff', 'Kalb')}{_PARAGRAPHS}</section>"
    page = _HTML.replace("article>", "div>").replace(place, below + place if place == "</main>" else place + below)
    assert read(Changed(body=page.encode()), _URL)["text"].split("\n") == _TEXT


def test_text_in_a_shadow_root_is_read() -> None:
    shadow = f'<x-text><template shadowrootmode="open">{_PARAGRAPHS}</template></x-text>'
    about = "<p>Das Hafenblatt erscheint seit 1911 an jedem Werktag, und am Sonntag liegt es in der Kirche aus.</p>" * 3
    page = _HTML.replace(_PARAGRAPHS, shadow).replace("<footer>", f"<div>{about}</div><footer>")
    assert read(Changed(body=page.encode()), _URL)["text"].startswith("\n".join(_TEXT))


def test_subheadings_that_are_h1_open_no_other_page() -> None:
    html = _HTML.replace("<h1>", '<h1 class="head">')
    for line in _TEXT[2:4]:
        html = html.replace(f"<p>{line}</p>", f"<div><h1>{line[:20]}</h1><p>{line}</p></div>")
    assert read(Changed(body=html.encode()), _URL)["text"].endswith(_TEXT[4])


@pytest.mark.parametrize("text", ["Việt Nam đã được", "한국어 신문", "がぎぐ パピプ", "Größe, café", "آداب ؤئ"])
def test_decomposed_letters_are_composed(text: str) -> None:
    page = f'<p><a href="/caf%/{text}">{{}}</a></p>'
    decoded = decode(page.format(unicodedata.normalize("NFD", text)).encode())
    assert decoded is not None
    assert decoded.text == page.format(text)


def test_addresses_and_forms_of_ideographs_stay() -> None:
    page = '<img src="/Ja\u0308ger.jpg"> https://a.example/Ja\u0308ger <p>\ufa19 e\u0301</p>'
    decoded = decode(page.encode())
    assert decoded is not None
    assert decoded.text == page.replace("e\u0301", "é")


def test_command_reads_a_corpus(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "pages").mkdir()
    for name, html in (("one", _HTML), ("two", _OTHER)):
        (tmp_path / "pages" / f"{name}.html.gz").write_bytes(gzip.compress(html.encode()))
    records: list[dict[str, Any]] = [{"id": "one", "url": _URL}, {"id": "two", "url": _URL}]
    (tmp_path / "gold.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records))
    found = tmp_path / "found.json"
    names = ["written anew", "endless", "no statements"]
    assert main([str(tmp_path), "--jobs", "1", "--misses", "--json", str(found), "--changes", *names]) == 0
    rows = capsys.readouterr().out.splitlines()
    assert [row[:30].strip() for row in rows[:4]] == ["change", *names]
    assert {"0", "2"} == {rows[1][30:].split()[0], rows[1].split()[-7]}


def test_comparison_tells_what_differs() -> None:
    answer = _original().answer
    assert compare(answer, answer, ["title", "text"], None) == {"title": None, "text": None}
    other = answer | {"text": "\n".join(_TEXT[:2]), "title": "Fähre"}
    assert all(compare(answer, other, ["title", "text"], None).values())
    assert all(compare(answer, {"rejected": "list"}, ["title", "text"], None).values())
    assert compare(answer, other | {"title": None}, ["title"], "letters without it") == {}
    assert f1("a b c d", "a b c d e") < 0.98
