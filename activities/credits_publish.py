"""Publishing the groups of a run: reports, lines, record, notices and the starts of their processes, page by page.

Everything of a page is one transaction; a page that is done again finds none of its groups waiting any more.
"""

import datetime as dt
import json
import uuid
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import text, update
from sqlmodel import Session, col

from activities.recording import StepContext
from models import clock
from models.columns import Encrypted
from models.credits import report_rules
from models.credits.kind import CREDIT_REPORT
from models.credits.links import report_link
from models.credits.messages import Revision
from models.credits.report_tables import CreditReport
from models.credits.rules import IssueMode, month_after, month_key, pay_on, sign_by
from models.credits.run_tables import CreditOutcome, CreditRun
from models.harmony.queries import members_of
from models.harmony.rules import Space
from models.harmony.tables import NOBODYS
from models.kernel.roles import Role
from models.notifications.rules import Event
from models.notifications.writes import Addressee, Occasion, composed, notify, switched_off
from models.processes import chain, queries
from models.processes.messages import Actor, Outcome, ProcessStart, command_payload
from models.processes.tables import Command, ProcessEvent
from models.processes.writes import BEHIND, COMMANDS, Press, insert_command, wake

STATEMENT_JOB = "build_credit_statement"
PUBLISHED_ACT = "publish"
"""How a report's record begins."""
MACHINE = Actor(member_id=0, name="", roles=frozenset({Role.SYSTEM}))
MOVED_ON = "report_moved_on"
_SEALED = {name: Encrypted(f"message.{name}") for name in ("recipient", "body", "fallback_body")}
_PHONE = Encrypted("member.phone")

_WAITING = """
SELECT o.group_id, o.input_hash, o.line_count, o.total, c.issue_mode, r.id AS report_id, r.status AS report_status,
       r.input_hash AS report_hash, coalesce(r.approval_number, '') <> '' AS invoiced,
       (SELECT b.input_hash FROM credit_outcome b JOIN credit_run p ON p.id = b.run_id
         WHERE b.group_id = o.group_id AND p.month = :month AND b.run_id < :run AND b.state = 'carried'
         ORDER BY b.run_id DESC LIMIT 1) AS carried_hash
  FROM credit_outcome o
  JOIN credit_group g ON g.id = o.group_id
  LEFT JOIN credit_company c ON c.id = g.credit_company_id
  LEFT JOIN credit_report r ON r.group_id = o.group_id AND r.month = :month
 WHERE o.run_id = :run AND o.group_id = ANY (:groups) AND o.state = 'computed'
 ORDER BY o.group_id FOR UPDATE OF o
"""

_REPORTS = """
INSERT INTO credit_report (workflow_id, company_id, case_key, status, version, step, turn, due_at, status_since,
    created_by, created_at, number, group_id, month, run_id, credit_company_id, company_name, group_name, issue_mode,
    input_hash, line_count, supply, tax, total, withheld_income, withheld_local, payable, sign_by, pay_on,
    published_at, approval_number, invoice_problem, held_reason, payment_problem, payments)
SELECT 'report/' || :key || '/' || o.group_id, 0, n.number, f.status, 1, 1, f.turn, f.due_at, :now,
       0, :now, n.number, o.group_id, :month, :run, c.id, c.name, h.name, c.issue_mode,
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
 CROSS JOIN LATERAL (
    SELECT concat_ws(' > ', (array_agg(b.name ORDER BY d.position))[1],
                     nullif((array_agg(m.service ORDER BY d.position))[1], ''),
                     (array_agg(m.name ORDER BY d.position))[1])
           || CASE WHEN count(DISTINCT d.medium_id) > 1 THEN ' 외' ELSE '' END AS name
      FROM credit_draft_line d JOIN credit_medium m ON m.id = d.medium_id JOIN credit_business b ON b.id = d.business_id
     WHERE d.run_id = :run AND d.group_id = o.group_id) h
 WHERE o.run_id = :run AND o.group_id = ANY (:groups)
ON CONFLICT (group_id, month) DO NOTHING
RETURNING id, group_id, workflow_id, number, group_name, status, issue_mode, total, input_hash
"""

