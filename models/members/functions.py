"""What the administrator does to other people's rows: SQL functions with the owner's rights.

The web role changes nobody's row but one's own. These doors ask the table, not the program, whether who is asking
is an administrator now, by themselves or by 「위임」.
"""

# ruff: noqa: S608 - the names in the functions are those of the house's own tables

from models.kernel.roles import STAFF_SIDE

STAFF = "ARRAY[" + ", ".join(f"'{role.value}'" for role in sorted(STAFF_SIDE)) + "]"
HEAD = "LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public VOLATILE AS $$"

MUST_BE_ADMIN = f"""
CREATE OR REPLACE FUNCTION must_be_admin(instant timestamptz)
RETURNS void
{HEAD}
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
END $$
"""

STAFF_ADD = f"""
CREATE OR REPLACE FUNCTION staff_add(
    known_as text, full_name text, mail text, sealed_phone bytea, secret text, held text[],
    team text, title text, number text, instant timestamptz
)
RETURNS bigint
{HEAD}
DECLARE
    made bigint;
BEGIN
    PERFORM must_be_admin(instant);
    IF NOT held <@ {STAFF} OR cardinality(held) = 0 THEN
        RAISE check_violation USING MESSAGE = 'these are no roles of the staff';
    END IF;
    INSERT INTO member (login, name, email, phone, password_hash, roles, department, position, extension, status,
                        foreign_national, must_change_password, password_changed_at, created_at, joined_at, left_reason)
    VALUES (known_as, full_name, mail, sealed_phone, secret, held, team, title, number, 'active',
            false, true, instant, instant, instant, '')
    RETURNING id INTO made;
    RETURN made;
END $$
"""

STAFF_EDIT = f"""
CREATE OR REPLACE FUNCTION staff_edit(
    person bigint, full_name text, mail text, sealed_phone bytea, team text, title text, number text,
    instant timestamptz
)
RETURNS boolean
{HEAD}
BEGIN
    PERFORM must_be_admin(instant);
    UPDATE member m
       SET name = full_name, email = mail, phone = coalesce(sealed_phone, m.phone), department = team,
           position = title, extension = number
     WHERE m.id = person AND m.roles <@ {STAFF};
    RETURN FOUND;
END $$
"""

STAFF_ROLES = f"""
CREATE OR REPLACE FUNCTION staff_roles(person bigint, before text[], held text[], instant timestamptz)
RETURNS text
{HEAD}
BEGIN
    PERFORM must_be_admin(instant);
    -- Two administrators who take the role from each other at once must not leave nobody.
    PERFORM pg_advisory_xact_lock(hashtextextended('administrators', 0));
    IF NOT held <@ {STAFF} OR cardinality(held) = 0 THEN
        RETURN 'no_staff_role';
    END IF;
    IF NOT 'admin' = ANY (held) AND NOT EXISTS (
        SELECT 1 FROM member m WHERE m.id <> person AND m.status = 'active' AND 'admin' = ANY (m.roles)
    ) THEN
        RETURN 'last_admin';
    END IF;
    UPDATE member m SET roles = held
     WHERE m.id = person AND m.roles <@ {STAFF} AND m.roles @> before AND m.roles <@ before;
    RETURN CASE WHEN FOUND THEN 'done' ELSE 'member_changed' END;
END $$
"""

STAFF_SECRET = f"""
CREATE OR REPLACE FUNCTION staff_secret(person bigint, secret text, instant timestamptz)
RETURNS text
{HEAD}
DECLARE
    address text;
BEGIN
    PERFORM must_be_admin(instant);
    UPDATE member m SET password_hash = secret, must_change_password = true, password_changed_at = instant
     WHERE m.id = person AND m.roles <@ {STAFF} AND m.status = 'active'
    RETURNING m.email INTO address;
    UPDATE login_session s SET revoked_at = instant
     WHERE s.member_id = person AND s.revoked_at IS NULL AND address IS NOT NULL;
    RETURN address;
END $$
"""

MEMBER_STATUS = f"""
CREATE OR REPLACE FUNCTION member_status(
    person bigint, before text, wanted text, why text, instant timestamptz
)
RETURNS text
{HEAD}
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
END $$
"""

END_SESSIONS = f"""
CREATE OR REPLACE FUNCTION end_sessions(person bigint, instant timestamptz)
RETURNS bigint
{HEAD}
DECLARE
    ended bigint;
BEGIN
    PERFORM must_be_admin(instant);
    UPDATE login_session s SET revoked_at = instant
     WHERE s.member_id = person AND s.revoked_at IS NULL AND s.expires_at > instant;
    GET DIAGNOSTICS ended = ROW_COUNT;
    RETURN ended;
END $$
"""

