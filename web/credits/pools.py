"""RS 재원: what a business shares out in a month."""

from typing import Any

from sqlmodel import Session, col

from models.credits import queries, writes
from models.credits.messages import PoolForm
from models.credits.tables import CreditBusiness, RsPool
from models.kernel.roles import Role
from web.credits import words
from web.credits.masters import Master
from web.grid import Column, Grid, Text

GRID = Grid(
    name="credit-pools",
    title="RS 재원",
    ident=col(RsPool.id),
    default_sort="-month",
    columns=(
        Column(
            key="month",
            label="정산월",
            sort=col(RsPool.month),
            value=lambda r: words.month(r[0].month),
            href=lambda r: f"/credit-pools/{r[0].id}",
            width=12,
        ),
        Column(key="business", label="사업", sort=col(CreditBusiness.name), value=lambda r: r[1].name),
        Column(key="amount", label="재원", kind="won", sort=col(RsPool.amount), value=lambda r: r[0].amount, width=20),
        Column(key="note", label="메모", value=lambda r: r[0].note, width=30, wrap=True),
        Column(
            key="changed_at", label="변경일시", kind="moment", sort=col(RsPool.changed_at),
            value=lambda r: r[0].changed_at,
        ),
    ),
    filters=(Text(key="business", label="사업", column=col(CreditBusiness.name)),),
    empty="등록된 재원이 없습니다.",
    empty_hint="그달의 재원을 등록하고 소비 자료를 올리면 정산에서 나눕니다.",
)  # fmt: skip


def _facts(session: Session, row: RsPool) -> dict[str, Any]:  # noqa: ARG001 - one shape for every master
    return {
        "business_id": row.business_id,
        "month": words.typed_month(row.month),
        "amount": row.amount,
        "note": row.note,
    }


def _choices(session: Session, row: RsPool | None) -> dict[str, Any]:
    businesses = [one for one in queries.businesses(session) if queries.is_pool(one)]
    counts = queries.applied_import(session, row.business_id, row.month) if row else None
    return {
        "businesses": [(one.id, one.name) for one in businesses],
        "business": queries.one(session, CreditBusiness, row.business_id) if row else None,
        "in_force": counts,
        "month_words": words.month(row.month) if row else "",
    }


def _name(row: RsPool) -> str:
    return f"{words.month(row.month)} 재원"


POOLS = Master(
    key="pools",
    title="RS 재원",
    base="/credit-pools",
    table=RsPool,
    model=PoolForm,
    grid=GRID,
    scope=queries.pools,
    save=writes.save_pool,
    facts=_facts,
    choices=_choices,
    labels={"business_id": "사업", "month": "정산월", "amount": "재원", "note": "메모"},
    shown=lambda name, value: f"{value:,}원" if name == "amount" else str(value),
    name=_name,
    roles=(Role.SETTLEMENT,),
    tabs=(),
    note="매체의 소비량 × 요율에 비례해 원 단위까지 남김없이 나눕니다.",
)
