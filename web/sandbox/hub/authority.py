"""The hub's certificate authority for practice: a root nobody else trusts, and PKCS#12 files for its members."""

import asyncio
import datetime as dt
import secrets

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID

from web.sandbox.hub.core import Hub, Row

KEY_BITS = 2048
ROOT_FROM, ROOT_UNTIL = dt.datetime(2020, 1, 1, tzinfo=dt.UTC), dt.datetime(2050, 1, 1, tzinfo=dt.UTC)
DEMO_PASSWORD = "cert-1234!"  # noqa: S105 - shown beside the certificate, for trying things out
LIVES = {
    "year": (dt.timedelta(days=-1), dt.timedelta(days=365), "1년"),
    "expired": (dt.timedelta(days=-366), dt.timedelta(days=-1), "어제 만료됨 (시험용)"),
}
"""From, until (seen from now) and what people read."""
NAME_MAX = 64
LISTED_MAX = 20
NUMBER_MAX = 2**63 - 1


async def root(hub: Hub) -> tuple[rsa.RSAPrivateKey, x509.Certificate]:
    """The authority's key and certificate, made when first asked for."""
    row = await hub.kept.one("SELECT key_pem, certificate_pem FROM hub.authority WHERE id = 1")
    if row is None:
        key_pem, certificate_pem = await asyncio.to_thread(_make_root)
        # Two at once: the first stands.
        await hub.kept.run(
            "INSERT INTO hub.authority VALUES (1, %s, %s) ON CONFLICT DO NOTHING", key_pem, certificate_pem
        )
        row = await hub.kept.one("SELECT key_pem, certificate_pem FROM hub.authority WHERE id = 1")
    assert row is not None  # noqa: S101 - made above
    key = serialization.load_pem_private_key(row["key_pem"].encode(), None)
    assert isinstance(key, rsa.RSAPrivateKey)  # noqa: S101 - made below
    return key, x509.load_pem_x509_certificate(row["certificate_pem"].encode())


def _make_root() -> tuple[str, str]:
    key = rsa.generate_private_key(65537, KEY_BITS)
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "KR"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "TrustHub Sandbox"),
            x509.NameAttribute(NameOID.COMMON_NAME, "Practice Certificate Authority (not trusted)"),
        ]
    )
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(ROOT_FROM)
        .not_valid_after(ROOT_UNTIL)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(authority=True), critical=True)
        .sign(key, hashes.SHA256())
    )
    key_pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return key_pem.decode(), made.public_bytes(serialization.Encoding.PEM).decode()


def _usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not authority,
        content_commitment=not authority,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )


async def issue(hub: Hub, company: Row, life: str = "year", password: str = DEMO_PASSWORD) -> Row:
    """A new certificate of a company, as a PKCS#12 file under that password."""
    key, certificate = await root(hub)
    since, until, _ = LIVES[life]
    made, data = await asyncio.to_thread(
        _make, key, certificate, company, (hub.now() + since, hub.now() + until), password
    )
    row = await hub.kept.one(
        "INSERT INTO hub.certificate (registration_number, serial, pkcs12, password, valid_from, valid_until, at)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s) RETURNING *",
        company["registration_number"],
        f"{made.serial_number:x}",
        data,
        password,
        made.not_valid_before_utc,
        made.not_valid_after_utc,
        hub.now(),
    )
    assert row is not None  # noqa: S101 - an INSERT ... RETURNING
    return row


def _make(
    root_key: rsa.RSAPrivateKey,
    root_certificate: x509.Certificate,
    company: Row,
    life: tuple[dt.datetime, dt.datetime],
    password: str,
) -> tuple[x509.Certificate, bytes]:
    key = rsa.generate_private_key(65537, KEY_BITS)
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "KR"),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, "e-Tax Invoice"),
            x509.NameAttribute(NameOID.SERIAL_NUMBER, company["registration_number"]),
            x509.NameAttribute(NameOID.COMMON_NAME, company["name"][:NAME_MAX]),
        ]
    )
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(root_certificate.subject)
        .public_key(key.public_key())
        .serial_number(secrets.randbits(63) + 1)
        .not_valid_before(life[0])
        .not_valid_after(life[1])
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(authority=False), critical=True)
        .sign(root_key, hashes.SHA256())
    )
    name = company["registration_number"].encode()
    sealing = serialization.BestAvailableEncryption(password.encode())
    return made, pkcs12.serialize_key_and_certificates(name, key, made, [root_certificate], sealing)


async def certificates(hub: Hub, company: Row) -> list[Row]:
    """A company's certificates, the newest first; one is made for who has none."""
    rows = await _of(hub, company)
    if not rows:
        await issue(hub, company)
        rows = await _of(hub, company)
    return rows


async def _of(hub: Hub, company: Row) -> list[Row]:
    return await hub.kept.rows(
        "SELECT * FROM hub.certificate WHERE registration_number = %s ORDER BY id DESC LIMIT %s",
        company["registration_number"],
        LISTED_MAX,
    )


async def one(hub: Hub, company: Row, number: int) -> Row | None:
    if number > NUMBER_MAX:
        return None
    return await hub.kept.one(
        "SELECT * FROM hub.certificate WHERE registration_number = %s AND id = %s",
        company["registration_number"],
        number,
    )
