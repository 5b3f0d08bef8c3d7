"""Which conditions of the extraction help on labelled pages, which harm, and which nothing needs.

    python -m bench.extraction.rule_ablation OUT CORPUS ... --scorer SCORER [--no-sets] [--tests] [--most N] [--since COMMIT]
                                                 [--jobs N]
    python -m bench.extraction.rule_ablation OUT --report

Every condition in pipelines/extraction that decides something is a *branch*: the test of an `if` or a conditional expression, the
filter of a comprehension, each operand of `and` and `or`; so is each function, which is held to find nothing. The modules are
compiled with each branch wrapped; their files stay as they are. A first pass notes on which pages each branch was ever true and
ever false. Then each branch is held false, or held true, and the pages on which that differs are extracted again, at most N of
them: what decides on more pages is the core and is not measured. Branches that decide on few pages come first. What is worked out
once in a process (the words of a language) is only seen on the first page that asks for it; loops over `while` are left alone.
--since holds only the branches on lines that were written since a commit.

Pages are those of the corpora (as `bench.extraction.quality` reads them), in halves by site; the whole pages of `chinese_sites`,
`world_pages` and `refusals`, and with --tests those that the tests of extraction read, for which only changes are counted. Of
halves that are not to be looked at (B, and "left" of the sets from the third on and of the refusals) sums are kept and no names.

OUT is a file of JSON lines, one for each branch and value, and OUT.pages one of what was noted, a line for each page. A run that
was stopped goes on where it was, unless the code has changed since. --report prints what was measured, the branches that harm
first: points are pages won (+) or lost (-) by holding the branch, summed over the fields.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import multiprocessing
import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from importlib.util import module_from_spec, spec_from_file_location
from multiprocessing.pool import Pool
from pathlib import Path
from types import ModuleType
from typing import Any

from bench.extraction import branches
from bench.extraction.quality import half_of, read_gold

PACKAGE = "pipelines.extraction"
SHOWN = ("A", "set 1", "set 2", "looked at", "tests")
"""The ends of the names of groups whose pages may be named."""
_TESTED = 40
"""Of the pages of tests that a branch decides on, so many are read: whether a test shows it, not how many."""
_SLOWER, _SPARE = 6, 1.0
"""A page is given up after so many times its CPU time, and so many seconds: a held branch may never leave a loop."""
Rows = dict[str, float]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page, the group it is counted in, how it is read, and the points that an answer has by field."""

    name: str
    group: str
    read: Callable[[], dict[str, Any]]
    points: Callable[[dict[str, Any]], Rows]


@dataclass(frozen=True, slots=True)
class Noted:
    """What was seen on a page when no branch was held."""

    seconds: float
    digest: str
    points: Rows
    true: bytes
    false: bytes


_BYTES = ("true", "false")


class TooLongError(BaseException):
    """No Exception: the extraction makes these an outcome."""


def corpus_sheets(corpus: Path, scorer: Path) -> Iterator[Sheet]:
    """The pages of a corpus."""
    from db.models import Page

    spec = spec_from_file_location("scorer", scorer)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)

    def read(path: Path, url: str | None) -> dict[str, Any]:
        return _extracted(Page(body=gzip.decompress(path.read_bytes()), url=url))

    def points(gold: dict[str, Any], answer: dict[str, Any]) -> Rows:
        [row] = module.score([gold], {gold["id"]: answer})[1]
        return {name: value for name, value in row.items() if name not in ("id", "text_4gram_f1")}

    for gold in read_gold(corpus):
        path = corpus / "pages" / f"{gold['id']}.html.gz"
        group = f"{corpus.resolve().name} {half_of(gold)}"
        yield Sheet(gold["id"], group, partial(read, path, gold.get("url")), partial(points, gold))


def set_sheets() -> Iterator[Sheet]:
    """The whole pages."""
    from bench.extraction.handwritten import chinese_sites, page_halves, refusals, world_pages

    kinds: dict[str, Sequence[Callable[[], Iterable[page_halves.LabelledPage]]]] = {
        "chinese": (
            chinese_sites.site_pages,
            chinese_sites.site_pages_2,
            chinese_sites.site_pages_3,
            chinese_sites.site_pages_4,
            chinese_sites.site_pages_5,
            chinese_sites.site_pages_6,
            chinese_sites.site_pages_7,
        ),
        "world": [partial(world_pages.world_pages, number) for number in world_pages.SETS],
        "refusals": [partial(refusals.labelled_outcomes, number) for number in refusals.SETS],
    }

    def points(page: page_halves.LabelledPage, answer: dict[str, Any]) -> Rows:
        wrong = page.faults(answer)
        return {name: float(name not in wrong) for name in page.judged()}

    for kind, sets in kinds.items():
        for number, pages in enumerate(sets, 1):
            for page in pages():
                half = f" {page_halves.half_of(page.name)}" if number > 2 or kind == "refusals" else ""
                yield Sheet(page.name, f"{kind} set {number}{half}", page.read, partial(points, page))


