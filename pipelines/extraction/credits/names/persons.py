"""Splitting a byline into names: what is cut off, where a name ends, and what is no name at all."""

from __future__ import annotations

import re
from functools import cache
from itertools import chain

from pipelines.extraction.credits.names.surnames import is_japanese_person
from pipelines.extraction.languages.loader import any_of, phrases_of, words_of
from pipelines.extraction.page.document import normalize_space
from pipelines.extraction.text.byline_words import OF_ALL, BylineWords, by_alternatives, byline_words, picture_words
from pipelines.extraction.text.date_parser import find_stamps
from pipelines.extraction.text.roles import AGENCIES, DEGREES, DUTY, PARTICLES, TOWNS, is_agency
from pipelines.extraction.text.writing import CJK

_WITH = r"(?:mit|with|avec|med|con(?=\s[A-Z]{3})|com(?=\s[A-Z]))\s"
_SPLIT = re.compile(
    rf"\s{{0,3}}(?:[,;/|•·⋅、，；،؛](?:\s{_WITH})?|\s[-–—]\s|\s{_WITH}|\s・\s"
    r"|(?<=[\u3040-\u309f\u3400-\u9fff])・(?=[\u3040-\u309f\u3400-\u9fff]))\s{0,3}"
)
_ADDRESS = re.compile(r"https?://\S{0,200}")
MAIL = re.compile(r"\S{0,80}@\S{1,80}")
"""An address, or the handle on a network."""
DEGREE = re.compile(r"^(?:[A-Z][A-Za-z]?\.?[A-Z][A-Za-z.]{0,4}|Ph\.?D\.?|M\.?D\.?|Dr\.?|Jr\.?|Sr\.?|Esq\.?)$")
"""What somebody has behind the name: PhD, M.D., RN."""
_WORD = re.compile(r"^[^\W\d_][\w.'’\-‐&]*\.?$")
_FAR_SCRIPT = re.compile(r"[\u0370-\u03ff\u0530-\u1fff]")
_ARABIC_LETTER = r"[\u0620-\u064a\u066e-\u06d3]"
_GLUED_AND = re.compile(
    rf"\s(?!ו?(?:{any_of(words_of('glued_and', 'he'), spaces=False)})\s)ו(?=[א-ת]{{2,12}}\s[א-ת]{{2}})"
    rf"|\s(?!و?(?:{any_of(words_of('glued_and', 'ar'), spaces=False)})(?!{_ARABIC_LETTER}))و\s{{0,2}}(?={_ARABIC_LETTER}{{3}})"
)
"""The Hebrew and the Arabic "and", glued to the name after it; names that begin with the same letter stay whole."""
_LOWER_WORDS = PARTICLES | {"y", "e", "'t", "’t"}
_BARE = re.compile(
    r"^(?:[^\W\d_a-z]\w{1,4}\.\s){0,3}"
    rf"[^\W\d_a-z][\w.'’\-]{{1,30}}(?:(?: (?:[^\W\d_a-z][\w.'’\-]{{0,30}}|{any_of(PARTICLES, spaces=False)}|['’]t)){{1,3}}"
    r"| [^\W\d_a-z][\w.'’\-]{1,30} [yei] [^\W\d_a-z][\w.'’\-]{1,30})$"
    r"|^[^\W\d_A-Za-z]\.[^\W\d_A-Za-z][\w’\-]{2,20}$"
)
"""A full name, with titles before it ("Prof. Dr. Anna Holt"), or a surname with the initial before it, as in Cyrillic without a
blank: Б.Дорж."""


@cache
def _no_name(language: str | None) -> re.Pattern[str]:
    return re.compile(rf"@|https?:|www\.|\d{{3,}}|^(?:{phrases_of('no_name', language)})$", re.I)


@cache
def _page_word(language: str | None) -> re.Pattern[str]:
    """A word of menus as a whole word: "Go", but not that of "Go-eun"."""
    return re.compile(rf"(?<![\w-])(?:{any_of(words_of('page_word', language), spaces=False)})(?![\w-])", re.I)


@cache
def _button(language: str | None) -> re.Pattern[str]:
    """What buttons beside a date begin with: a bare name never does. "Les" and "Del" are names where they are no verbs."""
    return re.compile(rf"(?:{any_of(words_of('button', language), spaces=False)})(?:\s|:?$)", re.I)


@cache
def _by_others(language: str | None) -> re.Pattern[str]:
    """What others did, before their names: "Přeložila Jana Malá"."""
    return re.compile(rf"(?:{byline_words(language).by_others.pattern})\s", re.I)


