import io
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pikepdf
import pytest
from PIL import Image

from activities.documents import contract
from models.files import pages
from models.files.paper_refusals import NoSuchPage, PdfTooLong, PdfUnreadable
from tests.documents import samples


@pytest.fixture(scope="module")
def paper() -> bytes:
    return contract.draft(samples.contract(60))


def made(count: int, size: tuple[int, int] = (595, 842), **options: object) -> bytes:
    out = io.BytesIO()
    with pikepdf.new() as pdf:
        for _ in range(count):
            pdf.add_blank_page(page_size=size)
        pdf.save(out, **options)  # type: ignore[arg-type]
    return out.getvalue()


def test_pages_are_counted_and_drawn_at_the_width_asked_for(paper: bytes) -> None:
    assert pages.page_count(paper) == len(samples.pages(paper)) == 3
    for width in (1, 333, 1000, 2000):
        image = Image.open(io.BytesIO(pages.page_png(paper, 1, width)))
        assert (image.format, image.width) == ("PNG", width)
    assert image.height == pytest.approx(2000 * 842 / 595, abs=2)


def test_different_pages_differ(paper: bytes) -> None:
    assert len({pages.page_png(paper, index, 300) for index in range(3)}) == 3


def test_many_threads_draw_at_once(paper: bytes) -> None:
    with ThreadPoolExecutor(8) as pool:
        drawn = list(pool.map(lambda n: pages.page_png(paper, n % 3, 200), range(48)))
    assert len(set(drawn)) == 3


@pytest.mark.parametrize(
    "pdf",
    [
        b"",
        b"%PDF-1.4",
        b"%PDF-1.7\n" + b"\xff" * 4000,
        b"\x89PNG\r\n\x1a\n",
        b"<html>" + made(1),
        made(1, encryption=pikepdf.Encryption(owner="o", user="u")),
        made(0),
    ],
    ids=["empty", "head", "rubbish", "png", "polyglot", "encrypted", "no pages"],
)
def test_what_is_no_readable_pdf_is_refused(pdf: bytes) -> None:
    with pytest.raises(PdfUnreadable):
        pages.page_count(pdf)
    with pytest.raises(PdfUnreadable):
        pages.page_png(pdf, 0, 100)


def test_a_cut_file_never_crashes(paper: bytes) -> None:
    for length in range(10, len(paper), len(paper) // 40):
        try:
            pages.page_png(paper[:length], 0, 100)
        except (PdfUnreadable, NoSuchPage):
            continue


def test_too_many_pages_are_refused() -> None:
    assert pages.page_count(made(500)) == 500
    with pytest.raises(PdfTooLong):
        pages.page_count(made(501))


@pytest.mark.parametrize("index", [-1, 3, 10**9])
def test_a_page_that_is_not_there_is_refused(paper: bytes, index: int) -> None:
    with pytest.raises(NoSuchPage):
        pages.page_png(paper, index, 100)


def test_a_page_like_a_strip_is_refused() -> None:
    with pytest.raises(NoSuchPage):
        pages.page_png(made(1, (3, 14_000)), 0, 100)


@pytest.mark.parametrize("width", [0, -5, 2001])
def test_a_width_out_of_range_is_an_error_of_the_program(paper: bytes, width: int) -> None:
    with pytest.raises(ValueError, match="width"):
        pages.page_png(paper, 0, width)


def test_page_images_need_no_typesetting() -> None:
    program = "import sys, models.files.pages; print(sorted({'reportlab', 'pypdfium2', 'PIL'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
