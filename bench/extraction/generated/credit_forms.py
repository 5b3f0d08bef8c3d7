"""Chinese credits in the forms that pages write them: seeded pages with known truth, read and judged.

    python -m bench.extraction.generated.credit_forms [--seed N] [--pages N] [--show N]

Each page is made of a head, a text and a tail. What is credited (authors, editors, proofreaders, source, original source, time) is
drawn first; then how each is written (label, colon, padding, divider of names, brackets, script) and how its line is built
(spans, table cells, `<em>`, `&nbsp;`, ideographic blanks). A figure for each field and each form is printed; the exit code is 1
where a form is read wrongly on more than one page in fifty.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bench.extraction.form_report import run
from bench.extraction.generated.credit_draft import Draft, colon, credit_line, joined

_HOUSES = "山城日报 清溪网 江海晚报 云岭时报 北塘新闻网 中原在线 东港发布 石桥融媒 新川周刊 海岸财经"
_ORIGINALS = "新华社 人民日报 中国新闻网 澎湃新闻 南方周末 经济参考报 科技日报 浙江日报"
_REPORTERS = "新华社 新京报 澎湃新闻 科技日报 浙江日报 江城晚报 大河网 红星新闻 中新社 财经周刊"
_PARAGRAPHS = (
    "清溪镇图书馆周六重新开放，二层新增了儿童阅览区和自习室，镇上的孩子们一早就在门口排起了队。",
    "馆长在现场介绍，新馆藏书三万册，其中一半由居民捐赠，每周二闭馆整理，其余时间开放到晚上九点。",
    "居民周先生说，他小时候在老馆里读完了第一本小说，现在带着女儿来办了借书证，希望她也喜欢这里。",
    "镇政府表示，明年还将在三个村设立流动书箱，由志愿者每月更换一次图书，让山里的老人也能借到书。",
)
_HEADLINE = "清溪镇图书馆重新开放"
_TRADITIONAL = str.maketrans("责编辑记者来源审校对报讯员", "責編輯記者來源審校對報訊員")


def time_line(draft: Draft) -> None:
    """When it went out, in the head."""
    dice = draft.dice
    y, mo, d, h, mi, s = 2024, dice.randint(1, 12), dice.randint(1, 28), dice.randint(0, 23), dice.randint(0, 59), 7
    s = dice.randint(10, 59)
    minute = f"{y}-{mo:02}-{d:02}T{h:02}:{mi:02}"
    builds = {
        "iso minute": (f"{y}-{mo:02}-{d:02} {h:02}:{mi:02}", minute),
        "iso second": (f"{y}-{mo:02}-{d:02} {h:02}:{mi:02}:{s}", f"{minute}:{s}"),
        "hanzi": (f"{y}年{mo}月{d}日 {h:02}:{mi:02}", minute),
        "hanzi tight": (f"{y}年{mo:02}月{d:02}日{h:02}:{mi:02}", minute),
        "slashes": (f"{y}/{mo:02}/{d:02} {h:02}:{mi:02}", minute),
        "glued counter": (f"{y}-{mo:02}-{d:02} {h:02}:{mi:02}:{s}0", f"{minute}:{s}"),
        "full width": (f"{y}-{mo:02}-{d:02} {h:02}:{mi:02}".translate(_WIDE), minute),
        "hanzi clock": (f"{y}年{mo}月{d}日{h:02}时{mi:02}分", minute),
        "weekday": (f"{y}年{mo}月{d}日 星期三 {h:02}:{mi:02}", minute),
        "half day": (f"{y}-{mo:02}-{d:02} {'上午' if h < 12 else '下午'}{(h - 1) % 12 + 1}:{mi:02}", minute),
        "points": (f"{y}.{mo:02}.{d:02} {h:02}:{mi:02}", minute),
    }
    name = dice.choice(list(builds))
    draft.forms.append(f"time: {name}")
    text, truth = builds[name]
    draft.truth["published"] = truth
    label = dice.choice(("", "", "发布时间：", "时间：", "发表时间:", "日期："))
    draft.head.append(dice.choice((f"{label}{text}", f"<span>{label}{text}</span>", f"<em>{label}{text}</em>")))


_WIDE = str.maketrans({chr(code): chr(code + 0xFEE0) for code in range(0x21, 0x7F)})


def source_line(draft: Draft) -> None:
    """The outlet, in the head."""
    house = draft.dice.choice(_HOUSES.split())
    label = draft.dice.choice(("来源", "来源", "稿源", "稿件来源", "新闻来源", "文章来源", "信息来源", "本文来源"))
    draft.forms.append(f"label {label}")
    draft.truth["source"] = house
    draft.head.append(credit_line(draft, label, house, colon(draft)))


def author_line(draft: Draft) -> None:
    """Authors by a label, in the head or below the text."""
    names = draft.people()
    label = draft.dice.choice(
        ("作者", "作者", "记者", "本报记者", "通讯员", "撰文", "撰稿", "采写", "文字", "见习记者", "特约记者", "文")
    )
    draft.forms.append(f"label {label}")
    draft.truth["authors"] = names
    where = draft.dice.choice((draft.head, draft.tail))
    where.append(credit_line(draft, label, joined(draft, names), colon(draft)))


def author_in_text(draft: Draft) -> None:
    """Authors in the first or the last paragraph."""
    names = draft.people(2)
    value = draft.dice.choice(("、", " ", "　")).join(names)
    draft.truth["authors"] = names
    house = draft.truth.get("source", "山城日报")
    builds: dict[str, tuple[str, str]] = {
        "本报讯（记者）": (f"本报讯（记者 {value}）", ""),
        "本报讯（记者：）": (f"本报讯（记者：{value}）", ""),
        "（house记者）": (f"（{house}记者{value}）", ""),
        "【house讯】（记者）": (f"【{house}讯】（记者{value}）", ""),
        "closing（记者）": ("", f"（记者 {value}）"),
        "closing（house记者 报道）": ("", f"（{house}记者{value}报道）"),
        "closing（作者：）": ("", f"（作者：{value}）"),
        "closing（文/）": ("", f"（文/{value}）"),
        "closing（采写：）": ("", f"（采写：{value}）"),
        "closing（本报记者）": ("", f"（本报记者 {value}）"),
        "closing（通讯员）": ("", f"（通讯员 {value}）"),
    }
    name = draft.dice.choice(list(builds))
    draft.forms.append(f"in text: {name}")
    draft.lead, draft.close = builds[name]


def author_alone(draft: Draft) -> None:
    """Authors on a line of their own without a colon."""
    names = draft.people(2)
    value = draft.dice.choice(("、", " ", "　", "，")).join(names)
    draft.truth["authors"] = names
    builds = {
        "文/": f"文/{value}",
        "文 | ": f"文 | {value}",
        "文｜": f"文｜{value}",
        "本报记者": f"本报记者 {value}",
        "记者": f"记者 {value}",
        "house记者": f"{draft.truth.get('source', '山城日报')}记者 {value}",
        "□": f"□本报记者 {value}",
        "■": f"■记者 {value}",
        "●": f"● 本报记者 {value}",
        "◎": f"◎ 文/{value}",
    }
    name = draft.dice.choice(list(builds))
    draft.forms.append(f"alone: {name}")
    draft.head.append(builds[name])


def editor_line(draft: Draft) -> None:
    """Editors, nearly always below the text."""
    dice = draft.dice
    names = draft.people(2)
    label = dice.choice(("责任编辑", "责任编辑", "责编", "编辑", "值班编辑", "网络编辑", "本文编辑", "文字编辑"))
    code = dice.choice(("NF4425", "NN1234", "UN652"))
    builds: dict[str, Callable[[], tuple[str, list[str]]]] = {
        "line": lambda: (credit_line(draft, label, joined(draft, names), colon(draft)), names),
        "bracketed": lambda: (f"（{label}：{joined(draft, names)}）", names),
        "square": lambda: (f"[{label}：{joined(draft, names)}]", names),
        "lenticular": lambda: (f"【{label}：{joined(draft, names)}】", names),
        "half brackets": lambda: (f"({label}:{joined(draft, names)})", names),
        "code alone": lambda: (f"（{label}：{code}）", [code]),
        "name_code": lambda: (f"{label}：{names[0]}_{code}", [f"{names[0]}_{code}"]),
        "source before": lambda: (f"本文来源：{draft.truth.get('source', '')} {label}：{names[0]}", names[:1]),
    }
    if "source" not in draft.truth:
        del builds["source before"]
    name = dice.choice(list(builds))
    draft.forms += [f"editor: {name}", f"label {label}"]
    text, draft.truth["editors"] = builds[name]()
    draft.tail.append(text)


def proof_line(draft: Draft) -> None:
    """Proofreaders, below the text, perhaps in the editors' line."""
    names = draft.people(2)
    label = draft.dice.choice(("校对", "校对", "责任校对", "审校"))
    draft.forms.append(f"label {label}")
    draft.truth["proofreaders"] = names
    if draft.tail and draft.tail[-1][-1] not in "）】])>" and draft.dice.random() < 0.5:
        draft.forms.append("one line with editors")
        draft.tail[-1] += draft.dice.choice((" ", "　", "&nbsp;&nbsp;", " | ")) + f"{label}：" + joined(draft, names)
    else:
        draft.tail.append(credit_line(draft, label, joined(draft, names), colon(draft)))


