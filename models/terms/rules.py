"""Terms (약관) in versions: which one is in force, and what must still be agreed to. Pure."""

import datetime as dt
from collections.abc import Iterable
from enum import StrEnum
from typing import Protocol

from models.kernel.refusals import Refusal

BODY_CHARS_MAX = 60_000
TITLE_CHARS_MAX = 100


class TermsAudience(StrEnum):
    """Whose terms: the procurement portal's partners or the media portal's."""

    PARTNER = "partner"
    MEDIA = "media"


class TermsKey(StrEnum):
    """What a version is a version of; in the order people read them."""

    SERVICE = "service"
    PRIVACY = "privacy"
    MARKETING = "marketing"


class TermsNotAgreed(Refusal):
    """A required item was not agreed to."""

    code = "terms_not_agreed"
    status = 422


class TermsChanged(Refusal):
    """What was agreed to is no longer what is in force: the page is shown anew."""

    code = "terms_changed"
    status = 409


class TermsInForce(Refusal):
    """A version that took effect stays: people agreed to it."""

    code = "terms_in_force"
    status = 409


class Item(Protocol):
    id: int | None
    required: bool


def check_consent(items: Iterable[Item], ticked: Iterable[int]) -> list[int]:
    """The ids agreed to, all of them of `items`. Raises TermsNotAgreed, TermsChanged."""
    agreed, known = set(ticked), {item.id for item in items}
    if any(item.required and item.id not in agreed for item in items):
        raise TermsNotAgreed if agreed <= known else TermsChanged
    return sorted(agreed & {item.id for item in items if item.id is not None})


def takes_effect(effective_at: dt.datetime, now: dt.datetime) -> bool:
    """Whether a version is still ahead, and may be taken back."""
    return effective_at > now
