"""The words that set a result apart from the archive: found in samples, ranked by `keyness`.

    sample_texts ──> without furniture ──> words with and without spaces between them ──> keyness ──> whole ones only

Furniture of a site says nothing about the result: a line that three articles of a source repeat is not read, and a word that stands
in half of a source's articles in the archive does not count in any of that source.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from db.queries.article_filter import ArticleFilter
from db.queries.articles import snapshot
from db.queries.attention_texts import DaySpan, SampledText, TextSamples, sample_texts, sample_texts_of
from db.reports.attention.keyness import is_key, keyness
from db.reports.attention.spaced_words import find_spaced_words
from db.reports.attention.unspaced_words import WordInTexts, find_words
from db.search.query import parse_query
from db.text.folding import fold
from db.text.repeated_lines import count_texts

RESULT_SAMPLE, ARCHIVE_SAMPLE = 150, 300
"""Articles to read: 0.2 s (bench.service.inspect_pages); of 200 and 400 the words took 0.34."""
PERSON_SAMPLE, BESIDE_SAMPLE = 60, 120
"""Articles to read for the words of a person, which are a small part of a page."""
_ONE_OUTLET = 0.8
"""A person with so many articles at one source is compared with that source: its places and beats are not the person's."""
MIN_ARTICLES = 3
MOST_WORDS = 40
REPEATED_LINE = 3
"""Articles of one source that have a line: real lines of a text are not printed three times."""
FURNITURE_SHARE, FURNITURE_LEAST = 0.5, 5
"""A word in half of a source's articles of the archive's sample, if these are five at least, belongs to the source."""
_WHOLE = 0.8
"""A word that stands within a longer one in so many of its articles is a part of it."""
# So many characters of a text are read: what it is about is said by then.
_LONGEST_TEXT = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class TopWord:
    """A word, how many articles of either sample have it, and z of `keyness`."""

    word: str
    result: int
    archive: int
    z: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TopWords:
    """The words, highest z first. `result`, `archive`: articles that were read."""

    words: tuple[TopWord, ...]
    result: int
    archive: int


def top_words(conn: sqlite3.Connection, query: str, filters: ArticleFilter, first: date, last: date) -> TopWords:
    """The words of a query's result in a period. Reads at most 450 articles. Raises QueryError."""
    with snapshot(conn):
        samples = sample_texts(
            conn, query, filters, first, last, most=RESULT_SAMPLE, most_archive=ARCHIVE_SAMPLE
        )  # fmt: skip
    return rank_words(samples, asked_words(query))


def person_words(
    conn: sqlite3.Connection,
    names: Sequence[str],
    pages: Collection[int],
    by_source: Mapping[int, int],
    days: DaySpan,
) -> TopWords:
    """What a person's own articles are about. `names`: all that are the person's; `pages`: articles that are; `by_source`: how many
    there are by source.

    To be called within a snapshot.
    """
    first = sorted(by_source, key=lambda one: (-by_source[one], one))[:1]
    of_one = [one for one in first if by_source[one] >= _ONE_OUTLET * sum(by_source.values())]
    samples = sample_texts_of(conn, pages, of_one, days, most=PERSON_SAMPLE, most_archive=BESIDE_SAMPLE)
    return rank_words(
        samples, frozenset("".join(fold(part).split()) for name in names for part in (name, *name.split()))
    )


def asked_words(query: str) -> frozenset[str]:
    """The folded words and phrases of a query, without blanks: they are in every article of its result. Raises QueryError."""
    if not query:
        return frozenset()
    return frozenset("".join(term.units) for group in parse_query(query).groups for term in group)


def rank_words(samples: TextSamples, asked: frozenset[str] = frozenset()) -> TopWords:
    """The words of the result that are key to it, without those that were asked for. Pure."""
    both = [*samples.result, *samples.archive]
    of_result = len(samples.result)
    texts = without_repeated_lines(both)
    sources = np.array([text.source_id for text in both], dtype=np.int64)
    found = [*find_words(texts, of_result, MIN_ARTICLES), *find_spaced_words(texts, of_result, MIN_ARTICLES)]
    in_archive = np.bincount(sources[of_result:], minlength=int(np.max(sources, initial=0)) + 1)
    named = [(one, folded) for one in found if "".join((folded := fold(one.word)).split()) not in asked]
    counts = np.array([_counted(one, sources, of_result, in_archive) for one, _ in named], dtype=np.int64).reshape(
        -1, 4
    )
    scored = []
    for (one, folded), figures, z in zip(named, counts.tolist(), keyness(*counts.T).tolist(), strict=True):
        hits, others, articles, other_articles = figures
        word = TopWord(word=one.word, result=hits, archive=others, z=round(z, 2))
        if hits >= MIN_ARTICLES and is_key(word.z, hits, others, articles, other_articles):
            scored.append((word, folded, frozenset(one.texts.tolist())))
    scored.sort(key=lambda item: (-item[0].z, item[1]))
    return TopWords(
        words=tuple(_whole_ones(scored[: 4 * MOST_WORDS])[:MOST_WORDS]),
        result=of_result,
        archive=len(samples.archive),
    )


def without_repeated_lines(texts: Sequence[SampledText]) -> list[str]:
    """Title and text of each, without the lines that articles of its source repeat."""
    lines = [[line.strip() for line in f"{one.title}\n{one.text[:_LONGEST_TEXT]}".split("\n")] for one in texts]
    counts = count_texts([(one.source_id, line) for line in of] for one, of in zip(texts, lines, strict=True))
    return [
        "\n".join(line for line in of if counts[one.source_id, line] < REPEATED_LINE)
        for one, of in zip(texts, lines, strict=True)
    ]


def _counted(one: WordInTexts, sources: np.ndarray, of_result: int, counts: np.ndarray) -> tuple[int, int, int, int]:
    """The word's articles of the result and of the archive, and all that were read of these, without the sources whose furniture it
    is. `counts`: articles of each source in the archive's sample.
    """
    having = np.bincount(sources[one.texts[one.texts >= of_result]], minlength=len(counts))
    furnished = (counts >= FURNITURE_LEAST) & (having >= FURNITURE_SHARE * counts)
    if not furnished.any():
        hits = int(np.searchsorted(one.texts, of_result))
        return hits, len(one.texts) - hits, of_result, len(sources) - of_result
    kept = one.texts[~furnished[sources[one.texts]]]
    counted = ~furnished[sources]
    hits = int((kept < of_result).sum())
    return hits, len(kept) - hits, int(counted[:of_result].sum()), int(counted[of_result:].sum())


def _whole_ones(scored: Sequence[tuple[TopWord, str, frozenset[int]]]) -> list[TopWord]:
    """Without the words that stand within a longer one in nearly all of their articles."""
    return [
        word
        for word, folded, texts in scored
        if not any(
            len(longer) > len(folded) and folded in longer and len(texts & others) >= _WHOLE * len(texts)
            for _, longer, others in scored
        )
    ]
