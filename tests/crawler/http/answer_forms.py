"""Answers as servers write them that HTTP does not allow, or that few parsers expect; and a server that sends the very bytes.

Each form says what is sent and what is read of it: the text, or `None` where there is no page. What browsers make of each:
`python -m bench.crawl.http_forms`.
"""

from __future__ import annotations

import gzip
import socket
import threading
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

TEXT = "<html><head><title>Ferry</title></head><body><p>The ferry sails at dawn.</p></body></html>"
PAGE = TEXT.encode()
SIZED = b"Content-Type: text/html; charset=utf-8\r\nContent-Length: %d\r\n" % len(PAGE)
CHUNKED = b"Content-Type: text/html\r\nTransfer-Encoding: chunked\r\n"
ONE_CHUNK = b"%x\r\n%b\r\n" % (len(PAGE), PAGE)
END = b"0\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """`sent`: the bytes, then the connection is closed. `text`: what is read, None: no page. `lands`: where a redirect leads."""

    sent: bytes
    text: str | None = TEXT
    status: int = 200
    lands: str | None = None


def _sized(head: bytes = b"", *, start: bytes = OK, body: bytes = PAGE) -> bytes:
    return (
        start + b"Content-Type: text/html; charset=utf-8\r\nContent-Length: %d\r\n" % len(body) + head + b"\r\n" + body
    )


def _packed(encoding: bytes, body: bytes) -> bytes:
    return _sized(b"Content-Encoding: " + encoding + b"\r\n", body=body)


def _deflate_raw(body: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(body) + packer.flush()


def _redirect(location: bytes | None, lands: str | None, status: bytes = b"302 Found") -> Form:
    line = b"" if location is None else b"Location: " + location + b"\r\n"
    sent = b"HTTP/1.1 " + status + b"\r\n" + line + b"Content-Length: 0\r\n\r\n"
    return Form(sent=sent, lands=lands, text=TEXT if lands else "", status=200 if lands else 302)


def _status(number: int, reason: bytes = b"", head: bytes = b"") -> Form:
    return Form(sent=_sized(head, start=b"HTTP/1.1 %d %b\r\n" % (number, reason)), status=number)


FORMS: Mapping[str, Form] = {
    # Heads: size
    "header line of 20 KB": Form(sent=_sized(b"Content-Security-Policy: " + b"default-src x; " * 1400 + b"\r\n")),
    "header line of 100 KB": Form(sent=_sized(b"X-Long: " + b"x" * 100_000 + b"\r\n")),
    "140 header lines": Form(sent=_sized(b"".join(b"X-H%d: %d\r\n" % (n, n) for n in range(140)))),
    "headers of 300 KB": Form(sent=_sized(b"".join(b"X-H%d: %b\r\n" % (n, b"x" * 1000) for n in range(300))), text=None),
    "10,000 header lines": Form(sent=_sized(b"X: y\r\n" * 10_000), text=None),
    # Heads: lines
    "header of Latin-1 bytes": Form(sent=_sized(b"X-Autor: J\xf6rg M\xfcller\r\n")),
    "header of GBK bytes": Form(sent=_sized("X-Zuozhe: 记者\r\n".encode("gbk"))),
    "header line without a colon": Form(sent=_sized(b"Served by the cache\r\n")),
    "empty header name": Form(sent=_sized(b": nothing\r\n")),
    "blank before the colon": Form(sent=_sized(b"X-Blank : yes\r\n")),
    "header name with a blank": Form(sent=_sized(b"X Blank: yes\r\n")),
    "header name of Chinese": Form(sent=_sized("作者: yes\r\n".encode())),
    "folded header line": Form(sent=_sized(b"X-Folded: one\r\n two\r\n\tthree\r\n")),
    "folded first line": Form(sent=OK + b" X-Folded: one\r\n" + SIZED + b"\r\n" + PAGE),
    "NUL in a header": Form(sent=_sized(b"X-Nul: a\x00b\r\n"), text=None),
    "control bytes in a header": Form(sent=_sized(b"X-Bell: a\x07b\x7f\r\n")),
    "lone CR in a header": Form(sent=_sized(b"X-Return: a\rb\r\n")),
    "bare LF": Form(sent=_sized().replace(b"\r\n", b"\n")),
    "bare LF here and there": Form(sent=OK + SIZED.replace(b"\r\n", b"\n") + b"\r\n" + PAGE),
    "two types, the second empty": Form(sent=_sized(b"Content-Type:\r\n")),
    "charset in quotes, twice": Form(
        sent=OK + b"Content-Type: text/html; charset='utf-8'; charset=utf-8;;\r\nContent-Length: %d\r\n\r\n" % len(PAGE) + PAGE
    ),
    "blank lines before": Form(sent=b"\r\n\r\n" + _sized()),
    # Status lines
    "no reason": Form(sent=_sized(start=b"HTTP/1.1 200\r\n")),
    "no reason, a blank": Form(sent=_sized(start=b"HTTP/1.1 200 \r\n")),
    "reason of GBK bytes": Form(sent=_sized(start="HTTP/1.1 200 成功\r\n".encode("gbk"))),
    "two blanks in the status line": Form(sent=_sized(start=b"HTTP/1.1  200  OK\r\n")),
    "lower case": Form(sent=_sized(start=b"http/1.1 200 ok\r\n")),
    "no version": Form(sent=_sized(start=b"HTTP 200 OK\r\n")),
    "HTTP/2.0 in words": Form(sent=_sized(start=b"HTTP/2.0 200 OK\r\n")),
    "HTTP/1.0 without a length": Form(sent=b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n" + PAGE),
    "HTTP/1.1 without a length": Form(sent=OK + b"Content-Type: text/html\r\n\r\n" + PAGE),
    "HTTP/1.0, keep-alive, without a length": Form(
        sent=b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Type: text/html\r\n\r\n" + PAGE
    ),
    "no headers": Form(sent=OK + b"\r\n" + PAGE),
    "early hints": Form(sent=b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n" + _sized()),
    "continue, unasked": Form(sent=b"HTTP/1.1 100 Continue\r\n\r\n" * 3 + _sized()),
    "early hints without end": Form(sent=b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n" * 20_000, text=None),
    "switching protocols, unasked": Form(sent=b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n" + PAGE, text=None),
    "no HTTP": Form(sent=b"SSH-2.0-OpenSSH_9.2\r\n", text=None),
    "a page alone": Form(sent=PAGE, text=None),
    "no end of the head": Form(sent=OK + SIZED, text=None),
    # Length
    "two equal lengths": Form(sent=_sized(b"Content-Length: %d\r\n" % len(PAGE))),
    "two equal lengths in one line": Form(sent=OK + b"Content-Length: %d, %d\r\n\r\n" % (len(PAGE), len(PAGE)) + PAGE),
    "two different lengths": Form(sent=_sized(b"Content-Length: 12\r\n"), text=None),
    "length is no number": Form(sent=OK + b"Content-Length: unknown\r\n\r\n" + PAGE),
    "length is negative": Form(sent=OK + b"Content-Length: -1\r\n\r\n" + PAGE),
    "length is empty": Form(sent=OK + b"Content-Length:\r\n\r\n" + PAGE),
    "length with a plus": Form(sent=OK + b"Content-Length: +%d\r\n\r\n" % len(PAGE) + PAGE),
    "length of 30 digits": Form(sent=OK + b"Content-Length: " + b"9" * 30 + b"\r\n\r\n" + PAGE),
    "length and chunks": Form(sent=OK + CHUNKED + b"Content-Length: 5\r\n\r\n" + ONE_CHUNK + END),
    "length too long, page whole": Form(sent=OK + b"Content-Length: %d\r\n\r\n" % (len(PAGE) + 7) + PAGE),
    "length too long, page cut": Form(sent=OK + b"Content-Length: %d\r\n\r\n" % len(PAGE) + PAGE[:50], text=None),
    "length too short": Form(sent=OK + b"Content-Length: %d\r\n\r\n" % len(PAGE) + PAGE + b"\n\n<!-- cached -->"),
    # Chunks
    "chunks": Form(sent=OK + CHUNKED + b"\r\n" + ONE_CHUNK + END),
    "chunks, HTTP/1.0": Form(sent=b"HTTP/1.0 200 OK\r\n" + CHUNKED + b"\r\n" + ONE_CHUNK + END),
    "chunks said, none sent": Form(sent=OK + CHUNKED + b"\r\n" + PAGE, text=None),
    "chunks said twice": Form(sent=OK + CHUNKED + b"Transfer-Encoding: chunked\r\n\r\n" + ONE_CHUNK + END),
    "chunks with an extension": Form(sent=OK + CHUNKED + b"\r\n" + ONE_CHUNK.replace(b"\r", b";a=b\r", 1) + END),
    "chunk size with blanks": Form(sent=OK + CHUNKED + b"\r\n" + ONE_CHUNK.replace(b"\r", b"  \r", 1) + END),
    "chunks with bare LF": Form(sent=OK + CHUNKED + b"\r\n" + (ONE_CHUNK + END).replace(b"\r\n", b"\n")),
    "chunks with bare LF, two of them": Form(
        sent=OK + CHUNKED + b"\n" + b"32\n" + PAGE[:50] + b"\n%x;a=b\n" % (len(PAGE) - 50) + PAGE[50:] + b"\n0\nX-Took: 3\n\n"
    ),
    "chunks without the last, page whole": Form(sent=OK + CHUNKED + b"\r\n" + ONE_CHUNK),
    "chunks without the last line": Form(sent=OK + CHUNKED + b"\r\n" + ONE_CHUNK + b"0\r\n"),
    "chunks without the last, page cut": Form(sent=OK + CHUNKED + b"\r\n32\r\n" + PAGE[:50] + b"\r\n", text=None),
    "chunks with a trailer": Form(sent=OK + CHUNKED + b"\r\n" + ONE_CHUNK + b"0\r\nX-Took: 3\r\n\r\n"),
    "transfer encoding identity": Form(sent=_sized(b"Transfer-Encoding: identity\r\n")),
    "transfer encoding unknown": Form(sent=_sized(b"Transfer-Encoding: magic\r\n")),
    # Content-Encoding
    "gzip": Form(sent=_packed(b"gzip", gzip.compress(PAGE))),
    "gzip said, plain": Form(sent=_packed(b"gzip", PAGE)),
    "br said, plain": Form(sent=_packed(b"br", PAGE)),
    "deflate said, plain": Form(sent=_packed(b"deflate", PAGE)),
    "zstd said, plain": Form(sent=_packed(b"zstd", PAGE)),
    "gzip said, deflate": Form(sent=_packed(b"gzip", zlib.compress(PAGE))),
    "deflate": Form(sent=_packed(b"deflate", zlib.compress(PAGE))),
    "deflate, raw": Form(sent=_packed(b"deflate", _deflate_raw(PAGE))),
    "gzip twice, said twice": Form(sent=_packed(b"gzip, gzip", gzip.compress(gzip.compress(PAGE)))),
    "gzip twice, said once": Form(sent=_packed(b"gzip", gzip.compress(gzip.compress(PAGE))), text=None),
    "gzip once, said twice": Form(sent=_packed(b"gzip, gzip", gzip.compress(PAGE))),
    "gzip with bytes behind": Form(sent=_packed(b"gzip", gzip.compress(PAGE) + b"\x00" * 9)),
    "gzip of nothing": Form(sent=_packed(b"gzip", b""), text=""),
    "gzip broken off": Form(sent=_packed(b"gzip", gzip.compress(PAGE)[:40]), text=None),
    "gzip without its checksum": Form(sent=_packed(b"gzip", gzip.compress(PAGE)[:-8])),
    "gzip with a wrong checksum": Form(sent=_packed(b"gzip", gzip.compress(PAGE)[:-8] + b"\x00" * 8)),
    "x-gzip": Form(sent=_packed(b"x-gzip", gzip.compress(PAGE))),
    "gzip, chunks without the last": Form(
        sent=OK + CHUNKED + b"Content-Encoding: gzip\r\n\r\n%x\r\n" % len(gzip.compress(PAGE)) + gzip.compress(PAGE) + b"\r\n"
    ),
    "encoding utf-8": Form(sent=_packed(b"utf-8", PAGE)),
    "encoding none": Form(sent=_packed(b"none", PAGE)),
    "encoding of GBK bytes": Form(sent=_packed("编码".encode("gbk"), PAGE)),
    # Statuses
    "status 201": _status(201, b"Created"),
    "status 202": Form(sent=_sized(start=b"HTTP/1.1 202 Accepted\r\n"), text=None, status=202),
    "status 203": _status(203, b"Non-Authoritative Information"),
    "status 204": Form(sent=b"HTTP/1.1 204 No Content\r\n\r\n", text=None, status=204),
    "status 204 with a body": Form(sent=_sized(start=b"HTTP/1.1 204 No Content\r\n"), text=None, status=204),
    "status 206, all of it": _status(206, b"Partial", b"Content-Range: bytes 0-%d/%d\r\n" % (len(PAGE) - 1, len(PAGE))),
    "status 206, a part": Form(
        sent=_sized(b"Content-Range: bytes 0-9/%d\r\n" % len(PAGE), start=b"HTTP/1.1 206 Partial\r\n", body=PAGE[:10]),
        text=None,
        status=206,
    ),
    "status 226": _status(226, b"IM Used"),
    "status 299": _status(299, b"Fine"),
    "status 999": Form(sent=_sized(start=b"HTTP/1.1 999 Request denied\r\n"), text=None, status=999),
    "status of four digits": Form(sent=_sized(start=b"HTTP/1.1 2000 OK\r\n"), text=None),
    # Location
    "location relative": _redirect(b"landed", "/landed"),
    "location with blanks": _redirect(b"/landed?a b", "/landed?a%20b"),
    "location with blanks around": _redirect(b"  /landed  ", "/landed"),
    "location of UTF-8": _redirect("/landed?北".encode(), "/landed?%E5%8C%97"),
    "location of GBK": _redirect("/landed?北".encode("gbk"), "/landed?%B1%B1"),
    "location of Latin-1": _redirect(b"/landed?M\xfcller", "/landed?M%FCller"),
    "location twice, the same": _redirect(b"/landed\r\nLocation: /landed", "/landed"),
    "location missing": _redirect(None, None),
    "location empty": _redirect(b"", None),
    "location with a bad port": _redirect(b"http://127.0.0.1:port/", None),
    "location with a bad host": _redirect(b"http://[::1/", None),
    "location, status 308": _redirect(b"/landed", "/landed", b"308 Permanent Redirect"),
}  # fmt: skip


@contextmanager
def serve_raw(answer: Callable[[str], bytes | None]) -> Iterator[int]:
    """A server on loopback that sends the bytes which `answer` gives for a path, and closes; its port. None: it says 404."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)

    def speak(connection: socket.socket) -> None:
        with connection:
            connection.settimeout(5)
            asked = b""
            try:
                while b"\r\n\r\n" not in asked:
                    if not (more := connection.recv(65536)):
                        return
                    asked += more
                path = asked.split(b" ", 2)[1].decode("latin-1")
                connection.sendall(answer(path) or b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
                connection.shutdown(socket.SHUT_WR)
                while connection.recv(65536):
                    pass
            except OSError:
                pass  # the other side hung up

    def run() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=speak, args=(connection,), daemon=True).start()

    threading.Thread(target=run, daemon=True).start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def forms_web(path: str) -> bytes | None:
    """What is answered for `/N`, N a number of a form; and for where redirects land."""
    if path.partition("?")[0] == "/landed":
        return _sized()
    number = path.strip("/")
    return list(FORMS.values())[int(number)].sent if number.isdecimal() and int(number) < len(FORMS) else None
