"""Who the pages of a partner's own data are for."""

from typing import Annotated

from models.kernel.roles import Role
from models.processes.messages import Actor
from web.auth.audience import require

Partner = Annotated[Actor, require(Role.PARTNER)]
"""Any 담당자 of a company, or an individual."""
Owner = Annotated[Actor, require(Role.PARTNER_OWNER)]
"""The 주담당자, or an individual."""

SEE_OTHER = 303
UNPROCESSABLE = 422


def is_owner(actor: Actor) -> bool:
    return Role.PARTNER_OWNER in actor.roles
