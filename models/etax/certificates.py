"""공동인증서: opening PKCS#12 files, whose a certificate is, and whether it may be believed at an instant."""

import base64
import datetime as dt
import re
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import TypeVar

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, pkcs12
from cryptography.x509.oid import NameOID

from models.etax.faults import BadCertificate

RSA_BITS_MIN = 2048
PKCS12_BYTES_MAX = 64 * 1024
CHAIN_MAX = 4
_NUMBER = re.compile(r"(?:(?:VATKR|NTRKR|BRN)-)?(\d{10}|\d{13})", re.ASCII)
T = TypeVar("T", bound=x509.ExtensionType)
UNREADABLE = (
    ValueError,
    TypeError,
    UnsupportedAlgorithm,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
)
"""A certificate's parts are read when they are asked for: a damaged one opens, and breaks then."""
_NUMBER_FIELDS = (NameOID.ORGANIZATION_IDENTIFIER, NameOID.SERIAL_NUMBER)


@dataclass(frozen=True, slots=True)
class CertificateIdentity:
    """What a certificate says about its holder. Times are aware UTC, `serial` and `issuer` as people compare them.

    `registration_number` is read from the subject's organizationIdentifier ("VATKR-1208147521") or serialNumber
    (ten or thirteen digits); None for a certificate that hides it, as the licensed authorities' do.
    """

    registration_number: str | None
    name: str
    valid_from: dt.datetime
    valid_until: dt.datetime
    serial: str
    issuer: str


@dataclass(frozen=True, slots=True)
class Credential:
    """A certificate with its private key, ready to sign."""

    key: rsa.RSAPrivateKey
    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...]
    certificate_base64: str

    @property
    def identity(self) -> CertificateIdentity:
        """Whose credential it is."""
        return identity(self.certificate)

    def __repr__(self) -> str:
        return f"Credential({self.certificate.subject.rfc4514_string()!r})"


def credential(
    key: rsa.RSAPrivateKey, certificate: x509.Certificate, chain: Iterable[x509.Certificate] = ()
) -> Credential:
    """A credential of a key and its certificate. BadCertificate when they do not fit or the key is weak."""
    public = public_key(certificate)
    if public.public_numbers() != key.public_key().public_numbers():
        raise BadCertificate("pkcs12_mismatch")
    der = certificate.public_bytes(Encoding.DER)
    return Credential(key, certificate, tuple(chain), base64.b64encode(der).decode())


def open_pkcs12(data: bytes, password: str) -> Credential:
    """The key and certificate in a .p12/.pfx file.

    BadCertificate: pkcs12_unreadable (a wrong password and a damaged file look the same), pkcs12_no_key,
    pkcs12_no_certificate, pkcs12_mismatch, key_not_rsa, key_weak.
    """
    if len(data) > PKCS12_BYTES_MAX:
        raise BadCertificate("pkcs12_unreadable")
    try:
        key, certificate, chain = pkcs12.load_key_and_certificates(data, password.encode())
    except UNREADABLE:
        raise BadCertificate("pkcs12_unreadable") from None
    if key is None:
        raise BadCertificate("pkcs12_no_key")
    if certificate is None:
        raise BadCertificate("pkcs12_no_certificate")
    if not isinstance(key, rsa.RSAPrivateKey):
        raise BadCertificate("key_not_rsa")
    return credential(key, certificate, chain)


def identity(certificate: x509.Certificate) -> CertificateIdentity:
    """Whose certificate it is and how long it is valid. BadCertificate("certificate_unreadable")."""
    try:
        return _identity(certificate)
    except UNREADABLE:
        raise BadCertificate("certificate_unreadable") from None


def _identity(certificate: x509.Certificate) -> CertificateIdentity:
    return CertificateIdentity(
        registration_number=_registration_number(certificate.subject),
        name=_first(certificate.subject, NameOID.COMMON_NAME) or certificate.subject.rfc4514_string(),
        valid_from=certificate.not_valid_before_utc,
        valid_until=certificate.not_valid_after_utc,
        serial=f"{certificate.serial_number:x}",
        issuer=certificate.issuer.rfc4514_string(),
    )


