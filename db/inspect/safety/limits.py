"""What `copydesk inspect` limits, in one place: docs/inspecting.md states the same figures.

They hold together: the time of a statement is less than that of the answer it is for, a value less than all of them, and what an
answer takes while it is made fits the memory of the process that makes it.
"""

from __future__ import annotations

# SQLite breaks off a statement after so long.
STATEMENT_S = 2.0
# An answer for SQL from outside is waited for so long, then its process is killed: two statements, the rows and their count, and a
# second. SQLite's own limit gives the better message, but does not end one long call of a function.
SQL_S = 2 * STATEMENT_S + 1
# Our own questions are few and go by indexes; on a cold disk they take longer than in memory.
OWN_STATEMENT_S = 5.0
# Any other answer: our pages on a cold disk, a table with its counts and facets, all its rows as CSV, a stored page made inert.
PAGE_S = 10.0

MOST_ROWS = 1000
# The longest value that SQL from outside may read or make, and the longest that is shown.
MAX_VALUE_BYTES = 1_000_000
# The longest stored value that our pages and Datasette's tables read: above the largest body (20 MiB) and any text made of it.
MOST_STORED_BYTES = 64_000_000
# All values that a statement gives, and a whole answer. Our longest page, with an article's text cut, has less than a tenth.
MOST_ANSWER_BYTES = 32_000_000
# Address space of a process. Datasette alone takes some 150 MiB; the largest body shown as a page some 300 more.
MEMORY_BYTES = 1_000_000_000


def megabytes(number: int) -> str:
    """A limit for a person: 1 MB."""
    return f"{number / 1_000_000:g} MB"


STATED = (
    f"A statement of SQL gets {STATEMENT_S:g} s and gives {MOST_ROWS:,} rows; a value is {megabytes(MAX_VALUE_BYTES)} long at"
    f" most, an answer {megabytes(MOST_ANSWER_BYTES)}. For more, use sqlite3 on the file."
)
"""For the foot of every page with SQL."""
