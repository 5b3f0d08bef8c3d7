"""Sites that nobody has written rules for: one TOML file each in `SETS`' folders, answered as a server of theirs would.

A file has the site's `host` (`hosts`: further ones), `language`, `charset`, the number of its `articles` and the `address` of
each, where it is added (`start`), the `article` form of `templates/article.html`, a `menu`, and what may not be asked for
(`forbidden`). Each `[[page]]` has a `path` or a `pattern` and is `main` in the site's layout, a whole `text`, or a `redirect`.
With `size` it is a list in parts, which the pattern's first group numbers: by parts from `first`, or by articles (`count`).
`others` are pages that are no articles: path, title, kind in `templates/other.html`, and from which to which number there are
such. What is text in a file is a Jinja template.

What else a site can do: articles of its own form (`article_main`, `article_head`), some `hours` apart, under further addresses
(`aliases`); parts of an address that mean nothing (`ignored`); further hosts that lead to the first (`moved_hosts`); addresses that
are for `browsers_only`, or answered with 503 each first time of two (`busy`); a header that is wrong about the charset
(`content_type`), pages in another `charset`, pages whose end never comes (`drip`). Templates know how many requests were answered
before (`asked`).

Texts and numbers are seeded by the file's name. Dates are counted back from now, as a crawl looks at how old things are. The
newest article is published between the first and the second crawl.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from email.utils import format_datetime
from functools import cache
from html.entities import codepoint2name
from http import HTTPStatus
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import unquote

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup

from bench.crawl.unseen_sites.invented_text import headline, paragraphs, vocabularies
from tests.demoweb.answers import Answer
from tests.demoweb.server import Asked

HERE = Path(__file__).parent
SETS = {1: "sites", 2: "second_sites", 3: "third_sites"}
"""Folders of the sites, by number of the set."""
ROBOTS = "User-agent: *\nDisallow: /admin/\n"
_LISTS = '{% from "lists.html" import teasers, bullets, rss, sitemap, sitemaps with context %}'
_KEYS = {
    *(
        "host",
        "hosts",
        "article_host",
        "language",
        "charset",
        "start",
        "menu",
        "layout",
        "macros",
        "robots",
        "forbidden",
    ),
    *("articles", "address", "article", "around", "cookie", "needs_referrer", "others", "page"),
    *(
        "aliases",
        "article_main",
        "article_head",
        "hours",
        "ignored",
        "busy",
        "browsers_only",
        "content_type",
        "moved_hosts",
    ),
}
_PAGE_KEYS = {
    *("path", "pattern", "host", "title", "head", "main", "text", "type", "gzip", "redirect", "status"),
    *("size", "first", "count", "charset", "drip"),
}
_SPELT = str.maketrans({"ü": "ue", "ö": "oe", "ä": "ae", "ø": "o", "å": "a"})


@dataclass(slots=True, kw_only=True)
class Article:
    """One article. `position` 0 is the newest; `url` is a path, or whole where articles have a host of their own."""

    position: int
    number: int
    title: str
    paragraphs: list[str]
    date: datetime
    url: str = ""
    aliases: list[str] = field(default_factory=list)

    @property
    def summary(self) -> str:
        """The beginning of the text."""
        return self.paragraphs[0][:110]

    @property
    def slug(self) -> str:
        """The title's first words in ASCII letters, "n" if it has none."""
        return "-".join(re.sub("[^a-z0-9 ]", "", self.title.lower().translate(_SPELT)).split()[:8]) or "n"

    @property
    def iso(self) -> str:
        """The date as ISO 8601 has it."""
        return self.date.isoformat()

    @property
    def day(self) -> str:
        """The date without the time."""
        return f"{self.date:%Y-%m-%d}"

    @property
    def epoch(self) -> str:
        """The date as JavaScript counts it: milliseconds since 1970."""
        return f"{self.date.timestamp() * 1000:.0f}"

    @property
    def rfc822(self) -> str:
        """The date as RSS has it."""
        return format_datetime(self.date)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """An answer, and the article's position if it is one's page."""

    answer: Answer
    article: int | None = None


