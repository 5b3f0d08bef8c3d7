"""Site rules: what is known of one site, as data. One TOML file a site in `db/site_rules/sites/`, sorted, checked when loaded.

hosts = ["example-daily.com"]           these hosts and all below them
outlet = "Example Daily"                the source of its own articles
language = "en"                         as in BCP 47
timezone = "Europe/London"              of times written without an offset

[articles]
include = ['/story/\\d+']               regular expressions over path and query: these are articles,
exclude = ['/live/']                    these never

[addresses]
ignore = ["sid", "_"]                   parameters that say nothing of which article it is,
keep = ["source"]                       these tell articles apart; beats what was seen of them (docs/copies.md)

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
item = "li.teaser"                      CSS of one entry; the other selectors search within it
link = "h3 a"                           without it the entry itself, or its first link
title = "h3"
published = "time"                      or { css = "span", attribute = "data-time" }
next = "a.older"                        the link to the next page, anywhere on the page

[[fields]]                              overrides what the general reader finds
field = "title"                         a field of Article
css = "h1.headline"                     or xpath = "...", or regex = '...' over the decoded HTML (group 1)
attribute = "content"                   of the element, instead of its text
until = 2024-03-01                      this rule reads pages published before that day (the old layout)
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
from db.site_rules.models import AddressRule, FieldRule, HtmlList, JsonList, ListRule, Site, ValueSelector
from db.site_rules.parser import claimed_hosts, load_site, parse_site, place_of, read_text

__all__ = [
    "FieldRule",
    "HtmlList",
    "JsonList",
    "ListRule",
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
    """A site file that is in force: its name and its text. `own`: it is the user's, not one that ships with Copydesk."""

    name: str
    text: str = field(repr=False)
    own: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteFileError:
    """A site file that cannot be used, or a folder of them (`hosts` is empty then: it may concern every site).

    `says` is a sentence that begins with file and line. `holds`: the rules that were in force before stay so.
    """

    path: str
    says: str
    hosts: tuple[str, ...] = ()
    holds: bool = False

    def concerns(self, host: str | None) -> bool:
        """Whether pages of a host are read by other rules than their file says."""
        name = (host or "").lower()
        return not self.hosts or any(name == own or name.endswith(f".{own}") for own in self.hosts)

    @property
    def meanwhile(self) -> str:
        """What is done until it is mended, as half a sentence."""
        return "the rules from before hold" if self.holds else "nothing in it is used (it was never right before)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sites:
    """All site rules. `version` is a digest of their content: it is part of an extractor's name.

    `files` are the texts that they were read from, by which a version can be had again; `mistakes` the files that cannot be used.
    """

    by_host: Mapping[str, Site] = field(default_factory=dict)
    version: str = "none"
    files: tuple[RuleFile, ...] = field(default=(), repr=False, compare=False)
    mistakes: tuple[SiteFileError, ...] = field(default=(), compare=False)

    @property
    def address_rules(self) -> frozenset[AddressRule]:
        """What they say of the parameters of addresses."""
        return frozenset(rule for site in self.by_host.values() for rule in site.address_rules)

    def for_host(self, host: str | None) -> Site | None:
        """The rules for a host: its own, else those of the nearest parent domain."""
        labels = (host or "").lower().split(".")
        for start in range(len(labels)):
            if site := self.by_host.get(".".join(labels[start:])):
                return site
        return None


def shipped_sites_folder() -> Path:
    """The folder of the rules that come with Copydesk."""
    return Path(str(files("db.site_rules"))) / "sites"


def load_sites(*folders: Path) -> Sites:
    """The rules in all `*.toml` of these folders, sorted by file name; of two files with one name the later folder's
    counts.

    Raises ConfigError naming file, line where known, and key: a folder that is not there, a file that is no TOML, an
    unknown key (with the nearest), a wrong value, a pattern or selector that does not compile, a host that two files
    claim.
    """
    sites = load_rules(folders)
    if sites.mistakes:
        raise ConfigError(sites.mistakes[0].says)
    return sites


