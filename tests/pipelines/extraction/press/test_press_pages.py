"""Forms of `bench.extraction.handwritten.press_forms`: the benchmark itself, and kinds of forms that were once misread."""

from __future__ import annotations

import json
from dataclasses import replace
from html import unescape

import pytest

from bench.extraction.handwritten.chinese_sites import main as score_sites
from bench.extraction.handwritten.chinese_sites import marked_pages, site_pages, site_pages_2, unmarked
from bench.extraction.handwritten.press_forms import form_faults, main, press_faults, read_by_copydesk
from bench.extraction.handwritten.press_pages import SURROUNDINGS, PressForm, press_forms, stories

_FORMS = [form for number in (1, 2, 3, 4) for form in press_forms(number)]
_DATED = '<time datetime="2024-03-05T15:32:00Z">March 5, 2024</time>'


def test_forms_are_told_apart_and_have_a_story() -> None:
    assert len(_FORMS) > 500
    assert {form.language for form in _FORMS} == stories().keys()
    for number in (1, 2, 4):
        named = [(form.language, form.kind, form.name) for form in press_forms(number)]
        assert len(set(named)) == len(named)


@pytest.mark.parametrize(
    ("chosen", "titles", "pages"),
    [
        ("1", 0.95, 0.5),
        ("2", 0.5, 0.1),
        ("3", 0.5, 0.1),
        ("4", 0.5, 0.1),
        ("5", 0.5, 0.1),
        ("6", 0.5, 0.1),
        ("7", 0.5, 0.1),
        ("8", 0.5, 0.1),
    ],
)
def test_chinese_sites_are_scored_in_two_halves(
    chosen: str, titles: float, pages: float, capsys: pytest.CaptureFixture[str]
) -> None:
    assert score_sites(["--json", "--set", chosen]) == 0
    for half in json.loads(capsys.readouterr().out).values():
        right, asked = half["title"]
        assert asked > 20
        assert right / asked > titles
        assert half["whole page"][0] / asked > pages


@pytest.mark.parametrize(
    ("folder", "pages"),
    [
        ("chinese_sites_2", 142),
        ("chinese_sites_3", 126),
        ("chinese_sites_4", 228),
        ("chinese_sites_5", 72),
        ("chinese_sites_6", 50),
        ("chinese_sites_7", 58),
        ("chinese_sites_8", 72),
    ],
)
def test_every_label_of_a_marked_set_stands_in_its_page(folder: str, pages: int) -> None:
    names = set()
    for page in marked_pages(folder):
        names.add(page.name)
        html = page.page()
        assert not set("«»‹›") & set(html), page.name
        written = _letters(unescape(html))
        shown = _letters(unmarked(html))
        want = page.want
        labels = [want["title"], want["source"], *page.middle, want["first"], want["last"]]
        labels += [one for field in ("authors", "editors", "proofreaders") for one in want.get(field, [])]
        labels += [want.get(field, "") for field in ("kicker", "original_source", "account")]
        assert [label for label in labels if _letters(label) not in shown and _letters(label) not in written] == []
        assert [words for words in page.without if words not in html] == [], page.name
        lines = [want["first"], *page.middle, want["last"]]
        assert len(set(lines)) == len(lines) > 2, page.name
        assert [words for words in page.without if any(words in line for line in lines)] == [], page.name
        assert html.encode(page.charset), page.name
    assert len(names) == pages


def test_marks_of_the_second_set_are_its_labels() -> None:
    page = next(page for page in site_pages_2() if page.name == "xhby")
    answer = {"text": "\n".join([page.want["first"], *page.middle, page.want["last"]])}
    assert "text" not in page.faults(answer)
    assert "text" not in page.faults({"text": page.loose[0] + "\n" + answer["text"]})
    assert "text" in page.faults({"text": "另一句。\n" + answer["text"]})
    assert "text" in page.faults({"text": answer["text"].replace(page.middle[0], "")})


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text))


def test_a_wrong_label_of_a_site_is_a_fault() -> None:
    page = next(page for page in site_pages() if page.name == "chinanews")
    answer = page.read()
    assert page.faults(answer) == {}
    wrong = replace(page, want=page.want | {"authors": ["别人"], "last": "另一句。"})
    assert wrong.faults(answer).keys() == {"authors", "text"}


def test_a_wrong_label_is_a_fault() -> None:
    form = next(form for form in _FORMS if form.name == "abbr title")
    answer = read_by_copydesk(form.page(SURROUNDINGS[0]), form.url)
    assert press_faults(form.labels(), answer) == {}
    wrong = form.labels() | {"authors": ["Nobody Here"], "published": "2024-03-05T15:33", "text": ["Another line."]}
    assert press_faults(wrong, answer).keys() == {"authors", "published", "text"}


def test_a_form_may_be_read_in_several_ways_and_its_text_with_a_standfirst_or_without() -> None:
    form = PressForm(
        kind="trap",
        name="desk",
        language="en",
        optional=("Fares stay low.",),
        may_be={"authors": [["Harbour Bureau"]]},
        want={"authors": []},
    )
    labels = form.labels()
    for authors in ([], ["Harbour Bureau"]):
        for text in (labels["text"], ["Fares stay low.", *labels["text"]]):
            assert form_faults(form, labels, {"title": labels["title"], "authors": authors, "text": text}) == {}
    wrong = {"title": labels["title"], "authors": ["Joan Pryce"], "text": ["Another line.", *labels["text"]]}
    assert form_faults(form, labels, wrong).keys() == {"authors", "text"}


