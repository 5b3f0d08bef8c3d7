"""Lines that lead to other stories, language by language, and sentences that begin like them."""

from __future__ import annotations

import pytest

from pipelines.extraction.body.boilerplate_lines import drop_boilerplate_lines
from pipelines.extraction.body.link_lines import LinkLines

STORY = "The ferry to Sandholm sails again from Monday, the harbour office said."
OTHER = "The old piles of Sandholm were driven in 1931"
LINKED = LinkLines(
    frozenset(("theoldpilesofsandholmweredrivenin1931", "wwwferryexample")), frozenset(("relatedinformation",))
)

CALLS = (
    "You may also like: The old piles", "Don't miss: The old piles", "Read also: The old piles",
    "Lesen Sie auch: Die alten Pfähle",
    "Auch interessant", "Passend dazu: Die alten Pfähle", "Sur le même sujet", "Lire également : Les vieux pieux",
    "À voir aussi",
    "Lea también", "Más información: Los viejos pilotes", "Noticia relacionada", "Veja também: As estacas velhas", "Saiba mais",
    "Leggi pure: I vecchi pali", "Guarda anche", "Lees ook", "Bekijk ook", "Læs mere: De gamle pæle",
    "Läs mer: De gamla pålarna",
    "Se også: De gamle pælene", "Katso myös:", "Czytaj też: Stare pale", "Przeczytaj również", "Přečtěte si také",
    "Prečítajte si aj",
    "Citește și: Pilonii vechi", "Vezi și", "Olvassa el", "Διαβάστε επίσης:", "Вижте още:", "Читайте также", "Читайте ще",
    "Pročitajte još", "İlgili haber", "Baca juga: Tiang lama", "Simak juga", "Đọc thêm", "อ่านเพิ่มเติม", "আরও পড়ুন",
    "קראו גם",
    "इसे भी पढ़ें", "شاهد أيضا", "관련기사", "関連記事", "相关阅读", "延伸閱讀",
)  # fmt: skip

SENTENCES = (
    "You may take the ferry from Monday.", "Se också till att biljetten är köpt i förväg.",
    "Ver más allá del puerto no era fácil.",
    "Lire plus de dix livres par hiver est courant sur l'île.", "Recommended speed in the sound is six knots.",
    "Must we row again?", "Mehr Schiffe fahren im Sommer.",
)  # fmt: skip


@pytest.mark.parametrize("call", CALLS)
def test_a_call_to_read_on_is_no_text(call: str) -> None:
    assert drop_boilerplate_lines([STORY, call, STORY + " "], set(), LinkLines(), ()) == [STORY, STORY + " "]


@pytest.mark.parametrize("sentence", SENTENCES)
def test_a_sentence_that_begins_alike_stays(sentence: str) -> None:
    assert drop_boilerplate_lines([STORY, sentence, STORY + " "], set(), LinkLines(), ()) == [
        STORY,
        sentence,
        STORY + " ",
    ]


def test_links_below_a_call_go_with_it() -> None:
    lines = [STORY, "Read more:", OTHER, STORY + " "]
    assert drop_boilerplate_lines(lines, set(), LINKED, ()) == [STORY, STORY + " "]
    assert drop_boilerplate_lines([STORY, OTHER, STORY + " "], set(), LINKED, ()) == [STORY, OTHER, STORY + " "]


def test_links_that_end_a_text_go_with_the_words_over_them() -> None:
    assert drop_boilerplate_lines([STORY, STORY + " ", "On the same", OTHER], set(), LINKED, ()) == [STORY, STORY + " "]
    assert drop_boilerplate_lines([STORY, STORY + " ", OTHER], set(), LINKED, ()) == [STORY, STORY + " "]


def test_few_points_of_a_list_that_end_a_text_stay() -> None:
    lines = [STORY, "What to read before the journey:", f"- {OTHER}"]
    assert drop_boilerplate_lines(lines, set(), LINKED, ()) == lines


def test_an_address_that_ends_a_text_stays() -> None:
    lines = [STORY, "The timetable is found at", "www.ferry.example"]
    assert drop_boilerplate_lines(lines, set(), LINKED, ()) == lines


def test_words_over_links_that_are_gone_go_as_well() -> None:
    assert drop_boilerplate_lines([STORY, STORY + " ", "Related information"], set(), LINKED, ()) == [
        STORY,
        STORY + " ",
    ]


@pytest.mark.parametrize(
    "line",
    [
        "扫描二维码下载客户端", "长按识别二维码关注", "点击下方卡片关注", "本文为清溪网原创内容，未经授权不得转载",
        "投稿邮箱：a@news.example",
        "新闻热线：0579-8765432", "欢迎在评论区留言", "—END—", "（完）", "打赏", "赞(3)", "如有侵权请联系删除",
        "图片来源网络，侵权删", "图源：网络",
        "（图片由受访者提供）", "▲资料图", "打开APP阅读全文", "查看全部", "浏览次数：123",
        "您的位置：首页 > 新闻 > 正文", "已有0人参与",
        "登录后才可以发表评论", "微信号：qingxi", "关注清溪发布，了解更多", "更多>>", "[详细]",
        "（作者单位：清溪大学）", "#阅读 #图书馆",
    ],
)  # fmt: skip
def test_what_a_platform_writes_under_a_text_is_no_text(line: str) -> None:
    story = "开往沙岛的渡轮周一起恢复通航，港务处说。"
    assert drop_boilerplate_lines([story, line], set(), LinkLines(), ()) == [story]


@pytest.mark.parametrize(
    "sentence",
    [
        "新闻热线接到市民反映，码头的灯坏了。", "如何认定侵权？法官这样说。", "登录后，系统会请用户选择码头。",
        "下载APP的人越来越多，渡轮公司说，票卖得快。",
        "打赏不是捐款。", "赞成的人占多数。", "查看潮汐表是船长每天的第一件事。", "图书馆周六重新开放。",
        "完工后渡轮将每小时一班。",
    ],
)  # fmt: skip
def test_a_chinese_sentence_that_begins_alike_stays(sentence: str) -> None:
    story = "开往沙岛的渡轮周一起恢复通航，港务处说。"
    assert drop_boilerplate_lines([story, sentence], set(), LinkLines(), ()) == [story, sentence]
