"""The `copydesk` command, also as `python -m copydesk`."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

_PACKAGES = ("cli", "crawler", "db", "pipelines", "scheduler")


def main() -> None:
    """Run the command line. Where another module hides one of our packages, say which in one line and exit with 3."""
    try:
        from cli.main import main as run
    except KeyboardInterrupt:  # from here on, `run` answers it
        sys.exit(130)
    except ImportError:
        if (found := shadowed()) is None:
            raise
        name, place = found
        print(
            f"copydesk: {place} hides Copydesk's own package `{name}`; take its folder out of PYTHONPATH,"
            " or install Copydesk as a wheel, where nothing can hide it",
            file=sys.stderr,
        )
        sys.exit(3)
    run()


def shadowed() -> tuple[str, str] | None:
    """A package of ours that Python finds elsewhere, and where.

    None in an installed wheel, which has all of them below `copydesk`.
    """
    here = Path(__file__).resolve().parent
    if (here / "cli").is_dir():
        return None
    for name in _PACKAGES:
        spec = importlib.util.find_spec(name)
        if spec is None:
            continue
        places = [spec.origin] if spec.origin else list(spec.submodule_search_locations or ())
        if not any(Path(place).resolve().is_relative_to(here.parent / name) for place in places):
            return name, places[0] if places else name
    return None


if __name__ == "__main__":
    main()
