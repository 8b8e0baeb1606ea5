"""PKCS#12 files, whose a certificate is, and whether it is to be believed."""

import datetime as dt

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    KeySerializationEncryption,
    PrivateFormat,
    pkcs12,
)
from cryptography.x509.oid import NameOID

from models.etax.build import build
from models.etax.certificates import (
    PKCS12_BYTES_MAX,
    Credential,
    credential,
    identity,
    open_pkcs12,
    trust_fault,
    trusted,
)
from models.etax.faults import BadCertificate
from models.etax.signature import sign, verify
from models.etax.wording import SENTENCES
from tests.etax import papers

NOW = papers.ISSUED
PASSWORD = "cert비밀번호!1"
BEST = BestAvailableEncryption(PASSWORD.encode())
OLD = (
    PrivateFormat.PKCS12.encryption_builder()
    .key_cert_algorithm(pkcs12.PBES.PBESv1SHA1And3KeyTripleDESCBC)
    .kdf_rounds(2048)
    .hmac_hash(hashes.SHA1())  # noqa: S303 - what banks' programs still write
    .build(PASSWORD.encode())
)
ISSUED = papers.certificate(issuer=papers.authority())


def _file(encryption: KeySerializationEncryption = BEST) -> bytes:
    return pkcs12.serialize_key_and_certificates(
        "정산".encode(), papers.key(), ISSUED, [papers.authority().certificate], encryption
    )


@pytest.mark.parametrize("encryption", [BEST, OLD], ids=["new", "old"])
def test_a_file_opens_with_its_password_and_signs(encryption: KeySerializationEncryption) -> None:
    opened = open_pkcs12(_file(encryption), PASSWORD)
    assert opened.certificate == ISSUED
    assert opened.chain == (papers.authority().certificate,)
    assert opened.identity.registration_number == papers.SUPPLIER_NUMBER
    assert verify(sign(build(papers.issued()), opened)).certificate == ISSUED


@pytest.mark.parametrize(
    ("data", "password", "code"),
    [
        (_file(), "wrong", "pkcs12_unreadable"),
        (_file(), "", "pkcs12_unreadable"),
        (_file()[:-40], PASSWORD, "pkcs12_unreadable"),
        (b"", PASSWORD, "pkcs12_unreadable"),
        (b"PK\x03\x04", PASSWORD, "pkcs12_unreadable"),
        (b"\x30" * (PKCS12_BYTES_MAX + 1), PASSWORD, "pkcs12_unreadable"),
        (
            pkcs12.serialize_key_and_certificates(None, None, ISSUED, None, BEST),
            PASSWORD,
            "pkcs12_no_key",
        ),
        (
            pkcs12.serialize_key_and_certificates(None, papers.key(), None, None, BEST),
            PASSWORD,
            "pkcs12_no_certificate",
        ),
        (
            pkcs12.serialize_key_and_certificates(None, ec.generate_private_key(ec.SECP256R1()), None, [ISSUED], BEST),
            PASSWORD,
            "pkcs12_no_certificate",
        ),
    ],
)
def test_a_file_that_cannot_be_used_says_why(data: bytes, password: str, code: str) -> None:
    with pytest.raises(BadCertificate) as caught:
        open_pkcs12(data, password)
    assert caught.value.code == code
    assert caught.value.sentence == SENTENCES[code]


def test_key_and_certificate_must_be_each_other_s_and_strong() -> None:
    with pytest.raises(BadCertificate) as caught:
        credential(papers.key(which=1), ISSUED)
    assert caught.value.code == "pkcs12_mismatch"
    weak = papers.lone(papers.key(1024))
    with pytest.raises(BadCertificate) as caught:
        credential(weak.key, weak.certificate)
    assert caught.value.code == "key_weak"
    with pytest.raises(BadCertificate) as caught:
        credential(papers.key(), x509.load_der_x509_certificate(papers.curved()))
    assert caught.value.code == "key_not_rsa"


def test_a_certificate_tells_whose_it_is() -> None:
    found = identity(ISSUED)
    assert (found.registration_number, found.name, found.serial) == (papers.SUPPLIER_NUMBER, "㈜가온", "1234")
    assert (found.valid_from, found.valid_until) == (papers.FROM, papers.UNTIL)
    assert "시험 최상위" in found.issuer
    assert "PRIVATE" not in repr(papers.signer())


