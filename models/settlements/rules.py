"""Settlement (정산): invoice request to payment, and taking an invoice back (manual 9-1 to 9-3; pok.md §9)."""

import datetime as dt
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from models.kernel.calendar import first_of_next_month, payment_day
from models.kernel.refusals import Refusal
from models.kernel.roles import Role
from models.kernel.transitions import Move, ProcessRules
from models.kernel.vat import Taxed, taxed_lines, taxed_sum
from models.orders.rules import VAT_OF, EvidenceType, Taxation

KIND = "settlement"
SCHEDULE_PAYMENT = "schedule_payment"
SETTLE_BY_INVOICE = "settle_by_invoice"
"""정산완료 by the machine: the tax service has the invoice that was asked for here."""
CANCEL_BY_INVOICE = "cancel_by_invoice"
"""정산취소 by the machine: the tax service has the minus invoice."""


class Status(StrEnum):
    DRAFTING = "drafting"  # 작성중
    ISSUE_REQUESTED = "issue_requested"  # 발행요청
    ACKNOWLEDGED = "acknowledged"  # 확인
    SETTLED = "settled"  # 정산완료
    PAYMENT_DUE = "payment_due"  # 지급예정
    CANCEL_REQUESTED = "cancel_requested"  # 취소요청
    CANCEL_CONFIRMED = "cancel_confirmed"  # 취소요청확인
    PAID = "paid"  # 지급완료
    CANCELLED = "cancelled"  # 정산취소


OFFICER = frozenset({Role.SETTLEMENT})
PARTNER = frozenset({Role.PARTNER})
MACHINE = frozenset({Role.SYSTEM})

RULES = ProcessRules(
    kind=KIND,
    initial=Status.DRAFTING,
    statuses=tuple(Status),
    moves=(
        Move(Status.DRAFTING, "request_issue", (Status.ISSUE_REQUESTED,), OFFICER, primary=True),
        Move(Status.DRAFTING, "cancel", (Status.CANCELLED,), OFFICER, reason=True, danger=True),
        Move(Status.ISSUE_REQUESTED, "acknowledge", (Status.ACKNOWLEDGED,), PARTNER, primary=True),
        Move(Status.ISSUE_REQUESTED, "cancel", (Status.CANCELLED,), OFFICER, reason=True, danger=True),
        Move(Status.ACKNOWLEDGED, "settle", (Status.SETTLED,), OFFICER, primary=True),
        Move(Status.ACKNOWLEDGED, "cancel", (Status.CANCELLED,), OFFICER, reason=True, danger=True),
        Move(Status.ACKNOWLEDGED, SETTLE_BY_INVOICE, (Status.SETTLED,), MACHINE),
        Move(Status.SETTLED, SCHEDULE_PAYMENT, (Status.PAYMENT_DUE,), MACHINE),
        Move(Status.PAYMENT_DUE, "pay", (Status.PAID,), OFFICER, primary=True),
        Move(Status.PAYMENT_DUE, "request_cancel", (Status.CANCEL_REQUESTED,), OFFICER, reason=True, danger=True),
        Move(Status.PAYMENT_DUE, CANCEL_BY_INVOICE, (Status.CANCELLED,), MACHINE),
        Move(Status.CANCEL_REQUESTED, "confirm_cancel", (Status.CANCEL_CONFIRMED,), PARTNER, primary=True),
        Move(Status.CANCEL_REQUESTED, "withdraw_cancel", (Status.PAYMENT_DUE,), OFFICER),
        Move(Status.CANCEL_CONFIRMED, "finish_cancel", (Status.CANCELLED,), OFFICER, primary=True),
        Move(Status.CANCEL_CONFIRMED, "withdraw_cancel", (Status.PAYMENT_DUE,), OFFICER),
        Move(Status.CANCEL_CONFIRMED, CANCEL_BY_INVOICE, (Status.CANCELLED,), MACHINE),
    ),
    turns={
        Status.DRAFTING: Role.SETTLEMENT,
        Status.ISSUE_REQUESTED: Role.PARTNER,
        Status.ACKNOWLEDGED: Role.SETTLEMENT,
        Status.SETTLED: Role.SYSTEM,
        Status.PAYMENT_DUE: Role.SETTLEMENT,
        Status.CANCEL_REQUESTED: Role.PARTNER,
        Status.CANCEL_CONFIRMED: Role.SETTLEMENT,
        Status.PAID: None,
        Status.CANCELLED: None,
    },
    path=(
        Status.DRAFTING,
        Status.ISSUE_REQUESTED,
        Status.ACKNOWLEDGED,
        Status.SETTLED,
        Status.PAYMENT_DUE,
        Status.PAID,
    ),
)

EDITABLE = frozenset({Status.DRAFTING})
CANCELLING = (Status.CANCEL_REQUESTED, Status.CANCEL_CONFIRMED)
SETTLED_FROM_ON = (Status.SETTLED, Status.PAYMENT_DUE, *CANCELLING, Status.PAID)
"""정산완료내역 and 정산구분 「정산」: the invoice is there."""
ITEMS_MAX = 200
APPROVAL_NUMBER_DIGITS = 24
APPROVAL_NUMBER_DIGITS_FIXED = 16


class AlreadySettled(Refusal):
    """Another settlement holds one of the items; facts: `item`, `number` (of that settlement)."""

    code = "already_settled"


class NothingToSettle(Refusal):
    """No inspected, unsettled item was chosen."""

    code = "nothing_to_settle"
    status: ClassVar[int] = 422


