"""Signatures in the text itself: in Korean and Japanese before the word for a reporter, in its head, in brackets at its end; in
scripts with capitals before or behind the town that the text begins with."""

from __future__ import annotations

import re

from pipelines.extraction.credits.byline_places import set_together
from pipelines.extraction.credits.names.persons import is_full_name
from pipelines.extraction.languages.loader import any_of, words_of
from pipelines.extraction.page.layout import Layout
from pipelines.extraction.text.byline_words import BylineWords

_NAME = r"[\uac00-\ud7af]{2,4}"
_PICTURES = "|".join(any_of(words_of("next_credit", code), spaces=False) for code in ("ja", "ko"))
_OF_PICTURE = re.compile(rf"(?:^/?|[(\[（【▲|])\s?(?:{_PICTURES})\s?[=:：＝/]?\s?$")
"""사진=김민수 기자: whose the picture is. With 글·사진 김민수 기자 the text is the same person's."""
_KOREAN = re.compile(
    rf"(?<![\uac00-\ud7af])(?P<names>{_NAME}(?:\s?[·,ㆍ]\s?{_NAME}){{0,4}})\s?(?:선임|인턴|객원|전문|수석|시민|명예|수습|대"
    r"|[\uac00-\ud7af]{2,6}(?:뉴스|팀|부))?"
    r"\s?(?:기자|특파원|논설위원|에디터)(?![\uac00-\ud7af])"
)
_KANJI = r"(?:[\u3400-\u9fff]{1,3}[ \u3000][\u3400-\u9fff]{1,3}|[\u3400-\u9fff][\u3040-\u309f\u3400-\u9fff]{1,4})"
_JAPANESE = re.compile(
    rf"^(?P<names>{_KANJI}(?:\s?[・、]\s?{_KANJI}){{0,4}})\s?(?:記者|特派員)(?:$|[\s（(])|(?P<name>[\u3400-\u9fff]{{2,5}})\s?(?:記者|特派員)"
)
_OFFICE = re.compile(
    r"(?:부|팀|국|취재|연예|사회|정치|경제|전문|인턴|선임|객원|수습|시민|部|社会|政治|経済|本紙|本誌)$"
)
"""What stands before the word for a reporter and is a desk."""
_LEAD = re.compile(
    rf"^[(\[【（]\s?[^()\[\]【】（）]{{1,24}}[)\]】）]\s?(?P<names>{_NAME}(?:(?:[·,ㆍ]\s?|\s){_NAME}){{0,4}})\s?(?:선임|인턴|객원)?(?:기자|특파원)\s?[=|｜ㅣ]"
)
_LEAD_IN = re.compile(
    rf"^[(\[【（][^()\[\]【】（）]{{1,16}}[\s=](?P<names>{_NAME}(?:[·,ㆍ]\s?{_NAME}){{0,4}})\s?(?:기자|특파원)[)\]】）]"
)
_PLACED = re.compile(
    rf"^(?!(?:{_PICTURES}))[\uac00-\ud7af]{{2,5}}\s?[=/]\s?(?P<names>{_NAME}(?:[·,ㆍ]\s?{_NAME}){{0,4}})(?:\s?(?:기자|특파원)(?![\uac00-\ud7af])|$)"
)
"""대전=박서영 at the head of the text or below it."""
_BROADCAST = re.compile(rf"(?:뉴스|[A-Z]{{2,6}})\s(?P<name>{_NAME})(?:입니다|이었습니다|였습니다)\.?$")
"""KBS 뉴스 김민수입니다.: how a broadcaster's report ends."""
_SIGN_OFF = 30
_LAST = 5
"""Lines at the end of the text among which one in brackets signs it; what a paper offers may follow."""
_FIRST = 3
"""Paragraphs among which the lead is that names the reporter."""
_JAPANESE_LEAD = re.compile(
    rf"^[【（(]\s?[\u3040-\u30ff\u3400-\u9fffー・]{{1,12}}[＝=]\s?(?P<names>{_KANJI}(?:[、・]{_KANJI}){{0,3}})[】）)]"
)
"""【北京＝山田太郎】 at the head of the text or on a line of its own above it."""
_BRACKET = re.compile(
    r"[(（【](?:[\u4e00-\u9fff]{1,6}(?:総局|支局|支社|本社|通信部)[・＝=])?(?P<names>[\u4e00-\u9fff][\u3040-\u30ff\u4e00-\u9fff々]{1,3}[\s\u3000]?[\u3040-\u30ff\u4e00-\u9fff々]{1,4})[)）】]$"
)
_NO_NAME = re.compile(
    r"概要|会社|問い?合|本件|詳細|日程|背景|敬称|通信|共同|時事|写真|提供|随時|掲載|終わ|続く|完$|当時|税|談$|編集|関連|記事|おわ|つづ|本紙|日現在|以上|参照|画像|新聞|電子|有料|会員|動画|さん$|氏$|くん$|ちゃん$"
)


