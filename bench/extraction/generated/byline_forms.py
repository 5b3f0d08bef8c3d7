"""Bylines and dates of the world's press: seeded pages in 28 languages with known truth, read and judged.

    python -m bench.extraction.generated.byline_forms [--seed N] [--pages N] [--show N] [--form NAME]

Who wrote the page, when it went out and when it was changed is drawn first; then how each is written: words, dividers, markup of
common systems, forms and calendars of the language, with or without statements for machines, beside bait (dates of other stories,
of comments, of what the text speaks of, copyright lines). Pages without author or date must stay without. A figure for each field
and each form is printed; the exit code is 1 where a form is read wrongly on more than one page in fifty.
"""

# ruff: noqa: E501 -- tables of forms are read along the line
from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from datetime import UTC, date, timedelta
from typing import Any

from bench.extraction.form_report import Faults, draw, run
from bench.extraction.generated.byline_dates import Clocked, long_day, written
from bench.extraction.generated.byline_draft import (
    UNCASED,
    Draft,
    begin,
    draw_people,
    joined,
    same_names,
    same_time,
    slug,
)
from bench.extraction.generated.byline_statements import state
from bench.extraction.generated.byline_systems import system_block

FIELDS = ("authors", "published", "modified", "text")


@dataclass(frozen=True, slots=True, kw_only=True)
class BylinePage:
    """A page, what it says, and the forms that it uses."""

    html: str
    draft: Draft
    text: str
    forms: list[str]


def write_page(seed: int) -> BylinePage:
    """One page."""
    draft = begin(seed)
    dice = draft.dice
    if dice.random() < 0.88:
        draw_people(draft)
    stated = dice.random() < 0.4
    kind = draw(dice, {"date": 0.86, "ago": 0.05, "none": 0.09})
    if kind == "date":
        _draw_times(draft)
    if draft.people and dice.random() < 0.22:
        _system(draft)
    else:
        blocks = []
        if draft.people:
            blocks.append(_byline(draft, dated=draft.clocked is not None))
        blocks += _dates(draft)
        if blocks and dice.random() < 0.15:
            blocks.reverse()
            draft.form("date above byline")
        draft.top += [block for block in blocks if block]
    if kind == "ago":
        _ago(draft)
    if kind == "none":
        draft.form("no date")
    if not draft.people:
        draft.form("no author")
    if stated:
        state(draft)
    else:
        draft.form("not stated")
    html, text = _built(draft)
    return BylinePage(html=html, draft=draft, text=text, forms=draft.forms)


def _draw_times(draft: Draft) -> None:
    """Publication, and on every third page a change after it."""
    dice = draft.dice
    day_only = dice.random() < 0.35
    draft.clocked = written(dice, draft.language, draft.locale, draft.published, draft.word("at"), day_only=day_only)
    draft.forms += draft.clocked.forms
    if dice.random() < 0.33:
        later = draft.published + timedelta(hours=dice.randint(1, 26) if not day_only else dice.randint(25, 28))
        draft.changed = written(dice, draft.language, draft.locale, later, draft.word("at"), day_only=day_only)
        draft.forms += draft.changed.forms
        draft.form("changed")


def _time_element(draft: Draft, clocked: Clocked) -> str:
    """The time's text, now and then in a `<time>` that states it."""
    if draft.dice.random() < 0.25 and clocked.offset is None and draft.zone:
        draft.form("time element")
        wall = clocked.wall if clocked.precision == "second" else clocked.wall.replace(second=0)
        stated = f"{wall:%Y-%m-%d}" if clocked.precision == "day" else draft.instant(wall).isoformat()
        return f'<time datetime="{stated}">{clocked.text}</time>'
    return clocked.text


def _labelled(draft: Draft, kind: str, clocked: Clocked, *, bare: bool) -> str:
    text = _time_element(draft, clocked)
    if bare and draft.dice.random() < 0.45:
        draft.form("date without label")
        return text
    label = draft.word(kind)
    draft.form(f"{draft.language} {kind} {label}")
    return f"{label} {text}" if label[-1] not in "：-" else f"{label}{text}"


