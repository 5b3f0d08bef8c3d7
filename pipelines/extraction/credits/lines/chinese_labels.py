"""The labels of Chinese credits, 责任编辑, 校对, 作者, 来源 and the many that stand beside them, and the names after a label:
张玉、李静, 方 敏, 杨倩_NF4425, 本报记者 叶婉."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import zip_longest

from pipelines.extraction.credits.lines.credits import LABEL_KINDS
from pipelines.extraction.credits.names.outlets import EDGE, NEXT_LABEL, NO_NAME, OUTLET_END, SIMPLIFIED
from pipelines.extraction.credits.names.surnames import is_person
from pipelines.extraction.languages.loader import any_of, languages, phrases_of, words_of
from pipelines.extraction.text.writing import HAN

_CREDITS = languages()["zh"].credits
_HOUSE = r"[\u4e00-\u9fff·+A-Za-z0-9]{1,10}?"
"""An outlet, or whatever else stands before its people's label: 每经记者, 界面新闻编辑, 总台记者, 金牌编辑."""


def _padded(labels: Iterable[str]) -> str:
    """Labels as a pattern; each may have blanks between its characters. Longest first; they come in the order of a set, which is
    another in each process."""
    return "|".join(r"[ \u3000]{0,3}".join(word) for word in sorted(labels, key=lambda word: (-len(word), word)))


_WORDS = {kind: set(getattr(_CREDITS.labels, kind)) for kind in LABEL_KINDS}
_WORDS["other"] |= {*_CREDITS.production} - _WORDS["authors"]
_OF_BOTH = "|".join(word for word in sorted(_WORDS["authors"]) if "/" in word)
"""图/文: what one person did, though 图 alone is another's."""
_ANY = "|".join(
    f"(?P<{kind}>{_padded(_WORDS[kind])})"
    if kind == "authors"
    else f"(?P<{kind}>(?!{_OF_BOTH})(?:{_padded(_WORDS[kind])}))"
    for kind in LABEL_KINDS
)
_SOMEBODY = r"(?:者|(?<=[\u4e00-\u9fff]{2})[人员])?"
"""What may be written on to a label: 供稿者, 拟稿人; but 文员 is a clerk."""
LABEL = re.compile(
    rf"(?<![\u4e00-\u9fff·+A-Za-z0-9])(?<![\u4e00-\u9fff]{{2}}[/／](?=文\s))(?:(?:(?:本[文期版]|值班|执行|轮值|特约)(?=[编校责审]))?(?:{_ANY}){_SOMEBODY}|(?<![:：]){_HOUSE}(?:(?P<editors_>编辑)|(?P<authors_>(?:首席|见习|实习|特约|全媒体)?记者)))"
    r"(?=[^\u4e00-\u9fff]|$)[ \u3000\u2003]{0,3}(?P<sep>[:：/／|｜丨︱】\]]|[,，](?=\u2003)|$|(?=[ \u3000\u2003]))"
)
LABELS = frozenset(label for labels in _WORDS.values() for label in labels)
GLUED = re.compile(rf"(?:^|[\s\]】)）|｜/，。])(?:{_ANY})[ \u3000]{{0,3}}[:：]")
_LONG = "|".join(f"(?P<{kind}>{_padded(word for word in _WORDS[kind] if len(word) > 1)})" for kind in LABEL_KINDS)
_RUN_ON = re.compile(rf"(?<=[\u4e00-\u9fffA-Za-z\d])(?<![图片])(?:{_LONG})[ \u3000]{{0,3}}[:：]")
"""A label without a blank before it: 2024-03-05 10:20来源：新华网作者：张伟编辑：李静, 阅读1.2k来源：新华网."""
PRODUCTION = re.compile(
    rf"[【\[（(]?(?:{_padded(_CREDITS.production)}){_SOMEBODY}[】\]）)]?[ \u3000]{{0,3}}[:：/／|｜丨︱】]"
    r"|[（(][^（()）]{2,30}[ \u3000/／](?:供稿|供图|摄)[）)]$"
)
"""Who else had a hand in it: a line that begins so is no text, whoever it names."""


def labels_in(folded: str) -> list[re.Match[str]]:
    """The labels of a line in simplified writing, in order; also those set right behind a number, or behind what an earlier label
    credits."""
    marks = list(LABEL.finditer(folded)) or list(GLUED.finditer(folded))
    found = list(marks)
    for mark in _RUN_ON.finditer(folded):
        before = max((other.end() for other in found if other.start() < mark.start()), default=None)
        is_inside = any(other.start() <= mark.start() < other.end() for other in marks)
        if is_inside or (before is None and not folded[mark.start() - 1].isascii()):
            continue
        if before is None or mark.start() - before >= _SHORTEST_VALUE:
            found.append(mark)
    return sorted(found, key=lambda mark: mark.start())


