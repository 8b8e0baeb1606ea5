"""Taking a request for a reverse-issued invoice (역발행 요청) from the buyer's program."""

import datetime as dt
import hashlib
import json
import re
from dataclasses import dataclass, field
from typing import Any

from models.etax import parse, validate
from models.etax.document import Invoice, Party
from models.etax.faults import Malformed
from web.sandbox.hub import companies
from web.sandbox.hub.core import CONTROL, KEY, Hub, Row
from web.sandbox.hub.machine import SEOUL, State

ADDRESS = re.compile(r"[^@\s]{1,64}@[^@\s]+\.[^@\s]+")
NUMBER = re.compile(r"[0-9]{10}", re.ASCII)
TEXT_MAX = 200
BUYER = "공급받는자"
DIRECTIONS = ("reverse", "forward")
"""Asked for by the buyer, or by the supplier's own program."""


@dataclass(frozen=True, slots=True)
class Violation:
    """One thing that is wrong with a document."""

    path: str
    code: str
    sentence: str


class Invalid(Exception):  # noqa: N818 - an answer, not a fault
    """Everything that is wrong, not the first thing alone."""

    def __init__(self, violations: list[Violation]) -> None:
        super().__init__(", ".join(one.code for one in violations))
        self.violations = violations


class KeyTaken(Exception):  # noqa: N818 - an answer, not a fault
    """The key is another document's."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as the buyer's program hands it over."""

    key: str
    direction: str
    xml: str = field(repr=False)
    contact: dict[str, str] = field(repr=False)
    memo: str

    @property
    def hash(self) -> str:
        facts = [self.direction, self.xml, sorted(self.contact.items()), self.memo]
        return hashlib.sha256(json.dumps(facts, ensure_ascii=False).encode()).hexdigest()


def asked_from(key: str, body: Any) -> Asked:
    """Raises Invalid for what is no request at all."""
    wrong = []
    body = body if isinstance(body, dict) else {}
    contact = body.get("contact") if isinstance(body.get("contact"), dict) else {}
    contact = {name: contact.get(name) or "" for name in ("name", "email", "phone")}
    memo = body.get("memo") or ""
    if not KEY.fullmatch(key):
        wrong.append(Violation("key", "key", "문서번호는 영문, 숫자, -, _ 24자까지입니다."))
    direction = body.get("direction")
    if direction not in DIRECTIONS:
        wrong.append(Violation("direction", "direction", "역발행(reverse)과 정발행(forward)만 받습니다."))
    if not isinstance(body.get("xml"), str):
        wrong.append(Violation("xml", "missing", "세금계산서 XML이 없습니다."))
    if not all(_is_text(text) for text in (*contact.values(), memo)):
        wrong.append(Violation("contact", "text", "담당자와 메모는 한 줄로 200자까지입니다."))
    elif not ADDRESS.fullmatch(contact["email"]):
        wrong.append(Violation("contact.email", "email", "서명을 요청할 담당자의 이메일이 필요합니다."))
    if wrong:
        raise Invalid(wrong)
    return Asked(key=key, direction=str(direction), xml=body["xml"], contact=contact, memo=memo)


def _is_text(said: Any) -> bool:
    return isinstance(said, str) and len(said) <= TEXT_MAX and not CONTROL.search(said)


def read(xml: bytes, today: dt.date) -> Invoice:
    """The invoice a request may be made of. Raises Invalid."""
    try:
        invoice = parse.parse(xml)
    except Malformed as wrong:
        raise Invalid([Violation(wrong.path, wrong.code, wrong.sentence)]) from None
    found = [Violation(one.path, one.code, one.sentence) for one in validate.violations(xml, validate.Stage.DRAFT)]
    if invoice.issue_id or invoice.issued_at:
        found.append(Violation("/TaxInvoice", "issued", "이미 발급된 문서는 요청할 수 없습니다."))
    if invoice.written_on > today:
        path = "/TaxInvoice/TaxInvoiceDocument/IssueDateTime"
        found.append(Violation(path, "future", "작성일자는 오늘 이후일 수 없습니다."))
    if not NUMBER.fullmatch(signer(invoice).registration_number):
        path = "/TaxInvoice/TaxInvoiceTradeSettlement/InvoicerParty/ID"
        found.append(Violation(path, "supplier", "서명할 회사의 사업자등록번호 10자리가 필요합니다."))
    if found:
        raise Invalid(found)
    return invoice


def signer(invoice: Invoice) -> Party:
    """Who issues it: the supplier, for goods sold through a trustee (위수탁) the trustee in its name."""
    return invoice.broker if invoice.trade.consigned and invoice.broker else invoice.supplier


