"""The real service and a real hub: from publish to stored article; pings that do nothing; renewal, denial, the end."""

from __future__ import annotations

import json
import re
import socket
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from scheduler.websub.callbacks import MAX_BODY
from tests.end_to_end.copydesk import Copydesk, wait_for
from tests.scheduler.test_service import count, get, row, service
from tests.scheduler.websub.hub import Hub, Site, ping, sign

PACE = {
    "TICK_S": 0.2,
    "BEAT_S": 0.4,
    "scheduler.planning.source_states.LEASES_READ_EVERY_S": 0.0,
    "scheduler.planning.plan.PING_GAP_S": 0.0,
    "db.store.websub.subscriptions.SHORTEST_RENEWAL_S": 0.5,
    "db.store.websub.subscriptions.FIRST_PAUSE_S": 1.0,
}


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@dataclass(slots=True, kw_only=True)
class Scene:
    """A service that has crawled a site, whose hub has been asked."""

    desk: Copydesk
    hub: Hub
    site: Site
    callbacks: str
    pings: list[bytes] = field(default_factory=list)
    """What the hub has sent of news."""

    def publish(self) -> None:
        """Have the hub tell of another story, and wait until that is stored and no crawl is under way."""
        before = count(self.desk, "articles")
        self.site.stories += 1
        ((status, body),) = self.hub.publish(self.site.topic)
        assert status == 202
        self.pings.append(body)
        wait_for(lambda: count(self.desk, "articles") == before + 1)
        wait_for(self.settled)

    def calls(self) -> Counter[str]:
        """How many calls of hubs the service has counted, by what became of them."""
        _, metrics = get(row(self.desk)[1], "/metrics")
        found = re.findall(r'^copydesk_hub_calls_total\{result="(\w+)"\} (\S+)$', metrics, re.M)
        return Counter({result: int(float(value)) for result, value in found})

    @property
    def runs(self) -> list[str]:
        """Why each run of the source was started."""
        query = (
            "SELECT r.reason FROM source_runs s JOIN runs r ON r.id = s.run_id WHERE r.command = 'crawl' ORDER BY s.id"
        )
        return [reason for (reason,) in self.desk.query(query)]

    def subscription(self, column: str) -> object:
        rows = self.desk.query(f"SELECT {column} FROM subscriptions")
        return rows[0][0] if rows else None

    def refused(self) -> Counter[str]:
        return Counter(json.loads(str(self.subscription("refused"))))

    def settled(self) -> bool:
        """Whether no crawl is under way or about to be."""
        return count(self.desk, "source_runs", "ended IS NULL") == 0


@contextmanager
def scene(folder: Path, hub: Hub, site: Site) -> Iterator[Scene]:
    port = free_port()
    callbacks = f"http://127.0.0.1:{port}/hooks/news"
    desk = Copydesk(
        folder,
        None,
        every="1h",
        sources_a_crawl=1,  # a full crawl waits for no company
        listen="127.0.0.1:0",
        websub=callbacks,
        websub_listen=f"127.0.0.1:{port}",
        allow_networks=["127.0.0.0/8"],
        delay="0s",
        upkeep="",
        workers=1,
    )
    desk.pace = dict(PACE)
    desk.run("sources", "add", site.url, "--name", "daily")
    with service(desk):
        yield Scene(desk=desk, hub=hub, site=site, callbacks=callbacks)


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with (
        Hub() as hub,
        Site(hub.url, in_header=True) as site,
        scene(tmp_path_factory.mktemp("websub"), hub, site) as made,
    ):
        wait_for(lambda: bool(hub.subscribers) and count(made.desk, "articles") == 2)
        assert [call.form["hub.mode"] for call in hub.calls] == ["subscribe"]
        yield made


