"""Drops lines of a text that belong to the page, not the article: bylines, times, share buttons, calls to subscribe."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pipelines.extraction.body.appeals import cut_appeals
from pipelines.extraction.body.closing_lines import cut_closing_lines
from pipelines.extraction.body.link_lines import LinkLines, cut_link_lines
from pipelines.extraction.credits.names import MAIL
from pipelines.extraction.credits.signatures import find_reporters
from pipelines.extraction.dates.printed import opens_with_date_word
from pipelines.extraction.text.byline_words import FAR_OPENING, OPENING
from pipelines.extraction.text.date_parser import find_stamps
from pipelines.extraction.text.end_markers import is_stop
from pipelines.extraction.text.titles import plain
from pipelines.extraction.text.word_lists import words

_PROMPT = re.compile(
    r"^\W{0,6}(?:advertisement|advertising|anzeige|werbung|publicité|publicidad|pubblicità|reklama|реклама|广告"
    r"|廣告|sponsored|story continues below|article continues below|continue reading|scroll to continue"
    r"|(?:click|tap) here\b|read more:|read (?:also|more)\b|also read|see also:|related:|more:|watch:|listen:"
    r"|lesen sie (?:auch|dazu|mehr)|(?:sehen sie|siehe) auch:|lies auch"
    r"|mehr dazu|mehr zum thema|lire aussi|à lire (?:aussi|également)|lea"
    r" también|lee también|te puede interesar"
    r"|leggi anche|leia também|leia mais|lees ook|les også|läs också|läs även|læs også|lue myös|czytaj (?:też"
    r"|także|również)|zobacz (?:też|także|również)|читайте также|читать также|также по теме|okumaya devam|ayrıca"
    r" oku|baca juga|xem thêm|अधिक पढ़ें|ये भी पढ़ें|यह भी पढ़ें|(?:इसे|यह|ये) भी (?:पढ़ें|देखें)|اقرأ أيضا"
    r"|بیشتر بخوانید|شاهد أيضا"
    r"|you (?:may|might) also (?:like|be interested)|don['’]t miss:|must[- ]read:|recommended(?: (?:stories|reading))?:"
    r"|in pictures:|auch interessant|das könnte (?:sie|dich|euch|ihnen) auch|passend dazu:|weiterlesen:|siehe dazu|mehr lesen:"
    r"|sur le même (?:sujet|thème)|à (?:voir|écouter|découvrir) aussi|lire (?:également|plus\s?:)|(?:voir|découvrir) aussi\b"
    r"|(?:ver|vea|mira|lee|leer) (?:también\b|además\b|más(?::|$))|también puedes leer"
    r"|más información:|(?:noticia|nota)s? relacionadas?"
    r"|(?:veja|confira|assista) também|saiba mais|notícias? relacionadas?"
    r"|leggi pure|guarda anche|approfondi(?:sci|mento):|(?:zie|bekijk) ook|meer (?:lezen|over dit):"
    r"|l[äæe]s mere?:|se (?:også|även|också)(?::|$)|katso myös|przeczytaj (?:też|także|również)|(?:polecamy|czytaj więcej):"
    r"|(?:přečtěte si|čtěte) (?:také|i|více|dále)|prečítajte si (?:aj|tiež)|(?:citește|citiți|vezi) și\b"
    r"|olvass(?:a|on|uk)? (?:el|tovább)|ez is érdekelheti|διαβάστε (?:επίσης|ακόμα|ακόμη|περισσότερα)"
    r"|(?:прочетете|вижте) (?:още|също)|читайте (?:ще|ещё|еще|також)\b"
    r"|(?:pročitajte|pogledajte|čitajte) (?:i|još|takođe|također)\b|ilgili haber|bakınız:|(?:lihat|simak) juga\b|đọc thêm"
    r"|อ่าน(?:เพิ่มเติม|ข่าวที่เกี่ยวข้อง)|আরও পড়ুন|קראו (?:גם|עוד)|관련\s?기사|함께 (?:보기|읽기)|(?:関連|あわせて"
    r"|合わせて)(?:記事|読みたい)"
    r"|(?:相关|推荐|延伸|拓展)(?:阅读|报道|新闻)|(?:相關|推薦|延伸)(?:閱讀|報導|新聞)"
    r"|read next:|get in touch with our|for more stories like this|do you have a story|got a (?:news )?(?:story|tip)"
    r"|contribute as little as|we independently (?:select|review)|copyright\s?(?:©|\(c\))|[ⓒ☞]"
    r"|(?:all rights reserved|alle rechte vorbehalten|tous droits réservés|todos los derechos reservados"
    r"|todos os direitos reservados|tutti i diritti riservati|все права защищены)\W{0,3}$"
    r"|sign up (?:for|to|here|now)|subscribe (?:to|now|here|for)|by signing up|get (?:the|our) (?:latest|best"
    r"|daily)|follow (?:us|me|him|her)\b|like us on|join (?:us|our)|download (?:the|our) app|enter your email"
    r"|newsletter\b|abonnieren sie|jetzt abonnieren|inscrivez-vous|suscríbete|iscriviti"
    r"|share (?:this|on|via)\b|share$|(?:artikel |beitrag )?teilen$|partager (?:l['’]article|cet article)$"
    r"|view (?:all )?comments$|tweet$|back to top$|nach oben$|haut de page$"
    r"|réagir$|kommentieren$|jetzt anmelden$|impressum$|pour aller plus loin$|weitere informationen$"
    r"|temas relacionados$|live tv$|don['’]t miss$"
    r"|listen to this (?:article|story)|article continues (?:after|below)|diesen artikel (?:drucken|teilen|vorlesen)"
    r"|\d{1,2}[ -]min(?:ute)?s? read$|lesezeit\s?:|(?:file (?:photo|image|pic)|symbol(?:bild|foto)|archiv(?:bild"
    r"|foto)|getty images"
    r"|photo d['’](?:archives?|illustration)|(?:foto|imagen) de archivo|foto d['’]archivio|foto de arquivo)\W*$"
    r"|partager$|compartir$|condividi$|print$|drucken$|copy link|copied"
    r"|email$|whatsapp$|facebook$|twitter$|x$|telegram$|(?-i:END|The End)\W{0,4}$|add to (?:favorites|your saved)|save$"
    r"|this advertisement has not loaded|we apologize, but this video|try refreshing your browser|play video|play"
    r" audio|mute$|video:?$|loading\b|your browser does not support|javascript (?:is|must)"
    r"|この記事を|シェアする|ツイート|ブックマーク|フォローする|続きを読む|有料会員|会員限定|無料で|저작권"
    r"|무단\s?전재|기사제보|구독|좋아요|공유)", re.I,
)  # fmt: skip
_CHINESE_PROMPT = re.compile(
    r"^\W{0,6}(?:分享(?:到|至)?[:：]?|微信扫|扫码|扫一扫|打印|关闭窗口|纠错|【?纠错】?|收藏$|举报$|关注$|点赞|字号|字体"
    r"|阅读全文|展开全文|点击(?:查看|阅读|进入|关注)|查看更多|更多(?:精彩|内容)|编辑推荐"
    r"|本文(?:来自|转自|转载自|系转载|经授权|仅代表)|(?:以上)?(?:内容|文章)(?:仅代表|为)|声明[:：]|免责声明"
    r"|版权(?:声明|所有|归)|(?:[^。]{2,24}(?:专稿|独家|原创|出品)[，,]?)?未经(?:授权|许可|书面)"
    r"|转载请(?:注明|联系)|(?:欢迎|敬请)关注|长按(?:二维码|识别)|来源[:：]|原标题[:：]|责任?编[辑]?[:：]"
    r"|原文(?:链接|地址)|特别声明|以上内容|notice: the content above|返回(?:首页|列表|顶部|搜狐)|下一页|上一页"
    r"|首页\s*[|｜]\s*上一页|加载更多|扫描?二维码|点击(?:下方|上方|链接|蓝字|右上角|图片)"
    r"|(?:本文|本稿|此文|以上)[为系].{1,20}(?:原创|独家)|投稿(?:邮箱|热线|方式|信箱)"
    r"|(?:新闻|爆料|报料|投诉|商务|联系|读者|服务|编辑部|采编|合作)(?:热线|电话|邮箱|合作|微信|QQ)[:：]"
    r"|欢迎.{0,8}(?:留言|评论|投稿|转发|分享|订阅|点赞)|[（(]?完[）)]$|打赏(?:作者|支持)?$|赞\s?[（(]?\d"
    r"|(?:如有|若有|如涉及?|如果?).{0,4}侵权.{0,12}(?:联系|删|告知)|(?:图片|图源|配图|题图|封面图?)(?:来源|来自|源自"
    r"|[:：]).{0,16}$"
    r"|[（(]?(?:图片|本文图片|配图|文中图片|题图|封面图?)(?:均?由|均?为|来自|来源|均?系).{1,20}$"
    r"|(?:资料图片?|示意图|网络配图|配图|视频截图|网页截图|图)[）)]?$|(?:下载|打开).{0,10}(?:APP|App|客户端).{0,10}$"
    r"|查看(?:全部|原文|更多|评论)|浏览(?:次数|量)?[:：]?\s?\d+$|阅读(?:次数|量|数)?[:：]?\s?\d+$"
    r"|(?:您(?:的|现在的)?|当前)位置|已有\s?\d+\s?人|登录后.{0,6}(?:评论|查看|阅读|发表|收藏)|微信(?:号|公众号)[:：]"
    r"|关注.{2,14}[，,].{0,6}(?:了解|获取|看)更多|[来上].{2,10}[，,]看更多|更多\s?[>»]+"
    r"|(?:详细|全文|更多|查看)[\]】]$|作者(?:单位|系|为|是|简介).{2,60}[）)]$"
    r")|^(?:#[^#\s]{1,20}#?\s?){1,8}$", re.I,
)  # fmt: skip
"""The same in Chinese, and what platforms add below a text: hotlines, counters, picture credits."""
_LONGEST_PROMPT = 120
_BULLETS = frozenset("*•►▶>»→☞■▪")
"""What stands before a link to another story within a text."""
_CONSENT_NOTICE = re.compile(
    r"^\W{0,4}(?:an dieser stelle (?:finden sie|befindet sich)|ich bin damit einverstanden, dass mir"
    r"|empfohlener (?:redaktioneller|externer) inhalt"
    r"|externer inhalt|mit (?:dem )?(?:klick|aktivierung).{0,60}(?:einverstanden|datenschutz)|ce contenu (?:externe|est bloqué)"
    r"|by (?:signing up|subscribing|clicking|submitting|entering|providing|registering)\b[^.]{0,100}\byou (?:agree"
    r"|confirm|consent"
    r"|acknowledge|accept|are agreeing)"
    r"|mit (?:der|ihrer|deiner) (?:anmeldung|registrierung|bestellung)\b.{0,60}(?:stimm|akzeptier|einverstanden|erklär)"
    r"|en (?:vous inscrivant|cliquant|soumettant)\b.{0,80}\bvous (?:acceptez|consentez)"
    r"|al (?:suscribirte|registrarte|inscribirte|hacer clic)\b.{0,80}\b(?:aceptas|acepta)"
    r"|pour afficher ce contenu|para ver este contenido|this (?:content|video) is (?:hosted|provided) by|to view this content"
    r")", re.I,
)  # fmt: skip
"""What is shown instead of an embedded post until the reader consents, and below a sign-up form."""
_LONGEST_CONSENT = 500
_PHOTO_CREDIT = re.compile(
    r"^\W{0,3}(?:image|titelbild|beitragsbild|coverbild|(?:featured|header|cover) (?:image|photo)"
    r"|photo(?:graph)?|picture|foto|bild|bildquelle|fotó|photo credit|credit|crédit(?: photo)?"
    r"|immagine|imagem|quelle|fotograf|getty images|reuters|ap photo)s?\s?(?:by|von|de|di|:|/|\||©)\s?\S.{0,80}$"
    r"|^©.{0,80}$",
    re.I,
)
_BY_WORDS = words(
    "by von vonunserem par di por door av af od text tekst автор από oleh de 记者 作者 文 reporting writtenby storyby"
)
_SUFFIXES = ("기자", "특파원", "記者", "记者")
_LONGEST_STRAY = 220
_GALLERY_COUNTER = re.compile(r"(\d{1,3})\s?/\s?(\d{1,3})")
_FRACTIONS = frozenset(("1/2", "1/3", "2/3", "1/4", "3/4", "1/8"))
_LONGEST_COUNTER = 9
"""Characters of a gallery's counter: "3 / 12"."""
_LABEL_END = re.compile(r"[:：]$|\s(?:am|on|le|el|il|op|em|på|den|la|at|pada|lúc|dne)$", re.I)
"""The end of a label whose time stood in an element that was dropped: "Veröffentlicht am"."""
_LONGEST_LABEL = 40
_MAX_BESIDE_NAMES = 16
"""Letters that a line may have besides authors and time: a weekday, a role, "Uhr"."""
_MAX_SHARE_AFTER_STOP = 0.15
"""Share of a text below which what follows a stop is cut. Above it, the stop is a heading of the text."""
_MAX_LENGTH_AFTER_STOP, _MIN_SHARE_BEFORE_STOP = 600, 0.65
"""In a short text: characters after the stop, where this share of the text stands above it."""
_MAX_BESIDE_TIME = 14
"""Characters besides each time up to which a line is only a time ("Stand: ... Uhr")."""


