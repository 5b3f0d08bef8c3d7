"""Hooks: a real command, a real server on loopback; those that fail, hang and come back."""

from __future__ import annotations

import http.server
import json
import shlex
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from db.config.loader import Config
from db.connection.database import write
from db.store.service.alerts import Alert, AlertKind, close_alert, open_alert, open_alerts
from scheduler.alerts.notify import notify
from tests.end_to_end.copydesk import wait_for
from tests.scheduler.diary import Diary
from tests.support.deadline import within
from tests.support.processes import alive

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
KEYS = {
    "alert", "event", "kind", "source", "says", "remedy", "opened_at", "closed_at", "evidence", "database"
}  # fmt: skip
# Appends what it is given to a file: the JSON and what the environment says.
TAKE = """
import json, os, sys
given = json.load(sys.stdin)
given["env"] = {name: value for name, value in os.environ.items() if name.startswith("COPYDESK_ALERT_")}
given["cwd"] = os.getcwd()
with open(sys.argv[1], "a") as file:
    file.write(json.dumps(given) + chr(10))
"""


class Receiver:
    """A server that keeps what is posted to it and answers as `mode` says: a status, "hang", "drip" or "nonsense"."""

    def __init__(self) -> None:
        self.mode: int | str = 204
        self.got: list[dict[str, object]] = []
        self.types: list[str | None] = []
        self.free = threading.Event()
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.types.append(self.headers["Content-Type"])
                receiver.answer(self, json.loads(body))

            def log_message(self, *_: object) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,))
        self.thread.start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}/hook"

    def answer(self, handler: http.server.BaseHTTPRequestHandler, given: dict[str, object]) -> None:
        if self.mode == "hang":
            self.free.wait(60)
        elif self.mode == "drip":
            for byte in b"HTTP/1.1 200 OK\r\nX: " + b"x" * 400:
                handler.wfile.write(bytes([byte]))
                if self.free.wait(0.05):
                    return
        elif self.mode == "nonsense":
            handler.wfile.write(b"what?\r\n\r\n")
        else:
            if self.mode == 204:
                self.got.append(given)
            handler.send_response(int(self.mode))
            handler.send_header("Location", self.address)
            handler.end_headers()

    def close(self) -> None:
        self.free.set()
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    server = Receiver()
    yield server
    server.close()


@pytest.fixture
def diary(tmp_path: Path) -> Iterator[Diary]:
    book = Diary(tmp_path / "news.db")
    yield book
    book.close()


def config(diary: Diary, **settings: object) -> Config:
    return Config(path=diary.path.parent / "copydesk.toml").with_values(db=str(diary.path), **settings)


def command(script: str, *arguments: object) -> str:
    return shlex.join([sys.executable, "-c", script, *map(str, arguments)])


def lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def raised(diary: Diary, source: str | None = "paper.example", kind: AlertKind = AlertKind.FAILING) -> Alert:
    source_id = diary.add(source, NOW) if source else None
    with write(diary.conn) as conn:
        return open_alert(
            conn, kind, source_id, message="没有回答 “no answer”", advice="look", evidence={"failures": 3}, at=NOW
        )


def end(diary: Diary, alert: Alert, at: datetime) -> None:
    with write(diary.conn) as conn:
        close_alert(conn, alert.id, at)


def test_both_hooks_hear_of_it_once_then_again_then_of_its_end(
    diary: Diary, receiver: Receiver, tmp_path: Path
) -> None:
    taken = tmp_path / "taken"
    settings = config(diary, alert_command=command(TAKE, taken), alert_webhook=receiver.address, alert_repeat="1d")
    assert notify(diary.conn, settings, NOW) == 0
    alert = raised(diary)
    for minute in range(3):
        notify(diary.conn, settings, NOW + minute * MINUTE)
    notify(diary.conn, settings, NOW + timedelta(hours=23))
    assert [given["event"] for given in receiver.got] == ["opened"]
    notify(diary.conn, settings, NOW + timedelta(hours=25))
    end(diary, alert, NOW + timedelta(hours=26))
    for hour in (26, 27, 60):
        notify(diary.conn, settings, NOW + timedelta(hours=hour))
    heard = lines(taken)
    assert [given["event"] for given in heard] == ["opened", "still open", "closed"]
    assert [given["event"] for given in receiver.got] == ["opened", "still open", "closed"]
    assert set(receiver.types) == {"application/json"}
    first = receiver.got[0]
    assert set(first) == KEYS
    assert first | {"alert": alert.id, "kind": "failing", "source": "paper.example", "closed_at": None} == first
    assert first["says"] == "没有回答 “no answer”"
    assert first["opened_at"] == "2026-11-24T12:00:00.000Z"
    assert first["database"] == str(diary.path)
    assert {key: value for key, value in heard[0].items() if key not in ("env", "cwd")} == first
    assert heard[0]["cwd"] == str(diary.path.parent), "relative paths in the command are relative to copydesk.toml"
    environment = heard[0]["env"]
    assert isinstance(environment, dict)
    assert environment["COPYDESK_ALERT_KIND"] == "failing"
    assert environment["COPYDESK_ALERT_SOURCE"] == "paper.example"
    assert environment["COPYDESK_ALERT_EVENT"] == "opened"
    assert receiver.got[2]["closed_at"] == "2026-11-25T14:00:00.000Z"


