"""How soon `every = "auto"` finds new articles, against a fixed cadence that looks as often.

    python -m bench.service.cadence [--seed 1] [--runs 10] [--sites night,bursty]

No network: sites are simulated, and the code that learns is the one that `copydesk run` uses. Each site lives five weeks. The
rhythm is learned while it is used: four weeks go by, the fifth is measured. Then clocks with exactly as many looks in that
week, from 20 random first moments, watch the same articles. A delay is the time from an article's appearing to the look that
finds it; what is printed is the delay of "auto" over that of the clock. It ends with 1 where a requirement is missed.

What is assumed: a look takes no time and comes when it is due (no jitter, no waiting for a free process); a listing shows
an article at once and holds all that came since the look before. What is not: the learner knows only what it has found. Of
"hinted" sites it reads the time of publishing to the minute, but only once a look finds the article; of the others it knows
between which two looks an article came, and takes them as spread evenly over that time (as `db.queries.sources.publication_times`
does). Nothing from before its first look is known to it. It learns anew every 12 hours, and is told in between what was found.
"""

from __future__ import annotations

import argparse
import math
import random
import statistics
import sys
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from scheduler.planning.learned_cadence import learn_cadence

HOUR = 3600.0
DAY = 24 * HOUR
WEEK = 7 * DAY
# A Thursday, 00:00 UTC, as all whole weeks of Unix time are.
START = 2900 * WEEK
MEASURED_FROM = START + 4 * WEEK
END = START + 5 * WEEK
LEAST, MOST = 5 * 60.0, 6 * HOUR
LEARNS_EVERY = 12 * HOUR
CLOCKS = 20

Rate = Callable[[float], float]


def coming(chance: random.Random, rate: Rate, most: float) -> list[float]:
    """Times that come one by one at `rate` (a second), which never passes `most`."""
    times, time = [], START
    while (time := time + chance.expovariate(most)) < END:
        if chance.random() * most < rate(time):
            times.append(time)
    return times


