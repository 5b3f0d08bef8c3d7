"""The packages of the program, and the names of all their modules."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator

PACKAGES = ("cli", "crawler", "db", "pipelines", "scheduler")


def module_names() -> Iterator[str]:
    """Every package and module, but those that are run (`__main__`)."""
    for package in PACKAGES:
        yield package
        for module in pkgutil.walk_packages(importlib.import_module(package).__path__, f"{package}."):
            if not module.name.endswith("__main__"):
                yield module.name
