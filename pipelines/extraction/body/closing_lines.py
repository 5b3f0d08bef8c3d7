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
    r"^\W{0,4}(?:e-?mail|orcid|twitter|instagram|facebook|threads|bluesky|mastodon|linkedin)\b[^.]{0,60}:"
    r"|^\W{0,4}(?:tags?|filed under|keywords?|categories|labels|posted in|schlagwörter|schlagworte|étiquettes"
    r"|mots[- ]clés|etiquetas|关键[字词]|标签)\s?[:：]"
    r"|^\W{0,4}(?:sendung:|über dieses thema berichtete|dieses thema im programm|quellen?:)"
    r"|^\W{0,4}(?:got|do you have|have you got|know) (?:a|any|an? \w+) (?:news )?(?:story|stories|tip|issue|question)\b.*\?"
    r"|^\W{0,4}(?:the update to )?this (?:episode|segment|podcast) was (?:produced|edited|hosted|fact)\b"
    r"|^\W{0,4}listen to (?:every|all|more|the full|our) (?:\S{1,20} )?(?:episodes?|podcasts?|show)\b"
    r"|\b(?:in|to|into) your inbox\b|\bin (?:ihr|dein|ihrem|deinem) (?:e-?mail-?)?postfach\b"
    r"|\bdans votre boîte (?:mail|de réception)\b"
    r"|^\W{0,4}corrections?: if you\b|^\W{0,4}simak (?:juga )?video\b|^\W{0,4}(?:diese|weitere) artikel könnten"
    r"|^\W{0,4}more\s?:|^\W{0,4}(?:this site is protected by|like this (?:article|post|story)\?)"
    r"|^\W{0,4}follow .{1,60}\bon (?:twitter|facebook|instagram|x|linkedin|threads|bluesky)\b"
    r"|\bsign up (?:for|to) (?:our|the|his|her) .{0,40}newsletters?\b|\bsubscribe to (?:our|the|this) (?:blog"
    r"|channel|newsletter)\b"
    r"|^\W{0,4}(?:photo|image|picture)s?(?: sources?| credits?)\s?:"
    r"|^\([a-zäöüß]{2,4}(?:\s?[/,]\s?[a-zäöüß]{2,6}){0,3}\)$"
    r"|^[(（](?:综合|据|来源|来自|整理|实习生|原载|本文).{1,60}[)）]$|号より$",
    re.I,
)
_PAGE_NOTICE = re.compile(
    r"^\W{0,4}copyright\b.{0,40}\b(?:19|20)\d\d\b|\bmay not be (?:published|reproduced|reprinted)\b"
    r"|^\W{0,4}(?:this|the) (?:story|article|post|report|piece|text) (?:has been|was) (?:updated|(?:originally"
    r"|first) (?:published|posted))\b.{0,120}$"
    r"|^\W{0,4}(?:this|the) (?:story|article|report|copy) (?:has not been edited|(?:is|has been) (?:auto-?generated"
    r"|published from))\b"
    r"|^\W{0,4}(?:originally|first) (?:published|posted) (?:on|in|by|at)\b.{0,60}$|^\W{0,4}(?:published|posted"
    r"|filed) (?:in|under):? \S.{0,40}$"
    r"|^\W{0,4}(?:read|see|view) the (?:full|original|whole|entire|complete) (?:story|article|report|post|interview)\b.{0,60}$"
    r"|^\W{0,4}for (?:more|the latest|all the latest)\b.{1,60}\b(?:follow|subscribe|visit|download|click|sign up)\b"
    r"|^\W{0,4}follow .{1,60}\bon (?:whatsapp|telegram|google news|youtube|tiktok|flipboard)\b"
    r"|\b(?:contact|reach|e-?mail)\b.{1,40}\b(?:at|via) \S{1,40}@\S|\bcan be reached (?:at|on|by|via)\b"
    r"|^\W{0,4}have an? (?:news )?(?:story|tip|idea)\b.*\?"
    r"|^\W{0,4}with (?:inputs?|files|contributions?|(?:additional )?reporting|agency inputs?|material) (?:from|by)\b.{0,80}$"
    r"|^[^\W\d_]\S{1,20} [^\W\d_]\S{1,20} (?:is|was) an? (?:\S{1,24} ){0,4}(?:reporter|journalist|correspondent"
    r"|staff writer|editor|columnist"
    r"|freelancer?|contributor)\b.{0,200}$"
    r"|^[^\W\d_]\S{1,20} [^\W\d_]\S{1,20} ist (?:\S{1,24} ){0,4}(?:redakteur|reporter|korrespondent|journalist"
    r"|autor)(?:in)?\b.{0,200}$"
    r"|^\W{0,4}our standards:|^\W{0,4}disclaimer\s?:|^\W{0,4}(?:the )?(?:views|opinions) expressed (?:in this|here|are)\b"
    r"|^\W{0,4}already an? (?:subscriber|member)\?"
    r"|^\W{0,4}dieser (?:artikel|text|beitrag) (?:wurde|ist|erschien)\b.{0,40}(?:aktualisiert|zuerst|erschienen"
    r"|veröffentlicht|ausgabe|am)\b"
    r"|^\W{0,4}haben sie (?:hinweise|fragen|anregungen|einen fehler)\b.*\?|^\W{0,4}fehler (?:gefunden|entdeckt)\?"
    r"|^\W{0,4}folgen sie (?:uns|der|dem)\b"
    r"|^\W{0,4}(?:article )?mis à jour le\b.{0,60}$|^\W{0,4}article (?:mis à jour|publié|paru)\b.{0,60}$"
    r"|^\W{0,4}retrouvez (?:tout|toute|tous|toutes|nos)\b"
    r"|^\W{0,4}suivez[- ]nous\b|^\W{0,4}abonnez-vous\b|^\W{0,4}con (?:información|datos|reportes) de\b.{0,60}$"
    r"|^\W{0,4}(?:suscríb(?:ase|ete)|síguenos|sígan?os|siga-nos|assine|inscreva-se|seguici|iscriviti|volg ons"
    r"|meld je aan|följ oss|følg oss)\b"
    r"|^\W{0,4}recibe\b.{0,60}\b(?:correo|email|whatsapp)\b|^\W{0,4}última (?:actualización|modificación)\s?:"
    r"|\briproduzione riservata\b"
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
