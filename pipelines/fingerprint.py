"""What an article is compared by. Pure.

The address key is the identity of the page's address: of the canonical address where the page states a credible one, else of
where it was found. The text hash is over the text without what reprinting changes by itself: case, width, space, punctuation.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata

from db.derived import Fingerprint
from db.nouns import Article
from pipelines.addresses import link_key

_INSIGNIFICANT = re.compile(r"[\W_]+")


def significant(text: str) -> str:
    """The letters and digits of a text: NFKC, lower case, nothing else."""
    return _INSIGNIFICANT.sub("", unicodedata.normalize("NFKC", text)).lower()


def text_hash(text: str) -> bytes:
    """16 bytes that are equal for texts which differ in case, width, space and punctuation only."""
    return hashlib.blake2b(significant(text).encode(), digest_size=16).digest()


def fingerprint(article: Article, address: str) -> Fingerprint:
    """The fingerprint of an article found at `address`."""
    return Fingerprint(address_key=link_key(article.canonical_url or address), text_hash=text_hash(article.text))
