"""A month of Harmony by the thousand groups: companies, media, rates, files of revenue, people; made by SQL alone."""

import datetime as dt

import psycopg

from bench.stock import analyse
from models.keyring import Keyring

MONTH = dt.date(2026, 10, 1)
MEMBER_PHONE = b"member.phone"

STOCK = """
WITH officer AS (
    INSERT INTO member (login, name, email, phone, password_hash, roles, status, password_changed_at, created_at,
                        position, department, extension, left_reason, foreign_national, must_change_password)
    SELECT 'credit.officer', '정다은', 'officer@example.com', %(phone)s, '-', ARRAY['settlement'], 'active', now(),
           now(), '', '', '', '', false, false
     WHERE NOT EXISTS (SELECT 1 FROM member WHERE login = 'credit.officer')
    RETURNING id
), by AS (SELECT id FROM officer UNION ALL SELECT id FROM member WHERE login = 'credit.officer' LIMIT 1
), business AS (
    INSERT INTO credit_business (code, name, item, method, position, active, edit_version)
    VALUES ('bench-' || %(tag)s, '기타지급', '기타 지급', 'revenue', 0, true, 1) RETURNING id
), file AS (
    INSERT INTO stored_file (sha256, size, media_type, name, created_at)
    VALUES (lpad(%(tag)s, 64, '0'), 1, 'text/csv', '매출.csv', now()) RETURNING id
), import AS (
    INSERT INTO credit_import (month, business_id, file_id, file_name, sha256, state, line_count, error_count, errors,
                               amount, consumption, created_by, created_name, created_at, decided_name)
    SELECT %(month)s, business.id, file.id, '매출.csv', lpad(%(tag)s, 64, '0'), 'applied', 0, 0, '[]', 0, 0, by.id,
           '정', now(), '' FROM business, file, by RETURNING id
), company AS (
    INSERT INTO credit_company (kind, name, business_number, representative, zip_code, address, business_type,
                                business_item, issue_mode, artist, edit_version, created_by, created_at, changed_at)
    SELECT 'company', '매체사 ' || n, lpad((%(first)s + n)::text, 10, '0'), '김대표', '', '서울', '', '',
           CASE n %% 2 WHEN 0 THEN 'reverse' ELSE 'forward' END, false, 1, by.id, now(), now()
      FROM by, generate_series(1, %(groups)s) n RETURNING id, name
), grouped AS (
    INSERT INTO credit_group (name, company_name, credit_company_id, edit_version, created_by, created_at)
    SELECT '정산그룹 ' || company.id, company.name, company.id, 1, by.id, now() FROM company, by ORDER BY company.id
    RETURNING id
), person AS (
    INSERT INTO member (login, name, email, phone, password_hash, roles, status, password_changed_at, created_at,
                        position, department, extension, left_reason, foreign_national, must_change_password)
    SELECT 'media' || id || '@example.com', '담당 ' || id, 'media' || id || '@example.com', %(phone)s, '-',
           ARRAY['media'], 'active', now(), now(), '', '', '', '', false, false FROM grouped ORDER BY id
    RETURNING id, login
), inside AS (
    INSERT INTO space_membership (member_id, space, space_id, role, joined_at)
    SELECT person.id, 'credit', grouped.id, 'user', now()
      FROM grouped JOIN person ON person.login = 'media' || grouped.id || '@example.com'
), medium AS (
    INSERT INTO credit_medium (code, name, service, group_id, edit_version, created_by, created_at)
    SELECT 'B' || grouped.id || '-' || k, '매체 ' || grouped.id || '-' || k, '뉴스', grouped.id, 1, by.id, now()
      FROM grouped, by, generate_series(1, %(lines)s) k RETURNING id, code
), rate AS (
    INSERT INTO credit_rate (medium_id, business_id, rate_millionths, from_month, contract_name, edit_version,
                             created_by, created_at)
    SELECT medium.id, business.id, 705000, DATE '2020-01-01', '', 1, by.id, now() FROM medium, business, by
)
INSERT INTO credit_ledger (import_id, "row", month, business_id, medium_id, item, amount)
SELECT import.id, row_number() OVER (ORDER BY medium.code), %(month)s, business.id, medium.id, '26년 10월 기타 지급',
       30000 + (row_number() OVER (ORDER BY medium.code)) * 7 %% 99991
  FROM medium, business, import
"""
EVERY_TABLE = (
    "SELECT string_agg(tablename, ', ') FROM pg_tables WHERE schemaname = 'public' AND tablename LIKE 'credit_%'"
)


def fill(owner_database: str, field_keys: Keyring, groups: int, lines: int, tag: str = "1") -> int:
    """That many groups with that many media each, one line a medium; the officer's id."""
    phone = field_keys.encrypt(b"01000000000", MEMBER_PHONE)
    facts = {"phone": phone, "tag": tag, "month": MONTH, "groups": groups, "lines": lines}
    with psycopg.connect(owner_database) as connection:
        connection.execute(STOCK, facts | {"first": int(tag) * 100_000})
        row = connection.execute("SELECT id FROM member WHERE login = 'credit.officer'").fetchone()
    analyse(owner_database)
    assert row is not None
    return int(row[0])
