"""Why an act on a tax invoice is refused, as types with their facts."""

from typing import ClassVar

from models.kernel.refusals import Refusal


class FutureWrittenOn(Refusal):
    """A 작성일자 to come; fact: `field`."""

    code = "future_written_on"
    status: ClassVar[int] = 422


class AlreadyInvoiced(Refusal):
    """The settlement has a live invoice; fact: `number` (of that invoice)."""

    code = "already_invoiced"


class NotForInvoice(Refusal):
    """The settlement takes no invoice of the hub now; fact: `why` (evidence, status, currency)."""

    code = "not_for_invoice"


class InvoiceNotEditable(Refusal):
    """Only a draft can be changed."""

    code = "invoice_not_editable"


class InvoiceUnderWay(Refusal):
    """The settlement has an invoice that is not done with; fact: `number` (of that invoice)."""

    code = "invoice_under_way"


class PartyIncomplete(Refusal):
    """A legal field of a party is empty; facts: `party` (supplier, buyer), `missing` (Korean names of fields)."""

    code = "party_incomplete"
    status: ClassVar[int] = 422


class ContactMissing(Refusal):
    """There is nobody at the supplier with a mail address to ask for the signature."""

    code = "contact_missing"
    status: ClassVar[int] = 422


class InvoiceFaulty(Refusal):
    """The standard forbids it; facts: `count` of violations, `first` (a sentence)."""

    code = "invoice_faulty"
    status: ClassVar[int] = 422


class NotAmendable(Refusal):
    """Only an invoice the tax service has can be amended; fact: `number`."""

    code = "not_amendable"


class AmendmentUnderWay(Refusal):
    """An amendment of the invoice is open; fact: `number` (of the amendment)."""

    code = "amendment_under_way"


class AmendmentTooLarge(Refusal):
    """More taken back than is left; facts in won: `field`, `left`, `asked`."""

    code = "amendment_too_large"
    status: ClassVar[int] = 422


class AmendmentRefused(Refusal):
    """The original and the reason do not go together; fact: `why` (a sentence)."""

    code = "amendment_refused"
    status: ClassVar[int] = 422


class TotalsDiffer(Refusal):
    """The lines do not add up to what was settled; facts in won: `needed`, `given`."""

    code = "totals_differ"
    status: ClassVar[int] = 422


class AmendmentEmpty(Refusal):
    """Nothing changes; fact: `field`."""

    code = "amendment_empty"
    status: ClassVar[int] = 422


class HappenedOnWrong(Refusal):
    """The day of the cause is before the original's or to come; facts: `field`, `earliest`."""

    code = "happened_on_wrong"
    status: ClassVar[int] = 422


class ApprovalNumberTaken(Refusal):
    """The 승인번호 is another document's; facts: `field`, `number` (of it)."""

    code = "approval_number_taken"
    status: ClassVar[int] = 422


class ReceivedFaulty(Refusal):
    """An invoice issued elsewhere that cannot be taken; facts: `field`, `why` (a sentence)."""

    code = "received_faulty"
    status: ClassVar[int] = 422


class StillAlive(Refusal):
    """A draft is made again only from what ended without an invoice; fact: `number`."""

    code = "still_alive"


class BuyerNumberWrong(Refusal):
    """The number is none of that kind of buyer; facts: `field`, `why` (a sentence)."""

    code = "buyer_number_wrong"
    status: ClassVar[int] = 422


class AskedAnew(Refusal):
    """What a settlement report asked for is asked for again there, by its partner; fact: `number`."""

    code = "asked_anew"


class NotReadyToRemind(Refusal):
    """The supplier is reminded only while its signature is waited for."""

    code = "not_ready_to_remind"
