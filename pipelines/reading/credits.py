"""Chinese credits: who wrote, edited and checked an article, where it was taken from. Read from lines, never from prose.

A credit is a label and names: 责任编辑：张玉, [作者: 刘满仓 责任编辑: 杨丹宇], 编辑｜周褶褶, （记者叶婉）. The label
may be padded (编 辑), stand on
a line of its own above the names, or share a line with others; names are divided by blanks, 、, / or |, and a name of two
characters may be padded (方 敏). The photographer's credit ends in 摄 and is none of ours.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import zip_longest

from pipelines.reading.layout import Layout
from pipelines.reading.sheet import Line, Zone
from pipelines.reading.wordlists import words

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
    "|一审|签发|校稿|实习生|题图|时间|日期|发布时间|发稿时间|点击|阅读|浏览|字号|字体"
    "|浏览次数|浏览量|点击次数|点击量|点击数|点击率|阅读次数|阅读量|阅读数|访问量|访问次数|查看次数|查看|发布人|发布者|发布单位"
    "|信息员|信息来源单位|审核人|录入|录入人|责任人|字数|作者简介|分享|标签|关键词|关键字|原标题|版权|声明|纠错|打印|评论|栏目|分类|编译|翻译|译者|制作|运营|主持人|嘉宾|录音|播音"
    "|电话|邮箱|人气|热度|责任印制|版式|排版|新媒体编辑|视觉编辑|视频编辑|图片编辑|摄影编辑|见习编辑助理"
)


_BLANKS = dict.fromkeys(map(ord, "\u00a0\u2002\u2009\u202f"), " ") | {ord("丨"): "｜"}
_SIMPLIFIED = _BLANKS | str.maketrans(
    "責編輯記來訊對審員聞處轉載報導電據採寫撰攝圖發佈時間點擊閱讀瀏覽標題聲鐘駐實習約華國網聯",
    "责编辑记来讯对审员闻处转载报导电据采写撰摄图发布时间点击阅读浏览标题声钟驻实习约华国网联",
)
"""The characters of labels in traditional writing; text written either way is matched in one. Lengths stay, so places fit both."""


def _padded(labels: str) -> str:
    """Labels as a pattern; each may have blanks between its characters. Longest first."""
    words = sorted(set(labels.split("|")), key=len, reverse=True)
    return "|".join(r"[ \u3000]{0,3}".join(word) for word in words)


_KINDS = (("other", _OTHER), ("editors", _EDITOR), ("proofreaders", _PROOF), ("source", _SOURCE), ("authors", _AUTHOR))
_LABEL = re.compile(
    r"(?<![\u4e00-\u9fff])(?:" + "|".join(f"(?P<{kind}>{_padded(labels)})" for kind, labels in _KINDS) + r")"
    r"(?=[^\u4e00-\u9fff]|$)[ \u3000\u2003]{0,3}(?P<sep>[:：/／|｜丨︱]|$|(?=[ \u3000\u2003]))"
)
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
_PHOTO = re.compile(r"(?:摄|图|供图|摄影)\s{0,2}[)）】]?$")
_DATELINE = re.compile(
    r"^\s{0,4}(?P<house>新华社|新华网|中新社|中新网|中国新闻网|央视网|人民网|法新社|路透社|美联社|共同社|中央社)[\u4e00-\u9fff、/·]{0,16}\d{0,2}月?\d{1,2}日[电讯]"
)
_ACCORDING = re.compile(
    r"^\s{0,4}(?:(?:【[^】]{1,60}】|\[[^\]]{1,60}\]|#[^#]{1,60}#|[\u4e00-\u9fff]{0,8}[（(][^（()）]{1,30}[）)])\s{0,2}){0,3}(?:[\u4e00-\u9fff]{2,8}\d{0,2}月?\d{1,2}日[电讯]\s{0,2})?(?:[\u4e00-\u9fff\d月日，,]{0,12}?)?据[“”《\s]{0,2}(?P<house>[\u4e00-\u9fffA-Za-z·（()）\d\s]{2,24}?(?:(?:(?<=政府)|(?<=[局委部院厅办]))网站)?)[》”“\s]{0,2}(?:网站)?"
    r"(?:\d{1,2}月)?(?:\d{1,2}日)?(?:最新)?(?:消息|报道|报导|電|电|讯|披露|援引)"
)
_TAKEN = re.compile(
    r"(?:转载自|转自|摘自|原载于|原载|综合整理自|综合自|整理自|编译自|资料来源|本文来源|原文来源|文章来源|首发于|刊发于)[\s：:]{0,2}[《“]?(?P<house>[^）)】\]。；;》”\s]{2,30}?)(?:等)?[》”]?(?:[）)】\]。；;\s,，]|等|$)"
)
_VAGUE_HOUSE = re.compile(
    r"^(?:外媒|媒体|当地|多家|悉|了解|介绍|报道|路透(?!社)|新华(?!社)|记者|本报|央行|知情人士|相关|有关|统计|多方|可靠|最新|最近|其|此前|官方|警方|目击者|该|前述|业内|香港媒体|台湾媒体|.{0,5}媒体$|美媒|日媒|韩媒|英媒|俄媒|港媒|台媒)"
)
_CODE = re.compile(r"^[A-Za-z]{1,4}[-_]?\d{2,6}$")
_NAME = re.compile(
    r"^(?:[\u3400-\u9fff]{2,4}|[\u3400-\u9fff]{1,8}[·•.][\u3400-\u9fff]{1,10}|[A-Za-z][A-Za-z.\-' ]{1,30}"
    r"|[\u3400-\u9fff]{1,4}[_ ]?[A-Za-z]{1,4}[-_]?\d{1,6}|[A-Za-z]{1,4}\d{2,6}|[\u3400-\u9fff]{5,6})$"
)
_NO_NAME = words(
    "网络 网络整理 佚名 综合 整理 未知 匿名 小编 记者 通讯员 作者 编辑 来源 本网 本站 本报 原创 转载 分享 打印"
    " 关闭 点击 更多 收藏 评论 阅读 全文 报道 摄影 有限公司 "
    "查看 关注 声明 字号 暂无 无 admin 大中小 大 中 小 我要纠错 纠错 投稿 责任编辑 时间 日期 整合 综合整理 实习生"
    " 首页 下一页 上一页"
)
_CAPTION_CLASS = re.compile(
    r"caption|pic-?(?:intro|desc|txt|text|info)|img-?(?:intro|desc|txt|text|info|note)|tupian|photo|image", re.I
)
_EDGE = "\u2003"
"""Joins the parts of a line: a blank that no page uses, so the border of two elements can be told from a blank between names."""
_DUTY = re.compile(
    r"^[\u4e00-\u9fff·]{0,12}?(?:首席|见习|实习|特约|特派|全媒体|融媒体)?(?:记者|通讯员|评论员|撰稿人|特派员|主笔|专栏作者|专栏)(?=[\u4e00-\u9fff]|$)"
)
_TITLE = re.compile(r"^\S{0,14}(?:专栏作者|专栏|作者|记者|评论员|撰稿人|研究员|主笔|教授)\s?")
_TITLED = re.compile(r"(?:研究员|教授|评论员|主任|部长|院长|博士|主编|记者|会长|秘书长)([\u4e00-\u9fff]{2,3})$")
_JUNK = re.compile(
    r"^(?:我要|相关|推荐|热门|浏览|访问|人气|字体|审核|摄影|图片|视频|分享|返回|查看|字号|打印|阅读|点击|评论|关注|举报|收藏|责任|来源|发布|更多|下载|登录|注册|扫码|微信|纠错|点赞|时间|标签)"
)
_SIGNED = re.compile(r"[（(](?P<who>[\u3400-\u9fff·]{2,12})[）)]$")
_ORGAN = re.compile(r"(?:局|委|厅|部|院|报|网|社|台|公司|中心|办|政府|杂志|周刊|新闻|宣)$")
_NOT_SIGNED = re.compile(r"完|图|摄|待续|下同|上接|下转|记者|编辑|来源|化名|略|如图|资料|注|作者|本文|责")
_NEXT_LABEL = re.compile(r"[\s　|｜/、，,]([\u4e00-\u9fff]{2,8})\s{0,3}[:：]")
"""A word with a colon after the names: the label of what comes next, whatever it is."""
_DISCLAIMER = re.compile(
    r"凡(?:是|属|本|注|标|转|在|来源|署名|未|经|其他|非)|注明\S{0,6}[“\"「《（(]?\s?(?:来源|稿源|出处)|请(?:务必)?(?:注明|联系|与)|转载(?:请|须|需|时)|均(?:为|来自|转载|系|属)|免责声明|版权声明|版权归"
    r"|不代表(?:本|我)|不(?:承担|负)\S{0,8}责任"
)
"""What a site says of its pages at large, `凡注明“来源：…”的作品，均转载自其他媒体`: it credits nobody."""
_NO_HOUSE = re.compile(
    r"^(?:其他|其它|别的|各|多家|第三方|合作|相关)?(?:媒体|网站|网络|互联网|平台|网友|作者|他处|网上|公开资料|官网|自媒体)|^[×xX○*Ｘ]{2,}|^(?:本网|本站|本报|本刊|我网|我站|他人)(?![\u4e00-\u9fff])"
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
    groups = (above, [line for line in _short(layout.inside) if not _by_picture(line)], layout.tail)
    for place, lines in enumerate(groups):
        _read_labelled(list(lines), credits, header=place == 0)
    for line in [*layout.header, *layout.inside[:6], *_short(layout.inside[-8:]), *layout.tail]:
        _read_unlabelled(line, credits)
    _read_origin(layout, credits)
    _read_signature(layout, credits)
    return credits


def _short(lines: Iterable[Line]) -> list[Line]:
    return [line for line in lines if len(line.text) <= 90]


def _by_picture(line: Line) -> bool:
    """Whether a line is a picture's caption: the source it names is the picture's."""
    for el in (line.parts[0][1] if line.parts else None, line.block, line.block.getparent()):
        if el is not None and (el.tag in ("figure", "figcaption") or _CAPTION_CLASS.search(el.get("class", "")[:200])):
            return True
    return False


def _read_labelled(lines: list[Line], credits: Credits, *, header: bool) -> None:
    for at, line in enumerate(lines):
        if len(line.text) > 160:
            continue
        text = _EDGE.join([part.strip() for part, _ in line.parts]).translate(_BLANKS)
        folded = text.translate(_SIMPLIFIED)
        if line.zone & (Zone.COMMENTS | Zone.NAV | Zone.HIDDEN) or _DISCLAIMER.search(folded):
            continue
        marks = list(_LABEL.finditer(folded)) or list(_GLUED.finditer(folded))
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
            if _PHOTO.search(value.strip()) and kind == "authors":
                continue
            if _take(kind, value, credits, header=header, at_start=mark.start() < 4):
                credits.lines.add(line.row)


def _value_below(lines: list[Line], at: int) -> str:
    text = _EDGE.join([part.strip() for part, _ in lines[at].parts]).translate(_BLANKS).lstrip(" 　\u2003:：|｜/")
    labelled = _LABEL.search(text.translate(_SIMPLIFIED))
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


def clean_house(value: str) -> str | None:
    """The name of an outlet out of what follows its label, None for what is no name."""
    text = value.strip(" 　\u2003:：|｜丨[]【】()（）《》“”\"'").split(_EDGE)[0].strip(" 　:：")
    text = re.split(
        r"\s{1,}(?=\d{4}[-年/.])|\d{4}[-年/.]\d|\s{2,}|[|｜丨]|[。；;]|\s(?=作者|编辑|责|字|分享|打印|阅读|发布|时间|日期|评论|记者|点击|浏览|我要|关注|举报|收藏)",
        text,
    )[0].strip()
    text = re.split(r"[（(【\[](?!\w{1,20}[)）])", text)[0].strip(" 　:：,，、)）】]》")
    if label := _NEXT_LABEL.search(text):
        text = text[: label.start()].strip()
    if not 2 <= len(text) <= 40 or re.fullmatch(r"[\W\d_]+", text) or (text in _NO_NAME and text != "网络"):
        return None
    return text


def split_names(value: str) -> list[str]:
    """Names out of what follows a credit's label. Pads within two-character names are closed, codes stay with their name."""
    value = value.strip(" 　:：|｜丨/[]【】()（）")
    for pattern in (_CUT, _NEXT_LABEL):
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
        token = _DUTY.sub("", token.strip("·.,:： ")).strip()
        if not token:
            continue
        if _JUNK.match(token) or not _NAME.match(token) or token in _NO_NAME:
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
    text = (line.spaced if len(line.text) < 400 else line.text).translate(_BLANKS)
    folded = whole = text.translate(_SIMPLIFIED)
    if line.zone & (Zone.COMMENTS | Zone.NAV | Zone.RELATED) or _PHOTO.search(folded):
        return
    if len(text) <= 160 and _DISCLAIMER.search(folded):
        return
    names: list[str] = []
    if len(text) <= 60 and (label := _LABEL.search(folded)) and label.start() > 6 and not label["authors"]:
        whole = folded[: label.start()].rstrip()
    if len(text) <= 60 and (match := _WRITTEN_BY.match(whole) or _LINE_REPORTER.match(whole)):
        names = split_names(_TITLE.sub("", _as_written(match, "names", text)))
        if names:
            credits.lines.add(line.row)
    elif len(text) <= 120 and (piece := _reporter_among(folded)):
        names = split_names(_as_written(piece, "names", text))
    match = None if names else _bracketed_reporter(folded)
    if match and not _PHOTO.search(match["names"]):
        names = split_names(_as_written(match, "names", text))
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
    r"|[ \u3000]{2,}|\u3000|\s(?=[\u4e00-\u9fff]{2,6}[:：])"
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


