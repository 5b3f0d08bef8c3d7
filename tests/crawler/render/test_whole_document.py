"""A drawn document holds what open shadow roots and frames of its site show, in place, and nothing of other sites' frames."""

from __future__ import annotations

import re

import pytest

from crawler.render.messages import DrawOrder
from crawler.render.whole_document import MOST_FRAMES
from tests.crawler.render.conftest import Draw
from tests.crawler.render.web import HTML, NEEDS_BROWSER, document, html
from tests.support.web_server import Answer, Asked, WebServer

pytestmark = NEEDS_BROWSER

LONG = "The harbour was moved to the market after a long talk. " * 6
PAGE = """
<p>First paragraph.</p>
<story-text><span slot=name>Given name</span><i>Unslotted</i><script type=application/ld+json>{"a": 1}</script></story-text>
<story-closed></story-closed>
<iframe src="/inner?deep"></iframe><iframe srcdoc="<p>Written here. LONG</p>"></iframe>
<iframe src="/inner?short"></iframe><iframe src="/inner?hidden" style="display: none"></iframe>
<iframe src="http://OTHER/inner?other"></iframe>
<p>Last paragraph.</p>
<script>
let made = 0;
customElements.define('story-text', class extends HTMLElement {
    constructor() { super(); made += 1; document.title = 'made ' + made; }
    connectedCallback() {
        if (this.shadowRoot) return;
        this.attachShadow({mode: 'open'}).innerHTML = '<article><h2>In the shadow</h2><slot name=name>no name</slot>'
            + '<slot name=none>Fallback</slot><b-part></b-part></article>';
        this.shadowRoot.querySelector('b-part').attachShadow({mode: 'open'}).innerHTML = '<p>Nested shadow</p>';
    }
});
document.querySelector('story-closed').attachShadow({mode: 'closed'}).innerHTML = 'Closed';
</script>"""


def _answer(asked: Asked) -> Answer:
    match asked.path:
        case "/inner?deep":
            return html(f"<p>Around. {LONG}</p><iframe src='/inner?deepest'></iframe>")
        case "/inner?short":
            return html("<p>Too short</p>")
    return html(f"<p>{asked.path} says. {LONG}</p>")


@pytest.fixture(scope="module")
def drawn(draw: Draw) -> tuple[str, list[str], list[str]]:
    """The drawn document, and what its site and the other were asked."""
    with WebServer(_answer, "127.0.0.2") as site, WebServer(_answer, "127.0.0.3") as other:
        body = document(PAGE.replace("OTHER", other.url.removeprefix("http://")).replace("LONG", LONG))
        order = DrawOrder(url=f"{site.url}/a", status=200, headers=HTML, body=body, allow_networks=("127.0.0.0/8",))
        drawing = draw(order)
        assert drawing.error is None
        assert drawing.document is not None
        assert drawing.blocked["frame"] == 1
        return drawing.document.decode(), site.heard, other.heard


def test_shadow_roots_and_frames_stand_in_their_places(drawn: tuple[str, list[str], list[str]]) -> None:
    document, _, other = drawn
    parts = ("First paragraph", "In the shadow", "Given name", "Fallback", "Nested shadow", '{"a": 1}', "Around.")
    places = [document.index(part) for part in (*parts, "/inner?deepest says", "Written here", "Last paragraph")]
    assert places == sorted(places)
    assert document.startswith("<!DOCTYPE html>")
    text = re.sub(r"(?s)<script>.*?</script>", "", document)
    for absent in ("Unslotted", "no name", "Closed", "Too short", "hidden says", "other says"):
        assert absent not in text
    assert other == []
    assert "<title>made 1</title>" in document, "the copy ran scripts of the page"


def test_frames_are_bounded(draw: Draw) -> None:
    with WebServer(_answer, "127.0.0.2") as site:
        body = document("".join(f"<iframe src=/inner?{n}></iframe>" for n in range(MOST_FRAMES + 5)))
        networks = ("127.0.0.0/8",)
        drawing = draw(DrawOrder(url=f"{site.url}/a", status=200, headers=HTML, body=body, allow_networks=networks))
    assert drawing.document is not None
    assert len(site.heard) == MOST_FRAMES
    assert drawing.document.count(b" says. ") == MOST_FRAMES
    assert drawing.blocked == {"frame": 5}