def test_news_are_stored_within_seconds_of_their_publication(one: Scene) -> None:
    before = one.runs
    (subscriber,) = one.hub.subscribers.values()
    assert subscriber.callback.startswith(f"{one.callbacks}/")
    assert subscriber.topic == one.site.topic
    one.publish()
    assert one.runs == [*before, "hub"]


def test_a_ping_that_is_not_what_it_seems_does_nothing_and_is_counted(one: Scene) -> None:
    one.publish()
    (subscriber,) = one.hub.subscribers.values()
    before, pinged = one.runs, one.subscription("pinged_at")
    refused, calls = one.refused(), one.calls()
    body = one.pings[-1]
    fresh = body + b"<!-- later -->"
    assert ping(subscriber.callback, fresh, None) == 202
    assert ping(subscriber.callback, fresh, sign("guessed", fresh)) == 202
    assert ping(subscriber.callback, fresh, sign(subscriber.secret, body)) == 202
    assert ping(subscriber.callback, body, sign(subscriber.secret, body)) == 202
    large = b"x" * (MAX_BODY + 1)
    assert ping(subscriber.callback, large, sign(subscriber.secret, large)) == 413
    assert ping(f"{one.callbacks}/{'A' * 43}", fresh, sign(subscriber.secret, fresh)) == 404
    assert one.refused() - refused == {"forged": 3, "replayed": 1, "oversized": 1}
    assert one.subscription("pinged_at") == pinged
    time.sleep(5 * PACE["TICK_S"])
    assert one.runs == before

    more = one.calls() - calls
    assert (more["taken"], more["forged"], more["unknown"]) == (0, 3, 1)
    assert one.calls()["taken"] >= 1
    _, metrics = get(row(one.desk)[1], "/metrics")
    assert 'copydesk_subscriptions{state="active"} 1.0' in metrics.splitlines()


def test_what_hubs_do_is_shown_and_no_secret_is(one: Scene) -> None:
    (subscriber,) = one.hub.subscribers.values()
    told = one.desk.run("status").stdout
    assert "1 of 1 subscription active" in told
    assert json.loads(one.desk.run("status", "--json").stdout)["subscriptions"]["active"] == 1
    why = one.desk.run("why", "daily", "--offline", code=None).stdout
    assert f"{one.hub.url} tells of news" in " ".join(why.split())
    kept = b"".join(file.read_bytes() for file in one.desk.folder.glob("news.db*") if not file.name.endswith("hubkey"))
    for secret in (subscriber.secret, subscriber.callback.rpartition("/")[2]):
        assert secret.encode() not in kept
    assert (one.desk.folder / "news.db.hubkey").stat().st_mode & 0o077 == 0


def test_a_paused_source_is_taken_leave_of_and_a_lease_is_renewed_in_time_and_a_lost_one_is_told(one: Scene) -> None:
    one.desk.run("sources", "pause", "daily")
    wait_for(lambda: not one.hub.subscribers and one.subscription("id") is None)
    assert one.hub.calls[-1].form["hub.mode"] == "unsubscribe"
    assert "hub.secret" not in one.hub.calls[-1].form

    hub, hub_calls = one.hub, len(one.hub.calls)
    hub.lease_s = 2
    one.desk.run("sources", "resume", "daily")
    wait_for(lambda: any(subscriber.earlier for subscriber in hub.subscribers.values()))
    (subscriber,) = hub.subscribers.values()
    assert subscriber.secret not in subscriber.earlier
    hub.denies = "not any more"
    wait_for(lambda: "denied the subscription: not any more" in str(one.subscription("error")))
    before, body = one.runs, b"<feed/>"
    assert ping(subscriber.callback, body, sign(subscriber.secret, body)) == 410
    assert one.refused() == {"late": 1}
    assert "not any more" in one.desk.run("status").stdout
    hub.denies, hub.lease_s = None, 86_400
    wait_for(lambda: one.subscription("lease_ends_at") is not None)
    assert one.runs == before
    assert len(hub.calls) >= hub_calls + 4
