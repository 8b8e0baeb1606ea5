"""A partner's own side of its membership: 기업정보, 회원정보, 담당자 관리."""

from fastapi import APIRouter

from web.company import change, contacts, handover, leaving, own, pages, requests, reveal

router = APIRouter()
for part in (pages, own, change, leaving, handover, contacts, requests, reveal):
    router.include_router(part.router)
