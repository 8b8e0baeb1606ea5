"""Codes of the national e-tax-invoice standard (KEC v3.0), with the words a Korean form prints for them."""

from enum import StrEnum


class Form(StrEnum):
    """First half of the TypeCode."""

    INVOICE = "01"  # 세금계산서
    AMENDED_INVOICE = "02"  # 수정세금계산서
    EXEMPT = "03"  # 계산서 (no VAT)
    AMENDED_EXEMPT = "04"  # 수정계산서

    @property
    def amended(self) -> bool:
        """Whether it corrects an earlier document."""
        return self in {Form.AMENDED_INVOICE, Form.AMENDED_EXEMPT}

    @property
    def exempt(self) -> bool:
        """Whether it carries no VAT by law (계산서)."""
        return self in {Form.EXEMPT, Form.AMENDED_EXEMPT}


class Trade(StrEnum):
    """Second half of the TypeCode."""

    GENERAL = "01"  # 일반
    ZERO_RATED = "02"  # 영세율
    CONSIGNED = "03"  # 위수탁
    IMPORT = "04"  # 수입
    ZERO_RATED_CONSIGNED = "05"  # 영세율위수탁

    @property
    def zero_rated(self) -> bool:
        """Whether the VAT rate is 0 %."""
        return self in {Trade.ZERO_RATED, Trade.ZERO_RATED_CONSIGNED}

    @property
    def consigned(self) -> bool:
        """Whether a trustee (수탁자) stands in the document as its broker."""
        return self in {Trade.CONSIGNED, Trade.ZERO_RATED_CONSIGNED}


class Purpose(StrEnum):
    """「이 금액을 영수/청구 함」."""

    RECEIPT = "01"  # 영수
    CLAIM = "02"  # 청구


class Amendment(StrEnum):
    """Why an issued document is amended (부가가치세법 시행령 70조 1항)."""

    CORRECTION = "01"  # 기재사항 착오정정
    PRICE_CHANGE = "02"  # 공급가액 변동
    RETURN = "03"  # 환입
    CANCELLATION = "04"  # 계약의 해제
    LETTER_OF_CREDIT = "05"  # 내국신용장 사후개설
    DUPLICATE = "06"  # 착오에 의한 이중발급


class BusinessType(StrEnum):
    """What kind of number the buyer stands under."""

    BUSINESS = "01"  # 사업자등록번호, 10 digits
    INDIVIDUAL = "02"  # 주민등록번호, 13 digits
    FOREIGNER = "03"  # 외국인, always FOREIGNER_NUMBER


class PaymentMeans(StrEnum):
    """How it was or will be paid."""

    CASH = "10"  # 현금
    CHEQUE = "20"  # 수표
    NOTE = "30"  # 어음
    CREDIT = "40"  # 외상미수금


FOREIGNER_NUMBER = "9999999999999"

FORM_WORDS = {
    Form.INVOICE: "세금계산서",
    Form.AMENDED_INVOICE: "수정세금계산서",
    Form.EXEMPT: "계산서",
    Form.AMENDED_EXEMPT: "수정계산서",
}
TRADE_WORDS = {
    Trade.GENERAL: "일반",
    Trade.ZERO_RATED: "영세율",
    Trade.CONSIGNED: "위수탁",
    Trade.IMPORT: "수입",
    Trade.ZERO_RATED_CONSIGNED: "영세율위수탁",
}
PURPOSE_WORDS = {Purpose.RECEIPT: "영수", Purpose.CLAIM: "청구"}
AMENDMENT_WORDS = {
    Amendment.CORRECTION: "기재사항 착오정정",
    Amendment.PRICE_CHANGE: "공급가액 변동",
    Amendment.RETURN: "환입",
    Amendment.CANCELLATION: "계약의 해제",
    Amendment.LETTER_OF_CREDIT: "내국신용장 사후개설",
    Amendment.DUPLICATE: "착오에 의한 이중발급",
}
BUSINESS_TYPE_WORDS = {
    BusinessType.BUSINESS: "사업자",
    BusinessType.INDIVIDUAL: "개인",
    BusinessType.FOREIGNER: "외국인",
}
PAYMENT_WORDS = {
    PaymentMeans.CASH: "현금",
    PaymentMeans.CHEQUE: "수표",
    PaymentMeans.NOTE: "어음",
    PaymentMeans.CREDIT: "외상미수금",
}
