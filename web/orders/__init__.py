"""Purchase orders in the web: lists, drafting, the document's page, confirmation."""

from fastapi import APIRouter

from web.orders import drafts, lists
from web.orders.pages import WEB

router = APIRouter()
router.include_router(lists.router)
router.include_router(drafts.router)

__all__ = ["WEB", "router"]
