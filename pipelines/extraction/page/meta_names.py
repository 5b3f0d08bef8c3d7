"""The names of metas that state a time. `meta_names.toml` gives the system or standard behind each."""

from __future__ import annotations

import tomllib
from importlib.resources import files

_NAMES = tomllib.loads(files("pipelines.extraction.page").joinpath("meta_names.toml").read_text("utf-8"))
PUBLISHED_METAS, PAGE_METAS, MODIFIED_METAS = (tuple(_NAMES[key]) for key in ("published", "page", "modified"))
