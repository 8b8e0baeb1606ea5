"""Invoices and certificates for the tests."""

import base64
import datetime as dt
import functools
from dataclasses import replace
from decimal import Decimal

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from models.etax.certificates import Credential, credential
from models.etax.codes import FOREIGNER_NUMBER, Amendment, BusinessType, PaymentMeans, Purpose
from models.etax.document import Contact, ImportDocument, Invoice, Line, Party, Payment
from models.kernel.identifiers import brn_with_check

SUPPLIER_NUMBER = brn_with_check("220811234")
BUYER_NUMBER = "1208147521"
BROKER_NUMBER = brn_with_check("104865432")
WRITTEN = dt.date(2026, 11, 20)
ISSUED = dt.datetime(2026, 11, 22, 1, 30, 5, tzinfo=dt.UTC)
NUMBER = "202611204100007300000007"
FROM, UNTIL = dt.datetime(2026, 1, 1, tzinfo=dt.UTC), dt.datetime(2027, 1, 1, tzinfo=dt.UTC)

SUPPLIER = Party(
    registration_number=SUPPLIER_NUMBER,
    name="㈜가온 <서버> & 부품",
    representative="김가온",
    sub_registration="0001",
    address="서울특별시 강남구 테헤란로 1, 3층",
    business_type="도매 및 소매업",
    business_class="컴퓨터 및 주변장치",
    contacts=(Contact("영업팀", "이담당", "02-555-0101", "sales@gaon.example"),),
)
BUYER = Party(
    registration_number=BUYER_NUMBER,
    name="주식회사 카카오",
    representative="홍대표",
    kind=BusinessType.BUSINESS,
    address="제주특별자치도 제주시 첨단로 242",
    business_type="정보통신업",
    business_class="포털 및 인터넷 정보매개 서비스업",
    contacts=(
        Contact("정산팀", "박정산", "064-795-1500", "tax@kakao.example"),
        Contact("", "최구매", "010-1234-5678", "buyer@kakao.example"),
    ),
)
BROKER = Party(
    registration_number=BROKER_NUMBER,
    name="나라위탁",
    representative="정수탁",
    contacts=(Contact(email="broker@nara.example"),),
)
LINES = (
    Line(
        position=1,
        name="랙 서버",
        spec="2U/512GB",
        quantity=Decimal(5),
        unit_price=Decimal("200000.50"),
        amount=1_000_002,
        tax=100_000,
        note="11월 20일 검수",
        supplied_on=dt.date(2026, 11, 19),
    ),
    Line(position=2, name="설치", quantity=Decimal("1.5"), amount=33_333, tax=3_333),
    Line(position=3, amount=9, tax=0),
)
DRAFT = Invoice(
    written_on=WRITTEN,
    type_code="0101",
    purpose=Purpose.CLAIM,
    remarks=("정산번호 IV20261120-001", '비고 "둘"'),
    supplier=SUPPLIER,
    buyer=BUYER,
    payments=(Payment(PaymentMeans.CASH, 136_677), Payment(PaymentMeans.CREDIT, 1_000_000)),
    charge_total=1_033_344,
    tax_total=103_333,
    grand_total=1_136_677,
    lines=LINES,
)


@functools.cache
def key(bits: int = 2048, which: int = 0) -> rsa.RSAPrivateKey:
    """One key per size and number for the whole run: making them is slow."""
    return rsa.generate_private_key(65537, bits)


def certificate(
    number: str | None = SUPPLIER_NUMBER,
    *,
    name: str = "㈜가온",
    public: rsa.RSAPublicKey | None = None,
    issuer: Credential | None = None,
    valid: tuple[dt.datetime, dt.datetime] = (FROM, UNTIL),
    authority: bool = False,
    signing: bool = True,
    serial: int = 0x1234,
) -> x509.Certificate:
    """A certificate of `key()` unless told otherwise, self-signed unless there is an issuer."""
    parts = [x509.NameAttribute(NameOID.COUNTRY_NAME, "KR"), x509.NameAttribute(NameOID.COMMON_NAME, name)]
    if number:
        parts.append(x509.NameAttribute(NameOID.SERIAL_NUMBER, number))
    subject = x509.Name(parts)
    usage = x509.KeyUsage(
        digital_signature=signing,
        content_commitment=signing,
        key_encipherment=not signing,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(public or key().public_key())
        .serial_number(serial)
        .not_valid_before(valid[0])
        .not_valid_after(valid[1])
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .sign(issuer.key if issuer else key(), hashes.SHA256())
    )


@functools.cache
def signer() -> Credential:
    """The supplier's credential."""
    return credential(key(), certificate())


