"""Conventions of all templates, and the components with ordinary and nasty content."""

import datetime as dt
import re
from dataclasses import replace
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.requests import Request

from models import clock
from models.kernel.roles import Role
from models.kernel.transitions import Move
from tests.web_shell.pages import NOW, SHELL
from web import forms, portals, render

SOURCES = {str(p.relative_to(render.TEMPLATES)): p.read_text("utf-8") for p in render.TEMPLATES.rglob("*.html")}
PAGES = {name: text for name, text in SOURCES.items() if not name.startswith(("layouts/", "components/"))}
LINES_MAX = 200


def made(source: str, **context: Any) -> str:
    """A piece of template as a page would render it."""
    head = '{% import "components/ui.html" as ui %}'
    return render.ENV.from_string(head + source).render({"shell": SHELL, "now": NOW} | context)


def request_of(app: FastAPI, path: str, shell: portals.Shell | None) -> Request:
    scope = {"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": [], "app": app}
    request = Request(scope)
    request.state.shell = shell
    return request


@pytest.mark.parametrize("name", sorted(SOURCES))
def test_every_template_compiles_and_is_short(name: str) -> None:
    render.ENV.get_template(name)
    assert len(SOURCES[name].splitlines()) <= LINES_MAX


def _chain(name: str) -> str:
    text = SOURCES[name]
    above = re.search(r'{% extends "([^"]+)"', text)
    return text + (_chain(above[1]) if above else "")


@pytest.mark.parametrize("name", sorted(n for n, t in PAGES.items() if "{% extends" in t))
def test_every_page_has_a_title(name: str) -> None:
    without_base = _chain(name).replace(SOURCES["layouts/base.html"], "")
    assert "{% block title %}" in without_base


@pytest.mark.parametrize("name", sorted(SOURCES))
def test_nothing_is_inline(name: str) -> None:
    text = re.sub(r"{#.*?#}", "", SOURCES[name], flags=re.DOTALL)
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|javascript:", text)
    assert "|safe" not in text.replace(" ", "")


def test_the_frame_shows_the_person_and_leaves_out_pages_that_do_not_exist() -> None:
    app = FastAPI()

    @app.get("/contracts")
    def contracts() -> None: ...

    with clock.set_to(NOW):
        answer = render.page(
            request_of(app, "/contracts/7", SHELL),
            "errors/error.html",
            title="제목",
            words="말",
            code=1,
            request_id="",
            back="/",
        )
    text = bytes(answer.body).decode()
    assert "(주)한빛네트웍스" in text
    assert '<a href="/contracts" aria-current="page">' in text
    assert "/orders" not in text
    assert "개인정보처리방침" in text
    assert "사업자등록증" in text
    assert text.count("<h1>") == 1


def test_a_partner_sees_no_office_menu() -> None:
    served = frozenset(link.href for group in portals.OFFICE_MENU for link in group.links)
    labels = {link.label for group in portals.menu(SHELL, served) for link in group.links}
    assert "협력사" not in labels
    assert "계약목록" in labels


def test_an_individual_has_no_company_to_manage() -> None:
    served = frozenset(link.href for group in portals.PARTNER_MENU for link in group.links)
    owner = replace(SHELL, roles=frozenset({Role.PARTNER, Role.PARTNER_OWNER}))

    def own(shell: portals.Shell) -> list[str]:
        return [link.label for group in portals.menu(shell, served) if group.label == "회원" for link in group.links]

    assert own(owner) == ["기업정보", "회원정보", "담당자관리", "부담당자 가입요청"]
    assert own(replace(owner, individual=True)) == ["회원정보"]
    assert own(SHELL) == ["회원정보"]


@pytest.mark.parametrize(
    ("path", "href"),
    [
        ("/contracts", "/contracts"),
        ("/contracts/7", "/contracts"),
        ("/contracts/drafts", "/contracts/drafts"),
        ("/contractsx", ""),
        ("/", "/"),
        ("/elsewhere", ""),
    ],
)
def test_the_current_entry_is_the_longest_that_fits(path: str, href: str) -> None:
    assert portals.current(portals.PARTNER_MENU, path) == href


