"""copydesk.toml: found, read, checked. An error names the file, the line and the key.

db = "news.db"              settings at the top hold for all sources
delay = "2s"

[sources."example-daily"]   and may be overridden for one
delay = "5s"

[search.water]              saved searches (`db.config.searches`)
query = "water works"
"""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from db.config.searches import SEARCH_KEYS, SavedSearch, read_search, search_name
from db.config.settings import BY_NAME, DECLARED, SHARED, Settings, SourceSettings
from db.errors import ConfigError
from db.system.regular_files import read_text

CONFIG_NAME = "copydesk.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Config(Settings):
    """The settings in force. `path` is the file they came from, if there is one."""

    by_source: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """What the file sets for single sources, read."""
    searches: Mapping[str, SavedSearch] = field(default_factory=dict)
    """The saved searches of the file, by name."""
    given: frozenset[str] = frozenset()
    """The names of the settings that are not left at their defaults."""
    path: Path | None = None
    text: str | None = field(default=None, repr=False, compare=False)
    """What the file said when it was read."""

    @property
    def folder(self) -> Path:
        """What relative paths in the file are relative to."""
        return self.path.parent if self.path else Path()

    @property
    def database(self) -> Path:
        """The database file."""
        return self.folder / self.db

    def with_values(self, **written: object) -> Config:
        """The same with some settings replaced, as an option on the command line does. Raises ConfigError.

        The values are as a person writes them (`delay="2s"`), and checked. Code that holds a typed value uses
        `dataclasses.replace(config, delay=timedelta(seconds=2))`, which mypy checks.
        """
        read = _read_all(written, lambda key: "the command line")
        return replace(self, **read, given=self.given | frozenset(written))

    def for_source(self, name: str, stored: Mapping[str, object] | None = None) -> SourceSettings:
        """The settings in force for one source; `stored` is what its own row holds (as written, not yet read)."""
        merged: dict[str, Any] = {shared: getattr(self, shared) for shared in SHARED}
        for layer in (read_stored(name, stored or {}), self.by_source.get(name, {})):
            if "every" in layer:
                merged["cron"] = None  # two ways to say the same: the more particular place wins
            merged.update(layer)
        return SourceSettings(**merged)

    def line_of(self, source: str) -> str:
        """ ":7", the line on which the file begins with a source's own settings; "" where that cannot be told."""
        try:
            lines = self.path.read_text(encoding="utf-8").splitlines() if self.path else []
        except (OSError, UnicodeDecodeError):
            return ""
        header = re.compile(rf"""\s*\[\s*["']?sources["']?\s*\.\s*["']?{re.escape(source)}["']?\s*\]""")
        return next((f":{number}" for number, line in enumerate(lines, 1) if header.match(line)), "")


def read_stored(name: str, stored: Mapping[str, object]) -> dict[str, Any]:
    """The settings stored with a source, read. Raises ConfigError naming source and key."""
    return read_for_source(stored, f"source {name}")


def read_for_source(written: Mapping[str, object], where: str) -> dict[str, Any]:
    """Settings of one source, read. Raises ConfigError naming `where` they are written, and the key."""
    return {key: _read(key, value, where, per_source=True) for key, value in written.items()}


def find_config(start: Path) -> Path | None:
    """`copydesk.toml` in `start`, if there is anything of that name: a link that leads nowhere must not mean the defaults."""
    path = start / CONFIG_NAME
    return path if os.path.lexists(path) else None


def load_config(path: Path | None, text: str | None = None) -> Config:
    """Read `path` (None: defaults alone), or what it said before, its `text`. Raises ConfigError."""
    if path is None:
        return Config()
    try:
        text = read_text(path) if text is None else text
        document = tomllib.loads(text.removeprefix("\ufeff"))  # editors on Windows begin a file with this mark
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror}); run `copydesk init` to write one") from error
    except RecursionError as error:
        raise ConfigError(f"{path}: is not valid TOML: its values are nested too deeply") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: is not UTF-8 (byte {error.start}); save it as UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: is not valid TOML: {error}") from error
    by_source, by_search = document.pop("sources", {}), document.pop("search", {})
    if not isinstance(by_source, dict) or not all(isinstance(table, dict) for table in by_source.values()):
        raise ConfigError(f'{path}{_line(text, "sources")}: sources must be tables such as [sources."NAME"]')
    if not isinstance(by_search, dict) or not all(isinstance(table, dict) for table in by_search.values()):
        raise ConfigError(f"{path}{_line(text, 'search')}: search must be tables such as [search.NAME]")
    mistakes: list[str] = []

    def attempt(reader: Callable[..., Any], *arguments: object) -> Any:
        """What a reader returns. A mistake is noted, so that all of them are told at once."""
        try:
            return reader(*arguments)
        except ConfigError as error:
            mistakes.append(str(error))

    read: dict[str, Any] = {}
    for key, value in document.items():
        read |= attempt(_read_all, {key: value}, lambda key: f"{path}{_line(text, key)}") or {}
    per_source = {
        name: {key: attempt(_read_own, name, key, value, path, text) for key, value in table.items()}
        for name, table in by_source.items()
    }
    searches = {name: attempt(_read_saved_search, name, table, path, text) for name, table in by_search.items()}
    if mistakes:
        raise ConfigError("\n".join(mistakes))
    return Config(**read, by_source=per_source, searches=searches, given=frozenset(document), path=path, text=text)


