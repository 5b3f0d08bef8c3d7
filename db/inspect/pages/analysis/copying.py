"""Data of the pages on who copies whom: the matrix, the articles of a pair, two texts side by side. The query is in the URL."""

from __future__ import annotations

import math
import re
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from urllib.parse import urlencode

from db.copying.origins import CopyOrigin, OriginNames
from db.display.shown_sql import fill_values
from db.inspect.pages.components.form_values import number_of
from db.inspect.translation.catalogues import current_language, gettext, gettext_noop
from db.models import Article
from db.queries.articles import ArticleSummary, article_summary
from db.reports.copying import (
    NO_LAGS,
    PAIRS_SQL,
    CopyingFilter,
    CopyPair,
    CountedPairs,
    Known,
    LagFigures,
    copying_languages,
    is_to_be_rebuilt,
)
from db.reports.copying_articles import MAX_COMPARED, TakenArticles, TakenHow, taken_articles
from db.reports.copying_lags import add_lags, lags_of_others, look_intervals
from db.store.extraction.outcomes import load_article
from db.text.passages import PassageComparison, PassagePiece, compare_passages, passage_paragraphs

_MONTH = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])")
_LANGUAGE = re.compile(r"[a-z]{2,8}")
USUAL_TOP, MOST_TOP = 8, 30
"""Rows and columns of the matrix: as many as a window of 1280 pixels holds, and as many as anybody reads: 40 took 0.3 s."""
MOST_RANKED = 40
PAIR_SIZE = 20
"""Articles on a page of a pair: their texts are compared for it, some 2 ms each."""
MOST_FILED = 2000
"""Pairs in a file: those of 500 sources that all take from each other are 100,000, mostly of one article."""
MOST_TAKEN = 500
"""Articles of a pair in a file, for the same reason."""
_HEATS = 5

