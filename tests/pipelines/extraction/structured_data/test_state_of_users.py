"""What users put on platforms, in the state of a page that a script draws: galleries, posts without a title, landing pages."""

from __future__ import annotations

import json
from html import escape
from typing import Any

import pytest

from db.models import Page
from db.site_rules.loader import Sites
from pipelines.extraction.article_json import to_json
from pipelines.extraction.extract import extract
from tests.pipelines.extraction.chinese.chinese_page import HEADLINE, PARAGRAPHS

LEAD, *NOTES = PARAGRAPHS
NEXT = {"setname": "河口镇的档案馆搬家", "title": "河口镇的档案馆搬家", "prevue": "河口镇的档案馆上周搬进了旧粮站。"}
NETEASE = {
    "info": {
        "setname": HEADLINE,
        "lmodify": "2024-03-05 10:20:15",
        "prevue": LEAD,
        "source": "清溪图片社",
        "next": NEXT,
    },
    "list": [{"id": f"G{at}", "img": "1.jpg", "title": HEADLINE, "note": note} for at, note in enumerate(NOTES)],
}
SLIDE = {
    "slide": {"title": HEADLINE, "createtime": "2024-03-05 10:20:15", "source": "清溪图片社", "short_intro": LEAD},
    "images": [{"title": HEADLINE, "intro": note, "image_url": "1.jpg"} for note in NOTES],
}
ABSTRACTS = {
    "title": HEADLINE,
    "publish_time": "2024-03-05 10:20:15",
    "source": "清溪图片社",
    "sub_abstracts": list(PARAGRAPHS),
    "sub_images": [{"url": "1.jpg"}],
}
GALLERIES = {
    "in a form field": f"<textarea name='gallery-data'>\n{escape(json.dumps(NETEASE, ensure_ascii=False, indent=1))}</textarea>",
    "in a form field, as it is": f"<textarea name='photos'>{json.dumps(NETEASE, ensure_ascii=False)}</textarea>",
    "assigned": f"<script>var slide_data = {json.dumps(SLIDE, ensure_ascii=False)};</script>",
    "of abstracts": f"<script>window.gallery = {json.dumps(ABSTRACTS, ensure_ascii=False)};</script>",
}


def read(body: str, title: str) -> dict[str, Any]:
    html = f"<!DOCTYPE html><html lang='zh-CN'><head><meta charset='utf-8'><title>{title}</title></head><body>{body}</body></html>"
    return to_json(extract(Page(body=html.encode(), url="https://www.qingxi.example/photo/1.html"), Sites()))


POST = {
    "created_at": "Tue Mar 05 10:20:15 +0800 2024",
    "id": "4987",
    "text": f"【{HEADLINE}】<a href='/s'>#清溪#</a><br />{'<br /><br />'.join(PARAGRAPHS)}",
    "source": "Qphone 13 网页版",
    "user": {"id": 28, "screen_name": "清溪日报", "description": "清溪日报社的账号"},
    "comments_count": 863,
}


def test_a_post_without_a_title_has_its_first_words() -> None:
    script = f"<script>var $render_data = [{{'status': {json.dumps(POST, ensure_ascii=False)}, 'call': 1}}][0] || {{}};</script>"
    got = read(f"<div id='app'></div>{script}", "正文 - 清溪手机版")
    assert (got.get("title"), got.get("source"), got.get("authors")) == (HEADLINE, "清溪日报", [])
    assert got["published"] == "2024-03-05T10:20:15+08:00"
    assert got["text"].split("\n")[1:] == list(PARAGRAPHS)


def test_a_landing_page_has_its_sections() -> None:
    sections = [{"type": "text", "content": f"<p>{text}</p>"} for text in PARAGRAPHS]
    data = {
        "bsData": {
            "superlanding": [{"itemData": {"header": HEADLINE, "sections": sections}}],
            "comment": {"title": "评论"},
        }
    }
    got = read(f"<div id='root'></div><script>window.jsonData = {json.dumps(data)};</script>", HEADLINE)
    assert got["text"].split("\n") == list(PARAGRAPHS)


