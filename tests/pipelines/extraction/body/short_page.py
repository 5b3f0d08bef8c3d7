"""Pages of a short English text, made of the HTML of their body, and the lines that are read of them."""

from __future__ import annotations

from db.models import Page
from db.site_rules.loader import Sites
from pipelines.extraction.article_json import to_json
from pipelines.extraction.extract import extract
from tests.pipelines.extraction.press.press_page import TEXTS

TITLE, *ENGLISH = TEXTS["en"]
THIRD = "Reading hours for small children begin in May."
FOURTH = "The council will decide in the autumn whether the old building by the river becomes a hostel or is sold."


def lines_of(html: str) -> list[str]:
    """The text of a page with this body, line by line."""
    page = f"<!DOCTYPE html><html><head><meta charset='utf-8'><title>{TITLE}</title></head><body>{html}</body></html>"
    outcome = to_json(extract(Page(body=page.encode(), url="https://www.news.example/a/1.html"), Sites()))
    return str(outcome["text"]).split("\n")


def paragraphs(lines: list[str]) -> str:
    return "".join(f"<p>{line}</p>" for line in lines)
