"""The table of the hub's states, and its pace."""

import datetime as dt
import itertools

import holidays
import pytest

from web.sandbox.hub import machine
from web.sandbox.hub.machine import Act, Forbidden, State

HOLIDAYS = holidays.country_holidays("KR")
ENDS = {State.REQUEST_REFUSED, State.REQUEST_CANCELLED, State.ISSUANCE_CANCELLED, State.SENDING_COMPLETED}


@pytest.mark.parametrize(("state", "act"), list(itertools.product(State, Act)))
def test_every_act_in_every_state(state: State, act: Act) -> None:
    if (state, act) in machine.MOVES:
        assert machine.after(state, act) is machine.MOVES[state, act]
        assert state not in ENDS
    else:
        with pytest.raises(Forbidden) as caught:
            machine.after(state, act)
        assert caught.value.state is state


def test_every_state_has_words_and_is_reached() -> None:
    assert set(machine.WORDS) == set(State)
    assert {State.REQUESTED, *machine.MOVES.values()} == set(State)
    assert {state for state in State if not any(state == start for start, _ in machine.MOVES)} == ENDS


def test_what_was_asked_twice_never_moves_twice() -> None:
    for act, states in machine.DONE_ALREADY.items():
        for state in states:
            assert (state, act) not in machine.MOVES


def test_nothing_can_be_cancelled_once_it_is_on_its_way() -> None:
    cancellable = {state for state, act in machine.MOVES if act is Act.CANCEL_ISSUE}
    assert cancellable == {State.ISSUED, State.WAITING_SENDING}


@pytest.mark.parametrize(
    ("issued", "sent"),
    [
        ("2026-11-19T23:00+09:00", "2026-11-20T15:00+09:00"),
        ("2026-11-20T10:00+09:00", "2026-11-23T15:00+09:00"),
        ("2026-11-21T10:00+09:00", "2026-11-23T15:00+09:00"),
        ("2026-11-22T15:30+00:00", "2026-11-24T15:00+09:00"),
        ("2026-09-23T10:00+09:00", "2026-09-28T15:00+09:00"),
        ("2026-12-24T10:00+09:00", "2026-12-28T15:00+09:00"),
    ],
)
def test_the_next_working_day(issued: str, sent: str) -> None:
    at = dt.datetime.fromisoformat(issued)
    assert machine.sends_at("next_day", at, HOLIDAYS) == dt.datetime.fromisoformat(sent)
    assert machine.sends_at("now", at, HOLIDAYS) == at


def test_the_pace_keeps_its_bounds() -> None:
    for pace, bounds in machine.PACES.items():
        for number in range(50):
            luck = machine.dice("seed", pace, number)
            waited = machine.wait_of(pace, State.WAITING_SENDING, luck).total_seconds()
            assert bounds.waiting[0] <= waited <= bounds.waiting[1]
    assert set(machine.PACES) == set(machine.PACE_WORDS)


def test_retries_grow_and_end_after_three_days() -> None:
    first = now = dt.datetime(2026, 11, 20, tzinfo=dt.UTC)
    pauses = []
    for tries in itertools.count(1):
        again = machine.retry_at(tries, first, now)
        if again is None:
            break
        pauses.append((again - now).total_seconds())
        now = again
    assert pauses == sorted(pauses)
    assert now - first <= machine.GIVE_UP
