"""A headline and two paragraphs in the languages of the press forms."""

from __future__ import annotations

TEXTS = {
    "en": (
        "Town library opens again",
        "The town library reopened on Saturday with a new reading room for children on the second floor, and families "
        "queued at the door from early morning.",
        "The head librarian said the new building holds thirty thousand books, half of them given by residents, and "
        "stays open until nine in the evening.",
    ),
    "de": (
        "Stadtbibliothek öffnet wieder",
        "Die Stadtbibliothek hat am Samstag wieder geöffnet, im zweiten Stock gibt es nun einen Lesesaal für Kinder, "
        "und schon am frühen Morgen standen Familien an.",
        "Die Leiterin sagte, das neue Haus habe dreißigtausend Bücher, die Hälfte davon von Einwohnern gestiftet, und "
        "sei bis neun Uhr abends geöffnet.",
    ),
    "fr": (
        "La bibliothèque rouvre ses portes",
        "La bibliothèque municipale a rouvert samedi avec une nouvelle salle de lecture pour les enfants au deuxième "
        "étage, et des familles attendaient dès le matin.",
        "La directrice a indiqué que le nouveau bâtiment compte trente mille livres, dont la moitié donnés par les "
        "habitants, et ferme à neuf heures du soir.",
    ),
    "es": (
        "La biblioteca vuelve a abrir",
        "La biblioteca municipal reabrió el sábado con una nueva sala de lectura para niños en el segundo piso, y las "
        "familias hacían cola desde temprano.",
        "La directora explicó que el nuevo edificio tiene treinta mil libros, la mitad donados por vecinos, y que "
        "cierra a las nueve de la noche.",
    ),
    "it": (
        "La biblioteca riapre",
        "La biblioteca comunale ha riaperto sabato con una nuova sala di lettura per bambini al secondo piano, e le "
        "famiglie erano in coda fin dal mattino.",
        "La direttrice ha spiegato che il nuovo edificio ospita trentamila libri, metà donati dai residenti, e resta "
        "aperto fino alle nove di sera.",
    ),
    "pt": (
        "Biblioteca volta a abrir",
        "A biblioteca municipal reabriu no sábado com uma nova sala de leitura para crianças no segundo andar, e as "
        "famílias faziam fila desde cedo.",
        "A diretora disse que o novo prédio tem trinta mil livros, metade deles doados por moradores, e fica aberto até"
        " as nove da noite.",
    ),
    "nl": (
        "Bibliotheek weer open",
        "De stadsbibliotheek is zaterdag heropend met een nieuwe leeszaal voor kinderen op de tweede verdieping, en "
        "gezinnen stonden al vroeg in de rij.",
        "De directeur zei dat het nieuwe gebouw dertigduizend boeken telt, waarvan de helft geschonken door bewoners, "
        "en tot negen uur open is.",
    ),
    "sv": (
        "Biblioteket öppnar igen",
        "Stadsbiblioteket öppnade igen på lördagen med en ny läsesal för barn på andra våningen, och familjer köade "
        "redan tidigt på morgonen.",
        "Chefen sade att den nya byggnaden har trettiotusen böcker, hälften skänkta av invånarna, och är öppen till nio"
        " på kvällen.",
    ),
    "pl": (
        "Biblioteka znów otwarta",
        "Biblioteka miejska została w sobotę ponownie otwarta, na drugim piętrze powstała czytelnia dla dzieci, a "
        "rodziny czekały w kolejce od rana.",
        "Dyrektorka powiedziała, że nowy gmach mieści trzydzieści tysięcy książek, z czego połowę podarowali "
        "mieszkańcy, i jest czynny do dziewiątej.",
    ),
    "ru": (
        "Библиотека снова открыта",
        "Городская библиотека вновь открылась в субботу, на втором этаже появился читальный зал для детей, и семьи "
        "стояли в очереди с раннего утра.",
        "Директор рассказала, что в новом здании тридцать тысяч книг, половину из которых подарили жители, и оно "
        "открыто до девяти вечера.",
    ),
    "tr": (
        "Kütüphane yeniden açıldı",
        "Şehir kütüphanesi cumartesi günü yeniden açıldı, ikinci katta çocuklar için yeni bir okuma salonu var ve "
        "aileler sabah erkenden sıraya girdi.",
        "Müdür, yeni binada otuz bin kitap bulunduğunu, yarısının sakinler tarafından bağışlandığını ve akşam dokuza "
        "kadar açık olduğunu söyledi.",
    ),
    "ar": (
        "افتتاح مكتبة المدينة من جديد",
        "أعيد افتتاح مكتبة المدينة يوم السبت مع قاعة مطالعة جديدة للأطفال في الطابق الثاني، واصطفت العائلات أمام الباب "
        "منذ الصباح الباكر.",
        "وقالت المديرة إن المبنى الجديد يضم ثلاثين ألف كتاب تبرع السكان بنصفها، ويبقى مفتوحا حتى التاسعة مساء.",
    ),
}
"""Headline and two paragraphs."""
