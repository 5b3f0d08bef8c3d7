"""Settings files, good and bad: an error names file, line and key."""

from __future__ import annotations

import os
import tomllib
from dataclasses import FrozenInstanceError, replace
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from db.config.loader import Config, commented_config, find_config, load_config
from db.config.settings import DECLARED, SourceSettings
from db.config.values import CronLine, ListenAddress, SecretFile, SecretVariable
from db.errors import ConfigError


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "copydesk.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_source_overrides_the_top_and_the_file_overrides_its_row(tmp_path: Path) -> None:
    config = load_config(written(tmp_path, 'delay = "2s"\nlimit = 7\n[sources."a"]\nlimit = 9\n'))
    assert config.delay == timedelta(seconds=2)
    assert config.for_source("b", {}).limit == 7
    assert config.for_source("a", {"delay": "5s", "limit": 3}) == config.for_source("a", {"delay": "5s"})
    assert config.for_source("a", {"delay": "5s"}).delay == timedelta(seconds=5)
    assert config.for_source("a", {}).limit == 9
    assert config.database == tmp_path / "news.db"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ('db = "a.db"\ndelay = "soon"\n', ["copydesk.toml:2", "delay", "duration"]),
        ('\n\ndealy = "1s"\n', ["copydesk.toml:3", "dealy", "did you mean delay"]),
        ("limit = -1\n", ["copydesk.toml:1", "limit", "whole number"]),
        ('[sources."x"]\n\nworkers = 2\n', ["copydesk.toml:3", "workers", "all sources"]),
        (
            'allow_networks = ["127.0.0.0/99"]\n',
            ["copydesk.toml:1", "allow_networks", "a network such as", "127.0.0.0/99"],
        ),
        ('listen = "0.0.0.0:80"\n', ["copydesk.toml:1", "listen", "a loopback address and port such as", "0.0.0.0:80"]),
        ('listen = "localhost"\n', ["copydesk.toml:1", "listen", "a loopback address and port such as"]),
        ('timezone = "Europe/Berln"\n', ["copydesk.toml:1", "timezone", "did you mean Europe/Berlin"]),
        ('upkeep = "0 25 * * *"\n', ["copydesk.toml:1", "upkeep", "minute hour day month weekday"]),
        ('[sources.a]\ncron = "x"\n', ["copydesk.toml:2", "cron", "minute hour day month weekday"]),
        ('[sources.a]\nheaders = "Token: x"\n', ["copydesk.toml:2", "headers", "not the secret itself"]),
        ('timeout = "999999999999w"\n', ["copydesk.toml:1", "timeout", "at most", "days"]),
        ("delay = inf\n", ["copydesk.toml:1", "delay", "at most", "days"]),
        ('headers = "env:TOKEN"\n', ["copydesk.toml:1", "headers", "for one source"]),
        ('only = ["^/sport/"]\n', ["copydesk.toml:1", "only", "for one source"]),
        ('[sources.a]\nonly = ["("]\n', ["copydesk.toml:2", "only", "'(' is not a regular expression"]),
        ("db = \n", ["copydesk.toml", "line 1"]),
        ("sources = 3\n", ["copydesk.toml:1", "sources"]),
        # Seconds are what nobody means by these: bodies would be gone after a minute, a site asked twice in one.
        ("keep_bodies = 90\n", ["copydesk.toml:1", "keep_bodies", 'such as "90d"']),
        ('keep_log = "90"\n', ["copydesk.toml:1", "keep_log", 'such as "90d"']),
        ('every = "30"\n', ["copydesk.toml:1", "every", 'such as "15m"']),
        ('[sources.a]\ncron = "0 30 3 * * *"\n', ["copydesk.toml:2", "cron", "minute hour day month weekday"]),
        (
            '[sources.b.example]\ndelay = "1s"\n\n[sources.www.a.example]\ndelay = "1s"\n',
            [
                'copydesk.toml:1: a name with a dot needs quotes: [sources."b.example"]',
                "copydesk.toml:4: ",
                '"www.a.example"',
            ],
        ),
        ('sources.a.example.delay = "1s"\n', ["copydesk.toml:1", '[sources."a.example"]']),
        ('["a.example"]\ndelay = "1s"\n', ["copydesk.toml:1", '[sources."a.example"]']),
    ],
)
def test_errors_name_file_line_and_key(tmp_path: Path, text: str, parts: list[str]) -> None:
    with pytest.raises(ConfigError) as caught:
        load_config(written(tmp_path, text))
    for part in parts:
        assert part in str(caught.value)


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    text = 'delay = "x"\nlimt = 3\n[sources."a.example"]\nlimit = "y"\n[search.water]\nquery = "z"\nsorce = "a"\n'
    with pytest.raises(ConfigError) as caught:
        load_config(written(tmp_path, text))
    told = str(caught.value).splitlines()
    assert [line.partition("copydesk.toml")[2].split(": ")[0] for line in told] == [":1", ":2", ":4", ":7"]


