"""SQL scripts as single statements: `executescript` would commit the transaction of a migration."""

from __future__ import annotations

from db.sqlite.tools import Database


def run_script(db: Database, script: str) -> None:
    """Run the statements of a script one after the other, in the caller's transaction."""
    for statement in statements_of(script):
        db.execute(statement)


def statements_of(script: str) -> list[str]:
    """The statements of a script. A statement ends with its line, a trigger with the line of its END."""
    statements, current = [], ""
    for line in script.strip().splitlines():
        current += line + "\n"
        ended = line.rstrip().endswith("END;") if "CREATE TRIGGER" in current else line.rstrip().endswith(";")
        if ended:
            statements.append(current)
            current = ""
    return statements
