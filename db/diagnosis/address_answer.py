"""The check of what an address answers now, and of what changed against the page that is stored. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from db.diagnosis.evidence import Rung, RungName, RungState
from db.diagnosis.url_evidence import AddressAnswer, UrlEvidence
from db.display.humanize import counted, format_size
from db.display.shell_commands import shell_command
from db.network.http_statuses import is_page_status


def check_answer(evidence: UrlEvidence, answer: AddressAnswer) -> Rung:
    """What the address answers. It breaks nothing by itself: the checks that follow say what became of the address before."""
    message = answer_message(answer)
    if not is_news(evidence, answer):
        return Rung.ok(RungName.ANSWER, message, lines=tuple(_lines(answer)))
    lines = tuple(_lines(answer))
    if answer.error is not None and evidence.robots_line:
        lines = (f"robots.txt: {evidence.robots_line}", *lines)
    return Rung(
        name=RungName.ANSWER,
        state=RungState.WARNING,
        message=message,
        lines=lines,
        advice="what was fetched before is stored and stays"
        if evidence.page
        else "open it in a browser; where it works there, see what its source answers to the crawler",
        command=f"copydesk show {evidence.page.page_id} --html"
        if evidence.page
        else shell_command("why", evidence.source or evidence.url),
    )


def is_news(evidence: UrlEvidence, answer: AddressAnswer) -> bool:
    """Whether the answer is no article, for another reason than that of the stored page."""
    is_known = evidence.page is not None and evidence.page.reason == answer.reason
    return not answer.is_article and not is_known


def answer_message(answer: AddressAnswer) -> str:
    """What it answers, as half a sentence."""
    if answer.error is not None:
        return f"it gives no answer now: {answer.error}"
    said = f"it answers {answer.status} now"
    if answer.challenge:
        return f"{said}: a challenge ({answer.challenge})"
    if answer.status is not None and not is_page_status(answer.status):
        return said
    if answer.reason is not None:
        return f"{said}, and what came is no article: {answer.reason}"
    return f"{said}, and is read as an article: {answer.title or 'without a title'}"


def _lines(answer: AddressAnswer) -> Iterator[str]:
    if answer.error is not None:
        return
    words = f", {counted(answer.words, 'word')}" if answer.is_article else ""
    yield f"declared as {answer.content_type or 'nothing'}, {format_size(answer.bytes)}{words}"
    if answer.final_url:
        yield f"led to {answer.final_url}"
    if answer.detail and answer.status is not None and is_page_status(answer.status):
        yield answer.detail
    if answer.was_drawn:
        yield "looked at as received: a browser drew the stored page, which this look does not"
    if answer.compared_with is None:
        return
    stored = f"stored page {answer.compared_with}"
    if answer.is_same:
        yield f"the same bytes as {stored}"
        return
    if not answer.changed:
        yield f"other bytes than {stored}, and every field is read as before"
    else:
        yield f"read differently from {stored}:"
        yield from (f"  {line}" for line in answer.changed)
    if answer.markup:
        yield "what changed in its markup since:"
        yield from answer.markup
