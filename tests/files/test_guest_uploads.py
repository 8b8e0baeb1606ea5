"""What strangers may not leave here: uploads of people who join, refused with a sentence at their field."""

import io
import re
import zipfile
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import func, select
from sqlmodel import col
from starlette.testclient import TestClient

from models import clock
from models import database as house
from models.files.rules import SIZE_BYTES_MAX
from models.files.tables import StoredFile
from models.files.wording import SENTENCES
from models.identity.wording import SENTENCES as IDENTITY_SENTENCES
from models.settings import settings
from models.signups import drafts
from models.signups.messages import Draft
from models.signups.rules import SignupKind
from models.signups.wording import WORDS
from tests import engines
from tests.files import samples
from web import auth, errors, signups
from web.auth import cookies
from web.auth.cookies import Cookie

FIELD = "accounts-0-copy_upload"
SCRIPT_SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>'
BYTE_BOMB = b"\x00" * 1024 * 1024


def nested_bomb(depth: int = 3) -> bytes:
    """An archive in an archive in an archive, each of zeros only."""
    inner = BYTE_BOMB * 8
    for level in range(depth):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for number in range(4):
                archive.writestr(f"{level}-{number}.zip", inner)
        inner = out.getvalue()
    return inner


ATTACKS: dict[str, tuple[str, bytes, str]] = {
    "an executable called a picture": ("등록증.png", b"MZ\x90\x00" + b"\x00" * 100, "file_type_wrong"),
    "a page called a paper": ("등록증.pdf", b"<!DOCTYPE html><script>alert(1)</script>", "file_type_wrong"),
    "a shell script called a paper": ("등록증.pdf", b"#!/bin/sh\nrm -rf /\n", "file_type_wrong"),
    "a word file called a paper": ("등록증.pdf", samples.archive_of({"word/document.xml": b"<x/>"}), "file_type_wrong"),
    "a picture called a paper": ("등록증.pdf", samples.png(), "file_name_mismatch"),
    "a paper called a picture": ("등록증.jpg", samples.pdf(), "file_name_mismatch"),
    "a sheet, though a real one": ("등록증.xlsx", samples.sheet(), "file_type_wrong"),
    "no ending at all": ("등록증", samples.png(), "file_type_wrong"),
    "two endings, the last one bad": ("등록증.png.exe", samples.png(), "file_type_wrong"),
    "nothing": ("등록증.pdf", b"", "file_empty"),
    "30 MB and one byte": ("등록증.pdf", b"%PDF-1.7\n" + b"\x00" * (SIZE_BYTES_MAX - 8), "file_too_large"),
    "a zip bomb": ("등록증.zip", nested_bomb(), "file_type_wrong"),
    "a zip bomb called a paper": ("등록증.pdf", nested_bomb(), "file_type_wrong"),
    "a zip bomb behind a picture": ("등록증.png", samples.png() + nested_bomb(), "file_double_faced"),
    "a picture of four billion pixels": ("등록증.png", samples.png_claiming(65_000, 65_000), "image_too_large"),
    "a picture that is a page as well": (
        "등록증.png",
        samples.png() + b"<html><script>alert(1)</script></html>",
        "file_double_faced",
    ),
    "a photo that is a program as well": ("등록증.jpg", samples.jpeg() + b"MZ\x90\x00", "file_double_faced"),
    "a paper that is an archive as well": (
        "등록증.pdf",
        samples.pdf() + samples.archive_of({"a.js": b"alert(1)"}),
        "file_double_faced",
    ),
    "a drawing with a script": ("등록증.svg", SCRIPT_SVG, "file_type_wrong"),
    "a drawing with a script called a picture": ("등록증.png", SCRIPT_SVG, "file_type_wrong"),
    "a paper with a script": (
        "등록증.pdf",
        samples.pdf({"/OpenAction": samples.action("JavaScript")}),
        "pdf_active",
    ),
    "a paper that starts programs, packed": (
        "등록증.pdf",
        samples.pdf({"/OpenAction": samples.action("Launch")}, packed=True),
        "pdf_active",
    ),
    "a paper behind a password": ("등록증.pdf", samples.pdf(password="x"), "file_locked"),
    "a paper cut short": ("등록증.pdf", samples.pdf()[:200], "file_damaged"),
    "a path upwards": ("../../../etc/cron.d/등록증.pdf", samples.pdf(), "file_name_unsafe"),
    "a whole path": ("/etc/passwd.pdf", samples.pdf(), "file_name_unsafe"),
    "an ending turned round": ("등록증\u202efdp.exe.pdf", samples.pdf(), "file_name_unsafe"),
    "nothing but dots": ("..", samples.pdf(), "file_name_unsafe"),
}


