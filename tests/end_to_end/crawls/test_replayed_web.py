"""Real pages under their own host names, replayed by a proxy on loopback: each stored once, byte for byte; corrections caught."""

from __future__ import annotations

import gzip
import json
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from db.bodies.store import load_body
from db.connection.database import open_readonly
from pipelines.urls import link_key
from tests.end_to_end.copydesk import Copydesk, wait_for
from tests.support.corpus import SHARED

CORPUS = SHARED / "corpus" / "dev"
NEWSWEB = SHARED / "newsweb" / "newsweb.py"

pytestmark = pytest.mark.skipif(not NEWSWEB.exists(), reason="the replayable web is not beside this checkout")


@contextmanager
def replayed(sets: str, *options: str) -> Iterator[str]:
    """The replayed web of some sets; gives its proxy's address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, str(NEWSWEB), str(CORPUS), "--sets", sets, "--port", str(port), *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as web:
        assert web.stdout is not None
        assert web.stdout.readline().startswith("newsweb")
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            web.terminate()


@pytest.fixture
def proxy() -> Iterator[str]:
    with replayed("zh") as address:
        yield address


def control(proxy: str, path: str) -> str:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(proxy + path, timeout=60) as answer:
        return str(answer.read().decode())


def test_every_article_once_and_corrections(proxy: str, tmp_path: Path) -> None:
    desk = Copydesk(tmp_path, proxy)
    (tmp_path / "sites.txt").write_text(control(proxy, "/sites"), encoding="utf-8")
    desk.run("sources", "import", "sites.txt", "--delay", "0s")
    control(proxy, "/reset")
    first = json.loads(desk.run("crawl", "--json").stdout)
    # Two addresses of the corpus hold raw Chinese, which no client can send as it stands.
    wanted = {url for url in control(proxy, "/urls").split() if url.isascii()}
    assert {link_key(url) for (url,) in desk.query("SELECT url FROM pages")} == {link_key(url) for url in wanted}
    assert first["fetched"] == len({link_key(url) for url in wanted})
    stats = json.loads(control(proxy, "/stats"))
    assert stats["forbidden"] == 0

    served = {}
    for line in (CORPUS / "gold.jsonl").read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        if record["set"] == "zh" and record.get("url"):
            served[link_key(record["url"])] = CORPUS / "pages" / f"{record['id']}.html.gz"
    conn = open_readonly(desk.database)
    for url, body_id in conn.execute("SELECT url, body_id FROM pages").fetchall():
        if path := served.get(link_key(url)):
            assert load_body(conn, body_id) == gzip.decompress(path.read_bytes()), url
    conn.close()

    control(proxy, "/reset")
    second = json.loads(desk.run("crawl", "--json").stdout)
    assert (second["fetched"], second["new"]) == (0, 0)
    requests = json.loads(control(proxy, "/stats"))["requests"]
    assert requests <= 2 * len(control(proxy, "/sites").split())

    edited = set(control(proxy, "/edit?n=10").split())
    third = json.loads(desk.run("crawl", "--again", "--json").stdout)
    twice = {url for (url,) in desk.query("SELECT url FROM pages GROUP BY link_id HAVING count(*) > 1")}
    assert {urlsplit(url).path for url in twice} == {urlsplit(url).path for url in edited if url.isascii()}
    assert third["fetched"] == len(twice)
    wait_for(lambda: desk.query("SELECT count(*) FROM unread") == [(0,)])
