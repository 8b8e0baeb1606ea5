"""What the supplier does with a request: issue it with its certificate (서명), or refuse it."""

import asyncio
import dataclasses
import datetime as dt
import functools
from collections.abc import Container

from models.etax import build, certificates, numbers, parse, signature
from models.etax.faults import BadCertificate, Fault
from web.sandbox.hub import authority, machine
from web.sandbox.hub.core import Hub, Row, one_line
from web.sandbox.hub.machine import Act, State

REGISTRAR = "41000099"
"""The hub's own registration number at the tax service; of no licensed hub."""
REASON_MAX = 200


class Refused(Exception):  # noqa: N818 - an answer, not a fault
    """The sentence belongs at the field."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field
        self.sentence = sentence


async def sign(hub: Hub, company: Row, row: Row, pkcs12: bytes, password: str) -> Row:
    """Issue a document: approval number, signature, and on its way as the company set it.

    Raises Refused for what is wrong with membership, certificate or password, machine.Forbidden.
    """
    machine.after(State(row["state"]), Act.SIGN)
    if company["membership"] != "full":
        raise Refused("membership", "준회원은 서명할 수 없습니다. 정회원으로 전환한 뒤 서명해 주세요.")
    credential = await _credential(hub, company, pkcs12, password)
    serial = await hub.kept.one("SELECT nextval('hub.approval_serial') AS number")
    assert serial is not None  # noqa: S101 - a sequence always answers
    number = numbers.approval_number(row["written_on"], REGISTRAR, serial["number"])
    now = hub.now().replace(microsecond=0)
    draft = parse.parse(bytes(row["xml"]))
    issued = dataclasses.replace(draft, issue_id=number, issued_at=now)
    try:
        signed = await asyncio.to_thread(lambda: signature.sign(build.build(issued), credential))
    except Fault as wrong:
        raise Refused("certificate", wrong.sentence) from None
    facts = {
        "approval_number": number,
        "issued_at": now,
        "signed": signed,
        "due_at": machine.sends_at(company["send_mode"], now, _holidays()),
    }
    return await hub.move(row["key"], Act.SIGN, company["name"], f"승인번호 {number}", facts)


@functools.cache
def _holidays() -> Container[dt.date]:
    """Korean public and substitute holidays, of any year they are asked for."""
    # Heavy, and wanted by nobody who does not sign.
    from holidays import country_holidays

    return country_holidays("KR")


async def _credential(hub: Hub, company: Row, pkcs12: bytes, password: str) -> certificates.Credential:
    try:
        found = certificates.open_pkcs12(pkcs12, password)
    except BadCertificate as wrong:
        field = "password" if wrong.code == "pkcs12_unreadable" else "certificate"
        sentence = "인증서 비밀번호가 맞지 않습니다." if field == "password" else wrong.sentence
        raise Refused(field, sentence) from None
    if found.identity.registration_number != company["registration_number"]:
        raise Refused(
            "certificate", "공급자의 인증서가 아닙니다. 우리 회사 사업자등록번호로 발급된 인증서를 골라 주세요."
        )
    _, root = await authority.root(hub)
    fault = certificates.trust_fault(found.certificate, [root], hub.now())
    if fault is not None:
        raise Refused("certificate", BadCertificate(fault).sentence)
    return found


async def withdraw(hub: Hub, company: Row, row: Row, act: Act, reason: str) -> Row:
    """역발행 거부 or 발행취소. Raises Refused without a reason, machine.Forbidden."""
    reason = one_line(reason)
    if not reason or len(reason) > REASON_MAX:
        raise Refused("reason", "사유를 200자까지 입력해 주세요.")
    return await hub.move(row["key"], act, company["name"], reason, {"reason": reason})
