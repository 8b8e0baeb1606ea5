"""The house's attestation of a finished paper: a PAdES-B-B certification signature, and its verification.

The key says 「this record is as the house made it」; it is not the signature of a party. Everything works
without a network, from any thread, and equal input (paper, key, instant) gives equal bytes.
"""

import asyncio
import dataclasses
import datetime as dt
import hashlib
import io
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from asn1crypto import cms  # type: ignore[import-untyped]
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID
from pyhanko.keys.internal import translate_pyca_cryptography_cert_to_asn1
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields, signers
from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature, async_validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from models.kernel.calendar import KST

REASON = "동반이 이 문서와 감사 기록이 만들어진 뒤 바뀌지 않았음을 증명합니다. 당사자 본인의 전자서명이 아닙니다."
LOCATION = "대한민국"
SIGNER = "동반 문서 증명"
_FIELD = "DongbanAttestation"
_FILE = "house.pem"
_YEARS = 10
_KEY_BITS = 3072
_RESERVED = 16_384


@dataclass(frozen=True)
class HouseIdentity:
    """The house's key with its certificate. Never printed: the key is not part of the text form."""

    key: rsa.RSAPrivateKey
    certificate: x509.Certificate

    def __repr__(self) -> str:
        return f"HouseIdentity({self.certificate.subject.rfc4514_string()})"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a file's signature says. `valid`: the house signed exactly these bytes; `intact`: the signed
    range is untouched. `changes` tells in Korean what is wrong; empty when `valid`. `sha256` is that of the
    whole file.
    """

    valid: bool
    intact: bool
    signer: str
    signed_at: dt.datetime | None
    changes: tuple[str, ...]
    sha256: str


def house_identity(directory: Path, now: dt.datetime) -> HouseIdentity:
    """The identity in `directory`, made at the first call (RSA-3072, self-issued, ten years from `now`).

    The file is 0600 and appears whole or not at all, so several processes may start at once.
    """
    path = directory / _FILE
    if not path.exists():
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = directory / f".{_FILE}.{os.getpid()}.{os.urandom(4).hex()}"
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(_new_identity(now))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return load_identity(path)


def load_identity(path: Path, passphrase: str = "") -> HouseIdentity:
    """An identity from PKCS#12 (.p12, .pfx) or PEM (key and certificate in one file): the way in
    production.

    Raises ValueError when the file has no RSA key of 2048 bits or more, or the certificate is for another
    key.
    """
    data, secret = path.read_bytes(), passphrase.encode() or None
    if path.suffix in {".p12", ".pfx"}:
        key, certificate, _ = pkcs12.load_key_and_certificates(data, secret)
    else:
        key = serialization.load_pem_private_key(data, secret)
        certificate = x509.load_pem_x509_certificate(data)
    if not isinstance(key, rsa.RSAPrivateKey) or key.key_size < 2048 or certificate is None:  # noqa: PLR2004
        raise ValueError("the house's identity needs an RSA key of 2048 bits or more, and its certificate")
    if certificate.public_key() != key.public_key():
        raise ValueError("the house's certificate belongs to another key")
    return HouseIdentity(key, certificate)


def _new_identity(now: dt.datetime) -> bytes:
    key = rsa.generate_private_key(public_exponent=65537, key_size=_KEY_BITS)
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "KR"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "동반"),
            x509.NameAttribute(NameOID.COMMON_NAME, SIGNER),
        ]
    )
    start = now.astimezone(dt.UTC).replace(microsecond=0)
    usage = {"digital_signature": True, "content_commitment": True}
    unused = ("key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign", "crl_sign")
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start - dt.timedelta(minutes=5))
        .not_valid_after(start + dt.timedelta(days=365 * _YEARS))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(
            x509.KeyUsage(**usage, **dict.fromkeys((*unused, "encipher_only", "decipher_only"), False)),
            critical=True,
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    plain = serialization.NoEncryption()
    return key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain) + certificate.public_bytes(pem)


class _Writer(IncrementalPdfFileWriter):
    """Writes the signature's revision without asking the clock or a random source."""

    def __init__(self, pdf: bytes, at: dt.datetime) -> None:
        super().__init__(io.BytesIO(pdf))
        self._document_id[1] = generic.ByteStringObject(hashlib.sha256(pdf + at.isoformat().encode()).digest()[:16])

    def _update_meta(self) -> None:
        # The paper keeps the dates it was made with; the signature carries its own.
        return


