"""`copydesk extract`: files and manifests to JSON lines, in order, as a stream."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli.commands.extraction.extract import extract
from cli.context import CommandContext
from db.errors import UsageError
from pipelines.processing.files import page_files_in_manifest
from tests.pipelines.extraction.page_folders import PAGES


def manifest_of(folder: Path, rows: list[dict[str, object]]) -> Path:
    path = folder / "manifest.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_manifest_in_order(tmp_path: Path, jobs: str) -> None:
    (tmp_path / "b.html.gz").write_bytes(gzip.compress((PAGES / "en_json_ld" / "page.html").read_bytes()))
    rows: list[dict[str, object]] = [
        {
            "id": "first",
            "path": str(PAGES / "zh_header_line" / "page.html"),
            "url": "https://www.qingxi-daily.cn/a.html",
        },
        {"id": "second", "path": "b.html.gz", "url": None},
        {"id": "gone", "path": "missing.html", "url": None},
        {"id": "last", "path": str(PAGES / "no_pdf" / "page.html"), "url": None},
    ]
    done = CliRunner().invoke(extract, ["--manifest", str(manifest_of(tmp_path, rows)), "--jobs", jobs])
    assert done.exit_code == 0, done.output
    got = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["id"] for row in got] == ["first", "second", "gone", "last"]
    assert got[0]["editors"] == ["张玉", "李明华"]
    assert got[1]["authors"] == ["Anna Holt"]
    assert got[2]["rejected"] == "empty"
    assert "missing.html" in got[2]["detail"]
    assert got[3]["rejected"] == "not_html"


def test_paths_and_a_missing_one(tmp_path: Path) -> None:
    page = PAGES / "en_json_ld" / "page.html"
    done = CliRunner().invoke(extract, [str(page), str(tmp_path / "none.html")])
    assert done.exit_code == 1
    assert len(done.stdout.splitlines()) == 2
    assert "none.html" in done.stderr


def test_faulty_manifests(tmp_path: Path) -> None:
    runner = CliRunner()
    assert runner.invoke(extract, ["--manifest", str(tmp_path / "none.jsonl")]).exit_code == 2
    broken = tmp_path / "broken.jsonl"
    broken.write_text('{"id": 1, "path": "a.html"}\n{nonsense\n', "utf-8")
    done = runner.invoke(extract, ["--manifest", str(broken)])
    assert done.exit_code == 2
    assert "line 2" in done.stderr
    with pytest.raises(UsageError, match="fetched_at"):
        list(page_files_in_manifest(manifest_of(tmp_path, [{"path": "a.html", "fetched_at": "2024-03-05T10:00:00"}])))
    assert runner.invoke(extract, []).exit_code == 2


RULES = """hosts = ["qingxi-daily.cn", "sandholm-courier.com"]
[[fields]]
field = "section"
css = "h1"
"""


def with_rules(folder: Path, rules: str = RULES) -> CommandContext:
    (folder / "rules").mkdir(exist_ok=True)
    (folder / "rules" / "mine.toml").write_text(rules, encoding="utf-8")
    (folder / "copydesk.toml").write_text('sites = "rules"\n', encoding="utf-8")
    return CommandContext(config_path=str(folder / "copydesk.toml"))


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_the_rules_of_the_user_are_obeyed(tmp_path: Path, jobs: str) -> None:
    desk, page = with_rules(tmp_path), PAGES / "zh_header_line" / "page.html"
    urls = ["https://www.qingxi-daily.cn/a.html", "https://elsewhere.example/a.html", None]
    rows: list[dict[str, object]] = [{"id": n, "path": str(page), "url": url} for n, url in enumerate(urls)]
    done = CliRunner().invoke(extract, ["--manifest", str(manifest_of(tmp_path, rows)), "--jobs", jobs], obj=desk)
    titled = [row["section"] == row["title"] for row in map(json.loads, done.stdout.splitlines())]
    assert titled == [True, False, False]
    known = CliRunner().invoke(extract, [str(page), "--url", urls[0] or "", "--jobs", jobs], obj=desk)
    (row,) = map(json.loads, known.stdout.splitlines())
    assert (row["url"], row["section"]) == (urls[0], row["title"])
    wrong = CliRunner().invoke(extract, [str(page)], obj=with_rules(tmp_path, RULES + "x = 1\n"))
    assert wrong.exit_code == 2
    assert "mine.toml:5: unknown key x" in wrong.stderr


def test_standard_input(tmp_path: Path) -> None:
    body = (PAGES / "en_json_ld" / "page.html").read_bytes()
    done = CliRunner().invoke(extract, ["-"], input=body)
    assert done.exit_code == 0, done.output
    row = json.loads(done.stdout)
    assert (row["id"], row["authors"]) == ("-", ["Anna Holt"])
    known = CliRunner().invoke(
        extract, ["-", "--url", "https://sandholm-courier.com/a"], input=body, obj=with_rules(tmp_path)
    )
    assert json.loads(known.stdout)["section"] == "Ferry to Sandholm to sail again"
    assert json.loads(CliRunner().invoke(extract, ["-"], input=b"").stdout)["rejected"] == "empty"


def test_an_address_beside_more_than_one_page_is_refused() -> None:
    for arguments in (["a.html", "b.html"], ["https://a.example/"]):
        refused = CliRunner().invoke(extract, [*arguments, "--url", "https://b.example/"])
        assert refused.exit_code == 2
        assert "--url needs exactly one FILE" in refused.stderr
    assert CliRunner().invoke(extract, ["http://"]).exit_code == 2
