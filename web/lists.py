"""Where a list page is declared: for a browser with a session one transaction, for everybody else the usual way."""

from collections.abc import Callable

from fastapi import APIRouter
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from models import database
from models.processes.messages import Actor
from web.auth.audience import CurrentActor
from web.auth.visitor import visiting
from web.documents.direct import EVERYBODY, Direct

ListPage = Callable[[Session, Request, Actor], Response]


class Lists:
    """The list pages of one router, for everybody who is logged in. `direct`: routes to stand before all others."""

    def __init__(self, router: APIRouter) -> None:
        self.router = router
        self.direct: list[Direct] = []

    def page(self, path: str) -> Callable[[ListPage], ListPage]:
        """Decorates the function that answers a path of the router."""

        def declared(show: ListPage) -> ListPage:
            def usual(request: Request, actor: CurrentActor) -> Response:
                with database.reading(actor) as session:
                    return show(session, request, actor)

            def direct(request: Request) -> Response:
                with visiting(request) as (session, visit):
                    return show(session, request, EVERYBODY.admit(visit))

            self.router.get(path)(usual)
            self.direct.append(Direct(f"{self.router.prefix}{path}", direct, "GET"))
            return show

        return declared
