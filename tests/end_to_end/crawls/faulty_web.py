"""A web of sites that each have one fault, on loopback: every site at an address of its own (127.0.1.1, 127.0.1.2, ...), one port.

A site is sound until `break_all` is called. Its pages are functions of whether it is broken, so that each source has a past.
"""

from __future__ import annotations

import selectors
import socket
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler
from ipaddress import ip_address
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

NOW = datetime.now(UTC)
NETWORK = "127.0.0.0/8"
_TEXT = (
    "harbour council bridge winter ferry school market budget library engine storm garden museum railway hospital teacher"
    " lantern orchard quarry festival reservoir mayor baker tunnel carpenter archive"
)
_WORDS = _TEXT.split()


@dataclass
class Reply:
    """What a site sends."""

    body: str = ""
    status: int = 200
    kind: str = "text/html; charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0


Pages = Callable[[str], Reply | None]
"""What a site sends for a path; None: 404."""


@dataclass
class Site:
    """A site: what it sends while it is sound, and once it is broken."""

    sound: Pages
    broken: Pages
    context: ssl.SSLContext | None = None


class FaultyWeb:
    """The running web; a context manager. `asked`: host, path and time of every request since the last `break_all`."""

    def __init__(self) -> None:
        self.sites: dict[str, Site] = {}
        self.asked: list[tuple[str, str, float]] = []
        self.is_broken = False
        self._selector = selectors.DefaultSelector()
        self._sockets: list[socket.socket] = []
        self._stopped = threading.Event()
        self.port = 0

    def __enter__(self) -> Self:
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stopped.set()
        for listener in self._sockets:
            listener.close()

    def add(self, site: Site) -> str:
        """Serve a site; its address."""
        host = f"127.0.1.{len(self.sites) + 1}"
        listener = socket.create_server((host, self.port), backlog=64)
        self.port = listener.getsockname()[1]
        self.sites[host] = site
        self._sockets.append(listener)
        self._selector.register(listener, selectors.EVENT_READ)
        return f"{'https' if site.context else 'http'}://{host}:{self.port}/"

    def break_all(self) -> None:
        """Every site has its fault from now on."""
        self.is_broken = True
        self.asked.clear()

    def _serve(self) -> None:
        while not self._stopped.is_set():
            for key, _ in self._selector.select(0.1):
                try:
                    connection, address = key.fileobj.accept()  # type: ignore[union-attr]
                except OSError:
                    continue
                threading.Thread(target=self._speak, args=(connection, address), daemon=True).start()

    def _speak(self, connection: socket.socket, address: Any) -> None:
        site = self.sites[connection.getsockname()[0]]
        try:
            with connection:
                if not site.context:
                    _Handler(connection, address, self)  # type: ignore[arg-type]
                    return
                connection.getpeername()  # wrapping leaves it open where the client has hung up, as on a busy machine
                with site.context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False) as spoken:
                    spoken.do_handshake()
                    _Handler(spoken, address, self)  # type: ignore[arg-type]
        except OSError:
            pass  # the crawler hung up


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1

    def do_GET(self) -> None:
        web: FaultyWeb = self.server  # type: ignore[assignment]
        host = self.headers.get("Host", "").rpartition(":")[0]
        web.asked.append((host, self.path, time.monotonic()))
        site = web.sites[host]
        reply = (site.broken if web.is_broken else site.sound)(self.path) or Reply("<h1>Not found</h1>", status=404)
        if reply.seconds:
            web._stopped.wait(reply.seconds)
        body = reply.body.encode()
        self.send_response_only(reply.status)
        for name, value in {
            "Content-Type": reply.kind,
            "Date": format_datetime(datetime.now(UTC)),
            **reply.headers,
        }.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        pass


