"""A browser reaches nothing that its source may not reach, whatever a page tries, and no page keeps it."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from crawler.render.messages import DrawOrder
from crawler.render.process_tree import descendants
from crawler.render.renderer import Renderer, RendererStopped
from crawler.render.scratch_folder import ScratchFolder
from db.system.processes import process_identity
from tests.crawler.render.conftest import ROOT, Draw
from tests.crawler.render.web import HTML, NEEDS_BROWSER, UdpTrap, document, html
from tests.end_to_end.copydesk import wait_for
from tests.support.web_server import Answer, Asked, WebServer

pytestmark = NEEDS_BROWSER

SITE = "127.0.0.2"
# Every way of a page to have something requested. TRAP is a server that its source may not reach.
ATTACKS = """
<img src="http://TRAP/img"><img srcset="/to-trap?img 2x"><iframe src="http://TRAP/iframe"></iframe>
<link rel=preconnect href="http://TRAP"><link rel=prefetch href="http://TRAP/prefetch"><link rel=dns-prefetch href="//two.example">
<link rel=stylesheet href="/to-trap?css"><style>@import "http://TRAP/import"; body { background: url(http://TRAP/url) }</style>
<script src="http://TRAP/script"></script><script src="/to-trap?script"></script>
<video src="http://TRAP/video" autoplay></video><object data="http://TRAP/object"></object><embed src="http://TRAP/embed">
<form id=form method=post action="http://TRAP/form" target=frame><input name=a></form>
<script>
const port = 'TRAP'.split(':')[1];
const hosts = ['TRAP', 'localhost:' + port, '127.1:' + port, '2130706433:' + port, '0x7f.1:' + port, '0:' + port,
              'two.example:' + port, '[::ffff:127.0.0.1]:' + port, '[::1]:' + port,
              'inside.example:' + port, 'a.localhost:' + port];
const tries = [];
for (const host of hosts) tries.push(fetch('http://' + host + '/fetch', {mode: 'no-cors'}));
tries.push(fetch('/to-trap?fetch', {mode: 'no-cors'}), fetch('/to-name?fetch', {mode: 'no-cors'}));
tries.push(new Promise(done => { const x = new XMLHttpRequest(); x.onloadend = done; x.open('GET', '/to-trap?xhr'); x.send(); }));
tries.push(new Promise(done => { const s = new WebSocket('ws://TRAP/socket'); s.onclose = done; }));
tries.push(new Promise(done => { const s = new EventSource('http://TRAP/events'); s.onerror = () => { s.close(); done(); }; }));
navigator.sendBeacon('http://TRAP/beacon', 'x');
try { tries.push(navigator.serviceWorker.register('/worker.js')); } catch (error) {}
const worker = new Worker(URL.createObjectURL(new Blob(
    ["fetch('http://TRAP/worker', {mode: 'no-cors'}); try { importScripts('http://TRAP/imported') } catch (e) {}"])));
try {
    const peer = new RTCPeerConnection({iceServers: [{urls: 'stun:127.0.0.1:UDP'}]});
    peer.createDataChannel('x'); peer.createOffer().then(offer => peer.setLocalDescription(offer));
} catch (error) {}
try { new WebTransport('https://TRAP/transport'); } catch (error) {}
const frame = document.createElement('iframe'); frame.name = 'frame'; document.body.append(frame);
form.submit();
const bare = document.createElement('iframe'); document.body.append(bare);
try { bare.contentWindow.open('http://TRAP/window'); } catch (error) {}
window.open('http://TRAP/window2');
try { alert('Stop'); } catch (error) {}
Promise.allSettled(tries).then(() => {
    document.body.append('all tried'); setTimeout(() => { location = 'http://TRAP/location'; }, 100);
});
</script>
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hostile:
    """A site, the server that it must not reach, and how its page is drawn."""

    site: WebServer
    trap: WebServer
    udp: UdpTrap
    order: DrawOrder


@pytest.fixture(scope="module")
def servers() -> Iterator[Hostile]:
    def answer(asked: Asked) -> Answer:
        path = asked.path
        if path.startswith("/to-trap"):
            return Answer(302, headers={"Location": f"{trap.url}{path}"})
        if path.startswith("/to-name"):
            return Answer(302, headers={"Location": f"http://two.example:{trap.port}{path}"})
        if path == "/worker.js":
            script = f"fetch('{trap.url}/service-worker', {{mode: 'no-cors'}})"
            return Answer(200, script, {"Content-Type": "text/javascript"})
        return html("nothing")

    udp = UdpTrap()
    with WebServer(lambda _: html("trap")) as trap, WebServer(answer, SITE) as site:
        body = ATTACKS.replace("TRAP", trap.url.removeprefix("http://")).replace("UDP", str(udp.port))
        page = document(body)
        order = DrawOrder(
            url=f"{site.url}/page",
            status=200,
            headers=HTML,
            body=page,
            allow_networks=(f"{SITE}/32",),
            lookup="tests.crawler.render.web.odd_lookup",
        )
        yield Hostile(site=site, trap=trap, udp=udp, order=order)
    udp.close()


@pytest.fixture
def hostile(servers: Hostile) -> Hostile:
    """The same for each test, which has heard nothing yet."""
    servers.site.heard.clear()
    servers.trap.heard.clear()
    return servers


def test_nothing_reaches_a_forbidden_address(draw: Draw, hostile: Hostile) -> None:
    drawing = draw(hostile.order)
    assert drawing.document is not None, drawing.error
    assert b"all tried" in drawing.document
    assert hostile.trap.heard == []
    assert not hostile.udp.heard
    assert any(path.startswith("/to-trap") for path in hostile.site.heard), "the attacks did not run"
    assert {"frame", "navigation"} <= drawing.blocked.keys()
    assert "/page" not in hostile.site.heard, "the page itself is not asked for again"


def test_the_same_page_reaches_it_where_that_is_allowed(draw: Draw, hostile: Hostile) -> None:
    """Otherwise the test above would show nothing."""
    draw(replace(hostile.order, allow_networks=("127.0.0.0/8",)))
    heard = {path.partition("?")[0] for path in hostile.trap.heard}
    assert {"/fetch", "/script", "/socket", "/worker", "/to-trap"} <= heard
    assert not heard & {"/location", "/iframe", "/img", "/form", "/window", "/service-worker", "/video"}
    assert not hostile.udp.heard


# A page that leaves while it is parsed, in every way that does not need a reader.
_LEAVES = """<form id=form method=post action="/gone"></form>
<script>
location.replace('/gone'); form.submit(); location = 'mailto:a@b.example'; location = 'about:blank';
location = 'data:text/html,gone'; location = URL.createObjectURL(new Blob(['gone'], {type: 'text/html'}));
setInterval(() => location.reload(), 5); history.pushState({}, '', '/elsewhere');
</script><script>document.body.append('drawn')</script>"""


def test_a_page_that_leaves_while_it_is_parsed_is_drawn_whole(draw: Draw, hostile: Hostile) -> None:
    page = document(_LEAVES)
    drawing = draw(replace(hostile.order, body=page, timeout_s=20.0))
    assert drawing.error is None
    assert b"</script>drawn" in (drawing.document or b"")
    assert drawing.blocked["navigation"] >= 4
    assert hostile.site.heard == []


_RULES = '{"source": "list", "urls": ["/ahead"], "eagerness": "immediate"}'


def test_no_other_page_is_fetched_ahead(draw: Draw, hostile: Hostile) -> None:
    """For these robots.txt was not asked."""
    page = document(
        "<script>const rules = document.createElement('script'); rules.type = 'speculationrules';"
        f"rules.textContent = '{{\"prefetch\": [{_RULES}]}}'; document.head.append(rules); fetch('/story')</script>",
        head=f'<script type=speculationrules>{{"prerender": [{_RULES}], "prefetch": [{_RULES}]}}</script>'
        "<link rel=prefetch href=/ahead>",
    )
    headers = HTML | {"Speculation-Rules": '"/rules"', "Link": "</ahead>; rel=prefetch"}
    drawing = draw(replace(hostile.order, headers=headers, body=page))
    assert drawing.error is None
    assert hostile.site.heard == ["/story"]
    assert drawing.blocked["prefetch"] >= 1


def test_a_name_that_changes_its_answer_is_not_followed(draw: Draw, hostile: Hostile) -> None:
    fetch = f"fetch('http://turning.example:{hostile.trap.port}/turned', {{mode: 'no-cors'}})"
    page = document(f"<script>{fetch}.finally(() => {fetch}).catch(() => document.body.append('tried'))</script>")
    drawing = draw(replace(hostile.order, body=page))
    assert b"tried" in (drawing.document or b"")
    assert hostile.trap.heard == []


# It allocates, and asks for more so that it is not taken for drawn before the limit is reached.
_ALLOCATES = """
const all = [];
setInterval(() => { all.push(new Uint8Array(3e7).fill(7)); fetch('/poll'); }, 50);
"""


@pytest.mark.parametrize(
    ("script", "seconds", "errors"),
    [("while (true) {}", 1.0, {"too_slow"}), (_ALLOCATES, 20.0, {"crashed", "too_much_memory"})],
    ids=["loops", "allocates"],
)
def test_a_page_without_end_is_ended_and_the_next_is_drawn(
    draw: Draw, hostile: Hostile, script: str, seconds: float, errors: set[str]
) -> None:
    page = document("<script>document.body.append('drawn')</script>")
    harmless = replace(hostile.order, body=page, timeout_s=30.0, max_memory=700 << 20)
    # With it the browser starts, which may take longer than the page that has no end is given.
    assert b"drawn" in (draw(harmless).document or b"")
    drawing = draw(replace(harmless, body=document(f"<p>A page</p><script>{script}</script>"), timeout_s=seconds))
    assert drawing.document is None
    assert drawing.error in errors
    assert b"drawn" in (draw(harmless).document or b"")


def test_windows_dialogs_and_downloads_hold_nothing_up(draw: Draw, hostile: Hostile) -> None:
    body = """<a id=load href="data:application/octet-stream,x" download=file>x</a><a id=self href="/page" target=_blank>y</a>
<script>
        for (let n = 0; n < 30; n++) window.open('about:blank');
        alert(1); confirm(2); prompt(3); load.click(); self.click(); window.onbeforeunload = () => 'stay';
        setInterval(() => fetch('/poll'), 200); document.body.append('drawn');</script>"""
    page = document(body)
    drawing = draw(replace(hostile.order, body=page))
    assert b"drawn" in (drawing.document or b"")
    assert drawing.duration_ms < 20_000


def test_what_is_not_the_page_is_not_kept(draw: Draw, hostile: Hostile) -> None:
    # It ends the browser: the tests above share one.
    page = document("<script>history.back()</script><p>A page</p>")
    drawing = draw(replace(hostile.order, body=page))
    assert (drawing.document, drawing.error) == (None, "not_drawn")


@pytest.fixture
def temporary(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of temporary files, with a path that leaves room for those of a browser."""
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        monkeypatch.setattr(tempfile, "tempdir", folder)
        yield Path(folder)


def test_a_stop_ends_the_browser_while_it_draws(hostile: Hostile, temporary: Path) -> None:
    async def stopped() -> None:
        renderer = Renderer()
        page = document("<script>while (true) {}</script>")
        drawing = asyncio.ensure_future(renderer.draw(replace(hostile.order, body=page)))
        await asyncio.sleep(0.3)
        assert len(list(temporary.iterdir())) == 1
        await renderer.close()
        with pytest.raises(RendererStopped):
            await drawing
        assert list(temporary.iterdir()) == []

    asyncio.run(stopped())


def test_a_browser_without_room_is_said_to_be_missing(hostile: Hostile, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", "/nowhere")
    drawing = asyncio.run(Renderer().draw(hostile.order))
    assert (drawing.error or "").startswith("no_browser: ")
    assert "/nowhere" in (drawing.error or "")


def test_the_path_of_temporary_files_may_be_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Chromium's socket would not fit there."""
    long = tmp_path / ("long" * 20)
    long.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(long))
    scratch = ScratchFolder()
    with socket.socket(socket.AF_UNIX) as one:
        folder = scratch.path / "org.chromium.Chromium.abcdef"
        folder.mkdir()
        one.bind(str(folder / "SingletonSocket"))
    scratch.remove()
    assert not scratch.path.exists()


_DRAWS_FOR_EVER = """
import asyncio
from crawler.render.messages import DrawOrder
from crawler.render.renderer import Renderer
page = b"<script>while (true) {}</script>"
asyncio.run(Renderer().draw(DrawOrder(url="http://a.example/", status=200, headers={}, body=page, timeout_s=60)))
"""


def test_neither_browser_nor_its_files_outlive_a_crawl_that_is_killed(temporary: Path) -> None:
    environment = {**os.environ, "TMPDIR": str(temporary)}
    process = subprocess.Popen([sys.executable, "-c", _DRAWS_FOR_EVER], cwd=ROOT, env=environment)
    try:
        wait_for(lambda: len(descendants(process.pid)) >= 6)
        below = descendants(process.pid)
        (abandoned,) = temporary.iterdir()
        # Another crawl of the machine leaves it alone.
        ScratchFolder().remove()
        assert any(abandoned.iterdir())
    finally:
        process.kill()
        process.wait()
    wait_for(lambda: not any(process_identity(pid) for pid in below))
    scratch = ScratchFolder()
    assert list(temporary.iterdir()) == [scratch.path]
    scratch.remove()
