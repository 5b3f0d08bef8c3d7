"""State in scripts as a witness: every form that frameworks write it in, on pages that print little or nothing themselves."""

from __future__ import annotations

import json
import time
from html import escape
from typing import Any
from urllib.parse import quote

import pytest

from db.models import Page
from db.site_rules.loader import Sites
from pipelines.extraction.article_json import to_json
from pipelines.extraction.extract import extract

TITLE = "Ferry Crews Rescue Forty Sheep From a Sandbank Off Skarn"
FIRST = "The crew of the morning ferry noticed the flock at half past six, when the tide had covered the causeway."
SECOND = "Two dinghies and a tractor brought all forty animals ashore before noon, said the harbour master, who counted them."
THIRD = "The farmer now wants to move the gate to the high side of the field, where the spring tides never came."
WHEN = "2025-03-04T09:15:00+01:00"
EPOCH = 1741076100
BODY = f"<p>{FIRST}</p><p>{SECOND}</p><p>{THIRD}</p>"
STORY: dict[str, Any] = {
    "id": 81,
    "headline": TITLE,
    "body": BODY,
    "publishedAt": WHEN,
    "author": {"id": 3, "name": "Ragna Holmdal", "createdAt": "2019-01-01T00:00:00Z"},
}
ADDRESS = "https://skarnposten.example/nyt/ferry-crews-rescue"


def read(
    inner: str, *, head: str = f"<title>{TITLE} | Skarnposten</title>", url: str = ADDRESS, lang: str = "en"
) -> dict[str, Any]:
    """What is read from a page whose body is this."""
    html = f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8">{head}</head><body>{inner}</body></html>'
    return to_json(extract(Page(body=html.encode(), url=url), Sites()))


def shell(script: str, **keywords: Any) -> dict[str, Any]:
    """What is read from a page that a script draws."""
    return read(f'<div id="root"></div>{script}<script src="/app.js"></script>', **keywords)


def js(value: Any) -> str:
    """A value as JavaScript writes it: bare keys, single quotes."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{key}:{js(item)}" for key, item in value.items()) + ",}"
    if isinstance(value, list):
        return "[" + ",".join(map(js, value)) + "]"
    return "'" + value.replace("'", "\\'") + "'" if isinstance(value, str) else json.dumps(value)


def assign(name: str, value: Any) -> str:
    return f"<script>{name} = {json.dumps(value)};</script>"


def in_json(text: str, attributes: str = "") -> str:
    return f'<script type="application/json" {attributes}>{text}</script>'


def flight(story: dict[str, Any]) -> str:
    """React's stream: the text in a row of its own, cut into chunks anywhere."""
    text = story["body"]
    article = json.dumps({**story, "body": "$a"})
    rows = (
        f'1:I[4,["5"],"default"]\n2:["$","main",null,{{"article":{article}}}]\na:T{len(text.encode()):x},{text}3:null\n'
    )
    chunks = [rows[at : at + 150] for at in range(0, len(rows), 150)]
    return "".join(f"<script>self.__next_f.push([1,{json.dumps(chunk)}])</script>" for chunk in chunks)


def flat(story: dict[str, Any]) -> list[Any]:
    """A value as Nuxt 3 writes it: parts that point at each other."""
    table: list[Any] = [["ShallowReactive", 1], {"data": 2, "once": 4}, {"story-81": 3}]
    keys: dict[str, int] = {}
    table += [keys, ["Set"]]
    for key, value in {**story, "author": story["author"]["name"]}.items():
        keys[key] = len(table)
        table.append(value)
    return table


def called() -> str:
    """A value as Nuxt 2 writes it: a function whose names are given values."""
    story = {**STORY, "author": {"name": "§a§"}, "headline": "§b§", "section": "§c§"}
    literal = js(story)
    for name in "abc":
        literal = literal.replace(f"'§{name}§'", name)
    given = f"'Ragna Holmdal',{json.dumps(TITLE)},null"
    return (
        f"window.__NUXT__=(function(a,b,c){{return {{layout:'default',data:[{{story:{literal}}}],error:c}}}}({given}));"
    )


def nested(key: str) -> dict[str, Any]:
    return {"props": {"pageProps": {"menu": [{"title": "Sport", "url": "/sport"}] * 5, key: STORY}}}


