"""Whether a page is a notice in place of an article: consent, a challenge, a login, an error, a parked domain.

No single sign decides: articles are written about cookies, and a real one may have no date. So signs are counted. Each kind of
notice (a reason) gets points for its own signs, and every page gets points for or against being an article. A page is a notice
when it has a sign of one kind and reaches `ENOUGH`. All weights are in this file. The words are in the language files
(`[notices.KIND]`): what such a page says to its reader, not what an article says about such pages. `notice_marks.toml` has what
stands in its source.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from http import HTTPStatus
from operator import itemgetter
from urllib.parse import urlsplit

from db.models import Page, Reason, Rejection
from pipelines.data_files import read_table
from pipelines.extraction.article_check import ArticleCandidate
from pipelines.extraction.languages.loader import NOTICE_KINDS, languages, phrases_of
from pipelines.extraction.notice_wording import Wording, folded, unmarked, wording_of
from pipelines.extraction.text.writing import CJK, FULL_STOPS, text_width

_GAP = ".{0,40}?"
_LITTLE_WORD_LAST, _ENDS = re.compile(r"\s\w{1,2}$"), r"(?!\w)"
"""Other ends of phrases may be stems: "eliminada o" is said of "eliminada o movida", not of "eliminada onte"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """A phrase. Every text that `pattern` matches contains `hint`; there is no pattern where the hint says it all."""

    hint: str
    pattern: re.Pattern[str] | None

    def stands_in(self, text: str) -> bool:
        """Whether a text in lower case contains the phrase."""
        return self.hint in text and (self.pattern is None or self.pattern.search(text) is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticePhrases:
    """What notices of one kind say, in one language or several."""

    titles: frozenset[str]
    says: tuple[Phrase, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeMarks:
    """Marks of one kind of notice: in its source alone, as a name (class, id) of its body, in its source and others, in the address
    it redirects to."""

    sure: tuple[str, ...] = ()
    body: tuple[str, ...] = ()
    may: tuple[str, ...] = ()
    address: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Marks:
    marks: Mapping[str, NoticeMarks]


@cache
def notices_of(code: str) -> Mapping[Reason, NoticePhrases]:
    """What notices say in a language."""
    return {
        Reason(kind): NoticePhrases(titles=frozenset(map(folded, words.title)), says=tuple(map(_phrase, words.says)))
        for kind, words in languages()[code].notices.items()
    }


@cache
def notice_marks() -> Mapping[Reason, NoticeMarks]:
    """What stands in the source of notices."""
    table = read_table(_Marks, "pipelines.extraction", "notice_marks.toml")
    return {Reason(kind): marks for kind, marks in table.marks.items()}


def _phrase(text: str) -> Phrase:
    parts = [part.strip() for part in folded(text).split("…")]
    end = _ENDS if _LITTLE_WORD_LAST.search(text) else ""
    pattern = re.compile(_GAP.join(map(re.escape, parts)) + end) if len(parts) > 1 or end else None
    return Phrase(hint=max(parts, key=len), pattern=pattern)


ENOUGH = 5.0
"""Points that make a notice. Tuned on half A of `tests/pipelines/extraction/no_articles` and the labelled pages, none of
which is refused."""
OWN = 3.0
"""Points that must come from signs of one kind: a page is no notice for what it lacks."""
# For the kind.
TITLE_IS, TITLE_HOLDS, TITLE_BEGINS = 3.0, 2.0, 1.0
"""The headline or title is such a phrase; is mostly one; begins with one, or holds one among other words."""
SAYS_MOST, SAYS_SOME, SAYS_ONCE = 3.0, 2.0, 1.0
"""Such sentences make up at least 0.5 of the text; at least 0.25; less."""
SAYS_AGAIN = 1.0
"""A second sentence has another such phrase."""
SURE, MAY, LED_THERE = 3.0, 0.5, 2.0
"""A mark in the source that only notices have; one that other pages have as well; a redirect to an address of such a name."""
HEADLINE_SAYS = 1.0
"""Half of a headline that is no such phrase is what such sentences say."""
APOLOGIZES = 2.0
"""The headline or the text opens with an apology, besides other signs of the kind."""
HOST_TITLE = 2.0
"""The title is the page's host, as on parked domains."""
ECHO, ECHO_AGAIN = 2.0, 2.0
"""A check prints, besides other signs, what it was asked: the visitor's address, its own host, the browser, the number of the
request. One; several, which as a rule stand beside the time of the request."""
# For any kind.
NO_TYPE, NO_DATE, NOINDEX, SHORT, NOT_PROMISED = 1.0, 1.0, 1.0, 1.0, 1.5
"""No article type; no date; noindex; at most SHORT_TEXT; without the title that the listing gave."""
TYPED, DATED, AUTHORED, PROMISED = -2.0, -2.0, -1.0, -3.0
LONG, VERY_LONG = -2.0, -4.0
"""Unrelated sentences have at least 300 characters; at least 800."""
WALL = 2.0
"""The text is a wall: it has at most `_REST_OF_WALL` besides. Headline, day and author then stand over a wall."""
_REST_OF_WALL = 30
"""Characters outside a wall's sentences."""
SHORT_TEXT = 500
"""Width of a text, as `text_width` counts it."""
MOST_TEXT = 6000
"""Characters of text from which a page is no notice: the longest consent pages seen have 4,000."""
_MOST_SOURCE = 200_000
"""Characters of the source that are searched for marks: notices are small."""
_LONG_PHRASE = 10
"""Width from which a phrase counts inside a title: two words, four characters of Chinese."""
_MOST_OF_TITLE = 0.6
"""Share of a title that a phrase must make up: "Not available in your country: why the web has borders" says more."""
_TITLE = 80
"""Width up to which the text's first line is treated as a title, for pages whose title is the site's name."""
_STOPS = re.escape("".join(sorted(FULL_STOPS)))
_SENTENCE = re.compile(rf"[^{_STOPS}\n]+")
_ECHOES = (
    re.compile(r"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])"),
    re.compile(r"\bmozilla/5\.0\b"),
    re.compile(
        r"\b(?=[a-z]{0,20}\d)[0-9a-f]{4,20}-[0-9a-f]{4,20}-[0-9a-f-]{4,40}\b|\b(?=[a-f]{0,20}\d)[0-9a-f]{12,64}\b"
    ),
)
"""A visitor's address, a browser, the number of a request."""
_BODY = re.compile(r"<body\s[^>]{1,4000}")
_NAMES = re.compile(r"""\s(?:class|id)\s{0,3}=\s{0,3}["']?([^"'<>]*)""")
_STATUS = re.compile(r"^(?:http )?(status |error )?([45]\d\d)\b(.*)")
_TITLE_PARTS = re.compile(rf"\s[-|–—·»]\s|[|_｜]|(?<![{_STOPS}])[{_STOPS}]++(?:\s|$)")


def judge_notice(candidate: ArticleCandidate) -> Rejection | None:
    """The rejection of a page that is a notice, else None."""
    is_signed = candidate.structured.is_article or candidate.has_authors
    text = candidate.shown_text
    is_short = text_width(text[: SHORT_TEXT + 1]) <= SHORT_TEXT
    is_stated = candidate.is_dated_on_page and is_signed
    if len(text) > MOST_TEXT or (is_stated and not is_short):
        return None
    text = folded(text)
    titles = [folded(title) for title in (candidate.title, candidate.document.head.title) if title]
    if text_width(first := text.split("\n", 1)[0]) <= _TITLE:
        titles.append(first)
    sentences = [sentence.strip() for sentence in _SENTENCE.findall(text) if len(sentence.strip()) > 1]
    headline = folded(candidate.title or "")
    general = _general(candidate, is_short=is_short)
    status = next(filter(None, map(_reason_of_status, titles)), None)
    # Not of every page: it is long.
    source = candidate.document.html[:_MOST_SOURCE].lower() if is_short else ""
    best: tuple[float, Reason, list[str]] | None = None
    marked = _marked_kinds(titles, text, (urlsplit(candidate.page.address or "").hostname or "").removeprefix("www."))
    apologies = _apologies(candidate.language)
    apology = next(filter(None, map(apologies.match, titles)), None)
    codes = _languages(candidate.language, text)
    phrases_of_kinds = _phrases_in(codes)
    wording = wording_of(codes, titles, sentences) if is_short else Wording()
    for kind in _WALLS if is_stated else KINDS:
        worded = wording.sentences if kind is wording.kind else frozenset()
        own, signs, unrelated = _own(phrases_of_kinds[kind], titles, text, sentences, headline, worded)
        if apology and any(not apologies.match(sign.removeprefix("title ")) for sign in signs):
            own, signs = own + APOLOGIZES, [*signs, f"opens with {apology[0]!r}"]
        if kind in marked and (own or kind is Reason.PARKED):
            own, signs = own + marked[kind][0], [*signs, marked[kind][1]]
        if status == kind and own < TITLE_IS:
            own, signs = own + TITLE_IS, [f"title {titles[0]!r}", *signs]
        if own or is_short:
            for points, sign in _source_signs(notice_marks().get(kind), candidate.page, source):
                own += points
                signs.append(sign)
        if own < OWN:
            continue
        long = VERY_LONG if unrelated >= 800 else LONG if unrelated >= 300 else 0.0
        stands_in = kind in _WALLS and _is_said(phrases_of_kinds[kind], candidate.text)
        total = own + (max(general, WALL) if stands_in else general) + long
        if total >= ENOUGH and (best is None or total > best[0]):
            best = total, kind, signs
    if best is None:
        return None
    return Rejection(reason=best[1], detail=f"The page is a notice, no article: {'; '.join(best[2])[:300]}.")


def names_missing_page(title: str, language: str | None) -> bool:
    """Whether the title alone says that the page does not exist, as that of an answer does that should have the status 404."""
    title = folded(title)
    phrases = _phrases_in(_languages(language, title)).get(Reason.SOFT_404)
    is_phrase = phrases is not None and _titled(phrases.titles, title)[0] >= TITLE_IS
    return is_phrase or _reason_of_status(title) is Reason.SOFT_404


def _languages(language: str | None, text: str) -> tuple[str, ...]:
    """The languages to search: the page's, English, which hosts and firewalls use, and those of the script."""
    known = languages()
    spoken = {"en", *((language,) if language in known else known if language is None else ())}
    if CJK.search(text[:400]):
        spoken |= {"zh", "ja", "ko"}
    return tuple(sorted(spoken))


@lru_cache(maxsize=256)
def _phrases_in(codes: tuple[str, ...]) -> Mapping[Reason, NoticePhrases]:
    """What notices say in these languages, by kind, in the order of `KINDS`."""
    tables = [notices_of(code) for code in codes]
    return {
        kind: NoticePhrases(
            titles=frozenset().union(*(table[kind].titles for table in tables if kind in table)),
            says=tuple(phrase for table in tables if kind in table for phrase in table[kind].says),
        )
        for kind in KINDS
    }


KINDS = tuple(map(Reason, NOTICE_KINDS))
_WALLS = (Reason.LOGIN, Reason.PAYWALL)
"""What stands under the headline of an article, in place of its text."""


@cache
def _apologies(language: str | None) -> re.Pattern[str]:
    return re.compile(rf"\W{{0,4}}(?:{unmarked(phrases_of('apology', language))})(?!\w\w\w)", re.I)


def _marked_kinds(titles: list[str], text: str, host: str) -> dict[Reason, tuple[float, str]]:
    """Points and signs of kinds that need no words: what is printed of the host and of the request."""
    found: dict[Reason, tuple[float, str]] = {}
    if host and any(host in title and len(host) >= _MOST_OF_TITLE * len(title) for title in titles):
        found[Reason.PARKED] = HOST_TITLE, "title is the host"
    elif echoes := [match[0] for match in (echo.search(text) for echo in _ECHOES) if match] + [host] * (host in text):
        found[Reason.CHALLENGE] = ECHO + ECHO_AGAIN * (len(echoes) > 1), f"prints {echoes[0]!r}"
    return found


def _reason_of_status(title: str) -> Reason | None:
    """What a title says that is an HTTP status: "405", "HTTP Status 500 – Internal Server Error", "502 Bad Gateway"."""
    match = _STATUS.match(title)
    status = _STATUSES.get(match[2]) if match else None
    if not match or not status:
        return None
    rest = match[3].strip(" .:-–—|!")
    if rest and rest != "error" and not match[1] and not rest.startswith(status.phrase.lower()):
        return None
    return _REASONS_OF_STATUS.get(status, Reason.UNAVAILABLE if status >= 500 else Reason.SOFT_404)


_STATUSES = {str(status.value): status for status in HTTPStatus}
_REASONS_OF_STATUS = {
    HTTPStatus.UNAUTHORIZED: Reason.LOGIN,
    HTTPStatus.PAYMENT_REQUIRED: Reason.PAYWALL,
    HTTPStatus.FORBIDDEN: Reason.CHALLENGE,
    HTTPStatus.METHOD_NOT_ALLOWED: Reason.CHALLENGE,
    HTTPStatus.NOT_ACCEPTABLE: Reason.CHALLENGE,
    HTTPStatus.TOO_MANY_REQUESTS: Reason.CHALLENGE,
    HTTPStatus.UNAVAILABLE_FOR_LEGAL_REASONS: Reason.BLOCKED,
}
"""The statuses that those who guard a site send; others of the client mean that the page is gone."""


def _own(
    phrases: NoticePhrases,
    titles: list[str],
    text: str,
    sentences: list[str],
    headline: str,
    worded: frozenset[str],
) -> tuple[float, list[str], int]:
    """Points for titles and sentences, the signs, and how many characters are unrelated.

    The sentences of `worded` count though no phrase stands in them.
    """
    found = (_titled(phrases.titles, title) for title in titles)
    points, phrase = max(found, key=itemgetter(0), default=(0.0, ""))
    signs = [f"title {phrase!r}"] if points else []
    says = [phrase for phrase in phrases.says if phrase.hint in text or phrase.hint in headline]
    # What a notice says may stand in its headline alone. One that says nothing is the site's name.
    if spoken := [len(phrase.hint) for phrase in says if phrase.stands_in(headline)]:
        points += HEADLINE_SAYS if not points and 2 * max(spoken) >= len(headline) else 0.0
        sentences = sentences if headline in sentences else [headline, *sentences]
    speaking = [
        next((one.hint for one in says if one.stands_in(sentence)), sentence if sentence in worded else None)
        for sentence in sentences
    ]
    total = sum(map(len, sentences))
    said = sum(len(sentence) for sentence, hint in zip(sentences, speaking, strict=True) if hint)
    hints = list(dict.fromkeys(hint for hint in speaking if hint))
    if hints:
        points += SAYS_MOST if said * 2 >= total else SAYS_SOME if said * 4 >= total else SAYS_ONCE
        points += SAYS_AGAIN if len(hints) > 1 else 0.0
        signs += [repr(hint) for hint in hints[:3]]
    return points, signs, total - said


def _is_said(phrases: NoticePhrases, text: str) -> bool:
    """Whether there is a text, and next to nothing in it but what notices of this kind say. A script may yet fill one without."""
    sentences = map(str.strip, _SENTENCE.findall(folded(text)))
    unsaid = (len(sentence) for sentence in sentences if not any(one.stands_in(sentence) for one in phrases.says))
    return bool(text) and sum(unsaid) <= _REST_OF_WALL


def _titled(phrases: frozenset[str], title: str) -> tuple[float, str]:
    """The points of a title, and the phrase in it."""
    parts = [part.strip(" \"'«»„“”¡¿[]()【】") for part in _TITLE_PARTS.split(title)]
    for part in (*parts, title.strip(" .!?…。！？")):
        if part in phrases:
            return TITLE_IS, part
    for phrase in sorted((phrase for phrase in phrases if phrase in title), key=lambda one: (-len(one), one)):
        if text_width(phrase) >= _LONG_PHRASE:
            part = next((part for part in parts if phrase in part), title)
            return (TITLE_HOLDS if len(phrase) >= _MOST_OF_TITLE * len(part) else TITLE_BEGINS), phrase
        if title.startswith(phrase) and not title[len(phrase) : len(phrase) + 1].isalpha():
            return TITLE_BEGINS, phrase
    return 0.0, ""


def _source_signs(marks: NoticeMarks | None, page: Page, source: str) -> Iterator[tuple[float, str]]:
    if marks is None:
        return
    if names := _body_names(source).intersection(marks.body):
        yield SURE, f"body {min(names)!r}"
    elif sure := next((mark for mark in marks.sure if mark in source), None):
        yield SURE, f"source {sure!r}"
    elif may := next((mark for mark in marks.may if mark in source), None):
        yield MAY, f"source {may!r}"
    if page.final_url and page.final_url != page.url:
        there, here = (urlsplit(address.lower()) for address in (page.final_url, page.url or ""))
        before = f"{here.netloc}{here.path}"
        for part in marks.address:
            if part in f"{there.netloc}{there.path}" and part not in before:
                yield LED_THERE, f"led to an address with {part!r}"
                return


@lru_cache(maxsize=1)
def _body_names(source: str) -> frozenset[str]:
    """The classes and the id of a page's body."""
    body = _BODY.search(source)
    return frozenset(" ".join(_NAMES.findall(body[0])).split()) if body else frozenset()


def _general(candidate: ArticleCandidate, *, is_short: bool) -> float:
    """Points for or against an article that do not depend on the words."""
    points = TYPED if candidate.structured.is_article else 0.0 if candidate.is_typed else NO_TYPE
    points += DATED if candidate.is_dated_on_page else NO_DATE
    points += AUTHORED if candidate.has_authors else 0.0
    points += NOINDEX if "noindex" in (candidate.document.head.meta("robots") or "").lower() else 0.0
    points += SHORT if is_short else 0.0
    if candidate.promised:
        points += PROMISED if candidate.keeps_promise else NOT_PROMISED
    return points
