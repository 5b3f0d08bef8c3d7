"""`copydesk why` on a web of faults: one fault a site, from the host's name to the clock. It names the check and what helps."""

from __future__ import annotations

import json
import math
import re
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from click.testing import CliRunner, Result
from scrapy import Request
from scrapy.http import Response

from cli.main import copydesk
from crawler.check import check_sources
from crawler.crawl.session import CrawlOrder
from crawler.http.connection.handler import GuardedHandler
from crawler.run import CrawlResult, crawl
from db.config.loader import Config
from db.connection.database import open_database, write
from db.diagnosis.evidence import Diagnosis
from db.diagnosis.ladder import source_diagnosis
from db.models import Listing
from db.queries.sources.source_evidence import SourceRows, source_evidence
from db.store.service.alerts import open_alerts
from db.store.sites.sources import add_source, find_source, insert_listings
from db.timestamps import format_timestamp
from scheduler.alerts.monitor import evaluate_alerts
from tests.end_to_end.crawls.faults import FAULTS, Fault, every
from tests.end_to_end.crawls.faulty_web import (
    NETWORK,
    NOW,
    FaultyWeb,
    Reply,
    Site,
    tls_context,
)

DELAY = timedelta(seconds=0.2)
"""Between two requests of the sound site."""


@dataclass
class Look:
    """What was found, online and from the rows of a crawl; what was asked meanwhile."""

    web: FaultyWeb

    online: dict[str, Diagnosis]
    offline: dict[str, Diagnosis]
    asked: list[tuple[str, str, float]]
    crawled: CrawlResult
    database: Path
    config: Config
    hosts: dict[str, str]
    port: int

    def paths(self, name: str) -> list[str]:
        """What was asked of a site, in order."""
        return [path for host, path, _ in self.asked if host == self.hosts[name]]


@pytest.fixture(scope="module")
def look(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Look]:
    folder = tmp_path_factory.mktemp("why")
    with FaultyWeb() as web, pytest.MonkeyPatch.context() as patch:
        hosts = _serve(web, folder)
        patch.setenv("SSL_CERT_FILE", str(folder / "ca.pem"))
        _tire_of(urlsplit(hosts["hanging"]).netloc, patch)
        config = Config(db=folder / "news.db", delay=timedelta(), retries=0, workers=2)
        with closing(open_database(config.database, create=True).conn) as conn:
            _add(conn, hosts)
        crawl(config, CrawlOrder())
        _let_pass(config)
        web.break_all()
        with closing(open_database(config.database).conn) as conn:
            sources = [find_source(conn, name) for name in FAULTS]
            found = check_sources(config, conn, sources)
            asked = list(web.asked)
        with closing(open_database(config.database).conn) as conn, write(conn):
            conn.execute("DELETE FROM robots")
        crawled = crawl(config, CrawlOrder(names=tuple(FAULTS), limit=5))
        with closing(open_database(config.database).conn) as conn:
            now = datetime.now(UTC)
            offline = {
                name: source_diagnosis(source_evidence(SourceRows(conn=conn, source=find_source(conn, name)), now))
                for name in FAULTS
            }
        yield Look(
            web=web,
            online={name: source_diagnosis(evidence) for name, evidence in found.items()},
            offline=offline,
            asked=asked,
            crawled=crawled,
            database=config.database,
            config=config,
            hosts={name: urlsplit(url).hostname or "" for name, url in hosts.items()},
            port=web.port,
        )


def _tire_of(host: str, patch: pytest.MonkeyPatch) -> None:
    """Wait for this host for a second: all others may be as slow as the machine makes them."""
    download = GuardedHandler.download_request

    async def impatient(self: GuardedHandler, request: Request) -> Response:
        if urlsplit(request.url).netloc == host:
            request.meta["download_timeout"] = 1.0
        return await download(self, request)

    patch.setattr(GuardedHandler, "download_request", impatient)


