"""The checks of a source's articles: known, fetched, read, complete; and of the clock. Pure."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import timedelta

from db.diagnosis.evidence import CountedExample, FieldEvidence, Rung, RungName, RungState, SourceEvidence
from db.display.humanize import duration_parts, format_local_time
from db.display.phrases import counted_phrase, phrase
from db.display.shell_commands import shell_command

QUIET = timedelta(hours=72)
"""How long a source may publish nothing where alerts have learned no rhythm: a long weekend."""
CHANCE = 0.01
"""Probability below which a missing field is no accident. Three pages without one that nine of ten had are 1 in 1,000."""
LEAST_BEFORE = 8
"""Pages that make a past."""
CLOCK_OFF_S = 300.0
"""Seconds by which two clocks may differ. A listing that a cache has kept without saying so is about as old."""
FUTURE = timedelta(days=1)
"""How far ahead a time may be: newspapers print tomorrow's date."""
STALE = 3.0
"""Usual times between two crawls after which nobody crawls the source any more, at least `STALE_LEAST`."""
STALE_LEAST = timedelta(days=1)


def check_known(evidence: SourceEvidence) -> Rung:
    """Whether the listings name anything that was not known."""
    if not evidence.named:
        return Rung.unknown(RungName.KNOWN, phrase("no link was counted"))
    # A link that two listings name is counted in each, so what was known before cannot be told from the difference.
    new = (
        counted_phrase("%(number)s new link", "%(number)s new links", evidence.new)
        if evidence.new
        else phrase("no new links")
    )
    message = phrase("%(new)s; its listings name %(named)s, each counted by itself", new=new, named=evidence.named)
    past = evidence.past
    if evidence.new or past.last_new_at is None:
        return Rung.ok(RungName.KNOWN, message)
    quiet = evidence.at - past.last_new_at
    last = phrase("the last new one was found %(time)s", time=format_local_time(past.last_new_at))
    limit = timedelta(seconds=past.quiet_limit_s) if past.quiet_limit_s else QUIET
    if quiet <= limit:
        return Rung.ok(RungName.KNOWN, phrase("%(first)s; %(next)s", first=message, next=last))
    newest = max((one.reading.newest for one in evidence.answers if one.reading and one.reading.newest), default=None)
    return Rung.broken(
        RungName.KNOWN,
        counted_phrase(
            "its only link is known, and %(last)s",
            "all %(number)s links are known, and %(last)s",
            evidence.named,
            last=last,
        ),
        lines=(phrase("newest item of its listings: %(time)s", time=format_local_time(newest)),) if newest else (),
        advice=phrase(
            "look at the site: if it has newer articles, these listings have stopped or are cached: search it again"
        ),
        command=evidence.search_command,
    )


def check_fetched(evidence: SourceEvidence) -> Rung:
    """Whether its articles can be fetched."""
    if not evidence.fetched:
        return Rung.unknown(RungName.FETCHED, phrase("no article was due"))
    failed = sum(one.count for one in evidence.failed)
    message = phrase(
        "%(number)s of %(fetched)s requests for articles brought a page",
        number=evidence.fetched - failed,
        fetched=evidence.fetched,
    )
    lines = tuple(f"{one.count} {one.what}: {one.example}" for one in evidence.failed)
    if failed * 2 <= evidence.fetched:
        state = RungState.OK if not failed else RungState.WARNING
        advice = phrase("failed articles are tried again (setting `retry_failed`)") if failed else ""
        command = shell_command("why", evidence.failed[0].example) if failed else ""
        return Rung(name=RungName.FETCHED, state=state, message=message, lines=lines, advice=advice, command=command)
    return Rung.broken(
        RungName.FETCHED,
        phrase(
            "%(failed)s of %(fetched)s articles cannot be fetched, most of them for %(what)s",
            failed=failed,
            fetched=evidence.fetched,
            what=evidence.failed[0].what,
        ),
        lines=lines,
        advice=_FETCH_ADVICE.get(evidence.failed[0].what, "open one in a browser, and compare"),
        command=shell_command("why", evidence.failed[0].example),
    )


_FETCH_ADVICE = {
    "robots_forbidden": phrase(
        "robots.txt allows the listings and forbids the articles: ask the site's owner, or end with the source"
    ),
    "http_401": phrase("the settings `headers` and `cookies` give a subscriber's access"),
    "http_403": phrase(
        "the site refuses the crawler at its articles: set `contact`, ask its owner, or set a longer delay"
    ),
    "http_404": phrase(
        "the listing names addresses that do not exist: it may be out of date; see in a browser where its links lead"
    ),
    "http_429": phrase("a longer delay between two requests helps (`--delay 5s`)"),
    "timeout": phrase("the site is slow: a longer delay, or a longer `timeout`, helps"),
}