@functools.cache
def authority() -> Credential:
    """A root authority with a key of its own."""
    return credential(key(which=1), _root())


def lone(own: rsa.RSAPrivateKey) -> Credential:
    """A self-signed credential of any key, good or not."""
    public = own.public_key()
    first = Credential(own, certificate(public=public), (), "")
    made = certificate(public=public, issuer=first)
    return Credential(own, made, (), base64.b64encode(made.public_bytes(Encoding.DER)).decode())


def curved() -> bytes:
    """A DER certificate of an elliptic key."""
    own = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "곡선")])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(own.public_key())
    made = made.serial_number(1).not_valid_before(FROM).not_valid_after(UNTIL)
    return made.sign(own, hashes.SHA256()).public_bytes(Encoding.DER)


def _root() -> x509.Certificate:
    public = key(which=1).public_key()
    lone = Credential(key(which=1), certificate(None, name="시험 최상위", public=public, authority=True), (), "")
    return certificate(None, name="시험 최상위", public=public, authority=True, issuer=lone)


def issued(invoice: Invoice = DRAFT, number: str = NUMBER) -> Invoice:
    """The invoice with an approval number and the instant of its issuing."""
    return replace(invoice, issue_id=number, issued_at=ISSUED)


ORIGINAL = "202610154100007300000abc"
AMENDED = replace(
    DRAFT,
    type_code="0201",
    amendment=Amendment.PRICE_CHANGE,
    original_issue_id=ORIGINAL,
    remarks=("당초 작성일자 2026-10-15",),
)
CONSIGNED = replace(DRAFT, type_code="0103", broker=BROKER)
_UNTAXED_LINES = tuple(replace(line, tax=0) for line in LINES)
_UNTAXED = replace(DRAFT, lines=_UNTAXED_LINES, tax_total=0, grand_total=1_033_344, payments=())
ZERO_RATED = replace(_UNTAXED, type_code="0102")
ZERO_RATED_CONSIGNED = replace(_UNTAXED, type_code="0105", broker=BROKER)
EXEMPT = replace(_UNTAXED, type_code="0301", purpose=Purpose.RECEIPT)
IMPORTED = replace(
    DRAFT,
    type_code="0104",
    purpose=None,
    import_document=ImportDocument("12345-26-12345U", 3, dt.date(2026, 11, 1), dt.date(2026, 11, 20)),
)
INDIVIDUAL = replace(
    DRAFT,
    buyer=replace(BUYER, registration_number="9001011234568", kind=BusinessType.INDIVIDUAL, name="고길동"),
)
FOREIGNER = replace(
    DRAFT,
    buyer=replace(BUYER, registration_number=FOREIGNER_NUMBER, kind=BusinessType.FOREIGNER, name="John Smith"),
    remarks=("여권번호 M12345678",),
)
SMALL = replace(
    DRAFT,
    lines=(Line(position=1, amount=9, tax=0),),
    charge_total=9,
    tax_total=0,
    grand_total=9,
    payments=(),
    remarks=(),
    supplier=Party(SUPPLIER_NUMBER, "가", "나"),
    buyer=Party(BUYER_NUMBER, "다", "라", kind=BusinessType.BUSINESS, contacts=(Contact(email="a@b.kr"),)),
)
MINUS = replace(
    DRAFT,
    type_code="0201",
    amendment=Amendment.CANCELLATION,
    original_issue_id=ORIGINAL,
    lines=(Line(position=1, amount=-50_000, tax=-5_000, quantity=Decimal(-1), unit_price=Decimal(50_000)),),
    charge_total=-50_000,
    tax_total=-5_000,
    grand_total=-55_000,
    payments=(Payment(PaymentMeans.CREDIT, -55_000),),
)
FULL = replace(
    DRAFT,
    lines=tuple(Line(position=n, amount=1_000, tax=100, name="가" * 100, spec="나" * 60) for n in range(1, 100)),
    charge_total=99_000,
    tax_total=9_900,
    grand_total=108_900,
    payments=(),
    remarks=("가" * 150, "나" * 150, "다" * 150),
)
ALL = {
    "taxed": DRAFT,
    "amended": AMENDED,
    "minus": MINUS,
    "consigned": CONSIGNED,
    "zero rated": ZERO_RATED,
    "zero rated, consigned": ZERO_RATED_CONSIGNED,
    "exempt": EXEMPT,
    "imported": IMPORTED,
    "individual": INDIVIDUAL,
    "foreigner": FOREIGNER,
    "under ten won": SMALL,
    "99 lines": FULL,
}
"""An invoice of each sort, all of them right."""
