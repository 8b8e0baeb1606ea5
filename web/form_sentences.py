"""What pydantic finds wrong, as a polite sentence for the person who typed it."""

from collections.abc import Mapping
from typing import Any

from models.kernel.wording import fill, with_josa

PLAIN = "입력하신 값을 확인해 주세요."

SENTENCES: Mapping[str, str] = {
    "greater_than": "{gt}보다 큰 값을 입력해 주세요.",
    "greater_than_equal": "{ge} 이상을 입력해 주세요.",
    "less_than": "{lt}보다 작은 값을 입력해 주세요.",
    "less_than_equal": "{le} 이하로 입력해 주세요.",
    "multiple_of": "{multiple_of} 단위로 입력해 주세요.",
    "finite_number": "숫자로 입력해 주세요.",
    "too_short": "{min_length}개 이상 있어야 합니다.",
    "too_long": "{max_length}개까지 쓸 수 있습니다.",
    "string_too_short": "{min_length}자 이상 입력해 주세요.",
    "string_too_long": "{max_length}자까지 쓸 수 있습니다.",
    "string_pattern_mismatch": "형식에 맞게 입력해 주세요.",
    "string_not_ascii": "영문, 숫자, 기호로 입력해 주세요.",
    "string_unicode": "읽을 수 없는 글자가 있습니다.",
    "bytes_too_short": "{min_length}바이트 이상이어야 합니다.",
    "bytes_too_long": "{max_length}바이트까지 쓸 수 있습니다.",
    "enum": "목록에서 골라 주세요.",
    "literal_error": "목록에서 골라 주세요.",
    "union_tag_invalid": "목록에서 골라 주세요.",
    "union_tag_not_found": "목록에서 골라 주세요.",
    "bool_type": "예 또는 아니요로 골라 주세요.",
    "bool_parsing": "예 또는 아니요로 골라 주세요.",
    "int_type": "숫자로 입력해 주세요.",
    "int_parsing": "숫자로 입력해 주세요.",
    "int_parsing_size": "숫자가 너무 큽니다.",
    "int_from_float": "소수점 없이 입력해 주세요.",
    "float_type": "숫자로 입력해 주세요.",
    "float_parsing": "숫자로 입력해 주세요.",
    "decimal_type": "숫자로 입력해 주세요.",
    "decimal_parsing": "숫자로 입력해 주세요.",
    "decimal_max_digits": "숫자는 모두 {max_digits}자리까지 쓸 수 있습니다.",
    "decimal_max_places": "소수점 아래 {decimal_places}자리까지 쓸 수 있습니다.",
    "decimal_whole_digits": "소수점 위는 {whole_digits}자리까지 쓸 수 있습니다.",
    "date_type": "날짜를 2023.02.09처럼 입력해 주세요.",
    "date_parsing": "날짜를 2023.02.09처럼 입력해 주세요.",
    "date_from_datetime_parsing": "날짜를 2023.02.09처럼 입력해 주세요.",
    "date_from_datetime_inexact": "날짜만 입력해 주세요.",
    "date_past": "오늘보다 앞선 날짜를 입력해 주세요.",
    "date_future": "오늘보다 뒤의 날짜를 입력해 주세요.",
    "time_type": "시각을 18:00처럼 입력해 주세요.",
    "time_parsing": "시각을 18:00처럼 입력해 주세요.",
    "datetime_type": "날짜와 시각을 입력해 주세요.",
    "datetime_parsing": "날짜와 시각을 입력해 주세요.",
    "datetime_from_date_parsing": "날짜와 시각을 입력해 주세요.",
    "datetime_past": "지금보다 앞선 때를 입력해 주세요.",
    "datetime_future": "지금보다 뒤의 때를 입력해 주세요.",
    "url_parsing": "인터넷 주소를 확인해 주세요.",
    "url_scheme": "https://로 시작하는 인터넷 주소를 입력해 주세요.",
    "url_syntax_violation": "인터넷 주소를 확인해 주세요.",
    "url_too_long": "인터넷 주소는 {max_length}자까지 쓸 수 있습니다.",
    "uuid_parsing": "화면을 새로 고친 뒤 다시 시도해 주세요.",
    "uuid_type": "화면을 새로 고친 뒤 다시 시도해 주세요.",
    "uuid_version": "화면을 새로 고친 뒤 다시 시도해 주세요.",
    "json_invalid": "JSON 형식이 아닙니다.",
    "extra_forbidden": "쓰지 않는 항목입니다.",
}
"""By pydantic's error type. The types not named here come from code, not from people, and get PLAIN."""

_CHOSEN = {"enum", "literal_error", "bool_type", "date_type", "union_tag_not_found"}


def sentence_of(error: Mapping[str, Any], title: str = "") -> str:
    """The sentence of one pydantic error; `title` is the field's label where the model gives one."""
    kind = str(error["type"])
    own = _own_words(error) if kind in {"value_error", "assertion_error"} else PLAIN
    if own != PLAIN:
        return own
    if kind == "missing" or error.get("input", "") is None:
        return needed(title, chosen=kind in _CHOSEN)
    if kind in {"value_error", "assertion_error"}:
        return own
    if kind == "literal_error" and (error.get("ctx") or {}).get("expected") == "True":
        return "체크해 주세요."
    facts = {name: _shown(value) for name, value in (error.get("ctx") or {}).items()}
    try:
        return fill(SENTENCES.get(kind, PLAIN), facts)
    except (KeyError, ValueError):
        return PLAIN


def needed(title: str = "", *, chosen: bool = False) -> str:
    """The sentence of an empty required field."""
    verb = "선택해 주세요." if chosen else "입력해 주세요."
    return f"{with_josa(title, '을')} {verb}" if title else f"필수 항목입니다. {verb}"


def _own_words(error: Mapping[str, Any]) -> str:
    """A validator's own sentence; those of libraries are English and say nothing to a person."""
    words = str((error.get("ctx") or {}).get("error", ""))
    return words if any("가" <= char <= "힣" for char in words) else PLAIN


def _shown(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    return f"{value:,}"
