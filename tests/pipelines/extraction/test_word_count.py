"""What counts as a word: the boundaries of UAX #29, whatever marks a script sets on its letters."""

from __future__ import annotations

import pytest

from pipelines.extraction.text.word_count import count_words, words_of

BETWEEN_SPACES = {
    "Hindi": "द्वीप के लिए नौका सोमवार से फिर चलेगी",
    "Bengali": "দ্বীপের ফেরি সোমবার থেকে আবার চলবে",
    "Tamil": "தீவுக்கான படகு திங்கட்கிழமை முதல் மீண்டும் இயங்கும்",
    "Malayalam": "ദ്വീപിലേക്കുള്ള ബോട്ട് തിങ്കളാഴ്ച മുതൽ വീണ്ടും ഓടും",
    "Malayalam, as once encoded": "അവന്\u200d വീണ്ടും വന്നു",
    "Sinhala": "දිවයිනට යන බෝට්ටුව සඳුදා සිට ධාවනය වේ",
    "Tibetan vowels": "བོད ཡིག",
    "Hebrew with points": "שָׁלוֹם לְכֻלָּם",
    "Hebrew abbreviation": "צה\"ל וארה״ב ח'אן",
    "Arabic with points": "كَتَبَ الوَلَدُ رِسَالَةً",
    "Persian": "می\u200cخواهم به خانه\u200cها بروم",
    "accents of their own": "le cafe\u0301 de l'e\u0301te\u0301",
    "English": "the ferry’s crew doesn't sail for U.S. officials",
    "French": "l’île n’est qu’à 3,5 milles",
    "Catalan": "la col·lecció il·lustrada",
    "numbers": "1,204.50 and 1’000 and 1.000.000",
}


@pytest.mark.parametrize("text", BETWEEN_SPACES.values(), ids=BETWEEN_SPACES)
def test_words_are_what_stands_between_spaces(text: str) -> None:
    assert words_of(text) == [word.rstrip(".") for word in text.split()]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Sail-maker (retired) – “again”… yes/no; a,b 18:30", 10),
        ("他说“好”。カタカナ", 7),
        ("𠮷野家", 3),
        ("ㅋㅋ 대통령은 말했다", 3),
        ("snake_case * — _", 2),
        ("🙂 👨\u200d👩\u200d👧 ok", 1),
        ("", 0),
    ],
)
def test_what_parts_words(text: str, words: int) -> None:
    assert count_words(text) == words


# How many words Intl.Segmenter (ICU's dictionaries) finds.
SPACELESS = {
    "Thai": ("เรือข้ามฟากไปเกาะจะเดินเรืออีกครั้งตั้งแต่วันจันทร์ สำนักงานท่าเรือกล่าว", 16),
    "Lao": ("ເຮືອຂ້າມຟາກໄປເກາະຈະແລ່ນອີກຄັ້ງຕັ້ງແຕ່ວັນຈັນ ຫ້ອງການທ່າເຮືອກ່າວ", 15),
    "Khmer": ("សាឡាងទៅកោះនឹងដំណើរការឡើងវិញចាប់ពីថ្ងៃច័ន្ទ ការិយាល័យកំពង់ផែបាននិយាយ", 12),
    "Burmese": ("ကျွန်းသို့သွားသောကူးတို့သင်္ဘောသည်တနင်္လာနေ့မှစ၍ပြန်လည်ထွက်ခွာမည်ဟုဆိပ်ကမ်းရုံးကပြောသည်", 19),
}


@pytest.mark.parametrize(("text", "words"), SPACELESS.values(), ids=SPACELESS)
def test_writing_without_spaces_is_counted_by_letters(text: str, words: int) -> None:
    assert count_words(text) == pytest.approx(words, rel=0.35)
