"""Steps and jobs of a contract on a real database: review rounds, seal, signature, finished papers."""

import json
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import col
from temporalio.exceptions import ApplicationError

from activities.documents.signing import house_identity, verify
from activities.sealing import evidence_digest
from models import database
from models.contracts import queries
from models.files.tables import DocumentFile, StoredFile
from models.files.writes import content
from models.processes import chain
from models.processes.queries import events
from models.settings import settings
from tests.contracts.world import AT, SHA256_CHARS, World, seal_png
from tests.engines import Database

STROKES = json.dumps([[[10, 10], [150, 120], [290, 30]], [[40, 150], [280, 160]]])


@pytest.fixture
def world(module_database: Database) -> World:
    return World()


def refused(world: World, *args: Any, **payload: Any) -> str:
    with pytest.raises(ApplicationError) as error:
        world.press(*args, **payload)
    return str(error.value.type)


def test_a_review_round_makes_the_papers_once(world: World) -> None:
    contract = world.draft()
    world.press(world.buyer, contract.id, "request_review")
    papers = world.papers(contract.id)
    assert [paper.title for paper in papers] == ["물품 공급 계약서", "지속가능경영가이드"]
    assert all(len(paper.draft_sha256) == SHA256_CHARS and paper.draft_pages >= 1 for paper in papers)
    read = world.read(contract.id)
    assert (read.papers_ready, read.review_round, read.status) == (True, 1, "review_requested")

    world.work(contract.id or 0, "build_contract_papers")

    assert [paper.draft_file_id for paper in world.papers(contract.id)] == [p.draft_file_id for p in papers]


def test_review_is_not_completed_before_the_papers_are_there(world: World) -> None:
    contract = world.draft()
    world.work = lambda *_: None  # type: ignore[method-assign]
    world.press(world.buyer, contract.id, "request_review")
    assert refused(world, world.partner, contract.id, "complete_review") == "papers_not_ready"


def test_a_redraft_starts_a_new_round(world: World) -> None:
    contract = world.draft()
    world.press(world.buyer, contract.id, "request_review")
    world.press(world.partner, contract.id, "request_redraft", reason="제2조 납기를 바꿔 주세요.")
    world.press(world.buyer, contract.id, "request_review")
    world.press(world.partner, contract.id, "complete_review")
    read = world.read(contract.id)
    assert (read.status, read.review_round, read.partner_contact) == ("reviewed", 2, "김도윤")
    assert read.reviewed_at is not None


def test_the_buyer_needs_a_seal_once_and_uses_it_again(database: Database) -> None:
    world = World()
    contract = world.reviewed()
    assert refused(world, world.buyer, contract.id, "request_seal") == "seal_missing"
    world.press(world.buyer, contract.id, "request_seal", seal_file_id=world.upload(world.buyer))
    second = world.reviewed()
    world.press(world.buyer, second.id, "request_seal")
    with_seal = [queries_signature(world, contract_id).seal_file_id for contract_id in (contract.id, second.id)]
    assert with_seal[0] == with_seal[1]


def queries_signature(world: World, contract_id: int | None, party: str = "buyer") -> Any:
    with database.working() as session:
        return next(s for s in queries.signatures(session, contract_id or 0) if s.party == party)


def test_somebody_elses_seal_is_refused(world: World) -> None:
    contract = world.to_sign()
    _, stranger = world.other_company()
    stolen = world.upload(stranger)
    consents = world.consents(contract.id)
    code = refused(world, world.partner, contract.id, "sign", seal_file_id=stolen, consents=consents)
    assert code == "seal_not_yours"


def test_every_page_seen_and_every_paper_agreed_to(world: World) -> None:
    contract = world.to_sign()
    seal = world.upload(world.partner)
    good = world.consents(contract.id)

    def sign(consents: list[dict[str, Any]]) -> str:
        return refused(world, world.partner, contract.id, "sign", seal_file_id=seal, consents=consents)

    assert sign([]) == "not_every_page_seen"
    assert sign([good[0]]) == "not_every_page_seen"
    assert sign([good[0], good[1] | {"seen_pages": 0}]) == "not_every_page_seen"
    assert sign([good[0] | {"seen_pages": 99}, good[1]]) == "not_every_page_seen"
    assert sign([good[0], good[1] | {"agreed": False}]) == "consent_missing"
    assert refused(world, world.partner, contract.id, "sign", consents=good) == "seal_missing"
    assert world.read(contract.id).status == "seal_requested"


