"""The words of credits, language by language: what stands before the names of authors, editors, proofreaders and sources.

A label has a colon (or = or |) after it: `Редактор: …`. A phrase needs none: `Edited by …`, `بقلم …`. "other" words open a credit
that is none of ours (the photographer, the chief editor, a counter): they end the value before them and give nothing. Words are
divided by commas; their case does not count. Chinese has its own reader (`credits`), since its labels need no blank around them.
"""

from __future__ import annotations

import re
from functools import lru_cache

KINDS = ("other", "editors", "proofreaders", "source", "authors")

_LABELS: dict[str, dict[str, str]] = {
    "en": {
        "authors": "author, authors, writer, writers, reporter, reporters, story, words, text, written by, reported by, story by,"
        " words by, text by, reporting by, reporting, writing by, writing",
        "editors": "editor, editors, edited by, editing by, editing, copy editor, copy editors, web editor, desk editor",
        "proofreaders": "proofreader, proofreaders, proofreading, proofread by, proofreading by, proof-read by",
        "source": "source, sources, news source",
        "other": "photo, photos, photo by, photography, photographer, image, images, picture, pictures, video, graphics,"
        " illustration, illustrations, credit, translated by, translation, translator, produced by, producer, camera,"
        " compiled by, tags, topics, filed under, category, categories, contact, email, phone, updated, published, posted,"
        " date, copyright, additional reporting, additional reporting by, editor-in-chief, editor in chief, chief editor,"
        " managing editor, photo editor, video editor, views, comments, share",
    },
    "de": {
        "authors": "autor, autorin, autoren, autorinnen, text, texte, von, bericht, verfasser, verfasserin",
        "editors": "redaktion, redakteur, redakteurin, redigiert von, bearbeitung, bearbeitet von, onlineredaktion,"
        " online-redaktion, redaktionelle bearbeitung",
        "proofreaders": "korrektorat, lektorat, schlussredaktion, korrektur",
        "source": "quelle, quellen",
        "other": "foto, fotos, bild, bilder, titelbild, grafik, video, kamera, übersetzung, chefredaktion, chefredakteur,"
        " bildredaktion, stand, schlagworte, themen, rubrik, kontakt, telefon",
    },
    "fr": {
        "authors": "auteur, auteure, autrice, auteurs, texte, textes, par, rédaction, rédacteur, rédactrice, reportage,"
        " journaliste, écrit par, propos recueillis par",
        "editors": "édition, éditeur, éditrice, édité par, secrétaire de rédaction, secrétariat de rédaction",
        "proofreaders": "relecture, relu par, correction, correcteur, correctrice, corrigé par",
        "source": "source, sources",
        "other": "photo, photos, crédit, crédits, crédit photo, image, images, vidéo, illustration, infographie, traduction,"
        " rédacteur en chef, rédactrice en chef, publié le, mis à jour, mots-clés, rubrique, contact",
    },
    "es": {
        "authors": "autor, autora, autores, texto, textos, por, redactor, redactora, periodista, reportero, reportera, escrito por",
        "editors": "editor, editora, edición, edición de, editado por, edición web",
        "proofreaders": "corrección, corrector, correctora, corregido por, revisión, revisado por",
        "source": "fuente, fuentes",
        "other": "foto, fotos, fotografía, fotografías, imagen, imágenes, vídeo, video, crédito, créditos, ilustración, traducción,"
        " editor jefe, fecha, etiquetas, temas, contacto",
    },
    "it": {
        "authors": "autore, autrice, autori, testo, testi, di, a cura di, articolo di, scritto da, servizio di",
        "editors": "redazione, redattore, redattrice, editing, revisione editoriale",
        "proofreaders": "correzione di bozze, correzione bozze, correttore di bozze, revisione testi",
        "source": "fonte, fonti",
        "other": "foto, fotografie, immagine, immagini, video, crediti, illustrazioni, traduzione,"
        " direttore, direttore responsabile, data, tag, argomenti, contatti",
    },
    "pt": {
        "authors": "autor, autora, autores, texto, textos, por, repórter, reportagem, jornalista, escrito por",
        "editors": "edição, edição de, editor, editora, editado por",
        "proofreaders": "revisão, revisor, revisora, revisado por, revisto por",
        "source": "fonte, fontes",
        "other": "foto, fotos, fotografia, imagem, imagens, vídeo, crédito, créditos, ilustração, tradução, editor-chefe,"
        " data, tags",
    },
    "nl": {
        "authors": "auteur, auteurs, tekst, door, verslaggever",
        "editors": "redactie, redacteur, eindredactie, eindredacteur, bewerkt door",
        "proofreaders": "correctie, corrector",
        "source": "bron, bronnen",
        "other": "foto, foto's, beeld, video, illustratie, vertaling, hoofdredacteur, datum, tags",
    },
    "sv": {
        "authors": "text, av, skribent, skribenter, reporter, författare",
        "editors": "redaktör, redigering, redigerare, redigerad av",
        "proofreaders": "korrektur, korrekturläsning, korrekturläsare",
        "source": "källa, källor",
        "other": "foto, bild, video, illustration, översättning, ansvarig utgivare, chefredaktör",
    },
    "nb": {
        "authors": "tekst, av, af, skrevet av, skrevet af, forfatter, journalist",
        "editors": "redaktør, redigering, redigert av, redigeret af, redaksjon, redaktion",
        "proofreaders": "korrektur, korrekturlesing, korrekturlæsning",
        "source": "kilde, kilder",
        "other": "foto, bilde, billede, video, illustrasjon, illustration, oversettelse, ansvarlig redaktør, sjefredaktør",
    },
    "fi": {
        "authors": "teksti, kirjoittaja, kirjoittajat, toimittaja",
        "editors": "editointi, toimitus",
        "proofreaders": "oikoluku",
        "source": "lähde, lähteet",
        "other": "kuva, kuvat, video, kuvitus, käännös, päätoimittaja",
    },
    "is": {
        "authors": "höfundur, texti, blaðamaður",
        "editors": "ritstjórn",
        "source": "heimild, heimildir",
        "other": "mynd, myndir",
    },
    "pl": {
        "authors": "autor, autorka, autorzy, tekst, napisał, napisała, oprac., opracowanie, opracował, opracowała",
        "editors": "redakcja, redaktor, redaktorka, red., edycja, redagował, redagowała",
        "proofreaders": "korekta, korektor, korektorka",
        "source": "źródło, źródła",
        "other": "foto, fot., zdjęcie, zdjęcia, wideo, ilustracja, tłumaczenie, redaktor naczelny, data, tagi",
    },
    "cs": {
        "authors": "autor, autorka, autoři, text, napsal, napsala, napísal, napísala",
        "editors": "editor, editorka, redakce, redakcia, redaktor, redaktorka",
        "proofreaders": "korektura, korektorka, korektor, jazyková korektura",
        "source": "zdroj, zdroje",
        "other": "foto, snímek, video, ilustrace, překlad, preklad, šéfredaktor, štítky",
    },
    "hu": {
        "authors": "szerző, szerzők, írta",
        "editors": "szerkesztő, szerkesztette",
        "proofreaders": "korrektor, olvasószerkesztő",
        "source": "forrás, források",
        "other": "fotó, fotók, kép, képek, videó, főszerkesztő, fordította",
    },
    "ro": {
        "authors": "autor, autori, autoare, text, scris de",
        "editors": "editor, editat de, redactor",
        "proofreaders": "corector, corectură",
        "source": "sursa, sursă, surse",
        "other": "foto, imagine, video, traducere, redactor-șef",
    },
    "tr": {
        "authors": "yazar, yazan, muhabir, haber, yazı",
        "editors": "editör, düzenleyen, yayına hazırlayan",
        "proofreaders": "düzelti, son okuma, redaksiyon",
        "source": "kaynak, haber kaynağı",
        "other": "fotoğraf, fotoğraflar, görsel, video, çeviri, kamera, genel yayın yönetmeni, etiketler, tarih",
    },
    "ru": {
        "authors": "автор, авторы, текст, автор текста, автор статьи, автор материала, корреспондент,"
        " журналист, подготовил, подготовила, подготовили, материал подготовил, материал подготовила, материал подготовили",
        "editors": "редактор, редакторы, выпускающий редактор, ответственный редактор, редактор материала, отредактировал,"
        " отредактировала, под редакцией",
        "proofreaders": "корректор, корректоры, корректура",
        "source": "источник, источники, источник новости",
        "other": "фото, фотография, фотографии, видео, иллюстрация, иллюстрации, перевод, рубрика, просмотров, просмотры,"
        " теги, метки, дата, опубликовано, обновлено, главный редактор,"
        " шеф-редактор, фоторедактор, бильд-редактор, комментарии, поделиться",
    },
    "uk": {
        "authors": "автор, авторка, автори, текст, журналіст, журналістка, кореспондент, підготував, підготувала, підготували",
        "editors": "редактор, редакторка, випусковий редактор, випускова редакторка",
        "proofreaders": "коректор, коректорка",
        "source": "джерело, джерела",
        "other": "фото, відео, переклад, рубрика, теги, переглядів, головний редактор, головна редакторка",
    },
    "bg": {
        "authors": "автор, автори, текст, репортер",
        "editors": "редактор, редактори",
        "proofreaders": "коректор",
        "source": "източник, източници",
        "other": "снимка, снимки, видео, превод, главен редактор",
    },
    "sr": {
        "authors": "аутор, autor, autori, tekst, текст, novinar, новинар, пише, piše",
        "editors": "уредник, urednik, urednica, uredio, uredila",
        "proofreaders": "лектор, lektor, lektura, лектура",
        "source": "извор, izvor, vir",
        "other": "фото, foto, fotografija, фотографија, video, превод, prevod, prijevod, glavni urednik, главни уредник",
    },
    "el": {
        "authors": "συντάκτης, συντάκτρια, κείμενο, κείμενα, γράφει, ρεπορτάζ",
        "editors": "επιμέλεια, επιμέλεια κειμένου, επεξεργασία",
        "proofreaders": "διόρθωση, διορθωτής, διορθώτρια",
        "source": "πηγή, πηγές",
        "other": "φωτογραφία, φωτογραφίες, φωτό, βίντεο, μετάφραση, αρχισυντάκτης, ετικέτες",
    },
    "ar": {
        "authors": "بقلم, الكاتب, الكاتبة, كتب, كتبت, كتبه, كتبها, المؤلف, إعداد, اعداد, تقرير, المراسل, مراسل, الصحفي, كتابة",
        "editors": "تحرير, المحرر, المحررة, محرر, حرره, حررته",
        "proofreaders": "تدقيق, تدقيق لغوي, التدقيق اللغوي, مراجعة, مراجعة لغوية, المدقق اللغوي, تصحيح",
        "source": "المصدر, المصادر, مصدر, نقلا عن, نقلاً عن",
        "other": "تصوير, صورة, صور, الصورة, الصور, عدسة, فيديو, ترجمة, رئيس التحرير, التصنيف, الوسوم, شارك, التاريخ, مشاهدات",
    },
    "fa": {
        "authors": "نویسنده, نویسندگان, به قلم, گزارش از, گزارشگر, خبرنگار, نگارنده, تهیه و تنظیم",
        "editors": "ویراستار, ویرایش, دبیر, دبیر خبر, تنظیم",
        "proofreaders": "نمونه‌خوان, نمونه خوان, تصحیح",
        "source": "منبع, منابع, به نقل از",
        "other": "عکس, عکس‌ها, عکاس, تصویر, ویدئو, مترجم, ترجمه, سردبیر, برچسب‌ها, کد خبر, تاریخ انتشار, بازدید",
    },
    "ur": {
        "authors": "تحریر, مصنف, رپورٹ, رپورٹر",
        "editors": "ادارت, ایڈیٹر, ترتیب",
        "source": "ماخذ, بشکریہ, ذریعہ",
        "other": "تصویر, ویڈیو, ترجمہ",
    },
    "he": {
        "authors": "מאת, כותב, כותבת, כתב, כתבת",
        "editors": "עורך, עורכת, עריכה",
        "proofreaders": "הגהה",
        "source": "מקור, מקורות",
        "other": "צילום, צילומים, תמונה, תרגום, עורך ראשי",
    },
    "hi": {
        "authors": "लेखक, लेखिका, रिपोर्ट, रिपोर्टर, संवाददाता, प्रस्तुति",
        "editors": "संपादक, संपादन, सम्पादक, सम्पादन, एडिटर",
        "proofreaders": "प्रूफ़रीडर, प्रूफरीडर, प्रूफ़रीडिंग, प्रूफरीडिंग",
        "source": "स्रोत, सोर्स, साभार",
        "other": "फोटो, फ़ोटो, तस्वीर, चित्र, वीडियो, अनुवाद, प्रधान संपादक, टैग",
    },
    "bn": {
        "authors": "লেখক, প্রতিবেদক, প্রতিবেদন",
        "editors": "সম্পাদনা, সম্পাদক",
        "source": "সূত্র, উৎস",
        "other": "ছবি, ভিডিও, অনুবাদ",
    },
    "ja": {
        "authors": "文, 取材・文, 取材, 執筆, 筆者, 著者, ライター, 記者, 取材・執筆, 文・写真, 取材・文・撮影, 文・撮影",
        "editors": "編集, 編集者, 担当編集, 構成・編集, 編集担当",
        "proofreaders": "校正, 校閲",
        "source": "出典, 引用元, 情報元, 提供元, 配信元, ソース",
        "other": "写真, 撮影, 画像, 図, 構成, 監修, 翻訳, 訳, イラスト, 動画, 編集長, タグ, カテゴリ, 更新, 公開",
    },
    "ko": {
        "authors": "글, 취재, 작성자, 글쓴이, 저자, 기자, 취재기자",
        "editors": "편집, 편집자, 편집기자, 에디터",
        "proofreaders": "교정, 교열",
        "source": "출처, 자료출처, 자료, 기사출처",
        "other": "사진, 영상, 영상취재, 영상편집, 촬영, 이미지, 그래픽, 번역, 입력, 수정, 등록, 조회, 승인, 편집장, 편집인, 발행인",
    },
    "vi": {
        "authors": "tác giả, bài, thực hiện, phóng viên, người viết",
        "editors": "biên tập, biên tập viên",
        "proofreaders": "hiệu đính",
        "source": "nguồn, nguồn tin",
        "other": "ảnh, hình, video, dịch, tổng biên tập",
    },
    "id": {
        "authors": "penulis, oleh, pewarta, reporter, wartawan",
        "editors": "editor, penyunting, redaktur",
        "source": "sumber",
        "other": "foto, fotografer, gambar, video, penerjemah, pemimpin redaksi, copyright",
    },
    "th": {
        "authors": "ผู้เขียน, เรื่อง, โดย, ผู้สื่อข่าว",
        "editors": "บรรณาธิการ, เรียบเรียง",
        "proofreaders": "พิสูจน์อักษร",
        "source": "ที่มา, แหล่งที่มา, แหล่งข่าว",
        "other": "ภาพ, ภาพถ่าย, วิดีโอ, แปล",
    },
}  # fmt: skip

