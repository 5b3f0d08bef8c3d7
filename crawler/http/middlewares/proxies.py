"""Proxies from the usual environment variables (`http_proxy`, `https_proxy`, `no_proxy`), chosen once per host.

For each request, Scrapy's middleware reads the whole environment again to see whether `no_proxy` names the host, which takes a
quarter of a millisecond. The environment does not change during a run. The proxy is also chosen again for a redirect, where Scrapy
keeps that of the host before.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit
from urllib.request import (  # type: ignore[attr-defined]  # typeshed has no proxy_bypass_environment
    getproxies_environment,
    proxy_bypass,
    proxy_bypass_environment,
)

from scrapy import Request
from scrapy.downloadermiddlewares.httpproxy import HttpProxyMiddleware
from scrapy.utils.httpobj import urlparse_cached

from db.errors import UsageError

_SCHEMES = ("http", "https")

Proxy = tuple[bytes | None, str | None]
"""Credentials and URL of a proxy. URL None: direct connection."""


def check_proxies() -> None:
    """Raise UsageError where a variable names no proxy that speaks HTTP: all sites would look out of order."""
    environment = getproxies_environment()
    for scheme in _SCHEMES:
        if (value := environment.get(scheme)) and not _names_proxy(value):
            shown = value.rpartition("@")[2]  # without the password
            raise UsageError(
                f"{scheme}_proxy: {shown} is not the address of a proxy that speaks HTTP (http://HOST:PORT);"
                " correct the variable, or unset it"
            )


def _names_proxy(value: str) -> bool:
    try:
        parts = urlsplit(value if "://" in value else f"http://{value}")
        return parts.scheme in _SCHEMES and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is no number, half an IPv6 address
        return False


class EnvironmentProxies(HttpProxyMiddleware):
    """Sets `meta["proxy"]`. Setting: `DOWNLOADER_MIDDLEWARES`."""

    def __init__(self, auth_encoding: str | None = "latin-1") -> None:
        super().__init__(auth_encoding)
        self._by_host: dict[tuple[str, str], Proxy] = {}
        self._environment = getproxies_environment()

    def process_request(self, request: Request, spider: Any = None) -> None:
        """Set the request's proxy, unless its meta names one."""
        meta = request.meta
        if "proxy" in meta and "_scheme_proxy" not in meta:
            super().process_request(request)
            return
        if not self.proxies:
            return
        parts = urlparse_cached(request)
        key = (parts.scheme, parts.hostname or "")
        proxy = self._by_host.get(key)
        if proxy is None:
            proxy = self._by_host[key] = self._choose(*key)
        creds, address = proxy
        self._set_proxy_and_creds(request, address, creds, parts.scheme if address else None)

    def _choose(self, scheme: str, host: str) -> Proxy:
        # As `proxy_bypass`, which reads the whole environment again for each host: a millisecond for three hosts.
        bypassed = proxy_bypass_environment(host, self._environment) if self._environment else proxy_bypass(host)
        if scheme not in self.proxies or bypassed:
            return None, None
        return self.proxies[scheme]
