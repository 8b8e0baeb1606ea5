import datetime as dt
import hashlib
import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pypdfium2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops

from activities.documents import contract, order, papers, seals, settlement
from activities.documents.audit import AGREEMENT, ATTESTATION
from activities.documents.papers import Mark, Seals
from tests.documents import samples
from tests.documents.samples import BUYER, PARTNER, PERSON, assert_says, squeezed, words_of

BUYER_SEAL = Mark(seals.default_seal("주식회사 카카오"))
PARTNER_SEAL = Mark(seals.default_seal("한빛네트웍스"))
BOTH = Seals(BUYER_SEAL, PARTNER_SEAL)


def test_a_contract_says_all_that_went_in() -> None:
    paper = samples.contract(2)
    clauses = [part for clause in paper.clauses for part in clause]
    assert_says(
        contract.draft(paper),
        *(
            "물품 공급 계약서",
            "인프라 장비구매요청",
            "CR20230208-009 (1차)",
            "검수 후 다음 달 15일",
            "검수기반",
        ),
        *("금 이십사만 원 (₩240,000, VAT 별도)", "2023.02.09 ~ 2023.02.28", "2023년 2월 9일", "초안"),
        *("1서버인프라 장비 1호기2U/64C/512GBEA340,000120,000", "합계 (VAT 별도, KRW)240,000"),
        *words_of([BUYER, PARTNER]),
        *clauses,
    )


def test_the_foot_counts_the_pages_and_names_the_document() -> None:
    texts = samples.pages(contract.draft(samples.contract(100)))
    assert len(texts) >= 3
    for number, text in enumerate(texts, start=1):
        assert f"{number} / {len(texts)}" in text
        assert "CR20230208-009 (1차)" in text


def test_a_long_table_repeats_its_head_and_has_every_row() -> None:
    pdf = contract.draft(samples.contract(100))
    texts = samples.pages(pdf)
    with_rows = [text for text in texts if "512GB" in text]
    assert len(with_rows) >= 3
    assert all("품목명" in text and "단가" in text for text in with_rows)
    assert_says(pdf, *(f"인프라 장비 {n}호기" for n in range(1, 101)))


def test_only_a_draft_is_marked_as_one() -> None:
    paper = samples.contract(2)
    assert all("초안" in text for text in samples.pages(contract.draft(paper)))
    final = samples.pages(contract.final(paper, BOTH, samples.audit()))
    assert not any("초안" in text.replace("초안의", "").replace("초안검토", "") for text in final)


def test_a_final_has_the_pages_of_its_draft_and_then_the_audit() -> None:
    paper = samples.contract(30)
    drafted = [squeezed(text).replace("초안", "") for text in samples.pages(contract.draft(paper))]
    final = [squeezed(text) for text in samples.pages(contract.final(paper, BOTH, samples.audit()))]
    assert len(final) > len(drafted)
    for before, after in zip(drafted, final, strict=False):
        assert before.replace(f"/{len(drafted)}", "") == after.replace(f"/{len(final)}", "")


@pytest.mark.parametrize(
    "make",
    [
        lambda: contract.final(samples.contract(2), BOTH, samples.audit()),
        lambda: order.final(samples.order(), BOTH, samples.audit()),
    ],
)
def test_the_audit_page_is_complete(make: Callable[[], bytes]) -> None:
    assert_says(
        make(),
        *("감사 추적", "ab" * 32, "cd" * 32, "https://pok.example/verify", ATTESTATION, AGREEMENT),
        *("2023.02.07 23:20:05", "2023.02.09 23:20:05", "2023.02.09 23:23:05"),
        *("차지애주식회사 카카오", "(권준 대신)", "김도윤㈜한빛네트웍스"),
        *(
            "초안검토요청",
            "날인요청",
            "계약서 서명",
            "본인확인: 휴대폰 본인인증",
            "동의: 「내용에 동의합니다」",
        ),
        *("열람: 계약서 2/2쪽, 2023.02.09 23:20:05", "열람: 지속가능경영가이드 4/4쪽", "c3" * 32),
        *("10.20.***.40", "10.20.***.41", "2001:db8::****"),
    )


