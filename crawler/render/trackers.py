"""Hosts that measure readers or sell advertisements (`trackers.toml`): a page is drawn without them."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from pathlib import Path


@lru_cache(maxsize=1)
def _trackers() -> frozenset[str]:
    groups = tomllib.loads((Path(__file__).parent / "trackers.toml").read_text(encoding="utf-8"))
    return frozenset(host for hosts in groups.values() for host in hosts)


def is_tracker(host: str) -> bool:
    """Whether a host, or one above it, is a known tracker."""
    labels = host.rstrip(".").lower().split(".")
    return any(".".join(labels[start:]) in _trackers() for start in range(len(labels) - 1))
