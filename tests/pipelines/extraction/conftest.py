"""Has the test of `EXTRACTION_VERSION` know what the others extract."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from types import FunctionType

import pytest

from tests.pipelines.extraction.readings import add_reading, folder_of_readings
from tests.pipelines.extraction.specimens import is_run, name_of_test, noted

_FOLDER = pytest.StashKey[Path]()


@pytest.fixture(scope="session", autouse=True)
def _share_readings(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> None:
    request.config.stash[_FOLDER] = folder_of_readings(tmp_path_factory)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None]:
    """Note what the test extracts, unless it fails."""
    given = item.callspec.params if hasattr(item, "callspec") else {}
    if not (isinstance(item, pytest.Function) and isinstance(item.function, FunctionType)):
        return (yield)
    if not is_run(item.function, given):
        return (yield)
    test = name_of_test(item.function)
    with noted(item.module, f"{test} {' '.join(map(str, given.values()))}") as read:
        yield
    add_reading(item.config.stash[_FOLDER], test, item.name, read)