def _read_own(name: str, key: str, value: object, path: Path, text: str) -> Any:
    """A setting of a source. TOML takes each dot of a name without quotes for a table within the table before."""
    if isinstance(value, dict) and value and key not in BY_NAME:
        while isinstance(value, dict):
            name, (key, value) = f"{name}.{key}", next(iter(value.items()), ("", None))
        raise ConfigError(f'{path}{_line(text, f"sources.{name}")}: a name with a dot needs quotes: [sources."{name}"]')
    return _read(key, value, f"{path}{_line(text, key, table=name)}", per_source=True)


def _read_saved_search(name: str, table: Mapping[str, object], path: Path, text: str) -> SavedSearch:
    def unknown(key: str) -> ConfigError:
        names = [setting.name for setting in SEARCH_KEYS]
        near = difflib.get_close_matches(key, names, n=1)
        advice = f"did you mean {near[0]}?" if near else f"the keys are {', '.join(names)}"
        return ConfigError(f"{path}{_line(text, key, table=name)}: search {name} has no key {key}; {advice}")

    try:
        search_name(name)
        return read_search(table, unknown)
    except ValueError as error:
        key = str(error).partition(":")[0]
        line = _line(text, key, table=name) or _line(text, name, table="search")
        raise ConfigError(f"{path}{line}: search {name}: {error}") from error


def _read_all(written: Mapping[str, object], where: Callable[[str], str]) -> dict[str, Any]:
    """Settings of the installation, read. One that only a source can have is left out, where it stands at its default."""
    read = {key: _read(key, value, where(key)) for key, value in written.items()}
    return {key: value for key, value in read.items() if not BY_NAME[key].only_per_source}


def _read(key: str, value: object, where: str, *, per_source: bool = False) -> Any:
    setting = BY_NAME.get(key)
    if setting is None:
        if isinstance(value, Mapping) and not per_source:
            raise ConfigError(f'{where}: unknown table {key}; settings of a source are below [sources."{key}"]')
        names = [name for name, one in BY_NAME.items() if one.per_source or not per_source]
        near = difflib.get_close_matches(key, names, n=1)
        whose = "a source has the settings" if per_source else "the settings are"
        advice = f"; did you mean {near[0]}?" if near else f"; {whose} {', '.join(names)}"
        raise ConfigError(f"{where}: unknown setting {key}{advice}")
    if per_source and not setting.per_source:
        raise ConfigError(f"{where}: {key} holds for all sources and cannot be set for one")
    if setting.only_per_source and not per_source and value != setting.default:
        raise ConfigError(f'{where}: {key} is for one source; set it below [sources."NAME"]')
    try:
        return setting.read(value)
    except ValueError as error:
        raise ConfigError(f"{where}: {key}: {error}") from error


def _line(text: str, key: str, table: str | None = None) -> str:
    """ ":7", the line on which `key` is set (after the header of `table`, where given); "" if it cannot be told."""
    lines = text.splitlines()
    start = next((n for n, line in enumerate(lines) if table and line.strip().startswith("[") and table in line), 0)
    wanted = re.compile(rf"""\s*\[?["']?{re.escape(key)}["']?\s*[=\].]""")
    return next((f":{n + 1}" for n in range(start, len(lines)) if wanted.match(lines[n])), "")


def commented_config() -> str:
    """The text that `copydesk init` writes: every setting, its help, its default, commented out."""
    head = (
        "# Copydesk's settings. Lines that begin with # show the defaults.\n"
        '# Durations: "90s", "30m", "3h", "2d". Sizes: "20MiB", "500kB".\n'
    )
    blocks = [f"\n# {setting.help}\n# {setting.name} = {toml_value(setting.default)}\n" for setting in DECLARED]
    tail = (
        "\n# Any of these can be set for one source (by the name that `copydesk sources list` shows):\n"
        f"# {', '.join(setting.name for setting in DECLARED if setting.per_source)}\n"
        '# [sources."example-daily"]\n# delay = "5s"\n'
        "\n# Searches that tell of new articles that match (docs/search.md):\n"
        "# [search.water]\n# query = '\"water works\" OR 水厂'\n"
    )
    return head + "".join(blocks) + tail


def toml_value(value: object) -> str:
    """A default as it is written in copydesk.toml."""
    if isinstance(value, Mapping):
        return f"{{ {', '.join(f'{key} = {toml_value(item)}' for key, item in value.items())} }}"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return f"[{', '.join(toml_value(item) for item in value)}]"
    return f'"{value}"' if isinstance(value, str) else str(value)
