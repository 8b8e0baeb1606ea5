"""Reads of conversions."""

from sqlalchemy import select
from sqlmodel import Session, col

from models.conversions.rules import OPEN
from models.conversions.tables import Conversion
from models.processes.messages import Actor
from models.processes.queries import visible_to


def open_of(session: Session, actor: Actor, company_id: int) -> Conversion | None:
    """The conversion of a company that is under way."""
    rows = visible_to(actor, Conversion).where(
        col(Conversion.company_id) == company_id, col(Conversion.status).in_(OPEN)
    )
    found: Conversion | None = session.execute(rows.limit(1)).scalar_one_or_none()
    return found


def latest_of(session: Session, company_id: int) -> Conversion | None:
    """The newest conversion of a company, whatever became of it."""
    rows = select(Conversion).where(col(Conversion.company_id) == company_id)
    found: Conversion | None = session.execute(rows.order_by(col(Conversion.id).desc()).limit(1)).scalar_one_or_none()
    return found
