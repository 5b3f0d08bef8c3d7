"""`kill -9` in the middle of settling: the next settling or crawl goes on, and ends like a quiet one, row for row."""

from __future__ import annotations

import random
import shutil
import signal
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from db.connection.database import open_database, write
from db.models import Article
from db.store.extraction.outcomes import Extractor, extractor_id
from db.store.sites.sources import add_source
from pipelines.extraction.fingerprint import fingerprint
from tests.end_to_end.copydesk import Copydesk
from tests.pipelines.dedup.stories import SETTLED, attributed, bulletin, edited, sequel, story, trimmed
from tests.pipelines.dedup.test_settle import START
from tests.support.articles import insert_indexed_article
from tests.support.once import once

# Articles settled in one step, a fifth of what it is, and several steps of them.
STEP = 100
ARTICLES = 4 * STEP - 80


def rows(desk: Copydesk) -> dict[str, list[tuple[Any, ...]]]:
    """Everything that settling writes."""
    return {table: desk.query(f"SELECT * FROM {table} ORDER BY 1, 2") for table in SETTLED}


def texts(count: int) -> list[str]:
    """Stories, each printed again in several ways, and forms."""
    made = []
    for n in range(count // 8):
        text = story(n, 5)
        made += [
            text,
            text,
            edited(text, n),
            trimmed(text),
            attributed(text),
            sequel(text, n),
            bulletin(n),
            bulletin(n % 50),
        ]
    random.Random(1).shuffle(made)
    return made


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database of many articles, all of which wait to be settled."""
    return once(tmp_path_factory, "archive-to-settle", make_archive) / "news.db"


def make_archive(folder: Path) -> None:
    path = folder / "news.db"
    conn: sqlite3.Connection = open_database(path, create=True).conn
    chance = random.Random(2)
    with write(conn):
        add_source(conn, name="s", url="http://s.example/", settings={}, at=START)
        maker = extractor_id(conn, Extractor(code="t", rules="t", trafilatura="t"))
        conn.execute("INSERT INTO bodies (id, sha256, size, codec, data) VALUES (1, x'00', 0, 'zstd', x'00')")
        for n, text in enumerate(texts(ARTICLES), 1):
            # One address in five is visited twice; one in forty says the same again.
            if n % 40:
                url, said = f"http://site{chance.randrange(ARTICLES * 2)}.example/a", text
            conn.execute(
                "INSERT INTO pages (id, source_id, url, fetched_at, status, headers, body_id)"
                " VALUES (?, 1, ?, ?, 200, '{}', 1)",
                (n, url, f"2026-11-01T{n // 3600:02}:{n // 60 % 60:02}:{n % 60:02}.000Z"),
            )
            article = Article(url=url, title="t", text=said)
            insert_indexed_article(conn, n, url, article, fingerprint(article, url), maker)
    conn.close()


@pytest.fixture(scope="module")
def settled(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same after one undisturbed settling."""
    made = once(tmp_path_factory, "archive-settled", lambda folder: copy_of(archive, folder).run("settle"))
    return made / "news.db"


@pytest.fixture(scope="module")
def quiet(settled: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[tuple[Any, ...]]]:
    """What one undisturbed settling makes of it."""
    made = rows(copy_of(settled, tmp_path_factory.mktemp("quiet")))
    assert len(made["decisions"]) == ARTICLES
    assert {verdict for _, verdict, *_ in made["decisions"]} == {"new", "copy", "revision", "same", "notice"}
    assert not made["unsettled"]
    return made


def copy_of(archive: Path, folder: Path) -> Copydesk:
    desk = Copydesk(folder, None)
    desk.pace = {"cli.commands.extraction.settle.STEP": STEP}
    shutil.copy(archive, desk.database)
    return desk


def settle_and_kill(desk: Copydesk, after_s: float, *arguments: str) -> bool:
    """Start settling, kill it so long after its first commit; whether it was still at work."""
    progress = "SELECT count(*), (SELECT count(*) FROM marks) FROM unsettled"
    at_work = desk.kill(progress, "settle", *arguments, after_s=after_s)
    assert desk.query("PRAGMA integrity_check") == [("ok",)]
    return at_work


@pytest.mark.parametrize("finish", [("settle",), ("crawl",)], ids=" ".join)
def test_killed_settlings_end_like_a_quiet_one(
    archive: Path, quiet: dict[str, list[tuple[Any, ...]]], tmp_path: Path, finish: tuple[str, ...]
) -> None:
    desk = copy_of(archive, tmp_path)
    chance = random.Random(str(finish))
    cut = sum(settle_and_kill(desk, chance.uniform(0, 0.06), *arguments) for arguments in ((), ("--all",), ()))
    assert cut >= 1
    assert desk.query("SELECT count(*) FROM unsettled") != [(0,)]
    # The crawl finds its one host unknown, and says so.
    desk.run(*finish, code=1 if finish == ("crawl",) else 0)
    assert rows(desk) == quiet


def test_a_settled_database_killed_while_it_is_settled_again(
    settled: Path, quiet: dict[str, list[tuple[Any, ...]]], tmp_path: Path
) -> None:
    """Decisions stand until they are made again, so that readers never see an empty archive."""
    desk = copy_of(settled, tmp_path)
    for after_s in (0.0, 0.03):
        assert settle_and_kill(desk, after_s, "--all")
        assert desk.query("SELECT count(*) FROM decisions") == [(ARTICLES,)]
    desk.run("settle", "--all")
    assert rows(desk) == quiet


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_after_the_step_and_says_what_is_left(
    archive: Path, tmp_path: Path, sign: signal.Signals
) -> None:
    desk = copy_of(archive, tmp_path)
    process = desk.start_signalled(sign, "SELECT count(*) FROM decisions", "settle")
    _, err = process.communicate(timeout=120)
    left = desk.query("SELECT count(*) FROM unsettled")[0][0]
    assert (process.returncode, left > 0) == (130, True)
    assert f"stopped early: {left} article pages wait" in err


def test_two_settlings_at_once_end_like_a_quiet_one(
    archive: Path, quiet: dict[str, list[tuple[Any, ...]]], tmp_path: Path
) -> None:
    desk = copy_of(archive, tmp_path)
    both = [desk.start("settle", "--all"), desk.start("settle")]
    for process in both:
        _, err = process.communicate(timeout=120)
        assert process.returncode == 0, err
    assert rows(desk) == quiet