READ_ADVICE = {
    "consent": phrase("articles ask for consent: a cookie of a reader who has chosen can be sent (setting `cookies`)"),
    "challenge": phrase("articles are guarded: ask the site's owner to let the crawler in"),
    "login": phrase("articles ask to log in: the settings `headers` and `cookies` give a subscriber's access"),
    "paywall": phrase(
        "articles show nothing to strangers: the settings `headers` and `cookies` give a subscriber's access"
    ),
    "soft_404": phrase(
        "the listing names pages that say that they do not exist: it is out of date, or wants another address"
    ),
    "repeated": phrase("one text stands at all addresses: a notice in place of the articles"),
    "list": phrase(
        "the listing names sections, not articles: a site rule says which addresses are articles (`[articles] include`)"
    ),
    "not_article": phrase(
        "the listing names pages that are no articles: a site rule says which addresses are (`[articles] include`)"
    ),
    "not_html": phrase("the listing names files or data: a site rule leaves them out (`[articles] exclude`)"),
    "too_short": phrase(
        "the text is not on the page as sent, or stands where it is not looked for: a site rule can name the element"
    ),
    "no_text": phrase(
        "the text is not on the page as sent: where a script draws it, a browser can (docs/rendering.md)"
    ),
    "empty": phrase("the pages are sent without a body: open one in a browser, and compare"),
}


def check_read(evidence: SourceEvidence) -> Rung:
    """Whether its pages are articles."""
    refused = sum(one.count for one in evidence.rejected)
    pages = evidence.articles + refused
    if not pages:
        return Rung.unknown(RungName.READ, phrase("no page was read"))
    lines = tuple(_example(one) for one in evidence.rejected)
    message = phrase("%(articles)s of %(pages)s pages are articles", articles=evidence.articles, pages=pages)
    if refused * 2 <= pages:
        return Rung.ok(RungName.READ, message, lines=lines)
    top = evidence.rejected[0]
    if top.what == "no_text":
        command = evidence.render_command("render")
    elif top.page_id is not None:
        command = shell_command("show", top.page_id, "--html")
    else:
        command = f"copydesk sources test {evidence.typed_name}"
    return Rung.broken(
        RungName.READ,
        phrase(
            "%(refused)s of %(pages)s pages are no articles, most of them %(what)s",
            refused=refused,
            pages=pages,
            what=top.what,
        ),
        lines=lines,
        advice=READ_ADVICE.get(top.what, "look at one"),
        command=command,
    )


def _example(one: CountedExample) -> str:
    return f"{one.count} {one.what}: {one.example}" + (f" ({one.detail})" if one.detail else "")


def check_fields(evidence: SourceEvidence) -> Rung:
    """Whether its articles have what they used to have."""
    if not evidence.fields or evidence.fields[0].before_of < LEAST_BEFORE:
        return Rung.unknown(RungName.FIELDS, phrase("its past has fewer than %(number)s articles", number=LEAST_BEFORE))
    missing = [one for one in evidence.fields if is_missing(one)]
    if not missing:
        return Rung.ok(
            RungName.FIELDS,
            phrase(
                "the newest %(now_of)s articles have what the %(before_of)s before had",
                now_of=evidence.fields[0].now_of,
                before_of=evidence.fields[0].before_of,
            ),
        )
    first = missing[0]
    lines = [
        phrase(
            "%(name)s: %(before)s of %(before_of)s before, %(now)s of %(now_of)s now%(by)s",
            name=one.name,
            before=one.before,
            before_of=one.before_of,
            now=one.now,
            now_of=one.now_of,
            by=phrase(" (was found by %(by)s)", by=one.by) if one.by else "",
        )
        for one in missing
    ]
    return Rung.broken(
        RungName.FIELDS,
        phrase(
            "its pages have changed: %(names)s missing from most of the newest articles",
            names=", ".join(one.name for one in missing),
        ),
        lines=(*lines, *evidence.page_changes),
        advice=phrase("if the site has a new layout, a site rule can say where things are (`[[fields]]`)"),
        command=shell_command("show", first.now_page, "--why")
        if first.now_page is not None and first.now_is_stored
        else f"copydesk sources test {evidence.typed_name}",
    )


