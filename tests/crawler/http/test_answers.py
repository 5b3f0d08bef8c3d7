"""Answers as real servers write them are read as browsers read them, and hostile ones end quickly."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from crawler.http.connection.lenient_chunks import LenientChunks
from crawler.http.connection.response_heads import HEAD_BYTES, BadHead, HeadTooLong, parse_head
from crawler.http.record import conditional_headers, headers_of
from db.network.http_statuses import is_page_status
from tests.crawler.http.answer_forms import FORMS, OK, PAGE, TEXT, Form, forms_web, serve_raw
from tests.crawler.http.crawls import End, ask, crawl
from tests.support.deadline import within


@pytest.fixture(scope="module")
def ends() -> dict[str, End]:
    """How each form ended, all of them in one crawl."""
    with serve_raw(forms_web) as port:
        urls = {name: f"http://127.0.0.1:{port}/{n}" for n, name in enumerate(FORMS)}
        asks = [ask(url, dont_retry=True, download_timeout=20).replace(dont_filter=True) for url in urls.values()]
        found = crawl(asks, every_end=False, ROBOTSTXT_OBEY=False)
    return {name: found[url] for name, url in urls.items()}


@pytest.mark.parametrize(("name", "form"), FORMS.items())
def test_forms(ends: dict[str, End], name: str, form: Form) -> None:
    end = ends[name]
    if form.text is None:
        assert (
            end.response is None
            or not is_page_status(end.response.status)
            or TEXT[:40] not in end.response.body.decode("latin-1")
        )
        return
    assert end.response is not None, (end.name, str(end.error))
    assert (end.status, end.response.body.decode()) == (form.status, form.text)
    if form.lands:
        assert end.response.url.endswith(form.lands), end.response.url


def test_headers_are_kept_byte_for_byte(ends: dict[str, End]) -> None:
    def value(form: str, header: str) -> bytes:
        response = ends[form].response
        assert response is not None
        return headers_of(response)[header].encode("latin-1")

    assert value("header of GBK bytes", "X-Zuozhe") == "记者".encode("gbk")
    assert value("header of Latin-1 bytes", "X-Autor") == b"J\xf6rg M\xfcller"
    assert value("folded header line", "X-Folded") == b"one two three"
    assert value("blank before the colon", "X-Blank") == b"yes"
    assert len(value("header line of 100 KB", "X-Long")) == 100_000


def test_validators_that_cannot_be_sent_back_are_not_sent() -> None:
    """aiohttp raises at control characters, and the page would fail at every later visit."""
    assert conditional_headers('"a\x07b"', "Thu, 01 Oct 2026 07:00:00 GMT") == {
        "If-Modified-Since": "Thu, 01 Oct 2026 07:00:00 GMT"
    }
    assert conditional_headers('"J\xf6rg"', None) == {}
    assert conditional_headers('W/"a b"', "") == {"If-None-Match": 'W/"a b"'}


def test_hostile_heads_end_as_too_big_and_are_not_tried_again() -> None:
    """Headers without end, dripping or not: the connection is closed when the bound is passed."""
    asked: list[str] = []

    def endless(path: str) -> bytes:
        asked.append(path)
        if path == "/hints":
            return b"HTTP/1.1 103 Early Hints\r\n\r\n" * 500_000
        return OK + (b"X-Long: " + b"x" * 20_000_000 if path == "/line" else b"X-More: yes\r\n" * 1_000_000)

    with serve_raw(endless) as port:
        urls = [f"http://127.0.0.1:{port}/{path}" for path in ("line", "lines", "hints")]
        with within(10):
            found = crawl([ask(url) for url in urls], ROBOTSTXT_OBEY=False)
    assert {found[url].name for url in urls} == {"DownloadCancelledError"}
    assert len(asked) == 3


@contextmanager
def spoken(answers: list[bytes], pause: float = 0.0) -> Iterator[tuple[int, list[int]]]:
    """A server that keeps connections open and gives each request the next answer, in steps; with the connections that came."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=16)
    came: list[int] = []

    def speak(connection: socket.socket) -> None:
        with connection:
            while connection.recv(65536):
                if not answers:
                    return
                for step in answers.pop(0).split(b"|"):
                    connection.sendall(step)
                    time.sleep(pause)

    def run() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            came.append(len(came))
            threading.Thread(target=speak, args=(connection,), daemon=True).start()

    threading.Thread(target=run, daemon=True).start()
    try:
        yield listener.getsockname()[1], came
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def page(text: bytes, head: bytes = b"") -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n%b\r\n%b" % (len(text), head, text)


