"""A back-fill of a site with years of articles: is each fetched once, is none missing, is the plan right, and is memory flat?

    python -m bench.crawl.backfill_scale [--articles 20000] [--fetch 20000] [--each 0] [--channels …]
                                            [--kills 10] [--workers 1]

First each channel alone, then all together, plan the whole site; no article is requested. Then the newest `--fetch` articles
are fetched by all channels together, and the process is killed (SIGKILL) `--kills` times on the way, at equal distances. Last,
each channel of `--channels` alone fetches the newest `--each`, into a database of its own, killed as often. Pages are small (1
kB) and the source has no delay, so that the back-fill is measured rather than extraction or politeness.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.end_to_end.copydesk import Copydesk
from tests.support.past_web import CHANNELS, PastWeb

POLL_S = 0.2
ALL = ",".join(CHANNELS)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=20_000)
    parser.add_argument("--fetch", type=int, default=20_000)
    parser.add_argument("--each", type=int, default=0)
    parser.add_argument("--channels", default=ALL, help="those that fetch alone, separated by commas")
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--workers", type=int, default=1)
    chosen = parser.parse_args()
    with PastWeb(count=chosen.articles) as web:
        if chosen.fetch:
            with new_desk(web, chosen.workers) as desk:
                for channels in (*CHANNELS, ALL):
                    tell_plan(desk, web, channels)
                fetch(desk, web, ALL, chosen.fetch, chosen.kills)
        for channel in chosen.channels.split(",") if chosen.each else ():
            with new_desk(web, chosen.workers) as desk:
                fetch(desk, web, channel, chosen.each, chosen.kills)


@contextmanager
def new_desk(web: PastWeb, workers: int) -> Iterator[Copydesk]:
    """A database of its own that has the site as a source."""
    with tempfile.TemporaryDirectory() as folder:
        desk = Copydesk(Path(folder), None, workers=workers)
        desk.run(
            *("sources", "add", f"{web.home}/", "--name", "past", "--delay", "0s"),
            *("--allow-network", "127.0.0.0/8", "--no-discovery"),
        )
        yield desk


def tell_plan(desk: Copydesk, web: PastWeb, channels: str) -> None:
    """Plan the whole site by some channels."""
    web.asked.clear()
    began = time.monotonic()
    options = ("--since", "2020", "--until", "2026-02", "--channels", channels)
    process = start(desk, *options, "--plan", "--json")
    peak = watch(process)
    planned = json.loads(output(process))
    lists = sum(web.asked.values())
    print(
        f"plan {channels}: {planned['articles']:,} of {len(web.articles):,} articles in {lists:,} requests,"
        f" {time.monotonic() - began:.0f} s, at most {peak / 1e6:.0f} MB; articles requested: {len(web.articles_asked())}"
    )


def fetch(desk: Copydesk, web: PastWeb, channels: str, wanted: int, kills: int) -> None:
    """Fetch the newest articles, killed on the way, and tell what came of it."""
    if not wanted:
        return
    web.asked.clear()
    since = web.articles[:wanted][-1].at
    options = ("--since", since.isoformat(), "--until", "2026-01", "--budget", "0", "--channels", channels)
    process = start(desk, *options, "--plan", "--json")
    watch(process)
    planned = json.loads(output(process))["articles"]
    began, peaks = time.monotonic(), []
    for kill in range(1, kills + 1):
        process = start(desk, *options)
        peaks.append(watch(process, web, wanted * kill // (kills + 1)))
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
    process = start(desk, *options)
    peaks.append(watch(process))
    output(process)
    seconds, asked = time.monotonic() - began, web.articles_asked()
    articles = desk.query("SELECT count(*) FROM current_articles")[0][0]
    stored = Counter(url for (url,) in desk.query("SELECT url FROM pages"))
    right = {one.path for one in web.articles if one.at >= since}
    print(
        f"fetch {channels}: planned {planned:,}, fetched {len(stored):,}, articles {articles:,}, wanted {len(right):,}"
    )
    print(
        f"missing {len(right - asked.keys())}, requested more than once {sum(n > 1 for n in asked.values())}", end=" "
    )
    print(f"(in flight at {kills} kills), stored more than once {sum(n > 1 for n in stored.values())}")
    print(f"{seconds:.0f} s, {len(stored) / seconds:.1f} pages/s; peak of each process, MB:", end=" ")
    print(" ".join(f"{peak / 1e6:.0f}" for peak in peaks))


def start(desk: Copydesk, *options: str) -> subprocess.Popen[str]:
    return desk.start("backfill", "past", *options)


def output(process: subprocess.Popen[str]) -> str:
    out, err = process.communicate()
    if process.returncode:
        raise SystemExit(f"copydesk backfill gave {process.returncode}:\n{err}")
    return out


def watch(process: subprocess.Popen[str], web: PastWeb | None = None, until: int = 0) -> int:
    """Wait until the process ends, or the site was asked for so many articles. Returns its peak of memory in bytes."""
    peak = 0
    while process.poll() is None:
        try:
            status = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
        except OSError:
            break
        kib = next((line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")), "0")
        peak = max(peak, int(kib) * 1024)
        if web is not None and len(web.articles_asked()) >= until:
            break
        time.sleep(POLL_S)
    return peak


if __name__ == "__main__":
    main()