def office_hours(time: float) -> float:
    """A newsroom's day from 0 to 1: busy from 7 to 19, fewer till 23, nearly none at night; at weekends 2 in 5."""
    hour, day = time % DAY / HOUR, int(time // DAY) % 7
    share = 1.0 if 7 <= hour < 19 else 0.45 if 6 <= hour < 23 else 0.06
    return share * (0.4 if day in (2, 3) else 1.0)


def steady(chance: random.Random) -> list[float]:
    """One an hour, day and night, with no pattern: nothing can be learned but how many."""
    return coming(chance, lambda _: 1 / HOUR, 1 / HOUR)


def night(chance: random.Random) -> list[float]:
    """A day-night rhythm with weekends: four an hour at most, about 50 a day."""
    return coming(chance, lambda time: 4 / HOUR * office_hours(time), 4 / HOUR)


def bursty(chance: random.Random) -> list[float]:
    """Bursts without any hour: five a day begin, and each article draws 0.8 others, 12 minutes later on average."""
    return with_bursts(chance, coming(chance, lambda _: 5 / DAY, 5 / DAY), draws=0.8, lag=12 * 60)


def newsroom(chance: random.Random) -> list[float]:
    """Both at once, and milder: a day-night rhythm in which each article draws 0.4 others within half an hour."""
    return with_bursts(chance, coming(chance, lambda t: 2.4 / HOUR * office_hours(t), 2.4 / HOUR), draws=0.4, lag=1800)


def batches(chance: random.Random) -> list[float]:
    """Five to ten released at one moment, about three times a day: after one of them there is nothing to be had."""
    moments = coming(chance, lambda _: 3 / DAY, 3 / DAY)
    return [time + n for time in moments for n in range(chance.randint(5, 10))]


def quiet(chance: random.Random) -> list[float]:
    """Two a week."""
    return coming(chance, lambda _: 2 / WEEK, 2 / WEEK)


def turned(chance: random.Random) -> list[float]:
    """A site that moves halfway: 20 a day by day become 50 a day by night. The measured week begins 10.5 days later."""
    half = (START + END) / 2

    def rate(time: float) -> float:
        return 4 / HOUR * (0.4 * office_hours(time) if time < half else office_hours(time + DAY / 2))

    return coming(chance, rate, 4 / HOUR)


def with_bursts(chance: random.Random, begun: Sequence[float], *, draws: float, lag: float) -> list[float]:
    """Articles with all that they draw after them, and what those draw (Hawkes' process)."""
    times, pending = [], list(begun)
    while pending:
        time = pending.pop()
        times.append(time)
        later = [time + chance.expovariate(1 / lag) for _ in range(poisson(chance, draws))]
        pending += [one for one in later if one < END]
    return sorted(times)


def poisson(chance: random.Random, mean: float) -> int:
    """A Poisson number (Knuth)."""
    number, product, limit = 0, chance.random(), math.exp(-mean)
    while product > limit:
        number, product = number + 1, product * chance.random()
    return number


SITES: dict[str, Callable[[random.Random], list[float]]] = {
    site.__name__: site for site in (steady, night, bursty, newsroom, batches, quiet, turned)
}
# The most that the median delay may be of the clock's.
REQUIRED = {"night": 1.0, "bursty": 0.75}


def looks_of_auto(articles: Sequence[float], *, hinted: bool) -> list[float]:
    """When "auto" looks, over the five weeks and once after."""
    known: list[float] = []
    recent: list[float] = []
    looks, found = [START], bisect_right(articles, START)
    rhythm, learned = learn_cadence([], since=START, until=START), START
    while looks[-1] < END:
        now = looks[-1]
        if now - learned >= LEARNS_EVERY:
            rhythm, learned, recent = learn_cadence(known, since=START, until=now), now, []
        latest = known[-1] if known else None
        looks.append(rhythm.next_visit(visited=now, latest=latest, recent=recent, least=LEAST, most=MOST))
        till = bisect_right(articles, looks[-1])
        new = what_is_known(articles[found:till], looks[-2], looks[-1], hinted=hinted)
        known, recent, found = known + new, recent + new, till
    return looks


def what_is_known(new: Sequence[float], before: float, now: float, *, hinted: bool) -> list[float]:
    """When articles appeared, as far as it can be told from outside."""
    if hinted:
        return [max(before, time // 60 * 60) for time in new]
    return [before + (now - before) * (n + 0.5) / len(new) for n in range(len(new))]


def delays(articles: Sequence[float], looks: Sequence[float]) -> list[float]:
    """How long each article of the measured week waited for its look."""
    measured = articles[bisect_left(articles, MEASURED_FROM) : bisect_left(articles, END)]
    return [looks[bisect_left(looks, time)] - time for time in measured]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One site's measured week: delays in seconds with "auto", and with clocks that look as often."""

    looks: int
    auto: list[float]
    clock: list[float]

    def ratio(self, figure: Callable[[Sequence[float]], float]) -> float:
        """A figure of the delays of "auto" over that of the clock's."""
        return figure(self.auto) / figure(self.clock)


def tenth(values: Sequence[float]) -> float:
    """The delay that one of ten articles passes."""
    return sorted(values)[int(len(values) * 0.9)]


def run(site: str, *, seed: int, hinted: bool) -> Outcome:
    """One site, from first look to figures. The same seed gives the same figures."""
    chance = random.Random(f"{site} {seed}")
    articles = SITES[site](chance)
    looks = looks_of_auto(articles, hinted=hinted)
    count = bisect_left(looks, END) - bisect_left(looks, MEASURED_FROM)
    every = WEEK / count
    clock: list[float] = []
    for _ in range(CLOCKS):
        first = MEASURED_FROM + chance.random() * every
        clock += delays(articles, [first + n * every for n in range(count + 1)])
    return Outcome(looks=count, auto=delays(articles, looks), clock=clock)


def report(site: str, *, seeds: Sequence[int], hinted: bool) -> bool:
    """Print a site's line; whether what is required of it holds."""
    outcomes = [one for seed in seeds if (one := run(site, seed=seed, hinted=hinted)).auto]
    figures = (statistics.median, statistics.fmean, tenth)
    middle = [statistics.median(one.ratio(figure) for one in outcomes) for figure in figures]
    worst = max(one.ratio(statistics.median) for one in outcomes)
    together = Outcome(
        looks=round(statistics.fmean(one.looks for one in outcomes)),
        auto=[delay for one in outcomes for delay in one.auto],
        clock=[delay for one in outcomes for delay in one.clock],
    )
    most = REQUIRED.get(site)
    holds = most is None or middle[0] <= most
    verdict = "" if most is None else f"  {'holds' if holds else 'MISSED'}: {most} at most"
    print(
        f"{site:9} {'hinted' if hinted else 'seen':7} {together.looks:6} "
        f"{statistics.median(together.auto) / 60:7.1f} {statistics.median(together.clock) / 60:7.1f}   "
        f"{middle[0]:6.2f} {middle[1]:6.2f} {middle[2]:6.2f}   {worst:6.2f} {together.ratio(statistics.median):8.2f}{verdict}",
        flush=True,
    )
    return holds


def main() -> int:
    """Measure and print; 1 where a requirement is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1, help="the first seed")
    parser.add_argument("--runs", type=int, default=10, help="how many seeds")
    parser.add_argument("--sites", default=",".join(SITES), help="which sites")
    chosen = parser.parse_args()
    print("                        median minutes   auto / clock, middle of the seeds    worst      all")
    print("site      times    looks    auto   clock   median   mean    p90   median  seeds' median")
    seeds = range(chosen.seed, chosen.seed + chosen.runs)
    held = [report(site, seeds=seeds, hinted=hinted) for site in chosen.sites.split(",") for hinted in (True, False)]
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
