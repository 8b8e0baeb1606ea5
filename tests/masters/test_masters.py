"""기준정보: rows switched off instead of deleted, each change with before and after; sheets all or nothing."""

import io
from typing import Any

import openpyxl
import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import ProgrammingError
from sqlmodel import col

from models import database
from models.masters import queries
from models.masters.rules import PLACES, REASONS, Master, ReasonKind
from models.masters.tables import DeliveryPlace, Goods, ItemCategory, ReasonCode
from models.processes.tables import AuditEntry
from tests.admin.office import AT, Office, opened
from tests.engines import Database
from web.masters.lists import base

GOODS = base(Master.GOODS)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.fixture
def office(database: Database) -> Office:
    return opened()


def _sheet(*rows: tuple[Any, ...]) -> dict[str, Any]:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    target = io.BytesIO()
    book.save(target)
    return {"file": ("품목.xlsx", target.getvalue(), XLSX)}


HEAD = ("코드", "이름", "세분류", "세부스펙", "단위", "S/N 필요", "표시 순서")


def _prepared(seat: Any) -> None:
    seat.done(base(Master.CATEGORY), code="srv", name="서버", position="1")
    seat.done(base(Master.UNIT), code="EA", name="EA", position="1")


def test_a_row_is_made_changed_and_switched_off_with_its_history(office: Office) -> None:
    with office.seat(office.admin) as seat:
        for master in Master:
            assert "등록된" in seat.get(base(master))
            seat.get(f"{base(master)}/new")
        _prepared(seat)
        page = seat.done(GOODS, code="g-1", name="랙 서버", category="SRV", unit="EA", needs_serial="1", spec="2U")
        assert "저장했습니다." in page
        page = seat.done(
            f"{GOODS}/1", code="G-1", name="랙 서버 R2", category="SRV", unit="EA", spec="2U", edit_version="0"
        )
        for words in ("랙 서버 R2", "S/N 필요", "오민석", "수정", "등록"):
            assert words in page
        assert "사용 중지" in seat.done(f"{GOODS}/1/activation", active="")
        assert "랙 서버" not in seat.get(GOODS)
        assert "랙 서버" in seat.get(GOODS, active="off")
        seat.done(f"{GOODS}/1/activation", active="1")
        sheet = openpyxl.load_workbook(io.BytesIO(seat.client.get(f"{GOODS}?format=xlsx").content)).active
        assert [cell.value for cell in sheet[2]][:4] == ["G-1", "랙 서버 R2", "SRV", "2U"]
    with database.working() as session:
        rows = select(AuditEntry).where(col(AuditEntry.kind) == "goods").order_by(col(AuditEntry.id))
        kept = [
            (row.act, row.detail["before"].get("name"), row.detail["after"].get("name"))
            for row in session.execute(rows).scalars()
        ]
    assert kept == [
        ("create", None, "랙 서버"),
        ("edit", "랙 서버", "랙 서버 R2"),
        ("deactivate", None, None),
        ("activate", None, None),
    ]


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"code": ""}, "코드를 입력해 주세요."),
        ({"code": "a b"}, "코드는 영문, 숫자, 한글과"),
        ({"code": "x" * 31}, "30자까지"),
        ({"name": ""}, "이름을 입력해 주세요."),
        ({"position": "-1"}, "0 이상을 입력해 주세요."),
        ({"position": "하나"}, "숫자로 입력해 주세요."),
        ({"category": "NONE"}, "세분류 코드 NONE이(가) 없거나"),
        ({"unit": "NONE"}, "단위 코드 NONE이(가) 없거나"),
        ({"code": "TAKEN"}, "이미 있는 코드입니다."),
    ],
)
def test_what_is_wrong_with_a_row_is_told_at_its_field(office: Office, facts: dict[str, str], words: str) -> None:
    with office.seat(office.admin) as seat:
        seat.done(GOODS, code="taken", name="있는 것")
        answer = seat.post(GOODS, **{"code": "NEW", "name": "새 것", **facts})
        assert (answer.status_code, words in answer.text) == (422, True)


