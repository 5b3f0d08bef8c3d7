"""Pages that are no articles, and articles that look like them: `notices.toml`, `lists.toml`, `articles.toml`.

They were written before the rules, and half of them, by hash of the id, was not looked at while the rules were made (`half_of`).
Those in `siblings.toml` came with the rules; `languages.toml` has a notice in each language that is in no other file.
"""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import dataclass
from pathlib import Path

from db.models import Link, LinkKind, Page

FOLDER = Path(__file__).parent
_FRAMES = tomllib.loads((FOLDER / "frames.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A page, and the reasons that are right for it; none for an article."""

    id: str
    page: Page
    reasons: tuple[str, ...]


def half_of(example_id: str) -> str:
    """A, on which the rules were made, or B."""
    return "AB"[hashlib.sha256(example_id.encode()).digest()[0] % 2]


def examples(name: str) -> list[Example]:
    """The examples of one file."""
    with (FOLDER / f"{name}.toml").open("rb") as file:
        rows = tomllib.load(file)["page"]
    return [_example(row) for row in rows]


def _example(row: dict[str, object]) -> Example:
    url, title = str(row["url"]), row.get("hint_title")
    html = _framed(str(row["html"]), str(row.get("frame", "")))
    page = Page(
        body=html.encode(),
        url=url,
        final_url=str(row["final_url"]) if "final_url" in row else None,
        content_type=str(row.get("content_type", "text/html; charset=utf-8")),
        hint=Link(url=url, key=url, kind=LinkKind.FEED, title=str(title)) if title else None,
    )
    reasons = row.get("reasons", [])
    assert isinstance(reasons, list)
    return Example(id=str(row["id"]), page=page, reasons=tuple(reasons))


def _framed(html: str, language: str) -> str:
    """The page in a site's menu, box of headlines and footer, as most sites set every page that they serve."""
    if not language:
        return html
    frame = _FRAMES[language]
    links = "".join(f'<li><a href="/s{n}">{word}</a></li>' for n, word in enumerate(frame["menu"].split()))
    stories = "".join(f'<li><a href="/top/{n}">{frame["story"]} ({n})</a></li>' for n in range(1, 6))
    head = f'<header><a href="/"><img src="/logo.png" alt=""></a><nav><ul>{links}</ul></nav></header>'
    side = f'<div class="side-box"><h4>{frame["box"]}</h4><ul>{stories}</ul></div>'
    foot = f"{side}<footer><p>© 2026. {frame['rights']}</p></footer>"
    before, start, rest = html.partition("<body>")
    return before + start + head + rest.replace("</body>", foot + "</body>")
