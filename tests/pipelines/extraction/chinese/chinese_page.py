"""A Chinese page around one form of a credit, a title or a time."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from db.models import Page
from db.site_rules.loader import Sites
from pipelines.extraction.article_json import to_json
from pipelines.extraction.extract import extract

PARAGRAPHS = (
    "清溪镇图书馆周六重新开放，二层新增了儿童阅览区和自习室，镇上的孩子们一早就在门口排起了队，许多家长也陪着一同前来。",
    "馆长在现场介绍，新馆藏书三万册，其中一半由居民捐赠，每周二闭馆整理，其余时间开放到晚上九点，周末延长一个小时。",
    "镇政府表示，明年还将在三个村设立流动书箱，由志愿者每月更换一次图书，让山里的老人也能借到书，不必再走远路。",
)
HEADLINE = "清溪镇图书馆重新开放"
TIME = "<div><span>2024-03-05 15:32</span></div>"


class Form(NamedTuple):
    """What stands above the text, opens it, leads its first paragraph in and ends it, and what must come out."""

    want: dict[str, Any]
    head: str = TIME
    first: str = ""
    lead_in: str = ""
    tail: str = ""
    language: str = "zh-CN"
    title: str = HEADLINE
    h1: str | None = HEADLINE
    meta: str = ""


def page_of(form: Form, fetched_at: datetime | None = None) -> Page:
    """The page of a form."""
    first, *rest = PARAGRAPHS
    paragraphs = "".join(f"<p>{text}</p>" for text in (form.lead_in + first, *rest))
    heading = f"<h1>{form.h1}</h1>" if form.h1 else ""
    html = (
        f"<!DOCTYPE html><html lang='{form.language}'><head><meta charset='utf-8'><title>{form.title}</title>{form.meta}</head>"
        f"<body><div class='nav'><a href='/'>首页</a> <a href='/news'>新闻</a></div><div class='main'>{heading}{form.head}"
        f"<div class='content'>{form.first}{paragraphs}{form.tail}</div></div></body></html>"
    )
    return Page(body=html.encode(), url="https://www.qingxi.example/a/1.html", fetched_at=fetched_at)


def read_form(form: Form, fetched_at: datetime | None = None) -> dict[str, Any]:
    """What is read from the page of a form."""
    return to_json(extract(page_of(form, fetched_at), Sites()))
