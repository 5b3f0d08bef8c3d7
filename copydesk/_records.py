"""What an archive hands out: articles and pages with what the database knows of them, hits of a search, differences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from db.models import Article, Page, Rejection
from db.search.snippets import MarkedText
from db.text.changes import ChangedParagraph, ChangedWords, ChangeKind, changed_fields, diff_paragraphs

_BRACKETS = {ChangeKind.UNCHANGED: ("", ""), ChangeKind.GONE: ("[-", "-]"), ChangeKind.COME: ("{+", "+}")}
_LEADS = {ChangeKind.GONE: "- ", ChangeKind.COME: "+ ", ChangeKind.CHANGED: "~ "}


def aware(name: str, at: datetime | None) -> datetime | None:
    """A time that was given. Raises TypeError where it is none, ValueError where it is naive."""
    if at is not None and not isinstance(at, datetime):
        raise TypeError(
            f"{name} must be a datetime, not {type(at).__name__}; such as datetime(2026, 11, 2, tzinfo=UTC)"
        )
    if at is not None and at.utcoffset() is None:
        raise ValueError(
            f"{name} must carry a UTC offset, got the naive {at}; such as datetime(2026, 11, 2, tzinfo=UTC)"
        )
    return at


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredArticle(Article):
    """An article of an archive: what `extract` read on its page, and what the database knows of it.

    `id` names the article, whatever its revision; None where its page is not settled yet. `original_id` is the article of
    which it is a copy, None where it is none. `url` is where the page was, `final_url` where redirects led to, if they did.
    """

    id: int | None
    page_id: int
    source_name: str
    final_url: str | None
    believed_url: str
    """The address to link to: the canonical address where the page is believed, otherwise where it was found."""
    published_utc: str | None
    """The time of publication for sorting and comparing, ISO 8601."""
    fetched_at: datetime
    revision: int | None
    original_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPage(Page):
    """A page of an archive, whatever became of it: `body` is the bytes as received, after Content-Encoding was undone.

    `copydesk.extract(page)` extracts it again. `headers` are those of the response. `article_id` is the article that it
    belongs to; `rejection` says why it is none; both are None where the page was not read yet, or not settled.
    """

    id: int
    source_name: str
    headers: Mapping[str, str] = field(repr=False)
    article_id: int | None
    rejection: Rejection | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchHit:
    """An article that was found. `title` and `snippet` have a `text`, and in `marks` the places (start, end) to mark in it."""

    article: StoredArticle
    title: MarkedText
    snippet: MarkedText
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchHits:
    """One page of what a search found: iterate over it, `len()` counts the hits on it.

    `found` counts all articles where `complete`; else it is an estimate, and only the newest of them were ranked. `more`:
    there is another page. `unindexed` articles are not in the search index yet and were not looked at; `copydesk upkeep
    index` puts them in.
    """

    hits: tuple[SearchHit, ...]
    found: int
    complete: bool
    more: bool
    unindexed: int
    next: str | None = None

    def __iter__(self) -> Iterator[SearchHit]:
        return iter(self.hits)

    def __len__(self) -> int:
        return len(self.hits)


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleDiff:
    """What one article has otherwise than another. False where nothing is; `str()` shows it, with [-gone-] and {+come+}.

    `fields` has the words of each field that differs, by name. `paragraphs` leads from one text to the other; it is empty
    where the texts are the same.
    """

    fields: Mapping[str, tuple[ChangedWords, ...]]
    paragraphs: tuple[ChangedParagraph, ...]

    def __bool__(self) -> bool:
        return bool(self.fields or self.paragraphs)

    def __str__(self) -> str:
        lines = [f"{name}: {_marked(words)}" for name, words in self.fields.items()]
        for step in self.paragraphs:
            if step.kind is ChangeKind.UNCHANGED:
                lines.append(f"  {step.paragraphs} paragraph{'s' if step.paragraphs > 1 else ''} unchanged")
            else:
                lines.append(
                    _LEADS[step.kind] + (_marked(step.pieces) if step.kind is ChangeKind.CHANGED else step.text)
                )
        return "\n".join(lines)


def diff(older: Article, newer: Article) -> ArticleDiff:
    """What `newer` has otherwise than `older`: two revisions of an article, or a copy and its original.

    Compares headline, standfirst, people, outlets, time of publication and text. Takes time by the square of the texts'
    lengths where everything is reworded: 0.5 s for 20,000 characters, 15 s for 100,000.
    """
    same = older.text == newer.text
    return ArticleDiff(
        fields={name: tuple(words) for name, words in changed_fields(older, newer)},
        paragraphs=() if same else tuple(diff_paragraphs(older.text, newer.text)),
    )


def _marked(words: tuple[ChangedWords, ...]) -> str:
    return "".join(piece.text.join(_BRACKETS[piece.kind]) for piece in words)
