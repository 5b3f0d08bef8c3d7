"""The language and country that a page is written for: what it declares, checked against its script and words."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice
from urllib.parse import urlsplit

from pipelines.data_files import read_table
from pipelines.extraction.languages.loader import Words, languages
from pipelines.extraction.page.document import BOILERPLATE, Document, DocumentHead, Line
from pipelines.extraction.page.main_content import MIN_CJK_PARAGRAPH, MIN_PARAGRAPH
from pipelines.extraction.text.writing import CJK, words

_TAG = re.compile(r"([a-z]{2,3})(?:[-_]([a-z]{4}))?(?:[-_]([a-z]{2}))?(?![a-z])", re.I)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Script:
    language: str
    letters: str
    languages: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scripts:
    scripts: tuple[_Script, ...]
    codes: Mapping[str, str]


_KNOWN = read_table(_Scripts, "pipelines.extraction.page", "scripts.toml")
_SCRIPTS = [(script.language, re.compile(f"[{script.letters}]")) for script in _KNOWN.scripts]
_SCRIPT_BY_LANGUAGE = {code: script.language for script in _KNOWN.scripts for code in script.languages}
_NON_LATIN = re.compile(r"[\u0370-\uffff]")
_WORD = re.compile(r"[^\W\d_]+")
_GENERIC_TLDS = words("io co tv me ai fm to cc ws ly gg eu la sh im news com net org")


def read_language(document: Document, headline: str, row: int, stated: str | None) -> str | None:
    """The language of a page as two letters ("zh", "en"): that of the first paragraphs below the headline's row (-1 where it is not
    printed), else of any, else of all lines. `stated` is what structured data says."""
    for lines in (document.lines[row + 1 :], document.lines):
        sample = " ".join(line.text for line in islice(filter(_is_sample, lines), _SAMPLED))
        if sample and (language := _language_of(document.head, sample, stated)):
            return language
    return _language_of(document.head, " ".join([*(line.text for line in document.lines), headline]), stated)


_SAMPLED = 12
"""Lines of the text that are looked at to tell its language."""


def _is_sample(line: Line) -> bool:
    """Whether a line may be of the text, as far as can be told before its language is."""
    long = MIN_CJK_PARAGRAPH if CJK.search(line.text) else MIN_PARAGRAPH
    return len(line.text) >= long and not line.zone & BOILERPLATE and not line.is_link


def _language_of(head: DocumentHead, text: str, stated: str | None) -> str | None:
    """The language of a text: the declared one if it fits the script, else by script and words."""
    script = _script_of(text)
    for tag in (
        head.lang,
        stated,
        head.meta("content-language", "language", "og:locale", "dc.language", "dcterms.language"),
    ):
        match = _TAG.match((tag or "").strip())
        if match and _fits_script(code := _code(match[1]), script):
            if script is None and code == "en" and (by_words := _language_by_words(text)) not in (None, "en"):
                return by_words  # templates say "en" whatever the text is
            return code
    return script or _language_by_words(text)


def language_code(tag: str) -> str | None:
    """The two letters of a language tag ("zh-Hant-TW", "zh_TW": zh). None where it is not a tag."""
    match = _TAG.match(tag.strip())
    return _code(match[1]) if match else None


def _code(tag: str) -> str:
    code = tag.lower()
    return _KNOWN.codes.get(code, code)


def _fits_script(code: str, script: str | None) -> bool:
    if len(code) > 2 and code not in _SCRIPT_BY_LANGUAGE:
        return False
    if script is None:
        return code not in _SCRIPT_BY_LANGUAGE or code in ("sr", "kk", "uz")
    return _SCRIPT_BY_LANGUAGE.get(code) == script


def _script_of(text: str) -> str | None:
    """The language that stands for a text's script, None for Latin."""
    sample = text[:3000]
    if sample.isascii() or len(_NON_LATIN.findall(sample)) * 20 < len(sample):
        return None
    letters = sum(1 for char in sample if char.isalpha()) or 1
    for code, pattern in _SCRIPTS:
        need = 0.06 if code in ("ja", "ko") else 0.3
        if len(pattern.findall(sample)) > need * letters:
            return code
    return None


def _language_by_words(text: str) -> str | None:
    scores = dict.fromkeys(languages(), 0)
    known = _languages_by_word()
    for word in _WORD.findall(text[:4000].lower()):
        for code in known.get(word, ()):
            scores[code] += 1
    best = max(scores, key=lambda code: (scores[code], code == "en"))
    return best if scores[best] >= 3 else None


@cache
def _languages_by_word() -> Mapping[str, Sequence[str]]:
    """For each word that is common in some languages, these."""
    known: defaultdict[str, list[str]] = defaultdict(list)
    for code, language in languages().items():
        for word in language.common:
            known[word].append(code)
    return dict(known)


def read_country(head: DocumentHead, address: str | None) -> str | None:
    """The country that a page is for, as two letters: from its domain, its stated region, or the region in its language tag."""
    labels = (urlsplit(address or head.canonical or "").hostname or "").split(".")
    if len(tld := labels[-1]) == 2 and (tld not in _GENERIC_TLDS or labels[-2:-1] in _SECOND_LEVELS):
        return tld
    if match := _REGION.match((head.meta("geo.region", "geo.country", "geo.position.country") or "").strip()):
        return match[1].lower().replace("gb", "uk")
    for tag in (head.lang, head.meta("og:locale", "content-language")):
        match = _TAG.match((tag or "").strip())
        if match and match[3] and (tag == head.lang or (match[1] + match[3]).lower() not in _TEMPLATE_REGIONS):
            return match[3].lower().replace("gb", "uk")
    return None


_SECOND_LEVELS = (["com"], ["net"], ["org"], ["gov"], ["edu"])
"""`com.co` is Colombia; `co` is used by anybody."""
_REGION = re.compile(r"([A-Z]{2})(?:-[A-Z\d]{1,3})?$", re.I)
"""ISO 3166 code in `geo.region`: "CO-ANT"."""
_TEMPLATE_REGIONS = frozenset(("eses", "frfr", "arar", "ptpt"))
"""Locales that systems fill in for languages of many countries: they state the language, not the country."""
