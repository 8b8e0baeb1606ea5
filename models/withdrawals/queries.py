"""Reads of withdrawals: what stands in the way, and the requests of a company over all kinds."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, or_, select
from sqlmodel import Session, col

from models.catalog import KINDS
from models.changes.wording import SUBJECT as CHANGE_SUBJECT
from models.deliveries.queries import is_delivered
from models.inspections.rules import Status as InspectionStatus
from models.inspections.tables import Inspection
from models.kernel.roles import Role
from models.members.queries import member_names
from models.orders.queries import ordered_items
from models.orders.tables import PurchaseOrder
from models.processes.messages import Actor
from models.processes.queries import visible_to
from models.processes.tables import ProcessEvent
from models.withdrawals.rules import KIND, OPEN, Subject
from models.withdrawals.tables import Withdrawal
from models.withdrawals.wording import SUBJECT as WITHDRAWAL_SUBJECT

SHOWN_MAX = 50
OTHER_KINDS = frozenset({KIND, "invitation"})
HOUSE = Actor(member_id=0, name="", roles=frozenset({Role.BUYER}))
"""The house's own eyes: drafts a partner was never shown stand in the way as well."""


@dataclass(frozen=True)
class Blocker:
    """Something unfinished: what it is, its number and title, its state in words, its page."""

    kind: str
    number: str
    title: str
    status: str
    tone: str
    link: str


def visible(actor: Actor) -> Select[Withdrawal]:
    """Start of every select: buyers see all, an owner its company's, another 담당자 its own."""
    rows = visible_to(actor, Withdrawal)
    if actor.side != "partner" or Role.PARTNER_OWNER in actor.roles:
        return rows
    own = or_(col(Withdrawal.member_id) == actor.member_id, col(Withdrawal.created_by) == actor.member_id)
    return rows.where(own)


def blockers(session: Session, actor: Actor, company_id: int) -> list[Blocker]:
    """What keeps a company from leaving, as this actor may see it: open documents, undelivered, unsettled."""
    found = _open_documents(session, actor, company_id)
    found += _undelivered(session, actor, company_id)
    return found + _unsettled(session, actor, company_id)


def blockers_of_member(session: Session, actor: Actor, company_id: int, member_id: int) -> list[Blocker]:
    """What keeps one 담당자 from leaving: documents that wait on them by name, and requests of their own."""
    found = []
    for kind in KINDS.values():
        if kind.key in OTHER_KINDS:
            continue
        own = col(kind.table.turn_member_id) == member_id
        if kind.key == "change":
            own = or_(own, kind.table.member_id == member_id)  # type: ignore[attr-defined]
        rows = _open(actor, kind.table, company_id).where(own)
        found += [_blocker(kind, row) for row in session.execute(rows.limit(SHOWN_MAX)).scalars()]
    return found


def _open_documents(session: Session, actor: Actor, company_id: int) -> list[Blocker]:
    found = []
    for kind in KINDS.values():
        if kind.key not in OTHER_KINDS:
            rows = _open(actor, kind.table, company_id).limit(SHOWN_MAX)
            found += [_blocker(kind, row) for row in session.execute(rows).scalars()]
    return found


def _open(actor: Actor, table: Any, company_id: int) -> Select[Any]:
    rows = visible_to(actor, table).where(col(table.company_id) == company_id, col(table.turn).is_not(None))
    return rows.order_by(col(table.id))


def _blocker(kind: Any, row: Any) -> Blocker:
    words = kind.words
    return Blocker(
        words.name, kind.number(row), kind.title(row), words.status[row.status], words.tone[row.status], kind.link(row)
    )


def _undelivered(session: Session, actor: Actor, company_id: int) -> list[Blocker]:
    rows = ordered_items(actor).where(col(PurchaseOrder.company_id) == company_id, ~is_delivered())
    orders = rows.with_only_columns(PurchaseOrder).distinct().order_by(col(PurchaseOrder.id)).limit(SHOWN_MAX)
    kind = KINDS["order"]
    return [
        Blocker(kind.words.name, kind.number(row), kind.title(row), "납품미완료", "go", kind.link(row))
        for row in session.execute(orders).scalars()
    ]


