"""Requests the hub was asked for, said no to or never answered, and took after all: found and withdrawn there.

A filing can be late: it arrives when the house has given it up and the document has another name. What came of it must
not be signed besides the one that is asked for next.
"""

from collections.abc import Sequence

from activities.gateways.tax_hub.interface import HubStatus, Rejected, TaxHub

REASON = "접수되지 않은 것으로 알고 다시 요청합니다."
OVER = frozenset({HubStatus.REFUSED, HubStatus.REQUEST_CANCELLED, HubStatus.ISSUE_CANCELLED})
UNSENT = frozenset({HubStatus.ISSUED, HubStatus.NTS_WAITING})


def withdraw(hub: TaxHub, keys: Sequence[str]) -> list[str]:
    """Withdraw what stands at the hub under those names; the names under which it could not be. Raises Unavailable."""
    return [key for key in keys if not _is_over(hub, key)]


def _is_over(hub: TaxHub, key: str) -> bool:
    found = hub.state(key)
    if found is None or found.state in OVER:
        return True
    try:
        if found.state == HubStatus.REQUESTED:
            hub.cancel_request(key, REASON)
        elif found.state in UNSENT:
            hub.cancel_issue(key, REASON)
        else:
            return False
    except Rejected:
        # Signed, or sent, while it was asked for.
        return False
    return True
