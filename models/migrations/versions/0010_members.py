"""members"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql



revision = '0010'
down_revision = '0001'
branch_labels = None
depends_on = None


CLEAR = (
    """DO $$ DECLARE found record; BEGIN
    FOR found IN SELECT policyname, tablename FROM pg_policies WHERE schemaname = 'public' LOOP
        EXECUTE format('DROP POLICY %I ON %I', found.policyname, found.tablename);
    END LOOP;
    FOR found IN SELECT oid::regprocedure AS name FROM pg_proc
                  WHERE pronamespace = 'public'::regnamespace AND prosecdef LOOP
        EXECUTE format('DROP FUNCTION %s', found.name);
    END LOOP;
END $$""",
    "REVOKE ALL ON ALL TABLES IN SCHEMA public FROM dongban_web, dongban_worker",
)
"""Rights are laid down anew as a whole: what a table's rule was does not linger."""

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
    'ALTER TABLE bank_account ENABLE ROW LEVEL SECURITY',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON bank_account TO dongban_worker',
    'CREATE POLICY worker ON bank_account TO dongban_worker USING (true) WITH CHECK (true)',
    'GRANT SELECT ON bank_account TO dongban_web',
    "CREATE POLICY web ON bank_account TO dongban_web USING ((SELECT current_setting('dongban.side', true) = 'buyer') OR company_id = (SELECT nullif(current_setting('dongban.company', true), '')::bigint)) WITH CHECK ((SELECT current_setting('dongban.side', true) = 'buyer') OR company_id = (SELECT nullif(current_setting('dongban.company', true), '')::bigint))",
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
    'GRANT SELECT (id, login, name, email, phone, birth_date, sex, foreign_national, identity_hash, company_id, roles, status, position, department, extension, password_changed_at, password_asked_at, must_change_password, last_login_at, created_at, joined_at, left_at, left_reason) ON member TO dongban_web',
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
    op.create_table('bank_account',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('company_id', sa.BigInteger(), nullable=False),
    sa.Column('country', sa.Text(), nullable=False),
    sa.Column('bank_code', sa.Text(), nullable=False),
    sa.Column('bank_name', sa.Text(), nullable=False),
    sa.Column('account_number', sa.LargeBinary(), nullable=True),
    sa.Column('holder', sa.LargeBinary(), nullable=False),
    sa.Column('is_virtual', sa.Boolean(), nullable=False),
    sa.Column('virtual_amount', sa.BigInteger(), nullable=True),
    sa.Column('swift', sa.Text(), nullable=False),
    sa.Column('bic', sa.Text(), nullable=False),
    sa.Column('iban', sa.LargeBinary(), nullable=True),
    sa.Column('copy_file_id', sa.BigInteger(), nullable=True),
    sa.Column('is_default', sa.Boolean(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('account_number is not null or iban is not null', name='bank_account_numbered'),
    sa.ForeignKeyConstraint(['company_id'], ['company.id'], ),
    sa.ForeignKeyConstraint(['copy_file_id'], ['stored_file.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('bank_account_company', 'bank_account', ['company_id', 'id'], unique=False)
    op.create_index('bank_account_one_default', 'bank_account', ['company_id'], unique=True, postgresql_where=sa.text('is_default and closed_at is null'))
    op.add_column('company', sa.Column('representative_foreign', sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column('company', sa.Column('business_type', sa.Text(), nullable=False, server_default=''))
    op.add_column('company', sa.Column('business_item', sa.Text(), nullable=False, server_default=''))
    op.add_column('company', sa.Column('country', sa.Text(), nullable=False, server_default='KR'))
    op.add_column('company', sa.Column('artist_insurance', sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column('company', sa.Column('zip_code', sa.Text(), nullable=False, server_default=''))
    op.add_column('company', sa.Column('address_detail', sa.Text(), nullable=False, server_default=''))
    op.add_column('company', sa.Column('status_reason', sa.Text(), nullable=False, server_default=''))
    op.add_column('company', sa.Column('joined_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('company', sa.Column('left_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('member', sa.Column('birth_date', sa.LargeBinary(), nullable=True))
    op.add_column('member', sa.Column('sex', sa.Text(), nullable=True))
    op.add_column('member', sa.Column('foreign_national', sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column('member', sa.Column('identity_hash', sa.LargeBinary(), nullable=True))
    op.add_column('member', sa.Column('extension', sa.Text(), nullable=False, server_default=''))
    op.add_column('member', sa.Column('password_asked_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('member', sa.Column('joined_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('member', sa.Column('left_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('member', sa.Column('left_reason', sa.Text(), nullable=False, server_default=''))
    op.create_index('member_one_person', 'member', ['identity_hash'], unique=True, postgresql_where=sa.text("identity_hash is not null and status in ('applying', 'active', 'dormant')"))
    op.alter_column('company', 'representative_foreign', server_default=None)
    op.alter_column('company', 'business_type', server_default=None)
    op.alter_column('company', 'business_item', server_default=None)
    op.alter_column('company', 'country', server_default=None)
    op.alter_column('company', 'artist_insurance', server_default=None)
    op.alter_column('company', 'zip_code', server_default=None)
    op.alter_column('company', 'address_detail', server_default=None)
    op.alter_column('company', 'status_reason', server_default=None)
    op.alter_column('member', 'foreign_national', server_default=None)
    op.alter_column('member', 'extension', server_default=None)
    op.alter_column('member', 'left_reason', server_default=None)
    op.create_check_constraint('company_artist', 'company', "not artist_insurance or kind <> 'corporation'")
    op.drop_constraint('company_kind', 'company')
    op.create_check_constraint('company_kind', 'company', "kind in ('corporation', 'sole', 'individual')")
    op.drop_constraint('company_numbered', 'company')
    op.create_check_constraint('company_numbered', 'company', "kind = 'individual' or business_number is not null")
    op.drop_constraint('company_status', 'company')
    op.create_check_constraint('company_status', 'company', "status in ('applying', 'active', 'rejected', 'portal_unused', 'withdrawn', 'blocked')")
    op.drop_constraint('member_login_lower', 'member')
    op.create_check_constraint('member_login_lower', 'member', 'login = lower(login)')
    op.drop_constraint('member_side', 'member')
    op.create_check_constraint('member_side', 'member', "(company_id is null) = not (roles && array['partner'])")
    op.drop_constraint('member_status', 'member')
    op.create_check_constraint('member_status', 'member', "status in ('applying', 'active', 'dormant', 'rejected', 'withdrawn', 'blocked')")
    op.drop_constraint('message_channel', 'message')
    op.create_check_constraint('message_channel', 'message', "channel in ('kakaotalk', 'sms', 'email')")
    op.drop_constraint('message_state', 'message')
    op.create_check_constraint('message_state', 'message', "state in ('queued', 'sending', 'sent', 'failed')")
    connection = op.get_bind()
    for statement in (*CLEAR, *FUNCTIONS, *POLICIES):
        connection.exec_driver_sql(statement.replace('%', '%%'))


def downgrade() -> None:
    raise RuntimeError("people who joined cannot be made to have never joined")
