"""Crawls of the whole demo web that several tests look at, made once for all: a crawl takes seconds, a copy none."""

from __future__ import annotations

import pickle
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.demoweb.asking import DE, GB, ZH
from tests.demoweb.truth import PageTruth
from tests.demoweb.web import DemoWeb
from tests.end_to_end.copydesk import Copydesk
from tests.support.once import once

THREE = (ZH, GB, DE)


@pytest.fixture(scope="session")
def crawled_web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[DemoWeb, Copydesk]]:
    """The demo web as it stands, still up, and a desk that has crawled it once. Only to be looked at."""

    def make(folder: Path) -> None:
        desk = Copydesk(folder, web.proxy_url)
        desk.add_sites(web)
        desk.run("crawl")

    with DemoWeb() as web:  # it is the same in each process
        made = once(tmp_path_factory, "crawled-web", make)
        desk = Copydesk(tmp_path_factory.mktemp("crawled-web"), web.proxy_url)
        shutil.copy(made / "news.db", desk.database)
        yield web, desk


@pytest.fixture(scope="session")
def crawled_twice(tmp_path_factory: pytest.TempPathFactory) -> tuple[Copydesk, list[PageTruth]]:
    """The demo web, crawled before and after its corrections, and what is right of it. Only to be looked at."""

    def make(folder: Path) -> None:
        with DemoWeb() as web:
            desk = Copydesk(folder, web.proxy_url, follow_pages=True)
            desk.add_sites(web)
            desk.run("crawl")
            web.publish_correction()
            desk.run("crawl", "--again")
            (folder / "truth").write_bytes(pickle.dumps(list(web.truth())))

    made = once(tmp_path_factory, "crawled-twice", make)
    desk = Copydesk(tmp_path_factory.mktemp("crawled-twice"), None, follow_pages=True)
    shutil.copy(made / "news.db", desk.database)
    return desk, pickle.loads((made / "truth").read_bytes())


@pytest.fixture(scope="session")
def crawled_three(tmp_path_factory: pytest.TempPathFactory) -> Copydesk:
    """`THREE` of the demo web, crawled once with nothing in the way. Only to be looked at."""

    def make(folder: Path) -> None:
        with DemoWeb() as web:
            desk = Copydesk(folder, web.proxy_url)
            desk.add_sites(web, *THREE)
            desk.run("crawl")

    desk = Copydesk(tmp_path_factory.mktemp("crawled-three"), None)
    shutil.copy(once(tmp_path_factory, "crawled-three", make) / "news.db", desk.database)
    return desk


@pytest.fixture
def crawled(crawled_twice: tuple[Copydesk, list[PageTruth]], tmp_path: Path) -> Copydesk:
    """A copy of `crawled_twice` of the test's own."""
    folder = tmp_path / "crawled"
    folder.mkdir()
    desk = Copydesk(folder, None, follow_pages=True)
    shutil.copy(crawled_twice[0].database, desk.database)
    return desk
