"""A word inside a contract's name: what the index finds is what the list shows, to everybody their own."""

from urllib.parse import parse_qs, urlencode

import pytest

from models import database
from models.contracts import names as searched
from models.contracts import queries
from models.kernel.roles import Role
from models.processes.messages import Actor
from tests import factories
from tests.engines import Database
from web.contracts import lists

NAMES = ("인프라 장비구매요청 12", "Server 100%_부품 O'Brien", "서버 부품", "x", "서버  부품\\둘")
WORDS = (
    "장비",
    "장비구매요청 1",
    "SERVER",
    "%",
    "%_",
    "100%",
    "o'b",
    "\\",
    "서버",
    "버 부",
    "x",
    "부품 서버",
    "{}",
    '"',
    "없다",
)


class Names:
    """Two companies with contracts of every name, and one that was never sent out."""

    def __init__(self) -> None:
        with database.working() as session:
            buyer = factories.member(session, "차지애", Role.BUYER)
            firms = [factories.company(session, name) for name in ("하나", "둘")]
            self.buyer = factories.actor(buyer)
            self.partners = [factories.actor(factories.member(session, "담당", of=firm), firm) for firm in firms]
            for firm in firms:
                for name in NAMES:
                    factories.contract(session, firm, buyer, title=name, review_requested_at=factories.NOW)
                factories.contract(session, firm, buyer, title="서버 미발송")

    def found(self, actor: Actor, words: str) -> list[str]:
        grid = lists._draft_grid(office=actor.company_id is None)
        address = urlencode({"title": words, "asked_from": "", "asked_to": "", "size": 100})
        view = grid.view("/contracts/drafts", parse_qs(address, keep_blank_values=True), factories.NOW)
        with database.reading(actor) as session:
            return sorted(row.title for row in grid.fetch(session, view, queries.drafts, who=actor).rows)


@pytest.fixture
def names(module_database: Database) -> Names:
    return Names()


@pytest.mark.parametrize("most", [20_000, 1])
def test_a_name_is_found_by_what_is_in_it(names: Names, most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searched, "TITLED_MAX", most)
    for words in WORDS:
        expected = sorted(name for name in NAMES if words.lower() in name.lower())
        for partner in names.partners:
            assert names.found(partner, words) == expected
    everything = names.found(names.buyer, "서버")
    assert everything.count("서버 미발송") == everything.count("서버 부품") >= len(names.partners)


def test_the_index_tells_nobody_of_what_they_may_not_see(names: Names) -> None:
    with database.web() as session:
        assert searched.titled(session, "서버") == "{}"
    seen = []
    for actor in (*names.partners, names.buyer):
        with database.reading(actor) as session:
            told = searched.titled(session, "서버")
        seen.append(set((told or "").strip("{}").split(",")))
    assert [len(ids) for ids in seen[:2]] == [2, 2]
    assert seen[0] | seen[1] < seen[2]
    assert not seen[0] & seen[1]
