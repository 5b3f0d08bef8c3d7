"""The labels of Chinese credits: 责任编辑, 校对, 作者, 来源 and the many that stand beside them, as patterns."""

from __future__ import annotations

import re

_EDITOR = (
    "责任编辑|责任编缉|核稿编辑|值班编辑|执行编辑|本文编辑|本期编辑|文字编辑|网络编辑|栏目编辑|编辑|责编|网编|编审|编校"
)
_PROOF = "责任校对|校对|审校|校审|审读|审核校对"
_AUTHOR = (
    "文字记者|见习记者|实习记者|首席记者|特约记者|本报记者|本刊记者|本网记者|记者|本报通讯员|通讯员"
    "|特约通讯员|通讯作者|文章作者|本文作者|作者|撰文|撰稿人|撰稿|采写|采访|执笔|文字|文图|图文|文/图|图/文|文、图|图、文|文|作　者"
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
_HOUSE = r"[\u4e00-\u9fff·+A-Za-z0-9]{0,8}?(?:新闻|网|报|台|社|刊|端|经|视|讯|都|融媒|财经|\+)"
"""An outlet before its people's label: 每经记者, 界面新闻编辑, 总台记者."""


def _padded(labels: str) -> str:
    """Labels as a pattern; each may have blanks between its characters. Longest first."""
    words = sorted(set(labels.split("|")), key=len, reverse=True)
    return "|".join(r"[ \u3000]{0,3}".join(word) for word in words)


_KINDS = (("other", _OTHER), ("editors", _EDITOR), ("proofreaders", _PROOF), ("source", _SOURCE), ("authors", _AUTHOR))
LABEL = re.compile(
    r"(?<![\u4e00-\u9fff·+A-Za-z0-9])(?:"
    + "|".join(f"(?P<{kind}>{_padded(labels)})" for kind, labels in _KINDS)
    + rf"|{_HOUSE}(?:(?P<editors_>编辑)|(?P<authors_>(?:首席|见习|实习|特约|全媒体)?记者)))"
    r"(?=[^\u4e00-\u9fff]|$)[ \u3000\u2003]{0,3}(?P<sep>[:：/／|｜丨︱】\]]|$|(?=[ \u3000\u2003]))"
)
LABELS = frozenset("|".join(labels for _, labels in _KINDS).split("|"))
GLUED = re.compile(
    r"(?:^|[\s\]】)）|｜/，。])(?:"
    + "|".join(f"(?P<{kind}>{_padded(labels)})" for kind, labels in _KINDS)
    + r")[ \u3000]{0,3}[:：]"
)
PRODUCTION = re.compile(
    r"[【\[（(]?(?:监制|总监制|制片人?|出品人?|主编|总编辑|总编|栏目主编|策划|总策划|统筹|审核|审签|终审|初审|复审|[一二三]审|签发"
    r"|(?:图片|视频|摄影|美术|视觉|新媒体|流程|版面)编辑|美编|供稿|供图|图片|图|题图|制图|配图|摄影|摄像|剪辑|设计|文案|排版|版式|运营|主播|配音|实习生"
    r"|(?:图片|数据|封面|题图|视频|音频|配图)来源|值班(?:编委|主任|主编|总编)|编委|校稿"
    r"|责任印制)[】\]）)]?[ \u3000]{0,3}[:：/／|｜丨︱】]"
)
"""Who else had a hand in it: a line that begins so is no text, whoever it names."""
_FIRST_OF_PAIR = re.compile(r"(?<![\u4e00-\u9fff])(?![大中小])[\u4e00-\u9fff][ \u3000]{1,3}$")


def labels_in(folded: str) -> list[re.Match[str]]:
    """The labels of a line in simplified writing, in order."""
    marks = [mark for mark in LABEL.finditer(folded) if not _is_padded_name(mark, folded)]
    return marks or list(GLUED.finditer(folded))


def kind_of(mark: re.Match[str]) -> str:
    """What a label credits: authors, editors, proofreaders, source or other."""
    return next(kind.rstrip("_") for kind, text in mark.groupdict().items() if text and kind != "sep")


def _is_padded_name(mark: re.Match[str], folded: str) -> bool:
    """Whether a label of one character is the second of a name: 郑　文 / 于娜平, 张 文."""
    label = mark[0].rstrip(f"{mark['sep']} \u3000\u2003")
    return len(label) == 1 and (not mark["sep"] or _FIRST_OF_PAIR.search(folded[: mark.start()]) is not None)
