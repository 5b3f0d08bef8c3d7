"""Who wrote an article: the forms in which many systems and languages print it, and what stands beside it and is no author."""

from __future__ import annotations

import pytest

from db.models import Article, Page
from db.site_rules.loader import Sites
from pipelines.extraction.credits.byline_names import after_opening
from pipelines.extraction.credits.byline_places import signed_names
from pipelines.extraction.credits.names.persons import split_byline
from pipelines.extraction.extract import extract
from pipelines.extraction.text.byline_words import byline_words

_TEXT = {
    "en": "The ferry to the island runs again from Monday, three weeks after a storm tore away part of the pier, the office said. ",
    "de": "Die Fähre zur Insel fährt ab Montag wieder, drei Wochen nachdem ein Sturm einen Teil des Stegs fortgerissen hatte. ",
    "fr": "Le bac pour l'île reprend lundi, trois semaines après la tempête qui avait emporté une partie de la jetée du port. ",
    "es": "El transbordador a la isla vuelve el lunes, tres semanas después de que una tormenta se llevara parte del muelle. ",
    "sv": "Färjan till ön går igen från och med måndag, tre veckor efter att en storm slet bort en del av bryggan i hamnen. ",
    "el": "Το πλοίο για το νησί ξεκινά πάλι τη Δευτέρα, τρεις εβδομάδες μετά την καταιγίδα που πήρε μέρος της προβλήτας. ",
    "pt": "A balsa para a ilha volta na segunda-feira, três semanas depois de uma tempestade arrancar parte do cais do porto. ",
    "it": "Il traghetto per l'isola riparte lunedì, tre settimane dopo che una tempesta ha portato via una parte del molo. ",
    "nl": "De veerboot naar het eiland vaart vanaf maandag weer, drie weken nadat een storm een deel van de pier had weggeslagen. ",
    "nb": "Fergen til øya går igjen fra mandag, tre uker etter at en storm rev bort en del av moloen, opplyste havnekontoret. ",
    "da": "Færgen til øen sejler igen fra mandag, tre uger efter at en storm rev en del af molen væk, oplyste havnekontoret. ",
    "pl": "Prom na wyspę znowu kursuje od poniedziałku, trzy tygodnie po tym, jak sztorm zerwał część pomostu w porcie. ",
    "fi": "Lautta saarelle kulkee taas maanantaista alkaen, kolme viikkoa sen jälkeen kun myrsky vei osan laiturista. ",
    "ro": "Feribotul spre insulă circulă din nou de luni, la trei săptămâni după ce o furtună a smuls o parte a digului. ",
    "ms": "Feri ke pulau itu beroperasi semula mulai Isnin, tiga minggu selepas ribut memusnahkan sebahagian daripada jeti. ",
    "hr": "Trajekt za otok ponovno vozi od ponedjeljka, tri tjedna nakon što je oluja odnijela dio pristaništa u luci. ",
    "tr": "Adaya giden vapur pazartesi yeniden başlıyor, fırtınanın iskelenin bir bölümünü koparmasından üç hafta sonra. ",
}


def authors(header: str, tail: str = "", *, language: str = "en", head: str = "", box: str = "post") -> list[str]:
    """The authors read from a page with these lines between headline and text, and below the text; `box` is the class of all."""
    return list(article(header, tail, language=language, head=head, box=box).authors)


def editors(header: str, tail: str) -> list[str]:
    """The editors read from such a page."""
    return list(article(header, tail).editors)


def article(header: str, tail: str, *, language: str = "en", head: str = "", box: str = "post") -> Article:
    text = "".join(f"<p>{_TEXT[language] * 2}</p>" for _ in range(3))
    html = (
        f'<!DOCTYPE html><html lang="{language}"><head><meta charset="utf-8"><title>1 Ferry, 2 Piers</title>{head}</head><body>'
        f'<main><article class="{box}"><h1>1 Ferry, 2 Piers</h1>{header}<div class="text">{text}</div>{tail}</article></main>'
        "</body></html>"
    )
    outcome = extract(Page(body=html.encode(), url="https://www.harbour.example/news/ferry"), Sites())
    assert isinstance(outcome, Article)
    return outcome


