"""The monthly run's steps, and the batch activities that compute and publish its groups."""

import datetime as dt
import logging
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select, text, update
from sqlmodel import Session, col
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities import credits_compute, credits_publish
from activities.batching import FAULTS, apart, beating, words
from activities.recording import DomainSteps, StepContext
from models import clock, database
from models.credits import run_inputs, run_messages, run_queries, run_rules, run_writes
from models.credits.kind import CREDIT_RUN
from models.credits.messages import Approval, Groups
from models.credits.report_tables import CreditReport
from models.credits.rules import PAGE_GROUPS, OutcomeState, item_of, month_after, settled_month
from models.credits.run_messages import Occasion, Page, PageDone, Pages, RunTask
from models.credits.run_rules import PoolUnshared, Status
from models.credits.run_tables import CreditOutcome, CreditRun
from models.harmony.tables import NOBODYS
from models.kernel.refusals import StaleDocument
from models.processes.writes import BEHIND, announce, lock_case, wake

log = logging.getLogger("credits")
COMPUTED_STATES = (OutcomeState.PENDING.value,)
TO_PUBLISH = (OutcomeState.PENDING.value, OutcomeState.COMPUTED.value)

_HELD = "SELECT status, step FROM credit_run WHERE id = :run FOR SHARE"
_GROUPS = """
SELECT group_id FROM credit_outcome
 WHERE run_id = :run AND group_id BETWEEN :first AND :last AND state = ANY (:states)
 ORDER BY group_id FOR UPDATE
"""
_SUMS = """
SELECT count(*) FILTER (WHERE state <> 'empty'),
       count(*) FILTER (WHERE state IN ('published', 'carried', 'unchanged')),
       count(*) FILTER (WHERE state = 'failed'), count(*) FILTER (WHERE state = 'carried'),
       count(*) FILTER (WHERE state = 'unchanged'),
       coalesce(sum(supply) FILTER (WHERE state = ANY (:counted)), 0)::bigint,
       coalesce(sum(tax) FILTER (WHERE state = ANY (:counted)), 0)::bigint
  FROM credit_outcome WHERE run_id = :run
"""
_FAILED = """
UPDATE credit_outcome SET state = 'failed', error = :error, decided_at = :now
 WHERE run_id = :run AND group_id = :group
"""


@activity.defn(name=run_messages.PREPARE)
def prepare(task: RunTask) -> Pages:
    """Share the pools and list the groups; done again it begins anew. No pages for a run that moved on."""
    with beating():
        _wait_for_changes(task.run_id)
        return _prepared(task)


def _wait_for_changes(run_id: int) -> None:
    """What is dated before the preview began and not there yet would be missing from it, and not be told of either."""
    with database.working() as session:
        run_inputs.lock_all(session, session.get_one(CreditRun, run_id).month)


def _prepared(task: RunTask) -> Pages:
    with database.working() as session:
        run = _wanted(session, task.run_id, Status.DRAFTING, task.step)
        if run is None:
            return Pages()
        try:
            notes = credits_compute.begin_anew(session, {"run": run.id, "month": run.month})
        except FAULTS as fault:
            raise ApplicationError(words(fault), type="not_computed", non_retryable=True) from fault
        session.execute(update(CreditRun).where(col(CreditRun.id) == run.id).values(notes=notes))
        return Pages(pages=credits_compute.pages(session, task.run_id, COMPUTED_STATES, PAGE_GROUPS))


@activity.defn(name=run_messages.COMPUTE)
def compute_page(page: Page) -> PageDone:
    """Lines and sums of the page's groups; a group that cannot be computed fails alone."""
    with beating(), database.working() as session:
        run = _wanted(session, page.run_id, Status.DRAFTING, page.step)
        if run is None:
            return PageDone()
        done = _computed(session, run, page, COMPUTED_STATES)
        announce(session, CREDIT_RUN.key, page.run_id, NOBODYS)
        return done


def _computed(session: Session, run: CreditRun, page: Page, states: tuple[str, ...]) -> PageDone:
    groups = _held_groups(session, page, states)
    now = clock.now()
    facts: dict[str, Any] = {
        "run": run.id,
        "month": run.month,
        "previous": month_after(run.month, -1),
        "prefix": item_of(run.month, ""),
        "percent": run.outlier_percent,
        "at": now,
    }
    wrong = apart(session, groups, lambda some: credits_compute.compute(session, some, facts))
    _fail(session, page.run_id, wrong, now)
    return PageDone(groups=len(groups), failed=len(wrong))


@activity.defn(name=run_messages.PLAN)
def plan_publishing(task: RunTask) -> Pages:
    """The pages of what is still to be published."""
    with beating(), database.working() as session:
        return Pages(pages=credits_compute.pages(session, task.run_id, TO_PUBLISH, PAGE_GROUPS))


@activity.defn(name=run_messages.PUBLISH_PAGE)
def publish_page(page: Page) -> PageDone:
    """Publish what of the page waits for it. A run that is paused or over publishes nothing."""
    with beating(), database.working() as session:
        run = _wanted(session, page.run_id, Status.PUBLISHING, None)
        if run is None:
            return PageDone()
        now = clock.now()
        # Those that are tried again are computed first, from what is there now.
        _computed(session, run, page, COMPUTED_STATES)
        groups = _held_groups(session, page, (OutcomeState.COMPUTED.value,))
        wrong = apart(session, groups, lambda some: credits_publish.publish(session, run, some, now))
        _fail(session, page.run_id, wrong, now)
        announce(session, CREDIT_RUN.key, page.run_id, NOBODYS)
        return PageDone(groups=len(groups), failed=len(wrong))


