"""Conditions of alerts, evaluated from figures. Pure; `scheduler.alerts.monitor` reads the figures and opens and closes alerts.

A condition holds, is over, or cannot be decided from the figures; in the last case an open alert stays as it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from db.diagnosis.listing_trouble import ListingTrouble, advice_for
from db.display.humanize import counted
from db.display.shell_commands import shell_command
from db.queries.sources.alert_figures import EndedSourceRun, ExtractedFields, FailureShare
from db.queries.sources.newest_texts import NewestText
from db.site_rules.loader import SiteFileError
from db.store.service.alerts import AlertKind
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
from scheduler.alerts.repeating import find_repetition
from scheduler.alerts.silence import SilenceJudgement

# Hysteresis: a disk alert closes at a tenth more than `alert_disk`; a size alert opens at 90 % of `alert_size` and closes at 85 %.
DISK_AGAIN = 1.1
NEAR_LIMIT, SIZE_AGAIN = 0.9, 0.85
LEAST_ARTICLES = 3
"""Articles of which most must be refused: one refused article proves little."""
LEAST_UNREACHED, UNREACHED, REACHED_AGAIN = 10, 0.5, 0.25
"""So many sources, and this share of all, do not fail at once for reasons of their own; the alert closes at the last share."""
LEAST_ALL_UNREACHED = 4
"""Nor do so few, if they are all."""
_LONGEST_ERROR = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """Whether an alert of this kind applies, with its text. `holds` is None if the figures do not decide it."""

    kind: AlertKind
    holds: bool | None
    message: str = ""
    advice: str = ""
    evidence: Mapping[str, object] = field(default_factory=dict)
    about: str = ""
    """What it concerns if not a source, such as the path of a file."""


def failing(name: str, parts: Sequence[EndedSourceRun], least: int) -> Condition:
    """The last `least` crawls of a source failed. `parts`: its last runs that were not stopped, newest first."""
    if not parts or parts[0].ended != "failed":
        return Condition(kind=AlertKind.FAILING, holds=False if parts else None)
    if len(parts) < least or any(part.ended != "failed" for part in parts[:least]):
        return Condition(kind=AlertKind.FAILING, holds=None)
    error = (parts[0].error or "no reason was recorded")[:_LONGEST_ERROR]
    return Condition(
        kind=AlertKind.FAILING,
        holds=True,
        message=f"the last {least} crawls failed: {error}",
        advice=f"`{shell_command('sources', 'pause', name)}` leaves it out",
        evidence={"failures": least, "error": error},
    )


def no_listing(name: str, parts: Sequence[EndedSourceRun], least: int) -> Condition:
    """No listing of a source named an article in the last `least` crawls. `parts`: as for `failing`."""
    if not parts or parts[0].listings_working is None:
        return Condition(kind=AlertKind.NO_LISTING, holds=None)
    if parts[0].listings_working:
        return Condition(kind=AlertKind.NO_LISTING, holds=False)
    if parts[0].ended != "finished" or len(parts) < least or any(part.listings_working != 0 for part in parts[:least]):
        return Condition(kind=AlertKind.NO_LISTING, holds=None)
    return Condition(
        kind=AlertKind.NO_LISTING,
        holds=True,
        message=f"no listing that works: in the last {least} crawls none named an article",
        advice=f"`copydesk sources add` with the URL of the site looks for other listings;"
        f" add a list that you know to a site rule; `{shell_command('sources', 'pause', name)}` leaves it out",
        evidence={"crawls": least},
    )


def walled(kind: AlertKind, trouble: ListingTrouble | None, parts: Sequence[EndedSourceRun], least: int) -> Condition:
    """No listing works, and what the site answers shows why (`kind`). `trouble`: of the last crawl. `parts`: as for `failing`."""
    if not parts or (parts[0].listings_working is None and parts[0].ended != "failed"):
        return Condition(kind=kind, holds=None)
    if parts[0].listings_working or (trouble is not None and trouble.kind.value != kind.value):
        return Condition(kind=kind, holds=False)
    if trouble is None or len(parts) < least or any(part.listings_working for part in parts[:least]):
        return Condition(kind=kind, holds=None)
    return Condition(
        kind=kind,
        holds=True,
        message=trouble.message,
        advice=_WALLED[kind],
        evidence={"crawls": least, "url": trouble.url},
    )


_WALLED = {
    AlertKind.CHALLENGED: "ask the site's owner to let the crawler in, or look for a listing that is not guarded",
    AlertKind.DRAWN_BY_SCRIPT: "have a browser draw the list (setting `render_listings`), or describe the JSON that the script"
    " fetches in a site rule",
}


def network(failed: int, of: int, *, is_open: bool) -> Condition:
    """Most sources fail at once, so the cause is here. `failed` of `of` sources failed at their last crawl."""
    few = of >= LEAST_ALL_UNREACHED and (is_open or failed == of)
    if not (few or failed >= LEAST_UNREACHED) or failed <= of * (REACHED_AGAIN if is_open else UNREACHED):
        return Condition(kind=AlertKind.NETWORK, holds=False)
    return Condition(
        kind=AlertKind.NETWORK,
        holds=True,
        message=f"the last crawl of {failed} of {of} sources failed",
        advice="see whether this machine reaches the web: its network, its name server, the proxy in http_proxy, whether the"
        " network wants a login first, and where certificates are invalid, its clock and its list of authorities",
        evidence={"failed": failed, "sources": of},
    )


def forbidden(name: str, seen: FailureShare, *, is_open: bool, fine_before: bool) -> Condition:
    """robots.txt now forbids what was fetched before."""
    holds = _refused(seen, is_open)
    if not holds:
        return Condition(kind=AlertKind.ROBOTS_FORBIDDEN, holds=holds)
    return Condition(
        kind=AlertKind.ROBOTS_FORBIDDEN,
        holds=is_open or fine_before or None,
        message=f"robots.txt now forbids {_counts(seen)}, {seen.url} among them",
        advice=f"ask the site's owner, or end with `{shell_command('sources', 'remove', name)}`",
        evidence=_figures(seen),
    )


def certificate(seen: FailureShare, *, is_open: bool) -> Condition:
    """The certificate of the host is not valid."""
    holds = _refused(seen, is_open)
    if not holds:
        return Condition(kind=AlertKind.CERTIFICATE, holds=holds)
    return Condition(
        kind=AlertKind.CERTIFICATE,
        holds=True,
        message=f"the certificate of its host is invalid: {_counts(seen)} not fetched, {seen.url} among them",
        advice="open the address in a browser: usually the certificate has expired, and the site's owner must renew it;"
        " if the browser accepts it, this machine's clock or its list of authorities is wrong",
        evidence=_figures(seen),
    )


def silent(silence: SilenceJudgement, last: datetime, *, is_given: bool = False) -> Condition:
    """A source publishes nothing for longer than its own gaps explain, or than the settings allow (`is_given`).

    `last`: when its last new link was found.
    """
    if not silence.is_silent or silence.limit_s is None:
        return Condition(kind=AlertKind.SILENT, holds=None)
    quiet, limit, longest = _hours(silence.quiet_s), _hours(silence.limit_s), _hours(silence.longest_s)
    return Condition(
        kind=AlertKind.SILENT,
        holds=True,
        message=f"nothing new for {quiet}; the setting alert_silence allows {limit}"
        if is_given
        else f"nothing new for {quiet}; its longest pause in four weeks was {longest}",
        advice="look at the site: if it has news, its listings have stopped naming them",
        evidence={
            "last_found": last.isoformat(),
            "quiet_s": round(silence.quiet_s),
            "longest_s": round(silence.longest_s),
            "limit_s": round(silence.limit_s),
            "looks": silence.checks,
        },
    )


def degraded(
    pages: Sequence[ExtractedFields], evidence: Mapping[str, object] | None = None, old: Sequence[range] = ()
) -> Condition:
    """Extraction at a source finds less than before.

    `pages`: newest first; `evidence`: that of the open alert; `old`: page ids of earlier alerts, which are no baseline.
    """
    recent = newest(pages)
    first = min((page.page_id for page in recent), default=0)
    if evidence is not None:
        first = min(first, _number(evidence, "first_page"))
    before = [
        page for page in pages[len(recent) :] if page.page_id < first and not any(page.page_id in it for it in old)
    ]
    found = {one.sign: one for one in find_degradations(pages, before)}
    words = median_words(before)
    if evidence is not None:
        words = float(_number(evidence, "words_before"))
        found |= {one.sign: one for one in _remaining(evidence, words, pages[:RECENT])}
    if not found:
        return Condition(kind=AlertKind.ROTTING, holds=False, evidence=_span(evidence or {}, pages))
    ordered = [found[sign] for sign in DESCRIPTIONS if sign in found]
    example = newest_without(ordered[0].sign, recent, words)
    return Condition(
        kind=AlertKind.ROTTING,
        holds=True,
        message=f"extraction finds less: {'; '.join(one.message for one in ordered)}",
        advice=f"`copydesk show {example} --why` shows what was extracted from one, `--html` the page;"
        " if the site has a new layout, a site rule can say where things are",
        evidence={
            "signs": {one.sign: {"before": _pair(one.before), "now": _pair(one.now)} for one in ordered},
            "words_before": words,
            **_span({"first_page": first}, pages),
        },
    )


def repeating(name: str, stories: Sequence[NewestText], *, is_open: bool) -> Condition:
    """The newest articles of a source have something in common word for word, which is hence none of their own."""
    found = find_repetition(stories, is_open=is_open)
    if found is None:
        return Condition(kind=AlertKind.REPEATING, holds=False)
    return Condition(
        kind=AlertKind.REPEATING,
        holds=True,
        message=found.message,
        advice=f"`{shell_command('rules', 'draft', name)}` proposes a site rule against it, `copydesk rules test` tries that;"
        " `copydesk extract stored --stale` reads stored pages by it",
        evidence={
            "repeats": "title" if found.is_title else "line",
            "text": found.text,
            "stories": [found.stories, found.of],
            "page": next(
                (one.page_id for one in stories if found.text in (one.title if found.is_title else one.text)), 0
            ),
        },
    )


def site_rules(mistake: SiteFileError) -> Condition:
    """A site file, or a folder of site files, cannot be used."""
    return Condition(
        kind=AlertKind.SITE_RULES,
        holds=True,
        about=mistake.path,
        message=f"{mistake.message}; {mistake.consequence}",
        advice="correct it; it is read again automatically, and `copydesk doctor` checks it",
        evidence={"path": mistake.path, "hosts": list(mistake.hosts), "rules_hold": mistake.keeps_previous},
    )


def with_diagnosis(name: str, condition: Condition) -> Condition:
    """The condition of a source, with the command that shows its cause step by step in the advice."""
    if not condition.holds:
        return condition
    return replace(condition, advice=f"{condition.advice}; {advice_for(name)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedStarts:
    """Sources whose crawl processes keep failing before a run begins, and the last error."""

    names: tuple[str, ...]
    error: str


def crawl_start(failed: FailedStarts | None, *, healthy: bool) -> Condition:
    """Crawl processes end before they begin a run. `healthy`: one has begun, and none fails."""
    if failed is None:
        return Condition(kind=AlertKind.CRAWL_START, holds=False if healthy else None)
    shown = ", ".join(failed.names[:3]) + (f" and {len(failed.names) - 3} more" if len(failed.names) > 3 else "")
    return Condition(
        kind=AlertKind.CRAWL_START,
        holds=True,
        message=f"crawls of {shown} end before they begin: {failed.error}",
        advice=f"`{shell_command('crawl', failed.names[0])}` shows it; `copydesk doctor` checks settings, site rules and database",
        evidence={"sources": len(failed.names), "names": list(failed.names[:_MAX_NAMES]), "error": failed.error},
    )


_MAX_NAMES = 20
"""Names of sources kept in the evidence of an alert."""


def disk(free: int, least: int, *, is_open: bool) -> Condition:
    """The disk is almost full. `free` and `least` in bytes."""
    if free >= least * (DISK_AGAIN if is_open else 1.0):
        return Condition(kind=AlertKind.DISK, holds=False)
    return Condition(
        kind=AlertKind.DISK,
        holds=True,
        message=f"{free / 1e9:.2f} GB of disk are free, less than alert_disk ({least / 1e9:.2f} GB)",
        advice="free some space, let maintenance remove old bodies (`keep_bodies`), or move the database (`db`)",
        evidence={"least": least},
    )


def size(used: int, limit: int, *, is_open: bool) -> Condition:
    """The database is near its limit. In bytes; a `limit` of 0 means none."""
    if not limit or used < limit * (SIZE_AGAIN if is_open else NEAR_LIMIT):
        return Condition(kind=AlertKind.SIZE, holds=False)
    return Condition(
        kind=AlertKind.SIZE,
        holds=True,
        message=f"the database takes {used / 1e9:.2f} GB, alert_size is {limit / 1e9:.2f} GB",
        advice="let maintenance remove old bodies (`keep_bodies`), then run VACUUM; or raise `alert_size`",
        evidence={"limit": limit},
    )


def _refused(seen: FailureShare, is_open: bool) -> bool | None:
    """Whether most listings, or most of several articles, were refused; None if `seen` does not decide it."""
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
        parts.append(f"{seen.listings_refused} of {counted(seen.listings, 'listing')}")
    if seen.articles_refused:
        parts.append(f"{seen.articles_refused} of {counted(seen.articles, 'article')}")
    return " and ".join(parts)


def _figures(seen: FailureShare) -> dict[str, object]:
    return {
        "listings": seen.listings,
        "listings_refused": seen.listings_refused,
        "articles": seen.articles,
        "articles_refused": seen.articles_refused,
        "url": seen.url,
    }


def _remaining(evidence: Mapping[str, object], words: float, recent: Sequence[ExtractedFields]) -> list[Degradation]:
    """The signs of an open alert that have not recovered, with their current shares."""
    signs = evidence.get("signs")
    remaining = []
    for sign, shares in (signs if isinstance(signs, dict) else {}).items():
        before = Share(of=shares["before"][1], have=shares["before"][0])
        if not has_recovered(sign, before, words, recent):
            remaining.append(Degradation.of(sign, before, recent, words))
    return remaining


def _span(evidence: Mapping[str, object], pages: Sequence[ExtractedFields]) -> dict[str, object]:
    """The evidence with the last page that the alert is about."""
    return {**evidence, "last_page": max((page.page_id for page in pages), default=0)}


def _pair(share: Share) -> list[int]:
    return [share.have, share.of]


def _number(evidence: Mapping[str, object], key: str) -> int:
    value = evidence.get(key)
    return int(value) if isinstance(value, int | float) else 0


def _hours(seconds: float) -> str:
    if seconds >= 2 * 86400:
        return f"{seconds / 86400:.1f} days"
    return f"{seconds / 3600:.0f} hours" if seconds >= 10 * 3600 else f"{seconds / 3600:.1f} hours"
