"""Bylines in the markup of common systems: WordPress, Drupal, Ghost, Joomla, TYPO3, Arc, Blogger, generated class names."""

# ruff: noqa: E501 -- tables of forms are read along the line
from __future__ import annotations

from bench.extraction.generated.byline_draft import UNCASED, Draft, slug


def system_block(draft: Draft) -> tuple[str, str]:
    """Byline and date in the markup of one of the systems: its name and the block."""
    dice, names, clocked = draft.dice, draft.people, draft.clocked
    text = clocked.text if clocked else ""
    wall = clocked.wall if clocked else draft.published
    iso = draft.instant(
        wall.replace(second=0 if not clocked or clocked.precision != "second" else wall.second)
    ).isoformat()
    if clocked and (clocked.precision == "day" or clocked.offset is not None or draft.zone is None):
        iso = f"{wall:%Y-%m-%d}"
    by = dice.choice([by for by in draft.words["by"] if by.endswith(" {n}")] or ["{n}"]).removesuffix("{n}").strip()
    links = [f'<a class="url fn n" href="{slug(draft, name)}">{name}</a>' for name in names]
    time = f'<time class="entry-date published" datetime="{iso}">{text}</time>' if clocked else ""
    listed = "".join(f'<li class="author-list-item"><h4 class="author-name">{link}</h4></li>' for link in links)
    systems = {
        "wordpress": f'<div class="entry-meta"><span class="posted-on">{time}</span> <span class="byline">{by} '
        + ", ".join(f'<span class="author vcard">{link}</span>' for link in links) + "</span></div>",
        "drupal": f'<div class="submitted">{by} <span rel="sioc:has_creator">'
        + ", ".join(f'<a href="/user/{at}" class="username">{name}</a>' for at, name in enumerate(names)) + f"</span> {text}</div>",
        "ghost": f'<section class="post-full-meta"><ul class="author-list">{listed}</ul>{time}</section>',
        "joomla": f'<dl class="article-info muted"><dd class="createdby">{by} <span>{", ".join(names)}</span></dd>'
        f'<dd class="published">{draft.word("published")} {time}</dd></dl>',
        "typo3": f'<div class="header"><p><span class="news-list-date">{time}</span> <span class="news-list-author">{by} {", ".join(names)}</span></p></div>',
        "arc": f'<div class="b-byline"><span class="b-byline__text">{by}</span> <span class="b-byline__names">'
        + ", ".join(f'<a href="{slug(draft, name)}" class="c-link b-byline__name">{name}</a>' for name in names)
        + "</span></div>" + time.replace("entry-date published", "c-date b-date"),
        "blogger": f'<div class="post-footer"><span class="post-author vcard">{by} <span class="fn" itemprop="author">'
        f'<a rel="author" href="/p/1"><span itemprop="name">{names[0]}</span></a></span></span> <span class="post-timestamp">{text}</span></div>',
        "obfuscated": f'<div class="css-1x"><div class="css-ab"><p class="css-9z">{by} '
        + ", ".join(f'<a class="css-77" href="/by/{at}">{name}</a>' for at, name in enumerate(names)) + f'</p></div><div class="css-5k">{text}</div></div>',
    }  # fmt: skip
    kind = dice.choice(list(systems))
    if draft.language in UNCASED and not by and kind in ("drupal", "typo3"):
        kind = "wordpress"
    return kind, systems[kind]
