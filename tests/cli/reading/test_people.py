"""`copydesk people`: who is credited, names that are offered as one person's, joinings and what follows them."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from db.connection.database import open_database
from db.errors import NotFound, UsageError
from db.models import Article
from db.people.evidence import LIKELY_SCORE, EvidenceKind, likely_pairs
from db.people.name_forms import NameLikeness, compare_names_of, name_form
from db.people.persons import join_names, names_of_person, part_names, rebuild_people
from db.queries.article_filter import ArticleFilter
from db.queries.articles import newest_articles
from db.queries.people import CreditRole, PeopleFilter, list_people, person_details
from db.queries.search import found_page_ids, matching_pages
from db.sqlite.tools import Database
from db.store.extraction.outcomes import Fingerprint, delete_outcome, load_article
from pipelines.dedup.settle import settle
from tests.cli.conftest import Newsroom, open_room, run
from tests.support.articles import insert_indexed_article

NOW = datetime(2026, 11, 29, tzinfo=UTC)
TODAY = NOW.date()


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two papers with names in several forms."""
    path: Path = tmp_path_factory.mktemp("people") / "news.db"
    open_database(path, create=True).conn.close()
    room = Newsroom(path=path)
    evening, post = (room.source(f"{name}.example", f"https://{name}.example/") for name in ("evening", "post"))
    bylines: list[tuple[int, tuple[str, ...], tuple[str, ...], str]] = [
        *[(evening, ("Jane Smith", "Bob Hill"), ("Ann Reed",), "en")] * 3,
        *[(evening, ("J. Smith", "Bob Hill"), (), "en")] * 2,
        (evening, ("SMITH Jane",), (), "en"),
        (evening, ("Jane Smith Staff Writer",), (), "en"),
        (post, ("José Pérez",), (), "es"),
        (post, ("Jose Perez",), (), "es"),
        (post, ("Tom Gray", "T. Gray"), (), "en"),
        (post, ("本报记者王小明",), (), "zh"),
        (post, ("王小明",), (), "zh"),
    ]
    for number, (source, authors, editors, language) in enumerate(bylines):
        article = Article(
            url=None, title=f"Title {number}", text=f"Ferry{number} sails. " * 40, authors=authors, editors=editors,
            language=language, section="News", source="The Evening" if source == evening else None,
        )  # fmt: skip
        room.article(source, f"https://x.example/{number}", article, body=f"<p>{number}".encode())
    with open_room(path) as conn:
        settle(conn)
    return path


@pytest.fixture
def db(archive: Path, tmp_path: Path) -> Iterator[Database]:
    """A copy of the archive, to decide in."""
    path = tmp_path / "news.db"
    path.write_bytes(archive.read_bytes())
    db = open_database(path)
    yield db
    db.conn.close()


@pytest.mark.parametrize(
    ("one", "other", "how"),
    [
        ("José Pérez", "JOSE PEREZ", "same"),
        ("Jean-Luc Morel", "Jean Luc Morel", "same"),
        ("O’Neil Ann", "ONeil Ann", "same"),
        ("弗拉基米尔·普京", "弗拉基米尔•普京", "same"),
        ("陳小華", "陈小华", "same"),
        ("Smith, Jane", "Jane Smith", "order"),
        ("J. Smith", "Jane Smith", "initials"),
        ("Smith J", "Jane Smith", "initials"),
        ("J. A. Smith", "Jane Anne Smith", "initials"),
        ("Jane A. Smith", "Jane Smith", "middle"),
        ("Jane Smith Staff Writer", "Jane Smith", "stuck"),
        ("本报记者王小明", "王小明", "stuck"),
        ("Jane Smith", "Jane Smythe", None),
        ("J. Smith", "Kate Smith", None),
        ("Jane Smith", "Smith", None),
        ("王明", "王明华", None),
        ("...", "Jane Smith", None),
    ],
)
def test_names_are_compared(one: str, other: str, how: str | None) -> None:
    for first, second in ((one, other), (other, one)):
        found = compare_names_of(name_form(first), name_form(second))
        assert (found and found.how) == (how and NameLikeness(how))
    assert how is None or name_form(one).keys & name_form(other).keys


