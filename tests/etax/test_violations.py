"""Every sort of right document passes; every seeded error is named, with its path, and nothing else is."""

import datetime as dt
from collections import Counter
from dataclasses import replace

import pytest

from models.etax import schema
from models.etax.build import build
from models.etax.parse import parse
from models.etax.reading import tree
from models.etax.signature import sign
from models.etax.validate import Stage, violations
from models.etax.wording import SENTENCES
from tests.etax import papers
from tests.etax.seeding import find, said, seeded
from tests.etax.seeds import GRAND, PAY, RULES, SEEDS, SUPPLIER, VALUES, D, E, L, Seed, T


def _name(each: Seed) -> str:
    return f"{each.code} {each.path.removeprefix(T)}"


def _named(xml: bytes, stage: Stage = Stage.ISSUED) -> Counter[tuple[str, str]]:
    return Counter((found.path, found.code) for found in violations(xml, stage))


@pytest.mark.parametrize("sort", papers.ALL)
def test_every_sort_of_right_document_passes(sort: str) -> None:
    invoice = papers.issued(papers.ALL[sort])
    assert violations(invoice) == []
    assert violations(sign(build(invoice), papers.signer()), Stage.SIGNED) == []
    assert violations(papers.ALL[sort], Stage.DRAFT) == []


def test_there_are_at_least_eighty_different_seeds() -> None:
    seeds = {(each.path, each.code) for each in SEEDS}
    assert len(seeds) >= 80
    assert len({each.code for each in SEEDS}) >= 60


@pytest.mark.parametrize("each", SEEDS, ids=_name)
def test_a_seeded_violation_is_named_with_its_path_and_nothing_else_is(each: Seed) -> None:
    xml = seeded(build(papers.issued(each.invoice)), *each.edits)
    assert _named(xml) == Counter({(each.path, each.code), *each.also})


@pytest.mark.parametrize("each", [each for each in SEEDS if each.by_table], ids=_name)
def test_the_schema_objects_to_what_the_table_tells(each: Seed) -> None:
    """libxml2 reads the same table its own way: neither is looser than the other."""
    assert schema.objections(tree(seeded(build(papers.issued(each.invoice)), *each.edits)))


@pytest.mark.parametrize("each", RULES, ids=_name)
def test_the_schema_is_silent_about_rules_between_fields(each: Seed) -> None:
    assert schema.objections(tree(seeded(build(papers.issued(each.invoice)), *each.edits))) == []


def test_it_never_stops_at_the_first() -> None:
    chosen = [each for each in VALUES if each.invoice is papers.DRAFT and each.code != "empty"]
    by_path = {each.path: each for each in chosen}
    xml = seeded(build(papers.issued()), *(edit for each in by_path.values() for edit in each.edits))
    named = _named(xml)
    assert named == Counter({(each.path, each.code) for each in by_path.values()})
    assert len(named) > 30


def test_every_violation_says_a_sentence_with_the_name_of_its_item() -> None:
    xml = seeded(build(papers.issued()), said(f"{SUPPLIER}/NameText", "가" * 71), said(f"{L}[2]/InvoiceAmount", "x"))
    assert [found.sentence for found in violations(xml)] == [
        "공급자 상호: 70자를 넘습니다.",
        "2번째 품목 공급가액: 원 단위 정수가 아닙니다.",
    ]
    for each in SEEDS:
        for found in violations(seeded(build(papers.issued(each.invoice)), *each.edits)):
            assert ": " in found.sentence
            assert "{" not in found.sentence


def test_a_draft_has_no_number_no_instant_and_no_signature_yet() -> None:
    assert _named(build(papers.DRAFT)) == Counter({(E, "missing"), (f"{D}/IssueID", "missing")})
    assert _named(build(papers.issued()), Stage.DRAFT) == Counter(
        {(E, "not_for_draft"), (f"{D}/IssueID", "not_for_draft")}
    )
    signed = sign(build(papers.DRAFT), papers.signer())
    assert _named(signed, Stage.DRAFT) == Counter({(f"{T}/Signature", "signature_present")})


def test_what_is_issued_may_wait_for_its_signature_and_what_is_signed_may_not() -> None:
    assert _named(build(papers.issued())) == Counter()
    assert _named(build(papers.issued()), Stage.SIGNED) == Counter({(f"{T}/Signature", "signature_missing")})


def test_an_invoice_is_judged_as_its_xml_is() -> None:
    broken = replace(
        papers.issued(),
        grand_total=1,
        remarks=("가",) * 4,
        supplier=replace(papers.SUPPLIER, name="\x00", representative=""),
        lines=(replace(papers.LINES[0], position=0), *papers.LINES[1:]),
    )
    assert {(found.path, found.code) for found in violations(broken)} == {
        (f"{D}/DescriptionText[4]", "too_many"),
        (f"{SUPPLIER}/NameText", "text_control"),
        (f"{SUPPLIER}/SpecifiedPerson", "missing"),
        (f"{L}[1]/SequenceNumeric", "not_a_position"),
        (GRAND, "grand_total"),
        (PAY, "payments_total"),
    }


def test_what_cannot_be_read_at_all_is_one_violation() -> None:
    assert [(found.path, found.code) for found in violations(b"<TaxInvoice>")] == [("/line[1]", "xml_not_well_formed")]
    assert [found.code for found in violations(b"<Invoice/>")] == ["xml_root"]


def test_a_small_supply_may_go_without_tax_and_ten_won_may_not() -> None:
    ten = replace(papers.SMALL, lines=(replace(papers.SMALL.lines[0], amount=10),), charge_total=10, grand_total=10)
    assert [found.code for found in violations(papers.issued(ten))] == ["tax_zero"]


def test_the_buyer_may_be_another_place_of_business_of_the_supplier() -> None:
    branch = replace(papers.BUYER, registration_number=papers.SUPPLIER_NUMBER, sub_registration="0002")
    assert violations(papers.issued(replace(papers.DRAFT, buyer=branch))) == []


def test_the_published_schema_is_the_table_s() -> None:
    published = schema.PUBLISHED.read_text(encoding="utf-8")
    assert published == schema.xsd()


def test_the_day_in_the_number_is_the_day_of_writing_whatever_the_hour_of_issuing() -> None:
    midnight = dt.datetime(2026, 11, 19, 15, 0, tzinfo=dt.UTC)
    assert violations(replace(papers.issued(), issued_at=midnight)) == []
    assert [found.code for found in violations(replace(papers.issued(), issued_at=midnight - dt.timedelta(seconds=1)))]


def test_every_code_of_the_validator_has_a_sentence_and_parse_agrees_with_it() -> None:
    assert {each.code for each in SEEDS} <= set(SENTENCES)
    for each in RULES:
        parse(seeded(build(papers.issued(each.invoice)), *each.edits))


def test_seeds_start_from_what_they_say() -> None:
    root = tree(build(papers.issued()))
    assert find(root, f"{L}[3]/SequenceNumeric").text == "3"
