"""A generated news stream with known events, in English, German and Chinese: wire copies, stories that run for weeks, and events of
one kind on the same days, which share their vocabulary, their places and their people. Seeded: the same seed, the same stream."""

from __future__ import annotations

import random
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

START = datetime(2026, 1, 5, tzinfo=UTC)
KINDS = ("fire", "match", "vote", "trial", "flood")
_CHOICE = re.compile(r"\{([^{}]*)\}")
_SLOT = re.compile(r"\[(\w+)\]")
_WORDING = Path(__file__).with_name("wording.toml")
# Parts of names. Their combinations are few enough that events share places, people and companies.
_NAMES = {
    "en": {
        "place": "Har Dun Castle Brack Ash Wex Til Mar Pen Sel Stan Hol/wick more ford ley ham bury ton field",
        "given": "Maren Tobias Alma Victor Priya Owen Leila Conrad Hazel Idris Nora Felix",
        "family": "Whitlock Marsden Okafor Pell Hargreaves Lindqvist Barrow Tennant Ivers Quill Sandoval Rourke Beckett Amari",
        "org": "North Meri Albi Crest Hald Corv Pinn Arg Sterl Vant/gate dian way en us acle ent ing",
        "party": "Reformers|Civic Union|Greens|Labour List",
        "site": "warehouse|paint factory|furniture store|school|recycling plant",
        "river": "Wend|Calder|Ouse|Tarn|Leam|Dove|Nidd|Swale",
        "street": "Mill Road|Station Street|Dock Lane|Park Avenue|Chapel Hill|Quarry Way",
    },
    "de": {
        "place": "Alten Bern Grün Holl Kalten Lin Mars Neu Ost Raben Stein Wal/fels rode au stedt brunn dow berg wied",
        "given": "Anja Bernd Carla Dirk Elke Falk Greta Heiko Ines Jörg Katrin Lars",
        "family": "Brandt Ehlers Fuchs Gerlach Hollmann Jansen Krüger Lorenz Mertens Nowak Petersen Reuter Seidel Thiele Vogt",
        "org": "Nord Rhein Ein Vik Con Hansa Falk Kron Elb Isar/bau werk tracht toria cordia stahl os ia",
        "party": "Bürgerliste|Grüne Liste|Freie Wähler|Soziale Union",
        "site": "Lagerhalle|Lackfabrik|Schule|Möbelhalle|Recyclinganlage",
        "river": "Aller|Selke|Wipper|Lahn|Bode|Ilm|Nidda|Schwalm",
        "street": "Mühlenstraße|Bahnhofstraße|Hafengasse|Parkallee|Kapellenberg|Steinbruchweg",
    },
    "zh": {
        "place": "临 云 望 青 安 南 海 清 东 西 北 长/川市 汀市 岭县 浦镇 和市 桥区 陵市 源县",
        "given": "建国 志远 晓明 立新 文斌 丽华 国强 海燕 永康 振东 秀英 俊杰",
        "family": "林 王 陈 赵 周 孙 吴 郑 何 高 罗 梁 宋 唐 许",
        "org": "华 东 海 北 金 鼎 长 永 飞 恒/远集团 港队 星队 辰公司 石队 新科技 泰实业 鹰队",
        "party": "革新党|公民联盟|绿色联盟|劳工党",
        "site": "仓库|油漆厂|家具店|学校|回收站",
        "river": "汀河|澜水|清江|白水河|沅溪|锦河|洛江|青衣江",
        "street": "磨坊路|车站街|码头巷|公园大道|教堂路|采石路",
    },
}


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamArticle:
    """An article of the stream and the number of its event. `copy_of`: the number of the article it reprints, in stream order."""

    number: int
    event: int
    language: str
    source: int
    at: datetime
    title: str
    text: str
    copy_of: int | None = None


