"""Credits on the house's side: the monthly run, and what it is computed from and leads to."""

from fastapi import APIRouter

from web.credits import accounts, corrections, imports, payouts, reports, run_groups, runs
from web.credits.companies import COMPANIES
from web.credits.groups import GROUPS
from web.credits.masters import master_router
from web.credits.media import MEDIA
from web.credits.pools import POOLS
from web.credits.rates import BUSINESSES, RATES

router = APIRouter()
for part in (
    accounts.router,
    payouts.router,
    reports.router,
    runs.router,
    run_groups.router,
    imports.router,
    corrections.router,
    *(master_router(master) for master in (COMPANIES, GROUPS, MEDIA, RATES, BUSINESSES, POOLS)),
):
    router.include_router(part)

WEB_KINDS = (runs.WEB, reports.WEB, accounts.ACCOUNT, accounts.CHANGE)
LISTS = (reports.LISTS,)
