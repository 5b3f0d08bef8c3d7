"""What is read from the specimens, as digests: the record that `EXTRACTION_VERSION` is held to.

    python -m tests.pipelines.extraction.extraction_record [--keep]      (make extraction-digests)

It records what the code reads now. Where a page is read otherwise than recorded, or pages are new or rewritten, and the number is
still the recorded one, it raises the number in `pipelines/extraction/version.py`. New pages raise it because a page that is added
along with a change is often the only one that shows it; `--keep` says that the extraction did not change, and is refused where a
page shows that it did. A number that was raised by hand stays, if anything changed.

A page is recorded under a digest of its content: where it lies and which test reads it does not matter, and a rewritten page counts
as a new one.

In a merge of two branches that both changed the extraction, the record stays that of the branch merged into (`.gitattributes`), and
it does not matter which of the two numbers is left in `pipelines/extraction/version.py`: recording raises it above the recorded
one, for the two changes together are a third extraction.
"""

from __future__ import annotations

import argparse
import hashlib
import inspect
import json
import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import asdict, astuple, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from db.models import Article, Reason, Rejection
from pipelines.extraction.article_json import to_json
from pipelines.extraction.fingerprint import fingerprint
from pipelines.extraction.version import installed_code
from tests.pipelines.extraction.specimens import Specimen, specimens

RECORD = Path(__file__).with_name("extraction_digests.json")
COMMAND = "make extraction-digests"
_NUMBER = re.compile(r"^EXTRACTION_VERSION = (\d+)$", re.M)
_LIBRARIES = ("charset-normalizer", "cssselect", "idna", "jusText", "lxml", "tldextract", "trafilatura", "tzdata")
_SHOWN = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """The digest of what is read from each page, by which version of the extraction, over which libraries."""

    version: int
    libraries: Mapping[str, str]
    outcomes: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """How what is read now differs from a record, by the digests of pages."""

    otherwise: list[str]
    new: list[str]
    gone: list[str]


def page_digest(specimen: Specimen) -> str:
    """Of all that the extraction sees of a page. Fields go by their place, so that renaming one changes no digest."""
    page, hint = specimen.page, specimen.page.hint
    listed = [hint.url, hint.title, hint.published, hint.modified, hint.author, hint.section] if hint else []
    seen = [page.body.hex(), page.url, page.final_url, page.fetched_at, page.status, page.content_type, listed]
    rules = [(host, [value for value in astuple(site) if value]) for host, site in specimen.sites.by_host.items()]
    return _digest([*seen, [part.hex() for part in page.parts], rules])


def outcome_digest(specimen: Specimen) -> str:
    """Of what is read from a page, with what the article is compared by. Raises AssertionError where the extraction crashed."""
    outcome = specimen.outcome
    made: dict[str, Any] = to_json(outcome)
    if isinstance(outcome, Article):
        prints = fingerprint(outcome, specimen.page.address or "")
        made = {**made, "address_key": prints.address_key, "text_hash": prints.text_hash.hex()}
    crashed = isinstance(outcome, Rejection) and outcome.reason is Reason.CRASHED
    assert not crashed, f"{specimen.shows} crashes the extraction: {made['detail']}"
    return _digest(made)


def _digest(value: object) -> str:
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def take(read: Iterable[Specimen]) -> tuple[dict[str, str], dict[str, str]]:
    """The digest of each outcome, and for people which page that is; both by the digest of the page."""
    outcomes, shows = {}, {}
    for specimen in read:
        name = page_digest(specimen)
        outcomes[name], shows[name] = outcome_digest(specimen), specimen.shows
    return outcomes, shows


def libraries() -> dict[str, str]:
    """The versions of what the extraction stands on."""
    from lxml import etree

    return {"libxml2": ".".join(map(str, etree.LIBXML_VERSION))} | {name: version(name) for name in _LIBRARIES}


def load(path: Path = RECORD) -> Record:
    """The record in a file."""
    return Record(**json.loads(path.read_text(encoding="utf-8")))


def save(record: Record, path: Path = RECORD) -> None:
    """Write a record, a line for each page."""
    written = {**asdict(record), "outcomes": dict(sorted(record.outcomes.items()))}
    path.write_text(json.dumps(written, indent=0, ensure_ascii=False) + "\n", encoding="utf-8")


