"""A finished request of every kind that the main job does not make, written for the first company."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

import psycopg
from psycopg.types.json import Jsonb
from sqlalchemy import ARRAY, Boolean, Date, DateTime, LargeBinary, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import SQLModel

import models.registry  # noqa: F401 - fills the metadata
from models.columns import Encrypted

NOW = dt.datetime(2026, 2, 9, 1, 0, tzinfo=dt.UTC)
REQUESTS: Mapping[str, Mapping[str, Any]] = {
    "change_request": {"status": "rejected", "subject": "company"},
    "withdrawal": {"status": "rejected", "subject": "company", "origin": "self"},
    "tax_invoice": {
        "status": "refused",
        "requested_at": NOW,
        "hub_key": "secret-1",
        "direction": "reverse",
        "type_code": "0101",
        "buyer_kind": "01",
        "currency": "KRW",
        "remarks": [],
        "title": "비공개 계산서",
        "supplier_number": "1348672683",
        "supply_amount": 10_000,
        "vat_amount": 1_000,
        "total_amount": 11_000,
    },
    "invitation": {"status": "cancelled", "space": "credit", "role": "user", "member_id": None, "email": "a@b.example"},
}
EMPTY: Mapping[type, Any] = {
    Encrypted: b"",
    Boolean: False,
    Date: NOW.date(),
    DateTime: NOW,
    LargeBinary: b"",
    Text: "",
    JSONB: Jsonb({}),
    ARRAY: [],
}


def write_requests(connection: psycopg.Connection[Any], company: str) -> None:
    """As the owner of the tables; what is there already stays."""
    whose = connection.execute(
        "SELECT c.id AS company_id, min(m.id) AS member_id FROM company c JOIN member m ON m.company_id = c.id"
        " AND 'partner_owner' = ANY (m.roles) WHERE c.name = %s GROUP BY c.id",
        (company,),
    ).fetchone()
    assert whose is not None
    for table, facts in REQUESTS.items():
        known = {**whose, "workflow_id": f"{table}/secret/1", "case_key": "SECRET", "number": f"XX-{table}"}
        known |= {"created_by": whose["member_id"], "officer_id": whose["member_id"], **facts}
        row = {
            column.name: _value(column, known)
            for column in SQLModel.metadata.tables[table].columns
            if column.name in known or not (column.nullable or column.identity)
        }
        connection.execute(
            f"INSERT INTO {table} ({', '.join(row)}) VALUES ({', '.join(['%s'] * len(row))})"  # noqa: S608 - our names
            " ON CONFLICT DO NOTHING",
            list(row.values()),
        )


ACCOUNT = """
INSERT INTO bank_account (company_id, country, bank_code, bank_name, account_number, holder, is_virtual, swift, bic,
    is_default, created_at)
SELECT id, 'KR', '004', '국민은행', %(number)s, %(holder)s, false, '', '', false, now() FROM company
 WHERE name = %(name)s AND NOT EXISTS (SELECT 1 FROM bank_account WHERE bank_account.company_id = company.id)
"""
CHANGED = """
INSERT INTO change_item (change_request_id, company_id, field)
SELECT max(id), max(company_id), 'address' FROM change_request HAVING max(id) IS NOT NULL ON CONFLICT DO NOTHING
"""
STUDIO = """
INSERT INTO studio (name, company_name, service, created_by, created_at)
SELECT '비공개 스튜디오', '', 'news', min(id), now() FROM member HAVING NOT EXISTS (SELECT 1 FROM studio)
"""
CREDIT = """
INSERT INTO credit_group (name, company_name, edit_version, created_by, created_at)
SELECT '비공개 크레딧', '', 1, min(id), now() FROM member HAVING NOT EXISTS (SELECT 1 FROM credit_group)
"""


def write_belongings(connection: psycopg.Connection[Any], company: str) -> None:
    """An account of the company, a fact of its change request, and the spaces of a medium."""
    number = Encrypted("bank_account.account_number").sealed("110-123-456789")
    holder = Encrypted("bank_account.holder").sealed("예금주")
    for statement in (ACCOUNT, CHANGED, STUDIO, CREDIT):
        connection.execute(statement, {"name": company, "number": number, "holder": holder})


def _value(column: Any, known: Mapping[str, Any]) -> Any:
    value = known.get(column.name)
    if value is None and not column.nullable:
        value = next((empty for kind, empty in EMPTY.items() if isinstance(column.type, kind)), 0)
    return column.type.sealed(value) if isinstance(column.type, Encrypted) and isinstance(value, str) else value
