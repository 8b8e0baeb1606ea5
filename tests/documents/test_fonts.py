import hashlib
import io
import itertools
import re
import unicodedata
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image, ImageChops
from reportlab.pdfgen.canvas import Canvas

from activities.documents import contract, typesetting
from activities.documents.typesetting import BOLD, REGULAR, printable
from tests.documents import samples

FONTS = Path(typesetting.__file__).parent / "fonts"
RARE = "뷁똠힣㈜①㎡₩甲乙印喆"


def test_the_vendored_files_are_the_recorded_ones_with_their_licence() -> None:
    recorded = dict(re.findall(r"\| `(\S+\.ttf)` .*`([0-9a-f]{64})` \|", (FONTS / "VENDORED.md").read_text()))
    assert recorded == {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in FONTS.glob("*.ttf")}
    assert "SIL OPEN FONT LICENSE" in (FONTS / "OFL.txt").read_text()


def test_every_syllable_is_covered() -> None:
    syllables = "".join(chr(c) for c in range(0xAC00, 0xD7A4))
    assert printable(syllables) == syllables
    assert printable(RARE) == RARE


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        (unicodedata.normalize("NFD", "한빛 뷁똠"), "한빛 뷁똠"),
        ("㈜한빛 10㎡", "㈜한빛 10㎡"),
        ("a\u200bb\u202ec\x00d\ufe0f", "abcd"),
        ("1\u00a02\u2011\u22123\t4", "1 2--3 4"),
        ("웃음😀끝", "웃음[U+1F600]끝"),
        ("☑ 동의", "[U+2611] 동의"),
    ],
)
def test_text_is_composed_and_never_becomes_boxes(typed: str, shown: str) -> None:
    assert printable(typed) == shown


def test_rare_signs_are_in_the_text_layer_of_a_contract() -> None:
    name = f"{RARE} 시험"
    pdf = contract.draft(samples.contract(name=unicodedata.normalize("NFD", name)))
    samples.assert_says(pdf, name)


def _image_of(sign: str, font: str) -> Image.Image:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(60, 60), invariant=1)
    canvas.setFont(font, 40)
    canvas.drawString(10, 15, sign)
    canvas.save()
    document = pypdfium2.PdfDocument(out.getvalue())
    image: Image.Image = document[0].render().to_pil().convert("L")
    return image


@pytest.mark.parametrize("font", [REGULAR, BOLD])
def test_rare_signs_are_drawn_each_in_its_own_shape(font: str) -> None:
    typesetting.warm_up()
    images = [_image_of(sign, font) for sign in " " + RARE]
    for one, other in itertools.combinations(images, 2):
        assert ImageChops.difference(one, other).getbbox()


def test_all_text_of_a_paper_is_in_embedded_fonts() -> None:
    import pikepdf

    with pikepdf.open(io.BytesIO(contract.draft(samples.contract()))) as pdf:
        embedded = set()
        for font in (o for o in pdf.objects if isinstance(o, pikepdf.Dictionary) and "/FontFile2" in o):
            embedded.add(str(font.FontName).partition("+")[2])
            assert str(font.FontName).startswith("/AAAAAA+")
    assert embedded == {REGULAR, BOLD}
