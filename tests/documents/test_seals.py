import io
import json

import pytest
from PIL import Image, ImageDraw

from activities.documents import seals
from models.files import paper_refusals as refusals
from models.kernel.refusals import Refusal
from tests.documents.samples import strokes


def opened(png: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(png))
    assert (image.format, image.mode) == ("PNG", "RGBA")
    return image


def encoded(image: Image.Image, form: str = "PNG") -> bytes:
    out = io.BytesIO()
    image.save(out, form)
    return out.getvalue()


def scan(size: tuple[int, int], box: tuple[int, int, int, int]) -> Image.Image:
    """A red square on slightly grey paper."""
    image = Image.new("RGB", size, (247, 246, 243))
    ImageDraw.Draw(image).rectangle(box, fill=(205, 30, 40))
    return image


@pytest.mark.parametrize("form", ["PNG", "JPEG"])
def test_paper_becomes_transparent_and_margins_go(form: str) -> None:
    image = scan((900, 1200), (300, 400, 599, 699))
    ImageDraw.Draw(image).rectangle((400, 500, 499, 599), fill=(250, 250, 250))
    seal = opened(seals.normalise_seal(encoded(image, form)))
    assert abs(seal.width - 300) <= 4
    assert abs(seal.height - 300) <= 4
    middle, edge = seal.getpixel((150, 150)), seal.getpixel((40, 40))
    assert isinstance(middle, tuple)
    assert isinstance(edge, tuple)
    assert middle[3] == 0
    assert edge[3] > 240
    assert edge[0] > 180


def test_a_large_scan_is_made_small() -> None:
    seal = opened(seals.normalise_seal(encoded(scan((4000, 3000), (500, 200, 3000, 2700)), "JPEG")))
    assert max(seal.size) == 600


def test_a_transparent_seal_stays_as_it_is() -> None:
    seal = opened(seals.normalise_seal(seals.default_seal("한빛네트웍스")))
    corner = seal.getpixel((seal.width // 2, 30))
    assert isinstance(corner, tuple)
    assert corner[3] == 0


def test_equal_input_gives_equal_bytes() -> None:
    image = encoded(scan((500, 500), (50, 50, 400, 400)), "JPEG")
    assert seals.normalise_seal(image) == seals.normalise_seal(image)
    assert seals.default_seal("한빛") == seals.default_seal("한빛")
    assert seals.drawn_signature(strokes()) == seals.drawn_signature(strokes())


BOMB = encoded(Image.new("1", (3001, 10)))


@pytest.mark.parametrize(
    ("data", "refusal"),
    [
        (b"", refusals.SealUnreadable),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", refusals.SealUnreadable),
        (encoded(Image.new("RGB", (300, 300), "red"), "GIF"), refusals.SealUnreadable),
        (encoded(scan((500, 500), (50, 50, 400, 400)))[:200], refusals.SealUnreadable),
        (b"\x89PNG" + b"0" * 10_000_001, refusals.SealTooLarge),
        (BOMB, refusals.SealTooLarge),
        (encoded(Image.new("RGB", (300, 300), "white")), refusals.SealEmpty),
        (encoded(scan((500, 500), (50, 50, 80, 80))), refusals.SealTooSmall),
        (encoded(scan((900, 500), (50, 50, 800, 200))), refusals.SealNotSquare),
    ],
    ids=["empty", "svg", "gif", "cut", "bytes", "pixels", "white", "small", "long"],
)
def test_what_is_no_seal_is_refused(data: bytes, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        seals.normalise_seal(data)


@pytest.mark.parametrize("name", ["한", "한빛네트웍스", "㈜카카오", "아주긴이름을가진주식회사한빛네트웍스코리아홀딩스"])
def test_a_default_seal_is_red_square_and_inked(name: str) -> None:
    seal = opened(seals.default_seal(name))
    assert seal.size == (480, 480)
    share = sum(1 for a in seal.getchannel("A").tobytes() if a > 128) / (480 * 480)
    assert 0.15 < share < 0.6


SQUARE = [[[0, 0], [100, 0], [100, 80], [0, 80]]]


@pytest.mark.parametrize(
    "drawing",
    [
        strokes(),
        json.dumps(SQUARE),
        json.dumps(SQUARE).encode(),
        json.dumps([[{"x": 0, "y": 0}, {"x": 120, "y": 40}]]),
        "M 10 10 L 110 12 C 120,30 140,60 60,90 M5,5 Q 50 -20 90 5",
    ],
)
def test_a_drawing_becomes_a_cropped_transparent_image(drawing: str | bytes) -> None:
    image = opened(seals.drawn_signature(drawing))
    assert max(image.size) <= 600
    alpha = image.getchannel("A")
    box = alpha.getbbox()
    assert box is not None
    assert box[0] <= 20
    assert image.width - box[2] <= 20


@pytest.mark.parametrize(
    ("drawing", "refusal"),
    [
        ("[]", refusals.SignatureTooSmall),
        ("[[[5, 5]]]", refusals.SignatureTooSmall),
        (strokes(size=20), refusals.SignatureTooSmall),
        ("M 5 5 L 20 9", refusals.SignatureTooSmall),
        ("", refusals.SignatureUnreadable),
        ("{}", refusals.SignatureUnreadable),
        ("[1]", refusals.SignatureUnreadable),
        ('[[["a", 1]]]', refusals.SignatureUnreadable),
        ("[[[1e999, 1], [1, 1]]]", refusals.SignatureUnreadable),
        ("M 5 5 A 20 9", refusals.SignatureUnreadable),
        ("M 5 5 L 20", refusals.SignatureUnreadable),
        ("[" * 100_000, refusals.SignatureUnreadable),
        (b"\xff\xfe", refusals.SignatureUnreadable),
        (strokes(count=20_001), refusals.SignatureUnreadable),
        (" " * 2_000_001, refusals.SignatureUnreadable),
    ],
)
def test_what_is_no_signature_is_refused(drawing: str | bytes, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        seals.drawn_signature(drawing)


def test_every_refusal_has_its_sentence() -> None:
    classes = [c for c in vars(refusals).values() if isinstance(c, type) and issubclass(c, Refusal)]
    assert {c.code for c in classes if c is not Refusal} == set(refusals.SENTENCES)
    facts = {"limit_mb": 10, "limit_px": 3000, "minimum_px": 40, "limit": 500, "page": 3, "pages": 2}
    assert all(sentence.format(**facts) for sentence in refusals.SENTENCES.values())