def _wanted(session: Session, run_id: int, status: str, step: int | None) -> CreditRun | None:
    """The run, held against its next step; None when it is no longer where this work was asked for."""
    found = session.execute(text(_HELD), {"run": run_id}).one()
    if found[0] != status or (step is not None and found[1] != step):
        return None
    return session.get_one(CreditRun, run_id)


def _held_groups(session: Session, page: Page, states: tuple[str, ...]) -> list[int]:
    asked = {"run": page.run_id, "first": page.first, "last": page.last, "states": list(states)}
    return list(session.execute(text(_GROUPS), asked).scalars())


def _fail(session: Session, run_id: int, wrong: dict[int, str], now: dt.datetime) -> None:
    for group, why in wrong.items():
        log.warning("run %s, group %s: %s", run_id, group, why)
        session.execute(text(_FAILED), {"run": run_id, "group": group, "error": why, "now": now})


@activity.defn(name=run_messages.OPEN_RUN)
def open_run(occasion: Occasion) -> str:
    """Begin the run of the month before the Schedule's day; '' when the month has one already."""
    with database.working() as session:
        # The policy's day lies in a month of the policy's place, wherever Seoul's clock is then.
        zone = ZoneInfo(run_queries.policy(session).timezone)
        made = run_writes.open_scheduled(session, settled_month(occasion.scheduled_at, zone), clock.now())
        return made.workflow_id if made else ""


# --- the run's own steps -------------------------------------------------------------------------------------------


def computed(step: StepContext) -> None:
    """The preview is there: sums of everything that would be published."""
    run: CreditRun = step.document
    _sum_up(step, (OutcomeState.COMPUTED,))
    before = select(func.coalesce(func.sum(col(CreditReport.total)), 0)).where(
        col(CreditReport.month) == month_after(run.month, -1)
    )
    run.previous_total = int(step.session.execute(before).scalar_one())
    run.computed_at = step.now
    step.detail |= {"groups": run.groups_total, "total": run.total}


def computing_failed(step: StepContext) -> None:
    step.document.stop_reason = "계산하지 못했습니다."
    step.document.finished_at = step.now


def approve(step: StepContext) -> None:
    """「승인하고 발행」: of the sums that were seen. Raises PoolUnshared, InputsChanged, StaleDocument."""
    run: CreditRun = step.document
    seen: Approval = step.payload
    for note in run.notes:
        if note["what"] == "pool_unshared":
            raise PoolUnshared(business=note["name"])
    # Nothing comes into the month while this decides, and nothing is carried over into it.
    run_inputs.lock_all(step.session, run.month)
    lock_case(step.session, credits_publish.CARRYING)
    changed = run_inputs.changed(step.session, run)
    if changed:
        raise run_inputs.refusal(changed)
    if any(
        given is not None and given != have
        for given, have in ((seen.total, run.total), (seen.groups_total, run.groups_total))
    ):
        raise StaleDocument(version=run.version)
    run.approved_at = step.now
    run.approved_by = step.command.actor_name if step.command else ""
    step.detail |= {"groups": run.groups_total, "total": run.total}


def pause(step: StepContext) -> None:
    """What is published so far is counted; the rest waits."""
    _sum_up(step, (OutcomeState.PUBLISHED, OutcomeState.UNCHANGED))
    wake(step.session, BEHIND)


def cancel(step: StepContext) -> None:
    run: CreditRun = step.document
    run.stop_reason = step.payload.reason
    run.finished_at = step.now


def retry_group(step: StepContext) -> None:
    """「다시 시도」: these failed groups, or all of them, are computed and published anew."""
    asked: Groups = step.payload
    failed = update(CreditOutcome).where(
        col(CreditOutcome.run_id) == step.document.id, col(CreditOutcome.state) == OutcomeState.FAILED.value
    )
    if asked.group_ids:
        failed = failed.where(col(CreditOutcome.group_id).in_(asked.group_ids))
    again = failed.values(state=OutcomeState.PENDING.value, error="", attempt=col(CreditOutcome.attempt) + 1)
    found = step.session.execute(
        again.returning(col(CreditOutcome.group_id)).execution_options(synchronize_session=False)
    )
    step.detail["groups"] = len(found.all())


def finished(step: StepContext) -> str:
    """Every group is decided: published, or with those that failed left to be tried again."""
    run: CreditRun = step.document
    _sum_up(step, (OutcomeState.PUBLISHED, OutcomeState.UNCHANGED))
    run.finished_at = step.now
    step.detail |= {"groups": run.groups_done, "failed": run.groups_failed, "total": run.total}
    step.jobs.append(run_messages.STATEMENTS)
    # The reports' processes waited for this.
    wake(step.session, BEHIND)
    return Status.INCOMPLETE if run.groups_failed else Status.PUBLISHED


def close(step: StepContext) -> None:
    """「실패를 두고 끝내기」: what failed is settled by a correction next month."""
    step.detail["failed"] = step.document.groups_failed


def _sum_up(step: StepContext, counted: tuple[OutcomeState, ...]) -> None:
    run: CreditRun = step.document
    asked = {"run": run.id, "counted": [state.value for state in counted]}
    found = step.session.execute(text(_SUMS), asked).one()
    run.groups_total, run.groups_done, run.groups_failed, run.groups_carried, run.groups_unchanged = found[:5]
    run.supply, run.tax = found[5], found[6]
    run.total = run.supply + run.tax


STEPS = DomainSteps(
    kind=CREDIT_RUN,
    effects={
        run_rules.COMPUTED: computed,
        run_rules.COMPUTING_FAILED: computing_failed,
        run_rules.FINISHED: finished,
        "approve": approve,
        "pause": pause,
        "cancel": cancel,
        "retry_group": retry_group,
        "close": close,
    },
)
BATCH: list[Callable[..., Any]] = [prepare, compute_page, plan_publishing, publish_page, open_run]
"""Activities of the queue `batch`."""
