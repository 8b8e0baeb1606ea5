"""Every table, imported once, so that metadata is whole for migrations and tests."""

import models.announcements.tables
import models.auth.tables
import models.changes.tables
import models.contracts.tables
import models.conversions.tables
import models.credits.account_tables
import models.credits.report_tables
import models.credits.run_tables
import models.credits.tables
import models.deliveries.tables
import models.files.tables
import models.harmony.tables
import models.identity.tables
import models.inspections.tables
import models.masters.tables
import models.members.tables
import models.notifications.tables
import models.orders.tables
import models.processes.tables
import models.settlements.tables
import models.signatures.tables
import models.signups.tables
import models.tax_invoices.events
import models.tax_invoices.tables
import models.terms.tables
import models.withdrawals.tables  # noqa: F401 - imported for the tables it registers
