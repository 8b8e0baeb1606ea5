from dataclasses import replace

import pytest

from models.kernel.refusals import ActNotPossible, NotYourTurn
from models.kernel.roles import Role, is_staff, with_implied
from models.kernel.transitions import Move, ProcessRules, mermaid, problems

BUYER, PARTNER = frozenset({Role.BUYER}), frozenset({Role.PARTNER})

RULES = ProcessRules(
    kind="paper",
    initial="draft",
    statuses=("draft", "review", "redraft", "signed", "cancelled"),
    moves=(
        Move("draft", "send", ("review",), BUYER, primary=True),
        Move("draft", "cancel", ("cancelled",), BUYER, reason=True, danger=True),
        Move("review", "approve", ("signed",), PARTNER, primary=True),
        Move("review", "return", ("redraft", "cancelled"), PARTNER, reason=True),
        Move("redraft", "send", ("review",), BUYER, primary=True),
    ),
    turns={
        "draft": Role.BUYER,
        "review": Role.PARTNER,
        "redraft": Role.BUYER,
        "signed": None,
        "cancelled": None,
    },
    path=("draft", "review", "signed"),
)


def test_every_status_act_and_role_is_answered_by_the_table() -> None:
    for status in RULES.statuses:
        for act in RULES.acts:
            for role in Role:
                move = next((m for m in RULES.moves if (m.status, m.act) == (status, act)), None)
                if move is None:
                    with pytest.raises(ActNotPossible):
                        RULES.next_status(status, act, {role})
                elif role in move.roles:
                    assert RULES.next_status(status, act, {role}) == move.to
                else:
                    with pytest.raises(NotYourTurn):
                        RULES.next_status(status, act, {role})


def test_the_buttons_of_a_person_are_the_moves_of_its_roles() -> None:
    assert [m.act for m in RULES.acts_for("draft", {Role.BUYER, Role.ADMIN})] == ["send", "cancel"]
    assert RULES.acts_for("draft", {Role.PARTNER}) == ()
    assert RULES.acts_for("signed", set(Role)) == ()


def test_turn_and_closed_come_from_the_same_table() -> None:
    assert RULES.turn("review") is Role.PARTNER
    assert [s for s in RULES.statuses if RULES.is_closed(s)] == ["signed", "cancelled"]


def test_the_planned_part_follows_the_ordinary_way() -> None:
    assert RULES.planned_after("draft") == ("review", "signed")
    assert RULES.planned_after("redraft") == ("review", "signed")
    assert RULES.planned_after("cancelled") == ()


@pytest.mark.parametrize(
    "change",
    [
        {"initial": "nowhere"},
        {"path": ("draft", "nowhere")},
        {"turns": {"draft": Role.BUYER}},
        {"moves": (*RULES.moves, Move("draft", "send", ("signed",), BUYER))},
        {"moves": (*RULES.moves, Move("draft", "lose", (), BUYER))},
        {"moves": (*RULES.moves, Move("draft", "lose", ("signed",), frozenset()))},
        {"moves": (*RULES.moves, Move("draft", "jump", ("nowhere",), BUYER))},
    ],
)
def test_a_table_that_contradicts_itself_does_not_load(change: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="paper"):
        replace(RULES, **change)  # type: ignore[arg-type]


def test_a_sound_table_has_no_problems() -> None:
    assert problems(RULES) == []


def test_problems_name_what_a_table_forgot() -> None:
    broken = replace(
        RULES,
        statuses=(*RULES.statuses, "island"),
        turns={**RULES.turns, "island": Role.BUYER, "signed": Role.INSPECTOR, "review": None},
        moves=(*RULES.moves, Move("draft", "hurry", ("signed",), BUYER, primary=True)),
        path=("draft", "redraft"),
    )
    assert problems(broken) == [
        "draft: more than one primary act for buyer",
        "review: closed, yet it has moves",
        "signed: it is the turn of inspector, who has no move",
        "island: cannot be reached",
        "island: it is the turn of buyer, who has no move",
        "path: no move from draft to redraft",
    ]


def test_the_diagram_shows_labels_and_ends() -> None:
    text = mermaid(RULES, {"draft": "작성중", "send": "초안검토요청", Role.BUYER: "구매담당자"})
    assert text.startswith("stateDiagram-v2\n")
    assert '    state "작성중" as draft\n' in text
    assert "    draft --> review: 초안검토요청 (구매담당자)\n" in text
    assert "    [*] --> draft\n" in text
    assert "    signed --> [*]\n" in text


def test_an_owner_contact_is_a_contact_too() -> None:
    assert with_implied({Role.PARTNER_OWNER}) == {Role.PARTNER, Role.PARTNER_OWNER}
    assert with_implied({Role.BUYER}) == {Role.BUYER}
    assert is_staff({Role.RECEIVER})
    assert not is_staff({Role.PARTNER_OWNER, Role.PARTNER})
