"""members kept: how long things last is a policy, a lost password of Harmony, a lost authenticator app."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

# What a session tells of its company has one column more, so the function is made anew.
SESSION = "open_session(bytea, timestamptz, interval, boolean)"
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

FUNCTIONS = (
    f"DROP FUNCTION {SESSION}",
    OPEN_SESSION,
    f"REVOKE ALL ON FUNCTION {SESSION} FROM PUBLIC",
    f"GRANT EXECUTE ON FUNCTION {SESSION} TO dongban_web",
    """
CREATE OR REPLACE FUNCTION authenticator_reset(person bigint, instant timestamptz)
RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public VOLATILE AS $$
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
""",
    """
CREATE OR REPLACE FUNCTION member_authenticator(person bigint, instant timestamptz)
RETURNS timestamptz
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public VOLATILE AS $$
BEGIN
    PERFORM must_be_admin(instant);
    RETURN (SELECT a.confirmed_at FROM authenticator a WHERE a.member_id = person);
END $$
""",
    "REVOKE ALL ON FUNCTION authenticator_reset(bigint, timestamptz) FROM PUBLIC",
    "REVOKE ALL ON FUNCTION member_authenticator(bigint, timestamptz) FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION authenticator_reset(bigint, timestamptz) TO dongban_web",
    "GRANT EXECUTE ON FUNCTION member_authenticator(bigint, timestamptz) TO dongban_web",
)

POLICIES = (
    "ALTER TABLE lifetime_policy ENABLE ROW LEVEL SECURITY",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON lifetime_policy TO dongban_worker",
    "CREATE POLICY worker ON lifetime_policy TO dongban_worker USING (true) WITH CHECK (true)",
    "GRANT SELECT ON lifetime_policy TO dongban_web",
    "CREATE POLICY web ON lifetime_policy TO dongban_web USING (true) WITH CHECK ((SELECT current_setting('dongban.side', true) = 'buyer'))",
    "CREATE POLICY staff ON lifetime_policy AS RESTRICTIVE FOR DELETE TO dongban_web USING ((SELECT current_setting('dongban.side', true) = 'buyer'))",
    "GRANT INSERT ON lifetime_policy TO dongban_web",
    "ALTER TABLE password_link ENABLE ROW LEVEL SECURITY",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON password_link TO dongban_worker",
    "CREATE POLICY worker ON password_link TO dongban_worker USING (true) WITH CHECK (true)",
    "GRANT SELECT ON password_link TO dongban_web",
    "CREATE POLICY web ON password_link TO dongban_web USING (encode(token_hash, 'hex') = (SELECT nullif(current_setting('dongban.key', true), ''))) WITH CHECK (encode(token_hash, 'hex') = (SELECT nullif(current_setting('dongban.key', true), '')))",
    "GRANT INSERT, UPDATE (used_at) ON password_link TO dongban_web",
    "GRANT UPDATE (expires_at) ON signup_draft TO dongban_web",
)


def upgrade() -> None:
    op.create_table(
        "lifetime_policy",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("lifetime", sa.Text(), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("changed_by", sa.BigInteger(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount > 0", name="lifetime_policy_amount"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("lifetime_policy_key", "lifetime_policy", ["lifetime", "id"])
    op.create_table(
        "password_link",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("token_hash"),
    )
    op.create_index("password_link_expires", "password_link", ["expires_at"])
    op.add_column("conversion", sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE conversion SET ends_at = sent_at + interval '30 days'")
    connection = op.get_bind()
    for statement in (*FUNCTIONS, *POLICIES):
        connection.exec_driver_sql(statement.replace("%", "%%"))


def downgrade() -> None:
    raise RuntimeError("what was promised for a time would be forgotten")
