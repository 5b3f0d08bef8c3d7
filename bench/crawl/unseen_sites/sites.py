"""Sites that nobody has written rules for: one TOML file each in `sites/`, answered as a server of theirs would.

A file has the site's `host` (`hosts`: further ones), `language`, `charset`, the number of its `articles` and the `address` of
each, where it is added (`start`), the `article` form of `templates/article.html`, a `menu`, and what may not be asked for
(`forbidden`). Each `[[page]]` has a `path` or a `pattern` and is `main` in the site's layout, a whole `text`, or a `redirect`.
With `size` it is a list in parts, which the pattern's first group numbers: by parts from `first`, or by articles (`count`).
`others` are pages that are no articles: path, title, kind in `templates/other.html`, and from which to which number there are
such. What is text in a file is a Jinja template.

Texts and numbers are seeded by the file's name. Dates are counted back from now, as a crawl looks at how old things are. The
newest article is published between the first and the second crawl.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime
from functools import cache
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
}
_PAGE_KEYS = {
    *("path", "pattern", "host", "title", "head", "main", "text", "type", "gzip", "redirect", "status"),
    *("size", "first", "count"),
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
        self._facts, self._environment = facts, environment
        self._template = cache(environment.from_string)
        self.articles = self._write_articles(facts["articles"], now)
        self.start = self._render(facts.get("start", "/"))
        self._pages = list(facts["page"])
        self._paths = {self._render(page["path"]): page for page in self._pages if "path" in page}
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
        cookie, referrer = self._facts.get("cookie", ""), self._facts.get("needs_referrer")
        if asked.target != "/robots.txt" and cookie not in asked.headers.get("cookie", ""):
            return Found(answer=_redirect(asked.target, cookie=f"{cookie}; Path=/"))
        if referrer and referrer in asked.target and self.host not in asked.headers.get("referer", ""):
            return Found(answer=Answer(status=HTTPStatus.FORBIDDEN, body=b"<html><body><h1>403</h1></body></html>"))
        if page := self._paths.get(asked.target):
            return Found(answer=self._page(page, asked.target, ()) or self._not_found())
        if other := self._others.get(asked.target):
            return Found(answer=self._html(other[0], self._other(*other)))
        if article := self._article_at(asked):
            return Found(answer=self._article(article), article=article.position)
        return Found(answer=self._by_pattern(asked))

    def _write_articles(self, number: int, now: datetime) -> list[Article]:
        chance, articles = Random(self.key), list[Article]()
        for position in range(number):
            titles = {article.title for article in articles}
            while (title := headline(self.language, chance)) in titles:
                pass
            texts = paragraphs(self.language, chance)
            date = now - timedelta(hours=5 * position + 1, minutes=chance.randint(0, 59))
            at = 100000 + position * 37 + chance.randint(0, 20)
            articles.append(Article(position=position, number=at, title=title, paragraphs=texts, date=date))
        for article in articles:
            article.url = self._template(self._facts["address"]).render(a=article)
        return articles

    def _other_pages(self, others: Iterable[Sequence[Any]]) -> Iterator[tuple[str, tuple[str, str]]]:
        for path, title, kind, *numbers in others:
            for i in range(numbers[0], numbers[1] + 1) if numbers else (0,):
                yield self._render(path, i=i), (self._render(title, i=i), kind)

    def _article_at(self, asked: Asked) -> Article | None:
        if asked.host != self._facts.get("article_host", asked.host):
            return None
        target = unquote(asked.target)
        return next(
            (each for each in self.live if unquote(each.url.removeprefix(f"http://{asked.host}")) == target), None
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
        body = text.encode() if "type" in page else self._encoded(text)
        kind = page.get("type", f"text/html; charset={self.charset}")
        return Answer(headers={"Content-Type": kind}, body=gzip.compress(body) if page.get("gzip") else body)

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

    def _article(self, article: Article) -> Answer:
        form = self._facts.get("article", "article")
        body = Markup(self._environment.get_template("article.html").render(a=article, form=form))
        if "around" in self._facts:
            body = Markup(self._render(self._facts["around"], body=body))
        head = ""
        if form == "article":
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
        return Answer(
            status=status, headers={"Content-Type": f"text/html; charset={self.charset}"}, body=self._encoded(text)
        )

    def _encoded(self, text: str) -> bytes:
        return text.encode(self.charset, "xmlcharrefreplace")

    def _render(self, source: str, **values: Any) -> str:
        template = self._template(_LISTS + self._facts.get("macros", "") + source)
        return template.render(site=self, articles=self.live, all=self.articles, **values)


def load_sites(now: datetime) -> list[Site]:
    """All sites, as of that time (in UTC), by name. Raises ValueError for a key that means nothing."""
    environment = _environment(now)
    sites = []
    for path in sorted((HERE / "sites").glob("*.toml")):
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
        "ascii": str.isascii,
    }
    environment.globals |= {
        "today": now.isoformat(),
        "month": lambda back, form: _months_before(now, back).strftime(form),
        "md5": lambda value: hashlib.md5(str(value).encode()).hexdigest(),
    }
    return environment


def _months_before(now: datetime, back: int) -> datetime:
    year, month = divmod(now.year * 12 + now.month - 1 - back, 12)
    return datetime(year, month + 1, 1, tzinfo=now.tzinfo)


def _redirect(to: str, status: int = HTTPStatus.FOUND, cookie: str = "") -> Answer:
    return Answer(status=status, headers={"Location": to, **({"Set-Cookie": cookie} if cookie else {})})
