"""Who speaks in a conversation: what opens several sentences before a colon. "Editor: …" once is a credit."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Set

from pipelines.extraction.text.writing import SENTENCE_ENDS

_LABEL = re.compile(r"[^\W\d_][^:：\n]{0,29}(?=[:：])")


def label_of(line: str) -> str | None:
    """What stands before the colon that a line opens with, if it does."""
    match = _LABEL.match(line)
    return match[0] if match else None


def speakers(lines: Iterable[str]) -> Set[str | None]:
    """The labels of several lines that end like sentences."""
    counts = Counter(label_of(line) for line in lines if line and line[-1] in SENTENCE_ENDS)
    return {label for label, count in counts.items() if label and count > 1}
