"""`copydesk rules test`: a file of site rules, tried on stored pages."""

from __future__ import annotations

import re
import sqlite3
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from cli.context import CommandContext
from cli.extraction.experiment import example_json, field_lines
from cli.extraction.worked_pages import worked_pages
from cli.output.json_output import print_json
from cli.output.tables import plain, styled
from cli.signals import stopping
from db.display.humanize import counted
from db.site_rules.loader import FieldRule, RemoveRule, RuleFile, Site, load_site, load_sites
from db.store.extraction.extractions import load_outcome
from db.store.extraction.outcomes import find_extractor
from db.store.extraction.page_sample import evenly_spaced
from db.store.extraction.pages_of_hosts import PageOfHost, pages_of_hosts
from db.store.sites.site_rules import sites_folders
from pipelines.experiments.experiment import SourceResult
from pipelines.experiments.rule_trial import MISSES, EmptiedText, RuleResult, RuleTrial, TrialTask, TryRules, with_rules
from pipelines.extraction.version import extractor_in_force
from pipelines.processing.worker_pool import TaskFailed
from pipelines.urls import path_and_query


def test_rules(context: CommandContext, file: Path, sample: int, *, jobs: int, as_json: bool) -> None:
    """Try the rules in a file and print what they find. Raises ConfigError for a mistake in it."""
    site = load_site(file)
    current = load_sites(*sites_folders(context.config))
    new = with_rules(current, RuleFile(name=file.name, text=file.read_text("utf-8-sig"), own=True), site)
    with context.read() as conn, stopping() as stop:
        pages = list(pages_of_hosts(conn, site.hosts))
        tried = evenly_spaced(pages, sample)
        extractor = find_extractor(conn, extractor_in_force(current))
        # Of a file that is in force already, what is stored says how pages were read before it.
        in_force = new.version == current.version
        worker = TryRules(database=context.config.database, current=current, new=new, site=site)
        trial = RuleTrial(
            rules=[RuleResult(rule=rule) for rule in site.fields],
            removals=[RuleResult(rule=rule) for rule in site.remove],
            result=SourceResult(name=file.name, of=len(pages)),
        )
        tasks = [
            (page, TrialTask(page_id=page.page_id, fresh=in_force or page.extractor_id == extractor)) for page in tried
        ]
        timeout_s = 3 * context.config.extract_timeout.total_seconds()
        for page, future in worked_pages(worker, tasks, jobs=jobs, timeout_s=timeout_s, done="tried", stop=stop):
            try:
                _add(conn, trial, page, future.result())
            except TaskFailed as error:
                trial.failed.append((page.url, str(error).splitlines()[0]))
    if as_json:
        print_json(_as_json(trial, site, tried))
    else:
        for line in _lines(trial, site, tried):
            click.echo(line)
    if stop.is_set():
        click.echo("stopped early: not all pages were tried", err=True)
        sys.exit(130)


def _add(conn: sqlite3.Connection, trial: RuleTrial, page: PageOfHost, tried: Any) -> None:
    stored = load_outcome(conn, page.page_id)
    if stored is not None:
        trial.add(page.url, tried, stored[1])


_KINDS = ("css", "xpath", "regex", "value", "line", "line_regex")


def selector_of(rule: FieldRule | RemoveRule) -> str:
    """How a rule finds its field, or what it removes: `css "h1.title"`."""
    kind, text = next((kind, text) for kind in _KINDS if (text := getattr(rule, kind, None)))
    attribute = getattr(rule, "attribute", None)
    return f"{kind} '{text}'" + (f", attribute '{attribute}'" if attribute else "")


def _patterns(site: Site, tried: Sequence[PageOfHost]) -> Iterator[tuple[str, str, int, int]]:
    """Each address pattern: include or exclude, itself, and how many articles and other pages it matches."""
    for kind, patterns in (("include", site.include), ("exclude", site.exclude)):
        for pattern in patterns:
            hits = [page for page in tried if re.search(pattern, path_and_query(page.url))]
            articles = sum(page.is_article for page in hits)
            yield kind, pattern, articles, len(hits) - articles


