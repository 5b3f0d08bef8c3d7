"""The parameters of an address's key: which it has, and the key without some of them. Pure.

    news.example/show?_=17&id=5    ──> _: news.example/show?id=5    id: news.example/show?_=17

A name is in lower case. Parameters of doubtful names (`trackers.DOUBTFUL`) that stand together count as one more, `_&ts`: against
caches and for sessions several are used at once, all of them new at each visit.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from db.addresses.parameters import address_rule_for
from pipelines.tracking_parameters import DOUBTFUL

# An address with more is a form's, not an article's.
MAX_PARAMETERS = 8
_LONGEST_NAME = 40


def parameter_names(key: str) -> tuple[str, ...]:
    """The names of the parameters that can be judged, each once: not a bare number, which is a value (`/story.php?48213`)."""
    _, _, query = key.partition("?")
    if not query:
        return ()
    names = dict.fromkeys(_name(pair) for pair in query.split("&"))
    return tuple(name for name in names if name and len(name) <= _LONGEST_NAME and not name.isdigit())[:MAX_PARAMETERS]


def without_parameters(key: str, names: Collection[str]) -> str:
    """The key without the parameters of these names."""
    head, _, query = key.partition("?")
    left = "&".join(pair for pair in query.split("&") if _name(pair) not in names)
    return f"{head}?{left}" if left else head


def keys_without_each(key: str) -> list[tuple[str, str]]:
    """Each parameter of a key with the key without it; the set of doubtful ones, if it has several, last."""
    names = parameter_names(key)
    doubtful = [name for name in names if name in DOUBTFUL]
    parts = [(name, without_parameters(key, (name,))) for name in names]
    if len(doubtful) > 1:
        parts.append(("&".join(sorted(doubtful)), without_parameters(key, doubtful)))
    return parts


def host_of_key(key: str) -> str:
    """The host that a key begins with, with its port."""
    return key.partition("/")[0].partition("?")[0]


def _name(pair: str) -> str:
    return pair.partition("=")[0].lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """What is known of the parameters of one source's addresses, by host and name: seen on its pages, and said by site rules."""

    seen: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    said: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def address(self, key: str) -> str:
        """The key without what is ignored on its site."""
        if "?" not in key:
            return key
        ignored = self._ignored(host_of_key(key), parameter_names(key))
        return without_parameters(key, ignored) if ignored else key

    def bare(self, key: str) -> str:
        """The key without what is ignored on its site, and without what has a doubtful name and is not known to be kept there."""
        if "?" not in key:
            return key
        host, names = host_of_key(key), parameter_names(key)
        ignored = self._ignored(host, names)
        doubtful = {name for name in names if name in DOUBTFUL}
        if self.seen.get(host, {}).get("&".join(sorted(doubtful))) == "kept":  # some of them tell articles apart
            doubtful = set()
        doubtful = {name for name in doubtful if self._verdict(host, name) != "kept"}
        return without_parameters(key, ignored | doubtful) if ignored or doubtful else key

    def _ignored(self, host: str, names: Collection[str]) -> set[str]:
        verdicts = {name: self._verdict(host, name) for name in names}
        ignored = {name for name, verdict in verdicts.items() if verdict == "ignored"}
        doubtful = sorted(name for name in names if name in DOUBTFUL)
        if len(doubtful) > 1 and self.seen.get(host, {}).get("&".join(doubtful)) == "ignored":
            ignored |= {name for name in doubtful if verdicts[name] != "kept"}
        return ignored

    def _verdict(self, host: str, name: str) -> str | None:
        return address_rule_for(self.said, host, name) or self.seen.get(host, {}).get(name)
