"""An outcome as a JSON object: the line that `copydesk extract` prints, and the article as users see it everywhere."""

from __future__ import annotations

from typing import Any

from db.models import Article, Moment, Outcome, Rejection


def to_json(outcome: Outcome, *, page_id: str | int | None = None) -> dict[str, Any]:
    """Turn an outcome into plain JSON values.

    `id` comes first where one is given. A rejection is `{"id", "rejected": reason, "detail"}`. Times are ISO 8601 with the
    offset where it is known; `published_precision` and `published_offset_from` say how exact and whose offset.
    """
    head: dict[str, Any] = {} if page_id is None else {"id": page_id}
    if isinstance(outcome, Rejection):
        return {**head, "rejected": outcome.reason.value, "detail": outcome.detail}
    return {**head, **_article(outcome)}


def _article(article: Article) -> dict[str, Any]:
    return {
        "url": article.url,
        "canonical_url": article.canonical_url,
        "title": article.title,
        "subtitle": article.subtitle,
        "kicker": article.kicker,
        "alternative_title": article.alternative_title,
        "text": article.text,
        "subheadings": [{"offset": one.offset, "level": one.level} for one in article.subheadings],
        **_moment("published", article.published),
        **_moment("modified", article.modified),
        "authors": list(article.authors),
        "editors": list(article.editors),
        "proofreaders": list(article.proofreaders),
        "source": article.source,
        "original_source": article.original_source,
        "section": article.section,
        "tags": list(article.tags),
        "language": article.language,
        "description": article.description,
        "images": [
            {"url": image.url, "alt": image.alt, "caption": image.caption, "credit": image.credit}
            for image in article.images
        ],
        "paywalled": article.paywalled,
        "comment_count": article.comment_count,
        "word_count": article.word_count,
        "provenance": dict(sorted(article.provenance.items())),
    }


def _moment(name: str, moment: Moment | None) -> dict[str, Any]:
    return {
        name: moment.iso if moment else None,
        f"{name}_precision": moment.precision.value if moment else None,
        f"{name}_offset_from": moment.offset_from.value if moment else None,
    }
