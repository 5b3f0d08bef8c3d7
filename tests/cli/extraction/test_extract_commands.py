"""`copydesk extract`: its commands, the options that they were before, files named like a command."""

from __future__ import annotations

import json
from pathlib import Path

import click
import pytest
from click.shell_completion import BashComplete
from click.testing import CliRunner, Result

from cli.main import copydesk
from tests.cli.conftest import ROOT, Newsroom, run, spawn

PAGE = ROOT / "tests" / "pages" / "zh_header_line" / "page.html"


def extract(newsroom: Newsroom, *words: str) -> Result:
    return run(newsroom.path, "extract", *words)


def without_run(result: Result) -> dict[str, object]:
    """The figures, without what differs between two runs."""
    figures = json.loads(result.stdout)
    return {name: value for name, value in figures.items() if name not in ("run", "longest_ms", "undone")}


def test_an_earlier_spelling_does_what_the_command_does(newsroom: Newsroom) -> None:
    extract(newsroom, "stored", "--all")
    source = ("--source", "mirror.example", "--since", "3650d")
    both = ("--source", "mirror.example", "--source", "wanbao.example")
    where, nowhere = ("--where", "articles.title LIKE '%x%'"), ("--url", "http://nowhere.example/")
    for earlier, now in (
        (("--all",), ("stored", "--all")),
        (source, ("stored", *source)),
        (both, ("stored", "--all")),
        (where, ("stored", *where)),
        (nowhere, ("stored", *nowhere)),
        (("--stale", "--dry-run"), ("preview", "--stale")),
    ):
        before, after = extract(newsroom, *earlier, "--json"), extract(newsroom, *now, "--json")
        assert before.exit_code == after.exit_code == 0, (earlier, before.exception, after.exception)
        assert without_run(before) == without_run(after), earlier


def test_undo_by_both_spellings(newsroom: Newsroom) -> None:
    runs = []
    for words in (("--undo",), ("undo",)):
        first = json.loads(extract(newsroom, "stored", "--all", "--json").stdout)
        runs.append(first["run"])
        undone = extract(newsroom, *words, str(first["run"]), "--json")
        assert undone.exit_code == 0, undone.exception
        assert json.loads(undone.stdout)["back"] == first["changed"] > 0
    assert runs[0] != runs[1]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "Give files, addresses or - (standard input)"),
        (("page.html", "--all"), "Give files"),
        (("--stale", "--undo", "1"), "Give files"),
        (("stored",), "Select the stored pages with --stale"),
        (("preview", "--report", "x.html"), "Select the stored pages with --stale"),
        (("stored", "--all", "--stale"), "--all cannot be combined"),
        (("--all", "--stale"), "--all cannot be combined"),
        (("--dry-run", "page.html"), "--dry-run needs a selection"),
        (("--report", "x.html", "--all"), "--report needs --dry-run"),
        (("page.html", "--engine", "dask"), "need --from or a selection"),
        (("archives", "x.warc"), "Missing option '--to'"),
        (("stored", "--all", "--scheduler", "tcp://127.0.0.1:1"), "--scheduler needs --engine dask"),
        (("--all", "--dry-run", "--to", "file:///x"), "--dry-run cannot be combined with --to"),
    ],
)
def test_what_contradicts_itself_is_refused(newsroom: Newsroom, words: tuple[str, ...], said: str) -> None:
    result = extract(newsroom, *words)
    refusal = result.stderr if isinstance(result.exception, SystemExit) else str(result.exception)
    assert said in refusal
    assert result.exit_code != 0


def test_a_file_named_like_a_command_is_extracted(tmp_path: Path) -> None:
    for name in ("undo", "stored", "page.html"):
        (tmp_path / name).write_bytes(PAGE.read_bytes())
    done = spawn("extract", "./undo", "page.html", "stored", cwd=tmp_path)
    assert len({json.loads(line)["title"] for line in done.stdout.splitlines()}) == 1
    assert done.stdout.count(b"\n") == 3
    assert spawn("extract", "--", "undo", cwd=tmp_path).stdout.startswith(b'{"id": "undo"')
    refused = spawn("extract", "undo", cwd=tmp_path)
    assert (refused.returncode, refused.stdout) == (2, b"")
    assert b"To extract the file undo, write ./undo." in refused.stderr


def test_the_help_is_one_and_leaves_the_earlier_options_out() -> None:
    def shown(*words: str) -> str:
        return CliRunner().invoke(copydesk, ["extract", *words]).output

    text = shown("--help")
    assert shown("page.html", "--help") == text
    assert text.startswith(
        "Usage: copydesk extract [OPTIONS] FILE|FOLDER|-|ADDRESS...\n       copydesk extract COMMAND "
    )
    order = [text.index(f"\n  {name} ") for name in ("stored", "preview", "undo", "archives")]
    assert order == sorted(order)
    assert "--stale " not in text.partition("Options:")[2]
    assert shown("--no-such").startswith("Usage: copydesk extract [OPTIONS] FILE|FOLDER|-|ADDRESS...")


def test_every_command_says_in_one_line_what_it_does() -> None:
    """No line of a list of commands is cut, whatever is listed says what it does, and ends with a full stop."""

    def check(command: click.Command, name: str, parent: click.Context) -> None:
        ctx = click.Context(command, info_name=name, parent=parent)
        assert command.hidden or command.get_short_help_str(limit=62).endswith("."), name
        assert "..." not in command.get_short_help_str(limit=62), name
        for option in command.params:
            if isinstance(option, click.Option) and not option.hidden:
                assert option.help, f"{name} {option.opts}"
                assert option.help.endswith((".", "]")), f"{name} {option.opts}: {option.help}"
        if isinstance(command, click.Group):
            for below in command.list_commands(ctx):
                found = command.get_command(ctx, below)
                assert found is not None
                check(found, f"{name} {below}", ctx)

    root = click.Context(copydesk, info_name="copydesk")
    for below in copydesk.list_commands(root):
        found = copydesk.get_command(root, below)
        assert found is not None
        check(found, below, root)


def test_a_shell_completes_commands_and_options() -> None:
    def completed(*words: str) -> list[str]:
        items = BashComplete(copydesk, {}, "copydesk", "_COPYDESK_COMPLETE").get_completions(
            list(words[:-1]), words[-1]
        )
        return [item.value for item in items]

    assert completed("extract", "st") == ["stored"]
    assert completed("extract", "--m") == ["--manifest"]
    assert completed("extract", "stored", "--st") == ["--stale"]
    assert completed("extract", "page.html", "--u") == ["--url"]
    assert completed("extract", "--st") == []