def find_reporters(text: str) -> list[str]:
    """The names before the word for a reporter, near the beginning of a line."""
    if text.isascii():
        return []
    for pattern in (_KOREAN, _JAPANESE):
        for match in pattern.finditer(text):
            one = match.groupdict().get("name")
            names = [one] if one else re.split(r"\s?[·,ㆍ・、]\s?", match["names"])
            if not _OFFICE.search(names[0]) and not _OF_PICTURE.search(text[: match.start()]):
                return names
    return []


def read_signature(layout: Layout, words: BylineWords) -> list[str]:
    """The names that sign the text itself: (서울=…) 김민수 기자 =, 김민수 기자 kim@…, （山田太郎）, "Anna Rossi ROMA – …"."""
    if not layout.paragraphs:
        return []
    read = {"ko": _read_korean, "ja": _read_japanese}.get(words.language or "")
    return read(layout) if read else _read_dateline(layout, words)


def _read_dateline(layout: Layout, words: BylineWords) -> list[str]:
    """A name beside the town in capitals that the text begins with: "Ana Gil / MADRID.- …", "ROMA – di Anna Rossi – …"."""
    text = layout.paragraphs[0].spaced
    pieces = [piece.strip() for piece in _DIVIDER.split(text[:_LONGEST_DATELINE])]
    if len(pieces) < 2 or not _DASH.search(text[:_LONGEST_DATELINE]):
        return []
    first, second = (words.opening.sub("", piece) for piece in pieces[:2])
    named = second.partition(". ")[0]
    before, _, town = first.rpartition(" ")
    if _is_town(town) and is_full_name(before, words.language):
        name = before
    elif _is_town(second) and is_full_name(first, words.language):
        name = first
    elif _is_town(pieces[0]) and second != pieces[1] and is_full_name(named, words.language):
        name = named
    else:
        return []
    return (
        []
        if name.isupper() or sum(line.spaced.count(name) for line in layout.inside) > 1
        else set_together(name, words.language)
    )


_DIVIDER = re.compile(r"\s?[/|]\s?|\s[-–—]{1,2}\s|,\s|[.,)]{0,2}\s?[-–—]{1,2}\s|\s?[()]\s?")
_DASH = re.compile(r"[\s.,)][-–—]{1,2}\s")
_LONGEST_DATELINE = 90


def _is_town(text: str) -> bool:
    """Whether a text may be a town in capitals, and no abbreviation."""
    return 4 <= len(text) <= 25 and text.isupper() and text.replace(" ", "").isalpha()


def _read_korean(layout: Layout) -> list[str]:
    for line in layout.paragraphs[:_FIRST]:  # a caption or a standfirst may come before the lead
        head = line.text[:90]
        if match := _LEAD.match(head) or _LEAD_IN.match(head) or _PLACED.match(head):
            return re.split(r"[·,ㆍ]\s?|\s", match["names"])
    for line in (*layout.inside[-1:], *layout.tail[:1]):
        if match := _BROADCAST.search(line.text[-_SIGN_OFF:]):
            return [match["name"]]
    for line in (*layout.tail[:4], *layout.inside[-2:]):
        if len(line.text) < 60 and (names := find_reporters(line.text)):
            return names
        if match := _PLACED.match(line.text[:_SIGN_OFF]):
            return re.split(r"[·,ㆍ]\s?", match["names"])
    return []


def _read_japanese(layout: Layout) -> list[str]:
    below_headline = (line for line in layout.byline_lines if line.row > layout.headline_row)
    for line in (layout.paragraphs[0], *below_headline):
        if match := _JAPANESE_LEAD.match(line.text[:60]):
            return re.split(r"[、・]", match["names"])
    bracketed = [line for line in layout.inside[-_LAST:] if line.text[0] in "(（【"]
    for line in (layout.paragraphs[-1], *layout.inside[-1:], *layout.tail[:3], *bracketed):
        match = _BRACKET.search(line.text[-20:])
        if match and not _NO_NAME.search(match["names"]):
            return [match["names"]]
    return []
