"""How much of each field a source may lose when its pages are extracted again: the setting `lose_at_most`."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields

from db.models import Article

LIMITED_FIELDS: tuple[str, ...] = tuple(
    one.name for one in fields(Article) if one.name not in ("url", "provenance", "word_count")
)
"""The fields of an article that are compared. The others are where it was found, how, and a count of the text."""
ARTICLES = "articles"
"""Stands for the articles themselves: one is lost where its page would be rejected."""
_SHARE = re.compile(r"\s*(\d{1,3}(?:\.\d{1,6})?)\s*%\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class LossLimits:
    """The largest share of each field that may be lost, as fractions of 1, in the order in which they are written."""

    shares: tuple[tuple[str, float], ...] = ()

    def __str__(self) -> str:
        return ", ".join(f"{name} {share:.6%}".rstrip("0%").rstrip(".") + "%" for name, share in self.shares) or "none"


def loss_limits(value: object) -> LossLimits:
    """Limits in `{ authors = "1%", articles = "0.1%" }`. Raises ValueError."""
    if not isinstance(value, Mapping):
        raise ValueError(f'a table such as {{ authors = "1%", text = "0.5%" }} was expected, not {value!r}')
    known = (ARTICLES, *LIMITED_FIELDS)
    for name in value:
        if name not in known:
            near = difflib.get_close_matches(str(name), known, n=1)
            raise ValueError(
                f"unknown field {name}" + (f"; did you mean {near[0]}?" if near else f"; there are {', '.join(known)}")
            )
    return LossLimits(shares=tuple((name, _share(name, share)) for name, share in value.items()))


def _share(name: str, value: object) -> float:
    match = _SHARE.fullmatch(value) if isinstance(value, str) else None
    if match is None or float(match[1]) > 100:
        raise ValueError(f'{name}: a share from "0%" to "100%" was expected, such as "0.5%", not {value!r}')
    return float(match[1]) / 100
