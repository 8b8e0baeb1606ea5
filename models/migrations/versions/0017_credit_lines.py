"""Lines of credits are written by the hundred thousand from rows that are never deleted: no look-up per line."""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

DROPPED = (
    ("credit_draft_line", "group_id", "credit_group"),
    ("credit_draft_line", "medium_id", "credit_medium"),
    ("credit_draft_line", "business_id", "credit_business"),
    ("credit_report_line", "medium_id", "credit_medium"),
    ("credit_report_line", "business_id", "credit_business"),
)


def upgrade() -> None:
    for table, column, _ in DROPPED:
        op.drop_constraint(f"{table}_{column}_fkey", table, type_="foreignkey")


def downgrade() -> None:
    for table, column, other in DROPPED:
        op.create_foreign_key(f"{table}_{column}_fkey", table, other, [column], ["id"])