def _as_written(match: re.Match[str], group: str, text: str) -> str:
    """What a match in the simplified text says in the page's own writing."""
    return text[match.start(group) : match.end(group)]


def _read_signature(layout: Layout, credits: Credits) -> None:
    """（郭旭） or （德清县发改局） at the end of the last paragraph: who wrote it, or which office gave it."""
    match = _SIGNED.search(layout.inside[-1].text.rstrip("。 ")) if layout.inside else None
    if match is None or _NOT_SIGNED.search(match["who"].translate(_SIMPLIFIED)):
        return
    who = match["who"]
    if _ORGAN.search(who) and len(who) > 3:
        if credits.original_source is None and who != credits.source:
            credits.original_source = who
    elif len(who) <= 4 and not credits.authors:
        credits.authors.append(who)


def _read_origin(layout: Layout, credits: Credits) -> None:
    if credits.original_source:
        return
    for line in [*_short(layout.inside[:3]), *_short(layout.inside[-6:]), *layout.tail[:12]]:
        folded = line.text.translate(_SIMPLIFIED)
        match = None if _by_picture(line) or _DISCLAIMER.search(folded) else _TAKEN.search(folded)
        house = clean_house(_as_written(match, "house", line.text)) if match else None
        if house and house != credits.source and not _NO_HOUSE.match(house):
            credits.original_source = house
            return
    for line in layout.inside[:3]:
        folded = line.text[:200].translate(_SIMPLIFIED)
        match = _DATELINE.match(folded) or _ACCORDING.match(folded)
        if match and (match.re is _DATELINE or not _VAGUE_HOUSE.match(match["house"])):
            house = _as_written(match, "house", line.text).strip()
            if house and house != credits.source and not (credits.source or "").startswith(house):
                credits.original_source = house
                return