def test_a_missing_file_and_one_in_another_encoding(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="copydesk init"):
        load_config(tmp_path / "none.toml")
    path = tmp_path / "latin.toml"
    path.write_bytes('contact = "caf\xe9"'.encode("latin-1"))
    with pytest.raises(ConfigError, match="UTF-8"):
        load_config(path)


@pytest.mark.parametrize("kind", ["folder", "pipe", "link"])
def test_a_settings_file_that_cannot_be_read_does_not_mean_the_defaults(tmp_path: Path, kind: str) -> None:
    """A crawl would go on without `contact` and `delay`, into another database."""
    path = tmp_path / "copydesk.toml"
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to(tmp_path / "not mounted" / "copydesk.toml")
    with pytest.raises(ConfigError, match=r"copydesk\.toml: cannot be read"):
        load_config(find_config(tmp_path))


def test_the_mark_of_windows_editors_is_no_mistake(tmp_path: Path) -> None:
    assert load_config(written(tmp_path, '\ufeffcontact = "me@example.org"\n')).contact == "me@example.org"


def test_values_that_are_nested_without_end_are_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="nested too deeply"):
        load_config(written(tmp_path, "limit = " + "[" * 100_000))


def test_the_commented_file_holds_every_setting_at_its_default(tmp_path: Path) -> None:
    text = commented_config()
    assert load_config(written(tmp_path, text)).given == frozenset()
    uncommented = "\n".join(
        line[2:] for line in text.split("[sources.")[0].splitlines() if line.startswith("# ") and " = " in line
    )
    assert tomllib.loads(uncommented) == {setting.name: setting.default for setting in DECLARED}


def test_settings_are_attributes_that_nobody_can_change(tmp_path: Path) -> None:
    config = load_config(written(tmp_path, 'sites = "rules"\nkeep_log = "forever"\nheaders = ""\n'))
    assert (config.sites, config.backup_folder, config.keep_log) == (Path("rules"), None, None)
    assert config.given == {"sites", "keep_log", "headers"}
    with pytest.raises(FrozenInstanceError):
        config.limit = 1  # type: ignore[misc]
    assert not hasattr(config, "headers"), "only a source has them"
    assert not hasattr(SourceSettings(), "workers"), "no source has its own"


def test_text_is_parsed_once_into_the_type_of_its_setting(tmp_path: Path) -> None:
    text = 'listen = "[::1]:0"\ntimezone = "Asia/Shanghai"\nallow_networks = ["10.1.2.3/8", "fd00::/8"]\nupkeep = " 0 4  * * * "\n'
    config = load_config(written(tmp_path, text + '[sources.a]\nheaders = "env:TOKEN"\ncookies = "cookies.txt"\n'))
    assert (config.listen, str(config.listen)) == (ListenAddress(host="::1", port=0), "[::1]:0")
    assert config.timezone is ZoneInfo("Asia/Shanghai")
    assert config.allow_networks == (ip_network("10.0.0.0/8"), ip_network("fd00::/8"))
    assert str(config.upkeep) == "0 4 * * *"
    source = config.for_source("a")
    assert (source.headers, source.cookies) == (SecretVariable(name="TOKEN"), SecretFile(path=Path("cookies.txt")))
    nothing = Config().with_values(listen="", upkeep="")
    assert (nothing.listen, nothing.upkeep, nothing.cron, nothing.for_source("a").headers) == (None, None, None, None)


def test_overrides_are_read_and_checked_as_the_file_is() -> None:
    config = Config().with_values(delay="0s", allow_networks=["127.0.0.0/8"])
    assert config == replace(
        Config(),
        delay=timedelta(),
        allow_networks=(ip_network("127.0.0.0/8"),),
        given=frozenset({"delay", "allow_networks"}),
    )
    with pytest.raises(ConfigError, match="did you mean delay"):
        config.with_values(dealy="1s")


def test_every_takes_the_place_of_a_cron_line_from_further_away(tmp_path: Path) -> None:
    config = load_config(written(tmp_path, 'cron = "0 6 * * *"\n[sources."a"]\nevery = "auto"\n'))
    assert (config.for_source("a").every, config.for_source("a").cron) == ("auto", None)
    assert config.for_source("b").cron == CronLine(text="0 6 * * *")
    assert config.for_source("b", {"every": "2h"}).every == timedelta(hours=2)
