"""기준정보: 세분류, 품목, 단위, 납품위치, 사유 코드."""

from fastapi import APIRouter

from models.masters.rules import Master
from web.masters.imports import import_router
from web.masters.offers import router as offers
from web.masters.pages import index, master_router

router = APIRouter()
router.include_router(index)
router.include_router(offers)
for _master in Master:
    router.include_router(import_router(_master))
    router.include_router(master_router(_master))