def _unsettled(session: Session, actor: Actor, company_id: int) -> list[Blocker]:
    rows = visible_to(actor, Inspection).where(
        col(Inspection.company_id) == company_id,
        col(Inspection.status) == InspectionStatus.ACCEPTED.value,
        col(Inspection.settled).is_(False),
    )
    kind = KINDS["inspection"]
    return [
        Blocker(kind.words.name, kind.number(row), kind.title(row), "미정산", "wait", kind.link(row))
        for row in session.execute(rows.order_by(col(Inspection.id)).limit(SHOWN_MAX)).scalars()
    ]


def open_withdrawal(session: Session, company_id: int, subject: Subject, member_id: int | None = None) -> Any:
    """(id, number) of the open withdrawal of a company, or of one person."""
    rows = select(col(Withdrawal.id), col(Withdrawal.number)).where(
        col(Withdrawal.company_id) == company_id,
        col(Withdrawal.status).in_(OPEN),
        col(Withdrawal.subject) == subject.value,
    )
    if member_id is not None:
        rows = rows.where(col(Withdrawal.member_id) == member_id)
    return session.execute(rows.limit(1)).one_or_none()


@dataclass(frozen=True)
class Told:
    """One line of 변경요청이력."""

    kind: str
    subject: str
    status: str
    tone: str
    requester: str
    asked_at: dt.datetime
    decided_at: dt.datetime | None
    asked_reason: str
    decided_reason: str
    link: str


def newest_first(rows: Sequence[Told]) -> list[Told]:
    """As the manual's list: the latest request on top."""
    return sorted(rows, key=lambda row: row.asked_at, reverse=True)


REQUEST_NAMES = {"signup": "신규가입", "conversion": "포탈미사용회원전환가입"}
HISTORY_MAX = 300


def history(session: Session, actor: Actor, company_id: int, member_id: int | None = None) -> list[Told]:
    """변경요청이력 of a company as this actor may see it, or of one person; the latest on top."""
    found: list[tuple[Any, Any]] = []
    for kind in KINDS.values():
        if kind.key not in {"signup", "conversion", "change", KIND}:
            continue
        table: Any = kind.table
        rows = visible_to(actor, table).where(col(table.company_id) == company_id)
        if member_id is not None:
            rows = rows.where(_about(table, member_id))
        newest = rows.order_by(col(table.id).desc()).limit(HISTORY_MAX)
        found += [(kind, row) for row in session.execute(newest).scalars()]
    ends = _ends(session, [row.workflow_id for _, row in found])
    names = member_names(session, [row.created_by for _, row in found])
    return newest_first([_told(kind, row, ends.get(row.workflow_id), names) for kind, row in found])


def _about(table: Any, member_id: int) -> Any:
    own = col(table.created_by) == member_id
    return or_(own, col(table.member_id) == member_id) if hasattr(table, "member_id") else own


def _ends(session: Session, workflow_ids: Sequence[str]) -> dict[str, ProcessEvent]:
    """The last step people took on each document."""
    rows = (
        select(ProcessEvent)
        .where(col(ProcessEvent.workflow_id).in_(list(workflow_ids)), col(ProcessEvent.actor_id).is_not(None))
        .order_by(col(ProcessEvent.id))
    )
    return {event.workflow_id: event for event in session.execute(rows).scalars()}


def _told(kind: Any, row: Any, end: ProcessEvent | None, names: dict[int, str]) -> Told:
    words = kind.words
    closed = row.turn is None
    return Told(
        kind=kind.key,
        subject=_subject_words(kind.key, row),
        status=words.status[row.status],
        tone=words.tone[row.status],
        requester=names.get(row.created_by, ""),
        asked_at=row.created_at,
        decided_at=row.status_since if closed else None,
        asked_reason=getattr(row, "request_reason", ""),
        decided_reason=(end.reason or "") if end and closed else "",
        link=kind.link(row),
    )


def _subject_words(key: str, row: Any) -> str:
    if key == "change":
        return CHANGE_SUBJECT[row.subject]
    return WITHDRAWAL_SUBJECT[row.subject] if key == KIND else REQUEST_NAMES[key]
