"""The demo's settled months: pools, files, runs and reports, as the house would have written them."""

import datetime as dt
import hashlib
import random
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from models.credits import shares
from models.credits.kind import CREDIT_REPORT, CREDIT_RUN
from models.credits.report_rules import FIRST, INVOICE_SIGNED, report_number
from models.credits.report_rules import Status as ReportStatus
from models.credits.report_rules import workflow_id as report_workflow_id
from models.credits.report_tables import CreditReport, CreditReportLine
from models.credits.rules import (
    ImportState,
    IssueMode,
    OutcomeState,
    default_written_on,
    item_of,
    month_after,
    month_key,
    pay_on,
    sign_by,
)
from models.credits.run_rules import COMPUTED, FINISHED, PUBLISH, run_number
from models.credits.run_rules import Status as RunStatus
from models.credits.run_rules import workflow_id as run_workflow_id
from models.credits.run_tables import CreditOutcome, CreditRun
from models.credits.shares import Line, MonthInput
from models.credits.tables import (
    CreditBusiness,
    CreditCompany,
    CreditImport,
    CreditLedger,
    CreditMedium,
    RsPool,
)
from models.files.rules import TABLE
from models.files.writes import stage_once
from models.harmony.tables import NOBODYS, CreditGroup
from models.kernel.calendar import at_hour, local_date
from models.processes import queries
from models.processes.kinds import Kind
from models.processes.messages import Actor
from models.processes.writes import start_process
from ops.seed.chronicle import Chronicle, Pen
from ops.seed.past import frame

DAEUN = "daeun.jung"
MONTHS = 12
SEED = 20190220
POOL = 84_000_000


@dataclass(frozen=True)
class Settled:
    """A group of the demo with its company and media."""

    group: CreditGroup
    company: CreditCompany
    media: tuple[CreditMedium, ...]
    person: Actor


def businesses(session: Session) -> tuple[CreditBusiness, CreditBusiness]:
    """상생RS and 기타지급내역."""
    found = session.execute(select(CreditBusiness).where(col(CreditBusiness.code).in_(["RS", "ETC"]))).scalars()
    of = {business.code: business for business in found}
    return of["RS"], of["ETC"]


def month(chronicle: Chronicle, settled: list[Settled], settles: dt.date, *, is_over: bool) -> None:
    """A settles's pool and files; of one that is over, its reports, paid."""
    session, by = chronicle.session, chronicle.cast[DAEUN]
    chance = random.Random(f"{SEED}{settles}")  # noqa: S311 - invented numbers, no secret
    rs, etc = businesses(session)
    at = min(at_hour(month_after(settles) + dt.timedelta(days=9), 10), chronicle.now)
    amount = POOL + chance.randrange(-9_000_000, 9_000_000)
    session.add(
        RsPool(
            business_id=rs.id or 0, month=settles, amount=amount, created_by=by.member_id, created_at=at, changed_at=at
        )
    )
    media = [medium for one in settled for medium in one.media]
    used = {(rs.id or 0, medium.id or 0): chance.randrange(20_000, 900_000) for medium in media}
    sold = {
        (etc.id or 0, medium.id or 0, item_of(settles, etc.item)): chance.randrange(800_000, 9_000_000)
        for medium in media
        if medium.code.startswith(("BD", "HN"))
    }
    names = {medium.id or 0: medium for medium in media}
    rows = [(medium, rs.item, value) for (_, medium), value in used.items()]
    _import(chronicle, rs, settles, at, [(names[m], item_of(settles, what), value) for m, what, value in rows])
    _import(chronicle, etc, settles, at, [(names[m], item, value) for (_, m, item), value in sold.items()])
    if is_over:
        rates = {(b.id or 0, m.id or 0): r for m in media for b, r in ((rs, 1_000_000), (etc, 700_000))}
        items = {rs.id or 0: item_of(settles, rs.item)}
        lines = shares.lines_of(MonthInput({rs.id or 0: amount}, used, sold, rates, items))
        _published(chronicle, settled, settles, lines, {rs.id or 0: rs, etc.id or 0: etc})


