"""Every kind of document of the house, by key."""

from models.changes.kind import CHANGE
from models.contracts.kind import CONTRACT
from models.conversions.kind import CONVERSION
from models.credits.kind import CREDIT_ACCOUNT, CREDIT_CHANGE, CREDIT_REPORT, CREDIT_RUN
from models.deliveries.kind import DELIVERY
from models.harmony.kind import INVITATION
from models.inspections.kind import INSPECTION
from models.orders.kind import ORDER
from models.processes.kinds import Kind
from models.settlements.kind import SETTLEMENT
from models.signups.kind import SIGNUP
from models.tax_invoices.kind import TAX_INVOICE
from models.withdrawals.kind import WITHDRAWAL

KINDS: dict[str, Kind] = {
    kind.key: kind
    for kind in (
        CONTRACT,
        ORDER,
        DELIVERY,
        INSPECTION,
        SETTLEMENT,
        TAX_INVOICE,
        CHANGE,
        WITHDRAWAL,
        SIGNUP,
        CONVERSION,
        INVITATION,
        CREDIT_RUN,
        CREDIT_REPORT,
        CREDIT_ACCOUNT,
        CREDIT_CHANGE,
    )
}
