"""CPU seconds until a command has said its help, and until light commands have answered.

    python -m bench.service.command_starts [--runs 5] [--most 0.3] [NAME...]

Each is a new Python, as a user starts it; the least of its runs counts, because other work on the machine only adds. Light commands
are asked of a database with one source. It ends with 1 where a command needs more than `--most`. What it loads, the slowest first:
`python -X importtime -m cli.main NAME --help 2>&1 | sort -t'|' -k2 -n`.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import click

from cli.main import copydesk

LIGHT = (
    "sources list",
    "status",
    "articles",
    "search water",
    "searches list",
    "stats",
    "threads",
    "coverage",
    "digest",
    "corrections",
    "alerts",
    "catalogue list",
)


def start_cpu_s(folder: Path, words: list[str]) -> float:
    """CPU seconds of one command, run to its end."""
    command = [sys.executable, "-m", "cli.main", *words]
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{' '.join(words)} ended with {process.returncode}")
    return used.ru_utime + used.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--most", type=float, default=0.3, help="CPU seconds a start may take")
    options = parser.parse_args()
    names = options.names or copydesk.list_commands(click.Context(copydesk))
    commands = [f"{name} --help" for name in names]
    if not options.names:
        commands = ["--help", *LIGHT, *commands]
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        start_cpu_s(folder, ["sources", "add", "http://a.example/", "--no-discovery"])
        least = {
            command: min(start_cpu_s(folder, command.split()) for _ in range(options.runs)) for command in commands
        }
    for command, seconds in sorted(least.items(), key=lambda item: -item[1]):
        print(f"{seconds:6.3f}  {command}")
    slow = [command for command, seconds in least.items() if seconds > options.most]
    sys.exit(f"more than {options.most:g} s: {', '.join(slow)}" if slow else 0)


if __name__ == "__main__":
    main()
