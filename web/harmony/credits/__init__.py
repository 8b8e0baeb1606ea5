"""Harmony's credit for its people: 정산리포트, 월별 정산통계, 지급계좌 관리, 크레딧정보 관리."""

from fastapi import APIRouter

from web.harmony.credits import accounts, information, invoices, reports, statistics

__all__ = ["router"]

router = APIRouter()
for part in (reports.router, invoices.router, statistics.router, accounts.router, information.router):
    router.include_router(part)
