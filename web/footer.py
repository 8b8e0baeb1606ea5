"""The two pages every footer links to: 「개인정보처리방침」 and 「사업자등록증」."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from models.kernel.identifiers import format_brn
from models.members.house import HOUSE
from web.auth.audience import anyone
from web.render import page

router = APIRouter(include_in_schema=False, dependencies=[anyone("public facts about the house")])


@router.get("/privacy")
def privacy(request: Request) -> Response:
    """개인정보처리방침."""
    return page(request, "documents/privacy.html")


@router.get("/business-registration")
def business_registration(request: Request) -> Response:
    """사업자등록증 of the house."""
    return page(request, "documents/business_registration.html", house=HOUSE, house_number=format_brn(HOUSE.number))
