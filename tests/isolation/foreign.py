"""Addresses of the first company's things for every route with a place in its path; a new route needs a line here."""

# ruff: noqa: S608 - the names in the queries are those of the house's own tables

import datetime as dt
import io
import re
import uuid
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.rows import dict_row

from models.catalog import KINDS
from models.columns import field_keys
from models.masters.rules import Master
from models.members.rules import Sex
from models.signups.messages import ApplicantFacts, SignupContent
from tests.isolation import payees
from tests.isolation.requests import write_belongings, write_requests
from web.auth.audience import Anyone, Audience, Declared

PLACE = re.compile(r"\{(\w+)(?::\w+)?\}")
OF_KIND = {kind.plural: kind for kind in KINDS.values()}
PUBLIC = frozenset({"/static/{path:path}", "/api/v1/openapi.json"})
"""Routes without an audience that carry nobody's data."""
MACHINES = frozenset({"/hooks/tax-hub", "/hooks/popbill"})
"""Doors of other programs, which have no session to be abused: they prove themselves in every message."""
ENDLESS = frozenset({"/live/me"})
"""Streams that begin at once: tested by what they tell, not by their end."""

# What a place in the path stands for: the name of a thing of the first company.
THINGS: Mapping[str, Mapping[str, str]] = {
    "/account/sessions/{session_id}/revocation": {"session_id": "session"},
    "/cases/{case_key}": {"case_key": "case"},
    "/receipts/{request_id}": {"request_id": "request"},
    "/api/v1/receipts/{request_id}": {"request_id": "request"},
    "/bulk/{batch_id}": {"batch_id": "batch"},
    "/live/{kind}/{document_id}": {"kind": "kind", "document_id": "document"},
    "/notifications/{notification_id}/reading": {"notification_id": "notification"},
    "/files/{file_id:int}/pages/{number:int}.png": {"file_id": "file", "number": "one"},
    "/files/{file_id:int}/download": {"file_id": "file"},
    "/contracts/{contract_id:int}/edit": {"contract_id": "contract"},
    "/contracts/{contract_id:int}/autosave": {"contract_id": "contract"},
    "/contracts/{contract_id:int}/revisions": {"contract_id": "contract"},
    "/contracts/{contract_id:int}/preview": {"contract_id": "contract"},
    "/orders/{order_id:int}/edit": {"order_id": "order"},
    "/orders/{order_id:int}/revisions": {"order_id": "order"},
    "/deliveries/{round_id:int}/serials": {"round_id": "delivery"},
    "/settlements/{settlement_id:int}/edit": {"settlement_id": "settlement"},
    **{
        f"/tax-invoices/{{invoice_id:int}}{rest}": {"invoice_id": "tax_invoice"}
        for rest in ("/edit", "/again", "/draw", "/reminder", "/reminders", "/ask", "/amendment")
    },
    **{
        f"/api/v1/tax-invoices/{{invoice_id}}{rest}": {"invoice_id": "tax_invoice"}
        for rest in ("", "/lines", "/again", "/draw", "/amendments", "/amendments/preview", "/reminders")
    },
    **{
        f"{front}/{{space_id:int}}{rest}": {"space_id": "space"}
        for front, rest in (
            ("/studios", ""),
            ("/studios", "/invitations"),
            ("/credits", ""),
            ("/credits", "/invitations"),
            ("/harmony/studios", ""),
            ("/harmony/credits", ""),
        )
    },
    **{
        f"/harmony/credits/{{group_id:int}}{rest}": {"group_id": "credit_group", "report_id": "one"}
        for rest in (
            "/reports",
            *(f"/reports/{{report_id:int}}{act}" for act in ("", "/statement", "/invoice", "/registration", "/retry")),
            *(f"/account{act}" for act in ("", "/phone", "/phone/confirmation", "/cancellation")),
            "/changes",
            "/changes/cancellation",
            "/person",
        )
    },
    "/harmony/credits/statistics/media/{medium_id:int}": {"medium_id": "credit_medium"},
    "/credit-changes/{change_id:int}/certificate": {"change_id": "credit_change"},
    "/credit-runs/{run_id:int}/groups": {"run_id": "credit_run"},
    **{
        f"/credit-payouts/{{file_id:int}}{rest}": {"file_id": "payout_file"}
        for rest in ("", "/file", "/sending", "/discarding", "/results")
    },
    **{
        f"/credit-imports/{{import_id:int}}{rest}": {"import_id": "credit_import"}
        for rest in ("", "/application", "/discarding", "/file", "/errors.xlsx")
    },
    **{
        f"/credit-{plural}/{{row_id:int}}{rest}": {"row_id": table}
        for plural, table, rests in (
            ("adjustments", "credit_adjustment", ("", "/cancellation")),
            ("companies", "credit_company", ("", "/closing")),
            ("groups", "credit_group", ("", "/closing")),
            ("media", "credit_medium", ("", "/closing")),
            ("rates", "credit_rate", ("", "/deletion")),
            ("businesses", "credit_business", ("",)),
            ("pools", "rs_pool", ("",)),
        )
        for rest in rests
    },
    **{f"/company/contacts/{{member_id:int}}{rest}": {"member_id": "member"} for rest in ("", "/request", "/removal")},
    "/company/accounts/{account_id:int}/number": {"account_id": "account"},
    "/changes/{document_id:int}/items/{item_id:int}": {"document_id": "change", "item_id": "one"},
    "/signups/{signup_id:int}/disclosure": {"signup_id": "signup"},
    "/signups/{signup_id:int}/registry": {"signup_id": "signup"},
    "/harmony/join/{link}": {"link": "request"},
    "/harmony/password/{link}": {"link": "request"},
    "/harmony/members/{member_id:int}/image": {"member_id": "space"},
    "/harmony/notifications/{notification_id:int}/reading": {"notification_id": "notification"},
    "/terms/{terms_id}": {"terms_id": "terms"},
    "/terms/{terms_id}/withdrawal": {"terms_id": "terms"},
    "/delegations/{delegation_id:int}/revocation": {"delegation_id": "delegation"},
    **{
        f"{front}/{{announcement_id:int}}{rest}": {"announcement_id": "announcement", "file_id": "one"}
        for front in ("/announcements", "/harmony/announcements")
        for rest in ("", "/files/{file_id:int}")
    },
    **{
        f"/admin/announcements/{{announcement_id:int}}{rest}": {"announcement_id": "announcement", "file_id": "one"}
        for rest in ("", "/edit", "/publication", "/files/{file_id:int}")
    },
    **{
        f"/admin/members/{{member_id:int}}{rest}": {"member_id": "member"}
        for rest in (
            *("", "/edit", "/roles", "/password", "/disclosure", "/suspension", "/resumption", "/unlocking"),
            *("/authenticator", "/sessions/end"),
        )
    },
    **{
        f"/admin/suppliers/{{company_id:int}}{rest}": {"company_id": "company"}
        for rest in ("", "/edit", "/code", "/block", "/unblock")
    },
    **{
        f"/admin/masters/{master.value}/{{row_id:int}}{rest}": {"row_id": "master"}
        for master in Master
        for rest in ("", "/activation")
    },
}
GENERIC = re.compile(r"(?:/api/v1)?/(?P<plural>[\w-]+)/\{document_id(?::int)?\}(?:/(?P<act>\{act\}|[\w-]+))?")
"""Documents and their acts, which every kind has."""
BULK = frozenset({"/{plural}/bulk/{act}", "/deliveries/plan/{act}"})
"""Many at once: answered with a result page, tested on their own."""
QUERIES = (
    "/deliveries/serials?ids={delivery}",
    "/deliveries/serials/form?ids={delivery}",
    "/deliveries?order={order_number}&progress=all",
    "/search?q={case}",
    "/search?q={order_number}",
    "/contracts?number={case}&format=xlsx",
    "/orders/new?contract={contract}",
    "/settlements/new?order={order}",
)
"""Ids that come after the question mark."""


