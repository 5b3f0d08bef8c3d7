"""Chinese credits: who wrote, edited and checked an article, where it was taken from. Read from lines, never from prose.

A credit is a label and names: 责任编辑：张玉, [作者: 刘满仓 责任编辑: 杨丹宇], 编辑｜周褶褶, （记者叶婉）. The label may be
padded (编 辑), stand on a line of its own above the names, or share a line with others. Names are divided by blanks, 、, / or |,
and a name of two characters may be padded (方 敏). The photographer's credit ends in 摄 and is not kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise, takewhile, zip_longest

from pipelines.extraction.credits.lines.chinese_labels import LABEL, LABELS, PRODUCTION, kind_of, labels_in, split_names
from pipelines.extraction.credits.lines.credits import Credit, Credits, collect
from pipelines.extraction.credits.lines.original_source import closing_signature, is_institution
from pipelines.extraction.credits.lines.reporter_lines import reporters_in_line
from pipelines.extraction.credits.names.outlets import (
    BLANKS,
    DISCLAIMER,
    EDGE,
    OUTLET_END,
    PHOTO,
    SIMPLIFIED,
    clean_outlet_name,
    is_caption,
    short_lines,
)
from pipelines.extraction.credits.names.surnames import NO_PERSON, is_person
from pipelines.extraction.languages.loader import words_of
from pipelines.extraction.page.document import Line, Zone
from pipelines.extraction.page.layout import Layout
from pipelines.extraction.page.tree import class_pattern, is_called, link_around, with_ancestors
from pipelines.extraction.text.date_parser import find_stamps

_BEFORE = " 　\u2003[【(（|｜:：/／"
"""What a label without a colon may follow."""
_ENCLOSED = re.compile(r"[（(【\[][^（(【\[）)】\]]{4,40}[）)】\]]")
"""A line in brackets that names its people behind their unit: （图书馆 文/图 张伟）."""
_OTHER_LABEL = re.compile(r"[（(【\[]?[\u3400-\u9fff]{2,6}\s?[:：]\s?\S{1,16}?\s{1,8}[（(【\[|｜]?\s?")
"""A label that is not known, and what it credits, before one that is: 文章录入：admin 责任编辑：张伟."""
_BEHIND_BAR = re.compile(r"(?P<house>[^|｜/／\u2003]{2,20})[|｜/／]\s?(?P<who>[\u3400-\u9fff]{2,4})\s?(?:\u2003|$)")
_ORIGINAL_TITLE = re.compile(r"[（(【\[]?原(?:标题|题)")
_ANSWERED, _MOST_AUTHORS = re.compile("作者|发言人|层主"), 2
"""Lines below the text with an author, from two on: those who answer in a forum."""
_CONTRIBUTED = ("供稿", "投稿", "来稿")
_OFFICES = frozenset("部室处局委办会")
_TIMES = frozenset(("时间", "日期", "发布时间", "发布日期", "发表时间"))
_LONGEST_NAME = 4
_LONGEST_HEAD = 80
_SIGNS = " 　\u2003:：|｜/／"
_SECOND_RANK = frozenset(words_of("second_credit", "zh"))
_STOPS = frozenset("。？！；")
_SPOKEN = re.compile("[^）)】]*?[。？！；]")
"""What a reporter asks in a talk that is written down has a sentence's signs: 记者：尾款差多少？"""
_LONGEST = 160
"""Characters of a line of several labelled credits."""


def read_credits(layout: Layout) -> Credits:
    """Read the Chinese credits around an article. Header first, so its source beats that of the tail."""
    credits = collect((*_labelled(layout), *_reporters(layout)))
    if credits.authors:
        return credits
    # （郭旭） at the end of the last paragraph: who wrote it, where nobody else is named.
    who, row = closing_signature(layout)
    names = () if is_institution(who) else tuple(split_names(who))
    signed = all(map(is_person, names)) if len(who) > _LONGEST_NAME else who and not NO_PERSON.search(who)
    if not (signed and names):
        return credits
    return replace(credits, authors=names, lines=credits.lines | ({row} if row is not None else set()))


