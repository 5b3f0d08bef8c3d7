"""Where an article was taken from: 转载自…, 据《…》报道, a dateline of an agency, the outlet that its reporters work for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from pipelines.extraction.credits.names.outlets import (
    DISCLAIMER,
    OUTLET_END,
    PHOTO,
    SIMPLIFIED,
    as_written,
    clean_outlet_name,
    is_caption,
    short_lines,
)
from pipelines.extraction.credits.names.surnames import is_person
from pipelines.extraction.languages.loader import phrases_of
from pipelines.extraction.page.document import Line
from pipelines.extraction.page.layout import Layout

_PRESS = r"(?:报|网|社|新闻|周刊|电视台|日报|晚报|都市报|客户端|融媒|财经|快报|视频)"
"""How the names of outlets end."""
_DATELINE = re.compile(
    r"^\s{0,4}(?:"
    r"(?P<outlet>新华社|新华网|中新社|中新网|中国新闻网|央视网|人民网|法新社|路透社|美联社|共同社|中央社)[\u4e00-\u9fff、/·]{0,16}\d{0,2}月?\d{1,2}日[电讯]"
    rf"|(?P<press>(?!据|本)[\u4e00-\u9fff]{{1,7}}?{_PRESS})(?:\d{{1,2}}月\d{{1,2}}日)?(?:[电讯](?=[（(\s：:，,])|\d{{1,2}}月\d{{1,2}}日(?:报道|消息)|(?<=日)(?:报道|消息)(?=[\s，,：:]))"
    rf"|[（(](?P<led>(?!据|本)[\u4e00-\u9fff]{{1,7}}?{_PRESS})[）)]"
    rf"|[【\[](?P<bracketed>[\u4e00-\u9fff]{{1,7}}?{_PRESS})(?:综合报道|报道|讯|消息|综合|驻[\u4e00-\u9fff]{{1,8}}记者|驻|特约记者|特派记者|记者))"
)
"""新华社北京3月5日电, 新京报讯, 参考消息网3月5日报道, 【环球时报综合报道】 at the head of the text."""
_PRESS_GROUPS = frozenset(("press", "bracketed", "led"))
_REPORTS = (
    r"(?:此前|日前|近日|今日|今天|昨日|昨天|稍早前?|早些时候|最新)?"
    r"(?:\d{1,2}月)?(?:\d{1,2}日)?(?:最新|当天|当日)?(?:消息|报道|报导|披露|援引|[电讯](?=[，,：:。\s）)】]))"
)
_ACCORDING = re.compile(
    r"^\s{0,4}(?:(?:【[^】]{1,60}】|\[[^\]]{1,60}\]|#[^#]{1,60}#|[\u4e00-\u9fff]{0,8}[（(][^（()）]{1,30}[）)])\s{0,2}){0,3}"
    r"(?:[\u4e00-\u9fff]{2,8}\d{0,2}月?\d{1,2}日[电讯]\s{0,2})?(?:[\u4e00-\u9fff\d月日，,]{0,12}?)?据(?:[\u4e00-\u9fff·]{1,10}(?=《))?[“”《\s]{0,2}"
    r"(?P<outlet>[\u4e00-\u9fffA-Za-z·（()）\d\s]{2,24}?(?:(?:(?<=政府)|(?<=[局委部院厅办]))网站)?)"
    rf"[》”“\s]{{0,2}}(?:网站|(?:官方)?(?:微信)?公众号|(?:官方)?微博|微信)?{_REPORTS}"
)
_TAKEN = re.compile(
    r"(?:转载自|转自|摘自|原载于|原载|综合整理自|综合自|整理自|编译自|资料来源|素材来源|内容来源|稿件来源|消息来源|本文来源于?|(?:本文|文章|稿件)来自|原文来源于?|文章来源于?"
    r"|首发于|刊发于|刊载于|刊登于|发表于|原刊于?|^[（(]?综合[：:])"
    r"[\s：:]{0,2}(?:(?:微信)?(?:公众号|订阅号|视频号)[\s：:]{0,2})?"
    r"(?:[《“「](?P<quoted>[^》”」]{2,20})[》”」]|(?P<outlet>[^）)】\]。；;》”\s]{2,30}?)(?:等)?[》”]?(?:[）)】\]。；;\s,，]|等|$))"
)
_LENT = re.compile(r"(?:经|由)(?P<outlet>[\u4e00-\u9fffA-Za-z]{2,16}?)授权(?:本网|本站)?(?:转载|发布|刊载|转发)")
_BRACKETED = re.compile(
    r"^[（(](?:据|综合|来源|稿源)?\s{0,2}[：:]?[《“「]?(?P<outlet>[\u4e00-\u9fffA-Za-z、·]{2,30}?)[》”」]?"
    r"(?:等)?(?:综合)?(?:报道|消息|[电讯])?[）)]$"
    r"|^(?:据|综合)[《“「]?(?P<bare>[\u4e00-\u9fffA-Za-z、·]{2,20}?)[》”」]?(?:等)?(?:综合)?(?:报道|消息|[电讯])?$"
)
"""（据新华社报道）, （据《清溪日报》报道）, （综合新华社、央视新闻报道）, （新华社）, 据新华社: on a line of its own
below the text."""
_VAGUE_OUTLET = re.compile(phrases_of("vague_outlet", "zh"))
_NO_OUTLET_NAME = re.compile(
    r"^(?:其他|其它|别的|各|多家|第三方|合作|相关)?(?:媒体|网站|网络|互联网|平台|网友|作者|他处|网上|公开资料|官网|自媒体)|^[×xX○*Ｘ]{2,}|^(?:本网|本站|本报|本刊|我网|我站|他人)(?![\u4e00-\u9fff])"
)
_RANK = "(?:·?(?:首席|见习|实习|特约|特派|全媒体|融媒体)){0,2}"
_REPORTERS_OUTLET = re.compile(
    rf"(?:^|[\s:：/／|｜丨（(【\[□■●◎○◆▲])(?P<outlet>[\u4e00-\u9fff]{{2,10}}?){_RANK}记者"
    r"(?:[\s：:][\u4e00-\u9fff·、,，/\s]{2,40}|[\u4e00-\u9fff·]{2,4}(?:[、,，/\s][\u4e00-\u9fff·]{2,4}){0,5})[）)】\]]?$"
)
"""采写：南都记者 叶婉: the reporters of another outlet than the one that publishes."""
_BRACKETED_OUTLET = re.compile(
    rf"[（(【](?P<outlet>[\u4e00-\u9fff]{{2,10}}?){_RANK}记者[\s：:]{{0,2}}"
    r"[\u4e00-\u9fff·、,，/\s]{2,40}(?<![摄图影])[）)】](?:[。\s]{0,3}$)?"
)
"""（江城晚报记者叶婉） in the first paragraph or at the end of the last."""
_SHORT_NAMES = {
    "南都": "南方都市报", "北青": "北京青年报", "北青报": "北京青年报", "中青报": "中国青年报", "中青": "中国青年报",
    "澎湃": "澎湃新闻", "红星": "红星新闻", "封面": "封面新闻", "上游": "上游新闻", "极目": "极目新闻", "九派": "九派新闻",
}  # fmt: skip
"""Names that outlets have in their own bylines, where they are no longer recognised as an outlet's."""
_OWN_OUTLET = re.compile(r"^(?:本报|本刊|本网|本社|本台|我报|我网|该报)|媒体$")
_OF_PICTURE = re.compile(r"视频\s{0,2}[）)】]?$|^\s{0,4}(?:图|摄影|视频|制图)")
_GIVEN_BY = re.compile(r"\s{0,4}(?P<outlet>新华社|中新社)发(?:\s{0,2}[（(][^（()）]{2,20}[）)])?")
"""The line under an agency's pictures. Only under the agency's own site does it speak of the article."""
_SIGNED = re.compile(
    r"[（(](?:(?P<person>[\u3400-\u9fff]{2,4}?)(?:\s?报[道导]|[，,]\s?(?:本文)?作者[系为是][^（）()]{2,40})"
    r"|(?:本文)?作者[：:]?\s?(?:(?P<first>[\u3400-\u9fff]{2,4}?)\s?[系为是，,][^（）()]{2,40}"
    r"|[系为是][^（）()，,\s]{2,30}[，,\s]{1,2}(?P<last>[\u3400-\u9fff·]{2,8}))"
    r"|(?P<who>[\u3400-\u9fff·]{2,12}|[\u3400-\u9fff]{2,16}(?:[、 \u3000][\u3400-\u9fff]{2,4}){1,3}))[)）]$"
)
_ORGAN = re.compile(r"(?:局|委|厅|部|院|报|网|社|台|公司|中心|办|政府|杂志|周刊|新闻|宣)$")
_NOT_SIGNED = re.compile(r"完|图|摄|待续|下同|上接|下转|记者|编辑|来源|化名|略|如图|资料|注|作者|本文|责")