class NoRecipeError(Exception):
    """A route whose places nobody has told how to fill."""


@dataclass(frozen=True)
class Foreign:
    """Everything of the first company that has an address, and words that only its documents hold."""

    things: Mapping[str, Sequence[str]]
    marks: frozenset[str]

    def addresses(self, route: Declared) -> Iterator[str]:
        """Every address of a route that names a thing of the first company. Raises NoRecipeError."""
        generic = GENERIC.fullmatch(route.path)
        if generic is not None and generic["plural"] in OF_KIND:
            yield from self._acts(route.path, generic["plural"], generic["act"])
            return
        if route.path not in THINGS:
            raise NoRecipeError(route.path)
        places = THINGS[route.path]
        if "kind" in places:
            for kind in KINDS:
                yield from (f"/live/{kind}/{document}" for document in self.things[kind])
            return
        name = next(thing for thing in places.values() if thing != "one")
        for thing in self.things[name]:
            filled = {place: "1" if stands_for == "one" else thing for place, stands_for in places.items()}
            yield PLACE.sub("{\\1}", route.path).format(**filled)

    def _acts(self, path: str, plural: str, act: str | None) -> Iterator[str]:
        kind = OF_KIND[plural]
        acts = [name.replace("_", "-") for name in kind.rules.acts] if act == "{act}" else [""]
        for document in self.things[kind.key]:
            with_document = re.sub(r"\{document_id(?::int)?\}", document, path)
            yield from (with_document.replace("{act}", name) for name in acts)

    def queries(self) -> Iterator[str]:
        """Addresses that name a foreign thing after the question mark."""
        first = {name: values[0] for name, values in self.things.items()}
        yield from (query.format(**first) for query in QUERIES)

    def shown_in(self, body: bytes) -> list[str]:
        """Foreign words in an answer, also inside a workbook."""
        text = body.decode("utf-8", "replace") + _workbook(body)
        return sorted(mark for mark in self.marks if mark in text)