def trusted(
    certificate: x509.Certificate,
    roots: Iterable[x509.Certificate],
    at: dt.datetime,
    chain: Iterable[x509.Certificate] = (),
    revoked: AbstractSet[int] = frozenset(),
) -> bool:
    """Whether nothing speaks against the certificate at that instant."""
    return trust_fault(certificate, roots, at, chain, revoked) is None


def trust_fault(
    certificate: x509.Certificate,
    roots: Iterable[x509.Certificate],
    at: dt.datetime,
    chain: Iterable[x509.Certificate] = (),
    revoked: AbstractSet[int] = frozenset(),
) -> str | None:
    """Why a signing certificate is not to be believed at `at` (aware), None when it is.

    Codes: key_not_rsa, key_weak, certificate_not_yet_valid, certificate_expired, certificate_usage,
    certificate_revoked, certificate_issuer, certificate_unreadable. `chain` may hold the authorities between it
    and a root.
    """
    try:
        return _trust_fault(certificate, tuple(roots), tuple(chain), at, revoked)
    except UNREADABLE:
        return "certificate_unreadable"


def _trust_fault(
    certificate: x509.Certificate,
    roots: tuple[x509.Certificate, ...],
    chain: tuple[x509.Certificate, ...],
    at: dt.datetime,
    revoked: AbstractSet[int],
) -> str | None:
    return (
        _key_fault(certificate)
        or _time_fault(certificate, at)
        or (None if _may_sign(certificate) else "certificate_usage")
        or ("certificate_revoked" if certificate.serial_number in revoked else None)
        or (None if _leads_to(certificate, roots, chain, at) else "certificate_issuer")
    )


def public_key(certificate: x509.Certificate) -> rsa.RSAPublicKey:
    """Its key. BadCertificate: certificate_unreadable, key_not_rsa, key_weak."""
    try:
        fault = _key_fault(certificate)
    except UNREADABLE:
        fault = "certificate_unreadable"
    key = None if fault else certificate.public_key()
    if not isinstance(key, rsa.RSAPublicKey):
        raise BadCertificate(fault or "key_not_rsa")
    return key


def _registration_number(subject: x509.Name) -> str | None:
    for field in _NUMBER_FIELDS:
        found = _NUMBER.fullmatch(_first(subject, field) or "")
        if found:
            return found[1]
    return None


def _first(name: x509.Name, oid: x509.ObjectIdentifier) -> str | None:
    found = name.get_attributes_for_oid(oid)
    return str(found[0].value) if found else None


def _key_fault(certificate: x509.Certificate) -> str | None:
    key = certificate.public_key()
    if not isinstance(key, rsa.RSAPublicKey):
        return "key_not_rsa"
    return "key_weak" if key.key_size < RSA_BITS_MIN else None


def _time_fault(certificate: x509.Certificate, at: dt.datetime) -> str | None:
    if at < certificate.not_valid_before_utc:
        return "certificate_not_yet_valid"
    return "certificate_expired" if at > certificate.not_valid_after_utc else None


def _may_sign(certificate: x509.Certificate) -> bool:
    """A person's certificate for signatures, not an authority's."""
    if _is_authority(certificate):
        return False
    usage = _extension(certificate, x509.KeyUsage)
    return usage is None or usage.digital_signature or usage.content_commitment


def _leads_to(
    certificate: x509.Certificate,
    roots: tuple[x509.Certificate, ...],
    chain: tuple[x509.Certificate, ...],
    at: dt.datetime,
) -> bool:
    """Whether a root vouches for it, directly or through authorities of the chain, all of them valid at `at`."""
    current = certificate
    for _ in range(CHAIN_MAX):
        if any(_issued_by(current, root, at) for root in roots):
            return True
        issuer = next((each for each in chain if _issued_by(current, each, at)), None)
        if issuer is None:
            return False
        current = issuer
    return False


def _issued_by(certificate: x509.Certificate, issuer: x509.Certificate, at: dt.datetime) -> bool:
    if _time_fault(issuer, at) or not _is_authority(issuer):
        return False
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def _is_authority(certificate: x509.Certificate) -> bool:
    constraints = _extension(certificate, x509.BasicConstraints)
    return constraints is not None and constraints.ca


def _extension(certificate: x509.Certificate, kind: type[T]) -> T | None:
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None
