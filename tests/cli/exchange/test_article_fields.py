"""A field of an article is kept, read back and given away everywhere: whoever adds one learns here what is left to do."""

from __future__ import annotations

import typing
from collections.abc import Mapping
from dataclasses import fields
from datetime import UTC, datetime

from db.connection.database import connect, write
from db.models import Article, Image, Moment, Precision, Subheading
from db.store.extraction.outcomes import Extractor, extractor_id, load_article
from pipelines.dedup.settle import settle
from pipelines.exchange.articles.formats import COLUMNS
from pipelines.exchange.articles.objects import article_objects
from pipelines.extraction.article_json import to_json
from pipelines.extraction.fingerprint import fingerprint
from tests.cli.conftest import Newsroom
from tests.support.articles import insert_indexed_article

URL = "https://wanbao.example/fields"
# A value for each type that a field has; none is a default.
VALUES: dict[object, typing.Callable[[str], object]] = {
    str: lambda name: f"The {name} of an article, told at some length",
    str | None: lambda name: f"The {name} of an article, told at some length",
    int: lambda name: 3,
    int | None: lambda name: 4,
    bool: lambda name: True,
    Moment | None: lambda name: Moment(at=datetime(2026, 11, 1, 8, 30, tzinfo=UTC), precision=Precision.MINUTE),
    tuple[str, ...]: lambda name: (f"One {name}", f"Other {name}"),
    tuple[Image, ...]: lambda name: (Image(url="https://wanbao.example/1.jpg", alt="a", caption="b", credit="c"),),
    tuple[Subheading, ...]: lambda name: (Subheading(offset=0, level=2),),
    Mapping[str, str]: lambda name: {"title": "page"},
}


def full_article() -> Article:
    """An article with every field set."""
    types = typing.get_type_hints(Article)
    values = {one.name: VALUES[types[one.name]](one.name) for one in fields(Article)}
    return Article(**values | {"url": URL})  # type: ignore[arg-type]


def test_every_field_is_stored_and_given_away(room: Newsroom) -> None:
    article = full_article()
    defaults = Article(url=None, title="", text="")
    assert [one.name for one in fields(Article) if getattr(article, one.name) == getattr(defaults, one.name)] == []
    page = room.page(room.source("wanbao.example", "https://wanbao.example/"), URL, b"<p>x</p>")
    conn = connect(room.path)
    with write(conn):
        extractor = extractor_id(conn, Extractor(code="1", rules="", trafilatura="2"))
        insert_indexed_article(conn, page, URL, article, fingerprint(article, URL), extractor)
    settle(conn)
    assert load_article(conn, page) == article
    (row,) = article_objects(conn, [page])
    conn.close()
    assert {one.name for one in fields(Article)} <= set(to_json(article))
    assert [name for name, value in to_json(article).items() if row[name] != value] == []
    assert set(COLUMNS) == set(row), "the columns of CSV and Parquet"
