"""Why a request was not carried out, named for what the caller should do about it.

    scrapy.exceptions.IgnoreRequest     Scrapy hands these to the errback and logs no traceback
    └── Refused                         Copydesk chose not to ask: `str(error)` is one sentence for a person
        ├── AddressRefused              the host is not on the public internet: allow its network, or drop the link
        ├── CertificateRefused          the host does not prove who it is: tell the person, do not retry
        ├── ForbiddenByRobots           robots.txt says no: drop the link
        ├── RobotsUnavailable           robots.txt could not be read: come back in a later run
        ├── HostOnHold                  the host asked for a long rest: come back after `until`
        ├── AlreadyAsked                it redirects to an address of this run: `url` says which, the outcome is there
        ├── TooManyRedirects            the address leads in circles: drop the link
        └── Stopping                    the run ends before the request went out: come back in the next run

What was asked and went wrong on the wire keeps Scrapy's own names (`scrapy.exceptions.DownloadTimeoutError`, ...).
"""

from __future__ import annotations

from datetime import datetime

from scrapy.exceptions import IgnoreRequest


class RequestRefused(IgnoreRequest):  # type: ignore[misc,unused-ignore]
    """Copydesk chose not to send this request."""


class AddressRefused(RequestRefused):
    """The request would reach an address outside the public internet that its source does not allow."""

    def __init__(self, host: str, address: str) -> None:
        self.host, self.address = host, address
        what = f"{host} is" if host == address else f"{host} leads to {address},"
        super().__init__(
            f"{what} not a public internet address: add its network to allow_networks of the source to crawl it."
        )


class CertificateRefused(RequestRefused):
    """The host's TLS certificate does not hold, or no TLS connection comes about."""

    def __init__(self, host: str, reason: str) -> None:
        self.host, self.reason = host, reason
        super().__init__(f"{host} offers no valid certificate: {reason}.")


class ForbiddenByRobots(RequestRefused):
    """The host's robots.txt forbids this address to us."""

    def __init__(self, url: str) -> None:
        super().__init__(f"robots.txt forbids {url}.")


class RobotsUnavailable(RequestRefused):
    """The host's robots.txt could not be read, which RFC 9309 counts as a no for the time being."""

    def __init__(self, origin: str, reason: str) -> None:
        self.origin, self.reason = origin, reason
        super().__init__(f"{origin}/robots.txt cannot be read ({reason}), so nothing of that host is fetched for now.")


class HostOnHold(RequestRefused):
    """The host asked (Retry-After) for a rest longer than a run waits. `until` is aware."""

    def __init__(self, host: str, until: datetime) -> None:
        self.host, self.until = host, until
        super().__init__(f"{host} asked not to be visited before {until.isoformat(timespec='seconds')}.")


class AlreadyAsked(RequestRefused):
    """The address redirects to one that this run has asked for. `url` is that one."""

    def __init__(self, url: str, source: str) -> None:
        self.url = url
        super().__init__(f"{source} redirects to {url}, which this run has already asked for.")


class TooManyRedirects(RequestRefused):
    """The address redirects more often than allowed."""

    def __init__(self, url: str, hops: int, status: int) -> None:
        self.status = status
        super().__init__(f"{url} is still a redirect after {hops} hops.")


class Stopping(RequestRefused):
    """The run is stopping; the request was not answered in time or never left."""

    def __init__(self, url: str) -> None:
        super().__init__(f"The run stopped before {url} was answered.")