def _serve(web: FaultyWeb, folder: Path) -> dict[str, str]:
    contexts: dict[str, Callable[[], object]] = {
        "expired": lambda: tls_context(folder, "expired", host="127.0.1.3", expired=True),
        "wrong name": lambda: tls_context(folder, "wrong", host="127.0.0.1"),
    }
    return {
        name: fault.address
        or web.add(
            Site(
                sound=fault.sound,
                broken=fault.broken if not isinstance(fault.broken, Reply) else every(fault.broken),
                context=contexts[name]() if name in contexts else None,  # type: ignore[arg-type]
            )
        )
        for name, fault in FAULTS.items()
    }


def _add(conn: sqlite3.Connection, hosts: dict[str, str]) -> None:
    with write(conn):
        for name, fault in FAULTS.items():
            settings: dict[str, object] = {} if name == "outside" else {"allow_networks": [NETWORK]}
            if name == "no access":
                settings["headers"] = "no-such-file"
            if name == "sound":
                settings["delay"] = f"{DELAY.total_seconds():g}s"
            source, _ = add_source(conn, name=name, url=hosts[name], settings=settings, at=NOW)
            listings = [Listing(url=hosts[name].rstrip("/") + path, kind=kind) for path, kind in fault.listings]
            insert_listings(conn, source.id, listings, NOW)


def _let_pass(config: Config) -> None:
    """An hour passes, and for some sources more."""
    with closing(open_database(config.database).conn) as conn, write(conn):
        before = format_timestamp(datetime.now(UTC) - timedelta(hours=1))
        conn.execute("UPDATE listing_readings SET good_at = ? WHERE good_at IS NOT NULL", (before,))
        conn.execute("DELETE FROM robots")
        conn.execute("DELETE FROM validators")
        for name, fault in FAULTS.items():
            if fault.after not in ("", "none"):
                conn.execute(fault.after, {"id": find_source(conn, name).id})


@pytest.mark.parametrize("way", ["online", "offline"])
def test_the_right_check_and_what_helps(look: Look, way: str) -> None:
    """Of all faults in one test: the processes that test would share many among them, and each would look at a web of its own."""
    wrong = {}
    for name, fault in FAULTS.items():
        try:
            check_diagnosis(fault, getattr(look, way)[name])
        except AssertionError as error:
            wrong[name] = str(error)
    assert not wrong


def check_diagnosis(fault: Fault, diagnosis: Diagnosis) -> None:
    found = diagnosis.found
    told = "\n".join(
        [diagnosis.sentence, *(f"{rung.name} {rung.state}: {rung.message} {rung.lines}" for rung in diagnosis.rungs)]
    )
    assert (found.name.value if found else "") == fault.rung, told
    assert fault.says in diagnosis.sentence, told
    state = "warning" if fault.warns else "broken" if fault.rung else "ok"
    assert (found.state.value if found else "ok") == state, told
    if found is not None:
        assert found.command.removeprefix("copydesk ").startswith(fault.command), found.command
        assert found.advice, told
        assert fault.line in "\n".join(found.lines), found.lines


def test_nothing_is_fetched_twice_and_robots_txt_and_delay_are_obeyed(look: Look) -> None:
    counts = Counter((host, path) for host, path, _ in look.asked if path != "/x")  # which redirects to itself
    assert set(counts.values()) == {1}
    first = dict(reversed([(host, path) for host, path, _ in look.asked]))
    assert set(first.values()) == {"/robots.txt"}
    assert look.paths("disallowed") == look.paths("no robots") == ["/robots.txt"]
    assert look.paths("guarded articles") == ["/robots.txt", "/feed.xml"]
    times = [at for host, _, at in look.asked if host == look.hosts["sound"]]
    assert len(times) == 4
    assert min(later - earlier for earlier, later in pairwise(times)) > 0.9 * DELAY.total_seconds()


def test_walls_and_scripts_raise_alerts_of_their_own(look: Look) -> None:
    with closing(open_database(look.database).conn) as conn:
        evaluate_alerts(conn, look.config.with_values(alert_failures=1), datetime.now(UTC), budget_s=math.inf)
        alerts = open_alerts(conn)
    kinds = {name: {alert.kind for alert in alerts if alert.source == name} - {"silent", "rotting"} for name in FAULTS}
    for name in ("mitigated", "challenged", "consent", "front login"):
        assert kinds[name] == {"challenged"}, name
    assert kinds["scripted"] == {"drawn_by_script"}
    assert kinds["no items"] == kinds["menu"] == kinds["empty"] == {"no_listing"}
    assert kinds["refused"] == kinds["broken"] == {"failing"}
    assert kinds["sound"] == kinds["undated"] == set()
    for alert in alerts:
        assert alert.source is None or f"`copydesk why {alert.source}`" in alert.advice.replace("'", "")


