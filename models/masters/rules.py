"""기준정보: which lists the house keeps, what their codes look like, and what it starts with. Pure."""

from enum import StrEnum

from models.kernel.refusals import Refusal

CODE = r"[0-9A-Z가-힣][0-9A-Z가-힣._-]{0,29}"
CODE_CHARS_MAX = 30
NAME_CHARS_MAX = 100
POSITION_MAX = 9999
IMPORT_ROWS_MAX = 5000


class Master(StrEnum):
    """The lists; also the last part of their addresses."""

    CATEGORY = "categories"  # 세분류
    GOODS = "goods"  # 품목
    UNIT = "units"  # 단위
    PLACE = "places"  # 납품위치
    REASON = "reasons"  # 사유 코드


class ReasonKind(StrEnum):
    """Where a 사유 코드 is asked for."""

    WITHDRAWAL = "withdrawal"  # 회원 탈퇴
    CONTACT = "contact"  # 담당자 탈퇴
    RECEIPT = "receipt"  # 입고취소
    INSPECTION = "inspection"  # 검수취소


# What the manual names; a house without rows of its own works with these.
PLACES = ("GS1", "OFC", "MD1", "MD2", "LGX", "당사지정장소")

REASONS: dict[ReasonKind, tuple[tuple[str, str], ...]] = {
    ReasonKind.WITHDRAWAL: (
        ("NO_DEAL", "거래의사 없음"),
        ("CLOSED", "폐업"),
        ("MERGED", "합병·양도"),
        ("OTHER", "기타"),
    ),
    ReasonKind.CONTACT: (("LEFT", "퇴사"), ("MOVED", "부서이동"), ("OTHER", "기타")),
    ReasonKind.RECEIPT: (("RETURNED", "서버 반품"), ("DAY_CHANGED", "입고일자 변경"), ("OTHER", "기타")),
    ReasonKind.INSPECTION: (("CANCELLED", "검수취소"), ("AGAIN", "재검 필요"), ("OTHER", "기타")),
}


class MasterInUse(Refusal):
    """A 세분류 or 단위 that active 품목 name; facts: `count`."""

    code = "master_in_use"


class MasterChanged(Refusal):
    """Somebody else saved the row meanwhile."""

    code = "master_changed"


class ImportChanged(Refusal):
    """Between preview and 「반영」 the list or the file became another."""

    code = "import_changed"


class MasterSheetUnreadable(Refusal):
    """An uploaded workbook that is not the form of this list."""

    code = "master_sheet_unreadable"
    status = 422


class MasterSheetTooLong(Refusal):
    """Facts: `limit`."""

    code = "master_sheet_too_long"
    status = 422
