"""A network that wants a login (a hotel's, a train's) answers every request with its own page: sources are not spoilt, and one line
and one alert say so.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from db.config.loader import load_config
from db.connection.database import open_database
from scheduler.alerts.monitor import evaluate_alerts
from tests.demoweb.web import DemoWeb
from tests.end_to_end.copydesk import Copydesk
from tests.support.web_server import Answer, Asked, WebServer

_LOGIN = b"""<html><head><title>Train WLAN - Login</title></head><body><h1>Welcome on board</h1>
<form action="/login" method="post"><input name="seat"><input type="password" name="password"><input type="submit"></form>
<p>Please accept our terms and conditions to use the internet.</p></body></html>"""


def portal(*, elsewhere: bool) -> WebServer:
    """Answers what is asked of any host; `elsewhere`: with a redirect to a host of its own."""

    def answer(asked: Asked) -> Answer:
        if elsewhere and "portal.example" not in asked.path:
            return Answer(302, headers={"Location": "http://portal.example/login"})
        return Answer(200, _LOGIN)

    return WebServer(answer)


@pytest.mark.parametrize("elsewhere", [False, True])
def test_a_login_page_for_every_address_is_said_once_and_spoils_nothing(
    demoweb: DemoWeb, tmp_path: Path, elsewhere: bool
) -> None:
    desk = Copydesk(tmp_path, demoweb.proxy_url)
    desk.add_sites(demoweb)
    desk.run("crawl")
    kept = "SELECT s.url, l.url, l.kind FROM sources s JOIN entries l ON l.source_id = s.id ORDER BY 1, 2"
    count = "SELECT verdict, count(*) FROM decisions WHERE verdict <> 'same' GROUP BY 1 ORDER BY 1"
    articles, listings = desk.query(count), desk.query(kept)
    conn = open_database(desk.database).conn
    conn.execute("DELETE FROM robots")
    conn.close()
    with portal(elsewhere=elsewhere) as proxy:
        desk.env["http_proxy"] = proxy.url
        told = desk.run("crawl", "--again", code=1).stdout
        why = desk.run("why", desk.query("SELECT name FROM sources")[0][0], code=1).stdout
    assert "does this network want a login?" in told
    assert told.count("asks to log in") == 1, told
    assert "this network seems to want a login" in " ".join(why.split())
    assert "cookies" not in why
    hours = "(julianday(expires_at) - julianday(fetched_at)) * 24"
    assert desk.query(f"SELECT max({hours}) < 1.1, count(*) > 5 FROM robots") == [(1, 1)], (
        "the true rules count again soon"
    )
    desk.env["http_proxy"] = demoweb.proxy_url
    desk.run("crawl", "--again")
    assert (desk.query(count), desk.query(kept)) == (articles, listings)


def test_a_login_page_for_every_address_is_one_alert(tmp_path: Path) -> None:
    with portal(elsewhere=False) as proxy:
        desk = Copydesk(tmp_path, proxy.url)
        hosts = tmp_path / "hosts.txt"
        hosts.write_text("".join(f"http://paper{number}.example/\n" for number in range(12)), encoding="utf-8")
        desk.run("sources", "import", str(hosts), "--no-discovery", "--delay", "0s")
        for _ in range(4):
            desk.run("crawl", code=1)
            conn = open_database(desk.database).conn
            evaluate_alerts(conn, load_config(desk.folder / "copydesk.toml"), datetime.now(UTC), budget_s=60)
            conn.close()
    assert desk.query("SELECT kind FROM alerts") == [("network",)]


def test_what_several_sources_share_is_said_once(tmp_path: Path) -> None:
    """Here each host refuses the same; that all failed is no "nothing was due"."""
    desk = Copydesk(tmp_path, None, retries=0)
    hosts = tmp_path / "hosts.txt"
    hosts.write_text("".join(f"http://10.0.0.{number}/\n" for number in range(1, 9)), encoding="utf-8")
    desk.run("sources", "import", str(hosts), "--no-discovery", "--delay", "0s")
    told = desk.run("crawl", code=1).stdout
    assert "8 sources (10.0.0.1, 10.0.0.2, 10.0.0.3, ...): NAME is not a public internet address" in told
    assert told.count("not a public internet address") == 1
    assert "nothing was due" not in told