_SHORTEST_VALUE = 2
"""Characters between two labels: fewer belong to the second one."""


def kind_of(mark: re.Match[str]) -> str:
    """What a label credits: authors, editors, proofreaders, source or other."""
    return next(kind.rstrip("_") for kind, text in mark.groupdict().items() if text and kind != "sep")


_PEN_BEHIND = re.compile(r"(?<=[\u3400-\u9fff]{2})文(?=\s?[/／、+](?:图|圖|摄|攝|影))")
"""叶婉文/图: what a reporter did, written on to the name."""
_CAMERA_BEHIND = re.compile(
    r"(?<=[/／]文)[\s、，,]{1,3}[\u3400-\u9fff]{2,4}\s?[/／]\s?(?:图|圖|摄影?|攝影?)(?![\u3400-\u9fff])"
)
"""张伟/文 李静/图: who took the pictures, behind who wrote."""
_CODE = re.compile(r"^[A-Za-z]{1,4}[-_]?\d{2,6}$")
_NAME = re.compile(
    r"^(?:[\u3400-\u9fff]{2,4}|[\u3400-\u9fff]{1,8}[·•.][\u3400-\u9fff]{1,10}|[A-Za-z][A-Za-z.\-' ]{1,30}"
    r"|[\u3400-\u9fff]{1,4}(?:[_ ]?[A-Za-z]{1,4}[-_]?\d{1,6}|_[A-Za-z]{1,6})|[A-Za-z]{1,4}\d{2,6}(?: [\u3400-\u9fff]{2,4})?"
    r"|[\u3400-\u9fff]{5,6}|[\u3400-\u9fff]{1,6}[A-Z][a-z]{1,11}|[A-Z][a-z]{1,11}[\u3400-\u9fff]{1,6})$"
)
_DUTY = re.compile(
    r"^[\u4e00-\u9fff·+A-Za-z0-9]{0,12}?(?:首席|见习|实习|特约|特派|全媒体|融媒体)?(?:记者|通讯员|实习生|评论员|撰稿人|特派员|主笔|专栏作者|专栏)(?=[\u4e00-\u9fff]|$)"
)
_TITLED = re.compile(r"(?:研究员|教授|评论员|主任|部长|院长|博士|主编|记者|会长|秘书长)([\u4e00-\u9fff]{2,3})$")
_JUNK = re.compile(phrases_of("no_credit", "zh"))
_SPLIT = re.compile(r"[\s、，,;；/／|｜丨︱&＆]+|(?<=[\u3400-\u9fff])和(?=[\u3400-\u9fff]{2,3}$)")
_UNIT_BEHIND = re.compile(r"[（(][^（()）图摄影]{2,20}[)）](?=[、，,])")
"""Where each of several works: 张伟(清溪大学)、李静(云港大学)."""
_CUT = re.compile(
    r"\s?(?:参与|对[此本]文)|[，,]\s?[系为是](?=[\u4e00-\u9fff]{2})|[（(\[【）)\]】。!！?？<>《》]|\d{4}[-年/.]|\d{1,2}:\d\d|https?:"
)
_PLACE = re.compile(r"(?:报道|报导|[电讯])$|^发自")
"""北京报道, 台北即时报导: where the reporters write from."""
_FROM_PLACES = re.compile(r"(?<=[\u4e00-\u9fff])[ \u3000][\u4e00-\u9fff]{2,4}(?:、[\u4e00-\u9fff]{2,4}){1,2}报[道导]$")
"""张伟 澄海、东莞报道: several places."""
_TOWNS = frozenset(words_of("reporting_town", "zh"))
_TOWN = re.compile(rf"(?:{any_of(_TOWNS, spaces=False)})$")
_SURNAMES = "".join(word for word in languages()["zh"].surnames if len(word) == 1)
_UNIT = re.compile(
    r"(?:学院|[大中小]学|学校|幼儿园|公司|集团|银行|街道|社区|医院|办公室|中心|大队|支队|分局|委员会|党委|团委|支部|宣传部|工会|图书馆)$"
    rf"|^(?![{_SURNAMES}])[\u4e00-\u9fff]{{1,6}}[科系处办局委馆部室队站所会组院]$|^\d{{2,4}}级[\u4e00-\u9fff]{{0,12}}$|^本[报刊网台社站]$"
)
"""A unit before the name of its member: 儿科 张伟, 2020级本科生 张伟."""
_TITLE = re.compile(r"律师|教授|博士|医生|医师|研究员|院士")
_TITLE_BEHIND = re.compile(rf"^([\u3400-\u9fff]{{2,3}})(?:{_TITLE.pattern})$")