def test_sheets() -> Iterator[Sheet]:
    """The pages of the tests; each once."""
    from tests.pipelines.extraction.specimens import specimens

    seen = set()
    for one in specimens():
        if (one.page, key := hash(tuple(one.sites.by_host))) not in seen:
            seen.add((one.page, key))
            yield Sheet(one.shows, "tests", partial(_extracted, one.page, one.sites), lambda _: {})


def _extracted(page: Any, sites: Any = None) -> dict[str, Any]:
    from db.site_rules.loader import Sites
    from pipelines.extraction.article_json import to_json
    from pipelines.extraction.extract import extract

    return to_json(extract(page, sites or Sites()))


def _digest(answer: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(answer, sort_keys=True, default=str).encode("utf-8", "replace")).hexdigest()[:16]


class Bench:
    """The pages and the instrumented modules, as each worker process has them."""

    def __init__(self, sheets: Sequence[Sheet], modules: Sequence[ModuleType]) -> None:
        self.sheets = sheets
        self.modules = modules
        self.noted: list[Noted] = []
        kept = {
            id(value): (module, value)
            for module in modules
            for value in vars(module).values()
            if hasattr(value, "cache_clear")
        }
        self._caches = list(kept.values())

    def clear(self, module: str | None) -> None:
        """Forget what was read of earlier pages, and what this module keeps."""
        for holder, kept in self._caches:
            if kept.cache_parameters()["maxsize"] is not None or holder.__name__ == module:
                kept.cache_clear()

    def note(self, number: int) -> Noted:
        """Read a page and note what its branches were."""
        self.clear(None)
        branches.forget()
        start = time.process_time()
        answer = self.sheets[number].read()
        seconds = time.process_time() - start
        return Noted(seconds, _digest(answer), self.sheets[number].points(answer), *branches.what_was_noted())

    def hold(self, task: tuple[int, bool, list[int]]) -> dict[str, Any]:
        """Read pages with a branch held: by group the pages read, changed, and the points won and lost by field."""
        branch, value, numbers = task
        site = branches.BRANCHES[branch]
        groups: dict[str, dict[str, Any]] = {}
        branches.hold(branch, value)
        self.clear(site.module)
        signal.signal(signal.SIGPROF, _give_up)
        for number in numbers:
            sheet, before = self.sheets[number], self.noted[number]
            self.clear(None)
            signal.setitimer(signal.ITIMER_PROF, before.seconds * _SLOWER + _SPARE)
            try:
                answer = sheet.read()
            except TooLongError:
                answer = {"rejected": "too long"}
            except Exception as error:  # noqa: BLE001 - what comes of holding a branch is its result
                answer = {"rejected": repr(error)}
            signal.setitimer(signal.ITIMER_PROF, 0)
            group = groups.setdefault(sheet.group, {"read": 0, "changed": 0, "points": Counter(), "pages": []})
            group["read"] += 1
            if _digest(answer) == before.digest:
                continue
            group["changed"] += 1
            moved = {
                name: points - before.points.get(name, 0.0)
                for name, points in sheet.points(answer).items()
                if points != before.points.get(name, 0.0)
            }
            for name, points in moved.items():
                group["points"][name] += points
            if sheet.group.endswith(SHOWN):
                group["pages"].append([sheet.name, moved])
        branches.hold(None, False)
        self.clear(site.module)
        return {"branch": site.place, "text": site.text, "held": value, "groups": groups}


def _give_up(_signal: int, _frame: object) -> None:
    raise TooLongError


_bench: Bench


def _note(number: int) -> Noted:
    return _bench.note(number)


def _hold(task: tuple[int, bool, list[int]]) -> dict[str, Any]:
    return _bench.hold(task)


def noted_pages(bench: Bench, path: Path, jobs: int) -> list[Noted]:
    """What `path` says of the pages, as far as the same code wrote it; the others are noted now, and written one by one."""
    head = {"code": branches.digest_of(bench.modules), "pages": [sheet.name for sheet in bench.sheets]}
    first = json.dumps(head) + "\n"
    lines = path.read_text().splitlines(keepends=True) if path.exists() else []
    kept = [line for line in lines if line.endswith("\n")]  # the last one may have been broken off
    if kept[:1] != [first]:
        kept = [first]
    noted = [_parse(line) for line in kept[1:]]
    path.write_text("".join(kept))
    with multiprocessing.get_context("fork").Pool(jobs) as pool, path.open("a", buffering=1) as out:
        for one in pool.imap(_note, range(len(noted), len(bench.sheets))):
            out.write(json.dumps(asdict(one) | {name: getattr(one, name).hex() for name in _BYTES}) + "\n")
            noted.append(one)
        _let_end(pool)
    return noted


def _let_end(pool: Pool) -> None:
    """Let the processes of a pool end by themselves. Its block ends them by a signal, which whoever forked them may have caught."""
    pool.close()
    pool.join()


def _parse(line: str) -> Noted:
    row = json.loads(line)
    return Noted(**(row | {name: bytes.fromhex(row[name]) for name in _BYTES}))