APOLLO = {
    "ROOT_QUERY": {'story({"id":81})': {"__ref": "Story:81"}},
    "Story:81": {**STORY, "author": {"__ref": "Person:3"}},
    "Person:3": {"__typename": "Person", "name": "Ragna Holmdal"},
}
FUSION = {
    "type": "story",
    "headlines": {"basic": TITLE},
    "display_date": WHEN,
    "credits": {"by": [{"type": "author", "name": "Ragna Holmdal"}]},
    "content_elements": [{"type": "text", "content": text} for text in (FIRST, SECOND)]
    + [{"type": "image", "caption": "Sheep"}, {"type": "text", "content": THIRD}],
}
WORDPRESS = {
    "title": {"rendered": TITLE},
    "content": {"rendered": BODY, "protected": False},
    "date": WHEN,
    "date_gmt": WHEN,
    "author_name": "Ragna Holmdal",
}
MODERN = {
    "title": TITLE,
    "meta": {"published_time": EPOCH, "authors": [{"displayName": "Ragna Holmdal"}]},
    "content": {"html": BODY},
}
FORMS = {
    "next": f'<script id="__NEXT_DATA__" type="application/json">{json.dumps(nested("article"))}</script>',
    "next_flight": flight(STORY),
    "nuxt_2": f"<script>{called()}</script>",
    "nuxt_3": f'<script type="application/json" id="__NUXT_DATA__" data-ssr="true">{json.dumps(flat(STORY))}</script>',
    "initial_state": f"<script>window.__INITIAL_STATE__={json.dumps(nested('page'))};(function(){{var s;s=1}}());</script>",
    "initial_state_undefined": f'<script>window.__INITIAL_STATE__={json.dumps(nested("page"))[:-1]},"user":undefined}};</script>',
    "initial_state_parsed": f"<script>window.__INITIAL_STATE__ = JSON.parse({json.dumps(json.dumps(nested('page')))});</script>",
    "preloaded_single_quotes": "<script>window.__PRELOADED_STATE__ = JSON.parse('{}')</script>".replace(
        "{}", json.dumps(nested("x")).replace("\\", "\\\\").replace("'", "\\'")
    ),
    "preloaded_encoded": f"<script>__STATE__ = JSON.parse(decodeURIComponent('{quote(json.dumps(nested('story')))}'));</script>",
    "apollo": f"<script>window.__APOLLO_STATE__ = {json.dumps(APOLLO)};</script>",
    "fusion": "<script>window.Fusion=window.Fusion||{};</script>" + assign("Fusion.globalContent", FUSION),
    "json_script": f'<script type="application/json" data-hydrate>{json.dumps({"story": STORY})}</script>',
    "json_encoded": f'<script id="RENDER_DATA" type="application/json">{quote(json.dumps({"app": {"story": STORY}}))}</script>',
    "json_escaped": f'<script type="text/json">{escape(json.dumps({"story": STORY}))}</script>',
    "angular": '<script id="serverApp-state" type="application/json">'
    + json.dumps({"story": STORY}).replace("&", "&a;").replace('"', "&q;").replace("<", "&l;").replace(">", "&g;")
    + "</script>",
    "sveltekit": in_json(
        json.dumps({"status": 200, "body": json.dumps({"story": STORY})}), 'data-sveltekit-fetched data-url="/api"'
    ),
    "remix": assign("window.__remixContext", {"state": {"loaderData": {"routes/story": {"story": STORY}}}}),
    "javascript": f"<script>var pageConfig = {js({'story': STORY, 'ready': True})};init(pageConfig)</script>",
    "javascript_calls": f"<script>var BASE = {{ story: {{ title: '{TITLE}'.slice(0, 200), content: '' || {json.dumps(BODY)}, "
    + """'time': "2025-03-04 " + "09:15:00+01:00", author: {name: 'Ragna Holmdal'} } }</script>""",
    "call": f"<script>dataLayer.push({json.dumps({'event': 'view'})});App.boot({json.dumps({'story': STORY})});</script>",
    "wordpress": assign("window.wpData", {"post": WORDPRESS}),
    "meta_beside": assign("window.__DATA__", MODERN),
    "around": assign(
        "window.__S__",
        {"article": {"title": TITLE, "html": BODY}, "byline": "By Ragna Holmdal", "pubDate": EPOCH * 1000},
    ),
}


@pytest.mark.parametrize("form", FORMS)
def test_state_is_the_article_where_the_page_prints_none(form: str) -> None:
    got = shell(FORMS[form])
    assert got["text"].split("\n") == [FIRST, SECOND, THIRD]
    assert got["title"] == TITLE
    assert got["published"] == (WHEN if got["published"].endswith("+01:00") else "2025-03-04T08:15:00+00:00")
    assert got["authors"] == ["Ragna Holmdal"]
    assert got["provenance"]["text"].startswith("state:")


