"""The checks from the host's name to robots.txt, each of one request for a listing. Pure."""

from __future__ import annotations

from collections.abc import Callable
from shlex import quote
from urllib.parse import urlsplit

from db.diagnosis.evidence import AnswerEvidence, Rung, RungName, RungState, SourceEvidence
from db.diagnosis.listing_trouble import WALLS, shown_by, wall_of
from db.display.humanize import format_local_time
from db.display.phrases import phrase
from db.display.shell_commands import shell_command
from db.network.http_statuses import GONE, is_page_status
from db.network.tls_faults import TlsFault, stated_tls_fault

AnswerCheck = Callable[[SourceEvidence, AnswerEvidence], Rung]

_CONNECTION = {
    "connection_refused": (
        phrase("refuses connections"),
        phrase("its server is down, or the port in the address is wrong"),
    ),
    "proxy_failed": (
        phrase("was not asked, because the proxy of this machine cannot be reached"),
        phrase("check the proxy, and the variables http_proxy, https_proxy and no_proxy where the crawl runs"),
    ),
    "proxy_login": (
        phrase("was not asked, because the proxy of this machine wants a user name and a password"),
        phrase("put them into the variables http_proxy and https_proxy where the crawl runs"),
    ),
    "timeout": (
        phrase("does not answer in time"),
        phrase("its server is down or overloaded, or a firewall drops our requests"),
    ),
    "connection_failed": (
        phrase("breaks the connection off"),
        phrase("its server or a firewall ends it, or speaks no HTTP"),
    ),
    "cut_short": (phrase("ends its answers early"), phrase("its server or a proxy in between is broken")),
    "address_refused": (
        phrase("is outside the public internet, where only allowed networks are reached"),
        phrase("if the source is meant to be there, allow its network"),
    ),
}
_STATUSES = {
    401: (phrase("wants a user and a password"), phrase("settings `headers` and `cookies` give a subscriber's access")),
    403: (
        phrase("refuses the crawler"),
        phrase("set `contact`, ask the site's owner, or look for another listing of the site"),
    ),
    404: (phrase("has nothing at that address"), phrase("the listing has moved: search the site again")),
    410: (
        phrase("has removed what was at that address"),
        phrase("the listing is gone for good: search the site again"),
    ),
    429: (phrase("wants fewer requests"), phrase("a longer delay between two requests helps")),
    451: (phrase("shows nothing for legal reasons"), phrase("only another address of the site can help")),
}


def host_of_source(evidence: SourceEvidence) -> str:
    """The host of the source's address."""
    return urlsplit(evidence.url).hostname or evidence.url


def failure_of(evidence: SourceEvidence, answer: AnswerEvidence) -> tuple[str, str]:
    """Name and detail of the failure of a request; that of robots.txt where it was not sent for it."""
    name = answer.error or ""
    if name != "robots_unavailable":
        return name, ""
    robots = evidence.robots.get(origin_of(answer.url))
    named, _, detail = (robots.error or "").partition(": ") if robots else ("", "", "")
    return (named, detail) if named else (name, "")


