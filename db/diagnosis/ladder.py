"""The ladder of checks of a source: from the network to the article, up to the first that is broken. Pure.

A source works as well as its best listing: of several, the one that gets furthest is followed, and the others are named beside it.
Addresses that only a first search guessed count where nothing else was asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import replace

from db.diagnosis.article_checks import check_clock, check_fetched, check_fields, check_known, check_read
from db.diagnosis.evidence import AnswerEvidence, Diagnosis, Rung, RungName, RungState, SourceEvidence
from db.diagnosis.listing_checks import check_content, check_links, check_listing, no_listing
from db.diagnosis.network_checks import (
    AnswerCheck,
    check_challenge,
    check_connection,
    check_dns,
    check_robots,
    check_status,
    check_tls,
)
from db.display.humanize import format_local_time
from db.display.phrases import phrase
from db.display.shell_commands import shell_command

OF_ANSWERS: tuple[AnswerCheck, ...] = (
    check_dns,
    check_connection,
    check_tls,
    check_status,
    check_challenge,
    check_robots,
    check_content,
    check_listing,
    check_links,
)
"""The checks of one request for a listing, in their order."""
OF_SOURCES: tuple[Callable[[SourceEvidence], Rung], ...] = (
    check_known,
    check_fetched,
    check_read,
    check_fields,
    check_clock,
)
"""The checks after them, of the source as a whole."""


def source_diagnosis(evidence: SourceEvidence) -> Diagnosis:
    """The ladder of a source."""
    rungs = _best_listing(evidence)
    if not _is_broken(rungs):
        for check in OF_SOURCES:
            rungs.append(check(evidence))
            if rungs[-1].state is RungState.BROKEN:
                break
    rungs = [_with_held_back(evidence, _with_rendering(evidence, rung)) for rung in rungs]
    if not evidence.is_added:
        rungs = [_for_newcomer(evidence, rung) for rung in rungs]
    diagnosis = Diagnosis(
        name=evidence.name,
        url=evidence.url,
        checked_at=evidence.at,
        online=evidence.online,
        sentence="",
        rungs=tuple(rungs),
    )
    return _with_sentence(diagnosis)


_DRAWN = {RungName.LISTINGS: "listing", RungName.READ: "article"}


def _with_rendering(evidence: SourceEvidence, rung: Rung) -> Rung:
    """The check with what is known of whether a browser is needed for what it looks at, and who tells of news."""
    line = evidence.rendering.get(_DRAWN.get(rung.name, ""))
    lines = ((line,) if line else ()) + (
        (*evidence.hubs, *evidence.modified_posts) if rung.name is RungName.LISTINGS else ()
    )
    return replace(rung, lines=(*rung.lines, *lines)) if lines else rung


def _with_held_back(evidence: SourceEvidence, rung: Rung) -> Rung:
    """The check of what is read, with what a gated extraction did not write, and the commands that show and overrule it."""
    if rung.name is not RungName.READ or evidence.held_back_at is None:
        return rung
    name, at = evidence.name, format_local_time(evidence.held_back_at)
    lost = ", ".join(f"{field} {gone:,} of {held:,}" for field, (gone, held) in evidence.held_back_for.items())
    lines = (
        phrase("the gated extraction of %(at)s held it back: its rows are as they were before", at=at),
        *([phrase("it would lose %(lost)s", lost=lost)] if lost else []),
        phrase("see: %(command)s", command=shell_command("extract", "experiment", "--source", name)),
        phrase(
            "overrule: %(command)s", command=shell_command("extract", "stored", "--stale", "--gated", "--accept", name)
        ),
    )
    return replace(rung, lines=(*rung.lines, *lines))


def _for_newcomer(evidence: SourceEvidence, rung: Rung) -> Rung:
    """The check of a site that is no source: commands that need the name of one would not know it."""
    if evidence.typed_name not in rung.command.split():
        return rung
    return replace(rung, command=shell_command("sources", "test", evidence.url))


def _with_sentence(diagnosis: Diagnosis) -> Diagnosis:
    found = diagnosis.found
    if found is None:
        nothing = all(rung.state is RungState.UNKNOWN for rung in diagnosis.rungs)
        said: str = phrase("nothing is known of it yet") if nothing else phrase("nothing is wrong")
    else:
        said = (
            found.message
            if found.state is RungState.BROKEN
            else phrase("it works, but %(message)s", message=found.message)
        )
    return replace(diagnosis, sentence=phrase("%(name)s: %(said)s.", name=diagnosis.name, said=said))


def _best_listing(evidence: SourceEvidence) -> list[Rung]:
    """The checks of the listing that gets furthest."""
    if not evidence.answers:
        return [no_listing(evidence)]
    roots = {answer.reading.root for answer in evidence.answers if answer.reading is not None and answer.reading.root}
    # An index of sitemaps is as good as what it names.
    named = [answer for answer in evidence.answers if not answer.guessed and not _is_index(answer, roots)]
    best: list[Rung] = []
    for answer in named or evidence.answers:
        rungs = _checks_of(evidence, answer)
        if _rank(rungs) > _rank(best):
            best = rungs
    return best


def _is_index(answer: AnswerEvidence, roots: AbstractSet[str]) -> bool:
    """Whether an answer only names sitemaps, and any of them was asked for."""
    reading = answer.reading
    return reading is not None and reading.parts > 0 and not reading.links and answer.url in roots


def _rank(rungs: list[Rung]) -> tuple[bool, int, int]:
    """Whether it is not broken, how far it gets, and how little is odd about it."""
    return bool(rungs) and not _is_broken(rungs), len(rungs), sum(rung.state is RungState.OK for rung in rungs)


def _checks_of(evidence: SourceEvidence, answer: AnswerEvidence) -> list[Rung]:
    rungs = []
    for check in OF_ANSWERS:
        rungs.append(check(evidence, answer))
        if rungs[-1].state is RungState.BROKEN:
            break
    return rungs


def _is_broken(rungs: list[Rung]) -> bool:
    return any(rung.state is RungState.BROKEN for rung in rungs)
