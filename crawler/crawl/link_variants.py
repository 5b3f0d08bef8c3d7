"""Which links of a listing are new articles, where URLs have parameters that vary without meaning.

    link ──> no doubtful or ignored parameter, or no similar link known ───────────────────> new
         ──> equal to another link without the parameters ignored on the site ─────────────> known; a few are tried
         ──> the site also lists it without the doubtful parameter, under the same title ──> known
         ──> equal to another link without a doubtful parameter, and not decided yet ──────> a few are tried

A link that is tried is fetched, extracted and compared (`pipelines.dedup.parameter_evidence`), so that the next crawl knows more.
Links that are not tried are not recorded: they come again for as long as a listing names them.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from db.addresses.link_twins import (
    LinkNames,
    LinkTwin,
    has_twins,
    insert_twin,
    last_trials,
    link_exists,
    link_title,
    links_with_parameters,
    near_twins_of,
    rebuild_twins,
    twins_of,
    verdicts_of_twins,
)
from db.addresses.parameters import load_verdicts
from db.models import Link
from db.site_rules.models import AddressRule
from pipelines.url_parameters import Parameters
from pipelines.urls import link_key

MAX_TRIES = 5
"""Links of a source that are tried within `TRY_WINDOW`. Three articles seen twice decide a parameter
(`parameter_evidence.MIN_SAME_ARTICLES`), and one or two of five may be no articles.
"""
TRY_WINDOW = timedelta(hours=1)
"""As `parameter_evidence.MAX_FETCH_GAP`: different pages fetched within it show that a parameter tells articles apart."""
TRY_INTERVAL = timedelta(days=1)
"""Interval at which an ignored parameter is tried while nothing contradicts it: one fetch a day."""
_TWINS = 8
"""Links of one address that are compared: the newest."""


@dataclass(slots=True, kw_only=True)
class NewLinkFilter:
    """Filters the links of one source in one crawl. Use it in jobs of the one writer only."""

    source_id: int
    rules: Iterable[AddressRule] = ()
    run_id: int | None = None
    at: datetime
    _parameters: Parameters | None = None
    _has_twins: bool = False
    _tries_left: int = 0
    _tried_recently: bool = False
    _pending: dict[str, tuple[LinkNames, bool, bool]] = field(default_factory=dict)
    """The names of a link that is being recorded, by its key; whether it is visited again; whether it is a try."""

    def prepare(self, conn: sqlite3.Connection) -> None:
        """Update the stored names of the source's links to the current verdicts on parameters. Call it before `new_links`."""
        parameters = parameters_of(conn, self.source_id, self.rules)
        fingerprint = json.dumps([parameters.seen, parameters.said], sort_keys=True)
        if verdicts_of_twins(conn, self.source_id) != fingerprint:
            named = []
            for number, key, url in links_with_parameters(conn, self.source_id):
                names = _names(parameters, link_key(url))
                if names.bare != names.key or names.key != key:
                    named.append((number, names))
            rebuild_twins(conn, self.source_id, named, fingerprint)
        self._parameters = parameters
        self._has_twins = has_twins(conn, self.source_id)
        tried = last_trials(conn, self.source_id, MAX_TRIES)
        self._tries_left = MAX_TRIES - sum(self.at - at < TRY_WINDOW for at in tried)
        self._tried_recently = bool(tried) and self.at - tried[0] < TRY_INTERVAL

    def new_links(self, conn: sqlite3.Connection, links: Iterable[Link]) -> Iterator[Link]:
        """The links to be recorded. Record each before taking the next."""
        for link in links:
            if self._is_new(conn, link):
                yield link
                self._record_names(conn, link)

    def _is_new(self, conn: sqlite3.Connection, link: Link) -> bool:
        """Whether a link is to be recorded, by its parameters."""
        assert self._parameters is not None
        names = _names(self._parameters, link.key)
        if names.bare == names.key and not self._has_twins:
            return True
        if link_exists(conn, self.source_id, link.key):
            return False
        if names.bare != names.key and self._is_listed_bare(conn, link, names):
            return False
        same = twins_of(conn, self.source_id, names.address, _TWINS) if names.address != names.key else []
        twins = same or near_twins_of(conn, self.source_id, names.bare, _TWINS)
        failed = bool(twins) and not any(twin.fetched or not twin.failures for twin in twins)
        tried = bool(twins) and not (not same and self._are_two_articles(link, twins))
        if tried and not (self._is_worth_a_try(link, names, same) or failed):
            return False
        if tried:
            self._tries_left -= 1
            self._tried_recently = True
            if self._tries_left < 0:
                return False
        if names.bare != names.key:
            self._pending[link.key] = (names, not same or failed, tried)
        return True

    def _record_names(self, conn: sqlite3.Connection, link: Link) -> None:
        if link.key in self._pending:
            names, again, tried = self._pending.pop(link.key)
            insert_twin(conn, self.source_id, names, again=again, tried_at=self.at if tried else None)
            self._has_twins = True

    def _is_listed_bare(self, conn: sqlite3.Connection, link: Link, names: LinkNames) -> bool:
        """Whether the site also lists the URL without the doubtful parameter, under the same title (`?ref=teaser`)."""
        title = link_title(conn, self.source_id, names.bare)
        return title is not None and link.title is not None and (link.title in title or title in link.title)

    def _are_two_articles(self, link: Link, twins: Sequence[LinkTwin]) -> bool:
        """Whether links with an unknown parameter are two articles. A listing names an article once, so two in one listing are
        two.
        """
        together = any(twin.run_id == self.run_id and twin.found_in == link.found_in for twin in twins)
        return together and (not link.title or _is_titled_otherwise(link, twins))

    def _is_worth_a_try(self, link: Link, names: LinkNames, same: Sequence[LinkTwin]) -> bool:
        """Whether fetching a link can teach something.

        Links with an ignored parameter are worth it where listings title them differently, and else once a day.
        """
        if not same:
            return True
        assert self._parameters is not None
        if Parameters(said=self._parameters.said).address(names.key) == names.address:
            return False  # by a rule
        return _is_titled_otherwise(link, same) or not self._tried_recently


def parameters_of(conn: sqlite3.Connection, source: int, rules: Iterable[AddressRule]) -> Parameters:
    """The verdicts on a source's parameters: those learned, and those of site rules."""
    said: dict[str, dict[str, str]] = {}
    for host, name, verdict in rules:
        said.setdefault(host, {})[name] = verdict
    seen = {
        host: {name: verdict for name, verdict in found.items() if verdict != "open"}
        for host, found in load_verdicts(conn, source).items()
    }
    return Parameters(seen={host: found for host, found in seen.items() if found}, said=said)


def _names(parameters: Parameters, key: str) -> LinkNames:
    return LinkNames(key=key, address=parameters.address(key), bare=parameters.bare(key))


def _is_titled_otherwise(link: Link, twins: Sequence[LinkTwin]) -> bool:
    titles = {twin.title for twin in twins if twin.title}
    return bool(link.title and titles) and link.title not in titles
