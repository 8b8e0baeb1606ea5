"""「내 할 일」: every document whose next step waits on this person, over all kinds."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, and_, false, func, literal, literal_column, or_, select, union_all
from sqlmodel import Session, col

from models.catalog import KINDS
from models.kernel.roles import PARTNER_SIDE, Role
from models.plain import Plain, rows
from models.processes.kinds import Kind
from models.processes.messages import Actor, Person
from models.processes.queries import visible_to
from models.processes.tables import ProcessColumns

COUNT_MAX = 1000
COUNTS_KEPT = 1000


@dataclass(frozen=True)
class Task:
    """One waiting step."""

    kind: Kind
    document: Any

    @property
    def pick(self) -> str:
        """What a bulk form sends: id and the version it was shown in."""
        return f"{self.document.id}:{self.document.version}"


def waiting(actor: Actor, table: type[ProcessColumns]) -> Any:
    """The condition: it is the turn of a role this person has, and of nobody else by name.

    A step of a role lent by 위임 waits on the deputy too, if it is the lender's own or anybody's.
    """
    if actor.company_id is not None:
        held = [role for role in actor.every_role if role in PARTNER_SIDE]
        return and_(col(table.turn).in_(held), col(table.company_id) == actor.company_id)
    if not actor.is_office:
        return false()
    own = [role for role in actor.roles if role not in PARTNER_SIDE]
    person = col(table.turn_member_id)
    mine = and_(col(table.turn).in_(own), or_(person.is_(None), person == actor.member_id))
    lent = [
        and_(col(table.turn) == role, or_(person.is_(None), person == giver.member_id))
        for role, giver in actor.delegated.items()
    ]
    return and_(col(table.turn).is_not(None), or_(mine, *lent))


def _rows(actor: Actor, kind: Kind) -> Select[str, int | None, dt.datetime | None, dt.datetime]:
    table = kind.table
    columns = (literal(kind.key).label("kind"), col(table.id), col(table.due_at), col(table.status_since))
    return visible_to(actor, table).where(waiting(actor, table)).with_only_columns(*columns)


def count(session: Session, actor: Actor) -> int:
    """How many steps wait, up to 1,000."""
    found: int = rows(session, counting(actor), {})[0].waiting
    return found


def counting(actor: Actor) -> Plain[Any]:
    """The statement of `count`, to be asked with another."""
    lent = tuple((role, giver.member_id) for role, giver in actor.delegated.items())
    return _count_of(actor.member_id, actor.company_id, actor.roles, lent)


@lru_cache(COUNTS_KEPT)
def _count_of(
    member_id: int, company_id: int | None, roles: frozenset[Role], lent: tuple[tuple[Role, int], ...]
) -> Plain[Any]:
    """The statement for one person; on every page, and building it costs more than running it."""
    delegated = {role: Person(member_id=giver, name="") for role, giver in lent}
    actor = Actor(member_id=member_id, name="", company_id=company_id, roles=roles, delegated=delegated)
    # Few parameters: the driver looks through a statement with many of them anew each time.
    one: Any = literal_column("1").label("one")
    most: Any = literal_column(str(COUNT_MAX))
    found = [_rows(actor, kind).with_only_columns(one).limit(most) for kind in KINDS.values() if _concerns(kind, actor)]
    if not found:
        return Plain(select(literal_column("0").label("waiting")))
    number = func.least(func.count(), most).label("waiting")
    return Plain(select(number).select_from(union_all(*found).subquery()))


def _concerns(kind: Kind, actor: Actor) -> bool:
    """Whether any status of the kind waits on a role of this person."""
    return not actor.every_role.isdisjoint(kind.rules.turns.values())


def counts(session: Session, actor: Actor) -> dict[str, int]:
    """Waiting steps by kind."""
    every = union_all(*(_rows(actor, kind) for kind in KINDS.values())).subquery()
    grouped = select(every.c.kind, func.count()).group_by(every.c.kind)
    return {kind: number for kind, number in session.execute(grouped)}  # noqa: C416 - rows are not pairs to mypy


def tasks(
    session: Session, actor: Actor, kind: str | None = None, *, offset: int = 0, limit: int = 20
) -> Sequence[Task]:
    """Waiting steps, the nearest deadline first, those without one last."""
    kinds = [KINDS[kind]] if kind in KINDS else list(KINDS.values())
    every = union_all(*(_rows(actor, one) for one in kinds)).subquery()
    ordered = (
        select(every.c.kind, every.c.id)
        .order_by(every.c.due_at.asc().nulls_last(), every.c.status_since, every.c.kind, every.c.id)
        .offset(offset)
        .limit(limit)
    )
    found = [(row[0], row[1]) for row in session.execute(ordered)]
    documents: dict[tuple[str, int], Any] = {}
    for one in kinds:
        ids = [document_id for key, document_id in found if key == one.key]
        if ids:
            rows = session.execute(visible_to(actor, one.table).where(col(one.table.id).in_(ids))).scalars()
            documents |= {(one.key, row.id or 0): row for row in rows}
    return [Task(KINDS[key], documents[key, document_id]) for key, document_id in found]
