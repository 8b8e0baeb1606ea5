"""An engine that was killed after a step was committed and before it stored that it had asked for it."""

import uuid
from collections.abc import Iterator

import psycopg
import pytest
from psycopg.rows import dict_row

from activities.recording import Recorder
from models import clock, database
from models.contracts.kind import CONTRACT
from models.contracts.tables import Contract
from models.kernel.roles import Role
from models.processes import writes
from models.processes.messages import Actor, Step
from models.settings import settings
from tests.faults.driver import BUYER, PARTNER, Driver, MainJob, People
from tests.faults.ledger import Ledger
from tests.faults.running import SECOND_BUYER, Inhabited
from worker import DOMAINS


@pytest.fixture(autouse=True)
def house_settings(inhabited: Inhabited, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """This process records a step as the house's worker would."""
    for name in ("FIELD_KEYS", "PAYLOAD_KEYS", "SESSION_KEY", "DATA_DIR", "WORKER_DATABASE_URL", "PUBLIC_URL"):
        monkeypatch.setenv(name, inhabited.house.environment[name])
    settings.cache_clear()
    yield
    database.dispose()
    settings.cache_clear()


async def _forgotten(inhabited: Inhabited, people: People) -> tuple[str, str]:
    """A contract whose review was asked for, of which its workflow knows nothing; its path, the request."""
    contract = await MainJob(Driver(people, Ledger())).draft()
    # Its workflow runs before the step is recorded, or it would begin with it.
    await _state(inhabited, contract)
    request_id = uuid.uuid4()
    with psycopg.connect(inhabited.house.database.owner_url, row_factory=dict_row) as connection:
        who = connection.execute("SELECT id, name FROM member WHERE login = %s", (BUYER,)).fetchone()
    assert who is not None
    actor = Actor(member_id=who["id"], name=who["name"], roles=frozenset({Role.BUYER}))
    with database.working() as session:
        document = session.get_one(Contract, int(contract.rpartition("/")[2]))
        press = writes.Press(
            kind="contract",
            act="request_review",
            request_id=request_id,
            payload={"reason": None},
            permitted=frozenset({Role.BUYER}),
            expected_version=0,
        )
        writes.insert_command(session, actor, document, press)
    step = Step(
        workflow_id=document.workflow_id,
        kind=CONTRACT.key,
        document_id=document.id or 0,
        step=1,
        act="request_review",
        status="drafting",
        targets=["review_requested"],
        version=0,
        at=clock.now(),
        request_id=str(request_id),
    )
    assert Recorder(DOMAINS).record_step(step).status == "review_requested"
    return contract, str(request_id)


async def _state(inhabited: Inhabited, contract: str) -> None:
    query = "SELECT sent_at FROM outbox JOIN contract USING (workflow_id) WHERE contract.id = %s"
    with psycopg.connect(inhabited.house.database.owner_url, autocommit=True) as connection:
        for _ in range(200):
            row = connection.execute(query, (int(contract.rpartition("/")[2]),)).fetchone()
            if row is not None and row[0] is not None:
                return
            connection.execute("SELECT pg_sleep(0.05)")
    raise AssertionError(f"{contract} was never started")


async def test_it_is_brought_to_the_engine_again_with_what_follows_from_it(
    inhabited: Inhabited, people: People
) -> None:
    contract, request_id = await _forgotten(inhabited, people)
    # Nobody presses anything: the papers that the step asked for are made all the same.
    await Driver(people, Ledger()).act(PARTNER, contract, "complete_review")
    with psycopg.connect(inhabited.house.database.owner_url) as connection:
        acts = connection.execute(
            "SELECT act, step FROM process_event WHERE workflow_id ="
            " (SELECT workflow_id FROM process_event WHERE request_id = %s) ORDER BY step",
            (request_id,),
        ).fetchall()
    assert acts == [("request_review", 1), ("complete_review", 2)]


async def test_the_next_act_is_not_refused_for_it(inhabited: Inhabited, people: People) -> None:
    contract, _ = await _forgotten(inhabited, people)
    other = people[SECOND_BUYER]
    form = (await other.get(contract)).form(f"{contract}/cancel").with_values(reason="예산 변경")
    page = await other.send(form)
    assert page.words("toast"), page.said
    assert "계약취소" in " ".join(page.words("badge"))
