"""Settings files, good and bad: an error names file, line and key."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from db.config.loader import commented_config, load_config
from db.config.settings import DECLARED
from db.errors import ConfigError


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "copydesk.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_source_overrides_the_top_and_the_file_overrides_its_row(tmp_path: Path) -> None:
    config = load_config(written(tmp_path, 'delay = "2s"\nlimit = 7\n[sources."a"]\nlimit = 9\n'))
    assert config["delay"] == 2.0
    assert config.for_source("b", {})["limit"] == 7
    assert config.for_source("a", {"delay": "5s", "limit": 3}) | {} == config.for_source("a", {"delay": "5s"})
    assert config.for_source("a", {"delay": "5s"})["delay"] == 5.0
    assert config.for_source("a", {})["limit"] == 9
    assert config.database == tmp_path / "news.db"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ('db = "a.db"\ndelay = "soon"\n', ["copydesk.toml:2", "delay", "duration"]),
        ('\n\ndealy = "1s"\n', ["copydesk.toml:3", "dealy", "did you mean delay"]),
        ("limit = -1\n", ["copydesk.toml:1", "limit", "whole number"]),
        ('[sources."x"]\n\nworkers = 2\n', ["copydesk.toml:3", "workers", "all sources"]),
        ('allow_networks = ["127.0.0.0/99"]\n', ["copydesk.toml:1", "allow_networks", "127.0.0.0/99"]),
        ("db = \n", ["copydesk.toml", "line 1"]),
        ("sources = 3\n", ["copydesk.toml:1", "sources"]),
    ],
)
def test_errors_name_file_line_and_key(tmp_path: Path, text: str, parts: list[str]) -> None:
    with pytest.raises(ConfigError) as caught:
        load_config(written(tmp_path, text))
    for part in parts:
        assert part in str(caught.value)


def test_a_missing_file_and_one_in_another_encoding(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="copydesk init"):
        load_config(tmp_path / "none.toml")
    path = tmp_path / "latin.toml"
    path.write_bytes('contact = "caf\xe9"'.encode("latin-1"))
    with pytest.raises(ConfigError, match="UTF-8"):
        load_config(path)


def test_the_commented_file_holds_every_setting_at_its_default(tmp_path: Path) -> None:
    text = commented_config()
    assert load_config(written(tmp_path, text)).given == frozenset()
    uncommented = "\n".join(
        line[2:] for line in text.split("[sources.")[0].splitlines() if line.startswith("# ") and " = " in line
    )
    assert tomllib.loads(uncommented) == {setting.name: setting.default for setting in DECLARED}
