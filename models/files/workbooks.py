"""Uploaded workbooks: the cells of the first sheet, whatever is inside what calls itself an .xlsx."""

import io
import zipfile
import zlib
from collections.abc import Sequence
from contextlib import closing
from typing import Any

COLUMNS_MAX = 100
"""Cells of a row that are looked at: a sheet that was formatted to its edge has 16,384."""
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    SyntaxError,  # what XML parsers raise, of any make
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    ArithmeticError,
    EOFError,
)
"""What the parts of a damaged workbook make a reader stumble over."""


class BookDamaged(Exception):  # noqa: N818 - a word of its own; each domain refuses in its own words
    """The upload cannot be read as a workbook."""


def first_sheet(data: bytes, rows_max: int) -> list[Sequence[Any]]:
    """The first rows of the first sheet; of formulas their values. Raises BookDamaged."""
    # Imported here: a web process that reads no sheet stays small.
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with closing(load_workbook(io.BytesIO(data), read_only=True, data_only=True)) as book:
            return list(book.worksheets[0].iter_rows(values_only=True, max_row=rows_max, max_col=COLUMNS_MAX))
    except (InvalidFileException, *_DAMAGE) as error:
        raise BookDamaged from error
