"""The ladder of checks of one address: how it is written, who lists it, its fetches, its outcome, its place among others. Pure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from db.diagnosis.address_answer import answer_message, check_answer, is_news
from db.diagnosis.article_checks import READ_ADVICE
from db.diagnosis.evidence import Diagnosis, Rung, RungName, RungState
from db.diagnosis.url_evidence import FetchEvidence, UrlEvidence
from db.display.humanize import counted, format_local_time, format_size, times
from db.display.shell_commands import shell_command

# Reasons for which no rule finds an article on the page.
_WALLS = frozenset({"consent", "challenge", "login", "paywall"})


def url_diagnosis(evidence: UrlEvidence) -> Diagnosis:
    """The ladder of an address."""
    rungs = []
    for check in _CHECKS:
        rungs.append(check(evidence))
        if check is _address and evidence.answer is not None:
            rungs.append(check_answer(evidence, evidence.answer))
        if rungs[-1].state is RungState.BROKEN:
            break
    broken = rungs[-1] if rungs[-1].state is RungState.BROKEN else None
    said = broken.message if broken else _what_it_is(evidence)
    if evidence.answer is not None and is_news(evidence, evidence.answer):
        said = f"{said}; {answer_message(evidence.answer)}"
    return Diagnosis(
        name=evidence.given,
        url=evidence.url,
        checked_at=evidence.now,
        online=evidence.answer is not None,
        sentence=f"{evidence.url}: {said}.",
        rungs=tuple(rungs),
    )


def _what_it_is(evidence: UrlEvidence) -> str:
    page = evidence.page
    if page is None or page.article_id is None:
        return "its article is not settled yet"
    if page.original:
        return f"it is article {page.article_id}, a copy of {page.original}"
    return f"it is article {page.article_id}"


def _address(evidence: UrlEvidence) -> Rung:
    lines = [f"given    {evidence.given}"] if evidence.given != evidence.url else []
    lines += [f"fetched  {evidence.link.url if evidence.link else evidence.url}", f"key      {evidence.key}"]
    final = next((fetch.final_url for fetch in evidence.fetches if fetch.final_url), None)
    if final:
        lines.append(f"led to   {final}")
    return Rung.ok(RungName.ADDRESS, "two addresses with one key are one article, and fetched once", lines=tuple(lines))


def _listed(evidence: UrlEvidence) -> Rung:
    link = evidence.link
    if link is None and evidence.page is not None:
        return Rung.ok(RungName.LISTED, "no listing named it; its page was imported or claimed it")
    if link is None:
        return _unlisted(evidence)
    where = link.found_in or "no listing"
    hints = [f"{name} {value}" for name, value in (("title", link.title), ("published", link.published)) if value]
    return Rung.ok(
        RungName.LISTED,
        f"found {format_local_time(link.found_at)} in {where} ({link.kind} of {link.source})",
        lines=tuple(hints),
    )


def _unlisted(evidence: UrlEvidence) -> Rung:
    lines = [f"its form speaks against an article: {evidence.refusal}"] if evidence.refusal else []
    if evidence.robots_line:
        lines.append(f"robots.txt forbids it: {evidence.robots_line}")
    if evidence.outside:
        lines.append("the setting `only` of the source leaves it out")
    lines += [f"known: {url}" for url in evidence.near]
    if evidence.source is None:
        return Rung.broken(
            RungName.LISTED,
            "it is of no site that is a source",
            lines=tuple(lines),
            advice="add its site",
            command=shell_command("sources", "add", evidence.url),
        )
    return Rung.broken(
        RungName.LISTED,
        f"no listing of {evidence.source} that was read has named it"
        + ("; its form is that of a list or a service page" if evidence.refusal else ""),
        lines=tuple(lines),
        advice="see what the source's listings name; a site rule says which addresses are articles (`[articles] include`)",
        command=shell_command("why", evidence.source),
    )


def _due(evidence: UrlEvidence) -> Rung:
    link = evidence.link
    if evidence.outside and link is not None:
        return Rung(
            name=RungName.DUE,
            state=RungState.BROKEN if link.first_at is None else RungState.OK,
            message=f"the setting `only` of {link.source} leaves it out: it is not requested any more",
            advice="where it is wanted, change the setting",
        )
    if evidence.excluded and link is not None:
        return Rung(
            name=RungName.DUE,
            state=RungState.BROKEN if link.first_at is None else RungState.OK,
            message="the site's rules exclude it (`[articles] exclude`): it is not requested any more",
            advice="where it is an article after all, change the rule",
        )
    if link is None or link.first_at is not None:
        when = f"first fetched {_at(link.first_at)}" if link and link.first_at else "it is stored"
        return Rung.ok(RungName.DUE, when)
    if link.twin:
        return Rung.broken(
            RungName.DUE,
            f"its parameters say nothing, so it is the article at {link.twin}",
            "see that one",
            shell_command("why", link.twin),
        )
    if not link.failures:
        held = f"; its host is left alone until {_at(evidence.hold_until)}" if evidence.hold_until else ""
        return Rung.broken(
            RungName.DUE,
            f"it was not fetched yet{held}",
            "it is due: the next crawl fetches it",
            shell_command("crawl", link.source),
        )
    return Rung.ok(RungName.DUE, f"tried {times(link.failures)}, last {_at(link.last_at)}")


def _at(moment: datetime | None) -> str:
    return format_local_time(moment) or "never"


def _fetched(evidence: UrlEvidence) -> Rung:
    lines = tuple(map(_fetch_line, evidence.fetches))
    last = evidence.fetches[0] if evidence.fetches else None
    if evidence.page is not None:
        odd = last is not None and last.failed
        message = counted(len(evidence.fetches), "request")
        return Rung(
            name=RungName.FETCHED,
            state=RungState.WARNING if odd else RungState.OK,
            message=f"{message}, the last without a page" if odd else message,
            lines=lines,
        )
    link = evidence.link
    failures, source = (link.failures, link.source) if link else (0, evidence.source or "")
    why = _why(last)
    if why == "robots_forbidden" and evidence.robots_line:
        lines = (*lines, f"robots.txt: {evidence.robots_line}")
    given_up = failures > evidence.retries
    return Rung.broken(
        RungName.FETCHED,
        f"it could not be fetched ({why}), {times(failures)}"
        + (", and is given up" if given_up else "; it is tried again"),
        lines=lines,
        advice="open it in a browser; where it works there, see what the source answers to the crawler",
        command=shell_command("why", source),
    )


def _why(fetch: FetchEvidence | None) -> str:
    return "no request is kept" if fetch is None else fetch.error or f"http_{fetch.status}"


def _fetch_line(fetch: FetchEvidence) -> str:
    said = fetch.error or f"status {fetch.status}"
    size = f", {format_size(fetch.bytes)}" if fetch.bytes else ""
    took = f", {fetch.duration_ms} ms" if fetch.duration_ms is not None else ""
    page = f", page {fetch.page_id}" if fetch.page_id is not None else ""
    return f"{format_local_time(fetch.started_at)}  {said}{size}{took}{page}"


def _read(evidence: UrlEvidence) -> Rung:
    page = evidence.page
    if page is None:
        return Rung.unknown(RungName.READ, "there is no page")
    if page.is_article:
        return Rung.ok(RungName.READ, f"page {page.page_id} is an article: {page.title}")
    if page.reason is None:
        return Rung.broken(
            RungName.READ,
            f"page {page.page_id} is stored and was not extracted yet",
            advice="the next crawl extracts it",
            command="copydesk crawl",
        )
    return Rung.broken(
        RungName.READ,
        f"page {page.page_id} is no article: {page.reason}",
        lines=(page.detail.strip().rsplit("\n", 1)[-1],) if page.detail else (),
        advice=READ_ADVICE[page.reason]
        if page.reason in _WALLS
        else "look at the page as received; where it is an article after all, a site rule can say where things are",
        command=shell_command("show", page.page_id, "--html"),
    )


def _fields(evidence: UrlEvidence) -> Rung:
    found = evidence.page.provenance if evidence.page else {}
    return Rung(
        name=RungName.FIELDS,
        state=RungState.OK if found else RungState.UNKNOWN,
        message=f"{counted(len(found), 'field')} found",
        lines=tuple(f"{name}: {by}" for name, by in found.items()),
    )


def _settled(evidence: UrlEvidence) -> Rung:
    page = evidence.page
    if page is None or page.article_id is None:
        return Rung.broken(
            RungName.SETTLED,
            "its article is not settled yet",
            advice="what is new, revision or copy is decided at the end of a crawl",
            command="copydesk settle",
        )
    place = f"revision {page.revision} of {page.revisions}" if page.revisions > 1 else "one revision"
    lines = (f"a copy of {page.original}",) if page.original else ()
    return Rung.ok(RungName.SETTLED, f"article {page.article_id}, {place} ({page.verdict or 'new'})", lines=lines)


_CHECKS: tuple[Callable[[UrlEvidence], Rung], ...] = (_address, _listed, _due, _fetched, _read, _fields, _settled)
