"""How a list draws its next part: scripts for its page, from the labels in `load_more.toml`."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

_WORDS = tomllib.loads((Path(__file__).parent / "load_more.toml").read_text(encoding="utf-8"))

COUNT_LINKS = "() => new Set([...document.links].map(link => link.href)).size"
SCROLL_DOWN = """() => {
    const end = document.scrollingElement || document.body;
    window.scrollTo(0, end.scrollHeight);
    window.dispatchEvent(new Event('scroll'));
}"""
# Clicks the last button that says it: lists have it at their end. A link that leads elsewhere is none.
CLICK_LOAD_MORE = f"""() => {{
    const labels = new Set({json.dumps(_WORDS["labels"])}), marks = {json.dumps(_WORDS["marks"])};
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
