"""What a month's run is computed from: whether it is still as the preview has it, and until when it may be changed."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from sqlalchemy import select, text
from sqlmodel import Session, col

from models.credits import run_queries
from models.credits.rules import MonthPublished, OutcomeState, month_key
from models.credits.run_rules import InputsChanged, MonthApproved, RunPublishing, Status
from models.credits.run_tables import CreditOutcome, CreditRun
from models.credits.run_wording import CHANGED
from models.kernel.refusals import Refusal
from models.processes.writes import lock_case, share_case

# Names, addresses and notes change nothing of a preview; what decides over money does.
_CHANGED = """
WITH kept AS (
    SELECT kind, act, detail -> 'before' AS b, detail -> 'after' AS a FROM audit_entry
     WHERE kind IN ('credit_rate', 'credit_medium', 'credit_group', 'credit_company', 'credit_business')
       AND at > :since
), earlier AS (
    SELECT id FROM credit_run WHERE month < :month AND status <> 'drafting'
       AND (finished_at IS NULL OR finished_at > :since)
)
SELECT 'imports' WHERE EXISTS (
    SELECT 1 FROM credit_import WHERE month = :month AND state = 'applied' AND decided_at > :since)
 UNION ALL
SELECT 'pools' WHERE EXISTS (SELECT 1 FROM rs_pool WHERE month = :month AND changed_at > :since)
 UNION ALL
SELECT 'adjustments' WHERE EXISTS (
    SELECT 1 FROM credit_adjustment WHERE month = :month AND (created_at > :since OR cancelled_at > :since))
 UNION ALL
SELECT 'rates' WHERE EXISTS (SELECT 1 FROM kept WHERE kind = 'credit_rate')
 UNION ALL
SELECT 'media' WHERE EXISTS (
    SELECT 1 FROM kept WHERE kind = 'credit_medium' AND b -> 'group_id' IS DISTINCT FROM a -> 'group_id')
 UNION ALL
SELECT 'groups' WHERE EXISTS (
    SELECT 1 FROM kept WHERE kind = 'credit_group'
       AND (act IN ('close', 'reopen') OR b -> 'credit_company_id' IS DISTINCT FROM a -> 'credit_company_id'))
 UNION ALL
SELECT 'companies' WHERE EXISTS (
    SELECT 1 FROM kept WHERE kind = 'credit_company' AND act <> 'create'
       AND (act IN ('close', 'reopen') OR b -> 'kind' IS DISTINCT FROM a -> 'kind'
            OR b -> 'issue_mode' IS DISTINCT FROM a -> 'issue_mode'))
 UNION ALL
SELECT 'businesses' WHERE EXISTS (
    SELECT 1 FROM kept WHERE kind = 'credit_business' AND b -> 'item' IS DISTINCT FROM a -> 'item')
 UNION ALL
SELECT 'carried' WHERE EXISTS (
    SELECT 1 FROM credit_outcome o JOIN earlier e ON e.id = o.run_id
     WHERE o.decided_at > :since AND (
           o.state = 'carried' OR (o.state = 'published' AND EXISTS (
               SELECT 1 FROM credit_draft_line d
                WHERE d.run_id = :run AND d.group_id = o.group_id AND d.source = 'carry'))))
"""
DECIDED = (Status.APPROVED, Status.PUBLISHING, Status.PAUSED)
"""The run publishes what was approved."""
MASTERS = "credit-masters"
_BEGUN = "SELECT max(at) FROM process_event WHERE workflow_id = :workflow AND status_to = 'drafting'"


def changed(session: Session, run: CreditRun) -> list[str]:
    """What the preview was computed from and what is otherwise now: keys of `run_wording.CHANGED`."""
    asked: dict[str, Any] = {"run": run.id, "month": run.month, "since": begun_at(session, run)}
    return list(session.execute(text(_CHANGED), asked).scalars())


def refusal(changed: list[str]) -> InputsChanged:
    """Why a preview is no longer approved."""
    return InputsChanged(what=", ".join(CHANGED[what] for what in changed))


def payees_must_stand(session: Session, groups: Iterable[int | None]) -> None:
    """Whether it may be changed now who the groups' payee is and how it is invoiced.

    Raises RunPublishing while what was computed of one of them waits to be published.
    """
    under_way = (
        select(CreditRun)
        .join(CreditOutcome, col(CreditOutcome.run_id) == col(CreditRun.id))
        .where(
            col(CreditRun.status).in_(DECIDED),
            col(CreditOutcome.group_id).in_(list(groups)),
            col(CreditOutcome.state) == OutcomeState.COMPUTED.value,
        )
    )
    run = session.execute(under_way.order_by(col(CreditRun.id)).limit(1)).scalar_one_or_none()
    if run is not None:
        raise RunPublishing(number=run.number)


def begun_at(session: Session, run: CreditRun) -> dt.datetime:
    """When the computing of the preview began."""
    again: dt.datetime | None = session.execute(text(_BEGUN), {"workflow": run.workflow_id}).scalar_one()
    return max(again, run.created_at) if again else run.created_at


def lock_month(session: Session, month: dt.date) -> None:
    """What begins a month's run, approves it and feeds it waits for each other."""
    lock_case(session, f"credit-run/{month_key(month)}")


def hold_masters(session: Session) -> None:
    """Rates, media, groups and payees are changed side by side; what computes or approves a month waits for them.

    Called before anything is read of them, and before the change is dated.
    """
    share_case(session, MASTERS)


def lock_all(session: Session, month: dt.date) -> None:
    """Wait for every change of the month's amounts and of the masters that has begun; those to come wait in turn."""
    lock_month(session, month)
    lock_case(session, MASTERS)


def why_closed(session: Session, month: dt.date) -> Refusal | None:
    """What `must_take` would refuse, to be said beforehand."""
    try:
        must_take(session, month)
    except (MonthApproved, MonthPublished) as refusal:
        return refusal
    return None


def must_take(session: Session, month: dt.date) -> None:
    """Whether the month's amounts may still be changed: a run to come computes them.

    Raises MonthApproved while what was approved is being published, MonthPublished when a later month is.
    """
    run = run_queries.open_run_of(session, month)
    if run is not None and run.status in DECIDED:
        raise MonthApproved(number=run.number)
    later = run_queries.later_published(session, month)
    if later is not None:
        raise MonthPublished(month=month_key(later))
