"""Headlines and names of sections in scripts that write no spaces between words."""

from __future__ import annotations

import pytest

from crawler.discover.front_pages.read_front_page import read_front_page

# A section and a headline in Thai, Khmer, Lao, Burmese, Chinese, Japanese, and in English to compare with.
PAGES = {
    "th": ("วิทยาศาสตร์", "นายกรัฐมนตรีสั่งการให้ทุกหน่วยงานเร่งช่วยเหลือประชาชนที่ได้รับผลกระทบจากน้ำท่วม"),
    "km": ("នយោបាយ", "នាយករដ្ឋមន្ត្រីអញ្ជើញសម្ពោធផ្លូវថ្មីនៅខេត្តកំពង់ចាម"),
    "lo": ("ການເມືອງ", "ນາຍົກລັດຖະມົນຕີລົງຢ້ຽມຢາມປະຊາຊົນທີ່ໄດ້ຮັບຜົນກະທົບຈາກນ້ຳຖ້ວມ"),
    "my": ("နိုင်ငံရေး", "ရန်ကုန်မြို့တွင်မိုးသည်းထန်စွာရွာသွန်းပြီးလမ်းများရေကြီးရေလျှံမှုဖြစ်ပွား"),
    "zh": ("政治", "总理要求各部门加快救助受洪水影响的居民"),
    "ja": ("政治", "首相は洪水の影響を受けた住民の支援を急ぐよう指示した"),
    "en": ("Politics", "The prime minister orders all agencies to help people hit by floods"),
}


@pytest.mark.parametrize("language", PAGES)
@pytest.mark.parametrize("form", ["/{n}/some-page-here", "/view.php?t={n}", "/content/{n}"])
def test_headlines_are_told_from_sections_by_their_length(language: str, form: str) -> None:
    section, headline = PAGES[language]
    links = "".join(f'<div class="x"><a href="{form.format(n=n)}">{headline} {n}</a></div>' for n in range(100, 108))
    page = f'<html lang="{language}"><meta charset="utf-8"><body><nav><a href="/s/1">{section}</a></nav>{links}</body></html>'
    listing = read_front_page(page.encode(), "https://news.example/", "text/html")
    assert len(listing.links) == 8
    assert [one.title for one in listing.listings] == [section]


@pytest.mark.parametrize("language", PAGES)
def test_links_with_headlines_are_no_sections(language: str) -> None:
    section, headline = PAGES[language]
    links = "".join(f'<p><a href="/c/{n}">{headline} {n}</a></p>' for n in range(100, 108))
    page = f'<html lang="{language}"><meta charset="utf-8"><body><nav><a href="/s/1">{section}</a></nav>{links}</body></html>'
    listing = read_front_page(page.encode(), "https://news.example/", "text/html")
    assert [one.title for one in listing.listings] == [section]


@pytest.mark.parametrize("language", [language for language in PAGES if language != "en"])
def test_a_headline_in_an_address_is_an_article(language: str) -> None:
    _, headline = PAGES[language]
    page = f'<html><meta charset="utf-8"><body><a href="/{headline}">x</a></body></html>'
    assert len(read_front_page(page.encode(), "https://news.example/", "text/html").links) == 1
