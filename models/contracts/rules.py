"""Contract (계약): drafting, review rounds, seal and signature (manual 5-1, 5-2; pok.md §5)."""

from enum import StrEnum

from models.kernel.roles import Role
from models.kernel.transitions import Move, ProcessRules

KIND = "contract"


class Status(StrEnum):
    DRAFTING = "drafting"  # 작성중
    REVIEW_REQUESTED = "review_requested"  # 초안검토요청
    REDRAFT_REQUESTED = "redraft_requested"  # 재작성요청
    REVIEWED = "reviewed"  # 초안검토완료
    SEAL_REQUESTED = "seal_requested"  # 날인요청
    SIGN_REFUSED = "sign_refused"  # 서명거절
    COMPLETED = "completed"  # 완료
    ENDED = "ended"  # 계약종료
    CANCELLED = "cancelled"  # 계약취소


class Form(StrEnum):
    """작성유형."""

    NEW = "new"  # 신규계약
    CHANGE = "change"  # 변경계약


class Type(StrEnum):
    """계약유형."""

    GENERAL = "general"  # 일반계약
    UNIT_PRICE = "unit_price"  # 단가계약


class SettlementType(StrEnum):
    """정산유형."""

    BY_INSPECTION = "by_inspection"  # 검수기반
    INSTALMENTS = "instalments"  # 분할정산


BUYER = frozenset({Role.BUYER})
PARTNER = frozenset({Role.PARTNER})

RULES = ProcessRules(
    kind=KIND,
    initial=Status.DRAFTING,
    statuses=tuple(Status),
    moves=(
        Move(Status.DRAFTING, "request_review", (Status.REVIEW_REQUESTED,), BUYER, primary=True),
        Move(Status.DRAFTING, "cancel", (Status.CANCELLED,), BUYER, reason=True, danger=True),
        Move(Status.REVIEW_REQUESTED, "complete_review", (Status.REVIEWED,), PARTNER, primary=True),
        Move(
            Status.REVIEW_REQUESTED,
            "request_redraft",
            (Status.REDRAFT_REQUESTED,),
            PARTNER,
            reason=True,
            danger=True,
        ),
        Move(Status.REVIEW_REQUESTED, "cancel", (Status.CANCELLED,), BUYER, reason=True, danger=True),
        Move(Status.REDRAFT_REQUESTED, "request_review", (Status.REVIEW_REQUESTED,), BUYER, primary=True),
        Move(Status.REDRAFT_REQUESTED, "cancel", (Status.CANCELLED,), BUYER, reason=True, danger=True),
        Move(Status.REVIEWED, "request_seal", (Status.SEAL_REQUESTED,), BUYER, primary=True),
        Move(Status.REVIEWED, "cancel", (Status.CANCELLED,), BUYER, reason=True, danger=True),
        Move(Status.SEAL_REQUESTED, "sign", (Status.COMPLETED,), PARTNER, primary=True),
        Move(
            Status.SEAL_REQUESTED,
            "refuse_signature",
            (Status.SIGN_REFUSED,),
            PARTNER,
            reason=True,
            danger=True,
        ),
        Move(Status.SEAL_REQUESTED, "cancel", (Status.CANCELLED,), BUYER, reason=True, danger=True),
        Move(Status.SIGN_REFUSED, "return_to_draft", (Status.DRAFTING,), BUYER, primary=True),
        Move(Status.SIGN_REFUSED, "end", (Status.ENDED,), BUYER, reason=True, danger=True),
    ),
    turns={
        Status.DRAFTING: Role.BUYER,
        Status.REVIEW_REQUESTED: Role.PARTNER,
        Status.REDRAFT_REQUESTED: Role.BUYER,
        Status.REVIEWED: Role.BUYER,
        Status.SEAL_REQUESTED: Role.PARTNER,
        Status.SIGN_REFUSED: Role.BUYER,
        Status.COMPLETED: None,
        Status.ENDED: None,
        Status.CANCELLED: None,
    },
    path=(
        Status.DRAFTING,
        Status.REVIEW_REQUESTED,
        Status.REVIEWED,
        Status.SEAL_REQUESTED,
        Status.COMPLETED,
    ),
)

EDITABLE = frozenset({Status.DRAFTING, Status.REDRAFT_REQUESTED})

PAYMENT_TERMS = "검수 완료 후 다음 달 15일 (휴일이면 다음 영업일)"
"""지불방법 of a new draft."""
