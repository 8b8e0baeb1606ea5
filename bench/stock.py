"""What an installation is filled with before it is measured: people with open sessions, contracts, all by SQL."""

import dataclasses
import datetime as dt
import secrets
from collections.abc import Sequence

import psycopg
from psycopg import sql

from bench.house import Installation
from models.auth.tokens import new_token, token_hash
from models.keyring import Keyring
from models.settings import read

COMPANIES = 50
"""Each with one 담당자; as many people of the buying side have the role that decides."""
SHA256 = "0" * 64
MEMBER_PHONE = b"member.phone"


@dataclasses.dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who is logged in: `token` is the session cookie, `csrf` what their forms carry."""

    member_id: int
    company_id: int | None
    token: str
    csrf: str


@dataclasses.dataclass(frozen=True, slots=True)
class Stock:
    """Who there is: one partner of each company, and buyers."""

    partners: Sequence[Visitor]
    buyers: Sequence[Visitor]


PEOPLE = """
WITH firms AS (
    INSERT INTO company (name, kind, business_number, representative, representative_foreign, business_type,
        business_item, country, currency, artist_insurance, zip_code, address, address_detail, phone, status,
        status_reason, created_at)
    SELECT '공급사 ' || n, 'corporation', (1000000000 + n)::text, '대표 ' || n, false, '도소매', '사무용품', 'KR',
        'KRW', false, '', '서울', '', '', 'active', '', now()
      FROM generate_series(1, %(count)s) n RETURNING id, name
), places AS (SELECT id, row_number() OVER (ORDER BY id) n FROM firms)
INSERT INTO member (login, name, email, phone, foreign_national, password_hash, company_id, roles, status, position,
                    department, extension, left_reason, password_changed_at, must_change_password, created_at)
SELECT 'partner' || n || '@bench.example', '담당자 ' || n, 'partner' || n || '@bench.example', %(phone)s, false, '', id,
       ARRAY['partner', 'partner_owner'], 'active', '', '', '', '', now(), false, now() FROM places
 UNION ALL
SELECT 'buyer' || n, '구매 ' || n, 'buyer' || n || '@bench.example', %(phone)s, false, '', NULL,
       ARRAY['buyer'], 'active', '', '구매팀', '', '', now(), false, now() FROM places
