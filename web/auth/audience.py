"""Who a route is for. Every route names its audience; a route without one is a mistake a test finds."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import Depends, Security
from fastapi.dependencies.models import Dependant
from fastapi.security import HTTPBearer
from starlette.requests import Request

from models.auth.messages import Visit
from models.auth.rules import AudienceRefused, LoggedOut, PasswordChangeNeeded
from models.kernel.roles import Role
from models.processes.messages import Actor
from web.auth.visitor import visit_of

BEARER = HTTPBearer(auto_error=False, description="The token of POST /api/v1/session/otp.")
"""Only for the description of the API: the token itself is read before any route."""


@dataclass(frozen=True, slots=True)
class Audience:
    """People who are logged in; with `roles`, those who hold one of them by themselves or by delegation."""

    roles: frozenset[Role] = field(default_factory=frozenset)
    old_password: bool = False
    """Also for those who must change a temporary password first."""
    media: bool = False
    """Also for Harmony's people, to whom a page that names no role of theirs is closed."""

    async def __call__(self, request: Request, _: Annotated[Any, Security(BEARER)] = None) -> Actor:
        """Raises LoggedOut, PasswordChangeNeeded, AudienceRefused."""
        return self.admit(visit_of(request))

    def admit(self, visit: Visit | None) -> Actor:
        """The visitor as who acts here. Raises LoggedOut, PasswordChangeNeeded, AudienceRefused."""
        if visit is None:
            raise LoggedOut
        if visit.must_change_password and not self.old_password:
            raise PasswordChangeNeeded
        if self.roles and self.roles.isdisjoint(visit.actor.every_role):
            raise AudienceRefused
        if visit.actor.side == "media" and not self.media and Role.MEDIA not in self.roles:
            raise AudienceRefused
        return visit.actor


@dataclass(frozen=True, slots=True)
class Anyone:
    """No log-in needed. `why` is read by people who review who may see what."""

    why: str

    async def __call__(self) -> None:
        return None


def require(*roles: Role, old_password: bool = False, media: bool = False) -> Any:
    """``actor: Annotated[Actor, require(Role.BUYER)]``: for these roles; the actor is who asks."""
    return Depends(Audience(frozenset(roles), old_password=old_password, media=media))


def anyone(why: str) -> Any:
    """``dependencies=[anyone("log-in page")]``: the route is public."""
    return Depends(Anyone(why))


CurrentActor = Annotated[Actor, require()]
"""Anybody of either portal of PoK who is logged in; Harmony's pages name their people."""


async def _visit(request: Request) -> Visit:
    visit = visit_of(request)
    if visit is None:
        raise LoggedOut
    return visit


CurrentVisit = Annotated[Visit, Depends(_visit)]
"""The session itself, beside an audience: its id, log-in, age."""


@dataclass(frozen=True, slots=True)
class Declared:
    """A route as the application serves it; no audiences: whoever wrote it forgot, or it is no API route."""

    path: str
    methods: frozenset[str]
    audiences: tuple[Audience | Anyone, ...]


def declared(routes: Iterable[Any]) -> Iterator[Declared]:
    """Every route of `app.routes`, those of included routers too, with whom it is for."""
    for route in routes:
        if hasattr(route, "effective_candidates"):
            yield from declared(route.effective_candidates())
        elif route.path is not None:
            asked = (getattr(route, "audience", None), *_calls(getattr(route, "dependant", None)))
            found = tuple(call for call in asked if _is_audience(call))
            yield Declared(route.path, frozenset(getattr(route, "methods", None) or ()), found)


def _is_audience(call: Any) -> bool:
    return isinstance(call, Audience | Anyone)


def _calls(dependant: Dependant | None) -> Iterator[Any]:
    for part in dependant.dependencies if dependant else ():
        yield part.call
        yield from _calls(part)
