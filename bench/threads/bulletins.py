"""A generated stream of bulletins among news: weather warnings, closing reports, draws of a lottery, traffic, digests of the day.

A series is one outlet's: the same title and sentences nearly every day, filled in anew. Each issue is an event of its own. A third
are printed by another outlet too, and a fifth come again some hours later with other numbers, which is the same event.
"""

from __future__ import annotations

import random
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from bench.threads.stream import START, StreamArticle, generate, spell

TUNING_SERIES = ("warning", "market")
UNSEEN_SERIES = ("lottery", "traffic", "digest")
LANGUAGES = ("en", "de", "zh")
_SERIES_OF_A_KIND = 4
_NAMES = {
    "en": {
        "place": "Ardley|Brickmouth|Cawdon|Dunmere|Elmsworth|Fairhythe|Gorsefield|Hexley",
        "org": "Crown|Union|Northern|Harbour|Royal|Meridian",
        "host": "Beacon|Tribune|Lantern|Gazette",
        "firm": "Alder Motors|Birch Foods|Cobalt Energy|Dovetail Homes|Ember Glass|Fathom Lines|Grove Mills",
        "street": "Abbey Road|Bridge Street|Castle Lane|Dyer Row|Elm Avenue|Fox Hill|Granary Street|High Street",
        "weekday": "Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday",
        "given": "Agnes|Bruno|Clara|Dennis|Edith|Frank|Gloria|Henry|Isla|Jonas",
        "family": "Archer|Bishop|Coleman|Drummond|Ellery|Forbes|Gilmore|Hadley|Ingram|Jessop|Kemp|Lowell",
    },
    "de": {
        "place": "Auenfeld|Birkenau|Calsow|Dreiburg|Erlental|Fährhaus|Großenau|Heidbrück",
        "org": "NordX|Westindex|Hansa|Kronenlos|Regio|Stern",
        "host": "Anzeiger|Bote|Kurier|Rundschau",
        "firm": "Adler Motoren|Buche Bau|Cobalt Energie|Drossel Druck|Eiche Möbel|Fink Foto",
        "street": "Ahornallee|Brunnengasse|Domstraße|Eschenweg|Feldstraße|Gartenstraße|Hauptstraße",
        "weekday": "Montag|Dienstag|Mittwoch|Donnerstag|Freitag|Samstag|Sonntag",
        "given": "Astrid|Bodo|Carmen|Detlef|Eva|Frank|Gesa|Horst|Inge|Jan",
        "family": "Albers|Busch|Cordes|Dreyer|Evers|Franzen|Groth|Hinrichs|Iversen|Jahn|Kruse|Lüders",
    },
    "zh": {
        "place": "白石区|长亭县|大河镇|东湖区|凤台县|古城区|红旗镇|金水区",
        "org": "沪宁|天元|中盛|福星|华彩|双利",
        "host": "都市|晨光|商报|新城",
        "firm": "安达汽车|北方食品|长城玻璃|大成地产|飞跃能源|光明印务",
        "street": "安宁路|滨江道|长安街|东风路|凤凰街|光明路|和平路",
        "weekday": "周一|周二|周三|周四|周五|周六|周日",
        "given": "爱华|宝玉|春生|大伟|恩泽|芳芳|国庆|红梅|佳琪|建平",
        "family": "安|白|陈|戴|方|郭|何|金|李|马|宋|王",
    },
}


def generate_bulletins(
    seed: int, kinds: tuple[str, ...], *, days: int = 30, events: int = 150, sources: int = 24
) -> list[StreamArticle]:
    """A stream in order of time: four series of each kind and language, and so many events of ordinary news."""
    chance = random.Random(seed)
    wording = tomllib.loads(Path(__file__).with_name("bulletin_wording.toml").read_text("utf-8"))
    found = [replace(article, copy_of=None) for article in generate(seed, events, days=days, sources=sources)]
    event = events
    for language in LANGUAGES:
        for kind in kinds:
            for number in range(_SERIES_OF_A_KIND):
                series = _Series(chance, wording[language][kind], _NAMES[language], language, number)
                source = chance.randrange(sources)
                for day in range(days):
                    if chance.random() > 0.7:
                        continue
                    at = START + timedelta(days=day, hours=6 + 2 * number, minutes=chance.randrange(60))
                    found += series.issue(event, at, source, chance.randrange(sources))
                    event += 1
    found.sort(key=lambda article: (article.at, article.event))
    return [replace(article, number=number) for number, article in enumerate(found)]


class _Series:
    """What an outlet repeats: one title, some sentences, its own place and names."""

    def __init__(
        self,
        chance: random.Random,
        parts: Mapping[str, list[str]],
        names: Mapping[str, str],
        language: str,
        number: int,
    ) -> None:
        self._chance, self._language = chance, language
        self._names = {key: value.split("|") for key, value in names.items()}
        self._title = parts["title"][number % len(parts["title"])]
        first, *others = parts["text"]
        kept = others if "item" in parts else chance.sample(others, 5)
        self._items = parts.get("item", [])
        self._sentences = [first, *kept]
        self._own = {key: chance.choice(self._names[key]) for key in ("place", "org", "host")}

    def issue(self, event: int, at: datetime, source: int, other: int) -> list[StreamArticle]:
        """The articles of one issue."""
        slots = self._slots()
        told = self._sentences[:1] + self._chance.sample(self._items, min(4, len(self._items))) + self._sentences[1:]
        # Items of a digest have people and places each of their own.
        texts = [self._spelt(line, self._slots() if line in self._items else slots) for line in told]
        title = self._spelt(self._title, slots)
        printed = [self._article(event, at, source, title, texts)]
        luck = self._chance.random()
        if luck < 0.35:
            later = at + timedelta(hours=self._chance.uniform(0.5, 4))
            printed.append(self._article(event, later, other, title, texts[: -1 - self._chance.randrange(2)]))
        elif luck < 0.55:
            updated = slots | {"n2": str(self._chance.randint(20, 99)), "h": str(self._chance.randint(14, 22))}
            again = [self._spelt(line, updated) for line in self._sentences] if not self._items else texts[:-1]
            printed.append(self._article(event, at + timedelta(hours=self._chance.uniform(2, 6)), source, title, again))
        return printed

    def _article(self, event: int, at: datetime, source: int, title: str, texts: list[str]) -> StreamArticle:
        glue = "" if self._language == "zh" else " "
        return StreamArticle(
            number=0, event=event, language=self._language, source=source, at=at, title=title, text=glue.join(texts)
        )

    def _spelt(self, sentence: str, slots: dict[str, str]) -> str:
        return spell(self._chance, sentence, slots)

    def _slots(self) -> dict[str, str]:
        chance, names = self._chance, self._names
        one, other = chance.choice(names["given"]), chance.choice(names["family"])
        return (
            self._own
            | {
                "other": chance.choice(names["place"]),
                "person": other + one if self._language == "zh" else f"{one} {other}",
                "n1": str(chance.randint(2, 12)),
                "n2": str(chance.randint(20, 99)),
                "n3": str(chance.randint(110, 890)),
                "n4": str(chance.randint(1100, 9800)),
                "h": str(chance.randint(5, 13)),
            }
            | {key: chance.choice(names[key]) for key in ("firm", "street", "weekday")}
        )