def origin(draft: Draft) -> None:
    """Where it was first printed."""
    house = draft.dice.choice([name for name in _ORIGINALS.split() if name != draft.truth.get("source")])
    draft.truth["original_source"] = house
    builds: dict[str, tuple[str, str]] = {
        "据《》报道": (f"据《{house}》报道，", ""),
        "据报道": (f"据{house}报道，", ""),
        "据消息": (f"据{house}3月5日消息，", ""),
        "据电": (f"据{house}电，", ""),
        "转载自": ("", f"转载自：{house}"),
        "转自": ("", f"（转自{house}）"),
        "摘自": ("", f"（摘自《{house}》）"),
        "来源 in tail": ("", f"来源：{house}"),
        "（来源：）": ("", f"（来源：{house}）"),
        "稿件来源": ("", f"稿件来源：{house}"),
        "原载": ("", f"（原载《{house}》）"),
        "综合自": ("", f"（综合自{house}）"),
        "本文转自": ("", f"本文转自：{house}"),
        "文章来源": ("", f"文章来源：{house}"),
    }
    if "source" not in draft.truth:
        builds = {name: build for name, build in builds.items() if "来源" not in name}
    if draft.lead or draft.close:
        builds = {name: build for name, build in builds.items() if build[1]}
    name = draft.dice.choice(list(builds))
    draft.forms.append(f"origin: {name}")
    lead, line = builds[name]
    draft.lead += lead
    if line:
        draft.tail.insert(0, line)


