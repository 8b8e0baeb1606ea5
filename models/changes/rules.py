"""Change requests (변경요청): facts of a company or a person that somebody else must approve (manual 3-1 to 3-5).

Facts of a company (`company`: address, accounts, what the registration certificate says) and of an owner contact or an
individual are decided by the buyer, those of a 부담당자 (`member`: name after 개명, log-in e-mail) by the company's
주담당자. 「주담당자 권한 위임」 (`owner`) is asked for and approved in one press and holds at once.

Only what differs is kept, before and after, encrypted. One request of a kind may be open per company or person; none
is taken while a withdrawal is open. What was approved replaces the fact in force in the step's own transaction.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, ClassVar

from models.kernel.refusals import Refusal
from models.kernel.roles import Role
from models.kernel.transitions import Move, ProcessRules
from models.members.rules import CompanyKind

KIND = "change"


class Status(StrEnum):
    REQUESTED = "requested"  # 구매담당자 승인 대기
    OWNER_REQUESTED = "owner_requested"  # 주담당자 승인 대기
    APPROVED = "approved"  # 승인
    REJECTED = "rejected"  # 반려
    CANCELLED = "cancelled"  # 요청취소


class Subject(StrEnum):
    """What is to change."""

    COMPANY = "company"  # 기업정보, 개인회원 정보
    MEMBER = "member"  # 회원정보
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

ADDRESS = ("zip_code", "address", "address_detail")
COMPANY_FIELDS = (
    "name",
    "corporate_number",
    "representative",
    "representative_foreign",
    "business_type",
    "business_item",
    "country",
    "currency",
    "artist_insurance",
    *ADDRESS,
)
"""What a company asks for; 사업자등록번호 and 사업자구분 never change: another number is another company."""
INDIVIDUAL_FIELDS = ("artist_insurance", *ADDRESS)
MEMBER_FIELDS = ("name", "login")
ACCOUNT_FIELDS = (
    "country",
    "bank_code",
    "bank_name",
    "account_number",
    "holder",
    "is_virtual",
    "virtual_amount",
    "swift",
    "bic",
    "iban",
    "copy_file_id",
    "is_default",
)
ACCOUNT = "account"
"""Field of an account's row: `account-<id>` for one that is there, `account-new-<n>` for one to come."""
ACCOUNTS_MAX = 20


class ChangeOpen(Refusal):
    """Another request is waiting; facts: `number`, `id`."""

    code = "change_open"


class NothingChanged(Refusal):
    """The form says what is there already."""

    code = "nothing_changed"
    status: ClassVar[int] = 422


class RegistrationMissing(Refusal):
    """A company must attach its 사업자등록증 again; fact: `field`."""

    code = "registration_missing"
    status: ClassVar[int] = 422


class WithdrawalOpen(Refusal):
    """Who is leaving changes nothing any more; facts: `number`, `id`."""

    code = "withdrawal_open"


class NotRequester(Refusal):
    """A request is called back by who made it, or by the 주담당자."""

    code = "not_requester"
    status: ClassVar[int] = 403


class OwnRequest(Refusal):
    """Nobody approves a request of their own."""

    code = "own_request"
    status: ClassVar[int] = 403


class EmailTaken(Refusal):
    """Another member logs in with this e-mail."""

    code = "email_taken"


class FactMoved(Refusal):
    """What was to change is not as it was when it was asked for; fact: `field`, its words."""

    code = "fact_moved"


class NotMember(Refusal):
    """The person asked for is no active 담당자 of the company."""

    code = "not_member"


class NoLongerOwner(Refusal):
    """The role was handed on before."""

    code = "no_longer_owner"


class HasOpenRequest(Refusal):
    """A 담당자 with an open request cannot become 주담당자: they would decide on it themselves; facts: `number`."""

    code = "has_open_request"


class OtherPerson(Refusal):
    """본인인증 found somebody else than the member."""

    code = "other_person"
    status: ClassVar[int] = 422


def first_status(subject: Subject, *, owner: bool) -> Status:
    """Who decides: the buyer about companies, owners and individuals, the 주담당자 about their 부담당자."""
    if subject is Subject.OWNER or (subject is Subject.MEMBER and not owner):
        return Status.OWNER_REQUESTED
    return Status.REQUESTED


def changeable(kind: str) -> tuple[str, ...]:
    """The fields of a company of this kind that a request may change."""
    if kind == CompanyKind.INDIVIDUAL:
        return INDIVIDUAL_FIELDS
    if kind == CompanyKind.CORPORATION:
        return tuple(name for name in COMPANY_FIELDS if name != "artist_insurance")
    return tuple(name for name in COMPANY_FIELDS if name != "corporate_number")


def differing(
    before: Mapping[str, Any], after: Mapping[str, Any], fields: tuple[str, ...]
) -> dict[str, tuple[Any, Any]]:
    """Field -> (before, after) of those that differ; empty and missing are the same."""
    found = {}
    for name in fields:
        old, new = before.get(name), after.get(name)
        if (old or None) != (new or None):
            found[name] = (old, new)
    return found


def account_changes(
    before: Mapping[int, Mapping[str, Any]], after: list[Mapping[str, Any]]
) -> dict[str, tuple[dict[str, Any] | None, dict[str, Any] | None]]:
    """Rows of accounts that go, come or differ. `after` rows carry `id`, None for a new one.

    An id that is not the company's is a new account: nothing of another's is touched.
    """
    found: dict[str, tuple[dict[str, Any] | None, dict[str, Any] | None]] = {}
    kept = set()
    for number, row in enumerate(after, start=1):
        wanted = {name: row.get(name) for name in ACCOUNT_FIELDS}
        there = before.get(row.get("id") or 0)
        if there is None:
            found[f"{ACCOUNT}-new-{number}"] = (None, wanted)
            continue
        kept.add(row["id"])
        old = {name: there.get(name) for name in ACCOUNT_FIELDS}
        if differing(old, wanted, ACCOUNT_FIELDS):
            found[f"{ACCOUNT}-{row['id']}"] = (old, wanted)
    for account_id, there in before.items():
        if account_id not in kept:
            found[f"{ACCOUNT}-{account_id}"] = ({name: there.get(name) for name in ACCOUNT_FIELDS}, None)
    return found