def _import(
    chronicle: Chronicle,
    business: CreditBusiness,
    month: dt.date,
    at: dt.datetime,
    rows: list[tuple[CreditMedium, str, int]],
) -> None:
    session, by = chronicle.session, chronicle.cast[DAEUN]
    pool = business.method == "pool"
    head = f"매체코드,매체명,품목,{'소비량' if pool else '매출액'}\r\n"
    body = head + "".join(f"{medium.code},{medium.name},{item},{value}\r\n" for medium, item, value in rows)
    name = f"{business.name}_{month_key(month)}.csv"
    file = stage_once(session, by.member_id, None, name, body.encode("utf-8-sig"), TABLE)
    total = sum(value for _, _, value in rows)
    made = CreditImport(
        month=month,
        business_id=business.id or 0,
        file_id=file.id or 0,
        file_name=name,
        sha256=file.sha256,
        state=ImportState.APPLIED.value,
        line_count=len(rows),
        errors=[],
        amount=0 if pool else total,
        consumption=total if pool else 0,
        created_by=by.member_id,
        created_name=by.name,
        created_at=at,
        decided_at=at,
        decided_name=by.name,
    )
    session.add(made)
    session.flush()
    for row, (medium, item, value) in enumerate(rows, start=2):
        facts: dict[str, Any] = {"consumption" if pool else "amount": value}
        session.add(
            CreditLedger(
                import_id=made.id or 0,
                row=row,
                month=month,
                business_id=business.id or 0,
                medium_id=medium.id or 0,
                item=item,
                **facts,
            )
        )


def _published(
    chronicle: Chronicle,
    settled: list[Settled],
    month: dt.date,
    lines: tuple[Line, ...],
    businesses: dict[int, CreditBusiness],
) -> None:
    run = _run(chronicle, month, len(settled))
    before = select(col(CreditRun.total)).where(col(CreditRun.month) == month_after(month, -1))
    run.previous_total = chronicle.session.execute(before).scalar_one_or_none() or 0
    for one in settled:
        ids = {medium.id for medium in one.media}
        own = [line for line in lines if line.medium_id in ids]
        sums = shares.sums(own, IssueMode(one.company.issue_mode))
        run.supply += sums.supply
        run.tax += sums.tax
        run.total += sums.total
        made, pen = report(chronicle, run, one, own, businesses)
        _paid(chronicle, made, pen, one, IssueMode(one.company.issue_mode))
    chronicle.session.flush()


def _run(chronicle: Chronicle, month: dt.date, groups: int) -> CreditRun:
    by = chronicle.cast[DAEUN]
    at = chronicle.opening(month_after(month) + dt.timedelta(days=19))
    number = run_number(month_key(month), 1)
    place = {"workflow_id": run_workflow_id(month_key(month), 1), "case_key": number}
    run = CreditRun(
        **frame(CREDIT_RUN, at, by, NOBODYS, **place),
        number=number,
        month=month,
        run_no=1,
        is_scheduled=True,
        groups_total=groups,
        groups_done=groups,
        notes=[],
        computed_at=at,
        approved_at=at,
        approved_by=by.name,
        finished_at=at,
    )
    pen = chronicle.add(run, CREDIT_RUN)
    steps = ((COMPUTED, RunStatus.PREVIEWED, None), ("approve", RunStatus.APPROVED, by))
    for act, status, who in (*steps, (PUBLISH, RunStatus.PUBLISHING, None), (FINISHED, RunStatus.PUBLISHED, None)):
        at += dt.timedelta(minutes=3)
        pen.act(act, status.value, at, who)
    return run