@pytest.mark.parametrize(
    ("header", "want"),
    [
        ("<p>By <a href='/x'>Anna Holt</a> <span>| Published 09:14, 5 Mar 2024</span></p>", ["Anna Holt"]),
        ("<p>Author of the article:</p><p><a href='/by/anna-holt'>Anna Holt</a></p><p>Mar 05, 2024</p>", ["Anna Holt"]),
        ("<div>By</div><ul><li>Anna Holt, </li><li>Ben Ruud &amp;</li><li>Cara Lind</li></ul><p>9 min read</p>",
         ["Anna Holt", "Ben Ruud", "Cara Lind"]),
        ("<p>By Anna Holt For Harbour.Example</p>", ["Anna Holt"]),
        ("<p>By Anna Holt on Tuesday</p>", ["Anna Holt"]),
        ("<p>by <b>ANNA HOLT</b> on <span>Jan 22, 2025</span></p>", ["ANNA HOLT"]),
        ("<p>Opinion by Anna Holt</p>", ["Anna Holt"]),
        ("<p>Posted by Anna Holt at 04:52 PM in Boats</p>", ["Anna Holt"]),
        ("<p><span>Posted by <span class='fn'>Anna</span></span> <span>at <a href='/2009/x'>8:41 PM</a></span></p>", ["Anna"]),
        ("<div class='meta'><span>March 5, 2024</span> | <span class='meta__by'>Anna Holt</span></div>",
         ["Anna Holt"]),
        ("<p>This post was written by <a href='/x'>Anna Holt</a>, harbour master.</p>", ["Anna Holt"]),
        ("<div><a class='url fn n' href='/author/anna'>Anna Holt</a> <time datetime='2024-03-05'>March 5, 2024</time></div>",
         ["Anna Holt"]),
        ("<span class='author vcard'><a class='url fn n' href='/?author=3'>Anna</a></span> <span>March 5, 2024</span>", ["Anna"]),
        ("<div class='Byline_box'><span>News</span><strong>Anna Holt</strong> <span class='role'>Deputy Chief</span>"
         "<span>08:39, 06 Jan 2026</span></div>", ["Anna Holt"]),
        ("<div class='author-info'><a class='name' href='/staff/anna'>Anna Holt</a><span class='job'>News Reporter</span></div>",
         ["Anna Holt"]),
        ("<p><a href='/profile/anna'>Anna Holt</a></p><p>5:00</p>", ["Anna Holt"]),
        ("<p>Anna Holt</p><p><time>4 months ago</time></p>", ["Anna Holt"]),
        ("<p>Anna Holt</p><p>Updated 15.59 | Published 14.14</p>", ["Anna Holt"]),
        ("<p class='post-author'><a href='/a'>Articles by Anna Holt</a></p>", ["Anna Holt"]),
        ("<p>Anna Holt</p><p>Reviewed by: Ben Ruud, MD</p><p>5 March 2024</p>", ["Anna Holt"]),
        ("<time>February 13, 2024 08:00 AM Eastern Standard Time</time>", []),
        ("<p>By Anna Holt The Associated Press</p>", ["Anna Holt", "The Associated Press"]),
    ],
)  # fmt: skip
def test_printed_in_english(header: str, want: list[str]) -> None:
    assert authors(header) == want


@pytest.mark.parametrize(
    ("language", "header", "want"),
    [
        ("de", "<p><span class='author'>Von dpa</span> <span>30.04.2024, 18:58</span></p>", ["dpa"]),
        ("de", "<p>Von</p><p><span class='a'>Jan Riem</span></p><p><span class='a'>Eva Holt</span></p>", ["Jan Riem", "Eva Holt"]),
        ("de", "<p>Kolumne von <a href='/x'>Jan Riem</a></p>", ["Jan Riem"]),
        ("de", "<p>Ein Kommentar von Jan Riem</p>", ["Jan Riem"]),
        ("fr", "<p>Chronique de mer par Jeanne Holt</p>", ["Jeanne Holt"]),
        ("es", "<p class='x-author__name'><a>Marta Vega</a></p><p class='x-author__special'>Corresponsal en Puerto</p>",
         ["Marta Vega"]),
        ("sv", "<ul><li><a href='/skribent/per-holt'>Per-Erik Holt</a></li></ul><p><time>måndag 5 augusti kl. 14:47</time></p>",
         ["Per-Erik Holt"]),
        ("el", "<p>Του Γιάννη Πάππα</p><p>5 Μαρτίου 2024</p>", ["Γιάννη Πάππα"]),
    ],
)  # fmt: skip
def test_printed_in_other_languages(language: str, header: str, want: list[str]) -> None:
    assert authors(header, language=language) == want


