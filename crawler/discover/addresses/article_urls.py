"""Whether a URL is that of an article, judged by its form alone: points with reasons.

    https://news.example.de/politik/lange-nacht-im-bundestag-12345678.html
        +4 a long number, +3 a headline in the address, +1 a document            = 8    an article
    https://news.example.de/politik/                     -3 one word, no number   = -3   a section
    https://news.example.de/tag/bundestag                -8 "tag" leads to lists  = -8   never

An address with `ARTICLE_POINTS` or more is an article by itself. From `DOUBT_POINTS` up to that, the place of the link decides
(`front_pages`). The rules know the URL forms of content management systems (WordPress, Drupal, Discuz, PHPCMS, DedeCMS, jcms, TRS,
Escenic, ...), not of sites. What the form cannot show belongs in the site's TOML file, whose `include` and `exclude` override all
points.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote, urlsplit

from crawler.discover.addresses.address_patterns import is_excluded, matches
from crawler.discover.addresses.url_words import (
    ADVERTISING,
    ARTICLE_LETTERS,
    ARTICLE_WORDS,
    CATEGORIES,
    CONNECTORS,
    FILE,
    LEADS_TO_LISTS,
    LIST_NAME,
    MOSTLY_LISTS,
    OFFERS,
    PAGE_SUFFIXES,
    PEOPLE,
    SERVICE_HOST,
    SERVICES,
)
from db.site_rules.loader import Site
from pipelines.extraction.text.writing import SPACELESS_LETTERS
from pipelines.text_limits import MAX_JUDGED
from pipelines.tracking_parameters import without_session

ARTICLE_POINTS = 3
"""Points from which a URL is an article. Measured on the labelled forms in
tests/crawler/discover/addresses/url_forms.tsv: 2 takes sections of two words for articles, 4 loses headlines without a number.
"""

DOUBT_POINTS = -4
"""Points below which no place makes a link an article. One word without a number has -3 and may be `/tolls`; a list has less."""

NEVER_POINTS = -8
INCLUDED_POINTS = 100
"""Points of what the site's rules include: more than any place can take away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """Points, and the reasons for them, for a person."""

    points: int
    reasons: tuple[str, ...] = ()

    @property
    def is_article(self) -> bool:
        return self.points >= ARTICLE_POINTS

    @property
    def is_final(self) -> bool:
        """Whether something decided alone, without points: neither a list nor an article is there."""
        return any(reason[:1] not in ("+", "-") for reason in self.reasons)

    @property
    def refusal(self) -> str:
        """What speaks most against an article, in a few words."""
        return _worst_of(self.reasons)


@lru_cache(maxsize=2048)
def _worst_of(reasons: tuple[str, ...]) -> str:
    worst = min(reasons, key=_points_of, default="+0")
    if _points_of(worst) >= 0:
        return "its address has nothing of an article's"
    number, _, words = worst.partition(" ")
    return words if number.startswith("-") else worst


def _points_of(reason: str) -> int:
    """The points that a reason begins with; without any, it decided alone."""
    number = reason.partition(" ")[0]
    return int(number) if number[:1] in ("+", "-") else NEVER_POINTS


FRONT_PAGE = "a front page"
BELOW_A_SERVICE = "below a service"
LEADS = "leads to lists or services"
EXCLUDED = "the site's rules exclude it"
_OF_A_DAY = "a day's archive"
_OF_A_MONTH = "a year's or month's archive"


