"""Studios, credits, their people and invitations, as somebody may see them."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Select, func, select, text
from sqlmodel import Session, col

from models.harmony.rules import OPEN, STEP_UP_HOLDS, EntryOver, InvitationUnknown, Space
from models.harmony.tables import (
    CreditGroup,
    HarmonyAccount,
    HarmonyEntry,
    Invitation,
    SpaceMembership,
    StepUp,
    Studio,
)
from models.kernel.refusals import NotFound
from models.members.tables import Member
from models.notifications.rules import SWITCHED, Event
from models.notifications.tables import NotificationSwitch
from models.processes.messages import Actor
from models.processes.queries import visible_to

PEOPLE_MAX = 1000
TABLES: dict[Space, type[Studio] | type[CreditGroup]] = {Space.STUDIO: Studio, Space.CREDIT: CreditGroup}
PATHS: dict[Space, str] = {Space.STUDIO: "studios", Space.CREDIT: "credits"}


@dataclass(frozen=True, slots=True)
class Place:
    """A studio or credit as one of its people, or its manager, sees it in a list."""

    space: Space
    id: int
    name: str
    company_name: str
    kind: str
    """The service of a studio, the registration number of a credit."""
    role: str
    people: int
    joined_at: dt.datetime | None


def home_of(space: str, space_id: int) -> str:
    """The page of a studio or credit for its people."""
    return f"/harmony/{PATHS[Space(space)]}/{space_id}"


def spaces_visible_to(actor: Actor, space: Space) -> Select[Any]:
    """Start of every select on studios and credits: the staff sees all, a person of Harmony where they are in."""
    table = TABLES[space]
    rows = select(table).where(col(table.closed_at).is_(None))
    if actor.is_office:
        return rows
    mine = select(col(SpaceMembership.id)).where(
        col(SpaceMembership.space) == space.value,
        col(SpaceMembership.space_id) == col(table.id),
        col(SpaceMembership.member_id) == actor.member_id,
        col(SpaceMembership.left_at).is_(None),
    )
    return rows.where(mine.exists())


def place(session: Session, actor: Actor, space: Space, space_id: int) -> Studio | CreditGroup:
    """One of them. Raises NotFound for what is not one's own as for what is not there."""
    rows = spaces_visible_to(actor, space).where(col(TABLES[space].id) == space_id)
    found: Studio | CreditGroup | None = session.execute(rows).scalar_one_or_none()
    if found is None:
        raise NotFound
    return found


def places(session: Session, actor: Actor, space: Space) -> list[Place]:
    """「내 스튜디오」, 「내 크레딧」; for the manager all of them, by name."""
    table = TABLES[space]
    found = session.execute(
        spaces_visible_to(actor, space).order_by(col(table.name), col(table.id)).limit(500)
    ).scalars()
    rows = list(found)
    inside = select(SpaceMembership).where(
        col(SpaceMembership.space) == space.value,
        col(SpaceMembership.space_id).in_([row.id for row in rows]),
        col(SpaceMembership.left_at).is_(None),
    )
    people: dict[int, list[SpaceMembership]] = {}
    for one in session.execute(inside).scalars():
        people.setdefault(one.space_id, []).append(one)
    return [_place(space, row, people.get(row.id or 0, []), actor) for row in rows]


def _place(space: Space, row: Studio | CreditGroup, people: Sequence[SpaceMembership], actor: Actor) -> Place:
    mine = next((one for one in people if one.member_id == actor.member_id), None)
    return Place(
        space=space,
        id=row.id or 0,
        name=row.name,
        company_name=row.company_name,
        kind=row.service if isinstance(row, Studio) else (row.business_number or ""),
        role=mine.role if mine else "",
        people=len(people),
        joined_at=mine.joined_at if mine else None,
    )


def members_of(session: Session, space: Space, space_id: int) -> Sequence[SpaceMembership]:
    """Who is in a space now, the master first, then by the day of joining."""
    inside = select(SpaceMembership).where(
        col(SpaceMembership.space) == space.value,
        col(SpaceMembership.space_id) == space_id,
        col(SpaceMembership.left_at).is_(None),
    )
    ordered = inside.order_by(col(SpaceMembership.role) != "master", col(SpaceMembership.joined_at)).limit(PEOPLE_MAX)
    return session.execute(ordered).scalars().all()


def people_of(session: Session, space: Space, space_id: int) -> list[tuple[SpaceMembership, Row[Any]]]:
    """Who is in a space with name, e-mail, last log-in and profile image."""
    inside = members_of(session, space, space_id)
    image = col(HarmonyAccount.image_file_id)
    who: Any = (
        select(col(Member.id), col(Member.name), col(Member.email), col(Member.last_login_at), image.label("image"))
        .join(HarmonyAccount, col(HarmonyAccount.member_id) == col(Member.id), isouter=True)
        .where(col(Member.id).in_([one.member_id for one in inside]))
    )
    rows = {row.id: row for row in session.execute(who)}
    return [(one, rows[one.member_id]) for one in inside if one.member_id in rows]


