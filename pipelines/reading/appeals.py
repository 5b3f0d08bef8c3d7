"""What a page says to its reader behind the article: give, join, subscribe; and what its cookies are for.

Such a text is several paragraphs of prose, often in the article's own box, so no box and no single line tells it. It is told by
its words as a run: a line that appeals, after which most lines to the end do so. Above the middle of a text nothing is cut, and
nothing where the article itself speaks of the same (a story about a fund, a recipe for cookies).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_ASKS = re.compile(
    r"\b(?:readers?|people|supporters|members|viewers|listeners) like you\b|\breader[- ](?:funded|supported|powered)\b"
    r"|\b(?:mak|consider)(?:e|ing) a (?:\S{1,20} ){0,2}(?:donation|contribution|gift)\b"
    r"|\bbecome an? (?:\S{1,20} )?(?:member|supporter|subscriber|patron)\b"
    r"|\bsupport (?:us|our|independent|quality|public|local|nonprofit) ?(?:journalism|newsroom|reporting|work|mission|media)?\b"
    r"|\b(?:donate|subscribe|join us|contribute) (?:today|now|here)\b"
    r"|\bplease (?:support us|donate|consider (?:supporting|donating))"
    r"|\byour (?:\S{1,20} )?(?:support|donations?|contributions?|help|generosity|membership)\b.{0,80}\b(?:us|our|we)\b"
    r"|\b(?:us|our|we)\b.{0,80}\b(?:with|on|of) your (?:\S{1,20} )?(?:support|donations?|contributions?|help|generosity)\b"
    r"|\bwill you (?:help|support|join) us\b|\bhelp (?:us )?(?:to )?(?:fund|keep|sustain) (?:our|us)\b"
    r"|\brely on (?:readers|your|our readers)\b|\bunterstützen sie (?:uns|unsere|unabhängigen)|\bunterstütze (?:uns|unsere)"
    r"|\bmit (?:ihrer|deiner|eurer) (?:spende|unterstützung)|\bjetzt spenden\b|\bspenden sie\b"
    r"|\bwerden sie (?:\S{1,20} )?(?:mitglied|fördermitglied|abonnent)"
    r"|\bauf (?:ihre|eure|deine) (?:unterstützung|spenden?)\b|\bsoutenez(?:-nous|[- ](?:notre|une|la presse|le journalisme))"
    r"|\bfai(?:tes|re) un don\b|\bvo(?:s|tre) (?:dons?|soutien)\b|\bdevenez (?:membre|abonné|adhérent)"
    r"|\bap[oó]y(?:a|anos|e)\b.{0,30}\bperiodismo|\bhaz(?:te)? (?:socio|socia|miembro|una donación)"
    r"|\btu (?:apoyo|donación|aporte)\b|\bsostieni(?:ci)?\b|\bfai una donazione|\bdona ora\b"
    r"|\bil tuo (?:sostegno|contributo)\b|\babbonati (?:ora|subito)\b|\bapoie (?:o|a|nosso|nossa)\b|\bfaça uma doação"
    r"|\bseja (?:um )?(?:assinante|apoiador|membro)\b|\bsteun (?:ons|onze)\b|\bword (?:nu )?(?:lid|donateur)\b"
    r"|\bwesprzyj (?:nas|nasz)|\btwoje wsparcie\b|\bstøt(?:t)? (?:os|oss)\b|\bstöd oss\b"
    r"|поддержите (?:нас|наш|проект|редакцию)|(?:ваш|вашей|ваша) (?:поддержк|пожертвован)",
    re.I,
)
"""What asks the reader for money or membership, in the languages in which newsrooms that ask were seen."""
_TELLS = re.compile(
    r"^at [\w .]{2,30},? we\b|\bour (?:journalism|newsroom|journalists|readers|mission|coverage)\b|\bfree press\b"
    r"|\bpaywalls?\b|\bdonations?\b|\bwe (?:believe|rely|depend|need you)\b"
    r"|\bunser(?:e|em|en)? (?:journalismus|redaktion|arbeit)\b|\bnotre (?:journalisme|rédaction)\b",
    re.I,
)
"""What such a text says of the newsroom before and between its asking."""
_PRIVACY = (
    r"(?:technolog|servic|personal|consent|preferen|web ?site|this site|privacy|partner|browser|advert|analytic|einwillig"
    r"|datenschutz|dienste|vie privée|privacidad|preferenze)"
)
_COOKIES = re.compile(rf"\bcookies\b.{{0,200}}{_PRIVACY}|{_PRIVACY}.{{0,200}}\bcookies\b", re.I)
_ANY_COOKIE = re.compile(r"\bcookies?\b", re.I)
_MOST = 0.5
"""Share of the lines to the end that must appeal as well."""
_UPPER = 0.3
"""Share of the text, by characters, in which nothing is cut."""


def without_appeals(lines: Sequence[str]) -> list[str]:
    """A text's lines without what the page asks of its reader at the end."""
    end = _beginning(lines, _COOKIES, _ANY_COOKIE)
    kept = lines[:end]
    end = _beginning(kept, _ASKS, _ASKS, _TELLS)
    while 1 < end < len(kept) and _TELLS.search(kept[end - 1]):
        end -= 1
    return list(kept[:end])


def _beginning(
    lines: Sequence[str], says: re.Pattern[str], topic: re.Pattern[str], too: re.Pattern[str] | None = None
) -> int:
    """Where the run at the end begins that `says` so, or says it `too`; the number of lines where there is none.

    There is none where a line above is on the `topic` already.
    """
    total, done = sum(map(len, lines)), 0
    for at, line in enumerate(lines):
        if says.search(line) and done > _UPPER * total:
            rest = lines[at:]
            hits = sum(1 for other in rest if says.search(other) or (too is not None and too.search(other)))
            return at if hits >= _MOST * len(rest) else len(lines)
        if topic.search(line):
            break
        done += len(line)
    return len(lines)