def report(
    chronicle: Chronicle, run: CreditRun, one: Settled, lines: list[Line], businesses: dict[int, CreditBusiness]
) -> tuple[CreditReport, Pen]:
    """A report as the run published it, with its lines."""
    month, mode = run.month, IssueMode(one.company.issue_mode)
    sums, taxed = shares.sums(lines, mode), shares.taxed(lines, mode)
    key = month_key(month)
    number = report_number(key, one.group.id or 0)
    place = {"workflow_id": report_workflow_id(key, one.group.id or 0), "case_key": number}
    first = FIRST[mode]
    facts = frame(CREDIT_REPORT, run.status_since, chronicle.cast[DAEUN], NOBODYS, **place)
    turn = CREDIT_REPORT.rules.turn(first)
    made = CreditReport(
        **(facts | {"status": first.value, "turn": turn.value if turn else None}),
        number=number,
        group_id=one.group.id or 0,
        month=month,
        run_id=run.id or 0,
        credit_company_id=one.company.id or 0,
        company_name=one.company.name,
        group_name=one.group.name,
        issue_mode=mode.value,
        input_hash=hashlib.sha256(repr(lines).encode()).hexdigest(),
        line_count=len(lines),
        supply=sums.supply,
        tax=sums.tax,
        total=sums.total,
        withheld_income=sums.withheld.income,
        withheld_local=sums.withheld.local,
        payable=sums.payable,
        sign_by=sign_by(month, chronicle.holidays),
        pay_on=pay_on(month, chronicle.holidays),
        published_at=run.status_since,
    )
    pen = chronicle.add(made, CREDIT_REPORT)
    names = {medium.id: medium.name for medium in one.media}
    for position, (line, sum_of) in enumerate(zip(lines, taxed, strict=True), start=1):
        chronicle.session.add(
            CreditReportLine(
                report_id=made.id or 0,
                group_id=made.group_id,
                month=month,
                position=position,
                medium_id=line.medium_id,
                medium_name=names[line.medium_id],
                business_id=line.business_id,
                business_name=businesses[line.business_id].name,
                source=line.source.value,
                item=line.item,
                supply=sum_of.supply,
                tax=sum_of.tax,
                total=sum_of.total,
            )
        )
    chronicle.session.add(outcome(run, made, OutcomeState.PUBLISHED, _month_before(chronicle.session, made)))
    return made, pen


def _month_before(session: Session, made: CreditReport) -> int | None:
    """The group's total of the month before; None where it had no report."""
    before = select(col(CreditReport.total)).where(
        col(CreditReport.group_id) == made.group_id, col(CreditReport.month) == month_after(made.month, -1)
    )
    found: int | None = session.execute(before).scalar_one_or_none()
    return found


def outcome(
    run: CreditRun, made: CreditReport, state: OutcomeState, before: int | None, error: str = ""
) -> CreditOutcome:
    """What became of the report's group in a run."""
    return CreditOutcome(
        run_id=run.id or 0,
        group_id=made.group_id,
        state=state.value,
        error=error,
        attempt=1,
        input_hash=made.input_hash,
        line_count=made.line_count,
        supply=made.supply,
        tax=made.tax,
        total=made.total,
        withheld_income=made.withheld_income,
        withheld_local=made.withheld_local,
        previous_total=before,
        report_id=made.id,
        decided_at=run.status_since,
    )


def lives(chronicle: Chronicle, document: Any, kind: Kind) -> None:
    """Its process goes on from where it stands, with the alarms it would have."""
    pace = queries.pace(chronicle.session, kind.key, document.status)
    document.due_at = kind.due_at(document, pace, chronicle.holidays)
    alarms = kind.alarms(document, pace, chronicle.holidays, chronicle.now)
    chronicle.session.flush()
    start_process(chronicle.session, document, kind.key, alarms=alarms)


def _paid(chronicle: Chronicle, report: CreditReport, pen: Pen, one: Settled, mode: IssueMode) -> None:
    """From its publishing to 지급 완료, as far as the days are over; the newest ones are on their way."""
    officer = chronicle.cast[DAEUN]
    at = chronicle.later(report.published_at, 20, 90)
    ways = {
        IssueMode.REVERSE: (
            ("request_invoice", ReportStatus.INVOICE_REQUESTED, one.person),
            (INVOICE_SIGNED, ReportStatus.PAYING, None),
        ),
        IssueMode.FORWARD: (
            ("register_invoice", ReportStatus.INVOICE_CHECKING, one.person),
            ("confirm_invoice", ReportStatus.PAYING, officer),
        ),
        IssueMode.INDIVIDUAL: (),
    }
    for act, status, who in ways[mode]:
        pen.act(act, status.value, at, who)
        at = chronicle.later(at, 2, 30)
    if mode is not IssueMode.INDIVIDUAL:
        report.approval_number = f"{at:%Y%m%d}41000019{report.id:08d}"
        report.written_on = default_written_on(report.month, local_date(report.published_at))
        report.invoiced_at = at
    paid_at = at_hour(report.pay_on, 15)
    if paid_at > chronicle.now:
        lives(chronicle, report, CREDIT_REPORT)
        return
    pen.act("pay", ReportStatus.PAID.value, paid_at, officer)
    report.paid_on, report.payments = report.pay_on, 1
