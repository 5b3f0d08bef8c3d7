"""What gates cost: a gated re-extraction (`extract stored --gated`) over a plain one, in time and CPU.

    python -m bench.database.gate_cost [--pages 20000] [--sources 40] [--rounds 2] [--jobs 1] [--folder FOLDER]

Generated pages of sources of very different sizes are imported. Then two sets of site rules, which differ in the subtitle of every
fourth source, hold in turn, so that each run finds all pages stale and replaces the articles of those sources; no field is lost, so
every source passes. Each round makes both runs once, in turn the one and the other first. Printed are the seconds, the CPU of all
processes and the peak memory of the main process of each run, and the ratio of the sums. Linux only.
"""

from __future__ import annotations

import argparse
import itertools
import json
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

from bench.cpu import Cpu
from bench.crawl.crawl_memory import rss
from bench.database.replay_speed import COPYDESK, environment

PARAGRAPHS, LENGTH = 12, 40
"""Paragraphs of a page, and words of a paragraph."""
WORDS = ["".join(syllables) for syllables in itertools.product(("ha", "ro", "mi", "ken", "dul", "so"), repeat=5)]
PLAIN, GATED = ("extract", "stored", "--stale"), ("extract", "stored", "--stale", "--gated")


def page_of(source: int, number: int) -> str:
    """A page of some 4 KB whose words are its own, so that none is a copy of another."""
    chance = random.Random(f"{source}/{number}")
    lines = (
        f"<p>In part {part} the office of the town said that {' '.join(chance.choices(WORDS, k=LENGTH))}.</p>"
        for part in range(PARAGRAPHS)
    )
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        f"<title>Report {number} of the harbour of town {source}</title>"
        f'<meta property="article:published_time" content="2024-03-{1 + number % 28:02}T10:00:00Z"></head><body>'
        '<nav><a href="/">Home</a> <a href="/sport">Sport</a></nav><article>'
        f'<h1>Report {number} of the harbour of town {source}</h1><p class="byline">By Anna Holt</p>{"".join(lines)}'
        "</article><footer>All rights reserved.</footer></body></html>"
    )


def sizes(pages: int, sources: int) -> list[int]:
    """Pages of each source: the n-th has a share of 1/n, as outlets of very different sizes do."""
    weights = [1 / (n + 1) for n in range(sources)]
    return [max(1, round(pages * weight / sum(weights))) for weight in weights]


def make(folder: Path, pages: int, sources: int) -> None:
    """The database, read by the first set of rules."""
    files = folder / "files"
    files.mkdir()
    write_rules(folder, sources, 0)
    with (folder / "pages.jsonl").open("w") as manifest:
        for source, count in enumerate(sizes(pages, sources)):
            for number in range(count):
                path = files / f"{source}-{number}.html"
                path.write_text(page_of(source, number))
                url = f"http://town{source}.example/news/report-{number}.html"
                manifest.write(json.dumps({"path": str(path), "url": url}) + "\n")
    subprocess.run([*COPYDESK, "import", "pages.jsonl"], cwd=folder, env=environment(), check=True)
    shutil.rmtree(files)


def write_rules(folder: Path, sources: int, turn: int) -> None:
    """Another set of rules for each turn: the subtitle of every fourth source, from the smallest to the second largest."""
    (folder / "copydesk.toml").write_text('sites = "rules"\n')
    rules = folder / "rules"
    rules.mkdir(exist_ok=True)
    for source in range(sources):
        subtitle = f"'in turn {turn}'" if source % 4 == 1 else "'as ever'"
        (rules / f"town{source}.toml").write_text(
            f'hosts = ["town{source}.example"]\n[[fields]]\nfield = "subtitle"\nxpath = "{subtitle}"\n'
        )


def measured(folder: Path, command: tuple[str, ...], jobs: int) -> tuple[float, float, float]:
    """Seconds, CPU seconds of all processes, and peak MiB of the main process of one run."""
    log, peak = folder / "log", 0.0
    began = time.perf_counter()
    with log.open("wb") as out:
        words = [*COPYDESK, *command, "--jobs", str(jobs), "--json"]
        process = subprocess.Popen(words, cwd=folder, env=environment(), stdout=out)
        cpu = Cpu(process.pid)
        while process.poll() is None:
            cpu.poll()
            peak = max(peak, rss(process.pid))
            time.sleep(0.2)
    seconds = time.perf_counter() - began
    if process.returncode != 0:
        sys.exit(f"{' '.join(command)} gave {process.returncode}")
    figures = json.loads(log.read_text())
    shown = {name: figures[name] for name in ("same", "changed", "held", "longest_ms") if name in figures}
    name = "gated" if command is GATED else "plain"
    print(f"  {name}: {seconds:.1f} s, CPU {cpu.spent:.1f} s, main process up to {peak:.0f} MiB {shown}", flush=True)
    return seconds, cpu.spent, peak


def main() -> None:
    """Make, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=20_000)
    parser.add_argument("--sources", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="keep the database there, and use it again")
    options = parser.parse_args()
    folder = options.folder or Path(tempfile.mkdtemp())
    folder.mkdir(exist_ok=True)
    try:
        if not (folder / "news.db").exists():
            make(folder, options.pages, options.sources)
        seconds: dict[tuple[str, ...], float] = defaultdict(float)
        spent: dict[tuple[str, ...], float] = defaultdict(float)
        for number in range(options.rounds):
            print(f"round {number + 1}")
            for command in (PLAIN, GATED) if number % 2 == 0 else (GATED, PLAIN):
                write_rules(folder, options.sources, time.time_ns())
                took, cpu, _ = measured(folder, command, options.jobs)
                seconds[command] += took
                spent[command] += cpu
        print(
            f"gated over plain: {seconds[GATED] / seconds[PLAIN]:.3f} of the time,"
            f" {spent[GATED] / spent[PLAIN]:.3f} of the CPU"
        )
    finally:
        if not options.folder:
            shutil.rmtree(folder)


if __name__ == "__main__":
    main()
