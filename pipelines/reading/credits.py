"""Chinese credits: who wrote, edited and checked an article, where it was taken from. Read from lines, never from prose.

A credit is a label and names: 责任编辑：张玉, [作者: 刘满仓 责任编辑: 杨丹宇], 编辑｜周褶褶, （记者叶婉）. The label
may be padded (编 辑), stand on
a line of its own above the names, or share a line with others; names are divided by blanks, 、, / or |, and a name of two
characters may be padded (方 敏). The photographer's credit ends in 摄 and is none of ours.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import takewhile, zip_longest

from pipelines.reading.houses import (
    BLANKS,
    DISCLAIMER,
    EDGE,
    NEXT_LABEL,
    NO_NAME,
    PHOTO,
    SIMPLIFIED,
    as_written,
    by_picture,
    clean_house,
    short_lines,
)
from pipelines.reading.layout import Layout
from pipelines.reading.origin import is_organ, signature
from pipelines.reading.sheet import Line, Zone

_EDITOR = "责任编辑|责任编缉|值班编辑|执行编辑|本文编辑|本期编辑|文字编辑|网络编辑|栏目编辑|编辑|责编|网编|编审|编校"
_PROOF = "责任校对|校对|审校|校审|审读|审核校对"
_AUTHOR = (
    "文字记者|见习记者|实习记者|首席记者|特约记者|本报记者|本刊记者|本网记者|记者|本报通讯员|通讯员"
    "|特约通讯员|通讯作者|文章作者|本文作者|作者|撰文|撰稿人|撰稿|采写|采访|文字|文|作　者"
)
_SOURCE = (
    "本文来源于|本文来源|文章来源|稿件来源|新闻来源|信息来源|内容来源|消息来源|来源于|来源|稿源|出处|转自|转载自|摘自"
)
_OTHER = (
    "摄影|图片|图|摄像|视频|制图|设计|美编|监制|主编|总编辑|总编|总监制|策划|统筹|审核|审签|终审|初审|复审|三审|二审"
    "|一审|签发|校稿|实习生|题图|时间|日期|发布时间|发表时间|发稿时间|更新时间|点击|阅读|浏览|字号|字体"
    "|浏览次数|浏览量|点击次数|点击量|点击数|点击率|阅读次数|阅读量|阅读数|访问量|访问次数|查看次数|查看|发布人|发布者|发布单位"
    "|信息员|信息来源单位|审核人|录入|录入人|责任人|字数|作者简介|分享|标签|关键词|关键字|原标题|版权|声明|纠错|打印|评论|栏目|分类|编译|翻译|译者|制作|运营|主持人|嘉宾|录音|播音"
    "|电话|邮箱|人气|热度|责任印制|版式|排版|新媒体编辑|视觉编辑|视频编辑|图片编辑|摄影编辑|见习编辑助理"
)


def _padded(labels: str) -> str:
    """Labels as a pattern; each may have blanks between its characters. Longest first."""
    words = sorted(set(labels.split("|")), key=len, reverse=True)
    return "|".join(r"[ \u3000]{0,3}".join(word) for word in words)


_KINDS = (("other", _OTHER), ("editors", _EDITOR), ("proofreaders", _PROOF), ("source", _SOURCE), ("authors", _AUTHOR))
_LABEL = re.compile(
    r"(?<![\u4e00-\u9fff])(?:" + "|".join(f"(?P<{kind}>{_padded(labels)})" for kind, labels in _KINDS) + r")"
    r"(?=[^\u4e00-\u9fff]|$)[ \u3000\u2003]{0,3}(?P<sep>[:：/／|｜丨︱]|$|(?=[ \u3000\u2003]))"
)
_LABELS = frozenset("|".join(labels for _, labels in _KINDS).split("|"))
_GLUED = re.compile(
    r"(?:^|[\s\]】)）|｜/，。])(?:"
    + "|".join(f"(?P<{kind}>{_padded(labels)})" for kind, labels in _KINDS)
    + r")[ \u3000]{0,3}[:：]"
)
_BRACKET_REPORTER = re.compile(
    r"[（(【\[]\s{0,2}(?:[\u4e00-\u9fff·A-Za-z]{0,14}?)(?:记者|通讯员)[\s：:]{0,3}(?P<names>[^（()）】\]。]{2,40}?)(?:[，,]?(?:报道|整理|整合|综合|综述|编译|摄影报道))?\s{0,2}[）)】\]]"
)
_LINE_REPORTER = re.compile(
    r"(?:【|\[|（|\(|[□■●◎○◆▲])?\s{0,2}(?P<house>[\u4e00-\u9fffA-Za-z·]{0,12}?)(?:首席|见习|实习|特约|全媒体|驻\S{1,6})?(?:记者)[\s：:]{0,3}(?P<names>[\u4e00-\u9fff·、,，/\s]{2,40})(?:】|\]|）|\))?$"
)
_WRITTEN_BY = re.compile(
    r"^[【\[（(□■●◎○◆▲]?\s{0,2}(?:文|撰文|撰稿|采写)\s{0,2}[/／|｜丨]\s{0,2}(?P<names>[^【】\[\]（）()]{2,40})[】\]）)]?$"
)
_CODE = re.compile(r"^[A-Za-z]{1,4}[-_]?\d{2,6}$")
_NAME = re.compile(
    r"^(?:[\u3400-\u9fff]{2,4}|[\u3400-\u9fff]{1,8}[·•.][\u3400-\u9fff]{1,10}|[A-Za-z][A-Za-z.\-' ]{1,30}"
    r"|[\u3400-\u9fff]{1,4}[_ ]?[A-Za-z]{1,4}[-_]?\d{1,6}|[A-Za-z]{1,4}\d{2,6}|[\u3400-\u9fff]{5,6})$"
)
_DUTY = re.compile(
    r"^[\u4e00-\u9fff·]{0,12}?(?:首席|见习|实习|特约|特派|全媒体|融媒体)?(?:记者|通讯员|评论员|撰稿人|特派员|主笔|专栏作者|专栏)(?=[\u4e00-\u9fff]|$)"
)
_TITLE = re.compile(r"^\S{0,14}(?:专栏作者|专栏|作者|记者|评论员|撰稿人|研究员|主笔|教授)\s?")
_TITLED = re.compile(r"(?:研究员|教授|评论员|主任|部长|院长|博士|主编|记者|会长|秘书长)([\u4e00-\u9fff]{2,3})$")
_JUNK = re.compile(
    r"^(?:我要|相关|推荐|热门|浏览|访问|人气|字体|审核|摄影|图片|视频|分享|返回|查看|字号|打印|阅读|点击|评论|关注|举报|收藏|责任|来源|发布|更多|下载|登录|注册|扫码|微信|纠错|点赞|时间|标签)"
)
_SPLIT = re.compile(r"[\s、，,;；/／|｜丨︱&＆]+|(?<=[\u3400-\u9fff])和(?=[\u3400-\u9fff]{2,3}$)")
_CUT = re.compile(r"[（(\[【）)\]】。!！?？<>《》]|\d{4}[-年/.]|\d{1,2}:\d\d|https?:")


@dataclass(slots=True)
class Credits:
    """The credits of one page. Lists keep the order of the page."""

    authors: list[str] = field(default_factory=list)
    editors: list[str] = field(default_factory=list)
    proofreaders: list[str] = field(default_factory=list)
    source: str | None = None
    original_source: str | None = None
    lines: set[int] = field(default_factory=set)
    """Rows of lines that are credits and nothing else: they are not text."""


def read_credits(layout: Layout) -> Credits:
    """Read the Chinese credits around an article. Header first, so its source beats that of the tail."""
    credits = Credits()
    first = layout.paragraphs[0].row if layout.paragraphs else None
    above = [line for line in layout.header if first is None or line.row < first]
    # A line of several credits has the length of a paragraph: it is the head of the text all the same.
    opening = list(takewhile(_opens, layout.inside))
    inside = [line for line in short_lines(layout.inside[len(opening) :]) if not by_picture(line)]
    groups = ([*above, *opening], inside, layout.tail)
    for place, lines in enumerate(groups):
        _read_labelled(list(lines), credits, header=place == 0)
    for line in [*layout.header, *layout.inside[:6], *short_lines(layout.inside[-8:]), *layout.tail]:
        _read_unlabelled(line, credits)
    _read_signature(layout, credits)
    return credits


def _opens(line: Line) -> bool:
    """Whether a line at the beginning of the text has credits."""
    return (
        bool(short_lines([line]))
        and not by_picture(line)
        and _LABEL.search(line.text.translate(SIMPLIFIED)) is not None
    )


def _read_labelled(lines: list[Line], credits: Credits, *, header: bool) -> None:
    for at, line in enumerate(lines):
        if len(line.text) > 160:
            continue
        text = EDGE.join([part.strip() for part, _ in line.parts]).translate(BLANKS)
        folded = text.translate(SIMPLIFIED)
        if line.zone & (Zone.COMMENTS | Zone.NAV | Zone.HIDDEN) or DISCLAIMER.search(folded):
            continue
        marks = [mark for mark in _LABEL.finditer(folded) if not _is_padded_name(mark, folded)]
        marks = marks or list(_GLUED.finditer(folded))
        for mark, following in zip_longest(marks, marks[1:]):
            kind = str(mark.lastgroup if mark.lastgroup != "sep" else next(k for k, _ in _KINDS if mark[k]))
            if kind == "other":
                continue
            if (
                not mark.groupdict().get("sep", ":")
                and mark.start() > 0
                and text[mark.start() - 1] not in " 　\u2003[【(（|｜"
            ):
                continue
            value = text[mark.end() : following.start() if following else len(text)]
            if not value.strip(" 　\u2003:：|｜丨/") and following is None and at + 1 < len(lines):
                value = _value_below(lines, at + 1)
            if PHOTO.search(value.strip()) and kind == "authors":
                continue
            if _take(kind, value, credits, header=header, at_start=mark.start() < 4):
                credits.lines.add(line.row)


_FIRST_OF_PAIR = re.compile(r"(?<![\u4e00-\u9fff])(?![大中小])[\u4e00-\u9fff][ \u3000]{1,3}$")


def _is_padded_name(mark: re.Match[str], folded: str) -> bool:
    """Whether a label of one character is the second of a name: 郑　文 / 于娜平, 张 文."""
    label = mark[0].rstrip(f"{mark['sep']} \u3000\u2003")
    return len(label) == 1 and (not mark["sep"] or _FIRST_OF_PAIR.search(folded[: mark.start()]) is not None)


def _value_below(lines: list[Line], at: int) -> str:
    text = EDGE.join([part.strip() for part, _ in lines[at].parts]).translate(BLANKS).lstrip(" 　\u2003:：|｜/")
    labelled = _LABEL.search(text.translate(SIMPLIFIED))
    return text if len(text) <= 40 and lines[at].row == lines[at - 1].row + 1 and not labelled else ""


def _take(kind: str, value: str, credits: Credits, *, header: bool, at_start: bool) -> bool:
    if kind == "source":
        house = clean_house(value)
        if not house:
            return False
        if credits.source is None and header:
            credits.source = house
        elif header or not at_start:
            return at_start
        elif house != credits.source and credits.original_source is None:
            credits.original_source = house
        return at_start
    names = split_names(value)
    bucket: list[str] = getattr(credits, kind)
    bucket.extend(name for name in names if name not in bucket)
    return bool(names) and at_start


def split_names(value: str) -> list[str]:
    """Names out of what follows a credit's label. Pads within two-character names are closed, codes stay with their name."""
    value = value.strip(" 　:：|｜丨/[]【】()（）")
    for pattern in (_CUT, NEXT_LABEL):
        cut = pattern.search(value)
        value = value[: cut.start()] if cut else value
    text = value
    found: list[str] = []
    latin = re.fullmatch(r"\s*([A-Za-z][A-Za-z.\-']{0,20}(?: [A-Za-z][A-Za-z.\-']{0,20}){1,2})\s*", text)
    if latin:
        return [latin[1]]
    tokens = [token for token in _SPLIT.split(text.strip()) if token]
    at = 0
    while at < len(tokens):
        token = tokens[at]
        following = tokens[at + 1] if at + 1 < len(tokens) else ""
        if (
            len(token) == 1
            and len(following) == 1
            and "\u3400" <= token <= "\u9fff"
            and "\u3400" <= following <= "\u9fff"
        ):
            token, at = token + following, at + 1
        elif _CODE.match(following) and "\u3400" <= token[0] <= "\u9fff":
            token, at = f"{token} {following}", at + 1
        at += 1
        token = token.strip("·.,:： ")
        if duty := _DUTY.match(token.translate(SIMPLIFIED)):
            token = token[duty.end() :].strip()
        if not token:
            continue
        if _JUNK.match(token) or not _NAME.match(token) or token in NO_NAME or token.translate(SIMPLIFIED) in _LABELS:
            break
        if token not in found:
            found.append(token)
        if len(found) >= 8:
            break
    if not found and (match := _TITLED.search(text.strip())):
        found.append(match[1])
    return found