_OUTLET_AFTER = re.compile(
    r"^([^\W\d_]\S* (?!of )(?:\S.{0,40}? )??[^\W\d_a-zà-ÿ]\S*?)(?:\s(?:[a-zà-ÿ]{1,4}|&))?"
    r"\s((?:The )?Associated Press|Reuters|AFP|Bloomberg(?: News)?)$"
)
"""An outlet after the name, without a comma, or with a small word between the two."""


@cache
def _of_picture(language: str | None) -> re.Pattern[str]:
    """Whose the picture is: written where a system has a field for the author."""
    picture, by = picture_words(language), by_alternatives(language)
    return re.compile(rf"^\W{{0,3}}{picture}(?:\s{{0,2}}[.:：/©|]|\s{{1,2}}(?:(?:{by})\s|(?-i:[a-zß-ÿа-яё])))", re.I)


_CALLED = re.compile(
    r"^[\w&]{2,20}(?:-[\w&]{2,20}){0,3}-(?:experte|expertin|autorin?|redakteur(?:in)?|reporter(?:in)?|korrespondent(?:in)?"
    r"|kolumnist(?:in)?|gastautor(?:in)?)\s{1,3}(?=(?-i:[^\W\d_a-z]))", re.I,
)  # fmt: skip
"""A duty of several words before the name ("FOCUS-Online-Experte Robin Tschöpe")."""


@cache
def _next_credit(language: str | None) -> re.Pattern[str]:
    """山田太郎 編集／田中花子, 글 김민수 사진 박철수: where the next credit begins."""
    picture, by = picture_words(language), by_alternatives(language)
    following = any_of(words_of("next_credit", language), spaces=False)
    return re.compile(
        rf"(?<=\S)(?:[.;,|]?\s{picture}(?:\s(?:{by})\s|\s?[:：・])"
        rf"|[;,|/]\s{picture}\.?\s(?-i:(?=[^\W\d_a-zà-ÿ]))|[.;,|]?\s(?:{following})"
        r"\s?:?(?:[=／/·・]|\s(?-i:(?=[^\W\d_a-zà-ÿ])))|[\s、，][\u3040-\u30ff\u3400-\u9fff]{2,5}\s?[:：／/＝=])", re.I,
    )  # fmt: skip


@cache
def _of_pictures(language: str | None) -> re.Pattern[str]:
    """A (Text) und B (Fotos): who took the pictures."""
    return re.compile(
        rf"(?:,\s|\s(?:[^\W\d_]{{1,4}}|&)\s|(?<=\))\s)[^,()]{{3,40}}\s\({picture_words(language)}\)", re.I
    )


_FOR_OUTLET = re.compile(r"(?<=[^\W\d_]{2})\s(?:For|for)\s(?:the |The )?(?=[A-Z][\w]{2})[\w. &'’-]{3,40}$")
"""`A B for Example Daily`: the outlet that a freelancer writes for. One word before it is no person: "Department for Transport"."""
_LOCATED = re.compile(
    r"(?<=[^,]),\s[^\W\d_][^,\d]{2,30},\s(?:Germany|Deutschland|Austria|Österreich|Switzerland|Schweiz|Suisse|France|Frankreich|Italy"
    r"|Italia|Spain|España|United Kingdom|UK|United States|USA)$"
)
"""Town and country after an outlet that is given as the author: "Example Verlag, Nürnberg, Germany"."""
_IN_TALK = re.compile(r"\sim (?:Gespräch|Interview)(?=\s|,|$)")
_OF_ORGANISATION = re.compile(rf"(?:the\s)?(?:{any_of(words_of('organisation'), spaces=False)})\s(?-i:[a-zß-ÿ])", re.I)
"""How the name of an organisation begins in which "and" joins no people: "Ministry of Roads and Ferries"."""
_OF_SENTENCES = frozenset(("über", "bis", "gegen", "ohne", "statt", "about", "into"))
"""Words that no name holds and a line that only looks like a byline does ("Von Abstand über Maske bis Zoonose")."""
_LONGEST = 60


