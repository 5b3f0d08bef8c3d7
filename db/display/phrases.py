"""English sentences that a page can show in another language.

Layers below the interface write English, for the terminal and for JSON. A `TranslatableText` is that text, and carries the
template and the values it was made of, so that a page can look the template up in a catalogue. It is lost where a text is put
together by other means (an f-string, `+`): such a text stays English.
"""

from __future__ import annotations

from typing import Any


class TranslatableText(str):
    """A text made by `phrase`. `template` has its values as `%(name)s`; values may be phrases themselves."""

    __slots__ = ("singular", "template", "values")

    template: str
    values: dict[str, Any]
    singular: str | None
    """The template for one; None where the text depends on no count. The count is the value `number`."""


def phrase(template: str, **values: object) -> TranslatableText:
    """A text from a template, which is marked as one to translate."""
    return _made(template, values, None)


def counted_phrase(singular: str, plural: str, number: int, **values: object) -> TranslatableText:
    """As `phrase`, for a text that depends on a count, its value `number`."""
    return _made(plural, {"number": number, **values}, singular)


def _made(template: str, values: dict[str, Any], singular: str | None) -> TranslatableText:
    used = singular if singular is not None and values["number"] == 1 else template
    made = TranslatableText(used % values if values else used)
    made.template, made.values, made.singular = template, values, singular
    return made