def lines_since(commit: str) -> set[str]:
    """The lines ("file:line") of the package that were written since a commit."""
    command = ["git", "diff", "--unified=0", "--no-prefix", commit, "--", PACKAGE.replace(".", "/")]
    found, path = set(), ""
    for line in subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines():
        if line.startswith("+++ "):
            path = line[4:]
        elif place := re.match(r"@@ \S+ \+(\d+)(?:,(\d+))? @@", line):
            found |= {f"{path}:{int(place[1]) + offset}" for offset in range(int(place[2] or 1))}
    return found


def tasks(
    bench: Bench, most: int, lines: set[str] | None = None
) -> tuple[list[tuple[int, bool, list[int]]], int, list[branches.Branch]]:
    """What is to be measured, what decides on fewest pages first; how many are of the core; and what no page executes. Only of
    these lines, if any are given."""
    found, core, dead = [], 0, []
    for branch, site in enumerate(branches.BRANCHES):
        if lines is not None and site.place.rpartition(":")[0] not in lines:
            continue
        held: dict[bool, list[int]] = {}
        for value in (False, True):
            other = [one.false if value else one.true for one in bench.noted]
            held[value] = [number for number, seen in enumerate(other) if seen[branch]]
        if site.is_test and not held[False] and not held[True]:
            dead.append(site)
        for value, numbers in held.items():
            labelled = [number for number in numbers if bench.sheets[number].group != "tests"]
            tested = [number for number in numbers if bench.sheets[number].group == "tests"]
            core += len(labelled) > most
            if numbers and len(labelled) <= most:
                found.append((branch, value, labelled + tested[:: len(tested) // _TESTED + 1]))
    return sorted(found, key=lambda task: len(task[2])), core, dead


def measure(options: argparse.Namespace) -> None:
    """Note, then hold each branch, and write what comes of it."""
    global _bench
    modules = branches.instrument(PACKAGE)
    sheets = [sheet for corpus in options.corpora for sheet in corpus_sheets(corpus, options.scorer)]
    sheets += [] if options.no_sets else set_sheets()
    sheets += test_sheets() if options.tests else []
    _bench = Bench(sheets, modules)
    _bench.noted = noted_pages(_bench, Path(f"{options.out}.pages"), options.jobs)
    code, done = branches.digest_of(modules), set()
    if options.out.exists():
        rows = [json.loads(line) for line in options.out.read_text().splitlines()]
        done = {(row["branch"], row["held"]) for row in rows if row.get("code") == code}
        if len(done) < len(rows):
            sys.exit(f"{options.out} is of other code: name another file")
    wanted, core, dead = tasks(_bench, options.most, lines_since(options.since) if options.since else None)
    wanted = [task for task in wanted if (branches.BRANCHES[task[0]].place, task[1]) not in done]
    cost = sum(_bench.noted[number].seconds for task in wanted for number in task[2])
    print(
        f"{len(sheets)} pages, {len(branches.BRANCHES)} branches; {len(dead)} never executed, {core} values of the core"
    )
    print(f"{len(wanted)} values to hold, {len(done)} are done; about {cost:.0f} s of CPU", flush=True)
    Path(f"{options.out}.dead").write_text("".join(f"{site.place}: {site.text}\n" for site in dead))
    with multiprocessing.get_context("fork").Pool(options.jobs) as pool, options.out.open("a") as out:
        for row in pool.imap_unordered(_hold, wanted):
            out.write(json.dumps(row | {"code": code}) + "\n")
            out.flush()
        _let_end(pool)


def report(path: Path) -> None:
    """Print each value held: its points by group, then where its pages changed; the greatest gains first."""
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    sums = {id(row): sum(sum(group["points"].values()) for group in row["groups"].values()) for row in rows}
    for row in sorted(rows, key=lambda row: -sums[id(row)]):
        groups = row["groups"]
        print(f"{sums[id(row)]:+8.3f} {row['branch']} held {row['held']}: {row['text']}")
        for name, group in sorted(groups.items()):
            points = ", ".join(f"{field} {value:+.3f}" for field, value in group["points"].items() if abs(value) > 5e-4)
            if group["changed"]:
                print(f"{'':12}{name}: {group['changed']} of {group['read']} pages changed; {points or 'no points'}")


def main() -> int:
    """Measure or report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("corpora", type=Path, nargs="*")
    parser.add_argument("--scorer", type=Path, help="the scoring script of the corpora")
    parser.add_argument("--no-sets", action="store_true", help="without chinese_sites, world_pages and refusals")
    parser.add_argument("--tests", action="store_true", help="with the pages of the tests of extraction")
    parser.add_argument(
        "--most", type=int, default=250, help="pages on which a branch may decide and be measured (250)"
    )
    parser.add_argument("--since", metavar="COMMIT", help="hold only branches on lines written since a commit")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--report", action="store_true", help="print what OUT holds")
    options = parser.parse_args()
    if options.corpora and not options.scorer:
        parser.error("corpora need a --scorer")
    if options.report:
        report(options.out)
    else:
        measure(options)
    return 0


if __name__ == "__main__":
    sys.exit(main())
