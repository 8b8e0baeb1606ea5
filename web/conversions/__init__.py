"""Conversions in the web: 인증번호 전송, the list, the page of one."""

from fastapi import APIRouter

from web.conversions import pages
from web.conversions.pages import WEB

router = APIRouter()
router.include_router(pages.router)

__all__ = ["WEB", "router"]
