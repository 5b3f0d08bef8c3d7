"""What the articles of a source repeat and hence is none of their own, and the rules that would mend it. Pure.

    stories (text, title, names as stored) ──┐
    PageBoxes of their pages ────────────────┴──> Repeats: boxes and lines to remove, titles and names to read elsewhere

A story counts once, however many copies and revisions there are. Nothing is proposed below `FEWEST_STORIES`. What recurs for good
reasons is left alone by what it lacks: "(Reuters)", headings of a series and cells of a table are short; a refrain and an agency's
note stand in few stories; a columnist who writes all is contradicted by no page.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from db.store.extraction.pages_of_hosts import StoryPage
from db.text.repeated_lines import count_texts, line_key, repeated_lines
from pipelines.experiments.page_boxes import PageBoxes, line_checksum
from pipelines.experiments.page_candidates import FieldCandidate

FEWEST_STORIES = 10
"""Stories below which nothing is proposed."""
FEWEST = 5
BOX_SHARE, LINE_SHARE = 0.1, 0.4
"""Stories, and the share of all, that a box or a line must stand in. A line without a box is weaker evidence."""
RECURRING = 3
"""Stories in which each line of a box must stand: what varies is an article's own."""
SEED_SHARE = 0.5
"""Share of a selector's stories in which its box is in the text: where it hardly ever is, the general reader leaves it out."""
AFFIX_SHARE = 0.8
"""Share of the titles that must begin or end alike: a kicker or the name of a series stands on fewer."""
MOST_AFFIXES = 8
"""Different beginnings or endings at most: sections are few."""
HOLDS = 0.9
"""Share of the pages on which a selector for titles must find what it should."""
CONSTANT_SHARE = 0.7
"""Share of the stories with a name that have the same one."""
CONTRADICTED = 3
"""Stories that must contradict a name, which is on all pages of its author otherwise."""
VARIED = 2
"""Different names that an element must say to be a byline: what is the same on all pages says nothing of who wrote them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """A box (`css`) or a line to remove: in how many of the stories it stands, and what it takes from texts or says."""

    css: str | None = None
    line: str | None = None
    stories: int
    of: int
    takes: tuple[str, ...] = ()
    field: str | None = None
    """The field whose name it takes away, if that is why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """A selector for a field that is read wrong: on how many pages it holds, instead of what, and an example."""

    field: str
    css: str | None = None
    xpath: str | None = None
    attribute: str | None = None
    stories: int
    of: int
    instead_of: str
    example: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RepeatProposals:
    """All that is proposed."""

    removals: tuple[Removal, ...] = ()
    overrides: tuple[Override, ...] = ()


def constant_names(stories: Sequence[StoryPage]) -> dict[str, str]:
    """By field (authors, editors, source), the name that nearly all stories with one have."""
    found = {}
    for name, values in _NAMES.items():
        counts = count_texts(values(story) for story in stories)
        having = sum(bool(values(story)) for story in stories)
        if counts and having >= FEWEST_STORIES:
            value, count = min(counts.items(), key=lambda one: (-one[1], one[0]))
            if count >= CONSTANT_SHARE * having:
                found[name] = value
    return found


_NAMES: Mapping[str, Callable[[StoryPage], tuple[str, ...]]] = {
    "authors": lambda story: story.authors,
    "editors": lambda story: story.editors,
    "source": lambda story: (story.source,) if story.source else (),
}