def split_byline(value: str, words: BylineWords | None = None, *, trusted: bool = False) -> list[str]:
    """The names in one byline. Addresses, dates and duties are cut off, and what does not read as a name is left out.

    `words` are those of the page's language. `trusted` strings come from fields that hold nothing but names, where a name may
    be all lower case ("dpa").
    """
    words = words or OF_ALL
    labelled = (OF_ALL if trusted else words).labelled  # systems fill fields in their own language
    text = normalize_space(value[:400])[:300]
    if of_feed := _OF_FEED.fullmatch(text):
        text = of_feed[1]
    if text.startswith(("http:", "https:", "/", "@")) or credits_picture(text, words.language):
        return []
    text = without_pictures_by(text, words.language)
    text = re.sub(r"\([^()]{0,80}\)|\[[^\[\]]{0,80}\]|<[^<>]{0,80}>", " ", text)
    text = _AT_CLOCK.sub("", MAIL.sub(" ", _ADDRESS.sub(" ", text)))
    for _ in range(3):
        text = words.far_opening.sub("", labelled.sub("", text))
        text = words.works_of.sub("", words.lead.sub("", text)).strip()
    text = _CALLED.sub("", text)
    text = before_next_credit(text, words) or (text if trusted else "")  # a field for the author names one
    text = _IN_TALK.sub("", text)
    if trusted:
        bare = _FOR_OUTLET.sub("", text)
        text = _LOCATED.sub("", bare if " " in bare else text)
    text = words.by_behind.sub(
        r"\1", _OUTLET_AFTER.sub(r"\1, \2", without_material(_without_town(text), words.language))
    )
    names: list[str] = []
    pieces = ([part] if _OF_ORGANISATION.match(part) else divide(part, words) for part in _SPLIT.split(text))
    for piece in chain.from_iterable(pieces):
        name = _ABBREVIATED.sub(".", normalize_space(piece).strip(" .,:;-–—|•\"'“”()（）【】"))
        name = _without_duty(DEGREES.sub("", name), words.language)
        if names and _is_besides(name, names[0]):
            continue
        if names and (":" in name or name.partition("=")[0] in words_of("next_credit", words.language)):
            break  # another credit: "Text: A, Photo: B", 글=김민수 기자·사진=박준호 기자
        if len(name) > 4 and name.endswith(("記者", "기자")):
            name = name[:-2].rpartition("=")[2].strip()  # 대전=박서영: from where
        if names and not trusted and (_is_place(name, names[0]) or any(map(str.isdigit, name))):
            continue
        if name and is_name(name, words.language, trusted=trusted) and name not in names:
            names.append(name)
    return _without_leading_duty(names, words.language)


_ABBREVIATED = re.compile(r"(?<=\s[JS]r)$")
"""The end of a name that the full stop belongs to."""


def _without_leading_duty(names: list[str], language: str | None) -> list[str]:
    """The names without what their bearer is before them: "Contributor in Kupang, Ada Holm"."""
    return names[1:] if len(names) > 1 and DUTY.match(names[0]) and is_bare_name(names[1], language) else names


_AT_CLOCK = re.compile(r"\s(?:(?![A-Z])[^\W\d_]{1,5}[.:]?\s){0,2}\d{1,2}[:.h]\d\d(?!\d).*$")
"""The time of day behind a name: "Theo Holm at 04:52 PM", "Theo Holm a las 18.40"."""


def _is_besides(name: str, first: str) -> bool:
    """Whether what follows a name is a degree, a duty or the outlet ("A B, The Example", "A B, BBC Wales")."""
    if is_agency(name):
        return False
    paper = name.startswith("The ") and " " in first and not is_agency(name[4:])
    broadcaster = _BY_LETTERS.match(name) and not name.isupper()
    return paper or bool(broadcaster or DEGREE.match(name) or DUTY.search(name))


_BY_LETTERS = re.compile(r"[A-Z]{3,5}\s[A-Z]")
"""How the name of an outlet begins that is called by its letters: "BBC Wales", "NRK Nordland"."""


def divide(text: str, words: BylineWords) -> list[str]:
    """Split a text at words that join names, also at those glued to the name. Inside a name they stay: "José Ortega y Gasset"."""
    found: list[str] = []
    start, capitals = 0, text.isupper()
    for match in words.joint.finditer(f" {text}"):
        word, before = match[1], text[start : max(0, match.start() - 1)]
        after = words.joint.split(text[match.end() - 1 :])[0]
        if (duty := DUTY.search(after)) and duty.start():
            after = after[: duty.start()].rstrip(" ,")  # "José Ortega y Gasset Redacción"
        single = len(word) == 1 and word.isalpha()
        if word[0].isupper() and word != "And" and not (capitals and (not single or " " in after)):
            continue
        surname = " " not in after and after[:1].isupper()
        if single and " " in before and surname and not (is_agency(after) or DUTY.search(after)):
            continue
        found.append(before)
        start = match.end() - 1
    return [name for piece in (*found, text[start:]) for name in _GLUED_AND.split(piece) if name]


