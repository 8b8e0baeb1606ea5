"""The settlement's page, and the pages of 정산완료, 지급완료 and 정산취소."""

import datetime as dt
from typing import Any

from sqlmodel import Session

from models import clock
from models.kernel.calendar import local_date
from models.kernel.identifiers import format_brn
from models.kernel.roles import Role
from models.orders.wording import EVIDENCE_TYPE, SETTLEMENT_TYPE, TAXATION
from models.processes import queries as processes
from models.processes.messages import Actor
from models.settlements import queries, rules
from models.settlements.kind import SETTLEMENT, payment_expected
from models.settlements.messages import SettlementOut
from models.settlements.rules import EDITABLE, Status
from models.settlements.tables import Settlement
from models.settlements.wording import PAYABLE
from web.documents.kinds import WebKind
from web.tax_invoices.of_settlement import of_settlement

UNPAID = frozenset(Status) - {Status.PAID, Status.CANCELLED}


def context(session: Session, actor: Actor, settlement: Settlement) -> dict[str, Any]:
    """Everything below the head of the settlement's page."""
    officer = Role.SETTLEMENT in actor.every_role
    return {
        "head_note": f"{settlement.company_name} · 공급가액 {amount_words(settlement)}",
        "settlement": settlement,
        "items": queries.items(session, settlement.id or 0),
        "business_number_words": format_brn(settlement.business_number),
        "settlement_words": SETTLEMENT_TYPE.get(settlement.settlement_type, settlement.settlement_type),
        "evidence_words": EVIDENCE_TYPE.get(settlement.evidence_type, settlement.evidence_type),
        "taxation_words": TAXATION.get(settlement.taxation, ""),
        "payable": PAYABLE[settlement.status],
        **_amounts(settlement),
        "expected_on": expected_on(session, settlement),
        "estimated": settlement.payment_due_on is None,
        "may_edit": officer and settlement.status in EDITABLE,
        "preparing": settlement.requested_at is not None and settlement.statement_file_id is None,
        **of_settlement(session, actor, settlement),
    }


def _amounts(settlement: Settlement) -> dict[str, int]:
    """What amended invoices made of the payment: the settlement may be a plain row here."""
    amended = settlement.amended_supply + settlement.amended_vat
    return {"amended_amount": amended, "payable_amount": settlement.total_amount + amended}


def amount_words(settlement: Settlement) -> str:
    """「금 2,966,000 원」, other currencies by their code."""
    amount = f"{settlement.supply_amount:,}"
    return f"금 {amount} 원" if settlement.currency == "KRW" else f"{settlement.currency} {amount}"


def expected_on(session: Session, settlement: Settlement) -> dt.date | None:
    """When the money comes, as long as it is to come."""
    if settlement.status not in UNPAID:
        return None
    return payment_expected(settlement, local_date(clock.now()), processes.holidays(session))


def act_context(session: Session, actor: Actor, settlement: Settlement, act: str) -> dict[str, Any]:  # noqa: ARG001
    """What the pages of 정산완료, 지급완료 and 정산취소 need besides the document."""
    return {
        "today": local_date(clock.now()),
        **_amounts(settlement),
        "needs_number": rules.needs_approval_number(settlement.evidence_type),
        "digits": rules.APPROVAL_NUMBER_DIGITS,
        "by_itself": rules.comes_by_itself(settlement.evidence_type),
    }


def not_yet(settlement: Settlement, acts: frozenset[str]) -> list[tuple[str, str]]:
    """What the officer will do next, and what it waits on."""
    if settlement.status == Status.ISSUE_REQUESTED and "cancel" in acts:
        return [(SETTLEMENT.words.act["settle"], "공급사 확인 뒤")]
    return []


WEB = WebKind(
    kind=SETTLEMENT,
    template="settlements/detail.html",
    api=SettlementOut,
    list_label="정산내역",
    list_link="/settlements",
    context=context,
    act_templates={
        "settle": "settlements/settle.html",
        "pay": "settlements/pay.html",
        "finish_cancel": "settlements/finish_cancel.html",
    },
    act_context=act_context,
    not_yet=not_yet,
)
