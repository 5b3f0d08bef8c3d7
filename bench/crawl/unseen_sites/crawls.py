"""Serves sites under their own names through a proxy, adds and crawls them with the real command, and scores what is stored."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import unquote, urlsplit

from bench.crawl.unseen_sites.sites import Site
from tests.demoweb.answers import Answer
from tests.demoweb.server import Asked, Server

ROOT = Path(__file__).parents[3]
CRAWLS = (1, 2, 3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """One request that a site has answered, in which step, and the article's position if its page was served."""

    step: str
    site: Site
    url: str
    target: str
    article: int | None


@dataclass(slots=True, kw_only=True)
class Result:
    """What has been counted. `misses` names the pages that are counted wrongly, a line each."""

    found: int = 0
    wanted: int = 0
    duplicates: int = 0
    others: int = 0
    forbidden: int = 0
    requests: Counter[str] = field(default_factory=Counter)
    misses: list[str] = field(default_factory=list)
    sites: dict[str, tuple[int, int]] = field(default_factory=dict)
    """By a site's key, how many articles were found and how many are wanted."""

    def figures(self) -> dict[str, int]:
        """By name, in the order in which they are printed."""
        counted = {name: getattr(self, name) for name in ("found", "wanted", "duplicates", "others", "forbidden")}
        return counted | {f"requests, {step}": number for step, number in self.requests.items()}


class Web:
    """All hosts of the sites behind one proxy. `step` is what goes on; hosts of no site are answered with 502."""

    def __init__(self, sites: Sequence[Site]) -> None:
        self._hosts = {host: site for site in sites for host in site.hosts}
        self.served: list[Served] = []
        self.step = ""

    async def respond(self, asked: Asked) -> Answer:
        """Answer one request."""
        site = self._hosts.get(asked.host)
        if site is None or asked.method == "CONNECT":
            return Answer(status=HTTPStatus.BAD_GATEWAY)
        found = site.answer(asked)
        url = f"http://{asked.host}{asked.target}"
        self.served.append(Served(step=self.step, site=site, url=url, target=asked.target, article=found.article))
        return found.answer

    @contextmanager
    def listening(self) -> Iterator[str]:
        """The proxy's address, while it listens on a thread of its own."""
        loop = asyncio.new_event_loop()
        thread = Thread(target=loop.run_forever, daemon=True)
        thread.start()
        server = Server(self.respond, lambda asked: None)
        try:
            yield f"http://127.0.0.1:{asyncio.run_coroutine_threadsafe(server.listen(), loop).result()}"
        finally:
            asyncio.run_coroutine_threadsafe(server.close(), loop).result()
            loop.call_soon_threadsafe(loop.stop)
            thread.join()
            loop.close()


def crawl_sites(sites: Sequence[Site]) -> Result:
    """Add the sites to a new database, crawl three times, score. Raises CalledProcessError if a command fails."""
    web = Web(sites)
    with tempfile.TemporaryDirectory() as folder, web.listening() as proxy:
        (Path(folder) / "copydesk.toml").write_text(
            'timeout = "10s"\ncontact = "mailto:bench@copydesk.example"\n', encoding="utf-8"
        )
        env = os.environ | {"http_proxy": proxy, "https_proxy": proxy, "no_proxy": "", "PYTHONPATH": str(ROOT)}
        web.step = "add"
        _copydesk(env, folder, "sources", "add", *(site.url for site in sites), "--delay", "20ms")
        for number in CRAWLS:
            web.step = f"crawl {number}"
            for site in sites:
                site.crawl = number
            _copydesk(env, folder, "crawl")
        lines = _copydesk(env, folder, "articles", "--json", "--limit", "0").splitlines()
    return score(sites, web.served, [json.loads(line) for line in lines])


def score(sites: Sequence[Site], served: Sequence[Served], stored: Sequence[dict[str, Any]]) -> Result:
    """Compare what was stored (`copydesk articles --json`) with what the sites have served."""
    pages = {_plain(one.url): (one.site.key, one.article) for one in served if one.article is not None}
    found: defaultdict[tuple[str, int], list[dict[str, Any]]] = defaultdict(list)
    result = Result()
    for row in stored:
        addresses = [_plain(row[name]) for name in ("final_url", "url") if row.get(name)]
        if page := next((pages[address] for address in addresses if address in pages), None):
            found[page].append(row)
        else:
            result.others += 1
            result.misses.append(f"no article: {row['url']}")
    result.found = len(found)
    result.wanted = sum(len(site.articles) for site in sites)
    for rows in found.values():
        result.duplicates += len([row for row in rows if not row.get("original_id")]) > 1
    for site in sites:
        missing = [each.url for each in site.articles if (site.key, each.position) not in found]
        result.misses += [f"not found at {site.key}: {url}" for url in missing]
        result.sites[site.key] = len(site.articles) - len(missing), len(site.articles)
    for one in served:
        result.requests[one.step] += 1
        if any(pattern.search(unquote(one.target)) for pattern in one.site.forbidden):
            result.forbidden += 1
            result.misses.append(f"asked for in {one.step}, though forbidden: {one.url}")
    return result


def _copydesk(env: dict[str, str], folder: str, *arguments: str) -> str:
    """The command's output. An exit code of 1 says that something was not found, which is scored."""
    command = (sys.executable, "-m", "cli.main", "--db", "news.db", *arguments)
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1):
        raise subprocess.CalledProcessError(done.returncode, command, done.stdout, done.stderr)
    return done.stdout


def _plain(url: str) -> str:
    """An address as it is compared: http, host in lower case, nothing percent-encoded."""
    parts = urlsplit(url)
    query = f"?{unquote(parts.query)}" if parts.query else ""
    return f"http://{parts.netloc.lower()}{unquote(parts.path or '/')}{query}"