class OriginalSource(NamedTuple):
    """The outlet that a text was taken from, and the rows of lines that say that and nothing else."""

    outlet: str | None = None
    rows: frozenset[int] = frozenset()


def read_original_source(layout: Layout, source: str | None) -> OriginalSource:
    """The outlet that an article was taken from, if the page says so. `source` is the outlet that publishes it."""

    def is_own(outlet: str) -> bool:
        return outlet == source or any(outlet in names and source in names for names in _SAME_OUTLET)

    return first_of_others(_original_sources(layout, source), is_own)


def first_of_others(found: Iterable[tuple[str | None, int | None]], is_own: Callable[[str], bool]) -> OriginalSource:
    """The first outlet that is not the publishing one, of several that each may have the row of a line that says nothing else."""
    others = ((outlet, row) for outlet, row in found if outlet and not is_own(outlet))
    outlet, row = next(others, (None, None))
    return OriginalSource(outlet, frozenset(() if row is None else (row,)))


_SAME_OUTLET = (frozenset(("中新网", "中国新闻网", "中新社", "中国新闻社")), frozenset(("央视网", "央视新闻", "央视")))
"""Names of one outlet."""


def _original_sources(layout: Layout, source: str | None) -> Iterator[tuple[str | None, int | None]]:
    """Possible original sources, best first, each with the row of a line that says nothing else."""
    around = [*short_lines(layout.inside[:3]), *short_lines(layout.inside[-6:]), *layout.tail[:12]]
    for line in around:
        if not is_caption(line) and (taken := _taken_over_from(line)):
            yield taken[0], line.row if taken[1] < _OPENING or _NOTE.match(line.text) else None
    for line in layout.inside[:3]:
        folded = line.text[:200].translate(SIMPLIFIED)
        for match in filter(None, (_DATELINE.match(folded), _ACCORDING.match(folded))):
            group = next(name for name, text in match.groupdict().items() if text)
            outlet = as_written(match, group, line.text).strip()
            vague = _VAGUE_OUTLET.match(outlet.translate(SIMPLIFIED))
            # Where no outlet is named, 清溪网讯 is the outlet's own.
            own = group in _PRESS_GROUPS and source is None
            if not vague and not own and not (source or "").startswith(outlet):
                yield outlet, None
    if source:
        for line in [*layout.header, *around]:
            yield _other_outlet(line, source), None
        openings = [line.text[:_BYLINE] for line in layout.inside[:2]]
        for text in [*openings, *(line.text[-_BYLINE:] for line in layout.inside[-2:])]:
            yield _reporters_outlet(_BRACKETED_OUTLET.search(text.translate(SIMPLIFIED)), text, source), None
    who, _ = closing_signature(layout)
    if who and is_institution(who):
        yield who, None
    for line in (*layout.inside[-1:], *layout.tail[:2]):
        bracketed = _BRACKETED.match(line.text.translate(SIMPLIFIED))
        group = "outlet" if bracketed and bracketed["outlet"] else "bare"
        named = clean_outlet_name(as_written(bracketed, group, line.text)) if bracketed else None
        if named and OUTLET_END.search(named) and not _VAGUE_OUTLET.match(named):
            yield named, line.row