class Site:
    """One site. `crawl` is the crawl that goes on: in the first, the newest article is not there yet."""

    def __init__(self, key: str, facts: Mapping[str, Any], environment: Environment, now: datetime) -> None:
        self.key = key
        self.host: str = facts["host"]
        self.hosts: list[str] = [self.host, *facts.get("hosts", ())]
        self.language: str = facts["language"]
        self.charset: str = facts.get("charset", "utf-8")
        self.forbidden = [re.compile(each) for each in facts.get("forbidden", ())]
        self.crawl = 1
        self._answered, self._times = 0, Counter[str]()
        self._facts, self._environment = facts, environment
        self._template = cache(environment.from_string)
        self.articles = self._write_articles(facts["articles"], now)
        self.start = self._address(facts.get("start", "/"))
        self._pages = list(facts["page"])
        self._paths = {self._address(page["path"]): page for page in self._pages if "path" in page}
        self._others = dict(self._other_pages(facts.get("others", ())))

    @property
    def url(self) -> str:
        """What is added."""
        return f"http://{self.host}{self.start}"

    @property
    def live(self) -> Sequence[Article]:
        """The published articles, newest first."""
        return self.articles[1 if self.crawl == 1 else 0 :]

    def answer(self, asked: Asked) -> Found:
        """What the site answers."""
        if asked.target != "/robots.txt" and (refusal := self._refusal(asked)):
            return Found(answer=refusal)
        self._answered += 1
        if ignored := self._facts.get("ignored"):
            asked = replace(asked, target=re.sub(ignored, "", asked.target))
        if page := self._paths.get(asked.target):
            return Found(answer=self._page(page, asked.target, ()) or self._not_found())
        if other := self._others.get(unquote(asked.target)):
            return Found(answer=self._html(other[0], self._other(*other)))
        if article := self._article_at(asked):
            return Found(answer=self._article(article, asked.target), article=article.position)
        return Found(answer=self._by_pattern(asked))

    def _refusal(self, asked: Asked) -> Answer | None:
        if asked.host in self._facts.get("moved_hosts", ()):
            return _redirect(f"http://{self.host}{asked.target}", HTTPStatus.MOVED_PERMANENTLY)
        cookie, referrer = self._facts.get("cookie", ""), self._facts.get("needs_referrer")
        if cookie not in asked.headers.get("cookie", ""):
            return _redirect(asked.target, cookie=f"{cookie}; Path=/")
        if referrer and referrer in asked.target and self.host not in asked.headers.get("referer", ""):
            return Answer(status=HTTPStatus.FORBIDDEN, body=b"<html><body><h1>403</h1></body></html>")
        for_browsers, browser = self._facts.get("browsers_only"), "Mozilla/" in asked.headers.get("user-agent", "")
        if for_browsers and not browser and re.search(for_browsers, asked.target):
            return Answer(status=HTTPStatus.FORBIDDEN, body=b"<html><body><h1>403</h1></body></html>")
        if (busy := self._facts.get("busy")) and re.search(busy, asked.target):
            self._times[asked.target] += 1
            if self._times[asked.target] % 2:
                return Answer(status=HTTPStatus.SERVICE_UNAVAILABLE, headers={"Retry-After": "1"}, body=b"503")
        return None

    def _write_articles(self, number: int, now: datetime) -> list[Article]:
        chance, articles, hours = Random(self.key), list[Article](), self._facts.get("hours", 5)
        for position in range(number):
            titles = {article.title for article in articles}
            while (title := headline(self.language, chance)) in titles:
                pass
            texts = paragraphs(self.language, chance)
            date = now - timedelta(hours=hours * position + 1, minutes=chance.randint(0, 59))
            at = 100000 + position * 37 + chance.randint(0, 20)
            articles.append(Article(position=position, number=at, title=title, paragraphs=texts, date=date))
        for article in articles:
            article.url = self._template(self._facts["address"]).render(a=article)
            article.aliases = [self._template(each).render(a=article) for each in self._facts.get("aliases", ())]
        return articles

    def _other_pages(self, others: Iterable[Sequence[Any]]) -> Iterator[tuple[str, tuple[str, str]]]:
        for path, title, kind, *numbers in others:
            for i in range(numbers[0], numbers[1] + 1) if numbers else (0,):
                yield self._address(path, i), (self._address(title, i), kind)

    def _article_at(self, asked: Asked) -> Article | None:
        if asked.host != self._facts.get("article_host", asked.host):
            return None
        target, host = unquote(asked.target), f"http://{asked.host}"
        return next(
            (
                each
                for each in self.live
                if target in [unquote(url.removeprefix(host)) for url in (each.url, *each.aliases)]
            ),
            None,
        )

    def _by_pattern(self, asked: Asked) -> Answer:
        target = unquote(asked.target)
        for page in self._pages:
            if "pattern" not in page or page.get("host", asked.host) != asked.host:
                continue
            if (match := re.search(page["pattern"], target)) and (
                answer := self._page(page, asked.target, match.groups())
            ):
                return answer
        if asked.target == "/robots.txt":
            return Answer(headers={"Content-Type": "text/plain"}, body=self._facts.get("robots", ROBOTS).encode())
        return self._not_found()

    def _page(self, page: Mapping[str, Any], target: str, groups: Sequence[str | None]) -> Answer | None:
        """None for a part that has no articles."""
        values: dict[str, Any] = {"groups": groups, "target": target}
        if "size" in page:
            values |= self._part(page, groups)
            if not values["shown"]:
                return None
        if "redirect" in page:
            return _redirect(self._render(page["redirect"], **values), page.get("status", HTTPStatus.FOUND))
        if "text" not in page:
            main, head = (Markup(self._render(page.get(name, ""), **values)) for name in ("main", "head"))
            return self._html(self._render(page["title"], **values), main, head, page.get("status", HTTPStatus.OK))
        text = self._render(page["text"], **values)
        body = text.encode(page.get("charset", "utf-8")) if "type" in page else self._encoded(text, page.get("charset"))
        headers = {"Content-Type": page.get("type", self._content_type)}
        if page.get("drip"):
            return Answer(headers=headers | {"Transfer-Encoding": "chunked"}, body=body, drip=True)
        return Answer(headers=headers, body=gzip.compress(body) if page.get("gzip") else body)

    def _part(self, page: Mapping[str, Any], groups: Sequence[str | None]) -> dict[str, Any]:
        size, by_articles = page["size"], page.get("count") == "articles"
        first = page.get("first", 0 if by_articles else 1)
        n = int(groups[0] or first)
        begin = n - first if by_articles else (n - first) * size
        return {
            "n": n,
            "next": n + size if by_articles else n + 1,
            "shown": self.live[begin : begin + size],
            "more": begin + size < len(self.live),
        }

    def _article(self, article: Article, target: str) -> Answer:
        form = self._facts.get("article", "article")
        body = Markup(self._environment.get_template("article.html").render(a=article, form=form))
        if "article_main" in self._facts:
            body = Markup(self._render(self._facts["article_main"], a=article, target=target))
        if "around" in self._facts:
            body = Markup(self._render(self._facts["around"], body=body, a=article))
        head = self._render(self._facts.get("article_head", ""), a=article)
        if form == "article" and not head:
            kind = hashlib.md5(self.key.encode()).digest()[0] % 3
            head = self._environment.get_template("article_head.html").render(a=article, kind=kind)
        return self._html(article.title, body, Markup(head))

    def _other(self, title: str, kind: str) -> Markup:
        chance = Random(title)
        text = paragraphs(self.language, chance, 2)[0]
        place = chance.choice(vocabularies()[self.language]["places"])
        template = self._environment.get_template("other.html")
        return Markup(template.render(title=title, kind=kind, text=text, place=place, articles=self.live, site=self))

    def _not_found(self) -> Answer:
        return self._html("404", Markup("<h1>404</h1><p>Not found.</p>"), status=HTTPStatus.NOT_FOUND)

    def _html(self, title: str, main: Markup, head: str = "", status: int = HTTPStatus.OK) -> Answer:
        layout = self._facts.get("layout") or '{% include "layout.html" %}'
        text = self._render(layout, title=title, main=main, head=head, menu=self._facts.get("menu", ()))
        return Answer(status=status, headers={"Content-Type": self._content_type}, body=self._encoded(text))

    @property
    def _content_type(self) -> str:
        return str(self._facts.get("content_type", f"text/html; charset={self.charset}"))

    def _encoded(self, text: str, charset: str | None = None) -> bytes:
        return text.encode(charset or self.charset, "xmlcharrefreplace")

    def _address(self, source: str, i: int = 0) -> str:
        """An address, or the title of one, which needs no macros: they take most of the time that a template takes to be read."""
        return self._template(source).render(site=self, articles=self.live, all=self.articles, i=i)

    def _render(self, source: str, **values: Any) -> str:
        template = self._template(_LISTS + self._facts.get("macros", "") + source)
        return template.render(site=self, articles=self.live, all=self.articles, asked=self._answered, **values)