def generate(
    seed: int, events: int, *, kinds: tuple[str, ...] = KINDS, days: int = 42, sources: int = 24
) -> list[StreamArticle]:
    """A stream in order of time. About a third of the events run on for days or weeks; one in five has one article only."""
    chance = random.Random(seed)
    wording = tomllib.loads(_WORDING.read_text("utf-8"))
    found = []
    for event in range(events):
        language = ("en", "de", "zh")[event % 3]
        kind = chance.choice(kinds)
        for at, title, text in _event(chance, wording[language], language, kind, chance.uniform(0, days)):
            found.append((at, event, language, chance.randrange(sources), title, text, chance.random()))
    found.sort(key=lambda row: row[0])
    articles: list[StreamArticle] = []
    for at, event, language, source, title, text, luck in found:
        earlier = [one for one in articles[-400:] if one.event == event and one.copy_of is None]
        wire = earlier[-1] if luck < 0.15 and earlier else None
        articles.append(
            StreamArticle(
                number=len(articles),
                event=event,
                language=language,
                source=source,
                at=at,
                title=wire.title if wire else title,
                text=wire.text if wire else text,
                copy_of=wire.number if wire else None,
            )
        )
    return articles


def _event(
    chance: random.Random, wording: dict[str, object], language: str, kind: str, day: float
) -> Iterator[tuple[datetime, str, str]]:
    slots = _slots(chance, language)
    parts = wording[kind]
    filler = wording["filler"]
    assert isinstance(parts, dict)
    assert isinstance(filler, list)
    size = chance.choice((1, 2, 3, 4, 5, 6, 8, 12, 18, 25))
    lasting = chance.choice((0.5, 1.0, 1.5, 6.0, 14.0, 24.0))
    for n in range(size):
        at = day + (chance.random() ** 2 * lasting if n else 0)
        late = at - day
        # Reports of the first day tell it; later ones tell what is new, with a line of what it was about.
        new = parts["first"] if late < 1 else parts["later"]
        told = chance.sample(new, min(len(new), chance.randint(3, 5)))
        if late >= 1:
            told.insert(chance.randint(0, 1), parts["first"][0])
        told += chance.sample(filler, chance.randint(1, 3))
        own = dict(slots, **({"n2": str(chance.randint(20, 90))} if chance.random() < 0.3 else {}))
        glue = "" if language == "zh" else " "
        text = glue.join(spell(chance, sentence, own) for sentence in told)
        yield START + timedelta(days=at), spell(chance, chance.choice(parts["title"]), own), text


def _slots(chance: random.Random, language: str) -> dict[str, str]:
    names = _NAMES[language]
    place, near = _joined(chance, names["place"], 2)
    org, org2 = _joined(chance, names["org"], 2)
    given, family = names["given"].split(), names["family"].split()
    order = (family, given) if language == "zh" else (given, family)
    glue = "" if language == "zh" else " "
    people = [glue.join(chance.choice(part) for part in order) for _ in range(3)]
    slots = {key: chance.choice(names[key].split("|")) for key in ("party", "site", "river", "street")}
    slots |= {"place": place, "near": near, "org": org, "org2": org2}
    slots |= {f"p{n}": name for n, name in enumerate(people, 1)}
    slots |= {"n1": str(chance.randint(2, 12)), "n2": str(chance.randint(20, 90)), "n3": str(chance.randint(30, 900))}
    slots["score"] = f"{chance.randint(1, 4)}:{chance.randint(0, 1)}"
    return slots


def _joined(chance: random.Random, parts: str, count: int) -> list[str]:
    """Different names of a first and a second part."""
    first, second = (part.split() for part in parts.split("/"))
    return chance.sample([one + other for one in first for other in second], count)


def spell(chance: random.Random, sentence: str, slots: dict[str, str]) -> str:
    """A sentence with one of each choice taken and names filled in."""
    while _CHOICE.search(sentence):
        sentence = _CHOICE.sub(lambda found: chance.choice(found[1].split("|")), sentence)
    return _SLOT.sub(lambda found: slots[found[1]], sentence)
