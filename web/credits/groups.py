"""정산그룹: the media of one company that are settled with one tax invoice."""

from typing import Any

from sqlmodel import Session, col

from models.credits import queries, writes
from models.credits.messages import GroupForm
from models.credits.wording import ISSUE_MODE
from models.harmony.tables import CreditGroup
from web.credits import words
from web.credits.companies import OPEN_COLUMN, open_filter
from web.credits.masters import Master
from web.grid import Choice, Column, Grid, Option, Text

LABELS = {"name": "정산그룹명", "credit_company_id": "지급처", "company_name": "지급처명", "closed": "사용 종료"}
READY = {
    "ready": "준비됨",
    "contact": "담당자 없음",
    "account": "계좌 없음",
    "media": "매체 없음",
    "company": "지급처 없음",
    "closed": "지급처 종료",
}
READY_TONES = {
    "ready": "done",
    "contact": "wait",
    "account": "wait",
    "media": "wait",
    "company": "stop",
    "closed": "stop",
}


def _readiness(row: Any) -> str:
    """The first thing that is missing before the group can be settled and paid."""
    _, company, media, bank, contact = row
    missing = (
        ("company", company is None),
        ("closed", company is not None and company.closed_at is not None),
        ("media", not media),
        ("account", bank is None),
        ("contact", contact is None),
    )
    return next((key for key, absent in missing if absent), "ready")


GRID = Grid(
    name="credit-groups",
    title="정산그룹",
    ident=col(CreditGroup.id),
    default_sort="company",
    default_size=50,
    columns=(
        Column(
            key="name",
            label="정산그룹명",
            sort=col(CreditGroup.name),
            value=lambda r: r[0].name,
            href=lambda r: f"/credit-groups/{r[0].id}",
            width=34,
        ),
        Column(
            key="company",
            label="지급처",
            sort=col(CreditGroup.company_name),
            value=lambda r: r[0].company_name,
            sub=lambda r: words.number(r[0].business_number) if r[0].business_number else None,
            width=26,
        ),
        Column(key="mode", label="발행방식", value=lambda r: ISSUE_MODE[r[1].issue_mode] if r[1] else words.NOTHING),
        Column(key="media", label="매체", kind="number", value=lambda r: r[2] or 0, width=8),
        Column(key="ready", label="정산 준비", kind="badge", words=READY, tones=READY_TONES, value=_readiness),
        OPEN_COLUMN,
    ),
    filters=(
        open_filter(col(CreditGroup.closed_at)),
        Choice(
            key="company_set",
            label="지급처",
            options=(
                Option(value="all", label="전체"),
                Option(value="set", label="지정됨", where=col(CreditGroup.credit_company_id).is_not(None)),
                Option(value="unset", label="없음", where=col(CreditGroup.credit_company_id).is_(None)),
            ),
        ),
        Text(key="name", label="정산그룹명", column=col(CreditGroup.name)),
        Text(key="company", label="지급처명", column=col(CreditGroup.company_name)),
    ),
    empty="등록된 정산그룹이 없습니다.",
    empty_hint="세금계산서 한 장으로 정산할 매체를 한 그룹으로 묶습니다.",
)


def _facts(session: Session, row: CreditGroup) -> dict[str, Any]:  # noqa: ARG001 - one shape for every master
    return {"name": row.name, "credit_company_id": row.credit_company_id or ""}


def _choices(session: Session, row: CreditGroup | None) -> dict[str, Any]:
    choices = queries.company_choices(session)
    if row and row.credit_company_id and row.credit_company_id not in {key for key, _ in choices}:
        choices.append((row.credit_company_id, f"{row.company_name} (사용 종료)"))
    return {"companies": choices, "media": queries.media_of(session, row.id or 0) if row else []}


GROUPS = Master(
    key="groups",
    title="정산그룹",
    base="/credit-groups",
    table=CreditGroup,
    model=GroupForm,
    grid=GRID,
    scope=queries.groups,
    save=writes.save_group,
    facts=_facts,
    choices=_choices,
    labels=LABELS,
    shown=lambda _, value: words.yes(value) if isinstance(value, bool) else str(value),
    closable=True,
    note="세금계산서 한 장으로 정산하는 매체의 묶음입니다.",
)