def test_two_who_edit_one_row_do_not_overwrite_each_other(office: Office) -> None:
    with office.seat(office.admin) as seat:
        seat.done(base(Master.UNIT), code="EA", name="EA")
        seat.done(f"{base(Master.UNIT)}/1", code="EA", name="개", edit_version="0")
        late = seat.post(f"{base(Master.UNIT)}/1", code="EA", name="낱개", edit_version="0")
        assert (late.status_code, "다른 사람이 먼저 저장했습니다." in late.text) == (422, True)
        # Pressed once more, the form it was given back is as late as before.
        assert 'name="edit_version" value="0"' in late.text


def test_what_active_goods_name_is_not_switched_off(office: Office) -> None:
    with office.seat(office.admin) as seat:
        _prepared(seat)
        seat.done(GOODS, code="G1", name="서버", category="SRV", unit="EA")
        held = seat.post(f"{base(Master.CATEGORY)}/1/activation", active="")
        assert (held.status_code, "품목 1건이 쓰고 있어" in held.text) == (409, True)
        seat.done(f"{GOODS}/1/activation", active="")
        seat.done(f"{base(Master.CATEGORY)}/1/activation", active="")
        # What a row has stays with it, also when it was switched off meanwhile.
        assert "SRV (사용 중지)" in seat.get(f"{GOODS}/1")
        seat.done(f"{GOODS}/1", code="G1", name="서버 2", category="SRV", unit="EA", edit_version="1")


def test_a_sheet_with_a_wrong_line_changes_nothing_and_says_which(office: Office) -> None:
    with office.seat(office.admin) as seat:
        _prepared(seat)
        form = openpyxl.load_workbook(io.BytesIO(seat.client.get(f"{GOODS}/import/form").content)).active
        assert tuple(cell.value for cell in form[1]) == HEAD
        wrong = seat.post(
            f"{GOODS}/import",
            files=_sheet(
                HEAD,
                ("G1", "서버", "SRV", "2U", "EA", "Y", 1),
                ("G2", "스위치", "NET", "", "EA", "N", 2),
                ("g1", "서버", "SRV", "", "EA", "", 3),
                ("", "이름만", "", "", "", "", None),
            ),
        )
        assert wrong.status_code == 422
        for words in ("오류 3", "세분류 코드 NET이(가)", "2번째 줄과 같은 코드입니다.", "코드를 입력해 주세요."):
            assert words in wrong.text
        assert "반영</button>" not in wrong.text
    with database.working() as session:
        assert session.execute(select(Goods)).first() is None


def test_a_sound_sheet_is_previewed_and_then_taken_as_a_whole(office: Office) -> None:
    with office.seat(office.admin) as seat:
        _prepared(seat)
        seat.done(GOODS, code="G1", name="옛 이름", category="SRV", unit="EA")
        seat.done(GOODS, code="G3", name="그대로", unit="EA")
        rows = [
            ("G1", "새 이름", "srv", "2U", "ea", "Y", 1),
            ("G2", "스위치", None, None, "EA", "아니오", 2.0),
            ("G3", "그대로", None, None, "EA", None, 0),
        ]
        preview = seat.post(f"{GOODS}/import", files=_sheet(("품목 목록",), HEAD, *rows))
        assert preview.status_code == 200
        assert "등록 1 · 수정 1 · 변경 없음 1 · 오류 0" in preview.text
        assert "옛 이름 →" in preview.text
        hidden = {name: preview.text.split(f'name="{name}" value="')[1].split('"')[0] for name in ("file_id", "seen")}
        with database.working() as session:
            assert session.execute(select(col(Goods.name)).where(col(Goods.code) == "G1")).scalar_one() == "옛 이름"
        assert "1건을 등록하고 1건을 수정했습니다." in seat.done(f"{GOODS}/import/application", **hidden)
        again = seat.post(f"{GOODS}/import/application", **hidden)
        assert (again.status_code, "파일을 다시 올려 주세요." in again.text) == (409, True)
        assert "엑셀 수정" in seat.get(f"{GOODS}/1")
    with database.working() as session:
        found = session.execute(select(Goods).order_by(col(Goods.code))).scalars().all()
    assert [(row.code, row.name, row.needs_serial, row.position) for row in found] == [
        ("G1", "새 이름", True, 1),
        ("G2", "스위치", False, 2),
        ("G3", "그대로", False, 0),
    ]