UNLOCK_LOGIN = f"""
CREATE OR REPLACE FUNCTION unlock_login(person bigint, instant timestamptz)
RETURNS bigint
{HEAD}
DECLARE
    cleared bigint;
BEGIN
    PERFORM must_be_admin(instant);
    UPDATE login_attempt a SET outcome = 'cleared'
     WHERE a.login_hash = (SELECT sha256(convert_to(m.login, 'UTF8')) FROM member m WHERE m.id = person)
       AND a.outcome IN ('pending', 'failed', 'code_failed') AND a.at > instant - interval '1 day';
    GET DIAGNOSTICS cleared = ROW_COUNT;
    RETURN cleared;
END $$
"""

MEMBER_SESSIONS = f"""
CREATE OR REPLACE FUNCTION member_sessions(person bigint, instant timestamptz)
RETURNS TABLE (kind text, ip text, agent text, created_at timestamptz, last_seen_at timestamptz)
{HEAD}
BEGIN
    PERFORM must_be_admin(instant);
    RETURN QUERY SELECT s.kind, s.ip, s.agent, s.created_at, s.last_seen_at FROM login_session s
                  WHERE s.member_id = person AND s.revoked_at IS NULL AND s.expires_at > instant
                  ORDER BY s.last_seen_at DESC LIMIT 50;
END $$
"""

MEMBER_ATTEMPTS = f"""
CREATE OR REPLACE FUNCTION member_attempts(person bigint, instant timestamptz)
RETURNS TABLE (outcome text, ip text, agent text, at timestamptz)
{HEAD}
BEGIN
    PERFORM must_be_admin(instant);
    RETURN QUERY SELECT a.outcome, a.ip, a.agent, a.at FROM login_attempt a
                  WHERE a.login_hash = (SELECT sha256(convert_to(m.login, 'UTF8')) FROM member m WHERE m.id = person)
                  ORDER BY a.at DESC, a.id DESC LIMIT 20;
END $$
"""

AUTHENTICATOR_RESET = f"""
CREATE OR REPLACE FUNCTION authenticator_reset(person bigint, instant timestamptz)
RETURNS text
{HEAD}
BEGIN
    PERFORM must_be_admin(instant);
    IF person = nullif(current_setting('dongban.member', true), '')::bigint THEN
        RETURN 'not_oneself';
    END IF;
    DELETE FROM authenticator a WHERE a.member_id = person;
    IF NOT FOUND THEN
        RETURN 'member_changed';
    END IF;
    DELETE FROM recovery_code r WHERE r.member_id = person;
    UPDATE login_session s SET revoked_at = instant WHERE s.member_id = person AND s.revoked_at IS NULL;
    RETURN 'done';
END $$
"""

MEMBER_AUTHENTICATOR = f"""
CREATE OR REPLACE FUNCTION member_authenticator(person bigint, instant timestamptz)
RETURNS timestamptz
{HEAD}
BEGIN
    PERFORM must_be_admin(instant);
    RETURN (SELECT a.confirmed_at FROM authenticator a WHERE a.member_id = person);
END $$
"""

DOORS = (
    "staff_add(text, text, text, bytea, text, text[], text, text, text, timestamptz)",
    "staff_edit(bigint, text, text, bytea, text, text, text, timestamptz)",
    "staff_roles(bigint, text[], text[], timestamptz)",
    "staff_secret(bigint, text, timestamptz)",
    "member_status(bigint, text, text, text, timestamptz)",
    "end_sessions(bigint, timestamptz)",
    "unlock_login(bigint, timestamptz)",
    "member_sessions(bigint, timestamptz)",
    "member_attempts(bigint, timestamptz)",
    "authenticator_reset(bigint, timestamptz)",
    "member_authenticator(bigint, timestamptz)",
)

FUNCTIONS: list[str] = [
    MUST_BE_ADMIN,
    STAFF_ADD,
    STAFF_EDIT,
    STAFF_ROLES,
    STAFF_SECRET,
    MEMBER_STATUS,
    END_SESSIONS,
    UNLOCK_LOGIN,
    MEMBER_SESSIONS,
    MEMBER_ATTEMPTS,
    AUTHENTICATOR_RESET,
    MEMBER_AUTHENTICATOR,
    *(f"REVOKE ALL ON FUNCTION {door} FROM PUBLIC" for door in ("must_be_admin(timestamptz)", *DOORS)),
    *(f"GRANT EXECUTE ON FUNCTION {door} TO dongban_web" for door in DOORS),
]
