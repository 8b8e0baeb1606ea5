import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.kernel import wording
from models.kernel.hangul_amount import hangul_amount, hangul_number
from models.kernel.roles import Role


@pytest.mark.parametrize(
    ("word", "kind", "expected"),
    [
        ("계약", "을", "계약을"),
        ("발주", "을", "발주를"),
        ("한빛네트웍스", "은", "한빛네트웍스는"),
        ("박지은 님", "이", "박지은 님이"),
        ("서울", "으로", "서울로"),
        ("부산", "으로", "부산으로"),
        ("제주", "으로", "제주로"),
        ("PO20230130-002", "을", "PO20230130-002를"),
        ("CR20260120-001", "은", "CR20260120-001은"),
        ("CR20260120-006", "로", "CR20260120-006으로"),
        ("CR20260120-007", "로", "CR20260120-007로"),
        ("(주)한빛", "과", "(주)한빛과"),
        ("계약서(초안)", "이", "계약서(초안)이"),
        ("email", "을", "email을"),
        ("PDF", "을", "PDF를"),
        ("…", "을", "…를"),
        ("", "은", "는"),
    ],
)
def test_the_particle_follows_the_final_sound(word: str, kind: str, expected: str) -> None:
    assert wording.with_josa(word, kind) == expected


def test_facts_are_filled_with_their_particle() -> None:
    assert wording.fill("{name:을} {n}개 {won:,}원", {"name": "발주", "n": 2, "won": 1200}) == "발주를 2개 1,200원"


def span(**parts: int) -> dt.timedelta:
    return dt.timedelta(**parts)


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (span(days=1, hours=6, minutes=59), "1일 6시간"),
        (span(days=2), "2일"),
        (span(hours=3, minutes=20), "3시간 20분"),
        (span(hours=3), "3시간"),
        (span(minutes=5, seconds=59), "5분"),
        (span(seconds=59), "1분 미만"),
        (span(days=1, minutes=30), "1일"),
    ],
)
def test_durations_tell_the_two_units_that_matter(length: dt.timedelta, words: str) -> None:
    assert wording.duration(length) == words


NOW = dt.datetime(2026, 2, 10, 9, 0, tzinfo=dt.UTC)


def test_time_left_and_time_past() -> None:
    assert wording.time_left(NOW, NOW + span(days=1, hours=6)) == "1일 6시간 남음"
    assert wording.time_left(NOW, NOW - span(days=2, hours=3)) == "2일 지남"
    assert wording.time_left(NOW, NOW - span(hours=3, minutes=20)) == "3시간 20분 지남"
    assert wording.time_left(NOW, NOW) == "1분 미만 남음"


def test_time_ago() -> None:
    told = [wording.ago(NOW, NOW - span(seconds=s)) for s in (-5, 59, 60, 3600, 86_400 * 3)]
    assert told == ["방금", "방금", "1분 전", "1시간 전", "3일 전"]


def test_dates_and_moments_are_written_in_seoul_time() -> None:
    instant = dt.datetime(2023, 2, 10, 9, 0, tzinfo=dt.UTC)
    assert wording.moment(instant) == "2월 10일 (금) 18:00"
    assert wording.stamp(instant) == "2023.02.10 18:00"
    assert wording.date(dt.date(2023, 2, 9)) == "2023.02.09"
    with pytest.raises(ValueError, match="time zone"):
        wording.moment(dt.datetime(2023, 2, 10, 9, 0))  # noqa: DTZ001 - the mistake under test


def test_amounts_and_sizes() -> None:
    assert wording.money(1_200_000) == "1,200,000원"
    assert wording.money(-123_456, "USD") == "USD -1,234.56"
    assert [wording.file_size(n) for n in (512, 1536, 30 * 1024**2, 5 * 1024**3)] == [
        "512B",
        "1.5KB",
        "30.0MB",
        "5.0GB",
    ]


def test_every_role_has_a_name() -> None:
    assert set(wording.ROLE) == set(Role)


@pytest.mark.parametrize(
    ("won", "words"),
    [
        (0, "금 영 원"),
        (1, "금 일 원"),
        (10_000, "금 일만 원"),
        (1_200_000, "금 일백이십만 원"),
        (110_000_000, "금 일억일천만 원"),
        (550_000, "금 오십오만 원"),
        (100_000_001, "금 일억일 원"),
        (1_000_000_000_000, "금 일조 원"),
        (-16_668, "금 마이너스 일만육천육백육십팔 원"),
    ],
)
def test_amounts_in_words(won: int, words: str) -> None:
    assert hangul_amount(won) == words


READ = {c: n for n, c in enumerate("일이삼사오육칠팔구", 1)} | {"십": 10, "백": 100, "천": 1000}
GROUPS = {"만": 10**4, "억": 10**8, "조": 10**12, "경": 10**16}


@given(st.integers(1, 10**20 - 1))
@settings(max_examples=100, deadline=None)
def test_words_read_back_as_the_number(number: int) -> None:
    whole = group = digit = 0
    for sign in hangul_number(number):
        if sign in GROUPS:
            whole += (group + digit) * GROUPS[sign]
            group = digit = 0
        elif READ[sign] >= 10:
            group += digit * READ[sign]
            digit = 0
        else:
            digit = READ[sign]
    assert whole + group + digit == number


def test_words_have_a_limit() -> None:
    with pytest.raises(ValueError, match="out of range"):
        hangul_number(10**20)
