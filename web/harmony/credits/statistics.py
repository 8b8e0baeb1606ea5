"""월별 정산통계: a company's month by business and medium, and a medium's year (guide p. 32)."""

import datetime as dt
from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from models import clock, database
from models.credits import partner
from models.credits.partner import MonthRow, Sum
from models.credits.report_wording import WORDS
from models.credits.rules import month_after, month_key, settled_month
from models.kernel.refusals import NotFound
from models.processes.messages import Actor
from web import charts, sheets
from web.harmony.credits.common import BASE, STATISTICS, chosen, month, report_page, shown
from web.harmony.doors import MediaActor
from web.render import page
from web.sheets import SheetColumn

router = APIRouter(prefix=BASE, include_in_schema=False)
YEARS_SHOWN = 6
Month = Annotated[str, Query(max_length=7)]
Company = Annotated[int | None, Query(ge=0)]
Year = Annotated[int, Query(ge=0, le=2999)]

MONTH_SHEET = (
    SheetColumn("사업", lambda row: row.business),
    SheetColumn("정산그룹", lambda row: row.group_name, width=32),
    SheetColumn("매체명", lambda row: row.medium, width=20),
    SheetColumn("품목", lambda row: row.item, width=26),
    SheetColumn("공급가액", lambda row: row.sum.supply, "won"),
    SheetColumn("세액", lambda row: row.sum.tax, "won"),
    SheetColumn("합계", lambda row: row.sum.total, "won"),
    SheetColumn("정산 진행현황", lambda row: WORDS.status[row.status], width=18),
)
YEAR_SHEET = (
    SheetColumn("정산월", lambda row: month_key(row[0])),
    SheetColumn("공급가액", lambda row: row[1].supply, "won"),
    SheetColumn("세액", lambda row: row[1].tax, "won"),
    SheetColumn("합계", lambda row: row[1].total, "won"),
)


def _sum(found: Sequence[Sum]) -> Sum:
    return Sum(sum(one.supply for one in found), sum(one.tax for one in found), sum(one.total for one in found))


@router.get("/statistics")
def show_statistics(
    request: Request,
    actor: MediaActor,
    company: Company = None,
    month: Month = "",
    download: bool = False,
) -> Response:
    """「회사」: the month of every medium and business, and the twelve months up to it."""
    with database.reading(actor) as session:
        found, one = chosen(session, actor, company)
        ids = one.group_ids if one else []
        at = _month(session, actor, ids, month)
        rows = partner.month_rows(session, actor, ids, at)
        if download:
            body = sheets.workbook("월별 정산통계", MONTH_SHEET, rows)
            return sheets.attachment(body, f"월별정산통계_{month_key(at)}", clock.now())
        months = partner.months_of(session, actor, ids, at)
        media = partner.media_of(session, actor, ids)
    return page(
        request,
        "harmony/credits/statistics.html",
        at=at,
        key=month_key(at),
        before=month_key(month_after(at, -1)),
        after=month_key(month_after(at)) if at < settled_month(clock.now()) else "",
        parts=_parts(rows),
        total=_sum([row.sum for row in rows]),
        media=media,
        chart=_chart(months, at),
        months=months,
        status_words=WORDS.status,
        status_tone=WORDS.tone,
        link=report_page,
        address=_address(one, month=month_key(at)),
        **shown(found, one, STATISTICS),
    )


def _month(session: Session, actor: Actor, ids: Sequence[int], asked: str) -> dt.date:
    newest = partner.newest_month(session, actor, ids)
    return month(asked, newest or settled_month(clock.now()))


def _parts(rows: Sequence[MonthRow]) -> list[tuple[str, list[MonthRow], Sum]]:
    """The rows by business, each with its sum."""
    parts: dict[str, list[MonthRow]] = {}
    for row in rows:
        parts.setdefault(row.business, []).append(row)
    return [(name, own, _sum([row.sum for row in own])) for name, own in parts.items()]


def _chart(months: Sequence[tuple[dt.date, Sum]], now: dt.date | None) -> charts.Chart:
    return charts.bars([(f"{at:%y.%m}", one.total) for at, one in months], f"{now:%y.%m}" if now else "")


def _address(one: partner.Payee | None, **more: Any) -> str:
    """The page's own address with its choices; a download is asked for at the same place."""
    asked = ([f"company={one.id}"] if one else []) + [f"{name}={value}" for name, value in more.items()]
    return "&".join(asked)


@router.get("/statistics/media/{medium_id:int}")
def show_medium(
    request: Request,
    actor: MediaActor,
    medium_id: int,
    company: Company = None,
    year: Year = 0,
    download: bool = False,
) -> Response:
    """「매체」: a year of one medium, month by month."""
    with database.reading(actor) as session:
        found, one = chosen(session, actor, company)
        ids = one.group_ids if one else []
        media = partner.media_of(session, actor, ids)
        name = dict(media).get(medium_id)
        if name is None:
            raise NotFound
        newest = partner.newest_month(session, actor, ids) or settled_month(clock.now())
        of = year or newest.year
        months = partner.months_of(session, actor, ids, dt.date(max(of, 2000), 12, 1), medium_id)
    if download:
        body = sheets.workbook(f"{name} {of}년", YEAR_SHEET, months)
        return sheets.attachment(body, f"매체별정산통계_{name}_{of}", clock.now())
    return page(
        request,
        "harmony/credits/medium.html",
        medium_id=medium_id,
        name=name,
        year=of,
        years=list(range(newest.year, newest.year - YEARS_SHOWN, -1)),
        months=[(month_key(at), one_month) for at, one_month in months],
        total=_sum([one_month for _, one_month in months]),
        media=media,
        chart=_chart(months, None),
        address=_address(one, year=of),
        **shown(found, one, STATISTICS),
    )
