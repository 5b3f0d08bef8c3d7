"""The help of all commands, as one text: one name and one kind of value for one thing, nothing left to click's own words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import click
import pytest

from cli.completions import source_names
from cli.main import copydesk

# Options whose value has another form in one command, and the help says which.
_OTHER_FORMS = {
    ("ccnews", "--since"): "MONTH",
    ("ccnews", "--until"): "MONTH",
    ("people join", "--by"): "WHO",
    ("people part", "--by"): "WHO",
}


def commands(group: click.Group, above: str = "") -> Iterator[tuple[str, click.Command]]:
    """All commands and groups, each with its path."""
    for name in group.list_commands(click.Context(group)):
        command = group.get_command(click.Context(group), name)
        assert command is not None
        path = f"{above} {name}".strip()
        yield path, command
        if isinstance(command, click.Group):
            yield from commands(command, path)


COMMANDS = dict(commands(copydesk))


def options() -> Iterator[tuple[str, click.Option]]:
    for path, command in COMMANDS.items():
        for parameter in command.params:
            if isinstance(parameter, click.Option) and not parameter.hidden:
                yield path, parameter


def test_an_option_takes_the_same_value_everywhere() -> None:
    values = defaultdict(set)
    for path, option in options():
        if option.is_flag:
            continue
        name = option.opts[0]
        shown = option.make_metavar(click.Context(COMMANDS[path]))
        assert not shown.startswith(("TEXT", "INTEGER", "FLOAT", "PATH")), f"copydesk {path} {name} {shown}"
        if _OTHER_FORMS.get((path, name)) != shown:
            values[name].add(shown)
    assert {name: forms for name, forms in values.items() if len(forms) > 1} == {}


def test_all_and_none_are_said_in_the_same_words() -> None:
    for path, option in options():
        if option.opts[0] == "--limit" and isinstance(option.type, click.IntRange) and option.type.min == 0:
            assert "0 for all" in (option.help or ""), path


def test_every_option_and_every_command_is_explained() -> None:
    for path, option in options():
        assert (option.help or "").rstrip(".")[:1].isupper(), f"copydesk {path} {option.opts[0]}"
    for path, command in COMMANDS.items():
        first = command.get_short_help_str(200).split()[0]
        # An instruction: "Show what", not "What" or "The".
        assert first not in ("A", "How", "The", "What", "Whether", "Which", "Who", "Why"), path
        assert first[0].isupper(), path


@pytest.mark.parametrize("option", ["--source", "--accept"])
def test_names_of_sources_are_completed(option: str) -> None:
    found = [one for _, one in options() if one.opts[0] == option]
    assert found
    assert all(one._custom_shell_complete is source_names for one in found)
