"""Encodings: marks, labels right and wrong, and none at all. Mojibake never comes out."""

from __future__ import annotations

import codecs

import pytest

from db.models import Article, Page
from db.site_rules.loader import Sites
from pipelines.extraction.encoding import codec_of, decode
from pipelines.extraction.extract import extract

ZH = "清溪镇图书馆周六重新开放，二层新增了儿童阅览区和自习室，镇上的孩子们一早就在门口排起了队。馆长说，这里的书大多是居民捐的。"
TW = "清溪鎮圖書館週六重新開放，二樓新增了兒童閱覽區和自習室，鎮上的孩子們一早就在門口排起了隊。館長說，這裡的書大多是居民捐的。"
JA = (
    "サンドホルム行きの渡船が月曜日から再開する。嵐で桟橋の一部が流されてから三週間ぶりで、港湾事務所が五日に発表した。"
)
KO = "산드홀름행 여객선이 월요일부터 다시 운항한다. 폭풍으로 부두 일부가 유실된 지 삼 주 만이라고 항만사무소가 밝혔다."
RU = "Паром на Сандхольм снова пойдёт в понедельник, через три недели после шторма, который унёс часть пирса."
DE = "Die Fähre fährt ab Montag wieder, teilte das Hafenamt für die Küste mit. Größere Schäden gab es nicht."


def page(text: str, label: str = "") -> str:
    meta = f'<meta charset="{label}">' if label else ""
    return f"<html><head>{meta}<title>x</title></head><body><p>{text}</p></body></html>"


@pytest.mark.parametrize(
    ("text", "codec"),
    [
        (ZH, "gb18030"),
        (TW, "big5"),
        (JA, "cp932"),
        (JA, "euc_jp"),
        (KO, "cp949"),
        (RU, "cp1251"),
        (DE, "cp1252"),
        (ZH, "utf-8"),
    ],
)
def test_undeclared(text: str, codec: str) -> None:
    got = decode(page(text * 3).encode(codec))
    assert got is not None
    assert text in got.text


@pytest.mark.parametrize(("text", "codec", "label"), [
    (ZH, "gb18030", "gb2312"), (TW, "big5", "Big5"), (JA, "cp932", "Shift_JIS"), (JA, "euc_jp", "euc-jp"), (KO, "cp949", "euc-kr"),
    (RU, "cp1251", "windows-1251"), (RU, "koi8-r", "koi8-r"), (DE, "cp1252", "iso-8859-1"), (DE, "iso8859-15", "ISO-8859-15"),
])  # fmt: skip
def test_declared(text: str, codec: str, label: str) -> None:
    body = page(text, label).encode(codec)
    in_meta = decode(body)
    in_header = decode(page(text).encode(codec), f"text/html; charset={label}")
    assert in_meta is not None
    assert in_header is not None
    assert text in in_meta.text
    assert text in in_header.text


@pytest.mark.parametrize("label", ["gbk", "iso-8859-1", "big5", "utf-16", "nonsense", "utf-7", "base64"])
def test_utf8_wins_over_a_wrong_label(label: str) -> None:
    got = decode(page(ZH, label).encode(), f"text/html; charset={label}")
    assert got is not None
    assert ZH in got.text


