"""What a command takes beside its work: what only some of it needs is imported when that begins, and its end costs nothing."""

from __future__ import annotations

import subprocess
import sys

import click

from cli.command_summaries import summary_command
from cli.main import _COMMANDS, copydesk

HEAVY = ("aiohttp", "datasette", "distributed", "fastwarc", "playwright", "pyarrow", "scrapy", "trafilatura", "twisted")
"""Packages that take 0.1 s of CPU and more."""
_LOADED = """
import sys
from click.testing import CliRunner
from cli.main import copydesk
for words in sys.stdin.read().splitlines():
    result = CliRunner().invoke(copydesk, words.split())
    assert result.exit_code == 0, (words, result.output)
print(" ".join(sys.modules))
"""


def loaded(*commands: str) -> set[str]:
    """The modules that a new Python has loaded when it has run these."""
    program = [sys.executable, "-c", _LOADED]
    done = subprocess.run(program, input="\n".join(commands), capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_the_list_of_commands_says_what_they_say() -> None:
    group = click.Context(copydesk)
    for name in copydesk.list_commands(group):
        real = copydesk.get_command(group, name)
        listed = summary_command(_COMMANDS[name])
        assert real is not None
        assert listed is not None, name
        assert listed.get_short_help_str(60) == real.get_short_help_str(60)
        assert not real.hidden


def test_the_list_of_commands_loads_none_of_them() -> None:
    assert not [name for name in loaded("--help") if name.startswith("cli.commands.")]


def test_no_help_loads_what_only_the_work_needs() -> None:
    found = loaded(*(f"{name} --help" for name in copydesk.list_commands(click.Context(copydesk))))
    assert "cli.commands.crawling.crawl" in found
    assert not {name.split(".")[0] for name in found} & set(HEAVY)
    assert "pipelines.extraction.extract" not in found


def test_the_collector_goes_through_nothing_at_the_end() -> None:
    program = (
        "import atexit, gc; atexit.register(lambda: print(len(gc.get_objects())))\nfrom cli.main import main; main()\n"
    )
    command = [sys.executable, "-c", program, "--version"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert int(done.stdout.split()[-1]) < 1_000
