"""What the kinds of changes in a revision are called on pages."""

from __future__ import annotations

from db.inspect.translation.catalogues import gettext_noop
from db.text.substance import Noise, Substance

KIND_NAMES = {
    Substance.NOTICE: gettext_noop("correction notice"),
    Substance.NUMBERS: gettext_noop("numbers and dates"),
    Substance.NEGATIONS: gettext_noop("negations and opposites"),
    Substance.HEDGES: gettext_noop("how sure it is"),
    Substance.NAMES: gettext_noop("names"),
    Substance.HEADLINE: gettext_noop("headline"),
    Substance.CREDITS: gettext_noop("credits"),
    Substance.PUBLISHED: gettext_noop("time of publication"),
    Substance.REMOVED: gettext_noop("paragraphs removed"),
    Substance.ADDED: gettext_noop("paragraphs added"),
    Substance.WORDING: gettext_noop("other wording"),
    Noise.TYPO: gettext_noop("typos"),
    Noise.TYPOGRAPHY: gettext_noop("punctuation and spelling"),
    Noise.MOVED: gettext_noop("moved paragraphs"),
    Noise.LIVE: gettext_noop("live updates"),
    Noise.COUNTER: gettext_noop("counters and time stamps"),
    Noise.READ_MORE: gettext_noop("links to other articles"),
    Noise.EDITION: gettext_noop("the next edition"),
    Noise.ANOTHER: gettext_noop("another article in its place"),
    Noise.TIME_STATED: gettext_noop("a time of publication that was missing"),
    Noise.PAYWALL: gettext_noop("the rest of a text for subscribers"),
    Noise.EXTRACTION: gettext_noop("read differently from the same page"),
}
