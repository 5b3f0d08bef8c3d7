"""Why an answer is no list: its status, in plain words."""

from __future__ import annotations

from crawler.backfill.channel import ChannelAnswer

_WORDS = {401: "it asks for a log-in", 403: "the site refuses it", 404: "there is none", 410: "there is none any more"}


def refusal_of(answer: ChannelAnswer) -> str | None:
    """Why the answer holds nothing, with its status; None where it may hold a list."""
    if answer.status == 200:
        return None
    words = _WORDS.get(answer.status)
    return f"status {answer.status}: {words}" if words else f"status {answer.status}"
