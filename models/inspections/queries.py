"""Reads of inspections. Every select starts from what the person may see."""

from sqlalchemy import Select, func, select
from sqlmodel import Session, col

from models.inspections.rules import Status
from models.inspections.tables import Inspection
from models.processes.messages import Actor
from models.processes.queries import visible_to


def in_status(actor: Actor, status: Status) -> Select[Inspection]:
    """검수대기, 검수완료현황 or 검수취소: the inspections of one status."""
    return visible_to(actor, Inspection).where(col(Inspection.status) == status.value)


def waiting_count(session: Session, actor: Actor, limit: int) -> int:
    """How many wait to be inspected, up to `limit`."""
    waiting = in_status(actor, Status.WAITING).with_only_columns(col(Inspection.id)).limit(limit)
    found: int = session.execute(select(func.count()).select_from(waiting.subquery())).scalar_one()
    return found