def test_no_whole_address_is_printed() -> None:
    text = "".join(samples.pages(contract.final(samples.contract(2), BOTH, samples.audit())))
    assert not any(address in text for address in ("10.20.30.4", "2001:db8::17"))


def test_a_paper_of_clauses_only() -> None:
    paper = samples.contract(0, title="지속가능경영가이드", amount=None, overview=False)
    text = "".join(samples.pages(contract.draft(paper)))
    assert "지속가능경영가이드" in text
    assert "계약금액" not in text
    assert "계약 품목" not in text


def test_a_contract_for_unit_prices_shows_no_amounts() -> None:
    item = contract.ContractItem("서버", "장비", "2U", "EA", None, 40_000, None)
    pdf = contract.draft(samples.contract(items=[item], amount=None))
    assert_says(pdf, "단가계약 (금액은 발주에 따름)", "EA–40,000–")


def test_an_order_sheet_says_all_that_went_in() -> None:
    assert_says(
        order.draft(samples.order()),
        *(
            "발주서",
            "PO20230203-007 (2차)",
            "업무용 노트북 구매",
            "검수기반",
            "기타발주",
            "세금계산서(자동입력)",
        ),
        *(
            "카카오 품명 / 모델명",
            "납품 요청일",
            "납품 장소",
            "금액 합계 550,000 원",
            "납품 전날까지 알려 주세요.",
        ),
        *("노트북 16인치", "M2/32GB/1TB", "5EA100,000500,0002023.02.28GS1"),
        *("공급가액500,000", "VAT50,000", "합계 (VAT 포함)550,000"),
        *words_of([BUYER, PARTNER]),
    )


def test_a_statement_says_all_that_went_in() -> None:
    assert_says(
        settlement.statement(samples.settlement()),
        *("정산서", "IV20230208-006", "CR20230208-009", "분할정산(중도금)", "세금계산서(자동입력)"),
        *("202302084100007300000123", "지급예정일2023.03.15", "카카오뱅크 33330112*****", "정산희"),
        *("2023.02.09EA2540,0001,000,000", "16,666", "공급가액1,016,666", "VAT101,666", "1,118,332"),
    )


def test_a_paper_whose_lines_do_not_add_up_is_not_made() -> None:
    with pytest.raises(ValueError, match="CR20230208-009: lines make 240000, not 240001"):
        samples.contract(2, amount=240_001)
    with pytest.raises(ValueError, match="not 1"):
        samples.order(supply=1)
    with pytest.raises(ValueError, match="not 1"):
        samples.settlement(supply=1)


def test_other_currencies_are_in_figures() -> None:
    assert papers.amount_words(123_456, "USD") == "USD 1,234.56 (VAT 별도)"
    assert papers.amount_words(1_200_000) == "금 일백이십만 원 (₩1,200,000, VAT 별도)"


MAKERS: dict[str, Callable[[], bytes]] = {
    "draft": lambda: contract.draft(samples.contract()),
    "final": lambda: contract.final(samples.contract(), BOTH, samples.audit()),
    "order": lambda: order.final(samples.order(), BOTH, samples.audit()),
    "statement": lambda: settlement.statement(samples.settlement()),
}


@pytest.mark.parametrize("kind", MAKERS)
def test_equal_input_gives_equal_bytes_in_any_thread(kind: str) -> None:
    make = MAKERS[kind]
    with ThreadPoolExecutor(4) as pool:
        files = list(pool.map(lambda _: make(), range(6)))
    assert len({hashlib.sha256(file).digest() for file in files}) == 1


def test_the_file_carries_the_paper_s_own_date() -> None:
    document = pypdfium2.PdfDocument(contract.draft(samples.contract()))
    assert document.get_metadata_dict()["CreationDate"] == "D:20230209000000+09'00'"
    assert document.get_metadata_dict()["Title"] == "물품 공급 계약서 CR20230208-009 (1차)"


LETTERS = st.one_of(
    st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3),
    st.sampled_from("abcXYZ0189 ,.()[]&<>/%㈜①⑳㎡₩甲乙印“”·"),
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(LETTERS, min_size=1, max_size=70), st.text(LETTERS, max_size=300))
def test_any_korean_text_comes_out_as_it_went_in(name: str, clause: str) -> None:
    pdf = contract.draft(samples.contract(0, amount=None, name=name, clauses=[("제1조", clause)]))
    # The foot shortens; the terms above and the clause do not. The watermark stands where it likes.
    text = squeezed("".join(samples.pages(pdf))).replace("초안", "")
    assert squeezed(name).replace("초안", "") in text
    assert squeezed(clause).replace("초안", "") in text


