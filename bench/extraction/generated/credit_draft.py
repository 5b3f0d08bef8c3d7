"""A page of Chinese credits while it is written: what it says so far, and how names and labels are put into a line."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
_GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂英华玉萍红建国文辉力宁婷雪琳晨阳浩宇欣怡"


@dataclass(slots=True)
class Draft:
    """A page being written, and what it says."""

    dice: random.Random
    head: list[str] = field(default_factory=list)
    lead: str = ""
    close: str = ""
    tail: list[str] = field(default_factory=list)
    truth: dict[str, Any] = field(default_factory=dict)
    forms: list[str] = field(default_factory=list)

    def person(self) -> str:
        """A name of two or three characters."""
        return self.dice.choice(_SURNAMES) + "".join(self.dice.sample(_GIVEN, self.dice.choice((1, 2, 2))))

    def people(self, most: int = 3) -> list[str]:
        """One to `most` different names."""
        found: list[str] = []
        while len(found) < self.dice.randint(1, most):
            if (name := self.person()) not in found:
                found.append(name)
        return found


def joined(draft: Draft, names: list[str]) -> str:
    """Names in one string; two characters may be padded where nothing else parts names by a blank."""
    divider = draft.dice.choice(("、", " ", "，", "/", " | ", "　", "&nbsp;", " / "))
    draft.forms.append(f"names by {divider!r}")
    if divider.strip() and divider != "&nbsp;" and draft.dice.random() < 0.4:
        pad = draft.dice.choice((" ", "　", "&nbsp;&nbsp;"))
        names = [pad.join(name) if len(name) == 2 else name for name in names]
        draft.forms.append(f"padded by {pad!r}")
    return divider.join(names)


def credit_line(draft: Draft, label: str, value: str, colon: str) -> str:
    """A credit in the markup that some system writes."""
    if draft.dice.random() < 0.15 and len(label) == 2:
        label = draft.dice.choice((" ", "　", "&nbsp;&nbsp;")).join(label)
        draft.forms.append("padded label")
    builds: dict[str, str] = {
        "plain": f"{label}{colon}{value}",
        "blank after colon": f"{label}{colon} {value}",
        "ideographic blank": f"{label}{colon}　{value}",
        "nbsp": f"{label}{colon}&nbsp;&nbsp;{value}",
        "span value": f"{label}{colon}<span>{value}</span>",
        "span both": f"<span>{label}{colon}</span><span>{value}</span>",
        "em": f"<em>{label}{colon}</em>{value}",
        "strong label": f"<strong>{label}</strong>{colon}{value}",
        "colon apart": f"<i>{label}</i><i>{colon}</i><i>{value}</i>",
        "link": f'{label}{colon}<a href="/s/1">{value}</a>',
        "blank before colon": f"{label} {colon}{value}",
    }
    name = draft.dice.choice(list(builds))
    draft.forms.append(f"build: {name}")
    return builds[name]


def colon(draft: Draft) -> str:
    colon = draft.dice.choice(("：", "：", "：", ":", "｜", "/", "丨", "|"))
    draft.forms.append(f"colon {colon}")
    return colon
