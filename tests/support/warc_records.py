"""Records of WARC files for tests: as warcio writes them, and field by field."""

from __future__ import annotations

import io

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

PAGE = "<html><body><p>Die Fähre fährt im April zum letzten Mal.</p></body></html>".encode()


def record(
    url: str,
    body: bytes = PAGE,
    *,
    packed: bool = True,
    status: str = "200 OK",
    kind: str = "response",
    warc: dict[str, str] | None = None,
    **headers: str,
) -> bytes:
    """One record, by warcio. It is told the length: else it leaves a temporary file to the garbage collector."""
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=packed)
    given = {"Content-Type": "text/html"} | {name.replace("_", "-"): value for name, value in headers.items()}
    http = StatusAndHeaders(status, list(given.items()), protocol="HTTP/1.1")
    made = writer.create_warc_record(
        url,
        kind,
        payload=io.BytesIO(body),
        length=len(body),
        http_headers=http,
        warc_headers_dict={"WARC-Date": "2026-11-01T08:00:00Z"} | (warc or {}),
    )
    writer.write_record(made)
    return out.getvalue()


def bare(fields: str, block: bytes = b"") -> bytes:
    """A record of these header fields and this block, whatever they say of each other."""
    return f"WARC/1.0\r\n{fields}\r\n\r\n".encode("latin-1") + block + b"\r\n\r\n"
