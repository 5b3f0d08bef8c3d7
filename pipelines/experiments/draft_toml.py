"""A draft of site rules as TOML with comments, which say on how many pages each proposal holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from db.display.humanize import counted
from pipelines.experiments.repeats import Override, Removal, RepeatProposals
from pipelines.experiments.rule_draft import FieldProposal, ListProposal


def draft_toml(
    *,
    hosts: Sequence[str],
    patterns: Iterable[tuple[str, int, int]],
    pages: tuple[int, int],
    lists: Iterable[ListProposal],
    json_lists: Iterable[Mapping[str, object]],
    fields: Iterable[FieldProposal],
    repeats: RepeatProposals,
) -> str:
    """The draft as TOML with comments. It loads as it is. `pages`: how many articles and other pages there are."""
    lines = [f"hosts = [{', '.join(map(_quoted, hosts))}]"]
    if patterns := list(patterns):
        lines += ["", "[articles]"]
        lines += [
            f"# {_quoted(shape)}: {right} of {counted(pages[0], 'article')}, {wrong} of {counted(pages[1], 'other page')}"
            for shape, right, wrong in patterns
        ]
        lines += ["include = [", *(f"    {_quoted(shape)}," for shape, _, _ in patterns), "]"]
    for one in lists:
        lines += ["", f"# {one.articles} of {counted(one.items, 'item')} lead to articles", "[[lists]]"]
        lines += [f"url = {_quoted(one.url)}", f"item = {_quoted(one.item)}"]
    for rule in json_lists:
        lines += [
            "",
            "# JSON that a script asks for while the page is drawn; with it no browser has to draw the list",
            "[[lists]]",
        ]
        lines += [f"{name} = {_quoted(str(value))}" for name, value in rule.items()]
    for proposal in fields:
        lines += [
            "",
            f"# found on {proposal.hits} of {counted(proposal.pages, 'article')} that lack it, such "
            f"as: {_comment(proposal.example)}",
            "[[fields]]",
            f"field = {_quoted(proposal.field)}",
            f"css = {_quoted(proposal.css)}",
            *([f"attribute = {_quoted(proposal.attribute)}"] if proposal.attribute else []),
        ]
    for override in repeats.overrides:
        lines += _override_lines(override)
    for removal in repeats.removals:
        lines += _removal_lines(removal)
    return "\n".join(lines) + "\n"


def _override_lines(one: Override) -> Iterator[str]:
    yield ""
    yield f"# {one.stories} of {counted(one.of, 'article')} say this, not: {_comment(one.instead_of)}"
    yield f"# such as: {_comment(one.example)}"
    yield "[[fields]]"
    yield f"field = {_quoted(one.field)}"
    yield f"css = {_quoted(one.css)}" if one.css else f"xpath = {_quoted(one.xpath or '')}"
    if one.attribute:
        yield f"attribute = {_quoted(one.attribute)}"


def _removal_lines(one: Removal) -> Iterator[str]:
    yield ""
    if one.field:
        yield (
            f"# {one.stories} of {counted(one.of, 'page')} say this, also those of articles by others; it "
            f"is taken for {one.field}"
        )
    elif one.css:
        yield f"# in the text of {one.stories} of {counted(one.of, 'article')}; nothing in it is of one article alone"
    else:
        yield f"# in the text of {one.stories} of {counted(one.of, 'article')}, and in no box of its own"
    for text in one.takes:
        yield f"# takes: {_comment(text)}"
    yield "[[remove]]"
    yield f"css = {_quoted(one.css)}" if one.css else f"line = {_quoted(one.line or '')}"


def _quoted(text: str) -> str:
    """A TOML string; a literal one where it can be, so that patterns read as they are."""
    if "'" not in text and text.isprintable():
        return f"'{text}'" if "\\" in text or '"' in text else f'"{text}"'
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in escaped) + '"'


def _comment(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in text)[:100]
