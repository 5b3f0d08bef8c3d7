"""How the time of a pattern grows with its text, told from CPU time, so that other work on the machine does not count."""

from __future__ import annotations

import gc
import signal
import time
from collections import deque
from collections.abc import Callable, Iterable
from types import FrameType
from typing import Any, NamedTuple

from tests.patterns.adversaries import Adversary, AnyPattern, Shape

_CERTAIN_STEPS = 300
"""Steps from each place that need no measuring: at 50 nanoseconds each, the `_LONGEST` that a text may take."""
BRIEF = (256, 1_024)
"""Characters of the texts that are tried first where these take long enough to be timed: a quarter of the time of `SCREEN`."""
SCREEN = (1_024, 4_096)
"""Characters of the texts that all shapes are tried with. What is suspect here is looked at again with `CLOSER`."""
CLOSER = (4_096, 16_384)
FULL = (16_384, 65_536)
"""Characters of the texts that the costliest shape of each pattern is tried with."""
STRAIGHT = 4.3
"""How much longer four times `BRIEF` takes at most where nothing but the length counts. Where so much of the time goes with the
square that `SCREEN` shows it, it is 4.36."""
STEEPEST = 8.0
"""How much longer four times the text may take: 4 where time grows with the length, 16 where with its square."""
_QUICK = 0.0001
"""Seconds at 4,096 characters that cannot be a square's: a hundredth of a nanosecond a step would be left."""
_SLOW = 0.001
"""Seconds at 4,096 characters from which shorter texts tell the same."""
_SHORT = 0.05
_LONGEST = 1.0
"""CPU seconds that no text of these lengths may take: 15 microseconds a character."""
_TRIES = 3


class Growth(NamedTuple):
    """A text for which a pattern takes more than its length explains."""

    method: str
    shape: Shape
    seconds: tuple[float, float]
    """At the two lengths; the second is what it was given where it was stopped."""


class OutOfTime(Exception):
    """A match took more CPU than it was given."""


def superlinear(pattern: AnyPattern, methods: Iterable[str], *, tries: int = _TRIES) -> Growth | None:
    """The first text found on which the pattern is slower than linear, by one of these methods, at each of several tries."""
    adversary = Adversary(pattern)
    if adversary.most_steps <= _CERTAIN_STEPS:
        return None
    # Where no repeat is long, a match takes at most so many steps from each place: its time can be too long, but not grow steeply.
    bounded = not adversary.repeats_long
    for method in sorted({method if method in ("match", "fullmatch", "search") else "finditer" for method in methods}):
        run = _runner(adversary.thinned, method)
        costliest: tuple[float, Shape] | None = None
        for shape in adversary.shapes():
            slow = costliest is not None and costliest[0] >= _SLOW
            seconds, suspect = (
                _screen_of_bounded(run, adversary, shape) if bounded else _screen(run, adversary, shape, slow=slow)
            )
            if costliest is None or seconds > costliest[0]:
                costliest = (seconds, shape)
            if suspect and (grown := _grown(run, adversary, shape, CLOSER, tries)):
                return Growth(method, shape, grown)
        if costliest and (grown := _grown(run, adversary, costliest[1], FULL, tries)):
            return Growth(method, costliest[1], grown)
    return None


def _screen(run: Callable[[Any], Any], adversary: Adversary, shape: Shape, *, slow: bool) -> tuple[float, bool]:
    """The seconds that a text of this shape takes, and whether longer ones are to be tried. `slow`: others took long."""
    if slow:
        brief, long = (cost(run, adversary.encoded(shape.of(length)), _SHORT) for length in BRIEF)
        if _QUICK <= long <= brief * STRAIGHT and long < _SHORT:
            return long * SCREEN[1] / BRIEF[1], False
    long = cost(run, adversary.encoded(shape.of(SCREEN[1])), _SHORT)
    if long < _QUICK:
        return long, False
    short = cost(run, adversary.encoded(shape.of(SCREEN[0])), _SHORT)
    # Two thirds of what would be too steep: a repeat of up to 2,000 is nearly a square's at these lengths.
    return long, long > short * STEEPEST * 2 / 3 or long >= _SHORT


def _screen_of_bounded(run: Callable[[Any], Any], adversary: Adversary, shape: Shape) -> tuple[float, bool]:
    """The same, where a short text tells all: a fifth of the time, which for hundreds of words in a row is most of it."""
    seconds = cost(run, adversary.encoded(shape.of(SCREEN[0])), _SHORT)
    return seconds, seconds >= _SHORT * SCREEN[0] / SCREEN[1]


def _grown(
    run: Callable[[Any], Any], adversary: Adversary, shape: Shape, lengths: tuple[int, int], tries: int
) -> tuple[float, float] | None:
    """The seconds at both lengths where they grow too steeply, each time that it is tried."""
    short_text, long_text = (adversary.encoded(shape.of(length)) for length in lengths)
    short = long = 0.0
    for _ in range(tries):
        short = max(cost(run, short_text, _LONGEST), 0.0005)
        if short >= _LONGEST:
            break
        long = cost(run, long_text, short * STEEPEST)
        if long < short * STEEPEST:
            return None
    return short, long


def _runner(pattern: AnyPattern, method: str) -> Callable[[Any], Any]:
    """What is measured for one method: those that go on after a match are all a walk over its matches."""
    if method in ("match", "fullmatch", "search"):
        found: Callable[[Any], Any] = getattr(pattern, method)
        return found
    return lambda text: deque(pattern.finditer(text), 0)


def cost(run: Callable[[Any], Any], text: Any, limit: float) -> float:
    """CPU seconds of `run(text)`; at most `limit`, where it is stopped: `re` looks for signals while it matches."""
    armed = True

    def stop(signum: int, frame: FrameType | None) -> None:
        if armed:
            raise OutOfTime

    before = signal.signal(signal.SIGVTALRM, stop)
    # What is raised in a callback of the collector (Hypothesis has one) never gets here; and a collection is no cost of `run`.
    collects = gc.isenabled()
    gc.disable()
    start = time.thread_time()
    try:
        signal.setitimer(signal.ITIMER_VIRTUAL, limit)
        run(text)
        armed = False
    except OutOfTime:
        return limit
    finally:
        armed = False
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
        if collects:
            gc.enable()
    return min(limit, time.thread_time() - start)
