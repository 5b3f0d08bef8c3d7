"""Cuts the lines with which a page, not the writer, ends a text: who the author is, how to reach the newsroom, what else is on
offer.

Only the last lines are examined, because the same words further up are part of the story. Such a line is dropped by itself. An
offer ("Ready to start? Call us today.") and an author's biography take the lines below with them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipelines.extraction.text.roles import is_agency

_LAST_LINES = 5
"""Lines from the end that are examined."""
_LONGEST = 320
"""Characters of the longest such line: appeals to subscribe are one paragraph."""
_BIOGRAPHY = re.compile(
    r"^[\W_]{0,3}(?:is|are|was|ist|est|es|è|är|er|is een|has been|writes|covers|reports|explores|schreibt|berichtet"
    r"|arbeitet|studierte|foi|é|pracuje|—|–|-)\b",
    re.I,
)
_CLOSING = re.compile(
    r"^\W{0,4}(?:(?:e-?mail|orcid|twitter|instagram|facebook|threads|bluesky|mastodon|linkedin)\b[^.]{0,60}:"
    r"|(?:tags?|filed under|keywords?|categories|labels|posted in|schlagwörter|schlagworte|étiquettes|mots[- ]clés"
    r"|etiquetas|关键[字词]|标签)\s?[:：]"
    r"|(?:sendung:|über dieses thema berichtete|dieses thema im programm|quellen?:)"
    r"|(?:got|do you have|have you got|know) (?:a|any|an? \w+) (?:news )?(?:story|stories|tip|issue|question)\b.*\?"
    r"|(?:the update to )?this (?:episode|segment|podcast) was (?:produced|edited|hosted|fact)\b"
    r"|listen to (?:every|all|more|the full|our) (?:\S{1,20} )?(?:episodes?|podcasts?|show)\b|corrections?: if you\b"
    r"|simak (?:juga )?video\b|(?:diese|weitere) artikel könnten|more\s?:"
    r"|(?:this site is protected by|like this (?:article|post|story)\?)"
    r"|follow .{1,60}\bon (?:twitter|facebook|instagram|x|linkedin|threads|bluesky)\b"
    r"|(?:photo|image|picture)s?(?: sources?| credits?)\s?:)|\b(?:(?:in|to|into) your inbox\b"
    r"|in (?:ihr|dein|ihrem|deinem) (?:e-?mail-?)?postfach\b|dans votre boîte (?:mail|de réception)\b"
    r"|sign up (?:for|to) (?:our|the|his|her) .{0,40}newsletters?\b"
    r"|subscribe to (?:our|the|this) (?:blog|channel|newsletter)\b)|^\([a-zäöüß]{2,4}(?:\s?[/,]\s?[a-zäöüß]{2,6}){0,3}\)$"
    r"|^[(（](?:综合|据|来源|来自|整理|实习生|原载|本文).{1,60}[)）]$|号より$",
    re.I,
)
_PAGE_NOTICE = re.compile(
    r"^\W{0,4}(?:copyright\b.{0,40}\b(?:19|20)\d\d\b"
    r"|(?:this|the) (?:story|article|post|report|piece|text) (?:has been|was) (?:updated|(?:originally"
    r"|first) (?:published|posted))\b.{0,120}$"
    r"|(?:this|the) (?:story|article|report|copy) (?:has not been edited|(?:is|has been) (?:auto-?generated|published from))\b"
    r"|(?:originally|first) (?:published|posted) (?:on|in|by|at)\b.{0,60}$"
    r"|(?:published|posted|filed) (?:in|under):? \S.{0,40}$"
    r"|(?:read|see|view) the (?:full|original|whole|entire|complete) (?:story|article|report|post|interview)\b.{0,60}$"
    r"|for (?:more|the latest|all the latest)\b.{1,60}\b(?:follow|subscribe|visit|download|click|sign up)\b"
    r"|follow .{1,60}\bon (?:whatsapp|telegram|google news|youtube|tiktok|flipboard)\b"
    r"|have an? (?:news )?(?:story|tip|idea)\b.*\?"
    r"|with (?:inputs?|files|contributions?|(?:additional )?reporting|agency inputs?|material) (?:from|by)\b.{0,80}$"
    r"|our standards:|disclaimer\s?:|(?:the )?(?:views|opinions) expressed (?:in this|here|are)\b"
    r"|already an? (?:subscriber|member)\?"
    r"|dieser (?:artikel|text|beitrag) (?:wurde|ist|erschien)\b.{0,40}(?:aktualisiert|zuerst|erschienen"
    r"|veröffentlicht|ausgabe|am)\b"
    r"|haben sie (?:hinweise|fragen|anregungen|einen fehler)\b.*\?|fehler (?:gefunden|entdeckt)\?"
    r"|folgen sie (?:uns|der|dem)\b|(?:article )?mis à jour le\b.{0,60}$|article (?:mis à jour|publié|paru)\b.{0,60}$"
    r"|retrouvez (?:tout|toute|tous|toutes|nos)\b|suivez[- ]nous\b|abonnez-vous\b"
    r"|con (?:información|datos|reportes) de\b.{0,60}$"
    r"|(?:suscríb(?:ase|ete)|síguenos|sígan?os|siga-nos|assine|inscreva-se|seguici|iscriviti|volg ons|meld je aan"
    r"|följ oss|følg oss)\b"
    r"|recibe\b.{0,60}\b(?:correo|email|whatsapp)\b|última (?:actualización|modificación)\s?:)"
    r"|\b(?:may not be (?:published|reproduced|reprinted)\b|(?:contact|reach|e-?mail)\b.{1,40}\b(?:at|via) \S{1,40}@\S"
    r"|can be reached (?:at|on|by|via)\b|riproduzione riservata\b)"
    r"|^[^\W\d_]\S{1,20} [^\W\d_]\S{1,20} (?:is|was) an? (?:\S{1,24} ){0,4}(?:reporter|journalist|correspondent"
    r"|staff writer|editor|columnist|freelancer?|contributor)\b.{0,200}$"
    r"|^[^\W\d_]\S{1,20} [^\W\d_]\S{1,20} ist (?:\S{1,24} ){0,4}(?:redakteur|reporter|korrespondent|journalist"
    r"|autor)(?:in)?\b.{0,200}$"
    r"|^[-–—]\s?30\s?[-–—]$",
    re.I,
)
"""What a page states about a text below it: rights, updates, where it was first published, how to reach the authors."""
_OFFER_QUESTION = re.compile(
    r"^\W{0,4}(?:(?:are you )?(?:ready|looking|interested|curious)|want|need|would you like|like what|enjoyed|have questions"
    r"|questions)\b[^?]{0,120}\?",
    re.I,
)
_OFFER_WORDS = re.compile(
    r"\b(?:we|our|us|today|now|here|contact|call|check|explore|get|subscribe|sign|learn|visit|book|shop|try|find)\b",
    re.I,
)


def cut_closing_lines(lines: Sequence[str], names: Sequence[str]) -> list[str]:
    """A text's lines without the closing lines. `names` are the authors'."""
    kept = list(lines)
    for index in range(max(len(kept) - _LAST_LINES, len(kept) // 2 + 1), len(kept)):
        if _is_biography(kept[index], names) or _is_offer(kept[index:]):
            kept = kept[:index]
            break
    least = max(2, len(kept) - _LAST_LINES)
    return kept[:least] + [line for line in kept[least:] if not _is_closing_line(line)]


def _is_biography(line: str, names: Sequence[str]) -> bool:
    """Whether a line tells who an author is."""
    bare = line.lstrip("*([（ ")
    return any(bare.startswith(name) and _BIOGRAPHY.match(bare[len(name) :].lstrip(", ")) for name in names)


def _is_offer(lines: Sequence[str]) -> bool:
    match = _OFFER_QUESTION.match(lines[0])
    if match is None or sum(map(len, lines)) > _LONGEST:
        return False
    return _OFFER_WORDS.search(" ".join((lines[0][match.end() :], *lines[1:]))) is not None


def _is_closing_line(line: str) -> bool:
    bare = line.removeprefix("- ")
    if len(bare) > _LONGEST:
        return False
    return any(pattern.search(bare) for pattern in (_CLOSING, _PAGE_NOTICE)) or is_agency(bare.strip(" -–—()"))
