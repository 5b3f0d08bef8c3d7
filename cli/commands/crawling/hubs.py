"""`copydesk hubs`: asks hubs for subscriptions that are due, in a process of its own, as `copydesk run` starts it. Not for people.

Its summary is a line of JSON on standard output: how many requests were sent, and what hubs refused, by source.
"""

from __future__ import annotations

from datetime import UTC, datetime

import click

from cli.context import CommandContext
from cli.output.json_output import print_json
from db.connection.database import Connection, write
from db.errors import ConfigError
from db.store.sites.sources import source_by_id
from db.store.websub.subscription_keys import SubscriptionKey, load_key
from db.store.websub.subscriptions import LEASE_S, Subscription, begin_requests, due_requests, fail_request

MOST = 200
"""Requests of one process; the next ones are sent by the next."""


@click.command(hidden=True)
@click.pass_obj
def hubs(context: CommandContext) -> None:
    """Ask hubs for the subscriptions that are due."""
    from crawler.hub_requests import HubRequest, send_to_hubs

    config = context.config
    with context.open() as db:
        conn, now = db.conn, datetime.now(UTC)
        assert isinstance(conn, Connection)
        key = load_key(config.database)
        due = due_requests(conn, now, MOST) if key is not None else []
        requests, names = [], {}
        for one in due:
            source = source_by_id(conn, one.source_id)
            assert source is not None
            assert key is not None
            names[one.id] = source.name
            try:
                allowed = config.for_source(source.name, source.settings).allow_networks
            except ConfigError:
                allowed = config.allow_networks
            requests.append(HubRequest(number=one.id, hub=one.hub, form=form_of(one, key), allowed=allowed))
        with write(conn):
            begin_requests(conn, due, now)
        answers = send_to_hubs(config, requests) if requests else {}
        refused = {}
        with write(conn):
            for one in due:
                error = answers.get(one.id, "it was stopped before the hub answered")
                if error is not None:
                    fail_request(conn, one.id, error, datetime.now(UTC))
                    refused[names[one.id]] = f"{one.hub}: {error}"
    print_json({"asked": len(due), "refused": refused})


def form_of(one: Subscription, key: SubscriptionKey) -> tuple[tuple[str, str], ...]:
    """What a hub is sent (WebSub, 5.1.2)."""
    form = (
        ("hub.mode", "subscribe" if one.wanted else "unsubscribe"),
        ("hub.topic", one.topic),
        ("hub.callback", f"{one.callback}/{key.path(one.salt)}"),
    )
    if not one.wanted:
        return form
    return (*form, ("hub.lease_seconds", str(LEASE_S)), ("hub.secret", key.secret(one.salt, one.next_round)))
