"""사업 of the credits are the staff's: a supplier of the procurement portal has nothing to read there."""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

STAFF_ONLY = "ALTER POLICY web ON credit_business USING ((SELECT current_setting('dongban.side', true) = 'buyer'))"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(STAFF_ONLY)


def downgrade() -> None:
    op.get_bind().exec_driver_sql("ALTER POLICY web ON credit_business USING (true)")