_EXTENSION = re.compile(
    rf"\.({PAGE_SUFFIXES}|story|htx|page|bok|stm|fn|d|vm)$",
    re.IGNORECASE,
)
_INDEX = re.compile(
    r"^(?:index|default|home|main|start|startseite|portada|inicio|welcome)(?:[-_.]?\d{1,3}|\.[a-z]{2})?$",
    re.IGNORECASE,
)
# Scripts whose number is that of a list: `list.asp?id=12`, `NewsList.aspx?ClassID=4`.
_LIST_SCRIPT = re.compile(r"\w{0,20}(?:list|liebiao|class|category|channel|column|more)", re.IGNORECASE)
_YEAR = r"(?:19[89]\d|20[0-4]\d)"
_MONTH = r"(?:1[0-2]|0?[1-9])"
_MONTH_NAME = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}"
_DAY = r"(?:3[01]|[12]\d|0?[1-9])"
_DATE = re.compile(
    rf"(?<!\d)(?:{_YEAR}[-/_.]?(?:0[1-9]|1[0-2])[-/_.]?(?:0[1-9]|[12]\d|3[01])(?!\d)"
    rf"|{_YEAR}[-/_.]{_MONTH}[-/_.]{_DAY}(?!\d)|{_YEAR}/{_MONTH_NAME}/{_DAY}(?!\d)|{_DAY}[-/]{_MONTH}[-/]{_YEAR}(?!\d))",
    re.IGNORECASE,
)
# Numbers such as 20240520105634 or 168154396514000 begin with a date or contain one; they match as long numbers.
_MONTH_ONLY = re.compile(
    rf"(?<![\d]){_YEAR}[-/]?(?:0[1-9]|1[0-2]|(?<=/)[1-9])(?=/)|/{_YEAR}/{_MONTH_NAME}(?=/)", re.IGNORECASE
)
_DIGITS = "0123456789"
_NUMBERED = re.compile(r"[-_]\d{1,12}$")
"""`/profile-12/anna-holt`: one of those that a word leads to."""
_YEAR_HOST = re.compile(rf"({_YEAR})\.")
_DATE_LAST = re.compile(rf"(.*/([^/]+))/{_YEAR}/{_MONTH}/?")
_YEAR_ONLY = re.compile(rf"/{_YEAR}(?=/)")
_LONG_NUMBER = re.compile(r"(?<!\d)\d{6,20}(?!\d)")
_MIDDLE_NUMBER = re.compile(r"(?<!\d)\d{4,5}(?!\d)")
_HEX = re.compile(
    r"(?<![0-9a-z])(?=[0-9a-f]*[0-9])(?=[0-9a-f]*[a-f])[0-9a-f]{10,64}(?![0-9a-z])|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-",
    re.IGNORECASE,
)
_CODE = re.compile(r"(?:^|[-_,.;~])(?=[0-9]*+[A-Za-z])(?=[A-Za-z]*+[0-9])([A-Za-z0-9]{6,32})$")
_MIXED_CASE_CODE = re.compile(
    r"(?:^|[-_,.])(?=[A-Za-z0-9]*[a-z][A-Z])(?=[A-Za-z0-9]*[A-Z][A-Za-z0-9]*[A-Z])([A-Za-z0-9]{6,16})$"
)
_WORD_BREAK = re.compile(r"[-_+\s,.~:;!|·–—]+")
_DIGIT = re.compile(r"[0-9]")
_CJK = re.compile(rf"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af{SPACELESS_LETTERS}]")
_LANGUAGE = re.compile(r"^[a-z]{2}(?:[-_][a-z]{2,4})?$", re.IGNORECASE)
_ID_PARAMETER = re.compile(
    r"(?:^|&)(?:(?:article|art|news|story|item|doc|document|content|post|entry|object|info|arch?|topic|a|n|t|i|x)?[_-]?(?:id|no|idx|nr)"
    r"|artnr|tid|aid|nid|idxno|newsid|wr_id|document_srl|ncode|newsseq|s_no|article)=(?=[^&]*\d)[\w.-]{1,64}|(?:^|&)p=\d{3,}"
    r"|(?:^|&)(?!menu|page|cat|board|bbs|list|user|group|class|code)[a-z]{1,10}_?(?:no|idx|seq|num)=\d{6,12}(?:&|$)",
    re.IGNORECASE,
)
_NAMED_NUMBER = re.compile(r"(?:article|artikel|art|news|story|item)[-_]?\d{1,12}", re.IGNORECASE)
"""SPIP: `spip.php?article431`."""
_NUMBER_VALUE = re.compile(r"=\d{2,12}(?:&|$)")
_LIST_PARAMETER = re.compile(
    r"(?:^|&)(?:page|paged|pg|pn|pageno|pagenum|p|offset|start|s|q|query|search|keyword|keywords|kw|wd|tag|cat|catid|category|author|sort"
    r"|order|filter|login|redirect|return_?url|year|month|typeid|classid|columnid|channelid)=",
    re.IGNORECASE,
)
_VIEW_ACTION = re.compile(
    r"(?:^|&)(?:a|act|action|mod|c|do|op|view|task|file)=(?:show|view|viewthread|detail|article|content|read)(?:&|$)",
    re.IGNORECASE,
)
_LIST_ACTION = re.compile(
    r"(?:^|&)(?:a|act|action|mod|do|op|view|task)=(?:lists?|category|forumdisplay|search|login|register|space|tag)(?:&|$)",
    re.IGNORECASE,
)


