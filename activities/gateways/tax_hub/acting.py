"""What every hub's adapter does alike: keys that can stand in an address, and acts that may be asked for twice."""

import re
from collections.abc import Callable

from activities.gateways.tax_hub.interface import Code, HubState, HubStatus, Rejected

KEY = re.compile(r"[A-Za-z0-9_-]{1,24}")

CANCELLED = frozenset({HubStatus.REQUEST_CANCELLED})
UNDONE = frozenset({HubStatus.ISSUE_CANCELLED})
ON_ITS_WAY = frozenset({HubStatus.NTS_WAITING, HubStatus.NTS_SENDING, HubStatus.NTS_ACCEPTED})
SENT = ON_ITS_WAY | {HubStatus.NTS_FAILED}


def checked(key: str) -> str:
    """The key. Raises Rejected for one no hub takes, which must not become part of an address."""
    if not KEY.fullmatch(key):
        raise Rejected(Code.INVALID_DOCUMENT, "문서번호는 영문, 숫자, '-', '_' 24자 이내입니다.")
    return key


def act(state: Callable[[], HubState | None], goal: frozenset[HubStatus], ask: Callable[[], object]) -> HubState:
    """Ask, then say where the document is.

    A no to what has been done already, perhaps by an earlier call whose answer was lost, is a yes. Raises Rejected
    with the hub's own reason otherwise, or for a key it does not know.
    """
    no: Rejected | None = None
    try:
        ask()
    except Rejected as refused:
        no = refused
    now = state()
    if now is None:
        raise Rejected(Code.UNKNOWN_KEY)
    if no is not None and now.state not in goal:
        raise no
    return now