def test_a_list_that_changed_after_the_preview_is_looked_at_again(office: Office) -> None:
    with office.seat(office.admin) as seat:
        preview = seat.post(f"{base(Master.UNIT)}/import", files=_sheet(("코드", "이름"), ("BOX", "BOX")))
        hidden = {name: preview.text.split(f'name="{name}" value="')[1].split('"')[0] for name in ("file_id", "seen")}
        seat.done(base(Master.UNIT), code="BOX", name="상자")
        assert seat.post(f"{base(Master.UNIT)}/import/application", **hidden).status_code == 409
        assert seat.post(f"{base(Master.UNIT)}/import/application", file_id="999", seen="x").status_code == 404
    with office.seat(office.second_admin) as seat:
        # Somebody else's upload is nobody's to apply.
        assert seat.post(f"{base(Master.UNIT)}/import/application", **hidden).status_code == 404


@pytest.mark.parametrize(
    ("files", "words"),
    [
        (None, "올릴 파일을 골라 주세요."),
        ({"file": ("a.xlsx", b"%PDF-1.7 not a sheet", XLSX)}, ""),
        ({"file": ("a.xlsx", b"", XLSX)}, "올릴 파일을 골라 주세요."),
        (_sheet(("무엇", "아닌", "것")), "양식이 아닌 파일입니다."),
        (_sheet(("코드", "이름"), *((f"C{n}", "x") for n in range(5001))), "5000줄까지"),
    ],
)
def test_a_file_that_is_no_form_is_refused_with_a_sentence(office: Office, files: Any, words: str) -> None:
    with office.seat(office.admin) as seat:
        answer = seat.post(f"{base(Master.UNIT)}/import", files=files)
        assert (answer.status_code, words in answer.text) == (422, True)
    with database.working() as session:
        assert session.execute(text("SELECT count(*) FROM stored_file")).scalar_one() == 0


def test_only_the_administrator_keeps_the_lists(office: Office) -> None:
    for actor in (office.buyer, office.partner):
        with office.seat(actor) as seat:
            for master in Master:
                for path in ("", "/new", "/1", "/import", "/import/form"):
                    assert seat.status(f"{base(master)}{path}") == 403
                for path in ("", "/1", "/1/activation", "/import", "/import/application"):
                    assert seat.post(f"{base(master)}{path}", code="X", name="x").status_code == 403
    with office.seat(office.admin) as seat:
        assert seat.status("/admin/masters") == 303
        assert seat.status(f"{GOODS}/99") == 404
        assert seat.post(f"{GOODS}/99/activation").status_code == 404
    with database.reading(office.partner) as session:
        assert session.execute(select(Goods)).all() == []
    made = ItemCategory(code="X", name="x", created_at=AT, changed_at=AT)
    with pytest.raises(ProgrammingError), database.writing(office.partner) as session:
        session.add(made)


def test_places_and_reasons_are_the_manuals_until_the_house_has_its_own(office: Office) -> None:
    with database.reading(office.partner) as session:
        assert queries.place_names(session) == PLACES
        assert queries.reasons(session, ReasonKind.CONTACT) == list(REASONS[ReasonKind.CONTACT])
        assert queries.reason_label(session, ReasonKind.CONTACT, "LEFT") == "퇴사"
    with database.working() as session:
        session.add_all(
            [
                DeliveryPlace(code="B", name="부산", position=2, created_at=AT, changed_at=AT),
                DeliveryPlace(code="A", name="안산", position=1, created_at=AT, changed_at=AT),
                DeliveryPlace(code="C", name="닫은 곳", active=False, created_at=AT, changed_at=AT),
                ReasonCode(kind="contact", code="GONE", name="퇴직", created_at=AT, changed_at=AT),
                ReasonCode(kind="contact", code="OLD", name="옛 사유", active=False, created_at=AT, changed_at=AT),
            ]
        )
    with database.reading(office.partner) as session:
        assert queries.place_names(session) == ("안산", "부산")
        assert queries.reasons(session, ReasonKind.CONTACT) == [("GONE", "퇴직")]
        assert queries.reason_label(session, ReasonKind.CONTACT, "OLD") == "옛 사유"
        assert queries.reasons(session, ReasonKind.RECEIPT) == list(REASONS[ReasonKind.RECEIPT])


