"""What is wrong with a source of which no listing works, in plain words: for notes of a crawl and for alerts. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from db.display.phrases import phrase
from db.display.shell_commands import shell_command
from db.models import Reason
from db.store.sites.listing_readings import ListingReading

WALLS: dict[str, str] = {
    Reason.CHALLENGE: phrase("takes the crawler for a robot"),
    Reason.CONSENT: phrase("asks for consent before it shows anything"),
    Reason.LOGIN: phrase("asks to log in before it shows anything"),
    Reason.PAYWALL: phrase("shows its lists to subscribers only"),
    Reason.BLOCKED: phrase("shows nothing to readers of this country"),
    Reason.PARKED: phrase("is gone: its domain is for sale, expired, or parked"),
    Reason.UNAVAILABLE: phrase("is down for maintenance, or shows an error in place of its pages"),
    Reason.INTERSTITIAL: phrase("asks for another browser, a script or an app first"),
}
"""What a site does that answers with a notice in place of a listing, by the reason."""


class TroubleKind(StrEnum):
    """What keeps a source from having a listing that works."""

    CHALLENGED = "challenged"
    DRAWN_BY_SCRIPT = "drawn_by_script"
    NO_LISTING = "no_listing"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingTrouble:
    """The trouble. `message`: half a sentence. `url`: the listing that shows it. `wall`: of what kind the notice is, if one is."""

    kind: TroubleKind
    message: str
    url: str
    wall: str | None = None


def wall_of(reading: ListingReading) -> str | None:
    """The reason of the notice that stands in place of a listing, None where none does."""
    if reading.is_good:
        return None
    return Reason.CHALLENGE.value if reading.sign else reading.notice if reading.notice in WALLS else None


def shown_by(reading: ListingReading) -> str:
    """What shows that a listing is a notice."""
    if reading.sign:
        return phrase("header %(sign)s", sign=reading.sign)
    _, colon, signs = (reading.detail or "").partition("no article: ")
    return (signs if colon else reading.detail or "").rstrip(".")


def listing_trouble(readings: Iterable[ListingReading]) -> ListingTrouble | None:
    """What is wrong where no listing works; None where nothing was read, or one does."""
    read = [reading for reading in readings if reading.robots_line is None and reading.status is not None]
    if not read or any(reading.links for reading in read):
        return None
    for reading in read:
        if (wall := wall_of(reading)) is not None:
            message = phrase(
                "%(url)s: the site %(does)s (%(sign)s)", url=reading.url, does=WALLS[wall], sign=shown_by(reading)
            )
            return ListingTrouble(kind=TroubleKind.CHALLENGED, message=message, url=reading.url, wall=wall)
    for reading in read:
        if reading.script:
            message = phrase(
                "%(url)s: a script draws the list, and the page as sent names no article (%(script)s)",
                url=reading.url,
                script=reading.script,
            )
            return ListingTrouble(kind=TroubleKind.DRAWN_BY_SCRIPT, message=message, url=reading.url)
    message = phrase("no listing that works: none names an article")
    return ListingTrouble(kind=TroubleKind.NO_LISTING, message=message, url=read[0].url)


def advice_for(name: str) -> str:
    """The command that says more."""
    return phrase("`%(command)s` shows what is wrong and what helps", command=shell_command("why", name))