class Guest:
    """A browser that has begun to join, with nobody logged in."""

    def __init__(self, client: TestClient, kept: Path) -> None:
        self.client = client
        self.kept = kept
        self.token = drafts.begin(Draft(kind=SignupKind.INDIVIDUAL, agreed=True), clock.now())
        client.cookies.set(cookies.name_of(Cookie.SIGNUP), self.token)
        page = client.get("/signups/form")
        assert page.status_code == 200, page.text
        found = re.search(r'name="csrf" value="([^"]+)"', page.text)
        assert found is not None
        self.csrf = found[1]

    def upload(self, name: str, data: bytes, **more: str) -> Any:
        return self.client.post(
            "/signups/form",
            data={"csrf": self.csrf, "do": "keep", **more},
            files={FIELD: (name, data, "application/pdf")},
        )

    def draft(self) -> Draft:
        with house.web() as session:
            return drafts.read(session, self.token, clock.now())

    def stored(self) -> list[Path]:
        return [path for path in self.kept.rglob("*") if path.is_file()] if self.kept.exists() else []


@pytest.fixture
def guest(module_database: engines.Database, tmp_path: Path) -> Iterator[Guest]:
    made = FastAPI(docs_url=None, redoc_url=None)
    errors.install(made)
    auth.install(made)
    errors.add_sentences(SENTENCES, IDENTITY_SENTENCES, WORDS.sentences)
    made.include_router(signups.router)
    assert settings().storage_url == f"file:{tmp_path / 'data' / 'files'}"
    with TestClient(made, base_url="http://portal.example", follow_redirects=False) as client:
        yield Guest(client, tmp_path / "data" / "files")


@pytest.mark.parametrize("attack", ATTACKS, ids=[name.replace(" ", "-") for name in ATTACKS])
def test_an_attack_is_refused_with_its_sentence_and_nothing_is_kept(guest: Guest, attack: str) -> None:
    name, data, code = ATTACKS[attack]
    answer = guest.upload(name, data)
    assert answer.status_code == 422
    shown = unescape(answer.text)
    at_field = shown.split(f'id="e-{FIELD}"')[1].split("</ul>")[0]
    words = re.sub(r"<[^>]+>", "", at_field.split(">", 1)[1])
    assert fits(SENTENCES[code], words), words
    assert guest.stored() == []
    assert guest.draft().files == []
    with house.working() as session:
        assert session.execute(select(func.count(col(StoredFile.id)))).scalar_one() == 0


def fits(template: str, words: str) -> bool:
    """Whether the words are the sentence with its facts filled in."""
    pattern = "".join(re.escape(part) if number % 2 == 0 else ".+?" for number, part in enumerate(split(template)))
    return re.search(pattern, words, re.DOTALL) is not None


def split(template: str) -> list[str]:
    return re.split(r"(\{[^}]*\})", template)


@pytest.mark.parametrize(
    ("name", "data"),
    [("등록증.pdf", samples.pdf()), ("등록증.png", samples.png()), ("등록증.JPG", samples.jpeg())],
)
def test_honest_papers_of_strangers_are_kept_with_their_form(guest: Guest, name: str, data: bytes) -> None:
    answer = guest.upload(name, data)
    assert answer.status_code == 303, answer.text
    kept = guest.draft().files
    assert [one.name for one in kept] == [name]
    assert [path.name for path in guest.stored()] == [kept[0].sha256]
    # The place is named by the content's hash alone: whatever the name was, it is no path.
    assert re.fullmatch(r"[0-9a-f]{64}", guest.stored()[0].name)


def test_what_old_browsers_put_before_a_name_is_no_path(guest: Guest) -> None:
    assert guest.upload("C:\\Users\\garam\\등록증.pdf", samples.pdf()).status_code == 303
    assert [one.name for one in guest.draft().files] == ["등록증.pdf"]


def test_a_stranger_who_has_begun_nothing_sends_no_files(guest: Guest) -> None:
    guest.client.cookies.delete(cookies.name_of(Cookie.SIGNUP))
    answer = guest.upload("등록증.pdf", samples.pdf() + b"\x00" * 70_000)
    assert answer.status_code == 403
    assert guest.stored() == []


def test_other_forms_of_strangers_take_no_files(guest: Guest) -> None:
    answer = guest.client.post(
        "/signups/individual", data={"csrf": guest.csrf}, files={"x": ("a.png", b"\x89PNG" + b"\x00" * 70_000)}
    )
    assert answer.status_code == 403
    assert guest.stored() == []


def test_without_the_forms_token_nothing_is_even_looked_at(guest: Guest) -> None:
    guest.csrf = "forged"
    assert guest.upload("등록증.pdf", samples.pdf()).status_code == 403
    assert guest.stored() == []


def test_files_have_a_number_as_well_as_a_size(guest: Guest) -> None:
    from models.signups.rules import FILES_MAX

    for number in range(FILES_MAX):
        assert guest.upload(f"{number}.png", samples.png()).status_code == 303
    answer = guest.upload("more.png", samples.png())
    assert answer.status_code == 422
    assert len(guest.draft().files) == FILES_MAX


def test_every_sentence_tells_what_to_do() -> None:
    for code in {attack[2] for attack in ATTACKS.values()}:
        assert SENTENCES[code].endswith("주세요.")
