"""Words and names in URLs that indicate an article or a list, in many languages. Data of `article_urls`.

Collected from the default routes of content management systems and the menus of news sites. Each is one whole segment of a path.
"""

from __future__ import annotations

import re

CATEGORIES = frozenset(
    """
    category categories categoria categorias categorie kategorie kategorien kategori kategoria rubric rubrik
    rubriken rubrique cat cate
    """.split()  # noqa: SIM905 (a list of quoted words is hard to read)
)
"""Lists of one subject: sections of the site."""

TAGS = frozenset(
    """
    tag tags tagged schlagwort schlagworte keyword keywords label labels etiqueta etiquetas etiquette etichetta mot-cle
    hashtag sujet tagi metka tegi temata tagg taggar emne emner etiket etiketter
    """.split()  # noqa: SIM905
)
"""Lists of one word each: without end, and sections only where a site's menu has no others."""

PEOPLE = frozenset(
    """
    author authors autor autoren autore autores autori auteur auteurs avtor yazar yazarlar writer writers columnist
    columnists contributor contributors staff redaktion journalist journalists
    """.split()  # noqa: SIM905
)
"""Those who write, and what they have written."""

LEADS_TO_LISTS = (
    CATEGORIES
    | TAGS
    | PEOPLE
    | frozenset(
        """
    author authors autor autoren autore autores autori auteur auteurs avtor yazar yazarlar writer writers columnist
    columnists byline profile profiles profil user users member members space contributor contributors staff redaktion
    journalist journalists login signin sign-in sign_in signup sign-up register registrierung registration logout
    log-in anmelden anmeldung connexion iniciar-sesion account accounts konto my-account mein-konto password passwort
    forgot-password auth oauth sso passport search suche suchen recherche buscar busca buscador cerca ricerca zoeken
    sok haku arama poisk sousuo szukaj hledat search-results rss feed feeds atom sitemap sitemaps site-map
    plan-du-site subscribe subscription subscriptions subscriber abonnement abonnements abonneren abonnieren
    suscripcion suscribete assinatura assine abbonati cart warenkorb checkout basket impressum imprint
    mentions-legales aviso-legal datenschutz datenschutzerklaerung privacy-policy privacypolicy politica-de-privacidad
    politica-de-cookies confidentialite cookie-policy cookie-richtlinie terms-of-service terms-of-use
    terms-and-conditions tos nutzungsbedingungen agb cgu cgv disclaimer mediadaten mediakit page pages paged pagina
    seite sayfa strona stranica wp-admin wp-login.php wp-content wp-json wp-includes cdn-cgi share print drucken
    imprimir comment comments download downloads forumdisplay cart-page carrito carrinho winkelwagen winkelmand panier
    koszyk kosik kosar korpa sepet varukorg handlekurv indkobskurv ostoskori logga-in logg-inn log-ind prijava
    prihlaseni prihlasenie bejelentkezes inloggen accedi ingresar giris dang-nhap kirjaudu prisijungti logowanie
    product-page event-details mitarbeiter mitarbeitende medarbejder medarbejdere medarbeidere ansatte medarbetare
    darbuotojai zamestnanci munkatarsak zaposleni odjava my-page min-side minside mijn-account mi-cuenta contul-meu
    moj-nalog minha-conta mon-compte komentari komentarze kommentare kommentarer reacties stampaj vytisknout drukuj
    stampa skriv-ut tulosta nyomtatas
    """.split()  # noqa: SIM905
    )
)
"""Lists, people, services: neither these pages nor those below them are articles."""

ADVERTISING = frozenset(
    """
    sponsored sponsored-content sponsoredcontent sponsored-post sponsored-posts sponsor-content sponsorcontent advertorial
    advertorials advertisement-feature advertisementfeature paid-content paid-post paidpost paid-partnership partner-content
    partnercontent partnerinhalte partner-inhalte branded-content brandedcontent brand-content brandcontent brandvoice
    brandpost brandstudio brand-studio native-ad native-ads anzeige publireportage publireportages publirreportaje
    publirreportajes publi-redactionnel publiredactionnel contenu-sponsorise contenu-partenaire contenido-patrocinado
    conteudo-patrocinado contenuti-sponsorizzati artykul-sponsorowany
    """.split()  # noqa: SIM905
)
"""Texts that advertisers pay for, in the form of articles."""

