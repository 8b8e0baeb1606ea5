"""Credits on the house's side: the monthly run, and what it is computed from and leads to."""

from fastapi import APIRouter

from web.credits import runs

router = APIRouter()
for part in (runs.router,):
    router.include_router(part)

WEB_KINDS = (runs.WEB,)