def changes(record: Record, outcomes: Mapping[str, str]) -> Changes:
    """What differs."""
    known = record.outcomes
    return Changes(
        otherwise=sorted(name for name, digest in outcomes.items() if known.get(name, digest) != digest),
        new=sorted(outcomes.keys() - known.keys()),
        gone=sorted(known.keys() - outcomes.keys()),
    )


def fault(record: Record, number: int, found: Changes, shows: Mapping[str, str]) -> str | None:
    """What is wrong with a number, in view of the record; None where nothing is."""
    if number < record.version:
        return f"EXTRACTION_VERSION is {number}, but {record.version} is recorded; a number is never given twice"
    if found.otherwise:
        what = f"outputs changed for {_named(found.otherwise, shows)}"
        do = "record them" if number > record.version else f"raise EXTRACTION_VERSION above {record.version}"
        return f"{what}\n{do}: {COMMAND}{_other_libraries(record)}"
    if found.new:
        where = "tests/pipelines/extraction/extraction_record.py"
        return f"not recorded: {_named(found.new, shows)}\nrecord them: {COMMAND} (see {where})"
    if number > record.version:
        return (
            f"EXTRACTION_VERSION was raised from {record.version} to {number} without a change: every page is read as before, and "
            "all archives would be stale for nothing. Take it back, or add a page to tests/pages that shows the change"
        )
    return None


def next_number(record: Record, number: int, found: Changes, *, keep: bool) -> int:
    """The number to record with. Raises ValueError where `keep` or a raised number contradicts the pages."""
    number = max(number, record.version)  # lower: what a merge left
    changed = bool(found.otherwise or found.new)
    if keep and (found.otherwise or number > record.version):
        raise ValueError(
            "the extraction did change: pages are read otherwise, or the number was raised; leave --keep out"
        )
    if number > record.version and not changed:
        raise ValueError(fault(record, number, found, {}))
    return number if number > record.version or keep or not changed else record.version + 1


def number_in(path: Path) -> int:
    """EXTRACTION_VERSION as the module's text has it."""
    found = _NUMBER.search(path.read_text(encoding="utf-8"))
    assert found, f"{path.name} has no line EXTRACTION_VERSION = N"
    return int(found[1])


def write_number(path: Path, number: int) -> None:
    """Change that line."""
    path.write_text(_NUMBER.sub(f"EXTRACTION_VERSION = {number}", path.read_text(encoding="utf-8")), encoding="utf-8")


def _named(names: list[str], shows: Mapping[str, str]) -> str:
    lines = [f"\n    {shows.get(name, name)[:160]}" for name in names[:_SHOWN]]
    more = f"\n    and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return f"{len(names)} pages:{''.join(lines)}{more}"


def _other_libraries(record: Record) -> str:
    here = libraries()
    differing = [
        f"{name} {then} (here {here.get(name)})" for name, then in record.libraries.items() if here.get(name) != then
    ]
    if not differing:
        return ""
    return f"\nperhaps not for our code: the record was taken with {', '.join(differing)}; try those of requirements.lock first"


def main() -> None:
    """Record."""
    parser = argparse.ArgumentParser(prog="python -m tests.pipelines.extraction.extraction_record", description=__doc__)
    parser.add_argument("--keep", action="store_true", help="new pages show what was so before: keep the number")
    keep = parser.parse_args().keep
    module = Path(inspect.getfile(installed_code))
    outcomes, shows = take(specimens())
    before = load() if RECORD.exists() else Record(version=number_in(module), libraries={}, outcomes=outcomes)
    found = changes(before, outcomes)
    try:
        number = next_number(before, number_in(module), found, keep=keep)
    except ValueError as error:
        sys.exit(str(error))
    write_number(module, number)
    save(Record(version=number, libraries=libraries(), outcomes=outcomes))
    for what, names in (("read otherwise", found.otherwise), ("new", found.new)):
        if names:
            print(f"{what}: {_named(names, shows)}")
    if found.gone:
        print(f"gone: {len(found.gone)} pages")
    raised = f", was {before.version}" if number != before.version else ""
    print(f"{len(outcomes)} pages recorded; EXTRACTION_VERSION is {number}{raised}")


if __name__ == "__main__":
    main()