def _labelled(layout: Layout) -> Iterator[Credit]:
    first = layout.paragraphs[0].row if layout.paragraphs else None
    # What stands above the headline is the site's, as a rule: it counts after what stands below.
    above = sorted(
        (line for line in layout.header if (first is None or line.row < first) and line is not layout.headline),
        key=lambda line: line.row < layout.headline_row,
    )
    # 来源：清溪日报 set as a paragraph is where the text comes from, whoever published it.
    as_text = [line for line in above if layout.paragraphs and _is_source_in_text(line, layout.paragraphs[0])]
    above = [line for line in above if line not in as_text]
    # A line of several credits has the length of a paragraph: it is the head of the text all the same.
    # Below a standfirst, its time tells it.
    opening = list(takewhile(_is_labelled, layout.inside)) or [
        line for line in layout.inside[1:3] if _is_labelled(line) and _is_dated(line.spaced)
    ]
    inside = [line for line in short_lines(layout.inside) if line not in opening and not is_caption(line)]
    ends = {line.row for line in (*layout.inside[-_LAST:], *layout.tail)}
    answers = [line for line in layout.tail if _ANSWERED.match(line.text)]
    answers = answers if len(answers) >= _MOST_AUTHORS else []
    tail = [line for line in layout.tail if line not in answers and not _is_teaser(line)]
    for lines, in_header in (([*above, *opening], True), ([*as_text, *inside], False), (tail, False)):
        for line, following in pairwise((*lines, None)):
            if line is not None and len(line.text) <= _LONGEST:
                if line.row in ends and credits_persons(line.spaced):
                    yield Credit(row=line.row)
                yield from _credits_of(line, following, layout.zones_of(line), in_header=in_header)


def _is_teaser(line: Line) -> bool:
    """Whether a line opens with the linked headline of another story, which may name its reporter."""
    text, el = line.parts[0]
    is_headline = len(text.strip()) > _LONGEST_NAME and OUTLET_END.search(text.strip().translate(SIMPLIFIED)) is None
    return is_headline and line.link_chars > 0 and link_around(el, 3) is not None


def _is_source_in_text(line: Line, paragraph: Line) -> bool:
    """Whether a line that names an outlet and no time stands in the markup of a paragraph."""
    kinds = map(kind_of, LABEL.finditer(line.spaced.translate(SIMPLIFIED)))
    if line.block.tag != "p" or "source" not in kinds or _is_dated(line.spaced):
        return False
    one, other = ([(el.tag, el.get("class")) for el in with_ancestors(of.block, 3)] for of in (line, paragraph))
    return one == other


def _is_labelled(line: Line) -> bool:
    """Whether a line at the beginning of the text has credits."""
    return (
        bool(short_lines([line])) and not is_caption(line) and LABEL.search(line.text.translate(SIMPLIFIED)) is not None
    )


def _reporters(layout: Layout) -> Iterator[Credit]:
    openings = {line.row for line in layout.inside[:2]}
    tail = layout.tail
    for lines in (layout.header, layout.inside[:6], short_lines(layout.inside[-8:]), tail):
        for line in lines:
            if layout.zones_of(line) & (Zone.COMMENTS | Zone.NAV | Zone.RELATED):
                continue
            if lines is tail and _is_teaser(line):
                continue
            names, alone = reporters_in_line(line, opening=line.row in openings)
            if names:
                yield Credit(kind="authors", names=tuple(names), row=line.row if alone else None)


def _credits_of(line: Line, following: Line | None, zones: int, *, in_header: bool) -> Iterator[Credit]:
    text = EDGE.join([part.strip() for part, _ in line.parts]).translate(BLANKS)
    folded = text.translate(SIMPLIFIED)
    if zones & (Zone.COMMENTS | Zone.NAV) or line.zone & Zone.HIDDEN or DISCLAIMER.search(folded):
        return
    if PRODUCTION.match(folded):
        yield Credit(row=line.row)
    labels = labels_in(folded)
    kind, end = "", -1
    for label, next_label in zip_longest(labels, labels[1:]):
        # 图/本报记者 张伟: what a reporter did, and for whom. 记者 张伟 实习生 李静: who wrote with a reporter.
        goes_on = label.start() == end or (kind == "authors" and label[0].strip() == "实习生")
        kind, end = kind if goes_on else kind_of(label), label.end()
        if kind == "other":
            continue
        value = text[label.end() : next_label.start() if next_label else len(text)]
        is_link = folded[: label.start()].rstrip(_BEFORE[:3]).endswith("[")  # 参见[编辑]: to change the page
        if not value.strip(" 　\u2003:：|｜丨/") and next_label is None and following and not is_link:
            value = _value_below(line, following)
        if PHOTO.search(value.strip()) and kind == "authors":
            continue
        begins = labels[0].start() < 4 or _OTHER_LABEL.fullmatch(folded, 0, labels[0].start())
        row = line.row if begins or _ENCLOSED.fullmatch(folded) else None
        if kind != "source":
            if (names := _names_after(label, value)) and (is_person(names[0]) or not _SPOKEN.match(value)):
                if label["authors"] == "通讯员" and label is labels[0] and _STOPS.isdisjoint(text[: label.start()]):
                    # 清溪网 张伟 通讯员 李静: the reporters stand before theirs.
                    names = [*filter(is_person, text[: label.start()].split()), *names]
                second = label[0].strip(_SIGNS) in _SECOND_RANK
                yield Credit(kind=kind, names=tuple(names), row=row, is_second_rank=second)
            continue
        if label[0].startswith("来自") and is_called(line.block, _POSTER, 4):
            continue  # where a member lives
        # 文章信息 来源：… 时间：… below the text is the article's head, wherever it stands; so is （原标题：…，来源：…）.
        at_start = (
            label.start() < 4
            or (next_label is not None and next_label[0].strip(_BEFORE) in _TIMES)
            or _ORIGINAL_TITLE.match(folded) is not None
        )
        yield from _outlet_credits(label, value, row, in_header=in_header, at_start=at_start)


