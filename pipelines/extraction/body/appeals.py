"""What a page says to its reader behind the article: give, join, subscribe; and what its cookies are for.

Such a text is several paragraphs of prose, often in the article's own box, so no box and no single line tells it. It is told by
its words as a run: a line that appeals, after which most lines to the end do so. In the first third of a text nothing is cut, and
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
    r"|\b(?:kostenlos|gratis|unverbindlich) (?:testen|probelesen)\b|\btesten sie\b.{0,40}\b(?:zeitung|ausgabe|abo|woche|monat)"
    r"|^(?:start|begin|try|get) .{0,30}\bfree trial\b|\bessai gratuit\b|\bprueba gratis\b"
    r"|\bprova gratis\b|\bteste grátis\b|\bgratis proberen\b"
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
_CONSENT = re.compile(
    r"^(?:die technische speicherung oder der zugriff|the technical storage or access|le stockage ou l.accès technique"
    r"|el almacenamiento o acceso técnico|l.archiviazione tecnica o l.accesso|de technische opslag of toegang"
    r"|wird verwendet, um .{1,40}-inhalte zu entsperren)",
    re.I,
)
"""The dialogs of Complianz and Borlabs, which do without the word."""
_ANY_COOKIE = re.compile(r"\bcookies?\b", re.I)
_HINTS = (
    "like you", "reader-", "reader ", "donat", "contribution", "gift", "member", "supporter", "subscriber", "patron",
    "support", "subscribe", "join us", "contribute", "your help", "generosity", "will you", "help us", "help keep",
    "help fund", "help sustain", "rely on", "unterstütz", "spende", "mitglied", "abonn", "abbon", "soutenez", " un don",
    "vos dons", "votre don", "soutien", "membre", "adhérent", "periodismo", "socio", "socia", "miembro", "donación", "apoyo",
    "aporte", "sostieni", "donazione", "dona ora", "sostegno", "contributo", "apoie", "doação", "assinante", "apoiador",
    "kostenlos ", "gratis", "gratuit", "unverbindlich ", "testen sie", "free trial", "grátis",
    "membro", "steun", "word ", "wesprzyj", "wsparcie", "støt", "stöd", "поддерж", "пожертвован",
)  # fmt: skip
"""What a line holds that `_ASKS` can match, in lower case: looking for these costs a hundredth of it."""
_CONSENT_HINTS = (
    "cookie",
    "technische",
    "technical storage",
    "stockage ou",
    "almacenamiento o",
    "archiviazione tecnica",
    "entsperren",
)
_MOST = 0.5
"""Share of the lines to the end that must appeal as well."""
_LONGEST = 2000
"""Characters of a line that are looked at."""
_UPPER = 0.3
"""Share of the text, by characters, in which nothing is cut."""


def cut_appeals(lines: Sequence[str]) -> list[str]:
    """A text's lines without what the page asks of its reader at the end."""
    heads = [line[:_LONGEST] for line in lines]
    end, text = len(lines), "\n".join(heads).lower()
    if any(hint in text for hint in _CONSENT_HINTS):
        said = [(_COOKIES.search(line) or _CONSENT.match(line)) is not None for line in heads]
        end = _beginning(lines, said, said, [bool(_ANY_COOKIE.search(line)) for line in heads])
    if hints := [hint for hint in _HINTS if hint in text]:
        asked = [_asks(line, hints) for line in heads[:end]]
        if any(asked):
            told = [_TELLS.search(line) is not None for line in heads[:end]]
            end = _beginning(lines[:end], asked, [a or b for a, b in zip(asked, told, strict=True)], asked)
            while 1 < end < len(told) and told[end - 1]:
                end -= 1
    return list(lines[:end])


def _asks(line: str, hints: Sequence[str]) -> bool:
    lower = line.lower()
    return any(hint in lower for hint in hints) and _ASKS.search(line) is not None


def _beginning(lines: Sequence[str], says: Sequence[bool], too: Sequence[bool], topic: Sequence[bool]) -> int:
    """Where the run at the end begins whose first line `says` so and most of whose lines do `too`; else the number of lines.

    There is none where a line above is on the `topic` already.
    """
    total, done = sum(map(len, lines)), 0
    for at, line in enumerate(lines):
        if says[at] and done > _UPPER * total:
            return at if sum(too[at:]) >= _MOST * (len(lines) - at) else len(lines)
        if topic[at]:
            break
        done += len(line)
    return len(lines)
