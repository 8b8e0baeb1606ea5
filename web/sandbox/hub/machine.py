"""How a document moves at the hub: one table, and the pace of everything that takes time there. Pure."""

import datetime as dt
import random
from collections.abc import Container, Mapping
from dataclasses import dataclass
from enum import StrEnum

SEOUL = dt.timezone(dt.timedelta(hours=9))
"""Fixed: Korea has had no summer time since 1988."""


class State(StrEnum):
    """Where a document stands, as the API tells it."""

    REQUESTED = "REQUESTED"
    REQUEST_REFUSED = "REQUEST_REFUSED"
    REQUEST_CANCELLED = "REQUEST_CANCELLED"
    ISSUED = "ISSUED"
    ISSUANCE_CANCELLED = "ISSUANCE_CANCELLED"
    WAITING_SENDING = "WAITING_SENDING"
    SENDING = "SENDING"
    SENDING_COMPLETED = "SENDING_COMPLETED"
    SENDING_FAILED = "SENDING_FAILED"


class Act(StrEnum):
    """What may be done to it, by the supplier, by the buyer's program or by the machine."""

    SIGN = "sign"
    REFUSE = "refuse"
    CANCEL_REQUEST = "cancel-request"
    CANCEL_ISSUE = "cancel-issue"
    SEND = "send"
    BEGIN = "begin"
    ACCEPT = "accept"
    FAIL = "fail"
    RESEND = "resend"


MOVES: Mapping[tuple[State, Act], State] = {
    (State.REQUESTED, Act.SIGN): State.ISSUED,
    (State.REQUESTED, Act.REFUSE): State.REQUEST_REFUSED,
    (State.REQUESTED, Act.CANCEL_REQUEST): State.REQUEST_CANCELLED,
    (State.ISSUED, Act.CANCEL_ISSUE): State.ISSUANCE_CANCELLED,
    (State.ISSUED, Act.SEND): State.WAITING_SENDING,
    (State.WAITING_SENDING, Act.CANCEL_ISSUE): State.ISSUANCE_CANCELLED,
    (State.WAITING_SENDING, Act.BEGIN): State.SENDING,
    (State.SENDING, Act.ACCEPT): State.SENDING_COMPLETED,
    (State.SENDING, Act.FAIL): State.SENDING_FAILED,
    (State.SENDING_FAILED, Act.RESEND): State.WAITING_SENDING,
}
UNDER_WAY = frozenset({State.WAITING_SENDING, State.SENDING})
DONE_ALREADY: Mapping[Act, frozenset[State]] = {
    Act.CANCEL_REQUEST: frozenset({State.REQUEST_CANCELLED}),
    Act.CANCEL_ISSUE: frozenset({State.ISSUANCE_CANCELLED}),
    Act.SEND: UNDER_WAY | {State.SENDING_COMPLETED},
    Act.RESEND: UNDER_WAY,
}
"""A program that asks again because it never heard the answer gets it; nothing is done twice."""

OPEN = frozenset({State.REQUESTED})
"""미처리문서: what waits for the supplier."""

WORDS: Mapping[State, str] = {
    State.REQUESTED: "발급대기",
    State.REQUEST_REFUSED: "거부",
    State.REQUEST_CANCELLED: "요청취소",
    State.ISSUED: "발급완료",
    State.ISSUANCE_CANCELLED: "발행취소",
    State.WAITING_SENDING: "전송대기",
    State.SENDING: "전송중",
    State.SENDING_COMPLETED: "전송성공",
    State.SENDING_FAILED: "전송실패",
}


class Forbidden(Exception):  # noqa: N818 - an answer, not a fault
    """This cannot be done to a document in that state."""

    def __init__(self, state: State) -> None:
        super().__init__(state)
        self.state = state


def after(state: State, act: Act) -> State:
    """Where the act leads. Raises Forbidden."""
    target = MOVES.get((state, act))
    if target is None:
        raise Forbidden(state)
    return target


def is_done(state: State, act: Act) -> bool:
    """Whether the document is already where this act leads."""
    return state in DONE_ALREADY.get(act, frozenset())


@dataclass(frozen=True, slots=True)
class Pace:
    """How long a document waits for, and is on, its way to the tax service: from, to (seconds)."""

    waiting: tuple[float, float]
    sending: tuple[float, float]


PACES: Mapping[str, Pace] = {
    "instant": Pace((0, 0), (0, 0)),
    "demo": Pace((1, 4), (1, 5)),
    "real": Pace((60, 1800), (30, 900)),
}
PACE_WORDS = {"instant": "바로", "demo": "연습 (몇 초)", "real": "실제 (최대 30분)"}


def dice(seed: str, *what: object) -> random.Random:
    """Luck that depends on what it is asked about and not on who asked before: the same seed, the same story."""
    return random.Random("/".join((seed, *map(str, what))))  # noqa: S311 - weather, no secret


def wait_of(pace: str, state: State, luck: random.Random) -> dt.timedelta:
    """How long a document stays in a state of the transmission."""
    span = PACES[pace].waiting if state is State.WAITING_SENDING else PACES[pace].sending
    return dt.timedelta(seconds=luck.uniform(*span))


def sends_at(mode: str, issued_at: dt.datetime, holidays: Container[dt.date]) -> dt.datetime:
    """국세청 전송 설정: at once, or at 15:00 of the next day that is neither of a weekend nor a holiday."""
    if mode == "now":
        return issued_at
    day = issued_at.astimezone(SEOUL).date() + dt.timedelta(days=1)
    while day.weekday() > 4 or day in holidays:  # noqa: PLR2004 - Friday
        day += dt.timedelta(days=1)
    return dt.datetime.combine(day, dt.time(15), SEOUL)


@dataclass(frozen=True, slots=True)
class Result:
    """What the tax service said about one sending."""

    code: str
    text: str


ACCEPTED = Result("SUC001", "정상 처리되었습니다.")
FAILURES = (
    Result("SBX101", "국세청 시스템이 응답하지 않습니다. 재전송해 주세요."),
    Result("SBX102", "전송 파일을 읽는 중 오류가 발생했습니다. 재전송해 주세요."),
    Result("SBX103", "국세청 점검 시간입니다. 잠시 뒤 재전송해 주세요."),
)

RETRY_SECONDS = (5, 30, 120, 600, 1800, 3600, 7200, 14400)
RETRY_LAST_SECONDS = 21600
GIVE_UP = dt.timedelta(days=3)


def retry_at(tries: int, first: dt.datetime, now: dt.datetime) -> dt.datetime | None:
    """When a message nobody took goes out again after `tries` failures; None when it was tried for three days."""
    pause = RETRY_SECONDS[tries - 1] if tries <= len(RETRY_SECONDS) else RETRY_LAST_SECONDS
    again = now + dt.timedelta(seconds=pause)
    return again if again - first <= GIVE_UP else None