def test_likely_names_are_offered_with_reasons(db: Database) -> None:
    pairs = {(pair.name, pair.other): pair for pair in likely_pairs(db.conn)}
    reasons = {names: [reason.kind for reason in pair.reasons] for names, pair in pairs.items()}
    assert reasons["Jane Smith", "J. Smith"] == [
        EvidenceKind.INITIALS, EvidenceKind.TOGETHER_THERE, EvidenceKind.COLLEAGUES
    ]  # fmt: skip
    assert reasons["Jane Smith", "Jane Smith Staff Writer"][0] == EvidenceKind.STUCK_DUTY
    assert reasons["王小明", "本报记者王小明"][0] == EvidenceKind.STUCK_DUTY
    assert pairs["Jose Perez", "José Pérez"].score > LIKELY_SCORE
    assert ("Tom Gray", "T. Gray") not in pairs  # both on one article
    assert {pair.other for pair in likely_pairs(db.conn, "王小明")} == {"本报记者王小明"}
    everything = likely_pairs(db.conn, limit=0)
    assert [likely_pairs(db.conn, limit=most) for most in (1, 2)] == [everything[:1], everything[:2]]


def test_queries_follow_a_joining_and_its_end(db: Database) -> None:
    conn = db.conn
    assert len(person_pages(db, "SMITH Jane")) == 1
    names = join_names(conn, "Jane Smith", ["J. Smith", "SMITH Jane"], "ann", NOW)
    assert names == ["Jane Smith", "J. Smith", "SMITH Jane"] == names_of_person(conn, "J. Smith")
    # Words find their names; the others of the person too, whatever their letters.
    for asked in ("SMITH Jane", "J. Smith"):
        assert {"J. Smith", "SMITH Jane", "Jane Smith"} <= credited(db, person_pages(db, asked))
        assert len(person_pages(db, asked)) == len(
            found_page_ids(conn, "ferry* OR sails", ArticleFilter(person=asked), newest=True, limit=50)
        )
    everything = sorted(page for (page,) in conn.execute("SELECT page_id FROM articles"))
    assert set(matching_pages(conn, "", ArticleFilter(person="SMITH Jane"), everything)) == person_pages(
        db, "SMITH Jane"
    )
    line = list_people(conn, PeopleFilter(words="jane smith"), limit=10, today=TODAY).lines[0]
    assert (line.name, line.other_names, line.articles, line.wrote) == ("Jane Smith", ("J. Smith", "SMITH Jane"), 6, 6)
    shown = person_details(conn, "SMITH Jane")
    assert shown is not None
    assert (shown.name, shown.articles) == ("Jane Smith", 6)
    assert [(one.name, one.role, one.articles) for one in shown.colleagues] == [
        ("Bob Hill", "author", 5), ("Ann Reed", "editor", 3)
    ]  # fmt: skip
    assert not part_names(conn, "Tom Gray", "T. Gray", "ann", NOW)
    assert part_names(conn, "J. Smith", "Jane Smith", "ann", NOW)
    assert names_of_person(conn, "J. Smith") == ["J. Smith"]
    assert names_of_person(conn, "SMITH Jane") == ["Jane Smith", "SMITH Jane"]
    assert "J. Smith" not in {name for pair in likely_pairs(conn) for name in (pair.name, pair.other)}
    kept = conn.execute("SELECT * FROM person_days ORDER BY 1, 2, 3").fetchall()
    rebuild_people(conn)
    assert conn.execute("SELECT * FROM person_days ORDER BY 1, 2, 3").fetchall() == kept


def test_an_extraction_keeps_a_joining(db: Database) -> None:
    conn = db.conn
    join_names(conn, "Jane Smith", ["SMITH Jane"], "ann", NOW)
    (page,) = (page for page in person_pages(db, "SMITH Jane") if credited(db, {page}) == {"SMITH Jane"})
    article = load_article(conn, page)
    assert article is not None
    key, text_hash, extractor = conn.execute(
        "SELECT address_key, text_hash, extractor_id FROM articles JOIN outcomes USING (page_id) WHERE page_id = ?",
        (page,),
    ).fetchone()
    before = conn.execute("SELECT * FROM person_days ORDER BY 1, 2, 3").fetchall()
    delete_outcome(conn, page)
    assert list_people(conn, PeopleFilter(words="jane"), limit=1, today=TODAY).lines[0].articles == 3
    insert_indexed_article(
        conn,
        page,
        article.url or "https://x.example/5",
        article,
        Fingerprint(address_key=key, text_hash=text_hash),
        extractor,
    )
    settle(conn)
    assert conn.execute("SELECT * FROM person_days ORDER BY 1, 2, 3").fetchall() == before
    assert article.authors == ("SMITH Jane",)


