from __future__ import annotations

import gc
import gzip
import logging
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import brotli
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from scrapy import Request

from crawler.http.record import describe_failure
from crawler.http.services import FetchServices
from tests.crawler.http.crawls import ask, crawl
from tests.crawler.http.web import LOOPBACK, Answer, Web
from tests.support.deadline import Stopwatch, within

LIMIT = 10_000
CLOSING = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"


def test_bodies_are_bounded(web: Web, caplog: pytest.LogCaptureFixture) -> None:
    web.pages["/big"] = Answer(b"x" * (LIMIT + 1))
    web.pages["/fits"] = Answer(b"x" * LIMIT)
    ends = crawl([ask(web.url("/big")), ask(web.url("/fits"))], DOWNLOAD_MAXSIZE=LIMIT)
    assert ends[web.url("/big")].name == "DownloadCancelledError"
    assert ends[web.url("/fits")].status == 200
    assert web.paths().count("/big") == 1
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]  # its outcome says it


@pytest.mark.parametrize(("encoding", "pack"), [("gzip", gzip.compress), ("br", brotli.compress)])
def test_bombs_are_bounded(web: Web, encoding: str, pack: Any) -> None:
    web.pages["/bomb"] = Answer(pack(b"x" * 50 * LIMIT), headers={"Content-Encoding": encoding})
    end = crawl([ask(web.url("/bomb"))], DOWNLOAD_MAXSIZE=LIMIT)[web.url("/bomb")]
    assert end.name == "DownloadCancelledError"
    assert "DOWNLOAD_MAXSIZE" in str(end.error)


@pytest.mark.parametrize("encoding", ["gzip", "br", "zstd"])
def test_encodings_are_unpacked(web: Web, encoding: str) -> None:
    from backports import zstd

    pack: Any = {"gzip": gzip.compress, "br": brotli.compress, "zstd": zstd.compress}[encoding]
    web.pages["/a"] = Answer(pack("报道".encode()), headers={"Content-Encoding": encoding})
    end = crawl([ask(web.url("/a"))])[web.url("/a")]
    assert end.response is not None
    assert end.response.body.decode() == "报道"
    assert encoding in web.arrivals[-1].headers["Accept-Encoding"]


def test_whole_request_times_out(web: Web) -> None:
    web.pages["/a"] = Answer(seconds=1.0)
    end = crawl([ask(web.url("/a"), download_timeout=0.2, dont_retry=True)])[web.url("/a")]
    assert end.name == "DownloadTimeoutError"
    assert "0.2 s" in str(end.error)


def test_dripping_body_times_out() -> None:
    """Bytes that keep coming, one at a time, do not extend the time-out."""
    with _raw_server(_drip) as port:
        url = f"http://127.0.0.1:{port}/a"
        end = crawl([ask(url, download_timeout=0.3, dont_retry=True)], ROBOTSTXT_OBEY=False)[url]
    assert end.name == "DownloadTimeoutError"


def test_connecting_has_its_own_time_out() -> None:
    """A host that takes no connections is given up sooner than one that answers slowly."""
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        port = full.getsockname()[1]
        fillers = [socket.socket() for _ in range(4)]
        try:
            for filler in fillers:
                filler.setblocking(False)
                filler.connect_ex(("127.0.0.1", port))
            url = f"http://127.0.0.1:{port}/a"
            with within(3):
                end = crawl([ask(url, dont_retry=True)], ROBOTSTXT_OBEY=False, COPYDESK_CONNECT_TIMEOUT=0.3)[url]
        finally:
            for filler in fillers:
                filler.close()
    assert end.name == "DownloadTimeoutError"
    assert "did not accept a connection" in str(end.error)


def test_what_is_no_http_is_an_error() -> None:
    with _raw_server(lambda connection: connection.sendall(b"\x00\x01 not http\r\n\r\n")) as port:
        url = f"http://127.0.0.1:{port}/a"
        end = crawl([ask(url, dont_retry=True)], ROBOTSTXT_OBEY=False)[url]
    assert end.name == "DownloadFailedError"


def test_certificates_are_checked(tmp_path: Path) -> None:
    with _tls_server(tmp_path) as port:
        url = f"https://news.test:{port}/a"
        refused = crawl([ask(url)], ROBOTSTXT_OBEY=False)[url]
        accepted = crawl([ask(url)], ROBOTSTXT_OBEY=False, DOWNLOAD_VERIFY_CERTIFICATES=False)[url]
    assert refused.name == "CertificateRefused"
    assert "news.test" in str(refused.error)
    assert accepted.status == 200


