"""The limits of `copydesk inspect`; docs/inspecting.md states the same figures.

They are consistent: the time limit of a statement is shorter than that of its response, a value is smaller than a
response, and the memory that a response takes while it is made fits the limit of its process.
"""

from __future__ import annotations

from db.inspect.translation.catalogues import gettext_noop

# SQLite interrupts a statement after this time.
STATEMENT_S = 2.0
# Time limit of a response to SQL from users, after which the process is killed: two statements (the rows and their count) and a
# second. SQLite's own limit gives the better message, but cannot interrupt one long function call.
SQL_S = 2 * STATEMENT_S + 1
# Our own queries are few and use indexes; on a cold disk they take longer than in memory.
OWN_STATEMENT_S = 5.0
# Any other response: our pages on a cold disk, a table with counts and facets, all its rows as CSV, a sanitized stored page.
PAGE_S = 10.0

MAX_ROWS = 1000
# The longest value that SQL from users may read or produce, and the longest that is shown.
MAX_VALUE_BYTES = 1_000_000
# The longest stored value that our pages and Datasette's tables read: more than the largest body (20 MiB) and any text from it.
MAX_STORED_BYTES = 64_000_000
# All values that a statement returns, and a whole response. Our longest page, with an article's text cut, has less than a tenth.
MAX_RESPONSE_BYTES = 32_000_000
# Address space of a worker. Datasette alone takes some 150 MiB; showing the largest body as a page some 300 more.
MEMORY_BYTES = 1_000_000_000


def format_megabytes(number: int) -> str:
    """A limit as text: 1 MB."""
    return f"{number / 1_000_000:g} MB"


LIMITS_NOTE = gettext_noop(
    "An SQL statement gets %(seconds)s s and gives %(rows)s rows; a value is %(value)s long at most, an answer %(answer)s."
    " For more, use sqlite3 on the file."
)
"""Footer of every page with SQL; its values are `LIMITS`."""
LIMITS = {
    "seconds": f"{STATEMENT_S:g}",
    "rows": f"{MAX_ROWS:,}",
    "value": format_megabytes(MAX_VALUE_BYTES),
    "answer": format_megabytes(MAX_RESPONSE_BYTES),
}
