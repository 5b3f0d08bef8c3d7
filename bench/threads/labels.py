"""Real articles, labelled by hand: which pages of the corpus beside the repository are about the same event.

`same_events.json` lists events by page id; a page that is not named is about an event of its own. No text is stored here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from bench.threads.archive import KnownArticle

CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus"
_SETS = ("dev", "dev2", "zh2")


def labelled_articles(corpus: Path = CORPUS) -> tuple[list[KnownArticle], dict[int, int]]:
    """The dated articles of the corpus in order of time, and the event of each; nothing where the corpus is absent."""
    events = json.loads(Path(__file__).with_name("same_events.json").read_text("utf-8"))
    event_of = {page: number for number, pages in enumerate(events) for page in pages}
    records = sorted(_records(corpus), key=lambda record: (record[0], record[1]["id"]))
    articles, labels = [], {}
    for number, (at, record) in enumerate(records, 1):
        articles.append(
            KnownArticle(
                number=number,
                source=number - 1,
                at=at,
                language=_language(record["title"] + record["text"][:200]),
                title=record["title"],
                text=record["text"],
                original=number,
            )
        )
        labels[number] = event_of.get(record["id"], len(events) + number)
    return articles, labels


def page_ids(corpus: Path = CORPUS) -> list[str]:
    """The ids of the articles, in the same order."""
    return [record["id"] for _, record in sorted(_records(corpus), key=lambda record: (record[0], record[1]["id"]))]


def _records(corpus: Path) -> Iterator[tuple[datetime, dict[str, str]]]:
    for part in _SETS:
        path = corpus / part / "gold.jsonl"
        if not path.exists():
            continue
        for line in path.read_text("utf-8").splitlines():
            record = json.loads(line)
            at = _moment(record.get("published"))
            if at and record.get("title") and len(record.get("text") or "") > 200:
                yield at, record


def _moment(published: object) -> datetime | None:
    try:
        at = datetime.fromisoformat(str(published))
    except ValueError:
        return None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def _language(text: str) -> str:
    return "zh" if sum("\u4e00" <= letter <= "\u9fff" for letter in text) > 0.2 * len(text) else ""
