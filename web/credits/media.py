"""매체: what earns, in which group, with which rates."""

from typing import Any

from sqlmodel import Session, col

from models.credits import queries, writes
from models.credits.messages import MediumForm
from models.credits.tables import CreditMedium
from models.harmony.tables import CreditGroup
from web.credits import words
from web.credits.companies import OPEN_COLUMN, open_filter
from web.credits.masters import Master
from web.grid import Choice, Column, Grid, Option, Text

LABELS = {
    "code": "매체코드",
    "name": "매체명",
    "service": "서비스",
    "group_id": "정산그룹",
    "studio_id": "스튜디오",
    "closed": "사용 종료",
}

GRID = Grid(
    name="credit-media",
    title="매체",
    ident=col(CreditMedium.id),
    default_sort="code",
    default_size=50,
    columns=(
        Column(
            key="code",
            label="매체코드",
            sort=col(CreditMedium.code),
            value=lambda r: r[0].code,
            href=lambda r: f"/credit-media/{r[0].id}",
            width=14,
        ),
        Column(key="name", label="매체명", sort=col(CreditMedium.name), value=lambda r: r[0].name, width=24),
        Column(key="service", label="서비스", sort=col(CreditMedium.service), value=lambda r: r[0].service),
        Column(
            key="group",
            label="정산그룹",
            sort=col(CreditGroup.name),
            value=lambda r: r[1].name if r[1] else words.NOTHING,
            sub=lambda r: r[1].company_name if r[1] else None,
            width=34,
        ),
        Column(key="studio", label="스튜디오", value=lambda r: r[2].name if r[2] else words.NOTHING, width=20),
        OPEN_COLUMN,
    ),
    filters=(
        open_filter(col(CreditMedium.closed_at)),
        Choice(
            key="grouped",
            label="정산그룹",
            options=(
                Option(value="all", label="전체"),
                Option(value="yes", label="있음", where=col(CreditMedium.group_id).is_not(None)),
                Option(value="no", label="없음", where=col(CreditMedium.group_id).is_(None)),
            ),
        ),
        Text(key="name", label="매체명", column=col(CreditMedium.name)),
        Text(key="code", label="매체코드", column=col(CreditMedium.code)),
        Text(key="group", label="정산그룹명", column=col(CreditGroup.name), more=True),
    ),
    empty="등록된 매체가 없습니다.",
    empty_hint="매체코드는 매출 · 소비 자료가 매체를 가리키는 이름입니다.",
)


def _facts(session: Session, row: CreditMedium) -> dict[str, Any]:  # noqa: ARG001 - one shape for every master
    return {
        "code": row.code,
        "name": row.name,
        "service": row.service,
        "group_id": row.group_id or "",
        "studio_id": row.studio_id or "",
    }


def _choices(session: Session, row: CreditMedium | None) -> dict[str, Any]:
    return {
        "groups": queries.group_choices(session),
        "studios": queries.studio_choices(session),
        "rates": [
            (rate, business, words.percent(rate.rate_millionths), words.months(rate.from_month, rate.until_month))
            for rate, business in (queries.rates_of(session, row.id or 0) if row else [])
        ],
    }


MEDIA = Master(
    key="media",
    title="매체",
    base="/credit-media",
    table=CreditMedium,
    model=MediumForm,
    grid=GRID,
    scope=queries.media,
    save=writes.save_medium,
    facts=_facts,
    choices=_choices,
    labels=LABELS,
    shown=lambda _, value: words.yes(value) if isinstance(value, bool) else str(value),
    closable=True,
    note="그룹을 옮기면 다음 정산부터 새 그룹으로 정산합니다.",
)