def _read_unlabelled(line: Line, credits: Credits) -> None:
    """（记者叶婉）, 新华社记者邹多为、唐诗凝, 【文/王文】: credits whose label has no colon."""
    text = (line.spaced if len(line.text) < 400 else line.text).translate(BLANKS)
    folded = whole = text.translate(SIMPLIFIED)
    if line.zone & (Zone.COMMENTS | Zone.NAV | Zone.RELATED) or PHOTO.search(folded):
        return
    if len(text) <= 160 and DISCLAIMER.search(folded):
        return
    names: list[str] = []
    if len(text) <= 60 and (label := _LABEL.search(folded)) and label.start() > 6 and not label["authors"]:
        whole = folded[: label.start()].rstrip()
    if len(text) <= 60 and (match := _WRITTEN_BY.match(whole) or _LINE_REPORTER.match(whole)):
        names = split_names(_TITLE.sub("", as_written(match, "names", text)))
        if names:
            credits.lines.add(line.row)
    elif len(text) <= 120 and (piece := _reporter_among(folded)):
        names = split_names(as_written(piece, "names", text))
    match = None if names else _bracketed_reporter(folded)
    if match and not PHOTO.search(match["names"]):
        names = split_names(as_written(match, "names", text))
    credits.authors.extend(name for name in names if name not in credits.authors)


