"""Other bylines in the templates of real pages: what is read where a page prints its author in another form and place.

    python -m bench.extraction.changed.transplanted_bylines CORPUS ... [--stated | --blocks] [--forms N] [--form TEXT]
                                                            [--misses [N]] [--left] [--jobs N] [--keep FOLDER]

CORPUS is a folder with gold.jsonl and pages/<id>.html.gz, as for `bench.extraction.quality`. Of its pages those are used whose
only author is read rightly and printed in a short block. From each page everything is taken that says who wrote it and when:
statements for machines, the block, and all other lines with the name or the day. Then one of the forms of
`transplanted_bylines.toml` is planted: in place of the block, above or below the headline, before or after the text, or in an
`aside`; with invented names, the page's own day, and classes that say what they hold or that do not. Everything is drawn by a
hash, so that two runs plant the same.

With `--stated` the statements stay and name the planted author: a printed line must not spoil what is stated. With `--blocks` the
blocks of other pages are planted as they are, names and classes included: of pages in the same language and half.

Figures are shares of the planted pages whose authors, and day of publication, are read rightly, by form, place, and classes, in
two halves by site (`quality.half_of`). `--misses` prints what is misread in half A. Half B is for its figures alone; `--left`
prints its misses.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import os
import re
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from babel.dates import format_date

from bench.extraction.changed.byline_template import Template
from bench.extraction.quality import half_of, predict_one, read_gold
from db.models import Page
from db.site_rules.loader import Sites
from pipelines.extraction.article_json import to_json
from pipelines.extraction.encoding import decode
from pipelines.extraction.extract import extract
from pipelines.extraction.text.titles import plain

FORMS = Path(__file__).with_suffix(".toml")
_CHANGED_AFTER = 9
"""Days from publication to the change that a form prints."""
_FETCHED_AFTER = 3
"""Days from publication to the fetch of a form with a relative time; the words of the forms say as many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One way to print a byline. `authors` and `html` have slots; `places` are where a reader finds it."""

    name: str
    html: str
    places: tuple[str, ...]
    authors: tuple[str, ...]
    dated: bool

    def slots(self) -> set[str]:
        """The names of the slots."""
        return set(re.findall(r"\{(\w+)\}", self.html))


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    """A page with another byline, and what is to be read of it."""

    form: Form
    place: str
    classes: str
    html: str
    url: str
    fetched_at: datetime
    authors: list[str]
    published: date | None

    def read(self) -> dict[str, Any]:
        """What `extract` reads: the fields of `copydesk extract --json`."""
        page = Page(
            body=self.html.encode("utf-8", "replace"),
            url=self.url,
            fetched_at=self.fetched_at,
            content_type="text/html; charset=utf-8",
        )
        return to_json(extract(page, Sites()))

    def faults(self, answer: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
        """The fields that are read otherwise than they are to be: wanted and got."""
        found: dict[str, tuple[Any, Any]] = {}
        names = answer.get("authors") or []
        if sorted(map(plain, names)) != sorted(map(plain, self.authors)):
            found["authors"] = (self.authors, names)
        if self.published and (answer.get("published") or "")[:10] != self.published.isoformat():
            found["published"] = (self.published.isoformat(), answer.get("published"))
        return found


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads(FORMS.read_text("utf-8"))


@cache
def forms() -> tuple[Form, ...]:
    """The forms, in the order of the file."""
    return tuple(
        Form(
            name=form["name"],
            html=form["html"],
            places=tuple(form["places"]),
            authors=tuple(form.get("authors", ("{name}",))),
            dated=form.get("dated", False),
        )
        for form in _data()["forms"]
    )


def planted_pages(
    record: Mapping[str, Any], template: Template, count: int, candidates: Sequence[Form]
) -> Iterator[Planted]:
    """The pages that one template gives: `count` of the forms that its language has words for, drawn by a hash."""
    words = dict(_data()["words"].get(template.language, {}))
    said = {
        *words,
        "name",
        "second",
        "third",
        "stranger",
        "NAME",
        "lower",
        "first",
        "slug",
        "date",
        "later",
        "weekday",
        "clock",
    }
    said |= {name.upper() for name in words}
    dated = {"date", "later", "weekday"}
    fitting = [form for form in candidates if form.slots() <= said]
    if template.published is None:
        fitting = [form for form in fitting if not form.slots() & dated and not form.dated]
    if template.is_named_elsewhere:
        fitting = [form for form in fitting if form.authors]
    for form in sorted(fitting, key=lambda form: _draw(record["id"], form.name))[: count or None]:
        places = [place for place in form.places if place in template.places()]
        if places:
            yield _planted(record, template, form, places, words)


def _planted(
    record: Mapping[str, Any], template: Template, form: Form, places: Sequence[str], words: Mapping[str, str]
) -> Planted:
    data = _data()
    draw = [_draw(record["id"], f"{form.name}{at}") for at in range(8)]
    name = data["people"][draw[0] % len(data["people"])]
    telling = draw[1] % 2 == 0
    place = places[draw[2] % len(places)]
    slots = {
        **words,
        "first": name.split()[0],
        **{key.upper(): word.upper() for key, word in words.items()},
        "name": name,
        "second": data["seconds"][draw[3] % len(data["seconds"])],
        "third": data["thirds"][draw[4] % len(data["thirds"])],
        "stranger": data["strangers"][draw[5] % len(data["strangers"])],
        "NAME": name.upper(),
        "lower": name.lower(),
        "slug": re.sub(r"\W+", "-", name.lower()).strip("-"),
        "clock": "14:35",
    }
    day = template.published
    if day:
        style, later = ("long", "medium")[draw[6] % 2], day + timedelta(days=_CHANGED_AFTER)
        slots |= {key: format_date(one, style, template.language) for key, one in (("date", day), ("later", later))}
        slots["weekday"] = format_date(day, "EEEE", template.language)
    box, called = (
        data[kind][draw[7] % len(data[kind])] if telling else f"css-{draw[7] % 9973:x}{kind[0]}"
        for kind in ("boxes", "names")
    )
    html = form.html.format_map(slots).replace("@box", box).replace("@name", called)
    since = _FETCHED_AFTER if "days_ago" in form.slots() else 2 * _CHANGED_AFTER
    host = urlsplit(record.get("url") or "").netloc or "www.example.com"
    return Planted(
        form=form,
        place=place,
        classes="telling" if telling else "mute",
        html=template.plant(html, place, telling=telling).replace(template.author, name),
        url=f"https://{host}/stories/the-page-itself",
        fetched_at=datetime.combine((day or date(2025, 1, 1)) + timedelta(days=since), time(12), UTC),
        authors=[one.format_map(slots) for one in form.authors],
        published=day if form.dated else None,
    )


def _draw(*parts: str) -> int:
    return int.from_bytes(hashlib.sha256("\0".join(parts).encode()).digest()[:4])


Answered = tuple[str, str, str, dict[str, tuple[Any, Any]], list[str]]
"""The form, place and classes of a planted page, its faults, and the fields that are judged."""


def read_block(task: tuple[Path, dict[str, Any]]) -> tuple[str, Form] | None:
    """The language of a page and the block that prints all its authors, if they are read rightly. Runs in a worker process."""
    corpus, record = task
    names = _labelled(record)
    known, html = _known(corpus, record)
    if sorted(map(plain, known.get("authors") or [])) != sorted(map(plain, names)):
        return None
    try:
        template = Template(html, names[0], None, known, stated=False)
    except ValueError:
        return None
    if template.block.tag in _PARTS or not all(name.lower() in template.said.lower() for name in names):
        return None
    return template.language, Form(
        name=f"block of {record['id']}",
        html=template.printed.replace("{", "{{").replace("}", "}}"),
        places=("own", "below"),
        authors=tuple(name.replace("{", "{{").replace("}", "}}") for name in names),
        dated=False,
    )


_PARTS = ("li", "td", "tr", "tbody", "ul", "h1")
"""Elements that stand in others, and the headline."""


def _labelled(record: Mapping[str, Any]) -> list[str]:
    return [record["authors"]] if isinstance(record["authors"], str) else record["authors"]


def _known(corpus: Path, record: Mapping[str, Any]) -> tuple[Mapping[str, Any], str]:
    path = corpus / "pages" / f"{record['id']}.html.gz"
    decoded = decode(gzip.decompress(path.read_bytes()), None, record.get("url"))
    return predict_one((record["id"], str(path), record.get("url"))), decoded.text if decoded else ""


def read_record(
    task: tuple[Path, dict[str, Any], bool, int, Sequence[tuple[str, Form]], Path | None],
) -> tuple[str, list[Answered]]:
    """Plant into one page of a corpus and read; why it cannot be used, or "". Forms come with the language that they are for, or
    "" for any. Runs in a worker process."""
    corpus, record, stated, count, candidates, keep = task
    names = _labelled(record)
    known, html = _known(corpus, record)
    if len(names) != 1 or " " not in names[0] or list(map(plain, known.get("authors") or [])) != [plain(names[0])]:
        return "its author is not read", []
    day = (known.get("published") or "")[:10]
    published = date.fromisoformat(day) if day and day == (record.get("published") or "")[:10] else None
    try:
        template = Template(html, names[0], published, known, stated=stated)
    except ValueError as error:
        return str(error), []
    found = []
    own = f"block of {record['id']}"
    fitting = [form for language, form in candidates if language in ("", template.language) and form.name != own]
    for page in planted_pages(record, template, count, fitting):
        if stated and (len(page.authors) != 1 or "stranger" in page.form.slots()):
            continue
        if keep:
            name = re.sub(r"\W+", "-", f"{record['id']} {page.form.name}")
            (keep / f"{name}.html").write_text(page.html, "utf-8")
        if "rejected" in (read := page.read()):
            return "no article without its statements", []
        judged = ["authors", *(["published"] if page.published else [])]
        found.append((page.form.name, page.place, page.classes, page.faults(read), judged))
    return "", found


def main(arguments: Sequence[str] | None = None) -> int:
    """Plant, read, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", type=Path, nargs="+", metavar="CORPUS")
    planted = parser.add_mutually_exclusive_group()
    planted.add_argument("--stated", action="store_true", help="statements stay, and name the planted author")
    planted.add_argument("--blocks", action="store_true", help="plant the blocks of other pages as they are")
    parser.add_argument(
        "--forms", type=int, default=12, metavar="N", help="forms planted into each page (12); 0 for all"
    )
    parser.add_argument("--form", default="", metavar="TEXT", help="only forms with this in their name")
    parser.add_argument(
        "--misses", nargs="?", type=int, const=10**6, default=0, metavar="N", help="print misses of half A"
    )
    parser.add_argument("--left", action="store_true", help="with --misses: of half B")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="write the planted pages of the printed half")
    options = parser.parse_args(arguments)
    shown = "B" if options.left else "A"
    records = [
        (corpus, record)
        for corpus in options.corpora
        for record in read_gold(corpus)
        if record.get("authors") and record["set"] != "zh"
    ]
    with ProcessPoolExecutor(options.jobs) as pool:
        written = [("", form) for form in forms() if options.form.lower() in form.name.lower()]
        candidates: dict[str, list[tuple[str, Form]]] = {"A": written, "B": written}
        if options.blocks:
            blocks = list(zip(records, pool.map(read_block, records, chunksize=4), strict=True))
            candidates = {
                half: [block for (_, record), block in blocks if block and half_of(record) == half] for half in "AB"
            }
        tasks = [
            (
                corpus,
                record,
                options.stated,
                options.forms,
                candidates[half_of(record)],
                options.keep if half_of(record) == shown else None,
            )
            for corpus, record in records
        ]
        answered = list(zip(tasks, pool.map(read_record, tasks, chunksize=4), strict=True))
    asked: Counter[tuple[str, str, str]] = Counter()
    right: Counter[tuple[str, str, str]] = Counter()
    unused: Counter[str] = Counter()
    left = options.misses
    for task, (why, answers) in answered:
        half = half_of(task[1])
        unused[why or "used"] += 1
        for form, place, classes, faults, judged in answers:
            for field in judged:
                for row in ("all", f"place {place}", f"classes {classes}", *(() if options.blocks else (form,))):
                    asked[row, half, field] += 1
                    right[row, half, field] += field not in faults
            if faults and half == shown and left > 0:
                left -= 1
                print(f"{task[1]['id']} {form!r} {place} {classes}: {faults}")
    print(", ".join(f"{number} pages: {why}" for why, number in unused.most_common()))
    print_table(asked, right)
    return 0


def print_table(asked: Mapping[tuple[str, str, str], int], right: Mapping[tuple[str, str, str], int]) -> None:
    """A line for all, for each place, classes and form: the share read rightly by field and half."""
    columns = [(field, half) for field in ("authors", "published") for half in "AB"]
    print(f"{'':48}" + "".join(f"{field + ' ' + half:>18}" for field, half in columns))
    rows = list(dict.fromkeys(row for row, _, _ in asked))
    names = [form.name for form in forms()]
    for row in sorted(rows, key=lambda row: (row != "all", names.index(row) if row in names else -1, row)):
        cells = [(right[row, half, field], asked[row, half, field]) for field, half in columns if (row, half, field)]
        print(f"{row:48}" + "".join(f"{a}/{b} {a / b:.3f}".rjust(18) if b else "-".rjust(18) for a, b in cells))


if __name__ == "__main__":
    sys.exit(main())
