"""Publishing the groups of a run: reports, lines, record, notices and the starts of their processes, page by page.

Everything of a page is one transaction; a page that is done again finds none of its groups waiting any more.
"""

import datetime as dt
import json
import uuid
from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import text, update
from sqlmodel import Session, col

from activities import credits_begin
from activities.recording import StepContext
from models import clock
from models.credits import report_rules
from models.credits.kind import CREDIT_REPORT
from models.credits.links import report_link
from models.credits.messages import Revision
from models.credits.report_tables import CreditReport
from models.credits.report_wording import report_title
from models.credits.rules import month_after
from models.credits.run_tables import CreditOutcome, CreditRun
from models.harmony.queries import members_of
from models.harmony.rules import Space
from models.kernel.roles import Role
from models.notifications.rules import Event
from models.notifications.writes import notify
from models.plain import array, execute
from models.processes.messages import Actor, command_payload
from models.processes.tables import Command
from models.processes.writes import COMMANDS, Press, insert_command, share_case, wake

STATEMENT_JOB = "build_credit_statement"
MACHINE = Actor(member_id=0, name="", roles=frozenset({Role.SYSTEM}))
MOVED_ON, CARRY_SETTLED, TOO_LITTLE = "report_moved_on", "carry_settled", "report_too_little"
"""Why a group cannot be published once more: keys of `run_wording.ERROR`."""
FATES = ("new", "carried", "unchanged", "revised", "stuck", "settled", "little")
_WAITING = """
SELECT o.group_id, o.input_hash, o.line_count, o.total, c.issue_mode, r.id AS report_id, r.status AS report_status,
       r.input_hash AS report_hash, coalesce(r.approval_number, '') <> '' AS invoiced,
       EXISTS (SELECT 1 FROM payout y WHERE y.report_id = r.id AND y.state IN ('sent', 'paid')) AS at_bank,
       (SELECT b.input_hash FROM credit_outcome b JOIN credit_run p ON p.id = b.run_id
         WHERE b.group_id = o.group_id AND p.month = :month AND b.run_id < :run AND b.state = 'carried'
         ORDER BY b.run_id DESC LIMIT 1) AS carried_hash,
       EXISTS (SELECT 1 FROM credit_carry k
                WHERE k.from_month = :month AND k.group_id = o.group_id AND (
                      EXISTS (SELECT 1 FROM credit_report n WHERE n.group_id = k.group_id AND n.month >= k.month) OR
                      EXISTS (SELECT 1 FROM credit_carry l WHERE l.group_id = k.group_id AND l.from_month >= k.month) OR
                      EXISTS (SELECT 1 FROM credit_outcome q JOIN credit_run w ON w.id = q.run_id
                               WHERE q.group_id = k.group_id AND q.state = 'computed' AND w.month = k.month
                                 AND w.status IN ('approved', 'publishing', 'paused')))
              ) AS carry_settled
  FROM credit_outcome o
  JOIN credit_group g ON g.id = o.group_id
  LEFT JOIN credit_company c ON c.id = g.credit_company_id
  LEFT JOIN credit_report r ON r.group_id = o.group_id AND r.month = :month
 WHERE o.run_id = :run AND o.group_id = ANY (CAST(:groups AS bigint[])) AND o.state = 'computed'
 ORDER BY o.group_id FOR UPDATE OF o
"""

_CARRY = """
INSERT INTO credit_carry (group_id, from_month, month, medium_id, business_id, item, supply, run_id)
SELECT d.group_id, :month, :next, d.medium_id, d.business_id, d.item, sum(d.supply), :run
  FROM credit_draft_line d WHERE d.run_id = :run AND d.group_id = ANY (CAST(:groups AS bigint[]))
 GROUP BY d.group_id, d.medium_id, d.business_id, d.item HAVING sum(d.supply) <> 0
"""

CARRYING = "credit-carry"
"""Who approves a month waits for what is carried over or taken back meanwhile, and the other way round; pages do not
for each other."""
_TAKEN = """
SELECT max(month) FROM credit_run
 WHERE month > :month AND status IN ('approved', 'publishing', 'paused', 'incomplete', 'published')
"""

_DECIDE = """
UPDATE credit_outcome o SET state = d.state, error = d.error, report_id = d.report_id, decided_at = :now
  FROM json_to_recordset(CAST(:decided AS json)) AS d(group_id bigint, state text, error text, report_id bigint)
 WHERE o.run_id = :run AND o.group_id = d.group_id AND o.group_id BETWEEN :first AND :last
"""


class Decided(NamedTuple):
    """What becomes of one group."""

    group_id: int
    state: str
    error: str = ""
    report_id: int | None = None


