"""How well revisions that matter are told from noise: precision and recall over labelled pairs of our own making.

    python -m bench.changes.substance            the development half, with each mistake
    python -m bench.changes.substance --held     the half that was held out, figures only

`revisions.tsv` holds a revision a line: half, language, label, text before, text after. A label is the kind that must be found, or
"-" and the kind of noise; "+grew" says that the revision before only added paragraphs. Paragraphs are parted by "¶"; "#field:" sets
a field of the article. Pairs of extraction noise are judged with pages that say both.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from db.models import Article, Moment, Precision
from db.text.substance import ChangeJudgement
from pipelines.changes.judge import PageLetters, judge, letters_of

PAIRS = Path(__file__).with_name("revisions.tsv")
_LISTS = ("authors", "editors", "proofreaders")
_BETWEEN = " ¶ "


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledRevision:
    """A pair of articles with what must be found."""

    half: str
    kind: str
    is_noise: bool
    grew: bool
    before: Article
    after: Article

    def judged(self) -> ChangeJudgement:
        """What the judge makes of it."""
        both = letters_of(f"{self.before.title}{self.before.text}{self.after.title}{self.after.text}")
        pages = PageLetters(before=both, after=both) if self.kind == "extraction" else None
        return judge(self.before, self.after, pages=pages, grew=self.grew)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """Pairs that matter and were found, were found wrongly, were missed; and kinds that were named rightly."""

    pairs: int
    found: int
    wrong: int
    missed: int
    kinds_named: int
    ms: float
    mistakes: tuple[str, ...]

    @property
    def precision(self) -> float:
        """Of the pairs that are said to matter, the share that does."""
        return self.found / max(1, self.found + self.wrong)

    @property
    def recall(self) -> float:
        """Of the pairs that matter, the share that is found."""
        return self.found / max(1, self.found + self.missed)


def load_revisions() -> Iterator[LabelledRevision]:
    """The labelled pairs."""
    for line in PAIRS.read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            half, language, label, before, after = line.split("\t")
            kind, _, grew = label.partition("+")
            yield LabelledRevision(
                half=half,
                kind=kind.removeprefix("-"),
                is_noise=kind.startswith("-"),
                grew=bool(grew),
                before=_article(before, language),
                after=_article(after, language),
            )


def score(half: str | None) -> Scored:
    """The figures of one half, or of both."""
    counts: Counter[str] = Counter()
    mistakes, took = [], 0.0
    for one in load_revisions():
        if half not in (None, one.half):
            continue
        start = time.perf_counter()
        found = one.judged()
        took += time.perf_counter() - start
        outcome = ("wrong" if one.is_noise else "found") if found.matters else ("quiet" if one.is_noise else "missed")
        counts[outcome] += 1
        named = one.kind in ({*found.noise} if one.is_noise else {*found.kinds}) or (
            one.is_noise and one.kind in found.kinds
        )
        counts["named"] += named
        if outcome in ("wrong", "missed") or not named:
            seen = f"{found.score} {[*found.kinds]} {[*found.noise]} {[(e.before, e.after) for e in found.evidence]}"
            mistakes.append(f"{outcome} {one.kind}: {one.before.text} | {one.after.text} -> {seen}")
    pairs = counts["wrong"] + counts["found"] + counts["quiet"] + counts["missed"]
    return Scored(
        pairs=pairs,
        found=counts["found"],
        wrong=counts["wrong"],
        missed=counts["missed"],
        kinds_named=counts["named"],
        ms=1000 * took / max(1, pairs),
        mistakes=tuple(mistakes),
    )


def _article(text: str, language: str) -> Article:
    values: dict[str, Any] = {}
    paragraphs = []
    for part in text.split(_BETWEEN):
        name, separator, value = part.partition(": ")
        if not separator or not name.startswith("#"):
            paragraphs.append(part)
        elif name[1:] in _LISTS:
            values[name[1:]] = tuple(value.split(", "))
        elif name == "#published":
            values["published"] = Moment(at=datetime.fromisoformat(value), precision=Precision.MINUTE)
        else:
            values[name[1:]] = value
    return Article(url=None, text="\n".join(paragraphs), language=language, **{"title": "A title", **values})


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description="Precision and recall of what matters in revisions")
    parser.add_argument("--held", action="store_true", help="the half that was held out, without its mistakes")
    half = "held" if parser.parse_args().held else "dev"
    score(half)  # Reads the language files and tables.
    found = score(half)
    if half == "dev":
        print(*found.mistakes, sep="\n")
    print(
        f"{half}: {found.pairs} pairs, precision {found.precision:.3f}, recall {found.recall:.3f},"
        f" kind named {found.kinds_named / found.pairs:.3f}, {found.ms:.2f} ms a revision"
    )


if __name__ == "__main__":
    main()
