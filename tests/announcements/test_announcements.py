"""공지사항: written as a draft, looked at, published for a period and a side; files come with their notice."""

import datetime as dt
import uuid
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import ProgrammingError
from sqlmodel import col

from models import database
from models.announcements import queries
from models.announcements.rules import Reader, State, readers_of, state_of
from models.announcements.tables import Announcement
from models.processes.messages import Actor
from tests.admin.office import AT, Office, opened
from tests.engines import Database
from tests.files.samples import png

WISH = {
    "title": "시스템 점검 안내",
    "body": "2월 10일 새벽\n점검합니다.",
    "reader": "public",
    "starts_on": "2026-02-09",
}
DAY = dt.timedelta(days=1)


@pytest.fixture
def office(database: Database) -> Office:
    return opened()


def _written(office: Office, *, published: bool = True, **more: Any) -> int:
    with office.seat(office.admin) as seat:
        answer = seat.post("/admin/announcements", **{**WISH, **more})
        assert answer.status_code == 303, answer.text[:2000]
        made = int(answer.headers["location"].split("/")[-1].split("?")[0])
        if published:
            seat.done(f"/admin/announcements/{made}/publication", shown="1")
    return made


def _reads(office: Office, actor: Actor | None, announcement_id: int, at: dt.datetime = AT) -> bool:
    """Whether somebody finds a notice, in the list and by its address alike."""
    with office.seat(actor, at) as seat:
        listed = f'href="/announcements/{announcement_id}"' in seat.get("/announcements")
        status = seat.status(f"/announcements/{announcement_id}")
    assert status == (200 if listed else 404)
    return listed


def test_a_draft_is_seen_by_its_writers_only(office: Office) -> None:
    made = _written(office, published=False)
    for actor in (None, office.partner, office.buyer, office.admin):
        assert not _reads(office, actor, made)
    with office.seat(office.admin) as seat:
        page = seat.get(f"/admin/announcements/{made}")
        assert "아직 게시하지 않았습니다." in page
        assert "2월 10일 새벽<br>점검합니다." in page


@pytest.mark.parametrize(
    ("reader", "guest", "partner", "buyer"),
    [
        (Reader.PUBLIC, True, True, True),
        (Reader.PARTNER, False, True, False),
        (Reader.OFFICE, False, False, True),
        (Reader.MEDIA, False, False, False),
    ],
)
def test_each_side_reads_its_own(office: Office, reader: Reader, guest: bool, partner: bool, buyer: bool) -> None:
    made = _written(office, reader=reader.value)
    assert _reads(office, None, made) is guest
    assert _reads(office, office.partner, made) is partner
    assert _reads(office, office.buyer, made) is buyer
    with database.web() as session:
        found = session.execute(select(col(Announcement.id))).scalars().all()
    assert found == ([made] if guest else []), "row-level security lets nobody unknown see more"


def test_a_notice_is_shown_from_its_first_day_to_the_end_of_its_last(office: Office) -> None:
    made = _written(office, starts_on="2026-02-10", ends_on="2026-02-11")
    start = dt.datetime(2026, 2, 9, 15, tzinfo=dt.UTC)
    second = dt.timedelta(seconds=1)
    for at, shown in (
        (start - second, False),
        (start, True),
        (start + 2 * DAY - second, True),
        (start + 2 * DAY, False),
    ):
        assert _reads(office, None, made, at) is shown


def test_pinned_notices_come_first_and_withdrawn_ones_are_gone(office: Office) -> None:
    old = _written(office, title="고정된 공지", pinned="1", starts_on="2026-02-01")
    new = _written(office, title="새 공지", starts_on="2026-02-09")
    with office.seat(office.partner) as seat:
        page = seat.get("/announcements")
        assert page.index("고정된 공지") < page.index("새 공지")
        assert page.count("공지</span><a") == 2
    with office.seat(office.admin) as seat:
        assert "내렸습니다." in seat.done(f"/admin/announcements/{old}/publication", shown="")
    assert not _reads(office, office.partner, old)
    with database.web() as session:
        assert [one.id for one in queries.front(session, None, AT)] == [new]


def test_files_are_fetched_through_a_notice_one_may_read(office: Office) -> None:
    with office.seat(office.admin) as seat:
        picture = {"files": ("안내.png", png(), "image/png")}
        answer = seat.post("/admin/announcements", files=picture, **{**WISH, "reader": "partner"})
        made = int(answer.headers["location"].split("/")[-1].split("?")[0])
        preview = seat.get(f"/admin/announcements/{made}")
        assert "안내.png" in preview
        path = preview.split('href="/admin/announcements/')[-1].split('"')[0]
        file_id = path.split("/")[-1]
        assert seat.client.get(f"/admin/announcements/{made}/files/{file_id}").content == png()
        seat.done(f"/admin/announcements/{made}/publication", shown="1")
    with office.seat(office.partner) as seat:
        got = seat.client.get(f"/announcements/{made}/files/{file_id}")
        assert got.content == png()
        assert got.headers["content-disposition"].startswith("attachment")
        assert seat.status(f"/announcements/{made}/files/999") == 404
    with office.seat(None) as seat:
        assert seat.status(f"/announcements/{made}/files/{file_id}") == 404
    with office.seat(office.admin) as seat:
        seat.done(
            f"/admin/announcements/{made}/edit", **{**WISH, "reader": "partner", "drop": file_id, "edit_version": "1"}
        )
    with office.seat(office.partner) as seat:
        assert seat.status(f"/announcements/{made}/files/{file_id}") == 404