"""
SESSION = """
INSERT INTO login_session (token_hash, member_id, csrf_secret, created_at, last_seen_at, expires_at, ip, agent, kind)
VALUES (%s, %s, %s, now() - interval '1 minute', now(), now() + interval '12 hours', '', 'bench', 'browser')
"""

REVIEWS = """
WITH numbered AS (
    SELECT n, %(first)s + n - 1 AS place, c.company_id, c.company_name, b.id AS buyer_id, b.name AS buyer_name
      FROM generate_series(1, %(count)s) n
      JOIN (SELECT id AS company_id, name AS company_name, row_number() OVER (ORDER BY id) - 1 AS k FROM company) c
        ON c.k = (n - 1) %% %(companies)s
      JOIN (SELECT id, name, row_number() OVER (ORDER BY id) - 1 AS k FROM member WHERE company_id IS NULL) b
        ON b.k = (n - 1) %% %(companies)s
), made AS (
    INSERT INTO contract (workflow_id, company_id, case_key, status, version, step, turn, turn_member_id, due_at,
        status_since, created_by, created_at, number, revision, form, contract_type, title, company_name,
        contract_date, starts_on, ends_on, currency, amount, payment_terms, settlement_type, buyer_id, buyer_name,
        partner_contact, note_to_partner, note_from_partner, review_round, review_requested_at, papers_ready,
        edited_at, edit_version)
    SELECT 'contract/CRB' || place || '/1', company_id, 'CRB' || place, 'review_requested', 1, 1, 'partner', buyer_id,
        %(now)s + interval '3 days', %(now)s, buyer_id, %(now)s - interval '1 hour', 'CRB' || place, 1,
        'new', 'general', '인프라 장비구매요청', company_name, %(today)s, %(today)s, %(today)s + 365, 'KRW', 1200000,
        '검수 완료 후 다음 달 15일', 'by_inspection', buyer_id, buyer_name, '담당자', '', '', 1, %(now)s,
        true, %(now)s, 1
      FROM numbered RETURNING id, workflow_id, case_key, company_id, buyer_id, buyer_name
), items AS (
    INSERT INTO contract_item (contract_id, company_id, position, category, name, spec, unit, quantity, unit_price,
        amount, needs_serial, requested_place, request_number)
    SELECT id, company_id, p, '네트워크', '방화벽 FG-1100E', '10GHz', 'EA', 50, 12000, 600000, false, 'GS1', ''
      FROM made, generate_series(0, 1) p
), papers AS (
    INSERT INTO contract_paper (contract_id, company_id, position, title, template, clauses, draft_file_id,
        draft_sha256, draft_pages, final_sha256, final_pages)
    SELECT id, company_id, p, (ARRAY['물품공급계약서', '지속가능경영가이드'])[p + 1], 'supply', '[]',
        (SELECT min(id) FROM stored_file), %(sha256)s, 2, '', 0 FROM made, generate_series(0, 1) p
), kept AS (
    INSERT INTO audit_entry (kind, document_id, company_id, act, actor_id, actor_name, actor_company, detail, at)
    SELECT 'contract', id, company_id, 'create', buyer_id, buyer_name, '', '{}', %(now)s - interval '1 hour' FROM made
), events AS (
    INSERT INTO process_event (workflow_id, step, kind, document_id, company_id, case_key, act, status_from, status_to,
        version, actor_id, actor_name, actor_company, detail, outcome, at, seconds_before, prev_hash, hash)
    SELECT workflow_id, 1, 'contract', id, company_id, case_key, 'request_review', 'drafting', 'review_requested',
        1, buyer_id, buyer_name, '', '{}', '{}', %(now)s, 3600, %(sha256)s, md5(workflow_id) || md5(workflow_id)
      FROM made
)
SELECT id, workflow_id, company_id FROM made ORDER BY id
"""
FILE = """
INSERT INTO stored_file (sha256, size, media_type, name, company_id, created_by, created_at)
SELECT %s, 1, 'application/pdf', '계약서.pdf', NULL, NULL, now() WHERE NOT EXISTS (SELECT 1 FROM stored_file)
"""

TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
SOMETHING = sql.SQL("SELECT 1 FROM {} LIMIT 1")
VACUUM = sql.SQL("VACUUM (ANALYZE) {}")

LISTED = """
INSERT INTO contract (workflow_id, company_id, case_key, status, version, step, turn, turn_member_id, due_at,
    status_since, created_by, created_at, number, revision, form, contract_type, title, company_name,
    contract_date, starts_on, ends_on, currency, amount, payment_terms, settlement_type, buyer_id, buyer_name,
    partner_contact, note_to_partner, note_from_partner, review_round, review_requested_at, reviewed_at,
    seal_requested_at, completed_at, papers_ready, edited_at, edit_version)
SELECT 'contract/' || number || '/1', company_id, number, status, 3, 3, turn, buyer_id,
    CASE WHEN turn IS NOT NULL THEN day + interval '5 days' END, day, buyer_id, day, number, 1,
    'new', CASE WHEN n %% 7 = 0 THEN 'unit_price' ELSE 'general' END,
    (ARRAY['인프라 장비', '사무용품', '네트워크 회선', '서버 부품', '보안 점검', '데이터센터 전력'])[n %% 6 + 1]
        || ' 구매요청 ' || n, company_name, day::date, day::date, day::date + 365, 'KRW',
    (n %% 9000 + 1) * 10000, '검수 완료 후 다음 달 15일', 'by_inspection', buyer_id, buyer_name, '담당자 ' || k, '',
    '', 1, day, day, CASE WHEN sealed THEN day END, CASE WHEN status = 'completed' THEN day END, true, day, 1
