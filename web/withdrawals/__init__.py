"""Withdrawals in the web: the buyer's list and the document's page."""

from fastapi import APIRouter

from web.withdrawals import lists
from web.withdrawals.pages import WEB

router = APIRouter()
router.include_router(lists.router)

__all__ = ["WEB", "router"]