_PHRASES: dict[str, dict[str, str]] = {
    "en": {
        "authors": "reporting by, writing by, reported by, written by",
        "editors": "editing by, edited by",
        "proofreaders": "proofreading by, proofread by",
        "other": "additional reporting by, photography by, photos by, produced by, translated by, compiled by, graphics by",
    },
    "de": {"editors": "redigiert von, bearbeitet von"},
    "fr": {"authors": "propos recueillis par", "editors": "édité par", "proofreaders": "relu par"},
    "es": {"editors": "editado por", "authors": "escrito por"},
    "it": {"authors": "a cura di, scritto da"},
    "pt": {"editors": "editado por", "authors": "escrito por"},
    "nl": {"editors": "bewerkt door"},
    "sv": {"editors": "redigerad av"},
    "nb": {"editors": "redigert av, redigeret af", "authors": "skrevet av, skrevet af"},
    "ru": {"editors": "отредактировал, отредактировала, под редакцией"},
    "hu": {"authors": "írta", "editors": "szerkesztette"},
    "ar": {"authors": "بقلم", "editors": "حرره", "other": "تصوير"},
    "fa": {"authors": "به قلم"},
    "he": {"authors": "מאת"},
    "id": {"editors": "editor, penyunting"},
    "ja": {"authors": "聞き手・構成, 構成・聞き手, 聞き手, 取材・構成", "editors": "編集"},
    "ko": {"editors": "편집", "other": "사진, 영상, 영상취재, 영상편집, 촬영"},
}
_SAME_AS = {
    "no": "nb",
    "nn": "nb",
    "da": "nb",
    "sk": "cs",
    "hr": "sr",
    "sl": "sr",
    "bs": "sr",
    "mk": "sr",
    "be": "ru",
    "ms": "id",
}
_JOINED = re.compile(r"\s+")
_SEPARATOR = r"\s{0,3}(?:[:：=＝｜／]|\|(?!\|))"


