"""How a list draws its next part: scripts for its page."""

from __future__ import annotations

import json
from functools import cache

from crawler.discover.front_pages.next_pages import LOAD_MORE_MARKS
from pipelines.extraction.languages.loader import words_of

COUNT_LINKS = "() => new Set([...document.links].map(link => link.href)).size"
SCROLL_DOWN = """() => {
    const end = document.scrollingElement || document.body;
    window.scrollTo(0, end.scrollHeight);
    window.dispatchEvent(new Event('scroll'));
}"""


@cache
def click_load_more() -> str:
    """Clicks the last button that says it: lists have it at their end. A link that leads elsewhere is none."""
    return f"""() => {{
    const labels = new Set({json.dumps(words_of("load_more"))}), marks = {json.dumps(LOAD_MORE_MARKS)};
    const found = [...document.querySelectorAll('button, [role=button], a, input[type=button]')].filter(element => {{
        const target = element.getAttribute('href');
        if (element.disabled || (target && !target.startsWith('#') && !target.startsWith('javascript:'))) return false;
        const said = (element.innerText || element.value || '').trim().toLowerCase().replace(/[\\s….>»+]+$/, '');
        const named = `${{element.id}} ${{element.className}} ${{Object.keys(element.dataset).join(' ')}}`.toLowerCase();
        return labels.has(said) || marks.some(mark => named.includes(mark));
    }});
    if (!found.length) return false;
    found[found.length - 1].click();
    return true;
}}"""