@pytest.mark.parametrize(
    "header",
    [
        "<blockquote><p>Storms come and go.</p><span class='quote__author'>Otto Pier</span></blockquote>",
        "<figure><img src='/a.jpg'><figcaption>The pier <span class='author'>Otto Pier</span></figcaption></figure>",
        "<div class='media-caption'><span class='media-author'>Otto Pier</span></div>",
        "<p><a href='/users/login'>Sign in</a></p>",
        "<p class='byline'>08:39</p>",
    ],
)
def test_author_of_something_else(header: str) -> None:
    assert authors(header) == []


def test_author_box_below_the_text() -> None:
    assert authors("<p>5 March 2024</p>", "<h4>About the author</h4><p>Anna Holt</p><p>She lives on a boat.</p>") == [
        "Anna Holt"
    ]


def test_library_tags_put_the_surname_first() -> None:
    head = '<meta name="citation_author" content="Holt, Anna M."><meta name="citation_author" content="Ruud, Ben">'
    assert authors("", head=head) == ["Anna M. Holt", "Ben Ruud"]


@pytest.mark.parametrize(
    ("value", "names"),
    [
        ("Фото: Алексей Меринов", []),
        ("Foto von Jan Holt", []),
        ("Photo by Ann Holt", []),
        ("Bild", ["Bild"]),
        ("Recueilli par Anne Martin", ["Anne Martin"]),
        ("Propos recueillis par Anne Martin et Luc Moreau", ["Anne Martin", "Luc Moreau"]),
        ("KURIER-Online-Experte Jan Holt", ["Jan Holt"]),
        ("Von Abstand über Maske bis Zoonose", []),
    ],
)
def test_what_only_looks_like_a_name(value: str, names: list[str]) -> None:
    assert split_byline(value, trusted=True) == names


@pytest.mark.parametrize(
    ("language", "value", "names"),
    [
        ("en", "Robert E Lee", ["Robert E Lee"]),
        ("it", "Robert E Lee e Anna Rossi", ["Robert E Lee", "Anna Rossi"]),
        ("en", "Mary A Jones", ["Mary A Jones"]),
        ("cs", "Mary A Jones a Petr Svoboda", ["Mary A Jones", "Petr Svoboda"]),
        ("en", "By Y Lan Phan and Carl I Holt", ["Y Lan Phan", "Carl I Holt"]),
        ("en", "ROBERT E LEE AND DAN BROWN", ["ROBERT E LEE", "DAN BROWN"]),
        ("en", "Von Miller", ["Von Miller"]),
        ("de", "Von Eva Miller und Jan Riem", ["Eva Miller", "Jan Riem"]),
        ("en", "Oleh Petrenko", ["Oleh Petrenko"]),
        ("id", "Oleh Budi Santoso dan Ani Putri", ["Budi Santoso", "Ani Putri"]),
        ("en", "Yazan Haddad, Dan Brown, Ja Holt and Con Ruud", ["Yazan Haddad", "Dan Brown", "Ja Holt", "Con Ruud"]),
        ("sv", "Pär Holm, Par Lind", ["Pär Holm", "Par Lind"]),
        ("es", "José Ortega y Gasset", ["José Ortega y Gasset"]),
        ("es", "Por José Ortega y Gasset y Ana Vega Ruiz", ["José Ortega y Gasset", "Ana Vega Ruiz"]),
        ("es", "Ana Vega y EFE", ["Ana Vega", "EFE"]),
        ("es", "ANA VEGA Y LUIS SANZ", ["ANA VEGA", "LUIS SANZ"]),
        ("es", "Ana y Luis", ["Ana", "Luis"]),
        ("ca", "Josep Puig i Cadafalch i Anna Ferrer Vila", ["Josep Puig i Cadafalch", "Anna Ferrer Vila"]),
        ("pt", "Ana Lima e Rui Costa", ["Ana Lima", "Rui Costa"]),
        ("nl", "Door Jan de Vries en Eva van Dam", ["Jan de Vries", "Eva van Dam"]),
        ("fi", "Anna Holm ja Ville Laine", ["Anna Holm", "Ville Laine"]),
        ("vi", "Kim Le", ["Kim Le"]),
        ("en", "Ada Holm, Fotini Kale", ["Ada Holm", "Fotini Kale"]),
        ("en", "Fotis van Kale", ["Fotis van Kale"]),
        ("pl", "Ada Holm, Fot. Bo Lund", ["Ada Holm"]),
        ("de", "Text Ada Holm, Foto Bo Lund", ["Ada Holm"]),
        ("hu", "Ada Holm, Fotó: Bo Lund", ["Ada Holm"]),
        ("gl", "Ada Holm, Foto Bo Lund", ["Ada Holm"]),
    ],
)  # fmt: skip
def test_words_around_names_apply_in_their_own_language(language: str, value: str, names: list[str]) -> None:
    assert split_byline(value, byline_words(language)) == names
    assert split_byline(value, byline_words(language), trusted=True) == names


