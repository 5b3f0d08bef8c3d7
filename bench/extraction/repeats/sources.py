"""Generated sources whose templates print furniture among the text, and whose articles repeat things for good reasons.

A source is a language, a template (where its boxes are, how they are named) and some kinds of furniture and of legitimate
repetition, drawn by a seed. Even seeds are for tuning, odd ones for measuring. All words are invented (`words.toml`).
"""

from __future__ import annotations

import random
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

LANGUAGES = ("en", "de", "fr", "es", "ru", "zh")
_STORIES = (7, 14, 24, 40, 60)
"""Stories of a source; of the fewest nothing may be proposed."""
_BOXES: Sequence[Callable[[str, str, str], str]] = (
    lambda name, lines, head: f'<div class="{name}">{lines}</div>',
    lambda name, lines, head: f'<section class="box {name} wide"><h4>{head}</h4>{lines}</section>',
    lambda name, lines, head: (
        f'<div class="{name}"><div class="inner">{lines}</div><p><a href="/go">{head}</a></p></div>'
    ),
    lambda name, lines, head: f'<div id="{name}">{lines}</div>',
    lambda name, lines, head: f'<div data-component="{name}">{lines}</div>',
    lambda name, lines, head: f'<p class="{name}"><em>{lines.removeprefix("<p>").removesuffix("</p>")}</em></p>',
    lambda name, lines, head: lines,
    lambda name, lines, head: f'<div class="css-1x{len(name)}ab9">{lines}</div>',
)
_NAMES = (
    "plea",
    "intro-note",
    "zusatz",
    "encart",
    "aviso",
    "klub",
    "letterbox",
    "mid-block",
    "more-words",
    "house-note",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneratedPage:
    """A page with what is right of it."""

    url: str
    html: str
    title: str
    authors: tuple[str, ...]
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneratedSource:
    """A source: its pages, the lines that are furniture, and the kinds of things that it has. `agency`: a line that the extraction
    leaves out where it is the last."""

    seed: int
    language: str
    pages: tuple[GeneratedPage, ...]
    furniture: frozenset[str]
    agency: str
    kinds: frozenset[str]


@dataclass(slots=True, kw_only=True)
class _Furniture:
    lines: tuple[str, ...]
    share: float
    write: Callable[[str], str]
    at: float


@dataclass(slots=True, kw_only=True)
class _Plan:
    seed: int
    dice: random.Random
    words: dict[str, Any]
    kinds: set[str] = field(default_factory=set)
    furniture: list[_Furniture] = field(default_factory=list)


@cache
def _words() -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / "words.toml").read_text("utf-8"))


