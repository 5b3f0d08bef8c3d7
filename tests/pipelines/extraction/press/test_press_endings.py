"""Lines with which a page ends a text, as the press of four languages writes them, and editors' notes, which stay."""

from __future__ import annotations

import pytest

from tests.pipelines.extraction.press.press_page import TEXTS, read_page

LINES = {
    "en": (
        "Copyright 2024 The Harbour Post. All rights reserved.",
        "Copyright © 2024 The Harbour Post. All rights reserved. This material may not be published, "
        "broadcast, rewritten or redistributed.",
        "© 2024 The Harbour Post", "This story has been updated.", "This article was originally published on Harbour Post.",
        "This story was originally published March 5, 2024 at 3:32 PM.", "Read the full story here.",
        "Click here to read more", "For more news, follow us on Facebook and X.",
        "Follow Harbour Post on WhatsApp, Instagram and Facebook for all the latest news.",
        "Sign up for our newsletter to get the latest news in your inbox.",
        "Get our top stories in your inbox every morning.", "Have a story? Email news@harbour.example",
        "Do you have a tip? Contact us at tips@harbour.example", "Contact the reporter at ada@harbour.example",
        "Reach Ada Holm at ada@harbour.example or on X @adaholm", "Email: ada@harbour.example",
        "Ada Holm is a reporter for Harbour Post. Follow her on X at @adaholm.", "Ada Holm can be reached at 555-1234.",
        "Comments", "Leave a comment", "View comments", "Join the conversation", "Share this article", "Share", "Print",
        "Tweet", "Advertisement", "ADVERTISEMENT - CONTINUE READING BELOW", "Article continues after this advertisement",
        "Sponsored content", "Listen to this article", "3 min read", "Related: The old piles", "More from Harbour Post",
        "Most read", "Top stories", "Recommended for you", "Tags: library, books", "Topics: Library", "Filed under: Local",
        "Photo: Ada Holm", "Photo by Ada Holm on Unsplash", "Image credit: Getty Images", "Getty Images", "FILE PHOTO",
        "Source: Reuters", "(With inputs from agencies)",
        "(This story has not been edited by Harbour staff and is auto-generated from a syndicated feed.)",
        "With files from The Canadian Press", "With contributions from Reuters", "— Reuters", "(AP)", "AP", "—", "***",
        "###", "-30-", "Our Standards: The Thomson Reuters Trust Principles.",
        "Disclaimer: The views expressed are the author's own.",
        "The views expressed in this article are the author's own and do not necessarily reflect the "
        "editorial policy of Harbour Post.",
        "Subscribe to continue reading", "Already a subscriber? Log in", "Download the app", "Back to top", "Next article",
        "Previous article", "Read Next", "Loading...", "JavaScript is required", "Published in Local", "Posted in News",
        "ALSO READ: The old piles", "ALSO READ | The old piles", "READ ALSO: The old piles", "SEE ALSO: The old piles",
        "Don't Miss", "Trending Now", "LIVE TV", "Watch: The ferry sails again", "Video: The ferry sails again",
        "Originally published on 5 March 2024",
    ),
    "de": (
        "© dpa-infocom, dpa:240305-99-123456/3", "© 2024 Hafenpost", "Alle Rechte vorbehalten", "Mehr zum Thema",
        "Lesen Sie auch: Die alten Pfähle", "Weitere Informationen", "Zur Startseite", "Artikel teilen", "Kommentare",
        "Kommentieren", "Newsletter abonnieren", "Jetzt anmelden", "Anzeige", "Quelle: dpa", "Quellen: dpa, AFP", "(dpa)",
        "dpa", "Foto: dpa", "Bild: Ada Holm", "Symbolbild", "Dieser Artikel wurde zuletzt aktualisiert am 5. März 2024.",
        "Dieser Text erschien zuerst in der Hafenpost.", "Stand: 05.03.2024",
        "Haben Sie Hinweise? Schreiben Sie an a@b.example", "Fehler gefunden? Jetzt melden.", "Schlagworte: Bibliothek",
        "Themen: Bibliothek, Bücher", "Lesezeit: 3 Minuten", "Diesen Artikel drucken", "Nach oben",
        "Das könnte Sie auch interessieren", "Ada Holm ist Redakteurin der Hafenpost.", "Folgen Sie uns auf WhatsApp",
        "Impressum", "Redaktion: Ada Holm", "Über dieses Thema berichtete der Deutschlandfunk am 5. März 2024.",
    ),
    "fr": (
        "© AFP", "(AFP)", "Avec AFP", "Lire aussi : Les vieux pieux", "À lire aussi", "Partager l'article", "Commentaires",
        "Réagir", "Publicité", "Crédit photo : AFP", "Photo : Ada Holm", "Inscrivez-vous à notre newsletter",
        "Tous droits réservés", "Article mis à jour le 5 mars 2024", "Retrouvez toute l'actualité sur notre site",
        "Suivez-nous sur Facebook", "Mots-clés : bibliothèque", "Pour aller plus loin", "Abonnez-vous", "Haut de page",
    ),
    "es": (
        "© EFE", "(EFE)", "Con información de EFE", "Lea también: Los viejos pilotes", "Te puede interesar", "Compartir",
        "Comentarios", "Publicidad", "Foto: EFE", "Suscríbase a nuestro boletín", "Todos los derechos reservados",
        "Síguenos en Facebook", "Etiquetas: biblioteca", "Más noticias", "Ver más", "Temas relacionados",
        "Noticias relacionadas", "Recibe las noticias en tu correo", "Fuente: EFE", "Última actualización: 5 de marzo",
    ),
}  # fmt: skip
NOTES = (
    ("en", "Editor's note: This article was updated on March 5."),
    ("en", "Correction: An earlier version of this article misstated the number of books."),
    ("de", "Transparenzhinweis: In einer früheren Version stand ein anderer Preis."),
)


@pytest.mark.parametrize(
    ("language", "line"), [(language, line) for language, lines in LINES.items() for line in lines]
)
def test_what_a_page_says_of_itself_is_no_text(language: str, line: str) -> None:
    _, *paragraphs = TEXTS[language]
    assert read_page(language, tail=f"<p>{line}</p>")["text"].split("\n") == paragraphs


@pytest.mark.parametrize(("language", "note"), NOTES)
def test_a_note_of_the_editors_stays(language: str, note: str) -> None:
    _, *paragraphs = TEXTS[language]
    assert read_page(language, tail=f"<p>{note}</p>")["text"].split("\n") == [*paragraphs, note]
