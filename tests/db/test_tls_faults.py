"""What is said where TLS fails: handshakes in memory, with certificates made here."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from db.network.tls_faults import TlsFault, find_tls_fault, stated_tls_fault

HOST, NOW, DAY = "news.example", datetime.now(UTC), timedelta(days=1)


@cache
def _key(name: str) -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def _certificate(
    owner: str, issuer: str, *, host: str | None = HOST, first: int = -9, last: int = 9
) -> x509.Certificate:
    def named(text: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

    builder = x509.CertificateBuilder().subject_name(named(owner)).issuer_name(named(issuer)).serial_number(1)
    builder = builder.public_key(_key(owner).public_key())
    builder = builder.not_valid_before(NOW + first * DAY).not_valid_after(NOW + last * DAY)
    builder = builder.add_extension(x509.BasicConstraints(ca=host is None, path_length=None), critical=True)
    if host is not None:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
    return builder.sign(_key(issuer), hashes.SHA256())


def _server(folder: Path, certificate: x509.Certificate, owner: str) -> ssl.SSLContext:
    file = folder / "server.pem"
    private = _key(owner).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


def _failure(server: ssl.SSLContext | None, client: ssl.SSLContext) -> ssl.SSLError:
    """How the client's side of a handshake fails. Without a server, the answer is HTTP."""
    there, here = ssl.MemoryBIO(), ssl.MemoryBIO()
    sides = [client.wrap_bio(here, there, server_hostname=HOST)]
    if server is None:
        here.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    else:
        sides.append(server.wrap_bio(there, here, server_side=True))
    for _ in range(9):
        for side in sides:
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
            except ssl.SSLError as error:
                if side is sides[0]:
                    return error
    raise AssertionError("the handshake succeeds")


@pytest.mark.parametrize(
    ("fault", "made"),
    [
        (TlsFault.EXPIRED, {"owner": "leaf", "issuer": "known", "last": -1}),
        (TlsFault.NOT_YET_VALID, {"owner": "leaf", "issuer": "known", "first": 1}),
        (TlsFault.OTHER_NAME, {"owner": "leaf", "issuer": "known", "host": "other.example"}),
        (TlsFault.SELF_SIGNED, {"owner": "leaf", "issuer": "leaf"}),
        (TlsFault.UNKNOWN_AUTHORITY, {"owner": "leaf", "issuer": "unknown"}),
        (TlsFault.NO_TLS, None),
    ],
)
def test_each_failure_has_a_sentence_and_a_remedy(tmp_path: Path, fault: TlsFault, made: dict[str, Any] | None) -> None:
    client = ssl.SSLContext(
        ssl.PROTOCOL_TLS_CLIENT
    )  # as a crawl has it: the default one is stricter from Python 3.13 on
    authority = _certificate("known", "known", host=None)
    client.load_verify_locations(cadata=authority.public_bytes(serialization.Encoding.PEM).decode())
    server = _server(tmp_path, _certificate(**made), "leaf") if made else None
    failure = _failure(server, client)
    outer = OSError("Cannot connect to host")
    outer.__cause__ = failure
    assert find_tls_fault(outer) is fault
    said = fault.remark(HOST)
    assert HOST in said
    assert "; " in said
    assert len(said) < 200
    assert "SSL:" not in said
    assert stated_tls_fault(said, HOST) is fault


def test_other_errors_are_not_about_tls() -> None:
    assert find_tls_fault(ConnectionRefusedError("refused")) is None
    assert stated_tls_fault("connection_refused", HOST) is None


def test_a_server_that_is_out_of_date(tmp_path: Path) -> None:
    server = _server(tmp_path, _certificate("leaf", "leaf"), "leaf")
    server.maximum_version = ssl.TLSVersion.TLSv1_2
    client = ssl.create_default_context()
    client.minimum_version = ssl.TLSVersion.TLSv1_3
    assert find_tls_fault(_failure(server, client)) is TlsFault.OUTDATED