def credits_persons(text: str) -> bool:
    """Whether a line is labels, known or not, with nothing but a few people behind each: 海报：张玉　动画：李静. Line-ups of teams
    are longer. Behind a label that is known the colon may be missing: 二审 张玉."""
    text = text.translate(BLANKS)
    label, *names = text.split()
    if label in LABELS and 0 < len(names) <= _FEW and all(map(is_person, names)):
        return True
    listed = [_NAMES_APART.split(value.strip(_ENDS)) for value in _ANY_LABEL.split(text)[1:]]
    return _ANY_LABEL.match(text) is not None and all(
        len(names) <= _FEW and all(map(is_person, names)) for names in listed
    )


_FEW = 3
_LAST = 8
"""Lines at the end of the text that may be credits of people whose label is not known."""
_ANY_LABEL = re.compile(
    r"(?:^[（(【\[]?|(?<=\S)[\s|｜]{1,4})[\u3400-\u9fff]{1,6}(?:[、/][\u3400-\u9fff]{1,4})?\s?[:：|｜/／]\s?"
)
_NAMES_APART = re.compile(r"[\s、，,]+")
_ENDS = " 　）)】]。"


def _outlet_credits(
    label: re.Match[str], value: str, row: int | None, *, in_header: bool, at_start: bool
) -> Iterator[Credit]:
    """The outlet after its label, and who wrote for it: 来源：清溪日报 张伟, 来源：清溪日报 | 张伟."""
    outlet = clean_outlet_name(value)
    if outlet is None or (label[0].startswith("来自") and _BOARD.search(outlet)):
        return
    house, _, writer = outlet.rpartition(" ")
    if behind := _BEHIND_BAR.match(value):
        house, writer = behind["house"].strip(), behind["who"]
    if len(house) > 2 and (is_person(writer) or (behind and is_person(writer[: _LONGEST_NAME - 1]))):
        outlet = house
        yield Credit(kind="authors", names=(writer,), row=row)
    yield Credit(
        kind="source",
        names=(outlet,),
        row=row,
        may_be_source=in_header,
        may_be_original=at_start and not in_header,
        is_second_source=label[0][0] not in "转摘",
    )


_POSTER = class_pattern("poster")
_BOARD = re.compile("(?:论坛|論壇|客户端|[吧圈版板])$")
"""Where in a forum, or with what, something was written: 来自 老桥论坛."""


def _names_after(label: re.Match[str], value: str) -> list[str]:
    own, _, beside = value.partition(EDGE)
    names = split_names(own)
    # What stands behind the element with label and name may be a button: 编辑：张玉 手机看.
    names = [*names, *filter(is_person, split_names(beside))] if names and beside else split_names(value)
    # 供稿：宣传部 is where an article was sent in from; 作者：办公室, which office did.
    if label[0].startswith(_CONTRIBUTED):
        return list(filter(is_person, names))
    return [name for name in names if name[-1] not in _OFFICES or not NO_PERSON.search(name)]


def _is_dated(text: str) -> bool:
    """Whether a short line holds a time, as the head of an article does: 张伟 · 2024-03-05 15:32 · 来源：…"""
    return len(text) <= _LONGEST_HEAD and bool(find_stamps(text))


def _value_below(line: Line, following: Line) -> str:
    text = EDGE.join([part.strip() for part, _ in following.parts]).translate(BLANKS).lstrip(" 　\u2003:：|｜/")
    labelled = LABEL.search(text.translate(SIMPLIFIED))
    box = line.block.getparent()
    is_next = following.row == line.row + 1 and (following.block is box or following.block.getparent() is box)
    is_button = following.link_chars > 0 and not any(map(is_person, text.split()))
    return text if len(text) <= 40 and is_next and not labelled and not is_button else ""
