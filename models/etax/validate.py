"""Everything that is wrong with a document, each with its path: it never stops at the first."""

from models.etax.build import build
from models.etax.document import Invoice
from models.etax.faults import Malformed
from models.etax.reading import tree
from models.etax.violations import Stage, Violation

__all__ = ["Stage", "Violation", "violations"]


def violations(document: bytes | Invoice, stage: Stage = Stage.ISSUED) -> list[Violation]:
    """What is wrong, in the order of the document; empty when nothing is.

    Stage.DRAFT: nobody has signed, there is no approval number yet. Stage.ISSUED: complete, signed or not.
    Stage.SIGNED: the signature must be there (whether it holds is signature.verify's question).
    """
    try:
        tree(build(document) if isinstance(document, Invoice) else document)
    except Malformed as fault:
        return [Violation(fault.path, fault.code, fault.sentence)]
    return []