KNOWN_LABELS = {
    Known.EITHER: gettext_noop("credited, else earliest seen"),
    Known.CREDITED: gettext_noop("credited"),
    Known.EARLIEST: gettext_noop("earliest seen, whatever is credited"),
}
HOW_LABELS = {
    TakenHow.BOTH: gettext_noop("credited and earliest seen"),
    TakenHow.CREDITED: gettext_noop("credited"),
    TakenHow.EARLIEST: gettext_noop("earliest seen"),
    TakenHow.CONTRADICTING: gettext_noop("credit and time contradict"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyingForm:
    """What a page on copying was asked for; wrong values count as empty."""

    wanted: CopyingFilter
    top: int = USUAL_TOP

    @staticmethod
    def of(arguments: Mapping[str, str]) -> CopyingForm:
        """From the query parameters of a URL."""
        known, top = arguments.get("known") or "", number_of(arguments.get("top"))
        return CopyingForm(
            wanted=CopyingFilter(
                since=_matching(_MONTH, arguments.get("since")),
                until=_matching(_MONTH, arguments.get("until")),
                language=_matching(_LANGUAGE, arguments.get("language")),
                known=Known(known) if known in list(Known) else Known.EITHER,
            ),
            top=USUAL_TOP if top is None else min(MOST_TOP, max(1, top)),
        )

    @property
    def values(self) -> dict[str, str]:
        """Its parameters in a URL, those left out that are as usual."""
        wanted = self.wanted
        given = {"since": wanted.since, "until": wanted.until, "language": wanted.language}
        given["known"] = wanted.known.value if wanted.known is not Known.EITHER else None
        given["top"] = str(self.top) if self.top != USUAL_TOP else None
        return {name: value for name, value in given.items() if value}

    def address(self, path: str, **more: object) -> str:
        """A path with this query. A parameter that is None is left out."""
        values = {name: value for name, value in (self.values | more).items() if value is not None}
        return f"{path}?{urlencode(values)}" if values else path

    def pair_address(self, source_id: int, origin: CopyOrigin, path: str = "/-/copying/pair") -> str:
        """The page of a pair with the same period and language, or its file."""
        return self.address(path, source=source_id, origin=origin.text, top=None)

    def with_known(self, known: Known) -> CopyingForm:
        """The same, asked otherwise."""
        return replace(self, wanted=replace(self.wanted, known=known))


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixCell:
    """A pair with its names and address. `heat`: 1 to 5, by articles."""

    pair: CopyPair
    source: str
    origin: str
    address: str
    heat: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixRow:
    """A source that takes articles, a cell for each column; `others`: articles from all other origins."""

    source_id: int
    name: str
    cells: list[MatrixCell | None]
    others: int
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyingMatrix:
    """Who takes from whom. `columns`: origins with name and articles; `other_rows`: articles and lags of all other takers by
    column, the last those from other origins. `ranked`: the biggest pairs.
    """

    columns: list[tuple[CopyOrigin, str, int]]
    rows: list[MatrixRow]
    other_rows: list[tuple[int, LagFigures]]
    other_takers: int
    other_origins: int
    ranked: list[MatrixCell]
    total: int
    pairs: int
    languages: list[str]
    to_be_rebuilt: bool
    sql: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyingPairPage:
    """The articles of a pair. `intervals`: seconds between two looks at the taker and at the origin, None where not known."""

    source: str
    origin: str
    taken: TakenArticles
    older: int | None
    intervals: tuple[float | None, float | None]
    sql: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedText:
    """One of two texts, as paragraphs of pieces. `is_cut`: there is more, which was not compared."""

    head: ArticleSummary
    article: Article
    paragraphs: list[list[PassagePiece]]
    is_cut: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedPages:
    """Two texts and their common passages."""

    first: ComparedText
    second: ComparedText
    found: PassageComparison


def copying_matrix(conn: sqlite3.Connection, form: CopyingForm) -> CopyingMatrix:
    """The matrix of the biggest takers and origins, and the biggest pairs."""
    names = OriginNames.load(conn)
    found = CountedPairs.load(conn, names, form.wanted)
    ranked = found.biggest(MOST_RANKED)
    takers = sorted(found.takers, key=lambda one: (-found.takers[one], one))[: form.top]
    origins = sorted(found.origins, key=lambda one: (-found.origins[one], one.text))[: form.top]
    shown = _shown_pairs(found, ranked, takers, origins)
    add_lags(conn, names, form.wanted, shown.values())
    lags = lags_of_others(conn, names, form.wanted, [one.source_id for one in origins if one.source_id], takers)
    namers = found.biggest_takers()
    labels = {
        origin: names.label(conn, origin, namers.get(origin, 0), chinese=_in_chinese())
        for origin in {*origins, *(pair.origin for pair in ranked)}
    }
    cells = _Cells(form=form, sources=names.sources, labels=labels, most=ranked[0].articles if ranked else 1)
    rows = [cells.row(one, [shown.get((one, origin)) for origin in origins], total=found.takers[one]) for one in takers]
    return CopyingMatrix(
        columns=[(origin, labels[origin], found.origins[origin]) for origin in origins],
        rows=rows,
        other_rows=_other_rows(found, rows, origins, lags),
        other_takers=len(found.takers) - len(takers),
        other_origins=len(found.origins) - len(origins),
        ranked=[cells.cell(pair) for pair in ranked],
        total=sum(found.takers.values()),
        pairs=len(found.articles),
        languages=copying_languages(conn),
        to_be_rebuilt=not len(found.articles) and is_to_be_rebuilt(conn),
        sql=fill_values(PAIRS_SQL + "ORDER BY articles DESC", form.wanted.values),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cells:
    """Makes the cells of a matrix. `most`: the articles of the biggest pair."""

    form: CopyingForm
    sources: Mapping[int, str]
    labels: Mapping[CopyOrigin, str]
    most: int

    def name(self, source_id: int) -> str:
        return self.sources.get(source_id, str(source_id))

    def cell(self, pair: CopyPair) -> MatrixCell:
        return MatrixCell(
            pair=pair,
            source=self.name(pair.source_id),
            origin=self.labels[pair.origin],
            address=self.form.pair_address(pair.source_id, pair.origin),
            heat=_heat(pair.articles, self.most),
        )

    def row(self, source_id: int, pairs: Sequence[CopyPair | None], *, total: int) -> MatrixRow:
        """The row of a taker: its pairs with the origins of the columns, and what it took in all."""
        return MatrixRow(
            source_id=source_id,
            name=self.name(source_id),
            cells=[self.cell(pair) if pair else None for pair in pairs],
            others=total - sum(pair.articles for pair in pairs if pair),
            total=total,
        )


def _other_rows(
    found: CountedPairs,
    rows: Sequence[MatrixRow],
    origins: Sequence[CopyOrigin],
    lags: Mapping[int, LagFigures],
) -> list[tuple[int, LagFigures]]:
    """What takers without a row took from each origin of a column, and from all others."""
    in_rows = [
        sum(cell.pair.articles for cell in cells if cell) for cells in zip(*(row.cells for row in rows), strict=True)
    ]
    others = [found.origins[origin] - counted for origin, counted in zip(origins, in_rows, strict=True)]
    rest = sum(found.takers.values()) - sum(row.total for row in rows) - sum(others)
    return [
        *((other, lags.get(origin.source_id, NO_LAGS)) for other, origin in zip(others, origins, strict=True)),
        (rest, NO_LAGS),
    ]


def _shown_pairs(
    found: CountedPairs, ranked: Sequence[CopyPair], takers: Sequence[int], origins: Sequence[CopyOrigin]
) -> dict[tuple[int, CopyOrigin], CopyPair]:
    """The ranked pairs, and those of the matrix."""
    shown = {(pair.source_id, pair.origin): pair for pair in ranked}
    for origin, source_id in product(origins, takers):
        if (source_id, origin) not in shown and (pair := found.pair(source_id, origin)):
            shown[source_id, origin] = pair
    return shown


def copying_pair(
    conn: sqlite3.Connection, form: CopyingForm, source_id: int, origin: CopyOrigin, before: int | None
) -> CopyingPairPage | None:
    """The articles that a source took from an origin; None if there is no such source."""
    names = OriginNames.load(conn)
    if source_id not in names.sources or (origin.source_id and origin.source_id not in names.sources):
        return None
    taken = taken_articles(conn, names, (source_id, origin), form.wanted, limit=PAIR_SIZE, before=before)
    looks = look_intervals(conn, form.wanted, [source_id, origin.source_id])
    is_full = len(taken.articles) == PAIR_SIZE
    return CopyingPairPage(
        source=names.sources[source_id],
        origin=names.label(conn, origin, source_id, chinese=_in_chinese()),
        taken=taken,
        older=taken.articles[-1].article_id if is_full else None,
        intervals=(looks.get(source_id), looks.get(origin.source_id)),
        sql=fill_values(taken.query, taken.parameters),
    )


def compared_pages(conn: sqlite3.Connection, first_id: int, second_id: int) -> ComparedPages | None:
    """Two texts side by side; None if one of the pages is no article."""
    loaded = [(article_summary(conn, page_id), load_article(conn, page_id)) for page_id in (first_id, second_id)]
    (first_head, first), (second_head, second) = loaded
    if first is None or second is None or first_head is None or second_head is None:
        return None
    texts = first.text[:MAX_COMPARED], second.text[:MAX_COMPARED]
    found = compare_passages(*texts)
    spans = (
        [(*one.first, one.number) for one in found.passages],
        [(*one.second, one.number) for one in found.passages],
    )
    one, other = (
        ComparedText(
            head=head,
            article=article,
            paragraphs=passage_paragraphs(text, numbered),
            is_cut=len(article.text) > len(text),
        )
        for head, article, text, numbered in zip((first_head, second_head), (first, second), texts, spans, strict=True)
    )
    return ComparedPages(first=one, second=other, found=found)


def lag_text(seconds: float | None) -> str:
    """A lag in its largest unit: 45 s, 12 min, −3.5 h."""
    if seconds is None:
        return ""
    size = abs(seconds)
    if size < 90:
        text = gettext("%(seconds)s s") % {"seconds": f"{size:.0f}"}
    elif size < 5400:
        text = gettext("%(minutes)s min") % {"minutes": _short(size / 60)}
    elif size < 129600:
        text = gettext("%(hours)s h") % {"hours": _short(size / 3600)}
    else:
        text = gettext("%(days)s days") % {"days": _short(size / 86400)}
    return f"\u2212{text}" if seconds < 0 else text


def _short(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0") if number < 10 else f"{number:.0f}"


def _heat(articles: int, most: int) -> int:
    """1 to 5, by the logarithm: pairs differ a thousandfold."""
    return 1 + min(_HEATS - 1, int(_HEATS * math.log(articles) / math.log(most))) if most > 1 else 1


def _in_chinese() -> bool:
    return current_language() == "zh"


def _matching(pattern: re.Pattern[str], text: str | None) -> str | None:
    return text if text and pattern.fullmatch(text) else None
