"""The checks of what a listing holds: its form, its items, its links. Pure."""

from __future__ import annotations

from datetime import timedelta
from shlex import quote

from db.diagnosis.evidence import AnswerEvidence, Rung, RungName, RungState, SourceEvidence
from db.display.humanize import format_local_time
from db.display.phrases import counted_phrase, phrase
from db.models import ListingKind
from db.store.sites.listing_readings import ListingReading

STOPPED_AFTER = timedelta(days=90)
"""Age of the newest item from which a listing has stopped: no newspaper is silent for three months, and a monthly is not."""

_FORMS = {
    "page": phrase("a page of HTML"),
    "feed": phrase("a feed"),
    "sitemap": phrase("a sitemap"),
    "news-sitemap": phrase("a news sitemap"),
    "json": "JSON",
    "empty": phrase("nothing: its body is empty"),
    "other": phrase("neither a page nor a list"),
}
_EXPECTED = {
    ListingKind.FEED.value: (phrase("a feed"), frozenset({"feed"})),
    ListingKind.SITEMAP.value: (phrase("a sitemap"), frozenset({"sitemap", "news-sitemap"})),
    ListingKind.NEWS_SITEMAP.value: (phrase("a news sitemap"), frozenset({"sitemap", "news-sitemap"})),
    ListingKind.FRONT_PAGE.value: (phrase("a page"), frozenset({"page"})),
    ListingKind.SECTION.value: (phrase("a page"), frozenset({"page"})),
    ListingKind.HTML_LIST.value: (phrase("a page"), frozenset({"page"})),
    ListingKind.JSON_LIST.value: ("JSON", frozenset({"json", "feed"})),
}


def check_content(evidence: SourceEvidence, answer: AnswerEvidence) -> Rung:
    """Whether the body is what the listing is known for, whatever its Content-Type says."""
    reading = answer.reading
    if reading is None:
        return Rung.unknown(RungName.CONTENT, phrase("its body was not kept"))
    expected, forms = _EXPECTED.get(reading.kind, (phrase("a list"), frozenset()))
    declared = (
        phrase("declared as %(content_type)s", content_type=reading.content_type)
        if reading.content_type
        else phrase("without a Content-Type")
    )
    if reading.form in (None, *forms) or reading.is_good:
        return Rung.ok(
            RungName.CONTENT,
            phrase(
                "%(url)s is %(form)s, %(declared)s, %(bytes)s bytes",
                url=answer.url,
                form=_FORMS.get(reading.form or "", expected),
                declared=declared,
                bytes=f"{reading.bytes:,}",
            ),
        )
    led = (
        phrase(" (it led to %(final_url)s)", final_url=reading.final_url)
        if reading.final_url and reading.final_url != reading.url
        else ""
    )
    return Rung.broken(
        RungName.CONTENT,
        phrase(
            "%(url)s is no longer %(expected)s but %(form)s%(led)s",
            url=answer.url,
            expected=expected,
            form=_FORMS.get(reading.form or "", phrase("something else")),
            led=led,
        ),
        lines=(phrase("%(declared)s, %(bytes)s bytes", declared=declared, bytes=f"{reading.bytes:,}"), *_since(answer)),
        advice=phrase("the listing has moved or is broken: search the site again, and see whether a browser finds it"),
        command=evidence.search_command,
    )


def check_listing(evidence: SourceEvidence, answer: AnswerEvidence) -> Rung:
    """Whether the listing is well-formed, names anything, gives times, and goes on."""
    reading = answer.reading
    if reading is None:
        return Rung.unknown(RungName.LISTINGS, phrase("what it names was not kept"))
    if not reading.is_good and not reading.refused:
        return _empty(evidence, answer, reading)
    newest = reading.newest
    if newest is not None and evidence.at - newest > STOPPED_AFTER:
        return _rung(
            RungState.BROKEN,
            phrase(
                "%(url)s has stopped: its newest item is of %(newest)s", url=answer.url, newest=f"{newest:%Y-%m-%d}"
            ),
            (describe(reading), *_since(answer)),
            phrase("the site publishes elsewhere now: search it again"),
            evidence.search_command,
        )
    is_feed = reading.kind == ListingKind.FEED.value
    if reading.note and reading.links:
        return _rung(
            RungState.WARNING,
            phrase("%(url)s has faults, and is read as far as it goes: %(note)s", url=answer.url, note=reading.note),
            (describe(reading),),
            phrase("tell the site's owner; what comes after a fault may be missing"),
            f"copydesk sources test {evidence.typed_name}",
        )
    if is_feed and reading.links and not reading.dated:
        return _rung(
            RungState.WARNING,
            phrase(
                "%(url)s gives no times: which of its items are new is seen only by their addresses", url=answer.url
            ),
            (describe(reading),),
            phrase("times are read from the pages; a site rule can describe a list that has some"),
            f"copydesk sources test {evidence.typed_name}",
        )
    return Rung.ok(RungName.LISTINGS, describe(reading), lines=_others(evidence, answer))


