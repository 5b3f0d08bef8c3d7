"""What becomes of each call of a hub, and of connections that take too long or send too much."""

from __future__ import annotations

import socket
import sqlite3
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from cli.commands.crawling.hubs import form_of
from db.config.values import ListenAddress
from db.connection.database import open_database, write
from db.errors import UsageError
from db.models import Listing, ListingKind
from db.schema.migrations import migrations
from db.sqlite.tools import Database
from db.store.sites.sources import add_source, insert_listings
from db.store.websub.feed_hubs import FeedHubs, save_feed_hubs
from db.store.websub.subscription_keys import SubscriptionKey, key_path, load_key, load_or_make_key
from db.store.websub.subscriptions import (
    LEASE_S,
    Subscription,
    announced_sources,
    apply_changes,
    begin_requests,
    changes_for_feeds,
    changes_for_late_requests,
    due_requests,
    fail_request,
    load_subscriptions,
)
from scheduler.websub import callbacks, server
from scheduler.websub.callbacks import METHODS, HubCallbacks, is_signed
from scheduler.websub.server import CallbackServer
from tests.scheduler.websub.hub import ask, ping, sign

CALLBACK, TOPIC, FEED = "https://our.example/websub", "https://daily.example/feed.xml", "https://daily.example/feed"
HUBS = ("https://hub.example/", "https://other-hub.example/")


class Desk:
    """A database with a source whose feed names two hubs, and the server that they call."""

    def __init__(self, path: Path) -> None:
        self.counted: Counter[str] = Counter()
        self.conn = open_database(path, create=True).conn
        self.key = load_or_make_key(path)
        now = datetime.now(UTC)
        with write(self.conn) as conn:
            self.source = add_source(conn, name="daily", url="https://daily.example/", settings={}, at=now)[0].id
            insert_listings(conn, self.source, [Listing(url=FEED, kind=ListingKind.FEED)], now)
            save_feed_hubs(conn, self.source, {FEED: FeedHubs(topic=TOPIC, hubs=HUBS)}, now)
        self.server = CallbackServer(
            ListenAddress(host="127.0.0.1", port=0),
            HubCallbacks(path, self.key, lambda result: self.counted.update([result])),
        )

    @property
    def one(self) -> Subscription:
        (one,) = load_subscriptions(self.conn)
        return one

    @property
    def url(self) -> str:
        return f"{self.server.url}/some/prefix/{self.key.path(self.one.salt)}"

    @property
    def secret(self) -> str:
        return self.key.secret(self.one.salt, self.one.round)

    def sync(self, *sources: int, callback: str = CALLBACK, key: SubscriptionKey | None = None) -> None:
        with write(self.conn):
            apply_changes(
                self.conn, changes_for_feeds(self.conn, key or self.key, callback, sources, datetime.now(UTC))
            )

    def request(self) -> None:
        with write(self.conn):
            begin_requests(self.conn, [self.one], datetime.now(UTC))

    def verify(
        self, lease: str = "86400", mode: str = "subscribe", topic: str = TOPIC, challenge: str = "abc"
    ) -> tuple[int, str]:
        query = {"hub.mode": mode, "hub.topic": topic, "hub.challenge": challenge, "hub.lease_seconds": lease}
        return ask(self.url, query)

    def ping(self, body: bytes, *, method: str = "sha256", chunked: bool = False) -> int:
        return ping(self.url, body, sign(self.secret, body, method), chunked=chunked)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setattr(server, "POLL_S", 0.05)
    made = Desk(tmp_path / "news.db")
    made.sync(made.source)
    yield made
    made.server.close()
    made.conn.close()


def test_only_what_was_asked_for_is_confirmed(desk: Desk) -> None:
    assert desk.verify()[0] == 404  # nobody asked
    desk.request()
    assert desk.verify(topic="https://daily.example/other")[0] == 404
    assert desk.verify(mode="unsubscribe")[0] == 404
    assert desk.verify(challenge="")[0] == 404
    assert desk.verify(challenge="x" * 3000)[0] == 404
    assert ask(f"{desk.server.url}/{'A' * 43}", {"hub.mode": "subscribe"})[0] == 404
    assert ask(f"{desk.server.url}/", {})[0] == 404
    assert desk.verify() == (200, "abc")
    one = desk.one
    assert one.lease_ends_at is not None
    assert abs((one.lease_ends_at - datetime.now(UTC)).total_seconds() - 86_400) < 60
    assert abs((one.next_request_at - datetime.now(UTC)).total_seconds() - 0.8 * 86_400) < 60
    assert desk.verify()[0] == 404  # once
    assert announced_sources(desk.conn, datetime.now(UTC)) == {desk.source}
    desk.request()
    assert desk.verify(lease="soon") == (200, "abc")
    assert desk.one.lease_ends_at is not None
    assert abs((desk.one.lease_ends_at - datetime.now(UTC)).total_seconds() - LEASE_S) < 60
    assert desk.counted["unasked"] == 5
    assert desk.counted["unknown"] == 3


