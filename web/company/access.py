"""Who the pages of a partner's own data are for."""

from typing import Annotated

from fastapi import Depends
from starlette.requests import Request

from models.kernel.refusals import NotFound
from models.kernel.roles import Role
from models.processes.messages import Actor
from web.auth.audience import require
from web.auth.visitor import visit_of

Partner = Annotated[Actor, require(Role.PARTNER)]
"""Any 담당자 of a company, or an individual."""
Owner = Annotated[Actor, require(Role.PARTNER_OWNER)]
"""The 주담당자, or an individual."""


def _of_company(request: Request) -> None:
    """Raises NotFound for an 개인회원, who has nobody to manage."""
    visit = visit_of(request)
    if visit is not None and visit.individual:
        raise NotFound


company_only = Depends(_of_company)

SEE_OTHER = 303
UNPROCESSABLE = 422


def is_owner(actor: Actor) -> bool:
    return Role.PARTNER_OWNER in actor.roles
