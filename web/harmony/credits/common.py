"""What the credit pages share: their addresses, whose they are, the report as one kind of document."""

import datetime as dt
from typing import Any

from sqlmodel import Session

from models import database
from models.auth.messages import Visit
from models.credits import partner
from models.credits.kind import CREDIT_ACCOUNT, CREDIT_REPORT
from models.credits.messages import AccountOut, ReportOut
from models.credits.partner import Payee
from models.credits.rules import NotAMonth, parse_month
from models.files.rules import FileKind, Use
from models.kernel.identifiers import format_brn
from models.processes.messages import Actor
from web.documents.kinds import WebKind
from web.harmony.stepup import demand

BASE = "/harmony/credits"
REPORTS, STATISTICS, ACCOUNTS, INFORMATION = (
    f"{BASE}/{part}" for part in ("reports", "statistics", "accounts", "information")
)
INVOICE_PAPER = Use(frozenset({FileKind.XML, FileKind.PDF, FileKind.PNG, FileKind.JPEG}), 10 * 1024 * 1024)

REPORT = WebKind(
    kind=CREDIT_REPORT,
    template="harmony/credits/report.html",
    api=ReportOut,
    list_label="정산리포트",
    list_link=REPORTS,
    uploads={"paper_file_id": INVOICE_PAPER},
)
ACCOUNT = WebKind(
    kind=CREDIT_ACCOUNT,
    template="harmony/credits/accounts.html",
    api=AccountOut,
    list_label="지급계좌 관리",
    list_link=ACCOUNTS,
)


def report_page(group_id: int, report_id: int) -> str:
    return f"{BASE}/{group_id}/reports/{report_id}"


def guard(actor: Actor, visit: Visit, purpose: str, group_id: int, report_id: int | None = None) -> None:
    """추가인증 before what is of one's own group; nobody is sent for a code to what is not there for them.

    Raises NotFound, StepUpNeeded.
    """
    with database.reading(actor) as session:
        if report_id is None:
            partner.group(session, actor, group_id)
        else:
            partner.report(session, actor, group_id, report_id)
    demand(actor, visit, purpose)


def chosen(session: Session, actor: Actor, company_id: int | None) -> tuple[list[Payee], Payee | None]:
    """The person's companies and the one that is asked for, else the first."""
    found = partner.payees(session, actor)
    return found, partner.chosen(found, company_id)


def shown(found: list[Payee], one: Payee | None, nav: str) -> dict[str, Any]:
    """Head of every page: the company, its 사업자등록번호, the others to choose from."""
    return {
        "nav": nav,
        "payees": found,
        "payee": one,
        "payee_number": format_brn(one.business_number) if one and one.business_number else "",
    }


def month(text: str, otherwise: dt.date) -> dt.date:
    """The month of an address, else another one."""
    try:
        return parse_month(text)
    except NotAMonth:
        return otherwise