def test_a_file_in_disguise_is_refused_and_nothing_is_kept(office: Office) -> None:
    with office.seat(office.admin) as seat:
        svg = {"files": ("그림.png", b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>", "image/png")}
        answer = seat.post("/admin/announcements", files=svg, **WISH)
        assert answer.status_code == 422
        assert 'href="#f-files"' in answer.text
    with database.working() as session:
        assert session.execute(text("SELECT count(*) FROM announcement")).scalar_one() == 0
        assert session.execute(text("SELECT count(*) FROM stored_file")).scalar_one() == 0


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"title": ""}, "제목을 입력해 주세요."),
        ({"body": " "}, "내용을 입력해 주세요."),
        ({"reader": "nobody"}, "목록에서 골라 주세요."),
        ({"starts_on": ""}, "게시 시작일을 선택해 주세요."),
        ({"ends_on": "2026-02-08"}, "시작일보다 빠를 수 없습니다."),
        ({"title": "가" * 201}, "200자까지"),
    ],
)
def test_what_is_wrong_is_told_at_its_field(office: Office, more: dict[str, str], words: str) -> None:
    with office.seat(office.admin) as seat:
        answer = seat.post("/admin/announcements", **{**WISH, **more})
        assert (answer.status_code, words in answer.text) == (422, True)


def test_changes_are_kept_and_do_not_overwrite_each_other(office: Office) -> None:
    made = _written(office)
    with office.seat(office.admin) as seat:
        assert "시스템 점검 안내" in seat.get(f"/admin/announcements/{made}/edit")
        page = seat.done(f"/admin/announcements/{made}/edit", **{**WISH, "title": "점검 연기", "edit_version": "1"})
        for words in ("점검 연기", "시스템 점검 안내", "게시", "오민석"):
            assert words in page
        late = seat.post(f"/admin/announcements/{made}/edit", **{**WISH, "title": "또", "edit_version": "1"})
        assert (late.status_code, "다른 사람이 먼저 저장했습니다." in late.text) == (422, True)
        assert "게시 중" in seat.get("/admin/announcements", state="shown")
        assert seat.client.get("/admin/announcements?format=xlsx").content.startswith(b"PK")


def test_a_double_press_writes_one_notice(office: Office) -> None:
    press = {**WISH, "request_id": str(uuid.uuid4())}
    with office.seat(office.admin) as seat:
        first, second = (
            seat.post("/admin/announcements", files={"files": ("그림.png", png(), "image/png")}, **press)
            for _ in range(2)
        )
        assert first.headers["location"] == second.headers["location"]
        other = seat.post("/admin/announcements", **{**press, "title": "다른 공지"})
        assert other.status_code == 422
    with database.working() as session:
        assert session.execute(text("SELECT count(*) FROM announcement")).scalar_one() == 1
        assert session.execute(text("SELECT count(*) FROM announcement_file")).scalar_one() == 1


def test_only_the_administrator_writes(office: Office) -> None:
    made = _written(office, published=False)
    for actor, status in ((office.buyer, 403), (office.partner, 403)):
        with office.seat(actor) as seat:
            for path in ("", "/new", f"/{made}", f"/{made}/edit", f"/{made}/files/1"):
                assert seat.status(f"/admin/announcements{path}") == status
            for path in ("", f"/{made}/edit", f"/{made}/publication"):
                assert seat.post(f"/admin/announcements{path}", **WISH).status_code == status
    with pytest.raises(ProgrammingError), database.writing(office.partner) as session:
        session.execute(
            text(
                "INSERT INTO announcement (title, body, reader, pinned, starts_at, edit_version, created_by,"
                " created_name, created_at, changed_at)"
                " VALUES ('x', 'x', 'public', false, now(), 0, 1, 'x', now(), now())"
            )
        )
    with database.writing(office.partner) as session:
        session.execute(text("UPDATE announcement SET published_at = now()"))
    with database.working() as session:
        assert session.get_one(Announcement, made).published_at is None


def test_both_portals_and_guests_have_the_footer_with_the_houses_facts(office: Office) -> None:
    for actor in (None, office.partner, office.buyer):
        with office.seat(actor) as seat:
            page = seat.get("/announcements")
            for words in (
                'href="/privacy"',
                "개인정보처리방침",
                'href="/business-registration"',
                "사업자등록증",
                "mailto:",
            ):
                assert words in page
            assert "120-81-47521" in seat.get("/business-registration")
            seat.get("/privacy")


def test_the_state_of_a_notice_turns_at_its_instants() -> None:
    second = dt.timedelta(seconds=1)
    assert state_of(AT, None, AT, published=False) is State.DRAFT
    assert state_of(AT, None, AT - second) is State.AHEAD
    assert state_of(AT, AT + DAY, AT) is State.SHOWN
    assert state_of(AT, AT + DAY, AT + DAY - second) is State.SHOWN
    assert state_of(AT, AT + DAY, AT + DAY) is State.OVER


def test_readers_of_a_side() -> None:
    assert readers_of(None) == readers_of("nobody") == {Reader.PUBLIC}
    assert readers_of("media") == {Reader.PUBLIC, Reader.MEDIA}