def load_sites(now: datetime, number: int = 1) -> list[Site]:
    """The sites of a set, as of that time (in UTC), by name. Raises ValueError for a key that means nothing."""
    environment = _environment(now)
    sites = []
    for path in sorted((HERE / SETS[number]).glob("*.toml")):
        facts = tomllib.loads(path.read_text("utf-8"))
        if unknown := (facts.keys() - _KEYS).union(*(page.keys() - _PAGE_KEYS for page in facts["page"])):
            raise ValueError(f"{path.name}: {', '.join(sorted(unknown))}")
        sites.append(Site(path.stem, facts, environment, now))
    return sites


def _environment(now: datetime) -> Environment:
    environment = Environment(loader=FileSystemLoader(HERE / "templates"), autoescape=True, trim_blocks=True)
    environment.filters |= {
        "json": lambda value: Markup(json.dumps(value)),
        "every": lambda articles, step, rest: [each for each in articles if each.position % step == rest],
        "dated": lambda articles, form, text: [each for each in articles if each.date.strftime(form) == text],
        "older": lambda articles, name, value: [each for each in articles if getattr(each, name) < value],
        "entities": _entities,
        "md5": _md5,
        "ascii": str.isascii,
        "base36": _base36,
        "word": _word,
        "shuffled": lambda articles, seed: Random(seed).sample(list(articles), len(articles)),
    }
    environment.globals |= {
        "today": now.isoformat(),
        "month": lambda back, form: _months_before(now, back).strftime(form),
        "md5": _md5,
    }
    return environment


def _months_before(now: datetime, back: int) -> datetime:
    year, month = divmod(now.year * 12 + now.month - 1 - back, 12)
    return datetime(year, month + 1, 1, tzinfo=now.tzinfo)


def _md5(value: object) -> str:
    return hashlib.md5(str(value).encode()).hexdigest()


def _entities(text: str) -> Markup:
    """The text with HTML's names for what is not ASCII, as pages in Latin 1 have it."""
    return Markup("".join(f"&{name};" if (name := codepoint2name.get(ord(each))) else each for each in text))


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[digit] + digits
    return digits


def _word(number: int) -> str:
    """An invented word of three syllables, the same for the same number."""
    chance = Random(number)
    return "".join(chance.choice("bdfgklmnprstvz") + chance.choice("aeiou") for _ in range(3)) + chance.choice("nrls")


def _redirect(to: str, status: int = HTTPStatus.FOUND, cookie: str = "") -> Answer:
    return Answer(status=status, headers={"Location": to, **({"Set-Cookie": cookie} if cookie else {})})
