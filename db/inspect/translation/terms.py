"""Words of the database that pages show: states, reasons, verdicts, kinds. What is not listed here is shown as it is stored."""

from __future__ import annotations

from db.display.phrases import TranslatableText
from db.inspect.translation.catalogues import gettext, gettext_noop, ngettext
from db.inspect.translation.plain_sentences import recognised

TERMS: frozenset[str] = frozenset(
    (
        # How a run ended, its command, and why it was started.
        gettext_noop("running"), gettext_noop("finished"), gettext_noop("stopped"), gettext_noop("failed"),
        gettext_noop("crawl"), gettext_noop("extract"), gettext_noop("undo"), gettext_noop("import"),
        gettext_noop("backfill"), gettext_noop("upkeep"), gettext_noop("by hand"), gettext_noop("schedule"),
        # Verdicts, and roles in credits.
        gettext_noop("new"), gettext_noop("revision"), gettext_noop("same"), gettext_noop("copy"), gettext_noop("notice"),
        gettext_noop("author"), gettext_noop("editor"), gettext_noop("proofreader"),
        # Reasons of rejection.
        gettext_noop("not found"), gettext_noop("not html"), gettext_noop("too big"), gettext_noop("empty"),
        gettext_noop("no text"), gettext_noop("too short"), gettext_noop("not article"), gettext_noop("list"),
        gettext_noop("consent"), gettext_noop("challenge"), gettext_noop("login"), gettext_noop("paywall"),
        gettext_noop("soft 404"), gettext_noop("unavailable"), gettext_noop("blocked"), gettext_noop("parked"),
        gettext_noop("interstitial"), gettext_noop("repeated"), gettext_noop("undecodable"), gettext_noop("too slow"),
        gettext_noop("crashed"), gettext_noop("another article"),
        # Failures of requests.
        gettext_noop("certificate"), gettext_noop("robots forbidden"), gettext_noop("robots unavailable"),
        gettext_noop("on hold"), gettext_noop("redirect loop"), gettext_noop("already asked"),
        gettext_noop("unknown host"), gettext_noop("connection refused"), gettext_noop("proxy failed"), gettext_noop("proxy login"),
        gettext_noop("timeout"),
        gettext_noop("cut short"), gettext_noop("not http"), gettext_noop("connection failed"),
        gettext_noop("listing too slow"), gettext_noop("listing broken"), gettext_noop("address refused"),
        # What a request was for.
        gettext_noop("article"), gettext_noop("entry"), gettext_noop("robots"), gettext_noop("discovery"),
        # Kinds of listings.
        gettext_noop("feed"), gettext_noop("news-sitemap"), gettext_noop("sitemap"), gettext_noop("front-page"),
        gettext_noop("section"), gettext_noop("json-list"), gettext_noop("html-list"),
        # Kinds of alerts.
        gettext_noop("silent"), gettext_noop("rotting"), gettext_noop("repeating"), gettext_noop("failing"),
        gettext_noop("no listing"),
        gettext_noop("challenged"), gettext_noop("drawn by script"), gettext_noop("site rules"),
        gettext_noop("crawl start"), gettext_noop("network"), gettext_noop("disk"), gettext_noop("size"),
        # States of coverage, and of the checks of a source.
        gettext_noop("complete"), gettext_noop("thin"), gettext_noop("missing"), gettext_noop("not looked"),
        gettext_noop("learning"), gettext_noop("ok"), gettext_noop("warning"), gettext_noop("broken"),
        gettext_noop("not known"),
    )
)  # fmt: skip
# Where the stored word is not the one to show.
_SHOWN = {"unknown": "not known"}
_COUNTS = {
    "found": gettext_noop("Found"),
    "fetched": gettext_noop("Fetched"),
    "unchanged": gettext_noop("Unchanged"),
    "new": gettext_noop("New"),
    "updated": gettext_noop("Updated"),
    "duplicate": gettext_noop("Duplicate"),
    "rejected": gettext_noop("Rejected"),
    "failed": gettext_noop("Failed"),
    "forbidden": gettext_noop("Forbidden"),
}


def term(word: str) -> str:
    """A word of the database in the current language; `too_short` as "too short"."""
    shown = _SHOWN.get(word, word.replace("_", " "))
    return gettext(shown) if shown in TERMS else shown


def count_label(name: str) -> str:
    """The heading of a count of a run."""
    return gettext(_COUNTS[name])


def said(text: str, *, sentence: bool = False) -> str:
    """A sentence of a lower layer in the current language; any other text as it is. `sentence`: with a capital and a full stop."""
    made = text if isinstance(text, TranslatableText) else recognised(text)
    if made is not None:
        values = {name: _value(value) if isinstance(value, str) else value for name, value in made.values.items()}
        if made.singular is None:
            template = gettext(made.template)
        else:
            template = ngettext(made.singular, made.template, made.values["number"])
        text = template % values if values else template
    return f"{text[:1].upper()}{text[1:]}{gettext('.')}" if sentence and text else text


def _value(value: str) -> str:
    """A value of a phrase: a phrase itself, or a word of the database, which English has as it is stored."""
    word = value.replace("_", " ")
    if isinstance(value, TranslatableText) or word not in TERMS:
        return said(value)
    shown = gettext(word)
    return shown if shown != word else value
