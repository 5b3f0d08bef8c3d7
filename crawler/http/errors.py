"""Why a request was not sent, named for what the caller should do.

    scrapy.exceptions.IgnoreRequest     Scrapy passes these to the errback without logging a traceback
    └── RequestRefused                  Copydesk chose not to send it: `str(error)` is one sentence for a person
        ├── AddressRefused              the host is not on the public internet: allow its network, or drop the link
        ├── CertificateRefused          the host cannot prove its identity: report it, do not retry
        ├── ForbiddenByRobots           robots.txt forbids it: drop the link
        ├── RobotsUnavailable           robots.txt could not be read: try again in a later run
        ├── HostOnHold                  the host asked for a long rest: try again after `until`
        ├── AlreadyAsked                it redirects to a URL of this run: `url` names it, the outcome is there
        ├── TooManyRedirects            the URL redirects in circles: drop the link
        └── Stopping                    the run ends before the request was answered: try again in the next run

Errors on the wire keep Scrapy's names (`scrapy.exceptions.DownloadTimeoutError`, ...), with two of ours: ProxyFailed and
ProxyLogin.
"""

from __future__ import annotations

from datetime import datetime

from scrapy.exceptions import DownloadFailedError, IgnoreRequest

from db.network.tls_faults import TlsFault


class ProxyFailed(DownloadFailedError):  # type: ignore[misc,unused-ignore]
    """The proxy that the environment names cannot be reached: nothing is known of the host."""


class ProxyLogin(ProxyFailed):
    """The proxy that the environment names wants a user name and a password (407), or others: nothing is known of the host."""


class RequestRefused(IgnoreRequest):  # type: ignore[misc,unused-ignore]
    """Copydesk chose not to send this request."""


class AddressRefused(RequestRefused):
    """The request would reach an address outside the public internet that its source does not allow."""

    def __init__(self, host: str, address: str) -> None:
        self.host, self.address = host, address
        what = f"{host} is" if host == address else f"{host} resolves to {address},"
        super().__init__(
            f"{what} not a public internet address; to reach it, add its network to the setting allow_networks"
            " (--allow-network of `copydesk sources`)."
        )


class CertificateRefused(RequestRefused):
    """The host's TLS certificate is invalid, or TLS fails."""

    def __init__(self, host: str, fault: TlsFault) -> None:
        self.host, self.fault = host, fault
        super().__init__(fault.remark(host))


class ForbiddenByRobots(RequestRefused):
    """The host's robots.txt forbids the URL."""

    def __init__(self, url: str) -> None:
        super().__init__(f"robots.txt forbids {url}.")


class RobotsUnavailable(RequestRefused):
    """The host's robots.txt could not be read, which RFC 9309 treats as forbidden for the time being."""

    def __init__(self, origin: str, reason: str) -> None:
        self.origin, self.reason = origin, reason
        super().__init__(
            f"{origin}/robots.txt cannot be read ({reason}), so nothing is fetched from that host for now."
        )


class HostOnHold(RequestRefused):
    """The host asked (Retry-After) for a longer rest than a run waits. `until` is aware."""

    def __init__(self, host: str, until: datetime) -> None:
        self.host, self.until = host, until
        super().__init__(f"{host} asked not to be visited before {until.isoformat(timespec='seconds')}.")


class AlreadyAsked(RequestRefused):
    """The URL redirects to one that this run has requested: `url`."""

    def __init__(self, url: str, source: str) -> None:
        self.url = url
        super().__init__(f"{source} redirects to {url}, which this run has already asked for.")


class TooManyRedirects(RequestRefused):
    """The URL redirects more often than allowed."""

    def __init__(self, url: str, hops: int, status: int) -> None:
        self.status = status
        super().__init__(f"{url} is still a redirect after {hops} hops.")


class Stopping(RequestRefused):
    """The run is stopping; the request was not answered in time or never left."""

    def __init__(self, url: str) -> None:
        super().__init__(f"The run stopped before {url} was answered.")
