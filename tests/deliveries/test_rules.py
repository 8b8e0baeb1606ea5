"""The round's table against every status, act and role; quantities, days and serial numbers."""

import datetime as dt
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.deliveries import rules
from models.deliveries.kind import DELIVERY
from models.deliveries.rules import RULES, Progress, Status
from models.deliveries.sheets import SheetRow, check
from models.deliveries.wording import PROGRESS, PROGRESS_TONE
from models.kernel.refusals import ActNotPossible, NotYourTurn
from models.kernel.roles import Role
from models.kernel.transitions import problems

TABLE = {
    (Status.PLANNED, "request"): (("requested",), Role.PARTNER),
    (Status.PLANNED, "remove"): (("removed",), Role.PARTNER),
    (Status.REQUESTED, "withdraw"): (("planned",), Role.PARTNER),
    (Status.REQUESTED, "confirm"): (("confirmed",), Role.BUYER),
    (Status.REQUESTED, "return"): (("planned",), Role.BUYER),
    (Status.CONFIRMED, "receive"): (("received", "confirmed"), Role.RECEIVER),
}
DAY = dt.date(2026, 2, 20)
TODAY = dt.date(2026, 2, 9)


def test_the_table_is_sound_and_every_word_is_there() -> None:
    assert problems(RULES) == []
    words = DELIVERY.words
    assert set(words.status) == set(words.tone) == set(words.step) == set(words.hint) == set(Status)
    assert set(words.act) == set(words.done) == set(RULES.acts) <= set(words.event)
    assert set(PROGRESS) == set(PROGRESS_TONE) == set(Progress)


@pytest.mark.parametrize(("status", "act", "role"), list(itertools.product(Status, RULES.acts, Role)))
def test_every_status_act_and_role(status: Status, act: str, role: Role) -> None:
    expected = TABLE.get((status, act))
    if expected is None:
        with pytest.raises(ActNotPossible):
            RULES.next_status(status, act, {role})
    elif role is expected[1]:
        assert RULES.next_status(status, act, {role}) == expected[0]
    else:
        with pytest.raises(NotYourTurn):
            RULES.next_status(status, act, {role})


@pytest.mark.parametrize(
    ("received", "given_back", "expected"),
    [
        (0, 0, Progress.NOT_STARTED),
        (10, 10, Progress.NOT_STARTED),
        (1, 0, Progress.UNDER_WAY),
        (50, 1, Progress.UNDER_WAY),
        (50, 0, Progress.DONE),
        (60, 10, Progress.DONE),
    ],
)
def test_where_an_item_of_fifty_stands(received: int, given_back: int, expected: Progress) -> None:
    assert rules.progress(50, received, given_back) is expected


def test_rounds_cover_the_order_once_and_again_what_came_back() -> None:
    rules.check_planned("서버", ordered=50, planned=50, given_back=0)
    rules.check_planned("서버", ordered=50, planned=60, given_back=10)
    with pytest.raises(rules.RoundsOverOrdered):
        rules.check_planned("서버", ordered=50, planned=61, given_back=10)


def test_a_receipt_fits_the_round_and_the_calendar() -> None:
    rules.check_receipt(3, 3, TODAY, TODAY, TODAY)
    with pytest.raises(rules.OverRound):
        rules.check_receipt(3, 4, TODAY, TODAY, TODAY)
    with pytest.raises(rules.ReceivedInFuture):
        rules.check_receipt(3, 1, DAY, TODAY, TODAY)
    with pytest.raises(rules.ReceivedBeforeOrder):
        rules.check_receipt(3, 1, TODAY, DAY, TODAY + dt.timedelta(days=1))


def test_serial_numbers_are_cleaned_line_by_line() -> None:
    assert rules.clean_serials([" utvv001 ", "", "ABC-2"]) == ["UTVV001", "ABC-2"]
    with pytest.raises(rules.SerialTwice):
        rules.clean_serials(["a1", "A1 "])
    with pytest.raises(rules.SerialBad):
        rules.clean_serials(["x" * 61])


@given(st.lists(st.text(max_size=70), max_size=40))
def test_no_list_of_lines_breaks_the_reader(lines: list[str]) -> None:
    try:
        found = rules.clean_serials(lines)
    except (rules.SerialBad, rules.SerialTwice):
        return
    assert len(found) == len(set(found))
    assert all(0 < len(serial) <= rules.SERIAL_LENGTH_MAX for serial in found)


def test_every_wrong_row_of_a_sheet_is_named() -> None:
    rows = [SheetRow(2, "7", "a1"), SheetRow(3, "7", "A1"), SheetRow(4, "9", "B1"), SheetRow(5, "x", "B2")]
    found = check(rows, {7: 2, 8: 1})
    assert found.lists == {7: ["A1"], 8: []}
    assert [(number, fault.code) for number, fault in found.faults] == [
        (0, "serial_count"),
        (2, "serial_count"),
        (3, "serial_twice"),
        (4, "serial_row_unknown"),
        (5, "serial_row_unknown"),
    ]