def test_without_hooks_nothing_is_told_and_nothing_is_lost(diary: Diary, receiver: Receiver) -> None:
    raised(diary, None, AlertKind.DISK)
    assert notify(diary.conn, config(diary), NOW) == 0
    assert notify(diary.conn, config(diary, alert_webhook=receiver.address), NOW + MINUTE) == 1
    assert receiver.got[0]["source"] is None


def test_repeat_of_0_tells_once(diary: Diary, receiver: Receiver) -> None:
    raised(diary)
    settings = config(diary, alert_webhook=receiver.address, alert_repeat=0)
    for day in range(5):
        notify(diary.conn, settings, NOW + timedelta(days=day))
    assert len(receiver.got) == 1


def test_what_ends_before_it_could_be_told_is_not_told(diary: Diary, receiver: Receiver) -> None:
    end(diary, raised(diary), NOW + MINUTE)
    assert notify(diary.conn, config(diary, alert_webhook=receiver.address), NOW + 2 * MINUTE) == 0


@pytest.mark.parametrize(
    ("mode", "why"),
    [
        (500, "status 500"),
        (404, "status 404"),
        (302, "status 302"),
        ("hang", "within 0.5 s"),
        ("drip", "within 0.5 s"),
        ("nonsense", "cannot be reached"),
    ],
)
def test_a_webhook_that_fails_is_tried_again_with_pauses(
    diary: Diary, receiver: Receiver, mode: int | str, why: str
) -> None:
    raised(diary)
    settings = config(diary, alert_webhook=receiver.address)
    receiver.mode = mode
    with within(3):
        assert notify(diary.conn, settings, NOW, limit_s=0.5) == 0
    (alert,) = open_alerts(diary.conn)
    assert alert.notifications == 0
    assert alert.notification_failure is not None
    hooks = alert.notification_failure["hooks"]
    assert isinstance(hooks, dict)
    reason = hooks["alert_webhook"]
    assert why in reason or (mode in ("hang", "nonsense") and "timed out" in reason), reason
    asked = len(receiver.types)
    notify(diary.conn, settings, NOW + MINUTE / 2, limit_s=0.5)
    assert len(receiver.types) == asked, "not before a minute is over"
    receiver.mode = 204
    assert notify(diary.conn, settings, NOW + MINUTE, limit_s=5) == 1
    (alert,) = open_alerts(diary.conn)
    assert (alert.notifications, alert.notification_failure) == (1, None)
    assert [given["event"] for given in receiver.got] == ["opened"]


def test_a_hook_that_fails_hears_later_of_the_alerts_that_the_other_took(
    diary: Diary, receiver: Receiver, tmp_path: Path
) -> None:
    """It is not called for each of them in the round in which it failed."""
    taken, tried = tmp_path / "taken", tmp_path / "tried"
    alerts = {raised(diary, f"paper{n}.example").id for n in range(3)}
    refuse = shlex.join(["sh", "-c", f"echo >> {shlex.quote(str(tried))}; exit 1"])
    assert notify(diary.conn, config(diary, alert_command=refuse, alert_webhook=receiver.address), NOW) == 3
    assert tried.read_text() == "\n"
    working = config(diary, alert_command=command(TAKE, taken), alert_webhook=receiver.address)
    notify(diary.conn, working, NOW + MINUTE)
    assert {given["alert"] for given in lines(taken)} == alerts
    assert len(receiver.got) == 3


def test_pauses_double_up_to_an_hour(diary: Diary) -> None:
    raised(diary)
    settings = config(diary, alert_webhook="http://127.0.0.1:9/nobody")
    tries, last = [], 0
    for minute in range(400):
        notify(diary.conn, settings, NOW + minute * MINUTE)
        (alert,) = open_alerts(diary.conn)
        assert alert.notification_failure is not None
        if alert.notification_failure["times"] != last:
            last = int(str(alert.notification_failure["times"]))
            tries.append(minute)
    assert tries == [0, 1, 3, 7, 15, 31, 63, 123, 183, 243, 303, 363]


