"""Joining (회원가입): who may ask, who decides, what a check of 가입여부 answers (manual 2-1, 2-2)."""

from enum import StrEnum
from typing import ClassVar

from models.kernel.refusals import Refusal
from models.kernel.roles import Role
from models.kernel.transitions import Move, ProcessRules
from models.members.rules import CompanyStatus, MemberStatus

KIND = "signup"
RECEIVE = "receive"

FILES_MAX = 12
UPLOAD_BYTES_MAX = 120 * 1024 * 1024
"""One sending of the form with all its files."""


class Status(StrEnum):
    RECEIVED = "received"  # 접수
    REQUESTED = "requested"  # 구매담당자 승인 대기
    OWNER_REQUESTED = "owner_requested"  # 주담당자 승인 대기
    APPROVED = "approved"  # 승인
    REJECTED = "rejected"  # 반려


class SignupKind(StrEnum):
    """Who joins."""

    INDIVIDUAL = "individual"  # 개인회원
    COMPANY = "company"  # 기업회원
    CONTACT = "contact"  # 부담당자


class SignupMode(StrEnum):
    """요청구분."""

    NEW = "new"  # 신규가입
    AGAIN = "again"  # 재가입
    CONVERSION = "conversion"  # 포탈미사용회원전환가입


class Answer(StrEnum):
    """What the check of 가입여부 finds."""

    NEW = "new"
    MEMBER = "member"
    REJECTED = "rejected"
    PORTAL_UNUSED = "portal_unused"
    BLOCKED = "blocked"
    WAITING = "waiting"


BUYER = frozenset({Role.BUYER})
OWNER = frozenset({Role.PARTNER_OWNER})
MACHINE = frozenset({Role.SYSTEM})
OPEN = (Status.RECEIVED, Status.REQUESTED, Status.OWNER_REQUESTED)

RULES = ProcessRules(
    kind=KIND,
    initial=Status.RECEIVED,
    statuses=tuple(Status),
    moves=(
        Move(Status.RECEIVED, RECEIVE, (Status.REQUESTED, Status.OWNER_REQUESTED), MACHINE),
        Move(Status.REQUESTED, "approve", (Status.APPROVED,), BUYER, primary=True),
        Move(Status.REQUESTED, "reject", (Status.REJECTED,), BUYER, reason=True, danger=True),
        Move(Status.OWNER_REQUESTED, "approve", (Status.APPROVED,), OWNER, primary=True),
        Move(Status.OWNER_REQUESTED, "reject", (Status.REJECTED,), OWNER, reason=True, danger=True),
    ),
    turns={
        Status.RECEIVED: Role.SYSTEM,
        Status.REQUESTED: Role.BUYER,
        Status.OWNER_REQUESTED: Role.PARTNER_OWNER,
        Status.APPROVED: None,
        Status.REJECTED: None,
    },
    path=(Status.RECEIVED, Status.REQUESTED, Status.APPROVED),
)


class SignupRefused(Refusal):
    """Base of what a 가입요청 may be refused for."""

    code = "signup_refused"


class PersonTaken(SignupRefused):
    """The same person is a member, or asked already."""

    code = "person_taken"


class EmailTaken(SignupRefused):
    """Somebody else was quicker with this e-mail."""

    code = "signup_email_taken"


class NumberTaken(SignupRefused):
    """The company is there, or asked already."""

    code = "number_taken"


class SignupBlocked(SignupRefused):
    """「재가입 불가」."""

    code = "signup_blocked"
    status: ClassVar[int] = 403


class CompanyUnused(SignupRefused):
    """The number belongs to a supplier that does not use the portal: it joins with a code."""

    code = "company_unused"


class CompanyGone(SignupRefused):
    """The company of a 부담당자 is not active any more."""

    code = "company_gone"


class DraftGone(SignupRefused):
    """The form this browser began is not there any more."""

    code = "draft_gone"


class TooManyFiles(SignupRefused):
    """`limit` files for one form."""

    code = "too_many_files"
    status: ClassVar[int] = 422


def first_turn(kind: str) -> Status:
    """Who decides: the owner contact about a 부담당자, the buyer about everybody else."""
    return Status.OWNER_REQUESTED if kind == SignupKind.CONTACT else Status.REQUESTED


def answer_of_company(status: str | None) -> Answer:
    """What the check of a 사업자등록번호 says; a company that left may join anew."""
    if status is None or status == CompanyStatus.WITHDRAWN:
        return Answer.NEW
    return {
        CompanyStatus.ACTIVE: Answer.MEMBER,
        CompanyStatus.APPLYING: Answer.WAITING,
        CompanyStatus.REJECTED: Answer.REJECTED,
        CompanyStatus.PORTAL_UNUSED: Answer.PORTAL_UNUSED,
        CompanyStatus.BLOCKED: Answer.BLOCKED,
    }[CompanyStatus(status)]


def answer_of_person(statuses: set[str]) -> Answer:
    """What the check of a person says, from the states of their memberships; the strongest speaks."""
    if MemberStatus.BLOCKED in statuses:
        return Answer.BLOCKED
    if not statuses.isdisjoint({MemberStatus.ACTIVE, MemberStatus.DORMANT}):
        return Answer.MEMBER
    if MemberStatus.APPLYING in statuses:
        return Answer.WAITING
    return Answer.REJECTED if MemberStatus.REJECTED in statuses else Answer.NEW
