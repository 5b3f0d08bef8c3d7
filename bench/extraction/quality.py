"""Quality of extraction on labelled pages, as one table, refused when it falls below the floor.

    python -m bench.extraction.quality CORPUS SCORER [--jobs N] [--halves] [--splits N] [--without-doubtful] [--sample]
                                      [--raise-floor]

CORPUS is a folder with gold.jsonl and pages/<id>.html.gz, SCORER the scoring script that goes with it (called as
`SCORER GOLD PREDICTIONS --json OUT`). The floor is bench/extraction/quality_floor.json, by the corpus folder's
name: what was reached and must not be lost; exit code 1 and a line for each figure that is under it.
--halves scores two halves of the sites apart: rules that fit single sites show there.
--splits N scores N other halves, drawn by chance, and prints how far apart they are: what a difference of two halves can tell.
--sample scores one page in four of large sets, against a floor of its own, as the tests do. --raise-floor without it sets both.
--without-doubtful leaves out the labels of doubtful_labels.json, which do not say what the page shows (each with its reason).
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

HERE = Path(__file__).parent
FLOOR = HERE / "quality_floor.json"
DOUBTFUL = HERE / "doubtful_labels.json"
SAMPLED = 4
"""Of so many pages the sample has one: 9 s of CPU instead of 27 for the 876 pages of `dev`, in each run of the tests."""
SAMPLED_FROM = 60
"""Pages of a set from which it is sampled: of fewer, some fields would have no label left."""
# Two runs give equal figures; this only forgives rounding in the floor file.
TOLERANCE = 0.0001

Figures = dict[str, dict[str, float]]


def main() -> int:
    """Measure, print, judge."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("scorer", type=Path)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--halves", action="store_true")
    parser.add_argument("--splits", type=int, default=0, metavar="N")
    parser.add_argument("--without-doubtful", action="store_true")
    parser.add_argument("--sample", action="store_true", help=f"only every {SAMPLED}th page of large sets")
    parser.add_argument("--raise-floor", action="store_true", help="write what was reached as the new floor")
    options = parser.parse_args()
    gold = read_gold(options.corpus)
    if options.without_doubtful:
        gold = without(gold, json.loads(DOUBTFUL.read_text(encoding="utf-8")))
    if options.sample:
        gold = sample_of(gold)
    predictions = predict(options.corpus, gold, options.jobs)
    figures = score(gold, predictions, options.scorer)
    columns = {"all": figures}
    if options.halves:
        for half in "AB":
            part = [record for record in gold if half_of(record) == half]
            columns[half] = score(part, predictions, options.scorer)
    floor = floor_of(options.corpus, sample=options.sample)
    print_table(columns, floor)
    if options.splits:
        print_splits(gold, predictions, options.scorer, options.splits)
    lost = below(figures, floor)
    for line in lost:
        print(f"LOST {line}")
    if options.raise_floor and not lost:
        floors = json.loads(FLOOR.read_text()) | {_floor_name(options.corpus, options.sample): rounded_down(figures)}
        if not options.sample:
            sampled = score(sample_of(gold), predictions, options.scorer)
            floors[_floor_name(options.corpus, sample=True)] = rounded_down(sampled)
        FLOOR.write_text(json.dumps(floors, indent=1, sort_keys=True) + "\n")
    return 1 if lost else 0


def floor_of(corpus: Path, *, sample: bool = False) -> Figures:
    """What was reached on a corpus, by its folder's name: sets of two corpora may share one. Nothing where no floor was set."""
    return dict(json.loads(FLOOR.read_text(encoding="utf-8")).get(_floor_name(corpus, sample), {}))


def _floor_name(corpus: Path, sample: bool) -> str:
    return corpus.resolve().name + (" sample" if sample else "")


