"""`copydesk threads`: a table, JSON, a rebuild."""

from __future__ import annotations

import csv
import json
from datetime import timedelta
from pathlib import Path

from click.testing import CliRunner

from bench.threads.archive import new_archive, store, thread_all
from bench.threads.quality import known
from bench.threads.stream import START, generate
from cli.main import copydesk


def test_threads_are_listed_and_rebuilt(tmp_path: Path) -> None:
    path = tmp_path / "t.db"
    conn = new_archive(path, 24)
    store(conn, known(generate(5, 9, days=3)))
    thread_all(conn)
    conn.execute("INSERT INTO unthreaded VALUES (1), (2), (3)")
    conn.commit()
    conn.close()

    def run(*words: str) -> str:
        result = CliRunner().invoke(copydesk, ["--db", str(path), "threads", *words])
        assert result.exit_code == 0, result.output
        return result.output

    everything = ("--since", START.date().isoformat(), "--until", (START + timedelta(days=90)).date().isoformat())
    shown = run(*everything)
    assert "3 articles wait for their thread; crawls go on with that, `copydesk settle` does it now" in shown
    lines = [json.loads(line) for line in run(*everything, "--json").splitlines()]
    assert lines
    assert lines[0]["title"][:20] in shown
    assert [int(row["id"]) for row in csv.DictReader(run(*everything, "--csv").splitlines())] == [
        one["id"] for one in lines
    ]
    late = ("--since", lines[0]["last_at"])
    of_first = next(one for one in map(json.loads, run(*late, "--json").splitlines()) if one["id"] == lines[0]["id"])
    (row,) = [line.split() for line in run(*late).splitlines() if line.split()[0] == str(of_first["id"])]
    assert row[1:4] == [str(of_first["inside"]), "of", str(of_first["articles"])]
    again = run(*everything, "--json", "--rebuild")
    assert [json.loads(line) for line in again.splitlines() if line.startswith("{")] == lines
    assert "wait for their thread" not in run(*everything)
    assert "no event had more than one article in this period" in run("--since", "2020-01-01", "--until", "2020-01-02")
    assert {
        json.loads(line)["language"] for line in run(*everything, "--json", "--language", "de-AT").splitlines()
    } == {"de"}
    unknown = CliRunner().invoke(copydesk, ["--db", str(path), "threads", "--source", "nobody.example"])
    assert unknown.exit_code != 0
