"""How well gaps are told in simulated years: python bench/database/coverage_accuracy.py [FIRST_SEED [LAST_SEED]]

For each rhythm: gaps found of those in which nobody looked, of those whose links were seen, and of silent ones (nothing at all was
seen; by how unlikely the rhythm makes them); days and weeks that were told without a gap.
"""

from __future__ import annotations

import sys
from collections import Counter
from datetime import timedelta

from db.reports.coverage_judge import CoverageState, judge_coverage
from tests.db.reports.simulated_year import FIRST, SOURCES, simulated_year
from tests.db.reports.test_coverage_judge import LACKING, days_of, in_or_beside, log_chance

LIMITS = (-11.5, -20.7)


def main() -> None:
    """Count and print."""
    first, last = (int(word) for word in (*sys.argv[1:3], "0", "99")[:2])
    print(f"{'rhythm':25} not looked, seen, silent under 1e-5, silent under 1e-9; wrong days, wrong weeks")
    for source in SOURCES:
        of, found, wrong = Counter[str](), Counter[str](), Counter[str]()
        for seed in range(first, last + 1):
            year = simulated_year(source, seed, silent=True)
            weeks = judge_coverage(FIRST, year.figures, year.holidays)
            days, beside = days_of(weeks), in_or_beside(year)
            mondays = {FIRST + timedelta(days=day - day % 7) for day in beside}
            wrong["days"] += sum(day.state in LACKING for n, day in enumerate(days) if n not in beside)
            wrong["weeks"] += sum(week.state in LACKING for week in weeks if week.week not in mondays)
            for gap in year.gaps:
                states = {days[day].state for day in gap.days if year.published[day] or gap.kind == "down"}
                sure = {"down": {CoverageState.NOT_LOOKED}, "unfetched": {CoverageState.MISSING}}.get(gap.kind)
                if sure is not None:
                    of[gap.kind] += 1
                    found[gap.kind] += states <= sure
                    continue
                for limit in LIMITS:
                    if log_chance(year, gap) < limit:
                        of[f"silent {limit}"] += 1
                        found[f"silent {limit}"] += CoverageState.MISSING in states
        kinds = ("down", "unfetched", *(f"silent {limit}" for limit in LIMITS))
        shares = "  ".join(f"{found[kind]:>5}/{of[kind]:<5}" for kind in kinds)
        print(f"{source.name:25} {shares}  {wrong['days']:>4} {wrong['weeks']:>4}")


if __name__ == "__main__":
    main()
