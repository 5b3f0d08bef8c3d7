"""Precision and recall of what `copydesk rules draft` proposes against what the pages of a source repeat.

    python -m bench.extraction.repeats.proposals tuned 60
    python -m bench.extraction.repeats.proposals other 60

reads so many generated sources (a third number: from that one on) of the half that thresholds were chosen on, or of the other one.
Each source is extracted without rules and by the proposed ones. A proposal is right if it takes nothing of an article, or if the
field is right by it. What should have been found is what the extraction without rules gets wrong in enough stories.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from bench.extraction.repeats.sources import GeneratedSource, make_source
from db.models import Article, Page
from db.site_rules.loader import Sites
from db.site_rules.models import FieldRule, RemoveRule, Site
from db.store.extraction.pages_of_hosts import StoryPage
from db.text.repeated_lines import line_key
from pipelines.experiments.page_boxes import boxes_of_page
from pipelines.experiments.page_candidates import candidates_of_article
from pipelines.experiments.repeats import FEWEST, FEWEST_STORIES, RepeatProposals, Repeats, constant_names
from pipelines.extraction.extract import extract

HOST = "site.example"
EXPECTED_SHARE = 0.25
"""Share of the stories with a line of furniture in their text from which it should be found."""


@dataclass(slots=True)
class Score:
    """What was proposed and what should have been, over all sources."""

    proposed: int = 0
    right: int = 0
    expected: int = 0
    found: int = 0
    furniture_before: int = 0
    furniture_after: int = 0
    own_before: int = 0
    own_after: int = 0
    faults: list[str] = field(default_factory=list)
    by_kind: Counter[str] = field(default_factory=Counter)


def read(source: GeneratedSource, site: Site) -> list[Article]:
    """The articles of a source by some rules; an empty one for a page that is rejected."""
    sites = Sites(by_host={HOST: site})
    found = []
    for page in source.pages:
        outcome = extract(Page(body=page.html.encode(), url=f"https://{HOST}/{page.url.rsplit('/')[-1]}"), sites)
        found.append(outcome if isinstance(outcome, Article) else Article(url=None, title="", text=""))
    return found


def propose(source: GeneratedSource, articles: list[Article]) -> RepeatProposals:
    """What a draft of the source would propose. Copies have one text, as after settling."""
    stories: dict[str, StoryPage] = {}
    for number, article in enumerate(articles):
        if article.text:
            stories[article.text] = StoryPage(
                page_id=number, title=article.title, text=article.text, source=article.source,
                headings=frozenset(article.text[one.offset :].split("\n", 1)[0] for one in article.subheadings),
                authors=article.authors, editors=article.editors,
            )  # fmt: skip
    by_id = {story.page_id: story for story in stories.values()}
    repeats = Repeats(stories=by_id, names=constant_names(list(by_id.values())))
    for page_id in by_id:
        html = source.pages[page_id].html
        repeats.add(page_id, boxes_of_page(html, repeats.names), candidates_of_article(html).fields)
    return repeats.proposals()


def judge(source: GeneratedSource, score: Score) -> None:
    """Count one source."""
    furniture = {line_key(line) for line in source.furniture}
    before = read(source, Site(name="none", hosts=(HOST,)))
    proposals = propose(source, before)
    whole = Site(
        name="draft",
        hosts=(HOST,),
        remove=tuple(
            RemoveRule(css=one.css, line=one.line)
            for one in sorted(proposals.removals, key=lambda one: one.field is None)
        ),
        fields=tuple(
            FieldRule(field=one.field, css=one.css, xpath=one.xpath, attribute=one.attribute)
            for one in proposals.overrides
        ),
    )
    after = read(source, whole)
    for some in _together(whole, sum(one.field is not None for one in proposals.removals)):
        right = is_right(source, before, read(source, some), furniture | {line_key(source.agency)})
        score.proposed += 1
        score.right += right
        if not right:
            score.faults.append(f"{source.seed} {source.language} wrong: {some.remove} {some.fields}")
    stories = len({article.text for article in before if article.text})
    for line in sorted(furniture):
        having = {article.text for article in before if line in map(line_key, article.text.split("\n"))}
        still = {article.text for article in after if line in map(line_key, article.text.split("\n"))}
        score.furniture_before += len(having)
        score.furniture_after += len(still)
        if stories >= FEWEST_STORIES and len(having) >= max(FEWEST, EXPECTED_SHARE * stories) and len(line) > 12:
            expect(score, source, "line", is_found=not still)
    for name in ("title", "authors"):
        wrong = [
            n
            for n, article in enumerate(before)
            if article.text and getattr(article, name) != getattr(source.pages[n], name)
        ]
        if stories >= FEWEST_STORIES and len(wrong) >= 0.8 * len(before):
            left = [n for n in wrong if getattr(after[n], name) != getattr(source.pages[n], name)]
            expect(score, source, name, is_found=len(left) < 0.1 * len(wrong))
    for page, old, new in zip(source.pages, before, after, strict=True):
        own = {line_key(line) for line in page.lines if line != source.agency}
        score.own_before += sum(line_key(line) in own for line in old.text.split("\n"))
        score.own_after += sum(line_key(line) in own for line in new.text.split("\n"))


def _together(whole: Site, names: int) -> Iterator[Site]:
    """The rules one by one; those that take a name away, of which each page may have it in several places, together."""
    alone = replace(whole, remove=(), fields=())
    yield from (replace(alone, fields=(rule,)) for rule in whole.fields)
    yield from (replace(alone, remove=(rule,)) for rule in whole.remove[names:])
    if names:
        yield replace(alone, remove=whole.remove[:names])


def expect(score: Score, source: GeneratedSource, kind: str, *, is_found: bool) -> None:
    """Count something that should be found."""
    score.expected += 1
    score.found += is_found
    score.by_kind[f"{kind} {'found' if is_found else 'missed'}"] += 1
    if not is_found:
        score.faults.append(f"{source.seed} {source.language} missed: {kind} ({', '.join(sorted(source.kinds))})")


def is_right(source: GeneratedSource, before: list[Article], after: list[Article], furniture: set[str]) -> bool:
    """Whether a rule alone takes furniture only, and makes no title and no author wrong."""
    differs = False
    for page, old, new in zip(source.pages, before, after, strict=True):
        gone = {line_key(line) for line in old.text.split("\n")} - {line_key(line) for line in new.text.split("\n")}
        if gone - furniture:
            return False
        for name in ("title", "authors"):
            was, now, truth = getattr(old, name), getattr(new, name), getattr(page, name)
            if now != truth and was == truth:
                return False
            differs |= was != now
        differs |= bool(gone)
    return differs


def main() -> None:
    half, count = sys.argv[1], int(sys.argv[2])
    first = int(sys.argv[3]) if len(sys.argv) > 3 else 0
    score = Score()
    for number in range(first, first + count):
        judge(make_source(2 * number + (half == "other")), score)
    print(f"{count} sources")
    print(f"precision {score.right}/{score.proposed}, recall {score.found}/{score.expected}")
    print(f"lines of furniture in texts {score.furniture_before} -> {score.furniture_after}")
    print(f"lines of articles in texts {score.own_before} -> {score.own_after}")
    print(dict(score.by_kind))
    print("\n".join(score.faults[:40]))


if __name__ == "__main__":
    main()
