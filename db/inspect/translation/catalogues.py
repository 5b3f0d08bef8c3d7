"""Texts of the interface in the language of the request.

A process answers one request at a time (`db.inspect.worker`), so the language is a state of the process, set before each
request. Catalogues are PO files, read when their language is first asked for: `locale/zh/*.po`, a file for a group of
pages.
"""

from __future__ import annotations

import gettext as stdlib_gettext
import io
from functools import cache
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LOCALE_FOLDER = Path(__file__).parent / "locale"
ENGLISH = "en"
# Language code to its name in that language.
LANGUAGES = {ENGLISH: "English", "zh": "中文"}


class _Current:
    """The language of the request that is being answered."""

    language = ENGLISH
    catalogue: stdlib_gettext.NullTranslations = stdlib_gettext.NullTranslations()


def use_language(language: str) -> None:
    """Answer in this language from now on: a key of `LANGUAGES`."""
    if language != _Current.language:
        _Current.language, _Current.catalogue = language, _catalogue(language)


def current_language() -> str:
    """The language of the request that is being answered, as a code."""
    return _Current.language


def gettext(message: str) -> str:
    """A text of the interface in the current language. Values belong in `%(name)s`, which the caller fills in."""
    return _Current.catalogue.gettext(message)


def ngettext(singular: str, plural: str, count: int) -> str:
    """As `gettext`, for a text that depends on a count."""
    return _Current.catalogue.ngettext(singular, plural, count)


def gettext_noop(message: str) -> str:
    """Marks a text that is translated later, where it is shown."""
    return message


def translated(language: str, message: str) -> str:
    """A text in a language that need not be the current one: for the server, which answers many requests at a time."""
    return _catalogue(language).gettext(message)


def preferred_language(accepted: str) -> str:
    """The language that a browser would rather have, from its Accept-Language header."""
    weighted = []
    for at, part in enumerate(accepted[:1000].split(",")):
        name, _, weight = part.partition(";q=")
        code = name.strip().lower().partition("-")[0]
        try:
            rank = float(weight or 1)
        except ValueError:
            rank = 0.0
        if code in LANGUAGES and rank > 0:
            weighted.append((-rank, at, code))
    return min(weighted)[2] if weighted else ENGLISH


@cache
def _catalogue(language: str) -> stdlib_gettext.NullTranslations:
    catalogue = stdlib_gettext.NullTranslations()
    for path in sorted((LOCALE_FOLDER / language).glob("*.po")):
        compiled = io.BytesIO()
        with path.open("rb") as file:
            write_mo(compiled, read_po(file, locale=language))
        compiled.seek(0)
        part = stdlib_gettext.GNUTranslations(compiled)
        part.add_fallback(catalogue)
        catalogue = part
    return catalogue
