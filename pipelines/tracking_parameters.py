"""Tracking parameters: parameters of an address that say how a reader came, not which article it is.

Only whole names and prefixes: a pattern without boundaries takes `galleryid` for Google Analytics' `ga`. A name is listed if it is
documented by its maker or was seen in the wild as a tracker, AND is no common word that a site may use to identify articles:
`cid`, `uid`, `sid`, `id`, `source`, `from`, `ref`, `rss`, `p`, `t`, `page`, `mod`, `k`, `v` are therefore not here. The pages of a
site decide about such names (`pipelines.dedup.parameter_evidence`); those that often are trackers are in `DOUBTFUL`.

Session ids are recognized by name and form: the name given by the server software, the value an opaque token.

Sources of the names: manuals of the analytics makers (Google, Matomo, Adobe, HubSpot, Mailchimp, AT Internet,
Webtrekk), Alibaba's `spm`/`scm`, WeChat's and Weibo's share parameters, and the forms seen on 876 real news addresses.
"""

from __future__ import annotations

import re

_PREFIXES = (
    "utm_", "mtm_", "pk_", "piwik_", "matomo_", "hsa_", "itm_", "vero_", "oly_", "at_", "_hs", "__hs", "wt_", "wt.",
    "amp_", "spm_", "guce_", "ns_", "fb_", "tj_", "cmp_", "_branch_", "gaa_", "trk_",
)  # fmt: skip

_NAMES = frozenset(
    """
    __tn__ __twitter_impression _ga _gl _openstat adxarea bd_vid cmp cmpid cndid dclid dicbo emc esrc fbclid fromuid
    ftag gbraid gclid gclsrc guccounter hss_channel icid ico igsh igshid intcid isappinstalled ito li_fat_id log_from
    mbid mc_cid mc_eid mibextid mkt_tok msclkid ncid nr_email_referer nsukey oborigurl ocid ref_ ref_src ref_url
    refer_scene replytocom s_cid scm share_from share_medium share_plat share_session_id share_source share_tag
    share_times share_token shareuid smid smtyp soc_src soc_trk spm sr_share sref srsltid tblci traffic_source tt_from ttclid twclid
    usqp vd_source wbraid wfr wickedid wprov wxfid xtor yclid ysclid zanpid
    """.split()  # noqa: SIM905 (a list of 80 quoted words is hard to read)
)

DOUBTFUL = frozenset(
    """
    fr from partner ref refer referer referral referrer recruiter rss scene share source
    _ cache cachebuster cb nocache r rand random rnd t time timestamp ts
    cfid s sess sessid session session_id sessionid sid token
    """.split()  # noqa: SIM905
)
"""Names of parameters that often do not identify an article: trackers, cache busters, session ids. On another site the same name
may identify articles, so the name alone decides nothing; it bounds what is fetched until the pages of the site decide
(`crawler.crawl.link_variants`)."""

# Parameters that are trackers, or mark another view of the article, with these values only.
_YES = frozenset({"", "1", "true", "yes", "y", "on"})
_VALUES = {
    "amp": frozenset({"", "1", "true", "yes"}),
    "outputtype": frozenset({"amp"}),
    "output": frozenset({"amp", "print"}),
    "format": frozenset({"amp", "print", "printable"}),
    "view": frozenset({"amp", "mobile", "print", "printable"}),
    "mode": frozenset({"print"}),
    "print": _YES,
    "printable": _YES,
    "mobile": frozenset({"1", "true", "yes"}),
    "device": frozenset({"mobile"}),
}


def is_tracker(name: str, value: str) -> bool:
    """Whether a query parameter, as written in the address, does not identify an article."""
    name = name.lower()
    if name in _NAMES or name.startswith(_PREFIXES):
        return True
    values = _VALUES.get(name)
    return values is not None and value.lower() in values


# Tomcat and Jetty: 32 hex digits, ".node"; WebLogic: "!" and digits; PHP: 22 to 256 letters, digits, "," and "-"; ASP: 24 letters.
_OPAQUE = r"[A-Za-z0-9!,._:~*+-]{12,}"
_SESSIONS = re.compile(
    rf"(?:jsessionid|phpsessid|aspsessionid[a-z]{{8}}|asp\.net_sessionid|oscsid|zenid)=(?:{_OPAQUE})?", re.IGNORECASE
)
_CFTOKEN = re.compile(r"cftoken=(?:[0-9]{6,}|[0-9a-f-]{16,})", re.IGNORECASE)
_CFID = re.compile(r"cfid=(?:[0-9]+|[0-9a-f-]{16,})", re.IGNORECASE)
_SESSION_IN_PATH = re.compile(rf"(?:;|%3B)(?:jsessionid|phpsessid)=(?:{_OPAQUE})?(?=[/;]|%3B|$)", re.IGNORECASE)
# ASP.NET without cookies: letters S (session), A, F, X with a token each; version 1 had only the 24 characters.
_OPEN, _CLOSE = r"(?:\(|%28)", r"(?:\)|%29)"
_SESSION_FOLDER = re.compile(
    rf"/{_OPEN}(?:(?:[ASFX]{_OPEN}[A-Za-z0-9_-]{{12,}}{_CLOSE})+|(?=[a-z]*[0-9])[a-z0-9]{{24}}){_CLOSE}(?=/|$)"
)


def without_session(path: str) -> str:
    """A path without `;jsessionid=...` and `/(S(...))`."""
    if ";" in path or "%3" in path:
        path = _SESSION_IN_PATH.sub("", path)
    return _SESSION_FOLDER.sub("", path) if "(" in path or "%28" in path else path


def without_sessions(pairs: list[str]) -> list[str]:
    """Pairs of a query, `name=value`, without session ids. `CFID` is one only next to a `CFTOKEN`."""
    left = [pair for pair in pairs if not _SESSIONS.fullmatch(pair)]
    others = [pair for pair in left if not _CFTOKEN.fullmatch(pair)]
    return left if len(others) == len(left) else [pair for pair in others if not _CFID.fullmatch(pair)]
