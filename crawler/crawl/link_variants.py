"""Which links of a listing are new articles, where addresses have parameters that change by themselves.

    link ──> no doubtful or ignored parameter, or none that is like it known ──────────────> new
         ──> another link is the same without what is ignored on the site ─────────────────> known; a few are tried
         ──> the site lists it without what is doubtful, too, and calls it the same ────────> known
         ──> another link is the same without what is doubtful, and nothing is decided yet ─> a few are tried

What is tried is fetched, read and weighed (`pipelines.dedup.parameter_evidence`), so that the next crawl knows more. What is not
is recorded nowhere: as long as a listing names it, it comes again.
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

TRIED = 5
"""Links fetched in TRIED_WITHIN of a source to find out what a parameter is worth. Three articles seen twice decide
(`weighing.SAME`), and one or two of five may be no articles."""
TRIED_WITHIN = timedelta(hours=1)
"""As `weighing.AT_ONCE`: what comes faster is told apart by it."""
TRIED_AGAIN = timedelta(days=1)
"""How often an ignored parameter is tried where nothing speaks against it: one fetch a day."""
_TWINS = 8
"""Links of one address that are compared, the newest."""


@dataclass(slots=True, kw_only=True)
class NewLinkFilter:
    """Takes the links of one source in one crawl. Whoever uses it does so in the jobs of the one writer."""

    source_id: int
    rules: Iterable[AddressRule] = ()
    run_id: int | None = None
    at: datetime
    _parameters: Parameters | None = None
    _has_twins: bool = False
    _left: int = 0
    _tried_lately: bool = False
    _waiting: dict[str, tuple[LinkNames, bool, bool]] = field(default_factory=dict)
    """Names of the link that is being recorded, by its key; whether it is visited again; whether it is a try."""

    def prepare(self, conn: sqlite3.Connection) -> None:
        """Make what is known of the source's links fit what is thought of parameters now."""
        parameters = parameters_of(conn, self.source_id, self.rules)
        mark = json.dumps([parameters.seen, parameters.said], sort_keys=True)
        if verdicts_of_twins(conn, self.source_id) != mark:
            named = []
            for number, key, url in links_with_parameters(conn, self.source_id):
                names = _names(parameters, link_key(url))
                if names.bare != names.key or names.key != key:
                    named.append((number, names))
            rebuild_twins(conn, self.source_id, named, mark)
        self._parameters = parameters
        self._has_twins = has_twins(conn, self.source_id)
        tried = last_trials(conn, self.source_id, TRIED)
        self._left = TRIED - sum(self.at - at < TRIED_WITHIN for at in tried)
        self._tried_lately = bool(tried) and self.at - tried[0] < TRIED_AGAIN

    def taken(self, conn: sqlite3.Connection, links: Iterable[Link]) -> Iterator[Link]:
        """Those of the links that are to be recorded; each must be before the next is asked for."""
        for link in links:
            if self._is_new(conn, link):
                yield link
                self._note(conn, link)

    def _is_new(self, conn: sqlite3.Connection, link: Link) -> bool:
        """Whether a link is to be recorded, as far as its parameters go."""
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
        tried = bool(twins) and not (not same and self._is_other(link, twins))
        if tried and not (self._is_worth_a_try(link, names, same) or failed):
            return False
        if tried:
            self._left -= 1
            self._tried_lately = True
            if self._left < 0:
                return False
        if names.bare != names.key:
            self._waiting[link.key] = (names, not same or failed, tried)
        return True

    def _note(self, conn: sqlite3.Connection, link: Link) -> None:
        """Note a link that was recorded."""
        if link.key in self._waiting:
            names, again, tried = self._waiting.pop(link.key)
            insert_twin(conn, self.source_id, names, again=again, tried_at=self.at if tried else None)
            self._has_twins = True

    def _is_listed_bare(self, conn: sqlite3.Connection, link: Link, names: LinkNames) -> bool:
        """Whether the site itself lists the address without what is doubtful, too, by the same title (`?ref=teaser`)."""
        title = link_title(conn, self.source_id, names.bare)
        return title is not None and link.title is not None and (link.title in title or title in link.title)

    def _is_other(self, link: Link, twins: Sequence[LinkTwin]) -> bool:
        """Whether links whose parameter nobody knows are two articles: a listing names an article once, so two in it are two."""
        together = any(twin.run_id == self.run_id and twin.found_in == link.found_in for twin in twins)
        return together and (not link.title or _is_titled_otherwise(link, twins))

    def _is_worth_a_try(self, link: Link, names: LinkNames, same: Sequence[LinkTwin]) -> bool:
        """Whether something may be learned of a link. Of what is ignored: where listings call it otherwise, and once a day."""
        if not same:
            return True
        assert self._parameters is not None
        if Parameters(said=self._parameters.said).address(names.key) == names.address:
            return False  # by a rule
        return _is_titled_otherwise(link, same) or not self._tried_lately


def parameters_of(conn: sqlite3.Connection, source: int, rules: Iterable[AddressRule]) -> Parameters:
    """What is known of a source's parameters, with what site rules say."""
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
