"""Whether the pages of a source need a browser: judged by what is read of a few of them with and without one. Pure.

    received page ──> read ──> says enough ──────────────────────────────> counts as "received"
                           └─> says too little ──> drawn ──> read ──> compared: "drawn", or "received" if nothing was gained

After `PAGES_COMPARED` pages the verdict stands: `received`, `drawn`, or `by page` where they differ: then each page is read first,
and drawn where it says too little. It holds for `VERDICT_AGE`, or until the source's last pages are mostly rejected.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from db.display.humanize import counted
from db.models import Article, Outcome, Reason, Rejection
from db.store.crawl.drawings import RenderState, RenderVerdict

PAGES_COMPARED = 3
# A source's pages are compared anew after a month: a redesign that needs no browser any more is noticed then.
VERDICT_AGE = timedelta(days=30)
# Of so many of a source's last pages since its verdict, as many rejected as this mean that the verdict no longer holds.
LAST_PAGES, ROTTEN = 10, 8
# A list that named articles without a browser and names none now is compared anew; one that stays empty, no more often than this.
EMPTY_LIST_AGE = timedelta(days=1)
# Words: a shorter text is compared with what a browser draws. News in brief have some 60.
THIN_WORDS = 60
# Of a list: fewer links are compared with what a browser draws. A front page names some 50 articles.
FEW_LINKS = 5
# A drawn page must say so many times the words, or name so many times the links, for the browser to have brought something.
GAIN = 1.25

_WORTHWHILE = frozenset(
    {
        Reason.EMPTY,
        Reason.NO_TEXT,
        Reason.TOO_SHORT,
        Reason.NOT_ARTICLE,
        Reason.LIST,
        Reason.INTERSTITIAL,
        Reason.UNAVAILABLE,
    }
)
_FIELDS = ("title", "published", "authors", "section", "images")
_ROOT = re.compile(
    rb"""<div[^>]{0,200}\bid=["']?(root|app|__next|__nuxt|___gatsby|svelte|q-app|main-app)["']?[^>]{0,200}>\s{0,50}</div""",
    re.I,
)
_ASKS_FOR_SCRIPT = re.compile(rb"<noscript[^>]{0,100}>.{0,600}javascript", re.I | re.S)
_BEGINNING = 200_000


def signs_of_script(body: bytes) -> list[str]:
    """What in a received page says that a script draws it: "empty root", "asks for script"."""
    signs = []
    if _ROOT.search(body[:_BEGINNING]):
        signs.append("empty root")
    if _ASKS_FOR_SCRIPT.search(body[:_BEGINNING]):
        signs.append("asks for script")
    return signs


def says_too_little(outcome: Outcome) -> bool:
    """Whether a browser may find more: the page says nothing, or hardly anything. A paywall or a missing page is no such case."""
    if isinstance(outcome, Rejection):
        return outcome.reason in _WORTHWHILE
    return outcome.word_count < THIN_WORDS


def compare_readings(received: Outcome, drawn: Outcome) -> Mapping[str, object]:
    """The fields that differ, as evidence; `gain` is whether the browser brought something."""
    evidence: dict[str, object] = {"received": _named(received), "drawn": _named(drawn)}
    if isinstance(drawn, Article):
        before = received.word_count if isinstance(received, Article) else 0
        gained = [
            name
            for name in _FIELDS
            if getattr(drawn, name) and not (isinstance(received, Article) and getattr(received, name))
        ]
        evidence["fields gained"] = gained
        return evidence | {"gain": drawn.word_count >= max(1, before) * GAIN}
    return evidence | {"gain": False}


def compare_lists(received: int, drawn: int) -> Mapping[str, object]:
    """Evidence from a list: how many articles it named both ways."""
    return {
        "received": counted(received, "link"),
        "drawn": counted(drawn, "link"),
        "gain": drawn >= max(1, received) * GAIN,
    }


def with_evidence(state: RenderState, evidence: Mapping[str, object], now: datetime) -> RenderState:
    """The state after one more page was compared, with a verdict where they are enough."""
    pages = (*state.evidence, evidence)[-PAGES_COMPARED:]
    if len(pages) < PAGES_COMPARED:
        return replace(state, evidence=pages)
    return RenderState(verdict=_verdict(pages), decided_at=now, evidence=pages)


def in_force(state: RenderState, last_rejected: Sequence[bool], now: datetime) -> RenderState:
    """The state as it holds now: without verdict and evidence where it is too old, or the source's pages have begun to fail.

    `last_rejected`: of the last pages since the verdict, whether each was rejected.
    """
    if state.decided_at is None:
        return state
    rotten = len(last_rejected) >= LAST_PAGES and sum(last_rejected) >= ROTTEN
    return RenderState() if rotten or abs(now - state.decided_at) > VERDICT_AGE else state


def list_is_enough(state: RenderState, links: int, now: datetime) -> bool:
    """Whether a list that names so many articles as received needs no browser, by what is known of the source's lists."""
    if links >= FEW_LINKS:
        return True
    if state.verdict != "received" or state.decided_at is None:
        return False
    return links > 0 or abs(now - state.decided_at) < EMPTY_LIST_AGE


def _verdict(pages: Sequence[Mapping[str, object]]) -> RenderVerdict:
    gains = {bool(page.get("gain")) for page in pages}
    if len(gains) > 1:
        return "by page"
    return "drawn" if gains == {True} else "received"


def _named(outcome: Outcome) -> str:
    if isinstance(outcome, Rejection):
        return outcome.reason.value
    return f"article, {counted(outcome.word_count, 'word')}"
