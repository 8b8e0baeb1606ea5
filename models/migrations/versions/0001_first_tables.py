"""first tables"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from sqlalchemy.dialects import postgresql

revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


FUNCTIONS = (
    """CREATE OR REPLACE FUNCTION open_session(token bytea, instant timestamptz, idle interval, by_person boolean)
RETURNS TABLE (
    session_id bigint, member_id bigint, login text, name text, company_id bigint, company_name text,
    roles text[], delegations jsonb, csrf_secret text, unread bigint, must_change boolean,
    created_at timestamptz, last_seen_at timestamptz, expires_at timestamptz
)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public VOLATILE AS $$
DECLARE
    held login_session%ROWTYPE;
    person member%ROWTYPE;
    firm company%ROWTYPE;
BEGIN
    SELECT * INTO held FROM login_session s
     WHERE s.token_hash = token AND s.revoked_at IS NULL AND s.created_at <= instant
       AND s.expires_at > instant AND s.last_seen_at + idle > instant;
    IF NOT FOUND THEN RETURN; END IF;
    SELECT * INTO person FROM member m WHERE m.id = held.member_id AND m.status = 'active';
    IF NOT FOUND THEN RETURN; END IF;
    IF person.company_id IS NOT NULL THEN
        SELECT * INTO firm FROM company c WHERE c.id = person.company_id AND c.status = 'active';
        IF NOT FOUND THEN RETURN; END IF;
    END IF;
    -- One write a minute is enough to know an idle session, and keeps reading pages cheap.
    IF by_person AND held.last_seen_at + interval '1 minute' <= instant THEN
        UPDATE login_session s SET last_seen_at = instant WHERE s.id = held.id AND s.last_seen_at < instant;
        held.last_seen_at := instant;
    END IF;
    PERFORM set_config('dongban.member', person.id::text, true),
            set_config('dongban.company', coalesce(person.company_id::text, ''), true),
            set_config('dongban.side',
                       CASE WHEN person.company_id IS NULL THEN 'buyer' ELSE 'partner' END, true);
    RETURN QUERY SELECT held.id, person.id, person.login, person.name,
        person.company_id, coalesce(firm.name, ''), person.roles,
        coalesce((SELECT jsonb_agg(jsonb_build_object(
                             'role', d.role, 'member_id', giver.id, 'name', giver.name) ORDER BY d.id)
                    FROM delegation d JOIN member giver ON giver.id = d.from_member_id
                   WHERE d.to_member_id = person.id AND d.revoked_at IS NULL
                     AND d.starts_at <= instant AND d.ends_at > instant
                     AND giver.status = 'active' AND d.role = ANY (giver.roles)
                     AND giver.company_id IS NOT DISTINCT FROM person.company_id), '[]'::jsonb),
        held.csrf_secret,
        (SELECT count(*) FROM (SELECT 1 FROM notification n
                                WHERE n.member_id = person.id AND n.read_at IS NULL LIMIT 100) few),
        person.must_change_password, held.created_at, held.last_seen_at, held.expires_at;
END $$""",
    """CREATE OR REPLACE FUNCTION login_lookup(wanted text)
RETURNS TABLE (
    member_id bigint, name text, password_hash text, company_id bigint,
    member_status text, company_status text
)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public STABLE AS $$
    SELECT m.id, m.name, m.password_hash, m.company_id, m.status, c.status
      FROM member m LEFT JOIN company c ON c.id = m.company_id
     WHERE m.login = wanted
