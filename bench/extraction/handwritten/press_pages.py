"""Pages written in the forms of the press: a form of `press_forms*/*.toml` set into the surroundings of a page, with its labels."""

# ruff: noqa: E501 -- markup is read along the line
from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

SURROUNDINGS = ("plain", "rich", "tables")
"""The pages that a form is set into: elements of HTML 5; classes, other stories, comments and buttons around it; layout tables."""
_FOLDERS = tuple(
    Path(__file__).with_name(name) for name in ("press_forms", "press_forms_2", "press_forms_3", "press_forms_4")
)
"""The sets, by number."""
_TAGS = {"tw": "zh-TW", "zh": "zh-CN"}
_WINDOWS = {"zh": "{H}_港湾网", "tw": "{H} - 港灣網"}
_MENU = ("Home", "News", "World", "Business", "Sport", "Opinion")
_CHINESE_MENU = ("首页", "新闻", "国内", "国际", "财经", "视频")
_OTHERS = (
    "Market hall to reopen at end of month",
    "Library extends its weekend hours",
    "Winter heating to end in mid-March",
)
_CHINESE_OTHERS = ("城西菜市场月底完成改造", "图书馆周末延长开放时间", "冬季供暖三月中旬结束")
_FOOT = '© 2024 Harbour Media Ltd. All rights reserved. <a href="/privacy">Privacy</a> <a href="/contact">Contact</a>'
_CHINESE_FOOT = "港湾传媒集团 版权所有 ICP备12345678号 联系电话：0571-1234567"


@dataclass(frozen=True, slots=True, kw_only=True)
class PressForm:
    """A form: pieces of HTML by their place on the page, and what is to be read.

    In the pieces `{H}` is the story's headline, `{p1}` to `{p4}` its paragraphs, `{P}` all four as `<p>`, `{state}` the story as a
    percent-encoded JSON state.
    """

    kind: str
    """What the form is about: byline, time, title, …"""
    name: str
    language: str
    tag: str = ""
    """The page's language tag, where it is not that of the language."""
    address: str = ""
    """The page's address, where the site is to be another."""
    meta: str = ""
    """In `<head>`."""
    window: str = ""
    """The window title, where it is not the headline with the site's name."""
    above: str = ""
    headline: str = "<h1>{H}</h1>"
    head: str = ""
    """Between headline and text."""
    first: str = ""
    """In the text's container, above its paragraphs."""
    body: str = "{P}"
    last: str = ""
    """In the text's container, below its paragraphs."""
    below: str = ""
    text: tuple[str, ...] = ("{p1}", "{p2}", "{p3}", "{p4}")
    """The lines that are the article's text."""
    optional: tuple[str, ...] = ()
    """Lines that may stand in the text or not: a standfirst, a caption, a note below the text."""
    may_be: dict[str, list[Any]] = field(default_factory=dict)
    """Field -> values that are right as well: where nobody is named, the desk or agency that is credited instead."""
    want: dict[str, Any] = field(default_factory=dict)
    """Field of `copydesk extract --json` -> value. Fields that are not named are not judged, but for title and text."""

    @property
    def story(self) -> list[str]:
        """Headline and paragraphs."""
        return stories()[self.language]

    @property
    def url(self) -> str:
        """The page's address."""
        if self.address:
            return self.address
        if self.language == "zh":
            return "https://www.gangwan.example/news/c/123456.html"
        return "https://www.clarion.example/news/harbour-ferry-123456"

    def labels(self) -> dict[str, Any]:
        """What is to be read, by field; the text as its lines."""
        wanted = {"title": "{H}"} | self.want
        filled = {name: self._filled(value) if isinstance(value, str) else value for name, value in wanted.items()}
        return filled | {"text": [self._filled(line) for line in self.text]}

    def page(self, surroundings: str) -> str:
        """The HTML of the page in one of the `SURROUNDINGS`."""
        frames = {"plain": _plain, "rich": _rich, "tables": _tables}
        window = self.window or _WINDOWS.get(self.language, "{H} | Harbour Clarion")
        tag = self.tag or _TAGS.get(self.language, self.language)
        head = f'<head><meta charset="utf-8"><title>{window}</title>{self.meta}</head>'
        return f'<!DOCTYPE html><html lang="{tag}">{self._filled(head + "<body>" + frames[surroundings](self))}</body></html>'

    def _filled(self, text: str) -> str:
        """With the story's sentences for their names."""
        story = self.story
        text = text.replace("{P}", "".join(f"<p>{line}</p>" for line in story[1:])).replace("{H}", story[0])
        for at, line in enumerate(story[1:], 1):
            text = text.replace(f"{{p{at}}}", line)
        return text.replace("{state}", _state(story)) if "{state}" in text else text


_stories: dict[str, list[str]] = {}