class _Signer(signers.Signer):
    """Signs with the loaded key: the library's own signer reads and checks the key again for every file
    (0.1 s).
    """

    def __init__(self, house: HouseIdentity) -> None:
        self._key = house.key
        super().__init__(signing_cert=_asn1(house.certificate))

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        if dry_run:
            return bytes(self._key.key_size // 8)
        if digest_algorithm != "sha256":
            raise ValueError(digest_algorithm)
        return self._key.sign(data, padding.PKCS1v15(), hashes.SHA256())


def sign(pdf: bytes, house: HouseIdentity, at: dt.datetime) -> bytes:
    """The paper with the house's certification signature of the instant `at` (aware; printed in Korean time).

    It allows no change afterwards (DocMDP 1). Raises ValueError for a naive instant.
    """
    if at.tzinfo is None:
        raise ValueError("naive instant")
    return asyncio.run(_sign(pdf, house, at.astimezone(KST).replace(microsecond=0)))


async def _sign(pdf: bytes, house: HouseIdentity, at: dt.datetime) -> bytes:
    meta = signers.PdfSignatureMetadata(
        field_name=_FIELD,
        md_algorithm="sha256",
        subfilter=fields.SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=fields.MDPPerm.NO_CHANGES,
        reason=REASON,
        location=LOCATION,
        name=SIGNER,
    )
    session = signers.PdfSigner(meta, _Signer(house)).init_signing_session(_Writer(pdf, at))
    session.system_time = at
    prepared = session.prepare_tbs_document(validation_info=None, bytes_reserved=_RESERVED)
    out = io.BytesIO()
    digest, _ = prepared.digest_tbs_document(output=out)
    await prepared.perform_signature(digest.document_digest, PdfCMSSignedAttributes(signing_time=at))
    return out.getvalue()


def _asn1(certificate: x509.Certificate) -> Any:
    return translate_pyca_cryptography_cert_to_asn1(certificate)


def verify(pdf: bytes, trusted: Sequence[x509.Certificate], recorded_sha256: str = "") -> Verdict:
    """Whether one of the house's certificates (`trusted`: the present one and earlier ones) signed exactly
    this file. Never raises for bad files.

    Any change in the signed ranges, and anything added to the file, gives `valid` False. The room of the
    signature itself cannot be signed; with `recorded_sha256` (lower-case hex) a change there shows as well.
    The certificate is judged at the instant the signature names: there is no outside time stamp
    (PAdES-B-B).
    """
    if recorded_sha256 and hashlib.sha256(pdf).hexdigest() != recorded_sha256:
        verdict = verify(pdf, trusted)
        changes = (*verdict.changes, "보관된 원본과 다른 파일입니다 (SHA-256 불일치).")
        return dataclasses.replace(verdict, valid=False, changes=changes)
    try:
        return asyncio.run(_verify(pdf, trusted))
    except Exception:  # noqa: BLE001 - a file made to break a parser is simply not the house's
        return _verdict(pdf, ["서명을 읽을 수 없습니다. 파일이 손상되었거나 바뀌었습니다."])


def _verdict(
    pdf: bytes,
    changes: Sequence[str],
    *,
    intact: bool = False,
    signer: str = "",
    at: dt.datetime | None = None,
) -> Verdict:
    return Verdict(not changes and intact, intact, signer, at, tuple(changes), hashlib.sha256(pdf).hexdigest())


async def _verify(pdf: bytes, trusted: Sequence[x509.Certificate]) -> Verdict:
    found = PdfFileReader(io.BytesIO(pdf), strict=True).embedded_signatures
    if len(found) != 1:
        return _verdict(pdf, ["동반의 서명이 없는 파일입니다." if not found else "서명이 여럿 있는 파일입니다."])
    signature = found[0]
    at = signature.self_reported_timestamp
    context = ValidationContext(
        trust_roots=[_asn1(certificate) for certificate in trusted],
        allow_fetching=False,
        moment=at,
        revocation_mode="soft-fail",
    )
    status = await async_validate_pdf_signature(signature, context, skip_diff=True)
    changes = []
    if not (status.intact and status.valid):
        changes.append("서명한 뒤에 서명된 내용이 바뀌었습니다.")
    if not _covers_all(pdf, signature):
        changes.append("서명한 뒤에 파일에 덧붙이거나 바꾼 내용이 있습니다.")
    if not _is_house(signature.signer_cert, trusted):
        changes.append("동반의 키로 서명한 파일이 아닙니다.")
    if not changes and not status.bottom_line:
        changes.append("서명이 규칙에 맞지 않습니다.")
    return _verdict(
        pdf,
        changes,
        intact=bool(status.intact and status.valid),
        signer=str(signature.signer_cert.subject.native.get("common_name", "")),
        at=at,
    )


def _is_house(certificate: Any, trusted: Sequence[x509.Certificate]) -> bool:
    return certificate.dump() in {c.public_bytes(serialization.Encoding.DER) for c in trusted}


def _covers_all(pdf: bytes, signature: EmbeddedPdfSignature) -> bool:
    """The signed ranges and the signature itself are the whole file, with nothing hidden in the signature's
    room.

    That room is not signed. It is `<`, the signature in the one spelling we write (upper case), zeros, `>`.
    """
    start, first, second, rest = (int(n) for n in signature.byte_range)
    room = pdf[start + first : second]
    if start != 0 or second + rest != len(pdf):
        return False
    written = cms.ContentInfo.load(bytes(signature.pkcs7_content)).dump().hex().upper().encode()
    return re.fullmatch(rb"<" + re.escape(written) + rb"0*>", room) is not None