def drop_boilerplate_lines(
    lines: Iterable[str], other_fields: set[str], link_lines: LinkLines, authors: Iterable[str]
) -> list[str]:
    """A text's lines without boilerplate and adjacent repeats, cut where the page's own endings begin.

    `other_fields` are lines that belong to other fields, as plain text; `authors` are the article's.
    """
    names = [name for name in authors if len(name) > 2 or (len(name) == 2 and not name.isascii())]
    keys = {*map(plain, (*names, "".join(names)))}
    bylines = {word + key for word in ("", *_BY_WORDS) for key in keys} | {
        key + word for word in _SUFFIXES for key in keys
    }
    kept: list[str] = []
    is_prompt = False
    for line in lines:
        bare = line.removeprefix("- ")
        if is_prompt and " " in bare and plain(bare) in link_lines.links:
            continue
        is_prompt = len(bare) <= _LONGEST_PROMPT and _is_prompt(bare)
        if (
            is_prompt
            or _is_boilerplate(bare, other_fields, bylines)
            or _is_byline(bare, names)
            or (kept and kept[-1] == line)
        ):
            continue
        if bare[0] in _BULLETS and plain(bare) in link_lines.links:
            continue
        kept.append(line)
    return _without_end(kept, link_lines, names)


def _is_prompt(line: str) -> bool:
    """Whether a line asks the reader to go on elsewhere or to press a button."""
    return _PROMPT.match(line) is not None or (not line.isascii() and _CHINESE_PROMPT.match(line) is not None)


