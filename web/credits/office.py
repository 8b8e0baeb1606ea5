"""What the office's pages of credits share: who may look and who settles, how a list and a decision are answered."""

from collections.abc import Callable
from typing import Annotated, Any

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from models import database
from models.kernel.refusals import NotFound, Refusal
from models.kernel.roles import Role
from models.processes.messages import Actor
from web.auth.audience import require
from web.grid import Grid
from web.render import page

Officer = Annotated[Actor, require(Role.SETTLEMENT)]
Looker = Annotated[Actor, require(Role.SETTLEMENT, Role.MEDIA_MANAGER, Role.ADMIN)]
UNPROCESSABLE = 422
SEE_OTHER = 303


def settles(actor: Actor) -> bool:
    """Whether this person decides over money; others only look."""
    return Role.SETTLEMENT in actor.every_role


def listed(request: Request, actor: Actor, grid: Grid, scope: Any, template: str, **context: Any) -> Response:
    """A list as its address asks for it, or its workbook."""
    view = grid.read(request)
    with database.reading(actor) as session:
        if view.download:
            return grid.download(session, view, scope, who=actor)
        found = grid.fetch(session, view, scope, who=actor)
    return page(request, template, grid=grid.present(view, found), **context)


def decided(
    actor: Actor, decide: Callable[[Session], object], refused: Callable[[Refusal], Response], link: str
) -> Response:
    """A decision written, and its page; where it is refused the page with the reason. Raises NotFound."""
    try:
        with database.writing(actor) as session:
            decide(session)
    except NotFound:
        raise
    except Refusal as refusal:
        return refused(refusal)
    return RedirectResponse(link, SEE_OTHER)
