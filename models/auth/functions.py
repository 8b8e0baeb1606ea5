"""What the web role may do before it knows who is asking: SQL functions run with the owner's rights.

Row-level security shows the web role nothing without a member; these few doors are the only exceptions, each
returning no more than its step of the log-in needs. The migration executes `FUNCTIONS` in order.
"""

OPEN_SESSION = """
CREATE OR REPLACE FUNCTION open_session(token bytea, instant timestamptz, idle interval, by_person boolean)
RETURNS TABLE (
    session_id bigint, member_id bigint, login text, name text, company_id bigint, company_name text,
    company_kind text,
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
        person.company_id, coalesce(firm.name, ''), coalesce(firm.kind, ''), person.roles,
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
END $$
"""

LOGIN_LOOKUP = """
CREATE OR REPLACE FUNCTION login_lookup(wanted text)
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
$$
"""

ATTEMPTS_BEFORE = """
CREATE OR REPLACE FUNCTION attempts_before(
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
END $$
"""

ADD_ATTEMPT = """
CREATE OR REPLACE FUNCTION add_attempt(login bytea, address text, browser text, instant timestamptz)
RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public VOLATILE AS $$
    INSERT INTO login_attempt (login_hash, outcome, ip, agent, at)
    VALUES (login, 'pending', address, browser, instant) RETURNING id
$$
"""

SETTLE_ATTEMPT = """
CREATE OR REPLACE FUNCTION settle_attempt(attempt bigint, person bigint, verdict text)
RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public VOLATILE AS $$
    UPDATE login_attempt SET outcome = verdict, member_id = coalesce(person, member_id)
     WHERE id = attempt AND outcome IN ('pending', 'password_ok')
$$
"""

OPEN_CHALLENGE = """
CREATE OR REPLACE FUNCTION open_challenge(token bytea)
RETURNS TABLE (member_id bigint, name text, company_id bigint, status text, roles text[])
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public VOLATILE AS $$
    SELECT m.id, m.name, m.company_id, m.status, m.roles
      FROM otp_challenge c JOIN member m ON m.id = c.member_id LEFT JOIN company f ON f.id = m.company_id
     WHERE c.token_hash = token AND m.status IN ('active', 'dormant') AND (f.id IS NULL OR f.status = 'active')
       FOR UPDATE OF c
$$
"""

# 「휴면해제」: the one change of status that web may make by itself, and only where the code was right just now.
WAKE_DORMANT = """
CREATE OR REPLACE FUNCTION wake_dormant(token bytea)
RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public VOLATILE AS $$
    UPDATE member m SET status = 'active'
      FROM otp_challenge c
     WHERE c.token_hash = token AND c.used_at IS NOT NULL AND c.opened_at IS NULL
       AND m.id = c.member_id AND m.status = 'dormant'
    RETURNING m.id
$$
"""

# 계정 찾기: birth date and phone are encrypted, so they are compared where the keys are.
NAMESAKES = """
CREATE OR REPLACE FUNCTION namesakes(wanted text)
RETURNS TABLE (member_id bigint, login text, phone bytea, birth_date bytea)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public STABLE AS $$
    SELECT m.id, m.login, m.phone, m.birth_date FROM member m
     WHERE m.name = wanted AND m.status IN ('active', 'dormant') AND m.birth_date IS NOT NULL
     ORDER BY m.id LIMIT 500
$$
"""

# 비밀번호 찾기 and a changed phone: whether a verified person is this member.
IDENTITY_LOOKUP = """
CREATE OR REPLACE FUNCTION identity_lookup(wanted text)
RETURNS TABLE (
    member_id bigint, name text, email text, company_id bigint, roles text[], identity_hash bytea,
    phone bytea, birth_date bytea, member_status text, company_status text
)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public STABLE AS $$
    SELECT m.id, m.name, m.email, m.company_id, m.roles, m.identity_hash, m.phone, m.birth_date,
           m.status, c.status
      FROM member m LEFT JOIN company c ON c.id = m.company_id
     WHERE m.login = wanted
$$
"""

# The general rule for members lets staff see everybody; a password is still changed by its owner only.
OWN_ROW = """
CREATE POLICY own ON member AS RESTRICTIVE FOR UPDATE TO dongban_web
 USING (id = nullif(current_setting('dongban.member', true), '')::bigint)
"""

OWN_DISCLOSURE = """
CREATE POLICY own ON disclosure AS RESTRICTIVE FOR INSERT TO dongban_web
 WITH CHECK (actor_id = nullif(current_setting('dongban.member', true), '')::bigint)
"""

SIGNATURES = (
    "open_session(bytea, timestamptz, interval, boolean)",
    "login_lookup(text)",
    "attempts_before(bytea, text, timestamptz, timestamptz)",
    "add_attempt(bytea, text, text, timestamptz)",
    "settle_attempt(bigint, bigint, text)",
    "open_challenge(bytea)",
    "wake_dormant(bytea)",
    "namesakes(text)",
    "identity_lookup(text)",
)

FUNCTIONS: list[str] = [
    OPEN_SESSION,
    LOGIN_LOOKUP,
    ATTEMPTS_BEFORE,
    ADD_ATTEMPT,
    SETTLE_ATTEMPT,
    OPEN_CHALLENGE,
    WAKE_DORMANT,
    NAMESAKES,
    IDENTITY_LOOKUP,
    *(f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC" for signature in SIGNATURES),
    OWN_ROW,
    OWN_DISCLOSURE,
    *(f"GRANT EXECUTE ON FUNCTION {signature} TO dongban_web" for signature in SIGNATURES),
]
