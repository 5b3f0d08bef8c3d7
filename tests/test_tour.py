"""The README's consoles print what the README says: every command is typed, in order, on the demo web. To renew: `make tour`."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from tests.demoweb.tour import CUT, README, SERVICES, Tour, difference, rewritten, steps

STEPS = steps(README.read_text(encoding="utf-8"))


@pytest.mark.skipif(
    not (shutil.which("curl") and shutil.which("sqlite3")), reason="the tour has curl and sqlite3 in it"
)
def test_every_console_prints_what_the_readme_says(tmp_path: Path) -> None:
    assert {step.command for step in STEPS if step.service} == set(SERVICES)
    with Tour(tmp_path) as tour:
        for step in STEPS:
            found = difference(step.printed, tour.take(step))
            assert not found, f"`make tour` writes the README anew. $ {step.command}\n{found}"


def said(start: str) -> list[str]:
    """What the README says that a command prints, without cuts."""
    return [line for line in next(step for step in STEPS if step.command.startswith(start)).printed if line != CUT]


@pytest.mark.parametrize(
    ("command", "what"),
    [
        ("copydesk sources add", r"(?<= )\d(?= sections)"),
        ("copydesk sources add", "云汀日报"),
        ("copydesk sources add", "http://yunting.example/shishi/"),
        ("copydesk crawl", r"(?<=^run )\d"),
        ("copydesk crawl", r"\d(?= sources)"),
        ("copydesk crawl", r"(?<=new )\d+"),
        ("copydesk crawl", r"(?<=too_short )\d"),
        ("copydesk articles", "Tide"),
        ("copydesk articles", r"(?<=:)40"),
        ("copydesk articles", "/(?= 陆晴川)"),
        ("copydesk show", r"(?<=:)08(?=\+)"),
        ("copydesk show", r"(?<=\+)08"),
        ("copydesk show", r"(?<=revision )\d"),
        ("copydesk show", r"\d+(?= words)"),
        ("copydesk show", r"(?<=_)\d+(?=\.html)"),
        ("copydesk show", r"(?<=detail/)\d+"),
        ("copydesk show", "桐油"),
        ("copydesk status", r"\d(?= runs)"),
        ("copydesk status", r"\d(?= due)"),
        ("copydesk status", r"news\.db"),
        ("sqlite3", r"(?<=too_short\|)\d"),
        ("sqlite-utils", "白沙村"),
    ],
)
def test_a_changed_count_title_word_or_published_time_is_seen(command: str, what: str) -> None:
    lines = said(command)
    changed = [re.sub(what, lambda found: str(int(found[0]) + 1) if found[0].isdigit() else "?", one) for one in lines]
    assert changed != lines, f"the README does not say {what!r} now"
    assert difference(lines, changed)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            "run 2 done: 3 sources, 12.0 s, 2.6 pages/s, 0.1 MB",
            "run 2 done: 3 sources, 1 min 3 s, 0.4 pages/s, 99.9 kB",
        ),
        ("11  2026-11-27 07:40  x.example  Four hundred queue", " 9  2027-01-01 07:40  x.example  Four hundred queue"),
        (
            "10  2026-11-24 06:22  x.example  寻访  邵一峰  copy of 9",
            "10  2026-11-24 06:22  x.example  寻访  邵一峰  copy of 12",
        ),
        ("fetched     2026-11-28 15:07", "fetched     2026-11-29 00:01"),
        ("article     9, revision 1 of 1", "article     11, revision 1 of 1"),
        ("            2: 2026-11-28 15:07, page 37", "            2: 2026-12-01 00:00, page 8"),
        (
            "            http://wangling.example/wenhua/202611/t20261124_50318.html",
            "            http://wangling.example/wenhua/202701/t20270103_50318.html",
        ),
        (
            "service    up for 2 s, process 28264, http://127.0.0.1:9109",
            "service    up for 2 min 11 s, process 4, http://127.0.0.1:9109",
        ),
        ("next       in 24 min 47 s  yunting.example", "next       in 41 s    wangling.example"),
        ("  32  Harbour board orders heated rails", "   7  Harbour board orders heated rails"),
    ],
)
def test_the_clock_and_the_order_of_arrival_are_not(one: str, other: str) -> None:
    assert not difference([one], [other])


def test_a_cut_stands_for_lines_and_not_for_none() -> None:
    printed = ["one", "two", "three", "four"]
    for block in (["one", CUT], ["one", CUT, "three", "four"], [CUT, "three", CUT], [CUT, "four"], [CUT]):
        assert not difference(block, printed)
        assert rewritten(block, printed) == block
    for block in (["one", "two"], ["two", CUT], [CUT, "three"], ["one", CUT, "two", CUT], [*printed, CUT], []):
        assert difference(block, printed)


def test_a_block_is_cut_where_it_was() -> None:
    printed = ["head 2", "a", "number 5, of eight", "b", "c", "tail 2"]
    assert rewritten(["head 1", CUT, "number 3, of seven", CUT, "tail 1"], printed) == [
        "head 2", CUT, "number 5, of eight", CUT, "tail 2",
    ]  # fmt: skip
    assert rewritten(["head 1", "end"], printed) == printed