def judge_on_site(url: str, site: Site | None, own_host: str | None = None) -> Judgement:
    """As `judge`, but the site's rules override it: `exclude` before `include`, both searched in path and query."""
    if site is not None:
        if is_excluded(url, site):
            return Judgement(points=NEVER_POINTS, reasons=(EXCLUDED,))
        if matches(site.include, url):
            return Judgement(points=INCLUDED_POINTS, reasons=("the site's rules include it",))
    return judge(url, own_host)


def judge(url: str, own_host: str | None = None) -> Judgement:
    """Judge an http URL by its form. Pure; never raises.

    On `own_host`, that of the listing, the host's name refuses nothing: who crawls `epaper.example.com` wants its pages.
    """
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return Judgement(points=NEVER_POINTS, reasons=("not an address",))
    path = unquote(without_session(parts.path))
    if "\ufffd" in path:  # older Chinese systems escape paths in GBK
        path = unquote(parts.path, "gb18030")
    query = parts.query[:MAX_JUDGED]
    if len(path) > MAX_JUDGED:
        return Judgement(points=NEVER_POINTS, reasons=("longer than an article's address",))
    if refusal := _refusal("" if host == own_host else host, path, query):
        return Judgement(points=NEVER_POINTS, reasons=(refusal,))
    votes = _Votes()
    if (year := _YEAR_HOST.match(host)) is not None:  # 2019.example.org/05/20/…
        path = f"/{year[1]}{path}"
    if (dated := _DATE_LAST.fullmatch(path)) and len(_WORD_BREAK.split(dated[2])) > 3:
        votes.add(3, "a month after the headline", distinctive=True)
        path = dated[1]
    segments = [segment for segment in path.split("/") if segment]
    name = _name(segments)
    _judge_query(votes, query, name, _EXTENSION.sub("", segments[-1]) if segments else "")
    _judge_numbers(votes, path, segments, name)
    numbered = votes.distinctive
    _judge_headline(votes, name)
    _judge_words(votes, segments, name, numbered=numbered)
    return Judgement(points=votes.points, reasons=tuple(votes.reasons))


def is_list_of_a_day(url: str) -> bool:
    """Whether a URL is that of a list below a day: a page of an issue of a newspaper (`/2024-05/20/node_3.htm`)."""
    folder, _, name = url.partition("://")[2].rpartition("/")
    return LIST_NAME.fullmatch(_EXTENSION.sub("", name)) is not None and _DATE.search(folder) is not None


def names_list_of_a_time(judgement: Judgement) -> bool:
    """Whether what was judged is the address of a list of a year, a month or a day (`/archive/2024/05/`)."""
    return not judgement.is_final and judgement.refusal in (_OF_A_DAY, _OF_A_MONTH)


class _Votes:
    __slots__ = ("distinctive", "points", "reasons")

    def __init__(self) -> None:
        self.points = 0
        self.reasons: list[str] = []
        self.distinctive = False
        """Whether something identifies one document: a number, a date, a headline."""

    def add(self, points: int, reason: str, *, distinctive: bool = False) -> None:
        self.points += points
        self.reasons.append(f"{points:+d} {reason}")
        self.distinctive = self.distinctive or distinctive