LINES = """
INSERT INTO credit_report_line (report_id, group_id, month, position, medium_id, medium_name, business_id,
    business_name, source, item, supply, tax, total)
SELECT r.id, d.group_id, r.month, d.position, d.medium_id, m.name, d.business_id, b.name, d.source, d.item,
       d.supply, d.tax, d.supply + d.tax
  FROM credit_report r
  JOIN credit_draft_line d ON d.run_id = :run AND d.group_id = r.group_id
  JOIN credit_medium m ON m.id = d.medium_id
  JOIN credit_business b ON b.id = d.business_id
 WHERE r.id = ANY (:reports)
"""

_EVENTS = """
INSERT INTO process_event (workflow_id, step, kind, document_id, company_id, case_key, act, status_from, status_to,
    version, actor_name, actor_company, detail, outcome, at, prev_hash, hash)
SELECT e.workflow_id, 1, 'credit_report', e.document_id, 0, e.case_key, 'publish', e.status, e.status, 1, '', '',
       e.detail::jsonb, e.outcome::jsonb, :now, :genesis, e.hash
  FROM unnest(CAST(:workflows AS text[]), CAST(:documents AS bigint[]), CAST(:cases AS text[]),
              CAST(:states AS text[]), CAST(:details AS text[]), CAST(:outcomes AS text[]), CAST(:hashes AS text[]))
       AS e(workflow_id, document_id, case_key, status, detail, outcome, hash)
"""

_STARTS = """
INSERT INTO outbox (workflow_id, kind, payload, created_at, next_attempt_at, attempts)
SELECT s.workflow_id, 'credit_report', s.payload::jsonb, :now, :now, 0
  FROM unnest(CAST(:workflows AS text[]), CAST(:payloads AS text[])) AS s(workflow_id, payload)
ON CONFLICT (workflow_id) DO NOTHING
"""

_BELLS = """
INSERT INTO notification (member_id, event, title, body, link, workflow_id, step, created_at)
SELECT b.*, 1, :now FROM unnest(CAST(:members AS bigint[]), CAST(:events AS text[]), CAST(:titles AS text[]),
    CAST(:bodies AS text[]), CAST(:links AS text[]), CAST(:workflows AS text[])) AS b
ON CONFLICT DO NOTHING
"""

_MESSAGES = """
INSERT INTO message (member_id, channel, event, recipient, subject, body, fallback_body, dedupe_key, state, attempts,
                     created_at)
SELECT m.*, 'queued', 0, :now FROM unnest(CAST(:members AS bigint[]), CAST(:channels AS text[]),
    CAST(:events AS text[]), CAST(:recipients AS bytea[]), CAST(:subjects AS text[]), CAST(:bodies AS bytea[]),
    CAST(:fallbacks AS bytea[]), CAST(:keys AS text[])) AS m
ON CONFLICT DO NOTHING
"""

_PEOPLE = """
SELECT s.space_id, m.id, m.name, m.phone, m.email FROM space_membership s JOIN member m ON m.id = s.member_id
 WHERE s.space = :space AND s.space_id = ANY (:groups) AND s.left_at IS NULL AND m.status = 'active'
 ORDER BY s.space_id, m.id
"""

_UNCARRY = "DELETE FROM credit_carry WHERE from_month = :month AND group_id = ANY (:groups)"

_CARRY = """
INSERT INTO credit_carry (group_id, from_month, month, medium_id, business_id, item, supply, run_id)
SELECT d.group_id, :month, :next, d.medium_id, d.business_id, d.item, sum(d.supply), :run
  FROM credit_draft_line d WHERE d.run_id = :run AND d.group_id = ANY (:groups)
 GROUP BY d.group_id, d.medium_id, d.business_id, d.item HAVING sum(d.supply) <> 0
"""

_DECIDE = """
UPDATE credit_outcome o SET state = d.state, error = d.error, report_id = d.report_id, decided_at = :now
  FROM unnest(CAST(:groups AS bigint[]), CAST(:states AS text[]), CAST(:errors AS text[]),
              CAST(:reports AS bigint[])) AS d(group_id, state, error, report_id)
 WHERE o.run_id = :run AND o.group_id = d.group_id
"""