@pytest.mark.parametrize(
    ("field", "value", "number"),
    [
        (NameOID.SERIAL_NUMBER, "1208147521", "1208147521"),
        (NameOID.SERIAL_NUMBER, "9001011234568", "9001011234568"),
        (NameOID.ORGANIZATION_IDENTIFIER, "VATKR-1208147521", "1208147521"),
        (NameOID.ORGANIZATION_IDENTIFIER, "1208147521", "1208147521"),
        (NameOID.SERIAL_NUMBER, "120-81-47521", None),
        (NameOID.SERIAL_NUMBER, "12081475210", None),
        (NameOID.ORGANIZATIONAL_UNIT_NAME, "1208147521", None),
    ],
)
def test_the_number_is_read_from_the_subject_only_where_it_belongs(
    field: x509.ObjectIdentifier, value: str, number: str | None
) -> None:
    name = x509.Name([x509.NameAttribute(field, value)])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(papers.key().public_key())
    made = made.serial_number(1).not_valid_before(papers.FROM).not_valid_after(papers.UNTIL)
    assert identity(made.sign(papers.key(), hashes.SHA256())).registration_number == number


def _middle(*, authority: bool = True) -> Credential:
    """An authority between the root and people."""
    public = papers.key(which=2).public_key()
    made = papers.certificate(
        None, name="시험 중간", public=public, issuer=papers.authority(), authority=authority, serial=77
    )
    return credential(papers.key(which=2), made)


def test_a_certificate_of_a_root_is_trusted_directly_or_through_its_authorities() -> None:
    root = papers.authority().certificate
    assert trusted(ISSUED, [root], NOW)
    below = papers.certificate(issuer=_middle())
    assert not trusted(below, [root], NOW)
    assert trusted(below, [root], NOW, chain=[_middle().certificate])


OTHER_ROOT = papers.lone(papers.key(which=3)).certificate
FAULTS = {
    "before its time": (ISSUED, papers.FROM - dt.timedelta(seconds=1), "certificate_not_yet_valid"),
    "after its time": (ISSUED, papers.UNTIL + dt.timedelta(seconds=1), "certificate_expired"),
    "its own issuer": (papers.certificate(), NOW, "certificate_issuer"),
    "an issuer of the same name": (
        papers.certificate(issuer=Credential(papers.key(which=2), papers.authority().certificate, (), "")),
        NOW,
        "certificate_issuer",
    ),
    "an authority": (papers.authority().certificate, NOW, "certificate_usage"),
    "for encryption": (papers.certificate(issuer=papers.authority(), signing=False), NOW, "certificate_usage"),
    "a short key": (
        papers.certificate(public=papers.key(1024).public_key(), issuer=papers.authority()),
        NOW,
        "key_weak",
    ),
    "another sort of key": (x509.load_der_x509_certificate(papers.curved()), NOW, "key_not_rsa"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_what_speaks_against_a_certificate_is_said(fault: str) -> None:
    made, at, code = FAULTS[fault]
    assert trust_fault(made, [papers.authority().certificate], at) == code
    assert not trusted(made, [papers.authority().certificate], at)
    assert SENTENCES[code]


def test_revoked_and_unrooted_certificates_are_not_trusted() -> None:
    root = papers.authority().certificate
    assert trust_fault(ISSUED, [root], NOW, revoked={0x1234}) == "certificate_revoked"
    assert trust_fault(ISSUED, [], NOW) == "certificate_issuer"
    assert trust_fault(ISSUED, [OTHER_ROOT], NOW) == "certificate_issuer"


def test_an_ordinary_certificate_vouches_for_nobody() -> None:
    below = papers.certificate(issuer=_middle(authority=False))
    chain = [_middle(authority=False).certificate]
    assert trust_fault(below, [papers.authority().certificate], NOW, chain) == "certificate_issuer"


def test_an_authority_that_is_over_vouches_for_nobody() -> None:
    late = papers.certificate(issuer=papers.authority(), valid=(papers.FROM, papers.UNTIL + dt.timedelta(days=30)))
    at = papers.UNTIL + dt.timedelta(days=1)
    assert trust_fault(late, [papers.authority().certificate], at) == "certificate_issuer"
