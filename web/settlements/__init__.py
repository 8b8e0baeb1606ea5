"""Settlements in the web: lists, drafting, the document's page."""

from fastapi import APIRouter

from web.settlements import drafts, lists
from web.settlements.pages import WEB

router = APIRouter()
router.include_router(lists.router)
router.include_router(drafts.router)

__all__ = ["WEB", "router"]
