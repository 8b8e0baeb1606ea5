"""Conversion of a supplier the buyer registered earlier (포탈미사용회원 전환): the code and how long it lives.

The buyer sends a code (「인증번호 전송」); sending again voids the one before. A code is good for as long
as the policy says (seven days) and five tries. Whoever joins with it uses it up in the transaction that keeps the
가입요청; what was begun with a code that nobody sent anew is forgotten when the policy says so (after thirty days).
"""

from enum import StrEnum
from typing import ClassVar

from models.kernel.refusals import Refusal
from models.kernel.roles import Role
from models.kernel.transitions import Move, ProcessRules

KIND = "conversion"
SEND, RESEND, USE, EXPIRE, LAPSE = "send", "resend", "use", "expire", "lapse"

CODE_DIGITS = 8
CODE_TRIES_MAX = 5


class Status(StrEnum):
    PREPARING = "preparing"  # 전송 준비
    SENT = "sent"  # 인증번호 전송
    EXPIRED = "expired"  # 인증번호 만료
    USED = "used"  # 가입요청
    LAPSED = "lapsed"  # 기한 지남
    CANCELLED = "cancelled"  # 취소


SENDERS = frozenset({Role.BUYER, Role.ADMIN})
APPLICANT = frozenset({Role.PARTNER})
MACHINE = frozenset({Role.SYSTEM})
OPEN = (Status.PREPARING, Status.SENT, Status.EXPIRED)

RULES = ProcessRules(
    kind=KIND,
    initial=Status.PREPARING,
    statuses=tuple(Status),
    moves=(
        Move(Status.PREPARING, SEND, (Status.SENT,), MACHINE),
        Move(Status.SENT, USE, (Status.USED,), APPLICANT, primary=True),
        Move(Status.SENT, RESEND, (Status.SENT,), SENDERS),
        Move(Status.SENT, EXPIRE, (Status.EXPIRED,), MACHINE),
        Move(Status.SENT, "cancel", (Status.CANCELLED,), SENDERS, reason=True, danger=True),
        # A code used in its last second may reach the process after it has expired.
        Move(Status.EXPIRED, USE, (Status.USED,), APPLICANT),
        Move(Status.EXPIRED, RESEND, (Status.SENT,), SENDERS, primary=True),
        Move(Status.EXPIRED, LAPSE, (Status.LAPSED,), MACHINE),
        Move(Status.EXPIRED, "cancel", (Status.CANCELLED,), SENDERS, reason=True, danger=True),
    ),
    turns={
        Status.PREPARING: Role.SYSTEM,
        Status.SENT: Role.PARTNER,
        Status.EXPIRED: Role.BUYER,
        Status.USED: None,
        Status.LAPSED: None,
        Status.CANCELLED: None,
    },
    path=(Status.PREPARING, Status.SENT, Status.USED),
)


class ConversionOpen(Refusal):
    """A code is on its way already; facts: `number`, `id`."""

    code = "conversion_open"


class NotPortalUnused(Refusal):
    """Only a supplier that does not use the portal is converted."""

    code = "not_portal_unused"


class ConversionCodeNone(Refusal):
    """No code was sent to this supplier, or it was called back."""

    code = "conversion_code_none"
    status: ClassVar[int] = 422


class ConversionCodeWrong(Refusal):
    """`left`: tries that remain."""

    code = "conversion_code_wrong"
    status: ClassVar[int] = 422


class ConversionCodeExpired(Refusal):
    """Its time is over."""

    code = "conversion_code_expired"
    status: ClassVar[int] = 422


class ConversionTriesUsed(Refusal):
    """Five wrong tries: the buyer must send another one."""

    code = "conversion_tries_used"
    status: ClassVar[int] = 422


class ConversionNotUsed(Refusal):
    """The act of using belongs to the 가입요청 that carried the code."""

    code = "conversion_not_used"


class ConversionUsed(Refusal):
    """A 가입요청 came with the code: there is nothing to call back or send anew."""

    code = "conversion_used"
