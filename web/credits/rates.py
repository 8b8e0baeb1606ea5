"""요율 계약, dated by month, and the businesses they are of."""

import datetime as dt
from decimal import Decimal
from typing import Any

from sqlmodel import Session, col, select

from models import clock
from models.credits import queries, writes
from models.credits.messages import BusinessForm, RateForm
from models.credits.rules import Method, item_of, month_of
from models.credits.tables import CreditBusiness, CreditMedium, CreditRate
from models.credits.wording import METHOD, METHOD_HINT
from models.kernel.calendar import local_date
from models.processes.messages import Actor
from web.credits import words
from web.credits.masters import Master
from web.grid import Choice, Column, Grid, Option, Text

RATE_LABELS = {
    "medium_id": "매체",
    "business_id": "사업",
    "rate_millionths": "요율",
    "from_month": "시작월",
    "until_month": "종료월",
    "contract_name": "계약명",
}


def _this_month() -> dt.date:
    return month_of(local_date(clock.now()))


def _holds(row: CreditRate) -> str:
    month = _this_month()
    if row.from_month > month:
        return "later"
    return "over" if row.until_month is not None and row.until_month < month else "now"


STANDS = {"now": "적용중", "later": "예정", "over": "종료"}
STAND_TONES = {"now": "done", "later": "wait", "over": "mute"}

RATE_GRID = Grid(
    name="credit-rates",
    title="요율",
    ident=col(CreditRate.id),
    default_sort="medium",
    default_size=50,
    columns=(
        Column(
            key="medium",
            label="매체명",
            sort=col(CreditMedium.name),
            value=lambda r: r[1].name,
            sub=lambda r: r[1].code,
            href=lambda r: f"/credit-rates/{r[0].id}",
            width=24,
        ),
        Column(key="business", label="사업", sort=col(CreditBusiness.name), value=lambda r: r[2].name),
        Column(
            key="rate",
            label="요율(%)",
            kind="number",
            sort=col(CreditRate.rate_millionths),
            value=lambda r: Decimal(words.percent_typed(r[0].rate_millionths)),
        ),
        Column(
            key="from", label="시작월", sort=col(CreditRate.from_month), value=lambda r: words.month(r[0].from_month)
        ),
        Column(
            key="until",
            label="종료월",
            sort=col(CreditRate.until_month),
            value=lambda r: words.month(r[0].until_month) if r[0].until_month else "계속",
        ),
        Column(key="stands", label="적용", kind="badge", words=STANDS, tones=STAND_TONES, value=lambda r: _holds(r[0])),
        Column(key="contract", label="계약명", value=lambda r: r[0].contract_name, width=28),
    ),
    filters=(
        Choice(
            key="method",
            label="사업",
            options=(
                Option(value="all", label="전체"),
                *(
                    Option(value=method.value, label=METHOD[method], where=col(CreditBusiness.method) == method.value)
                    for method in Method
                ),
            ),
        ),
        Text(key="medium", label="매체명", column=col(CreditMedium.name)),
        Text(key="code", label="매체코드", column=col(CreditMedium.code)),
        Text(key="contract", label="계약명", column=col(CreditRate.contract_name), more=True),
    ),
    empty="등록된 요율이 없습니다.",
    empty_hint="요율이 없는 매체는 그 사업에서 정산되지 않습니다.",
)


def _rate_facts(session: Session, row: CreditRate) -> dict[str, Any]:  # noqa: ARG001 - one shape for every master
    return {
        "medium_id": row.medium_id,
        "business_id": row.business_id,
        "rate": words.percent_typed(row.rate_millionths),
        "from_month": words.typed_month(row.from_month),
        "until_month": words.typed_month(row.until_month),
        "contract_name": row.contract_name,
    }


def _rate_choices(session: Session, row: CreditRate | None) -> dict[str, Any]:
    businesses = queries.businesses(session)
    medium = queries.one(session, CreditMedium, row.medium_id) if row else None
    business = queries.one(session, CreditBusiness, row.business_id) if row else None
    return {
        "media": queries.medium_choices(session),
        "businesses": [(one.id, one.name) for one in businesses],
        "hints": [(one.name, METHOD_HINT[one.method]) for one in businesses],
        "medium": medium,
        "business": business,
        "about": f"{medium.name} {business.name}" if medium and business else "",
    }


def _rate_name(row: CreditRate) -> str:
    return f"{words.percent(row.rate_millionths)} · {words.months(row.from_month, row.until_month)}"


def _rate_shown(name: str, value: Any) -> str:
    return words.percent(value) if name == "rate_millionths" else str(value)


def _save_business(session: Session, actor: Actor, form: BusinessForm, now: dt.datetime, row_id: int | None) -> Any:  # noqa: ARG001
    return writes.save_business(session, actor, form, row_id or 0)


RATES = Master(
    key="rates",
    title="요율",
    base="/credit-rates",
    table=CreditRate,
    model=RateForm,
    grid=RATE_GRID,
    scope=queries.rates,
    save=writes.save_rate,
    facts=_rate_facts,
    choices=_rate_choices,
    labels=RATE_LABELS,
    shown=_rate_shown,
    name=_rate_name,
    deletable=writes.delete_rate,
    note="같은 매체와 사업의 요율은 기간이 겹칠 수 없습니다.",
)

BUSINESS_GRID = Grid(
    name="credit-businesses",
    title="사업",
    ident=col(CreditBusiness.id),
    default_sort="position",
    columns=(
        Column(
            key="name",
            label="사업명",
            sort=col(CreditBusiness.name),
            href=lambda r: f"/credit-businesses/{r.id}",
            width=24,
        ),
        Column(key="code", label="코드", sort=col(CreditBusiness.code), width=10),
        Column(key="method", label="계산", value=lambda r: METHOD[r.method], sort=col(CreditBusiness.method)),
        Column(
            key="item", label="품목", value=lambda r: item_of(_this_month(), r.item), sheet=lambda r: r.item, width=28
        ),
        Column(key="position", label="표시 순서", kind="number", sort=col(CreditBusiness.position), width=10),
        Column(
            key="active",
            label="사용",
            kind="badge",
            words={"on": "사용", "off": "사용 중지"},
            tones={"on": "done", "off": "mute"},
            value=lambda r: "on" if r.active else "off",
            width=10,
        ),
    ),
    empty="등록된 사업이 없습니다.",
)

BUSINESSES = Master(
    key="businesses",
    title="사업",
    base="/credit-businesses",
    table=CreditBusiness,
    model=BusinessForm,
    grid=BUSINESS_GRID,
    scope=lambda: select(CreditBusiness),
    save=_save_business,
    facts=lambda _, row: {"name": row.name, "item": row.item, "active": row.active},
    choices=lambda _, row: {
        "method": METHOD[row.method],
        "method_hint": METHOD_HINT[row.method],
        "example": item_of(_this_month(), row.item),
    },
    labels={"name": "사업명", "item": "품목", "active": "사용"},
    shown=lambda _, value: words.yes(value) if isinstance(value, bool) else str(value),
    makes=False,
    note="정산리포트와 세금계산서에 적히는 이름입니다.",
)
