"""One browser for all tests of a module."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from crawler.render.messages import Drawing, DrawOrder
from crawler.render.renderer import Renderer

ROOT = Path(__file__).parents[3]
Draw = Callable[[DrawOrder], Drawing]


@pytest.fixture(scope="module")
def renderer_and_loop() -> Iterator[tuple[Renderer, asyncio.AbstractEventLoop]]:
    """A renderer whose process can import the tests, with the event loop that it lives on."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(ROOT))
        for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
            patch.delenv(name, raising=False)
        with asyncio.Runner() as runner:
            renderer = Renderer()
            yield renderer, runner.get_loop()
            runner.run(renderer.close())


@pytest.fixture(scope="module")
def draw(renderer_and_loop: tuple[Renderer, asyncio.AbstractEventLoop]) -> Draw:
    """Draws a page."""
    renderer, loop = renderer_and_loop
    return lambda order: loop.run_until_complete(renderer.draw(order))
