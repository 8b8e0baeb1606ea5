"""Electronic tax invoice (전자세금계산서): drafted here, signed by the supplier at a hub, sent on to the tax service.

Between 「역발행 요청」 and the tax service's answer the document is at the hub. What happens there is nobody's act in
this house: the machine asks the hub and records, one by one, the steps that lead from the status known here to the
one it answered (`way`). Nothing a webhook says takes part in that.
"""

import datetime as dt
import re
from collections import deque
from collections.abc import Collection, Mapping
from enum import StrEnum

from models.kernel.identifiers import RRN_DIGITS, brn_fault, rrn_birth_date
from models.kernel.roles import Role
from models.kernel.text import digits
from models.kernel.transitions import Move, ProcessRules
from models.tax_invoices.refusals import BuyerNumberWrong, FutureWrittenOn, HappenedOnWrong

KIND = "tax_invoice"


class Status(StrEnum):
    """The states of korean-facts 1.5, and while the hub has not yet heard of a person's act, one for each such act."""

    DRAFTING = "drafting"  # 작성중
    FILING = "filing"  # 접수중
    REQUESTED = "requested"  # 발급대기
    CANCELLING_REQUEST = "cancelling_request"  # 요청취소중
    REFUSED = "refused"  # 거부
    REQUEST_CANCELLED = "request_cancelled"  # 요청취소
    ISSUED = "issued"  # 발급완료
    CANCELLING_ISSUE = "cancelling_issue"  # 발행취소중
    ISSUE_CANCELLED = "issue_cancelled"  # 발행취소
    NTS_WAITING = "nts_waiting"  # 전송대기
    NTS_SENDING = "nts_sending"  # 전송중
    NTS_ACCEPTED = "nts_accepted"  # 전송성공
    NTS_FAILED = "nts_failed"  # 전송실패
    CANCELLED = "cancelled"  # 작성취소


class Direction(StrEnum):
    """Who writes it; the supplier signs in either case."""

    REVERSE = "reverse"  # 역발행
    FORWARD = "forward"  # 정발행


class Reason(StrEnum):
    """수정 사유: AmendmentStatusCode of the standard."""

    CORRECTION = "01"  # 기재사항 착오정정
    PRICE_CHANGE = "02"  # 공급가액 변동
    RETURN = "03"  # 환입
    TERMINATION = "04"  # 계약의 해제
    LETTER_OF_CREDIT = "05"  # 내국신용장 사후개설
    DUPLICATE = "06"  # 착오에 의한 이중발급 등


class Purpose(StrEnum):
    """영수 or 청구: PurposeCode of the standard."""

    RECEIPT = "01"  # 영수
    CHARGE = "02"  # 청구


class BuyerKind(StrEnum):
    """공급받는자 구분: BusinessTypeCode of the standard."""

    BUSINESS = "01"  # 사업자
    PERSON = "02"  # 개인
    FOREIGNER = "03"  # 외국인


# Machine acts.
FILED = "filed"
FILING_FAILED = "filing_failed"
SUPPLIER_SIGNED = "supplier_signed"
SUPPLIER_REFUSED = "supplier_refused"
REQUEST_WITHDRAWN = "request_withdrawn"
REQUEST_STANDS = "request_stands"
ISSUE_WITHDRAWN = "issue_withdrawn"
ISSUE_STANDS = "issue_stands"
SENDING_STANDS = "sending_stands"
QUEUED = "queued"
SENDING = "sending"
ACCEPTED = "accepted"
REJECTED = "rejected"

CHECK_RECEIVED_JOB = "check_received_tax_invoice"
PAPER_JOB = "build_tax_invoice_paper"
PREVIEW_JOB = "build_tax_invoice_preview"
REMIND_JOB = "remind_at_hub"
WITHDRAW_LEFT_JOB = "withdraw_left_requests"

OFFICER = frozenset({Role.SETTLEMENT})
MACHINE = frozenset({Role.SYSTEM})

_WITH_SUPPLIER = (Status.REQUESTED, Status.CANCELLING_REQUEST)
_SIGNED = (Status.ISSUED, Status.CANCELLING_ISSUE)


def _machine(act: str, to: Status, *at: Status) -> tuple[Move, ...]:
    return tuple(Move(status, act, (to,), MACHINE) for status in at)


