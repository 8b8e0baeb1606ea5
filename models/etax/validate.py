"""Everything that is wrong with a document, each with its path: it never stops at the first."""

from lxml import etree

from models.etax import schema
from models.etax.build import build, writable
from models.etax.checks import CHECKS, Facts
from models.etax.document import Invoice
from models.etax.faults import Malformed
from models.etax.reading import place, tree
from models.etax.structure import walk
from models.etax.violations import Stage, Violation

__all__ = ["Stage", "Violation", "violations", "violations_of"]


def violations(document: bytes | Invoice, stage: Stage = Stage.ISSUED) -> list[Violation]:
    """What is wrong: first with single elements in their order, then between them; empty when nothing is.

    Stage.DRAFT: nobody has signed, there is no approval number yet. Stage.ISSUED: complete, signed or not.
    Stage.SIGNED: the signature must be there (whether it holds is signature.verify's question).
    """
    try:
        root = tree(build(document, clean=writable) if isinstance(document, Invoice) else document)
    except Malformed as fault:
        return [Violation(fault.path, fault.code, fault.sentence)]
    return violations_of(root, stage)


def violations_of(root: etree._Element, stage: Stage = Stage.ISSUED) -> list[Violation]:
    """The same for a tree that came through reading.tree."""
    reading = walk(root, stage)
    if not reading.violations:
        # A second opinion, of an engine that is not ours: it knows the same table.
        for path in schema.objections(root, draft=stage is Stage.DRAFT):
            found = root.getroottree().xpath(path)
            reading.add(place(found[0]) if found else path, "schema")
    facts = Facts(reading)
    for check in CHECKS:
        for path, code in check(facts):
            reading.add(path, code)
    return reading.violations
