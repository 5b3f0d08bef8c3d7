"""What every request passes: only this machine's own names, only reading, and headers that hold a browser to this server.

A page of the web could have its name point to 127.0.0.1 (DNS rebinding) and then read what stands here: such a request carries
that name as its Host and is refused. One that comes from another site's page without anybody having followed a link is refused too.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

# Our own pages: nothing inline, nothing from elsewhere.
STRICT = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; frame-src 'self';"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'self'"
)
_ALWAYS = (
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"SAMEORIGIN"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=()"),
    (b"x-dns-prefetch-control", b"off"),
)
_SAFE_METHODS = frozenset({"GET", "HEAD"})


def loosened(script_hashes: Iterable[str]) -> str:
    """The policy of Datasette's own pages: its inline scripts by their hashes, its inline styles."""
    scripts = " ".join(f"'sha256-{value}'" for value in script_hashes)
    return STRICT.replace("script-src 'self'", f"script-src 'self' {scripts}").replace(
        "style-src 'self'", "style-src 'self' 'unsafe-inline'"
    )


def guarded(app: App, names: frozenset[str], policy: str) -> App:
    """The application behind the guard. `names` are the host names it answers to beside addresses; `policy` is for whatever
    response has none of its own."""

    async def guard(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        refusal = _refusal(scope, names)
        if refusal:
            await _refuse(send, *refusal)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = list(message.get("headers", []))
                present = {name.lower() for name, _ in headers}
                headers += [header for header in _ALWAYS if header[0] not in present]
                if b"content-security-policy" not in present:
                    headers.append((b"content-security-policy", policy.encode()))
                message = {**message, "headers": headers}
            await send(message)

        await app(scope, receive, send_with_headers)

    return guard


def answers_to(host: str, names: frozenset[str]) -> bool:
    """Whether a Host header names this server: by an address, as localhost, or by a name it was given."""
    name = host.strip().lower()
    if name.startswith("["):
        name = name[1:].partition("]")[0]
    elif name.count(":") == 1:
        name = name.partition(":")[0]
    if name in names or name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _refusal(scope: Scope, names: frozenset[str]) -> tuple[int, str] | None:
    headers = {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}
    if not answers_to(headers.get(b"host", ""), names):
        return 403, "This server answers to its address and to localhost only; --host NAME adds a name.\n"
    if scope["method"] not in _SAFE_METHODS:
        return 405, "Here is nothing to write to: the database is open for reading alone.\n"
    if headers.get(b"sec-fetch-site") == "cross-site" and headers.get(b"sec-fetch-mode") not in (None, "navigate"):
        return 403, "Pages of other sites may link here, and may not load anything from here.\n"
    return None


async def _refuse(send: Send, status: int, says: str) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store"), *_ALWAYS]
    if status == 405:
        headers.append((b"allow", b"GET, HEAD"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": says.encode()})