@pytest.mark.parametrize(
    ("kind", "language", "name"),
    [
        ("button", "nb", "Les Brown"),
        ("button", "da", "Del Shannon"),
        ("picture", "pl", "Fotini Kale"),
    ],
)
def test_what_is_no_name_in_one_language_is_one_in_another(kind: str, language: str, name: str) -> None:
    assert signed_names(name, byline_words("en")) == [name], kind
    assert signed_names(name, byline_words(language)) == [], kind
    assert signed_names(name, byline_words(None)) == [], "where the language is not known, all are"


@pytest.mark.parametrize(
    ("language", "byline", "name"),
    [
        ("en", "By Binh Le 5 March 2024", "Binh Le 5 March 2024"),
        ("fr", "Par Ada Holm le 5 mars 2024", "Ada Holm"),
        ("da", "Af Ada Holm den 5. marts 2024", "Ada Holm"),
        ("en", "By Ada Holm on 5 March 2024", "Ada Holm"),
        ("pt", "Por Ada Holm para o Jornal", "Ada Holm"),
        ("it", "Di Ada Para Holm", "Ada Para Holm"),
    ],
)
def test_what_follows_a_name_is_told_in_the_language_of_the_page(language: str, byline: str, name: str) -> None:
    assert after_opening(byline, byline_words(language)) == name


@pytest.mark.parametrize(
    ("language", "header", "want"),
    [
        ("en", "<p>Von Miller</p><p>5 March 2024</p>", ["Von Miller"]),
        ("de", "<p>Von Eva Miller</p><p>5. März 2024</p>", ["Eva Miller"]),
        ("en", "<p>By Del Holt Ruud</p><p>5 March 2024</p>", ["Del Holt Ruud"]),
        ("en", "<p>Da Silva Santos</p><p>5 March 2024</p>", ["Da Silva Santos"]),
        ("en", "<p>Di Holt</p><p>5 March 2024</p>", ["Di Holt"]),
        ("en", "<p>Marco van Basten Holt</p><p>5 March 2024</p>", ["Marco van Basten Holt"]),
        ("es", "<p>Por José Ortega y Gasset</p><p>5 de marzo de 2024</p>", ["José Ortega y Gasset"]),
        ("es", "<p>José Ortega y Gasset</p><p>5 de marzo de 2024</p>", ["José Ortega y Gasset"]),
        ("en", "<p>By Kim Le</p><p>5 March 2024</p>", ["Kim Le"]),
        ("en", "<p>By Kim Le 5 March 2024</p>", ["Kim Le"]),
        ("en", "<p>Les Brown</p><p>5 March 2024</p>", ["Les Brown"]),
        ("en", "<p>Fotini Kale</p><p>5 March 2024</p>", ["Fotini Kale"]),
        ("en", "<p>By Ada Holm, Fotini Kale</p><p>5 March 2024</p>", ["Ada Holm", "Fotini Kale"]),
    ],
)  # fmt: skip
def test_printed_words_apply_in_their_own_language(language: str, header: str, want: list[str]) -> None:
    assert authors(header, language=language) == want