def check_links(evidence: SourceEvidence, answer: AnswerEvidence) -> Rung:
    """Whether any link of the listing is taken."""
    reading = answer.reading
    if reading is None:
        return Rung.unknown(RungName.LINKS, phrase("its links were not kept"))
    refused = sum(one.count for one in reading.refused)
    lines = tuple(
        phrase("%(count)s refused, %(reason)s: %(example)s", count=one.count, reason=one.reason, example=one.example)
        for one in reading.refused
    )
    if not reading.is_good and refused:
        other = any(one.reason.startswith("of another site") for one in reading.refused[:1])
        host = reading.refused[0].reason.partition("(")[2].rstrip(")")
        return Rung.broken(
            RungName.LINKS,
            counted_phrase(
                "%(url)s names %(number)s address, and none is taken for an article",
                "%(url)s names %(number)s addresses, and none is taken for an article",
                refused,
                url=answer.url,
            ),
            lines=(*lines, *_since(answer)),
            advice=phrase("if the articles of %(host)s belong to the source, say so", host=host)
            if other
            else phrase("a site rule says which addresses are articles (`[articles] include`)"),
            command=f"copydesk sources set {evidence.typed_name} --set {quote(f'article_hosts={host}')}"
            if other
            else f"copydesk sources test {evidence.typed_name}",
        )
    if reading.parts and not reading.links:
        return Rung.ok(
            RungName.LINKS,
            counted_phrase("%(number)s sitemap named", "%(number)s sitemaps named", reading.parts),
            lines=lines,
        )
    return Rung.ok(
        RungName.LINKS,
        phrase("%(links)s taken, %(refused)s refused", links=reading.links, refused=refused),
        lines=lines,
    )


def no_listing(evidence: SourceEvidence) -> Rung:
    """What is said where no request for a listing is known."""
    if not evidence.past.crawls and not evidence.error:
        return Rung.unknown(RungName.LISTINGS, phrase("no listing was asked for yet"))
    if evidence.error:
        return _rung(
            RungState.BROKEN,
            phrase("the crawl ended before anything was asked for: %(error)s", error=evidence.error),
            (),
            phrase("correct the settings of the source"),
            "copydesk doctor",
        )
    return _rung(
        RungState.BROKEN,
        phrase("it has no listing that is asked for"),
        (),
        phrase("search the site, or describe a list that you know in a site rule (`[[lists]]`)"),
        evidence.search_command,
    )


def describe(reading: ListingReading) -> str:
    """A listing in half a sentence."""
    if reading.parts and not reading.links:
        return phrase("%(url)s: an index of %(parts)s sitemaps", url=reading.url, parts=reading.parts)
    newest = phrase(", newest %(time)s", time=format_local_time(reading.newest)) if reading.newest else ""
    dated = phrase(", %(dated)s with a time", dated=reading.dated) if reading.links else ""
    return counted_phrase(
        "%(url)s: %(kind)s, %(number)s article%(dated)s%(newest)s",
        "%(url)s: %(kind)s, %(number)s articles%(dated)s%(newest)s",
        reading.links,
        url=reading.url,
        kind=reading.kind,
        dated=dated,
        newest=newest,
    )


def _empty(evidence: SourceEvidence, answer: AnswerEvidence, reading: ListingReading) -> Rung:
    if reading.script:
        return _rung(
            RungState.BROKEN,
            phrase("%(url)s: a script draws the list, and the page as sent names no article", url=answer.url),
            (reading.script, *_since(answer)),
            phrase(
                "have a browser draw the list (docs/rendering.md; `copydesk doctor` says whether one can); better, describe"
                " the JSON that the script fetches in a site rule (`[[lists]]`), which `copydesk sources test` then proposes"
            ),
            evidence.render_command("render_listings"),
        )
    fault = f": {reading.note}" if reading.note else ""
    return _rung(
        RungState.BROKEN,
        phrase("%(url)s names nothing%(fault)s", url=answer.url, fault=fault),
        _since(answer),
        phrase(
            "see in a browser whether it has items; if it has, it is broken for readers of feeds, else search the site again"
        ),
        evidence.search_command,
    )


def _rung(state: RungState, message: str, lines: tuple[str, ...], advice: str, command: str) -> Rung:
    return Rung(name=RungName.LISTINGS, state=state, message=message, lines=lines, advice=advice, command=command)


def _others(evidence: SourceEvidence, answer: AnswerEvidence) -> tuple[str, ...]:
    """The other listings, each in a line."""
    lines = []
    for other in evidence.answers:
        if other is answer or other.guessed:
            continue
        if other.reading is not None and other.reading.status is not None and not other.error:
            lines.append(describe(other.reading))
        else:
            lines.append(f"{other.url}: {other.error or f'status {other.status}'}")
    return tuple(lines[:8])


def _since(answer: AnswerEvidence) -> tuple[str, ...]:
    """What changed since the listing last named articles."""
    if answer.good_at is None:
        return ()
    when = format_local_time(answer.good_at)
    return (
        phrase("it last named articles %(when)s; what changed since:", when=when)
        if answer.changes
        else phrase("it last named articles %(when)s", when=when),
        *answer.changes,
    )