SERVICES = frozenset(
    """
    newsletter newsletters newsletter-anmeldung abo abos shop store contact contact-us contacts contactus kontakt
    kontakte contacto contato contatti contactez-nous about about-us aboutus ueber-uns uber-uns quienes-somos
    chi-siamo qui-sommes-nous om-oss over-ons hakkimizda kunye o-nas about.html legal privacy cookies terms copyright
    accessibility barrierefreiheit advertise advertising advertisement adverts ads werbung werben publicidad publicite
    jobs job careers career karriere stellenangebote stellenmarkt help hilfe faq faqs aide ayuda support feedback app
    apps epaper e-paper kiosk horoscope horoscopes horoskop horoscopo games spiele puzzles crossword sudoku quiz
    lottery lotto tv-programm tvprogramm fernsehprogramm weather wetter meteo el-tiempo pogoda hava-durumu boerse
    kurse quotes stocks traueranzeigen obituaries anzeigen classifieds marktplatz events veranstaltungen kalender
    calendar agenda archive archives archiv archivo archivio arsiv arkiv forum forums bbs club static assets partners
    partner gewinnspiele gewinnspiel leserreisen podcasts livestream webcam webcams ticketshop vorteilswelt gutscheine
    coupons kommentare butik butikk butiken boutique tienda loja negozio winkel kauppa obchod sklep prodavnica
    trgovina ducan magaza produkt produkte produkty produto produtos producto productos prodotto prodotti tuote
    tuotteet urun urunler proizvod proizvodi termek eventos eventi evenements evenementen arrangementer evenemang
    tapahtumat akce dogadjaji dogadaji desavanja renginiai rendezvenyek etkinlik etkinlikler afisha kalendar
    calendario calendrier empleo empleos vagas emprego emploi emplois vacature vacatures offres-emploi vacancy vacancies vakansii
    vakansiya poslovi posao oglasi-za-posao allas allasok stillinger ledige-stillinger lediga-jobb tyopaikat
    is-ilanlari rekrutacja oglasi oglas inzerce inzerat inzeraty ogloszenia anunturi petites-annonces annonces annunci
    anuncios clasificados kleinanzeigen obyavleniya obqvi obiavi ilan ilanlar skelbimai hirdetes hirdetesek annons
    annonser annoncer ilmoitukset necrologie necrologies avis-de-deces necrologi esquelas obituario obituarios
    dodsannonser overlijdensberichten familieberichten family-notices death-notices nekrologi osmrtnice umrli vreme
    vrijeme pocasi clima vejr vaer idojaras hava thoi-tiet cuaca vremea vremeto oroscopo goroskop horoskopi
    horoskooppi rashifal zodiac zodijak anketa ankety encuesta encuestas sondage sondaggio poll polls umfrage
    tv-program tv-programma programme-tv korsord krizovka krizaljka ristikko krydsord kruiswoord kundservice
    kundeservice kundenservice klantenservice asiakaspalvelu epikoinonia kontakty kontakti yhteystiedot kapcsolat
    iletisim kontaktai contatto fale-conosco nous-joindre lien-he contattaci om om-os o-nama za-nas despre-noi rolunk
    apie-mus quem-somos acerca-de tietoa-meista who-we-are plans-pricing studium studiengang studiengaenge studijos
    studijni-programy courses event evento evenement arrangement tapahtuma
    """.split()  # noqa: SIM905
)
"""Services and archives. Newsrooms may still file articles below them (`/weather/2024/04/26/storms-hit-...`)."""