@pytest.mark.parametrize("label", ["utf-8", "iso-8859-1", "nonsense"])
def test_chinese_bytes_under_a_wrong_label(label: str) -> None:
    got = decode(page(ZH * 3, label).encode("gb18030"))
    assert got is not None
    assert ZH in got.text


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_utf16(codec: str) -> None:
    mark = {"utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE}[codec]
    for body in (mark + page(ZH).encode(codec), page(ZH).encode(codec)):
        got = decode(body)
        assert got is not None
        assert ZH in got.text


def test_marks_nuls_and_strays() -> None:
    marked = decode(codecs.BOM_UTF8 + page(ZH).encode(), "text/html; charset=gbk")
    assert marked is not None
    assert ZH in marked.text
    assert not marked.text.startswith("\ufeff")
    nul = decode(page(ZH).encode().replace(b"<p>", b"<p>\x00"))
    assert nul is not None
    assert "\x00" not in nul.text
    cut = decode(page(ZH).encode()[:-20] + b"\xe6")
    assert cut is not None
    assert cut.encoding == "utf-8"


def test_rubbish_is_refused() -> None:
    assert decode(b"<html>" + bytes(range(128, 256)) * 500) is None


@pytest.mark.parametrize(
    ("label", "codec"),
    [
        ("GB2312", "gb18030"), ("chinese", "gb18030"), ("cp936", "gb18030"), ("csbig5", "big5hkscs"), ("x-sjis", "cp932"),
        ("ks_c_5601-1989", "cp949"), ("iso88591", "cp1252"), ("latin-1", "cp1252"), ("l5", "cp1254"), ("dos-874", "cp874"),
        ("x-cp1251", "cp1251"), ("koi", "koi8-r"), ("visual", "iso8859-8"), ("mac", "mac-roman"), (" UTF8\n", "utf-8"),
        ("iso-2022-kr", "iso2022_kr"), ("hz-gb-2312", "hz"), ("no-such-thing", None), ("x-user-defined", None),
    ],
)  # fmt: skip
def test_labels(label: str, codec: str | None) -> None:
    assert codec_of(label) == codec


@pytest.mark.parametrize(
    ("label", "codec", "sentence", "word"),
    [
        ("iso88595", "iso8859-5", "Городской совет собрался вечером и обсуждал новый мост до полуночи. ", "совет"),
        ("koi8-ru", "koi8-u", "Міська рада зібралася ввечері й обговорювала новий міст до опівночі. ", "рада"),
        ("chinese", "gb18030", "市议会晚上开会，讨论新的大桥，朱镕基也出席了会议，直到半夜才结束。", "朱镕基"),
    ],
)
def test_an_article_with_a_label_of_the_standard(label: str, codec: str, sentence: str, word: str) -> None:
    head = f"<html><head><meta charset={label}><title>{sentence}</title></head><body><article><h1>{sentence}</h1>"
    article = extract(Page(body=f"{head}{f'<p>{sentence * 3}</p>' * 4}</article></body></html>".encode(codec)), Sites())
    assert isinstance(article, Article)
    assert word in article.text


def test_a_utf8_page_with_a_template_in_latin_bytes() -> None:
    text = "<p>Für die Vögel im Süden genügt ein großer Käfig, sagt Jürgen Krähenbühl, fünfzig Jahre alt.</p>"
    alt = '<img alt="Mitgefühl wählen"><img alt="Mitgefühl für alle">'
    body = b'<html><head><meta charset="utf-8"></head><body>' + alt.encode("latin-1") + text.encode()
    read = decode(body)
    assert read is not None
    assert read.encoding == "utf-8"
    assert read.text.endswith(alt + text)


def test_gbk_that_says_it_is_utf8() -> None:
    text = "清溪镇图书馆周六重新开放，二层新增了儿童阅览区和自习室，镇上的孩子们一早就在门口排起了队。" * 4
    read = decode(b'<meta charset="utf-8"><p>' + text.encode("gbk"))
    assert read is not None
    assert text in read.text


LATIN = {
    "fr": ("cp1252", "Le maire a décidé à l'unanimité que la plage, où les élèves étaient déjà allés, fermera l'été prochain."),
    "de": ("cp1252", "Größere Änderungen müssen später geprüft werden, erklärte die Bürgermeisterin den Fußgängern an der Straße."),
    "es": ("cp1252", "El año pasado la policía detuvo a más de cien personas, según informó el alcalde; ¿quién lo sabía mañana?"),
    "pt": ("cp1252", "A decisão da comissão não foi unânime; as eleições são em março, disse o ministro da Educação à televisão."),
    "it": ("cp1252", "La città è più bella perché l'università è già aperta; così disse il sindaco, e ciò è verità."),
    "sv": ("cp1252", "I går öppnade kommunen bron över älven, åtta år efter att den första ritades; barnen på bryggan jublade."),
    "da": ("cp1252", "I går åbnede kommunen broen over åen, otte år efter at den første blev tegnet på en café; børnene jublede."),
    "pl": ("cp1250", "Wczoraj w Łodzi odbyła się uroczystość, którą zorganizował związek kolejarzy; późniejsze też."),
    "pl ISO": ("iso8859-2", "Wczoraj w Łodzi odbyła się uroczystość, którą zorganizował związek kolejarzy; późniejsze też."),
    "cs": ("cp1250", "Včera se konala schůze, na které ředitel řekl, že příští rok bude těžší než ten minulý; už není čas."),
    "hu": ("cp1250", "Tegnap a főutcán megütötte egy autó a kerékpárost, aki könnyű sérüléseket szenvedett, közölte a rendőrség."),
    "ro": ("cp1250", "Primarul a declarat că şcolile vor fi închise săptămâna viitoare şi că părinţii îşi vor lua copiii."),
    "lt": ("cp1257", "Vakar įvyko šventė, kurioje dalyvavo žmonės iš visų šalies kampų; meras sakė, kad bus daugiau švenčių."),
    "lv": ("cp1257", "Vakar Rīgā notika svētki, kuros piedalījās cilvēki no visas valsts; nākotnē būs vairāk pasākumu."),
    "et": ("cp1257", "Eile toimus õpetajate koosolek, kus räägiti kooliõpilaste küsimustest; järgmine mõne päeva pärast šokis."),
    "tr": ("cp1254", "Dün öğretmenler için düzenlenen toplantıda müdür şöyle dedi: çocukların geleceği bizim için çok önemlidir."),
}  # fmt: skip


@pytest.mark.parametrize("label", ["", "utf-8"])
@pytest.mark.parametrize("language", LATIN)
def test_latin_letters_of_one_byte_by_their_language(language: str, label: str) -> None:
    codec, text = LATIN[language]
    for html in (page(text, label), page(text, label).replace("<html>", f'<html lang="{language[:2]}">')):
        got = decode(html.encode(codec))
        assert got is not None
        assert text in got.text


def test_declared_language_or_domain_decides_between_codecs() -> None:
    text = "Õhtu jõe ääres, ütles žürii."  # too short to tell by itself
    body = page(text, "utf-8").encode("cp1257")
    for got in (
        decode(body.replace(b"<html>", b'<html lang="et">')),
        decode(body, None, "https://ilmaleht.example.ee/uudis/1"),
        decode(body.replace(b"<meta ", b'<meta http-equiv="Content-Language" content="et"><meta ')),
    ):
        assert got is not None
        assert text in got.text


@pytest.mark.parametrize(("text", "codec"), [(JA, "iso2022_jp"), ("ｶﾀｶﾅ" + JA, "iso2022_jp_ext"), (KO, "iso2022_kr")])
@pytest.mark.parametrize("label", ["", "utf-8", "iso-2022-jp"])
def test_writing_switched_by_escapes(text: str, codec: str, label: str) -> None:
    got = decode(page(text, label).encode(codec))
    assert got is not None
    assert text in got.text