def test_an_episode_is_of_its_podcast() -> None:
    episode = {
        "title": HEADLINE,
        "shownotes": "".join(f"<p>{text}</p>" for text in PARAGRAPHS),
        "pubDate": "2024-03-05T02:20:15Z",
    }
    data = {"props": {"pageProps": {"episode": episode | {"podcast": {"title": "清溪电台", "author": "河口潮声"}}}}}
    got = read(
        f"<h1>{HEADLINE}</h1><script id='__NEXT_DATA__' type='application/json'>{json.dumps(data)}</script>", HEADLINE
    )
    assert got["source"] == "清溪电台"
    assert got["text"].split("\n") == list(PARAGRAPHS)


COLUMNS = {
    "doc": ("docTitle", "docContent", "docPubTime", "docSource", "docAuthor"),
    "info": ("info_title", "info_content", "info_date", "info_source", "info_author"),
    "news": ("newsTitle", "newsContent", "newsDate", "newsSource", "newsAuthor"),
    "manuscript": ("manuscriptTitle", "manuscriptContent", "releaseTime", "manuscriptSource", "manuscriptAuthor"),
    "plain text": ("title", "contentTxt", "publicTime", "sourceFrom", "reporter"),
}


@pytest.mark.parametrize("system", COLUMNS)
def test_systems_begin_the_names_of_all_columns_alike(system: str) -> None:
    values = (HEADLINE, "".join(f"<p>{text}</p>" for text in PARAGRAPHS), "2024-03-05 10:20:15", "清溪日报", "张伟明")
    data = {"code": 0, "data": {"detail": dict(zip(COLUMNS[system], values, strict=True)), "recommend": [NEXT]}}
    got = read(f"<div id='app'></div><script>window.__DATA__ = {json.dumps(data)};</script>", "清溪手机版")
    assert (got.get("title"), got.get("source"), got.get("authors")) == (HEADLINE, "清溪日报", ["张伟明"])
    assert got["published"].startswith("2024-03-05T10:20:15")
    assert got["text"].split("\n") == list(PARAGRAPHS)


@pytest.mark.parametrize(
    "key", ["publishDatetime", "published_date_time", "release_time_str", "createdAtFormatted", "docPubTimeLocal"]
)
def test_a_time_is_one_in_whatever_form_its_key_says_it_is(key: str) -> None:
    story = {
        "headline": HEADLINE,
        "content": "".join(f"<p>{text}</p>" for text in PARAGRAPHS),
        key: "2024-03-05 10:20:15",
    }
    got = read(f"<div id='app'></div><script>window.__DATA__ = {json.dumps({'story': story})};</script>", "清溪手机版")
    assert got["published"].startswith("2024-03-05T10:20:15")


@pytest.mark.parametrize("key", ["desc", "abstractHtml", "brief_intro"])
def test_a_text_in_paragraphs_is_the_body_whatever_it_is_called(key: str) -> None:
    text = "".join(f"<p>{line}</p>" for line in PARAGRAPHS)
    story = {"title": HEADLINE, "publish_time": "2024-03-05 10:20:15", key: text}
    state = json.dumps({"newsDetail": {"content": story}, "footer": {"links": ["隐私"]}})
    script = f"<script id='__NEXT_DATA__' type='application/json'>{state}</script>"
    assert read(f"<div id='__next'></div>{script}", "清溪")["text"].split("\n") == [*PARAGRAPHS]


@pytest.mark.parametrize("key", ["provider", "sourceOrganization", "copyrightHolder"])
def test_the_outlet_is_who_provides_an_article_before_the_portal_that_publishes_it(key: str) -> None:
    stated = {"@type": "NewsArticle", "headline": "Ferry sails again", key: {"name": "Harbour Courier"}}
    if key == "provider":
        stated["publisher"] = {"name": "Island Portal"}
    said = "".join(
        f"<p>Ferry {n} will sail again after the storm, the harbour office said on Monday.</p>" for n in range(5)
    )
    got = read(
        f'<script type="application/ld+json">{json.dumps(stated)}</script><h1>Ferry sails again</h1>'
        f"<p class='byline'>By Ann Reed, Harbour Courier</p>{said}",
        "Ferry sails again",
    )
    assert (got["source"], got["authors"]) == ("Harbour Courier", ["Ann Reed"])