def make_source(seed: int) -> GeneratedSource:
    """The source of a seed."""
    dice = random.Random(seed)
    language = LANGUAGES[seed // 2 % len(LANGUAGES)]
    plan = _Plan(seed=seed, dice=dice, words=_words()[language])
    _draw_furniture(plan)
    for kind, chance in _CHANCES.items():
        if dice.random() < chance:
            plan.kinds.add(kind)
    stories = dice.choice(_STORIES)
    pages: list[GeneratedPage] = []
    for number in range(stories):
        page = _page(plan, language, number)
        pages.append(page)
        if "copies" in plan.kinds and number == 1:
            pages += [
                GeneratedPage(
                    url=f"{page.url}?copy={copy}",
                    html=page.html,
                    title=page.title,
                    authors=page.authors,
                    lines=page.lines,
                )
                for copy in range(12)
            ]
    return GeneratedSource(
        seed=seed,
        language=language,
        pages=tuple(pages),
        furniture=frozenset(line for one in plan.furniture for line in one.lines)
        | {*plan.words["caption"], plan.words["hot"]},
        agency=plan.words["agency"],
        kinds=frozenset(plan.kinds),
    )


_CHANCES = {
    # Furniture of other fields than the text.
    "chief in meta": 0.25, "imprint": 0.25, "heading is section": 0.15, "site in headline": 0.2,
    # What recurs for good reasons.
    "agency": 0.5, "headings": 0.4, "columnist": 0.2, "tables": 0.3, "refrain": 0.3, "copies": 0.3, "series": 0.4, "kicker": 0.3,
    "guests": 0.2, "series head": 0.3, "bulletins": 0.3, "shared class": 0.4, "facts": 0.4,
    # No article's own, but in few of them.
    "teaser": 0.3,
}  # fmt: skip


def _draw_furniture(plan: _Plan) -> None:
    dice = plan.dice
    lines = dice.sample(plan.words["furniture"], dice.choice((0, 1, 2, 3)))
    names = [_NAMES[(plan.seed + number) % len(_NAMES)] for number in range(len(lines))]
    for line, name in zip(lines, names, strict=True):
        box, head = dice.choice(_BOXES), plan.words["caption"][0]
        plan.furniture.append(
            _Furniture(
                lines=(line,),
                share=dice.choice((0.3, 0.6, 1.0, 1.0)),
                write=lambda text, box=box, name=name, head=head: box(name, f"<p>{text}</p>", head),  # type: ignore[misc]
                at=dice.choice((0.0, 0.5, 0.5, 1.0)),
            )
        )


def _sentence(plan: _Plan, number: int) -> str:
    words, dice = plan.words, plan.dice
    drawn = {key: dice.choice(words[key]) for key in ("who", "did", "what", "why", "place")}
    return str(words["form"]).format(n=number * 17 + dice.randrange(900), **drawn)


def _with_repetitions(plan: _Plan, number: int, paragraphs: Sequence[str]) -> tuple[list[str], list[str]]:
    """The markup and the lines of an article with what it has in common with others for good reasons."""
    words, dice = plan.words, plan.dice
    own, lines = [f"<p>{escape(text)}</p>" for text in paragraphs], list(paragraphs)
    agency, heading, row, refrain = (words[name] for name in ("agency", "heading", "row", "refrain"))
    note, fact = _sentence(plan, number), _sentence(plan, number)
    facts = words["facts"].format(what=dice.choice(words["what"]))
    head, name = words["series_head"], _NAMES[plan.seed % len(_NAMES)]
    # The kind, whether this article has it, and where it puts which line.
    repetitions = (
        ("agency", dice.random() < 0.5, ((99, agency, f"<p>{agency}</p>"),)),
        ("headings", dice.random() < 0.6, ((2, heading, f"<h3>{heading}</h3>"),)),
        ("tables", dice.random() < 0.4, ((3, row, f"<table><tr><td>{row}</td></tr></table>"),)),
        ("refrain", number == 3, tuple((at, refrain, f"<p>{refrain}</p>") for at in (4, 3, 2))),
        ("series", number % 12 == 5, ((0, words["series"], f"<p class=series>{words['series']}</p>"),)),
        ("series head", number % 4 == 2, ((0, head, f"<div class=serie><h3>{head}</h3></div>"),)),
        ("bulletins", number % 6 in (1, 4) and number % 5, ((99, words["bulletin"], f"<p>{words['bulletin']}</p>"),)),
        # The class of furniture is that of a paragraph, too; a box begins alike and goes on differently.
        ("shared class", True, ((1, note, f"<p class={name}>{escape(note)}</p>"),)),
        ("facts", True, ((2, facts, f"<div class=facts><p>{escape(facts)}</p>"), (3, fact, f"<p>{escape(fact)}</p></div>"))),
    )  # fmt: skip
    for kind, has, put in repetitions:
        if kind in plan.kinds and has:
            for at, text, markup in put:
                own.insert(at, markup)
                lines.insert(at, text)
    return own, lines


def _page(plan: _Plan, language: str, number: int) -> GeneratedPage:
    dice, words, kinds = plan.dice, plan.words, plan.kinds
    space = "" if language == "zh" else " "
    paragraphs = [
        space.join(_sentence(plan, number) for _ in range(dice.choice((2, 3)))) for _ in range(dice.choice((4, 6, 8)))
    ]
    own, lines = _with_repetitions(plan, number, paragraphs)
    if "teaser" in kinds and number % 7 == 3:
        own.insert(2, f"<p><a href=/hot>{escape(words['hot'])}</a></p>")
    for one in plan.furniture:
        if dice.random() < one.share:
            own.insert(round(one.at * (len(own) - 1)) + (one.at == 1.0), one.write(escape(one.lines[0])))
    title = f"{dice.choice(words['who'])} {dice.choice(words['did'])} {dice.choice(words['what'])} {number}"
    if language == "zh":
        title = title.replace(" ", "")
    if "kicker" in kinds and dice.random() < 0.4:
        title = f"{dice.choice(words['sections'][:2])}: {title}"
    author = words["people"][0] if "columnist" in kinds else dice.choice(words["people"])
    if "guests" in kinds and dice.random() < 0.85:
        author = words["people"][0]
    return GeneratedPage(
        url=f"https://www.site{plan.words['site'].__len__()}.example/story-{number}.html",
        html=_html(plan, language, number, title=title, author=author, body="\n".join(own)),
        title=title,
        authors=(author,),
        lines=tuple(lines),
    )


def _html(plan: _Plan, language: str, number: int, *, title: str, author: str, body: str) -> str:
    words, kinds = plan.words, plan.kinds
    section = words["sections"][number % len(words["sections"])]
    heading = f"<h1 class=headline>{escape(title)}</h1>"
    if "heading is section" in kinds:
        heading = f"<h1>{words['sections'][0]}</h1><div class='story-title'>{escape(title)}</div>"
    elif "site in headline" in kinds:
        heading = f"<h1>{escape(title)} | {words['site']}</h1>"
    byline = f"<p class=byline>{words['by'].format(name=author)}</p>"
    meta = ""
    if "chief in meta" in kinds and "columnist" not in kinds:
        meta = f'<meta name="author" content="{words["chief"]}">'
        byline = f"<div class=writer>{author}</div>"
    imprint = (
        f"<div class='impressum'><p>{words['by'].format(name=words['chief'])}</p></div>" if "imprint" in kinds else ""
    )
    page_title = f"{escape(title)} | {words['site']}"
    if "heading is section" in kinds:
        page_title = f"{escape(title)} | {section} | {words['site']}"
    return (
        f'<!DOCTYPE html><html lang="{language}"><head><meta charset="utf-8"><title>{page_title}</title>{meta}'
        f'<meta property="og:type" content="article">'
        f'<meta property="article:published_time" content="2024-03-{1 + number % 28:02}T1{number % 10}:00:00Z"></head><body>'
        f"<header><a href='/'>{words['site']}</a><nav><a href='/a'>{words['sections'][0]}</a></nav></header>"
        f"<main><article>{heading}{byline}<div class='story'>{body}</div></article>{imprint}</main>"
        f"<footer><p>© {words['site']}</p></footer></body></html>"
    )