def _as_json(trial: RuleTrial, site: Site, tried: Sequence[PageOfHost]) -> dict[str, object]:
    return {
        "hosts": list(site.hosts),
        "pages": len(tried),
        "of": trial.result.of,
        "differing": trial.result.tally.differing,
        "rules": [
            {"field": rule.field, **_rule_json(one), "unreadable": one.unreadable, "found_nothing": one.missed}
            for rule, one in zip(site.fields, trial.rules, strict=True)
        ],
        "removals": [{**_rule_json(one), "texts": len(one.words), "words": one.median_words} for one in trial.removals],
        "emptied": [{"url": one.url, "words": one.words, "left": one.left} for one in trial.emptied],
        "patterns": [
            {"kind": kind, "pattern": pattern, "articles": articles, "others": others}
            for kind, pattern, articles, others in _patterns(site, tried)
        ],
        "fields": {
            name: {"gained": tally.gained, "lost": tally.lost, "changed": tally.changed}
            for name, tally in trial.result.tally.fields.items()
            if tally.pages
        },
        "examples": [example_json(example) for example in trial.result.examples],
        "failed": [{"url": url, "reason": reason} for url, reason in trial.failed],
    }


def _rule_json(one: RuleResult) -> dict[str, object]:
    return {
        "selector": selector_of(one.rule),
        "until": one.rule.until.isoformat() if one.rule.until else None,
        "hits": one.hits.total(),
        "pages": one.pages.total(),
        "by_month": {month: [one.hits[month], one.pages[month]] for month in sorted(one.pages)},
        "nothing_since": one.ends,
        "example": one.example,
    }


def _lines(trial: RuleTrial, site: Site, tried: Sequence[PageOfHost]) -> Iterator[str]:
    hosts = ", ".join(site.hosts)
    if not tried:
        yield f"no page of {hosts} is stored that could be read again"
        return
    yield f"{len(tried)} of {counted(trial.result.of, 'page')} of {hosts} were tried; {trial.result.tally.differing} would change"
    for rule, one in zip(site.fields, trial.rules, strict=True):
        yield from _rule_lines(f"{rule.field} by {selector_of(rule)}", one)
        if one.unreadable:
            yield f"  cannot be read as {rule.field} on {counted(one.unreadable, 'article')}: there it changes nothing"
        for url in one.missed:
            yield f"  nothing on {plain(url)}"
    for one in trial.removals:
        yield from _rule_lines(f"without {selector_of(one.rule)}", one)
        if one.words:
            yield f"  takes {counted(one.median_words, 'word')} (median) of {counted(len(one.words), 'text')}"
        elif one.hits:
            yield "  takes nothing of the texts"
    yield from _emptied_lines(trial.emptied)
    articles = sum(page.is_article for page in tried)
    for kind, pattern, matched, others in _patterns(site, tried):
        yield ""
        yield styled(f"{kind} '{pattern}'", bold=True)
        yield (
            f"  matches {matched} of {counted(articles, 'article')} and {others} of "
            f"{counted(len(tried) - articles, 'other page')}"
        )
    yield ""
    yield styled("fields", bold=True)
    lines = list(field_lines(trial.result))
    yield from lines or ["  nothing would change"]
    for url, reason in trial.failed:
        yield f"could not be tried: {plain(url)} ({plain(reason)})"


def _rule_lines(head: str, one: RuleResult) -> Iterator[str]:
    yield ""
    yield styled(head, bold=True)
    yield f"  finds something on {one.hits.total()} of {counted(one.pages.total(), 'article')}"
    if one.example is not None:
        yield f"  such as: {plain(one.example)}"
    for month in sorted(one.pages):
        yield f"    {month or 'unknown'}  {one.hits[month]} of {one.pages[month]}"
    if one.ends:
        yield f"  nothing since {one.ends}: until = {one.ends}-01 would let the rule end there"


def _emptied_lines(emptied: Sequence[EmptiedText]) -> Iterator[str]:
    """A warning, with the first addresses, where the rules take more than furniture."""
    if not emptied:
        return
    yield ""
    yield styled(f"most of the text of {counted(len(emptied), 'article')} would be removed", bold=True)
    for one in emptied[:MISSES]:
        rest = "it would be no article" if one.left is None else f"{one.left} would be left"
        yield f"  {counted(one.words, 'word')}, {rest}: {plain(one.url)}"
    if len(emptied) > MISSES:
        yield f"  and {len(emptied) - MISSES} more"
