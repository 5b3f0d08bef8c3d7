"""Citations: what BibTeX and CSL-JSON say of an article, and what a page cannot break in them."""

from __future__ import annotations

import json
import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.errors import UsageError
from db.queries.citations import Citation, to_bibtex, to_csl
from tests.cli.conftest import Newsroom, open_room, run


def _citation(**fields: object) -> Citation:
    values: dict[str, object] = {
        "article_id": 17,
        "title": "The last ferry",
        "authors": ("Ann Reed",),
        "editors": (),
        "outlet": "Harbour Times",
        "section": None,
        "published": date(2026, 11, 1),
        "accessed": date(2026, 11, 2),
        "url": "https://harbour.example/ferry",
        "language": "en",
    }
    return Citation(**(values | fields))  # type: ignore[arg-type]


def test_the_command_cites_with_names_whole(newsroom: Newsroom) -> None:
    number = str(newsroom.pages["water"])
    entry = run(newsroom.path, "show", number, "--cite", "bibtex").stdout
    assert entry.startswith(f"@article{{copydesk{number},\n  author = {{{{王小雨}}}},\n")
    for line in ("editor = {{李青山} and {赵河}},", "journal = {{江城晚报}},", "month = nov,", "day = {1},"):
        assert f"  {line}\n" in entry
    (item,) = json.loads(run(newsroom.path, "show", number, "--cite", "csl").stdout)
    assert item["author"] == [{"literal": "王小雨"}]
    assert item["editor"] == [{"literal": "李青山"}, {"literal": "赵河"}]
    assert item["issued"] == {"date-parts": [[2026, 11, 1]]}
    assert item["type"] == "article-newspaper"
    undated = run(newsroom.path, "show", str(newsroom.pages["undated"]), "--cite", "csl").stdout
    assert not {"issued", "author", "section"} & set(json.loads(undated)[0])
    ferry = run(newsroom.path, "show", str(newsroom.pages["ferry"]), "--cite", "bibtex").stdout
    assert "\x1b" not in ferry
    assert "  url = {https://www.wanbao.example/en/last-ferry}," in ferry


def test_an_archived_copy_is_cited_and_shown(newsroom: Newsroom) -> None:
    """Of a page that was received from an archive: as readers open it there, not the bytes that we fetched."""
    number = str(newsroom.pages["water"])
    assert "archive" not in run(newsroom.path, "show", number, "--cite", "csl").stdout
    assert "archived" not in run(newsroom.path, "show", number).stdout
    raw = "https://web.archive.org/web/20261101083000id_/https://www.wanbao.example/a_b/id_/1"
    with open_room(newsroom.path) as conn:
        conn.execute(
            "INSERT INTO captures (page_id, channel, fetched_from, captured_at)"
            " SELECT page_id, 'wayback', ?2, '2026-11-01T08:30:00.000Z' FROM current_pages WHERE article_id = ?1",
            (number, raw),
        )
    kept = "https://web.archive.org/web/20261101083000/https://www.wanbao.example/a_b/id_/1"
    (item,) = json.loads(run(newsroom.path, "show", number, "--cite", "csl").stdout)
    assert item["archive_location"] == kept
    entry = run(newsroom.path, "show", number, "--cite", "bibtex").stdout
    assert f"note = {{Archived copy: {kept.replace('_', chr(92) + '_')}}}," in entry
    assert kept in "".join(run(newsroom.path, "show", number).stdout.split())


def test_one_form_at_a_time_and_only_of_articles(newsroom: Newsroom) -> None:
    both = run(newsroom.path, "show", "1", "--cite", "csl", "--json").exception
    assert isinstance(both, UsageError)
    rejected = run(newsroom.path, "show", str(newsroom.pages["short"]), "--cite", "bibtex")
    assert rejected.exit_code == 1
    assert "too_short" in rejected.stderr


@pytest.mark.parametrize(
    ("title", "written"),
    [
        ("Tax & trade: 50% of $1 #1_a", r"Tax \& trade: 50\% of \$1 \#1\_a"),
        ("a } b { c", r"a \textbraceright{} b \textbraceleft{} c"),
        ("C:\\x ~ ^", r"C:\textbackslash{}x \textasciitilde{} \textasciicircum{}"),
        ("two\nlines\x00\t", "two lines"),
        ("她说：“你好”", "她说：“你好”"),
    ],
)
def test_what_tex_would_read_is_escaped(title: str, written: str) -> None:
    assert f"  title = {{{{{written}}}}},\n" in to_bibtex(_citation(title=title))


@given(text=st.text(), url=st.text())
def test_nothing_closes_a_field(text: str, url: str) -> None:
    entry = to_bibtex(_citation(title=text, authors=(text, "A and B, Jr."), outlet=text, language=text, url=url))
    depth = 0
    for at, character in enumerate(entry):
        depth += (character == "{") - (character == "}")
        assert depth > 0 or at in (*range(len("@article")), len(entry) - 1)
    assert depth == 0
    assert len(entry.split("\n")) <= 11
    assert not re.search("[\x00-\x09\x0b-\x1f]", entry)
    assert json.loads(json.dumps(to_csl(_citation(title=text, url=url))))


def test_a_name_is_not_parted(newsroom: Newsroom) -> None:
    entry = to_bibtex(_citation(authors=("Bonnier and Co, Ltd", "Ann Reed")))
    assert "author = {{Bonnier and Co, Ltd} and {Ann Reed}}," in entry
