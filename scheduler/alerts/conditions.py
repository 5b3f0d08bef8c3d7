"""What a person should know, told from figures. Pure: figures in, conditions out. `scheduler.alerts.monitor` does the rest.

A condition holds, or is over, or cannot be told from what there is: then an open alert stays as it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from db.queries.alert_figures import EndedSourceRun, ExtractedFields, FailureShare
from db.site_rules.loader import SiteFileError
from db.store.alerts import AlertKind
from scheduler.alerts.degradation import (
    DESCRIPTIONS,
    RECENT,
    Degradation,
    Share,
    find_degradations,
    has_recovered,
    median_words,
    newest,
    newest_without,
)
from scheduler.alerts.silence import SilenceJudgement

# Once low, the disk must have a tenth more than the least, and a database shrink a little, before it is well again.
DISK_AGAIN = 1.1
NEAR_LIMIT, SIZE_AGAIN = 0.9, 0.85
# Of one article alone a refusal says little.
LEAST_ARTICLES = 3
# So many sources, and most of all, do not fail at once each for a reason of its own.
LEAST_UNREACHED, UNREACHED, REACHED_AGAIN = 10, 0.5, 0.25
_LONGEST_ERROR = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """Whether what an alert of that kind says is so. `holds` is None where the figures do not tell."""

    kind: AlertKind
    holds: bool | None
    says: str = ""
    remedy: str = ""
    evidence: Mapping[str, object] = field(default_factory=dict)
    about: str = ""
    """Which of several things without a source, such as files, it concerns."""


def failing(name: str, parts: Sequence[EndedSourceRun], least: int) -> Condition:
    """So many crawls of a source failed in a row. `parts`: its last ones that were not stopped, the newest first."""
    if not parts or parts[0].ended != "failed":
        return Condition(kind=AlertKind.FAILING, holds=False if parts else None)
    if len(parts) < least or any(part.ended != "failed" for part in parts[:least]):
        return Condition(kind=AlertKind.FAILING, holds=None)
    error = (parts[0].error or "no reason was recorded")[:_LONGEST_ERROR]
    return Condition(
        kind=AlertKind.FAILING,
        holds=True,
        says=f"the last {least} crawls failed: {error}",
        remedy=f"`copydesk sources test {name}` shows what its listings answer; `copydesk sources pause {name}` leaves it out",
        evidence={"failures": least, "error": error},
    )


def no_listing(name: str, parts: Sequence[EndedSourceRun], least: int) -> Condition:
    """No listing of a source names an article, for so many crawls in a row. `parts`: as for `failing`."""
    if not parts or parts[0].listings_working is None:
        return Condition(kind=AlertKind.NO_LISTING, holds=None)
    if parts[0].listings_working:
        return Condition(kind=AlertKind.NO_LISTING, holds=False)
    if parts[0].ended != "finished" or len(parts) < least or any(part.listings_working != 0 for part in parts[:least]):
        return Condition(kind=AlertKind.NO_LISTING, holds=None)
    return Condition(
        kind=AlertKind.NO_LISTING,
        holds=True,
        says=f"no listing that works: in the last {least} crawls none named an article",
        remedy=f"`copydesk sources list` shows how each answers, `copydesk sources add` with the site's address looks for others;"
        f" a list that you know of goes into a rule of the site, and `copydesk sources pause {name}` leaves it out",
        evidence={"crawls": least},
    )


def network(failed: int, of: int, *, is_open: bool) -> Condition:
    """Most sources fail at once: it is not them. `failed` of `of` sources failed at their last crawl."""
    if failed < LEAST_UNREACHED or failed <= of * (REACHED_AGAIN if is_open else UNREACHED):
        return Condition(kind=AlertKind.NETWORK, holds=False)
    return Condition(
        kind=AlertKind.NETWORK,
        holds=True,
        says=f"the last crawl of {failed} of {of} sources failed",
        remedy="see whether this machine reaches the web: its network, its name server, the proxy in http_proxy",
        evidence={"failed": failed, "sources": of},
    )


def forbidden(name: str, seen: FailureShare, *, is_open: bool, fine_before: bool) -> Condition:
    """robots.txt forbids what was fetched before."""
    holds = _refused(seen, is_open)
    if not holds:
        return Condition(kind=AlertKind.ROBOTS_FORBIDDEN, holds=holds)
    return Condition(
        kind=AlertKind.ROBOTS_FORBIDDEN,
        holds=is_open or fine_before or None,
        says=f"robots.txt now forbids {_counts(seen)}, {seen.url} among them",
        remedy=f"read the site's robots.txt; ask its owner, or end with `copydesk sources remove {name}`",
        evidence=_figures(seen),
    )


def certificate(seen: FailureShare, *, is_open: bool) -> Condition:
    """The host does not prove who it is."""
    holds = _refused(seen, is_open)
    if not holds:
        return Condition(kind=AlertKind.CERTIFICATE, holds=holds)
    return Condition(
        kind=AlertKind.CERTIFICATE,
        holds=True,
        says=f"the certificate of its host is not in order: {_counts(seen)} not fetched, {seen.url} among them",
        remedy="open the address in a browser: most often the certificate has expired, and the site's owner must renew it;"
        " if the browser is content, this machine's clock or list of authorities is wrong",
        evidence=_figures(seen),
    )


def silent(name: str, quiet: SilenceJudgement, last: datetime) -> Condition:
    """A source is quiet for longer than its own rhythm explains. `last`: when its last new link was found."""
    if not quiet.silent or quiet.limit_s is None:
        return Condition(kind=AlertKind.SILENT, holds=None)
    return Condition(
        kind=AlertKind.SILENT,
        holds=True,
        says=f"nothing new for {_hours(quiet.quiet_s)}; its longest rest in four weeks was {_hours(quiet.longest_s)}",
        remedy=f"look at the site; if it has news, `copydesk sources test {name}` shows what its listings bring",
        evidence={
            "last_found": last.isoformat(),
            "quiet_s": round(quiet.quiet_s),
            "longest_s": round(quiet.longest_s),
            "limit_s": round(quiet.limit_s),
            "looks": quiet.looks,
        },
    )


def degraded(
    pages: Sequence[ExtractedFields], evidence: Mapping[str, object] | None = None, old: Sequence[range] = ()
) -> Condition:
    """Extraction decays. `pages`: the newest first; `evidence`: that of the open alert; `old`: pages of earlier alerts."""
    recent = newest(pages)
    first = min((page.page_id for page in recent), default=0)
    if evidence is not None:
        first = min(first, _number(evidence, "first_page"))
    before = [
        page for page in pages[len(recent) :] if page.page_id < first and not any(page.page_id in it for it in old)
    ]
    found = {rot.sign: rot for rot in find_degradations(pages, before)}
    words = median_words(before)
    if evidence is not None:
        words = float(_number(evidence, "words_before"))
        found |= {rot.sign: rot for rot in _still(evidence, words, pages[:RECENT])}
    if not found:
        return Condition(kind=AlertKind.ROTTING, holds=False, evidence=_span(evidence or {}, pages))
    ordered = [found[sign] for sign in DESCRIPTIONS if sign in found]
    worst = newest_without(ordered[0].sign, recent, words)
    return Condition(
        kind=AlertKind.ROTTING,
        holds=True,
        says=f"extraction decays: {'; '.join(rot.says for rot in ordered)}",
        remedy=f"`copydesk show {worst} --why` shows what was read of one, `--html` the page; where the site has a new layout,"
        " a rule of the site tells where things are",
        evidence={
            "signs": {rot.sign: {"before": _pair(rot.before), "now": _pair(rot.now)} for rot in ordered},
            "words_before": words,
            **_span({"first_page": first}, pages),
        },
    )


def site_rules(mistake: SiteFileError) -> Condition:
    """A site file, or a folder of them, cannot be used."""
    return Condition(
        kind=AlertKind.SITE_RULES,
        holds=True,
        about=mistake.path,
        says=f"{mistake.message}; {mistake.consequence}",
        remedy="mend it; it is taken up by itself, and `copydesk doctor` says whether it is right",
        evidence={"path": mistake.path, "hosts": list(mistake.hosts), "rules_hold": mistake.keeps_previous},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedStarts:
    """Sources whose processes go on failing, and the last words of the latest."""

    names: tuple[str, ...]
    words: str


def crawl_start(failed: FailedStarts | None, *, good: bool) -> Condition:
    """Crawl processes end before they have begun a run. `good`: one has begun, and none fails."""
    if failed is None:
        return Condition(kind=AlertKind.CRAWL_START, holds=False if good else None)
    shown = ", ".join(failed.names[:3]) + (f" and {len(failed.names) - 3} more" if len(failed.names) > 3 else "")
    return Condition(
        kind=AlertKind.CRAWL_START,
        holds=True,
        says=f"crawls of {shown} end before they have begun: {failed.words}",
        remedy=f"`copydesk crawl {failed.names[0]}` shows it; `copydesk doctor` checks settings, site rules and database",
        evidence={"sources": len(failed.names), "names": list(failed.names[:_NAMED]), "error": failed.words},
    )


_NAMED = 20


def disk(free: int, least: int, *, is_open: bool) -> Condition:
    """Little room is left. Bytes."""
    if free >= least * (DISK_AGAIN if is_open else 1.0):
        return Condition(kind=AlertKind.DISK, holds=False)
    return Condition(
        kind=AlertKind.DISK,
        holds=True,
        says=f"{free / 1e9:.2f} GB of disk are free, less than alert_disk ({least / 1e9:.2f} GB)",
        remedy="free some, let upkeep drop old bodies (`keep_bodies`), or move the database (`db`)",
        evidence={"least": least},
    )


def size(used: int, limit: int, *, is_open: bool) -> Condition:
    """The database comes near its limit. Bytes; a limit of 0 is none."""
    if not limit or used < limit * (SIZE_AGAIN if is_open else NEAR_LIMIT):
        return Condition(kind=AlertKind.SIZE, holds=False)
    return Condition(
        kind=AlertKind.SIZE,
        holds=True,
        says=f"the database takes {used / 1e9:.2f} GB, alert_size is {limit / 1e9:.2f} GB",
        remedy="let upkeep drop old bodies (`keep_bodies`), then VACUUM; or raise `alert_size`",
        evidence={"limit": limit},
    )


def _refused(seen: FailureShare, is_open: bool) -> bool | None:
    """Whether most listings, or most of several articles, were refused; None where `seen` does not tell."""
    if seen.listings_refused * 2 > seen.listings:
        return True
    if seen.articles_refused * 2 > seen.articles:
        return True if seen.articles >= LEAST_ARTICLES else None
    if is_open and (not seen.answered or (seen.about_articles and not seen.articles)):
        return None
    return False


def _counts(seen: FailureShare) -> str:
    parts = []
    if seen.listings_refused:
        parts.append(f"{seen.listings_refused} of {seen.listings} listings")
    if seen.articles_refused:
        parts.append(f"{seen.articles_refused} of {seen.articles} articles")
    return " and ".join(parts)


def _figures(seen: FailureShare) -> dict[str, object]:
    return {
        "listings": seen.listings,
        "listings_refused": seen.listings_refused,
        "articles": seen.articles,
        "articles_refused": seen.articles_refused,
        "url": seen.url,
    }


def _still(evidence: Mapping[str, object], words: float, recent: Sequence[ExtractedFields]) -> list[Degradation]:
    """What an open alert is about and is not mended, with the shares of now."""
    signs = evidence.get("signs")
    rest = []
    for sign, shares in (signs if isinstance(signs, dict) else {}).items():
        before = Share(of=shares["before"][1], have=shares["before"][0])
        if not has_recovered(sign, before, words, recent):
            rest.append(Degradation.of(sign, before, recent, words))
    return rest


def _span(evidence: Mapping[str, object], pages: Sequence[ExtractedFields]) -> dict[str, object]:
    """The pages that an alert is about: from the first of the rot to the last there is."""
    return {**evidence, "last_page": max((page.page_id for page in pages), default=0)}


def _pair(share: Share) -> list[int]:
    return [share.have, share.of]


def _number(evidence: Mapping[str, object], key: str) -> int:
    value = evidence.get(key)
    return int(value) if isinstance(value, int | float) else 0


def _hours(seconds: float) -> str:
    return f"{seconds / 86400:.1f} days" if seconds >= 2 * 86400 else f"{seconds / 3600:.0f} hours"