def test_a_timeline_entry_needs_only_state_and_title_and_escapes_people() -> None:
    entries = [
        {"state": "done", "title": "초안 작성", "who": "차지애", "on_behalf_of": "권준", "at": NOW, "receipt": "/r/1"},
        {"state": "back", "title": "재작성요청", "at": NOW, "reason": "<script>\n둘째 줄"},
        {"state": "now", "title": "초안 검토", "due": NOW, "reminder": {"at": NOW, "channel": "알림톡"}},
        {"state": "plan", "title": "완료", "expected": dt.date(2023, 2, 14)},
    ]
    text = made("{{ ui.timeline(entries, now) }}", entries=entries)
    for words in (
        "(권준 대신)",
        "2월 9일 12:00",
        "&lt;script&gt;<br>둘째 줄",
        "12:00까지",
        "알림톡 예정",
        "예상 2월 14일",
    ):
        assert words in text
    assert 'aria-current="step"' in text


def test_acts_show_one_primary_last_and_ask_for_reasons() -> None:
    roles = frozenset({Role.PARTNER})
    moves = (
        Move("asked", "accept_draft", ("done",), roles, primary=True),
        Move("asked", "redraft", ("drafting",), roles, reason=True, danger=True),
    )
    labels = {"accept_draft": "검토완료", "redraft": "재작성요청"}
    arguments = '(moves, labels, "/contracts/7", shell, 3)'
    source = "{{ ui.acts" + arguments + " }}{{ ui.act_dialogs" + arguments + " }}"
    text = made(source, moves=moves, labels=labels)
    assert text.index("재작성요청") < text.index("검토완료")
    assert 'action="/contracts/7/accept-draft"' in text
    assert 'name="version" value="3"' in text
    assert 'name="csrf" value="token"' in text
    assert 'data-dialog="act-redraft"' in text
    assert 'name="reason"' in text
    ids = re.findall(r'name="request_id" value="([0-9a-f-]{36})"', text)
    assert len(set(ids)) == len(ids) == len(moves)


def test_a_field_ties_its_hint_and_errors_and_keeps_the_input() -> None:
    form = forms.Parsed[Any](values={"name": ['"><b>']}, errors={"name": ["계약명을 확인해 주세요."]})
    text = made('{{ ui.field(form, "name", "계약명", hint="힌트", required=true) }}', form=form)
    assert 'aria-describedby="h-name e-name"' in text
    assert 'aria-invalid="true"' in text
    assert "&#34;&gt;&lt;b&gt;" in text
    assert '<label for="f-name">' in text


def test_a_password_is_never_written_back() -> None:
    form = forms.Parsed[Any](values={"password": ["secret1!"]})
    assert "secret1!" not in made('{{ ui.field(form, "password", "비밀번호", type="password") }}', form=form)


def test_facts_take_other_components_as_values() -> None:
    text = made('{{ ui.facts([("금액", ui.money(1200000, vat="VAT 별도")), ("메모", none), ("이름", "<i>")]) }}')
    assert "금 1,200,000 원" in text
    assert "<dd>–</dd>" in text
    assert "&lt;i&gt;" in text


def test_the_form_summary_points_at_the_fields() -> None:
    form = forms.Parsed[Any](
        errors={"items-0-name": ["확인해 주세요."]}, labels={"items-0-name": "품목명"}, notes=("먼저 처리했습니다.",)
    )
    text = made('{% call ui.form("/x", shell, form) %}<i>안</i>{% endcall %}', form=form)
    assert '<a href="#f-items-0-name">품목명: 확인해 주세요.</a>' in text
    assert "먼저 처리했습니다." in text
    assert "<i>안</i>" in text
