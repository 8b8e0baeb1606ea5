"""What a contract refuses. Pure; the sentences are in wording."""

from models.kernel.refusals import Refusal


class PapersNotReady(Refusal):
    """The PDFs of this round are still being made."""

    code = "papers_not_ready"


class NotEveryPageSeen(Refusal):
    """A paper was not scrolled to its end: `paper`, `seen`, `pages`."""

    code = "not_every_page_seen"
    status = 422


class ConsentMissing(Refusal):
    """A paper without the tick 「내용에 동의합니다」: `paper`."""

    code = "consent_missing"
    status = 422


class SealMissing(Refusal):
    """No seal was chosen and none was used before."""

    code = "seal_missing"
    status = 422


class SignatureMissing(Refusal):
    """An individual sent no drawing."""

    code = "signature_missing"
    status = 422


class SealNotYours(Refusal):
    """The file is neither this person's upload nor the company's last seal."""

    code = "seal_not_yours"
    status = 422


class ContractNotEditable(Refusal):
    """Drafts change while they are being drafted: `status` as a word."""

    code = "contract_not_editable"


class DraftIncomplete(Refusal):
    """Something is missing before a review can be asked for: `what` as a sentence."""

    code = "draft_incomplete"
    status = 422


class ChangeInProgress(Refusal):
    """A later version of the same number is open: `revision`."""

    code = "change_in_progress"