def test_signatures(desk: Desk) -> None:
    body = b"<feed/>"
    for method in METHODS:
        assert is_signed(sign("s", body, method), body, ["other", "s"])
        assert is_signed(sign("s", body, method).upper(), body, ["s"])
    for wrong in (
        "",
        "sha256",
        "sha256=",
        "md5=" + "0" * 32,
        "sha256=é",
        sign("s", body, "sha1").replace("sha1", "sha256"),
    ):
        assert not is_signed(wrong, body, ["s"])
    desk.request()
    desk.verify()
    assert [desk.ping(method.encode(), method=method) for method in METHODS] == [202] * 4
    assert desk.ping(b"in pieces", chunked=True) == 202
    assert (desk.one.pings, desk.counted["taken"]) == (5, 5)


def test_each_renewal_has_a_secret_of_its_own_and_pings_on_the_way_count(desk: Desk) -> None:
    desk.request()
    assert desk.ping(b"too early") == 410
    desk.verify()
    first = desk.secret
    assert desk.ping(b"one") == 202
    desk.request()
    second = desk.key.secret(desk.one.salt, desk.one.round + 1)
    assert ping(desk.url, b"two", sign(first, b"two")) == 202
    assert ping(desk.url, b"three", sign(second, b"three")) == 202
    desk.verify()
    assert desk.secret == second != first
    for secret in (first, second):
        ping(desk.url, b"one" if secret == first else b"three", sign(secret, b"one" if secret == first else b"three"))
    assert desk.one.pings == 3
    assert desk.one.refused == {"late": 1, "forged": 1, "replayed": 1}


