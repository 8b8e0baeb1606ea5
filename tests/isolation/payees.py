"""What the first company does not have and the first credit does: the demo's settled months, and one of the rest."""

# ruff: noqa: S608 - the names in the queries are those of the house's own tables

import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import psycopg

from ops.seed.credits import PAYEES
from tests.house import ROOT, House

SEED = "from ops.seed import credits; credits.load()"
PAYEE = PAYEES[0]
OTHER = PAYEES[1]
MY_GROUPS = "(SELECT id FROM credit_group WHERE company_name = %(payee)s)"
THINGS: Mapping[str, str] = {
    # credit_run is nobody's; what is of a group is the first payee's.
    "credit_run": "SELECT id FROM credit_run ORDER BY id DESC LIMIT 2",
    **{
        table: f"SELECT id FROM {table} WHERE group_id IN {MY_GROUPS} ORDER BY id LIMIT 2"
        for table in ("credit_report", "credit_account", "credit_change", "credit_medium", "payout")
    },
    "credit_group": f"SELECT id FROM credit_group WHERE id IN {MY_GROUPS} ORDER BY id",
    "statement": f"SELECT statement_file_id FROM credit_report WHERE group_id IN {MY_GROUPS}"
    " AND statement_file_id IS NOT NULL LIMIT 1",
    "credit_company": "SELECT id FROM credit_company WHERE name = %(payee)s",
    **{
        table: f"SELECT id FROM {table} ORDER BY id LIMIT 1"
        for table in ("credit_import", "credit_adjustment", "credit_rate", "credit_business", "rs_pool", "payout_file")
    },
}
MARKS = (
    f"SELECT number FROM credit_report WHERE group_id IN {MY_GROUPS}",
    f"SELECT name FROM credit_medium WHERE group_id IN {MY_GROUPS}",
    "SELECT number FROM payout_file",
    "SELECT file_name FROM credit_import",
)
"""Words that only the first payee's things hold, or only the office's."""
WRITTEN = (
    # A change of company facts, decided; its certificate is a file of the seed's.
    """INSERT INTO credit_change (workflow_id, company_id, case_key, status, version, step, status_since, created_by,
        created_at, number, credit_company_id, group_id, company_name, author_name, file_id, note, decided_by,
        decision_reason)
    SELECT 'credit_change/secret', 0, 'CI-SECRET', 'rejected', 1, 1, now(), m.member_id, now(), 'CI-SECRET',
        g.credit_company_id, g.id, g.company_name, 'x', (SELECT min(id) FROM stored_file), '', '', ''
    FROM credit_group g JOIN space_membership m ON m.space = 'credit' AND m.space_id = g.id
    WHERE g.company_name = %(payee)s ORDER BY g.id LIMIT 1 ON CONFLICT DO NOTHING""",
    """UPDATE credit_report SET statement_file_id = (SELECT min(id) FROM stored_file) WHERE id =
        (SELECT min(id) FROM credit_report WHERE company_name = %(payee)s AND status = 'paid')""",
    """INSERT INTO payout_file (number, pay_on, count, total, created_by, created_name, created_at, sent_name)
    SELECT 'PF-SECRET', '2026-02-17', 1, 1000, min(id), 'x', now(), '' FROM member
    HAVING NOT EXISTS (SELECT 1 FROM payout_file)""",
    """INSERT INTO payout (payout_file_id, position, report_id, group_id, credit_account_id, bank_code, account_number,
        holder, amount, memo, state, failure)
    SELECT f.id, 1, r.id, r.group_id, a.id, '090', a.account_number, a.holder, 1000, '', 'failed', 'x'
    FROM payout_file f, credit_report r JOIN credit_account a USING (group_id)
    WHERE r.company_name = %(payee)s AND NOT EXISTS (SELECT 1 FROM payout) LIMIT 1""",
    """INSERT INTO credit_adjustment (kind, month, medium_id, business_id, item, supply, reason, created_by,
        created_name, created_at, cancelled_name)
    SELECT 'manual', '2026-01-01', m.id, b.id, 'x', 1000, 'x', m.created_by, 'x', now(), ''
    FROM credit_medium m, credit_business b WHERE NOT EXISTS (SELECT 1 FROM credit_adjustment) LIMIT 1""",
)  # fmt: skip


def settle(house: House) -> None:
    """The demo's credits into a house that runs, and what they have none of. Both once."""
    subprocess.run([sys.executable, "-c", SEED], cwd=ROOT, env=house.environment, check=True)
    with psycopg.connect(house.database.owner_url) as connection:
        for statement in WRITTEN:
            connection.execute(statement.encode(), {"payee": PAYEE.name})


def _column(connection: psycopg.Connection[Any], query: str) -> list[str]:
    rows = connection.execute(query.encode(), {"payee": PAYEE.name}).fetchall()
    found = [str(next(iter(row.values()))) for row in rows]
    assert found, query
    return found


def things(connection: psycopg.Connection[Any]) -> dict[str, Sequence[str]]:
    """Ids by the name of the thing; read as the owner of the tables."""
    return {name: _column(connection, query) for name, query in THINGS.items()}


def marks(connection: psycopg.Connection[Any]) -> list[str]:
    """What no stranger's page may show."""
    return [word for query in MARKS for word in _column(connection, query)]
