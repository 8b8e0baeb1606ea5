"""Runs, the outcomes of their groups, and the policy, as the staff sees them."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select, text
from sqlmodel import Session, col

from models.credits.report_tables import CreditReport
from models.credits.run_rules import OPEN, Status
from models.credits.run_tables import CreditOutcome, CreditRun
from models.credits.tables import CreditCompany, CreditPolicy
from models.harmony.tables import CreditGroup
from models.processes.messages import Actor
from models.processes.queries import visible_to

HISTORY_MAX = 50
SETTLED = (Status.INCOMPLETE, Status.PUBLISHED)


def policy(session: Session) -> CreditPolicy:
    """The policy in force; the house's defaults where nobody ever set one."""
    row = session.execute(select(CreditPolicy).order_by(col(CreditPolicy.id).desc()).limit(1)).scalar_one_or_none()
    return row or CreditPolicy(changed_at=dt.datetime.min.replace(tzinfo=dt.UTC))


def policies(session: Session) -> Sequence[CreditPolicy]:
    """Every policy there was, newest first."""
    rows = select(CreditPolicy).order_by(col(CreditPolicy.id).desc()).limit(HISTORY_MAX)
    return session.execute(rows).scalars().all()


def runs(actor: Actor) -> Select[CreditRun]:
    """Start of the list of runs."""
    return visible_to(actor, CreditRun)


def open_run_of(session: Session, month: dt.date) -> CreditRun | None:
    """The run of a month that is under way."""
    row = select(CreditRun).where(col(CreditRun.month) == month, col(CreditRun.status).in_(OPEN))
    found: CreditRun | None = session.execute(row).scalar_one_or_none()
    return found


def settled_run_of(session: Session, month: dt.date) -> CreditRun | None:
    """The newest run of a month that published to its end."""
    row = select(CreditRun).where(col(CreditRun.month) == month, col(CreditRun.status).in_(SETTLED))
    found: CreditRun | None = session.execute(row.order_by(col(CreditRun.id).desc()).limit(1)).scalar_one_or_none()
    return found


def later_published(session: Session, month: dt.date) -> dt.date | None:
    """A later month with reports: what this month carried over is in them."""
    later = select(col(CreditReport.month)).where(col(CreditReport.month) > month)
    found: dt.date | None = session.execute(later.order_by(col(CreditReport.month)).limit(1)).scalar_one_or_none()
    return found


@dataclass(frozen=True)
class Board:
    """How far a run is, counted from its outcomes as they stand."""

    total: int
    """Groups with something to settle."""
    waiting: int
    published: int
    unchanged: int
    carried: int
    failed: int
    money: int
    """Won published so far."""
    starting: int
    """Reports whose process is still to be started."""

    @property
    def done(self) -> int:
        return self.published + self.unchanged + self.carried + self.failed

    @property
    def percent(self) -> int:
        return 100 if self.total == 0 else self.done * 100 // self.total


_BOARD = text(
    """
    SELECT count(*) FILTER (WHERE state <> 'empty'), count(*) FILTER (WHERE state IN ('pending', 'computed')),
           count(*) FILTER (WHERE state = 'published'), count(*) FILTER (WHERE state = 'unchanged'),
           count(*) FILTER (WHERE state = 'carried'), count(*) FILTER (WHERE state = 'failed'),
           coalesce(sum(total) FILTER (WHERE state = 'published'), 0)::bigint,
           (SELECT count(*) FROM outbox WHERE sent_at IS NULL AND kind = 'credit_report')
      FROM credit_outcome WHERE run_id = :run
    """
)


def board(session: Session, run_id: int) -> Board:
    """The live board of one run."""
    return Board(*session.execute(_BOARD, {"run": run_id}).one())


_AS_PUBLISHED = text(
    """
    SELECT count(*) FROM credit_outcome o
      JOIN credit_report r ON r.group_id = o.group_id AND r.month = :month AND r.input_hash = o.input_hash
     WHERE o.run_id = :run AND o.state = 'computed'
    """
)


def as_published(session: Session, run: CreditRun) -> int:
    """Groups of a repeated run's preview that are as their reports have them: approving leaves those alone."""
    return int(session.execute(_AS_PUBLISHED, {"run": run.id, "month": run.month}).scalar_one())


def outcomes(actor: Actor, run_id: int) -> Select[*tuple[Any, ...]]:
    """Start of the list of a run's groups: outcome, group, company."""
    mine = runs(actor).with_only_columns(col(CreditRun.id)).where(col(CreditRun.id) == run_id)
    return (
        select(CreditOutcome, col(CreditGroup.name), col(CreditCompany.name), col(CreditCompany.issue_mode))
        .join(CreditGroup, col(CreditGroup.id) == col(CreditOutcome.group_id))
        .join(CreditCompany, col(CreditCompany.id) == col(CreditGroup.credit_company_id), isouter=True)
        .where(col(CreditOutcome.run_id).in_(mine))
    )
