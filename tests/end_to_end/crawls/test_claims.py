"""Pages that say they are another's, crawled: no article of one site becomes a revision of another's, whoever is crawled first."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.end_to_end.copydesk import Copydesk
from tests.pipelines.dedup.stories import story
from tests.support.web_server import Answer, Asked, WebServer

PAIRS = {
    "victim.substack.com": "evil.substack.com",
    "victim.blogspot.com": "evil.blogspot.com",
    "okul.k12.tr": "evil.k12.tr",
}
# How a page says where it is; `{}` is the victim's article, without its scheme.
FORMS = (
    '<link rel=canonical href="http://{}">',
    '<meta property="og:url" content="https://{}">',
    '<script type="application/ld+json">{{"@type": "NewsArticle", "url": "http://{0}", "mainEntityOfPage": "http://{0}"}}</script>',
    '<link rel=canonical href="//www.{}"><link rel=amphtml href="http://{}/amp">',
    '<base href="http://{0}"><link rel=canonical href="http://{0}?utm_source=x#y"><meta property="og:url" content="http://{0}">',
    '<link rel=canonical href="http:\\\\{}"><link rel=alternate href="http://{}">',
    "<link rel=canonical href=\"https://victim-com.cdn.ampproject.org/c/s/{}\">",
)  # fmt: skip
MISTAKEN, STORIES = "paper.example", 5


def target_of(victim: str) -> str:
    return f"http://{victim}/2026/11/02/the-report-of-the-town.html"


def article(number: int, head: str = "") -> str:
    title = f"Report number {number} of the town and its harbour"
    paragraphs = "".join(f"<p>{line}</p>" for line in story(number, 6).split("\n"))
    return (
        f"<html lang=en><head><meta charset=utf-8><title>{title}</title>{head}</head><body><h1>{title}</h1>"
        f'<time datetime="2026-11-02T10:00:00Z"></time><article>{paragraphs}</article></body></html>'
    )


def front(*links: str) -> str:
    return "".join(f'<h2><a href="{link}">A report of the town and of its harbour</a></h2>' for link in links)


def feed(*links: str) -> str:
    items = "".join(f"<item><title>Report</title><guid>{link}</guid><link>{link}</link></item>" for link in links)
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>f</title>{items}</channel></rss>'


def the_web() -> dict[str, tuple[str, str]]:
    """Answers by address: a kind and a body, or "redirect" and where to."""
    web: dict[str, tuple[str, str]] = {}
    for n, (victim, evil) in enumerate(PAIRS.items()):
        target = target_of(victim).removeprefix("http://")
        web[f"{victim}/"] = "html", front(f"http://{target}")
        web[target] = "html", article(n + 1)
        own = [f"http://{evil}/2026/11/02/evil-report-number-{form}.html" for form in range(len(FORMS))]
        redirect = f"http://{evil}/2026/11/02/evil-report-redirected.html"
        # It lists the victim's article as its own, too, and is crawled before the victim is.
        web[f"{evil}/feed"] = "rss", feed(*own, redirect, f"http://{target}")
        web[f"{evil}/"] = (
            "html",
            f'<link rel=alternate type="application/rss+xml" href="http://{evil}/feed">' + front(*own),
        )
        web[redirect.removeprefix("http://")] = "redirect", f"http://{target}"
        for form, (url, said) in enumerate(zip(own, FORMS, strict=True)):
            body = article(10 + 10 * n + form, said.format(target, target))
            web[url.removeprefix("http://")] = "html", body
    stories = [f"http://{MISTAKEN}/2026/11/02/report-number-{n}.html" for n in range(STORIES)]
    web[f"{MISTAKEN}/"] = "html", front(*stories)
    for n, url in enumerate(stories):
        said = f'<link rel=canonical href="http://{MISTAKEN}/news/latest">'
        web[url.removeprefix("http://")] = "html", article(80 + n, said)
    return web


@pytest.fixture(scope="module")
def proxy() -> Iterator[str]:
    web = the_web()

    def answer(asked: Asked) -> Answer:
        parts = urlsplit(asked.path)
        kind, body = web.get(f"{parts.netloc}{parts.path}", ("none", ""))
        if kind == "redirect":
            return Answer(302, body, {"Location": body})
        return Answer(
            404 if kind == "none" else 200, body, {"Content-Type": "application/rss+xml"} if kind == "rss" else {}
        )

    with WebServer(answer) as server:
        yield server.url


SITES = {"victims": [*PAIRS, MISTAKEN], "evils": list(PAIRS.values())}


def newsroom(folder: Path, proxy: str) -> Copydesk:
    desk = Copydesk(folder, proxy, workers=1)
    (folder / "list.txt").write_text("\n".join(f"http://{site}/" for sites in SITES.values() for site in sites))
    desk.run("sources", "import", "list.txt", "--delay", "0s")
    return desk


def articles_of(desk: Copydesk) -> list[tuple[object, ...]]:
    """Each article: source, addresses, verdicts and revisions of its pages, where its original is."""
    return desk.query(
        "SELECT name, group_concat(url), group_concat(verdict), max(revision), original FROM ("
        " SELECT s.name, a.url, d.verdict, d.revision, d.article_id, o.url AS original"
        " FROM decisions d JOIN articles a USING (page_id) JOIN pages p ON p.id = d.page_id"
        " JOIN sources s ON s.id = p.source_id JOIN articles o ON o.page_id = d.original_id ORDER BY 1, 2, 3"
        ") GROUP BY article_id ORDER BY 1, 2"
    )


def test_nobody_changes_the_article_of_another(proxy: str, tmp_path: Path) -> None:
    desk = newsroom(tmp_path, proxy)
    desk.run("crawl", *SITES["evils"])
    desk.run("crawl", *SITES["victims"])
    found = articles_of(desk)
    assert all(revision == 1 for *_, revision, _ in found)
    for victim, evil in PAIRS.items():
        # Its own article is fetched by itself, although another listed it first; that one's is word for word the same.
        assert [urls for name, urls, *_ in found if name == victim] == [target_of(victim)]
        theirs = [str(urls) for name, urls, *_ in found if name == evil]
        assert sum(evil in urls for urls in theirs) == len(FORMS)
        assert sum(target_of(victim) in urls for urls in theirs) == 1
    assert sum(name == MISTAKEN for name, *_ in found) == STORIES
    # Live, decided anew and read again are the same.
    before = desk.derived()
    desk.run("settle", "--all")
    assert desk.derived() == before
    desk.run("extract", "--all")
    assert desk.derived() == before


def test_a_saved_file_is_no_page_of_the_site_that_it_names(proxy: str, tmp_path: Path) -> None:
    desk = newsroom(tmp_path, proxy)
    victim = next(iter(PAIRS))
    saved = article(70, f'<link rel=canonical href="{target_of(victim)}">')
    (tmp_path / "saved.html").write_text(saved, encoding="utf-8")
    desk.run("import", "saved.html")
    desk.run("crawl", victim)
    desk.run("import", "saved.html")
    kinds = desk.query(
        "SELECT s.name, d.verdict FROM decisions d JOIN pages p ON p.id = d.page_id JOIN sources s ON s.id = p.source_id"
    )
    assert sorted(kinds) == [("saved-files", "new"), (victim, "new")]
    assert "Report number 1 " in desk.run("show", target_of(victim)).stdout
