"""What a newsroom sets amid and below a text: links with a label, notes in italics, the desk's initials, calls to read on."""

from __future__ import annotations

import pytest

from db.models import Article, Page
from db.site_rules.loader import Sites
from db.site_rules.models import Site
from pipelines.extraction.extract import extract

BODY = (
    "<p>The ferry to Sandholm sails again from Monday, the harbour office said on Tuesday after a winter in dock.</p>"
    "<p>Two piles of the old pier had given way in the storm of November and were replaced by piles of oak.</p>{amid}"
    "<p>The first boat leaves at six in the morning, and the last one comes back at ten, as it did before.</p>"
    "<p>The crossing costs four crowns for adults and nothing at all for dogs that sit under the bench.</p>{below}"
)
LAST = "The crossing costs four crowns for adults and nothing at all for dogs that sit under the bench."


def text_of(*, above: str = "", amid: str = "", below: str = "", lang: str = "en") -> list[str]:
    text = f"<h1>The ferry sails again</h1><article><div>{above}{BODY.format(amid=amid, below=below)}</div></article>"
    html = f'<html lang="{lang}"><head><meta charset="utf-8"></head><body>{text}</body></html>'
    site = Site(name="harbour", hosts=("harbour.example",), language=lang)
    article = extract(
        Page(body=html.encode(), url="https://harbour.example/ferry"), Sites(by_host={site.hosts[0]: site})
    )
    assert isinstance(article, Article)
    return article.text.split("\n")


@pytest.mark.parametrize(
    "amid",
    [
        '<p>PIER NEWS: <a href="/old-piles">The old piles of Sandholm were driven in 1931</a></p>',
        '<p><strong>Worth a look: <a href="/old-piles">The old piles of Sandholm</a></strong></p>',
        '<div><a href="/old-piles">HARBOUR: The old piles of Sandholm were driven in 1931</a></div>',
        '<p>Sieh da：<a href="/old-piles">Die alten Pfähle von Sandholm</a></p>',
    ],
)
def test_a_label_with_a_link_leads_to_another_story(amid: str) -> None:
    assert text_of(amid=amid) == text_of()


@pytest.mark.parametrize(
    "amid",
    [
        '<p>The office said: <a href="/old-piles">piles of oak</a> last for ninety years if they stay wet.</p>',
        '<p>The harbour office said in a letter to all of its members: <a href="/o">The old piles were driven in 1931</a></p>',
        '<p>Second pier: <a href="#second-pier">Where the boats of the islanders lie</a></p>',
        "".join(f'<p>Ferry {n}: <a href="/{n}">A boat of forty seats for summer number {n}</a></p>' for n in range(5)),
    ],
)
def test_a_sentence_a_place_of_the_page_and_a_list_stay(amid: str) -> None:
    assert len(text_of(amid=amid)) > len(text_of())


@pytest.mark.parametrize(
    "below",
    [
        '<p><em>The Morning Boat is what our newsroom writes each day for those who cross. <a href="/x">Have it sent</a>.</em></p>',
        "<p><i><b>Something to add?</b> The desk reads all that comes to desk@harbour.example before noon.</i></p>",
        "<p><em>The family has agreed that the name is printed.</em></p>",
        "<p>ahl</p>", "<p>hr/mcc</p>", "<p>-- HARBOURMU</p>", "<p>Cape Harbour</p>", "<p>The harbour walk</p>",
    ],
)  # fmt: skip
def test_notes_below_the_text_are_no_text(below: str) -> None:
    assert text_of(below=below)[-1] == LAST


@pytest.mark.parametrize(
    ("below", "last"),
    [
        ("<p>“Then we row,” she said.</p>", "“Then we row,” she said."),
        (
            "<p><em>And so the boats of Sandholm sailed out into the sound as they had done for ninety years.</em></p>",
            "",
        ),
        ("<ul><li>oak</li><li>tar</li><li>rope</li></ul>", "- rope"),
    ],
)
def test_short_sentences_long_italics_and_lists_stay(below: str, last: str) -> None:
    lines = text_of(below=below)
    assert lines[-1] == last if last else lines[-1].startswith("And so the boats")


