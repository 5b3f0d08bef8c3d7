"""A visit and a run are changed by their own modules; others read them and call their methods."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from crawler.crawl.article_queue import ArticleQueue
from crawler.crawl.visit import SourceVisit
from db.config.settings import SourceSettings
from db.models import Listing, ListingKind, Source

CRAWLER = Path(__file__).parents[3] / "crawler"
OWNERS = {"visit": "visit.py", "run": "crawl_run.py", "services": "services.py"}
CHANGERS = frozenset({"add", "append", "appendleft", "clear", "extend", "insert", "pop", "popleft", "remove", "update"})


def changes(source: str, name: str) -> Iterator[str]:
    """The attributes of the object called `name` (or kept as `self._name`) that a module assigns, deletes, or changes in place."""
    if f"{name}." not in source:  # to parse all modules takes half a second
        return
    for node in ast.walk(ast.parse(source)):
        called = node.func if isinstance(node, ast.Call) else None
        if isinstance(called, ast.Attribute) and called.attr in CHANGERS:
            changed: ast.AST = called.value
        elif isinstance(node, ast.Attribute | ast.Subscript) and isinstance(node.ctx, ast.Store | ast.Del):
            changed = node.value if isinstance(node, ast.Subscript) else node
        else:
            continue
        if isinstance(changed, ast.Attribute):
            owner = changed.value
            called_so = owner.id if isinstance(owner, ast.Name) else getattr(owner, "attr", "")
            if called_so.lstrip("_") == name:
                yield changed.attr


def test_the_check_sees_every_form() -> None:
    source = "visit.a = 1; visit.b += 1; self._visit.c.append(2); visit.d[3] = 4; x.visit.e, y = 5, 6; del visit.f"
    source += "; z = visit.g; visit.h(1)"
    assert sorted(changes(source, "visit")) == ["a", "b", "c", "d", "e", "f"]


def test_shared_objects_of_a_crawl_are_changed_by_their_own_modules() -> None:
    found = {
        f"{path.relative_to(CRAWLER)}: {name}.{attribute}"
        for path in CRAWLER.rglob("*.py")
        for name, owner in OWNERS.items()
        if path.name != owner
        for attribute in changes(path.read_text(encoding="utf-8"), name)
    }
    # Scrapy builds the middleware that knows the policies after the object that announces it.
    assert found == {"http/middlewares/robots_middleware.py: services.policy_of"}


def test_what_a_page_took_for_a_section_may_be_a_feed() -> None:
    source = Source(id=1, name="a", url="https://a.example/", added_at=datetime(2026, 12, 1, tzinfo=UTC))
    visit = SourceVisit(
        source=source, settings=SourceSettings(), site=None, known_listings=[], probing=True, articles=ArticleQueue(1)
    )
    section, feed = (
        Listing(url="https://a.example/backend.php", kind=ListingKind(kind)) for kind in ("section", "feed")
    )
    for listing in (section, feed, section):
        visit.record_listing(listing)
    assert visit.new_listings == [feed]
