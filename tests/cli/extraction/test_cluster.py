"""`copydesk cluster`: texts of a file, without a database."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.dedup.text_clusters import TextRecord, cluster_texts
from tests.cli.conftest import spawn
from tests.pipelines.dedup.stories import attributed, bulletin, edited, sequel, story, trimmed


def records() -> list[dict[str, object]]:
    first = story(1)
    texts = {
        "whole": (first, "2026-10-03T08:00:00+08:00"),
        "early": (attributed(first), "2026-10-03T00:30:00+01:00"),
        "cut": (trimmed(first), None),
        "changed": (edited(first, 1), "2026-10-04"),
        "next": (sequel(first, 1), "2026-10-01T00:00:00Z"),
        "form1": (bulletin(1), None),
        "form2": (bulletin(2), None),
        "short": ("Watch the video", None),
        "short2": ("Watch the video", None),
    }
    return [
        {"id": name, "url": f"http://x.example/{name}", "title": name, "text": text, "published": published}
        for name, (text, published) in texts.items()
    ]


def test_each_record_gets_the_original_of_its_cluster(tmp_path: Path) -> None:
    manifest = tmp_path / "texts.jsonl"
    rows = records()
    random.Random(1).shuffle(rows)
    manifest.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    result = spawn("cluster", "--manifest", str(manifest), cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert [line["id"] for line in lines] == [row["id"] for row in rows]
    clusters = {line["id"]: line["cluster"] for line in lines}
    assert {clusters[name] for name in ("whole", "early", "cut", "changed")} == {"early"}
    assert all(clusters[name] == name for name in ("next", "form1", "form2", "short", "short2"))
    assert not list(tmp_path.glob("*.db"))


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "not a JSON object"),
        ('{"id": 1}', 'expected an object with "id" and "text"'),
        ('{"id": 1, "text": "x", "published": "yesterday"}', "no ISO 8601 time (yesterday)"),
    ],
)
def test_a_faulty_manifest_is_named_with_its_line(tmp_path: Path, line: str, message: str) -> None:
    manifest = tmp_path / "texts.jsonl"
    manifest.write_text('{"id": 0, "text": "y"}\n' + line + "\n", encoding="utf-8")
    result = spawn("cluster", "--manifest", str(manifest), cwd=tmp_path)
    assert result.returncode == 2
    assert "line 2: " in result.stderr.decode()
    assert message in result.stderr.decode()
    assert b"Traceback" not in result.stderr


def test_the_order_of_the_file_changes_nothing() -> None:
    rows = [TextRecord(record_id=n, text=edited(story(n % 5), n)) for n in range(40)]
    expected = dict(cluster_texts(rows))
    assert len(set(expected.values())) == 5
    random.Random(2).shuffle(rows)
    assert dict(cluster_texts(rows)) == expected


def test_the_figures_that_issue_asks_for(tmp_path: Path) -> None:
    """On reprints made of the corpus, where it is at hand; the seed is none of those the thresholds were looked at with."""
    shared = Path(__file__).parents[4] / "shared"
    tool, gold = shared / "quality" / "reprints.py", shared / "corpus" / "dev" / "gold.jsonl"
    if not tool.exists() or not gold.exists():
        pytest.skip("the corpus is not at hand")
    kept = tmp_path / "gold.jsonl"
    texts: set[str] = set()
    with gold.open(encoding="utf-8") as lines, kept.open("w", encoding="utf-8") as out:
        for line in lines:
            # The corpus holds one article twice under two ids, which the tool counts as two.
            text = json.loads(line).get("text")
            if text and text not in texts:
                texts.add(text)
                out.write(line)
    made, clusters = tmp_path / "made.jsonl", tmp_path / "clusters.jsonl"
    subprocess.run([sys.executable, tool, "make", kept, made, "--seed", "77"], check=True, capture_output=True)
    clusters.write_bytes(spawn("cluster", "--manifest", str(made), cwd=tmp_path).stdout)
    score = subprocess.run([sys.executable, tool, "score", made, clusters], check=True, capture_output=True, text=True)
    words = score.stdout.split()
    assert float(words[words.index("precision") + 1]) >= 0.995, score.stdout
    assert float(words[words.index("recall") + 1]) >= 0.985, score.stdout
