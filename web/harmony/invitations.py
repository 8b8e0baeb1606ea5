"""The invitation's page for the 제휴담당자."""

from typing import Any

from sqlmodel import Session

from models.harmony.kind import INVITATION
from models.harmony.messages import InvitationOut
from models.harmony.queries import PATHS
from models.harmony.rules import Space, SpaceRole, Status
from models.harmony.tables import Invitation
from models.harmony.wording import ROLE, SPACE
from models.members.queries import member_names
from models.processes.messages import Actor
from web.documents.kinds import WebKind


def context(session: Session, actor: Actor, invitation: Invitation) -> dict[str, Any]:  # noqa: ARG001
    """Everything below the head of the invitation's page."""
    space = Space(invitation.space)
    joined = member_names(session, [invitation.member_id]).get(invitation.member_id or 0, "")
    return {
        "head_note": f"{SPACE[space]} · {invitation.company_name}",
        "invitation": invitation,
        "space_label": SPACE[space],
        "space_link": f"/{PATHS[space]}/{invitation.space_id}",
        "role_words": ROLE[SpaceRole(invitation.role)],
        "joined": joined,
        "may_invite_again": invitation.status in {Status.EXPIRED, Status.CANCELLED, Status.DECLINED},
    }


WEB = WebKind(
    kind=INVITATION,
    template="harmony/invitation.html",
    api=InvitationOut,
    list_label="초대이력",
    list_link="/invitations",
    context=context,
)