@pytest.mark.parametrize(
    ("language", "header", "tail", "want"),
    [
        ("en", "<p>5 March 2024</p>", "<div>Authors</div><div class='i'>AH</div><div><b class='n'>Anna Holt</b></div>"
         "<div>Staff Engineer</div><div class='i'>BR</div><div><b class='n'>Ben Ruud</b></div><div>Managing Director</div>"
         "<p>Harbour Resources</p>",
         ["Anna Holt", "Ben Ruud"]),
        ("en", "<p>By</p><p>SHARE STORY</p>", "", []),
        ("en", "<p>Author Posts</p>", "", []),
        ("en", "", "<p>- Anna Holt<br>Contributing Writer</p><p>SHARE STORY</p>", ["Anna Holt"]),
        ("de", "", "<p><b>Anna Holt</b></p>", ["Anna Holt"]),
        ("en", "<blockquote><p>A post shared by Otto Pier</p></blockquote><p>By Anna Holt</p>", "", ["Anna Holt"]),
        ("en", "<div class='story-imagecredit'><p>Hero image by Otto Pier</p></div>", "<div class='author-name'>Anna Holt</div>",
         ["Anna Holt"]),
        ("es", "<div rel='author'><a href='/autor/ana'>Ana Vega</a>, <a href='/autor/luis'>Luis Sanz</a> y "
         "<a href='/autor/eva'>Eva Ríos</a><time>Hace 13 horas</time></div>", "",
         ["Ana Vega", "Luis Sanz", "Eva Ríos"]),
        ("en", "", "<div class='x'><div><h3>Anna Holt, MD, FRCP</h3>"
         "<p>Anna Holt is a doctor who sails between the islands.</p></div></div>",
         ["Anna Holt"]),
    ],
)  # fmt: skip
def test_blocks_of_names(language: str, header: str, tail: str, want: list[str]) -> None:
    assert authors(header, tail, language=language) == want


@pytest.mark.parametrize(
    ("head", "want"),
    [
        ('<meta name="author" content="Holt, Anna">', ["Anna Holt"]),
        ('<meta name="author" content="Reuters, Lusa">', ["Reuters", "Lusa"]),
        ('<meta name="twitter:label1" content="Verfasst von"><meta name="twitter:data1" content="Anna Holt">', ["Anna Holt"]),
        ('<meta name="twitter:label1" content="Escrito por"><meta name="twitter:data1" content="Ana Vega">', ["Ana Vega"]),
        ('<meta name="author" content="Example Media"><meta name="article:author" content="Anna Holt">'
         '<meta name="copyright" content="(c) Example Media 2024">', ["Anna Holt"]),
        ('<meta name="author" content="Harbour Works Ltd."><meta name="article:author" content="Anna Holt">', ["Anna Holt"]),
        ('<meta name="author" content="Harbour Works Ltd.">', ["Harbour Works Ltd"]),
        ('<meta name="twitter:label1" content="Reading time"><meta name="twitter:data1" content="Four Minutes">', []),
    ],
)  # fmt: skip
def test_statements_in_other_forms(head: str, want: list[str]) -> None:
    assert authors("", head=head) == want


@pytest.mark.parametrize(
    ("head", "header", "want"),
    [
        ('<meta name="author" content="Anna Holt">', "<p>By <a href='/by/a'>Anna Holt</a>, <a href='/by/b'>Ben Ruud</a></p>",
         ["Anna Holt", "Ben Ruud"]),
        ('<meta name="author" content="Anna Holt">', "<p><a href='/by/a'>Anna Holt</a></p><p><a href='/by/b'>Ben Ruud</a></p>",
         ["Anna Holt", "Ben Ruud"]),
        ('<meta name="author" content="Anna Holt">', "<p><a href='/by/b'>Ben Ruud</a></p>", ["Ben Ruud"]),
        ('<meta property="article:section" content="North Shore">', "<p>North Shore</p><p>09:31 August 20, 2024</p>", []),
    ],
)  # fmt: skip
def test_statements_beside_what_is_printed(head: str, header: str, want: list[str]) -> None:
    assert authors(header, head=head) == want


@pytest.mark.parametrize(
    ("header", "want"),
    [
        ("<p><a rel='author' href='/profile/04'><span itemprop='name'>pierkeeper</span></a></p>", ["pierkeeper"]),
        ("<p><span itemprop='author'>harbour_news</span></p>", ["harbour_news"]),
        ("<p><a rel='author' href='/profile/04'>admin</a></p>", []),
        ("<p><a rel='author' href='/profile/04'>read more of this</a></p>", []),
    ],
)
def test_handles_where_the_page_says_author(header: str, want: list[str]) -> None:
    assert authors(header) == want


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("de", "Text: Eva Riem"),
        ("de", "Text & Fotos: Eva Riem"),
        ("de", "Text und Foto: Eva Riem"),
        ("de", "Text und Bilder: Eva Riem"),
        ("de", "Text/Foto: Eva Riem"),
        ("de", "Text + Fotos: Eva Riem"),
        ("de", "Text: Eva Riem, Fotos: Otto Pier"),
        ("de", "Text und Recherche: Eva Riem"),
        ("de", "Fotos und Text: Eva Riem"),
        ("en", "Photos and text by Eva Riem"),
        ("en", "Words and photos: Eva Riem"),
        ("en", "Text and photos: Eva Riem"),
        ("en", "Words & pictures: Eva Riem"),
        ("en", "Text and photographs by Eva Riem"),
        ("en", "Words and photography by Eva Riem"),
        ("fr", "Texte et photographies : Eva Riem"),
        ("fr", "Texte et images : Eva Riem"),
        ("es", "Texto y fotografías: Eva Riem"),
        ("pt", "Texto e imagens: Eva Riem"),
        ("it", "Testo e fotografie: Eva Riem"),
        ("nl", "Tekst en foto's: Eva Riem"),
        ("nl", "Tekst en beeld: Eva Riem"),
        ("sv", "Text och foto: Eva Riem"),
        ("sv", "Text & bild: Eva Riem"),
        ("nb", "Tekst og foto: Eva Riem"),
        ("da", "Tekst & foto: Eva Riem"),
        ("pl", "Tekst i zdjęcia: Eva Riem"),
        ("fi", "Teksti ja kuvat: Eva Riem"),
    ],
)  # fmt: skip
def test_who_wrote_and_took_the_pictures(language: str, line: str) -> None:
    assert authors(f"<p>{line}</p>", language=language) == ["Eva Riem"]


