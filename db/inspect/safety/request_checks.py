"""Checks that every request must pass: only this machine's own names, only reading, and headers that confine a browser
to this server.

A web page could make its name resolve to 127.0.0.1 (DNS rebinding) and then read this server: such a request has that
name as its Host and is refused. Pages of other sites, including other ports of this machine, may link to our pages.
They may not load or frame anything, or have SQL run: they could not read the result, but could choose its cost.
"""

from __future__ import annotations

import base64
import hashlib
import importlib.util
import ipaddress
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from db.inspect.translation.catalogues import gettext_noop, translated
from db.inspect.translation.negotiation import requested_language

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

# Content security policy of our own pages: nothing inline, nothing from other origins.
STRICT_POLICY = (
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
# A page differs by the language that a browser prefers and by the one that was chosen. Values of several such headers add up.
_VARIES = (b"vary", b"Accept-Language, Cookie")
_SAFE_METHODS = frozenset({"GET", "HEAD"})
# Values of Sec-Fetch-Site for requests from a page of this server, or from the address bar, a bookmark or another program.
_OWN_SITES = frozenset({"same-origin", "none"})
_FRAMED = frozenset({"iframe", "frame", "object", "embed", "fencedframe"})


def datasette_policy() -> str:
    """The policy of Datasette's own pages, which allows its inline scripts, by hash, and its inline styles."""
    # Located without importing it: the server itself does not use it.
    found = importlib.util.find_spec("datasette")
    assert found is not None
    assert found.origin is not None
    scripts = " ".join(f"'sha256-{value}'" for value in _script_hashes(Path(found.origin).parent / "templates"))
    return STRICT_POLICY.replace("script-src 'self'", f"script-src 'self' {scripts}").replace(
        "style-src 'self'", "style-src 'self' 'unsafe-inline'"
    )


def _script_hashes(folder: Path) -> list[str]:
    """Hashes of the inline scripts in Datasette's own templates that are still used: its tables and SQL have ours."""
    opened = (folder / "_close_open_menus.html").read_text(encoding="utf-8").split("<script>")[1:]
    scripts = [script.partition("</script>")[0] for script in opened]
    return [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts]


def with_request_checks(app: App, names: frozenset[str], policy: str, language: str | None = None) -> App:
    """The application behind the checks. `names` are accepted host names besides addresses; `policy` applies to
    responses without one; `language` is that of refusals, or None for that of each request.
    """

    async def guard(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        refusal = _refusal(scope, names)
        if refusal:
            status, message = refusal
            await _refuse(send, status, translated(language or requested_language(scope), message))
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = list(message.get("headers", []))
                present = {name.lower() for name, _ in headers}
                headers += [header for header in _ALWAYS if header[0] not in present]
                headers.append(_VARIES)
                if b"content-security-policy" not in present:
                    headers.append((b"content-security-policy", policy.encode()))
                message = {**message, "headers": headers}
            await send(message)

        await app(scope, receive, send_with_headers)

    return guard


def is_own_host(host: str, names: frozenset[str]) -> bool:
    """Whether a Host header names this server: an address, localhost, or one of `names`."""
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


def has_sql(scope: Scope) -> bool:
    """Whether a URL contains SQL."""
    return any(
        name in ("sql", "_where")
        for name, _ in parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    )


def _refusal(scope: Scope, names: frozenset[str]) -> tuple[int, str] | None:
    headers = {name.lower().decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    if not is_own_host(headers.get("host", ""), names):
        return 403, gettext_noop(
            "This server answers to its address and to localhost only; --host NAME adds a name of this machine."
            " A proxy in front of it has to send its address as Host."
        )
    if scope["method"] not in _SAFE_METHODS:
        return 405, gettext_noop("Nothing can be written here: the database is open read-only.")
    if not _is_cross_site(headers, scope["scheme"]):
        return None
    if headers.get("sec-fetch-dest") in _FRAMED:
        return 403, gettext_noop("Pages of other sites may link here, but may not show it in a frame.")
    if headers.get("sec-fetch-mode", "navigate") != "navigate" or "sec-purpose" in headers or "origin" in headers:
        return 403, gettext_noop("Pages of other sites may link here, but may not load anything from here.")
    if has_sql(scope) or (scope["query_string"] and not _is_ours(scope["path"])):
        return 403, gettext_noop(
            "A page of another site led here. Other sites may link to pages, but not run SQL or filter tables."
            " If it is what you want, put the cursor into the address and press Enter."
        )
    return None


def _is_cross_site(headers: Mapping[str, str], scheme: str) -> bool:
    """Whether a page of another origin caused the request. Browsers send Sec-Fetch-Site; those that do not (old ones,
    and all of them if the server is on another machine and has no TLS) are judged by Origin and Referer.
    """
    if site := headers.get("sec-fetch-site"):
        return site not in _OWN_SITES
    own = f"{scheme}://{headers.get('host', '')}".lower()
    if (origin := headers.get("origin")) is not None:
        return origin.lower() != own
    referer = headers.get("referer", "").lower()
    return bool(referer) and referer != own and not referer.startswith(own + "/")


def _is_ours(path: str) -> bool:
    return path == "/" or path.startswith("/-/")


async def _refuse(send: Send, status: int, message: str) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store"), *_ALWAYS]
    if status == 405:
        headers.append((b"allow", b"GET, HEAD"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": f"{message}\n".encode()})