_OPENING = 12
"""Characters before what says where a text was taken from: more are a sentence of the text, but in a note on the text itself."""
_NOTE = re.compile(r"[（(【\[*※]?\s?(?:[本该此]文|文章|稿件|以上|原[文题标载]|注[:：])")


def _taken_over_from(line: Line) -> tuple[str, int] | None:
    """The outlet that a short line names as where the text was taken from, and where in the line it says so."""
    folded = line.text.translate(SIMPLIFIED)
    if DISCLAIMER.search(folded):
        return None
    match = _TAKEN.search(folded) or _LENT.search(folded)
    if match is None:
        return None
    group = next(name for name, text in match.groupdict().items() if text)
    outlet = clean_outlet_name(as_written(match, group, line.text))
    return (outlet, match.start()) if outlet and not _NO_OUTLET_NAME.match(outlet) else None


def closing_signature(layout: Layout) -> tuple[str, int | None]:
    """The name in brackets that ends the last paragraph or stands below it, （郭旭）, （德清县发改局）, and the row of a line that
    says nothing else. "" where there is none."""
    if not layout.inside:
        return "", None
    last = layout.inside[-1]
    below = [line for line in layout.tail if line.row <= last.row + _ROWS_BELOW]
    alone = ((_SIGNED.fullmatch(line.text), line.row) for line in (*layout.inside[-2:], *below))
    found = [(_SIGNED.search(last.text.rstrip("。 ")), None), *alone]
    match, row = next(((match, row) for match, row in found if match), (None, None))
    people = filter(None, (match["person"], match["first"], match["last"])) if match else ()
    who = (match["who"] or next(filter(is_person, people), "")) if match else ""
    return ("", None) if _NOT_SIGNED.search(who.translate(SIMPLIFIED)) else (who, row)