def origin_of(url: str) -> str:
    """Scheme, host and port."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2].lower()}"


def check_dns(evidence: SourceEvidence, answer: AnswerEvidence) -> Rung:
    """Whether the host has an address."""
    host = urlsplit(answer.url).hostname or answer.url
    if failure_of(evidence, answer)[0] == "unknown_host":
        return Rung.broken(
            RungName.DNS,
            phrase("the name %(host)s has no address", host=host),
            advice=phrase(
                "check the spelling, and in a browser whether the site has moved; if other names fail, too, the name server"
                " of this machine is out of order"
            ),
            command=f"getent hosts {quote(host)}",
        )
    shown = f": {', '.join(evidence.addresses[:3])}" if evidence.addresses and host == host_of_source(evidence) else ""
    return Rung.ok(RungName.DNS, phrase("%(host)s has an address%(shown)s", host=host, shown=shown))


def check_connection(evidence: SourceEvidence, answer: AnswerEvidence) -> Rung:
    """Whether the host takes connections."""
    name, _ = failure_of(evidence, answer)
    host = urlsplit(answer.url).netloc
    if name in _CONNECTION:
        says, advice = _CONNECTION[name]
        return Rung.broken(
            RungName.CONNECTION,
            f"{host} {says}",
            advice=advice,
            command={
                "address_refused": f"copydesk sources set {evidence.typed_name} --allow-network CIDR",
                "proxy_failed": "copydesk doctor",
                "proxy_login": "copydesk doctor",
            }.get(name, f"copydesk sources pause {evidence.typed_name}"),
        )
    return Rung.ok(RungName.CONNECTION, phrase("%(host)s takes connections", host=host))


def check_tls(evidence: SourceEvidence, answer: AnswerEvidence) -> Rung:
    """Whether the host proves who it is."""
    name, detail = failure_of(evidence, answer)
    if name == "certificate":
        host = urlsplit(answer.url).hostname or answer.url
        fault = stated_tls_fault(detail, host) or TlsFault.INVALID
        commands = {
            TlsFault.NO_TLS: evidence.search_command.replace("https://", "http://", 1),
            TlsFault.OTHER_NAME: evidence.search_command,
        }
        return Rung.broken(
            RungName.TLS,
            fault.sentence(host),
            advice=fault.advice,
            command=commands.get(fault, "copydesk doctor"),
        )
    if answer.url.startswith("http://"):
        return Rung.ok(RungName.TLS, phrase("not used: the address is http"))
    return Rung.ok(RungName.TLS, phrase("the certificate is valid"))


def check_status(evidence: SourceEvidence, answer: AnswerEvidence) -> Rung:
    """Whether the host gives what is asked for. A challenge has its own check."""
    name, status = failure_of(evidence, answer)[0], answer.status
    if name == "on_hold" or (evidence.hold_until and not answer.error):
        until = phrase(" before %(time)s", time=format_local_time(evidence.hold_until)) if evidence.hold_until else ""
        return Rung.broken(
            RungName.STATUS,
            phrase("%(netloc)s asked not to be visited%(until)s", netloc=urlsplit(answer.url).netloc, until=until),
            phrase("it is left alone until then; a longer delay keeps it from asking again"),
            f"copydesk sources set {evidence.typed_name} --delay 5s",
        )
    if name in ("redirect_loop", "too_big", "not_http"):
        not_http = phrase("leads to an address that is not http")
        faults = {"redirect_loop": phrase("redirects in circles"), "too_big": phrase("is larger than max_page_size")}
        return Rung.broken(
            RungName.STATUS,
            phrase("%(url)s %(does)s", url=answer.url, does=faults.get(name, not_http)),
            phrase("open it in a browser; where it works there, the site wants cookies or has another address"),
            evidence.search_command,
        )
    if answer.reading is not None and wall_of(answer.reading) is not None:
        return Rung.ok(
            RungName.STATUS,
            phrase("%(url)s answers %(status)s, for a reason of its own (next check)", url=answer.url, status=status),
        )
    if status is not None and (status != 304 or name == "http_304") and not is_page_status(status):
        says, advice = _STATUSES.get(status, _general(status))
        return Rung.broken(
            RungName.STATUS,
            phrase("%(url)s answers %(status)s: the site %(says)s", url=answer.url, status=status, says=says),
            advice,
            _command_against(status, evidence),
        )
    if status is None:
        return Rung.unknown(RungName.STATUS, phrase("it was not asked for"))
    if moved := _moved_to(evidence):
        return Rung(
            name=RungName.STATUS,
            state=RungState.WARNING,
            message=phrase("%(url)s leads to another host: %(moved)s", url=evidence.url, moved=moved),
            advice=phrase(
                "that works as long as it leads there; if the site has moved, add it there and remove this one"
            ),
            command=f"copydesk sources add {quote(moved)}",
        )
    said = phrase("304: it has not changed") if status == 304 else str(status)
    return Rung.ok(RungName.STATUS, phrase("%(url)s answers %(said)s", url=answer.url, said=said))


def _moved_to(evidence: SourceEvidence) -> str | None:
    """Where the source's own address leads, if that is at another host; www. makes no other one."""
    readings = (one.reading for one in evidence.answers if one.reading is not None and one.url == evidence.url)
    final = next((reading.final_url for reading in readings if reading.final_url), None)
    hosts = [(urlsplit(url).hostname or "").removeprefix("www.") for url in (evidence.url, final or evidence.url)]
    return final if hosts[0] != hosts[1] else None


