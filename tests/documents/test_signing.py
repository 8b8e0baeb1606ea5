import datetime as dt
import hashlib
import io
import re
import shutil
import stat
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pikepdf
import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12

from activities.documents import contract, signing
from activities.documents.papers import Seals
from activities.documents.signing import HouseIdentity
from tests.documents import samples
from tests.documents.samples import AT


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> HouseIdentity:
    return signing.house_identity(tmp_path_factory.mktemp("house"), AT)


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> HouseIdentity:
    return signing.house_identity(tmp_path_factory.mktemp("other"), AT)


@pytest.fixture(scope="module")
def paper() -> bytes:
    return contract.final(samples.contract(2), Seals(), samples.audit())


@pytest.fixture(scope="module")
def signed(paper: bytes, house: HouseIdentity) -> bytes:
    return signing.sign(paper, house, AT)


def ranges(pdf: bytes) -> tuple[int, int, int, int]:
    found = re.search(rb"/ByteRange\s*\[\s*(\d+) (\d+) (\d+) (\d+)\s*\]", pdf)
    assert found
    start, first, second, rest = (int(n) for n in found.groups())
    return start, first, second, rest


def test_a_signed_paper_is_valid(signed: bytes, house: HouseIdentity) -> None:
    verdict = signing.verify(signed, [house.certificate], hashlib.sha256(signed).hexdigest())
    assert verdict == signing.Verdict(
        valid=True,
        intact=True,
        signer="동반 문서 증명",
        signed_at=AT,
        changes=(),
        sha256=hashlib.sha256(signed).hexdigest(),
    )


def test_an_ordinary_reader_calls_it_valid(signed: bytes, tmp_path: Path) -> None:
    pdfsig = shutil.which("pdfsig")
    if pdfsig is None:
        pytest.fail("pdfsig is missing: install the package poppler-utils.", pytrace=False)
    file = tmp_path / "signed.pdf"
    file.write_bytes(signed)
    command = [pdfsig, "-nocert", str(file)]
    said = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False).stdout
    assert "Signature Validation: Signature is Valid." in said
    assert "Total document signed" in said
    assert "ETSI.CAdES.detached" in said
    file.write_bytes(_flipped(signed, 900))
    said = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False).stdout
    assert "Signature is Valid" not in said


def test_it_is_a_certification_that_allows_no_change_and_says_what_it_is(signed: bytes) -> None:
    with pikepdf.open(io.BytesIO(signed)) as pdf:
        assert pdf.Root.Perms.DocMDP.SubFilter == "/ETSI.CAdES.detached"
        signature = pdf.Root.Perms.DocMDP
        assert signature.Reference[0].TransformParams.P == 1
        assert "당사자 본인의 전자서명이 아닙니다" in str(signature.Reason)
        assert str(signature.Location) == "대한민국"
        assert str(signature.M) == "D:20230209232005+09'00'"


def test_signing_adds_and_changes_nothing_of_the_paper(paper: bytes, signed: bytes) -> None:
    assert signed.startswith(paper)
    assert samples.pages(signed) == samples.pages(paper)


def test_equal_input_gives_equal_bytes_in_any_thread(paper: bytes, signed: bytes, house: HouseIdentity) -> None:
    with ThreadPoolExecutor(4) as pool:
        files = list(pool.map(lambda _: signing.sign(paper, house, AT), range(4)))
    assert set(files) == {signed}


def _flipped(pdf: bytes, at: int) -> bytes:
    return pdf[:at] + bytes([pdf[at] ^ 1]) + pdf[at + 1 :]


def test_any_flipped_byte_in_the_signed_ranges_shows(signed: bytes, house: HouseIdentity) -> None:
    _, first, second, rest = ranges(signed)
    step = (first + rest) // 40
    places = [*range(0, first, step), first - 1, second, *range(second, second + rest, 131), len(signed) - 1]
    for place in places:
        verdict = signing.verify(_flipped(signed, place), [house.certificate])
        assert not verdict.valid, place
        assert verdict.changes, place