def test_provenance_says_the_path() -> None:
    got = shell(FORMS["next"])["provenance"]
    assert got["text"] == "state:__NEXT_DATA__.props.pageProps.article.body"
    assert got["authors"] == "state:__NEXT_DATA__.props.pageProps.article.author"


LEAF = [{"text": FIRST[:20]}, {"text": FIRST[20:40], "bold": True}, {"text": FIRST[40:]}]
SPANS = [{"_type": "span", "text": FIRST[:20], "marks": []}, {"_type": "span", "text": FIRST[20:], "marks": ["em"]}]
TEXTS: dict[str, Any] = {
    "plain": f"{FIRST}\n{SECOND}\n\n{THIRD}",
    "markdown": f"## Sheep\n\n{FIRST}\n\n![map](/a.png)\n\n**{SECOND}**\n\n[{THIRD}](https://skarn.example/x)",
    "escaped_html": escape(BODY),
    "strings": [FIRST, SECOND, THIRD],
    "portable": [{"_type": "block", "style": "normal", "children": SPANS}, {"_type": "image", "alt": "Sheep"}]
    + [{"_type": "block", "children": [{"_type": "span", "text": text}]} for text in (SECOND, THIRD)],
    "contentful": {
        "nodeType": "document",
        "data": {},
        "content": [
            {
                "nodeType": "paragraph",
                "data": {},
                "content": [
                    {"nodeType": "text", "value": text[:9], "marks": []},
                    {
                        "nodeType": "hyperlink",
                        "data": {"uri": "/x"},
                        "content": [{"nodeType": "text", "value": text[9:]}],
                    },
                ],
            }
            for text in (FIRST, SECOND, THIRD)
        ],
    },
    "prosemirror": {
        "type": "doc",
        "content": [
            {
                "type": "paragraph",
                "content": [
                    {"type": "text", "text": text[:9]},
                    {"type": "text", "marks": [{"type": "bold"}], "text": text[9:]},
                ],
            }
            for text in (FIRST, SECOND, THIRD)
        ],
    },
    "editorjs": {
        "time": 1,
        "blocks": [
            {"type": "paragraph", "data": {"text": FIRST}},
            {"type": "image", "data": {"caption": "Sheep"}},
            {"type": "list", "data": {"items": [SECOND, THIRD]}},
        ],
    },
    "draft": {
        "entityMap": {},
        "blocks": [
            {"key": "a", "type": "unstyled", "text": text, "inlineStyleRanges": []} for text in (FIRST, SECOND, THIRD)
        ],
    },
    "slate": [
        {"type": "paragraph", "children": LEAF},
        *({"type": "p", "children": [{"text": text}]} for text in (SECOND, THIRD)),
    ],
    "lexical": {
        "root": {
            "type": "root",
            "children": [
                {"type": "paragraph", "children": [{"type": "text", "text": text}]} for text in (FIRST, SECOND, THIRD)
            ],
        }
    },
    "quill": {
        "ops": [
            {"insert": FIRST[:30]},
            {"insert": FIRST[30:], "attributes": {"bold": True}},
            {"insert": f"\n{SECOND}\n"},
            {"insert": {"image": "x.png"}},
            {"insert": f"{THIRD}\n"},
        ]
    },
    "gutenberg": [
        {
            "name": "core/group",
            "attributes": {},
            "innerBlocks": [
                {"name": "core/paragraph", "attributes": {"content": text}, "innerBlocks": []}
                for text in (FIRST, SECOND)
            ],
        },
        {"name": "core/image", "attributes": {"caption": "Sheep"}},
        {"name": "core/paragraph", "attributes": {"content": THIRD}},
    ],
    "models": [
        {
            "type": "text",
            "model": {
                "blocks": [
                    {
                        "type": "paragraph",
                        "model": {"text": text, "blocks": [{"type": "fragment", "model": {"text": text}}]},
                    }
                    for text in (FIRST, SECOND)
                ]
            },
        },
        {"type": "image", "model": {"caption": "Sheep"}},
        {"type": "text", "model": {"blocks": [{"type": "paragraph", "model": {"text": THIRD}}]}},
    ],
    "typed_data": {
        "contentList": [
            {"type": "text", "data": f"<p>{FIRST}</p><p>{SECOND}</p>"},
            {"type": "video", "data": {"title": "Sheep"}},
            {"type": "text", "data": f"<p>{THIRD}</p>"},
        ]
    },
}


