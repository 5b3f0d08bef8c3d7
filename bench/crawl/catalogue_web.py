"""Adds outlets of the catalogue in one command on a replayed web, and counts what became of them.

python -m bench.crawl.catalogue_web NEWSWEB.py CORPUS [--outlets 100]

NEWSWEB.py is a forward proxy that replays a corpus of pages as sites of their own hosts, over http alone; the catalogue's
addresses are https. So a proxy stands between: it accepts CONNECT for any host, answers TLS with a certificate of an authority
of its own that the command trusts through SSL_CERT_FILE, and passes requests on as http. First come the outlets whose home
page's host is replayed, then others, whose hosts that web does not know.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from db.catalogue.loader import CatalogueEntry, load_catalogue
from db.connection.database import open_readonly
from db.store.sites.listings import listing_states
from db.store.sites.sources import all_sources


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("newsweb", type=Path)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--outlets", type=int, default=100)
    options = parser.parse_args()
    port = _free_port()
    program = [sys.executable, str(options.newsweb), str(options.corpus), "--port", str(port)]
    with tempfile.TemporaryDirectory() as folder, subprocess.Popen(program, stdout=subprocess.PIPE, text=True) as web:
        try:
            assert web.stdout is not None
            web.stdout.readline()  # it listens
            run(Path(folder), port, _replayed_hosts(options.corpus), options.outlets)
        finally:
            web.terminate()


def run(folder: Path, port: int, replayed: set[str], number: int) -> None:
    """Add the outlets, and print what became of them."""
    chosen = _chosen(replayed, number)
    hosts = sorted(
        {urlsplit(url).hostname or "" for one in chosen for url in (one.home, *(e.url for e in one.listings))}
    )
    context, trusted = _certificates(folder, hosts)
    proxy = TlsProxy(context, port)
    env = {
        **os.environ,
        "http_proxy": f"http://127.0.0.1:{port}",
        "https_proxy": proxy.url,
        "SSL_CERT_FILE": str(trusted),
    }
    env.pop("no_proxy", None)
    (folder / "copydesk.toml").write_text('delay = "50ms"\nretries = 0\nmax_crawl_delay = "50ms"\n', encoding="utf-8")
    command = [sys.executable, "-m", "cli.main", "sources", "add", "--from-catalogue", *(one.host for one in chosen)]
    began = time.monotonic()
    subprocess.run(
        command, cwd=folder, env=env | {"PYTHONPATH": str(Path.cwd())}, stdout=subprocess.DEVNULL, check=False
    )
    seconds = time.monotonic() - began
    conn = open_readonly(folder / "news.db")
    matching = {one.home for one in chosen if urlsplit(one.home).hostname in replayed}
    results: Counter[str] = Counter()
    for source in all_sources(conn):
        works = any(state.works for state in listing_states(conn, source.id))
        results[f"{'replayed' if source.url in matching else 'not replayed'}, {'works' if works else 'does not'}"] += 1
    conn.close()
    print(
        json.dumps({"outlets": len(chosen), "seconds": round(seconds, 1), "sources": sum(results.values()), **results})
    )


def _replayed_hosts(corpus: Path) -> set[str]:
    lines = (corpus / "gold.jsonl").read_text(encoding="utf-8").splitlines()
    return {(urlsplit(json.loads(line).get("url") or "").hostname or "").lower() for line in lines} - {""}


def _chosen(replayed: set[str], number: int) -> list[CatalogueEntry]:
    entries = sorted(load_catalogue(), key=lambda one: urlsplit(one.home).hostname not in replayed)
    return entries[:number]


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _certificates(folder: Path, hosts: list[str]) -> tuple[ssl.SSLContext, Path]:
    """A server's context with one certificate for all hosts, and the file of the authority that has signed it."""
    now = datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Replayed web")])
    authority, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    base = x509.CertificateBuilder().issuer_name(name).not_valid_before(now - timedelta(days=1))
    base = base.not_valid_after(now + timedelta(days=2))
    root = (
        base.subject_name(name)
        .public_key(authority.public_key())
        .serial_number(x509.random_serial_number())
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(authority, hashes.SHA256())
    )
    leaf = (
        base.subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "hosts")]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host) for host in hosts]), critical=False)
        .sign(authority, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (folder / "root.pem").write_bytes(root.public_bytes(pem))
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "leaf.pem").write_bytes(private + leaf.public_bytes(pem))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "leaf.pem")
    return context, folder / "root.pem"


class TlsProxy:
    """A proxy on loopback that ends TLS, and passes requests on to an http proxy. On a thread of its own."""

    def __init__(self, context: ssl.SSLContext, port: int) -> None:
        self._context, self._port = context, port
        self._loop = asyncio.new_event_loop()
        Thread(target=self._loop.run_forever, daemon=True).start()
        server = asyncio.run_coroutine_threadsafe(
            asyncio.start_server(self._serve, "127.0.0.1", 0), self._loop
        ).result()
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            host = (await reader.readuntil(b"\r\n\r\n")).split()[1].decode().partition(":")[0]
            writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
            await writer.drain()
            await writer.start_tls(self._context)
            web_reader, web_writer = await asyncio.open_connection("127.0.0.1", self._port)
            answers = asyncio.ensure_future(_copy(web_reader, writer))
            while head := await reader.readuntil(b"\r\n\r\n"):
                method, path, rest = head.split(b" ", 2)
                web_writer.write(b" ".join((method, b"http://" + host.encode() + path, rest)))
                await web_writer.drain()
            await answers
        except (OSError, asyncio.IncompleteReadError, ssl.SSLError):
            pass
        finally:
            writer.close()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while piece := await reader.read(1 << 16):
        writer.write(piece)
        await writer.drain()
    writer.close()


if __name__ == "__main__":
    main()