def test_tls_through_a_proxy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The answer to CONNECT is a head without a body, and the connection goes on behind it."""
    with _tls_server(tmp_path) as port, _connecting_proxy(port) as proxy:
        monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{proxy}")
        url = "https://news.test/a"
        end = crawl([ask(url)], ROBOTSTXT_OBEY=False, DOWNLOAD_VERIFY_CERTIFICATES=False)[url]
    assert end.response is not None, str(end.error)
    assert end.response.body == b"ok"


@pytest.mark.parametrize("obeys", [False, True])
def test_a_proxy_that_wants_a_password_is_no_fault_of_the_host(monkeypatch: pytest.MonkeyPatch, obeys: bool) -> None:
    """Asked for a page, for robots.txt, or with CONNECT, which aiohttp answers with an error of its own."""

    def behave(asking: socket.socket) -> None:
        asking.sendall(
            b"HTTP/1.1 407 Login\r\nProxy-Authenticate: Basic\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        )

    pages = ["http://news.test/page", "https://news.test/page"]
    with _raw_server(behave) as proxy:
        for scheme in ("http", "https"):
            monkeypatch.setenv(f"{scheme}_proxy", f"http://127.0.0.1:{proxy}")
        ends = crawl([ask(page) for page in pages], ROBOTSTXT_OBEY=obeys, RETRY_ENABLED=False)
    for page in pages:
        error = ends[page].error
        assert error is not None
        assert ends[page].name == ("RobotsUnavailable" if obeys else "ProxyLogin")
        assert "the proxy wants a user name and a password (407)" in describe_failure(error)


def test_tls_connections_end_though_the_server_keeps_them(tmp_path: Path) -> None:
    """The server says that it closes, and does not: nothing waits for its farewell, and no socket outlives the crawl."""
    over = threading.Event()

    def behave(spoken: socket.socket) -> None:
        spoken.sendall(CLOSING)
        over.wait()

    try:
        with _tls_server(tmp_path, behave) as port:
            url = f"https://news.test:{port}/a"
            end = crawl([ask(url)], ROBOTSTXT_OBEY=False, DOWNLOAD_VERIFY_CERTIFICATES=False)[url]
    finally:
        over.set()
    assert end.status == 200
    gc.collect()  # a socket that was left open warns here, and not in some later test


@contextmanager
def _connecting_proxy(port: int) -> Iterator[int]:
    """A proxy that leads every CONNECT to one port of this machine."""

    def behave(asking: socket.socket) -> None:
        asking.sendall(b"HTTP/1.0 200 Connection established\r\nVia: 1.0 J\xf6rg\r\nno colon\r\n\r\n")
        with socket.create_connection(("127.0.0.1", port)) as asked:
            there = threading.Thread(target=_pass_on, args=(asking, asked), daemon=True)
            there.start()
            _pass_on(asked, asking)

    with _raw_server(behave) as proxy:
        yield proxy


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)


def test_headers_sent(web: Web) -> None:
    web.pages["/a"] = Answer(headers={"Set-Cookie": "id=1"})
    crawl([ask(web.url("/a")), ask(web.url("/b"))], COPYDESK_CONTACT="https://desk.example.test/bot")
    sent = web.arrivals[-1].headers
    assert sent["User-Agent"] == "Copydesk/0.1 (news crawler; https://desk.example.test/bot)"
    assert "Cookie" not in sent
    assert "Referer" not in sent
    assert "Accept-Language" not in sent


def test_own_headers_stay(web: Web) -> None:
    crawl([ask(web.url("/a")).replace(headers={"If-None-Match": '"x"', "accept": "application/json"})])
    sent = web.arrivals[-1].headers
    assert sent["If-None-Match"] == '"x"'
    assert sent["Accept"] == "application/json"


def test_redirects_are_followed_and_keep_both_addresses(web: Web) -> None:
    web.pages["/old"] = Answer(status=301, headers={"Location": "/new"})
    end = crawl([ask(web.url("/old"))])[web.url("/old")]
    assert end.response is not None
    assert end.response.url == web.url("/new")
    assert end.response.meta["redirect_urls"] == [web.url("/old")]


def test_circles_have_an_end(web: Web) -> None:
    web.pages["/round"] = Answer(status=302, headers={"Location": "/round"})
    end = crawl([ask(web.url("/round")).replace(dont_filter=True)])[web.url("/round")]
    assert end.name == "TooManyRedirects"
    assert "after 2 hops" in str(end.error)


def test_long_chains_have_an_end(web: Web) -> None:
    for number in range(12):
        web.pages[f"/{number}"] = Answer(status=302, headers={"Location": f"/{number + 1}"})
    end = crawl([ask(web.url("/0"))])[web.url("/0")]
    assert end.name == "TooManyRedirects"
    assert "after 10 hops" in str(end.error)


def test_redirects_to_what_was_asked_for_are_named(web: Web) -> None:
    """Scrapy's filter drops them in silence: such a link would never have an outcome."""
    for path in ("/one", "/two", "/round"):
        web.pages[path] = Answer(status=301, headers={"Location": "/round" if path == "/round" else "/page"})
    ends = crawl([ask(web.url(path)) for path in ("/one", "/two", "/round")])
    assert ends[web.url("/one")].status == 200
    assert ends[web.url("/two")].name == ends[web.url("/round")].name == "AlreadyAsked"
    assert ends[web.url("/two")].error.url == web.url("/page")  # type: ignore[union-attr]
    assert web.paths().count("/page") == web.paths().count("/round") == 1


