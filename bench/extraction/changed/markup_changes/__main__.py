"""Read, change, read again, compare, print."""

from __future__ import annotations

import argparse
import gzip
import json
import os
import sys
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

from bench.extraction.changed.markup_changes import __doc__ as usage
from bench.extraction.changed.markup_changes import encodings, serialisation, templates, tools
from bench.extraction.changed.markup_changes.changed_page import Change, Changed, Original, letters_of, parse, text_of
from bench.extraction.changed.markup_changes.writing import write
from bench.extraction.changed.transplanted_texts import TOKEN
from bench.extraction.quality import half_of, read_gold, site_of

CHANGES: Mapping[str, Change] = serialisation.CHANGES | encodings.CHANGES | tools.CHANGES | templates.CHANGES
FIELDS = ("title", "authors", "published", "source", "editors", "text")
SAME_TEXT = 0.98
_ANEW = "written anew"
_PRINTED_ONLY = frozenset(("no JSON-LD", "no statements"))
_ONLY = {"reader view": ("title", "authors", "text"), "Wayback's address": ("title", "authors", "published", "text")}
_OTHERS = 4

Answer = dict[str, Any]


class Task(NamedTuple):
    """A page, what is read of others, another page of its site, and the changes to be made."""

    path: Path
    record: dict[str, Any]
    answer: Answer
    others: list[Answer]
    neighbour: Path | None
    changes: tuple[str, ...]


class Difference(NamedTuple):
    """A field that is read otherwise."""

    field: str
    before: Any
    after: Any


def read(changed: Changed, url: str | None) -> Answer:
    """What `copydesk extract` prints of a page."""
    from db.models import Page
    from db.site_rules.loader import Sites
    from pipelines.extraction.article_json import to_json
    from pipelines.extraction.extract import extract

    page = Page(body=changed.body, url=changed.url or url, content_type=changed.content_type)
    return to_json(extract(page, Sites()))


def read_received(task: tuple[Path, str | None]) -> Answer:
    """What is read of a page as received; runs in a worker process."""
    path, url = task
    answer = read(Changed(body=gzip.decompress(path.read_bytes()), content_type=None), url)
    return {"title": None} if "rejected" in answer else answer


def compare(before: Answer, after: Answer, fields: Sequence[str], printed: str | None) -> dict[str, Difference | None]:
    """By field whether it is read as before. With `printed`, the letters of the page, only values that stand there are compared."""
    found: dict[str, Difference | None] = {}
    for field in fields:
        old, new = before[field], after.get(field)
        if field == "published" and printed is not None:
            old, new = (old or "")[:10], (new or "")[:10]
        elif printed is not None and field != "text" and not _is_printed(old, printed):
            continue
        same = old == new if field != "text" else f1(old, new or "") >= SAME_TEXT
        found[field] = None if same else Difference(field, old, after.get("rejected", new))
    return found


def _is_printed(value: Any, letters: str) -> bool:
    values = value if isinstance(value, list) else [value]
    return bool(values) and all(one and letters_of(one) in letters for one in values)


def f1(before: str, after: str) -> float:
    """F1 of the bags of words (of characters in Chinese)."""
    old, new = (Counter(TOKEN.findall(text.lower())) for text in (before, after))
    return 2 * (old & new).total() / max(1, old.total() + new.total())


def read_changed(task: Task) -> dict[str, dict[str, Difference | None]]:
    """By change and field what is read otherwise; runs in a worker process."""
    from pipelines.extraction.encoding import decode

    body = gzip.decompress(task.path.read_bytes())
    decoded = decode(body, None, task.record.get("url"))
    neighbour = decode(gzip.decompress(task.neighbour.read_bytes())) if task.neighbour else None
    html, url = decoded.text if decoded else "", task.record.get("url") or None
    tree = parse(html)
    base = read(Changed(body=write(tree).encode("utf-8", "replace")), url)
    found = {_ANEW: compare(task.answer, base, FIELDS, None)}
    if "rejected" in base:
        return found
    original = Original(html, url, base, task.others, neighbour.text if neighbour else None)
    letters = letters_of(text_of(tree.find("body") if tree.find("body") is not None else tree))
    for name in task.changes:
        if name != _ANEW and (changed := CHANGES[name](original)) is not None:
            printed = letters if name in _PRINTED_ONLY else None
            found[name] = compare(base, read(changed, url), _ONLY.get(name, FIELDS), printed)
    return found


