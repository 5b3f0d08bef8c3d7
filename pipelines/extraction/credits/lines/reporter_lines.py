"""Reporters named without a label that has a colon: （记者叶婉）, 新华社记者邹多为、唐诗凝, 【文/王文】, 記者張偉明／台北報導."""

from __future__ import annotations

import re
from typing import NamedTuple

from pipelines.extraction.credits.lines.chinese_labels import LABEL, split_names, without_place
from pipelines.extraction.credits.names.outlets import BLANKS, DISCLAIMER, PHOTO, SIMPLIFIED, as_written
from pipelines.extraction.credits.names.surnames import NO_PERSON, is_person
from pipelines.extraction.page.document import Line
from pipelines.extraction.text.date_parser import find_stamps

_HOUSE = r"[\u4e00-\u9fff·+A-Za-z0-9—-]{0,18}?"
"""For whom reporters write: 清溪日报, 清溪网-城事客户端."""
_BRACKET_REPORTER = re.compile(
    rf"[（(【\[]\s{{0,2}}(?:[\u4e00-\u9fff]{{2,12}}\d{{1,2}}月\d{{1,2}}日[电讯]\s{{0,2}})?{_HOUSE}\s{{0,2}}(?:记者|通讯员)[\s：:]{{0,3}}(?P<names>[^（()）】\]。]{{2,40}}?)"
    r"(?:[，,]?(?:报道|整理|整合|综合|综述|编译|摄影报道))?\s{0,2}[）)】\]]"
)
_LINE_REPORTER = re.compile(
    r"(?:【[^】]{2,10}】|【|\[|〔|（|\(|[□■●◎○◆▲]|[\u4e00-\u9fff]{2,6}(?:中心|组)\s?[／/])?\s{0,2}"
    + _HOUSE
    + r"(?:(?<=[报网台社端闻刊讯体])\s)?(?:首席|见习|实习|特约|全媒体|驻\S{1,6}?)?"
    r"(?:记者|特派员|(?P<comments>评论员)(?=[\s：:]))[\s：:]{0,3}"
    r"(?P<names>[\u4e00-\u9fff·、,，/\s]{2,40})(?:】|\]|〕|）|\))?$"
)
_WRITTEN_BY = re.compile(
    r"^[【\[（(□■●◎○◆▲]?\s{0,2}(?:(?:文|撰文|撰稿|采写)\s{0,2}[/／|｜丨]|报[道导]\s{0,2}[/／|｜丨:：])\s{0,2}(?P<names>[^【】\[\]（）()]{2,40}?)"
    r"(?:\s(?:图|摄影)\s{0,2}[/／|｜:：][^【】\[\]（）()]{2,30})?[】\]）)]?$"
)
_PEN_AND_CAMERA = re.compile(
    r"(?:[（(【\[]\s{0,2}(?:文|图|撰文)\s{0,2}[/／、|｜+]\s{0,2}(?:文|图|摄影|摄)\s{0,2}[:：/／]?\s{0,2}"
    r"(?P<names>[\u3400-\u9fff·、,，\s]{2,30})[）)】\]]"
    r"|[。！？”]\s{0,3}(?P<names_>[\u3400-\u9fff·、,，\s]{2,20}?)\s?(?:摄影|图文)报[道导])[。\s]{0,3}$"
)
"""(文/图 叶婉 林疏影), 叶婉 摄影报道 at the end of a paragraph: whoever took the pictures wrote the text, too."""
_WIRE_NAMES = re.compile(
    r"^\s{0,4}[【\[]?[\u4e00-\u9fff]{2,12}(?:\d{1,2}月\d{1,2}日)?(?:[电讯]|消息)[】\]]?\s{0,2}"
    r"[（(](?P<names>[\u3400-\u9fff·]{2,4}(?:[、,，\s][\u3400-\u9fff·]{2,4}){0,4})[）)]"
)
"""汀洲社云港3月4日电（叶婉、林疏影）, 清溪网讯（叶婉） at the head of a text."""
_TITLE = re.compile(r"^\S{0,14}(?:专栏作者|专栏|作者|记者|评论员|撰稿人|研究员|主笔|教授)\s?")
_NAMES = r"[\u3400-\u9fff·]{2,4}(?:[、,，\s](?:(?:见习|实习|特约|特派)记者\s?)?[\u3400-\u9fff·]{2,4}){0,4}"
_ROLE_BEHIND = re.compile(
    rf"^[【\[（(□■●◎○◆▲]?\s{{0,2}}(?:[\u4e00-\u9fff]{{0,14}}?(?:记者|通讯员)\s?)?(?P<names>{_NAMES})"
    r"(?:\s?[/／]\s?(?:文|撰文|文字|[\u4e00-\u9fff]{1,6}?报[导道])|\s(?:文[/／、]?图|图[/／、]?文)(?=[）)】\]]?$))"
    r"(?=$|[\s/／、，,）)】\]图]).{0,20}$"
)
"""（记者张伟/文 李静/图）: who did what behind the names."""
_REPORTING = re.compile(
    rf"(?:^|[〔（(【\[\s／/|｜]){_HOUSE}(?:[（(][\w.]{{4,40}}[)）]\s?)?(?:首席|见习|实习)?(?:记者|编译|特派员|特派记者|实习记者)[\s：:]{{0,2}}(?P<names>{_NAMES})"
    r"\s?(?:[／/]\s?[\u4e00-\u9fff]{1,8}?\s?|\s[\u4e00-\u9fff]{2,6}?)(?:报导|报道|专电|电|访问|连线)(?=$|[〕）)】\]\s])"
)
"""记者张伟明／台北报导, 清溪时报（www.qingxi.example）见习记者 张伟 北京报道: at the head of a text or on a line of its own."""
_DESK = re.compile(
    rf"^[（(〔]?(?:[\u4e00-\u9fff]{{2,8}}(?:中心|[组部报网台]|新闻|周刊)\s?[／/]\s?(?:记者)?(?P<names>{_NAMES}?)\s?[／/]?\s?"
    rf"|(?P<names_>{_NAMES})[ \u3000]{{1,3}}|(?P<glued>[\u3400-\u9fff]{{2,4}}?)(?=(?:综合|采访|整理|专题|即时)报))"
    r"(?:综合|采访|整理|[\u4e00-\u9fff]{2,4})?报[导道](?:\s?[／/]\s?[\u4e00-\u9fff]{2,6})?[）)〕]?$"
)
"""生活中心／张伟明报导, 清溪新闻网／张伟明／综合报导, 张伟明 李静 报导 / 台北市: a desk, an outlet or nothing before the names."""
_WIRE = re.compile(
    r"^[（(〔](?:[\u4e00-\u9fff]{2,6})记者(?P<names>[\u4e00-\u9fff、]{2,24})\d{1,2}日(?:综合|专|外)?[外]?电(?:讯|报导)?[）)〕]"
)
"""（中央社记者张伟明台北5日电）: the place is written on to the last name."""
_GLUED = re.compile(
    r"^(?:[【〔（(\[][^【】〔〕（）()\[\]]{2,30}[】〕）)\]]|[^【〔（(\[]{2,20}[讯电])?"
    rf"[\s■□【〔\[（(]{{0,3}}{_HOUSE}(?:记者|通讯员)\s?(?P<names>[\u4e00-\u9fff、]{{2,20}}?)(?:摄影|图文|综合)?报[道导]"
)
"""本报记者张伟北京报道, 【本报讯】（本报记者张伟北京报道）, 记者张伟明报道：."""
_SENTENCE = re.compile("[。，！？、；：”」]")


