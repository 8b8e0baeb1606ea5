"""Tax invoices in the web: lists, previews, the document's page, amendments, requests and reminders of many."""

from fastapi import APIRouter

from web.tax_invoices import amending, api, bulk, drafts, lists, receiving, selling
from web.tax_invoices.pages import WEB

router = APIRouter()
router.include_router(api.router)
router.include_router(lists.router)
router.include_router(bulk.router)
router.include_router(receiving.router)
router.include_router(selling.router)
router.include_router(drafts.router)
router.include_router(amending.router)

__all__ = ["WEB", "router"]
