"""Payout accounts and company changes on the house's side: what waits for approval, how an account came to be."""

from typing import Annotated, Any

from fastapi import APIRouter
from sqlmodel import Session, col
from starlette.requests import Request
from starlette.responses import Response

from models import database
from models.credits.account_rules import ChangeStatus, Status
from models.credits.account_tables import CreditAccount, CreditChange
from models.credits.account_wording import ACCOUNT_WORDS, CHANGE_WORDS
from models.credits.kind import CREDIT_ACCOUNT, CREDIT_CHANGE
from models.credits.messages import AccountOut, ChangeOut
from models.credits.tables import CreditCompany
from models.files.tables import StoredFile
from models.files.writes import content
from models.harmony.tables import CreditGroup
from models.kernel.identifiers import format_brn
from models.kernel.refusals import NotFound
from models.kernel.roles import Role
from models.kernel.text import mask_account, mask_name
from models.members.places import BANKS
from models.processes.messages import Actor
from models.processes.queries import visible_document, visible_to
from web.auth.audience import require
from web.documents.kinds import WebKind
from web.files import HEADERS
from web.grid import Choice, Column, DateRange, Grid, Option, Text
from web.render import page

ACCOUNTS, CHANGES = "/credit-accounts", "/credit-changes"
router = APIRouter(tags=["크레딧 지급계좌"], include_in_schema=False)
Staff = Annotated[Actor, require(Role.SETTLEMENT, Role.MEDIA_MANAGER, Role.ADMIN)]


IN_FORCE = {
    "title": "이 계좌로 지급하고 있습니다.",
    "hint": "다른 계좌가 적용되면 이전 계좌가 됩니다.",
    "due": None,
    "mine": False,
    "closed": False,
}
"""Nobody's turn: it is paid to until another takes its place."""


def _statuses(column: Any, words: Any) -> tuple[Option, ...]:
    options = (Option(value=key, label=label, where=column == key) for key, label in words.items())
    return (Option(value="all", label="전체"), *options)


def holder_words(account: CreditAccount) -> str:
    """What the bank said of the holder."""
    return account.holder_problem or ("확인됨" if account.checked_at else "확인 전")


CHANGE_GRID = Grid(
    name="credit-changes",
    title="회사정보 변경요청",
    ident=col(CreditChange.id),
    default_sort="-created_at",
    columns=(
        Column(key="number", label="요청번호", sort=col(CreditChange.number),
               href=lambda row: f"{CHANGES}/{row.id}", width=16),
        Column(key="status", label="상태", kind="badge", words=CHANGE_WORDS.status, tones=CHANGE_WORDS.tone,
               sort=col(CreditChange.status)),
        Column(key="company_name", label="회사", sort=col(CreditChange.company_name), width=24),
        Column(key="note", label="변경 내용", wrap=True, width=30),
        Column(key="author_name", label="요청한 사람", sort=col(CreditChange.author_name)),
        Column(key="created_at", label="요청일시", kind="moment", sort=col(CreditChange.created_at)),
        Column(key="decided_at", label="처리일시", kind="moment", sort=col(CreditChange.decided_at)),
        Column(key="decided_by", label="처리한 사람", sort=col(CreditChange.decided_by)),
    ),
    filters=(
        DateRange(key="created", label="요청일", column=col(CreditChange.created_at)),
        Choice(key="status", label="상태", options=_statuses(
            col(CreditChange.status), {one.value: CHANGE_WORDS.status[one] for one in ChangeStatus})),
        Text(key="company", label="회사", column=col(CreditChange.company_name)),
    ),
)  # fmt: skip
ACCOUNT_GRID = Grid(
    name="credit-accounts",
    title="지급계좌 변경",
    ident=col(CreditAccount.id),
    default_sort="-created_at",
    columns=(
        Column(key="created_at", label="신청일시", kind="moment", sort=col(CreditAccount.created_at),
               value=lambda row: row[0].created_at, href=lambda row: f"{ACCOUNTS}/{row[0].id}"),
        Column(key="status", label="상태", kind="badge", words=ACCOUNT_WORDS.status, tones=ACCOUNT_WORDS.tone,
               value=lambda row: row[0].status, sort=col(CreditAccount.status)),
        Column(key="group", label="정산그룹", sort=col(CreditGroup.name), value=lambda row: row[1].name,
               sub=lambda row: row[1].company_name, wrap=True, width=32),
        Column(key="bank_code", label="은행", value=lambda row: BANKS.get(row[0].bank_code, row[0].bank_code)),
        Column(key="account_number", label="계좌번호", value=lambda row: mask_account(row[0].account_number)),
        Column(key="holder", label="예금주", value=lambda row: mask_name(row[0].holder)),
        Column(key="holder_problem", label="예금주 확인", value=lambda row: holder_words(row[0])),
        Column(key="effective_at", label="적용일시", kind="moment", sort=col(CreditAccount.effective_at),
               value=lambda row: row[0].effective_at),
        Column(key="author_name", label="신청한 사람", sort=col(CreditAccount.author_name),
               value=lambda row: row[0].author_name),
    ),
    filters=(
        DateRange(key="created", label="신청일", column=col(CreditAccount.created_at)),
        Choice(key="status", label="상태", options=_statuses(
            col(CreditAccount.status), {one.value: ACCOUNT_WORDS.status[one] for one in Status})),
        Text(key="group", label="정산그룹", column=col(CreditGroup.name)),
        Text(key="author", label="신청한 사람", column=col(CreditAccount.author_name)),
    ),
)  # fmt: skip