def _workbook(body: bytes) -> str:
    if not body.startswith(b"PK"):
        return ""
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        return "".join(archive.read(name).decode("utf-8", "replace") for name in archive.namelist())


def is_public(route: Declared) -> bool:
    return route.path in PUBLIC or any(isinstance(audience, Anyone) for audience in route.audiences)


def is_for(route: Declared, role: str) -> bool:
    """Whether the route is for everybody who is logged in, or for that role."""
    named = [audience.roles for audience in route.audiences if isinstance(audience, Audience)]
    return all(not roles or role in roles for roles in named)


def collect(owner_url: str, company: str) -> Foreign:
    """Read the company's things as the owner of the tables; at least one of every kind."""
    with psycopg.connect(owner_url, row_factory=dict_row) as connection:

        def ids(query: str) -> list[str]:
            found = [str(next(iter(row.values()))) for row in connection.execute(query, {"name": company}).fetchall()]
            assert found, query
            return found

        mine = "company_id = (SELECT id FROM company WHERE name = %(name)s)"
        members = f"member_id IN (SELECT id FROM member WHERE {mine})"
        connection.execute(
            f"UPDATE command SET batch_id = %(batch)s WHERE {mine}", {"batch": uuid.uuid4(), "name": company}
        )
        write_requests(connection, company)
        write_belongings(connection, company)
        _write_joining(connection, company)
        things: dict[str, Sequence[str]] = {
            kind.key: ids(f"SELECT id FROM {kind.table.__tablename__} WHERE {mine} ORDER BY id LIMIT 2")
            for kind in KINDS.values()
            if kind.key not in payees.THINGS
        }
        things |= payees.things(connection)
        _write_administration(connection)
        things |= {
            "member": ids(f"SELECT id FROM member WHERE {mine} ORDER BY id"),
            "company": ids("SELECT id FROM company WHERE name = %(name)s"),
            "delegation": ids("SELECT id FROM delegation WHERE %(name)s <> '' ORDER BY id LIMIT 1"),
            "announcement": ids("SELECT id FROM announcement WHERE %(name)s <> '' AND published_at IS NULL"),
            "master": ids("SELECT id FROM unit WHERE %(name)s <> '' ORDER BY id LIMIT 1"),
            "account": ids(f"SELECT id FROM bank_account WHERE {mine}"),
            "space": ids("SELECT s.id FROM studio s JOIN credit_group USING (id) WHERE %(name)s <> '' ORDER BY 1"),
            "terms": ids("SELECT id FROM terms WHERE %(name)s <> '' AND withdrawn_at IS NOT NULL LIMIT 1"),
            "case": ids(f"SELECT DISTINCT case_key FROM contract WHERE {mine}"),
            "request": ids(f"SELECT request_id FROM command WHERE {mine} ORDER BY id LIMIT 40"),
            "batch": ids(f"SELECT DISTINCT batch_id FROM command WHERE {mine}"),
            "notification": ids(f"SELECT id FROM notification WHERE {members} LIMIT 3"),
            "session": ids(f"SELECT id FROM login_session WHERE {members} LIMIT 3"),
            "file": ids(
                f"SELECT f.id FROM stored_file f JOIN document_file d ON d.file_id = f.id WHERE d.{mine} ORDER BY f.id"
            ),
            "order_number": ids(f"SELECT number FROM purchase_order WHERE {mine}"),
        }
        marks = {
            *things["case"],
            *things["order_number"],
            *ids(f"SELECT number FROM settlement WHERE {mine}"),
            *ids(f"SELECT title FROM contract WHERE {mine}"),
            *ids(f"SELECT name FROM contract_item WHERE {mine}"),
            *ids(f"SELECT serial FROM delivery_serial WHERE {mine}"),
            *things["request"],
            *payees.marks(connection),
        }
    return Foreign(things, frozenset(marks))


