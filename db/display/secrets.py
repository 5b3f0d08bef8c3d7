"""Addresses as they may be shown: without the secrets in them. What is printed ends up in logs and in reports of bugs."""

from __future__ import annotations

import re

_LOGIN = re.compile(r"//[^/\s?#]{1,400}@")
_ENDPOINT = re.compile(r"(https?://[^/\s?#]{1,400}/).+", re.IGNORECASE | re.DOTALL)


def without_logins(text: str) -> str:
    """A text with `***` for user and password in each address."""
    return _LOGIN.sub("//***@", text)


def only_host(address: str) -> str:
    """An address to post to with `***` for all behind its host: services put the key of a hook into its path."""
    return _ENDPOINT.sub(r"\1***", without_logins(address))
