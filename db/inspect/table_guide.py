"""What the views hold, for the pages about them: the descriptions of `db.schema.views`, which the pages translate."""

from __future__ import annotations

import re
from typing import Any

from db.inspect.translation.catalogues import gettext_noop
from db.schema.views import VIEWS

# Views that the schema's steps made, which those above are built on.
OTHER_VIEWS = {
    "current_articles": {
        "description": gettext_noop("an article in its latest revision, with the columns of the table")
    },
    "rejections": {"description": gettext_noop("a rejected page, with the columns of its outcome")},
    "pruned_pages": {"description": gettext_noop("a page whose bytes were pruned")},
}


def plain_description(text: str) -> str:
    """A description without the links of docs/schema.md."""
    return re.sub(r" \(\[[^\[\]]{1,80}\]\([^()]{1,120}\)\)", "", text)


def view_metadata() -> dict[str, Any]:
    """Datasette's metadata of the views: what a row is, and what each column holds."""
    return OTHER_VIEWS | {
        view.name: {
            "description": plain_description(view.description),
            "columns": {name: plain_description(text) for name, _, text in view.columns},
        }
        for view in VIEWS
    }
