"""What the credit pages share: their addresses, whose they are, the report as one kind of document."""

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any

from sqlmodel import Session
from starlette.requests import Request

from models import clock, database
from models.auth.messages import Visit
from models.credits import partner
from models.credits.kind import CREDIT_REPORT
from models.credits.messages import ReportOut
from models.credits.partner import Payee
from models.credits.rules import NotAMonth, parse_month
from models.files.rules import FileKind, Use
from models.kernel.identifiers import format_brn
from models.members.house import HOUSE
from models.processes.kinds import Kind
from models.processes.messages import Actor
from web.acts import Wish, submit
from web.documents.kinds import WebKind
from web.documents.routes import request_id_of
from web.forms import Parsed
from web.harmony.stepup import demand

BASE = "/harmony/credits"
REPORTS, STATISTICS, ACCOUNTS, INFORMATION = (
    f"{BASE}/{part}" for part in ("reports", "statistics", "accounts", "information")
)
BUYER = (
    ("등록번호", format_brn(HOUSE.number)),
    ("상호", HOUSE.name),
    ("대표자", HOUSE.representative),
    ("사업장 주소", HOUSE.address),
    ("업태", HOUSE.business_type),
    ("종목", HOUSE.business_item),
    ("이메일", HOUSE.settlement_email),
)
"""공급받는자: what a partner that issues its invoice itself writes into it."""
INVOICE_PAPER = Use(frozenset({FileKind.XML, FileKind.PDF, FileKind.PNG, FileKind.JPEG}), 10 * 1024 * 1024)

REPORT = WebKind(
    kind=CREDIT_REPORT,
    template="harmony/credits/report.html",
    api=ReportOut,
    list_label="정산리포트",
    list_link=REPORTS,
    uploads={"paper_file_id": INVOICE_PAPER},
)
SAVED: Mapping[str, str] = {
    "contact": "담당자 정보를 저장했습니다.",
    "account": "지급계좌 변경을 신청했습니다. 은행에 예금주를 확인합니다.",
    "cancelled": "지급계좌 변경을 취소했습니다.",
    "asked": "회사정보 변경을 요청했습니다.",
    "withdrawn": "회사정보 변경요청을 취소했습니다.",
    "person": "정산정보를 저장했습니다.",
}
"""What was just done, by the word in the address."""


def said(request: Request) -> dict[str, Any]:
    """The toast of what was just done; anything else in the address says nothing."""
    live = "x-live" in request.headers  # the page only follows its document: nothing was done just now
    words = "" if live else SAVED.get(request.query_params.get("done", ""))
    return {"toast": {"words": words, "at": clock.now(), "href": ""}} if words else {}


async def press(
    request: Request, actor: Actor, kind: Kind, document_id: int, act: str, form: Parsed[Any], payload: Any = None
) -> uuid.UUID:
    """One act of a form, taken to the engine: its request id. `payload`: what is sent where the form is not all of it.

    Raises the act's refusal.
    """
    wish = Wish(
        rules=kind.rules,
        table=kind.table,
        document_id=document_id,
        act=act,
        payload=payload or form.value,
        request_id=request_id_of(form.request_id),
        expected_version=form.version,
    )
    await submit(request.app.state.temporal, actor, wish)
    return wish.request_id


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
