"""Limits of the machine (threads, open files) end a crawl with one line and exit code 3, or do not matter to it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.demoweb.asking import DE, GB, ZH
from tests.demoweb.web import DemoWeb
from tests.end_to_end.copydesk import Copydesk

ROOT = Path(__file__).parents[3]


def limited(desk: Copydesk, limits: str, *words: str) -> subprocess.CompletedProcess[str]:
    """A command under limits of the shell, in a Python of its own: what is forked has its modules and threads already."""
    command = ["sh", "-c", f'{limits}; exec "$@"', "sh", sys.executable, "-m", "cli.main", *words]
    env = {**desk.env, "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, cwd=desk.folder, env=env, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("threads", [6, 8, 9])
def test_too_few_threads_say_nothing_of_a_page_or_a_host(demoweb: DemoWeb, tmp_path: Path, threads: int) -> None:
    """A thread takes the address space of its stack, which is large here, so that there is room for so many."""
    desk = Copydesk(tmp_path, demoweb.proxy_url)
    desk.add_sites(demoweb, ZH, GB, DE)
    crawled = limited(desk, f"ulimit -s 1000000; ulimit -v {threads * 1000000}", "crawl")
    assert crawled.returncode in (0, 3), crawled.stderr
    assert crawled.stderr.count("\n") == (crawled.returncode == 3), crawled.stderr
    assert "no thread can be started" in crawled.stderr or crawled.returncode == 0
    assert not desk.query("SELECT url, error FROM fetches WHERE error IN ('unknown_host', 'RuntimeError')")
    desk.run("crawl")
    assert not desk.query("SELECT 1 FROM outcomes WHERE reason = 'crashed'")
    assert desk.query("SELECT count(*) FROM articles")[0][0] > 10


@pytest.mark.parametrize("files", [10, 12, 30, 60])
def test_too_few_open_files_are_named(demoweb: DemoWeb, tmp_path: Path, files: int) -> None:
    desk = Copydesk(tmp_path, demoweb.proxy_url)
    desk.add_sites(demoweb, ZH, GB, DE)
    crawled = limited(desk, f"ulimit -n {files}", "crawl")
    assert crawled.returncode in (0, 3), crawled.stderr
    assert crawled.stderr.count("\n") == (crawled.returncode == 3), crawled.stderr
    assert "ulimit -n" in crawled.stderr or crawled.returncode == 0
