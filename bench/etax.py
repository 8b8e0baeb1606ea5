"""Tax invoices per second on one core: build, sign and validate, beside signing alone with the same key."""

import datetime as dt
import time
from collections.abc import Callable
from decimal import Decimal

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

from bench.report import Row, fewer_than, slower_than
from models.etax import certificates
from models.etax.build import build
from models.etax.certificates import Credential
from models.etax.codes import BusinessType, Purpose
from models.etax.document import Contact, Invoice, Line, Party
from models.etax.numbers import approval_number
from models.etax.signature import sign, verify
from models.etax.validate import Stage, violations
from models.kernel.identifiers import brn_with_check

PER_SECOND_MIN = 150.0
RSA_LIMIT = 8.0
ROUNDS, INVOICES = 7, 200
_LINES = 4
_ISSUED = dt.datetime(2026, 11, 22, 1, 0, tzinfo=dt.UTC)
_WRITTEN = dt.date(2026, 11, 20)
_SIGNED_INFO_BYTES = 1_300


def rows(rounds: int = ROUNDS, count: int = INVOICES) -> list[Row]:
    """The best of rounds that take turns: invoices per second, and what one costs beside one RSA-2048 signature."""
    credential = _credential()
    invoices = [_invoice(serial) for serial in range(count)]
    signed = [sign(build(invoice), credential) for invoice in invoices]
    floors, ours, verified = [], [], []
    for _ in range(rounds):
        floors.append(_seconds(lambda serial: _sign_alone(credential, serial), count))
        ours.append(_seconds(lambda serial: _whole(invoices[serial], credential), count))
        verified.append(_seconds(lambda serial: verify(signed[serial]), count))
    floor, own, checked = min(floors), min(ours), min(verified)
    return [
        fewer_than("tax_invoices_per_s", 1 / own, "1/s", PER_SECOND_MIN, 1.0),
        slower_than("tax_invoice_vs_rsa_2048", own * 1000, "ms", floor * 1000, RSA_LIMIT),
        slower_than("tax_invoice_verify_vs_rsa_2048", checked * 1000, "ms", floor * 1000),
    ]


def _whole(invoice: Invoice, credential: Credential) -> None:
    found = violations(sign(build(invoice), credential), Stage.SIGNED)
    assert not found


def _sign_alone(credential: Credential, serial: int) -> None:
    credential.key.sign(serial.to_bytes(_SIGNED_INFO_BYTES), padding.PKCS1v15(), hashes.SHA256())


def _seconds(act: Callable[[int], object], count: int) -> float:
    """Seconds of one act, `count` done one after the other."""
    began = time.perf_counter()
    for serial in range(count):
        act(serial)
    return (time.perf_counter() - began) / count


def _credential() -> Credential:
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name(
        [x509.NameAttribute(NameOID.COMMON_NAME, "가온"), x509.NameAttribute(NameOID.SERIAL_NUMBER, _number(0))]
    )
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(_ISSUED).not_valid_after(_ISSUED + dt.timedelta(days=365))
    return certificates.credential(key, made.sign(key, hashes.SHA256()))


def _number(which: int) -> str:
    return brn_with_check(f"{220_81_1234 + which:09d}")


def _invoice(serial: int) -> Invoice:
    """One as settlements make them: four lines, everything filled in."""
    lines = tuple(
        Line(
            position=position,
            amount=(serial + 1) * 10_000 * position,
            tax=(serial + 1) * 1_000 * position,
            name=f"랙 서버 {position}호",
            spec="2U/512GB/NVMe 8TB",
            quantity=Decimal(position),
            unit_price=Decimal((serial + 1) * 10_000),
            note="11월 20일 검수",
            supplied_on=_WRITTEN,
        )
        for position in range(1, _LINES + 1)
    )
    charge, tax = sum(line.amount for line in lines), sum(line.tax for line in lines)
    return Invoice(
        written_on=_WRITTEN,
        type_code="0101",
        purpose=Purpose.CLAIM,
        issue_id=approval_number(_WRITTEN, "41000073", serial),
        issued_at=_ISSUED,
        remarks=(f"정산번호 IV20261120-{serial:03d}",),
        supplier=_party("㈜가온", 0, None),
        buyer=_party("㈜동반", 1, BusinessType.BUSINESS),
        charge_total=charge,
        tax_total=tax,
        grand_total=charge + tax,
        lines=lines,
    )


def _party(name: str, which: int, kind: BusinessType | None) -> Party:
    return Party(
        registration_number=_number(which),
        name=name,
        representative="김대표",
        kind=kind,
        address="서울특별시 강남구 테헤란로 1, 3층",
        business_type="도매 및 소매업",
        business_class="컴퓨터 및 주변장치, 소프트웨어",
        contacts=(Contact("정산팀", "박정산", "02-555-0101", "tax@gaon.example"),),
    )
