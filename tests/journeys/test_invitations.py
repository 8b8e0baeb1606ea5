"""Harmony by invitation: the 제휴담당자 invites, people join by Kakao account and by e-mail, links end."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.house import House
from tests.journeys.conftest import LogIn, shot
from tests.journeys.joining import mail_for, mails
from tests.journeys.test_main_job import check_accessible

MANAGER = "harin.seo"
LINK = re.compile(r"https?://\S+(/harmony/join/\S+)")


@pytest.fixture
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("invitations")


class Story:
    """What the journeys have in common: a manager, a browser for each invited person, their mail and phone."""

    def __init__(self, browser: Browser, house: House, manager: Page, pictures: Path) -> None:
        self.browser = browser
        self.house = house
        self.manager = manager
        self.pictures = pictures

    def look(self, page: Page, name: str) -> None:
        """Pictures at both widths, nothing wider than a phone, nothing inaccessible."""
        page.wait_for_load_state("load")
        shot(page, self.pictures, f"{name}-1440")
        violations = check_accessible(page)
        page.set_viewport_size({"width": 390, "height": 844})
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        shot(page, self.pictures, f"{name}-390")
        page.set_viewport_size({"width": 1440, "height": 900})
        assert violations == [], f"{name}: {violations}"
        assert wide <= 0, f"{name} is {wide} px wider than a phone"

    @contextmanager
    def somebody(self) -> Iterator[Page]:
        context = self.browser.new_context(
            base_url=self.house.url, viewport={"width": 1440, "height": 900}, locale="ko-KR", timezone_id="Asia/Seoul"
        )
        try:
            yield context.new_page()
        finally:
            context.close()

    def make_studio(self, name: str) -> str:
        page = self.manager
        page.goto("/studios")
        page.get_by_role("link", name="스튜디오 만들기").click()
        page.get_by_label("스튜디오명").fill(name)
        page.get_by_role("textbox", name="회사").fill("(주)다음스포츠")
        page.get_by_text("뉴스", exact=True).click()
        self.look(page, "studio-new")
        page.get_by_role("button", name="만들기").click()
        expect(page.get_by_role("heading", name=name)).to_be_visible()
        return page.url

    def invite(self, studio: str, emails: str, role: str) -> None:
        page = self.manager
        page.goto(studio)
        page.get_by_label("초대할 이메일").fill(emails)
        page.get_by_text(role, exact=True).first.click()
        page.get_by_role("button", name="초대하기").click()
        expect(page.locator("#invitations")).to_contain_text(emails.split(",", maxsplit=1)[0].strip())

    def link(self, email: str, after: str = "") -> str:
        words = "초대했습니다"
        for _ in range(300):
            found = [LINK.search(one["text"]) for one in mails(self.house, email) if words in one["text"]]
            paths = [one[1] for one in found if one]
            if paths and paths[0] != after:
                return paths[0]
            self.manager.wait_for_timeout(100)
        raise AssertionError(f"no new link for {email}: {mail_for(self.house, email, words)}")

    def agree(self, page: Page, link: str) -> None:
        page.goto(link)
        expect(page).to_have_url(re.compile("/harmony/joining/terms$"))
        self.look(page, "join-terms")
        for box in page.get_by_role("group").get_by_role("checkbox").all():
            box.check()
        page.get_by_role("button", name="동의하고 계속하기").click()
        expect(page).to_have_url(re.compile("/harmony/joining/account$"))
        self.look(page, "join-account")

    def kakao(self, page: Page, email: str, nickname: str = "") -> None:
        expect(page).to_have_url(re.compile("/oidc/authorize"))
        page.get_by_label("이메일").fill(email)
        page.get_by_label("닉네임").fill(nickname)
        page.get_by_role("button", name="로그인").click()

    def fill_in(self, page: Page, phone: str) -> None:
        expect(page).to_have_url(re.compile("/harmony/joining/profile$"))
        self.look(page, "join-profile")
        known = self.house.newest_code(phone)
        page.get_by_label("휴대폰번호").fill(phone)
        page.get_by_role("button", name="인증", exact=True).click()
        page.get_by_label("인증번호").fill(self.house.code_for(phone, after=known))
        self.look(page, "join-code")
        page.get_by_role("button", name="확인", exact=True).click()
        expect(page.get_by_text("인증완료")).to_be_visible()

    def start(self, page: Page) -> None:
        page.get_by_role("button", name="카카오하모니 시작하기").click()


@pytest.fixture
def story(browser: Browser, house: House, log_in: LogIn, pictures: Path) -> Story:
    return Story(browser, house, log_in(MANAGER), pictures)


def test_invited_people_join_by_kakao_account_and_by_email(story: Story) -> None:
    studio = story.make_studio("다음스포츠")
    story.invite(studio, "master@media.example", "마스터")
    with story.somebody() as master:
        story.agree(master, story.link("master@media.example"))
        master.get_by_role("link", name="카카오계정으로 가입하기").click()
        story.kakao(master, "sports.kakao@kakao.example", "스포츠기자")
        story.fill_in(master, "01077770001")
        expect(master.get_by_label("이름(닉네임)")).to_have_value("스포츠기자")
        expect(master.get_by_label("공지사항 수신 이메일")).to_have_value("master@media.example")
        expect(master.get_by_role("main")).to_contain_text("다음스포츠 (마스터)")
        story.start(master)
        expect(master).to_have_url(re.compile(r"/harmony/studios/\d+$"))
        expect(master.get_by_role("main")).to_contain_text("스포츠기자")
        story.look(master, "studio")

        story.invite(studio, "editor1@media.example, editor2@media.example", "에디터")
        with story.somebody() as editor:
            story.agree(editor, story.link("editor1@media.example"))
            editor.get_by_label("비밀번호", exact=False).first.fill("Harmony2026!")
            editor.get_by_label("비밀번호 확인").fill("Harmony2026!")
            editor.get_by_role("button", name="이메일로 가입하기").click()
            editor.get_by_label("이름(닉네임)").fill("편집자")
            story.fill_in(editor, "01077770002")
            story.start(editor)
            expect(editor).to_have_url(re.compile(r"/harmony/studios/\d+$"))
            log_in_again(story, editor)

        # Who was there before hears of it, in the bell and by KakaoTalk.
        master.goto("/harmony/notifications")
        expect(master.get_by_role("main")).to_contain_text("편집자 님이 에디터로 참여했습니다.")
        story.look(master, "notifications")
        # Nothing of the procurement portal opens.
        answer = master.goto("/contracts")
        assert answer is not None
        assert answer.status == 403

        own_pages(story, master)
        returning(story, master)
        further(story, master)
    with story.somebody() as editor:
        forgotten(story, editor)


def log_in_again(story: Story, editor: Page) -> None:
    """The same account later, without any code."""
    editor.goto("/harmony")
    story.look(editor, "home")
    editor.get_by_text("편집자", exact=True).first.click()
    editor.get_by_role("button", name="로그아웃").click()
    story.look(editor, "login")
    editor.get_by_label("이메일").fill("editor1@media.example")
    editor.get_by_label("비밀번호").fill("Harmony2026!")
    editor.get_by_role("button", name="로그인", exact=True).click()
    expect(editor).to_have_url(re.compile("/harmony$"))


def own_pages(story: Story, master: Page) -> None:
    """내 정보 behind 추가인증, 알림 설정."""
    master.goto("/harmony/me")
    story.look(master, "me")
    master.get_by_role("link", name="수정").click()
    expect(master).to_have_url(re.compile("/harmony/verification"))
    story.look(master, "verification")
    known = story.house.newest_code("01077770001")
    master.get_by_role("button", name="인증번호 전송").click()
    master.get_by_label("인증번호").fill(story.house.code_for("01077770001", after=known))
    master.get_by_role("button", name="확인", exact=True).click()
    expect(master).to_have_url(re.compile("/harmony/me/edit$"))
    story.look(master, "me-edit")
    master.get_by_label("이름(닉네임)").fill("스포츠팀장")
    master.get_by_role("button", name="저장").click()
    expect(master.get_by_role("main")).to_contain_text("스포츠팀장")
    master.goto("/harmony/me/notifications")
    story.look(master, "switches")
    master.get_by_role("switch", name="초대한 사용자 가입 카카오톡").uncheck()
    master.get_by_role("button", name="저장").click()
    expect(master.get_by_role("switch", name="초대한 사용자 가입 카카오톡")).not_to_be_checked()


def returning(story: Story, master: Page) -> None:
    """Everything is read; out, and in again by the same Kakao account, from the front page."""
    master.goto("/harmony/notifications")
    master.get_by_role("button", name="모두 읽음").click()
    expect(master.get_by_role("button", name="모두 읽음")).to_have_count(0)
    master.get_by_role("link", name="읽지 않음").click()
    expect(master.get_by_role("main")).to_contain_text("읽지 않은 알림이 없습니다.")
    master.locator(".me summary").click()
    master.get_by_role("button", name="로그아웃").click()
    master.goto("/harmony")
    story.look(master, "front")
    master.get_by_role("link", name="카카오계정으로 로그인").click()
    story.kakao(master, "sports.kakao@kakao.example")
    expect(master).to_have_url(re.compile(r"/harmony$"))
    expect(master.get_by_role("heading", level=1)).to_contain_text("스포츠팀장 님")
    # Somebody the house does not know is told how to join.
    with story.somebody() as stranger:
        stranger.goto("/harmony/login")
        stranger.get_by_role("link", name="카카오계정으로 로그인").click()
        story.kakao(stranger, "stranger@kakao.example", "모르는 사람")
        expect(stranger.get_by_role("main")).to_contain_text("초대받은 제휴사만")


def forgotten(story: Story, editor: Page) -> None:
    """A lost password of an e-mail account: by a link in a mail, which works once."""
    editor.goto("/harmony/login")
    editor.get_by_role("link", name="비밀번호 찾기").click()
    story.look(editor, "password-ask")
    editor.get_by_label("이메일").fill("editor1@media.example")
    editor.get_by_role("button", name="링크 받기").click()
    expect(editor.get_by_role("main")).to_contain_text("링크를 보내 드렸습니다.")
    story.look(editor, "password-sent")
    found = re.search(
        r"https?://\S+(/harmony/password/\S+)", mail_for(story.house, "editor1@media.example", "비밀번호")
    )
    assert found is not None
    editor.goto(found[1])
    expect(editor).to_have_url(re.compile("/harmony/password/new$"))
    story.look(editor, "password-new")
    editor.get_by_label("새 비밀번호", exact=False).first.fill("Renewed2026@")
    editor.get_by_label("새 비밀번호 확인").fill("Renewed2026@")
    editor.get_by_role("button", name="비밀번호 변경").click()
    expect(editor.get_by_role("main")).to_contain_text("비밀번호를 바꾸었습니다.")
    editor.get_by_label("이메일").fill("editor1@media.example")
    editor.get_by_label("비밀번호").fill("Renewed2026@")
    editor.get_by_role("button", name="로그인", exact=True).click()
    expect(editor).to_have_url(re.compile("/harmony$"))
    editor.goto(found[1])
    expect(editor.get_by_role("main")).to_contain_text("이미 쓰셨거나")


def further(story: Story, master: Page) -> None:
    """A member who opens another link joins the further space without a new account."""
    page = story.manager
    page.goto("/credits/new")
    page.get_by_label("크레딧명").fill("다음스포츠 크레딧")
    page.get_by_role("textbox", name="회사").fill("(주)다음스포츠")
    page.get_by_role("button", name="만들기").click()
    page.get_by_label("초대할 이메일").fill("master@media.example")
    page.get_by_role("button", name="초대하기").click()
    expect(page.locator("#invitations")).to_contain_text("master@media.example")
    story.look(page, "credit")
    master.goto(_newest(story))
    expect(master).to_have_url(re.compile("/harmony/joining/further$"))
    story.look(master, "further")
    master.get_by_role("button", name="참여하기").click()
    expect(master).to_have_url(re.compile(r"/harmony/credits/\d+$"))
    expect(master.get_by_role("main")).to_contain_text("스포츠팀장")


def _newest(story: Story) -> str:
    text = mail_for(story.house, "master@media.example", "크레딧 다음스포츠 크레딧")
    found = LINK.search(text)
    assert found is not None
    return found[1]


def test_a_link_ends_and_is_sent_again(story: Story) -> None:
    studio = story.make_studio("오래된 매체")
    story.invite(studio, "late@media.example", "에디터")
    first = story.link("late@media.example")
    page = story.manager
    page.goto(studio)
    page.locator("#invitations").get_by_role("link").first.click()
    story.look(page, "invitation")
    page.get_by_role("button", name="다시 보내기").click()
    second = story.link("late@media.example", after=first)
    with story.somebody() as guest:
        # The link before is void, the new one opens.
        guest.goto(first)
        expect(guest.get_by_role("alert")).to_contain_text("사용할 수 없는 초대 링크입니다")
        story.look(guest, "void")
        guest.goto(second)
        expect(guest).to_have_url(re.compile("/harmony/joining/terms$"))
        _let_pass(story.house, "late@media.example")
        guest.goto(second)
        expect(guest.get_by_role("alert")).to_contain_text("유효기간이 지났습니다")
    page.goto("/invitations")
    story.look(page, "invitations")


def _let_pass(house: House, email: str) -> None:
    """The clock of the other processes cannot be moved; the invitation's end can."""
    with psycopg.connect(house.database.owner_url) as connection:
        connection.execute("UPDATE invitation SET expires_at = now() - interval '1 second' WHERE email = %s", (email,))