@dataclass(slots=True, kw_only=True)
class Repeats:
    """The stories of a source with their pages, as they are looked at."""

    stories: Mapping[int, StoryPage]
    names: Mapping[str, str]
    pages: dict[int, PageBoxes] = field(default_factory=dict)
    elsewhere: dict[str, dict[tuple[str, str | None], dict[int, str]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(dict))
    )
    """By field and selector, what reads like the field and is not the constant name, by page."""

    def add(self, page_id: int, found: PageBoxes, candidates: Iterable[FieldCandidate]) -> None:
        """Take up a page, with the elements on it that read like a field."""
        if page_id not in self.stories:
            return
        self.pages[page_id] = found
        for one in candidates:
            value = self.names.get(one.field)
            if value is not None and one.hinted and line_key(value) not in line_key(one.text):
                self.elsewhere[one.field][one.css, one.attribute][page_id] = one.text

    def proposals(self) -> RepeatProposals:
        """What is proposed; nothing if there are few stories."""
        if len(self.pages) < FEWEST_STORIES:
            return RepeatProposals()
        stories = [self.stories[page_id] for page_id in self.pages]
        boxes, lines = self._furniture(stories)
        overrides, removals = self._wrong_names()
        title = self._title(stories)
        return RepeatProposals(
            removals=(*boxes, *removals, *lines), overrides=(*([title] if title else []), *overrides)
        )

    def _furniture(self, stories: Sequence[StoryPage]) -> tuple[list[Removal], list[Removal]]:
        """Boxes to remove, and lines that are in none."""
        of = len(stories)
        repeated = repeated_lines([story.text for story in stories], max(FEWEST, round(BOX_SHARE * of)))
        headings = count_texts(map(line_key, story.headings) for story in stories)
        # A heading may be that of a series. One of a box goes with what stands below it.
        written = {
            line_checksum(line): line for line, count in repeated.items() if 2 * headings[line_key(line)] < count
        }
        in_text = {
            page_id: {line_checksum(line) for line in self.stories[page_id].text.split("\n")} for page_id in self.pages
        }
        pure = self._pure_boxes(written, in_text)
        chosen: list[Removal] = []
        open_pairs = {(page_id, key) for page_id, keys in in_text.items() for key in keys & written.keys()}
        while pure:
            css, pairs = max(
                pure.items(), key=lambda one: (len(one[1] & open_pairs), -_size(self.pages, one[0]), -len(one[0]))
            )
            won = pairs & open_pairs
            pages = {page_id for page_id, _ in won}
            if len(pages) < max(FEWEST, BOX_SHARE * of):
                break
            keys = Counter(key for _, key in won)
            takes = tuple(written[key] for key, _ in keys.most_common(3))
            chosen.append(Removal(css=css, stories=len(pages), of=of, takes=takes))
            open_pairs -= pairs
            del pure[css]
        left = Counter(key for _, key in open_pairs)
        lines = [
            Removal(line=written[key], stories=count, of=of)
            for key, count in left.most_common()
            if count >= max(FEWEST, LINE_SHARE * of)
        ]
        return chosen, lines

    def _pure_boxes(
        self, written: Mapping[int, str], in_text: Mapping[int, set[int]]
    ) -> dict[str, set[tuple[int, int]]]:
        """The selectors that hold nothing but what recurs, each with the pages and lines that it takes from texts."""
        seeds = set(written)
        on_pages: dict[str, list[int]] = defaultdict(list)
        for page_id, page in self.pages.items():
            for css in page.boxes:
                on_pages[css].append(page_id)
        pure = {}
        for css, pages in on_pages.items():
            if len(pages) < FEWEST or any(self.pages[page_id].boxes[css] is None for page_id in pages):
                continue
            lines = {page_id: self.pages[page_id].lines_of(css) or frozenset() for page_id in pages}
            counts = count_texts(lines.values())
            if not seeds & counts.keys() or any(count < RECURRING for count in counts.values()):
                continue
            pairs = {(page_id, key) for page_id, of in lines.items() for key in of & in_text[page_id] & seeds}
            seeded = len({page_id for page_id, _ in pairs})
            if seeded >= SEED_SHARE * len(pages) and not self._names_people(pairs, written):
                pure[css] = pairs
        return pure

    def _names_people(self, pairs: Iterable[tuple[int, int]], written: Mapping[int, str]) -> bool:
        """Whether what recurs names who the articles are by: a byline, or what is said of a columnist."""
        return any(
            line_key(name) in line_key(written[key])
            for page_id, key in pairs
            for name in (*self.stories[page_id].authors, *self.stories[page_id].editors)
        )

    def _wrong_names(self) -> tuple[list[Override], list[Removal]]:
        """Names that most stories have although their pages name somebody else."""
        overrides: list[Override] = []
        removals: list[Removal] = []
        of = len(self.pages)
        for name, value in self.names.items():
            wrong = {page_id for page_id in self.pages if value in _NAMES[name](self.stories[page_id])}
            best = max(
                self.elsewhere[name].items(),
                key=lambda one: (len(one[1].keys() & wrong), -len(one[0][0])),
                default=(("", None), {}),
            )
            (css, attribute), texts = best
            shown = [text for page_id, text in texts.items() if page_id in wrong]
            if len(shown) >= max(FEWEST, HOLDS * len(wrong)) and len(set(shown)) >= VARIED:
                overrides.append(
                    Override(
                        field=name,
                        css=css,
                        attribute=attribute,
                        stories=len(texts),
                        of=of,
                        instead_of=value,
                        example=shown[0],
                    )
                )
                continue
            removals += self._standing_holders(name, wrong)
        return overrides, removals

    def _standing_holders(self, name: str, wrong: set[int]) -> list[Removal]:
        """Elements with the name that also stand on pages of articles by others, and say the same on all: one for each wording."""
        texts: dict[str, Counter[str]] = defaultdict(Counter)
        pages: dict[str, set[int]] = defaultdict(set)
        for page_id, page in self.pages.items():
            for one in page.named.get(name, ()):
                texts[one.css][one.text] += 1
                pages[one.css].add(page_id)
        by_others = {page_id for page_id in self.pages if page_id not in wrong and _NAMES[name](self.stories[page_id])}
        for of in self.elsewhere[name].values():
            if len(set(of.values())) >= VARIED:
                by_others |= of.keys()
        bylines = {css for css, _ in self.elsewhere[name]}
        best: dict[str, Removal] = {}
        for css in sorted(texts, key=lambda one: (-len(pages[one]), len(one), one)):
            is_same = len(texts[css]) == 1 and all(
                css not in page.boxes for page_id, page in self.pages.items() if page_id not in pages[css]
            )
            holds = len(pages[css] & by_others) >= CONTRADICTED and len(pages[css] & wrong) >= HOLDS * len(wrong)
            if is_same and holds and css not in bylines:
                (text,) = texts[css]
                removal = Removal(css=css, stories=len(pages[css]), of=len(self.pages), takes=(text,), field=name)
                best.setdefault(text, removal)
        return list(best.values())

    def _title(self, stories: Sequence[StoryPage]) -> Override | None:
        """Where the title stands without what nearly all titles share, or if they are all the same, one that is the story's own."""
        titles = own_titles([story.title for story in stories])
        if titles is None:
            return None
        wanted = dict(zip(self.pages, titles.own, strict=True))
        changed = {page_id for page_id, title in wanted.items() if title != self.stories[page_id].title}
        found: dict[tuple[str, str | None], dict[int, str]] = defaultdict(dict)
        for page_id, page in self.pages.items():
            for one in page.titles:
                found[one.css, one.attribute][page_id] = one.text
        said = {page_id: [line_key(one.text) for one in page.titles] for page_id, page in self.pages.items()}
        best: tuple[tuple[int, bool, int], Override] | None = None
        for (css, attribute), texts in found.items():
            right = [page_id for page_id, text in texts.items() if _is_title(text, wanted[page_id], said[page_id])]
            mended = [page_id for page_id in right if page_id in changed]
            if (
                len(mended) < HOLDS * len(changed)
                or len(right) < HOLDS * len(texts)
                or len({texts[page_id] for page_id in right}) < _DISTINCT * len(right)
            ):
                continue
            rank = (len(right), attribute is None, -len(css))
            if best is None or rank > best[0]:
                override = Override(
                    field="title", css=css, attribute=attribute, stories=len(right), of=len(self.pages),
                    instead_of=self.stories[mended[0]].title, example=texts[mended[0]],
                )  # fmt: skip
                best = (rank, override)
        return best[1] if best else self._cut_title(titles, found)

    def _cut_title(
        self, titles: OwnTitles, found: Mapping[tuple[str, str | None], Mapping[int, str]]
    ) -> Override | None:
        """The title as it stands in the page's heading or head, cut by an expression, where no element has it alone."""
        if titles.affix is None or "'" in titles.affix:
            return None
        function = "substring-before" if titles.at_end else "substring-after"
        for tag in ("h1", "title"):
            texts = found.get((tag, None), {})
            whole = [page_id for page_id, text in texts.items() if text == self.stories[page_id].title]
            if len(whole) >= HOLDS * len(self.pages):
                example = next((own for own in titles.own if own), "")
                return Override(
                    field="title", xpath=f"{function}(normalize-space(//{tag}), '{titles.affix}')",
                    stories=len(whole), of=len(self.pages), instead_of=self.stories[whole[0]].title, example=example,
                )  # fmt: skip
        return None


