"""`copydesk rules draft`: site rules proposed from the stored pages of a source."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

import click

from cli.context import CommandContext
from cli.extraction.worked_pages import worked_pages
from cli.signals import stopping
from db.display.humanize import counted
from db.errors import UsageError
from db.site_rules.loader import Sites
from db.site_rules.parser import parse_site
from db.store.crawl.drawings import proposed_json_lists
from db.store.extraction.page_sample import evenly_spaced
from db.store.extraction.pages_of_hosts import PageOfHost, articles_without, pages_of_source, story_pages
from db.store.sites.site_rules import load_current_rules
from db.store.sites.sources import find_stored_source
from pipelines.experiments.draft_toml import draft_toml
from pipelines.experiments.repeats import RepeatProposals, Repeats, constant_names
from pipelines.experiments.rule_draft import (
    FIELDS,
    MOST_LISTS,
    Draft,
    DraftTask,
    FindCandidates,
    PageFindings,
    address_patterns,
)
from pipelines.processing.worker_pool import TaskFailed
from pipelines.urls import path_and_query

_HOST_SHARE = 0.1
"""Share of the articles that a host must have for the rules to name it."""


def draft_rules(context: CommandContext, name: str, sample: int, *, jobs: int) -> None:
    """Print the draft as TOML. Raises UsageError where there is too little to draft from."""
    with context.read() as conn, stopping() as stop:
        source = find_stored_source(conn, name)
        pages = pages_of_source(conn, source.id)
        articles, others = ([page for page in pages if page.is_article is wanted] for wanted in (True, False))
        json_lists = proposed_json_lists(conn, source.id, MOST_LISTS)
        if not articles and not json_lists:
            raise UsageError(f"{source.name} has no article that could be read again; crawl it first")
        current = load_current_rules(context.config, conn)
        known = frozenset(path_and_query(page.url) for page in articles)
        chosen = [*evenly_spaced(articles, sample), *evenly_spaced(others, sample)]
        stories = {one.page_id: one for one in story_pages(conn, [page.page_id for page in chosen if page.is_article])}
        draft = Draft(
            lacking={field: articles_without(conn, source.id, field) for field in FIELDS},
            outlets={one.source for one in stories.values() if one.source},
        )
        repeats = Repeats(stories=stories, names=constant_names(list(stories.values())))
        worker = FindCandidates(database=context.config.database, articles=known, names=repeats.names)
        tasks = [(page, DraftTask(page_id=page.page_id, is_article=page.is_article)) for page in chosen]
        timeout_s = context.config.extract_timeout.total_seconds()
        for page, future in worked_pages(worker, tasks, jobs=jobs, timeout_s=timeout_s, done="read", stop=stop):
            try:
                _add(draft, repeats, page, future.result())
            except TaskFailed as error:
                click.echo(f"{page.url} was left out: {str(error).splitlines()[0]}", err=True)
    if stop.is_set():
        sys.exit(130)
    click.echo(
        f"# A draft from {len(chosen)} of {counted(len(pages), 'stored page')} of {source.name}. Read it, correct it,\n"
        "# try it with `copydesk rules test`, and put it into your folder of site rules (setting sites)."
    )
    urls = [page.url for page in articles] or [source.url]
    if (own := _own_rules(current, _hosts(urls))) is not None:
        click.echo(f"# {own} has rules for it. What they mend already is not proposed again: add to that file.")
    click.echo(_draft_text(draft, articles, others, json_lists, _hosts(urls), repeats.proposals()), nl=False)


def _add(draft: Draft, repeats: Repeats, page: PageOfHost, found: PageFindings) -> None:
    draft.add(page.page_id, page.url, page.is_article, found.candidates)
    repeats.add(page.page_id, found.boxes, found.candidates.fields)


def _own_rules(sites: Sites, hosts: Sequence[str]) -> str | None:
    """The file whose rules hold for the hosts now."""
    return next((f"{site.name}.toml" for host in hosts if (site := sites.for_host(host))), None)


def _hosts(urls: Sequence[str]) -> list[str]:
    """The hosts that the rules name, the most frequent first."""
    hosts = Counter((urlsplit(url).hostname or "").removeprefix("www.") for url in urls)
    return [host for host, count in hosts.most_common() if count >= _HOST_SHARE * len(urls)]


def _draft_text(
    draft: Draft,
    articles: Sequence[PageOfHost],
    others: Sequence[PageOfHost],
    json_lists: Sequence[Mapping[str, object]],
    hosts: Sequence[str],
    repeats: RepeatProposals,
) -> str:
    urls, other_urls = [page.url for page in articles], [page.url for page in others]
    text = draft_toml(
        hosts=hosts,
        patterns=address_patterns(urls, other_urls),
        pages=(len(urls), len(other_urls)),
        lists=draft.list_proposals(),
        json_lists=json_lists,
        fields=[
            one for one in draft.field_proposals() if one.field not in {other.field for other in repeats.overrides}
        ],
        repeats=repeats,
    )
    parse_site(text, Path("draft.toml"))  # a draft that would be refused is a mistake of ours
    return text
