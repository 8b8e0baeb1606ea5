"""members"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from sqlalchemy.dialects import postgresql

revision = '0010'
down_revision = '0002'
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
                       CASE WHEN person.company_id IS NOT NULL THEN 'partner'
                            WHEN 'media' = ANY (person.roles) THEN 'media'
                            WHEN cardinality(person.roles) > 0 THEN 'buyer' ELSE 'nobody' END, true);
    RETURN QUERY SELECT held.id, person.id, person.login, person.name,
        person.company_id, coalesce(firm.name, ''), person.roles,
        coalesce((SELECT jsonb_agg(jsonb_build_object(
                             'role', d.role, 'member_id', giver.id, 'name', giver.name) ORDER BY d.id)
                    FROM delegation d JOIN member giver ON giver.id = d.from_member_id
                   WHERE d.to_member_id = person.id AND d.revoked_at IS NULL
                     AND d.starts_at <= instant AND d.ends_at > instant
                     AND giver.status = 'active' AND d.role = ANY (giver.roles)
                     AND giver.company_id IS NOT DISTINCT FROM person.company_id
                     AND NOT 'media' = ANY (giver.roles || person.roles)), '[]'::jsonb),
        held.csrf_secret,
        (SELECT count(*) FROM (SELECT 1 FROM notification n
                                WHERE n.member_id = person.id AND n.read_at IS NULL LIMIT 100) few),
        person.must_change_password, held.created_at, held.last_seen_at, held.expires_at;
END $$""",
    """CREATE OR REPLACE FUNCTION login_lookup(wanted text)
RETURNS TABLE (
    member_id bigint, name text, password_hash text, company_id bigint,
    member_status text, company_status text, roles text[], must_change boolean,
    password_changed_at timestamptz
)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public STABLE AS $$
    SELECT m.id, m.name, m.password_hash, m.company_id, m.status, c.status, m.roles,
           m.must_change_password, m.password_changed_at
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
RETURNS TABLE (member_id bigint, name text, company_id bigint, status text, roles text[])
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public VOLATILE AS $$
    SELECT m.id, m.name, m.company_id, m.status, m.roles
      FROM otp_challenge c JOIN member m ON m.id = c.member_id LEFT JOIN company f ON f.id = m.company_id
     WHERE c.token_hash = token AND m.status IN ('active', 'dormant') AND (f.id IS NULL OR f.status = 'active')
       FOR UPDATE OF c
$$""",
    """CREATE OR REPLACE FUNCTION wake_dormant(token bytea)
RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public VOLATILE AS $$
    UPDATE member m SET status = 'active'
      FROM otp_challenge c
     WHERE c.token_hash = token AND c.used_at IS NOT NULL AND c.opened_at IS NULL
       AND m.id = c.member_id AND m.status = 'dormant'
    RETURNING m.id
$$""",
    """CREATE OR REPLACE FUNCTION namesakes(wanted text)
RETURNS TABLE (member_id bigint, login text, phone bytea, birth_date bytea)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public STABLE AS $$
    SELECT m.id, m.login, m.phone, m.birth_date FROM member m
     WHERE m.name = wanted AND m.status IN ('active', 'dormant') AND m.birth_date IS NOT NULL
     ORDER BY m.id LIMIT 500
$$""",
    """CREATE OR REPLACE FUNCTION identity_lookup(wanted text)
RETURNS TABLE (
    member_id bigint, name text, email text, company_id bigint, roles text[], identity_hash bytea,
    phone bytea, birth_date bytea, member_status text, company_status text
)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public STABLE AS $$
    SELECT m.id, m.name, m.email, m.company_id, m.roles, m.identity_hash, m.phone, m.birth_date,
           m.status, c.status
      FROM member m LEFT JOIN company c ON c.id = m.company_id
     WHERE m.login = wanted
$$""",
    'REVOKE ALL ON FUNCTION open_session(bytea, timestamptz, interval, boolean) FROM PUBLIC',
    'REVOKE ALL ON FUNCTION login_lookup(text) FROM PUBLIC',
    'REVOKE ALL ON FUNCTION attempts_before(bytea, text, timestamptz, timestamptz) FROM PUBLIC',
    'REVOKE ALL ON FUNCTION add_attempt(bytea, text, text, timestamptz) FROM PUBLIC',
    'REVOKE ALL ON FUNCTION settle_attempt(bigint, bigint, text) FROM PUBLIC',
    'REVOKE ALL ON FUNCTION open_challenge(bytea) FROM PUBLIC',
    'REVOKE ALL ON FUNCTION wake_dormant(bytea) FROM PUBLIC',
    'REVOKE ALL ON FUNCTION namesakes(text) FROM PUBLIC',
    'REVOKE ALL ON FUNCTION identity_lookup(text) FROM PUBLIC',
    """CREATE POLICY own ON member AS RESTRICTIVE FOR UPDATE TO dongban_web
 USING (id = nullif(current_setting('dongban.member', true), '')::bigint)""",
    """CREATE POLICY own ON disclosure AS RESTRICTIVE FOR INSERT TO dongban_web
 WITH CHECK (actor_id = nullif(current_setting('dongban.member', true), '')::bigint)""",
    'GRANT EXECUTE ON FUNCTION open_session(bytea, timestamptz, interval, boolean) TO dongban_web',
    'GRANT EXECUTE ON FUNCTION login_lookup(text) TO dongban_web',
    'GRANT EXECUTE ON FUNCTION attempts_before(bytea, text, timestamptz, timestamptz) TO dongban_web',
    'GRANT EXECUTE ON FUNCTION add_attempt(bytea, text, text, timestamptz) TO dongban_web',
    'GRANT EXECUTE ON FUNCTION settle_attempt(bigint, bigint, text) TO dongban_web',
    'GRANT EXECUTE ON FUNCTION open_challenge(bytea) TO dongban_web',
    'GRANT EXECUTE ON FUNCTION wake_dormant(bytea) TO dongban_web',
    'GRANT EXECUTE ON FUNCTION namesakes(text) TO dongban_web',
    'GRANT EXECUTE ON FUNCTION identity_lookup(text) TO dongban_web',
    """CREATE OR REPLACE FUNCTION must_be_admin(instant timestamptz)
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public VOLATILE AS $$
DECLARE
    asking bigint := nullif(current_setting('dongban.member', true), '')::bigint;
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM member m
         WHERE m.id = asking AND m.company_id IS NULL AND m.status = 'active'
           AND ('admin' = ANY (m.roles) OR EXISTS (
               SELECT 1 FROM delegation d JOIN member giver ON giver.id = d.from_member_id
                WHERE d.to_member_id = m.id AND d.role = 'admin' AND d.revoked_at IS NULL
                  AND d.starts_at <= instant AND d.ends_at > instant
                  AND giver.status = 'active' AND 'admin' = ANY (giver.roles)))
    ) THEN
        RAISE insufficient_privilege USING MESSAGE = 'only an administrator may do this';
    END IF;
END $$""",
    """CREATE OR REPLACE FUNCTION staff_add(
    known_as text, full_name text, mail text, sealed_phone bytea, secret text, held text[],
    team text, title text, number text, instant timestamptz
)
RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public VOLATILE AS $$
DECLARE
    made bigint;
BEGIN
    PERFORM must_be_admin(instant);
    IF NOT held <@ ARRAY['admin', 'buyer', 'inspector', 'media_manager', 'receiver', 'requester', 'settlement'] OR cardinality(held) = 0 THEN
        RAISE check_violation USING MESSAGE = 'these are no roles of the staff';
    END IF;
    INSERT INTO member (login, name, email, phone, password_hash, roles, department, position, extension, status,
                        foreign_national, must_change_password, password_changed_at, created_at, joined_at, left_reason)
    VALUES (known_as, full_name, mail, sealed_phone, secret, held, team, title, number, 'active',
            false, true, instant, instant, instant, '')
    RETURNING id INTO made;
    RETURN made;
END $$""",
    """CREATE OR REPLACE FUNCTION staff_edit(
    person bigint, full_name text, mail text, sealed_phone bytea, team text, title text, number text,
    instant timestamptz
)
RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public VOLATILE AS $$
BEGIN
    PERFORM must_be_admin(instant);
    UPDATE member m
       SET name = full_name, email = mail, phone = coalesce(sealed_phone, m.phone), department = team,
           position = title, extension = number
     WHERE m.id = person AND m.roles <@ ARRAY['admin', 'buyer', 'inspector', 'media_manager', 'receiver', 'requester', 'settlement'];
    RETURN FOUND;
END $$""",
    """CREATE OR REPLACE FUNCTION staff_roles(person bigint, before text[], held text[], instant timestamptz)
RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public VOLATILE AS $$
BEGIN
    PERFORM must_be_admin(instant);
    -- Two administrators who take the role from each other at once must not leave nobody.
    PERFORM pg_advisory_xact_lock(hashtextextended('administrators', 0));
    IF NOT held <@ ARRAY['admin', 'buyer', 'inspector', 'media_manager', 'receiver', 'requester', 'settlement'] OR cardinality(held) = 0 THEN
        RETURN 'no_staff_role';
    END IF;
    IF NOT 'admin' = ANY (held) AND NOT EXISTS (
        SELECT 1 FROM member m WHERE m.id <> person AND m.status = 'active' AND 'admin' = ANY (m.roles)
    ) THEN
        RETURN 'last_admin';
    END IF;
    UPDATE member m SET roles = held
     WHERE m.id = person AND m.roles <@ ARRAY['admin', 'buyer', 'inspector', 'media_manager', 'receiver', 'requester', 'settlement'] AND m.roles @> before AND m.roles <@ before;
    RETURN CASE WHEN FOUND THEN 'done' ELSE 'member_changed' END;
END $$""",
    """CREATE OR REPLACE FUNCTION staff_secret(person bigint, secret text, instant timestamptz)
RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public VOLATILE AS $$
DECLARE
    address text;
BEGIN
    PERFORM must_be_admin(instant);
    UPDATE member m SET password_hash = secret, must_change_password = true, password_changed_at = instant
     WHERE m.id = person AND m.roles <@ ARRAY['admin', 'buyer', 'inspector', 'media_manager', 'receiver', 'requester', 'settlement'] AND m.status = 'active'
    RETURNING m.email INTO address;
    UPDATE login_session s SET revoked_at = instant
     WHERE s.member_id = person AND s.revoked_at IS NULL AND address IS NOT NULL;
    RETURN address;
END $$""",
    """CREATE OR REPLACE FUNCTION member_status(
    person bigint, before text, wanted text, why text, instant timestamptz
)
RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public VOLATILE AS $$
BEGIN
    PERFORM must_be_admin(instant);
    PERFORM pg_advisory_xact_lock(hashtextextended('administrators', 0));
    IF person = nullif(current_setting('dongban.member', true), '')::bigint THEN
        RETURN 'not_oneself';
    END IF;
    IF wanted <> 'active' AND NOT EXISTS (
        SELECT 1 FROM member m WHERE m.id <> person AND m.status = 'active' AND 'admin' = ANY (m.roles)
    ) THEN
        RETURN 'last_admin';
    END IF;
    UPDATE member m SET status = wanted, left_reason = why,
           left_at = CASE WHEN wanted = 'active' THEN NULL ELSE instant END
     WHERE m.id = person AND m.status = before;
    IF NOT FOUND THEN
        RETURN 'member_changed';
    END IF;
    IF wanted <> 'active' THEN
        UPDATE login_session s SET revoked_at = instant WHERE s.member_id = person AND s.revoked_at IS NULL;
    END IF;
    RETURN 'done';
END $$""",
    """CREATE OR REPLACE FUNCTION end_sessions(person bigint, instant timestamptz)
RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public VOLATILE AS $$
DECLARE
    ended bigint;
BEGIN
    PERFORM must_be_admin(instant);
    UPDATE login_session s SET revoked_at = instant
     WHERE s.member_id = person AND s.revoked_at IS NULL AND s.expires_at > instant;
    GET DIAGNOSTICS ended = ROW_COUNT;
    RETURN ended;
END $$""",
    """CREATE OR REPLACE FUNCTION unlock_login(person bigint, instant timestamptz)
RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public VOLATILE AS $$
DECLARE
    cleared bigint;
BEGIN
    PERFORM must_be_admin(instant);
    UPDATE login_attempt a SET outcome = 'cleared'
     WHERE a.login_hash = (SELECT sha256(convert_to(m.login, 'UTF8')) FROM member m WHERE m.id = person)
       AND a.outcome IN ('pending', 'failed', 'code_failed') AND a.at > instant - interval '1 day';
    GET DIAGNOSTICS cleared = ROW_COUNT;
    RETURN cleared;
END $$""",
    """CREATE OR REPLACE FUNCTION member_sessions(person bigint, instant timestamptz)
RETURNS TABLE (kind text, ip text, agent text, created_at timestamptz, last_seen_at timestamptz)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public VOLATILE AS $$
BEGIN
    PERFORM must_be_admin(instant);
    RETURN QUERY SELECT s.kind, s.ip, s.agent, s.created_at, s.last_seen_at FROM login_session s
                  WHERE s.member_id = person AND s.revoked_at IS NULL AND s.expires_at > instant
                  ORDER BY s.last_seen_at DESC LIMIT 50;
END $$""",
    """CREATE OR REPLACE FUNCTION member_attempts(person bigint, instant timestamptz)
RETURNS TABLE (outcome text, ip text, agent text, at timestamptz)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public VOLATILE AS $$
BEGIN
    PERFORM must_be_admin(instant);
    RETURN QUERY SELECT a.outcome, a.ip, a.agent, a.at FROM login_attempt a
                  WHERE a.login_hash = (SELECT sha256(convert_to(m.login, 'UTF8')) FROM member m WHERE m.id = person)
                  ORDER BY a.at DESC, a.id DESC LIMIT 20;
END $$""",
    'REVOKE ALL ON FUNCTION must_be_admin(timestamptz) FROM PUBLIC',
    'REVOKE ALL ON FUNCTION staff_add(text, text, text, bytea, text, text[], text, text, text, timestamptz) FROM PUBLIC',
    'REVOKE ALL ON FUNCTION staff_edit(bigint, text, text, bytea, text, text, text, timestamptz) FROM PUBLIC',
    'REVOKE ALL ON FUNCTION staff_roles(bigint, text[], text[], timestamptz) FROM PUBLIC',
    'REVOKE ALL ON FUNCTION staff_secret(bigint, text, timestamptz) FROM PUBLIC',
    'REVOKE ALL ON FUNCTION member_status(bigint, text, text, text, timestamptz) FROM PUBLIC',
    'REVOKE ALL ON FUNCTION end_sessions(bigint, timestamptz) FROM PUBLIC',
    'REVOKE ALL ON FUNCTION unlock_login(bigint, timestamptz) FROM PUBLIC',
    'REVOKE ALL ON FUNCTION member_sessions(bigint, timestamptz) FROM PUBLIC',
    'REVOKE ALL ON FUNCTION member_attempts(bigint, timestamptz) FROM PUBLIC',
    'GRANT EXECUTE ON FUNCTION staff_add(text, text, text, bytea, text, text[], text, text, text, timestamptz) TO dongban_web',
    'GRANT EXECUTE ON FUNCTION staff_edit(bigint, text, text, bytea, text, text, text, timestamptz) TO dongban_web',
    'GRANT EXECUTE ON FUNCTION staff_roles(bigint, text[], text[], timestamptz) TO dongban_web',
    'GRANT EXECUTE ON FUNCTION staff_secret(bigint, text, timestamptz) TO dongban_web',
    'GRANT EXECUTE ON FUNCTION member_status(bigint, text, text, text, timestamptz) TO dongban_web',
    'GRANT EXECUTE ON FUNCTION end_sessions(bigint, timestamptz) TO dongban_web',
    'GRANT EXECUTE ON FUNCTION unlock_login(bigint, timestamptz) TO dongban_web',
    'GRANT EXECUTE ON FUNCTION member_sessions(bigint, timestamptz) TO dongban_web',
    'GRANT EXECUTE ON FUNCTION member_attempts(bigint, timestamptz) TO dongban_web',
    """CREATE OR REPLACE FUNCTION active_places()
RETURNS TABLE (name text)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public STABLE AS $$
    SELECT p.name FROM delivery_place p WHERE p.active ORDER BY p.position, p.name, p.id
$$""",
    """CREATE OR REPLACE FUNCTION reasons_of(asked text)
RETURNS TABLE (code text, name text, active boolean)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public STABLE AS $$
    SELECT r.code, r.name, r.active FROM reason_code r WHERE r.kind = asked ORDER BY r.position, r.name, r.id
$$""",
    'REVOKE ALL ON FUNCTION active_places() FROM PUBLIC',
    'REVOKE ALL ON FUNCTION reasons_of(text) FROM PUBLIC',
    'GRANT EXECUTE ON FUNCTION active_places() TO dongban_web, dongban_worker',
    'GRANT EXECUTE ON FUNCTION reasons_of(text) TO dongban_web, dongban_worker',
    """CREATE OR REPLACE FUNCTION admit(
    wanted text, whose bytea, instant timestamptz, span interval, most integer
)
RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public VOLATILE AS $$
BEGIN
    -- Uses of one thing by one subject wait for each other here: none is decided on an old count.
    PERFORM pg_advisory_xact_lock(hashtextextended(wanted || encode(whose, 'hex'), 11));
    DELETE FROM rate_use u WHERE u.bucket = wanted AND u.subject = whose AND u.at <= instant - span;
    IF (SELECT count(*) FROM rate_use u WHERE u.bucket = wanted AND u.subject = whose) >= most THEN
        RETURN false;
    END IF;
    INSERT INTO rate_use (bucket, subject, at) VALUES (wanted, whose, instant);
    RETURN true;
END $$""",
    """CREATE OR REPLACE FUNCTION email_taken(wanted text)
RETURNS boolean
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public STABLE AS $$
    SELECT EXISTS (SELECT 1 FROM member m
                    WHERE m.login = wanted AND m.status NOT IN ('rejected', 'withdrawn'))
$$""",
    'REVOKE ALL ON FUNCTION admit(text, bytea, timestamptz, interval, integer) FROM PUBLIC',
    'REVOKE ALL ON FUNCTION email_taken(text) FROM PUBLIC',
    'GRANT EXECUTE ON FUNCTION admit(text, bytea, timestamptz, interval, integer) TO dongban_web',
    'GRANT EXECUTE ON FUNCTION email_taken(text) TO dongban_web',
    """CREATE OR REPLACE FUNCTION my_spaces(kind text)
RETURNS bigint[]
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public STABLE AS $$
    SELECT coalesce(array_agg(m.space_id), '{}'::bigint[]) FROM space_membership m
     WHERE m.member_id = nullif(current_setting('dongban.member', true), '')::bigint AND m.space = kind AND m.left_at IS NULL
       AND current_setting('dongban.side', true) = 'media'
$$""",
    """CREATE OR REPLACE FUNCTION my_fellows()
RETURNS bigint[]
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public STABLE AS $$
    SELECT coalesce(array_agg(DISTINCT f.member_id), '{}'::bigint[])
      FROM space_membership m
      JOIN space_membership f ON f.space = m.space AND f.space_id = m.space_id AND f.left_at IS NULL
     WHERE m.member_id = nullif(current_setting('dongban.member', true), '')::bigint AND m.left_at IS NULL AND current_setting('dongban.side', true) = 'media'
$$""",
    """CREATE OR REPLACE FUNCTION harmony_lookup(provider text, who text)
RETURNS TABLE (member_id bigint, login text, password_hash text, status text)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public STABLE AS $$
    SELECT m.id, m.login, a.password_hash, m.status
      FROM harmony_account a JOIN member m ON m.id = a.member_id
     WHERE a.issuer = provider AND a.subject = who
$$""",
    'REVOKE ALL ON FUNCTION my_spaces(text) FROM PUBLIC',
    'REVOKE ALL ON FUNCTION my_fellows() FROM PUBLIC',
    'REVOKE ALL ON FUNCTION harmony_lookup(text, text) FROM PUBLIC',
    'GRANT EXECUTE ON FUNCTION my_spaces(text) TO dongban_web',
    'GRANT EXECUTE ON FUNCTION my_fellows() TO dongban_web',
    'GRANT EXECUTE ON FUNCTION harmony_lookup(text, text) TO dongban_web',
    """CREATE OR REPLACE FUNCTION edit_own_company(new_phone text)
RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public VOLATILE AS $$
    UPDATE company c SET phone = new_phone
      FROM member m
     WHERE m.id = nullif(current_setting('dongban.member', true), '')::bigint AND m.status = 'active'
       AND 'partner_owner' = ANY (m.roles) AND c.id = m.company_id AND c.status = 'active'
    RETURNING c.id
$$""",
    'REVOKE ALL ON FUNCTION edit_own_company(text) FROM PUBLIC',
    'GRANT EXECUTE ON FUNCTION edit_own_company(text) TO dongban_web',
    """CREATE OR REPLACE FUNCTION conversion_try(firm bigint, digest bytea, instant timestamptz)
RETURNS TABLE (verdict text, conversion_id bigint, tries_left integer)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public VOLATILE AS $$
DECLARE
    held conversion%ROWTYPE;
BEGIN
    SELECT * INTO held FROM conversion c
     WHERE c.company_id = firm AND c.status IN ('sent', 'expired') AND c.used_at IS NULL
     ORDER BY c.id DESC LIMIT 1 FOR UPDATE;
    IF NOT FOUND THEN
        RETURN QUERY SELECT 'none', NULL::bigint, 0;
    ELSIF instant >= held.expires_at THEN
        RETURN QUERY SELECT 'expired', held.id, 0;
    ELSIF held.tries >= 5 THEN
        RETURN QUERY SELECT 'tries_used', held.id, 0;
    ELSIF held.code_hash <> digest THEN
        UPDATE conversion c SET tries = c.tries + 1 WHERE c.id = held.id;
        RETURN QUERY SELECT CASE WHEN held.tries + 1 >= 5 THEN 'tries_used' ELSE 'wrong' END,
                            held.id, 5 - held.tries - 1;
    ELSE
        RETURN QUERY SELECT 'right', held.id, 5 - held.tries;
    END IF;
END $$""",
    'REVOKE ALL ON FUNCTION conversion_try(bigint, bytea, timestamptz) FROM PUBLIC',
    'GRANT EXECUTE ON FUNCTION conversion_try(bigint, bytea, timestamptz) TO dongban_web',
    """CREATE OR REPLACE FUNCTION company_standing(wanted text)
RETURNS TABLE (company_id bigint, name text, kind text, status text, asked_at timestamptz)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public STABLE AS $$
    SELECT c.id, c.name, c.kind, c.status,
           (SELECT max(s.created_at) FROM signup s WHERE s.company_id = c.id AND s.turn IS NOT NULL)
      FROM company c WHERE c.business_number = wanted
$$""",
    """CREATE OR REPLACE FUNCTION person_standing(identity bytea)
RETURNS TABLE (member_id bigint, status text, company_id bigint, company_kind text, company_status text,
               asked_at timestamptz, waits_for text)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public STABLE AS $$
    SELECT m.id, m.status, m.company_id, c.kind, c.status, s.created_at, s.turn
      FROM member m LEFT JOIN company c ON c.id = m.company_id
      LEFT JOIN LATERAL (SELECT * FROM signup x WHERE x.member_id = m.id ORDER BY x.id DESC LIMIT 1) s ON true
     WHERE m.identity_hash = identity ORDER BY m.id DESC LIMIT 50
$$""",
    """CREATE OR REPLACE FUNCTION unused_individual(wanted text, number text)
RETURNS TABLE (company_id bigint, name text)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public STABLE AS $$
    SELECT c.id, c.name FROM company c
     WHERE c.kind = 'individual' AND c.status = 'portal_unused' AND c.name = wanted
       AND regexp_replace(c.phone, '[^0-9]', '', 'g') = number
     ORDER BY c.id DESC LIMIT 1
$$""",
    """CREATE OR REPLACE FUNCTION earlier_signup(identity bytea, what text, firm bigint)
RETURNS TABLE (signup_id bigint, company_id bigint, content bytea, reason text, files jsonb)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public STABLE AS $$
    SELECT s.id, s.company_id, s.content, s.decision_reason,
           coalesce((SELECT jsonb_agg(jsonb_build_object('id', f.id, 'sha256', f.sha256, 'size', f.size,
                                                         'media_type', f.media_type, 'name', f.name) ORDER BY f.id)
                       FROM stored_file f WHERE f.created_by = s.member_id AND f.company_id = s.company_id),
                    '[]'::jsonb)
      FROM signup s JOIN member m ON m.id = s.member_id
     WHERE m.identity_hash = identity AND s.signup_kind = what AND s.status = 'rejected'
       AND (firm IS NULL OR s.company_id = firm)
     ORDER BY s.id DESC LIMIT 1
$$""",
    """CREATE OR REPLACE FUNCTION apply_signup(
    what text, firm bigint, via bigint, digest bytea, company_facts jsonb, person jsonb,
    sealed_phone bytea, sealed_birth bytea, identity bytea, secret text, instant timestamptz
)
RETURNS TABLE (verdict text, made_company bigint, made_member bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public VOLATILE AS $$
DECLARE
    wanted_login text := person->>'email';
    number text := company_facts->>'business_number';
    held company%ROWTYPE;
    again bigint;
    broken text;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended(coalesce(number, firm::text, ''), 21));
    PERFORM pg_advisory_xact_lock(hashtextextended(encode(identity, 'hex'), 22));
    PERFORM pg_advisory_xact_lock(hashtextextended(wanted_login, 23));
    IF EXISTS (SELECT 1 FROM member m WHERE m.identity_hash = identity AND m.status = 'blocked') THEN
        RETURN QUERY SELECT 'signup_blocked', NULL::bigint, NULL::bigint; RETURN;
    END IF;
    IF EXISTS (SELECT 1 FROM member m WHERE m.identity_hash = identity
                AND m.status IN ('applying', 'active', 'dormant')) THEN
        RETURN QUERY SELECT 'person_taken', NULL::bigint, NULL::bigint; RETURN;
    END IF;
    IF EXISTS (SELECT 1 FROM member m WHERE m.login = wanted_login AND m.status NOT IN ('rejected', 'withdrawn')) THEN
        RETURN QUERY SELECT 'signup_email_taken', NULL::bigint, NULL::bigint; RETURN;
    END IF;

    IF what = 'contact' THEN
        SELECT * INTO held FROM company c WHERE c.id = firm AND c.kind <> 'individual' FOR SHARE;
        IF NOT FOUND OR held.status <> 'active' THEN
            RETURN QUERY SELECT 'company_gone', NULL::bigint, NULL::bigint; RETURN;
        END IF;
    ELSIF via IS NOT NULL THEN
        SELECT * INTO held FROM company c WHERE c.id = firm FOR UPDATE;
        IF NOT FOUND OR held.status <> 'portal_unused' OR (held.kind = 'individual') <> (what = 'individual') THEN
            RETURN QUERY SELECT 'number_taken', NULL::bigint, NULL::bigint; RETURN;
        END IF;
        UPDATE conversion c SET used_at = instant
         WHERE c.id = via AND c.company_id = firm AND c.code_hash = digest AND c.used_at IS NULL
           AND c.status IN ('sent', 'expired') AND c.expires_at > instant;
        IF NOT FOUND THEN
            RETURN QUERY SELECT 'conversion_code_expired', NULL::bigint, NULL::bigint; RETURN;
        END IF;
        UPDATE company c SET status = 'applying' WHERE c.id = firm;
    ELSIF what = 'company' THEN
        SELECT * INTO held FROM company c WHERE c.business_number = number FOR UPDATE;
        IF FOUND THEN
            IF held.status NOT IN ('rejected', 'withdrawn') THEN
                RETURN QUERY SELECT CASE held.status WHEN 'blocked' THEN 'signup_blocked'
                    WHEN 'portal_unused' THEN 'company_unused' ELSE 'number_taken' END, NULL::bigint, NULL::bigint;
                RETURN;
            END IF;
            UPDATE company c SET status = 'applying', status_reason = '', name = company_facts->>'name',
                   kind = company_facts->>'kind',
                   artist_insurance = c.artist_insurance AND company_facts->>'kind' <> 'corporation'
             WHERE c.id = held.id;
        END IF;
    ELSE
        SELECT c.* INTO held FROM company c JOIN member m ON m.company_id = c.id
         WHERE c.kind = 'individual' AND c.status = 'rejected' AND m.identity_hash = identity
           AND m.status = 'rejected' ORDER BY c.id DESC LIMIT 1 FOR UPDATE OF c;
        IF FOUND THEN
            UPDATE company c SET status = 'applying', status_reason = '', name = company_facts->>'name'
             WHERE c.id = held.id;
        END IF;
    END IF;
    IF held.id IS NULL THEN
        INSERT INTO company (name, kind, business_number, representative, representative_foreign, business_type,
                             business_item, country, currency, artist_insurance, zip_code, address, address_detail,
                             phone, status, status_reason, created_at)
        VALUES (company_facts->>'name', company_facts->>'kind', number, '', false, '', '', 'KR', 'KRW', false,
                '', '', '', '', 'applying', '', instant)
        RETURNING * INTO held;
    END IF;

    SELECT m.id INTO again FROM member m
     WHERE m.identity_hash = identity AND m.status = 'rejected' AND m.company_id = held.id
     ORDER BY m.id DESC LIMIT 1 FOR UPDATE;
    -- Who was rejected or left no longer holds the address: it was verified by somebody just now.
    UPDATE member m SET login = m.login || '#' || m.id
     WHERE m.login = wanted_login AND m.status IN ('rejected', 'withdrawn') AND m.id IS DISTINCT FROM again;
    IF again IS NULL THEN
        INSERT INTO member (login, name, email, phone, birth_date, sex, foreign_national, identity_hash,
                            password_hash, company_id, roles, status, position, department, extension,
                            password_changed_at, must_change_password, created_at, left_reason)
        VALUES (wanted_login, person->>'name', wanted_login, sealed_phone, sealed_birth, person->>'sex',
                (person->>'foreign_national')::boolean, identity, secret, held.id,
                CASE what WHEN 'contact' THEN ARRAY['partner'] ELSE ARRAY['partner', 'partner_owner'] END,
                'applying', person->>'position', person->>'department', person->>'extension',
                instant, false, instant, '')
        RETURNING id INTO again;
    ELSE
        UPDATE member m SET login = wanted_login, email = wanted_login, name = person->>'name', phone = sealed_phone,
               birth_date = sealed_birth, sex = person->>'sex',
               foreign_national = (person->>'foreign_national')::boolean, password_hash = secret,
               roles = CASE what WHEN 'contact' THEN ARRAY['partner'] ELSE ARRAY['partner', 'partner_owner'] END,
               status = 'applying', position = person->>'position', department = person->>'department',
               extension = person->>'extension', password_changed_at = instant, left_at = NULL, left_reason = ''
         WHERE m.id = again;
    END IF;
    RETURN QUERY SELECT 'made', held.id, again;
EXCEPTION WHEN unique_violation THEN
    GET STACKED DIAGNOSTICS broken = CONSTRAINT_NAME;
    RETURN QUERY SELECT CASE WHEN broken LIKE 'member%login%' THEN 'signup_email_taken'
        WHEN broken LIKE 'company%' THEN 'number_taken' ELSE 'person_taken' END, NULL::bigint, NULL::bigint;
END $$""",
    'REVOKE ALL ON FUNCTION company_standing(text) FROM PUBLIC',
    'REVOKE ALL ON FUNCTION person_standing(bytea) FROM PUBLIC',
    'REVOKE ALL ON FUNCTION unused_individual(text, text) FROM PUBLIC',
    'REVOKE ALL ON FUNCTION earlier_signup(bytea, text, bigint) FROM PUBLIC',
    'REVOKE ALL ON FUNCTION apply_signup(text, bigint, bigint, bytea, jsonb, jsonb, bytea, bytea, bytea, text, timestamptz) FROM PUBLIC',
    'GRANT EXECUTE ON FUNCTION company_standing(text) TO dongban_web',
    'GRANT EXECUTE ON FUNCTION person_standing(bytea) TO dongban_web',
    'GRANT EXECUTE ON FUNCTION unused_individual(text, text) TO dongban_web',
    'GRANT EXECUTE ON FUNCTION earlier_signup(bytea, text, bigint) TO dongban_web',
    'GRANT EXECUTE ON FUNCTION apply_signup(text, bigint, bigint, bytea, jsonb, jsonb, bytea, bytea, bytea, text, timestamptz) TO dongban_web',
    """CREATE OR REPLACE FUNCTION contracts_titled(words text, most integer) RETURNS bigint[]
LANGUAGE plpgsql STABLE STRICT SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    found bigint[];
BEGIN
    IF length(words) < 2 THEN RETURN NULL; END IF;
    EXECUTE 'SELECT coalesce(array_agg(id), ''{}'') FROM (SELECT id FROM contract
              WHERE pieces(title) @> pieces($1) AND strpos(lower(title), lower($1)) > 0
                AND ((SELECT current_setting(''dongban.side'', true) = ''buyer'') OR (company_id = (SELECT nullif(current_setting(''dongban.company'', true), '''')::bigint) AND review_requested_at IS NOT NULL))
              LIMIT $2 + 1) few' INTO found USING words, most;
    RETURN CASE WHEN cardinality(found) <= most THEN found END;
END $$""",
    'REVOKE ALL ON FUNCTION contracts_titled(text, integer) FROM PUBLIC',
    'GRANT EXECUTE ON FUNCTION contracts_titled(text, integer) TO dongban_web',
)

