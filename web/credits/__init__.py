"""Credits on the house's side: the monthly run, and what it is computed from and leads to."""

from fastapi import APIRouter

from web.credits import payouts, reports, runs

router = APIRouter()
for part in (
    payouts.router,
    reports.router,
    runs.router,
):
    router.include_router(part)

WEB_KINDS = (runs.WEB, reports.WEB)
LISTS = (reports.LISTS,)
