"""Inspections in the web: lists and the document's page."""

from fastapi import APIRouter

from web.inspections import lists
from web.inspections.pages import WEB

router = APIRouter()
router.include_router(lists.router)

__all__ = ["WEB", "router"]
