"""The words of generated pages, language by language, for `bench.extraction.generated.byline_forms`: places, people, bylines, labels, text.

One block a language, one line a kind: its name, a colon, what may be drawn divided by " | ". `{n}` is where the names go. `places`
are the `lang` attribute, the site's host, its time zone ("-" where no page tells it), and the locale that dates are written in.
"""

# ruff: noqa: E501
from __future__ import annotations

from functools import cache

_BLOCKS = """
en
places: en-US www.example.com - en_US | en-GB www.example.co.uk Europe/London en_GB | en-IN www.example.in Asia/Kolkata en_IN | en-IE www.example.ie Europe/Dublin en_IE
people: Anna Holt | Peter O'Marsh | Maria de la Cruz | James T. Hollis | Sean McArdle | Priya Raman | Lucy Hart-Dyke | Tom Ng
by: By {n} | by {n} | Written by {n} | Words by {n} | Story by {n} | Author: {n} | Text: {n} | Reported by {n} | Report by {n} | By: {n} | Posted by {n} | Words: {n}
and: and | &
role: Political Editor | Staff writer | Senior Reporter | Health correspondent | Business reporter | Deputy Editor
town: in Berlin | in New York
with: and agencies
published: Published | Published: | Posted on | First published | Published on | Posted
updated: Updated | Last updated | Updated: | Modified | Last modified on
at: , | at | - | |
ago: {h} hours ago | {m} minutes ago | {h} hrs ago
boxes: Related | Comments | About the author | Share
title: The old library by the river opens again
text: The old library by the river opened again on Saturday, three years after the flood, and a long line of children stood at the door. | The head of the house said that half of the thirty thousand books had been given by people of the town, and more arrive every week. | A teacher said that she had read her first novel here, and that she now brings her daughter, who wants to read every book about owls.
de
places: de www.example.de Europe/Berlin de_DE | de-AT www.example.at Europe/Vienna de_AT | de-CH www.example.ch Europe/Zurich de_CH
people: Jörg Mayr | Anna von der Heide | Katrin Öztürk | Hans-Peter Voß | Lea Brandt | Max Schröder
by: Von {n} | von {n} | Text: {n} | Autor: {n} | Autorin: {n} | Ein Artikel von {n} | Verfasst von {n} | Geschrieben von {n} | Eine Reportage von {n} | Text von {n} | Von: {n} | Ein Kommentar von {n} | Ein Gastbeitrag von {n}
and: und
role: Redakteurin | Politikredakteur | Korrespondent | Reporterin | Redakteur Wirtschaft | Volontär
town: in Berlin | Wien
with: und Agenturen
published: Veröffentlicht am | Veröffentlicht: | Stand: | Erstellt am | Publiziert: | Erschienen am
updated: Aktualisiert am | Aktualisiert: | Zuletzt aktualisiert: | Letzte Aktualisierung: | Update: | Geändert am
at: , | um | - | |
ago: vor {h} Stunden | vor {m} Minuten | vor {h} Std.
boxes: Mehr zum Thema | Kommentare | Über den Autor | Teilen
title: Die alte Bibliothek am Fluss öffnet wieder
text: Die alte Bibliothek am Fluss hat am Samstag wieder geöffnet, drei Jahre nach dem Hochwasser, und viele Kinder standen schon früh vor der Tür. | Die Leiterin sagte, die Hälfte der dreißigtausend Bücher stamme von Bürgern der Stadt, und jede Woche kämen weitere Kisten dazu. | Eine Lehrerin erzählte, sie habe hier ihren ersten Roman gelesen und bringe nun ihre Tochter mit, die alles über Eulen wissen will.
fr
places: fr www.example.fr Europe/Paris fr_FR | fr-BE www.example.be Europe/Brussels fr_BE | fr-CH www.example.ch Europe/Zurich fr_CH
people: Élodie Marchand | Jean-Luc Perrin | Hélène de Villiers | Karim Benali | Maud L'Hostis | Paul Giraud
by: Par {n} | par {n} | Écrit par {n} | Rédigé par {n} | Publié par {n} | Auteur : {n} | Texte : {n} | Un article de {n} | Propos recueillis par {n} | Texte de {n} | Article écrit par {n}
and: et
role: Journaliste | Grand reporter | Cheffe du service politique | Correspondante | Rédactrice
town: à Berlin | à Lyon
with: avec agences
published: Publié le | Publié : | Mis en ligne le | Posté le | Paru le
updated: Mis à jour le | Modifié le | Dernière mise à jour le | Mise à jour : | Actualisé le
at: à | , | - | |
ago: il y a {h} heures | il y a {m} minutes | Il y a {h} h
boxes: À lire aussi | Commentaires | À propos de l'auteur | Partager
title: La vieille bibliothèque du fleuve rouvre ses portes
text: La vieille bibliothèque au bord du fleuve a rouvert samedi, trois ans après la crue, et une longue file d'enfants attendait devant la porte. | La directrice a expliqué que la moitié des trente mille livres avait été donnée par les habitants, et que d'autres arrivent chaque semaine. | Une institutrice a raconté qu'elle avait lu ici son premier roman et qu'elle y amène maintenant sa fille, qui veut tout savoir des chouettes.
es
places: es www.example.es Europe/Madrid es_ES | es-MX www.example.mx America/Mexico_City es_MX | es-AR www.example.com.ar America/Argentina/Buenos_Aires es_AR
people: José Luis Pérez | María del Carmen Ruiz | Ana Núñez | Íñigo Larrea | Lucía Ortega | Marta Gómez Soto
by: Por {n} | por {n} | POR {n} | Escrito por {n} | Texto: {n} | Autor: {n} | Autora: {n} | Publicado por {n} | Redactado por {n} | Por: {n} | Un texto de {n}
and: y
role: Redactora | Corresponsal | Periodista | Enviada especial | Redactor jefe
town: Madrid | en Bogotá
with: y agencias
published: Publicado el | Publicado: | Publicado | Fecha: | Creado
updated: Actualizado el | Actualizado: | Última actualización: | Modificado | Actualizado
at: a las | - | , | |
ago: hace {h} horas | hace {m} minutos | Hace {h} h
boxes: Noticias relacionadas | Comentarios | Sobre el autor | Compartir
title: La vieja biblioteca del río vuelve a abrir
text: La vieja biblioteca junto al río volvió a abrir el sábado, tres años después de la crecida, y una larga fila de niños esperaba ante la puerta. | La directora explicó que la mitad de los treinta mil libros fue donada por los vecinos y que cada semana llegan nuevas cajas. | Una maestra contó que aquí leyó su primera novela y que ahora trae a su hija, que quiere saberlo todo sobre los búhos del bosque.
pt
places: pt-BR www.example.com.br America/Sao_Paulo pt_BR | pt-PT www.example.pt Europe/Lisbon pt_PT
people: João Araújo | Inês Carvalho | Luís Gonçalves | Ana Beatriz Souza | Rui da Silva | Fátima Lopes
by: Por {n} | por {n} | Escrito por {n} | Texto: {n} | Autor: {n} | Publicado por {n} | Reportagem: {n} | Redigido por {n} | Texto de {n} | Por: {n}
and: e
role: Jornalista | Repórter | Editora de Política | Correspondente | Colunista
town: em Lisboa | de São Paulo
with: com agências
published: Publicado em | Publicado: | Publicada em | Postado em | Criado em
updated: Atualizado em | Atualizado: | Última atualização: | Atualizado há pouco, | Modificado em
at: às | , | - | |
ago: há {h} horas | há {m} minutos | Há {h} h
boxes: Leia também | Comentários | Sobre o autor | Compartilhar
title: A velha biblioteca do rio volta a abrir
text: A velha biblioteca à beira do rio voltou a abrir no sábado, três anos depois da cheia, e uma longa fila de crianças esperava diante da porta. | A diretora disse que metade dos trinta mil livros foi doada por moradores da cidade e que mais caixas chegam todas as semanas. | Uma professora contou que leu aqui o seu primeiro romance e que agora traz a filha, que não quer perder nenhum livro sobre corujas.
it
places: it www.example.it Europe/Rome it_IT
people: Giulia Ferri | Marco D'Angelo | Chiara De Santis | Paolo Bianchi | Niccolò Conti | Sara Lo Russo
by: di {n} | Di {n} | DI {n} | A cura di {n} | Scritto da {n} | Autore: {n} | Testo di {n} | Articolo di {n} | Pubblicato da {n} | Servizio di {n} | di: {n}
and: e
role: Giornalista | Inviato | Redattrice | Corrispondente | Caporedattore
town: Roma | a Milano
with: e agenzie
published: Pubblicato il | Pubblicato: | Pubblicato | Data: | Creato il
updated: Aggiornato il | Aggiornato: | Ultimo aggiornamento: | Modificato il | Ultima modifica:
at: alle | , | - | ore | |
ago: {h} ore fa | {m} minuti fa
boxes: Leggi anche | Commenti | L'autore | Condividi
title: La vecchia biblioteca sul fiume riapre le porte
text: La vecchia biblioteca sul fiume ha riaperto sabato, tre anni dopo la piena, e una lunga fila di bambini aspettava davanti alla porta con gli zaini. | La direttrice ha detto che metà dei trentamila libri è stata donata dagli abitanti della città e che ogni settimana ne arrivano altri. | Una maestra ha raccontato di aver letto qui il suo primo romanzo e di portarci ora la figlia, che vuole sapere tutto sui gufi.
nl
places: nl www.example.nl Europe/Amsterdam nl_NL | nl-BE www.example.be Europe/Brussels nl_BE
people: Jan de Vries | Sanne van den Berg | Joost 't Hart | Fatima El Idrissi | Bram Jansen | Lotte Mulder
by: Door {n} | door {n} | Tekst: {n} | Auteur: {n} | Geschreven door {n} | Tekst {n} | Door: {n} | Geplaatst door {n} | Een artikel van {n}
and: en
role: Redacteur | Verslaggever | Correspondent | Politiek redacteur | Journalist
town: in Berlijn | Utrecht
with: en persbureaus
published: Gepubliceerd op | Gepubliceerd: | Geplaatst op | Datum:
updated: Bijgewerkt op | Laatst bijgewerkt: | Aangepast op | Laatste update: | Gewijzigd op
at: om | , | - | |
ago: {h} uur geleden | {m} minuten geleden
boxes: Lees ook | Reacties | Over de auteur | Deel
title: De oude bibliotheek aan de rivier gaat weer open
text: De oude bibliotheek aan de rivier is zaterdag weer opengegaan, drie jaar na de overstroming, en een lange rij kinderen stond voor de deur. | De directeur zei dat de helft van de dertigduizend boeken door inwoners van de stad is geschonken en dat er elke week dozen bij komen. | Een lerares vertelde dat zij hier haar eerste roman had gelezen en dat zij nu haar dochter meeneemt, die alles over uilen wil weten.
sv
places: sv www.example.se Europe/Stockholm sv_SE
people: Åsa Lindqvist | Erik Öberg | Karin af Ekenstam | Lars-Göran Nyström | Maja Holm
by: Av {n} | av {n} | Text: {n} | Av: {n} | Skrivet av {n} | Publicerad av {n} | Text {n} | Skribent: {n} | Reporter: {n} | Skriven av {n}
and: och
role: Reporter | Politisk kommentator | Redaktör | Utrikeskorrespondent
town: i Berlin | Göteborg
with: och nyhetsbyråer
published: Publicerad | Publicerad: | Publicerat | Skapad | Publicerades
updated: Uppdaterad | Uppdaterad: | Senast uppdaterad | Ändrad | Uppdaterat
at: kl. | , | klockan | - | |
ago: {h} timmar sedan | {m} minuter sedan | för {h} timmar sedan
boxes: Läs mer | Kommentarer | Om skribenten | Dela
title: Det gamla biblioteket vid ån öppnar igen
text: Det gamla biblioteket vid ån öppnade igen på lördagen, tre år efter översvämningen, och en lång kö av barn väntade utanför dörren. | Chefen berättade att hälften av de trettiotusen böckerna har skänkts av stadens invånare och att det kommer nya lådor varje vecka. | En lärare sade att hon läste sin första roman här och att hon nu tar med sin dotter, som vill veta allt som finns om ugglor.
da
places: da www.example.dk Europe/Copenhagen da_DK
people: Søren Kjær | Mette Østergaard | Lars Bak | Anne-Mette Friis | Bjørn Holm
by: Af {n} | af {n} | AF {n} | Tekst: {n} | Skrevet af {n} | Af: {n} | Forfatter: {n} | Tekst af {n} | Udgivet af {n}
and: og
role: Journalist | Politisk redaktør | Korrespondent | Kulturredaktør
town: i Berlin | Aarhus
with: og nyhedsbureauer
published: Publiceret | Udgivet | Offentliggjort | Publiceret: | Oprettet
updated: Opdateret | Sidst opdateret | Opdateret: | Ændret
at: kl. | , | - | klokken | |
ago: {h} timer siden | {m} minutter siden | for {h} timer siden
boxes: Læs også | Kommentarer | Om forfatteren | Del
title: Det gamle bibliotek ved åen åbner igen
text: Det gamle bibliotek ved åen åbnede igen lørdag, tre år efter oversvømmelsen, og en lang kø af børn stod og ventede foran døren. | Lederen fortalte, at halvdelen af de tredive tusind bøger er givet af byens borgere, og at der kommer flere kasser hver eneste uge. | En lærer sagde, at hun læste sin første roman her, og at hun nu tager sin datter med, som vil vide alt om ugler.
nb
places: nb-NO www.example.no Europe/Oslo nb_NO | no www.example.no Europe/Oslo nb_NO
people: Kåre Ødegaard | Ingrid Sæther | Bjørn Håkon Lie | Siri Dahl | Per Arne Moen
by: Av {n} | av {n} | Tekst: {n} | Skrevet av {n} | Av: {n} | Publisert av {n} | Tekst og foto: {n} | Tekst {n}
and: og
role: Journalist | Politisk redaktør | Korrespondent | Kommentator
town: i Berlin | Bergen
with: og NTB
published: Publisert | Publisert: | Lagt ut | Opprettet
updated: Oppdatert | Sist oppdatert | Oppdatert: | Endret | Sist endret
at: kl. | , | - | klokken | |
ago: {h} timer siden | {m} minutter siden | for {h} timer siden
boxes: Les også | Kommentarer | Om forfatteren | Del
title: Det gamle biblioteket ved elva åpner igjen
text: Det gamle biblioteket ved elva åpnet igjen på lørdag, tre år etter flommen, og en lang kø av barn sto og ventet utenfor døren. | Lederen fortalte at halvparten av de tretti tusen bøkene er gitt av byens innbyggere, og at det kommer nye esker hver eneste uke. | En lærer sa at hun leste sin første roman her, og at hun nå tar med datteren sin, som vil vite alt som finnes om ugler.
fi
places: fi www.example.fi Europe/Helsinki fi_FI
people: Päivi Mäkinen | Jukka Räsänen | Anna-Liisa Koski | Matti af Ursin | Sari Virtanen
by: Teksti: {n} | Kirjoittaja: {n} | Toimittaja: {n} | Teksti {n} | Kirjoittanut {n} | Teksti ja kuvat: {n} | Toimittaja {n}
and: ja
role: Toimittaja | Politiikan toimittaja | Kirjeenvaihtaja | Uutispäällikkö
town: Berliini | Turku
with: STT
published: Julkaistu | Julkaistu: | Luotu
updated: Päivitetty | Päivitetty: | Muokattu | Viimeksi päivitetty
at: klo | , | kello | - | |
ago: {h} tuntia sitten | {m} minuuttia sitten
boxes: Lue myös | Kommentit | Kirjoittajasta | Jaa
title: Joen vanha kirjasto avaa taas ovensa
text: Joen varrella oleva vanha kirjasto avattiin lauantaina uudelleen kolme vuotta tulvan jälkeen, ja pitkä jono lapsia odotti jo oven edessä. | Johtaja kertoi, että puolet kolmestakymmenestätuhannesta kirjasta on kaupungin asukkaiden lahjoittamia ja lisää tulee joka viikko. | Opettaja sanoi lukeneensa täällä ensimmäisen romaaninsa ja tuovansa nyt mukanaan tyttärensä, joka haluaa tietää kaiken pöllöistä.
pl
places: pl www.example.pl Europe/Warsaw pl_PL
people: Łukasz Wójcik | Żaneta Śliwa | Anna Kowalska-Nowak | Jan Zieliński | Ewa Dąbrowska
by: Autor: {n} | Autorka: {n} | Tekst: {n} | Oprac. {n} | Opracowanie: {n} | Napisał {n} | Autorzy: {n} | autor: {n} | Dodał: {n} | Opublikowane przez {n} | Przez {n}
and: i | oraz
role: dziennikarka | redaktor | korespondent | reporter | publicystka
town: Warszawa | Berlin
with: PAP
published: Opublikowano | Opublikowano: | Data publikacji: | Dodano: | Utworzono: | Publikacja:
updated: Aktualizacja: | Zaktualizowano: | Ostatnia aktualizacja: | Zmodyfikowano | Akt.
at: , | o godz. | godz. | o | |
ago: {h} godzin temu | {m} minut temu | {h} godz. temu
boxes: Czytaj także | Komentarze | O autorze | Udostępnij
title: Stara biblioteka nad rzeką znów otwarta
text: Stara biblioteka nad rzeką została w sobotę znów otwarta, trzy lata po powodzi, a przed drzwiami od rana stała długa kolejka dzieci. | Dyrektorka powiedziała, że połowę z trzydziestu tysięcy książek podarowali mieszkańcy miasta i że co tydzień przybywa nowych. | Nauczycielka opowiadała, że przeczytała tu swoją pierwszą powieść i że teraz przyprowadza córkę, która chce wiedzieć wszystko o sowach.
cs
places: cs www.example.cz Europe/Prague cs_CZ
people: Petr Novák | Lucie Dvořáková | Jiří Šťastný | Eva Němcová | Václav Říha
by: Autor: {n} | Autorka: {n} | Text: {n} | Autoři: {n} | Napsal {n} | Napsala {n} | autor: {n} | Od {n} | Vložil: {n}
and: a
role: redaktor | reportérka | zahraniční zpravodaj | šéfredaktor | novinářka
town: Praha | Brno
with: ČTK
published: Publikováno | Publikováno: | Vydáno | Datum: | Zveřejněno | Vydáno:
updated: Aktualizováno | Aktualizováno: | Poslední aktualizace: | Upraveno | Aktualizace:
at: v | , | - | ve | |
ago: před {h} hodinami | před {m} minutami
boxes: Čtěte také | Diskuse | O autorovi | Sdílet
title: Stará knihovna u řeky znovu otevřela
text: Stará knihovna u řeky v sobotu znovu otevřela, tři roky po povodni, a před dveřmi od rána stála dlouhá fronta dětí i dospělých. | Ředitelka řekla, že polovinu z třiceti tisíc knih darovali obyvatelé města a že každý týden přicházejí další krabice. | Učitelka vyprávěla, že tady přečetla svůj první román a že teď vodí dceru, která chce vědět všechno o sovách a jejich hnízdech.
hu
places: hu www.example.hu Europe/Budapest hu_HU
people: Kovács Anna | Szabó Gergő | Tóth Ágnes | Kiss-Nagy Péter | Horváth Éva
by: Szerző: {n} | Írta: {n} | Írta {n} | Szöveg: {n} | szerző: {n} | Szerzők: {n} | Közzétette: {n} | Újságíró: {n}
and: és
role: újságíró | szerkesztő | főszerkesztő-helyettes | tudósító
town: Budapest | Berlin
with: MTI
published: Megjelent: | Közzétéve: | Publikálva: | Létrehozva: | Dátum:
updated: Frissítve: | Frissítés: | Módosítva: | Utolsó frissítés:
at: , | - | |
ago: {h} órája | {m} perce | {h} órával ezelőtt
boxes: Kapcsolódó cikkek | Hozzászólások | A szerzőről | Megosztás
title: Újra megnyílt a régi folyóparti könyvtár
text: Szombaton újra megnyílt a régi folyóparti könyvtár, három évvel az árvíz után, és már reggel hosszú sorban álltak a gyerekek az ajtó előtt. | Az igazgató elmondta, hogy a harmincezer kötet felét a város lakói ajándékozták, és minden héten újabb dobozok érkeznek a raktárba. | Egy tanárnő azt mesélte, hogy itt olvasta az első regényét, és most a lányát is elhozza, aki mindent tudni akar a baglyokról.
ro
places: ro www.example.ro Europe/Bucharest ro_RO
people: Ioana Popescu | Ștefan Ionescu | Ana-Maria Țurcanu | Vlad Dumitru | Mihai Bălan
by: De {n} | de {n} | Autor: {n} | Scris de {n} | Articol de {n} | Text: {n} | Publicat de {n} | Un articol de {n} | DE {n} | Autori: {n}
and: și | si
role: Redactor | Jurnalist | Corespondent | Editor senior | Reporter special
town: București | Cluj
with: și agenții
published: Publicat: | Publicat la | Publicat pe | Data publicării: | Publicat
updated: Actualizat: | Ultima actualizare: | Actualizat la | Modificat: | Data actualizării:
at: , | ora | - | la | |
ago: acum {h} ore | acum {m} minute
boxes: Citește și | Comentarii | Despre autor | Distribuie
title: Vechea bibliotecă de pe râu s-a redeschis
text: Vechea bibliotecă de pe malul râului s-a redeschis sâmbătă, la trei ani după inundație, iar o coadă lungă de copii aștepta în fața ușii. | Directoarea a spus că jumătate dintre cele treizeci de mii de cărți au fost donate de locuitorii orașului și că vin mereu altele. | O învățătoare a povestit că aici a citit primul ei roman și că acum își aduce fiica, care vrea să știe totul despre bufnițe.
tr
places: tr www.example.com.tr Europe/Istanbul tr_TR
people: Ayşe Yılmaz | Mehmet Öz | Çağla Şahin | İbrahim Güneş | Elif Demir Kaya
by: Yazan: {n} | Haber: {n} | Muhabir: {n} | Yazar: {n} | Yazan {n} | Haberi yazan: {n}
and: ve
role: Muhabir | Ankara temsilcisi | Köşe yazarı | Editör yardımcısı
town: Ankara | İstanbul
with: AA
published: Yayınlanma: | Yayın tarihi: | Yayınlanma Tarihi: | Giriş: | Oluşturulma Tarihi: | Eklenme:
updated: Güncelleme: | Güncellenme: | Son güncelleme: | Son Güncelleme Tarihi: | Güncellendi:
at: , | - | saat | |
ago: {h} saat önce | {m} dakika önce
boxes: İlgili haberler | Yorumlar | Yazar hakkında | Paylaş
title: Irmak kıyısındaki eski kütüphane yeniden açıldı
text: Irmak kıyısındaki eski kütüphane, selden üç yıl sonra cumartesi günü yeniden açıldı ve çocuklar sabahtan kapının önünde uzun bir kuyruk oluşturdu. | Müdür, otuz bin kitabın yarısının şehirde yaşayanlar tarafından bağışlandığını ve her hafta yeni kutuların geldiğini söyledi. | Bir öğretmen ilk romanını burada okuduğunu, şimdi de baykuşlar hakkında her şeyi öğrenmek isteyen kızını getirdiğini anlattı.
"""
# Scripts other than Latin stand in a file of their own.


@cache
def vocabulary() -> dict[str, dict[str, list[str]]]:
    """What may be drawn, by language and kind."""
    from bench.extraction.generated.byline_words_far import BLOCKS as FAR

    found: dict[str, dict[str, list[str]]] = {}
    kinds: dict[str, list[str]] = {}
    for line in f"{_BLOCKS}{FAR}".splitlines():
        if line and ": " not in line:
            kinds = found.setdefault(line, {})
        elif line:
            kind, _, values = line.partition(": ")
            kinds[kind] = values.split(" | ")
    return found