class Reporters(NamedTuple):
    """The reporters named, and whether the line says nothing else."""

    names: list[str]
    alone: bool = False


def reporters_in_line(line: Line, *, opening: bool) -> Reporters:
    """The reporters that a line names. `opening` is set for the first lines of the text, which may begin with them."""
    text = (line.spaced if len(line.text) < 400 else line.text).translate(BLANKS)
    folded = whole = text.translate(SIMPLIFIED)
    if len(text) <= 60 and (names := _with_duty_behind(folded, text)):
        return Reporters(names, alone=True)
    if PHOTO.search(folded) or (len(text) <= 160 and DISCLAIMER.search(folded)):
        return Reporters([])
    if (opening or len(text) <= 60) and (found := _reporting(folded, text)).names:
        return found
    if len(text) <= 60 and (label := LABEL.search(folded)) and label.start() > 6 and not label["authors"]:
        whole = folded[: label.start()].rstrip()
    if len(text) <= 60 and (match := _WRITTEN_BY.match(whole) or _LINE_REPORTER.match(whole)):
        names = split_names(_TITLE.sub("", as_written(match, "names", text)))
        if not match.groupdict().get("comments") or all(map(is_person, names)):
            return Reporters(names, alone=True)
    if len(text) <= _LONGEST_HEAD and (names := _beside_time(folded, text)):
        return Reporters(names)
    if opening and (match := _WIRE_NAMES.match(folded[:_HEAD])):
        names = split_names(as_written(match, "names", text))
        if all(map(is_person, names)):
            return Reporters(names)
    if match := _PEN_AND_CAMERA.search(folded[-_HEAD:]):
        at = max(0, len(text) - _HEAD)
        group = "names" if match["names"] else "names_"
        return Reporters(split_names(text[at + match.start(group) : at + match.end(group)]))
    if (match := _bracketed_reporter(folded)) and not PHOTO.search(match["names"]):
        return Reporters(split_names(as_written(match, "names", text)), alone=len(match[0]) == len(folded.strip()))
    return Reporters([])


