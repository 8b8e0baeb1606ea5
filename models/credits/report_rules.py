"""The settlement report (정산리포트) of one group and month, from its publishing until it is paid. Pure.

Three ways lead to the money: the partner asks for a reverse invoice and signs it at the hub; it issues one itself and
the officer checks it; of an individual there is no invoice and tax is withheld.
"""

from enum import StrEnum

from models.credits.rules import IssueMode
from models.kernel.refusals import Refusal
from models.kernel.roles import Role
from models.kernel.transitions import Move, ProcessRules

KIND = "credit_report"


class Status(StrEnum):
    PUBLISHED = "published"  # 정산리포트 발행: the partner asks for the invoice
    INVOICE_REQUESTED = "invoice_requested"  # 역발행요청: to be signed at the hub
    INVOICE_WAITING = "invoice_waiting"  # 세금계산서 발행: the partner issues one (정발행)
    INVOICE_CHECKING = "invoice_checking"  # 세금계산서 확인: the officer looks at it
    PAYING = "paying"  # 지급 처리중
    PAID = "paid"  # 지급 완료
    PAYMENT_FAILED = "payment_failed"  # 지급 실패: the account is to be put right
    HELD = "held"  # 보류


# Machine acts.
INVOICE_SIGNED = "invoice_signed"
INVOICE_REFUSED = "invoice_refused"
INVOICE_DROPPED = "invoice_dropped"
REVISED = "revised"

FIRST: dict[IssueMode, Status] = {
    IssueMode.REVERSE: Status.PUBLISHED,
    IssueMode.FORWARD: Status.INVOICE_WAITING,
    IssueMode.INDIVIDUAL: Status.PAYING,
}
"""Where a report begins."""

PARTNER = frozenset({Role.MEDIA})
OFFICER = frozenset({Role.SETTLEMENT})
MACHINE = frozenset({Role.SYSTEM})
PAYER = OFFICER | MACHINE

HOLDABLE = (
    Status.PUBLISHED,
    Status.INVOICE_WAITING,
    Status.INVOICE_CHECKING,
    Status.PAYING,
    Status.PAYMENT_FAILED,
)
REVISABLE = (Status.PUBLISHED, Status.INVOICE_WAITING, Status.PAYING)
"""A run that is repeated with other sums puts a report right while nothing was done with it yet."""
OPEN = tuple(status for status in Status if status is not Status.PAID)

RULES = ProcessRules(
    kind=KIND,
    initial=Status.PUBLISHED,
    entries=(Status.INVOICE_WAITING, Status.PAYING),
    statuses=tuple(Status),
    moves=(
        Move(Status.PUBLISHED, "request_invoice", (Status.INVOICE_REQUESTED,), PARTNER, primary=True),
        Move(Status.INVOICE_REQUESTED, INVOICE_SIGNED, (Status.PAYING,), MACHINE),
        Move(Status.INVOICE_REQUESTED, INVOICE_REFUSED, (Status.PUBLISHED,), MACHINE),
        Move(Status.INVOICE_REQUESTED, INVOICE_DROPPED, (Status.PUBLISHED,), MACHINE),
        Move(Status.INVOICE_WAITING, "register_invoice", (Status.INVOICE_CHECKING,), PARTNER, primary=True),
        Move(Status.INVOICE_CHECKING, "confirm_invoice", (Status.PAYING,), PAYER, primary=True),
        Move(Status.INVOICE_CHECKING, "return_invoice", (Status.INVOICE_WAITING,), OFFICER, reason=True, danger=True),
        Move(Status.PAYING, "pay", (Status.PAID,), PAYER, primary=True),
        Move(Status.PAYING, "payment_failed", (Status.PAYMENT_FAILED,), OFFICER, reason=True),
        Move(Status.PAYMENT_FAILED, "retry", (Status.PAYING,), PARTNER | PAYER, primary=True),
        *(Move(status, "hold", (Status.HELD,), OFFICER, reason=True, danger=True) for status in HOLDABLE),
        Move(Status.HELD, "release", HOLDABLE, OFFICER, primary=True),
        *(Move(status, REVISED, (status,), MACHINE) for status in REVISABLE),
    ),
    turns={
        Status.PUBLISHED: Role.MEDIA,
        Status.INVOICE_REQUESTED: Role.MEDIA,
        Status.INVOICE_WAITING: Role.MEDIA,
        Status.INVOICE_CHECKING: Role.SETTLEMENT,
        # Its day is the machine's to watch: thousands of reports wait for one file, which an officer makes once.
        Status.PAYING: Role.SYSTEM,
        Status.PAID: None,
        Status.PAYMENT_FAILED: Role.MEDIA,
        Status.HELD: Role.SETTLEMENT,
    },
    path=(Status.PUBLISHED, Status.INVOICE_REQUESTED, Status.PAYING, Status.PAID),
    elsewhere=frozenset({Status.INVOICE_REQUESTED}),
)


