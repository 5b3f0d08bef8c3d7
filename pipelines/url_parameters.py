"""The parameters of an address key, and the key without some of them. Pure.

    news.example/show?_=17&id=5    ──> _: news.example/show?id=5    id: news.example/show?_=17

Names are in lower case. Several doubtful parameters of one address (`tracking_parameters.DOUBTFUL`) also count as one joint
parameter, `_&ts`: cache busters and session ids often come together, all of them new at each visit.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from db.addresses.parameters import address_rule_for
from pipelines.tracking_parameters import DOUBTFUL

MAX_PARAMETERS = 8
"""Parameters considered: an address with more is that of a form, not of an article."""
_LONGEST_NAME = 40


def parameter_names(key: str) -> tuple[str, ...]:
    """The distinct names of the parameters; without bare numbers, which are values (`/story.php?48213`)."""
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
    """Each parameter of a key with the key without it; last the joint parameter of doubtful ones, if there are several."""
    names = parameter_names(key)
    doubtful = [name for name in names if name in DOUBTFUL]
    parts = [(name, without_parameters(key, (name,))) for name in names]
    if len(doubtful) > 1:
        parts.append(("&".join(sorted(doubtful)), without_parameters(key, doubtful)))
    return parts


def host_of_key(key: str) -> str:
    """The host of a key, with its port."""
    return key.partition("/")[0].partition("?")[0]


def _name(pair: str) -> str:
    return pair.partition("=")[0].lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """Verdicts on parameters of one source by host and name. `seen`: from its pages; `said`: from site rules."""

    seen: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    said: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def address(self, key: str) -> str:
        """The key without the parameters that its site ignores."""
        if "?" not in key:
            return key
        ignored = self._ignored(host_of_key(key), parameter_names(key))
        return without_parameters(key, ignored) if ignored else key

    def bare(self, key: str) -> str:
        """The key without ignored parameters, and without doubtful ones that are not known to identify articles of the site."""
        if "?" not in key:
            return key
        host, names = host_of_key(key), parameter_names(key)
        ignored = self._ignored(host, names)
        doubtful = {name for name in names if name in DOUBTFUL}
        if self.seen.get(host, {}).get("&".join(sorted(doubtful))) == "kept":  # some of them identify articles
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
