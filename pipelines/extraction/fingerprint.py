"""What an article is compared by. Pure.

The address key is the identity of the page's address: of the canonical address where the page states one that can be true
(`addresses.may_claim`), else of where it was found. Whether the statement counts is decided when settling
(`pipelines.dedup.address_claims`). The text hash is over the text without what reprinting changes by itself: case, width, space,
punctuation.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata

from db.models import Article
from db.store.outcomes import Fingerprint
from pipelines.urls import link_key, may_claim

_INSIGNIFICANT = re.compile(r"[\W_]+")


def significant(text: str) -> str:
    """The letters and digits of a text: NFKC, lower case, nothing else."""
    return _INSIGNIFICANT.sub("", unicodedata.normalize("NFKC", text)).lower()


def text_hash(text: str) -> bytes:
    """16 bytes that are equal for texts which differ in case, width, space and punctuation only."""
    return hashlib.blake2b(significant(text).encode(), digest_size=16).digest()


def fingerprint(article: Article, address: str) -> Fingerprint:
    """The fingerprint of an article found at `address`."""
    own, claimed = link_key(address), link_key(article.canonical_url or address)
    # A file without an address has only its own word.
    key = claimed if not address or may_claim(own, claimed) else own
    return Fingerprint(address_key=key, text_hash=text_hash(article.text))