def make_tasks(corpus: Path, every: int, changes: tuple[str, ...], pool: ProcessPoolExecutor) -> Iterator[Task]:
    """The pages of a corpus that are read as articles, each with others of its half, set and language."""
    records = read_gold(corpus)
    paths = [corpus / "pages" / f"{record['id']}.html.gz" for record in records]
    drawn = [at for at, record in enumerate(records) if zlib.crc32(record["id"].encode()) % every == 0]
    read_pages = pool.map(read_received, [(paths[at], records[at].get("url") or None) for at in drawn], chunksize=8)
    answers = {at: answer for at, answer in zip(drawn, read_pages, strict=True) if answer["title"]}
    kinds, sites = defaultdict(list), defaultdict(list)
    for at, record in enumerate(records):
        sites[site_of(record)].append(at)
        if at in answers:
            kinds[half_of(record), answers[at]["language"]].append(at)
    for at, answer in answers.items():
        record = records[at]
        near = _after(kinds[half_of(record), answer["language"]], at)
        others = [answers[other] for other in near if site_of(records[other]) != site_of(record)]
        neighbours = _after(sites[site_of(record)], at)
        yield Task(
            path=paths[at],
            record={"id": record["id"], "url": record.get("url")},
            answer=answer,
            others=others[:_OTHERS],
            neighbour=paths[neighbours[0]] if neighbours else None,
            changes=changes,
        )


def _after(places: list[int], at: int) -> list[int]:
    """The other places, beginning with the next one."""
    own = places.index(at)
    return places[own + 1 :] + places[:own]


def main(arguments: Sequence[str] | None = None) -> int:
    """Read, compare, print."""
    parser = argparse.ArgumentParser(
        prog="markup_changes", description=usage, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("corpus", type=Path, nargs="+")
    parser.add_argument("--changes", nargs="+", choices=list(CHANGES), default=list(CHANGES), metavar="NAME")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="one page in N")
    parser.add_argument("--half", choices="AB", help="only the pages of one half")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument(
        "--misses", type=int, nargs="?", const=20, default=0, metavar="N", help="print N of half A for each change"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write what is read otherwise in half A")
    options = parser.parse_args(arguments)
    asked = tuple(options.changes)
    with ProcessPoolExecutor(options.jobs) as pool:
        tasks = [
            task
            for corpus in options.corpus
            for task in make_tasks(corpus, options.every, asked, pool)
            if options.half in (None, half_of(task.record))
        ]
        results = list(pool.map(read_changed, tasks, chunksize=2))
    rows = [(task.record["id"], half_of(task.record), found) for task, found in zip(tasks, results, strict=True)]
    for line in table(rows, asked):
        print(line)
    for name in asked if options.misses else ():
        print_misses(name, rows, options.misses)
    if options.json:
        kept = {id: found for id, half, found in rows if half == "A"}
        options.json.write_text(json.dumps(kept, ensure_ascii=False), encoding="utf-8")
    return 0


Row = tuple[str, str, Mapping[str, Mapping[str, Difference | None]]]


def table(rows: Sequence[Row], changes: Sequence[str]) -> Iterator[str]:
    """One line a change: by half the pages and the shares that are read as before, by field."""
    yield f"{'change':30}" + "".join(f"  {half:>5}" + "".join(f" {field[:6]:>6}" for field in FIELDS) for half in "AB")
    for name in changes:
        cells = ""
        for half in "AB":
            found = [row[name] for _, own, row in rows if own == half and name in row]
            cells += f"  {len(found):5}"
            for field in FIELDS:
                judged = [row[field] is None for row in found if field in row]
                cells += f" {sum(judged) / len(judged):6.3f}" if judged else f" {'-':>6}"
        yield name.ljust(30) + cells


def print_misses(name: str, rows: Sequence[Row], most: int) -> None:
    """What a change makes read otherwise in half A."""
    missed = [
        (id, difference)
        for id, half, found in rows
        if half == "A"
        for difference in found.get(name, {}).values()
        if difference
    ]
    print(f"== {name}: {len(missed)}")
    for id, (field, before, after) in missed[:most]:
        print(f"  {id} {field}")
        for mark, value in (("-", before), ("+", after)):
            shown = (
                value
                if field != "text" or not isinstance(value, str)
                else _without(value, before if mark == "+" else after)
            )
            print(f"    {mark} {str(shown)[:700]}")


def _without(text: str, other: Any) -> str:
    """The lines of a text that another has not."""
    lines = set(str(other).split("\n"))
    return " | ".join(line[:160] for line in text.split("\n") if line not in lines)


if __name__ == "__main__":
    sys.exit(main())
