"""Sources of generated pages whose site rules change, so that just what is planted is gained, lost and changed.

better.example    a rule reads authors where the page says them in a way of its own     gains authors
worse.example     the rule that did so is dropped                                       loses authors
cut.example       a rule cuts the text short                                            loses text
gone.example      the rule that read the text is dropped, and none is found             loses articles
other.example     a rule reads another title                                            changes titles
few.example       one author in 120 is lost, which the limit of 1 % lets pass           loses one author
quiet.example     no rule                                                               nothing
"""

from __future__ import annotations

import json
from pathlib import Path

from tests.end_to_end.copydesk import Copydesk

PAGES = dict.fromkeys(("better", "worse", "cut", "gone", "other", "quiet"), 12) | {"few": 120}
HELD = ("cut.example", "gone.example", "worse.example")
_STORY = (
    "The harbour office said on day {n} that ferry number {n} would sail again after the storm of week {n}.",
    "Repairs of pier {n} cost less than expected because divers found pile {n} sound, and only the deck was replaced.",
    "Islanders of village {n} had been supplied by boat {n} in the meantime, which brought bread, post and doctor {n}.",
    "Nobody knows how long vessel {n} will serve the island, but ticket {n} was sold before the whistle of noon.",
)
_SCRIBE = '[[fields]]\nfield = "authors"\ncss = "div.scribe"\n'
_HELD_TEXT = '[[fields]]\nfield = "text"\ncss = "div.held"\nattribute = "data-text"\n'
BEFORE = {"worse": _SCRIBE, "few": _SCRIBE, "gone": _HELD_TEXT}
AFTER = {
    "better": _SCRIBE,
    "cut": '[[fields]]\nfield = "text"\nxpath = "string((//article/p)[2])"\n',
    "other": '[[fields]]\nfield = "title"\nxpath = "concat(\'Other: \', string(//h1))"\n',
}


def page_of(name: str, number: int) -> str:
    """One page of a source."""
    story = "".join(f"<p>{line.format(n=number)}</p>" for line in _STORY)
    scribe = f'<div class="scribe">Vera Holt{"abcdefghijklmnopqrstuvwxyz"[number % 26]}</div>'
    byline = '<p class="byline">By Anna Holt</p>'
    if name in ("better", "worse") or (name == "few" and number == 7):
        byline = scribe
    body = f"<article><h1>Ferry {number} to sail again</h1>{byline}{story}</article>"
    if name == "gone":
        text = " ".join(line.format(n=number) for line in _STORY)
        body = f'<article><h1>Ferry {number} to sail again</h1><div class="held" data-text="{text}"></div></article>'
    return (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Ferry {number} to sail again</title>'
        f'<meta property="article:published_time" content="2024-03-{1 + number % 28:02}T10:00:00Z"></head>'
        f"<body>{body}</body></html>"
    )


def write_rules(folder: Path, rules: dict[str, str]) -> None:
    """The site rules of these sources, and no others."""
    folder.mkdir(exist_ok=True)
    for path in folder.glob("*.toml"):
        path.unlink()
    for name, fields in rules.items():
        (folder / f"{name}.toml").write_text(f'hosts = ["{name}.example"]\n{fields}', encoding="utf-8")


def make_planted(folder: Path) -> None:
    """A database of all sources, extracted by the rules of before."""
    write_rules(folder / "rules", BEFORE)
    desk = Copydesk(folder, None, sites="rules")
    lines = []
    for name, count in PAGES.items():
        for number in range(count):
            path = folder / f"{name}-{number}.html"
            path.write_text(page_of(name, number), encoding="utf-8")
            lines.append(
                {
                    "path": path.name,
                    "url": f"http://{name}.example/news/story-{number}.html",
                    "fetched_at": f"2024-{3 + number % 6:02}-28T12:00:00Z",
                }
            )
    (folder / "pages.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    desk.run("import", "pages.jsonl")
    assert desk.query("SELECT count(*) FROM articles") == [(sum(PAGES.values()),)]
