"""Cuts appeals from the end of a text (donate, join, subscribe) and notices about cookies.

An appeal is several paragraphs of prose, often within the main content, so neither a box nor a single line identifies it. It is
recognised as a run: a line that appeals, after which most lines to the end do the same. Nothing is cut in the first third of a
text, and nothing where the article itself is about such matters (a story about a fund, a recipe for cookies).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from operator import or_

_APPEAL = re.compile(
    r"\b(?:(?:readers?|people|supporters|members|viewers|listeners) like you\b|reader[- ](?:funded|supported|powered)\b"
    r"|(?:mak|consider)(?:e|ing) a (?:\S{1,20} ){0,2}(?:donation|contribution|gift)\b"
    r"|become an? (?:\S{1,20} )?(?:member|supporter|subscriber|patron)\b"
    r"|support (?:us|our|independent|quality|public|local|nonprofit) ?(?:journalism|newsroom|reporting|work|mission|media)?\b"
    r"|(?:donate|subscribe|join us|contribute) (?:today|now|here)\b"
    r"|please (?:support us|donate|consider (?:supporting|donating))"
    r"|your (?:\S{1,20} )?(?:support|donations?|contributions?|help|generosity|membership)\b.{0,80}\b(?:us|our|we)\b"
    r"|(?:us|our|we)\b.{0,80}\b(?:with|on|of) your (?:\S{1,20} )?(?:support|donations?|contributions?|help|generosity)\b"
    r"|will you (?:help|support|join) us\b|help (?:us )?(?:to )?(?:fund|keep|sustain) (?:our|us)\b"
    r"|rely on (?:readers|your|our readers)\b|unterstützen sie (?:uns|unsere|unabhängigen)|unterstütze (?:uns|unsere)"
    r"|mit (?:ihrer|deiner|eurer) (?:spende|unterstützung)|jetzt spenden\b|spenden sie\b"
    r"|(?:kostenlos|gratis|unverbindlich) (?:testen|probelesen)\b"
    r"|testen sie\b.{0,40}\b(?:zeitung|ausgabe|abo|woche|monat)|essai gratuit\b|prueba gratis\b|prova gratis\b"
    r"|teste grátis\b|gratis proberen\b|werden sie (?:\S{1,20} )?(?:mitglied|fördermitglied|abonnent)"
    r"|auf (?:ihre|eure|deine) (?:unterstützung|spenden?)\b|soutenez(?:-nous|[- ](?:notre|une|la presse|le journalisme))"
    r"|fai(?:tes|re) un don\b|vo(?:s|tre) (?:dons?|soutien)\b|devenez (?:membre|abonné|adhérent)"
    r"|ap[oó]y(?:a|anos|e)\b.{0,30}\bperiodismo|haz(?:te)? (?:socio|socia|miembro|una donación)"
    r"|tu (?:apoyo|donación|aporte)\b|sostieni(?:ci)?\b|fai una donazione|dona ora\b|il tuo (?:sostegno|contributo)\b"
    r"|abbonati (?:ora|subito)\b|apoie (?:o|a|nosso|nossa)\b|faça uma doação|seja (?:um )?(?:assinante|apoiador|membro)\b"
    r"|steun (?:ons|onze)\b|word (?:nu )?(?:lid|donateur)\b|wesprzyj (?:nas|nasz)|twoje wsparcie\b"
    r"|støt(?:t)? (?:os|oss)\b|stöd oss\b)|^(?:start|begin|try|get) .{0,30}\bfree trial\b"
    r"|поддержите (?:нас|наш|проект|редакцию)|(?:ваш|вашей|ваша) (?:поддержк|пожертвован)",
    re.I,
)
"""Requests for money or membership, in languages whose newsrooms were seen to make them."""
_ABOUT_NEWSROOM = re.compile(
    r"\b(?:our (?:journalism|newsroom|journalists|readers|mission|coverage)\b|free press\b|paywalls?\b|donations?\b"
    r"|we (?:believe|rely|depend|need you)\b|unser(?:e|em|en)? (?:journalismus|redaktion|arbeit)\b"
    r"|notre (?:journalisme|rédaction)\b)|^at [\w .]{2,30},? we\b",
    re.I,
)
"""What an appeal says of the newsroom before and between its requests."""
_PRIVACY = (
    r"(?:technolog|servic|personal|consent|preferen|web ?site|this site|privacy|partner|browser|advert|analytic|einwillig"
    r"|datenschutz|dienste|vie privée|privacidad|preferenze)"
)
_COOKIE_NOTICE = re.compile(rf"\bcookies\b.{{0,200}}{_PRIVACY}|{_PRIVACY}.{{0,200}}\bcookies\b", re.I)
_CONSENT_NOTICE = re.compile(
    r"^(?:die technische speicherung oder der zugriff|the technical storage or access|le stockage ou l.accès technique"
    r"|el almacenamiento o acceso técnico|l.archiviazione tecnica o l.accesso|de technische opslag of toegang"
    r"|wird verwendet, um .{1,40}-inhalte zu entsperren)",
    re.I,
)
"""The consent dialogs of Complianz and Borlabs, which do not contain the word cookie."""
_ANY_COOKIE = re.compile(r"\bcookies?\b", re.I)
_APPEAL_HINTS = (
    "like you", "reader-", "reader ", "donat", "contribution", "gift", "member", "supporter", "subscriber", "patron",
    "support", "subscribe", "join us", "contribute", "your help", "generosity", "will you", "help us", "help keep",
    "help fund", "help sustain", "rely on", "unterstütz", "spende", "mitglied", "abonn", "abbon", "soutenez", " un don",
    "vos dons", "votre don", "soutien", "membre", "adhérent", "periodismo", "socio", "socia", "miembro", "donación", "apoyo",
    "aporte", "sostieni", "donazione", "dona ora", "sostegno", "contributo", "apoie", "doação", "assinante", "apoiador",
    "kostenlos ", "gratis", "gratuit", "unverbindlich ", "testen sie", "free trial", "grátis",
    "membro", "steun", "word ", "wesprzyj", "wsparcie", "støt", "stöd", "поддерж", "пожертвован",
)  # fmt: skip
"""Substrings of what `_ASKS` matches, in lower case: searching for them costs a hundredth of the pattern."""
_CONSENT_HINTS = (
    "cookie",
    "technische",
    "technical storage",
    "stockage ou",
    "almacenamiento o",
    "archiviazione tecnica",
    "entsperren",
)
_MIN_SHARE = 0.5
"""Share of the lines to the end that must appeal as well."""
_LONGEST = 2000
"""Characters of a line that are examined."""
_UNCUT_SHARE = 0.3
"""Share of the text, in characters, in which nothing is cut."""


def cut_appeals(lines: Sequence[str]) -> list[str]:
    """A text's lines without the appeal at the end."""
    beginnings = [line[:_LONGEST] for line in lines]
    end, text = len(lines), "\n".join(beginnings).lower()
    if any(hint in text for hint in _CONSENT_HINTS):
        notices = [_is_consent_notice(line) for line in beginnings]
        end = _run_start(lines, notices, notices, [bool(_ANY_COOKIE.search(line)) for line in beginnings])
    if hints := [hint for hint in _APPEAL_HINTS if hint in text]:
        appeals = [_is_appeal(line, hints) for line in beginnings[:end]]
        if any(appeals):
            about_newsroom = [bool(_ABOUT_NEWSROOM.search(line)) for line in beginnings[:end]]
            end = _run_start(lines[:end], appeals, [*map(or_, appeals, about_newsroom)], appeals)
            while 1 < end < len(about_newsroom) and about_newsroom[end - 1]:
                end -= 1
    return list(lines[:end])


def _is_consent_notice(line: str) -> bool:
    is_about_cookies = "cookies" in line.lower() and _COOKIE_NOTICE.search(line) is not None
    return is_about_cookies or _CONSENT_NOTICE.match(line) is not None


def _is_appeal(line: str, hints: Sequence[str]) -> bool:
    lower = line.lower()
    return any(hint in lower for hint in hints) and _APPEAL.search(line) is not None


def _run_start(
    lines: Sequence[str], starts: Sequence[bool], continues: Sequence[bool], on_topic: Sequence[bool]
) -> int:
    """The index of the run that ends a text, or the number of lines where there is none.

    Its first line `starts` a run, and most of its lines `continue` one. Where a line further up is on its topic, the article is
    about such matters, and there is no run.
    """
    total, length_above = sum(map(len, lines)), 0
    for index, line in enumerate(lines):
        if starts[index] and length_above > _UNCUT_SHARE * total:
            return index if sum(continues[index:]) >= _MIN_SHARE * (len(lines) - index) else len(lines)
        if on_topic[index]:
            break
        length_above += len(line)
    return len(lines)