@lru_cache(maxsize=64)
def credit_marks(language: str | None) -> re.Pattern[str]:
    """What opens a credit in a language: a group for each kind ("authors", …), with "_" after it for phrases.

    English words are known everywhere: templates are often left in English. Without a language all words are.
    """
    own = _SAME_AS.get(language or "", language or "")
    languages = ["en"] if own in ("", "en") or own not in _LABELS else [own, "en"]
    if language is None:
        languages = list(_LABELS)
    groups = []
    for kind in KINDS:
        labels = _alternatives(_LABELS, languages, kind)
        phrases = _alternatives(_PHRASES, languages, kind)
        groups.append(rf"(?P<{kind}>{labels}){_SEPARATOR}")
        groups.append(rf"(?P<{kind}_>{phrases})(?=[\s・])")
    return re.compile(rf"(?:(?<=[\s;,.(（\[/・|•·—–])|^)(?:{'|'.join(groups)})\s{{0,3}}", re.I)


def _alternatives(table: dict[str, dict[str, str]], languages: list[str], kind: str) -> str:
    words = {word.strip() for one in languages for word in table.get(one, {}).get(kind, "").split(",")} - {""}
    ordered = sorted(words, key=lambda word: (-len(word), word))
    return "|".join(_JOINED.sub(r"\\s{1,2}", re.escape(word).replace(r"\ ", " ")) for word in ordered) or r"(?!)"
