"""members kept: how long things last is a policy, a lost password of Harmony, a lost authenticator app."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0010"
branch_labels = None
depends_on = None

FUNCTIONS = (
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
