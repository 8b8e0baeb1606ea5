"""Statements of settlement reports as PDF, made after publishing, a page of groups at a time."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col
from temporalio import activity
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from activities.batching import beating
from activities.documents.credit_statement import CreditStatement, StatementLine, credit_statement
from activities.pressroom import Unwanted, press_all
from models import database
from models.credits import run_messages
from models.credits.kind import CREDIT_REPORT
from models.credits.report_tables import CreditReport, CreditReportLine
from models.credits.rules import month_key
from models.credits.run_messages import Page, PageDone, Pages, RunTask
from models.credits.run_rules import Status
from models.credits.run_tables import CreditRun
from models.credits.wording import ISSUE_MODE
from models.files.rules import FileKind, FileRole
from models.files.writes import attach, keep
from models.harmony.tables import NOBODYS
from models.kernel.calendar import local_date
from models.processes.messages import Job
from models.processes.queries import is_beginning

PAGE_STATEMENTS = 20
LOOK = dt.timedelta(seconds=1)
"""How often it is asked whether the month's processes have begun."""


@activity.defn(name=run_messages.STATEMENTS)
def plan_statements(task: RunTask) -> Pages:
    """The run's reports that have no statement yet, in pages, once the month's processes have begun.

    Statements set while processes begin take the processor's caches from them, however low their priority.
    Raises ApplicationError, to be asked again, while processes begin.
    """
    with database.working() as session:
        if is_beginning(session):
            benign = ApplicationErrorCategory.BENIGN
            raise ApplicationError("processes begin", type="beginning", next_retry_delay=LOOK, category=benign)
        place = (func.row_number().over(order_by=col(CreditReport.group_id)) - 1) // PAGE_STATEMENTS
        missing = (
            select(col(CreditReport.group_id), place.label("page"))
            .where(col(CreditReport.run_id) == task.run_id, col(CreditReport.statement_file_id).is_(None))
            .subquery()
        )
        spans = select(func.min(missing.c.group_id), func.max(missing.c.group_id)).group_by(missing.c.page)
        found = session.execute(spans.order_by(missing.c.page)).all()
    return Pages(pages=[(row[0], row[1]) for row in found])


@activity.defn(name=run_messages.STATEMENT_PAGE)
def build_statements(page: Page) -> PageDone:
    """Make what is missing of the page; done again it makes nothing twice.

    They are made while nobody else wants the processor, so nobody waits for them: a month that is published on goes
    first, and asks for what is missing at its end; a worker that ends leaves them to the next one. Raises Unwanted.
    """
    with beating():
        missing = select(col(CreditReport.id)).where(
            col(CreditReport.run_id) == page.run_id,
            col(CreditReport.group_id).between(page.first, page.last),
            col(CreditReport.statement_file_id).is_(None),
        )
        with database.working() as session:
            ids = [report or 0 for report in session.execute(missing.order_by(col(CreditReport.id))).scalars()]
        try:
            return PageDone(groups=_made(ids, lambda: _stays() and not _is_publishing(page.run_id)))
        except Unwanted:
            if not _stays():
                raise
            return PageDone()


def build_statement(job: Job) -> None:
    """The statement of one report whose sums were put right. Raises Unwanted where the worker ends before."""
    _made([job.document_id], _stays)


def _stays() -> bool:
    """Whether the worker goes on."""
    return not (activity.in_activity() and activity.is_worker_shutdown())


def _is_publishing(run_id: int) -> bool:
    with database.working() as session:
        return session.get_one(CreditRun, run_id).status == Status.PUBLISHING


def _made(ids: Sequence[int], wanted: Callable[[], bool]) -> int:
    with database.working() as session:
        asked = _papers(session, ids)
    pdfs = press_all(credit_statement, [paper for _, paper in asked], wanted)
    with database.working() as session:
        for (report_id, paper), pdf in zip(asked, pdfs, strict=True):
            _keep(session, report_id, paper, pdf)
    return len(asked)


def _papers(session: Session, ids: Sequence[int]) -> list[tuple[int, CreditStatement]]:
    reports = session.execute(select(CreditReport).where(col(CreditReport.id).in_(ids))).scalars().all()
    rows = select(CreditReportLine).where(col(CreditReportLine.report_id).in_(ids))
    lines: dict[int, list[StatementLine]] = defaultdict(list)
    for line in session.execute(rows.order_by(col(CreditReportLine.position))).scalars():
        lines[line.report_id].append(StatementLine(line.medium_name, line.item, line.supply, line.tax))
    return [(report.id or 0, _paper(report, lines[report.id or 0])) for report in reports]


def _paper(report: CreditReport, lines: Sequence[StatementLine]) -> CreditStatement:
    return CreditStatement(
        number=report.number,
        month=month_key(report.month),
        group=report.group_name,
        company=report.company_name,
        mode=ISSUE_MODE[report.issue_mode],
        published_on=local_date(report.revised_at or report.published_at),
        sign_by=report.sign_by,
        pay_on=report.pay_on,
        lines=lines,
        supply=report.supply,
        tax=report.tax,
        withheld_income=report.withheld_income,
        withheld_local=report.withheld_local,
    )


def _keep(session: Session, report_id: int, paper: CreditStatement, pdf: bytes) -> None:
    """Unless somebody else was faster, or the sums are others by now."""
    report = session.get_one(CreditReport, report_id, with_for_update=True)
    if report.statement_file_id is not None or (report.supply, report.tax) != (paper.supply, paper.tax):
        return
    file = keep(session, FileKind.PDF, f"정산리포트_{report.number}.pdf", pdf, NOBODYS)
    title = f"정산리포트 {report.number}"
    attach(session, file, CREDIT_REPORT.key, report_id, FileRole.FINAL, company_id=NOBODYS, title=title)
    report.statement_file_id = file.id


BATCH: list[Callable[..., Any]] = [plan_statements, build_statements]
