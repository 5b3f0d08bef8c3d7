"""Whether a browser draws a source's pages, in words: what `copydesk why` and `copydesk show --why` say of a verdict. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from db.store.crawl.drawings import DrawnKind, RenderVerdict

_VERDICTS: Mapping[RenderVerdict, str] = {
    "received": "no browser is needed for its {kind}s",
    "drawn": "a browser draws its {kind}s",
    "by page": "a browser draws those of its {kind}s that say too little as received",
}


def verdict_text(verdict: RenderVerdict, kind: DrawnKind) -> str:
    """Half a sentence, with the source as "it"."""
    return _VERDICTS[verdict].format(kind=kind)