def stories() -> dict[str, list[str]]:
    """Language -> headline and four paragraphs of the story."""
    if not _stories:
        for path in (folder / "stories.toml" for folder in _FOLDERS):
            if path.exists():
                _stories.update(tomllib.loads(path.read_text("utf-8")))
    return _stories


def press_forms(number: int = 1) -> Iterator[PressForm]:
    """All forms of a set."""
    for path in sorted(_FOLDERS[number - 1].glob("*.toml")):
        for entry in tomllib.loads(path.read_text("utf-8")).get("forms", ()):
            lines = {name: tuple(entry[name]) for name in ("text", "optional") if name in entry}
            yield PressForm(**{**entry, **lines})


def _state(story: list[str]) -> str:
    """The story as the percent-encoded state of a platform."""
    content = "".join(f"<p>{line}</p>" for line in story[1:])
    data = {"title": story[0], "publishTime": "2024-03-05 15:32", "source": "港湾观察", "content": content}
    return quote(json.dumps({"data": data}, ensure_ascii=False))


def _chinese(form: PressForm) -> bool:
    return form.language in ("zh", "tw")


def _menu(form: PressForm) -> str:
    words = _CHINESE_MENU if _chinese(form) else _MENU
    return "".join(f'<li><a href="/{at}/">{word}</a></li>' for at, word in enumerate(words))


def _others(form: PressForm) -> str:
    titles = _CHINESE_OTHERS if _chinese(form) else _OTHERS
    return "".join(
        f'<li><a href="/a/{at}.html">{one}</a> <span>2024-02-0{at + 1}</span></li>' for at, one in enumerate(titles)
    )


def _foot(form: PressForm) -> str:
    return _CHINESE_FOOT if _chinese(form) else _FOOT


def _plain(form: PressForm) -> str:
    article = (
        f'<article>{form.headline}{form.head}<div class="content">{form.first}{form.body}{form.last}</div></article>'
    )
    header = f'<header><a href="/">Logo</a><ul>{_menu(form)}</ul></header>'
    return f"{header}{form.above}<main>{article}{form.below}</main><footer>{_foot(form)}</footer>"


def _rich(form: PressForm) -> str:
    chinese = _chinese(form)
    if chinese:
        comments = '<div class="comments"><h3>网友评论</h3><p>小王 2024-03-06 08:00 真好，等了好多年。</p></div>'
        side = f'<aside class="side"><h3>热门推荐</h3><ul>{_others(form)}</ul></aside>'
        share = '<div class="share"><a href="#">分享到微信</a><a href="#">微博</a></div>'
        words = ("今天是2024年3月9日 星期六", "登录", "首页", "本地新闻", "相关阅读")
    else:
        comments = '<div class="comments"><h3>Comments</h3><div class="comment"><b>Sam Reed</b> <time>March 6, 2024</time><p>About time, I say.</p></div></div>'
        card = '<div class="card"><a href="/a/9"><h4>How the depot was sold</h4></a><span class="by">Peter Marsh</span><time datetime="2024-02-01T10:00:00Z">Feb 1, 2024</time></div>'
        side = f'<aside class="side"><h3>Most read</h3><ul>{_others(form)}</ul>{card}</aside>'
        share = '<div class="share-tools"><button>Share</button><a href="https://facebook.com/s">Facebook</a><a href="https://x.com/s">X</a></div>'
        words = ("Saturday, March 9, 2024", "Sign in", "Home", "Local", "Related stories")
    today, login, home, section, related = words
    top = f'<div class="top"><span>{today}</span><a href="/login">{login}</a></div><nav><ul>{_menu(form)}</ul></nav>'
    crumb = f'<div class="crumb"><a href="/">{home}</a> &gt; <a href="/n/">{section}</a></div>'
    body = f'<div class="article-body">{form.first}{form.body}{form.last}</div>'
    more = f'<div class="related"><h3>{related}</h3><ul>{_others(form)}</ul></div>'
    main = (
        f'<div class="main"><div class="hd">{form.headline}{form.head}</div>{share}{body}{share}{more}{comments}</div>'
    )
    return f'{top}{crumb}{form.above}<div class="wrap">{main}{side}</div>{form.below}<div class="footer">{_foot(form)}</div>'


def _tables(form: PressForm) -> str:
    head, body = f"<div>{form.headline}{form.head}</div>", f'<div id="zoom">{form.first}{form.body}{form.last}</div>'
    cell = f'<td valign="top">{form.above}{head}{body}{form.below}</td>'
    side = f'<td width="200"><ul>{_others(form)}</ul></td>'
    foot = f'<tr><td colspan="2" align="center">{_foot(form)}</td></tr>'
    return f'<table width="960"><tr><td colspan="2">{_menu(form)}</td></tr><tr>{cell}{side}</tr>{foot}</table>'
