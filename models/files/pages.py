"""Pages of a PDF as PNG images, for the screen where a document is read before it is signed.

The library is not thread-safe, not even its destructors: everything happens, and ends, under one lock.
"""

import io
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

from models.files.paper_refusals import NoSuchPage, PdfTooLong, PdfUnreadable

PAGES_MAX = 500
WIDTH_MAX_PX = 2000
# A page three times as tall as wide at the largest width; an A4 page is 1.41 times as tall.
HEIGHT_MAX_PX = 6000
# Letters smoothed at their edges, on white, with a seal: some hundred colours. Photographs have tens of thousands.
TEXT_COLOURS_MAX = 4096
PALETTE = 64
_library = threading.Lock()


def page_count(pdf: bytes) -> int:
    """Number of pages. Refuses what is no PDF, damaged or encrypted (PdfUnreadable), and over 500
    (PdfTooLong).
    """
    with _opened(pdf) as document:
        return len(document)


def page_png(pdf: bytes, index: int, width_px: int) -> bytes:
    """Page `index` (from 0) as PNG, `width_px` wide (1 to 2000; ValueError otherwise).

    Refuses as `page_count` does, and a page that is not there or is a strip taller than 6000 px (NoSuchPage).
    """
    if not 1 <= width_px <= WIDTH_MAX_PX:
        raise ValueError(f"width {width_px} px")
    with _opened(pdf) as document:
        if not 0 <= index < len(document):
            raise NoSuchPage(page=index + 1, pages=len(document))
        return _drawn(document, index, width_px)


@contextmanager
def _opened(pdf: bytes) -> Iterator[Any]:
    # Imported here: a web process that shows no document stays small.
    import pypdfium2

    # The library also opens files with rubbish before the header, where two programs may see two documents.
    if not pdf.startswith(b"%PDF-"):
        raise PdfUnreadable
    with _library:
        try:
            with closing(pypdfium2.PdfDocument(pdf)) as document:
                if len(document) > PAGES_MAX:
                    raise PdfTooLong(limit=PAGES_MAX)
                if len(document) == 0:
                    raise PdfUnreadable
                yield document
        except pypdfium2.PdfiumError as error:
            raise PdfUnreadable from error


def _drawn(document: Any, index: int, width_px: int) -> bytes:
    with closing(document[index]) as page:
        width, height = page.get_size()
        if width <= 0 or height <= 0 or width_px * height / width > HEIGHT_MAX_PX:
            raise NoSuchPage(page=index + 1, pages=len(document))
        # The library rounds the size up.
        with closing(page.render(scale=(width_px - 0.001) / width)) as bitmap:
            out = io.BytesIO()
            image = _fewer_colours(bitmap.to_pil())
            image.save(out, format="PNG", compress_level=6)
    return out.getvalue()


def _fewer_colours(image: Any) -> Any:
    """Text, lines, pale fills and seals by a palette: a third of the bytes, the same to the eye. Photographs stay."""
    from PIL import Image

    if image.getcolors(TEXT_COLOURS_MAX) is None:
        return image
    return image.convert("RGB").quantize(PALETTE, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