_OF_FEED = re.compile(r"\S{1,60}@\S{1,60}\s?\(([^()]{2,60})\)")
"""ada@example.org (Ada Holm): as RSS has it."""
_SINCE = re.compile(r"\s\d{1,2}\s(?:minute|min|hour|day|week)s?(?:\sago)?$|\sin\s[A-Z]\w{2,20}(?:\s[A-Z]\w{2,20})?$")


def _without_town(text: str) -> str:
    """Names without the town before them, in scripts without capitals: "بيروت – ليلى منصور"."""
    return text if has_case(text) or CJK.search(text) else _TOWN_BEFORE.sub("", text)


_TOWN_BEFORE = re.compile(r"^[^\W\d_]{2,14}\s[-–—]\s(?=[^\W\d_]{2,14}\s[^\W\d_])")


def _without_duty(name: str, language: str | None) -> str:
    """A name without an addition that has no comma beside it: "A B Staff Writer", "Clarion staff reporter A B", "A B in Oslo",
    "A B 5 hours ago"."""
    duties = list(DUTY.finditer(name))
    if duties and (name[0].islower() or duties[0][0].islower()):
        behind = name[duties[-1].end() :].strip()
        if is_full_name(behind, language):
            return behind
    cut = _SINCE.search(name) or next(iter(duties), None)
    if cut is None or not cut.start():
        return name
    bare = name[: cut.start()].strip(" .")
    return bare if " " in bare and is_full_name(bare, language) else name


def without_material(text: str, language: str | None) -> str:
    """Names without whose material they used: "Anna Holt avec AFP", "Anna Holt, com Lusa"."""
    return _material(language).sub("", text)


@cache
def _material(language: str | None) -> re.Pattern[str]:
    agencies = any_of(AGENCIES, spaces=False)
    return re.compile(
        rf"(?<=\S),?\s(?:{phrases_of('material_from', language)})\s(?:(?-i:[A-Z]{{2}})[\w.]{{0,10}}|{agencies})$", re.I
    )


def without_pictures_by(text: str, language: str | None) -> str:
    """A byline without who took the pictures, if that is said in brackets: "A (Text), B (Fotos)"."""
    return _of_pictures(language).sub("", text)


def before_next_credit(text: str, words: BylineWords) -> str:
    """The writers' part of a byline: up to "Photographs by", "with pictures by", 写真／, 사진, "Medically reviewed by"; nothing
    where it begins so."""
    for credit in (_next_credit(words.language), words.others_label):
        if following := credit.search(text):
            text = words.joint_behind.sub("", text[: following.start()])
    label = _ANY_LABEL.search(text)
    return text[: label.start()] if label and is_full_name(text[: label.start()], words.language) else text


_ANY_LABEL = re.compile(r"\s(?=[^\W\d_a-z])[^\W\d_]{3,20}\s?[:：]\s")
"""Whatever labels what follows a full name: "Selin Aksoy Kamera: Emre Tuna"."""


def _is_place(piece: str, first: str) -> bool:
    """Whether a piece after full names is where they report from: one word that is not an agency, or a town of two words."""
    if " " not in first or CJK.search(piece) or is_agency(piece) or (piece.isupper() and len(piece) < 9):
        return False
    words = piece.split() or [""]
    preposition = words[0].islower() and len(words[0]) < 4
    return len(words) == 1 or (preposition and (len(words) == 2 or " ".join(words[1:]) in TOWNS))


def is_name(text: str, language: str | None = None, *, trusted: bool = False) -> bool:
    """Whether a text reads as a person's or desk's name: one to six words, no address, no date."""
    if not 2 <= len(text) <= _LONGEST or _no_name(language).search(text) or text[-1] in "?!:" or text in TOWNS:
        return False
    words = text.split()
    if len(words) > 6 or any(not word.strip("0123456789:") or word in _OF_SENTENCES for word in words):
        return False
    if not trusted and not is_agency(text) and all(map(_page_word(language).fullmatch, words)):
        return False
    if len(words) > 1 and len(text) < 6 and text.isascii() and text.count("."):
        return False  # two initials
    if CJK.search(text):
        return len(text) <= 20
    if _FAR_SCRIPT.search(text):
        return len(words) <= 5 and not re.search(r"[!?:;]", text)
    if text[0].islower() and words[0] not in _LOWER_WORDS:
        is_place = len(words[0]) < 4 and words[-1][0].isupper()  # "in Berlin"
        return (trusted and not is_place and (len(words) <= 2 or is_small_name(text, language))) or text in AGENCIES
    if not trusted and sum(word[0].islower() and word not in _LOWER_WORDS for word in words) > len(words) / 2:
        return False
    return sum(not _WORD.match(word) for word in words) <= 1


