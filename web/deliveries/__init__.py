"""Deliveries in the web: the partner's plan, serial numbers, the staff's rounds, the round's page."""

from fastapi import APIRouter

from web.deliveries import lists, plan
from web.deliveries.pages import WEB
from web.deliveries.serials import router as serials

router = APIRouter()
router.include_router(lists.router)
router.include_router(plan.router)
router.include_router(serials)

__all__ = ["WEB", "router"]
