"""The words that open a printed byline, language by language, and what ends one. What follows them is read by `printed`.

Three strengths. `OPENING` words are believed wherever they begin a short line by the headline. `GENRE` is the same after the name
of a kind of text ("Kolumne von", "Opinion by"), `WEAK` words are prepositions that begin other lines as well ("de", "του"): both
count only before what can be nothing but names. `ALONE` is a label on a line of its own, the names stand below it.
"""

from __future__ import annotations

import re

_VERBS = (
    "written|posted|words|story|text|reported|report|published|analysis|opinion|created|authored|contributed|compiled|uploaded"
    "|submitted|article|column|commentary|essay|interview"
    "|gespeichert|geschrieben|verfasst|veröffentlicht|erstellt|publié|écrit|rédigé|escrito|publicado|redactado|scritto|pubblicato"
    "|geschreven|geplaatst|skrevet|skriven|publicerad|publisert|napisane|opublikowane|ditulis|dipublikasikan|diposting"
)
_BY = "by|von|vom|par|di|por|door|av|af|od|deur|oleh|από|bởi|nga|autorstwa|від"
_NOUNS = (
    "автор|autor(?:in|ka)?|author|autore|autrice|auteur|szerző|írta|tekst|скрипт|kirjoittaja|yazar|yazan|penulis|pewarta"
    "|tác giả|пише|piše|napisal[ai]?|napisał[a]?|autors|autorius|autorė|muallif|müəllif|idazlea"
)
OPENING = re.compile(rf"^\W{{0,4}}(?:(?:{_VERBS})\s{{1,3}})?(?:{_BY}|{_NOUNS})\b\s?[:：]?(?:\s|$)(?=.{{0,140}}$)", re.I)
"""A word that says by whom, at the beginning of a line."""

GENRE = re.compile(
    r"^(?:(?:an?|the|this|ein|eine|un|une|una|uno|et|en)\s)?(?:[^\W\d_]{2,18}\s){1,3}(?:by|von|par|por|di|door|av|af)\s(?=\S)",
    re.I,
)
WEAK = re.compile(
    r"^(?:de|da|del|per|pel|du|του|της|γράφει (?:ο|η)|пише|от|ад|од|na|ni|gan|ngu|kirjutas|parengė|foto e testo di)\s(?=\S)",
    re.I,
)
ALONE = re.compile(
    rf"^\W{{0,4}}(?:(?:(?:{_VERBS})\s{{1,3}})?(?:{_BY}|{_NOUNS})"
    r"|(?:the\s)?authors?(?: of (?:the|this) (?:article|post|story))?|about the authors?|(?:contributing )?writers?"
    r"|über (?:den|die) autor(?:in|en|innen)?|autor(?:en|innen|es|as|i|zy|a)?|auteure?s?|(?:sur|à propos de) l['’]auteure?"
    r"|(?:sobre|acerca de[l]?) (?:el|la|o|a) autora?|l['’]autore|over de auteur|om (?:författaren|forfatteren|skribenten)"
    r"|o autor(?:ze|ovi|ce|ech)?|об авторе|про автора|авторы?|автори|yazar hakkında|tentang penulis|著者|筆者|執筆者|ライター"
    r"|글쓴이|(?:kolumne|kommentar|gastbeitrag|analyse|interview) von|reporters?|journalist(?:e|en)?|skribent|tekst|texte?|words)"
    r"\W{0,3}$",
    re.I,
)
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
    r"|on\s(?:mon|tues|wednes|thurs|fri|satur|sun)day\b|(?:for|für|pour|para|voor)\s(?=\S)|in\s(?=[A-Z][a-z])).*$|\s(?:on|am|le|el|il|em|op|den|in|at|from|with)$",
    re.I,
)
"""`Posted by A on 3 May in News`, `A for Example Daily`: what follows the name."""
DATED = re.compile(
    r"\d{1,2}[:.h]\d\d|\b\d{1,2}\s?(?:am|pm|uhr)\b|updat|publi|posted|aktualis|veröff|actuali|atualiz|aggiorn|bijgewerkt|uppdater"
    r"|oppdater|opdater|зм[іи]н|обнов|опубл|güncel|\bmin(?:\.|ute)?s?\b|read(?:ing)? time|lesezeit|\bago\b|\bvor\s\d|il y a\s",
    re.I,
)
"""What ends the names in a line of several parts: a time of day, a label of a time, the time that reading takes."""
