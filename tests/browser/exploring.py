"""The pictures of docs/exploring.md: python -m tests.browser.exploring [ARCHIVE]

Makes the demo archive in a folder of its own (or takes ARCHIVE, the demo.db of `make demo`), opens `copydesk inspect` on it, and
takes the page of each question. Needs chromium and a font with Chinese letters (Debian: chromium, fonts-noto-cjk).
"""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser

from tests.browser.looking import CHROMIUM, ROOT, chromium, go_drawn, inspecting, write_picture
from tests.demoweb import demo
from tests.demoweb.weeks.compose import DAYS

PICTURES = ROOT / "docs" / "pictures"
WIDTH = 1000
_ABOVE = 4
"""Pixels above the element that a picture begins with."""
_BETWEEN_LINES = """
([top, height]) => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), lines = [];
    const range = document.createRange();
    while (walker.nextNode()) {
        if (walker.currentNode.parentElement.closest('.unseen, details:not([open]) > :not(summary)')) continue;
        range.selectNodeContents(walker.currentNode);
        for (const line of range.getClientRects()) lines.push([line.top + scrollY - 1, line.bottom + scrollY + 1]);
    }
    let end = top + height;
    while (end > top && lines.some(([first, last]) => first < end && end < last)) end -= 1;
    return end - top;
}
"""
"""The largest height of a picture, up to one, at which it cuts no line of text."""
SAVED_SEARCH = ("searches", "add", "ferry", "ferry", "--since", f"{DAYS + 1}d")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question of docs/exploring.md: its picture's name, the page, the element it begins with, its largest height."""

    name: str
    path: str
    at: str | None = None
    height: int = 900


def questions(database: Path) -> list[Question]:
    """The pages that answer them, in the order of the document."""
    conn = sqlite3.connect(database)

    def one(sql: str, *values: str) -> str:
        return str(conn.execute(sql, values).fetchone()[0])

    def source(name: str) -> str:
        return one("SELECT id FROM sources WHERE name = ?", name)

    since = one("SELECT date('now', ?)", f"-{DAYS + 1} days")
    thread = one(
        "SELECT thread_id FROM thread_articles JOIN articles a ON a.page_id = article_id WHERE a.title LIKE '%Sea Thrift%'"
        " GROUP BY 1 ORDER BY count(*) DESC LIMIT 1"
    )
    copied = (
        "SELECT {} FROM decisions d JOIN pages p ON p.id = d.page_id JOIN articles a ON a.page_id = d.page_id"
        " JOIN sources s ON s.id = p.source_id WHERE d.verdict = 'copy' AND s.name = 'nightdesk.example'"
        " AND a.title LIKE '%Night ferry%'"
    )
    original, copy = one(copied.format("d.original_id")), one(copied.format("d.page_id"))
    asked = [
        Question(
            name="attention",
            path=f"/-/attention?q=ferry&q=waterworks&q=云岭大桥&by=day&since={since}",
            at="figure",
            height=795,
        ),
        Question(name="words", path=f"/-/attention/words?q=ferry&since={since}", height=900),
        Question(name="copying", path="/-/copying", height=900),
        Question(name="compare", path=f"/-/compare/{original}/{copy}", height=700),
        Question(name="corrections", path=f"/-/corrections?since={since}", height=860),
        Question(name="silent", path=f"/-/corrections?since={since}", at="table", height=420),
        Question(name="thread", path=f"/-/thread/{thread}", height=1000),
        Question(name="gaps", path=f"/-/coverage/{source('linhai-shangbao.example')}?since={since}", height=760),
        Question(name="author", path="/-/person?name=Ines Holloway", at="h1", height=1480),
        Question(name="saved", path="/-/searches", height=560),
    ]
    conn.close()
    return asked


def take(browser: Browser, home: str, asked: list[Question]) -> None:
    """All pictures, as WebP."""
    context = browser.new_context(viewport={"width": WIDTH, "height": 900}, reduced_motion="reduce")
    tab = context.new_page()
    for question in asked:
        go_drawn(tab, home + question.path)
        if question.at is None:
            top = 0.0
        else:
            top = (
                tab.locator(question.at).first.evaluate("found => found.getBoundingClientRect().top + scrollY") - _ABOVE
            )
        tall = min(tab.evaluate("document.documentElement.scrollHeight") - top, question.height)
        tall = tab.evaluate(_BETWEEN_LINES, [top, tall])
        picture = PICTURES / f"exploring-{question.name}.webp"
        write_picture(tab, picture, top=top, width=WIDTH, height=tall, quality=45)
    context.close()


def main() -> int:
    """Take them all; the exit code is 1 where there is no browser."""
    if CHROMIUM is None:
        print("there is no chromium; `apt-get install chromium fonts-noto-cjk`", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as work:
        database = Path(work) / "demo.db"
        if len(sys.argv) > 1:
            with sqlite3.connect(sys.argv[1]) as conn:
                conn.execute("VACUUM INTO ?", (str(database),))
            conn.close()
        else:
            sys.argv = [sys.argv[0], work]
            demo.main()
        desk = [sys.executable, "-m", "cli.main", "--db", str(database)]
        subprocess.run([*desk, *SAVED_SEARCH], cwd=ROOT, check=True)
        subprocess.run([*desk, "searches", "run"], cwd=ROOT, check=True)
        with inspecting(database) as home, chromium() as browser:
            take(browser, home, questions(database))
    pictures = list(PICTURES.glob("exploring-*.webp"))
    print(f"{len(pictures)} pictures, {sum(picture.stat().st_size for picture in pictures):,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