def _dates(draft: Draft) -> list[str]:
    """The lines that say when."""
    dice = draft.dice
    if draft.clocked is None:
        return []
    lines = [_labelled(draft, "published", draft.clocked, bare=True)]
    if draft.changed:
        changed = _labelled(draft, "updated", draft.changed, bare=False)
        if dice.random() < 0.2:
            lines = [changed, _labelled(draft, "published", draft.clocked, bare=False)]
            draft.form("change first")
        else:
            lines.append(changed)
        if dice.random() < 0.5:
            draft.form("both times in one line")
            lines = [dice.choice((" | ", " - ", "<br>", " · ", " ")).join(lines)]
    builds = {
        "p": "<p>{}</p>", "div": "<div>{}</div>", "date class": '<div class="date">{}</div>', "span": "<div><span>{}</span></div>",
        "meta": '<div class="article-meta">{}</div>', "small": "<div><small>{}</small></div>", "li": "<ul><li>{}</li></ul>", "em": "<p><em>{}</em></p>",
    }  # fmt: skip
    build = dice.choice(list(builds))
    draft.form(f"dates in {build}")
    return [builds[build].format(line) for line in lines]


def _byline(draft: Draft, *, dated: bool) -> str:
    """The block that says by whom. Empty where the name stands elsewhere (in the date's line, below the text)."""
    cased = draft.language not in UNCASED
    agency = len(draft.people) == 1 and " " not in draft.people[0] and draft.people[0] not in draft.words["people"]
    shares = {"word": 5.0, "class": 1, "rel": 0.5, "itemprop": 0.5, "label": 0.5, "end word": 0.6}
    if not agency:
        shares |= {"link": 1, "box below": 0.5}
        shares |= {"beside date": 1, "line with date": 1} if cased and dated else {}
    shares |= {"lead": 1.0, "end mail": 0.7} if draft.language == "ko" else {}
    shares |= {"end bracket": 0.8} if draft.language == "ja" else {}
    kind = draw(draft.dice, shares)
    draft.form(f"byline: {kind}")
    if kind == "word":
        return _by_word(draft, draft.people, agency=agency)
    if kind in ("end word", "lead", "end mail", "end bracket"):
        draft.truth["signed"] = kind != "end word"
        return _in_text(draft, kind)
    if kind == "box below":
        about, name = draft.words["boxes"][2], draft.people[0]
        draft.people = [name]
        box = draft.dice.choice(
            (
                f'<div class="author-box"><h3>{about}</h3><p>{name}</p></div>',
                f'<div class="author-bio"><h4 class="author-name">{name}</h4></div>',
                f'<section><h3>{about}</h3><p><a href="{slug(draft, name)}">{name}</a></p></section>',
            )
        )
        draft.end.append(box)
        return ""
    return _without_word(draft, kind)


def _without_word(draft: Draft, kind: str) -> str:
    dice, names = draft.dice, draft.people
    if kind == "class":
        name = dice.choice(
            ("byline", "author", "article-author", "c-byline", "post-author", "meta__author", "articleAuthor")
        )
        draft.form(f"class {name}")
        return f'<div class="{name}">{joined(draft, names)}</div>'
    if kind == "rel":
        return "<p>" + ", ".join(f'<a rel="author" href="/u/{at}">{name}</a>' for at, name in enumerate(names)) + "</p>"
    if kind == "itemprop":
        return f"<div>{''.join(_person(name) for name in names)}</div>"
    if kind == "label":
        label = (
            dice.choice([by for by in draft.words["by"] if by.endswith(" {n}")] or ["{n}"]).removesuffix("{n}").strip()
        )
        draft.form(f"{draft.language} label {label}")
        return (
            f"<div><span>{label}</span></div><div>" + "".join(f"<p>{name}</p>" for name in names) + "</div>"
            if label
            else ""
        )
    if kind == "link":
        return "<div>" + ", ".join(f'<a href="{slug(draft, name)}">{name}</a>' for name in names) + "</div>"
    clocked = draft.clocked
    if kind == "line with date" and clocked and not draft.changed:
        draft.clocked, text = clocked, clocked.text
        divider = dice.choice((" | ", ", ", " · ", " - ", " – ", " • "))
        draft.form(f"name and date by {divider.strip()}")
        parts = [joined(draft, names, markup=False), text]
        if dice.random() < 0.35:
            parts.reverse()
            draft.form("date before name")
        return f'<p data-all="1">{divider.join(parts)}</p>'
    return f"<p>{joined(draft, names, markup=False)}</p>"


