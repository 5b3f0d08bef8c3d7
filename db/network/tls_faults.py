"""What is wrong where a host cannot be reached by TLS: one sentence and a remedy, in place of OpenSSL's texts.

Codes of refused certificates are OpenSSL's (x509_vfy.h, `X509_V_ERR_…`), reasons of failed handshakes those of
`ssl.SSLError.reason`.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from enum import Enum

from db.display.phrases import TranslatableText, phrase


class TlsFault(Enum):
    """A fault, with its sentence (`%(host)s`) and what to do."""

    EXPIRED = (
        phrase("the certificate of %(host)s has expired"),
        phrase("the site's owner must renew it, unless this machine's clock is wrong"),
    )
    NOT_YET_VALID = (
        phrase("the certificate of %(host)s is not valid yet"),
        phrase("check this machine's clock; if it is right, the site's owner must replace the certificate"),
    )
    OTHER_NAME = (
        phrase("the certificate of %(host)s is for another name"),
        phrase("check the address; if the site has not moved, its owner must correct the certificate"),
    )
    SELF_SIGNED = (
        phrase("the certificate of %(host)s is signed by nobody but itself"),
        phrase(
            "the site's owner must get a trusted one; for a server of your own, name its certificate in SSL_CERT_FILE"
        ),
    )
    UNKNOWN_AUTHORITY = (
        phrase("the certificate of %(host)s is of an authority unknown to this machine"),
        phrase(
            "update ca-certificates, or trust your proxy's authority (SSL_CERT_FILE); else the site's owner must send the whole"
            " chain"
        ),
    )
    NO_TLS = (
        phrase("%(host)s does not speak TLS at that port"),
        phrase("give its address with http:// or with another port"),
    )
    OUTDATED = (
        phrase("%(host)s offers no kind of TLS that this machine takes"),
        phrase("its server is out of date, and the site's owner must update it"),
    )
    INVALID = (
        phrase("the certificate of %(host)s is not valid"),
        phrase(
            "open the address in a browser: if that refuses it, too, the site's owner must renew it; else this machine's"
            " clock or its list of authorities is wrong"
        ),
    )
    FAILED = (
        phrase("%(host)s breaks off the start of TLS"),
        phrase("its server or a firewall ends it: try again later, or open the address in a browser"),
    )

    def sentence(self, host: str) -> TranslatableText:
        """What is wrong, as half a sentence."""
        return phrase(self.value[0].template, host=host)

    def remark(self, host: str) -> str:
        """What is wrong and what to do, in one line."""
        return f"{self.sentence(host)}; {self.advice}"

    @property
    def advice(self) -> TranslatableText:
        """What to do about it, as half a sentence."""
        return self.value[1]


_BY_CODE = {
    2: TlsFault.UNKNOWN_AUTHORITY,
    9: TlsFault.NOT_YET_VALID,
    10: TlsFault.EXPIRED,
    18: TlsFault.SELF_SIGNED,
    19: TlsFault.UNKNOWN_AUTHORITY,
    20: TlsFault.UNKNOWN_AUTHORITY,
    21: TlsFault.UNKNOWN_AUTHORITY,
    62: TlsFault.OTHER_NAME,
    64: TlsFault.OTHER_NAME,
}
_NOT_TLS = (
    "WRONG_VERSION_NUMBER",
    "HTTP_REQUEST",
    "UNKNOWN_PROTOCOL",
    "PACKET_LENGTH_TOO_LONG",
    "RECORD_LAYER_FAILURE",
)
_OUTDATED = (
    "UNSUPPORTED_PROTOCOL",
    "PROTOCOL_VERSION",
    "HANDSHAKE_FAILURE",
    "NO_CIPHERS",
    "INSUFFICIENT_SECURITY",
    "KEY_TOO_SMALL",
    "UNSAFE_LEGACY_RENEGOTIATION",
    "WRONG_SIGNATURE_TYPE",
    "MD_TOO_WEAK",
)


def find_tls_fault(error: BaseException) -> TlsFault | None:
    """The fault behind an error or what caused it; None where it is not about TLS."""
    found = [one for one in _causes(error) if isinstance(one, (ssl.SSLError, ssl.CertificateError))]
    # aiohttp's own errors are of these classes, too, without code and reason: those are with their causes.
    for one in found:
        if (code := getattr(one, "verify_code", None)) is not None:
            return _BY_CODE.get(code, TlsFault.INVALID)
        if reason := getattr(one, "reason", None):
            if str(reason).endswith(_NOT_TLS):
                return TlsFault.NO_TLS
            return TlsFault.OUTDATED if str(reason).endswith(_OUTDATED) else TlsFault.FAILED
    return TlsFault.FAILED if found else None


def stated_tls_fault(text: str, host: str) -> TlsFault | None:
    """The fault whose sentence about a host begins a text; None where there is none."""
    return next((fault for fault in TlsFault if text.startswith(fault.sentence(host))), None)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """An error, what its libraries keep as its cause (aiohttp, urllib), and so on."""
    seen: list[BaseException] = []
    waiting: list[object] = [error]
    while waiting:
        one = waiting.pop(0)
        if isinstance(one, BaseException) and one not in seen:
            seen.append(one)
            yield one
            waiting += [getattr(one, name, None) for name in ("certificate_error", "os_error", "reason")]
            waiting += [one.__cause__, one.__context__]
