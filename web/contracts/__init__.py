"""Contracts in the web: lists, drafting, the document's page, signing, verification."""

from fastapi import APIRouter

from web.contracts import drafts, lists, verify
from web.contracts.pages import WEB

router = APIRouter()
router.include_router(lists.router)
router.include_router(drafts.router)
router.include_router(verify.router)

__all__ = ["WEB", "router"]