def test_the_summary_of_a_crawl_says_it_in_plain_words(look: Look) -> None:
    notes = {visit.source.name: " ".join(visit.notes) for visit in look.crawled.visits}
    assert (
        "takes the crawler for a robot (header cf-mitigated: challenge); `copydesk why mitigated`" in notes["mitigated"]
    )
    assert "a script draws the list" in notes["scripted"]
    assert "no listing that works" in notes["no items"]
    assert notes["sound"] == notes["undated"] == ""


def why(look: Look, *arguments: str) -> tuple[int, str]:
    """The command's exit code and what it prints."""
    told = CliRunner().invoke(copydesk, ["--db", str(look.database), "why", *arguments])
    return told.exit_code, told.output


def object_of(look: Look, *arguments: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(why(look, *arguments, "--json")[1])
    return found


def one(look: Look, query: str) -> str:
    with closing(open_database(look.database).conn) as conn:
        return str(conn.execute(query).fetchone()[0])


def test_an_address_from_its_listing_to_its_copies(look: Look) -> None:
    url = one(look, "SELECT p.url FROM decisions d JOIN pages p ON p.id = d.page_id WHERE d.verdict = 'copy' LIMIT 1")
    shown = object_of(look, f"{url}?utm_source=mail", "--offline")
    assert shown["state"] == "ok"
    rungs = {rung["name"]: rung for rung in shown["rungs"]}
    assert list(rungs) == ["address", "listed", "due", "fetched", "read", "fields", "settled"]
    assert any(line.startswith("key") and "utm_source" not in line for line in rungs["address"]["lines"])
    # Which of two equal articles is the copy depends on which was fetched first.
    assert re.search(r" in http://\S+ \((?:feed|front-page) of ", rungs["listed"]["message"])
    assert "status 200" in rungs["fetched"]["lines"][0]
    assert "authors: meta" in rungs["fields"]["lines"]
    assert "a copy of article" in shown["sentence"]


@pytest.mark.parametrize(
    ("query", "rung", "says", "command"),
    [
        (
            "SELECT url FROM fetches WHERE error = 'robots_forbidden' AND what = 'article'",
            "fetched",
            "robots_forbidden",
            "why",
        ),
        ("SELECT url FROM fetches WHERE status = 404 AND what = 'article'", "fetched", "http_404), once", "why"),
        ("SELECT url FROM rejections WHERE reason = 'soft_404'", "read", "is no article: soft_404", "show"),
        ("SELECT url || 'tag/harbour/' FROM sources WHERE name = 'sound'", "listed", "no listing of", "why"),
        ("SELECT 'http://elsewhere.example/'", "listed", "of no site that is a source", "sources add"),
    ],
)
def test_an_address_that_gave_nothing(look: Look, query: str, rung: str, says: str, command: str) -> None:
    shown = object_of(look, one(look, query), "--offline")
    assert (shown["rung"], shown["state"]) == (rung, "broken")
    assert says in shown["sentence"]
    assert shown["command"].startswith(f"copydesk {command}")
    lines = [line for one in shown["rungs"] for line in one["lines"]]
    assert ("robots_forbidden" in says) == any("Disallow: /story/" in line for line in lines)


def test_the_sentence_comes_first_and_the_command_after_it(look: Look) -> None:
    code, shown = why(look, "scripted", "--offline")
    assert code == 1
    lines = shown.splitlines()
    assert lines[0].startswith("scripted: ")
    assert shown.index("copydesk sources set") < shown.index("ok      name")
    assert why(look, "sound", "--offline")[0] == 0


def test_a_source_that_was_never_crawled(look: Look) -> None:
    with closing(open_database(look.database).conn) as conn, write(conn):
        add_source(conn, name="new", url="http://127.0.3.1/", settings={}, at=NOW)
    shown = object_of(look, "new", "--offline")
    assert (shown["rung"], shown["command"]) == ("clock", "copydesk crawl new")


def test_a_site_that_is_no_source_yet_and_one_that_is_added(look: Look, tmp_path: Path) -> None:
    """`sources add` and `sources test` say in plain words what stands in the way; `why` looks at the site itself."""
    settings = tmp_path / "copydesk.toml"
    settings.write_text(f'db = "news.db"\nallow_networks = ["{NETWORK}"]\ndelay = "0s"\nretries = 0\n')
    scripted, guarded = (f"http://{look.hosts[name]}:{look.port}/" for name in ("scripted", "mitigated"))

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(copydesk, ["--config", str(settings), *arguments])

    tested = run("sources", "test", scripted)
    assert tested.exit_code == 1
    assert "a script draws the list" in tested.output
    assert f"`copydesk why {scripted}`" in tested.output
    added = run("sources", "add", guarded, "--name", "guarded")
    assert added.exit_code == 1
    assert "takes the crawler for a robot (header cf-mitigated: challenge); `copydesk why guarded`" in added.output
    shown = json.loads(run("why", scripted, "--json").output)
    assert (shown["rung"], shown["command"]) == ("listings", f"copydesk sources test {scripted}")
    shown = json.loads(run("why", "guarded", "--json").output)
    assert (shown["rung"], shown["state"]) == ("challenge", "broken")
    shown = json.loads(run("why", "guarded", "--offline", "--json").output)
    assert (shown["rung"], shown["state"]) == ("challenge", "broken")


def test_settings_are_tried_before_a_site_is_added(look: Look, tmp_path: Path) -> None:
    settings = tmp_path / "copydesk.toml"
    name = f"{look.hosts['scripted']}-{look.port}"
    settings.write_text(
        f'db = "none.db"\ndelay = "0s"\nretries = 0\n[sources."{name}"]\nallow_networks = ["10.0.0.0/8"]\n'
    )

    def tested(*options: str) -> str:
        site = f"http://{look.hosts['scripted']}:{look.port}/"
        return CliRunner().invoke(copydesk, ["--config", str(settings), "sources", "test", site, *options]).output

    assert "to the setting allow_networks (--allow-network of" in tested()
    assert "a script draws the list" in tested("--allow-network", NETWORK)
    assert "a script draws the list" in tested("--set", f'allow_networks=["{NETWORK}"]')
    assert not (tmp_path / "none.db").exists()


def test_an_address_is_asked_once_now_and_compared_with_its_stored_page(look: Look) -> None:
    def ask(query: str) -> tuple[dict[str, Any], dict[str, Any], list[str]]:
        url = one(look, query)
        look.web.asked.clear()
        shown = object_of(look, url)
        asked = [path for _, path, _ in look.web.asked]
        return shown, {rung["name"]: rung for rung in shown["rungs"]}["answer"], asked

    shown, answer, asked = ask("SELECT p.url FROM pages p JOIN sources s ON s.id = p.source_id WHERE s.name = 'sound'")
    assert shown["online"]
    assert (answer["state"], asked[0], len(asked)) == ("ok", "/robots.txt", 2)
    assert "it answers 200 now, and is read as an article" in answer["message"]
    assert answer["lines"][0].startswith("declared as text/html")
    _, answer, asked = ask("SELECT url FROM fetches WHERE error = 'robots_forbidden' AND what = 'article'")
    assert asked == ["/robots.txt"]
    assert answer["state"] == "warning"
    assert "robots.txt" in answer["message"]
    assert any("Disallow: /story/" in line for line in answer["lines"])
    gone = "SELECT p.url FROM pages p JOIN sources s ON s.id = p.source_id JOIN articles a ON a.page_id = p.id"
    shown, answer, asked = ask(f"{gone} WHERE s.name = 'mitigated'")
    assert "a challenge (cf-mitigated: challenge)" in answer["message"]
    assert "a challenge" in shown["sentence"]
    assert answer["command"].startswith("copydesk show ")