RULES = ProcessRules(
    kind=KIND,
    initial=Status.DRAFTING,
    entries=(Status.NTS_ACCEPTED, Status.FILING),
    statuses=tuple(Status),
    moves=(
        Move(Status.DRAFTING, "request", (Status.FILING,), OFFICER, primary=True),
        Move(Status.DRAFTING, "cancel", (Status.CANCELLED,), OFFICER, danger=True),
        Move(Status.REQUESTED, "cancel_request", (Status.CANCELLING_REQUEST,), OFFICER, reason=True, danger=True),
        Move(Status.ISSUED, "cancel_issue", (Status.CANCELLING_ISSUE,), OFFICER, reason=True, danger=True),
        Move(Status.NTS_WAITING, "cancel_issue", (Status.CANCELLING_ISSUE,), OFFICER, reason=True, danger=True),
        Move(Status.ISSUED, "send", (Status.NTS_WAITING,), OFFICER),
        Move(Status.NTS_FAILED, "resend", (Status.NTS_WAITING,), OFFICER, primary=True),
        *_machine(FILED, Status.REQUESTED, Status.FILING),
        *_machine(FILING_FAILED, Status.DRAFTING, Status.FILING),
        *_machine(SUPPLIER_SIGNED, Status.ISSUED, *_WITH_SUPPLIER),
        *_machine(SUPPLIER_REFUSED, Status.REFUSED, *_WITH_SUPPLIER),
        *_machine(REQUEST_WITHDRAWN, Status.REQUEST_CANCELLED, *_WITH_SUPPLIER),
        *_machine(REQUEST_STANDS, Status.REQUESTED, Status.CANCELLING_REQUEST),
        *_machine(ISSUE_WITHDRAWN, Status.ISSUE_CANCELLED, *_SIGNED, Status.NTS_WAITING),
        *_machine(ISSUE_STANDS, Status.ISSUED, Status.CANCELLING_ISSUE),
        *_machine(SENDING_STANDS, Status.ISSUED, Status.NTS_WAITING),
        *_machine(QUEUED, Status.NTS_WAITING, *_SIGNED, Status.NTS_FAILED),
        *_machine(SENDING, Status.NTS_SENDING, Status.NTS_WAITING),
        *_machine(ACCEPTED, Status.NTS_ACCEPTED, Status.NTS_SENDING),
        *_machine(REJECTED, Status.NTS_FAILED, Status.NTS_SENDING),
    ),
    turns={
        Status.DRAFTING: Role.SETTLEMENT,
        Status.FILING: Role.SYSTEM,
        Status.REQUESTED: Role.PARTNER,
        Status.CANCELLING_REQUEST: Role.SYSTEM,
        Status.REFUSED: None,
        Status.REQUEST_CANCELLED: None,
        Status.ISSUED: Role.SYSTEM,
        Status.CANCELLING_ISSUE: Role.SYSTEM,
        Status.ISSUE_CANCELLED: None,
        Status.NTS_WAITING: Role.SYSTEM,
        Status.NTS_SENDING: Role.SYSTEM,
        Status.NTS_ACCEPTED: None,
        Status.NTS_FAILED: Role.SETTLEMENT,
        Status.CANCELLED: None,
    },
    path=(
        Status.DRAFTING,
        Status.FILING,
        Status.REQUESTED,
        Status.ISSUED,
        Status.NTS_WAITING,
        Status.NTS_SENDING,
        Status.NTS_ACCEPTED,
    ),
    elsewhere=frozenset({Status.REQUESTED}),
)

EDITABLE = frozenset({Status.DRAFTING})
OPEN = frozenset(status for status in Status if not RULES.is_closed(status))
AT_HUB = OPEN - {Status.DRAFTING}
"""Statuses in which the hub is asked."""
DEAD = frozenset({Status.REFUSED, Status.REQUEST_CANCELLED, Status.ISSUE_CANCELLED, Status.CANCELLED})
"""Ended without an invoice: a new draft may be made from them (「다시 요청」)."""
SIGNED = frozenset(
    {
        Status.ISSUED,
        Status.CANCELLING_ISSUE,
        Status.NTS_WAITING,
        Status.NTS_SENDING,
        Status.NTS_ACCEPTED,
        Status.NTS_FAILED,
    }
)
"""Statuses with a signed document at the hub: it is fetched and verified."""
UNSIGNED = frozenset({Status.FILING, Status.REQUESTED, Status.CANCELLING_REQUEST})
LATE_SENDING = frozenset(
    {Status.ISSUED, Status.CANCELLING_ISSUE, Status.NTS_WAITING, Status.NTS_SENDING, Status.NTS_FAILED}
)
"""Statuses the deadline of transmission runs in."""
HUB_STATUSES = (
    Status.REQUESTED,
    Status.REFUSED,
    Status.REQUEST_CANCELLED,
    Status.ISSUED,
    Status.ISSUE_CANCELLED,
    Status.NTS_WAITING,
    Status.NTS_SENDING,
    Status.NTS_ACCEPTED,
    Status.NTS_FAILED,
)
"""What a hub may answer."""
FAILURES = frozenset({FILING_FAILED, REQUEST_STANDS, ISSUE_STANDS, SENDING_STANDS})
"""Acts of the machine that say an act of a person was not possible; they follow from no state of the hub."""
LINES_MAX = 99
REMARK_LENGTH_MAX = 150
REMARKS_MAX = 3
HUB_KEY_LENGTH_MAX = 24
LEFT_KEYS_MAX = 20
"""So many names a document was not taken under are looked for at the hub."""
BUSINESS_NUMBER_DIGITS = 10
FOREIGN_NUMBER = re.compile(r"[A-Za-z0-9]{5,20}", re.ASCII)
"""A passport's, or that of the registration as a foreigner, without hyphens and spaces."""
FOREIGN_REMARK = "여권·외국인등록번호 "
"""Before the number of a foreigner among the remarks, where the standard has it."""

