"""Which language a request is answered in: the one chosen on a page (a cookie), else what the browser prefers."""

from __future__ import annotations

from collections.abc import MutableMapping
from http.cookies import CookieError, SimpleCookie
from typing import Any

from db.inspect.translation.catalogues import LANGUAGES, preferred_language

LANGUAGE_COOKIE = "copydesk_language"
_YEAR_S = 365 * 86_400


def requested_language(scope: MutableMapping[str, Any]) -> str:
    """The language for a request: a key of `LANGUAGES`."""
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    try:
        chosen = SimpleCookie(headers.get("cookie", "")).get(LANGUAGE_COOKIE)
    except CookieError:
        chosen = None
    if chosen is not None and chosen.value in LANGUAGES:
        return chosen.value
    return preferred_language(headers.get("accept-language", ""))


def language_cookie(language: str) -> str:
    """The Set-Cookie header that keeps a choice for a year."""
    return f"{LANGUAGE_COOKIE}={language}; Path=/; Max-Age={_YEAR_S}; SameSite=Strict; HttpOnly"