def _reporter_among(text: str) -> re.Match[str] | None:
    """The reporters in one piece of a line of several: 2024-03-05 15:32 | 本报记者 叶婉."""
    at = 0
    for cut in (*(match.span() for match in _PIECES.finditer(text)), (len(text), len(text))):
        piece = text[: cut[0]].rstrip()
        if _AT_REPORTER.match(piece, at) and (match := _LINE_REPORTER.match(piece, at)):
            return match
        at = cut[1]
    return None


_PIECES = re.compile(
    r"(?<=\d)\s+|(?<=[日分])\s+|\s+(?=\d{4})|\s*[|｜\u2003]\s*|\s+(?=[□■●◎○◆▲])"
    r"|[ \u3000]{2,}|\u3000|\s(?=[\u4e00-\u9fff]{2,6}\s{0,2}[:：])|\s(?=[\u4e00-\u9fff]{2,10}记者\s)"
    r"|\s(?=[\u4e00-\u9fff][ \u3000]{1,3}[\u4e00-\u9fff]\s{0,2}[:：])"
    r"|\s(?=[\u4e00-\u9fff]{0,4}(?:来源|稿源|出处|编辑|校对|时间)\s{0,2}[/／|｜])"
)
_AT_REPORTER = re.compile(r"[□■●◎○◆▲]|[\u4e00-\u9fff]{2,10}(?:记者)|记者\s")
"""What marks a piece of a line as a byline where no line of its own does."""
_SIGNATURE = 60
"""Characters at the end of a paragraph in which its writer may be named in brackets."""


def _bracketed_reporter(text: str) -> re.Match[str] | None:
    """（记者叶婉） near the beginning of a line, or as its very end."""
    match = _BRACKET_REPORTER.search(text[:120])
    if match and (match.start() < 30 or len(text) < 40):
        return match
    for match in _BRACKET_REPORTER.finditer(text, max(0, len(text) - _SIGNATURE)):
        if match.end() >= len(text.rstrip("。 ")):
            return match
    return None


def _read_signature(layout: Layout, credits: Credits) -> None:
    """（郭旭） at the end of the last paragraph: who wrote it, where nobody else is named."""
    who = signature(layout)
    if who and not is_organ(who) and len(who) <= 4 and not credits.authors:
        credits.authors.append(who)