class OneOrderOnly(Refusal):
    """A settlement is of one order."""

    code = "one_order_only"
    status: ClassVar[int] = 422


class OverOrder(Refusal):
    """More than the order's total; facts in won, VAT included: `left`, `asked`."""

    code = "over_order"


class SettlementNotEditable(Refusal):
    """Only a draft can be changed."""

    code = "settlement_not_editable"


class EvidenceNumberWrong(Refusal):
    """No 승인번호 of a tax invoice; facts: `field`, `needed` digits, `given` characters."""

    code = "evidence_number_wrong"
    status: ClassVar[int] = 422


class EvidenceNumberTaken(Refusal):
    """Another settlement has this 증빙번호; facts: `field`, `number` (of that settlement)."""

    code = "evidence_number_taken"
    status: ClassVar[int] = 422


class EvidenceInFuture(Refusal):
    """An invoice of a day to come; fact: `field`."""

    code = "evidence_in_future"
    status: ClassVar[int] = 422


class NothingToPay(Refusal):
    """Amended invoices have taken back all there was; fact in won: `amount`."""

    code = "nothing_to_pay"


class PaidInFuture(Refusal):
    """A payment of a day to come; fact: `field`."""

    code = "paid_in_future"
    status: ClassVar[int] = 422


class EarlyReasonRequired(Refusal):
    """A payment before its day needs a reason; facts: `field`, `due` (a day)."""

    code = "early_reason_required"
    status: ClassVar[int] = 422


class ByHandReasonRequired(Refusal):
    """An invoice that comes by itself is put in by hand only for a reason; fact: `field`."""

    code = "by_hand_reason_required"
    status: ClassVar[int] = 422


class MinusBeforeInvoice(Refusal):
    """A minus invoice of a day before the invoice it takes back; facts: `field`, `issued` (a day)."""

    code = "minus_before_invoice"
    status: ClassVar[int] = 422


@dataclass(frozen=True, slots=True)
class Sums:
    """Supply value and VAT of each line in whole won, and their sum."""

    lines: tuple[Taxed, ...]
    sum: Taxed


def sums(amounts: Iterable[int], taxation: str = Taxation.TAXED) -> Sums:
    """VAT is cut per line and the lines are added (korean-facts of VAT: no statute rounds an invoice)."""
    lines = taxed_lines(amounts, VAT_OF[taxation])
    return Sums(lines, taxed_sum(lines))


def check_within_order(order_total: int, settled: int, asked: int) -> None:
    """Won, VAT included; `settled` by the order's other live settlements. Raises OverOrder."""
    left = max(order_total - settled, 0)
    if asked > left:
        raise OverOrder(left=left, asked=asked)


def needs_approval_number(evidence_type: str) -> bool:
    """A tax invoice carries the 승인번호 of the tax office; a receipt may have any number or none."""
    return evidence_type != EvidenceType.RECEIPT


def check_evidence_number(evidence_type: str, typed: str | None) -> str | None:
    """The number as it is kept, without hyphens and spaces. Raises EvidenceNumberWrong."""
    number = "".join((typed or "").replace("-", "").split())
    day_and_office = number[:APPROVAL_NUMBER_DIGITS_FIXED]
    # The serial at the end may hold letters.
    is_whole = number.isascii() and number.isalnum() and day_and_office.isdecimal()
    is_whole = is_whole and len(number) == APPROVAL_NUMBER_DIGITS
    if needs_approval_number(evidence_type) and not is_whole:
        raise EvidenceNumberWrong(field="evidence_number", needed=APPROVAL_NUMBER_DIGITS, given=len(number))
    return number or None


def check_issued_on(issued_on: dt.date, today: dt.date) -> None:
    """Raises EvidenceInFuture."""
    if issued_on > today:
        raise EvidenceInFuture(field="evidence_issued_on")


def comes_by_itself(evidence_type: str) -> bool:
    """세금계산서(자동입력): asked for at the hub, put in by the machine."""
    return evidence_type == EvidenceType.TAX_INVOICE_AUTO


def check_by_hand(evidence_type: str, reason: str | None) -> None:
    """Raises ByHandReasonRequired."""
    if comes_by_itself(evidence_type) and not (reason or "").strip():
        raise ByHandReasonRequired(field="reason")


def check_minus_on(minus_on: dt.date, issued_on: dt.date | None, today: dt.date) -> None:
    """Raises EvidenceInFuture, MinusBeforeInvoice."""
    check_issued_on(minus_on, today)
    if issued_on is not None and minus_on < issued_on:
        raise MinusBeforeInvoice(field="evidence_issued_on", issued=f"{issued_on:%Y.%m.%d}")


def payment_due(issued_on: dt.date, holidays: AbstractSet[dt.date]) -> dt.date:
    """지급예정일: the 15th of the month after the invoice's, or the next business day."""
    return payment_day(first_of_next_month(issued_on), holidays)


def check_payable(amount: int) -> None:
    """Raises NothingToPay."""
    if amount <= 0:
        raise NothingToPay(amount=amount)


def check_payment(paid_on: dt.date, today: dt.date, payment_due_on: dt.date, early_reason: str | None) -> None:
    """Raises PaidInFuture, EarlyReasonRequired."""
    if paid_on > today:
        raise PaidInFuture(field="paid_on")
    if paid_on < payment_due_on and not (early_reason or "").strip():
        raise EarlyReasonRequired(field="early_reason", due=f"{payment_due_on:%Y.%m.%d}")