def publish(session: Session, run: CreditRun, groups: Sequence[int], now: dt.datetime) -> list[Decided]:
    """Of these groups those that are computed, each decided. The run's row is held by the caller."""
    share_case(session, CARRYING)
    facts = {"run": run.id, "month": run.month, "groups": array(groups)}
    waiting = session.execute(text(_WAITING), facts).all()
    known: dict[str, list[Any]] = {fate: [] for fate in FATES}
    for row in waiting:
        known[_fate(row, run)].append(row)
    new = credits_begin.publish_new(session, run, [row.group_id for row in known["new"]], now)
    _carry(session, run, [row.group_id for row in known["carried"]])
    _revise(session, run, known["revised"])
    decided = [Decided(group, "published", report_id=report) for group, report in new.items()]
    decided += [Decided(row.group_id, "published", report_id=row.report_id) for row in known["revised"]]
    decided += [Decided(row.group_id, "carried") for row in known["carried"]]
    decided += [Decided(row.group_id, "unchanged", report_id=row.report_id) for row in known["unchanged"]]
    decided += [Decided(row.group_id, "failed", MOVED_ON, row.report_id) for row in known["stuck"]]
    decided += [Decided(row.group_id, "failed", CARRY_SETTLED) for row in known["settled"]]
    decided += [Decided(row.group_id, "failed", TOO_LITTLE, row.report_id) for row in known["little"]]
    decide(session, run.id or 0, decided, now)
    return decided


def _fate(row: Any, run: CreditRun) -> str:
    if row.report_id is None:
        if row.carry_settled:
            # What an earlier run of the month carried over is in a later month by now, or approved to be.
            return "unchanged" if row.carried_hash == row.input_hash else "settled"
        if row.total >= max(run.minimum_amount, 1):
            return "new"
        return "unchanged" if row.carried_hash == row.input_hash else "carried"
    if row.report_hash == row.input_hash:
        return "unchanged"
    if row.report_status not in report_rules.REVISABLE or row.invoiced or row.at_bank:
        return "stuck"
    # Nobody is invoiced or paid nothing or less; what is owed back is a correction of the next month.
    return "revised" if row.total > 0 else "little"


def decide(session: Session, run_id: int, decided: Sequence[Decided], now: dt.datetime) -> None:
    """Write down what became of groups."""
    if not decided:
        return
    groups = [one.group_id for one in decided]
    facts = {
        "run": run_id,
        "now": now,
        "decided": json.dumps([one._asdict() for one in decided]),
        "first": min(groups),
        "last": max(groups),
    }
    session.execute(text(_DECIDE), facts)


def _carry(session: Session, run: CreditRun, groups: Sequence[int]) -> None:
    """What is under the minimum is settled in the next month, or where that is approved already in the first that is
    not.
    """
    if groups:
        taken = session.execute(text(_TAKEN), {"month": run.month}).scalar_one()
        facts = {"run": run.id, "month": run.month, "next": month_after(taken or run.month), "groups": array(groups)}
        session.execute(text(credits_begin.UNCARRY), {"month": run.month, "groups": facts["groups"]})
        session.execute(text(_CARRY), facts)


def _revise(session: Session, run: CreditRun, rows: Sequence[Any]) -> None:
    """Have the machine press 「금액 변경」 on reports that nothing was done with yet, once per run."""
    for row in rows:
        report = session.get_one(CreditReport, row.report_id)
        request_id = uuid.uuid5(uuid.NAMESPACE_URL, f"{report.workflow_id}/{run.number}/{row.input_hash}")
        payload = command_payload(Revision(run_id=run.id or 0))
        act = report_rules.REVISED
        press = Press(CREDIT_REPORT.key, act, request_id, payload, frozenset({Role.SYSTEM}), None)
        insert_command(session, MACHINE, report, press)
        due = update(Command).where(col(Command.request_id) == request_id).values(next_attempt_at=clock.now())
        session.execute(due.execution_options(synchronize_session=False))
    if rows:
        wake(session, COMMANDS)


def revised(step: StepContext) -> None:
    """「정산 금액 변경」: the report takes over the lines and sums of a repeated run; its people are told."""
    report: CreditReport = step.document
    run_id = step.payload.run_id
    outcome = step.session.get_one(CreditOutcome, (run_id, report.group_id))
    step.detail |= {"run_id": run_id, "before": report.total, "total": outcome.total}
    step.session.execute(text("DELETE FROM credit_report_line WHERE report_id = :id"), {"id": report.id})
    lines = {"run": run_id, "reports": array([report.id or 0])}
    execute(step.session, credits_begin.LINES, lines)
    for name in ("input_hash", "line_count", "supply", "tax", "total", "withheld_income", "withheld_local"):
        setattr(report, name, getattr(outcome, name))
    report.payable = report.total - report.withheld_income - report.withheld_local
    report.run_id, report.revised_at = run_id, step.now
    report.statement_file_id = None
    step.jobs.append(STATEMENT_JOB)
    notify(
        step.session,
        event=Event.REPORT_PUBLISHED.value,
        members=[one.member_id for one in members_of(step.session, Space.CREDIT, report.group_id)],
        link=report_link(report.group_id, report.id or 0),
        workflow_id=report.workflow_id,
        step=report.step + 1,
        params={
            "title": report_title(report),
            "status": f"정산 금액이 {report.total:,}원으로 바뀌었습니다.",
        },
        now=step.now,
    )