@pytest.mark.parametrize("kind", TEXTS)
def test_text_is_read_from_html_lines_and_blocks(kind: str) -> None:
    got = shell(f"<script>window.__DATA__={json.dumps({'story': {**STORY, 'body': TEXTS[kind]}})}</script>")
    assert [line for line in got["text"].split("\n") if line != "Sheep"] == [FIRST, SECOND, THIRD]


OTHER = {
    "title": "Bridge to Skarn Closed for Paint",
    "body": f"<p>{'The bridge is closed for paint. ' * 30}</p>",
    "publishedAt": "2020-01-01T00:00:00Z",
    "author": "Someone Else",
}


def test_other_articles_of_the_state_are_not_taken() -> None:
    state = {"related": [OTHER, OTHER, OTHER], "latest": OTHER, "story": STORY}
    got = shell(f"<script>window.__DATA__={json.dumps(state)}</script>")
    assert (got["title"], got["authors"]) == (TITLE, ["Ragna Holmdal"])
    assert got["text"].startswith(FIRST)


def test_a_list_of_articles_is_no_article() -> None:
    state = {"props": {"items": [OTHER, {**OTHER, "title": "A Fair in May Draws Crowds"}, STORY]}}
    got = shell(
        f"<script>window.__DATA__={json.dumps(state)}</script>",
        head="<title>Skarnposten</title>",
        url="https://skarnposten.example/nyt",
    )
    assert got["rejected"] in ("no_text", "not_article")


def test_a_front_page_keeps_its_refusal() -> None:
    got = shell(FORMS["next"], head="<title>Skarnposten</title>", url="https://skarnposten.example/")
    assert got["rejected"] in ("no_text", "not_article")


def test_a_shell_without_any_title_is_read() -> None:
    got = shell(FORMS["next"], head="<title>Skarnposten</title>")
    assert (got["title"], got["text"].split("\n")[0]) == (TITLE, FIRST)


def printed(script: str, lang: str = "en", title: str = TITLE) -> dict[str, Any]:
    """What is read from a page that prints its headline and text, and has all else in a script."""
    return read(
        f"<main><h1>{title}</h1><article>{BODY}</article></main>{script}", lang=lang, head=f"<title>{title}</title>"
    )


def test_what_is_missing_beside_a_printed_text_is_filled_in() -> None:
    got = printed(
        f"<script>window.__DATA__={json.dumps({'story': {key: value for key, value in STORY.items() if key != 'body'}})}</script>"
    )
    assert (got["published"], got["authors"]) == (WHEN, ["Ragna Holmdal"])
    assert got["provenance"]["text"] == "trafilatura"


def test_state_of_another_article_fills_in_nothing() -> None:
    got = printed(f"<script>window.__DATA__={json.dumps({'story': OTHER})}</script>")
    assert (got["published"], got["authors"]) == (None, [])


CHINESE = "岛上渡轮救起四十只羊"
ACCOUNT = f"""<script>var biz = "" || ""; var nickname = "汀洲晚潮"; var msg_title = '{CHINESE}'.html(false);
var ct = "{EPOCH}"; var user_name = "gh_6a1"; var svr_time = "1764000000";</script>"""
ACCOUNTS = {
    "assigned": ACCOUNT,
    "decoded": ACCOUNT.replace('"汀洲晚潮"', 'htmlDecode("汀洲晚潮")').replace(
        f'ct = "{EPOCH}"', f"oriCreateTime = '{EPOCH}'"
    ),
    "or": ACCOUNT.replace(f'ct = "{EPOCH}"', 'publish_time = "" || "2025-03-04 16:15:00"'),
    "pairs": f"<script>require(['x'], function(x) {{ x.start({{ articleTitle: '{CHINESE}', sourceName: \"汀洲晚潮\", "
    f"createTime: {EPOCH}, go() {{ return 1 }} }}) }})</script>",
    "object": assign("window.DATA", {"title": CHINESE, "media": "汀洲晚潮", "pubtime": "2025-03-04 16:15:00"}),
}