def _write_joining(connection: psycopg.Connection[Any], company: str) -> None:
    """How the company came in: a conversion and the 가입요청 of its first person, both decided."""
    person = connection.execute(
        "SELECT m.id, m.company_id FROM member m JOIN company c ON c.id = m.company_id"
        " WHERE c.name = %(name)s AND 'partner_owner' = ANY (m.roles)",
        {"name": company},
    ).fetchone()
    assert person
    applicant = ApplicantFacts(
        name="비공개", birth_date=dt.date(1990, 1, 1), sex=Sex.FEMALE, foreign_national=False, phone="01000000000",
        email="secret@joining.example",
    )  # fmt: skip
    content = SignupContent(person=applicant).model_dump_json()
    keys = field_keys()
    about = {
        "member": person["id"],
        "company": person["company_id"],
        "content": keys.encrypt(content.encode(), b"signup.content"),
        "email": keys.encrypt(applicant.email.encode(), b"conversion.email"),
    }
    frame = (
        "workflow_id, company_id, case_key, version, step, status_since, created_by, created_at, number, company_name"
    )
    facts = "%(company)s, '{0}', 1, 1, now(), %(member)s, now(), '{0}', '비공개'"
    signup, conversion = facts.format("MB20260101-001"), facts.format("CV20260101-001")
    connection.execute(
        f"INSERT INTO signup ({frame}, status, signup_kind, mode, applicant_name, member_id, content,"
        " registry_tax_type, decided_by, decision_reason, barred)"
        f" SELECT 'signup/x', {signup}, 'approved', 'company', 'new', '비공개', %(member)s,"
        " %(content)s, '', '', '', false WHERE NOT EXISTS (SELECT 1 FROM signup WHERE workflow_id = 'signup/x')",
        about,
    )
    connection.execute(
        f"INSERT INTO conversion ({frame}, status, email, sends, tries)"
        f" SELECT 'conversion/x', {conversion}, 'cancelled', %(email)s, 0, 0"
        " WHERE NOT EXISTS (SELECT 1 FROM conversion WHERE workflow_id = 'conversion/x')",
        about,
    )


def _write_administration(connection: psycopg.Connection[Any]) -> None:
    """What the office keeps: a row of every list under the same id, and a notice nobody published."""
    for table in ("item_category", "unit", "delivery_place", "goods", "reason_code"):
        more = (", kind", ", 'contact'") if table == "reason_code" else ("", "")
        more = (more[0] + ", needs_serial, spec", more[1] + ", false, ''") if table == "goods" else more
        more = (more[0] + ", address", more[1] + ", ''") if table == "delivery_place" else more
        connection.execute(
            f"INSERT INTO {table} (code, name, position, active, edit_version, created_at, changed_at{more[0]})"
            f" SELECT 'SECRET', '비공개 목록', 1, true, 0, now(), now(){more[1]}"
            f" WHERE NOT EXISTS (SELECT 1 FROM {table} WHERE code = 'SECRET')"
        )
    connection.execute(
        "INSERT INTO announcement (title, body, reader, pinned, starts_at, edit_version, created_by, created_name,"
        " created_at, changed_at) SELECT '아직 비공개', 'x', 'public', false, now(), 0, 1, 'x', now(), now()"
        " WHERE NOT EXISTS (SELECT 1 FROM announcement)"
    )
    connection.execute(
        "INSERT INTO terms (audience, key, version, title, body, required, change_note, effective_at, created_at,"
        " withdrawn_at) SELECT 'partner', 'service', 99, '거둔 약관', 'x', true, '', now(), now(), now()"
        " WHERE NOT EXISTS (SELECT 1 FROM terms WHERE version = 99)"
    )


def state(owner_url: str) -> dict[str, Any]:
    """What a stranger must not be able to change."""
    tables = ("process_event", "receipt", "inspection", "settlement_item", "delivery_serial", "notification")
    with psycopg.connect(owner_url) as connection:
        counts = {t: connection.execute(f"SELECT count(*) FROM {t}").fetchone() for t in tables}
        statuses = [
            connection.execute(f"SELECT id, status, version FROM {kind.table.__tablename__} ORDER BY id").fetchall()
            for kind in KINDS.values()
        ]
        open_sessions = connection.execute("SELECT count(*) FROM login_session WHERE revoked_at IS NULL").fetchone()
    return {"counts": counts, "statuses": statuses, "sessions": open_sessions}
