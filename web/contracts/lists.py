"""초안검토목록, 계약목록, 계약품목현황 (manual 5-1 to 5-3), for the partner and, with every company, for the buyer."""

from functools import cache
from typing import Any

from fastapi import APIRouter
from sqlalchemy import or_
from sqlmodel import Session, col
from starlette.requests import Request
from starlette.responses import Response

from models.contracts import queries
from models.contracts.names import titled
from models.contracts.rules import EDITABLE, Status, Type
from models.contracts.tables import Contract, ContractItem
from models.contracts.wording import ACT, FORM, STATUS, TONE, TYPE
from models.kernel.roles import Role
from models.members.house import HOUSE
from models.members.queries import staff_named
from models.processes.messages import Actor
from web.formats import date
from web.grid import Choice, Column, DateRange, Flag, Grid, Option, Segment, Text
from web.grid_sql import Scope
from web.lists import Lists
from web.render import page
from web.turns import turn_filter

router = APIRouter(prefix="/contracts", tags=["계약"], include_in_schema=False)
LISTS = Lists(router)

# What can be done to many rows of 초안검토목록 at once, by side: (status it needs, act).
BULK = {True: ("request_review", EDITABLE), False: ("complete_review", frozenset({Status.REVIEW_REQUESTED}))}
# What cells say besides what their columns are named after.
READS = ("version", "company_name", "ends_on")
WRITTEN = frozenset({Status.DRAFTING, Status.REVIEW_REQUESTED, Status.REDRAFT_REQUESTED, Status.CANCELLED})


class _AskedOrNever(DateRange):
    """The days a review was asked for; what was never sent out stays on the buyer's list."""

    def where(self, value: Any, who: Any) -> Any:
        inside = super().where(value, who)
        return inside if inside is None else or_(inside, self.column.is_(None))


@LISTS.page("/drafts")
def draft_list(session: Session, request: Request, actor: Actor) -> Response:
    """초안검토목록."""
    return _answer(session, request, actor, _draft_grid(office=actor.company_id is None), queries.drafts)


@LISTS.page("")
def contract_list(session: Session, request: Request, actor: Actor) -> Response:
    """계약목록."""
    return _answer(session, request, actor, _contract_grid(office=actor.company_id is None), queries.listed)


@LISTS.page("/items")
def item_list(session: Session, request: Request, actor: Actor) -> Response:
    """계약품목현황."""
    return _answer(session, request, actor, _item_grid(office=actor.company_id is None), queries.items)


def _answer(session: Session, request: Request, actor: Actor, grid: Grid, scope: Scope) -> Response:
    view = grid.read(request)
    if view.download:
        return grid.download(session, view, scope, who=actor)
    found = grid.fetch(session, view, scope, who=actor)
    drafting = grid.name == "drafts" and Role.BUYER in actor.every_role
    bulk = _bulk(actor) if grid.pick else []
    return page(request, "contracts/list.html", grid=grid.present(view, found), may_draft=drafting, bulk=bulk)


def _bulk(actor: Actor) -> list[tuple[str, str, str]]:
    act, _ = BULK[actor.company_id is None]
    return [(ACT[act], f"/contracts/bulk/{act.replace('_', '-')}", "primary")]


def _link(row: Contract) -> str:
    return f"/contracts/{row.id}"


def _review_status(row: Contract) -> str:
    """Past the review a contract stays 초안검토완료 on this list, whatever came after."""
    return row.status if row.status in WRITTEN else Status.REVIEWED.value


def _company(office: bool) -> tuple[Column, ...]:
    return (Column(key="company_name", label="공급사", sort=col(Contract.company_name)),) if office else ()


def _turn(row: Contract) -> str | None:
    """한빛네트웍스, or 카카오 amela.cha(차지애); nothing once it is closed."""
    names = {Role.PARTNER.value: row.company_name, Role.BUYER.value: f"{HOUSE.short_name} {row.buyer_name}"}
    return names.get(row.turn or "")


def _kinds(row: Contract) -> str:
    return f"{FORM[row.form]} · {TYPE[row.contract_type]}"


def _picked(office: bool) -> Any:
    """Rows the bulk act can be done to, as `id:version`."""
    _, statuses = BULK[office]
    return lambda row: f"{row.id}:{row.version}" if row.status in statuses else None


def _turn_columns() -> tuple[Column, ...]:
    return (
        Column(key="turn", label="다음 차례", value=_turn, sort=col(Contract.turn), width=20),
        Column(key="due_at", label="남은 시간", kind="left", sort=col(Contract.due_at)),
    )