FROM (
    SELECT n, c.*, b.*, 'CR' || lpad(n::text, 9, '0') AS number,
        now() - interval '1 hour' - (n %% 547) * interval '1 day' AS day,
        s.status, s.turn, s.sealed
      FROM generate_series(1, %(count)s) n
      JOIN (SELECT id AS company_id, name AS company_name, row_number() OVER (ORDER BY id) - 1 AS k FROM company) c
        ON c.k = (n / 547) %% %(companies)s
      JOIN (SELECT id AS buyer_id, name AS buyer_name, row_number() OVER (ORDER BY id) - 1 AS j
              FROM member WHERE company_id IS NULL) b ON b.j = n %% %(companies)s
      JOIN (VALUES (0, 'completed', NULL, true), (1, 'completed', NULL, true), (2, 'completed', NULL, true),
                   (3, 'completed', NULL, true), (4, 'completed', NULL, true), (5, 'completed', NULL, true),
                   (6, 'completed', NULL, true), (7, 'cancelled', NULL, true), (8, 'ended', NULL, true),
                   (9, 'completed', NULL, true)) s(m, status, turn, sealed) ON s.m = (n / 547 / 50) %% 10
) spread
"""
OPEN = """
UPDATE contract SET completed_at = NULL, due_at = status_since + interval '5 days',
    status = CASE id %% 3 WHEN 0 THEN 'seal_requested' WHEN 1 THEN 'reviewed' ELSE 'review_requested' END,
    turn = CASE id %% 3 WHEN 1 THEN 'buyer' ELSE 'partner' END
 WHERE id IN (SELECT id FROM contract ORDER BY contract_date DESC, id DESC LIMIT %(open)s)
"""
OPEN_MOST = 500
"""Contracts that wait for somebody; the rest is finished, as in a house that has worked for years."""


def fill(installation: Installation) -> Stock:
    """Companies, people and their sessions."""
    told = installation.told["worker"]
    phone = Keyring(read(told).field_keys).encrypt(b"01000000000", MEMBER_PHONE)
    with psycopg.connect(installation.owner_database) as connection:
        connection.execute(PEOPLE, {"count": COMPANIES, "phone": phone})
        found = connection.execute("SELECT id, company_id FROM member ORDER BY id").fetchall()
        people = [Visitor(member, company, new_token(), secrets.token_urlsafe(32)) for member, company in found]
        sessions = [(token_hash(who.token), who.member_id, who.csrf) for who in people]
        connection.cursor().executemany(SESSION, sessions)
    analyse(installation.owner_database)
    return Stock(
        partners=[who for who in people if who.company_id is not None],
        buyers=[who for who in people if who.company_id is None],
    )


@dataclasses.dataclass(frozen=True, slots=True)
class Review:
    """A contract that waits for its partner's 「검토완료」."""

    contract_id: int
    workflow_id: str
    company_id: int


def reviews(installation: Installation, first: int, count: int, companies: int, now: dt.datetime) -> list[Review]:
    """That many contracts in 초안검토요청 with their papers made, dealt to the first `companies` companies."""
    facts = {"first": first, "count": count, "companies": companies, "now": now, "today": now.date(), "sha256": SHA256}
    with psycopg.connect(installation.owner_database) as connection:
        connection.execute(FILE, (SHA256,))
        return [Review(*row) for row in connection.execute(REVIEWS, facts).fetchall()]


def contracts(installation: Installation, count: int) -> None:
    """That many contracts over all companies and eighteen months; few of them still wait for somebody."""
    with psycopg.connect(installation.owner_database) as connection:
        connection.execute(LISTED, {"count": count, "companies": COMPANIES})
        connection.execute(OPEN, {"open": OPEN_MOST})
    analyse(installation.owner_database)


def analyse(owner_database: str) -> None:
    """What autovacuum would have done by the time tables are that long.

    As it does, it leaves out those that are empty: to be told so makes the planner read whole tables for good, while a
    table it knows nothing of is taken for a small one.
    """
    with psycopg.connect(owner_database, autocommit=True) as connection:
        tables = [name for (name,) in connection.execute(TABLES)]
        filled = [name for name in tables if connection.execute(SOMETHING.format(sql.Identifier(name))).fetchone()]
        connection.execute(VACUUM.format(sql.SQL(", ").join(map(sql.Identifier, filled))))
