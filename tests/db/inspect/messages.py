"""The texts of the interface and their catalogues. `make messages` adds new texts to the PO files of every language.

    python -m tests.db.inspect.messages

writes what is not in the catalogues of a language yet into its `new.po`, with the places where it is used, and lists what is in
them and is used nowhere any more.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po, write_po

from db.inspect.table_guide import view_metadata
from db.inspect.translation.catalogues import ENGLISH, LANGUAGES, LOCALE_FOLDER

DB = Path(__file__).parents[3] / "db"
MARKED_IN = (DB / "inspect", DB / "diagnosis", DB / "people", DB / "network")
"""Where texts are marked: the interface, and the layers whose sentences it translates (`db.display.phrases`)."""
_KEYWORDS = DEFAULT_KEYWORDS | {"gettext_noop": None, "phrase": None, "counted_phrase": (1, 2)}
_METHODS = [("**.html", "jinja2.ext:babel_extract"), ("**.py", "python")]
_OPTIONS = {"**.html": {"newstyle_gettext": "true", "silent": "false"}}
_NEW = "new.po"


def marked_places() -> Iterator[tuple[str | tuple[str, ...], str, int]]:
    """Each marked text, or its forms for one and many, with the file and line where it stands; each description of a view."""
    for folder in MARKED_IN:
        for name, line, message, _, _ in extract_from_dir(folder, _METHODS, _OPTIONS, _KEYWORDS):
            yield message, f"{folder.name}/{name}", line
    for view in view_metadata().values():
        for text in (view["description"], *view.get("columns", {}).values()):
            yield text, "schema/views.py", 1


def catalogue(language: str) -> Catalog:
    """All catalogues of a language in one. Fails where two differ about a text."""
    whole = Catalog(language)
    for path in sorted((LOCALE_FOLDER / language).glob("*.po")):
        for message in read_po(BytesIO(path.read_bytes()), locale=language):
            if message.id:
                key = key_of(message.id)
                assert whole.get(key) is None or whole[key].string == message.string, f"{path.name} has another {key!r}"
                whole[key] = message
    return whole


def key_of(message_id: str | list[str] | tuple[str, ...]) -> str:
    """By which a text is looked up: its form for one."""
    return message_id if isinstance(message_id, str) else message_id[0]


def missing_messages(language: str) -> Catalog:
    """The marked texts that are not translated into a language, with the places where they stand."""
    known = catalogue(language)
    missing = Catalog(language, fuzzy=False)
    for message, name, line in marked_places():
        found = known.get(key_of(message))
        if found is None or not found.string or found.string == ("",):
            missing.add(message, locations=[(f"db/{name}", line)])
    return missing


def unused_messages(language: str) -> list[str]:
    """What is in the catalogues of a language and is used nowhere."""
    used = {key_of(message) for message, _, _ in marked_places()}
    return sorted(
        key_of(message.id) for message in catalogue(language) if message.id and key_of(message.id) not in used
    )


def main() -> int:
    """Write the new texts of every language; the exit code is 1 where something is to be done."""
    todo = False
    for language in (code for code in LANGUAGES if code != ENGLISH):
        missing, unused = missing_messages(language), unused_messages(language)
        path = LOCALE_FOLDER / language / _NEW
        if len(missing):
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("wb") as file:
                write_po(file, missing, omit_header=False, sort_by_file=True)
            print(f"{path}: {len(missing)} texts to translate")
        for key in unused:
            print(f"locale/{language}: used nowhere: {key!r}")
        todo = todo or bool(len(missing) or unused)
    if not todo:
        print("every text is translated")
    return int(todo)


if __name__ == "__main__":
    sys.exit(main())
