"""What identifies an article: the key of its address and a hash of its text.

The address is the canonical one where the page claims one that can be true (`urls.may_claim`), else the one where it was found.
Whether the claim counts is decided when settling (`pipelines.dedup.address_claims`). The hash ignores what changes in reprints:
case, width, space and punctuation.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata

from db.models import Article
from db.store.extraction.outcomes import Fingerprint
from pipelines.urls import link_key, may_claim

_INSIGNIFICANT = re.compile(r"[\W_]+")


def significant(text: str) -> str:
    """The letters and digits of a text, in NFKC and lower case."""
    return _INSIGNIFICANT.sub("", unicodedata.normalize("NFKC", text)).lower()


def text_hash(text: str) -> bytes:
    """16 bytes, equal for texts that differ only in case, width, space and punctuation."""
    return hashlib.blake2b(significant(text).encode(), digest_size=16).digest()


def fingerprint(article: Article, address: str) -> Fingerprint:
    """The fingerprint of an article that was found at `address`, which is empty for a file without one."""
    own, claimed = link_key(address), link_key(article.canonical_url or address)
    # Of a file without an address, the claim is all that is known.
    key = claimed if not address or may_claim(own, claimed) else own
    return Fingerprint(address_key=key, text_hash=text_hash(article.text))