def is_missing(one: FieldEvidence) -> bool:
    """Whether a field that most articles had is missing from most now, and not by chance."""
    if not one.now_of or one.before_of < LEAST_BEFORE or one.before * 2 < one.before_of:
        return False
    share = min(one.before / one.before_of, 1 - 1 / (one.before_of + 1))
    if one.now / one.now_of >= share / 2:
        return False
    tail = sum(math.comb(one.now_of, k) * share**k * (1 - share) ** (one.now_of - k) for k in range(one.now + 1))
    return tail < CHANCE


def check_clock(evidence: SourceEvidence) -> Rung:
    """Whether the source is crawled at all, and whether clocks agree."""
    past = evidence.past
    if found := _not_crawled(evidence) or _wrong_clock(evidence):
        return found
    last = phrase(", last crawled %(time)s", time=format_local_time(past.last_crawl_at)) if past.last_crawl_at else ""
    return Rung.ok(
        RungName.CLOCK,
        counted_phrase(
            "%(number)s crawl%(last)s; the clocks agree",
            "%(number)s crawls%(last)s; the clocks agree",
            past.crawls,
            last=last,
        ),
    )


def _not_crawled(evidence: SourceEvidence) -> Rung | None:
    """Why the source is not crawled, or no longer as often as it used to be."""
    past = evidence.past
    if evidence.paused_at is not None:
        return Rung.broken(
            RungName.CLOCK,
            phrase("the source is paused since %(time)s", time=format_local_time(evidence.paused_at)),
            phrase("crawls that do not name it leave it out"),
            f"copydesk sources resume {evidence.typed_name}",
        )
    if not evidence.is_added:
        return Rung.unknown(RungName.CLOCK, phrase("it is no source yet, and is not crawled"))
    if not past.crawls:
        never = Rung.broken(
            RungName.CLOCK,
            phrase("it was never crawled"),
            phrase("the first crawl fetches what it lists"),
            f"copydesk crawl {evidence.typed_name}",
        )
        # A source whose pages were imported need not be crawled.
        has_pages = not evidence.online and (evidence.articles or evidence.rejected)
        return replace(never, state=RungState.WARNING) if has_pages else never
    if past.last_crawl_at is not None and past.usual_gap_s is not None:
        since = evidence.now - past.last_crawl_at
        if since > max(STALE_LEAST, timedelta(seconds=STALE * past.usual_gap_s)):
            return Rung.broken(
                RungName.CLOCK,
                phrase(
                    "its last crawl is %(since)s ago, and it used to be crawled every %(usual)s",
                    since=_duration(since.total_seconds()),
                    usual=_duration(past.usual_gap_s),
                ),
                phrase("the service is down, or its settings leave the source out (`every`, `cron`)"),
                "copydesk status",
            )
    return None


def _wrong_clock(evidence: SourceEvidence) -> Rung | None:
    """That the site's clock, or the times of a listing, are not those of this machine."""
    readings = [one.reading for one in evidence.answers if one.reading is not None]
    skewed = next((one for one in readings if one.clock_s is not None and abs(one.clock_s) > CLOCK_OFF_S), None)
    if skewed is not None and skewed.clock_s is not None:
        by = _duration(abs(skewed.clock_s))
        return Rung.broken(
            RungName.CLOCK,
            phrase("the site's clock is %(by)s ahead of this machine's", by=by)
            if skewed.clock_s > 0
            else phrase("the site's clock is %(by)s behind this machine's", by=by),
            phrase("if other sites differ as much, the clock of this machine is wrong; else times of this site are"),
            "timedatectl",
        )
    ahead = next((one for one in readings if one.newest is not None and one.newest - evidence.at > FUTURE), None)
    if ahead is not None and ahead.newest is not None:
        return Rung.broken(
            RungName.CLOCK,
            phrase(
                "%(url)s gives times that are to come: %(newest)s UTC",
                url=ahead.url,
                newest=f"{ahead.newest:%Y-%m-%d %H:%M}",
            ),
            phrase(
                "articles are sorted by what their pages say; a site rule can give the right time zone or leave the list out"
            ),
            f"copydesk sources test {evidence.typed_name}",
        )
    return None


def _duration(seconds: float) -> str:
    """A duration in its two largest units: 3 min 20 s."""
    first, *rest = (phrase(f"%(number)s {unit}", number=number) for number, unit in duration_parts(seconds))
    return phrase("%(first)s %(next)s", first=first, next=rest[0]) if rest else first
