"""Joining in the web: the pages of guests, and the requests of those who decide."""

from fastapi import APIRouter

from web.signups import check, consent, form, lists, pages
from web.signups.pages import WEB

router = APIRouter()
for part in (check.router, consent.router, form.router, lists.router, pages.router):
    router.include_router(part)

__all__ = ["WEB", "router"]
