"""The pages of contracts over HTTP, with steps recorded at once instead of by the engine."""

import io
import re
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from fastapi import FastAPI
from openpyxl import load_workbook
from sqlmodel import col, select
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.testclient import TestClient
from temporalio.exceptions import ApplicationError

from models import clock, database
from models.contracts.tables import Contract
from models.files.store import storage
from models.files.tables import StoredFile
from models.kernel.refusals import rebuild
from models.processes.messages import Actor
from tests import factories, visiting
from tests.contracts.world import World, draft_data, seal_png
from tests.engines import Database
from web import contracts, errors, files
from web.acts import Wish
from web.documents import routes
from web.documents.routes import document_router
from web.engine import Decision


class Site:
    """A browser for each person, on one small program."""

    def __init__(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        self.world = world
        self.actors: dict[str, Actor] = {"buyer": world.buyer, "partner": world.partner}
        app = FastAPI()
        app.state.temporal = None
        errors.install(app)
        errors.add_sentences(contracts.WEB.kind.words.sentences)
        app.middleware("http")(self._as_somebody)
        app.include_router(files.router)
        app.include_router(contracts.router)
        app.include_router(document_router(contracts.WEB))
        monkeypatch.setattr(routes, "submit", self._submit)
        self.client = TestClient(app, base_url="http://portal.example", follow_redirects=False)

    async def _as_somebody(self, request: Request, go_on: Callable[[Request], Awaitable[Response]]) -> Response:
        visiting.enter(request, self.actors[request.headers["x-as"]], factories.NOW)
        return await go_on(request)

    async def _submit(self, client: Any, actor: Actor, wish: Wish) -> Decision:
        payload = wish.payload.model_dump() if wish.payload else {}
        try:
            made = await run_in_threadpool(self.world.press, actor, wish.document_id, wish.act, **payload)
            return Decision(outcome=made)
        except ApplicationError as error:
            raise rebuild(error.type or "", error.details[0]) from error

    def get(self, who: str, path: str) -> Any:
        return self.client.get(path, headers={"x-as": who, "accept": "text/html"})

    def post(self, who: str, path: str, data: dict[str, Any], files: dict[str, Any] | None = None) -> Any:
        body = {"csrf": visiting.CSRF, "request_id": "0" * 31 + "1"} | data
        return self.client.post(path, data=body, files=files, headers={"x-as": who, "accept": "text/html"})


@pytest.fixture
def site(database: Database, monkeypatch: pytest.MonkeyPatch) -> Any:
    with clock.set_to(factories.NOW):
        yield Site(World(), monkeypatch)


def form_data(company_id: int | None, **more: Any) -> dict[str, str]:
    """The draft as a browser sends it."""
    flat: dict[str, str] = {}
    for name, value in draft_data(company_id, **more).items():
        if isinstance(value, list):
            rows = {f"{name}-{i}-{key}": str(v) for i, row in enumerate(value) for key, v in row.items()}
            flat |= rows
        elif value is not None:
            flat[name] = str(value)
    return flat


def newest() -> Contract:
    with database_session() as session:
        found: Contract = session.execute(select(Contract).order_by(col(Contract.id).desc()).limit(1)).scalar_one()
        return found


def database_session() -> Any:
    return database.working()


def test_from_the_first_draft_to_the_finished_papers(site: Site) -> None:
    made = site.post("buyer", "/contracts", form_data(site.world.company.id))
    contract = newest()
    page = f"/contracts/{contract.id}"
    assert (made.status_code, made.headers["location"]) == (303, page)

    assert "초안검토요청" in site.get("buyer", page).text
    assert site.post("buyer", f"{page}/request-review", {"version": "0"}).status_code == 303
    reviewing = site.get("partner", page).text
    for words in ("검토완료", "재작성요청", "초안 다운로드", "지속가능경영가이드", "금 3,000,000 원"):
        assert words in reviewing
    image = re.search(r'src="(/files/\d+/pages/1\.png)"', reviewing)
    assert image is not None
    shown = site.get("partner", image[1])
    assert (shown.status_code, shown.headers["content-type"]) == (200, "image/png")

    assert site.post("partner", f"{page}/complete-review", {"version": "1"}).status_code == 303
    seal = {"seal_upload": ("직인.png", seal_png(), "image/png")}
    assert "직인첨부" in site.get("buyer", f"{page}/request-seal").text
    assert site.post("buyer", f"{page}/request-seal", {"version": "2"}, seal).status_code == 303

    sheet = site.get("partner", f"{page}/sign").text
    for words in ("내용에 동의합니다", "다음", "서명거절", "끝까지 확인했습니다"):
        assert words in sheet
    signed = site.post("partner", f"{page}/sign", {"version": "3"} | consents(sheet), seal)
    assert signed.status_code == 303
    done = site.get("partner", page).text
    assert "계약서 다운로드" in done
    assert newest().status == "completed"


def consents(sheet: str) -> dict[str, str]:
    """What somebody who read everything sends: every hidden field and every tick of the papers."""
    fields = re.findall(r'name="(consents-\d+-(?:paper_id|seen_pages|agreed))" value="(\d+)"', sheet)
    return dict(fields)


def test_the_ip_is_the_connections_never_the_forms(site: Site) -> None:
    contract = site.world.to_sign()
    page = f"/contracts/{contract.id}"
    given = consents(site.get("partner", f"{page}/sign").text) | {"ip": "1.2.3.4", "version": "3"}
    seal = {"seal_upload": ("직인.png", seal_png(), "image/png")}
    assert site.post("partner", f"{page}/sign", given, seal).status_code == 303
    from tests.contracts.test_steps import queries_signature

    assert queries_signature(site.world, contract.id, "partner").ip == "testclient"


def test_a_signature_without_reading_is_refused_and_says_which_paper(site: Site) -> None:
    contract = site.world.to_sign()
    page = f"/contracts/{contract.id}"
    given = consents(site.get("partner", f"{page}/sign").text)
    del given["consents-1-seen_pages"]
    answer = site.post("partner", f"{page}/sign", given | {"version": "3"})
    assert answer.status_code == 422
    assert "「지속가능경영가이드」" in answer.text
    assert "끝까지 확인해 주세요" in answer.text
    assert site.world.read(contract.id).status == "seal_requested"


def test_a_plan_that_does_not_add_up_keeps_what_was_typed(site: Site) -> None:
    plan = [{"label": "선금", "amount": "1,000,000"}, {"label": "잔금", "amount": "2,000,001"}]
    data = form_data(site.world.company.id, settlement_type="instalments", instalments=plan)
    answer = site.post("buyer", "/contracts", data)
    assert answer.status_code == 422
    assert "분할정산 금액의 합 3,000,001원은 계약 금액 3,000,000원과 같아야 합니다." in answer.text
    assert 'value="2,000,001"' in answer.text
    assert "QFX10002-60C" in answer.text


def test_rows_and_papers_are_added_without_scripts(site: Site) -> None:
    data = form_data(site.world.company.id)
    more = site.post("buyer", "/contracts", data | {"more": "items"}).text
    assert 'name="items-5-name"' in more
    assert "QFX10002-60C" in more
    paper = site.post("buyer", "/contracts", data | {"more": "paper-development"}).text
    assert 'value="개발계약서"' in paper
    dropped = form_data(site.world.company.id) | {"papers-1-dropped": "1"}
    assert site.post("buyer", "/contracts", dropped).status_code == 303
    assert [p.title for p in site.world.papers(newest().id)] == ["물품 공급 계약서"]


def test_an_edit_saves_and_a_stale_one_says_so(site: Site) -> None:
    contract = site.world.draft()
    shown = site.get("buyer", f"/contracts/{contract.id}/edit")
    assert 'name="edit_version" value="1"' in shown.text
    data = form_data(None, title="바뀐 계약명") | {"edit_version": "1"}
    assert site.post("buyer", f"/contracts/{contract.id}/edit", data).status_code == 303
    stale = site.post("buyer", f"/contracts/{contract.id}/edit", data)
    assert stale.status_code == 409
    assert "그 사이에 문서가 바뀌었습니다" in stale.text
    saved = site.post("buyer", f"/contracts/{contract.id}/autosave", data | {"edit_version": "2"})
    assert saved.json()["edit_version"] == 3
    assert "바뀐 계약명" in site.get("buyer", f"/contracts/{contract.id}/preview").text


def test_lists_show_the_manuals_columns_and_export_them(site: Site) -> None:
    contract = site.world.to_sign()
    drafts = site.get("partner", "/contracts/drafts").text
    for words in (
        "검토요청일",
        "초안검토요청일시",
        "초안검토진행상태",
        "초안검토확인일시",
        "전달사항",
        contract.number,
    ):
        assert words in drafts
    listed = site.get("partner", "/contracts").text
    for words in ("공급사담당자", "구매담당자", "계약기간", "통화", "계약금액", "날인요청", "3,000,000"):
        assert words in listed
    assert contract.number in site.get("partner", "/contracts?turn=mine").text
    assert contract.number not in site.get("buyer", "/contracts?turn=mine").text
    assert contract.number in site.get("buyer", "/contracts?buyer=차지애").text
    assert contract.number not in site.get("buyer", "/contracts?buyer=없는사람").text
    assert "공급사" in site.get("buyer", "/contracts").text
    book = load_workbook(io.BytesIO(site.get("partner", "/contracts?format=xlsx").content))
    head = [cell.value for cell in book.active[1]]
    assert {"계약번호", "버전", "계약상태", "계약금액", "공급사담당자"} <= set(head)
    assert book.active[2][head.index("계약금액")].value == 3_000_000


def test_items_of_completed_contracts_only(site: Site) -> None:
    world = site.world
    contract = world.to_sign()
    assert "총무서버" not in site.get("partner", "/contracts/items").text
    seal = world.upload(world.partner)
    world.press(world.partner, contract.id, "sign", seal_file_id=seal, consents=world.consents(contract.id))
    shown = site.get("partner", "/contracts/items").text
    for words in ("세부스펙", "납품요청위치", "총무서버", "1,640,000"):
        assert words in shown
    assert "총무서버" not in site.get("partner", "/contracts/items?type=unit_price").text


def test_a_finished_paper_is_recognised_and_a_changed_one_is_not(site: Site) -> None:
    world = site.world
    contract = world.to_sign()
    seal = world.upload(world.partner)
    world.press(world.partner, contract.id, "sign", seal_file_id=seal, consents=world.consents(contract.id))
    with database_session() as session:
        final = session.get_one(StoredFile, world.papers(contract.id)[0].final_file_id)
    pdf = storage().get(final.sha256)
    same = site.post("partner", "/verify", {}, {"file": ("a.pdf", pdf, "application/pdf")}).text
    assert "똑같은 파일입니다" in same
    assert contract.number in same
    changed = site.post("partner", "/verify", {}, {"file": ("a.pdf", pdf + b"\n", "application/pdf")}).text
    assert "다른 파일입니다" in changed


def test_a_stranger_finds_nothing(site: Site) -> None:
    contract = site.world.to_sign()
    _, stranger = site.world.other_company()
    site.actors["stranger"] = stranger
    file_id = site.world.papers(contract.id)[0].draft_file_id
    page = f"/contracts/{contract.id}"
    paths = (
        page,
        f"{page}/sign",
        f"{page}/preview",
        f"/files/{file_id}/download",
        f"/files/{file_id}/pages/1.png",
    )
    for path in paths:
        assert site.get("stranger", path).status_code == 404
    assert contract.number not in site.get("stranger", "/contracts").text
    assert site.get("partner", f"/files/{file_id}/download").headers["content-disposition"].startswith("attachment")
    assert site.get("partner", f"/files/{file_id}/pages/99.png").status_code == 404
    assert site.get("partner", "/contracts/new").status_code == 403


def test_a_draft_that_was_never_sent_is_the_buyers_alone(site: Site) -> None:
    contract = site.world.draft()
    for path in ("", "/preview"):
        assert site.get("partner", f"/contracts/{contract.id}{path}").status_code == 404
        assert site.get("buyer", f"/contracts/{contract.id}{path}").status_code == 200


def test_many_drafts_are_ticked_for_one_act(site: Site) -> None:
    world = site.world
    waiting = world.draft()
    world.press(world.buyer, waiting.id, "request_review")
    reviewed = world.reviewed()
    shown = site.get("partner", "/contracts/drafts").text
    assert "/contracts/bulk/complete-review" in shown
    assert f'value="{waiting.id}:1"' in shown
    assert f'value="{reviewed.id}:2"' not in shown


def test_instalments_without_an_amount_are_left_out(site: Site) -> None:
    plan = [{"label": "선금", "amount": 3_000_000}, {"label": "중도금", "amount": ""}]
    data = form_data(site.world.company.id, settlement_type="instalments", instalments=plan)
    assert site.post("buyer", "/contracts", data).status_code == 303
    assert "중도금" not in site.get("buyer", f"/contracts/{newest().id}").text


def test_the_buyers_seal_is_not_the_partners_to_see(site: Site) -> None:
    contract = site.world.to_sign()
    from tests.contracts.test_steps import queries_signature

    seal = queries_signature(site.world, contract.id).seal_file_id
    assert site.get("buyer", f"/files/{seal}/pages/1.png").status_code == 200
    assert site.get("partner", f"/files/{seal}/pages/1.png").status_code == 404
