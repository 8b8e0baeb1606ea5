"""공지사항: reading and writing notices."""

from fastapi import APIRouter

from web.announcements import reading, writing

router = APIRouter()
router.include_router(reading.router)
router.include_router(writing.router)
