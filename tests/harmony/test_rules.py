"""Addresses typed into 「초대하기」, roles, links, and the whole table of an invitation."""

import datetime as dt
import itertools

import pytest

from models.harmony.rules import (
    MANAGER,
    RULES,
    InvitationOver,
    Space,
    SpaceRole,
    Status,
    addresses,
    check_open,
    check_role,
)
from models.kernel.refusals import ActNotPossible, FieldErrors, NotYourTurn
from models.kernel.roles import Role
from models.kernel.transitions import problems

NOW = dt.datetime(2026, 2, 9, 1, 0, tzinfo=dt.UTC)
DONE = {
    (Status.PREPARING, "send", Role.SYSTEM): (Status.SENT,),
    (Status.SENT, "join", Role.MEDIA): (Status.JOINED,),
    (Status.SENT, "decline", Role.MEDIA): (Status.DECLINED,),
    (Status.SENT, "resend", Role.MEDIA_MANAGER): (Status.SENT,),
    (Status.SENT, "cancel", Role.MEDIA_MANAGER): (Status.CANCELLED,),
    (Status.SENT, "lapse", Role.SYSTEM): (Status.EXPIRED,),
}


def test_the_table_is_sound() -> None:
    assert problems(RULES) == []


def test_every_status_act_and_role() -> None:
    acts = RULES.acts
    for status, act, role in itertools.product(Status, acts, Role):
        expected = DONE.get((status, act, role))
        if expected is not None:
            assert RULES.next_status(status, act, [role]) == expected
        else:
            with pytest.raises((ActNotPossible, NotYourTurn)):
                RULES.next_status(status, act, [role])


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("a@b.example", ["a@b.example"]),
        ("a@b.example,c@d.example", ["a@b.example", "c@d.example"]),
        (" A@B.example , c@d.example ,", ["a@b.example", "c@d.example"]),
        ("a@b.example\nc@d.example", ["a@b.example", "c@d.example"]),
        ("a@b.example, a@B.EXAMPLE", ["a@b.example"]),
    ],
)
def test_addresses_are_read(typed: str, found: list[str]) -> None:
    assert addresses(typed) == found


@pytest.mark.parametrize(
    "typed",
    ["", " , ,", "a", "a@b", "a@b.example c@d.example", "a@b.example;c@d.example", "<a@b.example>", "a@@b.example",
     "a@b.example, nobody", "@b.example", f"{'a' * 65}@b.example", f"a@{'b' * 250}.example",
     ",".join(f"p{n}@media.example" for n in range(51))],
)  # fmt: skip
def test_what_is_no_address_is_refused_at_its_field(typed: str) -> None:
    with pytest.raises(FieldErrors) as refusal:
        addresses(typed)
    assert set(refusal.value.errors) == {"emails"}


@pytest.mark.parametrize(
    ("space", "role", "count", "fine"),
    [
        (Space.STUDIO, SpaceRole.EDITOR, 50, True),
        (Space.STUDIO, SpaceRole.MASTER, 1, True),
        (Space.STUDIO, SpaceRole.MASTER, 2, False),
        (Space.STUDIO, SpaceRole.USER, 1, False),
        (Space.CREDIT, SpaceRole.USER, 3, True),
        (Space.CREDIT, SpaceRole.EDITOR, 1, False),
    ],
)
def test_roles_fit_their_space(space: Space, role: SpaceRole, count: int, fine: bool) -> None:
    if fine:
        check_role(space, role, count)
    else:
        with pytest.raises(FieldErrors):
            check_role(space, role, count)


@pytest.mark.parametrize("status", [status for status in Status if status != Status.SENT])
def test_a_link_is_good_while_its_invitation_waits(status: Status) -> None:
    with pytest.raises(InvitationOver):
        check_open(status, NOW + dt.timedelta(days=1), NOW)


def test_a_link_ends_with_its_second() -> None:
    end = NOW + dt.timedelta(days=7)
    check_open(Status.SENT, end, end - dt.timedelta(seconds=1))
    for late in (end, end + dt.timedelta(seconds=1)):
        with pytest.raises(InvitationOver) as refusal:
            check_open(Status.SENT, end, late)
        assert refusal.value.detail["status"] == Status.EXPIRED


def test_only_the_manager_sends_again() -> None:
    assert list(MANAGER) == [Role.MEDIA_MANAGER]
