"""Forms of the press, written by hand: what is read of 569 forms in 16 languages, each in three kinds of page.

    python -m bench.extraction.handwritten.press_forms [--set N] [--json] [--misses [--left]] [--language XX] [--kind KIND]

Where `byline_forms` draws pages by chance from words and dividers, each form here stands as some newspaper, portal or system
writes it: bylines, credits, times, statements for machines, headlines, texts. The forms are data (`press_forms/*.toml`).
`--set 2` are 185 further bylines and credits, written before their reading was looked at (`press_forms_2/*.toml`). `--set 3` are
214 more in 26 languages (`press_forms_3/*.toml`) in the halves of `page_halves`, with forms in which no author is to be read, and
223 times and headlines, with forms in which no time is to be read. `--set 4` are 288 heads and ends in 41 languages, in forms
of regional papers, portals and blogs, many after stored pages (`press_forms_4/*.toml`): what stands beside a name or in its place.

Copydesk and bare trafilatura are scored by field and by language, each on the pages whose form has the field; trafilatura gives a
day, not a time, and is judged by the day, and it has no field for source, editors, proofreaders, kicker or change.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from trafilatura import bare_extraction

from bench.extraction.form_report import Faults
from bench.extraction.handwritten.page_halves import HALVES, half_of
from bench.extraction.handwritten.press_pages import SURROUNDINGS, PressForm, press_forms
from db.models import Page
from db.site_rules.loader import Sites
from pipelines.extraction.article_json import to_json
from pipelines.extraction.extract import extract

READERS = ("copydesk", "trafilatura")
_THEIRS = frozenset(("title", "authors", "published", "text"))
"""The fields that trafilatura has."""
_FETCHED_AT = datetime(2024, 3, 9, 12, tzinfo=UTC)
Answer = dict[str, Any]


@dataclass(slots=True)
class PressScores:
    """Pages read rightly and pages asked about, by reader, language and field; and the misses of Copydesk."""

    right: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    asked: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    pages: int = 0
    misread: int = 0
    misses: list[dict[str, Any]] = field(default_factory=list)

    def count(self, form: PressForm, surroundings: str) -> None:
        """Read one page with both readers."""
        html, labels = form.page(surroundings), form.labels()
        ours = form_faults(form, labels, read_by_copydesk(html, form.url))
        theirs = form_faults(
            form, {name: _day(name, labels[name]) for name in labels.keys() & _THEIRS}, _theirs(html, form.url)
        )
        self.pages += 1
        for reader, fields, bad in (
            ("copydesk", labels.keys(), ours),
            ("trafilatura", labels.keys() & _THEIRS, theirs),
        ):
            for name in fields:
                self.asked[reader, form.language, name] += 1
                self.right[reader, form.language, name] += name not in bad
        if ours:
            self.misread += 1
            faults = {name: {"want": want, "got": got} for name, (want, got) in ours.items()}
            named = {"kind": form.kind, "name": form.name, "language": form.language}
            self.misses.append({**named, "surroundings": surroundings, "faults": faults})

    def share(self, reader: str, *, language: str | None = None, name: str | None = None) -> tuple[float | None, int]:
        """The share of fields read rightly, and how many were asked; None where the reader has no such field."""
        keys = [key for key in self.asked if key[0] == reader and language in (None, key[1]) and name in (None, key[2])]
        asked = sum(self.asked[key] for key in keys)
        return (sum(self.right[key] for key in keys) / asked if asked else None), asked

    def as_json(self) -> dict[str, Any]:
        """All figures, for scripts."""

        def figures(**what: str) -> dict[str, Any]:
            return {reader: self.share(reader, **what)[0] for reader in READERS} | {
                "asked": self.share("copydesk", **what)[1]
            }

        names, languages = (sorted({key[at] for key in self.asked}) for at in (2, 1))
        return {
            "pages": self.pages,
            "misread": self.misread,
            "fields": {name: figures(name=name) for name in names},
            "languages": {
                one: {name: figures(language=one, name=name) for name in names if ("copydesk", one, name) in self.asked}
                for one in languages
            },
            "misses": self.misses,
        }


def read_by_copydesk(html: str, url: str) -> Answer:
    """What `extract` reads: the fields of `copydesk extract --json`, the text as its lines."""
    answer = to_json(extract(Page(body=html.encode(), url=url, fetched_at=_FETCHED_AT), Sites()))
    return {**answer, "text": _lines(answer.get("text"))}


def _theirs(html: str, url: str) -> Answer:
    """What trafilatura reads, under the same names."""
    found = bare_extraction(html, url=url, with_metadata=True)
    read = found.as_dict() if found is not None and not isinstance(found, dict) else found or {}
    authors = [name.strip() for name in (read.get("author") or "").split(";") if name.strip()]
    text = _lines(read.get("text"))
    return {"title": read.get("title"), "authors": authors, "published": read.get("date"), "text": text}


def _lines(text: str | None) -> list[str]:
    return [line.strip() for line in (text or "").split("\n") if line.strip()]


def _day(name: str, value: Any) -> Any:
    return value[:10] if name == "published" and value else value


def form_faults(form: PressForm, labels: Answer, answer: Answer) -> Faults:
    """As `press_faults`, but for what may be read otherwise of this form, and for lines that its text may have or not."""
    text = [line for line in answer.get("text") or () if line not in form.optional]
    found = press_faults(labels, {**answer, "text": text})
    return {name: fault for name, fault in found.items() if not _as_right(form.may_be.get(name, ()), fault[1])}


def _as_right(values: Sequence[Any], got: Any) -> bool:
    return any(sorted(one) == sorted(got or ()) if isinstance(one, list) else one == got for one in values)


def press_faults(labels: Answer, answer: Answer) -> Faults:
    """The fields that are read otherwise than they are labelled: wanted and got."""
    found: Faults = {}
    for name, want in labels.items():
        got = answer.get(name)
        if name in ("published", "modified"):
            same = _same_time(want, got)
        elif name == "text":
            same = set(want) == set(got or ())
        elif isinstance(want, list):
            same = sorted(want) == sorted(got or ())
        else:
            same = (want or None) == (got or None)
        if not same:
            found[name] = (want, got)
    return found


def _same_time(want: str, got: str | None) -> bool:
    """The same day, or the same minute; the zone counts where both have one. Nothing, where nothing is wanted."""
    if not (want and got):
        return not want and not got
    if ("T" in want) != ("T" in got):
        return False
    if "T" not in want:
        return want == got[:10]
    wanted, read = datetime.fromisoformat(want), datetime.fromisoformat(got)
    if not (wanted.tzinfo and read.tzinfo):
        wanted, read = wanted.replace(tzinfo=None), read.replace(tzinfo=None)
    return abs((wanted - read).total_seconds()) < 60


def _score(forms: Sequence[PressForm]) -> PressScores:
    """All forms in all surroundings."""
    scores = PressScores()
    for at, form in enumerate(forms, 1):
        for surroundings in SURROUNDINGS:
            scores.count(form, surroundings)
        if sys.stderr.isatty():
            print(f"\r{at} of {len(forms)} forms", end="\n" if at == len(forms) else "", file=sys.stderr, flush=True)
    return scores


def _print_misses(scores: PressScores) -> None:
    """Each page that is misread, with wanted and got."""
    for miss in scores.misses:
        print(*(miss[key] for key in ("language", "kind", "name", "surroundings")), sep=" | ")
        for name, fault in miss["faults"].items():
            want, got = fault["want"], fault["got"]
            if name == "text":  # the lines that differ are enough
                want, got = [x for x in want if x not in (got or ())], [x for x in got or () if x not in want]
            print(f"    {name}: want {want!r}, got {got!r}")


def _printed(scores: PressScores) -> None:
    """A line for each field, then for each language."""
    print(f"{'':16} {'asked':>6} {'copydesk':>9} {'trafilatura':>12}")
    names, languages = (sorted({key[at] for key in scores.asked}) for at in (2, 1))
    for title, rows in (("name", names), ("language", languages)):
        for row in rows:
            shares = [scores.share(reader, **{title: row}) for reader in READERS]
            first, second = (f"{share:.3f}" if share is not None else "-" for share, _ in shares)
            print(f"{row:16} {shares[0][1]:6} {first:>9} {second:>12}")
        print()
    print(f"{scores.pages} pages, {scores.misread} with a field that Copydesk misreads")


def main(arguments: Sequence[str] | None = None) -> int:
    """Read, score, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--set", type=int, choices=(1, 2, 3, 4), default=1, help="which set of forms is read (1)")
    parser.add_argument("--json", action="store_true", help="print the figures and the misses as JSON")
    parser.add_argument(
        "--misses", action="store_true", help="print each page that Copydesk misreads, with wanted and got"
    )
    parser.add_argument("--left", action="store_true", help="with --misses from --set 3 on: in the half that is left")
    parser.add_argument("--language", help="only forms in this language: de, zh, tw (Taiwan), …")
    parser.add_argument("--kind", help="only forms of this kind: byline, credit, time, title, text, …")
    options = parser.parse_args(arguments)
    forms = [
        form
        for form in press_forms(options.set)
        if options.language in (None, form.language) and options.kind in (None, form.kind)
    ]
    if not forms:
        parser.error("No form is of this language and kind. Leave out --language or --kind.")
    halves = HALVES if options.set > 2 else ("",)
    parts = {half: [form for form in forms if half in ("", half_of(f"{form.language} {form.name}"))] for half in halves}
    scored = {half: _score(part) for half, part in parts.items() if part}
    if options.json:
        figures: dict[str, Any] = {half: scores.as_json() for half, scores in scored.items()}
        print(json.dumps(figures.get("", figures), ensure_ascii=False, indent=2))
        return 0
    for half, scores in scored.items():
        if options.misses and half in ("", HALVES[options.left]):
            _print_misses(scores)
    for half, scores in scored.items():
        if half:
            print(f"The half {half}:")
        _printed(scores)
    return 0


if __name__ == "__main__":
    sys.exit(main())
