"""What may be uploaded where, its limits, and the refusals."""

from dataclasses import dataclass
from enum import StrEnum

from models.kernel.refusals import Refusal

SIZE_BYTES_MAX = 30 * 1024 * 1024
PIXELS_MAX = 80_000_000
SIDE_PIXELS_MAX = 20_000
SHEET_ENTRIES_MAX = 2_000
SHEET_BYTES_MAX = 200 * 1024 * 1024
SHEET_RATIO_MAX = 200
"""Unpacked to packed; a real sheet of repeated text reaches about 60."""
PDF_OBJECTS_MAX = 200_000


class FileRole(StrEnum):
    """What a file is to its document."""

    DRAFT = "draft"  # 초안
    FINAL = "final"  # 완료본: sealed and signed
    SEAL = "seal"  # 직인, 사인
    ATTACHMENT = "attachment"  # 첨부


class FileKind(StrEnum):
    """The kinds the house takes, by content."""

    JPEG = "JPG"
    PNG = "PNG"
    PDF = "PDF"
    XLSX = "XLSX"
    CSV = "CSV"  # text in columns; taken only where a page reads it, line by line
    XML = "XML"  # made by the house, and an invoice somebody else issued; never an ordinary attachment


MEDIA_TYPES = {
    FileKind.JPEG: "image/jpeg",
    FileKind.PNG: "image/png",
    FileKind.PDF: "application/pdf",
    FileKind.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    FileKind.CSV: "text/csv",
    FileKind.XML: "application/xml",
}
EXTENSIONS = {
    "jpg": FileKind.JPEG,
    "jpeg": FileKind.JPEG,
    "png": FileKind.PNG,
    "pdf": FileKind.PDF,
    "xlsx": FileKind.XLSX,
    "csv": FileKind.CSV,
    "xml": FileKind.XML,
}


@dataclass(frozen=True)
class Use:
    """A place where files are taken: the kinds it accepts and its size limit."""

    kinds: frozenset[FileKind]
    bytes_max: int = SIZE_BYTES_MAX

    @property
    def accept(self) -> str:
        """The `accept` attribute of the file field: .jpg,.jpeg,.png,.pdf."""
        return ",".join(f".{ending}" for ending, kind in EXTENSIONS.items() if kind in self.kinds)

    @property
    def words(self) -> str:
        """JPG, JPEG, PNG, PDF: the hint beside the field."""
        return ", ".join(ending.upper() for ending, kind in EXTENSIONS.items() if kind in self.kinds)


PAPER = Use(frozenset({FileKind.JPEG, FileKind.PNG, FileKind.PDF}))
"""사업자등록증, 계좌사본, 신분증."""
PDF_ONLY = Use(frozenset({FileKind.PDF}))
"""계약서 uploaded instead of produced."""
SEAL = Use(frozenset({FileKind.JPEG, FileKind.PNG}), 5 * 1024 * 1024)
"""직인, 사인."""
SHEET = Use(frozenset({FileKind.XLSX}), 10 * 1024 * 1024)
"""Forms filled in and uploaded: serial numbers."""
TABLE = Use(frozenset({FileKind.XLSX, FileKind.CSV}), 20 * 1024 * 1024)
"""Rows somebody else's system wrote: revenue, results of payments."""
ANY = Use(frozenset(FileKind) - {FileKind.XML, FileKind.CSV})
"""기타 첨부."""


class FileRefusal(Refusal):
    """An upload that is not taken; `name` is the cleaned file name, where there is one."""

    code = "file_refused"
    status = 422


class FileEmpty(FileRefusal):
    code = "file_empty"


class FileTooLarge(FileRefusal):
    """`limit` as words (30.0MB)."""

    code = "file_too_large"


class FileNameUnsafe(FileRefusal):
    """A path, a NUL or hidden signs in the name."""

    code = "file_name_unsafe"


class FileTypeWrong(FileRefusal):
    """The content is of a kind that is not taken here: `found`, `accepted` as words."""

    code = "file_type_wrong"


class FileNameMismatch(FileRefusal):
    """The name promises another kind than the content is: `promised`, `found`."""

    code = "file_name_mismatch"


class FileDamaged(FileRefusal):
    """The content breaks off or contradicts itself."""

    code = "file_damaged"


class FileDoubleFaced(FileRefusal):
    """The content is a second thing as well: other data before, after or inside (a polyglot)."""

    code = "file_double_faced"


class ImageTooLarge(FileRefusal):
    """More pixels than the house decodes: `width`, `height`."""

    code = "image_too_large"


class ArchiveTooLarge(FileRefusal):
    """A spreadsheet that unpacks beyond all measure."""

    code = "archive_too_large"


class SheetActive(FileRefusal):
    """A spreadsheet with macros."""

    code = "sheet_active"


class FileLocked(FileRefusal):
    """A password is needed to open it."""

    code = "file_locked"


class PdfActive(FileRefusal):
    """A PDF that runs scripts or starts programs."""

    code = "pdf_active"


class PdfTooComplex(FileRefusal):
    """More objects than can be looked through."""

    code = "pdf_too_complex"


class FileGone(FileRefusal):
    """What was uploaded with a form is not there any more."""

    code = "file_gone"
