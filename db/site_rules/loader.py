"""Site rules: knowledge about one site as data. One TOML file a site in `db/site_rules/sites/`, validated when loaded.

hosts = ["example-daily.com"]           these hosts and their subdomains
outlet = "Example Daily"                the outlet of its own articles
language = "en"                         as in BCP 47
timezone = "Europe/London"              of times written without an offset
archives = ["https://example-daily.com/archive/{year}/{month}/{day}?page={page}"]     lists of past articles, for `backfill`;
                                        {m} and {d} are month and day without a leading zero

[articles]
include = ['/story/\\d+']               regular expressions over path and query: these are articles,
exclude = ['/live/']                    these are not

[addresses]
ignore = ["sid", "_"]                   parameters that do not identify the article,
keep = ["source"]                       parameters that do; takes precedence over what was observed (docs/copies.md)

[[lists]]                               a JSON list of articles
url = "https://example-daily.com/api/list?page={page}"
first_page = 1
pages = 3
items = "data.list"                     path to the list, by keys and indexes divided by dots ("" is the root)
link = "https://example-daily.com/story/{uuid}.html"     the article's address; {path} takes a value of the item
title = "row.title"                     paths within an item
published = "row.publish_time"
modified = "row.update_time"
author = "row.author"
section = "row.column.0.name"

[[lists]]                               an HTML page that lists articles
url = "https://example-daily.com/news/"
item = "li.teaser"                      CSS of one item; the other selectors apply within it
link = "h3 a"                           default: the item itself, or its first link
title = "h3"
published = "time"                      or { css = "span", attribute = "data-time" }
next = "a.older"                        the link to the next page, anywhere on the page

[[fields]]                              overrides generic extraction
field = "title"                         a field of Article
css = "h1.headline"                     or xpath = "...", or regex = '...' over the decoded HTML (group 1),
                                        or value = "...", which the field says whatever stands on the page
attribute = "content"                   of the element, instead of its text
pages = ['/story/123\\.html$']          regular expressions over path and query: applies to these pages alone
until = 2024-03-01                      applies to pages published before that day (the old layout)

[[remove]]                              what is no part of any article
css = "div.newsletter"                  elements, taken out before generic extraction; or xpath = "...",
                                        or line = "Support us." (a line of the text), or line_regex = '...' (all of a line)
until = 2024-03-01                      as in [[fields]]
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from importlib.resources import files
from pathlib import Path

from db.errors import ConfigError
from db.site_rules.models import AddressRule, FieldRule, HtmlList, JsonList, ListRule, RemoveRule, Site, ValueSelector
from db.site_rules.parser import claimed_hosts, line_of_key, load_site, parse_site, read_text

__all__ = [
    "FieldRule",
    "HtmlList",
    "JsonList",
    "ListRule",
    "RemoveRule",
    "RuleFile",
    "Site",
    "SiteFileError",
    "Sites",
    "ValueSelector",
    "load_rules",
    "load_site",
    "load_sites",
    "shipped_sites_folder",
    "sites_of",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleFile:
    """A site file that is in force: its name and text. `own`: the user's, not one that ships with Copydesk."""

    name: str
    text: str = field(repr=False)
    own: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteFileError:
    """A site file that cannot be used, or a folder of them (`hosts` is empty then: every site may be affected).

    `message` is a sentence that begins with file and line. `keeps_previous`: the rules that were in force before still
    are.
    """

    path: str
    message: str
    hosts: tuple[str, ...] = ()
    keeps_previous: bool = False

    def affects(self, host: str | None) -> bool:
        """Whether pages of a host are extracted with other rules than the file states."""
        name = (host or "").lower()
        return not self.hosts or any(name == own or name.endswith(f".{own}") for own in self.hosts)

    @property
    def consequence(self) -> str:
        """What happens until the file is corrected, as half a sentence."""
        return (
            "the rules from before hold" if self.keeps_previous else "nothing in it is used (it was never right before)"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Sites:
    """All site rules. `version` is a digest of their content, part of an extractor's identity.

    `files` are the texts they were read from, from which a version can be restored; `mistakes` the files that cannot be
    used.
    """

    by_host: Mapping[str, Site] = field(default_factory=dict)
    version: str = "none"
    files: tuple[RuleFile, ...] = field(default=(), repr=False, compare=False)
    mistakes: tuple[SiteFileError, ...] = field(default=(), compare=False)

    @property
    def address_rules(self) -> frozenset[AddressRule]:
        """All rules about address parameters."""
        return frozenset(rule for site in self.by_host.values() for rule in site.address_rules)

    def for_host(self, host: str | None) -> Site | None:
        """The rules for a host: its own, else those of the nearest parent domain."""
        labels = (host or "").lower().split(".")
        for start in range(len(labels)):
            if site := self.by_host.get(".".join(labels[start:])):
                return site
        return None


def shipped_sites_folder() -> Path:
    """The folder of the rules that ship with Copydesk."""
    return Path(str(files("db.site_rules"))) / "sites"


def load_sites(*folders: Path) -> Sites:
    """Load the rules from all `*.toml` in these folders, by file name; a file in a later folder replaces one of the
    same name.

    Raises ConfigError naming file, line where known, and key: a missing folder, invalid TOML, an unknown key (with the
    nearest), a wrong value, a pattern or selector that does not compile, a host that two files claim.
    """
    sites = load_rules(folders)
    if sites.mistakes:
        raise ConfigError(sites.mistakes[0].message)
    return sites


def load_rules(folders: Sequence[Path], kept: Sequence[RuleFile] = ()) -> Sites:
    """Load the rules from these folders, whatever is wrong with single files: a file that cannot be used is replaced by
    its last valid text, from `kept`.

    If two files claim a host, the one that claimed it before keeps it. If a folder cannot be read, the kept texts of
    the user's own files stay in force; if there are none, raises ConfigError.
    """
    before = {file.name: file for file in kept}
    places: dict[str, tuple[Path, bool]] = {}
    lost: dict[str, RuleFile] = {}
    mistakes: list[SiteFileError] = []
    for folder in folders:
        is_own = folder != shipped_sites_folder()
        try:
            names = [name for name in os.listdir(folder) if name.endswith(".toml")]  # noqa: PTH208 - glob hides errors
        except OSError as error:
            missing = isinstance(error, FileNotFoundError | NotADirectoryError)
            why = "there is no such folder of site rules" if missing else f"cannot be read ({error.strerror})"
            lost = {file.name: file for file in kept if file.own and _parsed(file)}
            if not lost:
                raise ConfigError(f"{folder}: {why}") from error
            mistakes.append(SiteFileError(path=str(folder), message=f"{folder}: {why}", keeps_previous=True))
            continue
        places |= {name: (folder / name, is_own) for name in names}
    found = [_read(path, is_own, before.get(name)) for name, (path, is_own) in places.items() if name not in lost]
    found += [_Found(path=Path(name), file=file, site=_parsed(file), rank=0) for name, file in lost.items()]
    chosen, wrong = _resolve_host_conflicts(found, before)
    return _as_sites(chosen, (*mistakes, *wrong))


def sites_of(files: Iterable[RuleFile]) -> Sites:
    """The rules in texts that were in force once. Texts that this version does not accept are left out."""
    return _as_sites({file.name: (site, file) for file in files if (site := _parsed(file))}, ())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """A site file as found: `site` is None if it cannot be used, for the reason in `message`.

    The lower its rank, the earlier it claims its hosts: unchanged files come first, new ones last.
    """

    path: Path
    file: RuleFile
    site: Site | None
    rank: int
    message: str = ""


def _read(path: Path, is_own: bool, kept: RuleFile | None) -> _Found:
    text = ""
    try:
        text = read_text(path)
        site = parse_site(text, path)
    except ConfigError as error:
        file = RuleFile(name=path.name, text=text, own=is_own)
        return _Found(path=path, file=file, site=None, rank=0 if kept else 2, message=str(error))
    rank = 2 if kept is None else 0 if kept.text == text else 1
    return _Found(path=path, file=RuleFile(name=path.name, text=text, own=is_own), site=site, rank=rank)


def _parsed(file: RuleFile) -> Site | None:
    """The rules in a text that was valid once; None if this version does not accept it."""
    try:
        return parse_site(file.text, Path(file.name))
    except ConfigError:
        return None


_Chosen = dict[str, tuple[Site, RuleFile]]


def _resolve_host_conflicts(
    found: Sequence[_Found], before: Mapping[str, RuleFile]
) -> tuple[_Chosen, list[SiteFileError]]:
    """The rules by file name, with each host claimed once, and the errors, by file name."""
    chosen: _Chosen = {}
    claimed: dict[str, Path] = {}
    mistakes: list[SiteFileError] = []

    def is_usable(site: Site | None) -> bool:
        return site is not None and not any(host in claimed for host in site.hosts)

    for candidate in sorted(found, key=lambda item: (item.rank, item.path.name)):
        name, kept = candidate.path.name, before.get(candidate.path.name)
        previous = _parsed(kept) if kept else None
        site, file = candidate.site, kept
        if is_usable(candidate.site):
            file = candidate.file
        else:
            site = previous if is_usable(previous) else None
        if site is not None and file is not None:
            chosen[name] = (site, file)
            claimed |= dict.fromkeys(site.hosts, candidate.path)
        if site is candidate.site and site is not None:
            continue
        hosts = {*claimed_hosts(candidate.file.text), *(previous.hosts if previous else ())}
        if not hosts and "." in candidate.path.stem:
            hosts = {candidate.path.stem}
        mistakes.append(
            SiteFileError(
                path=str(candidate.path),
                message=candidate.message or _conflict(candidate, claimed),
                hosts=tuple(sorted(hosts)),
                keeps_previous=site is not None,
            )
        )
    return chosen, sorted(mistakes, key=lambda mistake: Path(mistake.path).name)


def _conflict(file: _Found, claimed: Mapping[str, Path]) -> str:
    hosts = file.site.hosts if file.site else ()
    host = next((host for host in hosts if claimed.get(host, file.path) != file.path), "")
    other = claimed.get(host, file.path)
    return f"{line_of_key('hosts', file.file.text, file.path)}: hosts: {host} is already claimed by {other}"


def _as_sites(chosen: _Chosen, mistakes: Sequence[SiteFileError]) -> Sites:
    """The rules by host, with their version, sorted by file name."""
    sites = [chosen[name] for name in sorted(chosen)]
    contents = [asdict(site, dict_factory=_without_later_keys) for site, _ in sites]
    content = json.dumps(contents, sort_keys=True, default=str, ensure_ascii=False)
    return Sites(
        by_host={host: site for site, _ in sites for host in site.hosts},
        version=hashlib.sha256(content.encode()).hexdigest()[:_VERSION_DIGITS] if sites else "none",
        files=tuple(file for _, file in sites),
        mistakes=tuple(mistakes),
    )


def _without_later_keys(items: Sequence[tuple[str, object]]) -> dict[str, object]:
    """Keys added later are left out where empty, so that the version of rules without them does not change."""
    return {key: value for key, value in items if key not in _ADDED_LATER or value not in (None, ())}


_ADDED_LATER = frozenset({"ignore", "keep", "archives", "remove"} | {"value", "pages"})
_VERSION_DIGITS = 12
"""Hex digits of a version: 48 bits distinguish any number of rule sets and can still be read aloud."""