def article(number: int, *, bare: bool = False) -> Reply:
    """An article like no other. `bare`: in a markup without author and time."""
    words = [_WORDS[(number * 7 + step * (number % 5 + 3)) % len(_WORDS)] for step in range(60)]
    text = "".join(
        f"<p>The {words[at]} of {words[at + 1]} number {number} was discussed by the {words[at + 2]} and the {words[at + 3]}"
        f" on the {at + number}th evening, when the {words[at + 4]} had been opened to visitors from the whole district.</p>"
        for at in range(0, 40, 5)
    )
    title = f"The {words[0]} and the {words[9]} of district {number} are opened again"
    at = (NOW - timedelta(minutes=number)).isoformat(timespec="seconds")
    credit = f'<p class="byline">By <span class="author">Maren Whitlock</span></p><time datetime="{at}">{at}</time>'
    meta = f'<meta property="article:published_time" content="{at}"><meta name="author" content="Maren Whitlock">'
    return Reply(
        f'<!DOCTYPE html><html lang="en"><head><title>{title}</title>{"" if bare else meta}</head><body><article>'
        f"<h1>{title}</h1>{'' if bare else credit}<div class='text'>{text}</div></article></body></html>"
    )


def feed(paths: list[str], *, dated: bool = True, at: datetime = NOW, host: str = "") -> Reply:
    """A feed of these paths, the first the newest."""
    items = "".join(
        f"<item><title>Item {path}</title><link>{host}{path}</link>"
        + (f"<pubDate>{format_datetime(at - timedelta(minutes=number))}</pubDate>" if dated else "")
        + "</item>"
        for number, path in enumerate(paths)
    )
    return Reply(
        f'<?xml version="1.0"?><rss version="2.0"><channel><title>News</title>{items}</channel></rss>',
        kind="application/rss+xml",
    )


def front_page(paths: list[str]) -> Reply:
    """A front page with these articles."""
    links = "".join(f'<h2><a href="{path}">The harbour and its ferry are opened again today</a></h2>' for path in paths)
    return Reply(f"<html><head><title>News</title></head><body><main>{links}</main></body></html>")


def sitemap(paths: list[str]) -> Reply:
    """A sitemap of these paths."""
    places = "".join(f"<url><loc>{path}</loc></url>" for path in paths)
    return Reply(
        f'<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{places}</urlset>',
        kind="application/xml",
    )


def stories(first: int, count: int) -> list[str]:
    """Paths of articles by number."""
    return [f"/story/{number}-the-harbour-opens-again.html" for number in range(first, first + count)]


def newspaper(
    listed: list[str],
    at: str = "/feed.xml",
    page: Callable[[int], Reply] = article,
    robots: Reply | None = None,
    **others: Reply | None,
) -> Pages:
    """A sound site: a feed at `at` and its articles. `others`: replies by path, without its slash; `feed` is the one at `at`."""

    def pages(path: str) -> Reply | None:
        if robots and path == "/robots.txt":
            return robots
        name = "feed" if path == at else path.strip("/")
        if name in others:
            return others[name]
        if path == at:
            return feed(listed)
        if path.startswith("/story/"):
            return page(int(path.removeprefix("/story/").partition("-")[0]))
        return None

    return pages


def tls_context(folder: Path, name: str, *, host: str, expired: bool = False) -> ssl.SSLContext:
    """A server's certificate for a host, signed by an authority whose certificate is `folder/ca.pem`."""
    key, authority = ec.generate_private_key(ec.SECP256R1()), folder / "ca.pem"
    if not authority.exists():
        ca_key = ec.generate_private_key(ec.SECP256R1())
        signed = _certificate("Test authority", ca_key, ca_key, "Test authority", NOW + timedelta(days=1), None)
        authority.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
        (folder / "ca.key").write_bytes(_pem(ca_key))
    loaded = serialization.load_pem_private_key((folder / "ca.key").read_bytes(), None)
    until = NOW - timedelta(days=2) if expired else NOW + timedelta(days=1)
    leaf = _certificate(name, key, loaded, "Test authority", until, host)
    pem = folder / f"{name}.pem"
    pem.write_bytes(_pem(key) + leaf.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return context


def _pem(key: Any) -> bytes:
    data: bytes = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return data


def _certificate(name: str, key: Any, signer: Any, issuer: str, until: datetime, host: str | None) -> x509.Certificate:
    def named(text: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

    builder = (
        x509.CertificateBuilder().subject_name(named(name)).issuer_name(named(issuer)).public_key(key.public_key())
    )
    builder = builder.serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(NOW - timedelta(days=9)).not_valid_after(until)
    builder = builder.add_extension(x509.BasicConstraints(ca=host is None, path_length=None), critical=True)
    if host is not None:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(host))]), critical=False)
    return builder.sign(signer, hashes.SHA256())