@pytest.mark.parametrize(
    ("language", "line", "want"),
    [
        ("en", "By Anna Reed, BBC News", ["Anna Reed"]),
        ("en", "Anna Reed, BBC News", ["Anna Reed"]),
        ("en", "By Anna Reed, NRK Nordland", ["Anna Reed"]),
        ("en", "By Anna Reed and Bo Lind, CNN Business", ["Anna Reed", "Bo Lind"]),
        ("en", "By Anna Reed, Holt Tribune", ["Anna Reed"]),
        ("en", "By Anna Reed, Holt Tribune Staff", ["Anna Reed"]),
        ("en", "By Anna Reed, Local Democracy Reporter", ["Anna Reed"]),
        ("en", "By Anna Reed for Reuters", ["Anna Reed"]),
        ("de", "Von Anna Reed, Holter Zeitung", ["Anna Reed"]),
        ("es", "Por Anna Reed, El Correo", ["Anna Reed"]),
        ("en", "By Anna Reed of Reuters", ["Anna Reed", "Reuters"]),
        ("en", "By Anna Reed and AFP", ["Anna Reed", "AFP"]),
        ("es", "Por Anna Reed y AFP", ["Anna Reed", "AFP"]),
        ("en", "By Anna Reed, Wei Sun", ["Anna Reed", "Wei Sun"]),
        ("en", "By Anna Reed and Bill Press", ["Anna Reed", "Bill Press"]),
        ("en", "By Anna Reed, Bo Lind Staff Writer", ["Anna Reed", "Bo Lind"]),
        ("en", "By ANNA REED and BO LIND", ["ANNA REED", "BO LIND"]),
        ("en", "By Holt Tribune", ["Holt Tribune"]),
    ],
)
def test_an_outlet_is_no_author_beside_a_person(language: str, line: str, want: list[str]) -> None:
    assert authors(f"<div class='byline'>{line}</div>", language=language) == want


@pytest.mark.parametrize(
    ("box", "want"),
    [
        ("<div class='credito-edicao'>Edited by: Bo Lind</div>", ["Bo Lind"]),
        ("<div class='story-credits'><span>Edited by: Bo Lind</span></div>", ["Bo Lind"]),
        ("<div><img src='pier.jpg'><div class='credit'>Edited by: Bo Lind</div></div>", []),
        ("<div class='photo-credit'>Edited by: Bo Lind</div>", []),
    ],
)
def test_a_credit_is_a_picture_s_where_a_picture_is(box: str, want: list[str]) -> None:
    assert editors("", box) == want


@pytest.mark.parametrize(
    "line",
    [
        "By Anna Reed - <a href='mailto:reed@post.example'>email</a>",
        "By Anna Reed (<a href='https://social.example/annareed'>@annareed</a>)",
        "By Anna Reed <a href='/bio/reed'>Bio</a>",
        "By Anna Reed, <a href='/'>Holt Tribune</a>",
    ],
)
def test_how_an_author_is_reached_is_no_name(line: str) -> None:
    assert authors(f"<p>{line}</p>") == ["Anna Reed"]


def test_an_author_without_a_page_beside_one_who_has_one() -> None:
    assert authors("<p>By Anna Reed and <a href='/team/lind'>Bo Lind</a></p>") == ["Anna Reed", "Bo Lind"]
