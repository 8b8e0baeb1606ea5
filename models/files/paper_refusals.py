"""Refusals about seals, drawn signatures and page images, with their sentences: pure, for web and worker
alike.
"""

from collections.abc import Mapping

from models.kernel.refusals import Refusal


class SealUnreadable(Refusal):
    """Not a PNG or JPEG image, or a damaged one."""

    code = "seal_unreadable"
    status = 422


class SealTooLarge(Refusal):
    """More bytes or pixels than a seal needs. Detail: limit_mb, limit_px."""

    code = "seal_too_large"
    status = 422


class SealTooSmall(Refusal):
    """Too few pixels to print. Detail: minimum_px."""

    code = "seal_too_small"
    status = 422


class SealNotSquare(Refusal):
    """One side is more than twice the other: a scan of a page or a letterhead, not a seal."""

    code = "seal_not_square"
    status = 422


class SealEmpty(Refusal):
    """Nothing but background."""

    code = "seal_empty"
    status = 422


class SignatureUnreadable(Refusal):
    """The drawing is not in a form that the pad makes, or has too many points."""

    code = "signature_unreadable"
    status = 422


class SignatureTooSmall(Refusal):
    """A dot or a short dash: not a signature."""

    code = "signature_too_small"
    status = 422


class PdfUnreadable(Refusal):
    """Not a PDF, a damaged or an encrypted one."""

    code = "pdf_unreadable"
    status = 422


class PdfTooLong(Refusal):
    """More pages than are shown on screen. Detail: limit."""

    code = "pdf_too_long"
    status = 422


class NoSuchPage(Refusal):
    """The page is not in the document, or has no size that can be drawn. Detail: page, pages."""

    code = "no_such_page"
    status = 404


SENTENCES: Mapping[str, str] = {
    "seal_unreadable": "직인 이미지를 읽을 수 없습니다. PNG 또는 JPEG 파일을 첨부해 주세요.",
    "seal_too_large": "직인 이미지가 너무 큽니다. {limit_mb}MB, {limit_px}픽셀 이하의 파일을 첨부해 주세요.",
    "seal_too_small": "직인이 너무 작습니다. 가로와 세로가 {minimum_px}픽셀 이상인 파일을 첨부해 주세요.",
    "seal_not_square": "직인 이미지의 가로와 세로 차이가 너무 큽니다. 직인 부분만 잘라서 첨부해 주세요.",
    "seal_empty": "이미지에서 직인을 찾을 수 없습니다. 흰 종이에 찍은 직인을 첨부해 주세요.",
    "signature_unreadable": "사인을 읽을 수 없습니다. 지우고 다시 그려 주세요.",
    "signature_too_small": "사인이 너무 작습니다. 서명란에 크게 그려 주세요.",
    "pdf_unreadable": "PDF 파일을 열 수 없습니다. 파일이 손상되었거나 암호가 걸려 있습니다.",
    "pdf_too_long": "{limit}쪽이 넘는 문서는 화면에서 볼 수 없습니다. 파일을 내려받아 확인해 주세요.",
    "no_such_page": "문서에 없는 쪽입니다. 화면을 새로 고쳐 주세요.",
}