@pytest.mark.parametrize("form", ACCOUNTS)
def test_account_and_time_of_chinese_platforms(form: str) -> None:
    text = "".join(
        f"<p>渡轮船员清晨六点半发现羊群被潮水围在沙洲上，两艘小艇和一台拖拉机随即出发，{n}点前全部上岸。</p>"
        for n in "八九十"
    )
    page = f'<h2 class="title">{CHINESE}</h2><div id="content">{text}</div>{ACCOUNTS[form]}'
    got = read(page, lang="zh-CN", head=f"<title>{CHINESE}</title>", url="https://mp.tingzhou.example/s?id=9")
    assert got["source"] == "汀洲晚潮"
    assert got["published"] == (
        "2025-03-04T16:15:00+08:00" if "+08" in got["published"] else "2025-03-04T08:15:00+00:00"
    )


HOSTILE = {
    "nested": "<script>window.__DATA__={}</script>".replace("{}", '{"title":' * 100_000),
    "brackets": "<script>window.x=" + "[" * 500_000 + "</script>",
    "objects": "<script>" + "a={title:" * 100_000 + "</script>",
    "quotes": "<script>window.x={title:" + "'\\'" * 300_000 + "</script>",
    "pairs": "<script>" + 'title="' * 200_000 + "</script>",
    "large": f'<script type="application/json">{json.dumps({"title": TITLE, "x": ["y" * 1000] * 19_000})}</script>',
    "many": f"<script>window.x={json.dumps([{'title': TITLE, 'content': [{'content': [FIRST] * 20}] * 9}] * 300)}</script>",
    "chain": "<script>window.x=" + f'{{"title":"{TITLE}","content":[' * 200 + f'"{FIRST}"' + "]}" * 200 + "</script>",
    "unclosed": "<script>" * 50_000,
    "references": "<script>window.x="
    + json.dumps({"ROOT_QUERY": {}, "A:1": {"title": TITLE, "content": [{"__ref": "A:1"}] * 30}})
    + "</script>",
    "flat": f'<script type="application/json">{json.dumps([{"a": 1}, *[[at + 2, at + 2, at + 2] for at in range(3000)]])}</script>',
    "functions": "<script>" + "window.n=(function(a){return{title:" * 20_000 + "</script>",
    "attributes": "<i " + 'data-x="{&quot;title' * 50_000 + ">",
    "comments": "<!--enpproperty " + "<title>" * 100_000,
}


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_state_is_bounded(case: str) -> None:
    started = time.process_time()
    read(f"<h1>{TITLE}</h1>{BODY}{HOSTILE[case]}")
    assert time.process_time() - started < 8


LINKED = {"@context": "https://schema.org", "@type": "NewsArticle", "headline": TITLE, "datePublished": WHEN}
LINKED["author"] = {"@type": "Person", "name": "Ragna Holmdal"}  # type: ignore[assignment]
WRITTEN = json.dumps(LINKED, indent=1)
BROKEN = {
    "comma": WRITTEN.replace("\n}", ",\n}"),
    "comment": f"<!-- {WRITTEN} -->",
    "cdata": f"//<![CDATA[\n{WRITTEN}\n//]]>",
    "raw_break": WRITTEN.replace("Rescue Forty", "Rescue\nForty"),
    "several": f'{{"@type": "WebSite", "name": "Skarnposten"}},\n{WRITTEN}',
    "one_after_another": f'{{"@type": "WebSite", "name": "Skarnposten"}}\n{WRITTEN};',
    "bare_keys": js(LINKED).replace("@context", "'@context'").replace("@type", "'@type'"),
    "escape": WRITTEN.replace('"author"', '"description": "half past 6\\.00 o\\u2019clock", "author"'),
    "escaped_quote": WRITTEN.replace('"author"', '"description": "the ferry\\\'s crew", "author"'),
    "entities": escape(WRITTEN),
    "quotes_inside": WRITTEN.replace('"author"', '"description": "He said "ahoy" twice", "author"'),
    "cut_off": WRITTEN[:-3],
    "undefined": WRITTEN.replace('"author"', '"keywords": undefined, "author"'),
    "assigned": f"var ld = {WRITTEN};",
}


@pytest.mark.parametrize("form", BROKEN)
def test_broken_json_ld_is_read(form: str) -> None:
    got = read(
        f"<main><h1>{TITLE}</h1><article>{BODY}</article></main>",
        head=f'<title>{TITLE}</title><script type="application/ld+json">{BROKEN[form]}</script>',
    )
    assert (got["published"], got["authors"]) == (WHEN, ["Ragna Holmdal"])
    assert got["provenance"]["published"] == "json-ld"