def test_a_code_is_unique_within_its_kind_of_reason(office: Office) -> None:
    with office.seat(office.admin) as seat:
        reasons = base(Master.REASON)
        seat.done(reasons, kind="contact", code="OTHER", name="기타")
        seat.done(reasons, kind="withdrawal", code="OTHER", name="기타")
        assert seat.post(reasons, kind="contact", code="OTHER", name="또").status_code == 422
        assert "회원 탈퇴" in seat.get(reasons, kind="withdrawal")
        sheet = _sheet(("구분", "코드", "이름"), ("입고취소", "NEW", "새 사유"), ("모름", "NEW", "새 사유"))
        answer = seat.post(f"{reasons}/import", files=sheet)
        assert "목록에서 골라 주세요." in answer.text


def test_suggestions_are_what_is_in_use(office: Office) -> None:
    with office.seat(office.admin) as seat:
        _prepared(seat)
        seat.done(GOODS, code="G1", name="랙 서버", unit="EA", spec="2U")
        seat.done(GOODS, code="G2", name="옛 것")
        seat.done(f"{GOODS}/2/activation", active="")
    with database.reading(office.buyer) as session:
        found = queries.suggestions(session)
    rack = queries.Offer("랙 서버", "", "2U", "EA", needs_serial=False)
    assert (found.categories, found.units, found.goods) == (["서버"], ["EA"], [rack])
    assert (rack.facts, found.has_more_goods) == ("2U · EA", False)


def _thousand() -> None:
    with database.working() as session:
        session.add_all(
            Goods(
                code=f"G-{number:04d}",
                name=f"{'아주 긴 이름의 ' * 10 if number % 100 == 0 else ''}품목 {number:04d}",
                spec="가" * 500 if number == 777 else f"규격 {number}",
                position=number,
                needs_serial=number == 777,
                created_at=AT,
                changed_at=AT,
            )
            for number in range(1000)
        )


def test_of_a_long_list_some_are_offered_and_the_others_are_found_by_name_or_code(office: Office) -> None:
    _thousand()
    with database.reading(office.buyer) as session:
        found = queries.suggestions(session)
    assert (len(found.goods), found.has_more_goods) == (queries.OFFERED_MAX, True)
    with office.seat(office.buyer) as seat:
        options = seat.get("/goods/offers", q="품목 0777")
        assert options.count("<option") == 1
        assert ('data-serial="1"' in options, f'data-spec="{"가" * 500}"' in options) == (True, True)
        assert seat.get("/goods/offers", q="g-0778").count("<option") == 1
        assert seat.get("/goods/offers", q="100%").strip() == ""
        assert seat.get("/goods/offers", q="품목").count("<option") == queries.OFFERED_MAX
    for actor in (office.partner, office.receiver):
        with office.seat(actor) as seat:
            assert seat.status("/goods/offers") == 403


def test_a_thousand_rows_are_one_page_after_another_and_one_sheet(office: Office) -> None:
    _thousand()
    with office.seat(office.admin) as seat:
        page = seat.get(GOODS, size="100")
        assert ("총 1,000건" in page, page.count("<tr") <= 102) == (True, True)
        assert "품목 0999" in seat.get(GOODS, size="100", page="10")
        sheet = openpyxl.load_workbook(io.BytesIO(seat.client.get(f"{GOODS}?format=xlsx").content)).active
        assert sheet.max_row == 1001