def _head_columns() -> tuple[Column, ...]:
    """What two-line cells say in the list has its own columns in 「열 선택」 and in the workbook."""
    return (
        Column(
            key="number",
            label="계약번호",
            sort=col(Contract.number),
            href=_link,
            beside=lambda r: f"{r.revision}차",
            width=18,
        ),
        Column(
            key="revision",
            label="버전",
            sort=col(Contract.revision),
            value=lambda r: f"{r.revision}차",
            width=8,
            shown=False,
        ),
        Column(
            key="form",
            label="작성유형",
            sort=col(Contract.form),
            value=lambda r: FORM[r.form],
            width=10,
            shown=False,
        ),
        Column(
            key="contract_type",
            label="계약유형",
            sort=col(Contract.contract_type),
            value=lambda r: TYPE[r.contract_type],
            width=10,
            shown=False,
        ),
        Column(key="title", label="계약명", sort=col(Contract.title), sub=_kinds, width=36),
    )


def _title_filter(**how: Any) -> Text:
    column, ident = col(Contract.title), col(Contract.id)
    return Text(key="title", label="계약명", column=column, hits=titled, ident=ident, **how)


def _cancelled_filter() -> Flag:
    return Flag(key="cancelled", label="계약취소 포함", unticked=col(Contract.status) != Status.CANCELLED.value)


def _buyer_filter(*, more: bool = False) -> Text:
    return Text(
        key="buyer",
        label="구매담당자",
        match=lambda typed: staff_named(col(Contract.buyer_id), typed),
        placeholder="영문명 혹은 한글명",
        more=more,
    )


def _company_filter(office: bool) -> tuple[Text, ...]:
    return (Text(key="company", label="공급사", column=col(Contract.company_name), more=True),) if office else ()


def _draft_states(office: bool) -> Choice:
    done = col(Contract.status).not_in([status.value for status in WRITTEN])
    waiting = [Status.REVIEW_REQUESTED, Status.REDRAFT_REQUESTED]
    shown = [Status.DRAFTING, *waiting] if office else waiting
    options = [Option(value=s.value, label=STATUS[s], where=col(Contract.status) == s.value) for s in shown]
    reviewed = Option(value=Status.REVIEWED.value, label=STATUS[Status.REVIEWED], where=done)
    return Choice(key="status", label="진행상태", options=(Option(value="all", label="전체"), *options, reviewed))


@cache
def _draft_grid(*, office: bool) -> Grid:
    dates = _AskedOrNever if office else DateRange
    return Grid(
        name="drafts",
        title="초안검토목록",
        ident=col(Contract.id),
        of=Contract,
        reads=READS,
        default_sort="-review_requested_at",
        columns=(
            *_head_columns(),
            Column(
                key="status",
                label="초안검토진행상태",
                kind="badge",
                value=_review_status,
                words=STATUS,
                tones=TONE,
                sort=col(Contract.status),
            ),
            *_turn_columns(),
            *_company(office),
            Column(key="contract_date", label="계약일자", kind="date", sort=col(Contract.contract_date)),
            Column(key="buyer_name", label="구매담당자", sort=col(Contract.buyer_name), width=20),
            Column(
                key="review_requested_at",
                label="초안검토요청일시",
                kind="moment",
                sort=col(Contract.review_requested_at),
                width=18,
            ),
            Column(
                key="reviewed_at", label="초안검토확인일시", kind="moment", sort=col(Contract.reviewed_at), width=18
            ),
            Column(key="note_to_partner", label="전달사항", width=30),
        ),
        filters=(
            dates(
                key="asked",
                label="검토요청일",
                column=col(Contract.review_requested_at),
                instant=True,
                default="1y",
            ),
            _draft_states(office),
            turn_filter(Contract),
            _cancelled_filter(),
            _title_filter(more=True),
            Text(key="number", label="계약번호", column=col(Contract.number), more=True),
            _buyer_filter(more=True),
            *_company_filter(office),
        ),
        pick=_picked(office),
        pick_label=lambda row: row.number,
        empty="검토할 초안이 없습니다.",
    )


def _contract_states(office: bool) -> Choice:
    shown = tuple(Status) if office else queries.SEALED
    options = [Option(value=s.value, label=STATUS[s], where=col(Contract.status) == s.value) for s in shown]
    return Choice(key="status", label="계약상태", options=(Option(value="all", label="전체"), *options), more=True)


def _period(row: Contract) -> str:
    return f"{date(row.starts_on)} ~ {date(row.ends_on)}"


