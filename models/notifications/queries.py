"""One's own bell."""

from sqlalchemy import Select, func, select
from sqlmodel import Session, col

from models.notifications.tables import Notification
from models.processes.messages import Actor

UNREAD_SHOWN_MAX = 100


def visible_to(actor: Actor) -> Select[Notification]:
    """Start of every select on notifications: a bell is one person's own."""
    return select(Notification).where(col(Notification.member_id) == actor.member_id)


def latest(
    session: Session, actor: Actor, *, before: int | None = None, unread: bool = False, limit: int = 20
) -> list[Notification]:
    """Lines of the bell, newest first, older than the line `before` when given."""
    lines = visible_to(actor)
    if before is not None:
        lines = lines.where(col(Notification.id) < before)
    if unread:
        lines = lines.where(col(Notification.read_at).is_(None))
    return list(session.execute(lines.order_by(col(Notification.id).desc()).limit(limit)).scalars())


def one(session: Session, actor: Actor, notification_id: int) -> Notification | None:
    """One line of one's own bell."""
    line = visible_to(actor).where(col(Notification.id) == notification_id)
    return session.execute(line).scalar_one_or_none()


def unread_count(session: Session, actor: Actor) -> int:
    """Unread lines, counted up to UNREAD_SHOWN_MAX."""
    few = (
        visible_to(actor)
        .where(col(Notification.read_at).is_(None))
        .limit(UNREAD_SHOWN_MAX)
        .with_only_columns(col(Notification.id))
        .subquery()
    )
    return int(session.execute(select(func.count()).select_from(few)).scalar_one())