def reporters_of_another(draft: Draft) -> None:
    """Authors with the outlet that they work for, on the page of another."""
    house = draft.dice.choice([name for name in _REPORTERS.split() if name[:2] != draft.truth["source"][:2]])
    names = draft.people(2)
    draft.truth |= {"authors": names, "original_source": house}
    value = draft.dice.choice(("、", " ", "　")).join(names)
    builds: dict[str, tuple[str, str, str]] = {
        "采写：house记者": ("", "", f"采写：{house}记者 {value}"),
        "house记者": ("", "", f"{house}记者 {value}"),
        "文/house记者": ("", "", f"文/{house}记者 {value}"),
        "（house记者）": (f"（{house}记者{value}）", "", ""),
        "closing（house记者）": ("", f"（{house}记者 {value}）", ""),
        "closing（house记者 报道）": ("", f"（{house}记者 {value} 报道）", ""),
    }
    name = draft.dice.choice(list(builds))
    draft.forms.append(f"another's: {name}")
    draft.lead, draft.close, line = builds[name]
    if line:
        draft.tail.insert(0, line)


def write_page(seed: int) -> tuple[str, dict[str, Any], list[str]]:
    """One page: its HTML, what must be read from it, the forms it uses."""
    draft = Draft(random.Random(seed))
    dice = draft.dice
    if dice.random() < 0.9:
        time_line(draft)
    if dice.random() < 0.7:
        source_line(draft)
    if dice.random() < 0.75:
        dice.choice((author_line, author_in_text, author_alone))(draft)
    if dice.random() < 0.7:
        editor_line(draft)
    if dice.random() < 0.3:
        proof_line(draft)
    if dice.random() < 0.4:
        origin(draft)
    if "source" in draft.truth and not {"authors", "original_source"} & draft.truth.keys() and dice.random() < 0.5:
        reporters_of_another(draft)
    noise = ["分享到：", "字号：大 中 小", f"浏览：{dice.randint(9, 999)}", "我要评论", "点击：33"]
    head = [*draft.head, *dice.sample(noise, dice.randint(0, 2))]
    dice.shuffle(head)
    html = _built(draft, head)
    if dice.random() < 0.12:
        html = html.translate(_TRADITIONAL)
        draft.truth = {
            name: [one.translate(_TRADITIONAL) for one in value]
            if isinstance(value, list)
            else value.translate(_TRADITIONAL)
            for name, value in draft.truth.items()
        }
        draft.forms.append("traditional")
    return html, draft.truth, draft.forms


