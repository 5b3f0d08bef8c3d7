"""sqlite-utils, imported without pandas and numpy.

It imports both wherever they are installed, so as to take their numbers and timestamps for values, which nothing here hands to it.
pandas takes 0.8 s and 70 MiB of each of our processes (measured with pandas 3.1), numpy 0.08 s. Both can be imported as ever before
and after.
"""

from __future__ import annotations

import sys

_HIDDEN = {"pandas", "numpy"} - set(sys.modules)
for _name in _HIDDEN:
    # How Python is told that there is none.
    sys.modules[_name] = None  # type: ignore[assignment]
try:
    from sqlite_utils import Database, Migrations
finally:
    for _name in _HIDDEN:
        del sys.modules[_name]

__all__ = ["Database", "Migrations"]