@pytest.mark.parametrize(
    ("lang", "line"),
    [
        ("en", "SKIP ADVERTISEMENT"), ("en", "Jump to Recipe"), ("en", "This post may contain affiliate links."),
        ("de", "Exklusiv für Abonnenten"), ("fr", "La suite après cette publicité"), ("fr", "Réservé aux abonnés"),
        ("es", "Puedes ver: Los viejos pilotes"), ("es", "Le puede interesar"), ("pt", "Continua após a publicidade"),
        ("it", "Continua a leggere"), ("nl", "Tekst loopt door onder de advertentie"), ("nl", "Beluister: de haven"),
        ("sv", "Annons"), ("sv", "Artikeln fortsätter efter annonsen"), ("da", "Artiklen fortsætter efter annoncen"),
        ("nb", "Saken fortsetter under annonsen"), ("fi", "Juttu jatkuu mainoksen jälkeen"), ("pl", "Powiązane artykuły"),
        ("cs", "Mohlo by vás zajímat"), ("sk", "Zdieľať"), ("hu", "Kapcsolódó cikk: A komp"), ("ro", "Citeşte şi"),
        ("el", "Δείτε ακόμα"), ("tr", "Haberin Devamı"), ("ru", "Материалы по теме"), ("uk", "Вас також може зацікавити"),
        ("bg", "Прочети още: Ферибот"), ("hr", "Možda će vas zanimati"), ("sl", "Preberite tudi: Trajekt"),
        ("lv", "Dalīties"), ("lt", "Straipsnis tęsiamas po reklamos"), ("et", "Artikkel jätkub"), ("id", "Pilihan Redaksi"),
        ("ms", "Muat turun aplikasi Suria"), ("vi", "Tin liên quan"), ("th", "ข่าวที่เกี่ยวข้อง"), ("ja", "広告の後にも続きます"),
        ("ko", "추천 기사"), ("ar", "قد يهمك أيضا"), ("fa", "اخبار مرتبط"), ("ur", "مزید پڑھیں: کشتی"), ("he", "פרסומת"),
        ("he", "לעוד כתבות:"), ("hi", "ये भी पढ़ें: नौका"), ("bn", "বিজ্ঞাপন"), ("is", "Auglýsing"),
        ("en", "LISTEN | The last ferry"), ("en", "Was this page helpful?"), ("en", "Promoted: Boots that never leak"),
        ("en", "This live blog is now closed."), ("en", "Follow the Sandholm WhatsApp channel"), ("en", "Gift this article"),
        ("en", "Don’t miss our guide to the islands"), ("en", "Sign in to read this story"), ("en", "Request a free quote"),
        ("en", "A post shared by The Harbour Office (@harbour)"), ("en", "Opens in a new window"), ("en", "Link copied!"),
        ("en", "Skip to main content"), ("en", "View the photo gallery"), ("en", "Show more comments"), ("en", "Ad feedback"),
        ("en", "When you buy through our links, we may be paid."), ("en", "This audio is generated by a machine. Tell us."),
        ("en", "Harbour Watch is an independent, nonprofit newsroom on the sound. Sign up to get what we find out."),
    ],
)  # fmt: skip
def test_what_a_template_says_amid_the_text_is_no_text(lang: str, line: str) -> None:
    assert text_of(amid=f"<p>{line}</p>", lang=lang) == text_of(lang=lang)


@pytest.mark.parametrize(
    ("lang", "line"),
    [
        ("fa", "انتهای پیام/"), ("ja", "お問い合わせ先"), ("pt", "*Matéria atualizada às 16h40 para acréscimo de informações"),
        ("hu", "Ha máskor is tudni szeretne hasonló dolgokról, lájkolja az oldalunkat."), ("de", "Rückfragehinweis:"),
        ("ms", "Muat turun aplikasi kami di sini"), ("en", "Have something to say about this article? Write to the desk."),
        ("en", "The Morning Boat newsletter is our guide to the day."), ("es", "Únete a nuestro canal de WhatsApp"),
        ("sk", "Sledujte naše správy"), ("bn", "আমাদের চ্যানেল ফলো করুন"),
        ("en", "Holm reported from Sandholm."), ("en", "Harbour writer Eva Lind contributed from Leeds."),
        ("en", "Bo Kale contributed research."), ("en", "Originally published as The ferry is back"),
        ("en", "This essay appears in the March 2024 print edition."), ("en", "(Top photo: Bo Kale / Harbour Images)"),
        ("en", "A version of this story appears in print on March 5, 2024, on Page 3 with the headline: Back."),
        ("en", "This post gives the views of its author, not those of the harbour."), ("en", "Last updated: March 5, 2024"),
        ("en", "This story was initially reported by a journalist and has been turned into text by a machine."),
        ("en", "Unsure about a rumour? Send it to us via WhatsApp."), ("en", "Comments are closed."),
        ("en", "These are the author's own views."),
        ("en", "Journal Reference:"), ("en", "At the Harbour Post, we know that good journalism takes time."),
    ],
)  # fmt: skip
def test_what_a_template_says_below_the_text_is_no_text(lang: str, line: str) -> None:
    assert text_of(below=f"<p>{line}</p>", lang=lang) == text_of(lang=lang)


@pytest.mark.parametrize(
    "amid",
    [
        "<div class='tout'><p>The Harbour Post is on your phone as well</p></div>",
        "<section><div><p>Best of the sound</p><p>Our Saturday letter</p></div></section>",
        "<x-promo><h3>Worth a look</h3><p><a href='/piles'>The old piles of Sandholm were driven in 1931</a></p></x-promo>",
        "<aside class='insert'><p>Ferry news for those who cross</p></aside>",
    ],
)
def test_a_box_without_a_sentence_amid_the_text_is_no_text(amid: str) -> None:
    assert text_of(amid=amid) == text_of()


@pytest.mark.parametrize(
    "amid",
    [
        "<div class='heading'><h2>Oak and tar</h2></div>",
        "<div class='set-off'><p>It took four men nine weeks.</p></div>",
        "<div class='sub-head'><p>Oak and tar</p></div>",
        "<div><pre><code>ferry --status</code></pre></div>",
        "<div class='points'><ul><li>Oak</li><li>Tar</li></ul></div>",
        "".join(f"<div class='boat'><p>Boat {name}</p></div>" for name in ("Anna", "Berta", "Cilla", "Dora", "Eva")),
    ],
)
def test_headings_sentences_code_and_lists_in_boxes_stay(amid: str) -> None:
    assert len(text_of(amid=amid)) > len(text_of())
