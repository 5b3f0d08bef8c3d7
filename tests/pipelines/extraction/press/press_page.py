"""A page of the press around one form of a byline, a time or a credit, in the languages of the press."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from db.models import Page
from db.site_rules.loader import Sites
from pipelines.extraction.article_json import to_json
from pipelines.extraction.extract import extract

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
    "da": (
        "Biblioteket åbner igen",
        "Byens bibliotek åbnede igen lørdag med en ny læsesal for børn på anden sal, og familier stod i kø fra den"
        " tidlige morgen.",
        "Lederen sagde, at den nye bygning rummer tredive tusind bøger, hvoraf halvdelen er skænket af borgerne, "
        "og at den har åbent til klokken ni.",
    ),
    "nb": (
        "Biblioteket åpner igjen",
        "Byens bibliotek åpnet igjen lørdag med en ny lesesal for barn i andre etasje, og familier sto i kø fra "
        "tidlig morgen.",
        "Lederen sa at det nye bygget rommer tretti tusen bøker, hvorav halvparten er gitt av innbyggerne, og at "
        "det er åpent til klokken ni.",
    ),
    "fi": (
        "Kirjasto aukesi jälleen",
        "Kaupunginkirjasto avattiin uudelleen lauantaina, toiseen kerrokseen tuli lapsille uusi lukusali, ja "
        "perheet jonottivat jo varhain aamulla.",
        "Johtaja kertoi, että uudessa rakennuksessa on kolmekymmentätuhatta kirjaa, joista puolet on asukkaiden "
        "lahjoittamia, ja se on auki yhdeksään.",
    ),
    "cs": (
        "Knihovna znovu otevřela",
        "Městská knihovna byla v sobotu znovu otevřena, ve druhém patře vznikla nová čítárna pro děti a rodiny "
        "stály frontu od časného rána.",
        "Ředitelka řekla, že nová budova má třicet tisíc knih, z nichž polovinu darovali obyvatelé, a je otevřena "
        "do devíti hodin večer.",
    ),
    "hu": (
        "Újra nyitva a könyvtár",
        "A városi könyvtár szombaton újra megnyílt, a második emeleten új olvasóterem várja a gyerekeket, és a "
        "családok már kora reggel sorban álltak.",
        "Az igazgató elmondta, hogy az új épületben harmincezer könyv van, a felét a lakosok adományozták, és este"
        " kilencig tart nyitva.",
    ),
    "ro": (
        "Biblioteca s-a redeschis",
        "Biblioteca orașului s-a redeschis sâmbătă cu o nouă sală de lectură pentru copii la etajul doi, iar "
        "familiile stăteau la coadă de dimineață.",
        "Directoarea a spus că noua clădire are treizeci de mii de cărți, jumătate donate de locuitori, și este "
        "deschisă până la nouă seara.",
    ),
    "bg": (
        "Библиотеката отвори отново",
        "Градската библиотека отвори отново в събота с нова читалня за деца на втория етаж, а семействата чакаха "
        "на опашка от ранна сутрин.",
        "Директорката каза, че новата сграда има трийсет хиляди книги, половината от тях дарени от жителите, и "
        "работи до девет вечерта.",
    ),
    "el": (
        "Άνοιξε ξανά η βιβλιοθήκη",
        "Η βιβλιοθήκη της πόλης άνοιξε ξανά το Σάββατο με νέο αναγνωστήριο για παιδιά στον δεύτερο όροφο και "
        "οικογένειες περίμεναν από νωρίς το πρωί.",
        "Η διευθύντρια είπε ότι το νέο κτίριο έχει τριάντα χιλιάδες βιβλία, τα μισά από δωρεές κατοίκων, και μένει"
        " ανοιχτό ως τις εννέα το βράδυ.",
    ),
    "uk": (
        "Бібліотека знову відкрита",
        "Міська бібліотека знову відкрилася в суботу, на другому поверсі з’явилася нова читальна зала для дітей, і"
        " родини стояли в черзі з раннього ранку.",
        "Директорка розповіла, що в новій будівлі тридцять тисяч книжок, половину з яких подарували мешканці, і "
        "вона відкрита до дев’ятої вечора.",
    ),
    "he": (
        "הספרייה נפתחה מחדש",
        "הספרייה העירונית נפתחה מחדש בשבת עם אולם קריאה חדש לילדים בקומה השנייה, ומשפחות עמדו בתור מהבוקר המוקדם.",
        "המנהלת אמרה שבבניין החדש יש שלושים אלף ספרים, מחציתם תרומת התושבים, והוא פתוח עד תשע בערב.",
    ),
    "fa": (
        "کتابخانه شهر دوباره باز شد",
        "کتابخانه شهر روز شنبه با تالار مطالعه تازه‌ای برای کودکان در طبقه دوم دوباره باز شد و خانواده‌ها از صبح "
        "زود در صف ایستاده بودند.",
        "مدیر کتابخانه گفت ساختمان جدید سی هزار کتاب دارد که نیمی از آن را ساکنان اهدا کرده‌اند و تا ساعت نه شب "
        "باز است.",
    ),
    "hi": (
        "पुस्तकालय फिर खुला",
        "शहर का पुस्तकालय शनिवार को फिर खुल गया, दूसरी मंजिल पर बच्चों के लिए नया वाचनालय बना है और परिवार सुबह से कतार में खड़े थे।",
        "निदेशक ने बताया कि नए भवन में तीस हजार किताबें हैं, जिनमें से आधी निवासियों ने दान की हैं, और यह रात नौ बजे तक खुला रहता है।",
    ),
    "id": (
        "Perpustakaan kota dibuka kembali",
        "Perpustakaan kota dibuka kembali pada hari Sabtu dengan ruang baca baru untuk anak-anak di lantai dua, "
        "dan keluarga-keluarga antre sejak pagi.",
        "Kepala perpustakaan mengatakan gedung baru itu memiliki tiga puluh ribu buku, separuhnya sumbangan warga,"
        " dan buka sampai pukul sembilan malam.",
    ),
    "vi": (
        "Thư viện mở cửa trở lại",
        "Thư viện thành phố mở cửa trở lại hôm thứ Bảy với phòng đọc mới dành cho trẻ em ở tầng hai, và các gia "
        "đình đã xếp hàng từ sáng sớm.",
        "Giám đốc cho biết tòa nhà mới có ba mươi nghìn cuốn sách, một nửa do người dân tặng, và mở cửa đến chín "
        "giờ tối.",
    ),
    "th": (
        "ห้องสมุดเปิดอีกครั้ง",
        "ห้องสมุดประจำเมืองเปิดอีกครั้งเมื่อวันเสาร์ พร้อมห้องอ่านหนังสือใหม่สำหรับเด็กที่ชั้นสอง และครอบครัวต่างเข้าคิวตั้งแต่เช้าตรู่",
        "ผู้อำนวยการกล่าวว่าอาคารใหม่มีหนังสือสามหมื่นเล่ม ครึ่งหนึ่งเป็นของที่ชาวเมืองบริจาค และเปิดจนถึงสามทุ่ม",
    ),
    "ja": (
        "清水町の図書館が再開",
        "清水町の図書館が土曜日に再開し、二階には子ども向けの閲覧室と自習室が新たに設けられた。"
        "朝から町の子どもたちが入り口に列をつくった。",
        "館長によると、新しい館の蔵書は三万冊で、半分は住民からの寄贈という。"
        "毎週火曜日は整理のため休館し、それ以外は夜九時まで開く。",
        "町は来年、三つの集落に巡回文庫を置く予定で、ボランティアが毎月本を入れ替える。"
        "山あいのお年寄りも遠くまで出かけずに本を借りられる。",
    ),
    "ko": (
        "청계읍 도서관 다시 문 열어",
        "청계읍 도서관이 토요일에 다시 문을 열었다. "
        "2층에는 어린이 열람실과 자습실이 새로 생겼고, 아침부터 읍내 아이들이 입구에 줄을 섰다.",
        "관장은 새 도서관의 장서가 3만 권이며 절반은 주민들이 기증한 것이라고 설명했다. "
        "매주 화요일은 정리 작업으로 쉬고 나머지는 밤 9시까지 연다.",
        "읍은 내년에 세 마을에 이동 책장을 설치할 계획이며 자원봉사자가 매달 책을 바꿔 놓는다. "
        "산골 노인들도 멀리 가지 않고 책을 빌릴 수 있게 된다.",
    ),
}
"""Headline and two paragraphs."""


class Form(NamedTuple):
    """What stands above and below the text of a page, and what must come out."""

    language: str
    want: dict[str, Any]
    head: str = ""
    tail: str = ""
    lead_in: str = ""
    """Stands before the first paragraph and is text."""
    spoken: str = ""
    """The text of a tail that is text."""


def write_page(language: str, head: str = "<div>5/3/2024</div>", tail: str = "", lead_in: str = "") -> Page:
    """A page in a language with this above, below and at the head of its text."""
    title, first, *rest = TEXTS[language]
    text = "".join(f"<p>{paragraph}</p>" for paragraph in (lead_in + first, *rest))
    html = (
        f"<!DOCTYPE html><html lang='{language}'><head><meta charset='utf-8'><title>{title}</title>"
        f"<meta property='og:site_name' content='Harbour Post'></head><body><header><a href='/'>Harbour Post</a></header>"
        f"<main><article><h1>{title}</h1>{head}<div class='content'>{text}{tail}</div></article></main></body></html>"
    )
    fetched_at = datetime.fromisoformat("2024-03-07T20:00+00:00")
    return Page(body=html.encode(), url="https://www.news.example/a/1.html", fetched_at=fetched_at)


def read_page(language: str, head: str = "<div>5/3/2024</div>", tail: str = "", lead_in: str = "") -> dict[str, Any]:
    """What is read from such a page."""
    return to_json(extract(write_page(language, head, tail, lead_in), Sites()))


def check(form: Form) -> None:
    """Read the page of a form and compare."""
    _, first, *rest = TEXTS[form.language]
    got = read_page(form.language, form.head, form.tail, form.lead_in)
    assert {field: got[field] for field in form.want} == form.want
    paragraphs = [form.lead_in + first, *rest] + [form.spoken] * bool(form.spoken)
    assert got["text"].split("\n") == paragraphs, "a credit is no text"