def test_a_flood_and_long_bodies_are_refused_before_they_are_read(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(callbacks, "PINGS_A_MINUTE", 2)
    monkeypatch.setattr(callbacks, "MAX_BODY", 1000)
    monkeypatch.setattr(server, "MAX_BODY", 1000)
    desk.request()
    desk.verify()
    assert desk.ping(b"x" * 1001) == 413
    assert desk.ping(b"x" * 1001, chunked=True) == 413
    assert [desk.ping(b"a"), desk.ping(b"b")] == [202, 429]
    assert desk.one.refused == {"oversized": 2}
    assert desk.counted == {"verified": 1, "oversized": 2, "taken": 1, "too_many": 1}


def test_slow_and_broken_connections_hold_no_place(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    later = [0.0]
    monkeypatch.setattr(server, "time", SimpleNamespace(monotonic=lambda: time.monotonic() + later[0]))
    monkeypatch.setattr(server, "CONNECTIONS", 2)
    port = int(desk.server.url.rpartition(":")[2])
    slow = [socket.create_connection(("127.0.0.1", port)) for _ in range(2)]
    for one in slow:
        one.sendall(b"POST /x HTTP/1.1\r\nContent-Le")
    with socket.create_connection(("127.0.0.1", port), timeout=60) as third:
        assert third.recv(100) == b""  # no place
    later[0] = server.REQUEST_S + 1
    for one in slow:
        one.settimeout(60)
        assert one.recv(100) == b""  # cut
        one.close()
    monkeypatch.undo()
    desk.request()
    assert desk.verify() == (200, "abc")
    for head in (
        b"POST /%s HTTP/1.1\r\n\r\n",
        b"POST /%s HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"PUT /%s HTTP/1.1\r\n\r\n",
    ):
        with socket.create_connection(("127.0.0.1", port), timeout=60) as one:
            one.sendall(head % desk.key.path(desk.one.salt).encode())
            one.shutdown(socket.SHUT_WR)
            assert one.recv(100).split()[1] in (b"400", b"411", b"501")
    assert desk.one.pings == 0


def test_what_fails_is_tried_again_after_a_pause_with_the_next_hub(desk: Desk) -> None:
    now = datetime.now(UTC)
    desk.request()
    assert not due_requests(desk.conn, now + timedelta(minutes=20), 9)
    assert len(changes_for_late_requests(desk.conn, now + timedelta(minutes=31))) == 1
    with write(desk.conn):
        fail_request(desk.conn, desk.one.id, "the hub answered with status 500", now)
    assert (desk.one.hub, desk.one.state(now)) == (HUBS[1], "failed")
    assert not due_requests(desk.conn, now + timedelta(seconds=290), 9)
    assert due_requests(desk.conn, now + timedelta(seconds=310), 9)
    desk.request()
    assert ask(desk.url, {"hub.mode": "denied", "hub.topic": TOPIC, "hub.reason": "no\x1b[31m"})[0] == 200
    assert desk.one.error == "the hub denied the subscription: no[31m"
    assert not due_requests(desk.conn, now + timedelta(seconds=590), 9)
    # Verified before the answer came, which then was an error: it holds.
    desk.request()
    assert desk.verify() == (200, "abc")
    with write(desk.conn):
        fail_request(desk.conn, desk.one.id, "the hub answered with status 500", now)
    still = desk.one
    assert (still.state(now), still.error) == ("active", None)
    assert ask(desk.url, {"hub.mode": "denied", "hub.topic": TOPIC})[0] == 200
    assert (desk.one.state(now), desk.one.error) == ("failed", "the hub ended the subscription")


def test_rows_follow_what_feeds_say(desk: Desk, tmp_path: Path) -> None:
    first = desk.one.path_hash
    desk.sync(desk.source)
    assert desk.one.path_hash == first
    desk.sync(desk.source, callback="https://new.example/websub")
    assert desk.one.path_hash != first
    desk.sync()  # never verified: no hub has to be told
    assert load_subscriptions(desk.conn) == []
    desk.sync(desk.source)
    desk.request()
    desk.verify()
    desk.sync()
    assert not desk.one.wanted
    assert desk.ping(b"late") == 410
    desk.sync(desk.source)
    assert desk.one.wanted
    desk.sync()
    desk.request()
    assert desk.verify(mode="subscribe")[0] == 404
    assert desk.verify(mode="unsubscribe") == (200, "abc")
    assert load_subscriptions(desk.conn) == []
    # The file of the key is lost.
    desk.sync(desk.source)
    before = desk.one.path_hash
    key_path(tmp_path / "news.db").write_bytes(b"short")
    assert load_key(tmp_path / "news.db") is None
    desk.sync(desk.source, key=load_or_make_key(tmp_path / "news.db"))
    assert desk.one.path_hash != before


def test_an_address_that_is_taken_is_said(desk: Desk) -> None:
    port = int(desk.server.url.rpartition(":")[2])
    with pytest.raises(UsageError, match="websub_listen"):
        CallbackServer(ListenAddress(host="127.0.0.1", port=port), desk.server)  # type: ignore[arg-type]


def test_an_earlier_database_gains_subscriptions(tmp_path: Path) -> None:
    old = Database(sqlite3.connect(tmp_path / "old.db", isolation_level=None))
    migrations.apply(old, stop_before="m0031_subscriptions")
    old.conn.close()
    opened = open_database(tmp_path / "old.db")
    assert load_subscriptions(opened.conn) == []
    opened.conn.close()


def test_a_request_that_is_made_again_has_a_new_secret(desk: Desk) -> None:
    """Whoever read the request that failed (the hub, a proxy on the way) cannot sign."""
    desk.request()
    first = desk.key.secret(desk.one.salt, desk.one.asked_round)
    with write(desk.conn):
        fail_request(desk.conn, desk.one.id, "the hub was not reached", datetime.now(UTC))
    asked = dict(form_of(desk.one, desk.key))
    desk.request()
    assert asked["hub.secret"] == desk.key.secret(desk.one.salt, desk.one.asked_round) != first
    assert desk.verify() == (200, "abc")
    assert desk.secret == asked["hub.secret"]
    ping(desk.url, b"<a/>", sign(first, b"<a/>", "sha256"))
    assert desk.ping(b"<b/>") == 202
    assert (desk.counted["forged"], desk.counted["taken"], desk.one.pings) == (1, 1, 1)


def test_the_hub_that_a_feed_names_no_more_is_asked_to_end(desk: Desk) -> None:
    desk.request()
    desk.verify()
    now, url = datetime.now(UTC), desk.url
    with write(desk.conn) as conn:
        save_feed_hubs(conn, desk.source, {FEED: FeedHubs(topic=TOPIC, hubs=("https://new-hub.example/",))}, now)
    desk.sync(desk.source)
    desk.sync(desk.source)  # changes nothing
    old, new = sorted(load_subscriptions(desk.conn), key=lambda one: one.wanted)
    assert (new.hub, new.url, new.wanted) == ("https://new-hub.example/", FEED, True)
    assert {one.id for one in due_requests(desk.conn, datetime.now(UTC), 10)} == {old.id, new.id}
    assert dict(form_of(old, desk.key))["hub.mode"] == "unsubscribe"
    with write(desk.conn):
        begin_requests(desk.conn, [old], datetime.now(UTC))
    query = {"hub.mode": "unsubscribe", "hub.topic": TOPIC, "hub.challenge": "bye"}
    assert ask(url, query) == (200, "bye")
    assert desk.one.id == new.id
