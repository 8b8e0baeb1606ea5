"""Every code has a sentence, every sentence a code, every code list its words."""

import ast
from enum import StrEnum
from pathlib import Path

import pytest

from models.etax import codes, wording
from models.etax.faults import BadCertificate, BadSignature, Malformed, NotAmendable

SOURCES = [path for path in Path(wording.__file__).parent.glob("*.py") if path.name != "wording.py"]
STRINGS = {
    node.value
    for path in SOURCES
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    if isinstance(node, ast.Constant) and isinstance(node.value, str)
}
MADE = {f"{name}_{end}" for name in ("broker", "import", "amendment", "original") for end in ("missing", "forbidden")}
MADE |= {"lines_charge_total", "lines_tax_total"}


def _told() -> set[str]:
    """Codes that are raised, added or yielded as they stand."""
    found = set()
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            place = {"Malformed": 0, "BadSignature": 0, "BadCertificate": 0, "NotAmendable": 0, "add": 1}
            if isinstance(node, ast.Call):
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                found |= {
                    argument.value
                    for index, argument in enumerate(node.args)
                    if name in place and index == place[name] and isinstance(argument, ast.Constant)
                }
            elif isinstance(node, ast.Yield) and isinstance(node.value, ast.Tuple):
                found |= {each.value for each in node.value.elts[1:] if isinstance(each, ast.Constant)}
    return {str(code) for code in found if isinstance(code, str)}


def test_every_code_has_a_sentence() -> None:
    told = _told()
    assert len(told) > 60
    assert told <= set(wording.SENTENCES)


def test_every_sentence_has_a_code() -> None:
    assert set(wording.SENTENCES) <= STRINGS | MADE


@pytest.mark.parametrize("kind", [Malformed, BadSignature, BadCertificate, NotAmendable])
def test_a_fault_says_its_sentence(kind: type[Malformed]) -> None:
    assert kind("key_weak").sentence == wording.SENTENCES["key_weak"]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (codes.Form, codes.FORM_WORDS),
        (codes.Trade, codes.TRADE_WORDS),
        (codes.Purpose, codes.PURPOSE_WORDS),
        (codes.Amendment, codes.AMENDMENT_WORDS),
        (codes.BusinessType, codes.BUSINESS_TYPE_WORDS),
        (codes.PaymentMeans, codes.PAYMENT_WORDS),
    ],
)
def test_every_code_of_the_standard_has_its_word(values: type[StrEnum], words: dict[StrEnum, str]) -> None:
    assert list(words) == list(values)
    assert all(words.values())