async def file(hub: Hub, asked: Asked) -> tuple[Row, bool]:
    """The document, and whether it is new. Raises Invalid, KeyTaken, companies.NotMember."""
    known = await _known(hub, asked)
    if known is not None:
        if known["mails"] == 0:
            # Whoever took it the first time did not come this far.
            await ask_to_sign(hub, known, 1)
        return known, False
    xml = asked.xml.encode()
    invoice = read(xml, hub.now().astimezone(SEOUL).date())
    weather = await hub.weather()
    await companies.enrol(hub, signer(invoice), weather.newcomers)
    row = row_of(asked, invoice, hub.now()) | {"xml": xml}
    if not await hub.insert(row, BUYER, weather):
        # Somebody else filed the same key meanwhile.
        raced = await _known(hub, asked)
        assert raced is not None  # noqa: S101 - it is there
        return raced, False
    await ask_to_sign(hub, row, 1)
    return await hub.document(asked.key), True


async def _known(hub: Hub, asked: Asked) -> Row | None:
    row = await hub.kept.one("SELECT * FROM hub.document WHERE key = %s", asked.key)
    if row is not None and row["request_hash"] != asked.hash:
        raise KeyTaken
    return row


def row_of(asked: Asked, invoice: Invoice, now: dt.datetime) -> Row:
    """A new document, its XML left out."""
    first = invoice.lines[0].name if invoice.lines else ""
    more = len(invoice.lines) - 1
    return {
        "key": asked.key,
        "direction": asked.direction,
        "request_hash": asked.hash,
        "supplier": signer(invoice).registration_number,
        "buyer_name": invoice.buyer.name,
        "title": f"{first} 외 {more}건" if more > 0 else first,
        "type_code": invoice.type_code,
        "written_on": invoice.written_on,
        "supply": invoice.charge_total,
        "tax": invoice.tax_total,
        "total": invoice.grand_total,
        "contact": asked.contact,
        "memo": asked.memo,
        "state": str(State.REQUESTED),
        "state_version": 1,
        "created_at": now,
        "updated_at": now,
    }


async def ask_to_sign(hub: Hub, row: Row, number: int) -> None:
    """The mail to the supplier's contact; `number` counts them from 1."""
    again = "" if number == 1 else "[다시 알림] "
    name = f"{row['contact']['name']}님" if row["contact"]["name"] else "담당자님"
    own = row["direction"] == "forward"
    told = f"{row['buyer_name']}에게 발급할 세금계산서가 도착했습니다" if own else _asks(row)
    await hub.mail(
        f"{row['key']}/{number}",
        row["contact"]["email"],
        f"[트러스허브] {again}{told} (발급대기)",
        "\n".join(
            (
                f"{name}, 안녕하세요. 전자세금계산서 서비스 트러스허브(연습용)입니다.",
                "",
                f"{told}. 내용을 확인하고 서명해 주세요.",
                f"· 품목: {row['title']}",
                f"· 작성일자: {row['written_on']:%Y.%m.%d}",
                f"· 합계금액: {row['total']:,}원 (공급가액 {row['supply']:,}원, 세액 {row['tax']:,}원)",
                *((f"· 전달사항: {row['memo']}",) if row["memo"] else ()),
                "",
                f"확인하기 {hub.told.public_url}/hub/documents/{row['key']}",
                "",
                "로그인: 사업자등록번호와 비밀번호. 문서함 > 미처리문서에서도 볼 수 있습니다.",
            )
        ),
    )
    await hub.kept.run("UPDATE hub.document SET mails = greatest(mails, %s) WHERE key = %s", number, row["key"])


def _asks(row: Row) -> str:
    return f"{row['buyer_name']}에서 세금계산서 역발행을 요청했습니다"


def is_asked_for(row: Row) -> bool:
    """Whether a program asked for it, which then is told of it; what a member wrote here is its own."""
    return row["direction"] == "reverse" or bool(row["contact"])


async def tell_withdrawn(hub: Hub, row: Row, reason: str) -> None:
    """The mail to the supplier's contact that there is nothing to sign any more, or that what it signed is undone."""
    what = "역발행 요청을 취소했습니다" if row["state"] == State.REQUEST_CANCELLED else "세금계산서 발행을 취소했습니다"
    name = f"{row['contact']['name']}님" if row["contact"]["name"] else "담당자님"
    who = row["buyer_name"] if row["direction"] == "reverse" else "담당 부서"
    if row["direction"] != "reverse":
        what = what.replace("역발행 요청", "발급 요청")
    await hub.mail(
        f"{row['key']}/{row['state']}",
        row["contact"]["email"],
        f"[트러스허브] {who}에서 {what}",
        "\n".join(
            (
                f"{name}, 안녕하세요. 전자세금계산서 서비스 트러스허브(연습용)입니다.",
                "",
                f"{who}에서 {what}. 이 문서는 더 처리하지 않으셔도 됩니다.",
                f"· 품목: {row['title']}",
                f"· 작성일자: {row['written_on']:%Y.%m.%d}",
                f"· 합계금액: {row['total']:,}원",
                f"· 사유: {reason}",
                "",
                f"문서 보기 {hub.told.public_url}/hub/documents/{row['key']}",
            )
        ),
    )


async def remind(hub: Hub, row: Row) -> None:
    await ask_to_sign(hub, row, row["mails"] + 1)
