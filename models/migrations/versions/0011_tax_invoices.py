"""Tax invoices, what hubs told of them, and taking a settlement back."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from sqlalchemy.dialects import postgresql

revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None


CLEAR = (
    'DROP POLICY web ON audit_entry',
    'DROP POLICY web ON process_event',
)
"""Their rule names the kinds whose documents a partner sees only once they are sent."""

FUNCTIONS = (
    """CREATE OR REPLACE FUNCTION hear_hub(sender text, message text, named text, content text, instant timestamptz)
RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public VOLATILE AS $$
DECLARE
    flow text;
BEGIN
    SELECT t.workflow_id INTO flow FROM tax_invoice t WHERE t.hub_key = named;
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
""",
    'REVOKE ALL ON FUNCTION hear_hub(text, text, text, text, timestamptz) FROM PUBLIC',
    'GRANT EXECUTE ON FUNCTION hear_hub(text, text, text, text, timestamptz) TO dongban_web',
)

POLICIES = (
    "CREATE POLICY web ON audit_entry TO dongban_web USING ((SELECT current_setting('dongban.side', true) = 'buyer') OR (company_id = (SELECT nullif(current_setting('dongban.company', true), '')::bigint) AND CASE kind WHEN 'contract' THEN EXISTS (SELECT 1 FROM contract p WHERE p.id = audit_entry.document_id) WHEN 'order' THEN EXISTS (SELECT 1 FROM purchase_order p WHERE p.id = audit_entry.document_id) WHEN 'settlement' THEN EXISTS (SELECT 1 FROM settlement p WHERE p.id = audit_entry.document_id) WHEN 'tax_invoice' THEN EXISTS (SELECT 1 FROM tax_invoice p WHERE p.id = audit_entry.document_id) WHEN 'change' THEN EXISTS (SELECT 1 FROM change_request p WHERE p.id = audit_entry.document_id) WHEN 'withdrawal' THEN EXISTS (SELECT 1 FROM withdrawal p WHERE p.id = audit_entry.document_id) WHEN 'signup' THEN EXISTS (SELECT 1 FROM signup p WHERE p.id = audit_entry.document_id) ELSE true END) OR (NOT (SELECT current_setting('dongban.side', true) IS DISTINCT FROM 'media') AND actor_id = (SELECT nullif(current_setting('dongban.member', true), '')::bigint))) WITH CHECK ((SELECT current_setting('dongban.side', true) = 'buyer') OR (company_id = (SELECT nullif(current_setting('dongban.company', true), '')::bigint) AND CASE kind WHEN 'contract' THEN EXISTS (SELECT 1 FROM contract p WHERE p.id = audit_entry.document_id) WHEN 'order' THEN EXISTS (SELECT 1 FROM purchase_order p WHERE p.id = audit_entry.document_id) WHEN 'settlement' THEN EXISTS (SELECT 1 FROM settlement p WHERE p.id = audit_entry.document_id) WHEN 'tax_invoice' THEN EXISTS (SELECT 1 FROM tax_invoice p WHERE p.id = audit_entry.document_id) WHEN 'change' THEN EXISTS (SELECT 1 FROM change_request p WHERE p.id = audit_entry.document_id) WHEN 'withdrawal' THEN EXISTS (SELECT 1 FROM withdrawal p WHERE p.id = audit_entry.document_id) WHEN 'signup' THEN EXISTS (SELECT 1 FROM signup p WHERE p.id = audit_entry.document_id) ELSE true END) OR (NOT (SELECT current_setting('dongban.side', true) IS DISTINCT FROM 'media') AND actor_id = (SELECT nullif(current_setting('dongban.member', true), '')::bigint)))",
    'ALTER TABLE hub_event ENABLE ROW LEVEL SECURITY',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON hub_event TO dongban_worker',
    'CREATE POLICY worker ON hub_event TO dongban_worker USING (true) WITH CHECK (true)',
    "CREATE POLICY web ON process_event TO dongban_web USING ((SELECT current_setting('dongban.side', true) = 'buyer') OR (company_id = (SELECT nullif(current_setting('dongban.company', true), '')::bigint) AND CASE kind WHEN 'contract' THEN EXISTS (SELECT 1 FROM contract p WHERE p.id = process_event.document_id) WHEN 'order' THEN EXISTS (SELECT 1 FROM purchase_order p WHERE p.id = process_event.document_id) WHEN 'settlement' THEN EXISTS (SELECT 1 FROM settlement p WHERE p.id = process_event.document_id) WHEN 'tax_invoice' THEN EXISTS (SELECT 1 FROM tax_invoice p WHERE p.id = process_event.document_id) WHEN 'change' THEN EXISTS (SELECT 1 FROM change_request p WHERE p.id = process_event.document_id) WHEN 'withdrawal' THEN EXISTS (SELECT 1 FROM withdrawal p WHERE p.id = process_event.document_id) WHEN 'signup' THEN EXISTS (SELECT 1 FROM signup p WHERE p.id = process_event.document_id) ELSE true END)) WITH CHECK ((SELECT current_setting('dongban.side', true) = 'buyer') OR (company_id = (SELECT nullif(current_setting('dongban.company', true), '')::bigint) AND CASE kind WHEN 'contract' THEN EXISTS (SELECT 1 FROM contract p WHERE p.id = process_event.document_id) WHEN 'order' THEN EXISTS (SELECT 1 FROM purchase_order p WHERE p.id = process_event.document_id) WHEN 'settlement' THEN EXISTS (SELECT 1 FROM settlement p WHERE p.id = process_event.document_id) WHEN 'tax_invoice' THEN EXISTS (SELECT 1 FROM tax_invoice p WHERE p.id = process_event.document_id) WHEN 'change' THEN EXISTS (SELECT 1 FROM change_request p WHERE p.id = process_event.document_id) WHEN 'withdrawal' THEN EXISTS (SELECT 1 FROM withdrawal p WHERE p.id = process_event.document_id) WHEN 'signup' THEN EXISTS (SELECT 1 FROM signup p WHERE p.id = process_event.document_id) ELSE true END))",
    'ALTER TABLE tax_invoice ENABLE ROW LEVEL SECURITY',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON tax_invoice TO dongban_worker',
    'CREATE POLICY worker ON tax_invoice TO dongban_worker USING (true) WITH CHECK (true)',
    'GRANT SELECT ON tax_invoice TO dongban_web',
    "CREATE POLICY web ON tax_invoice TO dongban_web USING ((SELECT current_setting('dongban.side', true) = 'buyer') OR (company_id = (SELECT nullif(current_setting('dongban.company', true), '')::bigint) AND requested_at IS NOT NULL)) WITH CHECK ((SELECT current_setting('dongban.side', true) = 'buyer') OR (company_id = (SELECT nullif(current_setting('dongban.company', true), '')::bigint) AND direction = 'forward'))",
    "CREATE POLICY staff ON tax_invoice AS RESTRICTIVE FOR DELETE TO dongban_web USING ((SELECT current_setting('dongban.side', true) = 'buyer'))",
    'GRANT INSERT, UPDATE (type_code, written_on, purpose, amendment_reason, original_approval_number, supply_amount, vat_amount, total_amount, paid_cash, paid_cheque, paid_note, paid_credit, remarks, issue_by, supplier_number, supplier_branch, supplier_name, supplier_representative, supplier_address, supplier_business_type, supplier_business_item, contact_name, contact_email, contact_phone, buyer_kind, buyer_number, buyer_person_number, buyer_branch, buyer_name, buyer_representative, buyer_address, buyer_business_type, buyer_business_item, buyer_contact_name, buyer_email, broker, reminders_on, xml_file_id, edit_version, due_at) ON tax_invoice TO dongban_web',
    'ALTER TABLE tax_invoice_line ENABLE ROW LEVEL SECURITY',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON tax_invoice_line TO dongban_worker',
    'CREATE POLICY worker ON tax_invoice_line TO dongban_worker USING (true) WITH CHECK (true)',
    'GRANT SELECT ON tax_invoice_line TO dongban_web',
    "CREATE POLICY web ON tax_invoice_line TO dongban_web USING ((SELECT current_setting('dongban.side', true) = 'buyer') OR (company_id = (SELECT nullif(current_setting('dongban.company', true), '')::bigint) AND EXISTS (SELECT 1 FROM tax_invoice p WHERE p.id = tax_invoice_id))) WITH CHECK ((SELECT current_setting('dongban.side', true) = 'buyer') OR (company_id = (SELECT nullif(current_setting('dongban.company', true), '')::bigint) AND EXISTS (SELECT 1 FROM tax_invoice p WHERE p.id = tax_invoice_id AND p.direction = 'forward')))",
    "CREATE POLICY staff ON tax_invoice_line AS RESTRICTIVE FOR DELETE TO dongban_web USING ((SELECT current_setting('dongban.side', true) = 'buyer'))",
    'GRANT INSERT, DELETE ON tax_invoice_line TO dongban_web',
)


def upgrade() -> None:
    op.create_table('hub_event',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('hub', sa.Text(), nullable=False),
    sa.Column('event_id', sa.Text(), nullable=False),
    sa.Column('hub_key', sa.Text(), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('outcome', sa.Text(), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('hub', 'event_id', name='hub_event_once')
    )
    op.create_index(op.f('ix_hub_event_hub_key'), 'hub_event', ['hub_key'], unique=False)
    op.create_index(op.f('ix_hub_event_received_at'), 'hub_event', ['received_at'], unique=False)
    op.create_table('tax_invoice',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('workflow_id', sa.Text(), nullable=False),
    sa.Column('company_id', sa.BigInteger(), nullable=False),
    sa.Column('case_key', sa.Text(), nullable=False),
    sa.Column('status', sa.Text(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('step', sa.Integer(), nullable=False),
    sa.Column('turn', sa.Text(), nullable=True),
    sa.Column('turn_member_id', sa.BigInteger(), nullable=True),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('status_since', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_by', sa.BigInteger(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('number', sa.Text(), nullable=False),
    sa.Column('hub_key', sa.Text(), nullable=False),
    sa.Column('direction', sa.Text(), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('settlement_id', sa.BigInteger(), nullable=True),
    sa.Column('settlement_number', sa.Text(), nullable=False),
    sa.Column('company_name', sa.Text(), nullable=False),
    sa.Column('officer_id', sa.BigInteger(), nullable=False),
    sa.Column('officer_name', sa.Text(), nullable=False),
    sa.Column('type_code', sa.Text(), nullable=False),
    sa.Column('written_on', sa.Date(), nullable=False),
    sa.Column('purpose', sa.Text(), nullable=True),
    sa.Column('amendment_reason', sa.Text(), nullable=True),
    sa.Column('happened_on', sa.Date(), nullable=True),
    sa.Column('original_id', sa.BigInteger(), nullable=True),
    sa.Column('original_approval_number', sa.Text(), nullable=True),
    sa.Column('remade_from_id', sa.BigInteger(), nullable=True),
    sa.Column('currency', sa.Text(), nullable=False),
    sa.Column('supply_amount', sa.BigInteger(), nullable=False),
    sa.Column('vat_amount', sa.BigInteger(), nullable=False),
    sa.Column('total_amount', sa.BigInteger(), nullable=False),
    sa.Column('paid_cash', sa.BigInteger(), nullable=False),
    sa.Column('paid_cheque', sa.BigInteger(), nullable=False),
    sa.Column('paid_note', sa.BigInteger(), nullable=False),
    sa.Column('paid_credit', sa.BigInteger(), nullable=False),
    sa.Column('remarks', postgresql.ARRAY(sa.Text()), nullable=False),
    sa.Column('supplier_number', sa.Text(), nullable=False),
    sa.Column('supplier_branch', sa.Text(), nullable=False),
    sa.Column('supplier_name', sa.Text(), nullable=False),
    sa.Column('supplier_representative', sa.Text(), nullable=False),
    sa.Column('supplier_address', sa.Text(), nullable=False),
    sa.Column('supplier_business_type', sa.Text(), nullable=False),
    sa.Column('supplier_business_item', sa.Text(), nullable=False),
    sa.Column('contact_name', sa.Text(), nullable=False),
    sa.Column('contact_email', sa.Text(), nullable=False),
    sa.Column('contact_phone', sa.LargeBinary(), nullable=True),
    sa.Column('buyer_kind', sa.Text(), nullable=False),
    sa.Column('buyer_number', sa.Text(), nullable=False),
    sa.Column('buyer_person_number', sa.LargeBinary(), nullable=True),
    sa.Column('buyer_branch', sa.Text(), nullable=False),
    sa.Column('buyer_name', sa.Text(), nullable=False),
    sa.Column('buyer_representative', sa.Text(), nullable=False),
    sa.Column('buyer_address', sa.Text(), nullable=False),
    sa.Column('buyer_business_type', sa.Text(), nullable=False),
    sa.Column('buyer_business_item', sa.Text(), nullable=False),
    sa.Column('buyer_contact_name', sa.Text(), nullable=False),
    sa.Column('buyer_email', sa.Text(), nullable=False),
    sa.Column('broker', postgresql.JSONB(astext_type=sa.Text()), nullable=True),
    sa.Column('requested_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('cancel_reason', sa.Text(), nullable=False),
    sa.Column('hub_state', sa.Text(), nullable=True),
    sa.Column('hub_version', sa.BigInteger(), nullable=True),
    sa.Column('hub_asked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('hub_away_since', sa.DateTime(timezone=True), nullable=True),
    sa.Column('hub_problem', sa.Text(), nullable=False),
    sa.Column('membership_problem', sa.Text(), nullable=False),
    sa.Column('resend_wanted', sa.Boolean(), nullable=False),
    sa.Column('approval_number', sa.Text(), nullable=True),
    sa.Column('issued_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('result_code', sa.Text(), nullable=False),
    sa.Column('result_text', sa.Text(), nullable=False),
    sa.Column('refused_reason', sa.Text(), nullable=False),
    sa.Column('verified_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('verification_problem', sa.Text(), nullable=False),
    sa.Column('verification_detail', sa.Text(), nullable=False),
    sa.Column('signer_name', sa.Text(), nullable=False),
    sa.Column('signer_number', sa.Text(), nullable=False),
    sa.Column('certificate_serial', sa.Text(), nullable=False),
    sa.Column('certificate_issuer', sa.Text(), nullable=False),
    sa.Column('certificate_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('issue_by', sa.Date(), nullable=False),
    sa.Column('transmit_by', sa.Date(), nullable=True),
    sa.Column('reminders_on', sa.Boolean(), nullable=False),
    sa.Column('reminded_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reminders', sa.Integer(), nullable=False),
    sa.Column('xml_file_id', sa.BigInteger(), nullable=True),
    sa.Column('pdf_file_id', sa.BigInteger(), nullable=True),
    sa.Column('edit_version', sa.Integer(), nullable=False),
    sa.CheckConstraint("hub_key ~ '^[A-Za-z0-9_-]{1,24}$'", name='tax_invoice_key'),
    sa.CheckConstraint('(amendment_reason is null) = (original_approval_number is null)', name='tax_invoice_amends'),
    sa.CheckConstraint('total_amount = supply_amount + vat_amount', name='tax_invoice_total'),
    sa.ForeignKeyConstraint(['officer_id'], ['member.id'], ),
    sa.ForeignKeyConstraint(['original_id'], ['tax_invoice.id'], ),
    sa.ForeignKeyConstraint(['pdf_file_id'], ['stored_file.id'], ),
    sa.ForeignKeyConstraint(['remade_from_id'], ['tax_invoice.id'], ),
    sa.ForeignKeyConstraint(['settlement_id'], ['settlement.id'], ),
    sa.ForeignKeyConstraint(['xml_file_id'], ['stored_file.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('hub_key'),
    sa.UniqueConstraint('number'),
    sa.UniqueConstraint('workflow_id')
    )
    op.create_index(op.f('ix_tax_invoice_case_key'), 'tax_invoice', ['case_key'], unique=False)
    op.create_index(op.f('ix_tax_invoice_company_id'), 'tax_invoice', ['company_id'], unique=False)
    op.create_index(op.f('ix_tax_invoice_original_id'), 'tax_invoice', ['original_id'], unique=False)
    op.create_index(op.f('ix_tax_invoice_settlement_id'), 'tax_invoice', ['settlement_id'], unique=False)
    op.create_index('tax_invoice_approval', 'tax_invoice', ['approval_number'], unique=True, postgresql_where=sa.text('approval_number IS NOT NULL'))
    op.create_index('tax_invoice_issue_by', 'tax_invoice', ['issue_by'], unique=False, postgresql_where=sa.text("status = 'requested'"))
    op.create_index('tax_invoice_list', 'tax_invoice', ['company_id', 'created_at', 'id'], unique=False)
    op.create_index('tax_invoice_once', 'tax_invoice', ['settlement_id'], unique=True, postgresql_where=sa.text("amendment_reason IS NULL AND status NOT IN ('cancelled', 'issue_cancelled', 'refused', 'request_cancelled')"))
    op.create_index('tax_invoice_turn', 'tax_invoice', ['turn', 'company_id'], unique=False, postgresql_where=sa.text('turn IS NOT NULL'))
    op.create_table('tax_invoice_line',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('tax_invoice_id', sa.BigInteger(), nullable=False),
    sa.Column('company_id', sa.BigInteger(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('supplied_on', sa.Date(), nullable=True),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('spec', sa.Text(), nullable=False),
    sa.Column('quantity', sa.Numeric(precision=18, scale=2), nullable=True),
    sa.Column('unit_price', sa.Numeric(precision=18, scale=2), nullable=True),
    sa.Column('amount', sa.BigInteger(), nullable=False),
    sa.Column('tax', sa.BigInteger(), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['tax_invoice_id'], ['tax_invoice.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index(op.f('ix_tax_invoice_line_company_id'), 'tax_invoice_line', ['company_id'], unique=False)
    op.create_index(op.f('ix_tax_invoice_line_tax_invoice_id'), 'tax_invoice_line', ['tax_invoice_id'], unique=False)
    op.add_column('settlement', sa.Column('by_hand_reason', sa.Text(), nullable=False, server_default=''))
    op.add_column('settlement', sa.Column('cancel_reason', sa.Text(), nullable=False, server_default=''))
    op.add_column('settlement', sa.Column('cancel_requested_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('settlement', sa.Column('cancel_confirmed_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('settlement', sa.Column('cancel_confirmed_by', sa.Text(), nullable=False, server_default=''))
    op.add_column('settlement', sa.Column('minus_evidence_number', sa.Text(), nullable=True))
    op.add_column('settlement', sa.Column('minus_issued_on', sa.Date(), nullable=True))
    op.create_index('settlement_minus', 'settlement', ['minus_evidence_number'], unique=True, postgresql_where=sa.text('minus_evidence_number IS NOT NULL'))
    op.alter_column('settlement', 'by_hand_reason', server_default=None)
    op.alter_column('settlement', 'cancel_reason', server_default=None)
    op.alter_column('settlement', 'cancel_confirmed_by', server_default=None)
    connection = op.get_bind()
    for statement in (*CLEAR, *FUNCTIONS, *POLICIES):
        connection.exec_driver_sql(statement.replace('%', '%%'))


def downgrade() -> None:
    raise RuntimeError("invoices the tax service has cannot be made to have never been")
