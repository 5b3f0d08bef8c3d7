"""The README's consoles, typed: every command of its `console` blocks, in order, in one shell, on the demo web.

    python -m tests.demoweb.tour           writes into README.md what the commands print now (`make tour`)

A line `…` in a block stands for lines that were left out, one or more. What differs from run to run (the clock, numbers
given in the order of arrival, durations, rates, sizes) is made equal by `normalized` before anything is compared; a README
that still says what is printed is left as it is. Commands print into a pipe, so without colours and progress.

The blocks without a language that are named in `SERVICES` are started where they come, as in a second terminal.
"""

from __future__ import annotations

import contextlib
import difflib
import os
import queue
import re
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

ROOT = Path(__file__).parent.parent.parent
README = ROOT / "README.md"
README_ZH = README.with_name("README.zh-CN.md")
CUT = "…"
WEB = "python -m tests.demoweb --port 8899 --now"
RUN = "copydesk run"
SERVICES: Mapping[str, str] = {
    WEB: r"http_proxy=http://(127\.0\.0\.1:\d+)",
    RUN: r"listening at http://(127\.0\.0\.1:\d+)",
}
"""What runs beside the shell, and what it prints when it is up: its address."""
ADDRESSES: Mapping[str, str] = {WEB: "127.0.0.1:8899", RUN: "127.0.0.1:9109"}
"""Where the README has them. Here each takes a free port instead, for several tours may run at once."""
PATIENCE = 120.0
"""Seconds after which a command or a service has failed; the longest takes 12 on an idle machine."""