def load_rules(folders: Sequence[Path], kept: Sequence[RuleFile] = ()) -> Sites:
    """The rules of these folders, whatever is wrong with single files: in place of one that cannot be used holds what was `kept` of
    it, the last that was right.

    Of two files that claim a host, the one that claimed it before keeps it. A folder that cannot be read leaves in force what was
    kept of the user's own files; where nothing was, that is a ConfigError.
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
            mistakes.append(SiteFileError(path=str(folder), says=f"{folder}: {why}", holds=True))
            continue
        places |= {name: (folder / name, is_own) for name in names}
    found = [_read(path, is_own, before.get(name)) for name, (path, is_own) in places.items() if name not in lost]
    found += [_Found(path=Path(name), file=file, site=_parsed(file), rank=0) for name, file in lost.items()]
    chosen, wrong = _without_clashes(found, before)
    return _joined(chosen, (*mistakes, *wrong))


def sites_of(files: Iterable[RuleFile]) -> Sites:
    """The rules in texts that were in force once. A text that this version refuses is left out."""
    return _joined({file.name: (site, file) for file in files if (site := _parsed(file))}, ())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """A site file as it was found: `site` is None where it cannot be used, for the reason that `says` gives.

    The lower its rank, the sooner it claims its hosts: what is as it was before comes first, what is new last.
    """

    path: Path
    file: RuleFile
    site: Site | None
    rank: int
    says: str = ""


def _read(path: Path, is_own: bool, kept: RuleFile | None) -> _Found:
    text = ""
    try:
        text = read_text(path)
        site = parse_site(text, path)
    except ConfigError as error:
        file = RuleFile(name=path.name, text=text, own=is_own)
        return _Found(path=path, file=file, site=None, rank=0 if kept else 2, says=str(error))
    rank = 2 if kept is None else 0 if kept.text == text else 1
    return _Found(path=path, file=RuleFile(name=path.name, text=text, own=is_own), site=site, rank=rank)


def _parsed(file: RuleFile) -> Site | None:
    """The rules in a text that was right once; None where this version refuses it."""
    try:
        return parse_site(file.text, Path(file.name))
    except ConfigError:
        return None


_Chosen = dict[str, tuple[Site, RuleFile]]


def _without_clashes(found: Sequence[_Found], before: Mapping[str, RuleFile]) -> tuple[_Chosen, list[SiteFileError]]:
    """The rules by file name, none of which claims the host of another; and what was wrong, by file name."""
    chosen: _Chosen = {}
    claimed: dict[str, Path] = {}
    mistakes: list[SiteFileError] = []

    def free(site: Site | None) -> bool:
        return site is not None and not any(host in claimed for host in site.hosts)

    for one in sorted(found, key=lambda one: (one.rank, one.path.name)):
        kept = before.get(one.path.name)
        past = _parsed(kept) if kept else None
        use = (one.site, one.file) if free(one.site) else (past, kept) if free(past) else (None, None)
        site, file = use
        if site is not None and file is not None:
            chosen[one.path.name] = (site, file)
            claimed |= dict.fromkeys(site.hosts, one.path)
        if site is one.site and site is not None:
            continue
        says = one.says or _clash(one, claimed)
        hosts = {*claimed_hosts(one.file.text), *(past.hosts if past else ())}
        if not hosts and "." in one.path.stem:
            hosts = {one.path.stem}
        mistakes.append(
            SiteFileError(path=str(one.path), says=says, hosts=tuple(sorted(hosts)), holds=site is not None)
        )
    return chosen, sorted(mistakes, key=lambda mistake: Path(mistake.path).name)


def _clash(one: _Found, claimed: Mapping[str, Path]) -> str:
    hosts = one.site.hosts if one.site else ()
    host = next((host for host in hosts if claimed.get(host, one.path) != one.path), "")
    other = claimed.get(host, one.path)
    return f"{place_of('hosts', one.file.text, one.path)}: hosts: {host} is already claimed by {other}"


def _joined(chosen: _Chosen, mistakes: Sequence[SiteFileError]) -> Sites:
    """Rules as they are used: by host, with their version, sorted by file name."""
    sites = [chosen[name] for name in sorted(chosen)]
    # What came later is left out where it says nothing: a version of rules that have none of it stays what it was.
    said = [{key: value for key, value in asdict(site).items() if value or key not in _LATER} for site, _ in sites]
    content = json.dumps(said, sort_keys=True, default=str, ensure_ascii=False)
    return Sites(
        by_host={host: site for site, _ in sites for host in site.hosts},
        version=hashlib.sha256(content.encode()).hexdigest()[:_VERSION_DIGITS] if sites else "none",
        files=tuple(file for _, file in sites),
        mistakes=tuple(mistakes),
    )


_LATER = frozenset({"ignore", "keep"})
_VERSION_DIGITS = 12
"""Hex digits of a version: 48 bits tell any number of rule sets apart and can still be read out."""