def _built(draft: Draft, head: list[str]) -> str:
    dice = draft.dice
    heads = {
        "one line": lambda: (
            f"<div class='a1'>{dice.choice((' ', '　', '&nbsp;&nbsp;'))}".join(("", ""))[:0]
            + "<div class='a1'>"
            + dice.choice((" ", "　", "&nbsp;&nbsp; ", " | ")).join(head)
            + "</div>"
        ),
        "spans": lambda: "<div>" + dice.choice(("", " ", "\n")).join(f"<span>{one}</span>" for one in head) + "</div>",
        "paragraphs": lambda: "".join(f"<p>{one}</p>" for one in head),
        "table": lambda: "<table><tr>" + "".join(f"<td>{one}</td>" for one in head) + "</tr></table>",
        "list": lambda: "<ul>" + "".join(f"<li>{one}</li>" for one in head) + "</ul>",
        "breaks": lambda: "<div>" + "<br>".join(head) + "</div>",
    }
    tails = {
        "paragraphs": lambda: "".join(f"<p>{one}</p>" for one in draft.tail),
        "right": lambda: "".join(f"<p style='text-align:right'>{one}</p>" for one in draft.tail),
        "boxes": lambda: "</div><div>" + "".join(f"<div>{one}</div>" for one in draft.tail),
        "spans": lambda: "<div>" + "<br>".join(f"<span>{one}</span>" for one in draft.tail) + "</div>",
    }
    above, below = dice.choice(list(heads)), dice.choice(list(tails))
    draft.forms += [f"head: {above}", f"tail: {below}"]
    paragraphs = list(_PARAGRAPHS)
    paragraphs[0] = draft.lead + paragraphs[0]
    paragraphs[-1] += draft.close
    text = "".join(f"<p>{dice.choice(('', '　　'))}{one}</p>" for one in paragraphs)
    return (
        f"<!doctype html><html lang='zh-CN'><head><meta charset='utf-8'><title>{_HEADLINE}_清溪门户</title></head><body>"
        "<div><a href='/'>首页</a> <a href='/news/'>新闻</a></div>"
        f"<div><h1>{_HEADLINE}</h1>{heads[above]()}<div>{text}{tails[below]()}</div></div>"
        "<div><h3>相关阅读</h3><ul><li><a href='/1'>江海大桥今日通车</a></li><li><a href='/2'>石桥镇举办灯会</a></li></ul></div>"
        "</body></html>"
    )


def read(html: str) -> dict[str, Any]:
    """What `extract` reads of a page."""
    from db.models import Page
    from db.site_rules.loader import Sites
    from pipelines.extraction.article_json import to_json
    from pipelines.extraction.extract import extract

    return to_json(extract(Page(body=html.encode(), url="https://news.example.cn/a/1.html"), Sites()))


FIELDS = ("authors", "editors", "proofreaders", "source", "original_source", "published")


def faults(html: str, truth: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    """The fields that are read otherwise than they are meant: wanted and got."""
    got = read(html)
    found: dict[str, tuple[Any, Any]] = {}
    for name in FIELDS:
        want = truth.get(name) or ([] if name in FIELDS[:3] else None)
        have = got.get(name)
        if name == "published" and want:
            want = f"{want}+08:00"
        if isinstance(want, list):
            want, have = sorted(map(_bare, want)), sorted(map(_bare, have or []))
        if want != have and not (name == "source" and want is None):
            found[name] = (want, have)
    return found


def _bare(name: str) -> str:
    return "".join(char for char in name if char.isalnum())


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditPage:
    """A page, what it says, and the forms that it uses."""

    html: str
    truth: dict[str, Any]
    forms: list[str]


def _written(seed: int) -> CreditPage:
    html, truth, forms = write_page(seed)
    return CreditPage(html=html, truth=truth, forms=forms)


def main() -> int:
    """Write, read, judge."""
    return run(__doc__, _written, lambda page: faults(page.html, page.truth), FIELDS, pages=2000)


if __name__ == "__main__":
    sys.exit(main())
