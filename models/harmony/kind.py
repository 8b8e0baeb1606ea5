"""The invitation as one kind of document."""

import datetime as dt

from models.harmony.messages import PAYLOADS
from models.harmony.rules import LAPSE, RULES, SpaceRole, Status
from models.harmony.tables import Invitation
from models.harmony.wording import ROLE, WORDS
from models.kernel.calendar import KST
from models.processes.kinds import Kind
from models.processes.messages import Alarm

DAY = dt.timedelta(days=1)


def _number(invitation: Invitation) -> str:
    return invitation.number


def _title(invitation: Invitation) -> str:
    return f"{invitation.space_name} {ROLE[SpaceRole(invitation.role)]}"


def _last_day(invitation: Invitation) -> dt.date | None:
    """The invited are reminded once, the day before the link ends."""
    return (invitation.expires_at - DAY).astimezone(KST).date() if invitation.expires_at else None


def _lapse(invitation: Invitation) -> Alarm | None:
    return Alarm(at=invitation.expires_at, act=LAPSE) if invitation.expires_at else None


INVITATION = Kind(
    rules=RULES,
    table=Invitation,
    payloads=PAYLOADS,
    words=WORDS,
    plural="invitations",
    number=_number,
    title=_title,
    days={Status.SENT: _last_day},
    lapses={Status.SENT: _lapse},
)