def test_nothing_hides_in_the_room_of_the_signature(signed: bytes, house: HouseIdentity) -> None:
    _, first, second, _ = ranges(signed)
    recorded = hashlib.sha256(signed).hexdigest()
    for place in (first, first + 1, first + 40, second - 2, second - 1):
        assert not signing.verify(_flipped(signed, place), [house.certificate]).valid, place
    lower = signed[:first] + signed[first:second].lower() + signed[second:]
    assert not signing.verify(lower, [house.certificate]).valid
    verdict = signing.verify(lower, [house.certificate], recorded)
    assert "SHA-256" in verdict.changes[-1]


def test_an_appended_change_shows(signed: bytes, house: HouseIdentity) -> None:
    from pyhanko.pdf_utils import generic
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    writer = IncrementalPdfFileWriter(io.BytesIO(signed))
    writer.root["/Lang"] = generic.TextStringObject("en")
    writer.update_root()  # type: ignore[no-untyped-call]
    out = io.BytesIO()
    writer.write(out)  # type: ignore[no-untyped-call]
    for changed in (out.getvalue(), signed + b"\n", signed + b"%%EOF\n"):
        verdict = signing.verify(changed, [house.certificate])
        assert not verdict.valid
        assert verdict.changes


def test_a_recorded_sum_tells_another_file_of_the_house(paper: bytes, signed: bytes, house: HouseIdentity) -> None:
    later = signing.sign(paper, house, AT + dt.timedelta(days=1))
    assert signing.verify(later, [house.certificate]).valid
    verdict = signing.verify(later, [house.certificate], hashlib.sha256(signed).hexdigest())
    assert not verdict.valid
    assert verdict.intact
    assert verdict.changes == ("보관된 원본과 다른 파일입니다 (SHA-256 불일치).",)


def test_another_key_is_not_the_house_even_under_its_name(
    paper: bytes, signed: bytes, house: HouseIdentity, other: HouseIdentity
) -> None:
    forged = signing.verify(signing.sign(paper, other, AT), [house.certificate])
    assert (forged.valid, forged.signer) == (False, "동반 문서 증명")
    assert forged.changes[0] == "동반의 키로 서명한 파일이 아닙니다."
    # After a change of keys the earlier papers stay valid.
    assert signing.verify(signed, [other.certificate, house.certificate]).valid


@pytest.mark.parametrize("file", [b"", b"%PDF-1.4", b"not a pdf", b"%PDF-1.7\n" + b"\x00" * 500])
def test_broken_files_get_a_verdict(file: bytes, house: HouseIdentity) -> None:
    verdict = signing.verify(file, [house.certificate])
    assert not verdict.valid
    assert verdict.changes


def test_an_unsigned_paper_says_so(paper: bytes, house: HouseIdentity) -> None:
    assert signing.verify(paper, [house.certificate]).changes == ("동반의 서명이 없는 파일입니다.",)


def test_the_identity_is_made_once_and_private(tmp_path: Path) -> None:
    directory = tmp_path / "secrets"
    with ThreadPoolExecutor(3) as pool:
        made = list(pool.map(lambda _: signing.house_identity(directory, AT), range(3)))
    assert len({identity.certificate.fingerprint(SHA256()) for identity in made}) == 1
    (file,) = directory.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert made[0].key.key_size >= 2048
    assert "PRIVATE" not in repr(made[0])


def test_an_identity_from_pkcs12(house: HouseIdentity, paper: bytes, tmp_path: Path) -> None:
    file = tmp_path / "house.p12"
    locked = BestAvailableEncryption(b"secret")
    file.write_bytes(pkcs12.serialize_key_and_certificates(b"h", house.key, house.certificate, None, locked))
    loaded = signing.load_identity(file, "secret")
    assert signing.verify(signing.sign(paper, loaded, AT), [house.certificate]).valid


def test_a_certificate_of_another_key_is_not_taken(house: HouseIdentity, other: HouseIdentity, tmp_path: Path) -> None:
    from cryptography.hazmat.primitives import serialization as s

    key = house.key.private_bytes(s.Encoding.PEM, s.PrivateFormat.PKCS8, s.NoEncryption())
    mixed = tmp_path / "mixed.pem"
    mixed.write_bytes(key + other.certificate.public_bytes(s.Encoding.PEM))
    with pytest.raises(ValueError, match="another key"):
        signing.load_identity(mixed)


def test_a_naive_instant_is_not_taken(paper: bytes, house: HouseIdentity) -> None:
    with pytest.raises(ValueError, match="naive"):
        signing.sign(paper, house, AT.replace(tzinfo=None))
