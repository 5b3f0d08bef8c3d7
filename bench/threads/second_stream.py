"""A second generated stream, in English and Chinese, that no weight was fitted on: other kinds of events, names and build. And a
third of the same build, in German too, on which the errors were looked at and the weights fitted, so that the second stays unseen.

Reports open with the news, then details, a quotation, and what is known of the kind; outlets rewrite the agency's first report in
part, so its sentences are in several articles that are no copies.
"""

from __future__ import annotations

import random
import tomllib
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from bench.threads.stream import START, StreamArticle, spell

Names = Mapping[str, Mapping[str, str]]
_NAMES = {
    "en": {
        "place": "Ravensholt|Port Ellery|Eastmoor|Coldwater|Lindale|Saltmarsh|Orrin Bay|Thornaby Cross|Millhaven|Whitcombe",
        "district": "Quayside|Old Town|Northgate|Riverside|Hillcrest|the Docks|St Anne's|Fernwood|Southbank|Ironworks",
        "org": "Ellery Transit|Bramwell Foods|Orrin Airways|Kestrel Homeware|Halloway Toys|Pembrook Electric|Norvane|Tidewater",
        "union": "Transport Guild|United Crafts|Service Workers' League|Dockers' Alliance",
        "work": "bus services|parcel deliveries|ferry crossings|refuse collection",
        "product": "kettles|high chairs|heated blankets|scooters|blenders|night lights",
        "object": "a bronze stag|the Amber Psalter|a landscape by Verhoeven|the Orrin crown|two Ming vases|a gold reliquary",
        "museum": "Ellery Gallery|City Museum|Harlan Collection|Maritime House|Abbey Treasury",
        "weekday": "Monday|Tuesday|Wednesday|Thursday|Friday",
        "given": "Ruth|Callum|Ines|Desmond|Harriet|Yusuf|Paula|Gareth|Mina|Stefan",
        "family": "Ashdown|Mbeki|Carver|Novak|Tillman|Reyes|Forsyth|Doyle|Kaur|Winslow|Petrov|Lang",
    },
    "zh": {
        "place": "澜州市|宁塘市|栖霞县|锦屏市|沙溪镇|石门市|鹤鸣市|丰台岭|白鹭港|龙泉寺镇",
        "district": "河滨区|老城区|港口区|北门街道|工业园|科技园|南湖新区|东郊",
        "org": "澜州公交|丰源食品|海鸥航空|佳居家电|小熊玩具|明辉电器|顺达物流|宏运轮渡",
        "union": "运输工会|联合工会|服务业工会|码头工会",
        "work": "公交线路|快递投送|轮渡|垃圾清运",
        "product": "电水壶|儿童餐椅|电热毯|滑板车|搅拌机|小夜灯",
        "object": "青铜鹿|《琥珀经》|一幅山水长卷|金冠|一对明代花瓶|鎏金佛塔",
        "museum": "澜州美术馆|市博物馆|海事馆|藏经阁|宁塘文物馆",
        "weekday": "周一|周二|周三|周四|周五",
        "given": "佳怡|国栋|思远|美玲|浩然|子涵|学军|春梅|一鸣|雪松",
        "family": "黄|徐|马|朱|胡|郭|谢|冯|邓|曹|彭|曾",
    },
}


_THIRD_NAMES = {
    "en": {
        "place": "Aldermoor|Castle Dene|Farrow|Greyport|Inverlow|Kings Welling|Marsh End|Penhallow|Stonebridge|Upper Tarn",
        "district": "Market Side|the Heath|Canal Street|Eastfield|Foundry Lane|Parkside|Weir Hill|New Quarter",
        "org": "Corbel Steel|Danforth Mills|Halden Paper|Lyle Chemicals|Merrow Group|Tarrant Glass",
        "rival": "Bexley Wire|Fenwick Tools|Oakham Dairies|Pryce Ceramics|Saxby Looms|Wilton Cables",
        "carrier": "Northern Link|Dene Railways|Coastline|Valley Trains",
        "club": "Aldermoor Town|Farrow United|Greyport Rovers|Inverlow Athletic|Penhallow City|Stonebridge Wanderers",
        "weekday": "Monday|Tuesday|Wednesday|Thursday|Friday",
        "given": "Alan|Bettina|Cedric|Dora|Edwin|Fiona|Hugo|Irene|Lewis|Moira",
        "family": "Abbot|Brandon|Chester|Dalton|Everett|Fletcher|Granger|Holmes|Jarvis|Kendall|Lambert|Mercer",
    },
    "de": {
        "place": "Ahrfeld|Bad Lauter|Dornstadt|Eichwalde|Grünau|Hohenfurt|Kleinrode|Marktheim|Neuenbrück|Stolpe",
        "district": "Altstadt|Hafenviertel|Nordend|Südpark|Weststadt|Am Wehr|Mühlengrund|Neustadt",
        "org": "Berger Stahl|Hansen Papier|Kolb Chemie|Lindner Glas|Merk Gruppe|Rühl Mühlen",
        "rival": "Ebert Draht|Falke Werkzeuge|Gruber Molkerei|Ober Keramik|Weiss Kabel|Zander Textil",
        "carrier": "Nordlinie|Talbahn|Küstenbahn|Landesbahn",
        "club": "SV Dornstadt|FC Grünau|Eintracht Marktheim|VfL Stolpe|Union Ahrfeld|TSV Eichwalde",
        "weekday": "Montag|Dienstag|Mittwoch|Donnerstag|Freitag",
        "given": "Anton|Birgit|Clemens|Doris|Emil|Frieda|Holger|Ilse|Kurt|Martha",
        "family": "Ackermann|Böhm|Conrad|Dietz|Engel|Franke|Graf|Haas|Jung|Keller|Lange|Moser",
    },
    "zh": {
        "place": "苍梧市|丹枫县|鹿洲市|梅溪市|青台镇|桑园市|桐安县|雁湖市|云门市|竹山县",
        "district": "城东区|江北区|新港区|南苑街道|钟楼区|西郊|开发区|古渡街道",
        "org": "恒基钢铁|东明纸业|海润化工|瑞华玻璃|盛达集团|金穗粮油",
        "rival": "长丰电缆|宏图工具|康泰乳业|精艺陶瓷|新纺集团|兴隆线材",
        "carrier": "北方铁路|山城客运|沿海铁路|河谷铁路",
        "club": "苍梧雄狮队|鹿洲飞虎队|梅溪猛龙队|桑园联队|雁湖海鸥队|云门战马队",
        "weekday": "周一|周二|周三|周四|周五",
        "given": "安平|宝山|翠云|德明|凤英|广生|慧敏|金龙|乐天|明辉",
        "family": "蔡|丁|范|龚|韩|江|康|雷|孟|倪|潘|邱",
    },
}
_KINDS = {"second": ("strike", "recall", "theft"), "third": ("takeover", "crash", "coach")}