def _command_against(status: int, evidence: SourceEvidence) -> str:
    if status in GONE:
        return evidence.search_command
    if status == 429:
        return f"copydesk sources set {evidence.typed_name} --delay 5s"
    if status >= 500:
        return f"copydesk sources pause {evidence.typed_name}"
    if status == 401:
        return f"copydesk sources set {evidence.typed_name} --set headers=FILE"
    return shell_command("sources", "test", evidence.url)


def _general(status: int) -> tuple[str, str]:
    if status >= 500:
        return phrase("has an error of its own"), phrase(
            "it is tried again by the next crawls; if it lasts, tell the site's owner"
        )
    return phrase("gives nothing for this request"), phrase("open the address in a browser, and compare")


_WALL_ADVICE = {
    "challenge": phrase(
        "nothing that a crawler may do passes it: ask the site's owner to let the crawler in (setting `contact`), or look for"
        " a feed or sitemap that is not guarded"
    ),
    "consent": phrase(
        "look for a feed or sitemap, which hardly ever ask; a cookie of a reader who has chosen can be sent as well (setting"
        " `cookies`)"
    ),
    "login": phrase("the settings `headers` and `cookies` give a subscriber's access"),
    "paywall": phrase("the settings `headers` and `cookies` give a subscriber's access"),
}


def check_challenge(evidence: SourceEvidence, answer: AnswerEvidence) -> Rung:
    """Whether the site shows its lists, or a notice in their place."""
    wall = wall_of(answer.reading) if answer.reading is not None else None
    if answer.status is None:
        return Rung.unknown(RungName.CHALLENGE, phrase("it was not asked for"))
    if answer.reading is None or wall is None:
        return Rung.ok(RungName.CHALLENGE, phrase("no challenge, consent page or login in its place"))
    if wall == "login" and evidence.all_cut_off:
        return Rung.broken(
            RungName.CHALLENGE,
            phrase("this network seems to want a login: every source fails, or is answered with a login page"),
            lines=(f"{answer.url}: {shown_by(answer.reading)}",),
            advice=phrase(
                "open any address in a browser of this machine and log in to the network; nothing is wrong with the source"
            ),
            command=f"copydesk crawl {evidence.typed_name}",
        )
    if wall in ("login", "paywall", "consent"):
        command = f"copydesk sources set {evidence.typed_name} --set cookies=FILE"
    elif wall == "parked":
        command = f"copydesk sources remove {evidence.typed_name}"
    else:
        command = f"copydesk sources pause {evidence.typed_name}"
    return Rung.broken(
        RungName.CHALLENGE,
        phrase("the site %(does)s", does=WALLS[wall]),
        lines=(f"{answer.url}: {shown_by(answer.reading)}",),
        advice=_WALL_ADVICE.get(wall, "open the address in a browser from this machine, and see what it shows"),
        command=command,
    )


def check_robots(evidence: SourceEvidence, answer: AnswerEvidence) -> Rung:
    """Whether robots.txt allows the request."""
    name, _ = failure_of(evidence, answer)
    robots = evidence.robots.get(origin_of(answer.url))
    if name == "robots_forbidden":
        line = answer.reading.robots_line if answer.reading is not None else None
        return Rung.broken(
            RungName.ROBOTS,
            phrase("robots.txt forbids %(url)s", url=answer.url),
            lines=(line,) if line else (),
            advice=phrase("ask the site's owner, or end with it; a listing that robots.txt allows serves as well"),
            command=f"copydesk sources remove {evidence.typed_name}",
        )
    if name == "robots_unavailable":
        said = (
            phrase("answers %(status)s", status=robots.status)
            if robots and robots.status
            else phrase("cannot be read (%(error)s)", error=robots.error if robots else phrase("no row"))
        )
        return Rung.broken(
            RungName.ROBOTS,
            phrase(
                "%(origin)s/robots.txt %(said)s, which forbids everything for the time being (RFC 9309)",
                origin=origin_of(answer.url),
                said=said,
            ),
            advice=phrase("it is asked again after ten minutes; if it lasts, tell the site's owner"),
            command=f"copydesk crawl {evidence.typed_name}",
        )
    allows = (
        phrase("robots.txt (status %(status)s) allows it", status=robots.status)
        if robots and robots.status
        else phrase("robots.txt allows it")
    )
    return Rung.ok(RungName.ROBOTS, allows)
