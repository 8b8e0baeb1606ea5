import datetime as dt
from pathlib import Path
from typing import cast

import pytest
from sqlalchemy.dialects import postgresql
from sqlmodel import Session, SQLModel

from models import clock
from models.files import queries, writes
from models.files.rules import PAPER, FileKind, FileRole, FileTypeWrong
from models.files.store import ContentMissingError, DiskStorage
from models.files.tables import StoredFile
from models.kernel.roles import Role
from models.processes.messages import Actor
from tests.files import samples

NOW = dt.datetime(2026, 2, 10, 9, 0, tzinfo=dt.UTC)


class Rows:
    """The three things of a session that the writes use."""

    def __init__(self) -> None:
        self.added: list[SQLModel] = []

    def add(self, row: SQLModel) -> None:
        self.added.append(row)

    def execute(self, *_: object) -> None:
        """The lock on the content, which a list needs not."""

    def flush(self) -> None:
        for number, row in enumerate(self.added, 1):
            row.id = number


@pytest.fixture
def rows() -> Rows:
    return Rows()


@pytest.fixture
def disk(tmp_path: Path) -> DiskStorage:
    return DiskStorage(tmp_path)


def staged(rows: Rows, disk: DiskStorage, name: str = "사업자등록증.pdf") -> StoredFile:
    with clock.set_to(NOW):
        return writes.stage(cast("Session", rows), 7, 3, name, samples.pdf(), PAPER, disk)


def test_a_staged_upload_is_content_and_a_row(rows: Rows, disk: DiskStorage) -> None:
    file = staged(rows, disk)
    assert rows.added == [file]
    assert (file.id, file.company_id, file.created_by, file.created_at) == (1, 3, 7, NOW)
    assert (file.media_type, file.size) == ("application/pdf", len(disk.get(file.sha256)))
    assert writes.content(file, disk) == disk.get(file.sha256)


def test_the_name_is_kept_clean(rows: Rows, disk: DiskStorage) -> None:
    assert staged(rows, disk, "  사업자:등록증?.pdf ").name == "사업자_등록증_.pdf"


def test_a_refused_upload_leaves_neither_row_nor_content(rows: Rows, disk: DiskStorage) -> None:
    with pytest.raises(FileTypeWrong):
        writes.stage(cast("Session", rows), 7, 3, "a.xlsx", samples.sheet(), PAPER, disk)
    assert rows.added == []
    assert list(disk.root.iterdir()) == []


def test_what_a_process_made_belongs_to_nobody_in_person(rows: Rows, disk: DiskStorage) -> None:
    with clock.set_to(NOW):
        file = writes.keep(cast("Session", rows), FileKind.PDF, "계약서.pdf", b"%PDF-made", 3, disk)
    assert (file.created_by, file.company_id, file.size) == (None, 3, 9)


def test_a_file_gets_its_place_in_a_document(rows: Rows, disk: DiskStorage) -> None:
    file = staged(rows, disk)
    with clock.set_to(NOW):
        place = writes.attach(
            cast("Session", rows),
            file,
            "contract",
            11,
            FileRole.DRAFT,
            company_id=3,
            title="계약서",
            position=2,
        )
    assert (place.file_id, place.kind, place.document_id, place.role) == (file.id, "contract", 11, "draft")
    assert (place.title, place.position, place.company_id, place.created_at) == ("계약서", 2, 3, NOW)


def test_a_file_without_a_row_has_no_place(rows: Rows) -> None:
    loose = StoredFile(sha256="0" * 64, size=1, media_type="x", name="x", created_at=NOW)
    with pytest.raises(ValueError, match="no row"):
        writes.attach(cast("Session", rows), loose, "contract", 1, FileRole.FINAL, company_id=None)


def test_lost_content_is_an_error_of_the_house(disk: DiskStorage) -> None:
    row = StoredFile(id=1, sha256="0" * 64, size=1, media_type="x", name="x", created_at=NOW)
    with pytest.raises(ContentMissingError):
        writes.content(row, disk)


def sql(actor: Actor) -> str:
    compiled = queries.visible(actor).compile(
        dialect=postgresql.dialect(),  # type: ignore[no-untyped-call]
        compile_kwargs={"literal_binds": True},
    )
    return str(compiled)


def test_a_partner_sees_its_companys_files_and_its_own_uploads_only() -> None:
    told = sql(Actor(member_id=7, name="박지은", company_id=3))
    assert "stored_file.company_id = 3 OR stored_file.created_by = 7" in told
    assert "WHERE" not in sql(Actor(member_id=1, name="차지애", roles=frozenset({Role.BUYER})))
