"""Change requests in the web: the buyer's list, the document's page, what is looked up beside it."""

from fastapi import APIRouter

from web.changes import checks, lists
from web.changes.pages import WEB

router = APIRouter()
router.include_router(lists.router)
router.include_router(checks.router)

__all__ = ["WEB", "router"]
