"""Passwords, codes, lock-out and session ages, at the edges of their limits."""

import datetime as dt

import pytest

from models.auth import rules

NOW = dt.datetime(2026, 2, 9, 1, 0, tzinfo=dt.UTC)
SECOND = dt.timedelta(seconds=1)
MINUTE = dt.timedelta(minutes=1)


@pytest.mark.parametrize(
    ("password", "problem"),
    [
        ("Dongban1!", None),
        ("aaaaaa1!", None),
        ("a" * 22 + "1*", None),
        ("aaaaa1!", "password_length"),
        ("a" * 23 + "1*", "password_length"),
        ("12345678!", "password_letter"),
        ("Dongban!!", "password_digit"),
        ("Dongban11", "password_mark"),
        ("Dongban1?", "password_mark"),
        ("Dongban 1!", "password_chars"),
        ("동반Dongban1!", "password_chars"),
    ],
)
def test_a_new_password_needs_letter_digit_and_mark(password: str, problem: str | None) -> None:
    assert rules.password_problem(password) == problem


@pytest.mark.parametrize(
    ("after", "refusal"),
    [
        (dt.timedelta(0), None),
        (rules.OTP_LIFE - SECOND, None),
        (rules.OTP_LIFE, rules.CodeExpired),
        (rules.OTP_LIFE + SECOND, rules.CodeExpired),
    ],
)
def test_a_code_lives_five_minutes(after: dt.timedelta, refusal: type[Exception] | None) -> None:
    def check() -> None:
        rules.check_code_open(used_at=None, expires_at=NOW + rules.OTP_LIFE, tries=0, now=NOW + after)

    if refusal is None:
        check()
    else:
        with pytest.raises(refusal):
            check()


def test_a_code_is_used_once_and_tried_five_times() -> None:
    expires = NOW + rules.OTP_LIFE
    rules.check_code_open(used_at=None, expires_at=expires, tries=4, now=NOW)
    with pytest.raises(rules.CodeTriesUsed):
        rules.check_code_open(used_at=None, expires_at=expires, tries=5, now=NOW)
    with pytest.raises(rules.CodeUsed):
        rules.check_code_open(used_at=NOW, expires_at=expires, tries=0, now=NOW)


@pytest.mark.parametrize(
    ("resends", "after", "refusal"),
    [
        (0, rules.OTP_RESEND_GAP, None),
        (2, rules.OTP_RESEND_GAP, None),
        (0, rules.OTP_RESEND_GAP - SECOND, rules.ResendTooSoon),
        (3, rules.OTP_RESEND_GAP, rules.ResendsUsed),
    ],
)
def test_resends_are_few_and_apart(resends: int, after: dt.timedelta, refusal: type[Exception] | None) -> None:
    def check() -> None:
        rules.check_resend(used_at=None, resends=resends, sent_at=NOW, now=NOW + after)

    if refusal is None:
        check()
    else:
        with pytest.raises(refusal):
            check()


@pytest.mark.parametrize(
    ("failures", "wait"),
    [(0, None), (4, None), (5, 1), (6, 2), (7, 4), (8, 8), (10, 32), (11, 60), (20, 60)],
)
def test_each_failure_past_the_fifth_doubles_the_wait(failures: int, wait: int | None) -> None:
    tries = [NOW - SECOND * (failures - n) for n in range(failures)]
    expected = None if wait is None else tries[-1] + MINUTE * wait
    assert rules.locked_until(tries) == expected


def test_the_wait_is_told_in_minutes_rounded_up_and_ends() -> None:
    tries = [NOW] * 6
    with pytest.raises(rules.TooManyAttempts) as refused:
        rules.check_attempt(tries, 0, NOW + MINUTE + SECOND)
    assert refused.value.detail == {"minutes": 1}
    rules.check_attempt(tries, 0, NOW + MINUTE * 2)


def test_an_address_with_many_failures_waits_too() -> None:
    rules.check_attempt([], rules.ADDRESS_FAILURES_MAX - 1, NOW)
    with pytest.raises(rules.TooManyAttempts):
        rules.check_attempt([], rules.ADDRESS_FAILURES_MAX, NOW)


@pytest.mark.parametrize(
    ("seen_after", "ends_after"),
    [
        (dt.timedelta(0), rules.SESSION_IDLE),
        (dt.timedelta(hours=2), dt.timedelta(hours=2) + rules.SESSION_IDLE),
        (rules.SESSION_LIFE - MINUTE, rules.SESSION_LIFE),
    ],
)
def test_a_session_ends_when_idle_and_at_its_absolute_end(seen_after: dt.timedelta, ends_after: dt.timedelta) -> None:
    ends = rules.session_ends_at(last_seen_at=NOW + seen_after, expires_at=NOW + rules.SESSION_LIFE)
    assert ends == NOW + ends_after


@pytest.mark.parametrize("target", ["/", "/contracts/7", "/contracts?p=2&q=a%20b", "/한글"])
def test_next_may_be_a_page_of_ours(target: str) -> None:
    assert rules.local_path(target) == target


@pytest.mark.parametrize(
    "target",
    [
        "",
        "contracts",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "https://evil.example",
        "javascript:alert(1)",
        "/a\r\nSet-Cookie: x=1",
    ],
)
def test_next_never_leads_elsewhere(target: str) -> None:
    assert rules.local_path(target) == "/"
