"""How the reports of a run begin: report, lines, record, start of the process, and who is told, many groups at once.

The database writes them from what is there; what is equal for all reports of one kind is made once and handed in.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import text
from sqlmodel import Session

from activities import credits_notices
from models.credits import report_rules
from models.credits.kind import CREDIT_REPORT
from models.credits.report_tables import CreditReport
from models.credits.rules import IssueMode, month_key, pay_on, sign_by
from models.credits.run_tables import CreditRun
from models.harmony.tables import NOBODYS
from models.plain import Plain, array, execute, together
from models.processes import chain, queries
from models.processes.deadlines import ESCALATE
from models.processes.messages import Alarm, Outcome, ProcessStart
from models.processes.tables import ProcessEvent
from models.processes.writes import BEHIND, wake

PUBLISHED_ACT = "publish"
"""How a report's record begins."""
ID_HOLE, TOTAL_HOLE = 10**18 + 1, 10**18 + 2
WORKFLOW_HOLE, CASE_HOLE, INPUT_HOLE = "<workflow>", "<case>", "<input>"
"""What stands in a record for the facts of its own report until the database puts them there."""

UNCARRY = "DELETE FROM credit_carry WHERE from_month = :month AND group_id = ANY (CAST(:groups AS bigint[]))"

_REPORTS = """
INSERT INTO credit_report (workflow_id, company_id, case_key, status, version, step, turn, due_at, status_since,
    created_by, created_at, number, group_id, month, run_id, credit_company_id, company_name, group_name, issue_mode,
    input_hash, line_count, supply, tax, total, withheld_income, withheld_local, payable, sign_by, pay_on,
    published_at, approval_number, invoice_problem, held_reason, payment_problem, payments)
SELECT 'report/' || :key || '/' || o.group_id, 0, n.number, f.status, 1, 1, f.turn, f.due_at, :now,
       0, :now, n.number, o.group_id, :month, :run, c.id, c.name,
       g.name, c.issue_mode,
       o.input_hash, o.line_count, o.supply, o.tax, o.total, o.withheld_income, o.withheld_local,
       o.total - o.withheld_income - o.withheld_local, :sign_by, :pay_on, :now, '', '', '', '', 0
  FROM credit_outcome o
  JOIN credit_group g ON g.id = o.group_id
  JOIN credit_company c ON c.id = g.credit_company_id
  JOIN unnest(CAST(:modes AS text[]), CAST(:statuses AS text[]), CAST(:turns AS text[]),
              CAST(:dues AS timestamptz[])) AS f(mode, status, turn, due_at) ON f.mode = c.issue_mode
 CROSS JOIN LATERAL (SELECT 'RS' || replace(:key, '-', '') || '-' ||
                            CASE WHEN o.group_id < 100000 THEN lpad(o.group_id::text, 5, '0')
                                 ELSE o.group_id::text END AS number) n
 WHERE o.run_id = :run AND o.group_id BETWEEN :first AND :last AND o.group_id = ANY (CAST(:groups AS bigint[]))
ON CONFLICT (group_id, month) DO NOTHING
RETURNING id, group_id, workflow_id, company_name, group_name, month, total, status
"""

# Group by group, whatever the database believes it knows of lines that were only just written.
LINES: Plain[Any] = Plain(
    text("""
INSERT INTO credit_report_line (report_id, group_id, month, position, medium_id, medium_name, business_id,
    business_name, source, item, supply, tax, total)
SELECT r.id, d.group_id, r.month, d.position, d.medium_id, m.name, d.business_id, b.name, d.source, d.item,
       d.supply, d.tax, d.supply + d.tax
  FROM credit_report r
 CROSS JOIN LATERAL (SELECT * FROM credit_draft_line WHERE run_id = :run AND group_id = r.group_id OFFSET 0) d
  JOIN credit_medium m ON m.id = d.medium_id
  JOIN credit_business b ON b.id = d.business_id
 WHERE r.id = ANY (CAST(:reports AS bigint[]))
""")
)

# The hash is `chain.digest` of the row: its text comes from there, with holes for what is the report's own.
_EVENTS: Plain[Any] = Plain(
    text(f"""
INSERT INTO process_event (workflow_id, step, kind, document_id, company_id, case_key, act, status_from, status_to,
    version, actor_name, actor_company, detail, outcome, at, prev_hash, hash)
SELECT r.workflow_id, 1, 'credit_report', r.id, 0, r.number, 'publish', r.status, r.status, 1, '', '',
       jsonb_build_object('run', CAST(:number AS text), 'total', r.total, 'input', r.input_hash), f.outcome::jsonb,
       :now, :genesis,
       encode(sha256(convert_to(
           replace(replace(replace(replace(replace(f.hashed, '{ID_HOLE}', r.id::text), '{TOTAL_HOLE}', r.total::text),
                   '{WORKFLOW_HOLE}', r.workflow_id), '{CASE_HOLE}', r.number), '{INPUT_HOLE}', r.input_hash),
           'UTF8')), 'hex')
  FROM credit_report r
  JOIN unnest(CAST(:modes AS text[]), CAST(:outcomes AS text[]), CAST(:hashed AS text[])) AS f(mode, outcome, hashed)
    ON f.mode = r.issue_mode
 WHERE r.id = ANY (CAST(:reports AS bigint[]))
""")  # noqa: S608 - figures and names of ours
)