_LEGS: Mapping[str, tuple[tuple[str, Status], ...]] = {
    status: tuple((move.act, Status(move.to[0])) for move in RULES.moves if move.status == status) for status in Status
}
_HUB_ACTS = frozenset(move.act for move in RULES.moves if move.roles == MACHINE) - FAILURES


def way(status: str, at_hub: str) -> tuple[str, ...] | None:
    """The machine's acts from our status to the hub's, the fewest; empty when both agree, None when none lead there.

    A hub that still shows what a person asked it to undo leads nowhere yet: the wish stands until it is answered.
    """
    waiting: deque[tuple[Status, tuple[str, ...]]] = deque([(Status(status), ())])
    seen = {Status(status)}
    while waiting:
        here, acts = waiting.popleft()
        if here == at_hub:
            return acts
        for act, to in _LEGS[here]:
            if act in _HUB_ACTS and to not in seen:
                seen.add(to)
                waiting.append((to, (*acts, act)))
    return None


def is_pending(status: str, at_hub: str) -> bool:
    """Whether the hub merely has not answered a person's wish to undo something."""
    return (status == Status.CANCELLING_REQUEST and at_hub == Status.REQUESTED) or (
        status == Status.CANCELLING_ISSUE and at_hub in {Status.ISSUED, Status.NTS_WAITING}
    )


ASK_FIRST = dt.timedelta(minutes=10)
ASK_MACHINE_FIRST = dt.timedelta(minutes=1)
ASK_LAST = dt.timedelta(hours=6)
RETRY_FIRST = dt.timedelta(seconds=30)
RETRY_LAST = dt.timedelta(minutes=30)


def ask_after(status: str, asked: int) -> dt.timedelta:
    """How long to wait for a webhook before the hub is asked unasked, having been asked so often without news.

    What waits for a person is asked after 10 minutes, what waits for machines after one; both grow to 6 hours.
    """
    first = ASK_FIRST if status == Status.REQUESTED else ASK_MACHINE_FIRST
    return min(first * (1 << min(asked, 10)), ASK_LAST)


def retry_after(failures: int) -> dt.timedelta:
    """How long a hub that did not answer is left alone."""
    return min(RETRY_FIRST * (1 << min(failures, 10)), RETRY_LAST)


def check_written_on(written_on: dt.date, today: dt.date) -> None:
    """Raises FutureWrittenOn."""
    if written_on > today:
        raise FutureWrittenOn(field="written_on")


def check_happened_on(happened_on: dt.date, original: dt.date, today: dt.date) -> None:
    """Raises HappenedOnWrong."""
    if not original <= happened_on <= today:
        raise HappenedOnWrong(field="happened_on", earliest=f"{original:%Y.%m.%d}")


def missing_facts(facts: Mapping[str, str], legal: Collection[str]) -> list[str]:
    """Korean names of the legal fields that are empty, in the order given."""
    return [name for name in legal if not facts.get(name, "").strip()]


def check_buyer_number(kind: str, typed: str, why: Mapping[str, str]) -> str:
    """The number as it is kept, without hyphens and spaces. `why`: a sentence for each kind. Raises BuyerNumberWrong.

    Of a 주민등록번호 only the birth date is looked at: the check digit was dropped in 2020.
    """
    number = "".join(typed.replace("-", "").split())
    only = digits(number) == number
    sound = {
        BuyerKind.BUSINESS: only and brn_fault(number) is None,
        BuyerKind.PERSON: only and len(number) == RRN_DIGITS and rrn_birth_date(number) is not None,
        BuyerKind.FOREIGNER: FOREIGN_NUMBER.fullmatch(number) is not None,
    }
    if not sound[BuyerKind(kind)]:
        raise BuyerNumberWrong(field="buyer_number", why=why[kind])
    return number
