"""Ways to cut texts for full-text search, compared: what is found of what should be, the index's size, how long a query takes.

    python bench/search/search_tokenisers.py [--texts GOLD.jsonl] [--articles 4000] [--times 5]

Texts are generated (`bench/search/search_texts.py`), or the `text` of each line of a JSON lines file. The queries are words and
phrases of the texts themselves, drawn by chance but always the same: Han substrings of one, two, three and four characters, each
also in the other form of writing, and of scripts with spaces single words and two in a row; with --texts also a list of everyday
words. A text should be found when the folded query stands in the folded text, letters as whole words. All queries are asked of
each index as its own expression, phrases where it can tell them; "looked through" looks for the query in the texts that its index
gives, as Copydesk does. jieba is asked too where it is installed (`pip install jieba`).
"""

from __future__ import annotations

import argparse
import importlib
import json
import random
import re
import sqlite3
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

import opencc

from bench.search.search_texts import article_at
from db.search.query import Term, parse_term
from db.search.tokenizer import grams, is_unspaced, units
from db.text.folding import fold

_HAN_WORDS = "中国 经济 记者 北京 上海 机场 新闻 水 美 法院 国务院 人工智能 外交部 臺灣 經濟 記者 國際機場 新華社"
_OTHER_WORDS = "5G government president climate new york police Regierung Bundestag Köln straße Müller"
_PER_KIND = 12
_HAN = re.compile("[\u4e00-\u9fff]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One index: how a text goes in, how a query goes in, its options."""

    name: str
    text: Callable[[str], str]
    query: Callable[[str, Term], str]
    options: str
    looks: bool = False


def _pairs(text: str) -> str:
    """Pairs of what is written without spaces, in order; what has no neighbour alone."""
    found: list[str] = []
    for unit in units(fold(text)):
        found += [unit[at : at + 2] for at in range(max(1, len(unit) - 1))] if is_unspaced(unit) else [unit]
    return " ".join(found)


def _singles(text: str) -> str:
    return " ".join(" ".join(unit) if is_unspaced(unit) else unit for unit in units(fold(text)))


def _phrase(cut: Callable[[str], str]) -> Callable[[str, Term], str]:
    return lambda query, term: f'"{cut(query)}"'


def _pairs_query(query: str, term: Term) -> str:
    cut = _pairs(query)
    return f'"{cut}"*' if len(cut) == 1 and is_unspaced(cut) else f'"{cut}"'


def ways() -> list[Way]:
    """All that are compared."""
    ascii_ = "tokenize='ascii'"
    found = [
        Way(name="unicode61, as it is", text=str, query=_phrase(str), options="tokenize='unicode61'"),
        Way(name="trigram", text=fold, query=_phrase(fold), options="tokenize='trigram'"),
        Way(name="single characters, phrases", text=_singles, query=_phrase(_singles), options=ascii_),
        Way(name="pairs, phrases", text=_pairs, query=_pairs_query, options=ascii_),
        Way(
            name="pairs and singles, detail=column",
            text=lambda text: " ".join(grams(fold(text))),
            query=lambda query, term: term.match(),
            options=f"detail='column', {ascii_}",
        ),
        Way(
            name="pairs and singles, detail=none",
            text=lambda text: " ".join(grams(fold(text))),
            query=lambda query, term: term.match(),
            options=f"detail='none', columnsize=0, {ascii_}",
        ),
        Way(
            name="the same, looked through",
            text=lambda text: " ".join(grams(fold(text))),
            query=lambda query, term: term.match(),
            options=f"detail='none', columnsize=0, {ascii_}",
            looks=True,
        ),
    ]
    try:
        jieba = importlib.import_module("jieba")
    except ImportError:
        print("jieba is not installed: left out", file=sys.stderr)
        return found
    jieba.setLogLevel(60)

    def words(text: str) -> str:
        return " ".join(piece for piece in jieba.cut(fold(text)) if piece.strip() and units(piece))

    return [*found, Way(name="jieba, phrases", text=words, query=_phrase(words), options=ascii_)]


def queries_of(texts: Sequence[str], everyday: Sequence[str]) -> list[str]:
    """Words and phrases of the texts, by chance."""
    chance = random.Random(7)
    other = (opencc.OpenCC("s2t"), opencc.OpenCC("t2s"))
    runs = [run for text in texts for run in _HAN.findall(text) if len(run) >= 4]
    loose = [
        found for text in texts if len(found := [u for u in units(text) if not is_unspaced(u) and len(u) > 3]) > 50
    ]
    found = list(everyday)
    for length in (1, 2, 2, 2, 3, 4) if runs else ():
        for _ in range(_PER_KIND):
            run = chance.choice(runs)
            at = chance.randrange(len(run) - length + 1)
            piece = run[at : at + length]
            found += [piece, chance.choice(other).convert(piece)]
    for length in (1, 2) if loose else ():
        for _ in range(2 * _PER_KIND):
            words = chance.choice(loose)
            at = chance.randrange(len(words) - length)
            found.append(" ".join(words[at : at + length]))
    return list(dict.fromkeys(found))


def measure(way: Way, texts: Sequence[str], queries: Sequence[str], times: int) -> str:
    """A row of the table."""
    conn = sqlite3.connect(":memory:")
    conn.execute(f"CREATE VIRTUAL TABLE i USING fts5(t, content='', {way.options})")
    began = time.process_time()
    conn.executemany("INSERT INTO i (rowid, t) VALUES (?, ?)", ((n, way.text(text)) for n, text in enumerate(texts)))
    cost = (time.process_time() - began) / len(texts) * 1000
    conn.execute("INSERT INTO i (i) VALUES ('optimize')")
    size = conn.execute("SELECT sum(length(block)) FROM i_data").fetchone()[0]
    size += conn.execute("SELECT sum(pgsize) FROM dbstat WHERE name = 'i_docsize'").fetchone()[0] or 0
    letters = [fold(text) for text in texts]
    recalls: list[float] = []
    precisions: list[float] = []
    took: list[float] = []
    for query in queries:
        term = parse_term(query)
        assert term is not None
        right = {n for n, text in enumerate(letters) if term.pattern.search(text)}
        got: set[int] = set()
        for _ in range(times):
            start = time.perf_counter()
            got = {row[0] for row in conn.execute("SELECT rowid FROM i WHERE i MATCH ?", (way.query(query, term),))}
            if way.looks:
                got = {n for n in got if term.pattern.search(letters[n])}
            took.append((time.perf_counter() - start) * 1000)
        recalls += [len(got & right) / len(right)] if right else []
        precisions += [len(got & right) / len(got)] if got else []
    whole = sum(len(text.encode()) for text in texts)
    return (
        f"| {way.name} | {statistics.mean(recalls):.3f} | {statistics.mean(precisions):.3f} | {size / whole:.2f}"
        f" | {statistics.median(took):.2f} | {cost:.2f} |"
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--texts", type=Path, help="JSON lines with a `text` each")
    parser.add_argument("--articles", type=int, default=4000, help="how many to generate where there is no file")
    parser.add_argument("--times", type=int, default=5)
    options = parser.parse_args()
    if options.texts:
        lines = options.texts.read_text(encoding="utf-8").splitlines()
        texts = [text for line in lines if (text := json.loads(line).get("text"))]
    else:
        texts = [article_at(n)[1] for n in range(options.articles)]
    queries = queries_of(texts, f"{_HAN_WORDS} {_OTHER_WORDS}".split() if options.texts else ())
    print(f"{len(texts):,} texts, {sum(len(text.encode()) for text in texts) / 1e6:.1f} MB, {len(queries)} queries\n")
    print("| way | recall | precision | index / text | median query, ms | CPU to index, ms |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    for way in ways():
        print(measure(way, texts, queries, options.times), flush=True)


if __name__ == "__main__":
    main()
