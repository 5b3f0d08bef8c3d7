"""What hubs say to us (WebSub): they verify what we asked for, deny it, or tell of news. Each call is one transaction.

    GET  …/PATH?hub.mode=subscribe&hub.topic=…&hub.challenge=…   confirmed only where we asked for it, and it waits for that
    POST …/PATH  X-Hub-Signature: sha256=…                       a ping: its source is crawled at once (`scheduler.planning.plan`)

A ping that does nothing, and is counted by its reason: `unknown` no such path; `late` no lease that lasts; `oversized`; `too_many`;
`forged` no signature, or a wrong one; `replayed` its body has come before. A hub is told 202 for forged and replayed ones, as the
recommendation advises: who guesses at signatures learns nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from db.connection.database import connect, translate_sqlite_errors, write
from db.store.websub.subscription_keys import SubscriptionKey
from db.store.websub.subscriptions import (
    LEASE_S,
    Subscription,
    count_refused_ping,
    deny_subscription,
    end_subscription,
    find_subscription,
    record_ping,
    verify_subscription,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_BODY = 5 * 1024 * 1024
"""Bytes of a ping. Hubs send the whole feed; of 180 outlets' feeds, a long one with full texts has 2 MB."""
PINGS_A_MINUTE = 60
"""Pings of a subscription that are looked at in a minute; a hub tells of several articles at once."""
LOCK_WAIT_S = 2.0
"""Seconds that a call waits for another writer; then the hub is told to come again."""
MAX_CHALLENGE = 2000
METHODS = ("sha1", "sha256", "sha384", "sha512")
"""The methods of signatures that the recommendation knows."""
_PATH = re.compile(r"[A-Za-z0-9_-]{43}")
_REASON = 200

T = TypeVar("T")
Count = Callable[[str], None]
"""Called with the result of each call, one word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackAnswer:
    """What a hub is answered."""

    status: int
    body: bytes = b""


NOT_FOUND = CallbackAnswer(status=404, body=b"Nothing is here.\n")
TAKEN = CallbackAnswer(status=202)
GONE = CallbackAnswer(status=410, body=b"There is no such subscription.\n")


class HubCallbacks:
    """Answers hubs for one database. Thread-safe."""

    def __init__(self, database: Path, key: SubscriptionKey, count: Count) -> None:
        self._database, self._key, self._count = database, key, count
        self._lock = threading.Lock()
        self._recent: dict[int, deque[float]] = {}

    def confirm(self, path: str, query: Mapping[str, str]) -> CallbackAnswer:
        """Answer a request to verify or deny. `query`: its parameters. Raises DatabaseError."""
        if not _PATH.fullmatch(path):
            return self._counted("unknown", NOT_FOUND)

        def answer(conn: sqlite3.Connection) -> tuple[str, CallbackAnswer]:
            one, now = find_subscription(conn, path), datetime.now(UTC)
            if one is None or query.get("hub.topic") != one.topic:
                return "unknown", NOT_FOUND
            mode = query.get("hub.mode")
            if mode == "denied":
                reason = "".join(letter for letter in query.get("hub.reason", "") if letter.isprintable())[:_REASON]
                deny_subscription(conn, one, reason, now)
                return "denied", CallbackAnswer(status=200)
            challenge = query.get("hub.challenge", "")
            asked = one.requested_at is not None and mode == ("subscribe" if one.wanted else "unsubscribe")
            if not asked or not 0 < len(challenge) <= MAX_CHALLENGE:
                return "unasked", NOT_FOUND
            if one.wanted:
                verify_subscription(conn, one, _lease(query.get("hub.lease_seconds")), now)
            else:
                end_subscription(conn, one)
            return "verified", CallbackAnswer(status=200, body=challenge.encode())

        return self._counted(*self._write(answer))

    def admit(self, path: str, length: int | None) -> tuple[Subscription | None, CallbackAnswer]:
        """Look at a ping before its body is read. `length`: bytes of it, where stated. None: it is refused, with the answer."""
        if not _PATH.fullmatch(path):
            return None, self._counted("unknown", NOT_FOUND)
        with self._reading() as conn:
            one = find_subscription(conn, path)
        if one is None:
            return None, self._counted("unknown", NOT_FOUND)
        if not one.is_active(datetime.now(UTC)):
            return None, self._refuse(one, "late", GONE)
        if length is not None and length > MAX_BODY:
            return None, self._refuse(one, "oversized", CallbackAnswer(status=413))
        if not self._has_room(one.id):
            # Not recorded with the subscription: a flood of calls would become one of writes.
            return None, self._counted("too_many", CallbackAnswer(status=429))
        return one, TAKEN

    def refuse_oversized(self, one: Subscription) -> CallbackAnswer:
        """Count a ping whose body turned out to be too long."""
        return self._refuse(one, "oversized", CallbackAnswer(status=413))

    def take(self, one: Subscription, signature: str, body: bytes) -> CallbackAnswer:
        """Take a ping whose body was read. `signature`: the header `X-Hub-Signature`. Raises DatabaseError."""
        rounds = (one.round, one.asked_round) if one.requested_at else (one.round,)
        secrets = [self._key.secret(one.salt, number) for number in rounds]
        if not is_signed(signature, body, secrets):
            return self._refuse(one, "forged", TAKEN)
        digest = hashlib.sha256(body).digest()
        new = self._write(lambda conn: record_ping(conn, one, digest, datetime.now(UTC)))
        return self._counted("taken", TAKEN) if new else self._refuse(one, "replayed", TAKEN)

    def _has_room(self, number: int) -> bool:
        now = time.monotonic()
        with self._lock:
            recent = self._recent.setdefault(number, deque())
            while recent and recent[0] < now - 60:
                recent.popleft()
            if len(recent) >= PINGS_A_MINUTE:
                return False
            recent.append(now)
            return True

    def _refuse(self, one: Subscription, reason: str, answer: CallbackAnswer) -> CallbackAnswer:
        self._write(lambda conn: count_refused_ping(conn, one, reason))
        return self._counted(reason, answer)

    def _counted(self, result: str, answer: CallbackAnswer) -> CallbackAnswer:
        self._count(result)
        return answer

    def _write(self, job: Callable[[sqlite3.Connection], T]) -> T:
        with self._reading() as conn, write(conn):
            return job(conn)

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        conn = connect(self._database, lock_wait_s=LOCK_WAIT_S)
        try:
            with translate_sqlite_errors(self._database):
                yield conn
        finally:
            conn.close()


def is_signed(signature: str, body: bytes, secrets: list[str]) -> bool:
    """Whether a header `X-Hub-Signature` (`method=hexadecimal digits`) was made of the body with one of the secrets.

    Compared in constant time.
    """
    method, _, stated = signature.strip().partition("=")
    if method.lower() not in METHODS or not stated.isascii():
        return False
    computed = [hmac.new(secret.encode(), body, method.lower()).hexdigest() for secret in secrets]
    stated = stated.strip().lower()
    return any([hmac.compare_digest(one, stated) for one in computed])  # noqa: C419 - all are compared, for constant time


def _lease(stated: str | None) -> int:
    """The lease that a hub grants, in seconds; what was asked for where it does not say (hubs of before the recommendation)."""
    return int(stated) if stated and stated.isascii() and stated.isdigit() and int(stated[:10]) > 0 else LEASE_S
