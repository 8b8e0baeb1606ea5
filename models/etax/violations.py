"""One thing that is wrong with a document, and the stage it is judged at."""

from dataclasses import dataclass
from enum import StrEnum


class Stage(StrEnum):
    """How far a document has come."""

    DRAFT = "draft"
    ISSUED = "issued"
    SIGNED = "signed"


@dataclass(frozen=True, slots=True)
class Violation:
    """`path` as /TaxInvoice/…/Name[2], `code` a key of wording.SENTENCES, `sentence` in Korean with the item's name."""

    path: str
    code: str
    sentence: str