$$""",
    """CREATE OR REPLACE FUNCTION attempts_before(
    login bytea, address text, instant timestamptz, address_since timestamptz
)
RETURNS TABLE (failures timestamptz[], address_failures bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public VOLATILE AS $$
BEGIN
    -- Tries for one id wait for each other here (not during the hash): none is decided on an old count.
    PERFORM pg_advisory_xact_lock(hashtextextended(encode(login, 'hex'), 7));
    RETURN QUERY SELECT
        coalesce((SELECT array_agg(late.at ORDER BY late.at) FROM (
            SELECT a.at FROM login_attempt a
             WHERE a.login_hash = login AND a.outcome IN ('pending', 'failed', 'code_failed')
               AND a.at > greatest(instant - interval '1 day', (SELECT max(won.at) FROM login_attempt won
                   WHERE won.login_hash = login AND won.outcome = 'succeeded'))
             ORDER BY a.at DESC LIMIT 20) late), '{}'::timestamptz[]),
        (SELECT count(*) FROM login_attempt a
          WHERE a.ip = address AND address <> '' AND a.at > address_since
            AND a.outcome IN ('pending', 'failed', 'code_failed'));
END $$""",
    """CREATE OR REPLACE FUNCTION add_attempt(login bytea, address text, browser text, instant timestamptz)
RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public VOLATILE AS $$
    INSERT INTO login_attempt (login_hash, outcome, ip, agent, at)
    VALUES (login, 'pending', address, browser, instant) RETURNING id
$$""",
    """CREATE OR REPLACE FUNCTION settle_attempt(attempt bigint, person bigint, verdict text)
RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public VOLATILE AS $$
    UPDATE login_attempt SET outcome = verdict, member_id = coalesce(person, member_id)
     WHERE id = attempt AND outcome IN ('pending', 'password_ok')
$$""",
    """CREATE OR REPLACE FUNCTION open_challenge(token bytea)
RETURNS TABLE (member_id bigint, name text, company_id bigint)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public VOLATILE AS $$
    SELECT m.id, m.name, m.company_id
      FROM otp_challenge c JOIN member m ON m.id = c.member_id LEFT JOIN company f ON f.id = m.company_id
     WHERE c.token_hash = token AND m.status = 'active' AND (f.id IS NULL OR f.status = 'active')
       FOR UPDATE OF c
$$""",
    'REVOKE ALL ON FUNCTION open_session(bytea, timestamptz, interval, boolean) FROM PUBLIC',
    'REVOKE ALL ON FUNCTION login_lookup(text) FROM PUBLIC',
    'REVOKE ALL ON FUNCTION attempts_before(bytea, text, timestamptz, timestamptz) FROM PUBLIC',
    'REVOKE ALL ON FUNCTION add_attempt(bytea, text, text, timestamptz) FROM PUBLIC',
    'REVOKE ALL ON FUNCTION settle_attempt(bigint, bigint, text) FROM PUBLIC',
    'REVOKE ALL ON FUNCTION open_challenge(bytea) FROM PUBLIC',
    """CREATE POLICY own ON member AS RESTRICTIVE FOR UPDATE TO dongban_web
 USING (id = nullif(current_setting('dongban.member', true), '')::bigint)""",
    'GRANT EXECUTE ON FUNCTION open_session(bytea, timestamptz, interval, boolean) TO dongban_web',
    'GRANT EXECUTE ON FUNCTION login_lookup(text) TO dongban_web',
    'GRANT EXECUTE ON FUNCTION attempts_before(bytea, text, timestamptz, timestamptz) TO dongban_web',
    'GRANT EXECUTE ON FUNCTION add_attempt(bytea, text, text, timestamptz) TO dongban_web',
    'GRANT EXECUTE ON FUNCTION settle_attempt(bigint, bigint, text) TO dongban_web',
    'GRANT EXECUTE ON FUNCTION open_challenge(bytea) TO dongban_web',
)

POLICIES = (
    'GRANT USAGE ON SCHEMA public TO dongban_web, dongban_worker',
    'ALTER TABLE audit_anchor ENABLE ROW LEVEL SECURITY',
    'GRANT SELECT, INSERT ON audit_anchor TO dongban_worker',
    'CREATE POLICY worker ON audit_anchor TO dongban_worker USING (true) WITH CHECK (true)',
    'GRANT SELECT ON audit_anchor TO dongban_web',
    "CREATE POLICY web ON audit_anchor TO dongban_web USING ((SELECT current_setting('dongban.side', true) = 'buyer')) WITH CHECK ((SELECT current_setting('dongban.side', true) = 'buyer'))",
    'ALTER TABLE audit_entry ENABLE ROW LEVEL SECURITY',
    'GRANT SELECT, INSERT ON audit_entry TO dongban_worker',
    'CREATE POLICY worker ON audit_entry TO dongban_worker USING (true) WITH CHECK (true)',
    'GRANT SELECT ON audit_entry TO dongban_web',
    "CREATE POLICY web ON audit_entry TO dongban_web USING ((SELECT current_setting('dongban.side', true) = 'buyer') OR (company_id = (SELECT nullif(current_setting('dongban.company', true), '')::bigint) AND CASE kind WHEN 'contract' THEN EXISTS (SELECT 1 FROM contract p WHERE p.id = audit_entry.document_id) WHEN 'order' THEN EXISTS (SELECT 1 FROM purchase_order p WHERE p.id = audit_entry.document_id) WHEN 'settlement' THEN EXISTS (SELECT 1 FROM settlement p WHERE p.id = audit_entry.document_id) ELSE true END)) WITH CHECK ((SELECT current_setting('dongban.side', true) = 'buyer') OR (company_id = (SELECT nullif(current_setting('dongban.company', true), '')::bigint) AND CASE kind WHEN 'contract' THEN EXISTS (SELECT 1 FROM contract p WHERE p.id = audit_entry.document_id) WHEN 'order' THEN EXISTS (SELECT 1 FROM purchase_order p WHERE p.id = audit_entry.document_id) WHEN 'settlement' THEN EXISTS (SELECT 1 FROM settlement p WHERE p.id = audit_entry.document_id) ELSE true END))",
    'GRANT INSERT ON audit_entry TO dongban_web',
    'ALTER TABLE command ENABLE ROW LEVEL SECURITY',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON command TO dongban_worker',
    'CREATE POLICY worker ON command TO dongban_worker USING (true) WITH CHECK (true)',
    'GRANT SELECT ON command TO dongban_web',
    "CREATE POLICY web ON command TO dongban_web USING ((SELECT current_setting('dongban.side', true) = 'buyer') OR company_id = (SELECT nullif(current_setting('dongban.company', true), '')::bigint)) WITH CHECK ((SELECT current_setting('dongban.side', true) = 'buyer') OR company_id = (SELECT nullif(current_setting('dongban.company', true), '')::bigint))",
    'GRANT INSERT, UPDATE (state, code, detail, decided_at, attempts, next_attempt_at, confirmed) ON command TO dongban_web',
    'ALTER TABLE company ENABLE ROW LEVEL SECURITY',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON company TO dongban_worker',
    'CREATE POLICY worker ON company TO dongban_worker USING (true) WITH CHECK (true)',
    'GRANT SELECT ON company TO dongban_web',
    "CREATE POLICY web ON company TO dongban_web USING ((SELECT current_setting('dongban.side', true) = 'buyer') OR id = (SELECT nullif(current_setting('dongban.company', true), '')::bigint)) WITH CHECK ((SELECT current_setting('dongban.side', true) = 'buyer') OR id = (SELECT nullif(current_setting('dongban.company', true), '')::bigint))",
    'ALTER TABLE contract ENABLE ROW LEVEL SECURITY',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON contract TO dongban_worker',
    'CREATE POLICY worker ON contract TO dongban_worker USING (true) WITH CHECK (true)',
    'GRANT SELECT ON contract TO dongban_web',
    "CREATE POLICY web ON contract TO dongban_web USING ((SELECT current_setting('dongban.side', true) = 'buyer') OR (company_id = (SELECT nullif(current_setting('dongban.company', true), '')::bigint) AND review_requested_at IS NOT NULL)) WITH CHECK ((SELECT current_setting('dongban.side', true) = 'buyer'))",
    "CREATE POLICY staff ON contract AS RESTRICTIVE FOR DELETE TO dongban_web USING ((SELECT current_setting('dongban.side', true) = 'buyer'))",
    'GRANT INSERT, UPDATE (title, contract_type, contract_date, starts_on, ends_on, amount, payment_terms, settlement_type, note_to_partner, papers_ready, edited_at, edit_version, due_at) ON contract TO dongban_web',
    'ALTER TABLE contract_instalment ENABLE ROW LEVEL SECURITY',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON contract_instalment TO dongban_worker',
    'CREATE POLICY worker ON contract_instalment TO dongban_worker USING (true) WITH CHECK (true)',
    'GRANT SELECT ON contract_instalment TO dongban_web',
    "CREATE POLICY web ON contract_instalment TO dongban_web USING ((SELECT current_setting('dongban.side', true) = 'buyer') OR (company_id = (SELECT nullif(current_setting('dongban.company', true), '')::bigint) AND EXISTS (SELECT 1 FROM contract p WHERE p.id = contract_id))) WITH CHECK ((SELECT current_setting('dongban.side', true) = 'buyer'))",
    "CREATE POLICY staff ON contract_instalment AS RESTRICTIVE FOR DELETE TO dongban_web USING ((SELECT current_setting('dongban.side', true) = 'buyer'))",
    'GRANT INSERT, DELETE ON contract_instalment TO dongban_web',
    'ALTER TABLE contract_item ENABLE ROW LEVEL SECURITY',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON contract_item TO dongban_worker',
    'CREATE POLICY worker ON contract_item TO dongban_worker USING (true) WITH CHECK (true)',
    'GRANT SELECT ON contract_item TO dongban_web',
    "CREATE POLICY web ON contract_item TO dongban_web USING ((SELECT current_setting('dongban.side', true) = 'buyer') OR (company_id = (SELECT nullif(current_setting('dongban.company', true), '')::bigint) AND EXISTS (SELECT 1 FROM contract p WHERE p.id = contract_id))) WITH CHECK ((SELECT current_setting('dongban.side', true) = 'buyer'))",
    "CREATE POLICY staff ON contract_item AS RESTRICTIVE FOR DELETE TO dongban_web USING ((SELECT current_setting('dongban.side', true) = 'buyer'))",
    'GRANT INSERT, DELETE ON contract_item TO dongban_web',
    'ALTER TABLE contract_paper ENABLE ROW LEVEL SECURITY',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON contract_paper TO dongban_worker',
    'CREATE POLICY worker ON contract_paper TO dongban_worker USING (true) WITH CHECK (true)',
    'GRANT SELECT ON contract_paper TO dongban_web',
    "CREATE POLICY web ON contract_paper TO dongban_web USING ((SELECT current_setting('dongban.side', true) = 'buyer') OR (company_id = (SELECT nullif(current_setting('dongban.company', true), '')::bigint) AND EXISTS (SELECT 1 FROM contract p WHERE p.id = contract_id))) WITH CHECK ((SELECT current_setting('dongban.side', true) = 'buyer'))",
    "CREATE POLICY staff ON contract_paper AS RESTRICTIVE FOR DELETE TO dongban_web USING ((SELECT current_setting('dongban.side', true) = 'buyer'))",
    'GRANT INSERT, DELETE ON contract_paper TO dongban_web',
    'ALTER TABLE delegation ENABLE ROW LEVEL SECURITY',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON delegation TO dongban_worker',
    'CREATE POLICY worker ON delegation TO dongban_worker USING (true) WITH CHECK (true)',
    'GRANT SELECT ON delegation TO dongban_web',
    "CREATE POLICY web ON delegation TO dongban_web USING ((SELECT current_setting('dongban.side', true) = 'buyer')) WITH CHECK ((SELECT current_setting('dongban.side', true) = 'buyer'))",
    'ALTER TABLE delivery_round ENABLE ROW LEVEL SECURITY',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON delivery_round TO dongban_worker',
    'CREATE POLICY worker ON delivery_round TO dongban_worker USING (true) WITH CHECK (true)',
    'GRANT SELECT ON delivery_round TO dongban_web',
    "CREATE POLICY web ON delivery_round TO dongban_web USING ((SELECT current_setting('dongban.side', true) = 'buyer') OR company_id = (SELECT nullif(current_setting('dongban.company', true), '')::bigint)) WITH CHECK (company_id = (SELECT nullif(current_setting('dongban.company', true), '')::bigint))",
    'GRANT INSERT, UPDATE (workflow_id, planned_on, place, quantity, edit_version, due_at) ON delivery_round TO dongban_web',
    'ALTER TABLE delivery_serial ENABLE ROW LEVEL SECURITY',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON delivery_serial TO dongban_worker',
    'CREATE POLICY worker ON delivery_serial TO dongban_worker USING (true) WITH CHECK (true)',
    'GRANT SELECT ON delivery_serial TO dongban_web',
    "CREATE POLICY web ON delivery_serial TO dongban_web USING ((SELECT current_setting('dongban.side', true) = 'buyer') OR company_id = (SELECT nullif(current_setting('dongban.company', true), '')::bigint)) WITH CHECK (company_id = (SELECT nullif(current_setting('dongban.company', true), '')::bigint))",
    'GRANT INSERT, DELETE ON delivery_serial TO dongban_web',
    'ALTER TABLE document_file ENABLE ROW LEVEL SECURITY',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON document_file TO dongban_worker',
    'CREATE POLICY worker ON document_file TO dongban_worker USING (true) WITH CHECK (true)',
    'GRANT SELECT ON document_file TO dongban_web',
    "CREATE POLICY web ON document_file TO dongban_web USING ((SELECT current_setting('dongban.side', true) = 'buyer') OR company_id = (SELECT nullif(current_setting('dongban.company', true), '')::bigint)) WITH CHECK ((SELECT current_setting('dongban.side', true) = 'buyer') OR company_id = (SELECT nullif(current_setting('dongban.company', true), '')::bigint))",
    'ALTER TABLE holiday ENABLE ROW LEVEL SECURITY',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON holiday TO dongban_worker',
    'CREATE POLICY worker ON holiday TO dongban_worker USING (true) WITH CHECK (true)',
    'GRANT SELECT ON holiday TO dongban_web',
    'CREATE POLICY web ON holiday TO dongban_web USING (true) WITH CHECK (true)',
    'ALTER TABLE inspection ENABLE ROW LEVEL SECURITY',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON inspection TO dongban_worker',
    'CREATE POLICY worker ON inspection TO dongban_worker USING (true) WITH CHECK (true)',
    'GRANT SELECT ON inspection TO dongban_web',
    "CREATE POLICY web ON inspection TO dongban_web USING ((SELECT current_setting('dongban.side', true) = 'buyer') OR company_id = (SELECT nullif(current_setting('dongban.company', true), '')::bigint)) WITH CHECK ((SELECT current_setting('dongban.side', true) = 'buyer') OR company_id = (SELECT nullif(current_setting('dongban.company', true), '')::bigint))",
    'ALTER TABLE login_attempt ENABLE ROW LEVEL SECURITY',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON login_attempt TO dongban_worker',
    'CREATE POLICY worker ON login_attempt TO dongban_worker USING (true) WITH CHECK (true)',
    'ALTER TABLE login_session ENABLE ROW LEVEL SECURITY',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON login_session TO dongban_worker',
    'CREATE POLICY worker ON login_session TO dongban_worker USING (true) WITH CHECK (true)',
    'GRANT SELECT ON login_session TO dongban_web',
    "CREATE POLICY web ON login_session TO dongban_web USING (member_id = (SELECT nullif(current_setting('dongban.member', true), '')::bigint)) WITH CHECK (member_id = (SELECT nullif(current_setting('dongban.member', true), '')::bigint))",
    'GRANT INSERT, UPDATE ON login_session TO dongban_web',
    'ALTER TABLE member ENABLE ROW LEVEL SECURITY',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON member TO dongban_worker',
    'CREATE POLICY worker ON member TO dongban_worker USING (true) WITH CHECK (true)',
    'GRANT SELECT (id, login, name, email, phone, company_id, roles, status, position, department, password_changed_at, must_change_password, last_login_at, created_at) ON member TO dongban_web',
    "CREATE POLICY web ON member TO dongban_web USING ((SELECT current_setting('dongban.side', true) = 'buyer') OR company_id = (SELECT nullif(current_setting('dongban.company', true), '')::bigint) OR id = (SELECT nullif(current_setting('dongban.member', true), '')::bigint) OR (company_id IS NULL AND (SELECT nullif(current_setting('dongban.company', true), '')::bigint) IS NOT NULL)) WITH CHECK ((SELECT current_setting('dongban.side', true) = 'buyer') OR company_id = (SELECT nullif(current_setting('dongban.company', true), '')::bigint) OR id = (SELECT nullif(current_setting('dongban.member', true), '')::bigint) OR (company_id IS NULL AND (SELECT nullif(current_setting('dongban.company', true), '')::bigint) IS NOT NULL))",
    'GRANT UPDATE (password_hash, password_changed_at, must_change_password, last_login_at) ON member TO dongban_web',
    'ALTER TABLE message ENABLE ROW LEVEL SECURITY',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON message TO dongban_worker',
    'CREATE POLICY worker ON message TO dongban_worker USING (true) WITH CHECK (true)',
    'GRANT SELECT (id, member_id, channel, event, dedupe_key, state, batch_id, attempts, provider_id, error, fallback_of, created_at, expires_at, sent_at) ON message TO dongban_web',
    "CREATE POLICY web ON message TO dongban_web USING (member_id = (SELECT nullif(current_setting('dongban.member', true), '')::bigint)) WITH CHECK (member_id = (SELECT nullif(current_setting('dongban.member', true), '')::bigint))",
    'GRANT INSERT ON message TO dongban_web',
    'ALTER TABLE notification ENABLE ROW LEVEL SECURITY',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON notification TO dongban_worker',
    'CREATE POLICY worker ON notification TO dongban_worker USING (true) WITH CHECK (true)',
    'GRANT SELECT ON notification TO dongban_web',
    "CREATE POLICY web ON notification TO dongban_web USING (member_id = (SELECT nullif(current_setting('dongban.member', true), '')::bigint)) WITH CHECK (member_id = (SELECT nullif(current_setting('dongban.member', true), '')::bigint))",
    'GRANT UPDATE (read_at) ON notification TO dongban_web',
    'ALTER TABLE number_counter ENABLE ROW LEVEL SECURITY',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON number_counter TO dongban_worker',
    'CREATE POLICY worker ON number_counter TO dongban_worker USING (true) WITH CHECK (true)',
    'GRANT SELECT ON number_counter TO dongban_web',
    'CREATE POLICY web ON number_counter TO dongban_web USING (true) WITH CHECK (true)',
    'GRANT INSERT, UPDATE ON number_counter TO dongban_web',
    'ALTER TABLE order_item ENABLE ROW LEVEL SECURITY',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON order_item TO dongban_worker',
    'CREATE POLICY worker ON order_item TO dongban_worker USING (true) WITH CHECK (true)',
    'GRANT SELECT ON order_item TO dongban_web',
    "CREATE POLICY web ON order_item TO dongban_web USING ((SELECT current_setting('dongban.side', true) = 'buyer') OR (company_id = (SELECT nullif(current_setting('dongban.company', true), '')::bigint) AND EXISTS (SELECT 1 FROM purchase_order p WHERE p.id = purchase_order_id))) WITH CHECK ((SELECT current_setting('dongban.side', true) = 'buyer'))",
    "CREATE POLICY staff ON order_item AS RESTRICTIVE FOR DELETE TO dongban_web USING ((SELECT current_setting('dongban.side', true) = 'buyer'))",
    'GRANT INSERT, DELETE, UPDATE (position) ON order_item TO dongban_web',
    'ALTER TABLE otp_challenge ENABLE ROW LEVEL SECURITY',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON otp_challenge TO dongban_worker',
    'CREATE POLICY worker ON otp_challenge TO dongban_worker USING (true) WITH CHECK (true)',
    'GRANT SELECT ON otp_challenge TO dongban_web',
    "CREATE POLICY web ON otp_challenge TO dongban_web USING (member_id = (SELECT nullif(current_setting('dongban.member', true), '')::bigint)) WITH CHECK (member_id = (SELECT nullif(current_setting('dongban.member', true), '')::bigint))",
    'GRANT INSERT, UPDATE ON otp_challenge TO dongban_web',
    'ALTER TABLE outbox ENABLE ROW LEVEL SECURITY',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON outbox TO dongban_worker',
    'CREATE POLICY worker ON outbox TO dongban_worker USING (true) WITH CHECK (true)',
    'GRANT SELECT ON outbox TO dongban_web',
    'CREATE POLICY web ON outbox TO dongban_web USING (true) WITH CHECK (true)',
    'GRANT INSERT ON outbox TO dongban_web',
    'ALTER TABLE policy ENABLE ROW LEVEL SECURITY',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON policy TO dongban_worker',
    'CREATE POLICY worker ON policy TO dongban_worker USING (true) WITH CHECK (true)',
    'GRANT SELECT ON policy TO dongban_web',
    'CREATE POLICY web ON policy TO dongban_web USING (true) WITH CHECK (true)',
    'ALTER TABLE process_event ENABLE ROW LEVEL SECURITY',
    'GRANT SELECT, INSERT ON process_event TO dongban_worker',
    'CREATE POLICY worker ON process_event TO dongban_worker USING (true) WITH CHECK (true)',
    'GRANT SELECT ON process_event TO dongban_web',
    "CREATE POLICY web ON process_event TO dongban_web USING ((SELECT current_setting('dongban.side', true) = 'buyer') OR (company_id = (SELECT nullif(current_setting('dongban.company', true), '')::bigint) AND CASE kind WHEN 'contract' THEN EXISTS (SELECT 1 FROM contract p WHERE p.id = process_event.document_id) WHEN 'order' THEN EXISTS (SELECT 1 FROM purchase_order p WHERE p.id = process_event.document_id) WHEN 'settlement' THEN EXISTS (SELECT 1 FROM settlement p WHERE p.id = process_event.document_id) ELSE true END)) WITH CHECK ((SELECT current_setting('dongban.side', true) = 'buyer') OR (company_id = (SELECT nullif(current_setting('dongban.company', true), '')::bigint) AND CASE kind WHEN 'contract' THEN EXISTS (SELECT 1 FROM contract p WHERE p.id = process_event.document_id) WHEN 'order' THEN EXISTS (SELECT 1 FROM purchase_order p WHERE p.id = process_event.document_id) WHEN 'settlement' THEN EXISTS (SELECT 1 FROM settlement p WHERE p.id = process_event.document_id) ELSE true END))",
    'ALTER TABLE purchase_order ENABLE ROW LEVEL SECURITY',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON purchase_order TO dongban_worker',
    'CREATE POLICY worker ON purchase_order TO dongban_worker USING (true) WITH CHECK (true)',
    'GRANT SELECT ON purchase_order TO dongban_web',
    "CREATE POLICY web ON purchase_order TO dongban_web USING ((SELECT current_setting('dongban.side', true) = 'buyer') OR (company_id = (SELECT nullif(current_setting('dongban.company', true), '')::bigint) AND requested_at IS NOT NULL)) WITH CHECK ((SELECT current_setting('dongban.side', true) = 'buyer'))",
    "CREATE POLICY staff ON purchase_order AS RESTRICTIVE FOR DELETE TO dongban_web USING ((SELECT current_setting('dongban.side', true) = 'buyer'))",
    'GRANT INSERT, UPDATE (title, order_date, currency, settlement_type, evidence_type, note_to_partner, amount, vat, total, edit_version, due_at) ON purchase_order TO dongban_web',
    'ALTER TABLE receipt ENABLE ROW LEVEL SECURITY',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON receipt TO dongban_worker',
    'CREATE POLICY worker ON receipt TO dongban_worker USING (true) WITH CHECK (true)',
    'GRANT SELECT ON receipt TO dongban_web',
    "CREATE POLICY web ON receipt TO dongban_web USING ((SELECT current_setting('dongban.side', true) = 'buyer') OR company_id = (SELECT nullif(current_setting('dongban.company', true), '')::bigint)) WITH CHECK ((SELECT current_setting('dongban.side', true) = 'buyer') OR company_id = (SELECT nullif(current_setting('dongban.company', true), '')::bigint))",
    'ALTER TABLE settlement ENABLE ROW LEVEL SECURITY',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON settlement TO dongban_worker',
    'CREATE POLICY worker ON settlement TO dongban_worker USING (true) WITH CHECK (true)',
    'GRANT SELECT ON settlement TO dongban_web',
    "CREATE POLICY web ON settlement TO dongban_web USING ((SELECT current_setting('dongban.side', true) = 'buyer') OR (company_id = (SELECT nullif(current_setting('dongban.company', true), '')::bigint) AND requested_at IS NOT NULL)) WITH CHECK ((SELECT current_setting('dongban.side', true) = 'buyer'))",
    "CREATE POLICY staff ON settlement AS RESTRICTIVE FOR DELETE TO dongban_web USING ((SELECT current_setting('dongban.side', true) = 'buyer'))",
    'GRANT INSERT, UPDATE (title, issue_request, issue_on, supply_amount, vat_amount, total_amount, edit_version, due_at) ON settlement TO dongban_web',
    'ALTER TABLE settlement_item ENABLE ROW LEVEL SECURITY',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON settlement_item TO dongban_worker',
    'CREATE POLICY worker ON settlement_item TO dongban_worker USING (true) WITH CHECK (true)',
    'GRANT SELECT ON settlement_item TO dongban_web',
    "CREATE POLICY web ON settlement_item TO dongban_web USING ((SELECT current_setting('dongban.side', true) = 'buyer') OR (company_id = (SELECT nullif(current_setting('dongban.company', true), '')::bigint) AND EXISTS (SELECT 1 FROM settlement p WHERE p.id = settlement_id))) WITH CHECK ((SELECT current_setting('dongban.side', true) = 'buyer'))",
    "CREATE POLICY staff ON settlement_item AS RESTRICTIVE FOR DELETE TO dongban_web USING ((SELECT current_setting('dongban.side', true) = 'buyer'))",
    'GRANT INSERT, DELETE ON settlement_item TO dongban_web',
    'ALTER TABLE signature ENABLE ROW LEVEL SECURITY',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON signature TO dongban_worker',
    'CREATE POLICY worker ON signature TO dongban_worker USING (true) WITH CHECK (true)',
    'GRANT SELECT ON signature TO dongban_web',
    "CREATE POLICY web ON signature TO dongban_web USING ((SELECT current_setting('dongban.side', true) = 'buyer') OR company_id = (SELECT nullif(current_setting('dongban.company', true), '')::bigint)) WITH CHECK ((SELECT current_setting('dongban.side', true) = 'buyer') OR company_id = (SELECT nullif(current_setting('dongban.company', true), '')::bigint))",
    'ALTER TABLE stored_file ENABLE ROW LEVEL SECURITY',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON stored_file TO dongban_worker',
    'CREATE POLICY worker ON stored_file TO dongban_worker USING (true) WITH CHECK (true)',
    'GRANT SELECT ON stored_file TO dongban_web',
    "CREATE POLICY web ON stored_file TO dongban_web USING ((SELECT current_setting('dongban.side', true) = 'buyer') OR company_id = (SELECT nullif(current_setting('dongban.company', true), '')::bigint) OR created_by = (SELECT nullif(current_setting('dongban.member', true), '')::bigint)) WITH CHECK ((SELECT current_setting('dongban.side', true) = 'buyer') OR company_id = (SELECT nullif(current_setting('dongban.company', true), '')::bigint) OR created_by = (SELECT nullif(current_setting('dongban.member', true), '')::bigint))",
    'GRANT INSERT ON stored_file TO dongban_web',
)


def upgrade() -> None:
    op.create_table('audit_anchor',
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('documents', sa.BigInteger(), nullable=False),
    sa.Column('last_event_id', sa.BigInteger(), nullable=False),
    sa.Column('hash', sa.Text(), nullable=False),
    sa.Column('taken_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('day')
    )
    op.create_table('audit_entry',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('document_id', sa.BigInteger(), nullable=False),
    sa.Column('company_id', sa.BigInteger(), nullable=True),
    sa.Column('act', sa.Text(), nullable=False),
    sa.Column('actor_id', sa.BigInteger(), nullable=False),
    sa.Column('actor_name', sa.Text(), nullable=False),
    sa.Column('actor_company', sa.Text(), nullable=False),
    sa.Column('detail', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('audit_entry_of', 'audit_entry', ['kind', 'document_id', 'id'], unique=False)
    op.create_table('command',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('request_id', sa.Uuid(), nullable=False),
    sa.Column('batch_id', sa.Uuid(), nullable=True),
    sa.Column('workflow_id', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('document_id', sa.BigInteger(), nullable=False),
    sa.Column('company_id', sa.BigInteger(), nullable=True),
    sa.Column('act', sa.Text(), nullable=False),
    sa.Column('payload', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('expected_version', sa.Integer(), nullable=True),
    sa.Column('actor_id', sa.BigInteger(), nullable=False),
    sa.Column('actor_name', sa.Text(), nullable=False),
    sa.Column('actor_company_id', sa.BigInteger(), nullable=True),
    sa.Column('actor_company', sa.Text(), nullable=False),
    sa.Column('actor_roles', postgresql.ARRAY(sa.Text()), nullable=False),
    sa.Column('on_behalf_of_id', sa.BigInteger(), nullable=True),
    sa.Column('on_behalf_of_name', sa.Text(), nullable=True),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('code', sa.Text(), nullable=True),
    sa.Column('detail', postgresql.JSONB(astext_type=sa.Text()), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('next_attempt_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('confirmed', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('request_id')
    )
    op.create_index('command_due', 'command', ['next_attempt_at'], unique=False, postgresql_where=sa.text("state = 'open'"))
    op.create_index('command_of_document', 'command', ['kind', 'document_id', 'id'], unique=False)
    op.create_index('command_open', 'command', ['workflow_id', 'id'], unique=False, postgresql_where=sa.text("state = 'open'"))
    op.create_index('command_unconfirmed', 'command', ['workflow_id', 'id'], unique=False, postgresql_where=sa.text("state = 'done' AND NOT confirmed"))
    op.create_index(op.f('ix_command_batch_id'), 'command', ['batch_id'], unique=False)
    op.create_table('company',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('business_number', sa.Text(), nullable=True),
    sa.Column('corporate_number', sa.Text(), nullable=True),
    sa.Column('representative', sa.Text(), nullable=False),
    sa.Column('address', sa.Text(), nullable=False),
    sa.Column('phone', sa.Text(), nullable=False),
    sa.Column('currency', sa.Text(), nullable=False),
    sa.Column('status', sa.Text(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("kind = 'individual' or business_number is not null", name='company_numbered'),
    sa.CheckConstraint("kind in ('corporation', 'sole', 'individual')", name='company_kind'),
    sa.CheckConstraint("status in ('active', 'portal_unused', 'withdrawn', 'blocked')", name='company_status'),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('business_number')
    )
    op.create_index('company_name', 'company', ['name'], unique=False)
    op.create_table('holiday',
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('day')
    )
    op.create_table('number_counter',
    sa.Column('prefix', sa.Text(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('last', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('prefix', 'day')
    )
    op.create_table('outbox',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('workflow_id', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('payload', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('next_attempt_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('workflow_id')
    )
    op.create_index('outbox_unsent', 'outbox', ['id'], unique=False, postgresql_where=sa.text('sent_at IS NULL'))
    op.create_table('policy',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('status', sa.Text(), nullable=False),
    sa.Column('due_days', sa.Integer(), nullable=True),
    sa.Column('remind_days', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('escalate_days', sa.Integer(), nullable=True),
    sa.Column('changed_by', sa.BigInteger(), nullable=True),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('policy_key', 'policy', ['kind', 'status', 'id'], unique=False)
    op.create_table('process_event',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('workflow_id', sa.Text(), nullable=False),
    sa.Column('step', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('document_id', sa.BigInteger(), nullable=False),
    sa.Column('company_id', sa.BigInteger(), nullable=True),
    sa.Column('case_key', sa.Text(), nullable=False),
    sa.Column('act', sa.Text(), nullable=False),
    sa.Column('status_from', sa.Text(), nullable=False),
    sa.Column('status_to', sa.Text(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('request_id', sa.Uuid(), nullable=True),
    sa.Column('actor_id', sa.BigInteger(), nullable=True),
    sa.Column('actor_name', sa.Text(), nullable=False),
    sa.Column('actor_company', sa.Text(), nullable=False),
    sa.Column('on_behalf_of_name', sa.Text(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.Column('detail', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('outcome', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('seconds_before', sa.BigInteger(), nullable=True),
    sa.Column('prev_hash', sa.Text(), nullable=False),
    sa.Column('hash', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('request_id'),
    sa.UniqueConstraint('workflow_id', 'step', name='process_event_once')
    )
    op.create_index('process_event_case', 'process_event', ['case_key', 'id'], unique=False)
    op.create_index('process_event_company', 'process_event', ['company_id', 'id'], unique=False)
    op.create_index('process_event_pace', 'process_event', ['kind', 'status_from', 'id'], unique=False)
    op.create_table('stored_file',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('sha256', sa.Text(), nullable=False),
    sa.Column('size', sa.BigInteger(), nullable=False),
    sa.Column('media_type', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('company_id', sa.BigInteger(), nullable=True),
    sa.Column('created_by', sa.BigInteger(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name='stored_file_sha256'),
    sa.CheckConstraint('size > 0', name='stored_file_size'),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('stored_file_company', 'stored_file', ['company_id', 'id'], unique=False)
    op.create_index('stored_file_content', 'stored_file', ['sha256'], unique=False)
    op.create_table('document_file',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('file_id', sa.BigInteger(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('document_id', sa.BigInteger(), nullable=False),
    sa.Column('role', sa.Text(), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('company_id', sa.BigInteger(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['file_id'], ['stored_file.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('document_file_file', 'document_file', ['file_id'], unique=False)
    op.create_index('document_file_of', 'document_file', ['kind', 'document_id', 'role', 'position', 'id'], unique=False)
    op.create_table('member',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('login', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('email', sa.Text(), nullable=False),
    sa.Column('phone', sa.LargeBinary(), nullable=False),
    sa.Column('password_hash', sa.Text(), nullable=False),
    sa.Column('company_id', sa.BigInteger(), nullable=True),
    sa.Column('roles', postgresql.ARRAY(sa.Text()), nullable=False),
    sa.Column('status', sa.Text(), nullable=False),
    sa.Column('position', sa.Text(), nullable=False),
    sa.Column('department', sa.Text(), nullable=False),
    sa.Column('password_changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('must_change_password', sa.Boolean(), nullable=False),
    sa.Column('last_login_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("(company_id is null) = not (roles && array['partner'])", name='member_side'),
    sa.CheckConstraint("status in ('active', 'dormant', 'withdrawn')", name='member_status'),
    sa.CheckConstraint('login = lower(login)', name='member_login_lower'),
    sa.ForeignKeyConstraint(['company_id'], ['company.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('login')
    )
    op.create_index('member_company', 'member', ['company_id'], unique=False)
    op.create_index('member_name', 'member', ['name'], unique=False)
    op.create_index('member_one_owner', 'member', ['company_id'], unique=True, postgresql_where=sa.text("roles @> array['partner_owner'] and status = 'active'"))
    op.create_table('signature',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('document_id', sa.BigInteger(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('company_id', sa.BigInteger(), nullable=False),
    sa.Column('party', sa.Text(), nullable=False),
    sa.Column('member_id', sa.BigInteger(), nullable=False),
    sa.Column('member_name', sa.Text(), nullable=False),
    sa.Column('on_behalf_of_name', sa.Text(), nullable=True),
    sa.Column('seal_file_id', sa.BigInteger(), nullable=False),
    sa.Column('consents', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('ip', sa.Text(), nullable=False),
    sa.Column('agent', sa.Text(), nullable=False),
    sa.Column('signed_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['seal_file_id'], ['stored_file.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('kind', 'document_id', 'version', 'party', name='signature_once')
    )
    op.create_index(op.f('ix_signature_company_id'), 'signature', ['company_id'], unique=False)
    op.create_index('signature_seal_last', 'signature', ['company_id', 'party', 'id'], unique=False)
    op.create_table('contract',
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
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('form', sa.Text(), nullable=False),
    sa.Column('contract_type', sa.Text(), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('company_name', sa.Text(), nullable=False),
    sa.Column('contract_date', sa.Date(), nullable=False),
    sa.Column('starts_on', sa.Date(), nullable=False),
    sa.Column('ends_on', sa.Date(), nullable=False),
    sa.Column('currency', sa.Text(), nullable=False),
    sa.Column('amount', sa.BigInteger(), nullable=True),
    sa.Column('payment_terms', sa.Text(), nullable=False),
    sa.Column('settlement_type', sa.Text(), nullable=False),
    sa.Column('buyer_id', sa.BigInteger(), nullable=False),
    sa.Column('buyer_name', sa.Text(), nullable=False),
    sa.Column('partner_contact', sa.Text(), nullable=False),
    sa.Column('note_to_partner', sa.Text(), nullable=False),
    sa.Column('note_from_partner', sa.Text(), nullable=False),
    sa.Column('review_round', sa.Integer(), nullable=False),
    sa.Column('review_requested_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reviewed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('seal_requested_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('completed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('papers_ready', sa.Boolean(), nullable=False),
    sa.Column('edited_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('edit_version', sa.Integer(), nullable=False),
    sa.CheckConstraint('amount IS NULL OR amount >= 0', name='contract_amount'),
    sa.CheckConstraint('starts_on <= ends_on', name='contract_period'),
    sa.ForeignKeyConstraint(['buyer_id'], ['member.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('number', 'revision', name='contract_number'),
    sa.UniqueConstraint('workflow_id')
    )
    op.create_index('contract_all', 'contract', ['contract_date', 'id'], unique=False, postgresql_include=['status', 'company_id', 'review_requested_at'])
    op.create_index('contract_list', 'contract', ['company_id', 'contract_date', 'id'], unique=False)
    op.create_index('contract_review', 'contract', ['company_id', 'review_requested_at', 'id'], unique=False)
    op.create_index('contract_review_all', 'contract', ['review_requested_at', 'id'], unique=False)
    op.create_index('contract_turn', 'contract', ['turn', 'company_id'], unique=False, postgresql_where=sa.text('turn IS NOT NULL'))
    op.create_index(op.f('ix_contract_case_key'), 'contract', ['case_key'], unique=False)
    op.create_index(op.f('ix_contract_company_id'), 'contract', ['company_id'], unique=False)
    op.create_table('delegation',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('from_member_id', sa.BigInteger(), nullable=False),
    sa.Column('to_member_id', sa.BigInteger(), nullable=False),
    sa.Column('role', sa.Text(), nullable=False),
    sa.Column('starts_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('from_member_id <> to_member_id', name='delegation_other'),
    sa.CheckConstraint('starts_at < ends_at', name='delegation_period'),
    sa.ForeignKeyConstraint(['from_member_id'], ['member.id'], ),
    sa.ForeignKeyConstraint(['to_member_id'], ['member.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('delegation_to', 'delegation', ['to_member_id', 'ends_at'], unique=False)
    op.create_table('login_attempt',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('login_hash', sa.LargeBinary(), nullable=False),
    sa.Column('member_id', sa.BigInteger(), nullable=True),
    sa.Column('outcome', sa.Text(), nullable=False),
    sa.Column('ip', sa.Text(), nullable=False),
    sa.Column('agent', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('login_attempt_ip', 'login_attempt', ['ip', 'at'], unique=False)
    op.create_index('login_attempt_login', 'login_attempt', ['login_hash', 'at'], unique=False)
    op.create_table('login_session',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('token_hash', sa.LargeBinary(), nullable=False),
    sa.Column('member_id', sa.BigInteger(), nullable=False),
    sa.Column('csrf_secret', sa.Text(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('last_seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ip', sa.Text(), nullable=False),
    sa.Column('agent', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('token_hash')
    )
    op.create_index('login_session_member', 'login_session', ['member_id', 'expires_at'], unique=False)
    op.create_table('message',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('member_id', sa.BigInteger(), nullable=True),
    sa.Column('channel', sa.Text(), nullable=False),
    sa.Column('event', sa.Text(), nullable=False),
    sa.Column('recipient', sa.LargeBinary(), nullable=False),
    sa.Column('subject', sa.Text(), nullable=False),
    sa.Column('body', sa.LargeBinary(), nullable=False),
    sa.Column('fallback_body', sa.LargeBinary(), nullable=True),
    sa.Column('dedupe_key', sa.Text(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('batch_id', sa.Uuid(), nullable=True),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('provider_id', sa.Text(), nullable=True),
    sa.Column('error', sa.Text(), nullable=True),
    sa.Column('fallback_of', sa.BigInteger(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("channel in ('kakaotalk', 'sms', 'email')", name='message_channel'),
    sa.CheckConstraint("state in ('queued', 'sending', 'sent', 'failed')", name='message_state'),
    sa.ForeignKeyConstraint(['fallback_of'], ['message.id'], ),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('dedupe_key')
    )
    op.create_index('message_batch', 'message', ['batch_id'], unique=False, postgresql_where=sa.text('batch_id IS NOT NULL'))
    op.create_index('message_member', 'message', ['member_id', 'id'], unique=False)
    op.create_index('message_unbatched', 'message', ['id'], unique=False, postgresql_where=sa.text("state = 'queued' AND batch_id IS NULL"))
    op.create_table('notification',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('member_id', sa.BigInteger(), nullable=False),
    sa.Column('event', sa.Text(), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('link', sa.Text(), nullable=False),
    sa.Column('workflow_id', sa.Text(), nullable=True),
    sa.Column('step', sa.Integer(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('read_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('workflow_id', 'step', 'event', 'member_id', name='notification_once')
    )
    op.create_index('notification_member', 'notification', ['member_id', 'id'], unique=False)
    op.create_index('notification_unread', 'notification', ['member_id'], unique=False, postgresql_where=sa.text('read_at IS NULL'))
    op.create_table('contract_instalment',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('contract_id', sa.BigInteger(), nullable=False),
    sa.Column('company_id', sa.BigInteger(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('label', sa.Text(), nullable=False),
    sa.Column('amount', sa.BigInteger(), nullable=False),
    sa.Column('expected_on', sa.Date(), nullable=True),
    sa.ForeignKeyConstraint(['contract_id'], ['contract.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index(op.f('ix_contract_instalment_company_id'), 'contract_instalment', ['company_id'], unique=False)
    op.create_index(op.f('ix_contract_instalment_contract_id'), 'contract_instalment', ['contract_id'], unique=False)
    op.create_table('contract_item',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('contract_id', sa.BigInteger(), nullable=False),
    sa.Column('company_id', sa.BigInteger(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('category', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('spec', sa.Text(), nullable=False),
    sa.Column('unit', sa.Text(), nullable=False),
    sa.Column('quantity', sa.BigInteger(), nullable=False),
    sa.Column('unit_price', sa.BigInteger(), nullable=False),
    sa.Column('amount', sa.BigInteger(), nullable=False),
    sa.Column('needs_serial', sa.Boolean(), nullable=False),
    sa.Column('requested_on', sa.Date(), nullable=True),
    sa.Column('requested_place', sa.Text(), nullable=False),
    sa.Column('request_number', sa.Text(), nullable=False),
    sa.Column('request_item_id', sa.BigInteger(), nullable=True),
    sa.CheckConstraint('quantity > 0', name='contract_item_quantity'),
    sa.CheckConstraint('unit_price >= 0 AND amount = quantity * unit_price', name='contract_item_amount'),
    sa.ForeignKeyConstraint(['contract_id'], ['contract.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index(op.f('ix_contract_item_company_id'), 'contract_item', ['company_id'], unique=False)
    op.create_index(op.f('ix_contract_item_contract_id'), 'contract_item', ['contract_id'], unique=False)
    op.create_table('contract_paper',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('contract_id', sa.BigInteger(), nullable=False),
    sa.Column('company_id', sa.BigInteger(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('template', sa.Text(), nullable=False),
    sa.Column('clauses', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('draft_file_id', sa.BigInteger(), nullable=True),
    sa.Column('draft_sha256', sa.Text(), nullable=False),
    sa.Column('draft_pages', sa.Integer(), nullable=False),
    sa.Column('final_file_id', sa.BigInteger(), nullable=True),
    sa.Column('final_sha256', sa.Text(), nullable=False),
    sa.Column('final_pages', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['contract_id'], ['contract.id'], ),
    sa.ForeignKeyConstraint(['draft_file_id'], ['stored_file.id'], ),
    sa.ForeignKeyConstraint(['final_file_id'], ['stored_file.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('contract_paper_final', 'contract_paper', ['final_sha256'], unique=False, postgresql_where=sa.text("final_sha256 <> ''"))
    op.create_index(op.f('ix_contract_paper_company_id'), 'contract_paper', ['company_id'], unique=False)
    op.create_index(op.f('ix_contract_paper_contract_id'), 'contract_paper', ['contract_id'], unique=False)
    op.create_table('otp_challenge',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('token_hash', sa.LargeBinary(), nullable=False),
    sa.Column('member_id', sa.BigInteger(), nullable=False),
    sa.Column('attempt_id', sa.BigInteger(), nullable=False),
    sa.Column('purpose', sa.Text(), nullable=False),
    sa.Column('secret', sa.LargeBinary(), nullable=False),
    sa.Column('counter', sa.Integer(), nullable=False),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('resends', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['attempt_id'], ['login_attempt.id'], ),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('token_hash')
    )
    op.create_index('otp_challenge_member', 'otp_challenge', ['member_id', 'created_at'], unique=False)
    op.create_table('purchase_order',
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
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('form', sa.Text(), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('company_name', sa.Text(), nullable=False),
    sa.Column('contract_id', sa.BigInteger(), nullable=True),
    sa.Column('contract_number', sa.Text(), nullable=False),
    sa.Column('basis', sa.Text(), nullable=False),
    sa.Column('order_date', sa.Date(), nullable=False),
    sa.Column('currency', sa.Text(), nullable=False),
    sa.Column('amount', sa.BigInteger(), nullable=False),
    sa.Column('vat', sa.BigInteger(), nullable=False),
    sa.Column('total', sa.BigInteger(), nullable=False),
    sa.Column('settlement_type', sa.Text(), nullable=False),
    sa.Column('evidence_type', sa.Text(), nullable=False),
    sa.Column('buyer_id', sa.BigInteger(), nullable=False),
    sa.Column('buyer_name', sa.Text(), nullable=False),
    sa.Column('note_to_partner', sa.Text(), nullable=False),
    sa.Column('requested_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('confirmed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('sheet_ready', sa.Boolean(), nullable=False),
    sa.Column('draft_file_id', sa.BigInteger(), nullable=True),
    sa.Column('draft_sha256', sa.Text(), nullable=False),
    sa.Column('draft_pages', sa.Integer(), nullable=False),
    sa.Column('final_file_id', sa.BigInteger(), nullable=True),
    sa.Column('final_sha256', sa.Text(), nullable=False),
    sa.Column('final_pages', sa.Integer(), nullable=False),
    sa.Column('edit_version', sa.Integer(), nullable=False),
    sa.CheckConstraint('amount >= 0 AND vat >= 0 AND total = amount + vat', name='purchase_order_total'),
    sa.ForeignKeyConstraint(['buyer_id'], ['member.id'], ),
    sa.ForeignKeyConstraint(['contract_id'], ['contract.id'], ),
    sa.ForeignKeyConstraint(['draft_file_id'], ['stored_file.id'], ),
    sa.ForeignKeyConstraint(['final_file_id'], ['stored_file.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('number', 'revision', name='purchase_order_number'),
    sa.UniqueConstraint('workflow_id')
    )
    op.create_index(op.f('ix_purchase_order_case_key'), 'purchase_order', ['case_key'], unique=False)
    op.create_index(op.f('ix_purchase_order_company_id'), 'purchase_order', ['company_id'], unique=False)
    op.create_index(op.f('ix_purchase_order_contract_id'), 'purchase_order', ['contract_id'], unique=False)
    op.create_index('purchase_order_all', 'purchase_order', ['order_date', 'id'], unique=False)
    op.create_index('purchase_order_list', 'purchase_order', ['company_id', 'order_date', 'id'], unique=False)
    op.create_index('purchase_order_turn', 'purchase_order', ['turn', 'company_id'], unique=False, postgresql_where=sa.text('turn IS NOT NULL'))
    op.create_table('order_item',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('purchase_order_id', sa.BigInteger(), nullable=False),
    sa.Column('company_id', sa.BigInteger(), nullable=False),
    sa.Column('contract_item_id', sa.BigInteger(), nullable=True),
    sa.Column('previous_item_id', sa.BigInteger(), nullable=True),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('category', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('spec', sa.Text(), nullable=False),
    sa.Column('product_key', sa.Text(), nullable=False),
    sa.Column('unit', sa.Text(), nullable=False),
    sa.Column('quantity', sa.BigInteger(), nullable=False),
    sa.Column('unit_price', sa.BigInteger(), nullable=False),
    sa.Column('amount', sa.BigInteger(), nullable=False),
    sa.Column('vat', sa.BigInteger(), nullable=False),
    sa.Column('needs_serial', sa.Boolean(), nullable=False),
    sa.Column('requested_on', sa.Date(), nullable=True),
    sa.Column('requested_place', sa.Text(), nullable=False),
    sa.Column('request_number', sa.Text(), nullable=False),
    sa.Column('request_item_id', sa.BigInteger(), nullable=True),
    sa.CheckConstraint('quantity > 0', name='order_item_quantity'),
    sa.CheckConstraint('unit_price >= 0 AND amount = quantity * unit_price', name='order_item_amount'),
    sa.ForeignKeyConstraint(['contract_item_id'], ['contract_item.id'], ),
    sa.ForeignKeyConstraint(['previous_item_id'], ['order_item.id'], ),
    sa.ForeignKeyConstraint(['purchase_order_id'], ['purchase_order.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index(op.f('ix_order_item_company_id'), 'order_item', ['company_id'], unique=False)
    op.create_index(op.f('ix_order_item_purchase_order_id'), 'order_item', ['purchase_order_id'], unique=False)
    op.create_table('settlement',
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
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('company_name', sa.Text(), nullable=False),
    sa.Column('business_number', sa.Text(), nullable=False),
    sa.Column('purchase_order_id', sa.BigInteger(), nullable=False),
    sa.Column('order_number', sa.Text(), nullable=False),
    sa.Column('settlement_type', sa.Text(), nullable=False),
    sa.Column('evidence_type', sa.Text(), nullable=False),
    sa.Column('currency', sa.Text(), nullable=False),
    sa.Column('supply_amount', sa.BigInteger(), nullable=False),
    sa.Column('vat_amount', sa.BigInteger(), nullable=False),
    sa.Column('total_amount', sa.BigInteger(), nullable=False),
    sa.Column('issue_request', sa.Text(), nullable=False),
    sa.Column('issue_on', sa.Date(), nullable=True),
    sa.Column('officer_id', sa.BigInteger(), nullable=False),
    sa.Column('officer_name', sa.Text(), nullable=False),
    sa.Column('buyer_name', sa.Text(), nullable=False),
    sa.Column('requested_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('acknowledged_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('acknowledged_by', sa.Text(), nullable=False),
    sa.Column('evidence_number', sa.Text(), nullable=True),
    sa.Column('evidence_issued_on', sa.Date(), nullable=True),
    sa.Column('settled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('payment_due_on', sa.Date(), nullable=True),
    sa.Column('paid_on', sa.Date(), nullable=True),
    sa.Column('payment_reference', sa.Text(), nullable=False),
    sa.Column('early_reason', sa.Text(), nullable=False),
    sa.Column('statement_file_id', sa.BigInteger(), nullable=True),
    sa.Column('edit_version', sa.Integer(), nullable=False),
    sa.CheckConstraint('total_amount = supply_amount + vat_amount', name='settlement_total'),
    sa.ForeignKeyConstraint(['officer_id'], ['member.id'], ),
    sa.ForeignKeyConstraint(['purchase_order_id'], ['purchase_order.id'], ),
    sa.ForeignKeyConstraint(['statement_file_id'], ['stored_file.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('number'),
    sa.UniqueConstraint('workflow_id')
    )
    op.create_index(op.f('ix_settlement_case_key'), 'settlement', ['case_key'], unique=False)
    op.create_index(op.f('ix_settlement_company_id'), 'settlement', ['company_id'], unique=False)
    op.create_index(op.f('ix_settlement_purchase_order_id'), 'settlement', ['purchase_order_id'], unique=False)
    op.create_index('settlement_evidence', 'settlement', ['evidence_number'], unique=True, postgresql_where=sa.text("evidence_number IS NOT NULL AND status <> 'cancelled'"))
    op.create_index('settlement_list', 'settlement', ['company_id', 'created_at', 'id'], unique=False)
    op.create_index('settlement_turn', 'settlement', ['turn', 'company_id'], unique=False, postgresql_where=sa.text('turn IS NOT NULL'))
    op.create_table('delivery_round',
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
    sa.Column('purchase_order_id', sa.BigInteger(), nullable=False),
    sa.Column('order_item_id', sa.BigInteger(), nullable=False),
    sa.Column('order_number', sa.Text(), nullable=False),
    sa.Column('item_name', sa.Text(), nullable=False),
    sa.Column('company_name', sa.Text(), nullable=False),
    sa.Column('buyer_id', sa.BigInteger(), nullable=False),
    sa.Column('round_no', sa.Integer(), nullable=False),
    sa.Column('planned_on', sa.Date(), nullable=False),
    sa.Column('place', sa.Text(), nullable=False),
    sa.Column('quantity', sa.BigInteger(), nullable=False),
    sa.Column('received_quantity', sa.BigInteger(), nullable=False),
    sa.Column('needs_serial', sa.Boolean(), nullable=False),
    sa.Column('edit_version', sa.Integer(), nullable=False),
    sa.CheckConstraint('quantity > 0', name='delivery_round_quantity'),
    sa.CheckConstraint('received_quantity >= 0 AND received_quantity <= quantity', name='delivery_round_received'),
    sa.ForeignKeyConstraint(['buyer_id'], ['member.id'], ),
    sa.ForeignKeyConstraint(['order_item_id'], ['order_item.id'], ),
    sa.ForeignKeyConstraint(['purchase_order_id'], ['purchase_order.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('order_item_id', 'round_no', name='delivery_round_no'),
    sa.UniqueConstraint('workflow_id')
    )
    op.create_index('delivery_round_turn', 'delivery_round', ['turn', 'company_id'], unique=False, postgresql_where=sa.text('turn IS NOT NULL'))
    op.create_index(op.f('ix_delivery_round_case_key'), 'delivery_round', ['case_key'], unique=False)
    op.create_index(op.f('ix_delivery_round_company_id'), 'delivery_round', ['company_id'], unique=False)
    op.create_index(op.f('ix_delivery_round_order_item_id'), 'delivery_round', ['order_item_id'], unique=False)
    op.create_index(op.f('ix_delivery_round_purchase_order_id'), 'delivery_round', ['purchase_order_id'], unique=False)
    op.create_table('delivery_serial',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('delivery_round_id', sa.BigInteger(), nullable=False),
    sa.Column('company_id', sa.BigInteger(), nullable=False),
    sa.Column('product_key', sa.Text(), nullable=False),
    sa.Column('serial', sa.Text(), nullable=False),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['delivery_round_id'], ['delivery_round.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('delivery_serial_once', 'delivery_serial', ['product_key', 'serial'], unique=True, postgresql_where=sa.text('active'))
    op.create_index(op.f('ix_delivery_serial_company_id'), 'delivery_serial', ['company_id'], unique=False)
    op.create_index(op.f('ix_delivery_serial_delivery_round_id'), 'delivery_serial', ['delivery_round_id'], unique=False)
    op.create_table('receipt',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('delivery_round_id', sa.BigInteger(), nullable=False),
    sa.Column('order_item_id', sa.BigInteger(), nullable=False),
    sa.Column('company_id', sa.BigInteger(), nullable=False),
    sa.Column('quantity', sa.BigInteger(), nullable=False),
    sa.Column('received_on', sa.Date(), nullable=False),
    sa.Column('receiver_id', sa.BigInteger(), nullable=False),
    sa.Column('receiver_name', sa.Text(), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('quantity > 0', name='receipt_quantity'),
    sa.ForeignKeyConstraint(['delivery_round_id'], ['delivery_round.id'], ),
    sa.ForeignKeyConstraint(['order_item_id'], ['order_item.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index(op.f('ix_receipt_company_id'), 'receipt', ['company_id'], unique=False)
    op.create_index(op.f('ix_receipt_delivery_round_id'), 'receipt', ['delivery_round_id'], unique=False)
    op.create_index(op.f('ix_receipt_order_item_id'), 'receipt', ['order_item_id'], unique=False)
    op.create_table('inspection',
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
    sa.Column('receipt_id', sa.BigInteger(), nullable=False),
    sa.Column('delivery_round_id', sa.BigInteger(), nullable=False),
    sa.Column('order_item_id', sa.BigInteger(), nullable=False),
    sa.Column('purchase_order_id', sa.BigInteger(), nullable=False),
    sa.Column('order_number', sa.Text(), nullable=False),
    sa.Column('round_no', sa.Integer(), nullable=False),
    sa.Column('request_number', sa.Text(), nullable=False),
    sa.Column('company_name', sa.Text(), nullable=False),
    sa.Column('category', sa.Text(), nullable=False),
    sa.Column('item_name', sa.Text(), nullable=False),
    sa.Column('spec', sa.Text(), nullable=False),
    sa.Column('unit', sa.Text(), nullable=False),
    sa.Column('quantity', sa.BigInteger(), nullable=False),
    sa.Column('unit_price', sa.BigInteger(), nullable=False),
    sa.Column('amount', sa.BigInteger(), nullable=False),
    sa.Column('requested_on', sa.Date(), nullable=True),
    sa.Column('received_on', sa.Date(), nullable=False),
    sa.Column('place', sa.Text(), nullable=False),
    sa.Column('inspector_id', sa.BigInteger(), nullable=True),
    sa.Column('inspector_name', sa.Text(), nullable=False),
    sa.Column('inspected_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('settled', sa.Boolean(), nullable=False),
    sa.CheckConstraint('quantity > 0 AND amount = quantity * unit_price', name='inspection_amount'),
    sa.ForeignKeyConstraint(['delivery_round_id'], ['delivery_round.id'], ),
    sa.ForeignKeyConstraint(['order_item_id'], ['order_item.id'], ),
    sa.ForeignKeyConstraint(['purchase_order_id'], ['purchase_order.id'], ),
    sa.ForeignKeyConstraint(['receipt_id'], ['receipt.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('receipt_id'),
    sa.UniqueConstraint('workflow_id')
    )
    op.create_index('inspection_list', 'inspection', ['company_id', 'inspected_at', 'id'], unique=False)
    op.create_index('inspection_turn', 'inspection', ['turn', 'company_id'], unique=False, postgresql_where=sa.text('turn IS NOT NULL'))
    op.create_index(op.f('ix_inspection_case_key'), 'inspection', ['case_key'], unique=False)
    op.create_index(op.f('ix_inspection_company_id'), 'inspection', ['company_id'], unique=False)
    op.create_index(op.f('ix_inspection_delivery_round_id'), 'inspection', ['delivery_round_id'], unique=False)
    op.create_index(op.f('ix_inspection_order_item_id'), 'inspection', ['order_item_id'], unique=False)
    op.create_index(op.f('ix_inspection_purchase_order_id'), 'inspection', ['purchase_order_id'], unique=False)
    op.create_table('settlement_item',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('settlement_id', sa.BigInteger(), nullable=False),
    sa.Column('company_id', sa.BigInteger(), nullable=False),
    sa.Column('inspection_id', sa.BigInteger(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('spec', sa.Text(), nullable=False),
    sa.Column('unit', sa.Text(), nullable=False),
    sa.Column('quantity', sa.BigInteger(), nullable=False),
    sa.Column('unit_price', sa.BigInteger(), nullable=False),
    sa.Column('amount', sa.BigInteger(), nullable=False),
    sa.Column('vat', sa.BigInteger(), nullable=False),
    sa.Column('inspected_on', sa.Date(), nullable=False),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.CheckConstraint('amount = quantity * unit_price', name='settlement_item_amount'),
    sa.ForeignKeyConstraint(['inspection_id'], ['inspection.id'], ),
    sa.ForeignKeyConstraint(['settlement_id'], ['settlement.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index(op.f('ix_settlement_item_company_id'), 'settlement_item', ['company_id'], unique=False)
    op.create_index(op.f('ix_settlement_item_settlement_id'), 'settlement_item', ['settlement_id'], unique=False)
    op.create_index('settlement_item_once', 'settlement_item', ['inspection_id'], unique=True, postgresql_where=sa.text('active'))
    connection = op.get_bind()
    for statement in (*FUNCTIONS, *POLICIES):
        connection.exec_driver_sql(statement.replace('%', '%%'))


def downgrade() -> None:
    raise RuntimeError("the first tables are dropped with their database")