_ROWS_BELOW = 4
"""Lines below the last paragraph among which a signature may stand: a score or a line-up may end the text."""


def is_institution(who: str) -> bool:
    """Whether a signature is that of a public body or an outlet."""
    return len(who) > 3 and _ORGAN.search(who) is not None


def _other_outlet(line: Line, source: str) -> str | None:
    """The outlet whose reporters a short line names, or the agency whose pictures it credits."""
    folded = line.text.translate(SIMPLIFIED)
    if len(folded) > _BYLINE or DISCLAIMER.search(folded) or is_caption(line):
        return None
    if given := _GIVEN_BY.fullmatch(folded):
        return given["outlet"] if source.startswith(given["outlet"][:2]) else None
    if PHOTO.search(folded) or _OF_PICTURE.search(folded):
        return None
    return _reporters_outlet(_REPORTERS_OUTLET.search(folded), line.text, source)


def _reporters_outlet(match: re.Match[str] | None, text: str, source: str) -> str | None:
    """The reporters' outlet; None where it is the publishing one or is not known to be an outlet."""
    if match is None or _OWN_OUTLET.search(match["outlet"]):
        return None
    outlet = _SHORT_NAMES.get(match["outlet"], as_written(match, "outlet", text))
    known = match["outlet"] in _SHORT_NAMES or OUTLET_END.search(match["outlet"])
    return outlet if known and outlet[:2] != source[:2] and outlet not in source else None


_BYLINE = 60
"""Letters up to which a line that ends in reporters' names is their byline."""