def _refusal(host: str, path: str, query: str) -> str | None:
    """Why the URL is no article whatever else it shows, or None."""
    if SERVICE_HOST.match(host) or (host.partition(".")[0] in OFFERS and host.count(".") > 1):
        return "the host is a service"
    if FILE.search(path):
        return "a file, not a page"
    segments = [segment.lower() for segment in path.split("/") if segment]
    if not query and not segments:
        return FRONT_PAGE
    for segment in segments:
        if segment[-1] in _DIGITS and _NUMBERED.sub("", segment) in LEADS_TO_LISTS and segment != segments[-1]:
            return f"{segment!r} {LEADS}"
        is_folder = segment == "pages" and segments[-1].endswith(".aspx")
        if segment in LEADS_TO_LISTS and not is_folder and not (segment in _FILED_BELOW and _is_headline(segments[-1])):
            return f"{segment!r} {LEADS}"
        if segment in ADVERTISING:
            return f"{segment!r} marks advertising"
    last = _EXTENSION.sub("", segments[-1]) if segments else ""
    if last in LEADS_TO_LISTS or last in SERVICES:
        return f"{last!r} is a service"
    return None


_FILED_BELOW = CATEGORIES | PEOPLE
"""Where newsrooms may file articles, under names that no category and nobody has."""


def _is_headline(name: str) -> bool:
    """Whether a name has six words before a long number, or five with a number among them."""
    *words, number = _WORD_BREAK.split(_EXTENSION.sub("", name))
    return len(words) + any(map(str.isdecimal, words)) > 5 and number.isdecimal() and len(number) > 4


def _name(segments: list[str]) -> str:
    """The segment that would name the article, without extension: the last that is no index, view or number of the one before."""
    for position in range(len(segments) - 1, 0, -1):
        name = _EXTENSION.sub("", segments[position])
        is_number = name.isdigit() and len(_WORD_BREAK.split(segments[position - 1])) > 3
        if not (_INDEX.fullmatch(name) or len(name) == 1 or is_number or name.lower() in ARTICLE_WORDS):
            return name
    return _EXTENSION.sub("", segments[0]) if segments else ""


def _judge_query(votes: _Votes, query: str, name: str, script: str) -> None:
    if not query:
        return
    if _LIST_ACTION.search(query) or (_LIST_SCRIPT.fullmatch(name) and not _VIEW_ACTION.search(query)):
        votes.add(-6, "the query asks for a list")
    elif _ID_PARAMETER.search(query):
        votes.add(6 if _VIEW_ACTION.search(query) else 4, "the query has an article's number", distinctive=True)
    elif (query.isdigit() and len(query) >= 3) or _NAMED_NUMBER.fullmatch(query):
        votes.add(4, "the query is a number", distinctive=True)
    elif _LIST_PARAMETER.search(query):
        votes.add(-5, "the query pages, sorts or searches a list")
    elif (script.lower() in ARTICLE_WORDS or _VIEW_ACTION.search(query)) and _NUMBER_VALUE.search(query):
        votes.add(4, "the query of an article's script has a number", distinctive=True)


def _judge_numbers(votes: _Votes, path: str, segments: list[str], name: str) -> None:
    plain = _EXTENSION.sub("", path.rstrip("/"))
    if LIST_NAME.fullmatch(name) and not votes.distinctive:
        votes.add(-6, "the name of a list")
        return
    if not _DIGIT.search(plain):
        if _MIXED_CASE_CODE.search(name):
            votes.add(3, "a code", distinctive=True)
        return
    _judge_date(votes, plain, name)
    undated = _DATE.sub("/", plain)
    if _HEX.search(undated):
        votes.add(4, "a hexadecimal number", distinctive=True)
    elif _LONG_NUMBER.search(undated):
        votes.add(4, "a long number", distinctive=True)
    elif _DOCUMENT_NUMBER.search(undated):
        votes.add(4, "a document's number", distinctive=True)
    elif _CODE.search(name) or _MIXED_CASE_CODE.search(name):
        votes.add(3, "a code", distinctive=True)
    elif any(not re.fullmatch(_YEAR, number[0]) for number in _MIDDLE_NUMBER.finditer(_DATE.sub("/", name))):
        votes.add(3, "a number", distinctive=True)
    elif segments[-1:] and _EXTENSION.search(segments[-1]) and _COUNTED.search(name):
        votes.add(3, "a counted name", distinctive=True)
    elif (
        len(segments) > 1
        and any(segment.isdigit() and len(segment) > 3 for segment in segments[:-1])
        and not name.isdigit()
    ):
        votes.add(1, "a number on the way")
    elif name.isdigit():
        votes.add(1 if len(segments) > 2 else -1, "a small number")


