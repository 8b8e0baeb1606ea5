"""Files that are let go of: only what nothing else names, and the bytes only with their last row."""

import threading

import pytest
from sqlalchemy import select
from sqlmodel import Session, col

from models import database
from models.files import erasing, writes
from models.files.rules import ANY, FileRole
from models.files.store import storage
from models.files.tables import DocumentFile, StoredFile
from models.members.tables import BankAccount
from tests import factories
from tests.files import samples

pytestmark = pytest.mark.usefixtures("database")
OWN = ("signup", "change")


def staged(session: Session, name: str = "계좌사본.png", data: bytes | None = None) -> StoredFile:
    return writes.stage(session, 1, None, name, data or samples.png(), ANY)


def attached(session: Session, file: StoredFile, kind: str = "signup", document_id: int = 7) -> None:
    writes.attach(session, file, kind, document_id, FileRole.ATTACHMENT, company_id=None)


def gone(*spared: str) -> int:
    with database.working() as session:
        return erasing.delete_page(session, spared)


def rows() -> list[str]:
    with database.working() as session:
        return list(session.execute(select(col(StoredFile.name)).order_by(col(StoredFile.id))).scalars())


def test_a_paper_of_an_erased_member_goes_with_its_bytes() -> None:
    with database.working() as session:
        file = staged(session)
        attached(session, file)
        assert erasing.papers(session, "signup", [7]) == [file.id]
        assert erasing.papers(session, "change", [7]) == []
    with database.working() as session:
        erasing.let_go(session, [file.id or 0], OWN)
    assert storage().exists(file.sha256)
    assert gone() == 1
    assert gone() == 0
    assert rows() == []
    assert not storage().exists(file.sha256)
    with database.working() as session:
        assert session.execute(select(DocumentFile)).first() is None


@pytest.mark.parametrize("use", ["contract", "account"])
def test_what_something_else_names_stays_where_it_is(use: str) -> None:
    with database.working() as session:
        file = staged(session)
        attached(session, file)
        if use == "contract":
            attached(session, file, "contract")
        else:
            company = factories.company(session, "한빛")
            session.add(
                BankAccount(
                    company_id=company.id or 0,
                    bank_name="카카오뱅크",
                    account_number="1",
                    holder="한빛",
                    copy_file_id=file.id,
                    created_at=factories.NOW,
                )
            )
    with database.working() as session:
        erasing.let_go(session, [file.id or 0], OWN)
        assert erasing.papers(session, "signup", [7]) == [file.id]
    assert gone() == 0
    assert rows() == ["계좌사본.png"]


def test_the_same_bytes_of_somebody_else_stay() -> None:
    with database.working() as session:
        mine, theirs = staged(session), staged(session, "남의 것.png")
        erasing.let_go(session, [mine.id or 0], OWN)
    assert gone() == 1
    assert rows() == ["남의 것.png"]
    assert storage().exists(theirs.sha256)


def test_bytes_of_a_form_still_being_filled_in_stay() -> None:
    with database.working() as session:
        file = staged(session)
        erasing.let_go(session, [file.id or 0], OWN)
    assert gone(file.sha256) == 1
    assert storage().exists(file.sha256)


def test_who_uploads_the_same_bytes_meanwhile_keeps_them() -> None:
    with database.working() as session:
        old = staged(session)
        erasing.let_go(session, [old.id or 0], OWN)
    with database.working() as session:
        staged(session, "새것.png")
        deleting = threading.Thread(target=gone)
        deleting.start()
        deleting.join(0.5)
        assert deleting.is_alive()
    deleting.join()
    assert rows() == ["새것.png"]
    assert storage().exists(old.sha256)