_STARTS: Plain[Any] = Plain(
    text("""
INSERT INTO outbox (workflow_id, kind, payload, created_at, next_attempt_at, attempts)
SELECT r.workflow_id, 'credit_report', f.start::jsonb || jsonb_build_object('document_id', r.id), :now, :now, 0
  FROM credit_report r
  JOIN unnest(CAST(:modes AS text[]), CAST(:starts AS text[])) AS f(mode, start) ON f.mode = r.issue_mode
 WHERE r.id = ANY (CAST(:reports AS bigint[]))
ON CONFLICT (workflow_id) DO NOTHING
""")
)


class _Beginning(NamedTuple):
    """How reports of one kind begin: a report that stands for all of them, and the alarms of their processes."""

    document: CreditReport
    alarms: list[Alarm]


def publish_new(session: Session, run: CreditRun, groups: Sequence[int], now: dt.datetime) -> dict[int, int]:
    """Reports of groups that have none for the month; group id -> report id."""
    if not groups:
        return {}
    begin = _beginnings(session, run, now)
    facts = {
        "run": run.id,
        "key": month_key(run.month),
        "month": run.month,
        "now": now,
        "groups": array(groups),
        "first": min(groups),
        "last": max(groups),
        "sign_by": begin[IssueMode.REVERSE].document.sign_by,
        "pay_on": begin[IssueMode.REVERSE].document.pay_on,
        "modes": [mode.value for mode in begin],
        "statuses": [one.document.status for one in begin.values()],
        "turns": [one.document.turn for one in begin.values()],
        "dues": [one.document.due_at for one in begin.values()],
    }
    # Also what an earlier run of the month carried over is paid by this one.
    session.execute(text(UNCARRY), {"month": run.month, "groups": facts["groups"]})
    reports = session.execute(text(_REPORTS), facts).all()
    told = credits_notices.addressed(session, reports)
    made = array(row.id for row in reports)
    # Each is sent at once and none is waited for: the database writes lines while the notices are being sealed.
    with together(session):
        execute(session, LINES, {"run": run.id, "reports": made})
        _record(session, run, made, begin, now)
        credits_notices.tell(session, reports, told, now)
        wake(session, BEHIND)
    return {row.group_id: row.id for row in reports}


def _beginnings(session: Session, run: CreditRun, now: dt.datetime) -> dict[IssueMode, _Beginning]:
    holidays = queries.holidays(session)
    found = {}
    for mode, status in report_rules.FIRST.items():
        report = CreditReport(
            status=status.value,
            status_since=now,
            turn=CREDIT_REPORT.rules.turn(status),
            month=run.month,
            sign_by=sign_by(run.month, holidays),
            pay_on=pay_on(run.month, holidays),
            issue_mode=mode.value,
            line_count=0,
        )
        pace = queries.pace(session, CREDIT_REPORT.key, status)
        report.due_at = CREDIT_REPORT.due_at(report, pace, holidays)
        found[mode] = _Beginning(report, first_alarms(CREDIT_REPORT.alarms(report, pace, holidays, now)))
    return found


def first_alarms(alarms: Sequence[Alarm]) -> list[Alarm]:
    """Up to the first escalation: each that rings brings those after it, and of several due at once it speaks."""
    last = next((place for place, alarm in enumerate(alarms) if alarm.act == ESCALATE), len(alarms))
    return list(alarms[: last + 1])


def _record(
    session: Session,
    run: CreditRun,
    reports: str,
    begin: Mapping[IssueMode, _Beginning],
    now: dt.datetime,
) -> None:
    """The first event of each report, with its sums in the hash chain, and the start of its process."""
    outcomes, starts, hashed = [], [], []
    for one in begin.values():
        state: dict[str, Any] = {"status": one.document.status, "version": 1, "step": 1, "alarms": one.alarms}
        start = ProcessStart(kind=CREDIT_REPORT.key, document_id=0, company_id=NOBODYS, one_timer=True, **state)
        outcomes.append(Outcome(**state).model_dump_json())
        starts.append(start.model_dump_json(exclude={"document_id"}))
        hashed.append(chain.hashed(_stand_in(run, one.document.status, now)))
    facts = {
        "now": now,
        "genesis": chain.GENESIS,
        "number": run.number,
        "reports": reports,
        "modes": [mode.value for mode in begin],
        "outcomes": outcomes,
        "hashed": hashed,
    }
    execute(session, _EVENTS, facts)
    asked = {"now": now, "modes": facts["modes"], "starts": starts, "reports": facts["reports"]}
    execute(session, _STARTS, asked)


def _stand_in(run: CreditRun, status: str, now: dt.datetime) -> ProcessEvent:
    """The event of a report whose own facts are holes."""
    return ProcessEvent(
        workflow_id=WORKFLOW_HOLE,
        step=1,
        kind=CREDIT_REPORT.key,
        document_id=ID_HOLE,
        company_id=NOBODYS,
        case_key=CASE_HOLE,
        act=PUBLISHED_ACT,
        status_from=status,
        status_to=status,
        version=1,
        detail={"run": run.number, "total": TOTAL_HOLE, "input": INPUT_HOLE},
        outcome={},
        at=now,
        prev_hash=chain.GENESIS,
        hash="",
    )
