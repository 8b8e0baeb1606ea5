"""공지사항: who reads a notice, and from when until when. Pure."""

import datetime as dt
from enum import StrEnum

from models.kernel.refusals import Refusal

TITLE_CHARS_MAX = 200
BODY_CHARS_MAX = 20_000
FILES_MAX = 10


class Reader(StrEnum):
    """PUBLIC notices are also on the log-in page; the others belong to one side's portal."""

    PUBLIC = "public"  # 전체
    PARTNER = "partner"  # 협력사
    OFFICE = "office"  # 사내
    MEDIA = "media"  # 제휴사 (하모니)


class State(StrEnum):
    DRAFT = "draft"
    AHEAD = "ahead"
    SHOWN = "shown"
    OVER = "over"


class AnnouncementChanged(Refusal):
    """Somebody else saved the notice meanwhile."""

    code = "announcement_changed"


class TooManyFiles(Refusal):
    """Facts: `limit`."""

    code = "announcement_files"
    status = 422


def state_of(starts_at: dt.datetime, ends_at: dt.datetime | None, now: dt.datetime, *, published: bool = True) -> State:
    """What has become of a notice at an instant."""
    if not published:
        return State.DRAFT
    if now < starts_at:
        return State.AHEAD
    return State.OVER if ends_at is not None and now >= ends_at else State.SHOWN


def readers_of(side: str | None) -> frozenset[Reader]:
    """Which notices a person's side reads; None for somebody who is not logged in."""
    own = {"partner": Reader.PARTNER, "buyer": Reader.OFFICE, "media": Reader.MEDIA}.get(side or "")
    return frozenset({Reader.PUBLIC, own} if own else {Reader.PUBLIC})
