"""What a crawl, curl and Chromium each make of answers that HTTP does not allow (`tests/crawler/http/answer_forms.py`).

    python -m bench.crawl.http_forms [--no-browser]

A row for each form: the status and `page` where the whole page was read, `part` where a piece of it, else what was said.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Error, sync_playwright

from tests.crawler.http.answer_forms import FORMS, TEXT, forms_web, serve_raw
from tests.crawler.http.crawls import ask, crawl

_WORDS = "The ferry sails at dawn."


def _said(status: int | None, text: str) -> str:
    return f"{status} {'page' if _WORDS in text else 'part' if TEXT[:20] in text else 'nothing'}"


def by_crawl(port: int) -> list[str]:
    """What Copydesk's own fetching makes of each form."""
    urls = [f"http://127.0.0.1:{port}/{n}" for n in range(len(FORMS))]
    asks = [ask(url, dont_retry=True, download_timeout=10).replace(dont_filter=True) for url in urls]
    ends = crawl(asks, every_end=False, ROBOTSTXT_OBEY=False)
    said = []
    for url in urls:
        end = ends.get(url)
        if end is None:
            said.append("no end")
        elif end.response is not None:
            said.append(_said(end.status, end.response.body.decode("utf-8", "replace")))
        else:
            said.append(end.name)
    return said


def by_curl(port: int) -> list[str]:
    """What curl makes of each form, asked to follow redirects and unpack."""
    said = []
    with tempfile.TemporaryDirectory() as folder:
        for n in range(len(FORMS)):
            page = Path(folder) / str(n)
            command: list[str | Path] = [
                "curl",
                "-sSL",
                "--compressed",
                "-m",
                "10",
                "-o",
                page,
                "-w",
                "%{http_code}",
                f"http://127.0.0.1:{port}/{n}",
            ]
            done = subprocess.run(command, capture_output=True, check=False)
            text = page.read_bytes().decode("utf-8", "replace") if page.exists() else ""
            said.append(_said(int(done.stdout or 0), text) + (f", error {done.returncode}" if done.returncode else ""))
    return said


def by_chromium(port: int) -> list[str]:
    """What a browser shows of each form."""
    said = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for n in range(len(FORMS)):
            said.append(_shown(browser, f"http://127.0.0.1:{port}/{n}"))
        browser.close()
    return said


def _shown(browser: Browser, url: str) -> str:
    page = browser.new_page()
    try:
        answer = page.goto(url, timeout=10_000)
        return _said(answer.status if answer else None, page.content())
    except Error as error:
        page.wait_for_timeout(100)
        try:
            shown = _WORDS in page.content()
        except Error:
            shown = False
        return str(error).splitlines()[0].removeprefix("Page.goto: ").partition(" at ")[0] + (
            ", page shown" if shown else ""
        )
    finally:
        page.close()


def main() -> None:
    """Ask all three and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--no-browser", action="store_true")
    options = parser.parse_args()
    with serve_raw(forms_web) as port:
        columns = [by_crawl(port), by_curl(port)]
        if not options.no_browser:
            columns.append(by_chromium(port))
    print("| form | crawl | curl | chromium |\n| --- | --- | --- | --- |")
    for name, *cells in zip(FORMS, *columns, strict=True):
        print(f"| {name} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