POLICIES = (
    'GRANT USAGE ON SCHEMA public TO dongban_web, dongban_worker',
    'ALTER TABLE announcement ENABLE ROW LEVEL SECURITY',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON announcement TO dongban_worker',
    'CREATE POLICY worker ON announcement TO dongban_worker USING (true) WITH CHECK (true)',
    'GRANT SELECT ON announcement TO dongban_web',
    "CREATE POLICY web ON announcement TO dongban_web USING ((SELECT current_setting('dongban.side', true) = 'buyer') OR (published_at IS NOT NULL AND (reader = 'public' OR reader = (SELECT current_setting('dongban.side', true))))) WITH CHECK ((SELECT current_setting('dongban.side', true) = 'buyer'))",
    "CREATE POLICY staff ON announcement AS RESTRICTIVE FOR DELETE TO dongban_web USING ((SELECT current_setting('dongban.side', true) = 'buyer'))",
    'GRANT INSERT, UPDATE ON announcement TO dongban_web',
    'ALTER TABLE announcement_file ENABLE ROW LEVEL SECURITY',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON announcement_file TO dongban_worker',
    'CREATE POLICY worker ON announcement_file TO dongban_worker USING (true) WITH CHECK (true)',
    'GRANT SELECT ON announcement_file TO dongban_web',
    "CREATE POLICY web ON announcement_file TO dongban_web USING ((SELECT current_setting('dongban.side', true) = 'buyer') OR EXISTS (SELECT 1 FROM announcement p WHERE p.id = announcement_id)) WITH CHECK ((SELECT current_setting('dongban.side', true) = 'buyer'))",
    "CREATE POLICY staff ON announcement_file AS RESTRICTIVE FOR DELETE TO dongban_web USING ((SELECT current_setting('dongban.side', true) = 'buyer'))",
    'GRANT INSERT, DELETE ON announcement_file TO dongban_web',
    'ALTER TABLE audit_anchor ENABLE ROW LEVEL SECURITY',
    'GRANT SELECT, INSERT ON audit_anchor TO dongban_worker',
    'CREATE POLICY worker ON audit_anchor TO dongban_worker USING (true) WITH CHECK (true)',
    'GRANT SELECT ON audit_anchor TO dongban_web',
    "CREATE POLICY web ON audit_anchor TO dongban_web USING ((SELECT current_setting('dongban.side', true) = 'buyer')) WITH CHECK ((SELECT current_setting('dongban.side', true) = 'buyer'))",
    'ALTER TABLE audit_entry ENABLE ROW LEVEL SECURITY',
    'GRANT SELECT, INSERT ON audit_entry TO dongban_worker',
    'CREATE POLICY worker ON audit_entry TO dongban_worker USING (true) WITH CHECK (true)',
    'GRANT SELECT ON audit_entry TO dongban_web',
    "CREATE POLICY web ON audit_entry TO dongban_web USING ((SELECT current_setting('dongban.side', true) = 'buyer') OR (company_id = (SELECT nullif(current_setting('dongban.company', true), '')::bigint) AND CASE kind WHEN 'contract' THEN EXISTS (SELECT 1 FROM contract p WHERE p.id = audit_entry.document_id) WHEN 'order' THEN EXISTS (SELECT 1 FROM purchase_order p WHERE p.id = audit_entry.document_id) WHEN 'settlement' THEN EXISTS (SELECT 1 FROM settlement p WHERE p.id = audit_entry.document_id) WHEN 'change' THEN EXISTS (SELECT 1 FROM change_request p WHERE p.id = audit_entry.document_id) WHEN 'withdrawal' THEN EXISTS (SELECT 1 FROM withdrawal p WHERE p.id = audit_entry.document_id) WHEN 'signup' THEN EXISTS (SELECT 1 FROM signup p WHERE p.id = audit_entry.document_id) ELSE true END) OR (NOT (SELECT current_setting('dongban.side', true) IS DISTINCT FROM 'media') AND actor_id = (SELECT nullif(current_setting('dongban.member', true), '')::bigint))) WITH CHECK ((SELECT current_setting('dongban.side', true) = 'buyer') OR (company_id = (SELECT nullif(current_setting('dongban.company', true), '')::bigint) AND CASE kind WHEN 'contract' THEN EXISTS (SELECT 1 FROM contract p WHERE p.id = audit_entry.document_id) WHEN 'order' THEN EXISTS (SELECT 1 FROM purchase_order p WHERE p.id = audit_entry.document_id) WHEN 'settlement' THEN EXISTS (SELECT 1 FROM settlement p WHERE p.id = audit_entry.document_id) WHEN 'change' THEN EXISTS (SELECT 1 FROM change_request p WHERE p.id = audit_entry.document_id) WHEN 'withdrawal' THEN EXISTS (SELECT 1 FROM withdrawal p WHERE p.id = audit_entry.document_id) WHEN 'signup' THEN EXISTS (SELECT 1 FROM signup p WHERE p.id = audit_entry.document_id) ELSE true END) OR (NOT (SELECT current_setting('dongban.side', true) IS DISTINCT FROM 'media') AND actor_id = (SELECT nullif(current_setting('dongban.member', true), '')::bigint)))",
    'GRANT INSERT ON audit_entry TO dongban_web',
    'ALTER TABLE authenticator ENABLE ROW LEVEL SECURITY',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON authenticator TO dongban_worker',
    'CREATE POLICY worker ON authenticator TO dongban_worker USING (true) WITH CHECK (true)',
    'GRANT SELECT ON authenticator TO dongban_web',
    "CREATE POLICY web ON authenticator TO dongban_web USING (member_id = (SELECT nullif(current_setting('dongban.member', true), '')::bigint)) WITH CHECK (member_id = (SELECT nullif(current_setting('dongban.member', true), '')::bigint))",
    'GRANT INSERT, UPDATE, DELETE ON authenticator TO dongban_web',
    'ALTER TABLE bank_account ENABLE ROW LEVEL SECURITY',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON bank_account TO dongban_worker',
    'CREATE POLICY worker ON bank_account TO dongban_worker USING (true) WITH CHECK (true)',
    'GRANT SELECT ON bank_account TO dongban_web',
    "CREATE POLICY web ON bank_account TO dongban_web USING ((SELECT current_setting('dongban.side', true) = 'buyer') OR company_id = (SELECT nullif(current_setting('dongban.company', true), '')::bigint)) WITH CHECK ((SELECT current_setting('dongban.side', true) = 'buyer') OR company_id = (SELECT nullif(current_setting('dongban.company', true), '')::bigint))",
    'ALTER TABLE change_item ENABLE ROW LEVEL SECURITY',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON change_item TO dongban_worker',
    'CREATE POLICY worker ON change_item TO dongban_worker USING (true) WITH CHECK (true)',
    'GRANT SELECT ON change_item TO dongban_web',
    "CREATE POLICY web ON change_item TO dongban_web USING ((SELECT current_setting('dongban.side', true) = 'buyer') OR (company_id = (SELECT nullif(current_setting('dongban.company', true), '')::bigint) AND EXISTS (SELECT 1 FROM change_request p WHERE p.id = change_request_id))) WITH CHECK (company_id = (SELECT nullif(current_setting('dongban.company', true), '')::bigint))",
    'GRANT INSERT ON change_item TO dongban_web',
    'ALTER TABLE change_request ENABLE ROW LEVEL SECURITY',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON change_request TO dongban_worker',
    'CREATE POLICY worker ON change_request TO dongban_worker USING (true) WITH CHECK (true)',
    'GRANT SELECT ON change_request TO dongban_web',
    "CREATE POLICY web ON change_request TO dongban_web USING ((SELECT current_setting('dongban.side', true) = 'buyer') OR (company_id = (SELECT nullif(current_setting('dongban.company', true), '')::bigint) AND (member_id = (SELECT nullif(current_setting('dongban.member', true), '')::bigint) OR created_by = (SELECT nullif(current_setting('dongban.member', true), '')::bigint) OR (SELECT EXISTS (SELECT 1 FROM member o WHERE o.id = (SELECT nullif(current_setting('dongban.member', true), '')::bigint) AND 'partner_owner' = ANY (o.roles)))))) WITH CHECK (company_id = (SELECT nullif(current_setting('dongban.company', true), '')::bigint))",
    'GRANT INSERT ON change_request TO dongban_web',
    'ALTER TABLE command ENABLE ROW LEVEL SECURITY',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON command TO dongban_worker',
    'CREATE POLICY worker ON command TO dongban_worker USING (true) WITH CHECK (true)',
    'GRANT SELECT ON command TO dongban_web',
    "CREATE POLICY web ON command TO dongban_web USING ((SELECT current_setting('dongban.side', true) = 'buyer') OR company_id = (SELECT nullif(current_setting('dongban.company', true), '')::bigint) OR (NOT (SELECT current_setting('dongban.side', true) IS DISTINCT FROM 'media') AND actor_id = (SELECT nullif(current_setting('dongban.member', true), '')::bigint))) WITH CHECK ((SELECT current_setting('dongban.side', true) = 'buyer') OR company_id = (SELECT nullif(current_setting('dongban.company', true), '')::bigint) OR (NOT (SELECT current_setting('dongban.side', true) IS DISTINCT FROM 'media') AND actor_id = (SELECT nullif(current_setting('dongban.member', true), '')::bigint)))",
    'GRANT INSERT, UPDATE (state, code, detail, decided_at, attempts, next_attempt_at, confirmed) ON command TO dongban_web',
    'ALTER TABLE company ENABLE ROW LEVEL SECURITY',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON company TO dongban_worker',
    'CREATE POLICY worker ON company TO dongban_worker USING (true) WITH CHECK (true)',
    'GRANT SELECT ON company TO dongban_web',
    "CREATE POLICY web ON company TO dongban_web USING ((SELECT current_setting('dongban.side', true) = 'buyer') OR id = (SELECT nullif(current_setting('dongban.company', true), '')::bigint)) WITH CHECK ((SELECT current_setting('dongban.side', true) = 'buyer'))",
    "CREATE POLICY staff ON company AS RESTRICTIVE FOR DELETE TO dongban_web USING ((SELECT current_setting('dongban.side', true) = 'buyer'))",
    'GRANT INSERT, UPDATE (name, kind, business_number, corporate_number, representative, representative_foreign, business_type, business_item, country, currency, artist_insurance, zip_code, address, address_detail, phone, status, status_reason, left_at) ON company TO dongban_web',
    'ALTER TABLE consent ENABLE ROW LEVEL SECURITY',
    'GRANT SELECT, INSERT ON consent TO dongban_worker',
    'CREATE POLICY worker ON consent TO dongban_worker USING (true) WITH CHECK (true)',
    'GRANT SELECT ON consent TO dongban_web',
    "CREATE POLICY web ON consent TO dongban_web USING (member_id = (SELECT nullif(current_setting('dongban.member', true), '')::bigint)) WITH CHECK (member_id = (SELECT nullif(current_setting('dongban.member', true), '')::bigint))",
    'GRANT INSERT ON consent TO dongban_web',
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
    'ALTER TABLE conversion ENABLE ROW LEVEL SECURITY',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON conversion TO dongban_worker',
    'CREATE POLICY worker ON conversion TO dongban_worker USING (true) WITH CHECK (true)',
    'GRANT SELECT ON conversion TO dongban_web',
    "CREATE POLICY web ON conversion TO dongban_web USING ((SELECT current_setting('dongban.side', true) = 'buyer') OR company_id = (SELECT nullif(current_setting('dongban.company', true), '')::bigint)) WITH CHECK ((SELECT current_setting('dongban.side', true) = 'buyer'))",
    "CREATE POLICY staff ON conversion AS RESTRICTIVE FOR DELETE TO dongban_web USING ((SELECT current_setting('dongban.side', true) = 'buyer'))",
    'GRANT INSERT, UPDATE (due_at) ON conversion TO dongban_web',
    'ALTER TABLE credit_group ENABLE ROW LEVEL SECURITY',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON credit_group TO dongban_worker',
    'CREATE POLICY worker ON credit_group TO dongban_worker USING (true) WITH CHECK (true)',
    'GRANT SELECT ON credit_group TO dongban_web',
    "CREATE POLICY web ON credit_group TO dongban_web USING ((SELECT current_setting('dongban.side', true) = 'buyer') OR id = ANY ((SELECT my_spaces('credit'))::bigint[])) WITH CHECK ((SELECT current_setting('dongban.side', true) = 'buyer'))",
    "CREATE POLICY staff ON credit_group AS RESTRICTIVE FOR DELETE TO dongban_web USING ((SELECT current_setting('dongban.side', true) = 'buyer'))",
    'GRANT INSERT, UPDATE (name, company_name, business_number, closed_at) ON credit_group TO dongban_web',
    'ALTER TABLE delegation ENABLE ROW LEVEL SECURITY',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON delegation TO dongban_worker',
    'CREATE POLICY worker ON delegation TO dongban_worker USING (true) WITH CHECK (true)',
    'GRANT SELECT ON delegation TO dongban_web',
    "CREATE POLICY web ON delegation TO dongban_web USING ((SELECT current_setting('dongban.side', true) = 'buyer')) WITH CHECK ((SELECT current_setting('dongban.side', true) = 'buyer'))",
    "CREATE POLICY staff ON delegation AS RESTRICTIVE FOR DELETE TO dongban_web USING ((SELECT current_setting('dongban.side', true) = 'buyer'))",
    'GRANT INSERT, UPDATE (revoked_at) ON delegation TO dongban_web',
    'ALTER TABLE delivery_place ENABLE ROW LEVEL SECURITY',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON delivery_place TO dongban_worker',
    'CREATE POLICY worker ON delivery_place TO dongban_worker USING (true) WITH CHECK (true)',
    'GRANT SELECT ON delivery_place TO dongban_web',
    "CREATE POLICY web ON delivery_place TO dongban_web USING ((SELECT current_setting('dongban.side', true) = 'buyer')) WITH CHECK ((SELECT current_setting('dongban.side', true) = 'buyer'))",
    "CREATE POLICY staff ON delivery_place AS RESTRICTIVE FOR DELETE TO dongban_web USING ((SELECT current_setting('dongban.side', true) = 'buyer'))",
    'GRANT INSERT, UPDATE ON delivery_place TO dongban_web',
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
    'ALTER TABLE disclosure ENABLE ROW LEVEL SECURITY',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON disclosure TO dongban_worker',
    'CREATE POLICY worker ON disclosure TO dongban_worker USING (true) WITH CHECK (true)',
    'GRANT SELECT ON disclosure TO dongban_web',
    "CREATE POLICY web ON disclosure TO dongban_web USING ((SELECT current_setting('dongban.side', true) = 'buyer') OR actor_id = (SELECT nullif(current_setting('dongban.member', true), '')::bigint)) WITH CHECK ((SELECT current_setting('dongban.side', true) = 'buyer') OR actor_id = (SELECT nullif(current_setting('dongban.member', true), '')::bigint))",
    'GRANT INSERT ON disclosure TO dongban_web',
    'ALTER TABLE document_file ENABLE ROW LEVEL SECURITY',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON document_file TO dongban_worker',
    'CREATE POLICY worker ON document_file TO dongban_worker USING (true) WITH CHECK (true)',
    'GRANT SELECT ON document_file TO dongban_web',
    "CREATE POLICY web ON document_file TO dongban_web USING ((SELECT current_setting('dongban.side', true) = 'buyer') OR company_id = (SELECT nullif(current_setting('dongban.company', true), '')::bigint)) WITH CHECK ((SELECT current_setting('dongban.side', true) = 'buyer') OR company_id = (SELECT nullif(current_setting('dongban.company', true), '')::bigint))",
    'GRANT INSERT ON document_file TO dongban_web',
    'ALTER TABLE email_check ENABLE ROW LEVEL SECURITY',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON email_check TO dongban_worker',
    'CREATE POLICY worker ON email_check TO dongban_worker USING (true) WITH CHECK (true)',
    'GRANT SELECT ON email_check TO dongban_web',
    "CREATE POLICY web ON email_check TO dongban_web USING (token_hash = decode(nullif(current_setting('dongban.email', true), ''), 'hex')) WITH CHECK (token_hash = decode(nullif(current_setting('dongban.email', true), ''), 'hex'))",
    'GRANT INSERT, UPDATE (counter, sends, tries, sent_at, expires_at, verified_at, used_at) ON email_check TO dongban_web',
    'ALTER TABLE goods ENABLE ROW LEVEL SECURITY',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON goods TO dongban_worker',
    'CREATE POLICY worker ON goods TO dongban_worker USING (true) WITH CHECK (true)',
    'GRANT SELECT ON goods TO dongban_web',
    "CREATE POLICY web ON goods TO dongban_web USING ((SELECT current_setting('dongban.side', true) = 'buyer')) WITH CHECK ((SELECT current_setting('dongban.side', true) = 'buyer'))",
    "CREATE POLICY staff ON goods AS RESTRICTIVE FOR DELETE TO dongban_web USING ((SELECT current_setting('dongban.side', true) = 'buyer'))",
    'GRANT INSERT, UPDATE ON goods TO dongban_web',
    'ALTER TABLE harmony_account ENABLE ROW LEVEL SECURITY',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON harmony_account TO dongban_worker',
    'CREATE POLICY worker ON harmony_account TO dongban_worker USING (true) WITH CHECK (true)',
    'GRANT SELECT (member_id, issuer, subject, image_file_id, created_at) ON harmony_account TO dongban_web',
    "CREATE POLICY web ON harmony_account TO dongban_web USING ((SELECT current_setting('dongban.side', true) = 'buyer') OR member_id = (SELECT nullif(current_setting('dongban.member', true), '')::bigint) OR member_id = ANY ((SELECT my_fellows())::bigint[])) WITH CHECK ((SELECT current_setting('dongban.side', true) = 'buyer') OR member_id = (SELECT nullif(current_setting('dongban.member', true), '')::bigint) OR member_id = ANY ((SELECT my_fellows())::bigint[]))",
    'GRANT UPDATE (password_hash, image_file_id) ON harmony_account TO dongban_web',
    'ALTER TABLE harmony_entry ENABLE ROW LEVEL SECURITY',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON harmony_entry TO dongban_worker',
    'CREATE POLICY worker ON harmony_entry TO dongban_worker USING (true) WITH CHECK (true)',
    'GRANT SELECT ON harmony_entry TO dongban_web',
    "CREATE POLICY web ON harmony_entry TO dongban_web USING (encode(token_hash, 'hex') = (SELECT nullif(current_setting('dongban.key', true), ''))) WITH CHECK (encode(token_hash, 'hex') = (SELECT nullif(current_setting('dongban.key', true), '')))",
    'GRANT INSERT, UPDATE ON harmony_entry TO dongban_web',
    'ALTER TABLE holiday ENABLE ROW LEVEL SECURITY',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON holiday TO dongban_worker',
    'CREATE POLICY worker ON holiday TO dongban_worker USING (true) WITH CHECK (true)',
    'GRANT SELECT ON holiday TO dongban_web',
    'CREATE POLICY web ON holiday TO dongban_web USING (true) WITH CHECK (true)',
    'ALTER TABLE identity_check ENABLE ROW LEVEL SECURITY',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON identity_check TO dongban_worker',
    'CREATE POLICY worker ON identity_check TO dongban_worker USING (true) WITH CHECK (true)',
    'GRANT SELECT ON identity_check TO dongban_web',
    "CREATE POLICY web ON identity_check TO dongban_web USING (token_hash = decode(nullif(current_setting('dongban.identity', true), ''), 'hex')) WITH CHECK (token_hash = decode(nullif(current_setting('dongban.identity', true), ''), 'hex'))",
    'GRANT INSERT (token_hash, provider_id, purpose, next, state, why, created_at, expires_at), UPDATE (request, used_at) ON identity_check TO dongban_web',
    'ALTER TABLE inquiry ENABLE ROW LEVEL SECURITY',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON inquiry TO dongban_worker',
    'CREATE POLICY worker ON inquiry TO dongban_worker USING (true) WITH CHECK (true)',
    'GRANT SELECT ON inquiry TO dongban_web',
    "CREATE POLICY web ON inquiry TO dongban_web USING (id = nullif(current_setting('dongban.inquiry', true), '')::uuid) WITH CHECK (id = nullif(current_setting('dongban.inquiry', true), '')::uuid)",
    'GRANT INSERT (id, question, asked, created_at), DELETE ON inquiry TO dongban_web',
    'ALTER TABLE inspection ENABLE ROW LEVEL SECURITY',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON inspection TO dongban_worker',
    'CREATE POLICY worker ON inspection TO dongban_worker USING (true) WITH CHECK (true)',
    'GRANT SELECT ON inspection TO dongban_web',
    "CREATE POLICY web ON inspection TO dongban_web USING ((SELECT current_setting('dongban.side', true) = 'buyer') OR company_id = (SELECT nullif(current_setting('dongban.company', true), '')::bigint)) WITH CHECK ((SELECT current_setting('dongban.side', true) = 'buyer') OR company_id = (SELECT nullif(current_setting('dongban.company', true), '')::bigint))",
    'ALTER TABLE invitation ENABLE ROW LEVEL SECURITY',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON invitation TO dongban_worker',
    'CREATE POLICY worker ON invitation TO dongban_worker USING (true) WITH CHECK (true)',
    'GRANT SELECT ON invitation TO dongban_web',
    "CREATE POLICY web ON invitation TO dongban_web USING ((SELECT current_setting('dongban.side', true) = 'buyer') OR member_id = (SELECT nullif(current_setting('dongban.member', true), '')::bigint) OR encode(token_hash, 'hex') = (SELECT nullif(current_setting('dongban.key', true), ''))) WITH CHECK ((SELECT current_setting('dongban.side', true) = 'buyer'))",
    "CREATE POLICY staff ON invitation AS RESTRICTIVE FOR DELETE TO dongban_web USING ((SELECT current_setting('dongban.side', true) = 'buyer'))",
    'GRANT INSERT, UPDATE (due_at) ON invitation TO dongban_web',
    'ALTER TABLE item_category ENABLE ROW LEVEL SECURITY',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON item_category TO dongban_worker',
    'CREATE POLICY worker ON item_category TO dongban_worker USING (true) WITH CHECK (true)',
    'GRANT SELECT ON item_category TO dongban_web',
    "CREATE POLICY web ON item_category TO dongban_web USING ((SELECT current_setting('dongban.side', true) = 'buyer')) WITH CHECK ((SELECT current_setting('dongban.side', true) = 'buyer'))",
    "CREATE POLICY staff ON item_category AS RESTRICTIVE FOR DELETE TO dongban_web USING ((SELECT current_setting('dongban.side', true) = 'buyer'))",
    'GRANT INSERT, UPDATE ON item_category TO dongban_web',
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
    "CREATE POLICY web ON member TO dongban_web USING ((SELECT current_setting('dongban.side', true) = 'buyer') OR company_id = (SELECT nullif(current_setting('dongban.company', true), '')::bigint) OR id = (SELECT nullif(current_setting('dongban.member', true), '')::bigint) OR (company_id IS NULL AND NOT roles && array['media'] AND (SELECT nullif(current_setting('dongban.company', true), '')::bigint) IS NOT NULL) OR id = ANY ((SELECT my_fellows())::bigint[])) WITH CHECK ((SELECT current_setting('dongban.side', true) = 'buyer') OR company_id = (SELECT nullif(current_setting('dongban.company', true), '')::bigint) OR id = (SELECT nullif(current_setting('dongban.member', true), '')::bigint) OR (company_id IS NULL AND NOT roles && array['media'] AND (SELECT nullif(current_setting('dongban.company', true), '')::bigint) IS NOT NULL) OR id = ANY ((SELECT my_fellows())::bigint[]))",
    'GRANT UPDATE (name, email, password_hash, password_changed_at, password_asked_at, must_change_password, last_login_at, phone, position, department, extension) ON member TO dongban_web',
    'ALTER TABLE message ENABLE ROW LEVEL SECURITY',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON message TO dongban_worker',
    'CREATE POLICY worker ON message TO dongban_worker USING (true) WITH CHECK (true)',
    'GRANT SELECT (id, member_id, channel, event, dedupe_key, state, batch_id, attempts, provider_id, error, fallback_of, created_at, expires_at, sent_at, forgotten_at) ON message TO dongban_web',
    "CREATE POLICY web ON message TO dongban_web USING (member_id = (SELECT nullif(current_setting('dongban.member', true), '')::bigint)) WITH CHECK (member_id = (SELECT nullif(current_setting('dongban.member', true), '')::bigint) OR member_id IS NULL)",
    'GRANT INSERT ON message TO dongban_web',
    'ALTER TABLE notification ENABLE ROW LEVEL SECURITY',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON notification TO dongban_worker',
    'CREATE POLICY worker ON notification TO dongban_worker USING (true) WITH CHECK (true)',
    'GRANT SELECT ON notification TO dongban_web',
    "CREATE POLICY web ON notification TO dongban_web USING (member_id = (SELECT nullif(current_setting('dongban.member', true), '')::bigint)) WITH CHECK (member_id = (SELECT nullif(current_setting('dongban.member', true), '')::bigint))",
    'GRANT UPDATE (read_at) ON notification TO dongban_web',
    'ALTER TABLE notification_switch ENABLE ROW LEVEL SECURITY',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON notification_switch TO dongban_worker',
    'CREATE POLICY worker ON notification_switch TO dongban_worker USING (true) WITH CHECK (true)',
    'GRANT SELECT ON notification_switch TO dongban_web',
    "CREATE POLICY web ON notification_switch TO dongban_web USING (member_id = (SELECT nullif(current_setting('dongban.member', true), '')::bigint)) WITH CHECK (member_id = (SELECT nullif(current_setting('dongban.member', true), '')::bigint))",
    'GRANT INSERT, UPDATE (bell, messenger) ON notification_switch TO dongban_web',
    'ALTER TABLE number_counter ENABLE ROW LEVEL SECURITY',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON number_counter TO dongban_worker',
    'CREATE POLICY worker ON number_counter TO dongban_worker USING (true) WITH CHECK (true)',
    'GRANT SELECT ON number_counter TO dongban_web',
    "CREATE POLICY web ON number_counter TO dongban_web USING ((SELECT current_setting('dongban.side', true) IS DISTINCT FROM 'media')) WITH CHECK ((SELECT current_setting('dongban.side', true) IS DISTINCT FROM 'media'))",
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
    "CREATE POLICY web ON outbox TO dongban_web USING ((SELECT current_setting('dongban.side', true) IS DISTINCT FROM 'media') OR kind = 'invitation') WITH CHECK ((SELECT current_setting('dongban.side', true) IS DISTINCT FROM 'media') OR kind = 'invitation')",
    'GRANT INSERT ON outbox TO dongban_web',
    'ALTER TABLE policy ENABLE ROW LEVEL SECURITY',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON policy TO dongban_worker',
    'CREATE POLICY worker ON policy TO dongban_worker USING (true) WITH CHECK (true)',
    'GRANT SELECT ON policy TO dongban_web',
    "CREATE POLICY web ON policy TO dongban_web USING ((SELECT current_setting('dongban.side', true) IS DISTINCT FROM 'media')) WITH CHECK ((SELECT current_setting('dongban.side', true) = 'buyer'))",
    "CREATE POLICY staff ON policy AS RESTRICTIVE FOR DELETE TO dongban_web USING ((SELECT current_setting('dongban.side', true) = 'buyer'))",
    'GRANT INSERT ON policy TO dongban_web',
    'ALTER TABLE process_event ENABLE ROW LEVEL SECURITY',
    'GRANT SELECT, INSERT ON process_event TO dongban_worker',
    'CREATE POLICY worker ON process_event TO dongban_worker USING (true) WITH CHECK (true)',
    'GRANT SELECT ON process_event TO dongban_web',
    "CREATE POLICY web ON process_event TO dongban_web USING ((SELECT current_setting('dongban.side', true) = 'buyer') OR (company_id = (SELECT nullif(current_setting('dongban.company', true), '')::bigint) AND CASE kind WHEN 'contract' THEN EXISTS (SELECT 1 FROM contract p WHERE p.id = process_event.document_id) WHEN 'order' THEN EXISTS (SELECT 1 FROM purchase_order p WHERE p.id = process_event.document_id) WHEN 'settlement' THEN EXISTS (SELECT 1 FROM settlement p WHERE p.id = process_event.document_id) WHEN 'change' THEN EXISTS (SELECT 1 FROM change_request p WHERE p.id = process_event.document_id) WHEN 'withdrawal' THEN EXISTS (SELECT 1 FROM withdrawal p WHERE p.id = process_event.document_id) WHEN 'signup' THEN EXISTS (SELECT 1 FROM signup p WHERE p.id = process_event.document_id) ELSE true END)) WITH CHECK ((SELECT current_setting('dongban.side', true) = 'buyer') OR (company_id = (SELECT nullif(current_setting('dongban.company', true), '')::bigint) AND CASE kind WHEN 'contract' THEN EXISTS (SELECT 1 FROM contract p WHERE p.id = process_event.document_id) WHEN 'order' THEN EXISTS (SELECT 1 FROM purchase_order p WHERE p.id = process_event.document_id) WHEN 'settlement' THEN EXISTS (SELECT 1 FROM settlement p WHERE p.id = process_event.document_id) WHEN 'change' THEN EXISTS (SELECT 1 FROM change_request p WHERE p.id = process_event.document_id) WHEN 'withdrawal' THEN EXISTS (SELECT 1 FROM withdrawal p WHERE p.id = process_event.document_id) WHEN 'signup' THEN EXISTS (SELECT 1 FROM signup p WHERE p.id = process_event.document_id) ELSE true END))",
    'ALTER TABLE purchase_order ENABLE ROW LEVEL SECURITY',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON purchase_order TO dongban_worker',
    'CREATE POLICY worker ON purchase_order TO dongban_worker USING (true) WITH CHECK (true)',
    'GRANT SELECT ON purchase_order TO dongban_web',
    "CREATE POLICY web ON purchase_order TO dongban_web USING ((SELECT current_setting('dongban.side', true) = 'buyer') OR (company_id = (SELECT nullif(current_setting('dongban.company', true), '')::bigint) AND requested_at IS NOT NULL)) WITH CHECK ((SELECT current_setting('dongban.side', true) = 'buyer'))",
    "CREATE POLICY staff ON purchase_order AS RESTRICTIVE FOR DELETE TO dongban_web USING ((SELECT current_setting('dongban.side', true) = 'buyer'))",
    'GRANT INSERT, UPDATE (title, order_date, currency, settlement_type, evidence_type, note_to_partner, amount, vat, total, edit_version, due_at) ON purchase_order TO dongban_web',
    'ALTER TABLE rate_use ENABLE ROW LEVEL SECURITY',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON rate_use TO dongban_worker',
    'CREATE POLICY worker ON rate_use TO dongban_worker USING (true) WITH CHECK (true)',
    'ALTER TABLE reason_code ENABLE ROW LEVEL SECURITY',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON reason_code TO dongban_worker',
    'CREATE POLICY worker ON reason_code TO dongban_worker USING (true) WITH CHECK (true)',
    'GRANT SELECT ON reason_code TO dongban_web',
    "CREATE POLICY web ON reason_code TO dongban_web USING ((SELECT current_setting('dongban.side', true) = 'buyer')) WITH CHECK ((SELECT current_setting('dongban.side', true) = 'buyer'))",
    "CREATE POLICY staff ON reason_code AS RESTRICTIVE FOR DELETE TO dongban_web USING ((SELECT current_setting('dongban.side', true) = 'buyer'))",
    'GRANT INSERT, UPDATE ON reason_code TO dongban_web',
    'ALTER TABLE receipt ENABLE ROW LEVEL SECURITY',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON receipt TO dongban_worker',
    'CREATE POLICY worker ON receipt TO dongban_worker USING (true) WITH CHECK (true)',
    'GRANT SELECT ON receipt TO dongban_web',
    "CREATE POLICY web ON receipt TO dongban_web USING ((SELECT current_setting('dongban.side', true) = 'buyer') OR company_id = (SELECT nullif(current_setting('dongban.company', true), '')::bigint)) WITH CHECK ((SELECT current_setting('dongban.side', true) = 'buyer') OR company_id = (SELECT nullif(current_setting('dongban.company', true), '')::bigint))",
    'ALTER TABLE recovery_code ENABLE ROW LEVEL SECURITY',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON recovery_code TO dongban_worker',
    'CREATE POLICY worker ON recovery_code TO dongban_worker USING (true) WITH CHECK (true)',
    'GRANT SELECT ON recovery_code TO dongban_web',
    "CREATE POLICY web ON recovery_code TO dongban_web USING (member_id = (SELECT nullif(current_setting('dongban.member', true), '')::bigint)) WITH CHECK (member_id = (SELECT nullif(current_setting('dongban.member', true), '')::bigint))",
    'GRANT INSERT, UPDATE (used_at), DELETE ON recovery_code TO dongban_web',
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
    'ALTER TABLE signup ENABLE ROW LEVEL SECURITY',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON signup TO dongban_worker',
    'CREATE POLICY worker ON signup TO dongban_worker USING (true) WITH CHECK (true)',
    'GRANT SELECT ON signup TO dongban_web',
    "CREATE POLICY web ON signup TO dongban_web USING ((SELECT current_setting('dongban.side', true) = 'buyer') OR (company_id = (SELECT nullif(current_setting('dongban.company', true), '')::bigint) AND (member_id = (SELECT nullif(current_setting('dongban.member', true), '')::bigint) OR created_by = (SELECT nullif(current_setting('dongban.member', true), '')::bigint) OR (SELECT EXISTS (SELECT 1 FROM member o WHERE o.id = (SELECT nullif(current_setting('dongban.member', true), '')::bigint) AND 'partner_owner' = ANY (o.roles)))))) WITH CHECK ((SELECT current_setting('dongban.side', true) = 'buyer') OR (company_id = (SELECT nullif(current_setting('dongban.company', true), '')::bigint) AND (member_id = (SELECT nullif(current_setting('dongban.member', true), '')::bigint) OR created_by = (SELECT nullif(current_setting('dongban.member', true), '')::bigint) OR (SELECT EXISTS (SELECT 1 FROM member o WHERE o.id = (SELECT nullif(current_setting('dongban.member', true), '')::bigint) AND 'partner_owner' = ANY (o.roles))))))",
    'GRANT INSERT, UPDATE (registry_state, registry_tax_type, registry_closed_on, registry_at, due_at) ON signup TO dongban_web',
    'ALTER TABLE signup_draft ENABLE ROW LEVEL SECURITY',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON signup_draft TO dongban_worker',
    'CREATE POLICY worker ON signup_draft TO dongban_worker USING (true) WITH CHECK (true)',
    'GRANT SELECT ON signup_draft TO dongban_web',
    "CREATE POLICY web ON signup_draft TO dongban_web USING (encode(token_hash, 'hex') = (SELECT nullif(current_setting('dongban.signup', true), ''))) WITH CHECK (encode(token_hash, 'hex') = (SELECT nullif(current_setting('dongban.signup', true), '')))",
    'GRANT INSERT, UPDATE (content, company_id) ON signup_draft TO dongban_web',
    'ALTER TABLE space_membership ENABLE ROW LEVEL SECURITY',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON space_membership TO dongban_worker',
    'CREATE POLICY worker ON space_membership TO dongban_worker USING (true) WITH CHECK (true)',
    'GRANT SELECT ON space_membership TO dongban_web',
    "CREATE POLICY web ON space_membership TO dongban_web USING ((SELECT current_setting('dongban.side', true) = 'buyer') OR member_id = (SELECT nullif(current_setting('dongban.member', true), '')::bigint) OR (space = 'studio' AND space_id = ANY ((SELECT my_spaces('studio'))::bigint[])) OR (space = 'credit' AND space_id = ANY ((SELECT my_spaces('credit'))::bigint[]))) WITH CHECK ((SELECT current_setting('dongban.side', true) = 'buyer') OR member_id = (SELECT nullif(current_setting('dongban.member', true), '')::bigint) OR (space = 'studio' AND space_id = ANY ((SELECT my_spaces('studio'))::bigint[])) OR (space = 'credit' AND space_id = ANY ((SELECT my_spaces('credit'))::bigint[])))",
    'ALTER TABLE step_up ENABLE ROW LEVEL SECURITY',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON step_up TO dongban_worker',
    'CREATE POLICY worker ON step_up TO dongban_worker USING (true) WITH CHECK (true)',
    'GRANT SELECT ON step_up TO dongban_web',
    "CREATE POLICY web ON step_up TO dongban_web USING (member_id = (SELECT nullif(current_setting('dongban.member', true), '')::bigint)) WITH CHECK (member_id = (SELECT nullif(current_setting('dongban.member', true), '')::bigint))",
    'GRANT INSERT, UPDATE (tries, passed_at) ON step_up TO dongban_web',
    'ALTER TABLE stored_file ENABLE ROW LEVEL SECURITY',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON stored_file TO dongban_worker',
    'CREATE POLICY worker ON stored_file TO dongban_worker USING (true) WITH CHECK (true)',
    'GRANT SELECT ON stored_file TO dongban_web',
    "CREATE POLICY web ON stored_file TO dongban_web USING ((SELECT current_setting('dongban.side', true) = 'buyer') OR company_id = (SELECT nullif(current_setting('dongban.company', true), '')::bigint) OR created_by = (SELECT nullif(current_setting('dongban.member', true), '')::bigint)) WITH CHECK ((SELECT current_setting('dongban.side', true) = 'buyer') OR company_id = (SELECT nullif(current_setting('dongban.company', true), '')::bigint) OR created_by = (SELECT nullif(current_setting('dongban.member', true), '')::bigint))",
    'GRANT INSERT ON stored_file TO dongban_web',
    'ALTER TABLE studio ENABLE ROW LEVEL SECURITY',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON studio TO dongban_worker',
    'CREATE POLICY worker ON studio TO dongban_worker USING (true) WITH CHECK (true)',
    'GRANT SELECT ON studio TO dongban_web',
    "CREATE POLICY web ON studio TO dongban_web USING ((SELECT current_setting('dongban.side', true) = 'buyer') OR id = ANY ((SELECT my_spaces('studio'))::bigint[])) WITH CHECK ((SELECT current_setting('dongban.side', true) = 'buyer'))",
    "CREATE POLICY staff ON studio AS RESTRICTIVE FOR DELETE TO dongban_web USING ((SELECT current_setting('dongban.side', true) = 'buyer'))",
    'GRANT INSERT, UPDATE (name, company_name, service, closed_at) ON studio TO dongban_web',
    'ALTER TABLE terms ENABLE ROW LEVEL SECURITY',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON terms TO dongban_worker',
    'CREATE POLICY worker ON terms TO dongban_worker USING (true) WITH CHECK (true)',
    'GRANT SELECT ON terms TO dongban_web',
    "CREATE POLICY web ON terms TO dongban_web USING (true) WITH CHECK ((SELECT current_setting('dongban.side', true) = 'buyer'))",
    "CREATE POLICY staff ON terms AS RESTRICTIVE FOR DELETE TO dongban_web USING ((SELECT current_setting('dongban.side', true) = 'buyer'))",
    'GRANT INSERT, UPDATE (withdrawn_at) ON terms TO dongban_web',
    'ALTER TABLE unit ENABLE ROW LEVEL SECURITY',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON unit TO dongban_worker',
    'CREATE POLICY worker ON unit TO dongban_worker USING (true) WITH CHECK (true)',
    'GRANT SELECT ON unit TO dongban_web',
    "CREATE POLICY web ON unit TO dongban_web USING ((SELECT current_setting('dongban.side', true) = 'buyer')) WITH CHECK ((SELECT current_setting('dongban.side', true) = 'buyer'))",
    "CREATE POLICY staff ON unit AS RESTRICTIVE FOR DELETE TO dongban_web USING ((SELECT current_setting('dongban.side', true) = 'buyer'))",
    'GRANT INSERT, UPDATE ON unit TO dongban_web',
    'ALTER TABLE withdrawal ENABLE ROW LEVEL SECURITY',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON withdrawal TO dongban_worker',
    'CREATE POLICY worker ON withdrawal TO dongban_worker USING (true) WITH CHECK (true)',
    'GRANT SELECT ON withdrawal TO dongban_web',
    "CREATE POLICY web ON withdrawal TO dongban_web USING ((SELECT current_setting('dongban.side', true) = 'buyer') OR (company_id = (SELECT nullif(current_setting('dongban.company', true), '')::bigint) AND (member_id = (SELECT nullif(current_setting('dongban.member', true), '')::bigint) OR created_by = (SELECT nullif(current_setting('dongban.member', true), '')::bigint) OR (SELECT EXISTS (SELECT 1 FROM member o WHERE o.id = (SELECT nullif(current_setting('dongban.member', true), '')::bigint) AND 'partner_owner' = ANY (o.roles)))))) WITH CHECK (company_id = (SELECT nullif(current_setting('dongban.company', true), '')::bigint))",
    'GRANT INSERT ON withdrawal TO dongban_web',
)