def _person(name: str) -> str:
    return (
        '<span itemprop="author" itemscope itemtype="https://schema.org/Person">'
        f'<span itemprop="name">{name}</span></span>'
    )


def _by_word(draft: Draft, names: list[str], *, agency: bool) -> str:
    """A word of the language before (or behind) the names, and what stands after them."""
    dice = draft.dice
    by = draft.word("by")
    draft.form(f"{draft.language} by {by}")
    value = joined(draft, names)
    if not agency and draft.language not in UNCASED and dice.random() < 0.06 and "<" not in value:
        value = value.upper() if draft.language != "de" else value
        draft.form("names in capitals")
    line = by.replace("{n}", value)
    extra = draw(
        dice, {"": 6, "role comma": 1, "role bar": 0.4, "role line": 0.8, "town": 0.5, "mail": 0.7, "agencies": 0.4}
    )
    if extra == "town" and draft.language in ("ja", "ko"):
        extra = ""
    if extra and not agency and by.endswith("{n}"):
        draft.form(f"after names: {extra}")
        line += {
            "role comma": f", {draft.word('role')}", "role bar": f" | {draft.word('role')}", "town": f", {draft.word('town')}",
            "role line": f"<br>{draft.word('role')}", "mail": " news@example.com", "agencies": f", {draft.word('with')}",
        }[extra]  # fmt: skip
        if extra == "role line" and dice.random() < 0.5:
            line = line.replace("<br>", '</p><p class="role">')
        if extra == "agencies" and draft.words["with"][0].isupper():
            draft.people = [*names, draft.words["with"][0]]
        elif extra == "agencies" and draft.language in (
            "ru",
            "uk",
            "ro",
            "el",
            "hi",
            "th",
            "vi",
            "id",
            "ja",
            "ko",
            "fa",
            "nb",
        ):
            line = line.rpartition(",")[0]
    build = dice.choice(("<p>{}</p>", "<div>{}</div>", "<p><em>{}</em></p>", "<p><strong>{}</strong></p>", '<div class="byline">{}</div>',
                         "<div><span>{}</span></div>", '<p class="c9x">{}</p>', "<address>{}</address>", "<ul><li>{}</li></ul>"))  # fmt: skip
    draft.form(f"byline in {build.partition('{')[0]}")
    return build.format(line)


def _in_text(draft: Draft, kind: str) -> str:
    """A byline that stands in or below the text."""
    names = draft.people
    if kind == "end word":
        by = draft.dice.choice([by for by in draft.words["by"] if ":" in by or "：" in by] or draft.words["by"])
        draft.form(f"{draft.language} end {by}")
        draft.end.append(f"<p>{by.replace('{n}', joined(draft, names, markup=False))}</p>")
    elif kind == "lead":
        draft.lead = (
            f"{draft.dice.choice(('(서울=강변일보) ', '[서울=강변일보] ', '[강변일보 '))}{'·'.join(names)} 기자"
        )
        draft.lead += "] " if "[강변" in draft.lead else " = "
    elif kind == "end mail":
        draft.people = names[:1]
        draft.end.append(
            f"<p>{names[0]} 기자 {draft.dice.choice(('kim@example.co.kr', '<a href=mailto:k@e.kr>k@e.kr</a>'))}</p>"
        )
    else:
        draft.people = names[:1]
        draft.end.append(f"<p>{draft.dice.choice(('（{}）', '【{}】')).format(names[0])}</p>")
    return ""


def _system(draft: Draft) -> None:
    """Byline and date in the markup of a common system."""
    kind, block = system_block(draft)
    draft.form(f"system {kind}")
    if kind == "blogger":
        draft.people = draft.people[:1]
    draft.top.append(block)
    if draft.changed:
        draft.top.append(f"<p>{_labelled(draft, 'updated', draft.changed, bare=False)}</p>")


def _ago(draft: Draft) -> None:
    """A time told from the fetch; nothing else dates the page."""
    hours, minutes = draft.dice.randint(2, 9), draft.dice.randint(10, 55)
    form = draft.word("ago")
    span = timedelta(hours=hours) if "{h}" in form else timedelta(minutes=minutes)
    draft.fetched_at = draft.instant(draft.published.replace(second=0)).astimezone(UTC) + span
    draft.form(f"{draft.language} ago {form}")
    draft.top.append(f"<div>{form.format(h=hours, m=minutes)}</div>")
    wall = draft.published.replace(second=0)
    draft.truth["ago"] = Clocked(
        text="", wall=wall, precision="minute", offset=timedelta(0) if not draft.zone else None, forms=()
    )


