"""What stands in a byline and is no person: duties in many languages, towns of two words, agencies that sign."""

from __future__ import annotations

import re

from pipelines.extraction.text.word_lists import words

DUTY = re.compile(
    r"\b(?:staff|reporters?|writers?|correspondents?|editors?|columnist|contribut(?:or|ing)|journalists?|chief|senior"
    r"|associate|producer|photographer|expert|founder|co-?founder|gardener|astrologer"
    r"|specialist|analyst|director|manager|coach|consultant|president|professor|candidate|strategist|ceo|cto"
    r"|founder|owner|published|updated|posted|minutes?|min read|hours?|special to"
    r"|redakteur(?:in)?|korrespondent(?:in)?|journaliste|redacción|redazione|redactie|politics|health|uhr"
    r"|aktualisiert|kommentar|analyse|edition|digital edition"
    r"|\w{0,20}redakteur(?:in)?|\w{0,20}redaktör|\w{0,20}redaktør|redaktor(?:ka)?|šéfredaktor(?:ka)?|redaktur"
    r"|volont[äa]r(?:in)?|praktikant(?:in)?"
    r"|\w{0,20}korrespondent(?:in|en)?|korespondent(?:ka)?|koresponden|corresponda?nte?|corresponsal|corrispondente"
    r"|correspondent[ae]?"
    r"|rédact(?:eur|rice)|redactora?|redacteur|redattore|redattrice|caporedattore|capo redattore|inviat[oa]|enviad[oa]|periodista"
    r"|giornalista|jornalista|repórter|reporterin|reportér(?:ka)?|colunista|columnista|editora|verslaggever"
    r"|verslaggeefster|grand reporter"
    r"|kommentator|toimittaja|kirjeenvaihtaja|uutispäällikkö|dziennikar(?:z|ka)|publicyst(?:a|ka)|zpravodaj(?:ka)?|novinář(?:ka)?"
    r"|újságíró|szerkesztő|tudósító|főszerkesztő-helyettes|jurnalist[ăa]?|corespondent|muhabir|temsilcisi|köşe yazarı|editör"
    r"|wartawan|jurnalis|phóng viên|biên tập viên"
    r"|δημοσιογράφος|συντάκτ(?:ης|ρια)|ανταποκρ\w{3,8}|корреспондент(?:ка)?|кореспондент(?:ка)?|обозреватель"
    r"|оглядач(?:ка)?|журналист(?:ка)?"
    r"|журналіст(?:ка)?|редактор(?:ка)?)\b"
    r"|(?:^|\s)(?:مراسل|مراسلة|صحفي|صحفية|صحافي|صحافية|كاتب|كاتبة|خبرنگار|روزنامه‌نگار|دبیر|כתבת?|עור(?:ך|כת)|פרשן|פרשנית)(?=\s|$)"
    r"|संवाददाता|ब्यूरो|ผู้สื่อข่าว|นักข่าว|編集委員|ジャーナリスト|논설위원|부\s기자$|部記者$", re.I,
)  # fmt: skip
"""What somebody is: never a name where one stands before it."""
AGENCIES = words(
    "dpa dpa-afx afp apa sda sid epd kna ap ddp dapd ots reuters ansa agi efe lusa belga anp tt ntb ritzau stt pap čtk tasr sita"
    " mti aa тасс pti ani ians upi mena sana wam spa dpa-infocom tass agerpres hina tanjug bta"
    " Reuters Bloomberg Lusa Ritzau Agerpres Antara Belga Tanjug Hina Xinhua Kyodo Yonhap Anadolu Mediafax"
    " Ukrinform Укрінформ Интерфакс"
    " Belga Sputnik Axios Ansa"
) | {"Europa Press", "Associated Press", "Agence France-Presse", "Press Association", "Press Trust of India"}
"""News agencies that sign, most with one word, and are told from a town by nothing else; those in capitals need no table."""


def is_agency(text: str) -> bool:
    """Whether a text is an agency that signs with one word, however it is written."""
    return text in AGENCIES or text.lower() in AGENCIES


TOWNS = frozenset(
    (
        "New York", "New Delhi", "Hong Kong", "Tel Aviv", "Los Angeles",
        "San Francisco", "Buenos Aires", "São Paulo", "Rio de Janeiro",
        "Mexico City", "Ciudad de México", "Kuala Lumpur", "Phnom Penh",
        "Addis Ababa", "Cape Town", "Den Haag", "The Hague", "Hà Nội",
        "नई दिल्ली", "תל אביב", "Нью-Йорк", "Abu Dhabi", "Saint Petersburg", "Санкт-Петербург",
    )
)  # fmt: skip
"""Towns of two words that bylines are written from."""