def test_addresses_are_sent_as_they_are(web: Web) -> None:
    path = "/a%2Fb/%E4%B8%AD?q=%7E&x=a+b"
    crawl([ask(web.url(path))])
    assert web.paths()[-1] == path


@pytest.mark.parametrize(
    ("published", "sent"),
    [("/中 文?q=é", "/%E4%B8%AD%20%E6%96%87?q=%C3%A9"), ("/a\r\nX-Evil: 1", "/aX-Evil:%201"), ("/a/../b#c", "/a/../b")],
)
def test_verbatim_addresses_cannot_break_the_request(web: Web, published: str, sent: str) -> None:
    url = web.url(published)
    crawl([Request(url, meta={"slot_delay": 0, "allow_networks": LOOPBACK, "verbatim_url": True})], every_end=False)
    assert web.paths()[-1] == sent


def test_a_stop_does_not_wait_for_slow_hosts(web: Web) -> None:
    """What waits fails at once, what is in flight has a few seconds: the promise is five."""
    web.pages["/slow"] = Answer(seconds=60.0)
    asks = [ask(web.url("/slow", "slow.test"))]
    asks += [ask(web.url(f"/{n}", "paced.test"), delay=60.0) for n in range(3)]
    stopped: list[Stopwatch] = []

    def stop_soon(record: Any, milliseconds: int, url: str) -> None:
        if "paced" in url:
            threading.Timer(0.2, stop).start()

    def stop() -> None:
        stopped.append(Stopwatch())
        spider = running[0]
        loop.call_soon_threadsafe(lambda: asyncio.ensure_future(spider.crawler.stop_async()))

    import asyncio

    running: list[Any] = []
    loop: Any = None

    def opened(self: Any) -> None:
        nonlocal loop
        loop = asyncio.get_running_loop()
        running.append(self)

    ends = crawl(asks, FetchServices(record_robots=stop_soon), on_start=opened, every_end=False)
    stopped[0].check(5)
    assert ends[web.url("/slow", "slow.test")].name == "Stopping"


def test_many_crawls_in_one_process(web: Web) -> None:
    for n in range(3):
        assert crawl([ask(web.url(f"/{n}"))])[web.url(f"/{n}")].status == 200


def _drip(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 1000\r\n\r\n")
    for _ in range(40):
        connection.sendall(b"x")
        time.sleep(0.05)


@contextmanager
def _raw_server(behave: Any, context: ssl.SSLContext | None = None) -> Iterator[int]:
    listener = socket.create_server(("127.0.0.1", 0))

    def run() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            try:
                with context.wrap_socket(connection, server_side=True) if context else connection as spoken:
                    spoken.recv(65536)
                    behave(spoken)
            except OSError:
                pass

    threading.Thread(target=run, daemon=True).start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


@contextmanager
def _tls_server(folder: Path, behave: Callable[[socket.socket], None] | None = None) -> Iterator[int]:
    """A server with a certificate that nobody signed. By default it answers and closes."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "news.test")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(now).not_valid_after(now + timedelta(days=1))
    certificate = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName("news.test")]), False)
    signed = certificate.sign(key, hashes.SHA256())
    pem = folder / "server.pem"
    pem.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + signed.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    with _raw_server(behave or (lambda spoken: spoken.sendall(CLOSING)), context) as port:
        yield port
