"""Withdrawals (탈퇴): an individual, a company with all its 담당자, or one 담당자 (manual 3-1 to 3-5).

An individual or a company is decided by the buyer, a 부담당자 by their 주담당자, who may also end a 담당자 at once
(「담당자 탈퇴」). A 주담당자 cannot leave alone: the role is handed on first, or the whole company leaves. Whatever is
unfinished between the two companies blocks it, when it is asked for and again when it is approved.

What is kept and why:

- at once, with the approval: password, sessions, authenticator, phone, birth date, sex, the hash of the CI, e-mail and
  log-in id, department, title and extension are erased, from the sign-up as well; accounts are closed. Nothing asks for
  them any longer (개인정보 보호법 21조).
- five years from leaving: the name beside what the person did, the company's facts and its bank accounts, as part of
  the record of contracts, supplies and payments (전자상거래법 시행령 6조; 국세기본법 85조의3). Then a nightly job
  makes the name unreadable, empties an individual's facts and the accounts, and deletes what change requests had kept
  and the papers that came with sign-ups, changes and accounts, from the storage too where nothing else names them.
- two years: who logged in and who saw personal data (안전성 확보조치 기준 8조).
- the hash-chained record of steps keeps the names it was made with: it proves what both companies agreed.
"""

import datetime as dt
from enum import StrEnum
from typing import ClassVar

from models.kernel.refusals import Refusal
from models.kernel.roles import Role
from models.kernel.transitions import Move, ProcessRules

KIND = "withdrawal"


class Status(StrEnum):
    REQUESTED = "requested"  # 구매담당자 확인 대기
    OWNER_REQUESTED = "owner_requested"  # 주담당자 확인 대기
    APPROVED = "approved"  # 승인
    REJECTED = "rejected"  # 반려
    CANCELLED = "cancelled"  # 요청취소


class Subject(StrEnum):
    """Who leaves."""

    COMPANY = "company"  # 기업, 개인회원
    CONTACT = "contact"  # 담당자


class Origin(StrEnum):
    """요청자."""

    SELF = "self"  # 본인
    OWNER = "owner"  # 주담당자


BUYER = frozenset({Role.BUYER})
OWNER = frozenset({Role.PARTNER_OWNER})
PARTNER = frozenset({Role.PARTNER})
OPEN = (Status.REQUESTED, Status.OWNER_REQUESTED)

RULES = ProcessRules(
    kind=KIND,
    initial=Status.REQUESTED,
    entries=(Status.OWNER_REQUESTED,),
    statuses=tuple(Status),
    moves=(
        Move(Status.REQUESTED, "approve", (Status.APPROVED,), BUYER, primary=True),
        Move(Status.REQUESTED, "reject", (Status.REJECTED,), BUYER, reason=True, danger=True),
        Move(Status.REQUESTED, "cancel", (Status.CANCELLED,), PARTNER, danger=True),
        Move(Status.OWNER_REQUESTED, "approve", (Status.APPROVED,), OWNER, primary=True),
        Move(Status.OWNER_REQUESTED, "reject", (Status.REJECTED,), OWNER, reason=True, danger=True),
        Move(Status.OWNER_REQUESTED, "cancel", (Status.CANCELLED,), PARTNER, danger=True),
    ),
    turns={
        Status.REQUESTED: Role.BUYER,
        Status.OWNER_REQUESTED: Role.PARTNER_OWNER,
        Status.APPROVED: None,
        Status.REJECTED: None,
        Status.CANCELLED: None,
    },
    path=(Status.REQUESTED, Status.APPROVED),
)

KEPT_YEARS = 5
"""Records of contracts, supplies and payments."""
ERASED_NAME = "탈퇴회원"
ERASE_BATCH = 200


class OwnerMustDelegate(Refusal):
    """A 주담당자 hands the role on first, or the company leaves."""

    code = "owner_must_delegate"


class UnfinishedBusiness(Refusal):
    """Something is open; facts: `count`, `first` (its number)."""

    code = "unfinished_business"


class WithdrawalWaiting(Refusal):
    """A request is open already; facts: `number`, `id`."""

    code = "withdrawal_waiting"


class WrongPerson(Refusal):
    """What was typed again does not agree with the member's data; fact: `field`."""

    code = "wrong_person"
    status: ClassVar[int] = 422


class AlreadyLeft(Refusal):
    """The person or company is no longer a member."""

    code = "already_left"


def login_after(member_id: int) -> str:
    """An id nobody can log in with: the e-mail is free for another sign-up."""
    return f"withdrawn-{member_id}@withdrawn.invalid"


def erased_before(now: dt.datetime) -> dt.datetime:
    """Who left before this instant is kept no longer; the 29th of February counts as the 28th."""
    try:
        return now.replace(year=now.year - KEPT_YEARS)
    except ValueError:
        return now.replace(year=now.year - KEPT_YEARS, day=28)