def test_long_names_stay_on_the_paper() -> None:
    name = "대한민국초고속정보통신기반시설구축운영유지보수전문협동조합연합회사회적협동조합" * 2
    party = papers.Party(name, "134-86-72683", "압둘라흐만 빈 무함마드 알사우디 알하산 알말리키", "주소 " * 40)
    pdf = contract.draft(samples.contract(1, partner=party, title="아주 긴 이름의 계약서 " * 5))
    assert_says(pdf, name, party.representative, party.address)
    for image in _images(pdf):
        # Nothing runs into the right margin (20 mm of 210).
        edge = image.convert("L").crop((int(image.width * 0.92), 0, image.width, image.height))
        assert edge.getextrema() == (255, 255)


def _images(pdf: bytes) -> list[Image.Image]:
    return [page.render(scale=1).to_pil() for page in pypdfium2.PdfDocument(pdf)]


def _red(image: Image.Image) -> int:
    colours = image.convert("RGB").getcolors(1 << 20) or []
    return sum(n for n, (r, g, b) in colours if r > 150 and g < 110 and b < 110)  # type: ignore[misc]


def test_seals_are_drawn_on_the_signature_page_only() -> None:
    paper = samples.contract(2)
    final = _images(contract.final(paper, BOTH, samples.audit()))
    reds = [_red(image) for image in final]
    assert sum(1 for red in reds if red) == 1
    assert not any(_red(image) for image in _images(contract.draft(paper)))
    one = _images(contract.final(paper, Seals(buyer=BUYER_SEAL), samples.audit()))
    assert 0 < max(_red(image) for image in one) < max(reds)


def test_the_paper_shows_through_a_seal() -> None:
    """The 「(인)」 below the seal stays visible, under a PNG and under a scanned JPEG."""
    out = io.BytesIO()
    white = Image.new("RGB", (600, 600), "white")
    seal = Image.open(io.BytesIO(PARTNER_SEAL.image))
    white.paste(seal, (60, 60), seal)
    white.save(out, "JPEG")
    scanned = Mark(seals.normalise_seal(out.getvalue()))
    bare = _images(contract.final(samples.contract(1), Seals(), samples.audit()))
    for mark in (PARTNER_SEAL, scanned):
        marked = _images(contract.final(samples.contract(1), Seals(partner=mark), samples.audit()))
        # Not a full square of 20 mm (57 px) either: the ground between the letters is open.
        assert 0 < sum(map(_red, marked)) < 0.6 * 57**2
        # A white corner of the seal would make something lighter than it was.
        lighter = [ImageChops.subtract(m.convert("L"), b.convert("L")) for m, b in zip(marked, bare, strict=True)]
        assert all(max(image.tobytes()) < 12 for image in lighter)


def _grey(image: Image.Image) -> int:
    return sum(image.convert("L").point(lambda v: 1 if v < 170 else 0).tobytes())


def test_an_individual_signs_by_hand() -> None:
    drawn = Mark(seals.drawn_signature(samples.strokes()), drawn=True)
    paper = samples.contract(1, partner=PERSON)
    with_it = _images(contract.final(paper, Seals(BUYER_SEAL, drawn), samples.audit()))
    without = _images(contract.final(paper, Seals(BUYER_SEAL, None), samples.audit()))
    assert sum(map(_grey, with_it)) > sum(map(_grey, without)) + 50
    assert_says(contract.draft(paper), "성명", "박지은", "생년월일", "1990.05.21", "(서명)")


def test_quantities_and_days() -> None:
    from decimal import Decimal

    assert [papers.quantity_text(q) for q in (1200, Decimal("2.50"), Decimal("3.000"), Decimal(100))] == [
        "1,200",
        "2.5",
        "3",
        "100",
    ]
    assert papers.day_short(None) == ""
    assert papers.moment_text(dt.datetime(2023, 12, 31, 15, 0, tzinfo=dt.UTC)) == "2024.01.01 00:00:00"
