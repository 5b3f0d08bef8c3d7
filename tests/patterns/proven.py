"""Patterns that were found linear already: python -m tests.patterns.proven

What is measured depends on nothing but a pattern, its methods, how they are measured and the engine. A digest of these stands in
`proven.txt` for each pattern that passed; a pattern whose digest is not there, such as one that was changed, is measured by the
tests each time, until this command, a part of `make extraction-digests`, measures it and notes it.
"""

from __future__ import annotations

import hashlib
import inspect
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.patterns import adversaries, growth
from tests.patterns.adversaries import AnyPattern
from tests.patterns.collected import collect
from tests.patterns.growth import superlinear
from tests.patterns.made_of_languages import made_of_language_files

PROVEN = Path(__file__).with_name("proven.txt")
Used = tuple[AnyPattern, set[str]]


class Proven:
    """The digests of a file."""

    def __init__(self, path: Path = PROVEN) -> None:
        self.digests = set(path.read_text("ascii").split()) if path.exists() else set()
        # Where it is measured otherwise, or by another engine, nothing is proven.
        measure = inspect.getsource(adversaries) + inspect.getsource(growth)
        self._how = f"{measure} {sys.implementation.name} {sys.version_info[:2]}"

    def digest(self, pattern: AnyPattern, methods: Iterable[str]) -> str:
        """What stands for a pattern that is used by these methods."""
        what = f"{pattern.pattern!r} {pattern.flags} {sorted(methods)} {self._how}"
        return hashlib.sha256(what.encode()).hexdigest()[:16]

    def without(self, patterns: Iterable[Used]) -> Iterator[Used]:
        """The patterns that are not proven. One of which no method is known is searched for."""
        for pattern, methods in patterns:
            if self.digest(pattern, methods or {"search"}) not in self.digests:
                yield pattern, methods or {"search"}


def write_proven(patterns: Iterable[Used], path: Path = PROVEN) -> list[str]:
    """Measure what is not proven, and write which of these patterns are linear. Those that are not."""
    proven = Proven(path)
    every = [(pattern, methods or {"search"}) for pattern, methods in patterns]
    slow = [used for used in proven.without(every) if superlinear(*used)]
    digests = {proven.digest(*used) for used in every if used not in slow}
    path.write_text("".join(f"{digest}\n" for digest in sorted(digests)), "ascii")
    return [str(pattern.pattern) for pattern, _ in slow]


def main() -> int:
    """Note all that are linear; the exit code is 1 where one is not."""
    slow = write_proven([*((one.pattern, one.methods) for one in collect()), *made_of_language_files().items()])
    for pattern in slow:
        print(f"not linear: {pattern}", file=sys.stderr)
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