def _size(pages: Mapping[int, PageBoxes], css: str) -> int:
    return max((len(page.lines_of(css) or ()) for page in pages.values()), default=0)


def _is_title(text: str, wanted: str | None, said: Sequence[str]) -> bool:
    """Whether an element says a title. One that is not known must be said twice on its page, in other words than a heading's."""
    key = line_key(text)
    if wanted is not None:
        return key == line_key(wanted)
    return len(key) >= _LEAST_TITLE and sum(key in other for other in said) > 1


_LEAST_TITLE = 15
_DISTINCT = 0.9
"""Share of different titles: a few stories may have the same one."""
_DIVIDER = re.compile(r" [|–—·•»«/\-] | ?[|»«] ?|[_＿｜]")
_DIVIDER_OF_BEGINNING = re.compile(rf"{_DIVIDER.pattern}|: |：")
_LONGEST_AFFIX = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnTitles:
    """Titles without what nearly all share: None for one that is nothing else. `affix`: with its divider, if all have the same."""

    own: tuple[str | None, ...]
    at_end: bool = True
    affix: str | None = None


def own_titles(titles: Sequence[str]) -> OwnTitles | None:
    """The titles without the beginning or end that nearly all share; None if they share none."""
    counts = Counter(titles)
    same = {title for title, count in counts.items() if count >= FEWEST}
    if sum(counts[title] for title in same) >= AFFIX_SHARE * len(titles) and len(same) <= MOST_AFFIXES:
        return OwnTitles(own=tuple(None if title in same else title for title in titles))
    for at_end in (True, False):
        parts = [_split(title, at_end=at_end) for title in titles]
        affixes = Counter(affix for _, affix in parts if affix)
        common = {affix for affix, count in affixes.items() if count >= RECURRING}
        if len(common) <= MOST_AFFIXES and sum(affixes[affix] for affix in common) >= AFFIX_SHARE * len(titles):
            own = tuple(own if affix in common else title for title, (own, affix) in zip(titles, parts, strict=True))
            return OwnTitles(own=own, at_end=at_end, affix=min(common) if len(common) == 1 else None)
    return None


def _split(title: str, *, at_end: bool) -> tuple[str, str]:
    """A title in two at its last or first divider: its own part, and the affix with the divider, empty where there is none."""
    dividers = list((_DIVIDER if at_end else _DIVIDER_OF_BEGINNING).finditer(title))
    if not dividers:
        return title, ""
    cut = dividers[-1] if at_end else dividers[0]
    own, affix = (title[: cut.start()], title[cut.start() :]) if at_end else (title[cut.end() :], title[: cut.end()])
    return (own, affix) if own.strip() and len(affix) <= _LONGEST_AFFIX else (title, "")