def test_the_command_scores_both_readers(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--json", "--language", "vi", "--kind", "byline"]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert figures["pages"] == len(SURROUNDINGS)
    assert figures["fields"]["title"]["copydesk"] == 1
    assert set(figures["languages"]["vi"]["authors"]) == {"copydesk", "trafilatura", "asked"}


@pytest.mark.parametrize("surroundings", SURROUNDINGS)
@pytest.mark.parametrize(
    "name",
    [
        "Von unserer Redakteurin Anna Holt head",
        "Door onze verslaggever Anna Holt head",
        "Von Anna Holt, ARN-Studio Berlin head",
        "guardian first",
        "cbs",
        "csdn yi",
        "next article",
        "wechat",
        "tw space report",
        "contributor",
        "given list",
        "dotted link",
        "author id behind source",
        "glued town behind head",
        "editor with hash",
        "channel beside time",
        "account above time and province",
        "glued to letter",
        "list with comma english",
        "notice traditional",
    ],
)
def test_a_kind_that_was_misread(name: str, surroundings: str) -> None:
    form = next(form for form in _FORMS if form.name == name)
    assert press_faults(form.labels(), read_by_copydesk(form.page(surroundings), form.url)) == {}


@pytest.mark.parametrize(
    ("line", "language"),
    [
        ("Von unserem Redaktionsmitglied Anna Holt", "de"),
        ("Van onze correspondent Anna Holt", "nl"),
        ("Von Anna Holt, Hauptstadtbüro", "de"),
        ("Von Anna Holt, Sportredaktion", "de"),
    ],
)
def test_its_siblings(line: str, language: str) -> None:
    form = PressForm(
        kind="byline", name=line, language=language, head=f"<div>{line}</div>", want={"authors": ["Anna Holt"]}
    )
    assert press_faults(form.labels(), read_by_copydesk(form.page("rich"), form.url)) == {}


@pytest.mark.parametrize(
    ("lines", "language"),
    [
        (("6 March 2024 18:00", "Originally published 5 March 2024 15:32"), "en"),
        (("6. März 2024, 18:00 Uhr", "Zuerst veröffentlicht am 5. März 2024, 15:32 Uhr"), "de"),
        (("6 mars 2024 à 18h00", "Première publication : 5 mars 2024 à 15h32"), "fr"),
        (("2024.03.06 18:00", "최초 입력 2024.03.05 15:32"), "ko"),
        (("2024-03-06 18:00 修改", "2024-03-05 15:32 首次发布"), "zh"),
        # The one that is called the first is believed wherever it stands.
        (("Originally published 5 March 2024 15:32", "6 March 2024 18:00"), "en"),
    ],
)
def test_a_later_date_than_the_first_publication_is_a_change(lines: tuple[str, str], language: str) -> None:
    head = "".join(f"<div>{line}</div>" for line in lines)
    form = PressForm(kind="time", name="", language=language, head=head, want={"published": "2024-03-05T15:32"})
    assert press_faults(form.labels(), read_by_copydesk(form.page("rich"), form.url)) == {}


def test_a_story_that_follows_in_an_article_of_its_own_is_none_of_this_one() -> None:
    story = (
        "<h3>Market hall to reopen</h3><p>By Peter Marsh</p>"
        "<p>The hall will open at the end of the month, the council said on Friday.</p>"
    )
    cards = PressForm(
        kind="text",
        name="cards amid the text",
        language="en",
        head=_DATED,
        body=f"<p>{{p1}}</p><p>{{p2}}</p><article class='card'>{story}</article><p>{{p3}}</p><p>{{p4}}</p>",
    )
    text = read_by_copydesk(cards.page("plain"), cards.url)["text"]
    assert set(cards.labels()["text"]) <= set(text), "a box amid the text does not end it"
    after = PressForm(kind="text", name="after", language="en", head=_DATED, below=f"<article>{story}</article>")
    assert press_faults(after.labels(), read_by_copydesk(after.page("tables"), after.url)) == {}


def test_a_story_of_a_list_beside_a_date_is_no_outlet() -> None:
    form = PressForm(kind="credit", name="", language="zh", headline="", first="<p>2024-03-05 15:32</p>")
    assert "市场" not in (read_by_copydesk(form.page("tables"), form.url).get("source") or "")


def test_an_organisation_by_its_type_yields_to_a_printed_name() -> None:
    statement = '{"@type":"NewsArticle","author":{"@type":"Organization","name":"Quay Medicine Circle"}}'
    script = f'<script type="application/ld+json">{statement}</script>'
    head = f"<div>Anna Holt, Redakteurin</div>{_DATED}"
    form = PressForm(kind="json-ld", name="", language="en", meta=script, head=head)
    assert read_by_copydesk(form.page("rich"), form.url)["authors"] == ["Anna Holt"]
    alone = PressForm(kind="json-ld", name="", language="en", meta=script, head=_DATED)
    assert read_by_copydesk(alone.page("rich"), alone.url)["authors"] == ["Quay Medicine Circle"]