class Decided(NamedTuple):
    """What becomes of one group."""

    group_id: int
    state: str
    error: str = ""
    report_id: int | None = None


def publish(session: Session, run: CreditRun, groups: Sequence[int], now: dt.datetime) -> list[Decided]:
    """Of these groups those that are computed, each decided. The run's row is held by the caller."""
    facts = {"run": run.id, "month": run.month, "groups": list(groups)}
    waiting = session.execute(text(_WAITING), facts).all()
    known: dict[str, list[Any]] = {"new": [], "carried": [], "unchanged": [], "revised": [], "stuck": []}
    for row in waiting:
        known[_fate(row, run)].append(row)
    new = publish_new(session, run, [row.group_id for row in known["new"]], now)
    _carry(session, run, [row.group_id for row in known["carried"]])
    _revise(session, run, known["revised"])
    decided = [Decided(group, "published", report_id=report) for group, report in new.items()]
    decided += [Decided(row.group_id, "published", report_id=row.report_id) for row in known["revised"]]
    decided += [Decided(row.group_id, "carried") for row in known["carried"]]
    decided += [Decided(row.group_id, "unchanged", report_id=row.report_id) for row in known["unchanged"]]
    decided += [Decided(row.group_id, "failed", MOVED_ON, row.report_id) for row in known["stuck"]]
    decide(session, run.id or 0, decided, now)
    return decided


def _fate(row: Any, run: CreditRun) -> str:
    if row.report_id is None:
        if row.total >= max(run.minimum_amount, 1):
            return "new"
        return "unchanged" if row.carried_hash == row.input_hash else "carried"
    if row.report_hash == row.input_hash:
        return "unchanged"
    free = row.report_status in report_rules.REVISABLE and not row.invoiced
    return "revised" if free else "stuck"


def decide(session: Session, run_id: int, decided: Sequence[Decided], now: dt.datetime) -> None:
    """Write down what became of groups."""
    facts = {
        "run": run_id,
        "now": now,
        "groups": [one.group_id for one in decided],
        "states": [one.state for one in decided],
        "errors": [one.error for one in decided],
        "reports": [one.report_id for one in decided],
    }
    session.execute(text(_DECIDE), facts)


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
        "groups": list(groups),
        "sign_by": begin[IssueMode.REVERSE].document.sign_by,
        "pay_on": begin[IssueMode.REVERSE].document.pay_on,
        "modes": [mode.value for mode in begin],
        "statuses": [one.document.status for one in begin.values()],
        "turns": [one.document.turn for one in begin.values()],
        "dues": [one.document.due_at for one in begin.values()],
    }
    # Also what an earlier run of the month carried over is paid by this one.
    session.execute(text(_UNCARRY), {"month": run.month, "groups": list(groups)})
    reports = session.execute(text(_REPORTS), facts).all()
    session.execute(text(LINES), {"run": run.id, "reports": [row.id for row in reports]})
    _record(session, run, reports, begin, now)
    _tell(session, reports, now)
    wake(session, BEHIND)
    return {row.group_id: row.id for row in reports}


class _Beginning(NamedTuple):
    """How reports of one kind begin: a report that stands for all of them, and the alarms of their processes."""

    document: CreditReport
    alarms: list[Any]


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
        found[mode] = _Beginning(report, CREDIT_REPORT.alarms(report, pace, holidays, now))
    return found


