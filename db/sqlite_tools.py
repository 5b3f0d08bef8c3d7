"""sqlite-utils, imported without pandas.

It imports pandas wherever that is installed, so as to take its timestamps for values, which nothing here has: 0.8 s and 70 MiB for
each of our processes (measured with pandas 3.1). pandas itself can be imported as ever before and after.
"""

from __future__ import annotations

import sys

_HIDES = "pandas" not in sys.modules
if _HIDES:
    # How Python is told that there is none.
    sys.modules["pandas"] = None  # type: ignore[assignment]
try:
    from sqlite_utils import Database, Migrations
finally:
    if _HIDES:
        del sys.modules["pandas"]

__all__ = ["Database", "Migrations"]
