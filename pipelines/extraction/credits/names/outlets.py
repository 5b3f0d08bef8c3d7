"""Shared by the readers of Chinese credits: folding to simplified labels, disclaimers, names of outlets."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pipelines.extraction.languages.loader import any_of, phrases_of, words_of
from pipelines.extraction.page.document import Line
from pipelines.extraction.page.tree import class_pattern, is_called, with_ancestors

BLANKS = dict.fromkeys(map(ord, "\u00a0\u2002\u2009\u202f"), " ") | str.maketrans(
    "丨▕∕⁄［］〔〕〖〗", "｜｜／／【】【】【】"
)
SIMPLIFIED = BLANKS | str.maketrans(
    "責編輯記來訊對審員聞處轉載報導電據採寫撰攝圖發佈時間點擊閱讀瀏覽標題聲鐘駐實習約華國網聯專綜訪執筆總員號類複鏈連結評論"
    "獨別視頻製監統籌劃計譯簽終錄關鍵詞簡職業單觀讚贊訂購詳頁開閉欄團隊學財經臺們請續無為與雜誌傳體線熱門內際會娛樂遊兩軍產歷區權創資緊獎賬蹤從歸屬貼繼鎖組"
    "薦獲歡絲滿歲飲車殺決問場詢菸煙愛後聽語討於覺設話數長師頭該謝郵當參項縣館級書擬",
    "责编辑记来讯对审员闻处转载报导电据采写撰摄图发布时间点击阅读浏览标题声钟驻实习约华国网联专综访执笔总员号类复链连结评论"
    "独别视频制监统筹划计译签终录关键词简职业单观赞赞订购详页开闭栏团队学财经台们请续无为与杂志传体线热门内际会娱乐游两军产历区权创资紧奖账踪从归属贴继锁组"
    "荐获欢丝满岁饮车杀决问场询烟烟爱后听语讨于觉设话数长师头该谢邮当参项县馆级书拟",
)
"""The characters of labels in traditional writing; text written either way is matched in one. Lengths stay, so places fit both."""
NEXT_LABEL = re.compile(r"[\s　|｜/、，,]([\u4e00-\u9fff]{2,8})\s{0,3}[:：]")
"""A word with a colon after the names: the label of what comes next, whatever it is."""
DISCLAIMER = re.compile(phrases_of("disclaimer", "zh"))
"""What a site says of its pages at large, `凡注明“来源：…”的作品，均转载自其他媒体`: it credits nobody."""
NO_NAME = frozenset(words_of("no_name", "zh"))
_CAPTION_CLASS = class_pattern("chinese_caption")
_AFTER_OUTLET = re.compile(
    r"\s{1,}(?:[于於]\s{0,3})?(?=\d{4}[-－年/／.．])|\d{4}[-－年/／.．]\d|\s{2,}|[|｜丨]|[。；;]|\s?[□■●◎○◆▲]|\s\d{1,7}$|第\d{1,3}版|(?:\s(?=[\u4e00-\u9fff]{0,10}记者)|(?<=[报网社台刊])(?=[\u4e00-\u9fff]{0,3}记者))(?=[\u4e00-\u9fff]{0,10}记者(?:\s|[\u4e00-\u9fff]{2,4}(?:[\s、,，]|$)))"
    r"|\s(?=第?[A-Z]?\d{1,3}版|作者|编辑|责|字|分享|打印|阅读|发布|时间|日期|评论|记者|点击|浏览|我要|关注|举报|收藏|听新闻|A\s?[-－+＋])"
)
"""Where the name of an outlet ends and what else its line holds begins."""
PHOTO = re.compile(r"(?:摄|供图|摄影|(?<![、，,][\u3400-\u9fff])(?<![、，,][\u3400-\u9fff]{2})图)\s{0,2}[)）】]?$")
"""The end of a photographer's credit; 作者：张伟明、哈图 is a list of names."""
_ACCOUNT = re.compile(r"^(?:微信)?(?:公众号|公眾號|订阅号|訂閱號|视频号)[：:\s]?(?=[“「\"《])")
"""微信公众号“清溪读书”: what kind of account the name is."""
_ACCOUNT_BEHIND = re.compile(r"[”」](?:官方)?(?:微信)?(?:公众号|公眾號|订阅号|訂閱號|视频号)$")
OUTLET_END = re.compile(rf".(?:{any_of(words_of('outlet_ending', 'zh'), spaces=False)})$")
"""The end of an outlet's name, in simplified writing."""
EDGE = "\u2003"
"""Joins the parts of a line: a blank that no page uses, so the border of two elements can be told from a blank between names."""


def short_lines(lines: Iterable[Line]) -> list[Line]:
    """Lines too short to be prose."""
    return [line for line in lines if len(line.text) <= 90]


def is_caption(line: Line) -> bool:
    """Whether a line is a caption: a source named there is that of the picture."""
    boxes = (*(el for _, el in line.parts[:1]), *with_ancestors(line.block, 2))
    return any(el.tag in ("figure", "figcaption") or is_called(el, _CAPTION_CLASS) for el in boxes)


def as_written(match: re.Match[str], group: str, text: str) -> str:
    """The text of a match, found in simplified writing, in the page's own writing."""
    return text[match.start(group) : match.end(group)]


def clean_outlet_name(value: str) -> str | None:
    """The outlet's name in the text after its label; None where there is none."""
    text = value.strip(" 　\u2003:：|｜丨/／[]【】()（）《》“”\"'@©").split(EDGE)[0].strip(" 　:：")
    text = NEXT_LABEL.split(text, maxsplit=1)[0]
    if behind := _AFTER_OUTLET.search(text.translate(SIMPLIFIED)):
        text = text[: behind.start()]
    text = text.strip()
    text = re.split(r"[（(【\[](?!\w{1,20}[)）])", text)[0].strip(" 　:：,，、)）】]》")
    if account := _ACCOUNT.match(text):
        text = text[account.end() :].strip('“”「」"《》')
    text = _ACCOUNT_BEHIND.sub("", text)
    if text.count("《") > text.count("》"):
        text += "》"
    if not 2 <= len(text) <= 40 or re.fullmatch(r"[\W\d_]+", text) or (text in NO_NAME and text != "网络"):
        return None
    return text
