"""What is costly to make and only looked at, made once for all processes that test (pytest-xdist), not once in each."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock


def once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """The folder `name`, filled by `make`, which is given an empty one. Whoever comes meanwhile waits."""
    base = common_folder(factory)
    folder, begun = base / name, base / f"{name}.begun"
    with FileLock(base / f"{name}.lock"):
        if not folder.exists():
            shutil.rmtree(begun, ignore_errors=True)
            begun.mkdir()
            make(begun)
            begun.rename(folder)
    return folder


def common_folder(factory: pytest.TempPathFactory) -> Path:
    """The folder of this run of the tests, which all its processes have alike."""
    base = factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
