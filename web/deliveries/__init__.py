"""Deliveries in the web: the partner's plan, serial numbers, the staff's rounds, the round's page."""

from fastapi import APIRouter

from web.deliveries import lists, plan, serials
from web.deliveries.pages import WEB

router = APIRouter()
router.include_router(lists.router)
router.include_router(plan.router)
router.include_router(serials.router)

__all__ = ["WEB", "router"]