def test_one_hook_that_fails_does_not_keep_the_other_from_hearing(
    diary: Diary, receiver: Receiver, tmp_path: Path
) -> None:
    taken = tmp_path / "taken"
    receiver.mode = 500
    settings = config(diary, alert_command=command(TAKE, taken), alert_webhook=receiver.address)
    alert = raised(diary)
    for minute in range(8):
        notify(diary.conn, settings, NOW + minute * MINUTE)
    assert [given["event"] for given in lines(taken)] == ["opened"], "it is not told again what it has heard"
    assert len(receiver.types) == 4
    notify(diary.conn, settings, NOW + timedelta(days=1, minutes=1))
    assert [given["event"] for given in lines(taken)] == ["opened", "still open"]
    end(diary, alert, NOW + timedelta(days=2))
    receiver.mode = 503
    notify(diary.conn, settings, NOW + timedelta(days=2))
    receiver.mode = 204
    notify(diary.conn, settings, NOW + timedelta(days=2, hours=2))
    notify(diary.conn, settings, NOW + timedelta(days=3))
    assert [given["event"] for given in lines(taken)] == ["opened", "still open", "closed"]
    assert [given["event"] for given in receiver.got] == ["closed"]


def test_the_end_of_an_alert_is_not_tried_for_ever(diary: Diary, receiver: Receiver, tmp_path: Path) -> None:
    settings = config(diary, alert_command=command(TAKE, tmp_path / "taken"), alert_webhook=receiver.address)
    alert = raised(diary)
    notify(diary.conn, settings, NOW)
    receiver.mode = 500
    end(diary, alert, NOW + MINUTE)
    for hour in range(100):
        notify(diary.conn, settings, NOW + MINUTE + timedelta(hours=hour))
    assert len(receiver.types) == 11


def test_a_command_that_fails_says_why(diary: Diary) -> None:
    raised(diary)
    for script, why in (
        ("import sys; sys.exit('no mail today')", "ended with 1: no mail today"),
        ("import os; os.kill(os.getpid(), 9)", "was ended by signal 9"),
        ("import sys; sys.stderr.write('x' * 10**7 + 'the end'); sys.exit(3)", "the end"),
    ):
        with write(diary.conn) as conn:
            conn.execute("UPDATE alerts SET telling_failed = NULL")
        notify(diary.conn, config(diary, alert_command=command(script)), NOW)
        failed = open_alerts(diary.conn)[0].notification_failure
        assert failed is not None
        assert why in str(failed["hooks"])
        assert len(str(failed["hooks"])) < 500


@pytest.mark.parametrize("written", ["no-such-program --now", "'unclosed", ""])
def test_a_command_that_cannot_be_started(diary: Diary, written: str) -> None:
    raised(diary)
    notify(diary.conn, config(diary, alert_command=written), NOW)
    failed = open_alerts(diary.conn)[0].notification_failure
    assert failed is None if not written else "cannot be started" in str(failed)


def test_a_command_that_hangs_is_killed_with_its_children(diary: Diary, tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    script = f"sleep 60 & echo $$ $! > {shlex.quote(str(pids))}; wait"  # a shell has begun long before its two seconds are over
    raised(diary)
    with within(10):
        notify(diary.conn, config(diary, alert_command=shlex.join(["sh", "-c", script])), NOW, limit_s=2)
    assert "did not end within 2 s" in str(open_alerts(diary.conn)[0].notification_failure)
    wait_for(lambda: not any(alive(int(pid)) for pid in pids.read_text().split()))


def test_a_hook_that_hangs_holds_up_one_alert_a_round(diary: Diary) -> None:
    for number in range(4):
        raised(diary, f"s{number}.example")
    settings = config(diary, alert_command=command("import time; time.sleep(60)"))
    with within(5):
        notify(diary.conn, settings, NOW, limit_s=1)
    failed = [alert.notification_failure is not None for alert in open_alerts(diary.conn)]
    assert failed == [True, False, False, False]
    notify(diary.conn, settings, NOW + MINUTE, limit_s=1)
    failed = [alert.notification_failure is not None for alert in open_alerts(diary.conn)]
    assert failed == [True, True, False, False], "the next one has its try before the first has its second"


def test_an_address_that_is_no_web_address(diary: Diary, tmp_path: Path) -> None:
    raised(diary)
    notify(diary.conn, config(diary, alert_webhook=(tmp_path / "x").as_uri()), NOW)
    assert "is not an http or https address" in str(open_alerts(diary.conn)[0].notification_failure)
