"""Daily anchors over the record: each covers the chain heads changed since the one before (architecture.md "Data")."""

import datetime as dt
import hashlib

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlmodel import Session, col

from models.processes.chain import GENESIS
from models.processes.tables import AuditAnchor, ProcessEvent


def take(session: Session, day: dt.date, now: dt.datetime) -> AuditAnchor:
    """The anchor of a day, taken once; asked again it is the same one."""
    known: AuditAnchor | None = session.get(AuditAnchor, day)
    if known is not None:
        return known
    before = _before(session, day)
    last = session.execute(select(func.coalesce(func.max(col(ProcessEvent.id)), 0))).scalar_one()
    documents, digest = _digest(session, before, last)
    anchor = AuditAnchor(day=day, documents=documents, last_event_id=last, hash=digest, taken_at=now)
    session.add(anchor)
    session.flush()
    return anchor


def broken(session: Session) -> list[dt.date]:
    """Days whose anchor no longer fits the record: an event it covered was cut or changed."""
    anchors = session.execute(select(AuditAnchor).order_by(col(AuditAnchor.day))).scalars().all()
    return [
        anchor.day
        for anchor in anchors
        if _digest(session, _before(session, anchor.day), anchor.last_event_id)[1] != anchor.hash
    ]


def _before(session: Session, day: dt.date) -> AuditAnchor | None:
    earlier = select(AuditAnchor).where(col(AuditAnchor.day) < day).order_by(col(AuditAnchor.day).desc()).limit(1)
    found: AuditAnchor | None = session.execute(earlier).scalar_one_or_none()
    return found


def _digest(session: Session, before: AuditAnchor | None, last: int) -> tuple[int, str]:
    covered = col(ProcessEvent.id) <= last
    if before is not None:
        covered &= col(ProcessEvent.id) > before.last_event_id
    heads = (
        select(col(ProcessEvent.workflow_id), col(ProcessEvent.step), col(ProcessEvent.hash))
        .where(covered)
        .ext(distinct_on(col(ProcessEvent.workflow_id)))
        .order_by(col(ProcessEvent.workflow_id), col(ProcessEvent.step).desc())
    )
    whole = hashlib.sha256((before.hash if before else GENESIS).encode())
    documents = 0
    for workflow_id, step, digest in session.execute(heads):
        whole.update(f"{workflow_id}\n{step}\n{digest}\n".encode())
        documents += 1
    return documents, whole.hexdigest()
