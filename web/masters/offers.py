"""품목 offered while a draft is typed, where the list is too long to be on the page."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from models import database
from models.kernel.roles import Role
from models.masters.queries import goods_offers
from models.processes.messages import Actor
from web.auth.audience import require
from web.render import page

router = APIRouter(include_in_schema=False)
Buyer = Annotated[Actor, require(Role.BUYER)]


@router.get("/goods/offers")
def offer(request: Request, actor: Buyer, q: Annotated[str, Query(max_length=200)] = "") -> Response:
    """The options of the list: those whose name or code holds what was typed."""
    with database.reading(actor) as session:
        found = goods_offers(session, q.strip())
    return page(request, "masters/goods_offers.html", offers=found)
