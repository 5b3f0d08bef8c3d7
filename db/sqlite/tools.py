"""Import sqlite-utils without pandas and numpy.

It imports both if they are installed, to accept their numbers and timestamps as values, which Copydesk never uses. pandas costs
each process 0.8 s and 70 MiB (measured with pandas 3.1), numpy 0.08 s. Both can be imported as usual before and after.
"""

from __future__ import annotations

import sys

_HIDDEN = {"pandas", "numpy"} - set(sys.modules)
for _name in _HIDDEN:
    # None makes the import raise ImportError.
    sys.modules[_name] = None  # type: ignore[assignment]
try:
    from sqlite_utils import Database, Migrations
finally:
    for _name in _HIDDEN:
        del sys.modules[_name]

__all__ = ["Database", "Migrations"]
