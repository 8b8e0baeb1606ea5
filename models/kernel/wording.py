"""Korean wording that every domain shares: refusals, roles, days, durations, amounts, josa."""

import datetime as dt
from collections.abc import Mapping

from models.kernel.calendar import KST
from models.kernel.money import format_minor
from models.kernel.refusals import Refusal
from models.kernel.roles import Role

ROLE: Mapping[str, str] = {
    Role.PARTNER: "공급사 담당자",
    Role.PARTNER_OWNER: "주담당자",
    Role.BUYER: "구매담당자",
    Role.REQUESTER: "현업담당자",
    Role.RECEIVER: "입고담당자",
    Role.INSPECTOR: "검수담당자",
    Role.SETTLEMENT: "정산담당자",
    Role.ADMIN: "관리자",
    Role.MEDIA_MANAGER: "제휴담당자",
    Role.MEDIA: "제휴사 사용자",
    Role.SYSTEM: "시스템",
}

# A `{name:을}` in a sentence takes the fact with the right josa. Facts that a refusal may lack have a second
# sentence without them, see `sentence`.
SENTENCES: Mapping[str, str] = {
    "refused": "요청하신 일을 처리하지 못했습니다. 화면을 새로 고친 뒤 다시 시도해 주세요.",
    "not_your_turn": "이 단계는 다른 담당자의 차례입니다. 진행 이력에서 담당자를 확인해 주세요.",
    "act_not_possible": "지금 상태에서는 할 수 없는 일입니다. 화면을 새로 고쳐 현재 상태를 확인해 주세요.",
    "act_not_possible.by": "{by:이} {at}에 먼저 처리했습니다. 화면을 새로 고쳐 현재 상태를 확인해 주세요.",
    "stale_document": "그 사이에 문서가 바뀌었습니다. 바뀐 내용을 확인한 뒤 다시 시도해 주세요.",
    "stale_document.by": "{by:이} {at}에 문서를 바꾸었습니다. 바뀐 내용을 확인한 뒤 다시 시도해 주세요.",
    "reason_required": "사유를 입력해 주세요.",
    "not_found": "찾으시는 문서가 없거나 볼 수 있는 권한이 없습니다.",
    "request_reused": "이미 보낸 요청과 내용이 다릅니다. 화면을 새로 고친 뒤 다시 시도해 주세요.",
    "field_errors": "입력하신 내용을 확인해 주세요.",
}

_WEEKDAYS = "월화수목금토일"
_JOSA = {
    "을": ("을", "를"),
    "를": ("을", "를"),
    "이": ("이", "가"),
    "가": ("이", "가"),
    "은": ("은", "는"),
    "는": ("은", "는"),
    "과": ("과", "와"),
    "와": ("과", "와"),
    "아": ("아", "야"),
    "으로": ("으로", "로"),
    "로": ("으로", "로"),
    "이라": ("이라", "라"),
}
# Final sounds of what is read aloud as Korean: 영 일 이 삼 사 오 육 칠 팔 구; letters by their names.
_FINAL_OF_DIGIT = {"0": "ㅇ", "1": "ㄹ", "3": "ㅁ", "6": "ㄱ", "7": "ㄹ", "8": "ㄹ"}
_FINAL_OF_LETTER = {"l": "ㄹ", "m": "ㅁ", "n": "ㄴ", "r": "ㄹ"}
_HANGUL_FIRST, _HANGUL_LAST, _FINALS, _FINAL_RIEUL = 0xAC00, 0xD7A3, 28, 8


def josa(word: str, kind: str) -> str:
    """The particle that fits the word's final sound: josa("계약", "을") is 을, josa("발주", "을") is 를."""
    with_final, without_final = _JOSA[kind]
    final = _final_sound(word)
    if kind in {"으로", "로"}:
        return with_final if final not in {"", "ㄹ"} else without_final
    return with_final if final else without_final


def with_josa(word: str, kind: str) -> str:
    """The word and its particle: 계약을, 발주를."""
    return word + josa(word, kind)


def _final_sound(word: str) -> str:
    """The last sounding character's final consonant: "ㄹ", any other sign for another one, "" for none."""
    spoken = [c for c in word if c.isalnum()]
    if not spoken:
        return ""
    last = spoken[-1].lower()
    if _HANGUL_FIRST <= ord(last) <= _HANGUL_LAST:
        final = (ord(last) - _HANGUL_FIRST) % _FINALS
        return "" if final == 0 else "ㄹ" if final == _FINAL_RIEUL else "ㅇ"
    return _FINAL_OF_DIGIT.get(last, _FINAL_OF_LETTER.get(last, ""))