@router.get(CHANGES)
def list_changes(request: Request, actor: Staff) -> Response:
    """Every 회사정보 변경요청."""
    return _list(request, actor, CHANGE_GRID, visible_to(actor, CreditChange))


@router.get(ACCOUNTS)
def list_accounts(request: Request, actor: Staff) -> Response:
    """Every change of a payout account, masked."""
    scope = visible_to(actor, CreditAccount).add_columns(CreditGroup)
    joined = scope.join(CreditGroup, col(CreditGroup.id) == col(CreditAccount.group_id))
    return _list(request, actor, ACCOUNT_GRID, joined)


def _list(request: Request, actor: Actor, grid: Grid, scope: Any) -> Response:
    view = grid.read(request)
    with database.reading(actor) as session:
        if view.download:
            return grid.download(session, view, scope, who=actor)
        found = grid.fetch(session, view, scope, who=actor)
    return page(request, "credits/accounts.html", grid=grid.present(view, found))


@router.get(f"{CHANGES}/{{change_id:int}}/certificate")
def show_certificate(actor: Staff, change_id: int) -> Response:
    """The 사업자등록증 that was sent along."""
    with database.reading(actor) as session:
        change = visible_document(session, actor, CreditChange, change_id)
        file = session.get(StoredFile, change.file_id)
        if file is None:
            raise NotFound
    return Response(
        content(file), media_type=file.media_type, headers={**HEADERS, "Cache-Control": "private, no-store"}
    )


def change_context(session: Session, actor: Actor, change: CreditChange) -> dict[str, Any]:  # noqa: ARG001
    """The company as it is known, beside what was sent."""
    company = session.get_one(CreditCompany, change.credit_company_id)
    file = session.get(StoredFile, change.file_id)
    return {
        "nav": CHANGES,
        "alone": True,
        "head_note": company.name,
        "change": change,
        "company": company,
        "number_words": format_brn(company.business_number or ""),
        "file": file,
        "certificate": f"{CHANGES}/{change.id}/certificate",
        "is_image": bool(file and file.media_type.startswith("image/")),
    }


def account_context(session: Session, actor: Actor, account: CreditAccount) -> dict[str, Any]:  # noqa: ARG001
    """The group, and the account masked."""
    group = session.get_one(CreditGroup, account.group_id)
    paid_to = account.status == Status.ACTIVE
    return {
        **({"turn": IN_FORCE} if paid_to else {}),
        "alone": True,
        "nav": ACCOUNTS,
        "head_note": f"{group.company_name} · {group.name}",
        "account": account,
        "group": group,
        "bank": BANKS.get(account.bank_code, account.bank_code),
        "holder_words": holder_words(account),
    }


def _information(change: CreditChange) -> str:  # noqa: ARG001 - the page of all companies
    return "/harmony/credits/information"


def _accounts(account: CreditAccount) -> str:
    return f"/harmony/credits/accounts#group-{account.group_id}"


CHANGE = WebKind(
    kind=CREDIT_CHANGE,
    template="credits/change.html",
    api=ChangeOut,
    list_label="회사정보 변경요청",
    list_link=CHANGES,
    context=change_context,
    media_home=_information,
)
ACCOUNT = WebKind(
    kind=CREDIT_ACCOUNT,
    template="credits/account.html",
    api=AccountOut,
    list_label="지급계좌 변경",
    list_link=ACCOUNTS,
    context=account_context,
    media_home=_accounts,
)