def upgrade() -> None:
    op.create_table('announcement',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('reader', sa.Text(), nullable=False),
    sa.Column('pinned', sa.Boolean(), nullable=False),
    sa.Column('starts_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('edit_version', sa.Integer(), nullable=False),
    sa.Column('created_by', sa.BigInteger(), nullable=False),
    sa.Column('created_name', sa.Text(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("reader in ('public', 'partner', 'office', 'media')", name='announcement_reader'),
    sa.CheckConstraint('ends_at is null or ends_at > starts_at', name='announcement_period'),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('announcement_shown', 'announcement', ['pinned', 'starts_at', 'id'], unique=False)
    op.create_table('conversion',
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
    sa.Column('company_name', sa.Text(), nullable=False),
    sa.Column('email', sa.LargeBinary(), nullable=False),
    sa.Column('code_hash', sa.LargeBinary(), nullable=True),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('sends', sa.Integer(), nullable=False),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('(code_hash is null) = (sent_at is null)', name='conversion_code'),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('number'),
    sa.UniqueConstraint('workflow_id')
    )
    op.create_index('conversion_one_open', 'conversion', ['company_id'], unique=True, postgresql_where=sa.text("status in ('preparing', 'sent', 'expired')"))
    op.create_index(op.f('ix_conversion_case_key'), 'conversion', ['case_key'], unique=False)
    op.create_index(op.f('ix_conversion_company_id'), 'conversion', ['company_id'], unique=False)
    op.create_table('delivery_place',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.Column('edit_version', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('address', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('code', name='delivery_place_code')
    )
    op.create_table('email_check',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('token_hash', sa.LargeBinary(), nullable=False),
    sa.Column('email', sa.LargeBinary(), nullable=False),
    sa.Column('secret', sa.LargeBinary(), nullable=False),
    sa.Column('taken', sa.Boolean(), nullable=False),
    sa.Column('counter', sa.Integer(), nullable=False),
    sa.Column('sends', sa.Integer(), nullable=False),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('verified_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('used_at is null or verified_at is not null', name='email_check_used'),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('token_hash')
    )
    op.create_index('email_check_created', 'email_check', ['created_at'], unique=False)
    op.create_table('identity_check',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('token_hash', sa.LargeBinary(), nullable=False),
    sa.Column('provider_id', sa.Text(), nullable=False),
    sa.Column('purpose', sa.Text(), nullable=False),
    sa.Column('next', sa.Text(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('why', sa.Text(), nullable=False),
    sa.Column('request', sa.LargeBinary(), nullable=True),
    sa.Column('person', sa.LargeBinary(), nullable=True),
    sa.Column('identity_hash', sa.LargeBinary(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('verified_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(state = 'verified') = (verified_at is not null and person is not null and identity_hash is not null)", name='identity_check_verified'),
    sa.CheckConstraint("purpose in ('signup', 'conversion', 'invitation', 'password', 'phone', 'dormancy', 'account')", name='identity_check_purpose'),
    sa.CheckConstraint("state in ('open', 'verified', 'refused')", name='identity_check_state'),
    sa.CheckConstraint("used_at is null or state = 'verified'", name='identity_check_used'),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('provider_id'),
    sa.UniqueConstraint('token_hash')
    )
    op.create_index('identity_check_created', 'identity_check', ['created_at'], unique=False)
    op.create_table('inquiry',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('question', sa.Text(), nullable=False),
    sa.Column('asked', sa.LargeBinary(), nullable=False),
    sa.Column('answer', sa.LargeBinary(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('inquiry_created', 'inquiry', ['created_at'], unique=False)
    op.create_table('item_category',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.Column('edit_version', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('code', name='item_category_code')
    )
    op.create_table('rate_use',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('bucket', sa.Text(), nullable=False),
    sa.Column('subject', sa.LargeBinary(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('rate_use_of', 'rate_use', ['bucket', 'subject', 'at'], unique=False)
    op.create_table('reason_code',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.Column('edit_version', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('kind', 'code', name='reason_code_code')
    )
    op.create_table('signup_draft',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('token_hash', sa.LargeBinary(), nullable=False),
    sa.Column('company_id', sa.BigInteger(), nullable=True),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('token_hash')
    )
    op.create_index('signup_draft_company', 'signup_draft', ['company_id'], unique=False)
    op.create_index('signup_draft_expires', 'signup_draft', ['expires_at'], unique=False)
    op.create_table('terms',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('audience', sa.Text(), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('required', sa.Boolean(), nullable=False),
    sa.Column('change_note', sa.Text(), nullable=False),
    sa.Column('effective_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_by', sa.BigInteger(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("audience in ('partner', 'media')", name='terms_audience'),
    sa.CheckConstraint("key in ('service', 'privacy', 'marketing')", name='terms_key'),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('audience', 'key', 'version', name='terms_version')
    )
    op.create_table('unit',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.Column('edit_version', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('code', name='unit_code')
    )
    op.create_table('announcement_file',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('announcement_id', sa.BigInteger(), nullable=False),
    sa.Column('file_id', sa.BigInteger(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('sha256', sa.Text(), nullable=False),
    sa.Column('size', sa.BigInteger(), nullable=False),
    sa.Column('media_type', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['announcement_id'], ['announcement.id'], ),
    sa.ForeignKeyConstraint(['file_id'], ['stored_file.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('announcement_file_of', 'announcement_file', ['announcement_id', 'id'], unique=False)
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
    op.create_table('goods',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.Column('edit_version', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('category_id', sa.BigInteger(), nullable=True),
    sa.Column('spec', sa.Text(), nullable=False),
    sa.Column('unit_id', sa.BigInteger(), nullable=True),
    sa.Column('needs_serial', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['category_id'], ['item_category.id'], ),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('code', name='goods_code')
    )
    op.create_index('goods_name', 'goods', ['name'], unique=False)
    op.create_table('authenticator',
    sa.Column('member_id', sa.BigInteger(), nullable=False),
    sa.Column('secret', sa.LargeBinary(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('confirmed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('last_step', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], ),
    sa.PrimaryKeyConstraint('member_id')
    )
    op.create_table('change_request',
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
    sa.Column('subject', sa.Text(), nullable=False),
    sa.Column('company_name', sa.Text(), nullable=False),
    sa.Column('member_id', sa.BigInteger(), nullable=False),
    sa.Column('request_reason', sa.Text(), nullable=False),
    sa.Column('registration_file_id', sa.BigInteger(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decided_by', sa.Text(), nullable=False),
    sa.Column('decision_reason', sa.Text(), nullable=False),
    sa.CheckConstraint("subject in ('company', 'member', 'owner')", name='change_request_subject'),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], ),
    sa.ForeignKeyConstraint(['registration_file_id'], ['stored_file.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('number'),
    sa.UniqueConstraint('workflow_id')
    )
    op.create_index('change_request_list', 'change_request', ['company_id', 'created_at', 'id'], unique=False)
    op.create_index('change_request_one_of_company', 'change_request', ['company_id', 'subject'], unique=True, postgresql_where=sa.text("subject <> 'member' and status in ('requested', 'owner_requested')"))
    op.create_index('change_request_one_of_member', 'change_request', ['member_id'], unique=True, postgresql_where=sa.text("subject = 'member' and status in ('requested', 'owner_requested')"))
    op.create_index('change_request_turn', 'change_request', ['turn', 'company_id'], unique=False, postgresql_where=sa.text('turn IS NOT NULL'))
    op.create_index(op.f('ix_change_request_case_key'), 'change_request', ['case_key'], unique=False)
    op.create_index(op.f('ix_change_request_company_id'), 'change_request', ['company_id'], unique=False)
    op.create_table('consent',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('member_id', sa.BigInteger(), nullable=False),
    sa.Column('terms_id', sa.BigInteger(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ip', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], ),
    sa.ForeignKeyConstraint(['terms_id'], ['terms.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('member_id', 'terms_id', name='consent_once')
    )
    op.create_index('consent_terms', 'consent', ['terms_id'], unique=False)
    op.create_table('credit_group',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('company_name', sa.Text(), nullable=False),
    sa.Column('business_number', sa.Text(), nullable=True),
    sa.Column('created_by', sa.BigInteger(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['created_by'], ['member.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_table('disclosure',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('actor_id', sa.BigInteger(), nullable=False),
    sa.Column('actor_name', sa.Text(), nullable=False),
    sa.Column('actor_company', sa.Text(), nullable=False),
    sa.Column('subject_kind', sa.Text(), nullable=False),
    sa.Column('subject_id', sa.BigInteger(), nullable=False),
    sa.Column('subject_name', sa.Text(), nullable=False),
    sa.Column('company_id', sa.BigInteger(), nullable=True),
    sa.Column('field', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('ip', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['actor_id'], ['member.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('disclosure_at', 'disclosure', ['at'], unique=False)
    op.create_index('disclosure_subject', 'disclosure', ['subject_kind', 'subject_id'], unique=False)
    op.create_table('harmony_account',
    sa.Column('member_id', sa.BigInteger(), nullable=False),
    sa.Column('issuer', sa.Text(), nullable=False),
    sa.Column('subject', sa.Text(), nullable=False),
    sa.Column('password_hash', sa.Text(), nullable=True),
    sa.Column('image_file_id', sa.BigInteger(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['image_file_id'], ['stored_file.id'], ),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], ),
    sa.PrimaryKeyConstraint('member_id'),
    sa.UniqueConstraint('issuer', 'subject', name='harmony_account_once')
    )
    op.create_table('invitation',
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
    sa.Column('space', sa.Text(), nullable=False),
    sa.Column('space_id', sa.BigInteger(), nullable=False),
    sa.Column('space_name', sa.Text(), nullable=False),
    sa.Column('company_name', sa.Text(), nullable=False),
    sa.Column('role', sa.Text(), nullable=False),
    sa.Column('email', sa.Text(), nullable=False),
    sa.Column('inviter_name', sa.Text(), nullable=False),
    sa.Column('token_hash', sa.LargeBinary(), nullable=True),
    sa.Column('sendings', sa.Integer(), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('member_id', sa.BigInteger(), nullable=True),
    sa.CheckConstraint("(space = 'credit') = (role = 'user')", name='invitation_fits'),
    sa.CheckConstraint("space in ('studio', 'credit')", name='invitation_space'),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('number'),
    sa.UniqueConstraint('token_hash'),
    sa.UniqueConstraint('workflow_id')
    )
    op.create_index('invitation_list', 'invitation', ['created_at', 'id'], unique=False)
    op.create_index('invitation_open', 'invitation', ['space', 'space_id', 'email'], unique=True, postgresql_where=sa.text("status IN ('preparing', 'sent')"))
    op.create_index(op.f('ix_invitation_case_key'), 'invitation', ['case_key'], unique=False)
    op.create_index(op.f('ix_invitation_company_id'), 'invitation', ['company_id'], unique=False)
    op.create_table('notification_switch',
    sa.Column('member_id', sa.BigInteger(), nullable=False),
    sa.Column('event', sa.Text(), nullable=False),
    sa.Column('bell', sa.Boolean(), nullable=False),
    sa.Column('messenger', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], ),
    sa.PrimaryKeyConstraint('member_id', 'event')
    )
    op.create_table('recovery_code',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('member_id', sa.BigInteger(), nullable=False),
    sa.Column('code_hash', sa.LargeBinary(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('member_id', 'code_hash', name='recovery_code_once')
    )
    op.create_table('signup',
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
    sa.Column('signup_kind', sa.Text(), nullable=False),
    sa.Column('mode', sa.Text(), nullable=False),
    sa.Column('company_name', sa.Text(), nullable=False),
    sa.Column('business_number', sa.Text(), nullable=True),
    sa.Column('applicant_name', sa.Text(), nullable=False),
    sa.Column('member_id', sa.BigInteger(), nullable=False),
    sa.Column('conversion_id', sa.BigInteger(), nullable=True),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.Column('registry_state', sa.Text(), nullable=True),
    sa.Column('registry_tax_type', sa.Text(), nullable=False),
    sa.Column('registry_closed_on', sa.Date(), nullable=True),
    sa.Column('registry_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decided_by', sa.Text(), nullable=False),
    sa.Column('decision_reason', sa.Text(), nullable=False),
    sa.Column('barred', sa.Boolean(), nullable=False),
    sa.CheckConstraint("mode in ('new', 'again', 'conversion')", name='signup_mode'),
    sa.CheckConstraint("signup_kind in ('individual', 'company', 'contact')", name='signup_kind'),
    sa.ForeignKeyConstraint(['conversion_id'], ['conversion.id'], ),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('number'),
    sa.UniqueConstraint('workflow_id')
    )
    op.create_index(op.f('ix_signup_case_key'), 'signup', ['case_key'], unique=False)
    op.create_index(op.f('ix_signup_company_id'), 'signup', ['company_id'], unique=False)
    op.create_index('signup_list', 'signup', ['created_at', 'id'], unique=False)
    op.create_index('signup_one_company', 'signup', ['company_id'], unique=True, postgresql_where=sa.text("signup_kind <> 'contact' and status in ('received', 'requested', 'owner_requested')"))
    op.create_index('signup_one_open', 'signup', ['member_id'], unique=True, postgresql_where=sa.text("status in ('received', 'requested', 'owner_requested')"))
    op.create_index('signup_turn', 'signup', ['turn', 'company_id'], unique=False, postgresql_where=sa.text('turn IS NOT NULL'))
    op.create_table('studio',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('company_name', sa.Text(), nullable=False),
    sa.Column('service', sa.Text(), nullable=False),
    sa.Column('created_by', sa.BigInteger(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['created_by'], ['member.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_table('withdrawal',
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
    sa.Column('subject', sa.Text(), nullable=False),
    sa.Column('origin', sa.Text(), nullable=False),
    sa.Column('company_name', sa.Text(), nullable=False),
    sa.Column('member_id', sa.BigInteger(), nullable=False),
    sa.Column('reason_code', sa.Text(), nullable=False),
    sa.Column('reason_words', sa.Text(), nullable=False),
    sa.Column('request_reason', sa.Text(), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decided_by', sa.Text(), nullable=False),
    sa.Column('decision_reason', sa.Text(), nullable=False),
    sa.CheckConstraint("origin in ('self', 'owner')", name='withdrawal_origin'),
    sa.CheckConstraint("subject in ('company', 'contact')", name='withdrawal_subject'),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('number'),
    sa.UniqueConstraint('workflow_id')
    )
    op.create_index(op.f('ix_withdrawal_case_key'), 'withdrawal', ['case_key'], unique=False)
    op.create_index(op.f('ix_withdrawal_company_id'), 'withdrawal', ['company_id'], unique=False)
    op.create_index('withdrawal_list', 'withdrawal', ['company_id', 'created_at', 'id'], unique=False)
    op.create_index('withdrawal_one_of_company', 'withdrawal', ['company_id'], unique=True, postgresql_where=sa.text("subject = 'company' and status in ('requested', 'owner_requested')"))
    op.create_index('withdrawal_one_of_member', 'withdrawal', ['member_id'], unique=True, postgresql_where=sa.text("subject = 'contact' and status in ('requested', 'owner_requested')"))
    op.create_index('withdrawal_turn', 'withdrawal', ['turn', 'company_id'], unique=False, postgresql_where=sa.text('turn IS NOT NULL'))
    op.create_table('change_item',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('change_request_id', sa.BigInteger(), nullable=False),
    sa.Column('company_id', sa.BigInteger(), nullable=False),
    sa.Column('field', sa.Text(), nullable=False),
    sa.Column('before', sa.LargeBinary(), nullable=True),
    sa.Column('after', sa.LargeBinary(), nullable=True),
    sa.ForeignKeyConstraint(['change_request_id'], ['change_request.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('change_item_once', 'change_item', ['change_request_id', 'field'], unique=True)
    op.create_index(op.f('ix_change_item_company_id'), 'change_item', ['company_id'], unique=False)
    op.create_table('harmony_entry',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('token_hash', sa.LargeBinary(), nullable=False),
    sa.Column('invitation_id', sa.BigInteger(), nullable=True),
    sa.Column('invitation_token', sa.LargeBinary(), nullable=True),
    sa.Column('target', sa.Text(), nullable=False),
    sa.Column('terms', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('consented_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ip', sa.Text(), nullable=False),
    sa.Column('state_hash', sa.LargeBinary(), nullable=True),
    sa.Column('nonce', sa.LargeBinary(), nullable=True),
    sa.Column('verifier', sa.LargeBinary(), nullable=True),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('code', sa.LargeBinary(), nullable=True),
    sa.Column('returned_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('verified_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('issuer', sa.Text(), nullable=True),
    sa.Column('subject', sa.LargeBinary(), nullable=True),
    sa.Column('account_name', sa.LargeBinary(), nullable=True),
    sa.Column('password_hash', sa.Text(), nullable=True),
    sa.Column('email_invited', sa.LargeBinary(), nullable=True),
    sa.Column('phone', sa.LargeBinary(), nullable=True),
    sa.Column('phone_secret', sa.LargeBinary(), nullable=True),
    sa.Column('phone_sends', sa.Integer(), nullable=False),
    sa.Column('phone_tries', sa.Integer(), nullable=False),
    sa.Column('phone_sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('phone_confirmed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('name', sa.LargeBinary(), nullable=True),
    sa.Column('email', sa.LargeBinary(), nullable=True),
    sa.Column('image_file_id', sa.BigInteger(), nullable=True),
    sa.Column('request_id', sa.Uuid(), nullable=True),
    sa.Column('member_id', sa.BigInteger(), nullable=True),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['image_file_id'], ['stored_file.id'], ),
    sa.ForeignKeyConstraint(['invitation_id'], ['invitation.id'], ),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('token_hash')
    )
    op.create_index('harmony_entry_expires', 'harmony_entry', ['expires_at'], unique=False)
    op.create_table('space_membership',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('member_id', sa.BigInteger(), nullable=False),
    sa.Column('space', sa.Text(), nullable=False),
    sa.Column('space_id', sa.BigInteger(), nullable=False),
    sa.Column('role', sa.Text(), nullable=False),
    sa.Column('invitation_id', sa.BigInteger(), nullable=True),
    sa.Column('joined_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('left_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(space = 'credit') = (role = 'user')", name='space_membership_fits'),
    sa.CheckConstraint("role in ('master', 'editor', 'user')", name='space_membership_role'),
    sa.CheckConstraint("space in ('studio', 'credit')", name='space_membership_space'),
    sa.ForeignKeyConstraint(['invitation_id'], ['invitation.id'], ),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('space_membership_once', 'space_membership', ['member_id', 'space', 'space_id'], unique=True, postgresql_where=sa.text('left_at IS NULL'))
    op.create_index('space_membership_one_master', 'space_membership', ['space', 'space_id'], unique=True, postgresql_where=sa.text("role = 'master' AND left_at IS NULL"))
    op.create_index('space_membership_space', 'space_membership', ['space', 'space_id'], unique=False)
    op.create_table('step_up',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('member_id', sa.BigInteger(), nullable=False),
    sa.Column('session_id', sa.BigInteger(), nullable=False),
    sa.Column('purpose', sa.Text(), nullable=False),
    sa.Column('channel', sa.Text(), nullable=False),
    sa.Column('secret', sa.LargeBinary(), nullable=False),
    sa.Column('phone', sa.LargeBinary(), nullable=True),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('passed_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], ),
    sa.ForeignKeyConstraint(['session_id'], ['login_session.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('step_up_session', 'step_up', ['session_id', 'purpose', 'id'], unique=False)
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
    op.add_column('message', sa.Column('forgotten_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('otp_challenge', sa.Column('method', sa.Text(), nullable=False, server_default=''))
    op.add_column('otp_challenge', sa.Column('opened_at', sa.DateTime(timezone=True), nullable=True))
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
    op.alter_column('otp_challenge', 'method', server_default=None)
    op.create_check_constraint('company_artist', 'company', "not artist_insurance or kind <> 'corporation'")
    op.drop_constraint('company_kind', 'company')
    op.create_check_constraint('company_kind', 'company', "kind in ('corporation', 'sole', 'individual')")
    op.drop_constraint('company_numbered', 'company')
    op.create_check_constraint('company_numbered', 'company', "kind = 'individual' or business_number is not null")
    op.drop_constraint('company_status', 'company')
    op.create_check_constraint('company_status', 'company', "status in ('applying', 'active', 'rejected', 'portal_unused', 'withdrawn', 'blocked')")
    op.drop_constraint('member_login_lower', 'member')
    op.create_check_constraint('member_login_lower', 'member', 'login = lower(login)')
    op.create_check_constraint('member_media', 'member', "not (roles && array['media']) or roles = array['media']")
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
