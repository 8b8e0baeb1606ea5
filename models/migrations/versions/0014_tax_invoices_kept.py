"""tax invoices kept: taxed, zero-rated and exempt orders, sending at once, names left at the hub, what amended invoices make of a payment."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0012"
branch_labels = None
depends_on = None

# A message about a request that was given up wakes its document too.
HEAR_HUB = """
CREATE OR REPLACE FUNCTION hear_hub(sender text, message text, named text, content text, instant timestamptz)
RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public VOLATILE AS $$
DECLARE
    flow text;
BEGIN
    SELECT t.workflow_id INTO flow FROM tax_invoice t
     WHERE t.hub_key = named OR t.left_keys @> ARRAY[named] LIMIT 1;
    INSERT INTO hub_event (hub, event_id, hub_key, body, outcome, received_at)
    VALUES (sender, message, named, content,
            CASE WHEN flow IS NULL THEN 'unknown' ELSE 'woken' END, instant)
        ON CONFLICT (hub, event_id) DO NOTHING;
    IF NOT FOUND THEN RETURN 'again'; END IF;
    IF flow IS NULL THEN RETURN 'unknown'; END IF;
    INSERT INTO outbox (workflow_id, kind, payload, created_at, next_attempt_at, attempts)
    VALUES (flow || '/tell/' || sender || '/' || message, 'tell',
            jsonb_build_object('workflow_id', flow, 'signal', 'hub_changed'), instant, instant, 0)
        ON CONFLICT (workflow_id) DO NOTHING;
    PERFORM pg_notify('dongban', '{"kind":"starts","id":0,"company":null}');
    RETURN 'woken';
END $$
"""

# What amended invoices the tax service had before there was a column for it.
AMENDED = """
UPDATE settlement s SET amended_supply = a.supply, amended_vat = a.vat
  FROM (SELECT settlement_id, sum(supply_amount) AS supply, sum(vat_amount) AS vat
          FROM tax_invoice
         WHERE amendment_reason IS NOT NULL AND status = 'nts_accepted' AND verified_at IS NOT NULL
         GROUP BY settlement_id) a
 WHERE a.settlement_id = s.id
"""


def upgrade() -> None:
    for name in ("purchase_order", "settlement"):
        op.add_column(name, sa.Column("taxation", sa.Text(), nullable=False, server_default="taxed"))
        op.alter_column(name, "taxation", server_default=None)
    op.execute("GRANT UPDATE (taxation) ON purchase_order TO dongban_web")
    op.alter_column("tax_invoice", "resend_wanted", new_column_name="sending_wanted")
    op.add_column("tax_invoice", sa.Column("left_keys", sa.ARRAY(sa.Text()), nullable=False, server_default="{}"))
    op.alter_column("tax_invoice", "left_keys", server_default=None)
    op.create_index("tax_invoice_left", "tax_invoice", ["left_keys"], postgresql_using="gin")
    op.get_bind().exec_driver_sql(HEAR_HUB)
    for name in ("amended_supply", "amended_vat"):
        op.add_column("settlement", sa.Column(name, sa.BigInteger(), nullable=False, server_default="0"))
        op.alter_column("settlement", name, server_default=None)
    op.add_column("settlement", sa.Column("paid_amount", sa.BigInteger(), nullable=True))
    op.execute(AMENDED)
    op.execute("UPDATE settlement SET paid_amount = total_amount + amended_supply + amended_vat WHERE status = 'paid'")
