"""What all tests share: the running demo web."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.demoweb.web import DemoWeb


@pytest.fixture
def demoweb() -> Iterator[DemoWeb]:
    """A demo web of its own for each test: free ports, nothing recorded, nothing corrected. Starts in milliseconds."""
    with DemoWeb() as web:
        yield web
