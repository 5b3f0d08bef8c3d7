"""Real pages with labels of our own: those of a corpus whose only label had been a day.

    python -m bench.extraction.real_pages CORPUS [--misses] [--left] [--json] [--trafilatura]

CORPUS is the folder whose gold.jsonl and pages/<id>.html.gz hold the pages; real_pages.jsonl beside this file has the labels and
no page. They were written from what a browser shows of each page, by readers who had seen no output of any extractor. Of a text
they hold some runs of words, each as its number of words and a digest, so that nobody's prose is copied here: runs that the text
must have (its first and last sentence, the inside of lists, quotations and tables, what follows an inset) and must not have
(the nearest things around it). Sites fall into the two halves of `bench.extraction.quality`: A is *looked at*, B *left*; of B the
head of the page is labelled, not its text.

Where nobody is named, a desk or agency that the page names as its author is right as well as nobody. A `media` page, whose
content is a film or pictures, may be refused; its fields count where it is taken. --trafilatura reads with
`trafilatura.bare_extraction` instead, for comparison.
"""

from __future__ import annotations

import gzip
import json
import re
import sys
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from pathlib import Path
from typing import Any

from bench.extraction import quality
from bench.extraction.handwritten.page_halves import HALVES, command_line, print_score, same
from pipelines.extraction.text.titles import plain

LABELS = Path(__file__).with_suffix(".jsonl")
FIELDS = ("taken", "title", "published", "time", "modified", "authors", "source", "section", "tags", "text")
_ARTICLES = ("article", "live", "media")
_LABELS = {"source": "outlet", "time": "published"}
"""Fields whose label has another name."""
_KEYS = {"time": "published"}
_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uac00-\ud7af"
_WORD = re.compile(rf"[{_CJK}]|[^\W_{_CJK}]+")
"""A word, or one character of a script without spaces, as the corpora's scorer counts them."""


@dataclass(frozen=True, slots=True)
class RealPage:
    """A page of the corpus and what is to be read of it."""

    name: str
    path: Path
    want: dict[str, Any]
    """`url`, `kind`, the fields, and `with`, `without`: runs of the text as `digest` gives them."""
    trafilatura: bool = False

    def read(self) -> dict[str, Any]:
        """What `extract`, or trafilatura, reads: the fields of `copydesk extract --json`."""
        if self.trafilatura:
            return _read_by_trafilatura(self.path, self.want["url"])
        return quality.predict_one((self.name, str(self.path), self.want["url"]))

    def judged(self) -> list[str]:
        """The fields that are judged on this page: those with a label; of what is no article, whether it is taken for one."""
        if self.want["kind"] not in _ARTICLES:
            return ["taken"]
        judged = {
            "taken": self.want["kind"] != "media",
            "title": bool(self.want.get("title")),
            "published": bool(self.want.get("published")),
            "time": "T" in (self.want.get("published") or ""),
            "modified": bool(self.want.get("modified")),
            "source": bool(self.want.get("outlet")),
            "text": bool(self.want.get("with")),
        }
        return [name for name in FIELDS if judged.get(name, name in self.want)]

    def faults(self, answer: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
        """The fields that are read otherwise than they are to be: wanted and got."""
        refused = "rejected" in answer
        if self.want["kind"] == "media" and refused:
            return {}
        found: dict[str, tuple[Any, Any]] = {}
        for name in self.judged():
            got = answer.get(_KEYS.get(name, name))
            want = self.want.get(_LABELS.get(name, name))
            if name == "taken":
                want, got = self.want["kind"], "refused: " + answer["detail"] if refused else "taken"
                right = refused is (want not in _ARTICLES)
            elif name == "text":
                want, got = self._wrong_runs(answer.get("text") or ""), None
                right = not want
            elif name == "authors":
                right = _letters(want) == _letters(got) - (_letters(self.want.get("desk")) - _letters(want))
            elif isinstance(want, list):
                right = _letters(want) == _letters(got)
            elif name in ("published", "modified"):
                right = _same_day(want, got)
            else:
                right = same(name, want, got)
            if not right:
                found[name] = (want, got)
        return found

    def _wrong_runs(self, text: str) -> list[str]:
        """The runs that the text lacks or has too much."""
        runs = [*self.want["with"], *self.want.get("without", ())]
        words = _words(text)
        there = {
            digest(words[at : at + length])
            for length in {_length(run) for run in runs}
            for at in range(len(words) - length + 1)
        }
        return [f"- {run}" for run in self.want["with"] if run not in there] + [
            f"+ {run}" for run in self.want.get("without", ()) if run in there
        ]


def digest(words: Sequence[str]) -> str:
    """A run of words as the labels have it: how many they are and a digest of them."""
    return f"{len(words)}:{blake2b(' '.join(words).encode(), digest_size=6).hexdigest()}"


def _length(run: str) -> int:
    return int(run.partition(":")[0])


def _words(text: str) -> list[str]:
    return _WORD.findall(unicodedata.normalize("NFKC", text).lower())


def _letters(names: Sequence[str] | None) -> set[str]:
    """Names for comparing: letters and digits alone."""
    return {plain(name) for name in names or ()}


def _same_day(want: Any, got: Any) -> bool:
    """Whether it is the day of the label, there or where the label's clock stands."""
    if not got or want[:10] == got[:10]:
        return bool(got)
    day, read = datetime.fromisoformat(want), datetime.fromisoformat(got)
    return bool(day.tzinfo and read.tzinfo) and read.astimezone(day.tzinfo).date() == day.date()


def _read_by_trafilatura(path: Path, url: str) -> dict[str, Any]:
    """The same fields, as far as trafilatura has them; no text is a refusal."""
    import trafilatura

    with gzip.open(path) as file:
        document = trafilatura.bare_extraction(file.read(), url=url, with_metadata=True)
    read: dict[str, Any] = document.as_dict() if document else {}  # type: ignore[union-attr]  # a dict only where asked for
    if not read.get("text"):
        return {"rejected": "no_text", "detail": "no text"}
    authors = [name for name in (read["author"] or "").split("; ") if name]
    return read | {"authors": authors, "published": read["date"], "source": read["sitename"]}


def real_pages(corpus: Path, *, by_trafilatura: bool = False) -> Iterator[RealPage]:
    """All labelled pages, in the order of the labels."""
    urls = {record["id"]: record["url"] for record in quality.read_gold(corpus)}
    for line in LABELS.read_text("utf-8").splitlines():
        want = json.loads(line)
        path = corpus / "pages" / f"{want['id']}.html.gz"
        yield RealPage(want["id"], path, want | {"url": urls[want["id"]]}, by_trafilatura)


def main(arguments: Sequence[str] | None = None) -> int:
    """Read, score, print."""
    parser = command_line(__doc__)
    parser.add_argument("corpus", type=Path, help="folder of gold.jsonl and pages/")
    parser.add_argument("--trafilatura", action="store_true", help="read with trafilatura alone")
    options = parser.parse_args(arguments)
    pages = list(real_pages(options.corpus, by_trafilatura=options.trafilatura))
    halves = {page.name: quality.half_of({"url": page.want["url"], "id": page.name}) for page in pages}
    return print_score(pages, FIELDS, options, lambda name: HALVES[halves[name] == "B"])


if __name__ == "__main__":
    sys.exit(main())