def _built(draft: Draft) -> tuple[str, str]:
    """The page around what was written, with bait; and the text that it holds."""
    dice, words = draft.dice, draft.words
    paragraphs = list(words["text"])
    other = date(2018, 3, 9) + timedelta(days=dice.randrange(900))
    if dice.random() < 0.3:
        draft.form("bait: day in the text")
        paragraphs[1] += f" ({long_day(draft.locale, other)})"
    if dice.random() < 0.1:
        draft.form("bait: day to come")
        paragraphs[2] += f" ({long_day(draft.locale, date(2031, 5, 4))})"
    related, comments, _, share = words["boxes"]
    after = []
    old = long_day(draft.locale, other)
    if dice.random() < 0.5:
        draft.form("bait: related")
        box = dice.choice(('<div class="related">{}</div>', "<aside>{}</aside>", "<section>{}</section>"))
        items = "".join(
            f'<li><a href="/n/{at}">{words["title"][0][::-1][:30]}</a> <span>{old}</span></li>' for at in range(3)
        )
        after.append(box.format(f"<h3>{related}</h3><ul>{items}</ul>"))
    if dice.random() < 0.35:
        draft.form("bait: comments")
        said = words["text"][1][:70]
        after.append(
            f'<div id="comments"><h3>{comments} (2)</h3><div class="comment"><b>owl77</b> <time>{old}</time><p>{said}</p></div></div>'
        )
    foot = f"<footer>© {dice.choice(('2024', '2019-2024', '2024'))} {draft.house}. All rights reserved.</footer>"
    text = "".join(f"<p>{draft.lead if at == 0 else ''}{one}</p>" for at, one in enumerate(paragraphs))
    top = "".join(draft.top)
    if dice.random() < 0.3:
        top += f'<div class="share"><a href="#">Facebook</a> <a href="#">{share}</a></div>'
    if 'data-all="1"' in top:  # the line holds the date as well
        top = re.search(r'<p data-all="1">.*?</p>', top)[0].replace(' data-all="1"', "")  # type: ignore[index]
    html = (
        f'<!doctype html><html lang="{draft.tag}"><head><meta charset="utf-8"><title>{words["title"][0]} | {draft.house}</title>'
        f'{"".join(draft.head)}</head><body><nav><a href="/">{draft.house}</a> <a href="/s/">News</a></nav>'
        f'<main><article><h1>{words["title"][0]}</h1>{top}<div class="article-body">{text}</div>{"".join(draft.end)}</article>'
        f"{''.join(after)}</main>{foot}</body></html>"
    )
    return html, "\n".join([draft.lead + paragraphs[0], *paragraphs[1:]])


def read(page: BylinePage) -> dict[str, Any]:
    """What `extract` reads of a page."""
    from db.models import Page
    from db.site_rules.loader import Sites
    from pipelines.extraction.article_json import to_json
    from pipelines.extraction.extract import extract

    url = f"https://{page.draft.host}/news/the-old-library"
    return to_json(extract(Page(body=page.html.encode(), url=url, fetched_at=page.draft.fetched_at), Sites()))


def faults(page: BylinePage) -> Faults:
    """The fields that are read otherwise than they are meant: wanted and got."""
    got, draft = read(page), page.draft
    found: Faults = {}
    if not same_names(draft.people, got.get("authors") or []):
        found["authors"] = (draft.people, got.get("authors"))
    published: Clocked | None = draft.truth.get("ago") or draft.clocked
    for name, want in (("published", published), ("modified", draft.changed)):
        if not same_time(want, got.get(name), draft):
            found[name] = (want and f"{want.text} = {want.wall} {want.precision}", got.get(name))
    if (got.get("text") or got.get("detail")) != page.text:
        found["text"] = ("", _difference(page.text, got.get("text") or str(got.get("detail"))))
    return found


def _difference(want: str, have: str) -> str:
    lines = want.split("\n")
    extra = [line for line in have.split("\n") if line not in lines]
    return f"more: {extra} less: {[line[:40] for line in lines if line not in have]}"


def main() -> int:
    """Write, read, judge."""
    return run(__doc__, write_page, faults, FIELDS, pages=8000)


if __name__ == "__main__":
    sys.exit(main())