def _record(
    session: Session, run: CreditRun, reports: Sequence[Any], begin: Mapping[IssueMode, _Beginning], now: dt.datetime
) -> None:
    """The first event of each report, with its sums in the hash chain, and the start of its process."""
    details, outcomes, hashes, payloads = [], [], [], []
    for row in reports:
        alarms = begin[IssueMode(row.issue_mode)].alarms
        detail = {"run": run.number, "total": row.total, "input": row.input_hash}
        outcome = Outcome(status=row.status, version=1, step=1, alarms=alarms)
        event = ProcessEvent(
            workflow_id=row.workflow_id,
            step=1,
            kind=CREDIT_REPORT.key,
            document_id=row.id,
            company_id=NOBODYS,
            case_key=row.number,
            act=PUBLISHED_ACT,
            status_from=row.status,
            status_to=row.status,
            version=1,
            detail=detail,
            outcome={},
            at=now,
            prev_hash=chain.GENESIS,
            hash="",
        )
        details.append(json.dumps(detail))
        outcomes.append(outcome.model_dump_json())
        hashes.append(chain.digest(event))
        start = ProcessStart(
            kind=CREDIT_REPORT.key,
            document_id=row.id,
            company_id=NOBODYS,
            status=row.status,
            version=1,
            step=1,
            alarms=alarms,
        )
        payloads.append(start.model_dump_json())
    workflows = [row.workflow_id for row in reports]
    facts = {
        "now": now,
        "genesis": chain.GENESIS,
        "workflows": workflows,
        "documents": [row.id for row in reports],
        "cases": [row.number for row in reports],
        "states": [row.status for row in reports],
        "details": details,
        "outcomes": outcomes,
        "hashes": hashes,
    }
    session.execute(text(_EVENTS), facts)
    session.execute(text(_STARTS), {"now": now, "workflows": workflows, "payloads": payloads})


def _tell(session: Session, reports: Sequence[Any], now: dt.datetime) -> None:
    """「정산리포트 발행」 to everybody of the credits, less what they turned off."""
    asked = {"space": Space.CREDIT.value, "groups": [row.group_id for row in reports]}
    inside: dict[int, list[Addressee]] = {}
    for space_id, member, name, phone, email in session.execute(text(_PEOPLE), asked):
        inside.setdefault(space_id, []).append(Addressee(member, name, _PHONE.opened(phone), email))
    everybody = {person.id: person for people in inside.values() for person in people}
    switches = switched_off(session, Event.REPORT_PUBLISHED, list(everybody.values()))
    bells, messages = [], []
    for row in reports:
        people = inside.get(row.group_id)
        if not people:
            continue
        occasion = Occasion(
            event=Event.REPORT_PUBLISHED.value,
            link=report_link(row.group_id, row.id),
            workflow_id=row.workflow_id,
            step=1,
            params={
                "title": f"{row.number} {row.group_name}",
                "status": CREDIT_REPORT.words.status[row.status],
            },
            now=now,
        )
        more_bells, more_messages = composed(occasion, people, switches)
        bells += more_bells
        messages += more_messages
    _send(session, bells, messages, now)


def _send(
    session: Session, bells: Sequence[Mapping[str, Any]], messages: Sequence[Mapping[str, Any]], now: dt.datetime
) -> None:
    if bells:
        named = {"members": "member_id", "events": "event", "titles": "title", "bodies": "body", "links": "link"}
        named |= {"workflows": "workflow_id"}
        session.execute(text(_BELLS), {"now": now} | {key: [row[of] for row in bells] for key, of in named.items()})
    if messages:
        plain = {"members": "member_id", "channels": "channel", "events": "event", "subjects": "subject"}
        plain |= {"keys": "dedupe_key"}
        sealed = {"recipients": "recipient", "bodies": "body", "fallbacks": "fallback_body"}
        facts = {"now": now} | {key: [row[of] for row in messages] for key, of in plain.items()}
        facts |= {key: [_SEALED[of].sealed(row[of]) for row in messages] for key, of in sealed.items()}
        session.execute(text(_MESSAGES), facts)


def _carry(session: Session, run: CreditRun, groups: Sequence[int]) -> None:
    """What is under the minimum is settled in the next month."""
    if groups:
        facts = {"run": run.id, "month": run.month, "next": month_after(run.month), "groups": list(groups)}
        session.execute(text(_UNCARRY), {"month": run.month, "groups": list(groups)})
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
    step.session.execute(text(LINES), {"run": run_id, "reports": [report.id]})
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
            "title": f"{report.number} {report.group_name}",
            "status": f"정산 금액이 {report.total:,}원으로 바뀌었습니다.",
        },
        now=step.now,
    )
