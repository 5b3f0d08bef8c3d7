"""Where an article was taken from: 转载自…, 据《…》报道, a dateline of an agency, the outlet that its reporters work for."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipelines.reading.houses import DISCLAIMER, PHOTO, SIMPLIFIED, as_written, by_picture, clean_house, short_lines
from pipelines.reading.layout import Layout
from pipelines.reading.sheet import Line

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
_NO_HOUSE = re.compile(
    r"^(?:其他|其它|别的|各|多家|第三方|合作|相关)?(?:媒体|网站|网络|互联网|平台|网友|作者|他处|网上|公开资料|官网|自媒体)|^[×xX○*Ｘ]{2,}|^(?:本网|本站|本报|本刊|我网|我站|他人)(?![\u4e00-\u9fff])"
)
_RANK = "(?:首席|见习|实习|特约|特派|全媒体|融媒体)"
_REPORTERS_HOUSE = re.compile(
    rf"(?:^|[\s:：/／|｜丨（(【\[□■●◎○◆▲])(?P<house>[\u4e00-\u9fff]{{2,10}}?){_RANK}?记者"
    r"(?:[\s：:][\u4e00-\u9fff·、,，/\s]{2,40}|[\u4e00-\u9fff·]{2,4}(?:[、,，/\s][\u4e00-\u9fff·]{2,4}){0,5})[）)】\]]?$"
)
"""采写：南都记者 叶婉: the reporters of another outlet than the one that publishes."""
_BRACKETED_HOUSE = re.compile(
    rf"[（(【](?P<house>[\u4e00-\u9fff]{{2,10}}?){_RANK}?记者[\s：:]{{0,2}}"
    r"[\u4e00-\u9fff·、,，/\s]{2,40}(?<![摄图影])[）)】](?:[。\s]{0,3}$)?"
)
"""（江城晚报记者叶婉） in the first paragraph or at the end of the last."""
_HOUSE_NAME = re.compile(r"(?:报|网|社|台|新闻|周刊|周末|杂志|在线|客户端|财经|视频|传媒|融媒)$")
_SHORT_NAMES = {
    "南都": "南方都市报", "北青": "北京青年报", "北青报": "北京青年报", "中青报": "中国青年报", "中青": "中国青年报",
    "澎湃": "澎湃新闻", "红星": "红星新闻", "封面": "封面新闻", "上游": "上游新闻", "极目": "极目新闻", "九派": "九派新闻",
}  # fmt: skip
"""Names that outlets have in their own bylines, where they are no longer recognised as an outlet's."""
_OWN_HOUSE = re.compile(r"^(?:本报|本刊|本网|本社|本台|我报|我网|该报)|媒体$")
_OF_PICTURE = re.compile(r"视频\s{0,2}[）)】]?$|^\s{0,4}(?:图|摄影|视频|制图)")
_GIVEN_BY = re.compile(r"\s{0,4}(?P<house>新华社|中新社)发(?:\s{0,2}[（(][^（()）]{2,20}[）)])?")
"""The line under an agency's pictures. Only under the agency's own site does it speak of the article."""
_SIGNED = re.compile(r"[（(](?P<who>[\u3400-\u9fff·]{2,12})[）)]$")
_ORGAN = re.compile(r"(?:局|委|厅|部|院|报|网|社|台|公司|中心|办|政府|杂志|周刊|新闻|宣)$")
_NOT_SIGNED = re.compile(r"完|图|摄|待续|下同|上接|下转|记者|编辑|来源|化名|略|如图|资料|注|作者|本文|责")


def read_origin(layout: Layout, source: str | None) -> str | None:
    """The outlet that an article was taken from, None where it is not said. `source` is the one that publishes it."""
    return next((house for house in _origins(layout, source) if house and house != source), None)


def _origins(layout: Layout, source: str | None) -> Iterator[str | None]:
    """All that is said of it, the surest first."""
    around = [*short_lines(layout.inside[:3]), *short_lines(layout.inside[-6:]), *layout.tail[:12]]
    for line in around:
        folded = line.text.translate(SIMPLIFIED)
        match = None if by_picture(line) or DISCLAIMER.search(folded) else _TAKEN.search(folded)
        house = clean_house(as_written(match, "house", line.text)) if match else None
        if house and not _NO_HOUSE.match(house):
            yield house
    for line in layout.inside[:3]:
        folded = line.text[:200].translate(SIMPLIFIED)
        match = _DATELINE.match(folded) or _ACCORDING.match(folded)
        if match and (match.re is _DATELINE or not _VAGUE_HOUSE.match(match["house"])):
            house = as_written(match, "house", line.text).strip()
            if not (source or "").startswith(house):
                yield house
    if source:
        for line in [*layout.header, *around]:
            yield _others(line, source)
        openings = [line.text[:_BYLINE] for line in layout.inside[:2]]
        for text in [*openings, *(line.text[-_BYLINE:] for line in layout.inside[-2:])]:
            yield _reporters_house(_BRACKETED_HOUSE.search(text.translate(SIMPLIFIED)), text, source)
    who = signature(layout)
    if who and is_organ(who):
        yield who


def signature(layout: Layout) -> str | None:
    """The name in brackets that ends the last paragraph: （郭旭）, （德清县发改局）."""
    match = _SIGNED.search(layout.inside[-1].text.rstrip("。 ")) if layout.inside else None
    return None if match is None or _NOT_SIGNED.search(match["who"].translate(SIMPLIFIED)) else match["who"]


def is_organ(who: str) -> bool:
    """Whether a signature is that of an office or an outlet."""
    return len(who) > 3 and _ORGAN.search(who) is not None


def _others(line: Line, source: str) -> str | None:
    """The outlet of the reporters that a short line names, or the agency whose pictures it tells of."""
    folded = line.text.translate(SIMPLIFIED)
    if len(folded) > _BYLINE or DISCLAIMER.search(folded) or by_picture(line):
        return None
    if given := _GIVEN_BY.fullmatch(folded):
        return given["house"] if source.startswith(given["house"][:2]) else None
    if PHOTO.search(folded) or _OF_PICTURE.search(folded):
        return None
    return _reporters_house(_REPORTERS_HOUSE.search(folded), line.text, source)


def _reporters_house(match: re.Match[str] | None, text: str, source: str) -> str | None:
    """The outlet of reporters, None where it is the one that publishes or nothing is known of it."""
    if match is None or _OWN_HOUSE.search(match["house"]):
        return None
    house = _SHORT_NAMES.get(match["house"], as_written(match, "house", text))
    known = match["house"] in _SHORT_NAMES or _HOUSE_NAME.search(match["house"])
    return house if known and house[:2] != source[:2] and house not in source else None


_BYLINE = 60
"""Letters up to which a line that ends in reporters' names is their byline."""
