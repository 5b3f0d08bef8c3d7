"""Japanese names of people, told by their surname: the only mark that a name without a word beside it has."""

from __future__ import annotations

import re

from pipelines.extraction.text.word_lists import words

_SURNAMES = words(
    "佐藤 鈴木 高橋 田中 伊藤 渡辺 渡邊 渡邉 山本 中村 小林 加藤 吉田 山田 佐々木 山口 松本 井上"
    " 木村 斎藤 斉藤 齋藤 清水 山崎 阿部 池田 橋本 山下 石川 中島 中嶋 前田 藤田 後藤 小川 岡田 村上"
    " 長谷川 近藤 石井 坂本 遠藤 藤井 青木 福田 三浦 西村 藤原 太田 松田 中川 原田 中野 小野 田村"
    " 竹内 金子 和田 中山 石田 上田 森田 酒井 宮崎 柴田 横山 宮本 内田 高木 安藤 谷口 丸山 今井 高田"
    " 大野 藤本 小島 河野 村田 武田 上野 杉山 増田 小山 大塚 平野 菅原 久保 松井 岩崎 桜井 木下 松尾"
    " 野口 野村 菊地 菊池 佐野 大西 杉本 新井 浜田 市川 古川 水野 小松 島田 山内 西田 服部 荒木 川口"
    " 石原 土屋 樋口 永井 本田 岩田 吉川 秋山 中田 川崎 飯田 辻本 吉村 川上 熊谷 福島 大久保 西川"
    " 北村 五十嵐 川村 中西 田口 望月 関口 松岡 矢野 浅野 小池 黒田 片山 奥村 馬場 福井 福本 吉岡"
    " 荒井 須藤 早川 小田 千葉 岡本 松村 大島 安田 本間 永田 小沢 小澤 岡崎 堀江 土井 大谷 尾崎 栗原"
    " 菅野 松下 平田 大橋 石橋 内藤 広瀬 白石 三宅 東海林 宇野 岸本 伊東 星野 長尾 高野 木内 榎本"
    " 宮田 中井 稲垣 植田 久保田 児玉 根本 多田 篠原 柳沢 川島 今村 岡村 大川 滝沢 森本 森川 藤岡"
    " 藤川 西山 西尾 南雲 岩本 岩井 相沢 浅井 飯塚 石塚 板倉 稲葉 江口 大石 大森 岡野 奥田 笠原 梶原"
    " 金井 鎌田 神田 河合 川端 岸田 小泉 小森 坂口 坂井 佐久間 塩田 篠田 杉浦 関根 高山 高島 竹田"
    " 田辺 田島 谷川 塚本 堤 土田 徳永 富田 中尾 中沢 永野 成田 西岡 野田 野中 長田 橋口 畑中 浜口"
    " 林田 平井 平山 藤沢 古田 堀内 本多 前川 増井 町田 松永 三上 水谷 宮川 宮下 村井 村山 森下 八木"
    " 山岸 山根 横田 吉野 若林 鷲尾"
)
_GIVEN = re.compile(r"[\u3400-\u9fff々\u3041-\u3096\u30a1-\u30fa]{1,3}")
_NO_GIVEN = re.compile(
    r"[県府市区町村駅線部課局省庁会社店川山海湾港島橋空署校園院館寺城支店]$|新聞|放送|大学|高校|中学|原発|第[一二三]|電力|銀行|地方|県内|市内|東部|西部|南部|北部|記者|編集|支局|総局"
)


def is_japanese_person(text: str) -> bool:
    """Whether a text is a Japanese person's full name: a common surname and one to three characters more."""
    for size in (3, 2):
        surname, given = text[:size], text[size:].lstrip(" \u3000")
        if surname in _SURNAMES and 1 <= len(given) <= 3 and _GIVEN.fullmatch(given) and not _NO_GIVEN.search(given):
            return True
    return False
