from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence

import pytest

from crawler.http.connection.guard import DnsCache, GuardedResolver, check_host, system_lookup
from crawler.http.connection.networks import parse_networks
from crawler.http.errors import AddressRefused
from tests.crawler.http.crawls import ask, crawl
from tests.crawler.http.web import LOOPBACK, Answer, Web
from tests.support.deadline import within

PUBLIC = "93.184.216.34"


@pytest.mark.parametrize("host", ["127.0.0.1", "0x7f.1", "2130706433", "[::1]", "localhost", "[64:ff9b::7f00:1]"])
def test_literal_hosts_are_refused(web: Web, host: str) -> None:
    url = web.url("/secret", host)
    ends = crawl([ask(url, allow=())])
    assert ends[url].name == "AddressRefused"
    assert "allow_networks" in str(ends[url].error)
    assert not web.arrivals


@pytest.mark.parametrize(
    "start",
    [
        "http://127。0。0。1:{port}/",
        "http://１２７.0.0.1:{port}/",
        "http://①②⑦.0.0.1:{port}/",
        "http://public.test@127.0.0.1:{port}/",
        "http://127.0.0.1:{port}\\@public.test/",
        "http://%31%32%37.0.0.1:{port}/",
        "http://127.0.0.1%2f.public.test:{port}/",
        "http://[::ffff:7f00:1]:{port}/",
        "http://0:{port}/",
        "http://127.0.0.1.:{port}/",
        "HTTP://LocalHost:{port}/",
    ],
)
@pytest.mark.parametrize("verbatim", [False, True])
def test_no_spelling_reaches_loopback(web: Web, start: str, verbatim: bool) -> None:
    """By whatever parser, the server must not hear of it."""

    async def lookup(host: str) -> Sequence[str]:
        return [PUBLIC] if host.endswith("public.test") else await system_lookup(host)

    request = ask(start.format(port=web.port), allow=(), dont_retry=True, download_timeout=1, verbatim_url=verbatim)
    ends = crawl([request], ROBOTSTXT_OBEY=False, COPYDESK_LOOKUP=lookup, COPYDESK_CONNECT_TIMEOUT=0.3)
    assert [end.status for end in ends.values()] == [None]
    assert not web.arrivals


def test_literal_host_is_let_in_by_its_source(web: Web) -> None:
    ends = crawl([ask(web.url("/page"))])
    assert ends[web.url("/page")].status == 200


def test_default_networks_from_settings(web: Web) -> None:
    from scrapy import Request

    ends = crawl([Request(web.url("/page"))], COPYDESK_ALLOW_NETWORKS=list(LOOPBACK))
    assert ends[web.url("/page")].status == 200


def test_name_that_leads_to_loopback_is_refused(web: Web) -> None:
    url = web.url("/secret", "news.test")
    end = crawl([ask(url, allow=())])[url]
    assert end.name == "AddressRefused"
    assert "news.test resolves to 127.0.0.1" in str(end.error)
    assert not web.arrivals


def test_one_private_answer_refuses_the_name(web: Web) -> None:
    async def lookup(host: str) -> Sequence[str]:
        return [PUBLIC, "10.0.0.7"]

    url = web.url("/", "news.test")
    end = crawl([ask(url, allow=())], COPYDESK_LOOKUP=lookup)[url]
    assert isinstance(end.error, AddressRefused)
    assert end.error.address == "10.0.0.7"


@pytest.mark.parametrize("target", ["http://10.0.0.7/x", "http://inside.test:{port}/x", "http://[::ffff:10.0.0.7]/x"])
def test_redirect_into_a_private_network_is_refused(web: Web, target: str) -> None:
    """The redirecting host stands for a public one: its network is allowed, the target's is not."""

    async def lookup(host: str) -> Sequence[str]:
        return ["127.0.0.1"] if host == "public.test" else ["10.0.0.7"]

    web.pages["/jump"] = Answer(status=302, headers={"Location": target.format(port=web.port)})
    url = web.url("/jump", "public.test")
    end = crawl([ask(url)], COPYDESK_LOOKUP=lookup)[url]
    assert end.name == "AddressRefused"
    assert web.paths() == ["/robots.txt", "/jump"]


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://public.test/x", "data:text/html,x", "gopher://a/"])
def test_redirect_to_another_scheme_is_not_followed(web: Web, target: str) -> None:
    web.pages["/jump"] = Answer(status=302, headers={"Location": target})
    url = web.url("/jump")
    assert crawl([ask(url)])[url].status == 302


