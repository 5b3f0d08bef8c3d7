"""Seeded pages with known truth, written, read and judged: the part that the generators of pages share.

A generator gives `write(seed)` (a page and the names of the forms it uses) and `judge(page)` (the fields that are read otherwise
than meant: wanted and got). What is wrong is counted by field and by form.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

Faults = dict[str, tuple[Any, Any]]
"""Field -> wanted and got."""


class Written(Protocol):
    """A written page: all that the report needs of it."""

    @property
    def forms(self) -> list[str]:
        """The forms that it uses."""


P = TypeVar("P", bound=Written)


@dataclass(slots=True, kw_only=True)
class Tally:
    """Pages read and the faults found, by field and by form."""

    pages: int = 0
    wrong: Counter[str] = field(default_factory=Counter)
    uses: Counter[str] = field(default_factory=Counter)
    by_form: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    def count(self, forms: Sequence[str], bad: Faults) -> None:
        """Count one page."""
        self.pages += 1
        self.wrong.update(bad.keys())
        self.uses.update(set(forms))
        for form in set(forms):
            self.by_form[form].update(bad.keys())

    def poor_forms(self) -> list[str]:
        """The forms with a field wrong on more than one page, and on more than one in fifty; worst first."""
        worst = {form: max(self.by_form[form].values(), default=0) for form in self.uses}
        poor = [form for form in self.uses if worst[form] > max(1, self.uses[form] / 50)]
        return sorted(poor, key=lambda form: (-worst[form] / self.uses[form], form))

    def report(self, fields: Sequence[str]) -> int:
        """Print a line for each field and each poor form; 1 where there is a poor form."""
        for name in fields:
            print(f"{name:16} {1 - self.wrong[name] / self.pages:.4f} of the pages")
        poor = self.poor_forms()
        for form in poor:
            print(f"  {form:40} {self.uses[form]:5} pages, wrong: {dict(self.by_form[form])}")
        print(f"{self.pages} pages, {len(self.uses)} forms, {len(poor)} read wrongly")
        return 1 if poor else 0


def run(
    about: str | None, write: Callable[[int], P], judge: Callable[[P], Faults], fields: Sequence[str], pages: int
) -> int:
    """The command of a generator: its options, the reading, the report."""
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1, help="of the first page")
    parser.add_argument("--pages", type=int, default=pages)
    parser.add_argument("--show", type=int, default=0, help="print so many of the pages that are read wrongly")
    parser.add_argument("--form", help="show only pages that use this form")
    options = parser.parse_args()
    tally = Tally()
    for seed in range(options.seed, options.seed + options.pages):
        page = write(seed)
        bad = judge(page)
        tally.count(page.forms, bad)
        if bad and options.show > 0 and (options.form is None or options.form in page.forms):
            options.show -= 1
            print(seed, bad, page.forms)
    return tally.report(fields)


def draw(dice: random.Random, shares: dict[str, float]) -> str:
    """One of the names, as often as its share says."""
    return dice.choices(list(shares), list(shares.values()))[0]
