"""`copydesk completion`: the script that makes a shell complete commands, options and sources' names."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from cli.parameters import Choice

SHELLS = ("bash", "zsh", "fish")


@click.command()
@click.argument("shell", type=Choice(SHELLS))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print the script that completes `copydesk` in SHELL: bash, zsh or fish.

    \b
    bash   copydesk completion bash > ~/.local/share/bash-completion/completions/copydesk
    zsh    copydesk completion zsh > "${fpath[1]}/_copydesk"
    fish   copydesk completion fish > ~/.config/fish/completions/copydesk.fish
    """
    kind = get_completion_class(shell)
    assert kind is not None
    click.echo(kind(ctx.find_root().command, {}, "copydesk", "_COPYDESK_COMPLETE").source())