_DOCUMENT_NUMBER = re.compile(
    r"(?:^|[/_-])(?:show|view|article|art|artikel|content|thread|detail|read|item|doc|story|newsinfo|newsshow|newsview|news|info|node|post|archives?|a|p|t)"
    r"(?:[-_]|/(?=\d+$)|(?=\d+$))(?:\d[-_])*+\d{2,}+(?:[-_]\d++)*+$|/info/\d+/\d+$",
    re.IGNORECASE,
)

# "altersgrenze-100.html": the URL form of German public broadcasters.
_COUNTED = re.compile(r"[^\W\d]{3}[-,]\w*-?\d{3}$")


def _judge_date(votes: _Votes, plain: str, name: str) -> None:
    if found := _DATE.search(plain):
        if found.end() == len(plain) and name.strip("/") in found[0]:
            votes.add(-5, _OF_A_DAY)
        else:
            votes.add(4, "a date", distinctive=True)
    elif found := _MONTH_ONLY.search(plain):
        votes.add(3, "a month", distinctive=not name.isdigit())
    elif re.search(rf"/{_YEAR}(?:/{_MONTH})?$", plain):
        votes.add(-5, _OF_A_MONTH)
    elif _YEAR_ONLY.search(plain) and not name.isdigit():
        votes.add(2, "a year", distinctive=not _INDEX.fullmatch(plain.rpartition("/")[2]))


def _judge_headline(votes: _Votes, name: str) -> None:
    cjk = len(_CJK.findall(name))
    if cjk:
        points = 4 if cjk >= 8 else 2 if cjk >= 5 else 0 if votes.distinctive else -3
        votes.add(points, f"{cjk} characters of Asian writing", distinctive=points > 0)
        return
    words = [word for word in _WORD_BREAK.split(name) if word and (word.isalpha() or not any(map(str.isdigit, word)))]
    count = len(words) if len(words) > 3 else len([word for word in words if word.lower() not in CONNECTORS])
    if count >= 4:
        votes.add(4 if count > 4 else 3, "a headline in the address", distinctive=True)
    elif count == 3:
        votes.add(2, "three words", distinctive=True)
    elif count == 2:
        votes.add(1 if votes.distinctive else -1, "two words")
    elif not votes.distinctive:
        votes.add(-3, "one word, no number")


def _judge_words(votes: _Votes, segments: list[str], name: str, *, numbered: bool) -> None:
    if segments and _EXTENSION.search(segments[-1]):
        votes.add(1, "a document")
    if len(segments) == 1 and _LANGUAGE.fullmatch(segments[0]):
        votes.add(-3, "a language's front page, or a section")
    before = [segment.lower() for segment in segments if _EXTENSION.sub("", segment) != name]
    if any(segment in ARTICLE_WORDS for segment in before):
        votes.add(2, "a word that stands before articles")
    elif any(segment in ARTICLE_LETTERS for segment in before):
        votes.add(1, "a word that often stands before articles")
    if services := SERVICES.intersection((*before, name.lower()) if before else ()):
        votes.add(-4, BELOW_A_SERVICE if services & OFFERS else "below an archive")
    if name.lower() in MOSTLY_LISTS or (not numbered and any(segment in MOSTLY_LISTS for segment in before)):
        votes.add(-3, "mostly lists")
