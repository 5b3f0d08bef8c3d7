"""Scrapy stays usable by itself, from the root of the project."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.demoweb.asking import ZH
from tests.demoweb.web import DemoWeb
from tests.end_to_end.copydesk import Copydesk

ROOT = Path(__file__).parents[3]


def scrapy(desk: Copydesk, *arguments: str, typed: str = "") -> str:
    done = subprocess.run(
        [sys.executable, "-m", "scrapy", *arguments],
        cwd=ROOT,
        env=desk.env,
        input=typed,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_list_crawl_and_shell(demoweb: DemoWeb, tmp_path: Path) -> None:
    desk = Copydesk(tmp_path, demoweb.proxy_url)
    desk.add_sites(demoweb, ZH)
    assert scrapy(desk, "list").split() == ["news"]

    out = tmp_path / "out.jsonl"
    settings = ("-s", f"COPYDESK_CONFIG={tmp_path / 'copydesk.toml'}")
    scrapy(desk, "crawl", "news", "-a", f"source={ZH}", *settings, "-O", str(out))
    items = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    titles = {row.title for row in demoweb.truth(host=ZH) if row.kind == "article" and not row.hidden}
    assert {item["title"] for item in items} & titles
    assert all(item["text"] and item["verdict"] in ("new", "copy", "revision") for item in items)
    assert len(items) == len({item["url"] for item in items})
    assert any("陆晴川" in item["editors"] for item in items)

    shown = scrapy(desk, "shell", f"http://{ZH}/", *settings, typed="print('STATUS', response.status)\n")
    assert "STATUS 200" in shown
