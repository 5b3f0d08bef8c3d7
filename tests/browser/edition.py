# ruff: noqa: E501 - a page that means ill has long lines
"""A database for the browser: an ordinary day, and articles and pages by somebody who means ill."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from db.config.searches import SavedSearch
from db.connection.database import connect, open_database
from db.maintenance.search_index import index_waiting_pages
from db.models import Article, Image, Reason, Rejection, Subheading
from db.reports.coverage_judge import DayFigures
from db.store.crawl import facts
from db.store.service.alerts import AlertKind, open_alert
from db.store.service.saved_searches import store_search
from scheduler.searches.matching import match_new_articles
from tests.cli.conftest import CORRECTED, STORY, Newsroom, open_room, report
from tests.db.reports.stored_year import store_year

DAILY_DAYS = 60
"""Days of the source `daily`, up to today; in three of them, a month ago, nobody looked, nor in the last five."""
SCRIPT = "<script>document.title='ran';fetch('{trap}/script')</script>"


def hostile_page(trap: str) -> str:
    """A page that tries all it can to run, to load, to leave."""
    return f"""<!doctype html><html onload="fetch('{trap}/onload')"><head><base href="{trap}/">
<title></title><script>top.location='{trap}/top'</script></title>
<meta http-equiv="refresh" content="0;url={trap}/refresh">
<meta http-equiv="Content-Security-Policy" content="default-src *">
<link rel="preconnect" href="{trap}"><link rel="dns-prefetch" href="{trap}"><link rel="prefetch" href="{trap}/prefetch">
<link rel="preload" as="image" href="{trap}/preload"><link rel="stylesheet" href="{trap}/style.css"><link rel="icon" href="{trap}/icon">
<link rel="manifest" href="{trap}/manifest"><link rel="modulepreload" href="{trap}/module.js">
<script type="speculationrules">{{"prefetch": [{{"urls": ["{trap}/speculation"]}}]}}</script>
<style>@import url({trap}/import.css); @font-face {{ font-family: x; src: url({trap}/font.woff) }}
body {{ background: url({trap}/background.png); font-family: x }} p::before {{ content: url({trap}/content.png) }}
@namespace url({trap}/ns);</style></head>
<body onload="fetch('{trap}/body')" background="{trap}/body.png">
<noscript><img src="{trap}/noscript.png"><style><img src="{trap}/mutation.png" onerror="fetch('{trap}/mutation')"></style></noscript>
<img src="{trap}/img.png" srcset="{trap}/srcset.png 2x" onerror="fetch('{trap}/onerror')" alt="the bridge">
<picture><source srcset="{trap}/picture.png"><img src="x" alt=""></picture>
<iframe src="{trap}/iframe"></iframe><iframe srcdoc="<script>parent.location='{trap}/srcdoc'</script>"></iframe>
<object data="{trap}/object"></object><embed src="{trap}/embed"><applet code="{trap}/applet"></applet>
<video autoplay src="{trap}/video.mp4" poster="{trap}/poster.png"></video><audio autoplay src="{trap}/audio.mp3"></audio>
<svg><image href="{trap}/svg.png"/><use href="{trap}/use.svg#a"/><script>fetch('{trap}/svgscript')</script><a xlink:href="{trap}/svglink"><text>svg</text></a></svg>
<math><mtext><table><mglyph><style><img src="{trap}/mglyph" onerror="fetch('{trap}/mglyph')"></style></mglyph></table></mtext></math>
<div style="background-image:url({trap}/inline.png)">inline</div>
<p>The first sentence of a page that means ill is as plain as any other.</p>
<a id="out" href="{trap}/clicked" ping="{trap}/ping" target="_top">a link</a> <a href="javascript:fetch('{trap}/js')">another</a>
<form action="{trap}/form"><input autofocus onfocus="fetch('{trap}/focus')" name="q"><button formaction="{trap}/button">Send</button></form>
<details open ontoggle="fetch('{trap}/toggle')"><summary>more</summary></details>
<table background="{trap}/table.png"><tr><td background="{trap}/cell.png">cell</td></tr></table>
<body><frameset><frame src="{trap}/frame"></frameset>
<script src="{trap}/late.js"></script><plaintext>the end"""


def fill(path: Path, trap: str) -> dict[str, int]:
    """The database; the numbers of its articles and pages by name."""
    open_database(path, create=True).conn.close()
    now = datetime.now(UTC)
    room = Newsroom(path=path, clock=now - timedelta(hours=3))
    evening = room.source("wanbao.example", "https://www.wanbao.example/")
    mirror = room.source("mirror.example", "https://mirror.example/")
    ill = room.source("ill.example<img src=x onerror=alert(1)>", f"javascript:fetch('{trap}/source')")
    with open_room(path) as conn:
        room.run_id = facts.begin_run(conn, "crawl", 1, room.tick())
        store_search(conn, "water", SavedSearch(query="水厂"), room.tick())
        ill_search = SavedSearch(section=SCRIPT.format(trap=trap))
        store_search(conn, "ill", ill_search, room.tick())
    pictures = (Image(url=f"{trap}/picture.jpg", caption="水厂外景", credit="王小雨 摄"),)
    water = "https://www.wanbao.example/a/1001.html"
    pages = {
        "water": room.article(evening, water, report(images=pictures)),
        "ferry": room.article(
            evening,
            "https://www.wanbao.example/b",
            Article(url=None, title="The last ferry", text=STORY, authors=("Ann Reed",), language="en"),
        ),
        "copy": room.article(
            mirror,
            "https://mirror.example/x/9",
            report(source="镜报", original_source="江城晚报"),
            body=b"<p>copied</p>",
        ),
        "water2": room.article(
            evening, water, report(CORRECTED, editors=("李青山",), images=pictures), body=b"<p>corrected</p>"
        ),
        "short": room.rejection(
            evening, "https://www.wanbao.example/v/3", Rejection(reason=Reason.TOO_SHORT, detail="2 characters of text")
        ),
        "crashed": room.rejection(
            ill, "https://ill.example/v", Rejection(reason=Reason.CRASHED, detail=SCRIPT.format(trap=trap))
        ),
    }
    parts = [
        (f"Part {n}", "An ordinary sentence of a long report stands in this part as well. " * 12) for n in range(1, 9)
    ]
    lines: list[str] = []
    headings: list[Subheading] = []
    for number, (heading, part) in enumerate(parts):
        headings.append(Subheading(offset=sum(len(line) + 1 for line in lines), level=2 if number % 2 == 0 else 4))
        lines += [heading, part, part]
    headings[2] = Subheading(offset=headings[2].offset, level=4)
    long = Article(
        url=None,
        title="A long report",
        text="\n".join(lines),
        subheadings=tuple(headings),
        language="en",
        kicker="Region",
        section="Region",
    )
    pages["long"] = room.article(mirror, "https://mirror.example/x/14", long)
    script = SCRIPT.format(trap=trap)
    pages["ill"] = room.article(
        ill,
        f"javascript:fetch('{trap}/url')",
        Article(
            url=None,
            title=f"{script}</title><img src=x onerror=fetch('{trap}/title')>",
            subtitle=script,
            kicker=f"{script} above",
            alternative_title=script,
            subheadings=(Subheading(offset=0, level=1),),
            text=f"{script}\n<img src={trap}/text.png onerror=fetch('{trap}/text')>\n"
            + "An ordinary sentence stands here as well. " * 5,
            authors=(f"<b onmouseover=alert(1)>Bold</b>{script}", "\"'><svg onload=alert(1)>"),
            editors=("{{ 7*7 }}",),
            source=script,
            section=script,
            tags=(script,),
            language="en",
            canonical_url="data:text/html,<script>alert(1)</script>",
            images=(
                Image(url=f"javascript:fetch('{trap}/image')", caption=script, alt=script, credit=script),
                Image(url=f"{trap}/image.png", caption="plain"),
            ),
            provenance={"title": script},
        ),
        body=hostile_page(trap).encode(),
    )
    # After the articles: threads wait for earlier pages.
    pages["unread"] = room.page(mirror, "https://mirror.example/x/11", b"<p>wait</p>")
    deep = ("<div>" * 200_000 + "<p>the bottom").encode()
    pages["deep"] = room.page(mirror, "https://mirror.example/x/12", deep)
    room.failure(mirror, "https://mirror.example/x/13", f"timeout{script}")
    with open_room(path) as conn:
        open_alert(
            conn,
            AlertKind.SILENT,
            mirror,
            message=f"nothing new {script}",
            advice="look at it",
            evidence={},
            at=room.tick(),
        )
        assert room.run_id is not None
        facts.end_run(conn, room.run_id, "failed", room.tick(), {"fetched": 8, "new": 3, "failed": {script: 1}}, script)
    today = datetime.now(UTC).date()
    # Few articles: those of the other sources stay among the newest.
    figures = [DayFigures(found=int(n % 5 == 0)) for n in range(DAILY_DAYS - 5)] + [DayFigures(looked=False)] * 5
    figures[DAILY_DAYS - 32 : DAILY_DAYS - 29] = [DayFigures(looked=False)] * 3
    database = connect(path)
    while index_waiting_pages(database):
        pass
    match_new_articles(database, room.tick())
    daily = store_year(database, "daily.example", today - timedelta(days=DAILY_DAYS - 1), figures)
    database.close()
    return pages | {"daily": daily, "evening": evening, "mirror": mirror, "ill_source": ill, "run": room.run_id}
