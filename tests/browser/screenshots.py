"""The pictures of docs/inspecting.md, of the demo web's pages: python -m tests.browser.screenshots [FOLDER]

Crawls the demo web into a folder of its own, opens `copydesk inspect` on it, and takes each kind of page light and dark,
for a desktop (1280 wide) and a phone (390). Needs chromium and a font with Chinese letters (Debian: chromium, fonts-noto-cjk).
"""

from __future__ import annotations

import sqlite3
import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser

from tests.browser.looking import CHROMIUM, ROOT, chromium, go_drawn, inspecting, write_picture
from tests.demoweb import demo

SIZES = {"desktop": (1280, 900), "phone": (390, 844)}
_LARGEST_HEIGHT = {"desktop": 1250, "phone": 1500}


def pages(database: Path) -> dict[str, str]:
    """Name of a picture to its address."""
    conn = sqlite3.connect(database)

    def one(sql: str) -> Any:
        return conn.execute(sql).fetchone()[0]

    revised = one(
        "SELECT article_id FROM decisions JOIN articles USING (page_id) WHERE verdict = 'revision' AND title LIKE '%Lacey resigns%'"
    )
    copied = one("SELECT original_id FROM decisions GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1")
    source = one("SELECT id FROM sources WHERE name = 'corranpost.example'")
    rejected = one("SELECT page_id FROM outcomes WHERE reason = 'too_short' LIMIT 1")
    run = one("SELECT max(id) FROM runs WHERE command = 'crawl'")
    name = one("SELECT name FROM credits WHERE role = 'editor' GROUP BY 1 ORDER BY count(*) DESC LIMIT 1")
    conn.close()
    return {
        "front": "/",
        "article": f"/-/article/{copied}",
        "copies": f"/-/article/{copied}#copies",
        "changes": f"/-/article/{revised}/changes",
        "search": "/-/search?q=輪渡",
        "search-phrase": "/-/search?q=%22stuck gate%22",
        "source": f"/-/source/{source}",
        "run": f"/-/run/{run}",
        "person": f"/-/person?name={name}",
        "rejections": "/-/rejections",
        "rejected-page": f"/-/page/{rejected}",
    }


def take(browser: Browser, home: str, wanted: dict[str, str], folder: Path) -> None:
    """All pictures, as WebP."""
    for size, (width, height) in SIZES.items():
        for colours in ("light", "dark"):
            context = browser.new_context(
                viewport={"width": width, "height": height}, color_scheme=colours, reduced_motion="reduce"
            )
            tab = context.new_page()
            for name, path in wanted.items():
                tab.goto("about:blank")
                go_drawn(tab, home + path)
                top = int(tab.evaluate("scrollY"))
                tall = min(tab.evaluate("document.documentElement.scrollHeight") - top, _LARGEST_HEIGHT[size])
                if size == "phone":
                    # A frame is painted only where it is within the window.
                    tab.set_viewport_size({"width": width, "height": tall})
                    tab.wait_for_load_state("networkidle")
                    tab.evaluate("top => scrollTo(0, top)", top)
                picture = folder / f"{name}-{size}-{colours}.webp"
                write_picture(tab, picture, top=top, width=width, height=tall, quality=60)
            context.close()


def main() -> int:
    """Take them all; the exit code is 1 where there is no browser."""
    if CHROMIUM is None:
        print("there is no chromium; `apt-get install chromium fonts-noto-cjk`", file=sys.stderr)
        return 1
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "pictures"
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as work:
        sys.argv = [sys.argv[0], work]
        demo.main()
        database = Path(work) / "demo.db"
        with inspecting(database) as home, chromium() as browser:
            take(browser, home, pages(database), folder)
    print(
        f"{len(list(folder.glob('*.webp')))} pictures in {folder}, {sum(p.stat().st_size for p in folder.glob('*.webp')):,} bytes"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