def _is_boilerplate(line: str, other_fields: set[str], bylines: set[str]) -> bool:
    if len(line) <= _LONGEST_CONSENT and _CONSENT_NOTICE.match(line):
        return True
    if len(line) > _LONGEST_STRAY or "|" in (line[0], line[-1]):
        return False  # the rows of a table are dates and numbers
    if len(line) <= _LONGEST_COUNTER and line not in _FRACTIONS:
        counter = _GALLERY_COUNTER.fullmatch(line)
        if counter and int(counter[2]) > 1:
            return True
    key = plain(line)
    if not key or key in other_fields or key in bylines:
        return True
    if len(line) <= _LONGEST_PROMPT and _PHOTO_CREDIT.match(line):
        return True
    if len(line) <= _LONGEST_LABEL and _LABEL_END.search(line) and opens_with_date_word(line):
        return True
    if len(line) <= 60 and any(char.isdigit() for char in line):
        stamps = find_stamps(line)
        if stamps and len(line) - sum(stamp.end - stamp.start for stamp in stamps) <= _MAX_BESIDE_TIME * len(stamps):
            return True
    return False


def _is_byline(line: str, names: list[str]) -> bool:
    """Whether a line is the authors' names with no more than a word for them or a time."""
    if len(line) > 120 or not names:
        return False
    if len(line) <= _LONGEST_LABEL and (signed := find_reporters(line)) and set(signed) <= set(names):
        return True
    opened = OPENING.match(line) or FAR_OPENING.match(line)
    rest = MAIL.sub(" ", line[opened.end() :] if opened else line)
    for stamp in reversed(find_stamps(rest) if any(char.isdigit() for char in rest) else ()):
        rest = f"{rest[: stamp.start]} {rest[stamp.end :]}"
    key, size = plain(rest), len(rest)
    if not opened and size == len(line):
        return False
    for name in names:
        key = key.replace(plain(name), "")
    return len(key) <= _MAX_BESIDE_NAMES and len(plain(rest)) > len(key)


def _without_end(lines: list[str], link_lines: LinkLines, names: list[str]) -> list[str]:
    """Cut at a stop that little text follows, then appeals, closing lines and links to other stories."""
    total = sum(map(len, lines)) or 1
    most_in_short_text = min(_MAX_LENGTH_AFTER_STOP, (1 - _MIN_SHARE_BEFORE_STOP) * total)
    most_after = max(_MAX_SHARE_AFTER_STOP * total, most_in_short_text)
    length_above = 0
    for index, line in enumerate(lines):
        if index and total - length_above < most_after and is_stop(line.removeprefix("- ")):
            lines = lines[:index]
            break
        length_above += len(line)
    return cut_link_lines(cut_closing_lines(cut_appeals(lines), names), link_lines)
