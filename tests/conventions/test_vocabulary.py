"""Every status, act and refusal of the house has its Korean words."""

import pytest

from models import catalog
from models.kernel.refusals import by_code, known_codes
from models.kernel.transitions import problems
from models.kernel.wording import SENTENCES
from models.processes.kinds import Kind
from web import errors

TONES = {"wait", "go", "done", "stop", "mute"}
KINDS = list(catalog.KINDS.values())


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.key)
def test_a_transition_table_is_sound(kind: Kind) -> None:
    assert problems(kind.rules) == []


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.key)
def test_every_status_and_act_has_words(kind: Kind) -> None:
    words, statuses = kind.words, set(kind.rules.statuses)
    people = {move.act for move in kind.rules.moves if any(role != "system" for role in move.roles)}
    assert set(words.status) == statuses
    assert set(words.tone) == statuses
    assert set(words.tone.values()) <= TONES
    assert set(words.step) == statuses
    assert set(words.event) >= set(kind.rules.acts)
    assert set(words.act) >= people
    assert set(words.done) >= people
    assert set(words.hint) >= {status for status in statuses if kind.rules.turn(status) not in {None, "system"}}


def test_every_refusal_code_has_a_sentence() -> None:
    import app  # noqa: F401 - composing the program makes every domain's sentences known

    spoken = set(SENTENCES).union(*errors.vocabularies())
    ours = {code for code in known_codes() if not by_code(code).__module__.startswith("tests.")}
    assert len(ours) > 50
    assert ours - spoken == set()


def test_keys_and_paths_are_one_per_kind() -> None:
    assert len({kind.plural for kind in KINDS}) == len(KINDS)
    assert all(kind.key == kind.rules.kind for kind in KINDS)
