"""`crawler.run.crawl` in somebody else's process."""

from __future__ import annotations

import gc
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from crawler.crawl.crawl_run import CrawlRun
from crawler.crawl.session import CrawlOrder
from crawler.run import NEW_OBJECTS, crawl
from db.config.loader import Config, load_config
from tests.end_to_end.copydesk import Copydesk


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """Of one source whose port is closed: it is asked for, and nothing comes."""
    desk = Copydesk(tmp_path, None, delay="0s", retries=0, allow_networks=["127.0.0.0/8"])
    desk.run("sources", "add", "http://127.0.0.1:9/", "--no-discovery")
    return load_config(tmp_path / "copydesk.toml")


@pytest.fixture(params=[True, False], ids=["frozen", "none frozen"])
def frozen(request: pytest.FixtureRequest) -> Iterator[int]:
    """So many objects the caller has frozen: those of the tests, or none."""
    assert gc.get_freeze_count() > 0
    if not request.param:
        gc.unfreeze()
    yield gc.get_freeze_count()
    gc.freeze()


def test_objects_that_the_caller_froze_stay_frozen(config: Config, frozen: int) -> None:
    during = []
    thresholds = gc.get_threshold()

    def watch(run: CrawlRun) -> None:
        during.append(gc.get_freeze_count())
        # Cycles are looked for less often, unless the collector is the caller's.
        assert gc.get_threshold()[0] == (thresholds[0] if frozen else NEW_OBJECTS)

    crawl(config, CrawlOrder(), watch=watch)
    assert gc.get_threshold() == thresholds
    # Some of the frozen objects are freed meanwhile, as they have no more references.
    assert during[0] <= frozen if frozen else during[0] > 0
    assert frozen / 2 <= gc.get_freeze_count() <= frozen


def test_signals_are_the_callers_again(config: Config) -> None:
    signalled = []
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.signal(number, lambda number, frame: signalled.append(number)) for number in numbers}
    during: list[object] = []
    try:
        crawl(config, CrawlOrder(), watch=lambda run: during.extend(map(signal.getsignal, numbers)))
        own = [*map(signal.getsignal, numbers)]
        for number in numbers:
            signal.raise_signal(number)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    assert signalled == [*numbers]
    assert not {*own} & {*during}, "the crawl had handlers of its own"