def sample_of(gold: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One label in `SAMPLED` of each set, and all of small ones."""
    by_set: dict[str, list[dict[str, Any]]] = {}
    for record in gold:
        by_set.setdefault(record["set"], []).append(record)
    return [
        record
        for records in by_set.values()
        for record in (records[::SAMPLED] if len(records) >= SAMPLED_FROM else records)
    ]


def read_gold(corpus: Path) -> list[dict[str, Any]]:
    """The labels, one for each page."""
    with (corpus / "gold.jsonl").open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def predict(corpus: Path, gold: list[dict[str, Any]], jobs: int) -> list[dict[str, Any]]:
    """What `extract` makes of every page."""
    tasks = [(record["id"], str(corpus / "pages" / f"{record['id']}.html.gz"), record.get("url")) for record in gold]
    with ProcessPoolExecutor(jobs) as pool:
        return list(pool.map(predict_one, tasks, chunksize=8))


def predict_one(task: tuple[str, str, str | None]) -> dict[str, Any]:
    """One page; runs in a worker process."""
    from db.models import Page
    from db.site_rules.loader import Sites
    from pipelines.extraction.article_json import to_json
    from pipelines.extraction.extract import extract

    name, path, url = task
    with gzip.open(path) as file:
        page = Page(body=file.read(), url=url)
    return to_json(extract(page, Sites()), page_id=name)


def score(gold: list[dict[str, Any]], predictions: list[dict[str, Any]], scorer: Path) -> Figures:
    """Figures by set and field."""
    with tempfile.TemporaryDirectory() as folder:
        paths = {name: Path(folder) / f"{name}.jsonl" for name in ("gold", "predictions")}
        for name, rows in (("gold", gold), ("predictions", predictions)):
            paths[name].write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        out = Path(folder) / "out.json"
        command = [sys.executable, str(scorer), str(paths["gold"]), str(paths["predictions"]), "--json", str(out)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        table = json.loads(out.read_text())
    return {
        name: {field: values[0] for field, values in fields.items() if not field.endswith(("_p", "_r"))}
        for name, fields in table.items()
    }


def without(gold: list[dict[str, Any]], doubtful: dict[str, dict[str, str]]) -> list[dict[str, Any]]:
    """The labels without those in doubt."""
    return [{k: v for k, v in record.items() if k not in doubtful.get(record["id"], {})} for record in gold]


def site_of(record: dict[str, Any]) -> str:
    """The site of a page: the last two labels of its host."""
    host = (urlsplit(record.get("url") or "").hostname or record["id"]).lower()
    return ".".join(host.split(".")[-2:])


def half_of(record: dict[str, Any], draw: str = "") -> str:
    """A or B, by the site of a page; another `draw` gives other halves."""
    return "AB"[hashlib.sha1((draw + site_of(record)).encode(), usedforsecurity=False).digest()[0] % 2]


def print_splits(gold: list[dict[str, Any]], predictions: list[dict[str, Any]], scorer: Path, splits: int) -> None:
    """How many points two halves drawn by chance are apart, field by field."""
    apart: dict[tuple[str, str], list[float]] = {}
    for draw in range(splits):
        one, other = (
            score([record for record in gold if half_of(record, str(draw)) == half], predictions, scorer)
            for half in "AB"
        )
        for name, fields in one.items():
            for field, value in fields.items():
                if field in other.get(name, {}):
                    apart.setdefault((name, field), []).append(abs(value - other[name][field]) * 100)
    print(f"\n{splits} halves drawn by chance: points apart\n{'set':10} {'field':16}  median   9 in 10  within 3")
    for (name, field), values in sorted(apart.items()):
        values.sort()
        within = sum(value <= 3 for value in values) / len(values)
        print(
            f"{name:10} {field:16} {statistics.median(values):7.2f} {values[int(0.9 * len(values))]:9.2f} {within:8.0%}"
        )


def below(figures: Figures, floor: Figures) -> list[str]:
    """The figures that are under the floor, each with both values."""
    return [
        f"{name} {field}: {figures.get(name, {}).get(field, 0.0):.4f}, was {least:.4f}"
        for name, fields in floor.items()
        for field, least in fields.items()
        if figures.get(name, {}).get(field, 0.0) < least - TOLERANCE
    ]


def rounded_down(figures: Figures) -> Figures:
    """The figures with four digits, never above what was reached."""
    return {
        name: {field: int(value * 10_000) / 10_000 for field, value in fields.items()}
        for name, fields in figures.items()
    }


def print_table(columns: dict[str, Figures], floor: Figures) -> None:
    """One line a set and field: a column each for all pages and the halves, and the floor."""
    print(f"{'set':10} {'field':16} " + " ".join(f"{name:>7}" for name in columns) + f" {'floor':>7}")
    for name, fields in columns["all"].items():
        for field in fields:
            values = " ".join(f"{figures.get(name, {}).get(field, float('nan')):7.4f}" for figures in columns.values())
            least = floor.get(name, {}).get(field)
            print(f"{name:10} {field:16} {values} " + (f"{least:7.4f}" if least is not None else "      -"))


if __name__ == "__main__":
    sys.exit(main())