def _beside_time(folded: str, text: str) -> list[str]:
    """The reporters whom the head of an article names without a label: 2024-03-05 15:32 来源：清溪日报 本报记者张伟."""
    if "记者" not in folded or not (stamps := find_stamps(text)):
        return []
    ends = [0, *(place for stamp in stamps for place in (stamp.start, stamp.end)), len(text)]
    for start, end in zip(ends[::2], ends[1::2], strict=True):
        for piece in _BEFORE_REPORTER.split(text[start:end]):
            match = _LINE_REPORTER.match(piece.strip(_MARKS).translate(SIMPLIFIED))
            names = split_names(as_written(match, "names", piece.strip(_MARKS))) if match else []
            if names and all(map(is_person, names)):
                return names
    return []


_LONGEST_HEAD = 80
"""Characters of such a line."""
_BEFORE_REPORTER = re.compile(r"[\u2003\u3000|｜]+|\s(?=[\u4e00-\u9fff]{0,10}[记記]者)")
_MARKS = " 　|｜·•,，"


def _with_duty_behind(folded: str, text: str) -> list[str]:
    """The names of a line that says behind them what they did."""
    if match := _DESK.match(folded):
        group = next(name for name, named in match.groupdict().items() if named)
        names = split_names(as_written(match, group, text))
        if names and all(map(is_person, names)):
            return names
    match = _ROLE_BEHIND.match(folded)
    names = split_names(as_written(match, "names", text)) if match else []
    return [name for name in names if not NO_PERSON.search(name)]  # 政治中心／综合报导


def _reporting(folded: str, text: str) -> Reporters:
    """The names in a line that says where they report from; a short line without a sentence behind that says nothing else."""
    if match := _WIRE.match(folded) or _GLUED.match(folded[:_HEAD]):
        names = [without_place(name) for name in as_written(match, "names", text).split("、")]
        return Reporters([name for name in names if name], _is_rest_empty(match, text))
    if match := _REPORTING.search(folded[:_HEAD]):
        return Reporters(split_names(as_written(match, "names", text)), _is_rest_empty(match, text))
    return Reporters([])


def _is_rest_empty(match: re.Match[str], text: str) -> bool:
    return len(text) <= _HEAD and _SENTENCE.search(text, match.end()) is None


_HEAD = 60
"""Characters at the head of a text in which its reporters may be named."""


_SIGNATURE = 60
"""Characters at the end of a paragraph in which its writer may be named in brackets."""


def _bracketed_reporter(text: str) -> re.Match[str] | None:
    """（记者叶婉） near the beginning of a line or at its very end."""
    match = _BRACKET_REPORTER.search(text[:120])
    if match and (match.start() < 30 or len(text) < 40):
        return match
    for match in _BRACKET_REPORTER.finditer(text, max(0, len(text) - _SIGNATURE)):
        if match.end() >= len(text.rstrip("。 ")):
            return match
    return None