@cache
def _contract_grid(*, office: bool) -> Grid:
    return Grid(
        name="contracts",
        title="계약목록",
        ident=col(Contract.id),
        of=Contract,
        reads=READS,
        default_sort="-contract_date",
        columns=(
            *_head_columns(),
            Column(key="status", label="계약상태", kind="badge", words=STATUS, tones=TONE, sort=col(Contract.status)),
            *_turn_columns(),
            *_company(office),
            Column(key="contract_date", label="계약일자", kind="date", sort=col(Contract.contract_date)),
            Column(key="partner_contact", label="공급사담당자", sort=col(Contract.partner_contact)),
            Column(key="buyer_name", label="구매담당자", sort=col(Contract.buyer_name), width=20),
            Column(key="starts_on", label="계약기간", sort=col(Contract.starts_on), value=_period, width=24),
            Column(key="currency", label="통화", sort=col(Contract.currency), width=8),
            Column(key="amount", label="계약금액", kind="won", sort=col(Contract.amount)),
            Column(key="note_from_partner", label="전달사항", width=30),
        ),
        filters=(
            DateRange(key="day", label="계약일자", column=col(Contract.contract_date), default="1y"),
            _title_filter(placeholder="계약명을 입력하세요"),
            _buyer_filter(),
            turn_filter(Contract),
            _cancelled_filter(),
            _contract_states(office),
            Text(key="number", label="계약번호", column=col(Contract.number), more=True),
            *_company_filter(office),
        ),
    )


@cache
def _item_grid(*, office: bool) -> Grid:
    types = [Option(value=t.value, label=TYPE[t], where=col(Contract.contract_type) == t.value) for t in Type]
    return Grid(
        name="items",
        title="계약품목현황",
        ident=col(ContractItem.id),
        default_sort="-contract_date",
        columns=_item_columns(office),
        filters=(
            DateRange(key="day", label="계약일자", column=col(Contract.contract_date), default="1y"),
            Segment(key="type", label="계약유형", options=(Option(value="all", label="전체"), *types)),
            Text(key="name", label="품목명", column=col(ContractItem.name), more=True),
            Text(key="category", label="세분류", column=col(ContractItem.category), more=True),
            Text(key="number", label="계약번호", column=col(Contract.number), more=True),
            _title_filter(more=True),
            _buyer_filter(more=True),
            *_company_filter(office),
        ),
        empty="완료된 계약의 품목이 없습니다.",
    )


def _item_columns(office: bool) -> tuple[Column, ...]:
    item, contract = ContractItem, Contract
    company = Column(key="company", label="공급사", value=lambda r: r[1].company_name, sort=col(contract.company_name))
    return (
        Column(
            key="number",
            label="계약번호",
            value=lambda r: r[1].number,
            sort=col(contract.number),
            href=lambda r: _link(r[1]),
            width=18,
        ),
        Column(
            key="contract_date",
            label="계약일자",
            kind="date",
            value=lambda r: r[1].contract_date,
            sort=col(contract.contract_date),
        ),
        *((company,) if office else ()),
        Column(key="buyer", label="구매담당자", value=lambda r: r[1].buyer_name, sort=col(contract.buyer_name)),
        Column(key="category", label="세분류", value=lambda r: r[0].category, sort=col(item.category)),
        Column(key="name", label="품목명", value=lambda r: r[0].name, sort=col(item.name), width=30),
        Column(key="spec", label="세부스펙", value=lambda r: r[0].spec, sort=col(item.spec), width=36),
        Column(key="quantity", label="수량", kind="number", value=_quantity, sort=col(item.quantity)),
        Column(key="unit", label="단위", value=lambda r: r[0].unit, sort=col(item.unit), width=8),
        Column(key="currency", label="통화", value=lambda r: r[1].currency, sort=col(contract.currency), width=8),
        Column(key="unit_price", label="단가", kind="won", value=lambda r: r[0].unit_price, sort=col(item.unit_price)),
        Column(key="amount", label="금액", kind="won", value=_amount, sort=col(item.amount)),
        Column(
            key="requested_on",
            label="납품요청일",
            kind="date",
            value=lambda r: r[0].requested_on,
            sort=col(item.requested_on),
        ),
        Column(key="place", label="납품요청위치", value=lambda r: r[0].requested_place, sort=col(item.requested_place)),
    )


def _quantity(row: Any) -> int | None:
    """A 단가계약 fixes no quantity."""
    return None if row[1].amount is None else row[0].quantity


def _amount(row: Any) -> int | None:
    return None if row[1].amount is None else row[0].amount