ARCHIVES = frozenset(["archive", "archives", "archiv", "archivo", "archivio", "arsiv", "arkiv"])
"""Where a site without lists of what is new keeps its articles."""

OFFERS = SERVICES - ARCHIVES
"""Services that keep no articles by themselves, also as the first label of a host. An archive keeps what was one."""

MOSTLY_LISTS = frozenset(
    """
    topic topics theme themes thema themen tema temas dossier dossiers special specials serie series video videos live
    ticker liveticker gallery galerie galerien galeria photos foto fotos photo fotostrecke bilder bildergalerie
    podcast audio mediathek media multimedia zhuanti zt spezial collection collections channel channels section
    sections list lists column columns team teams clubs player players match matches spielplan tabelle ergebnisse
    results product products events
    """.split()  # noqa: SIM905
)
"""Lists, unless a number or a headline follows."""

ARTICLE_WORDS = frozenset(
    """
    article articles artikel artikkel articulo articulos artigo articolo articolele artykul artykuly clanek clanky
    clanak story stories news-story detail details detay detalle detalles newsdetail news-detail news_detail newsview
    newsarticle haber haberi noticia notizia nyhet beitrag meldung nachricht entry content contents view read show doc
    docs newscontent viewtopic showthread statia statya novost art post posts makale yazi berita tin-tuc bai-viet node
    """.split()  # noqa: SIM905
)
"""Segments that content management systems put before one article."""

ARTICLE_LETTERS = frozenset(
    ["a", "p", "c", "n", "i", "s", "t", "d", "x", "id", "txt", "info", "news", "blog", "blogs", "opinion"]
)
"""Weaker: also used for sections."""

CONNECTORS = frozenset(
    ["and", "und", "y", "et", "e", "og", "och", "ve", "i", "a", "en", "n", "the", "of", "de", "la", "le", "der"]
)
"""Words that do not turn a section's name into a headline (`arts-and-culture`)."""

SERVICE_HOST = re.compile(
    r"(?:accounts?|auth|login|signin|sso|passport|id|my|meine?|mein-?konto|shop|store|abo|abos|aboshop|subscribe|subscriptions?|jobs?|stellen"
    r"|karriere|stellenmarkt|jobmarkt|immobilien|careers|mail|webmail|help|hilfe|support|faq|ads?|anzeigen|werbung|advertis\w{0,10}|media-?daten|e-?paper|kiosk|api|cdn|static|assets"
    r"|img|images?|pic|pics|photo|search|so|sou|suche|status|forum|bbs|club|tickets|games|spiele|wetter|weather|apps?|download|down|\w{2,12}help)\d?\."
)
"""Hosts for services that a newspaper also runs."""

FILE = re.compile(
    r"\.(?:jpe?g|png|gif|webp|avif|svg|ico|bmp|tiff?|pdf|docx?|xlsx?|pptx?|zip|rar|7z|gz|tar|exe|apk|dmg|ipa|mp[34]|m4[av]|avi|mov|wmv"
    r"|flv|webm|og[gv]|wav|m3u8?|css|js|mjs|json|xml|rss|rdf|atom|txt|csv|ics|woff2?|ttf|eot|swf|torrent|epub|mobi|ashx|asmx|axd)$",
    re.IGNORECASE,
)
"""Files, which are no pages."""

PAGE_SUFFIXES = r"s?html?|xhtml|jhtml|dhtml|phtml|php\d?|aspx?|jspx?|do|cfm|cms|ece"
"""Endings of pages, as a pattern: of documents, and of what servers make."""

LIST_NAME = re.compile(
    r"(?:index|list|liebiao|node|channel|col|class|more|page|cat|category|tag|forum|archive|section|default)"
    r"(?:[-_]?\d{1,7}(?:[-_]\d{1,5})*)?|[a-z]{2,10}list(?:[-_]\d+)?|list[-_][\w-]{1,20}",
    re.IGNORECASE,
)
"""Names of the files of lists: `list_2.html`, `node_3.htm`."""