class AccountMissing(Refusal):
    """The group has no account to be paid to."""

    code = "account_missing"


class FactsMissing(Refusal):
    """An invoice needs facts of the company or its contact that are not there; fact: `fields`."""

    code = "facts_missing"
    status = 422


class WrittenOnOutside(Refusal):
    """작성일자 lies outside the month after the settled one, or in the future; facts: `first`, `last`."""

    code = "written_on_outside"
    status = 422


class InvoiceDiffers(Refusal):
    """The invoice that was issued is not the report's; facts: `field`, `what` (Korean)."""

    code = "invoice_differs"
    status = 422


class ApprovalNumberDay(Refusal):
    """A 승인번호 begins with its 작성일자, and this one with another day; facts: `field`, `day`."""

    code = "approval_number_day"
    status = 422


class PayoutRunning(Refusal):
    """The report's payment is in a file that went to the bank."""

    code = "payout_running"


class AccountCooling(Refusal):
    """A corrected account has not taken effect yet; the payment is tried again by itself then. Fact: `until`."""

    code = "account_cooling"


class PayoutUnknown(Refusal):
    """The payment is none of the report's, or was decided already."""

    code = "payout_unknown"


def report_number(month_key: str, group_id: int) -> str:
    """RS202610-00017: one report per group and month, so its number needs no counter."""
    return f"RS{month_key.replace('-', '')}-{group_id:05d}"


def workflow_id(month_key: str, group_id: int) -> str:
    return f"report/{month_key}/{group_id}"


STEPS: dict[IssueMode, tuple[tuple[str, frozenset[Status]], ...]] = {
    IssueMode.REVERSE: (
        ("request", frozenset({Status.PUBLISHED})),
        ("sign", frozenset({Status.INVOICE_REQUESTED})),
        ("pay", frozenset({Status.PAYING, Status.PAYMENT_FAILED})),
        ("paid", frozenset({Status.PAID})),
    ),
    IssueMode.FORWARD: (
        ("issue", frozenset({Status.INVOICE_WAITING})),
        ("check", frozenset({Status.INVOICE_CHECKING})),
        ("pay", frozenset({Status.PAYING, Status.PAYMENT_FAILED})),
        ("paid", frozenset({Status.PAID})),
    ),
    IssueMode.INDIVIDUAL: (
        ("withhold", frozenset({Status.PAYING, Status.PAYMENT_FAILED})),
        ("paid", frozenset({Status.PAID})),
    ),
}
"""정산 진행현황: the steps of each kind of report and the statuses they stand for."""


def step_index(mode: IssueMode, status: str, held_from: str | None = None) -> int:
    """Which step a report is at, from 0; of one that is held, where it was."""
    wanted = held_from if status == Status.HELD and held_from else status
    for index, (_, statuses) in enumerate(STEPS[mode]):
        if wanted in statuses:
            return index
    return 0