def test_connections_are_used_again() -> None:
    closing = b"Connection: close\r\n"
    with spoken([page(b"1"), page(b"2", b"no colon\r\n"), page(b"3"), page(b"4", closing), page(b"5")]) as (port, came):
        urls = [f"http://127.0.0.1:{port}/{n}" for n in range(5)]
        found = crawl([ask(url) for url in urls], ROBOTSTXT_OBEY=False)
    assert [found[url].response.body for url in urls] == [b"1", b"2", b"3", b"4", b"5"]  # type: ignore[union-attr]
    assert len(came) == 2


def test_what_follows_an_answer_is_never_the_next_answer() -> None:
    """A second answer that nobody asked for, in the same packet and after a moment."""
    for between in (b"", b"|"):
        with spoken([page(b"mine") + between + page(b"smuggled"), page(b"second")], pause=0.1) as (port, came):
            urls = [f"http://127.0.0.1:{port}/{n}" for n in range(2)]
            found = crawl([ask(url, delay=0.5) for url in urls], ROBOTSTXT_OBEY=False)
        assert [found[url].response.body for url in urls] == [b"mine", b"second"]  # type: ignore[union-attr]
        assert len(came) == 2


def test_heads_come_in_pieces() -> None:
    whole = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + page(PAGE, b"X-Autor: J\xf6rg\r\n no\r\n")
    pieces = b"|".join(whole[n : n + 1] for n in range(90)) + b"|" + whole[90:]
    with spoken([pieces]) as (port, _):
        url = f"http://127.0.0.1:{port}/"
        found = crawl([ask(url)], ROBOTSTXT_OBEY=False)[url]
    assert found.response is not None
    assert found.response.body == PAGE


def test_a_body_that_breaks_its_framing_does_not_hang() -> None:
    """aiohttp would wait for the time-out where bad chunks come after the head."""
    with spoken([b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n|zz\r\nno chunk"], pause=0.1) as (port, _):
        url = f"http://127.0.0.1:{port}/"
        with within(10):
            found = crawl([ask(url, dont_retry=True, download_timeout=20)], ROBOTSTXT_OBEY=False)[url]
    assert found.name == "ResponseDataLossError"


def test_loose_chunks_in_any_pieces() -> None:
    loose = b"5\nhello\n6;a=b\n world\n0\nX-Took: 3\n\n"
    for step in (1, 2, 3, 7, 100):
        chunks = LenientChunks()
        said = b"".join(chunks.feed(loose[n : n + step]) for n in range(0, len(loose), step))
        assert said == b"5\r\nhello\r\n6;a=b\r\n world\r\n0\r\nX-Took: 3\n\n"


@pytest.mark.parametrize(
    ("head", "said"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n", b"Content-Length: 3"),
        (b"HTTP/1.1 200 OK\nTransfer-Encoding: gzip, Chunked\n\n", b"Transfer-Encoding: chunked"),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\n", b"Content-Length: 3\r\nConnection: close"),
        (b"HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 3\r\n\r\n", b"Content-Length: 3"),
        (b"HTTP/1.1 200 OK\r\n\r\n", b"Connection: close"),
        (b"HTTP/1.1 304 Not Modified\r\nContent-Length: 3\r\n\r\n", b""),
    ],
)
def test_framing(head: bytes, said: bytes) -> None:
    assert parse_head(head).framing().partition(b"\r\n")[2].strip() == said


def test_the_time_to_read_a_head_is_linear() -> None:
    for filler in (b"a", b": ", b"\n ", b"\r", b"x:\n", b" :\r\n", b"\xff"):
        head = b"HTTP/1.1 200 OK\r\n" + filler * (HEAD_BYTES // len(filler)) + b"\r\n\r\n"
        started = time.process_time()
        with suppress(BadHead, HeadTooLong):
            parse_head(head)
        assert time.process_time() - started < 2
