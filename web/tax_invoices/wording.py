"""What the amendment pages ask for each reason; what a reason is for stands in models/tax_invoices/wording."""

from collections.abc import Mapping

from models.tax_invoices.rules import Reason

WRITTEN_ON: Mapping[str, str] = {
    Reason.CORRECTION: "원본 작성일자",
    Reason.PRICE_CHANGE: "변동사유가 생긴 날",
    Reason.RETURN: "환입한 날",
    Reason.TERMINATION: "계약이 해제된 날",
    Reason.LETTER_OF_CREDIT: "원본 작성일자",
    Reason.DUPLICATE: "원본 작성일자",
}
DAY_LABEL: Mapping[str, str] = {
    Reason.PRICE_CHANGE: "변동사유가 생긴 날",
    Reason.RETURN: "환입한 날",
    Reason.TERMINATION: "계약이 해제된 날",
    Reason.LETTER_OF_CREDIT: "내국신용장 개설일",
}
DIFFERENCE: Mapping[str, tuple[str, str]] = {
    Reason.PRICE_CHANGE: ("늘거나 준 공급가액", "줄었으면 앞에 -를 붙입니다. 세액은 10%로 함께 바뀝니다."),
    Reason.RETURN: ("돌아온 공급가액", "돌아온 만큼을 그대로 적습니다. 마이너스로 발급됩니다."),
}