def test_a_signature_completes_with_evidence_and_finished_papers(world: World) -> None:
    contract = world.to_sign()
    world.press(
        world.partner,
        contract.id,
        "sign",
        seal_file_id=world.upload(world.partner),
        consents=world.consents(contract.id),
        ip="203.0.113.7",
        agent="browser",
        note="잘 부탁드립니다.",
    )
    read = world.read(contract.id)
    assert (read.status, read.note_from_partner) == ("completed", "잘 부탁드립니다.")
    signature = queries_signature(world, contract.id, "partner")
    assert (signature.ip, signature.agent, len(signature.consents)) == ("203.0.113.7", "browser", 2)
    house = house_identity(settings().data_dir / "keys", AT)
    with database.working() as session:
        for paper in world.papers(contract.id):
            file = session.get_one(StoredFile, paper.final_file_id)
            verdict = verify(content(file), [house.certificate])
            assert (verdict.valid, verdict.sha256) == (True, paper.final_sha256)
            assert paper.final_pages > paper.draft_pages
        record = list(events(session, contract.workflow_id))
        assert chain.broken_link(record) is None
        seal = session.get_one(StoredFile, signature.seal_file_id)
        assert record[-1].detail["evidence_sha256"] == evidence_digest(signature, seal.sha256)
        assert seal.company_id == world.company.id


def test_finished_papers_are_made_once(world: World) -> None:
    contract = world.to_sign()
    world.press(
        world.partner,
        contract.id,
        "sign",
        seal_file_id=world.upload(world.partner),
        consents=world.consents(contract.id),
    )
    before = [paper.final_file_id for paper in world.papers(contract.id)]
    world.work(contract.id or 0, "build_contract_finals")
    assert [paper.final_file_id for paper in world.papers(contract.id)] == before
    with database.working() as session:
        rows = select(DocumentFile).where(
            col(DocumentFile.document_id) == contract.id,
            col(DocumentFile.kind) == "contract",
            col(DocumentFile.role) == "final",
        )
        assert len(session.execute(rows).scalars().all()) == len(before)


def test_an_individual_draws_a_signature(module_database: Database) -> None:
    world = World("individual", "박서연")
    contract = world.to_sign()
    consents = world.consents(contract.id)
    assert refused(world, world.partner, contract.id, "sign", consents=consents) == "signature_missing"
    world.press(world.partner, contract.id, "sign", drawing=STROKES, consents=consents)
    assert world.read(contract.id).status == "completed"


def test_a_refused_signature_goes_back_to_drafting_or_ends(world: World) -> None:
    contract = world.to_sign()
    world.press(world.partner, contract.id, "refuse_signature", reason="금액이 다릅니다.")
    world.press(world.buyer, contract.id, "return_to_draft")
    read = world.read(contract.id)
    assert (read.status, read.papers_ready, read.seal_requested_at) == ("drafting", False, None)
    world.press(world.buyer, contract.id, "request_review")
    assert world.read(contract.id).review_round == 2

    other = world.to_sign()
    world.press(world.partner, other.id, "refuse_signature", reason="거절합니다.")
    world.press(world.buyer, other.id, "end", reason="진행하지 않습니다.")
    assert (world.read(other.id).status, world.read(other.id).turn) == ("ended", None)


def test_a_seal_that_is_no_seal_is_refused(world: World) -> None:
    contract = world.reviewed()
    blank = world.upload(world.buyer, seal_png("white"))
    assert refused(world, world.buyer, contract.id, "request_seal", seal_file_id=blank) == "seal_empty"


def test_a_unit_price_contract_has_its_papers_too(world: World) -> None:
    contract = world.to_sign(contract_type="unit_price", items=[{"name": "서버", "unit_price": 10}])
    assert world.read(contract.id).amount is None
    assert all(paper.draft_pages for paper in world.papers(contract.id))
