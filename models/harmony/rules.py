"""Harmony's front door: studios, credits, who is invited to them and as what (guide ch. 1; harmony.md §1). Pure."""

import datetime as dt
import re
from enum import StrEnum

from models.kernel.refusals import FieldErrors, Refusal
from models.kernel.roles import Role
from models.kernel.text import clean_email
from models.kernel.transitions import Move, ProcessRules

KIND = "invitation"
SEND = "send"
LAPSE = "lapse"
AWAY = "away"
"""Why nothing is known: the provider did not answer."""

ENTRY_LIFE = dt.timedelta(hours=1)
"""How long one way through log-in or joining may take."""
OIDC_LIFE = dt.timedelta(minutes=10)
"""How long a person may take at the provider."""
LINK_LIFE = dt.timedelta(minutes=30)
"""How long the mailed link to a new password is good."""
LINKS_MAX = 3
"""Mails about one account within `LINK_LIFE`."""
STEP_UP_LIFE = dt.timedelta(minutes=5)
"""추가인증: how long a code is good (guide p. 33)."""
STEP_UP_HOLDS = dt.timedelta(minutes=10)
"""How long after a right code what it guards stays open."""
CODE_TRIES_MAX = 5
CODE_SENDS_MAX = 5
CODE_GAP = dt.timedelta(seconds=30)
ADDRESSES_MAX = 50
NAME_CHARS_MAX = 30
EMAIL = re.compile(r"[^@\s,;<>\"]{1,64}@[^@\s.,;<>\"]+(\.[^@\s.,;<>\"]+)+")
EMAIL_CHARS_MAX = 254


class Space(StrEnum):
    """Where people work together: 스튜디오 manages contents, 크레딧 settles what they earn."""

    STUDIO = "studio"
    CREDIT = "credit"


class SpaceRole(StrEnum):
    MASTER = "master"  # 마스터: one per studio
    EDITOR = "editor"  # 에디터
    USER = "user"  # 크레딧 사용자


ROLES_OF: dict[Space, tuple[SpaceRole, ...]] = {
    Space.STUDIO: (SpaceRole.MASTER, SpaceRole.EDITOR),
    Space.CREDIT: (SpaceRole.USER,),
}


class Service(StrEnum):
    """The service a studio's contents appear in."""

    NEWS = "news"
    CAR = "car"
    ONEBOON = "1boon"


class Status(StrEnum):
    PREPARING = "preparing"  # the mail is being written
    SENT = "sent"  # 초대 중
    JOINED = "joined"  # 가입완료
    EXPIRED = "expired"  # 만료
    CANCELLED = "cancelled"  # 초대취소
    DECLINED = "declined"  # 거절


OPEN = (Status.PREPARING, Status.SENT)
MANAGER = frozenset({Role.MEDIA_MANAGER})
INVITED = frozenset({Role.MEDIA})
MACHINE = frozenset({Role.SYSTEM})

RULES = ProcessRules(
    kind=KIND,
    initial=Status.PREPARING,
    statuses=tuple(Status),
    moves=(
        Move(Status.PREPARING, SEND, (Status.SENT,), MACHINE),
        Move(Status.SENT, "join", (Status.JOINED,), INVITED, primary=True),
        Move(Status.SENT, "decline", (Status.DECLINED,), INVITED, danger=True),
        Move(Status.SENT, "resend", (Status.SENT,), MANAGER, primary=True),
        Move(Status.SENT, "cancel", (Status.CANCELLED,), MANAGER, reason=True, danger=True),
        Move(Status.SENT, LAPSE, (Status.EXPIRED,), MACHINE),
    ),
    turns={
        Status.PREPARING: Role.SYSTEM,
        Status.SENT: Role.MEDIA,
        Status.JOINED: None,
        Status.EXPIRED: None,
        Status.CANCELLED: None,
        Status.DECLINED: None,
    },
    path=(Status.PREPARING, Status.SENT, Status.JOINED),
)


class InvitationUnknown(Refusal):
    """No invitation has this link: mistyped, or voided by a newer mail."""

    code = "invitation_unknown"
    status = 404


class InvitationOver(Refusal):
    """The link's invitation can no longer be taken; fact: `status`."""

    code = "invitation_over"
    status = 410


class AlreadyInvited(Refusal):
    """An open invitation to the same space has this address; fact: `email`."""

    code = "already_invited"


class AlreadyJoined(Refusal):
    """The person is in the space already."""

    code = "already_joined"


class MasterTaken(Refusal):
    """A studio has one master; another one was there first."""

    code = "master_taken"


class AccountTaken(Refusal):
    """The account belongs to a member of Harmony: log in with it instead."""

    code = "account_taken"


class NotInvited(Refusal):
    """The account is nobody's here: Harmony is joined by invitation only."""

    code = "not_invited"
    status = 403


class EntryOver(Refusal):
    """The way through log-in or joining took too long, or began in another browser."""

    code = "entry_over"
    status = 409


class LinkOver(Refusal):
    """A mailed link to a new password that was used, is too old, or never was: nobody learns which."""

    code = "password_link_over"
    status = 404


class ProviderAway(Refusal):
    """The account provider did not answer."""

    code = "provider_away"
    status = 503


class ProviderRefused(Refusal):
    """The provider's answer was not taken; fact: `why`, a word for the log."""

    code = "provider_refused"
    status = 403


class PhoneUnconfirmed(Refusal):
    """The telephone number was not confirmed by its code."""

    code = "phone_unconfirmed"
    status = 422


class StepUpNeeded(Refusal):
    """추가인증: what follows is shown and changed only after a code; fact: `purpose`."""

    code = "step_up_needed"
    status = 403


def addresses(typed: str) -> list[str]:
    """The e-mail addresses of 「초대하기」, `,` between them, each once. Raises FieldErrors at `emails`."""
    found = [clean_email(part) for part in re.split(r"[,\n]", typed) if part.strip()]
    wrong = [address for address in found if len(address) > EMAIL_CHARS_MAX or not EMAIL.fullmatch(address)]
    if not found:
        raise FieldErrors({"emails": "초대할 이메일을 입력해 주세요."})
    if wrong:
        raise FieldErrors({"emails": f"이메일 형식이 아닙니다: {', '.join(wrong[:3])}"})
    if len(found) > ADDRESSES_MAX:
        raise FieldErrors(
            {"emails": f"한 번에 {ADDRESSES_MAX}명까지 초대할 수 있습니다. {len(found)}명을 입력하셨습니다."}
        )
    return list(dict.fromkeys(found))


def check_role(space: Space, role: SpaceRole, count: int) -> None:
    """A role fits its space, and one person alone can be invited as master. Raises FieldErrors at `role`."""
    if role not in ROLES_OF[space]:
        raise FieldErrors({"role": "고를 수 없는 역할입니다."})
    if role is SpaceRole.MASTER and count > 1:
        raise FieldErrors({"role": "마스터는 스튜디오마다 한 명입니다. 한 명만 입력해 주세요."})


def check_open(status: str, expires_at: dt.datetime | None, now: dt.datetime) -> None:
    """A link is good while its invitation waits and its time has not passed. Raises InvitationOver."""
    if status != Status.SENT:
        raise InvitationOver(status=status)
    if expires_at is None or now >= expires_at:
        raise InvitationOver(status=Status.EXPIRED.value)