def test_other_schemes_are_not_supported() -> None:
    ends = crawl([ask("file:///etc/passwd"), ask("ftp://a.test/"), ask("data:text/plain,x")])
    assert {end.name for end in ends.values()} == {"NotSupported"}


def test_an_answer_that_changes_after_the_check_is_judged_again(web: Web) -> None:
    """Rebinding: the first answer is harmless, the second private. Each connection is judged by what it connects to."""
    asked: list[str] = []

    async def lookup(host: str) -> Sequence[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["127.0.0.2"]

    async def twice() -> None:
        answers = DnsCache(lookup)
        resolver = GuardedResolver(answers, parse_networks(("127.0.0.1/32",)))
        first = await resolver.resolve("news.test", 80)
        assert [result["host"] for result in first] == ["127.0.0.1"]
        answers._known.clear()  # the answer's minute is over
        with pytest.raises(AddressRefused):
            await resolver.resolve("news.test", 80)

    asyncio.run(twice())


def test_pools_are_apart(web: Web) -> None:
    """A connection opened for a source that may reach loopback is not lent to one that may not."""
    open_url, closed_url = web.url("/open", "news.test"), web.url("/closed", "news.test")
    ends = crawl([ask(open_url), ask(closed_url, allow=())])
    assert ends[open_url].status == 200
    assert ends[closed_url].name == "AddressRefused"
    assert "/closed" not in web.paths()


def test_a_refused_host_is_refused_at_once(web: Web) -> None:
    """Its pages do not wait for the host's turn, a second each, to hear what the first one heard."""
    with within(4):
        ends = crawl([ask(web.url(f"/{n}", "inside.test"), allow=(), delay=1.0) for n in range(20)])
    assert {end.name for end in ends.values()} == {"AddressRefused"}


def test_lookups_are_shared_and_kept() -> None:
    asked: list[str] = []

    async def lookup(host: str) -> Sequence[str]:
        asked.append(host)
        await asyncio.sleep(0.01)
        return [PUBLIC]

    async def many() -> None:
        answers = DnsCache(lookup)
        await asyncio.gather(*(answers.resolve("a.test") for _ in range(50)))
        await answers.resolve("a.test")

    asyncio.run(many())
    assert asked == ["a.test"]


def test_system_lookup_reads_the_hosts_file() -> None:
    assert "127.0.0.1" in asyncio.run(_lookup("localhost"))


@pytest.mark.parametrize("host", ["nowhere.invalid", "x" * 70 + ".test"])
def test_unknown_name_is_an_os_error(host: str) -> None:
    with pytest.raises(OSError, match=r"not a host name|not known|resolution"):
        asyncio.run(_lookup(host))


async def _lookup(host: str) -> Sequence[str]:
    return await system_lookup(host)


def test_malformed_literal_is_refused() -> None:
    with pytest.raises(AddressRefused):
        check_host("[::1::2]", ())


def test_proxy_resolves_names_but_literals_stay_refused(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{web.port}")

    async def nothing(host: str) -> Sequence[str]:
        raise OSError(f"{host} was looked up, although the proxy does that")

    named, literal = "http://news.test/page", "http://10.0.0.7/page"
    ends = crawl([ask(named, allow=()), ask(literal, allow=())], COPYDESK_LOOKUP=nothing)
    assert ends[named].status == 200
    assert ends[literal].name == "AddressRefused"
    assert [a.path for a in web.arrivals if a.host == "news.test"] == ["/robots.txt", "/page"]


def test_redirect_out_of_the_proxy_is_judged(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{web.port}")
    monkeypatch.setenv("no_proxy", "inside.test")
    web.pages["news.test/jump"] = Answer(status=302, headers={"Location": web.url("/secret", "inside.test")})
    url = "http://news.test/jump"
    assert crawl([ask(url, allow=())])[url].name == "AddressRefused"
    assert "/secret" not in web.paths()


def test_no_proxy_hosts_are_judged(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{web.port}")
    monkeypatch.setenv("no_proxy", "inside.test")
    url = web.url("/secret", "inside.test")
    assert crawl([ask(url, allow=())])[url].name == "AddressRefused"
    assert os.environ["no_proxy"] == "inside.test"