def split_names(value: str) -> list[str]:
    """The names after a credit's label. Padding inside two-character names is removed, and codes stay with their name."""
    text = _PEN_BEHIND.sub("", _UNIT_BEHIND.sub("", value).strip(" 　:：|｜丨/[]【】()（）"))
    for pattern in (_CUT, NEXT_LABEL):
        text = pattern.split(text, maxsplit=1)[0]
    text = _CAMERA_BEHIND.sub("", _FROM_PLACES.sub("", text))
    found: list[str] = []
    latin = re.fullmatch(r"\s*([A-Za-z][A-Za-z.\-']{0,20}(?: [A-Za-z][A-Za-z.\-']{0,20}){1,2})\s*", text)
    if latin:
        return [latin[1]]
    tokens = list(_tokens(text))
    for (piece, longest), following in zip_longest(tokens, tokens[1:], fillvalue=("", 0)):
        token = piece.strip("·▪•●.,，:：#＃*■□@＠ ")
        if duty := _DUTY.match(token.translate(SIMPLIFIED)):
            token = token[duty.end() :].strip()
        folded = token.translate(SIMPLIFIED)
        if (
            not token
            or _TITLE.fullmatch(folded)
            or (not found and following[0] and (_UNIT.search(folded) or (len(token) > 2 and OUTLET_END.search(folded))))
        ):
            continue
        token = _TITLE_BEHIND.sub(r"\1", token)
        is_outlet = bool(found) and len(token) > 3 and OUTLET_END.search(folded) is not None
        if _JUNK.match(folded) or not _NAME.match(token) or _is_label(folded) or _is_beside(token, folded) or is_outlet:
            break
        if found and len(token) > longest and not is_person(token):
            continue  # a button behind a blank, or whose reporter comes next: 张玉 复制链接, 张玉 清溪联盟·河口 李静
        if token not in found:
            found.append(token)
    if not found and (match := _TITLED.search(text.strip())):
        found.append(match[1])
    return found


def without_place(name: str) -> str | None:
    """A name without the place that is written on to it: 靳松龄里昂. None where no name is left."""
    bare = _TOWN.sub("", name)
    ends = (4, 2, 3) if len(bare) <= _LONGEST_HAN else (3, 2)  # most names of places have two characters
    return next((bare[:end] for end in ends if is_person(bare[:end])), None)


_LONGEST_HAN = 4
"""Characters of the longest name written in Chinese."""


def _tokens(text: str) -> Iterator[tuple[str, int]]:
    """The pieces of a list of names, with padding removed and codes joined to their names.

    With each, how many characters it may have without being known as a name: any number behind a mark of a list, four behind a
    blank, three in another element.
    """
    pieces: list[tuple[str, int]] = []
    text, end, longest = text.strip(), 0, _LONGEST_TOKEN
    for gap in (*_SPLIT.finditer(text), None):
        if token := text[end : gap.start() if gap else len(text)]:
            pieces.append((token, longest))
            if gap:
                longest = _LONGEST_TOKEN if _LISTED.search(gap[0]) else 3 if EDGE in gap[0] else 4
        end = gap.end() if gap else end
    tokens = [token for token, _ in pieces]
    at = 0
    while at < len(tokens):
        token, longest = pieces[at]
        following = tokens[at + 1] if at + 1 < len(tokens) else ""
        size = _padded_size(tokens, at)
        if size > 1:
            token = "".join(tokens[at : at + size])
        elif (_CODE.match(following) and HAN.match(token)) or (_CODE.match(token) and HAN.match(following)):
            token, size = f"{token} {following}", 2
        at += size
        yield token, longest


_LISTED = re.compile(r"[、，,;；/／&＆和]")
_LONGEST_TOKEN = 40


def _padded_size(tokens: list[str], at: int) -> int:
    """How many single characters from a place on are one padded name: 方 敏, 陈 一 鸣."""
    end = at
    while end < len(tokens) and len(tokens[end]) == 1 and HAN.match(tokens[end]):
        end += 1
    return 3 if end - at == 3 else min(max(end - at, 1), 2)


def _is_beside(token: str, folded: str) -> bool:
    """Whether a piece is a town alone, or the word for reporting that follows one: 張偉 / 台北 報導, 張偉 台北報導; or says what
    somebody is: 张伟，清溪大学教授."""
    if len(token) > _LONGEST_HAN and _TITLE.search(folded[-3:]):
        return True
    return token in _TOWNS or (_PLACE.search if len(token) > 3 else _PLACE.fullmatch)(folded) is not None


def _is_label(folded: str) -> bool:
    """Whether a piece in simplified writing is a label, or a filler where a name is missing."""
    return folded in NO_NAME or folded in LABELS or LABEL.fullmatch(folded) is not None
