"""Values of settings as people write them."""

from __future__ import annotations

from datetime import timedelta

from cli.output.tables import format_duration, format_size
from db.config import units
from db.config.declaration import Setting
from db.config.loader import Config
from db.config.settings import BY_NAME
from db.display.secrets import only_host, without_logins
from db.models import Source


def shown_value(setting: Setting, value: object) -> str:
    """A value as one writes it in copydesk.toml, without the secrets of addresses."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if setting.read is units.duration_or_forever and value is None:
        return "forever"
    if isinstance(value, timedelta):
        return format_duration(value.total_seconds())
    if setting.read is units.durations and isinstance(value, tuple):
        return ", ".join(format_duration(item.total_seconds()) for item in value) or "never"
    if setting.read is units.size and isinstance(value, int):
        return f"{value >> 20} MiB" if value and not value % (1 << 20) else format_size(value)
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "none"
    if value in ("", None):
        return "(empty)"
    return only_host(str(value)) if setting.name == "alert_webhook" else without_logins(str(value))


def own_settings(config: Config, source: Source) -> list[str]:
    """A line for each setting of a source alone, with the place where it was made. The file counts before what is stored."""
    in_file, place = config.by_source.get(source.name, {}), f"{config.path}{config.line_of(source.name)}"
    lines = [f"{name} = {shown_value(BY_NAME[name], value)}  ({place})" for name, value in in_file.items()]
    for name, value in source.settings.items():
        beaten = f"; {place} counts" if name in in_file else ""
        lines.append(f"{name} = {value}  (stored with the source{beaten})")
    return lines


def in_force(config: Config, source: Source) -> str:
    """The settings of a source alone, each as "  name=value": what the file says in place of what is stored."""
    in_file = {name: shown_value(BY_NAME[name], value) for name, value in config.by_source.get(source.name, {}).items()}
    return "".join(f"  {name}={value}" for name, value in {**source.settings, **in_file}.items())
