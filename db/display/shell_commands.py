"""Commands that a message or a page proposes, as they are typed in a shell."""

from __future__ import annotations

import shlex


def shell_command(*words: object) -> str:
    """A `copydesk` command with these words: `copydesk why 'Der Bote'`. Words that a shell would take apart are quoted."""
    return shlex.join(["copydesk", *(str(word) for word in words)])
