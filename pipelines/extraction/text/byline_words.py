"""The words that open a printed byline, join its names, and end it, language by language. What follows is read by `printed`.

Three strengths. `OPENING` words are believed wherever they begin a short line by the headline. `GENRE` is the same after the name
of a kind of text ("Kolumne von", "Opinion by"), `WEAK` words are prepositions that begin other lines as well ("de", "του"): both
count only before what can be nothing but names. `ALONE` is a label on a line of its own, the names stand below it.

Words that may as well be part of a name ("von", "di", "e", "dan") apply in their own languages only: `byline_words`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

_BY = {
    "by": "en", "von": "de lb", "vom": "de", "par": "fr ca oc", "di": "it", "por": "es pt gl", "door": "nl", "av": "nb nn sv da",
    "af": "da is fo nb", "od": "hr sr bs sl mk cs sk", "deur": "af", "oleh": "id ms", "από": "el", "bởi": "vi", "nga": "sq",
    "autorstwa": "pl", "przez": "pl", "від": "uk", "yazan": "tr az",
}  # fmt: skip
_WEAK = {
    "de": "es pt fr ca gl ro", "da": "it pt", "del": "it", "du": "fr", "per": "ca", "pel": "ca", "του": "el", "της": "el",
    "от": "bg ru mk", "ад": "be", "од": "mk sr", "na": "sl", "ni": "sw", "gan": "cy", "ngu": "zu xh",
}  # fmt: skip
_AFTER_GENRE = {
    "by": "en", "von": "de", "par": "fr", "por": "es pt gl", "di": "it", "door": "nl", "van": "nl af", "av": "nb nn sv da",
    "af": "da",
}  # fmt: skip
_AND = {
    "and": "en", "und": "de", "et": "fr", "y": "es", "e": "it pt gl es",
    "en": "nl af", "och": "sv", "og": "da nb nn is fo", "ja": "fi et", "i": "ca hr sr bs pl",
    "a": "cs sk", "és": "hu", "ve": "tr az", "și": "ro", "şi": "ro", "si": "ro", "oraz": "pl", "и": "ru bg sr mk kk", "та": "uk",
    "і": "uk be", "й": "uk", "και": "el", "κι": "el", "dan": "id ms", "và": "vi", "और": "hi", "एवं": "hi", "व": "hi",
    "และ": "th", "ו": "he", "in": "sl", "un": "lv", "ir": "lt", "eta": "eu", "dhe": "sq",
}  # fmt: skip
"""Words with the languages in which they stand before a name or between two."""
_LANGUAGES = frozenset(" ".join(" ".join(table.values()) for table in (_BY, _WEAK, _AFTER_GENRE, _AND)).split())

_VERBS = (
    "written|posted|words|story|text|reported|report|published|analysis|opinion|created|authored|contributed|compiled|uploaded"
    "|submitted|article|column|commentary|essay|interview"
    "|gespeichert|geschrieben|verfasst|veröffentlicht|erstellt|publié|écrit|rédigé|escrito|publicado|redactado|scritto|pubblicato"
    "|(?:propos )?recueillis?"
    "|geschreven|geplaatst|skrevet|skriven|skrivet|redigido|postado|criado|elaborado|publicerad|publiceret|udgivet"
    "|publisert|napisane|opublikowane|dodane"
    "|ditulis|dipublikasikan|diposting|dilaporkan|viết|đăng"
)
_NOUNS = (
    "автор(?:ы|и|ка)? (?:статьи|текста|материала|статті|тексту|матеріалу)|haberi yazan|author of (?:the|this) (?:article|story)"
    "|(?:pubblicato|postato|scritto|redatto|inserito) da|(?:publicat|postat|redactat|scris) de|a cura di"
    "|автор|autor(?:in|ka)?|author|autore|autrice|auteur|szerző|írta|tekst|скрипт|kirjoittaja|yazar|penulis|pewarta"
    "|tác giả|пише|piše|napisal[ai]?|napsal[ai]?|napisał[a]?|autors|autorius|autorė|muallif|müəllif|idazlea"
    "|autorzy|autoři|autor[aei]s?|auteure?s|авторка|автори|авторы|szerzők"
    "|(?:материал )?подготовил[аи]?|(?:матеріал )?"
    "підготува(?:в|ла|ли)"
    "|vložil[a]?|dodał[a]?|opracował[a]?|oprac|opracowanie|συντάκτης|συντάκτρια|συντακτική ομάδα|közzétette|kirjoittanut|toimittaja"
    "|skribent|forfatter|författare|người viết|phóng viên|γράφει (?:ο|η)"
)
_LABELS = (
    "interview|gespräch|protokoll|entretien|entrevista|intervista|texte?|textos?|testo|testi|teksti|reporters?|reportage|reportagem|reportaje|journaliste?|journalist|haber"
    "|muhabir|laporan|szöveg"
    "|újságíró|κείμενο|ρεπορτάζ|pv|bài|корреспондент|журналист|журналистка|журналіст|журналістка|кореспондент|текст|rédaction|words"
    "|(?:te[kx]st|teksti|texte|texto|testo) (?:og|och|und|and|ja|et|y|e|&) (?:foto|fotos|photos?|bild|bilder|kuvat?)"
)
LABELLED = re.compile(rf"^\W{{0,4}}(?:{_NOUNS}|{_LABELS})\s?[:：]\s{{0,2}}", re.I)
"""Such a word as a label: what stands after it is all that is left, whatever field it was found in."""

_FAR = (
    "بقلم|كتب(?:ت|ه|ها)?|الكاتبة?|بواسطة|به قلم|نوشتهٔ?|گزارش از|מאת|द्वारा|เขียนโดย|โดย|ผู้เขียน|取材・文|聞き手・構成"
    r"|構成・聞き手|聞き手・文|聞き手|取材・構成|執筆者?|著者|筆者|ライター"
    r"|編集委員|投稿者|記者|글\s?[·・,]\s?사진|사진\s?[·・,]\s?글|글\s?[·・]\s?그림|글쓴이|작성자|기자명?(?!\s?소개)|취재|글"
)
_FAR_LABELS = (
    "إعداد|اعداد|تقرير|المؤلف|كتابة|نویسندگان|نویسنده|خبرنگار|گزارشگر|گزارش|تهیه و تنظیم|תקציר|כתבת?ה?|כות(?:בת|ב)|הכות(?:בת|ב)"
    "|लेखक|लेखिका|रिपोर्टर|रिपोर्ट|संवाददाता|เรื่อง|ผู้สื่อข่าว|文・写真|取材|文|লেখক|প্রতিবেদক"
)
FAR_OPENING = re.compile(
    rf"^\W{{0,4}}(?:(?:{_FAR})(?:\s{{0,2}}[:：=＝/／・·|–—-]|(?=\s|$))|(?:{_FAR_LABELS})\s{{0,2}}(?:[:：=＝/／・·|–—-]|(?=$)))\s{{0,2}}"
    r"(?=.{0,140}$)"
)
"""The same in scripts without capitals. Japanese and Korean need no blank after the mark."""

_GENRE = (
    r"^(?:(?:an?|the|this|ein|eine|un|une|una|uno|um|uma|et|en)\s)?(?:(?:[^\W\d_]{2,18}\s){1,3}?(?:{after})"
    r"|(?:articol|article|texte|texto|artículo|artigo|reportaj?e|reportagem|récit|analyse|chronique|tribune|billet"
    r"|crónica|columna|coluna"
    r"|servizio|testo|articolo|foto|texto y fotos|texte et photos"
    r"|entrevista|intervista|entretien|análisis|análise|opinión|opinião|comentario|commento|analisi|enquête|portrait) d[eai]"
    r"|(?:de|par) (?:notre|nos) (?:correspondante?s?|envoyée?s? spéciale?s?)(?:\s(?:à|en|au|aux)\s[^,]{2,20})?,?"
    r"|(?:dal|dalla|dai) nostr[oaie] (?:inviat[oaie]|corrispondent[ei])(?:\s(?:a|da|in)\s\S{2,20})?,?"
    r"|(?:de )?(?:nuestr[oa] )?(?:enviad[oa] especial|corresponsal)(?:\s(?:en|a)\s[^,]{2,20})?,?"
    r"|von unsere[mr] (?:korrespondent(?:in|en)|reporter(?:in)?)(?:\s(?:in|aus)\s\S{2,20})?,?)\s(?=\S)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class BylineWords:
    """The patterns of one language's bylines.

    opening, lead    a word that says by whom, at the beginning of a line (a name of a duty or of a text only as a label), of a text
    genre, weak      the weaker words, see above
    joint            what may stand between the last two names
    """

    opening: re.Pattern[str]
    lead: re.Pattern[str]
    genre: re.Pattern[str]
    weak: re.Pattern[str]
    joint: re.Pattern[str]


@lru_cache(maxsize=64)
def byline_words(language: str | None) -> BylineWords:
    """The words of a language and the English ones, which templates are left in; of all languages where it is not known."""
    spoken = {"en", language} if language in _LANGUAGES else _LANGUAGES

    def of(table: dict[str, str]) -> str:
        return "|".join(word for word, where in table.items() if not spoken.isdisjoint(where.split())) or r"(?!)"

    lead = (
        rf"^\W{{0,4}}(?:(?:{_LABELS})\s?[:：](?:\s|$)"
        rf"|(?:(?:{_VERBS})\s{{1,3}}){{0,2}}(?:{of(_BY)}|{_NOUNS})\b\s?[:：.|]?(?:\s|$))"
    )
    weak = rf"^(?:te[kx]ste?i?|texto|testo|γράφει (?:ο|η)|пише|kirjutas|parengė|foto e testo di|{of(_WEAK)})\s(?=\S)"
    return BylineWords(
        opening=re.compile(rf"{lead}(?=.{{0,140}}$)", re.I),
        lead=re.compile(rf"{lead}|^text\s", re.I),
        genre=re.compile(_GENRE.replace("{after}", of(_AFTER_GENRE)), re.I),
        weak=re.compile(weak, re.I),
        joint=re.compile(rf"\s({of(_AND)}|&|\+)\s", re.I),
    )


OF_ALL = byline_words(None)
OPENING = OF_ALL.opening
"""A word of any language that says by whom: for what is asked before the language is known."""
ALONE = re.compile(
    rf"^\W{{0,4}}(?:(?:(?:{_VERBS})\s{{1,3}}){{0,2}}(?:{'|'.join(_BY)}|{_NOUNS})|{_FAR}|{_FAR_LABELS}|{_LABELS}"
    r"|(?:(?:ein|eine|un|une|una|um|uma)\s)?(?:artikel|text|reportage|kommentar|gastbeitrag|beitrag|bericht|analyse) von"
    r"|(?:(?:un|une|una|um|uma)\s)?(?:articol|article|texte|texto|artículo|artigo|testo|articolo|servizio) d[ei]"
    r"|(?:author|autor|auteur|autore)\s?[(/](?:s|en|es|i|in)\)?"
    r"|(?:the\s)?authors?(?: of (?:the|this) (?:article|post|story))?|about the authors?|(?:contributing )?writers?"
    r"|über (?:den|die) autor(?:in|en|innen)?|autor(?:en|innen|es|as|i|zy|a)?|auteure?s?|(?:sur|à propos de) l['’]auteure?"
    r"|(?:sobre|acerca de[l]?) (?:el|la|o|a) autora?|l['’]autore|over de auteur|om (?:författaren|forfatteren|skribenten)"
    r"|o autor(?:ze|ovi|ce|ech)?|об авторе|про автора|авторы?|автори|yazar hakkında|tentang penulis|著者|筆者|執筆者|ライター"
    r"|글쓴이|기자\s?소개|著者について|この記事を書いた人|(?:نبذة )?عن الكاتبة?|درباره نویسنده|על (?:הכותבת?|המחבר)"
    r"|लेखक के बारे में|เกี่ยวกับผู้เขียน"
    r"|kirjoittajasta|despre autor|a szerzőről|σχετικά με τ(?:ον|ην) συντάκτ(?:η|ρια)|về tác giả|(?:kolumne|kommentar"
    r"|gastbeitrag|analyse|interview) von|reporters?|journalist(?:e|en)?|skribent|tekst|texte?|words)"
    r"\W{0,3}$",
    re.I,
)
BEHIND = re.compile(r"^([^\d:：|]{3,60}?)\s(?:द्वारा|tarafından)$")
"""The word for "by" behind the name."""
PASSIVE = re.compile(
    r"\b(?:this|the) (?:post|article|blog|story|piece|guide|entry)"
    r" (?:was|is|has been) (?:written|authored|contributed|penned) by\s",
    re.I,
)
"""A sentence by the headline or at the end that says who wrote the text."""
REVIEWED = re.compile(
    r"(?:review|fact[- ]?check|edit|verif|approv|sponsor|present|power|photo|illustrat|translat|narrat|host)", re.I
)
"""What is done by others than the author: "Reviewed by", "Presented by"."""

TAIL = re.compile(
    r"\s(?:(?:on|am|le|el|il|em|op|den|dne|в)\s(?=\S{0,12}\s?\d)"
    r"|on\s(?:mon|tues|wednes|thurs|fri|satur|sun)day\b|(?:for|für|pour|para|voor)\s(?=\S)|in\s(?=[A-Z][a-z])).*$"
    r"|\s(?:on|in|at|from|with|under|(?-i:am|le|el|il|em|op|den))$",
    re.I,
)
"""`Posted by A on 3 May in News`, `A for Example Daily`: what follows the name."""
DATED = re.compile(
    r"\d{1,2}[:.h]\d\d|\b\d{1,2}\s?(?:am|pm|uhr)\b|updat|publi|posted|aktualis|veröff|actuali|atualiz|aggiorn|bijgewerkt|uppdater"
    r"|oppdater|opdater|зм[іи]н|обнов|опубл|güncel|\bmin(?:\.|ute)?s?\b|read(?:ing)? time|lesezeit|\bago\b|\bvor\s\d|il y a\s",
    re.I,
)
"""What ends the names in a line of several parts: a time of day, a label of a time, the time that reading takes."""
