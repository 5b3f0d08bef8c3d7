"""A program of a user's, for type checkers (`tests/test_library.py`): behind each arrow, what they say of the line."""

from __future__ import annotations

from typing import reveal_type

import copydesk

reveal_type(copydesk.extract("<p>"))  # -> "db.models.Article | db.models.Rejection"
outcome = copydesk.extract(b"<p>", url="https://example.com/")
if isinstance(outcome, copydesk.Article):
    reveal_type(outcome.authors)  # -> "tuple[str, ...]"
    reveal_type(outcome.published)  # -> "db.models.Moment | None"
else:
    reveal_type(outcome.reason)  # -> "db.models.Reason"
reveal_type(copydesk.to_json(outcome))  # -> "dict[str, Any]"
with copydesk.open("news.db") as archive:
    reveal_type(archive)  # -> "copydesk._archive.Archive"
    reveal_type(archive.articles())  # -> "typing.Iterator[copydesk._records.StoredArticle]"
    reveal_type(archive.article(1).id)  # -> "int | None"
    reveal_type([hit.article.title for hit in archive.search("ferry")])  # -> "list[str]"
    reveal_type(archive.page(1).headers)  # -> "typing.Mapping[str, str]"
    reveal_type(copydesk.extract(archive.page(1)))  # -> "db.models.Article | db.models.Rejection"
    copydesk.extract("<p>", rules=archive.rules())
    reveal_type(copydesk.diff(*archive.revisions(1)[:2]).fields)  # -> "typing.Mapping[str, tuple[
reveal_type(copydesk.crawl("news.db").figures.new)  # -> "int"
copydesk.extract_all("<p>")  # -> has no attribute "extract_all"
copydesk.extract(3)  # -> incompatible type "int"
copydesk.extract("<p>", "https://example.com/")  # -> Too many positional arguments