def invitations(actor: Actor, space: Space | None = None, space_id: int | None = None) -> Select[Invitation]:
    """초대이력, of one space or of all."""
    rows = visible_to(actor, Invitation)
    if space is not None:
        rows = rows.where(col(Invitation.space) == space.value, col(Invitation.space_id) == space_id)
    return rows


def open_to(session: Session, space: Space, space_id: int, email: str) -> Invitation | None:
    """The invitation an address has already, still waiting."""
    row = select(Invitation).where(
        col(Invitation.space) == space.value,
        col(Invitation.space_id) == space_id,
        col(Invitation.email) == email,
        col(Invitation.status).in_(OPEN),
    )
    found: Invitation | None = session.execute(row).scalar_one_or_none()
    return found


def by_link(session: Session, hashed: bytes) -> Invitation:
    """The invitation of a link's hash, as the link's holder sees it. Raises InvitationUnknown."""
    row = select(Invitation).where(col(Invitation.token_hash) == hashed)
    found: Invitation | None = session.execute(row).scalar_one_or_none()
    if found is None:
        raise InvitationUnknown
    return found


def entry(session: Session, hashed: bytes, now: dt.datetime, *, lock: bool = False) -> HarmonyEntry:
    """The entry of a browser's cookie. Raises EntryOver."""
    row = select(HarmonyEntry).where(col(HarmonyEntry.token_hash) == hashed, col(HarmonyEntry.expires_at) > now)
    found: HarmonyEntry | None = session.execute(row.with_for_update() if lock else row).scalar_one_or_none()
    if found is None or found.finished_at is not None:
        raise EntryOver
    return found


def account_of(row: HarmonyEntry) -> tuple[str, str]:
    """(issuer, subject) that this browser proved: the provider's person, or the invited address. Raises EntryOver."""
    if row.verified_at is not None and row.issuer and row.subject:
        return row.issuer, row.subject
    if row.password_hash and row.email_invited:
        return "", row.email_invited
    raise EntryOver


def account(session: Session, issuer: str, subject: str) -> HarmonyAccount | None:
    """For the worker; web asks `harmony_lookup`."""
    row = select(HarmonyAccount).where(col(HarmonyAccount.issuer) == issuer, col(HarmonyAccount.subject) == subject)
    found: HarmonyAccount | None = session.execute(row).scalar_one_or_none()
    return found


@dataclass(frozen=True, slots=True)
class Known:
    """Whom an account belongs to, before anybody is logged in."""

    member_id: int
    login: str
    password_hash: str | None
    status: str


def lookup(session: Session, issuer: str, subject: str) -> Known | None:
    """The member of an account, through the one door the web role has for it."""
    asked = text("SELECT * FROM harmony_lookup(:issuer, :subject)")
    row = session.execute(asked, {"issuer": issuer, "subject": subject}).one_or_none()
    return None if row is None else Known(row.member_id, row.login, row.password_hash, row.status)


def own_account(session: Session, actor: Actor) -> tuple[str, int | None]:
    """(issuer, profile image's file) of oneself."""
    row = select(col(HarmonyAccount.issuer), col(HarmonyAccount.image_file_id))
    found = session.execute(row.where(col(HarmonyAccount.member_id) == actor.member_id)).one_or_none()
    return ("", None) if found is None else (found[0], found[1])


def image_of(session: Session, member_id: int) -> int | None:
    """The profile image of oneself or of somebody one shares a space with."""
    row = select(col(HarmonyAccount.image_file_id)).where(col(HarmonyAccount.member_id) == member_id)
    return session.execute(row).scalar_one_or_none()


def switches(session: Session, actor: Actor) -> dict[Event, tuple[bool, bool]]:
    """「알림 설정」: event -> (bell, messenger), on where nothing was chosen."""
    chosen = select(NotificationSwitch).where(col(NotificationSwitch.member_id) == actor.member_id)
    kept = {row.event: (row.bell, row.messenger) for row in session.execute(chosen).scalars()}
    return {event: kept.get(event.value, (True, True)) for event in SWITCHED}


def step_up(session: Session, actor: Actor, session_id: int, purpose: str) -> StepUp | None:
    """The newest code of 추가인증 for a purpose of this session."""
    row = select(StepUp).where(
        col(StepUp.member_id) == actor.member_id,
        col(StepUp.session_id) == session_id,
        col(StepUp.purpose) == purpose,
    )
    found: StepUp | None = session.execute(row.order_by(col(StepUp.id).desc()).limit(1)).scalar_one_or_none()
    return found


def is_stepped_up(session: Session, actor: Actor, session_id: int, purpose: str, now: dt.datetime) -> bool:
    """Whether a right code was given for the purpose in this session lately."""
    row = select(func.count()).where(
        col(StepUp.member_id) == actor.member_id,
        col(StepUp.session_id) == session_id,
        col(StepUp.purpose) == purpose,
        col(StepUp.passed_at) > now - STEP_UP_HOLDS,
    )
    return bool(session.execute(row).scalar_one())