class _Fact(str):
    """A fact in a sentence: `{name:을}` appends the fitting particle, `{amount:,}` groups a whole number."""

    __slots__ = ()

    def __format__(self, spec: str) -> str:
        if spec == ",":
            return f"{int(self):,}"
        return with_josa(str(self), spec) if spec in _JOSA else format(str(self), spec)


def fill(template: str, facts: Mapping[str, str | int]) -> str:
    """A sentence with its facts. Raises KeyError for a fact that is missing."""
    return template.format_map({name: _Fact(value) for name, value in facts.items()})


def sentence(refusal: Refusal, *vocabularies: Mapping[str, str]) -> str:
    """The Korean sentence of a refusal, from the first vocabulary that has its code, the shared one last.

    `code.by` is taken when the refusal knows who was first (`by`: 「박지은 님」, `at`: a moment). A fact
    that is missing never breaks a page: the plain shared sentence is shown then.
    """
    variants = (f"{refusal.code}.by", refusal.code) if "by" in refusal.detail else (refusal.code,)
    for vocabulary in (*vocabularies, SENTENCES):
        for code in variants:
            if code in vocabulary:
                return _filled_or_plain(vocabulary[code], refusal)
    return SENTENCES["refused"]


def _filled_or_plain(template: str, refusal: Refusal) -> str:
    try:
        return fill(template, refusal.detail)
    except (KeyError, ValueError, IndexError):
        return SENTENCES["refused"]


def date(day: dt.date) -> str:
    """2023.02.09."""
    return f"{day.year}.{day.month:02d}.{day.day:02d}"


def moment(instant: dt.datetime) -> str:
    """2월 10일 (금) 18:00, in Seoul. Raises ValueError for an instant without a zone."""
    local = _local(instant)
    return f"{local.month}월 {local.day}일 ({_WEEKDAYS[local.weekday()]}) {local:%H:%M}"


def stamp(instant: dt.datetime) -> str:
    """2023.02.09 18:00, in Seoul: for tables and logs, where the year matters."""
    local = _local(instant)
    return f"{date(local.date())} {local:%H:%M}"


def duration(span: dt.timedelta) -> str:
    """The two largest units that matter: 1일 6시간, 3시간 20분, 5분; under a minute 1분 미만."""
    minutes = int(abs(span).total_seconds() // 60)
    days, rest = divmod(minutes, 24 * 60)
    hours, minutes = divmod(rest, 60)
    parts = [(days, "일"), (hours, "시간")] if days else [(hours, "시간"), (minutes, "분")]
    return " ".join(f"{count}{unit}" for count, unit in parts if count) or "1분 미만"


def time_left(now: dt.datetime, due: dt.datetime) -> str:
    """1일 6시간 남음; once past: 2일 지남 (whole days once it is days, for then hours no longer help)."""
    span = due - now
    if span >= dt.timedelta(0):
        return f"{duration(span)} 남음"
    late = -span
    return f"{late.days}일 지남" if late.days else f"{duration(late)} 지남"


def ago(now: dt.datetime, then: dt.datetime) -> str:
    """방금, 5분 전, 3시간 전, 2일 전: only beside the absolute time."""
    minutes = max(0, int((now - then).total_seconds() // 60))
    for size, unit in ((24 * 60, "일"), (60, "시간"), (1, "분")):
        if minutes >= size:
            return f"{minutes // size}{unit} 전"
    return "방금"


def won(amount: int) -> str:
    """1,200,000원."""
    return f"{format_minor(amount)}원"


def money(amount_minor: int, currency: str = "KRW") -> str:
    """1,200,000원, USD 1,234.56."""
    return won(amount_minor) if currency == "KRW" else f"{currency} {format_minor(amount_minor, currency)}"


def file_size(size_bytes: int) -> str:
    """512B, 1.5KB, 30.0MB (1 KB is 1,024 bytes)."""
    size = float(size_bytes)
    for unit in ("B", "KB", "MB"):
        if size < 1024:  # noqa: PLR2004 - the next unit
            return f"{size_bytes}B" if unit == "B" else f"{size:.1f}{unit}"
        size /= 1024
    return f"{size:.1f}GB"


def _local(instant: dt.datetime) -> dt.datetime:
    if instant.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return instant.astimezone(KST)