def test_what_contradicts_is_refused(db: Database) -> None:
    conn = db.conn
    part_names(conn, "Jane Smith", "J. Smith", "ann", NOW)
    join_names(conn, "SMITH Jane", ["J. Smith"], "ann", NOW)
    with pytest.raises(
        UsageError, match="parted on 2026-11-29 by ann; if they are one after all, `copydesk people join 'Jane Smith'"
    ):
        join_names(conn, "Jane Smith", ["SMITH Jane"], "ann", NOW)
    join_names(conn, "Tom Gray", ["SMITH Jane"], "ann", NOW)
    with pytest.raises(UsageError, match="by way of SMITH Jane; take that joining back first"):
        part_names(conn, "Tom Gray", "J. Smith", "ann", NOW)
    with pytest.raises(NotFound, match="no article credits Nobody"):
        join_names(conn, "Jane Smith", ["Nobody"], "ann", NOW)
    with pytest.raises(UsageError, match="two different names"):
        join_names(conn, "Jane Smith", ["Jane Smith"], "ann", NOW)


def test_the_list_is_filtered_and_paged(db: Database) -> None:
    def names(wanted: PeopleFilter) -> list[str]:
        return [line.name for line in list_people(db.conn, wanted, limit=0, today=TODAY).lines]

    everybody = names(PeopleFilter())
    assert everybody[0] == "Bob Hill"
    assert names(PeopleFilter(role=CreditRole.EDITOR)) == ["Ann Reed"]
    assert set(names(PeopleFilter(source_ids=(2,)))) == set(everybody) - set(names(PeopleFilter(source_ids=(1,))))
    assert (
        list_people(db.conn, PeopleFilter(source_ids=(2, 1)), limit=0, today=TODAY).lines
        == list_people(db.conn, PeopleFilter(), limit=0, today=TODAY).lines
    )
    assert set(names(PeopleFilter(words="PEREZ"))) == {"José Pérez", "Jose Perez"}
    both = PeopleFilter(source_ids=(1, 2), newest=True)
    for wanted in (PeopleFilter(), PeopleFilter(newest=True), PeopleFilter(source_ids=(1,)), both):
        found, place, pages = list[str](), None, 0
        while pages == 0 or place:
            part = list_people(db.conn, wanted, limit=2, today=TODAY, after=place)
            found, place, pages = [*found, *(line.name for line in part.lines)], part.next, pages + 1
        assert found == names(wanted)
    shown = person_details(db.conn, "Ann Reed")
    assert shown is not None
    assert shown.edited_texts_of == (("Bob Hill", 3), ("Jane Smith", 3))
    assert (shown.sections, shown.outlets) == ((("News", 3),), (("The Evening", 3),))


def test_the_command(db: Database) -> None:
    path = Path(db.conn.execute("PRAGMA database_list").fetchone()[2])
    offered = [json.loads(line) for line in run(path, "people", "likely", "--json").output.splitlines()]
    assert ("Jane Smith", "J. Smith") in {(pair["name"], pair["other"]) for pair in offered}
    assert "  yes: copydesk people join 'Jane Smith' 'J. Smith'" in run(path, "people", "likely", "Jane Smith").output
    assert (
        run(path, "people", "join", "Jane Smith", "J. Smith", "--by", "Ann").output
        == "one person now: Jane Smith, J. Smith\n"
    )
    assert (
        run(path, "people", "list", "smith", "--limit", "1")
        .output.splitlines()[1]
        .startswith("Jane Smith = J. Smith  ")
    )
    (row,) = csv.DictReader(run(path, "people", "list", "smith", "--limit", "1", "--csv").output.splitlines())
    (line,) = run(path, "people", "list", "smith", "--limit", "1", "--json").output.splitlines()
    assert (list(row), row["other_names"], row["first"]) == (
        list(json.loads(line)),
        '["J. Smith"]',
        json.loads(line)["first"],
    )
    shown = json.loads(run(path, "people", "show", "J. Smith", "--json").output)
    assert (shown["names"], shown["decisions"][0]["decided_by"]) == ({"Jane Smith": 3, "J. Smith": 2}, "Ann")
    assert "Jane Smith and J. Smith: one person (Ann, " in run(path, "people", "show", "J. Smith").output
    assert "are two persons again" in run(path, "people", "part", "Jane Smith", "J. Smith").output
    failed = run(path, "people", "show", "Nobody")
    assert failed.exit_code != 0


def person_pages(db: Database, person: str) -> set[int]:
    return set(newest_articles(db.conn, ArticleFilter(person=person)))


def credited(db: Database, pages: set[int]) -> set[str]:
    return {
        name for page in pages for (name,) in db.conn.execute("SELECT name FROM credits WHERE page_id = ?", (page,))
    }
