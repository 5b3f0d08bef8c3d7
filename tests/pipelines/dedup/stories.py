"""Texts for the tests of copies: stories of made-up words, and what is done to stories when they are printed again."""

from __future__ import annotations

import random
from functools import cache

from db.store.dedup.threads import TABLES as THREAD_TABLES

SETTLED = (
    "decisions",
    "marks",
    "marked_texts",
    "likenesses",
    "claims",
    "page_parameters",
    "parameter_evidence",
    "address_parameters",
    "folded_pages",
    "revision_changes",
    "unsettled",
    *THREAD_TABLES,
    "takings",
    "copy_pairs",
    "copy_lags",
    "source_outlets",
)
"""The tables that settling fills."""


_SYLLABLES = ("ba", "dor", "fel", "gim", "hu", "jas", "kel", "lim", "mon", "nar", "pro", "qua", "ris", "sut", "tev")
_HAN = (
    "山水城市新闻记者昨日报道工程学校居民公园河流交通计划建设开放服务中心医院"
    "老人孩子图书馆艺术展览天气农田种植收获市场价格增长部门表示"
)


@cache
def story(seed: int, paragraphs: int = 6) -> str:
    """Paragraphs of some sixty made-up words each; the same for the same seed."""
    chance = random.Random(seed)
    return "\n".join(_sentence(chance, 60) for _ in range(paragraphs))


@cache
def chinese_story(seed: int, paragraphs: int = 6) -> str:
    """Paragraphs of some ninety characters; the same for the same seed."""
    chance = random.Random(seed)
    return "\n".join("".join(chance.choice(_HAN) for _ in range(90)) + "。" for _ in range(paragraphs))


def edited(text: str, seed: int, rate: float = 0.05) -> str:
    """Some of the words exchanged for others."""
    chance = random.Random(seed)
    return "\n".join(
        " ".join(_word(chance) if chance.random() < rate else word for word in line.split(" "))
        for line in text.split("\n")
    )


def trimmed(text: str, share: float = 0.6) -> str:
    """The last paragraphs gone."""
    lines = text.split("\n")
    return "\n".join(lines[: max(1, round(len(lines) * share))])


def attributed(text: str) -> str:
    """A dateline before and a credit line after."""
    return f"HARBOUR CITY (Tidings Agency) - {text}\nWriting by B. Clerk; editing by C. Reader"


def sequel(text: str, seed: int) -> str:
    """Opens with the story's first two paragraphs and goes on with its own."""
    return "\n".join([*text.split("\n")[:2], *story(seed + 1000, 5).split("\n")])


def bulletin(seed: int) -> str:
    """A form that is filled in: every one has the same words, and its own places and figures."""
    chance = random.Random(seed)
    place, figure = _word(chance).title() + _word(chance), chance.randint
    return (
        f"The river office at {place} reported a level of {figure(100, 900)} centimetres on day {figure(1, 365)} of the year.\n"
        f"Within {figure(12, 72)} hours the level is expected to change by {figure(10, 99)} centimetres, at a flow of "
        f"{figure(200, 4000)} cubic metres a second and a water temperature of {figure(2, 24)} degrees.\n"
        f"Boats of more than {figure(10, 99)} tonnes must report at lock {figure(1, 60)} before {figure(10, 23)} o'clock.\n"
        "The office asks all crews to keep clear of the banks and to listen to the hourly announcements on the radio."
    )


def _sentence(chance: random.Random, words: int) -> str:
    return " ".join(_word(chance) for _ in range(words)).capitalize() + "."


def _word(chance: random.Random) -> str:
    return "".join(chance.choice(_SYLLABLES) for _ in range(chance.randint(1, 3)))


def chinese_bulletin(seed: int) -> str:
    """A short form that says the same of today and of tomorrow."""
    chance = random.Random(seed)
    place, figure, sky = chance.choice(("临江", "平湖", "安远", "石泉", "龙口")), chance.randint, ("多云", "晴", "阴")
    return (
        f"{place}市气象台今天早晨发布天气预报：今天白天{chance.choice(sky)}，{chance.choice('东南西北')}风"
        f"{figure(1, 3)}到{figure(3, 5)}级，最高气温{figure(18, 30)}度；夜间{chance.choice(sky)}，最低气温{figure(8, 17)}度。"
        f"明天白天{chance.choice(sky)}，最高气温{figure(18, 30)}度。空气质量{chance.choice('优良')}，指数{figure(20, 90)}。"
        "早晚温差较大，请市民注意适时增减衣物，驾车出行注意交通安全，老人和儿童避免清晨在室外久留。"
    )