def generate_second(seed: int, events: int, *, days: int = 30, sources: int = 30) -> list[StreamArticle]:
    """A stream in order of time. Half of the events are over in two days; a quarter has news for up to three weeks."""
    return _generate("second", _NAMES, random.Random(seed), events, days, sources)


def generate_third(seed: int, events: int, *, days: int = 30, sources: int = 30) -> list[StreamArticle]:
    """A stream of the same build, in German too, with kinds, names and wording of its own."""
    return _generate("third", _THIRD_NAMES, random.Random(seed), events, days, sources)


def _generate(
    name: str, names: Names, chance: random.Random, events: int, days: int, sources: int
) -> list[StreamArticle]:
    wording = tomllib.loads(Path(__file__).with_name(f"{name}_wording.toml").read_text("utf-8"))
    languages = list(names)
    found = []
    for event in range(events):
        language = languages[event % len(languages)]
        parts = wording[language][chance.choice(_KINDS[name])]
        start, lasting = chance.uniform(0, days), chance.choice((1.0, 2.0, 7.0, 21.0))
        slots = _slots(chance, language, names[language])
        agency = [spell(chance, chance.choice(parts[part]), slots) for part in ("lead", "detail", "quote")]
        for n in range(min(30, 1 + int(chance.expovariate(1 / 6)))):
            at = start + (lasting * chance.random() ** 2 if n else 0)
            title, text = _report(chance, language, parts, slots, agency, fresh=at - start < 1.5)
            found.append((at, event, language, chance.randrange(sources), title, text))
    found.sort(key=lambda row: row[0])
    return [
        StreamArticle(
            number=number,
            event=event,
            language=language,
            source=source,
            at=START + timedelta(days=at),
            title=title,
            text=text,
        )
        for number, (at, event, language, source, title, text) in enumerate(found)
    ]


def _report(
    chance: random.Random,
    language: str,
    parts: dict[str, list[str]],
    slots: dict[str, str],
    agency: list[str],
    *,
    fresh: bool,
) -> tuple[str, str]:
    told = []
    if fresh and chance.random() < 0.4:
        told += agency
    elif fresh:
        told.append(spell(chance, chance.choice(parts["lead"]), slots))
    else:
        told += [spell(chance, sentence, slots) for sentence in chance.sample(parts["news"], chance.randint(1, 2))]
    wanted = (("detail", chance.randint(1, 3)), ("quote", chance.randint(0, 2)), ("background", chance.randint(0, 2)))
    for part, count in wanted:
        told += [spell(chance, sentence, slots) for sentence in chance.sample(parts[part], count)]
    glue = "\n" if language == "zh" else "\n\n"
    return spell(chance, chance.choice(parts["title"]), slots), glue.join(dict.fromkeys(told))


def _slots(chance: random.Random, language: str, given_names: Mapping[str, str]) -> dict[str, str]:
    names = {key: value.split("|") for key, value in given_names.items()}
    given, family = names.pop("given"), names.pop("family")
    slots = {key: chance.choice(values) for key, values in names.items()}
    for person in ("a", "b"):
        one, other = chance.choice(given), chance.choice(family)
        slots[person] = other + one if language == "zh" else f"{one} {other}"
    slots |= {
        "count": str(chance.randint(20, 900)),
        "pct": str(chance.randint(51, 95)),
        "less": str(chance.randint(2, 9)),
    }
    return slots
