"""Is it an article? Whole pages, written by hand, that are none though served as if they were, and articles that look like them.

    python -m bench.extraction.handwritten.refusals [--set 3] [--misses] [--left] [--json]

117 pages that are no article stand at an article's address and came with status 200: checks of those who guard sites, consent,
logins, paywalls, shells that scripts fill, maintenance, errors, pages gone (in 21 languages), parked domains, lists, feeds.
58 articles look like them: briefs, notices, articles about cookies or captchas, pages with the scripts of guards, poems, tables. A
fifth is in another charset than UTF-8, or than it says. All were written before the reader was run on any, and before its rules for
refusing pages were looked at; the markup follows what those who write and detect such systems have published. The second set
(`refusals_2`) was written later in the same way, without a look at the rules or the pages before: 61 that are no article and 24
articles, in 35 languages, a third of them Chinese. The third (`refusals_3`): 65 and 20, in 45 languages, most of which had no
notices then.

The pages are HTML files (`refusals/NAME.html`) that open with a comment, as TOML: `url`; `outcome`, which is "article" or the
reason that a person would give; `may_be`, other reasons that are right as well; `phrase`, words that are to be read; `charset`
(Python's name), in which the page is sent; `content_type` and `final_url`, where there are any. Two halves, as in `world_pages`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from bench.extraction.handwritten.page_halves import labelled_files, score
from db.models import Page
from db.site_rules.loader import Sites
from pipelines.extraction.article_json import to_json
from pipelines.extraction.encoding import decode
from pipelines.extraction.extract import extract

ARTICLE = "article"
FIELDS = ("refused", "reason", "taken", "text", "charset")
"""What is no article is refused, and for the labelled reason; what is one is taken, with the phrase in its text; pages in other
charsets than UTF-8 are decoded."""
SETS = {1: "refusals", 2: "refusals_2", 3: "refusals_3"}
"""Number of a set -> its folder."""
_FETCHED_AT = datetime(2025, 12, 8, 12, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class LabelledOutcome:
    """A page and its outcome."""

    name: str
    html: str
    want: dict[str, Any]

    def page(self) -> Page:
        """The page as it was fetched."""
        return Page(
            body=self.html.encode(self.want.get("charset", "utf-8")),
            url=self.want["url"],
            final_url=self.want.get("final_url"),
            content_type=self.want.get("content_type"),
            fetched_at=_FETCHED_AT,
        )

    def read(self) -> dict[str, Any]:
        """What `extract` reads, as `copydesk extract --json` prints it, and `decoded`, the text of the file."""
        page = self.page()
        decoded = decode(page.body, page.content_type, page.address)
        return {**to_json(extract(page, Sites())), "decoded": decoded.text if decoded else ""}

    def judged(self) -> list[str]:
        """The fields that are judged on this page."""
        fields = ["taken", "text"] if self.want["outcome"] == ARTICLE else ["refused", "reason"]
        return [*fields, "charset"] if "charset" in self.want else fields

    def faults(self, answer: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
        """The fields that are read otherwise than they are to be: wanted and got."""
        want, got = self.want["outcome"], answer.get("rejected", ARTICLE)
        phrase, text = self.want.get("phrase", ""), answer.get("text") or ""
        wrong = {
            "taken": got != ARTICLE,
            "refused": got == ARTICLE,
            "reason": got not in {want, *self.want.get("may_be", [])},
            "text": phrase not in text,
            "charset": phrase not in answer["decoded"],
        }
        said = answer.get("detail") or text[:120]
        values = {"text": (phrase, text), "charset": (phrase, answer["decoded"][-200:])}
        return {name: values.get(name, (want, f"{got}: {said}")) for name in self.judged() if wrong[name]}


def labelled_outcomes(number: int = 1) -> Iterator[LabelledOutcome]:
    """All pages of a set, by name."""
    for name, want, html in labelled_files(Path(__file__).with_name(SETS[number])):
        yield LabelledOutcome(name, html, want)


def main(arguments: Sequence[str] | None = None) -> int:
    """Read, score, print."""
    return score([partial(labelled_outcomes, number) for number in SETS], FIELDS, __doc__, arguments)


if __name__ == "__main__":
    sys.exit(main())
