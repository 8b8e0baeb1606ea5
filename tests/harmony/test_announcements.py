"""공지사항 in Harmony: for media partners and for everybody, in Harmony's own frame; guests read the public ones."""

import pytest
from starlette.testclient import TestClient

from models import clock, database
from models.announcements.messages import Draft
from models.announcements.rules import Reader
from models.announcements.writes import publish, save
from models.files.rules import ANY
from models.files.writes import stage_once
from models.kernel.roles import Role
from models.settings import settings
from tests import factories
from tests.engines import Database
from tests.files.samples import png
from tests.harmony.test_web import PASSWORD, _local, _try
from tests.harmony.world import NOW, World

PATH = "/harmony/announcements"


@pytest.fixture
def browser(database: Database, house_settings: pytest.MonkeyPatch) -> TestClient:
    from app import create_app

    assert database
    _local(World.made())
    house_settings.setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")
    settings.cache_clear()
    return TestClient(create_app(), follow_redirects=False)


@pytest.fixture
def notices(browser: TestClient) -> dict[Reader, tuple[int, int]]:
    """One published for each side, each with a picture: (notice, file)."""
    assert browser
    with database.working() as session:
        admin = factories.actor(factories.member(session, "오민석", Role.ADMIN))
    made = {}
    with database.writing(admin) as session:
        for reader in Reader:
            file = stage_once(session, admin.member_id, None, f"{reader}.png", png(), ANY)
            draft = Draft(title=f"{reader} 안내", body="내용입니다.", reader=reader, starts_on=NOW.date())
            notice = save(session, admin, draft, [file], NOW)
            publish(session, admin, notice.id or 0, NOW, shown=True)
            made[reader] = (notice.id or 0, file.id or 0)
    return made


def _read(browser: TestClient, notices: dict[Reader, tuple[int, int]]) -> set[Reader]:
    """Those in the list, which must be those that open, with their files."""
    listed = browser.get(PATH).text
    found = {reader for reader, (notice, _) in notices.items() if f'href="{PATH}/{notice}"' in listed}
    for reader, (notice, file) in notices.items():
        status = 200 if reader in found else 404
        assert browser.get(f"{PATH}/{notice}").status_code == status
        assert browser.get(f"{PATH}/{notice}/files/{file}").status_code == status
    return found


def test_guests_read_the_public_ones_and_people_of_harmony_their_own_too(
    browser: TestClient, notices: dict[Reader, tuple[int, int]]
) -> None:
    with clock.set_to(NOW):
        assert _read(browser, notices) == {Reader.PUBLIC}
        assert "public 안내" in browser.get("/harmony").text
        assert _try(browser, PASSWORD)[0] == 303
        assert _read(browser, notices) == {Reader.PUBLIC, Reader.MEDIA}
        home = browser.get("/harmony").text
        assert ("media 안내" in home, "partner 안내" in home, "office 안내" in home) == (True, False, False)
        shown = browser.get(f"{PATH}/{notices[Reader.MEDIA][0]}").text
        assert ("내용입니다." in shown, 'class="harmony"' in shown, 'href="/harmony/me"' in shown) == (True,) * 3
        file = browser.get(f"{PATH}/{notices[Reader.MEDIA][0]}/files/{notices[Reader.MEDIA][1]}")
        assert file.content == png()
        assert file.headers["content-disposition"].startswith("attachment")


def test_the_footer_and_the_menu_lead_to_them_and_the_other_portals_page_leads_here(
    browser: TestClient, notices: dict[Reader, tuple[int, int]]
) -> None:
    notice = notices[Reader.MEDIA][0]
    with clock.set_to(NOW):
        assert f'href="{PATH}"' in browser.get("/harmony/login").text
        assert _try(browser, PASSWORD)[0] == 303
        assert browser.get("/harmony/me").text.count(f'href="{PATH}"') >= 2
        for path in ("/announcements", f"/announcements/{notice}"):
            answer = browser.get(path)
            assert (answer.status_code, answer.headers["location"]) == (303, f"/harmony{path}")
