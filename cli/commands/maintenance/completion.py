"""`copydesk completion`: print the script by which a shell completes commands, options and names of sources."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from cli.parameters import Choice

SHELLS = ("bash", "zsh", "fish")


@click.command(short_help="Print the completion script for bash, zsh or fish.")
@click.argument("shell", type=Choice(SHELLS))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print the script that completes `copydesk` commands, options and sources in SHELL: bash, zsh or fish.

    \b
    Examples:
      copydesk completion bash > ~/.local/share/bash-completion/completions/copydesk
      copydesk completion zsh > "${fpath[1]}/_copydesk"
      copydesk completion fish > ~/.config/fish/completions/copydesk.fish
    """
    kind = get_completion_class(shell)
    assert kind is not None
    click.echo(kind(ctx.find_root().command, {}, "copydesk", "_COPYDESK_COMPLETE").source())
