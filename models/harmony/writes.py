"""What web writes of Harmony that is no step: spaces, invitations, one's own account."""

import datetime as dt
from collections.abc import Sequence
from typing import TypeVar

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col

from models.harmony import queries
from models.harmony.kind import INVITATION
from models.harmony.messages import NewCredit, NewStudio, Profile
from models.harmony.rules import KIND, AlreadyInvited, MasterTaken, Space, SpaceRole, Status, check_role
from models.harmony.tables import NOBODYS, CreditGroup, HarmonyAccount, Invitation, Studio
from models.kernel.roles import Role
from models.members.tables import Member
from models.notifications.rules import Event
from models.notifications.tables import NotificationSwitch
from models.processes.messages import Actor
from models.processes.writes import audit, audit_of, begin, lock_case, next_number

PREFIX = "IN"
Made = TypeVar("Made", Studio, CreditGroup)


def make_studio(session: Session, actor: Actor, new: NewStudio, now: dt.datetime) -> Studio:
    """「스튜디오 만들기」 by the 제휴담당자. Raises NotYourTurn."""
    actor.must_hold(Role.MEDIA_MANAGER)
    made = Studio(
        name=new.name,
        company_name=new.company_name,
        service=new.service.value,
        created_by=actor.member_id,
        created_at=now,
    )
    return _made(session, actor, Space.STUDIO, made)


def make_credit(session: Session, actor: Actor, new: NewCredit, now: dt.datetime) -> CreditGroup:
    """「크레딧 만들기」 by the 제휴담당자. Raises NotYourTurn."""
    actor.must_hold(Role.MEDIA_MANAGER)
    made = CreditGroup(
        name=new.name,
        company_name=new.company_name,
        business_number=new.business_number,
        created_by=actor.member_id,
        created_at=now,
    )
    return _made(session, actor, Space.CREDIT, made)


def _made(session: Session, actor: Actor, space: Space, made: Made) -> Made:
    session.add(made)
    session.flush()
    facts = {"name": made.name, "company": made.company_name}
    audit_of(session, actor, (space.value, made.id or 0, None), "create", facts)
    return made


def invite(
    session: Session,
    actor: Actor,
    where: Studio | CreditGroup,
    role: SpaceRole,
    emails: Sequence[str],
    now: dt.datetime,
) -> list[Invitation]:
    """「초대하기」: an invitation for each address; their mails go out by themselves.

    Raises NotYourTurn, FieldErrors, AlreadyInvited, MasterTaken.
    """
    actor.must_hold(Role.MEDIA_MANAGER)
    space = Space.STUDIO if isinstance(where, Studio) else Space.CREDIT
    check_role(space, role, len(emails))
    lock_case(session, f"invite/{space}/{where.id}")
    if role is SpaceRole.MASTER and _has_master(session, where.id or 0):
        raise MasterTaken
    for email in emails:
        if queries.open_to(session, space, where.id or 0, email) is not None:
            raise AlreadyInvited(email=email)
    return [_invitation(session, actor, space, where, role, email, now) for email in emails]


def _has_master(session: Session, studio_id: int) -> bool:
    inside = queries.members_of(session, Space.STUDIO, studio_id)
    return any(one.role == SpaceRole.MASTER for one in inside)


def _invitation(
    session: Session,
    actor: Actor,
    space: Space,
    where: Studio | CreditGroup,
    role: SpaceRole,
    email: str,
    now: dt.datetime,
) -> Invitation:
    number = next_number(session, PREFIX, now)
    made = Invitation(
        workflow_id=f"{KIND}/{number}/1",
        company_id=NOBODYS,
        case_key=number,
        status=Status.PREPARING.value,
        turn=Role.SYSTEM.value,
        status_since=now,
        created_by=actor.member_id,
        created_at=now,
        number=number,
        space=space.value,
        space_id=where.id or 0,
        space_name=where.name,
        company_name=where.company_name,
        role=role.value,
        email=email,
        inviter_name=actor.name,
    )
    session.add(made)
    session.flush()
    audit(session, actor, KIND, made, "create")
    begin(session, INVITATION, made)
    return made


def set_switches(session: Session, actor: Actor, chosen: dict[Event, tuple[bool, bool]]) -> None:
    """「알림 설정」: event -> (bell, messenger)."""
    for event, (bell, messenger) in chosen.items():
        row = insert(NotificationSwitch).values(
            member_id=actor.member_id, event=event.value, bell=bell, messenger=messenger
        )
        kept = row.on_conflict_do_update(
            index_elements=["member_id", "event"], set_={"bell": bell, "messenger": messenger}
        )
        session.execute(kept)


def change_profile(session: Session, actor: Actor, profile: Profile, image_file_id: int | None) -> None:
    """「내 정보」: name and notice address; the image too when a new one is given."""
    mine = update(Member).where(col(Member.id) == actor.member_id)
    session.execute(mine.values(name=profile.name, email=profile.email))
    if image_file_id is not None:
        own = update(HarmonyAccount).where(col(HarmonyAccount.member_id) == actor.member_id)
        session.execute(own.values(image_file_id=image_file_id))
    audit_of(session, actor, ("member", actor.member_id, None), "edit_profile", {"image": image_file_id is not None})


def change_phone(session: Session, actor: Actor, phone: str) -> None:
    """A number that was confirmed by its code."""
    session.execute(update(Member).where(col(Member.id) == actor.member_id).values(phone=phone))
    audit_of(session, actor, ("member", actor.member_id, None), "change_phone")


def change_password(session: Session, actor: Actor, password_hash: str) -> None:
    """Of an account of the house."""
    own = update(HarmonyAccount).where(col(HarmonyAccount.member_id) == actor.member_id)
    session.execute(own.values(password_hash=password_hash))
    audit_of(session, actor, ("member", actor.member_id, None), "change_password")
