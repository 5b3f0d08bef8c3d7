"""Appeals behind an article, a line in each language: all that can be told as one is looked for."""

from __future__ import annotations

import pytest

from pipelines.extraction.body.appeals import cut_appeals

STORY = [
    f"The bridge at Harbour Reach was closed again on Monday, the third time since number {n} was hung up."
    for n in range(4)
]


@pytest.mark.parametrize(
    "line",
    [
        "This is paid for by readers like you.",
        "We are a reader-funded magazine.",
        "Consider making a small donation.",
        "You can become a sustaining patron in a minute.",
        "It takes a minute to support local journalism.",
        "Please donate.",
        "Contribute now, it takes a minute.",
        "We could not do this without the many who send your generosity to our desk.",
        "We live on your contributions.",
        "Will you join us?",
        "Each gift helps fund our work: help fund our next year.",
        "We rely on readers.",
        "Unterstützen Sie unabhängigen Lokaljournalismus.",
        "Mit Ihrer Spende bleibt das so.",
        "Jetzt spenden!",
        "Werden Sie Fördermitglied.",
        "Drei Wochen kostenlos testen",
        "Testen Sie die gedruckte Zeitung.",
        "Start your free trial",
        "Essai gratuit d'un mois",
        "Prueba gratis",
        "Wir sind auf eure Unterstützung angewiesen.",
        "Soutenez la presse libre.",
        "Faites un don.",
        "C’est possible grâce à vos dons.",
        "Devenez membre.",
        "Apoya el buen periodismo.",
        "Hazte socio.",
        "Gracias por tu aporte.",
        "Sostieni il giornale con poco.",
        "Fai una donazione.",
        "Dona ora.",
        "Ogni giorno conta il tuo sostegno.",
        "Abbonati ora.",
        "Apoie o jornalismo.",
        "Faça uma doação.",
        "Seja assinante.",
        "Steun ons.",
        "Word lid.",
        "Wesprzyj nas.",
        "Liczy się twoje wsparcie.",
        "Støtt oss.",
        "Stöd oss.",
        "Поддержите редакцию.",
        "Нам нужна ваша поддержка.",
    ],
)
def test_every_language_is_heard(line: str) -> None:
    assert cut_appeals([*STORY, line]) == STORY
    assert cut_appeals(STORY) == STORY