_FENCE = re.compile(r"^```(\w*)$")
_DATE, _CLOCK = r"\d{4}-\d\d-\d\d", r"\d\d:\d\d"
_DURATION = r"\d+(?:\.\d+)? (?:s|min|h)(?: \d+ (?:s|min))?"
_SIZE = r"\d+(?:\.\d+)? (?:B|kB|MB|GB|TB)"
_DIFFERS = tuple(
    (re.compile(pattern), same)
    for pattern, same in (
        # The demo web moves its dates by whole days: times of day stay. Not so the times of our own fetches and runs.
        (rf"^(fetched  +){_DATE} {_CLOCK}$", r"\1THEN"),
        (rf"^((?:revisions)?  +\d: ){_DATE} {_CLOCK}, page \d+$", r"\1THEN, page ID"),
        (rf"^((?:last runs)?  +\d+  ){_DATE} {_CLOCK}(?=  )", r"\1THEN"),
        (_DATE, "DATE"),
        (r"(?<=\.example/)(\w+)/\d{4}/?\d\d/", r"\1/MONTH/"),
        (r"/t\d{8}_(?=\d+\.html)", "/tDATE_"),
        # Pages are numbered in the order of arrival.
        (rf"^ *\d+  (?=DATE {_CLOCK}  )", "ID  "),
        (r"(?<=copy of )\d+$", "ID"),
        (r"^(article  +)\d+(?=, revision)", r"\1ID"),
        (r"^(copies  +)\d+(?=: )", r"\1ID"),
        (r"^  +\d+  (?=\S)", "  ID  "),
        # How long, how fast, how big.
        (rf"(?<=sources, ){_DURATION}, \d+\.\d pages/s, {_SIZE}$", "DURATION, RATE, SIZE"),
        (
            rf"(?<=news\.db: ){_SIZE}(?:, and {_SIZE} in its write-ahead log)?, {_SIZE}(?= free on its disk)",
            "SIZE, SIZE",
        ),
        (rf"(?<=^service    up for ){_DURATION}, process \d+(?=, http)", "DURATION, process PID"),
        # The next crawl of each source has some chance in it, so which is the first has, too.
        (rf"^(next  +)in {_DURATION} +[\w.]+$", r"\1in DURATION SOURCE"),
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A command of the README. `lines` is where its output stands there: numbers of lines from 0, end exclusive."""

    command: str
    printed: tuple[str, ...]
    lines: slice
    service: bool = False


def steps(readme: str) -> list[Step]:
    """The commands of a README's consoles and the services, in order."""
    found: list[Step] = []
    lines = readme.splitlines()
    for start, end, language in _blocks(lines):
        if language == "console":
            prompts = [at for at in range(start, end) if lines[at].startswith("$ ")]
            for at, until in zip(prompts, [*prompts[1:], end], strict=True):
                span = slice(at + 1, until)
                found.append(Step(command=lines[at][2:], printed=tuple(lines[span]), lines=span))
        elif language == "" and "\n".join(lines[start:end]) in SERVICES:
            found.append(Step(command=lines[start], printed=(), lines=slice(end, end), service=True))
    return found


def with_consoles_of(readme: str, translated: str) -> str:
    """A translation of the README with the README's consoles in place of its own, one by one."""
    lines, others = readme.splitlines(), translated.splitlines()
    consoles = [lines[start:end] for start, end, language in _blocks(lines) if language == "console"]
    places = [slice(start, end) for start, end, language in _blocks(others) if language == "console"]
    for place, console in reversed(list(zip(places, consoles, strict=True))):
        others[place] = console
    return "\n".join(others) + "\n"


def _blocks(lines: Sequence[str]) -> Iterator[tuple[int, int, str]]:
    """First and last line and language of every fenced block."""
    start, language = 0, None
    for at, line in enumerate(lines):
        if (fence := _FENCE.match(line)) is None:
            continue
        if language is None:
            start, language = at + 1, fence[1]
        else:
            yield start, at, language
            language = None


def normalized(line: str) -> str:
    """A printed line with what differs from run to run made equal, and nothing else."""
    line = line.rstrip()
    for pattern, same in _DIFFERS:
        line = pattern.sub(same, line)
    return line


def difference(expected: Sequence[str], printed: Sequence[str]) -> str:
    """What a block says and a command does not print, or the other way round, as a diff; empty where they agree."""
    wanted, got = [normalized(line) for line in expected], [normalized(line) for line in printed]
    if _agree(wanted, got):
        return ""
    return "\n".join(difflib.unified_diff(wanted, got, "README.md", "printed", lineterm="", n=99))


def _agree(wanted: Sequence[str], got: Sequence[str]) -> bool:
    head = wanted.index(CUT) if CUT in wanted else len(wanted)
    if wanted[:head] != got[:head] or (CUT not in wanted and len(got) != head):
        return False
    rest = wanted[head + 1 :]
    return CUT not in wanted or any(_agree(rest, got[at:]) for at in range(head + 1, len(got) + 1))


def rewritten(expected: Sequence[str], printed: Sequence[str]) -> list[str]:
    """A block's new lines: `printed`, cut where `expected` is cut, with as many lines between the cuts."""
    parts: list[list[str]] = [[]]
    for line in expected:
        if line == CUT:
            parts.append([])
        else:
            parts[-1].append(line)
    new: list[str] = []
    done = 0
    for number, part in enumerate(parts):
        last = number == len(parts) - 1
        size = len(printed) - done if last and number == 0 else len(part)
        at = done if number == 0 else len(printed) - size if last else _most_alike(part, printed, done)
        new += [CUT] if number else []
        new += (line.rstrip() for line in printed[at : at + size])
        done = at + size
    return new


def _most_alike(part: Sequence[str], printed: Sequence[str], start: int) -> int:
    """Where in `printed`, from `start` on, lines stand that are most like `part`."""

    def likeness(at: int) -> float:
        pairs = zip(part, printed[at : at + len(part)], strict=True)
        return sum(difflib.SequenceMatcher(None, normalized(a), normalized(b)).ratio() for a, b in pairs)

    return max(range(start, max(start, len(printed) - len(part)) + 1), key=likeness, default=start)


class Tour:
    """A shell in a folder of its own, with the services beside it; a context manager that ends them all."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._env = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
        self._env |= {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "LC_ALL": "C.UTF-8"}
        self._processes: list[Program] = []
        self._shell = self._start(["sh"])
        self._addresses: dict[str, str] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for program in reversed(self._processes):
            program.stop()

    def take(self, step: Step) -> list[str]:
        """Type a command, or start a service. Returns what it printed; raises where a command's exit code is not 0."""
        if step.service:
            self._serve(step.command)
            return []
        command = step.command
        for known, real in self._addresses.items():
            command = command.replace(known, real)
        self._shell.write(f'{{ {command}\n}} </dev/null; echo; echo "~ $?"\n')
        printed = self._shell.read_until(r"^~ (\d+)$")
        code = printed.pop()
        if printed[-1] == "":
            printed.pop()
        if code != "~ 0":
            raise AssertionError(f"{step.command} ended with {code[2:]}:\n" + "\n".join(printed))
        return [self._as_in_the_readme(line) for line in printed]

    def _as_in_the_readme(self, line: str) -> str:
        for known, real in self._addresses.items():
            line = line.replace(real, known)
        return line

    def _serve(self, command: str) -> None:
        if command == WEB:
            program = self._start([sys.executable, *command.replace("8899", "0").split()[1:]], ROOT)
        else:
            settings = self._folder / "copydesk.toml"
            settings.write_text('listen = "127.0.0.1:0"\n' + settings.read_text(encoding="utf-8"), encoding="utf-8")
            program = self._start(command.split())
        up = re.search(SERVICES[command], program.read_until(SERVICES[command])[-1])
        assert up is not None
        self._addresses[ADDRESSES[command]] = up[1]

    def _start(self, words: list[str], folder: Path | None = None) -> Program:
        self._processes.append(Program(words, folder or self._folder, self._env))
        return self._processes[-1]


class Program:
    """A running program whose output is read line by line."""

    def __init__(self, words: list[str], folder: Path, env: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(
            words,
            cwd=folder,
            env=env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
        )
        self._lines: queue.Queue[str] = queue.Queue()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.put(line.rstrip("\n"))

    def write(self, text: str) -> None:
        """Type something."""
        assert self._process.stdin is not None
        self._process.stdin.write(text)
        self._process.stdin.flush()

    def read_until(self, pattern: str) -> list[str]:
        """The lines up to one in which a pattern is found, that included."""
        lines: list[str] = []
        while not (lines and re.search(pattern, lines[-1])):
            try:
                lines.append(self._lines.get(timeout=PATIENCE))
            except queue.Empty:
                raise AssertionError("\n".join(["nothing more came after:", *lines])) from None
        return lines

    def stop(self) -> None:
        """End it as Ctrl-C's elder sister does, and wait."""
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._thread.join()
        assert self._process.stdout is not None
        self._process.stdout.close()


def main() -> None:
    """Take the tour; where the README says something else, write what was printed, all of it from this one run."""
    text = README.read_text(encoding="utf-8")
    lines = text.splitlines()
    taken: list[tuple[Step, list[str]]] = []
    with tempfile.TemporaryDirectory() as folder, Tour(Path(folder)) as tour:
        for step in steps(text):
            print(f"$ {step.command}", flush=True)
            taken.append((step, tour.take(step)))
            print("".join(f"{line}\n" for line in taken[-1][1]), end="", flush=True)
    if any(difference(step.printed, printed) for step, printed in taken):
        for step, printed in reversed(taken):
            lines[step.lines] = rewritten(step.printed, printed)
        README.write_text("\n".join(lines) + "\n", encoding="utf-8")
        chinese = README_ZH.read_text(encoding="utf-8")
        README_ZH.write_text(with_consoles_of("\n".join(lines), chinese), encoding="utf-8")
        print("\nREADME.md is written anew.")
    else:
        print("\nREADME.md says so already.")


if __name__ == "__main__":
    main()
