"""Statements as the driver is handed them."""

from sqlalchemy import bindparam, text

from models.plain import Plain, beside


def test_a_name_has_one_place_and_a_sign_of_per_cent_stays_one() -> None:
    asked: Plain[object] = Plain(text("SELECT :own, 7 % 2, :other WHERE :own > 1"))
    assert asked.numbered == b"SELECT $1, 7 % 2, $2 WHERE $1 > 1"
    assert asked.values({"other": "b", "own": 3}) == [3, "b"]


def test_what_is_given_from_the_start_can_be_given_otherwise() -> None:
    asked: Plain[object] = Plain(text("SELECT :least, :skipped").bindparams(least=0, skipped=0))
    assert asked.values({"skipped": 5}) == [0, 5]


def test_two_statements_in_one_have_places_of_their_own() -> None:
    told = beside(Plain(text("SELECT :a")), Plain(text("SELECT :b").bindparams(bindparam("b", 2))))
    assert told.numbered == b"SELECT told.*, (SELECT $1::INTEGER) AS beside FROM (SELECT $2) told"
    assert told.values({"a": 1}) == [2, 1]