def is_bare_name(text: str, language: str | None = None) -> bool:
    """Whether a text can only be a person's name: two to four capitalised words, none of them a word of menus, nor one that begins
    buttons on pages of the language."""
    if (text in AGENCIES and " " in text) or is_japanese_person(text):
        return True
    if (
        len(text) > 40
        or not _BARE.match(text)
        or _page_word(language).search(text)
        or DUTY.search(text)
        or _button(language).match(text)
        or _by_others(language).match(text)
        or _abbreviates_picture(text, language)
    ):
        return False
    if text.rpartition(" ")[2].islower() or sum(map(str.isalpha, text)) < 4:
        return False
    return all(word[0].isupper() or word in _LOWER_WORDS for word in text.split())


def credits_picture(text: str, language: str | None) -> bool:
    """Whether a text begins with what names pictures: "Photo: Bo Lund", "Zdj. Anna Nowak"."""
    return _of_picture(language).match(text) is not None or _abbreviates_picture(text, language)


def _abbreviates_picture(text: str, language: str | None) -> bool:
    """Whether a text opens with the beginning of a word for pictures and a full stop: "Zdj. Anna Nowak", "Ill. Anna Holt"."""
    short = _SHORT.match(text)
    return short is not None and any(word.startswith(short[1].lower()) for word in words_of("picture", language))


_SHORT = re.compile(r"([^\W\d_]{3,6})\.\s")


def is_small_name(text: str, language: str | None) -> bool:
    """Whether a text that is marked as a name is one in lower case, as accounts write theirs: "ada holm"."""
    return text.islower() and " " in text and is_bare_name(text.title(), language)


def is_handle(name: str) -> bool:
    """Whether a name is an account's: "newsengin", "msmith", "ada_h"."""
    return _HANDLE.fullmatch(name) is not None and not is_agency(name) and not _no_name(None).search(name)


_HANDLE = re.compile(r"[a-z][a-z\d_.-]{1,30}")


def is_printed_name(text: str, language: str | None) -> bool:
    """Whether a text that is marked as a name is one: a bare name; in scripts without capitals a few words must do."""
    if has_case(text):
        return is_bare_name(text, language)
    of_page = DUTY.search(text) or _page_word(language).search(text)
    return len(text.split()) <= 4 and not of_page and is_name(text, language)


def is_full_name(text: str, language: str | None = None) -> bool:
    """Whether a text that is marked as a signature is a person's full name: a bare name; in scripts without capitals some words."""
    if has_case(text) or CJK.search(text):
        return is_bare_name(text, language)
    return " " in text and is_printed_name(text, language)


def has_case(text: str) -> bool:
    """Whether a text is in a script with capital letters, where a name begins with one."""
    return any(char.isupper() or char.islower() for char in text)


def text_beside_time(text: str, words: BylineWords) -> str:
    """The rest of a text that has a time: "A B – 5 March 2024", "Tuesday, 5 March 2024 | A B"."""
    if len(text) > 160:
        return ""
    text = normalize_space(text)
    size = len(text)
    for stamp in reversed(find_stamps(text)):
        text = f"{_WEEKDAY.sub('', text[: stamp.start])}|{_AFTER_TIME.sub('', text[stamp.end :])}"
    pieces = [piece.strip(" ,·•–—-") for piece in re.split(r"[|·•]|\s[–—-](?=\s|$)|^[–—-]\s", text)]
    pieces = [
        piece
        for piece in pieces
        if (" " in piece or is_japanese_person(piece))
        and not words.time_label.match(piece)
        and not any(char.isdigit() for char in piece)
    ]
    return pieces[0] if len(pieces) == 1 and len(pieces[0]) < size - 6 else ""


_WEEKDAY = re.compile(r"(?:^|[,|·•]\s?|\s[–—-]\s)[^\W\d_]{2,12}\.?,?\s{0,2}$")
"""The day of the week before a date."""
_AFTER_TIME = re.compile(
    r"^\s{0,2}(?:(?:Uhr|uur|hrs?|hs?|น\.|ч\.?|г\.|р\.|r\.|[A-Z]{3,4})(?![^\W\d_])|[^\W\d_]{3,12}(?=\s?[|·•–—-]))"
)
