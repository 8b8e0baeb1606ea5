"""Who may touch which rows: grants and row-level security (ADR 3), as SQL the migrations run.

The web role owns nothing and cannot bypass a policy; a table with `company_id` is a company's own. A test compares
these statements with what the database says.
"""

from sqlmodel import SQLModel

WEB = "dongban_web"
WORKER = "dongban_worker"

COMPANY = "(SELECT nullif(current_setting('dongban.company', true), '')::bigint)"
MEMBER = "(SELECT nullif(current_setting('dongban.member', true), '')::bigint)"
SIDE = "(SELECT current_setting('dongban.side', true))"
BUYER = "(SELECT current_setting('dongban.side', true) = 'buyer')"
NOT_MEDIA = "(SELECT current_setting('dongban.side', true) IS DISTINCT FROM 'media')"
"""What is nobody's own but no business of Harmony's people."""

KEY = "(SELECT nullif(current_setting('dongban.key', true), ''))"
"""Who is nobody yet but holds a link or a cookie: the hex SHA-256 of it."""
STUDIOS = "ANY ((SELECT my_spaces('studio'))::bigint[])"
CREDITS = "ANY ((SELECT my_spaces('credit'))::bigint[])"

_THEIR_COMPANIES = f"(SELECT g.credit_company_id FROM credit_group g WHERE g.id = {CREDITS})"  # noqa: S608
_OF_CREDIT = f"{BUYER} OR group_id = {CREDITS}"
_STATEMENT_FILE = (
    f"(NOT {NOT_MEDIA} AND EXISTS (SELECT 1 FROM credit_report p WHERE p.statement_file_id = stored_file.id))"  # noqa: S608 - names of ours
)
OWNER = "(SELECT is_partner_owner())"
"""A company's 주담당자."""

# What web writes besides commands: drafts, master data, read marks, sessions (architecture.md "What is not a step").
# Of a document only what a draft or plan consists of: its status is recording's. A lock, too, needs a column to write.
WEB_WRITES: dict[str, str] = {
    "contract": "INSERT, UPDATE (title, contract_type, contract_date, starts_on, ends_on, amount, payment_terms,"
    " settlement_type, note_to_partner, papers_ready, edited_at, edit_version, due_at)",
    "contract_item": "INSERT, DELETE",
    "contract_paper": "INSERT, DELETE",
    "contract_instalment": "INSERT, DELETE",
    "purchase_order": "INSERT, UPDATE (title, order_date, currency, settlement_type, evidence_type, taxation,"
    " note_to_partner,"
    " amount, vat, total, edit_version, due_at)",
    "order_item": "INSERT, DELETE, UPDATE (position)",
    "delivery_round": "INSERT, UPDATE (workflow_id, planned_on, place, quantity, edit_version, due_at)",
    "delivery_serial": "INSERT, DELETE",
    "settlement": "INSERT, UPDATE (title, issue_request, issue_on, supply_amount, vat_amount, total_amount,"
    " edit_version, due_at)",
    "settlement_item": "INSERT, DELETE",
    "tax_invoice": "INSERT, UPDATE (type_code, written_on, purpose, amendment_reason, original_approval_number,"
    " supply_amount, vat_amount, total_amount, paid_cash, paid_cheque, paid_note, paid_credit, remarks, issue_by,"
    " supplier_number, supplier_branch, supplier_name, supplier_representative, supplier_address,"
    " supplier_business_type, supplier_business_item, contact_name, contact_email, contact_phone, buyer_kind,"
    " buyer_number, buyer_person_number, buyer_branch, buyer_name, buyer_representative, buyer_address,"
    " buyer_business_type, buyer_business_item, buyer_contact_name, buyer_email, broker,"
    " reminders_on, xml_file_id, edit_version, due_at)",
    "tax_invoice_line": "INSERT, DELETE",
    "command": "INSERT, UPDATE (state, code, detail, decided_at, attempts, next_attempt_at, confirmed)",
    "outbox": "INSERT",
    "audit_entry": "INSERT",
    "number_counter": "INSERT, UPDATE",
    "stored_file": "INSERT",
    "notification": "UPDATE (read_at)",
    "message": "INSERT",
    "login_session": "INSERT, UPDATE",
    "otp_challenge": "INSERT, UPDATE",
    "identity_check": "INSERT (token_hash, provider_id, purpose, next, state, why, created_at, expires_at),"
    " UPDATE (request, used_at)",
    "email_check": "INSERT, UPDATE (counter, sends, tries, sent_at, expires_at, verified_at, used_at)",
    "inquiry": "INSERT (id, question, asked, created_at), DELETE",
    "studio": "INSERT, UPDATE (name, company_name, service, closed_at)",
    "credit_group": "INSERT, UPDATE (name, company_name, business_number, credit_company_id, edit_version, closed_at)",
    "credit_company": "INSERT, UPDATE (kind, name, business_number, person_number, representative, zip_code, address,"
    " business_type, business_item, issue_mode, reverse_agreed_on, artist, certificate_file_id,"
    " edit_version, changed_at, closed_at)",
    "credit_person": "INSERT, UPDATE (email, zip_code, address, edit_version, changed_by, changed_at)",
    "credit_business": "INSERT, UPDATE (name, item, position, active, edit_version)",
    "credit_medium": "INSERT, UPDATE (code, name, service, group_id, studio_id, edit_version, closed_at)",
    "credit_rate": "INSERT, DELETE, UPDATE (rate_millionths, from_month, until_month, contract_name, edit_version)",
    "rs_pool": "INSERT, DELETE, UPDATE (amount, note, edit_version, changed_at)",
    "credit_import": "INSERT, UPDATE (state, replaced_by_id, decided_at, decided_name)",
    "credit_ledger": "INSERT, DELETE",
    "credit_adjustment": "INSERT, UPDATE (cancelled_at, cancelled_name)",
    "credit_policy": "INSERT",
    "credit_run": "INSERT, UPDATE (due_at)",
    "credit_report": "UPDATE (statement_file_id)",
    "credit_account": "INSERT, UPDATE (due_at)",
    "credit_contact": "INSERT, UPDATE (name, phone, email, edit_version, changed_by, changed_at)",
    "credit_change": "INSERT, UPDATE (due_at)",
    "payout_file": "INSERT, UPDATE (xlsx_file_id, csv_file_id, sent_at, sent_name, results_at, closed_at)",
    "payout": "INSERT, UPDATE (state, failure, paid_on, result_at)",
    "invitation": "INSERT, UPDATE (due_at)",
    "harmony_account": "UPDATE (password_hash, image_file_id)",
    "harmony_entry": "INSERT, UPDATE",
    "password_link": "INSERT, UPDATE (used_at)",
    "step_up": "INSERT, UPDATE (tries, passed_at)",
    "notification_switch": "INSERT, UPDATE (bell, messenger)",
    "member": "UPDATE (name, email, password_hash, password_changed_at, password_asked_at, must_change_password,"
    " last_login_at, phone, position, department, extension)",
    "change_request": "INSERT",
    "change_item": "INSERT",
    "withdrawal": "INSERT",
    "document_file": "INSERT",
    "signup": "INSERT, UPDATE (registry_state, registry_tax_type, registry_closed_on, registry_at, due_at)",
    "signup_draft": "INSERT, UPDATE (content, company_id, expires_at)",
    "conversion": "INSERT, UPDATE (due_at)",
    "authenticator": "INSERT, UPDATE, DELETE",
    "recovery_code": "INSERT, UPDATE (used_at), DELETE",
    "disclosure": "INSERT",
    "terms": "INSERT, UPDATE (withdrawn_at)",
    "company": "INSERT, UPDATE (name, kind, business_number, corporate_number, representative, representative_foreign,"
    " business_type, business_item, country, currency, artist_insurance, zip_code, address, address_detail, phone,"
    " status, status_reason, left_at)",
    "delegation": "INSERT, UPDATE (revoked_at)",
    "policy": "INSERT",
    "lifetime_policy": "INSERT",
    "item_category": "INSERT, UPDATE",
    "unit": "INSERT, UPDATE",
    "delivery_place": "INSERT, UPDATE",
    "goods": "INSERT, UPDATE",
    "reason_code": "INSERT, UPDATE",
    "announcement": "INSERT, UPDATE",
    "announcement_file": "INSERT, DELETE",
    "consent": "INSERT",
}

# Tables only one side writes, though both read them.
STAFF_WRITES = frozenset(
    {
        "contract",
        "contract_item",
        "contract_paper",
        "contract_instalment",
        "purchase_order",
        "order_item",
        "settlement",
        "settlement_item",
        "tax_invoice",
        "tax_invoice_line",
        "studio",
        "credit_group",
        "credit_company",
        "credit_business",
        "credit_medium",
        "credit_rate",
        "rs_pool",
        "credit_import",
        "credit_ledger",
        "credit_adjustment",
        "credit_policy",
        "credit_run",
        "credit_report",
        "payout_file",
        "payout",
        "invitation",
        "terms",
        "company",
        "delegation",
        "policy",
        "lifetime_policy",
        "item_category",
        "unit",
        "delivery_place",
        "goods",
        "reason_code",
        "announcement",
        "announcement_file",
        "conversion",
    }
)
CREDIT_KINDS = ("credit_report", "credit_account", "credit_change")
"""Documents whose record the people of their credit read; each is called like its table."""
PARTNER_WRITES = frozenset({"delivery_round", "delivery_serial", "change_request", "change_item", "withdrawal"})


def _with(parent: str, key: str) -> str:
    """Rows a partner sees with the document they belong to: that one's own policy decides."""
    return f"{BUYER} OR (company_id = {COMPANY} AND EXISTS (SELECT 1 FROM {parent} p WHERE p.id = {key}))"  # noqa: S608 - names of ours


_RECORDED = {
    "contract": "contract",
    "order": "purchase_order",
    "settlement": "settlement",
    "tax_invoice": "tax_invoice",
    "change": "change_request",
    "withdrawal": "withdrawal",
    "signup": "signup",
} | {kind: kind for kind in CREDIT_KINDS}
"""Kinds whose record is seen with the document, and their tables; that of the others is its company's."""

# What a policy has written out is planned and made ready for every table it names, in every statement that reads the
# record; a function's statements are those of the one kind that is asked for. They run with the caller's own rights.
_ASKED = " ".join(
    f"WHEN '{kind}' THEN RETURN EXISTS (SELECT 1 FROM public.{table} p WHERE p.id = $2);"  # noqa: S608 - names of ours
    for kind, table in _RECORDED.items()
)
FUNCTIONS = (
    f"""
CREATE OR REPLACE FUNCTION document_shown(kind text, document bigint)
RETURNS boolean LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
    CASE $1 {_ASKED} ELSE RETURN NULL; END CASE;
END $$
""",
    f"""
CREATE OR REPLACE FUNCTION is_partner_owner()
RETURNS boolean LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
    RETURN EXISTS (SELECT 1 FROM public.member o WHERE o.id = {MEMBER} AND 'partner_owner' = ANY (o.roles));
END $$
""",  # noqa: S608 - names of ours
    "REVOKE ALL ON FUNCTION document_shown(text, bigint), is_partner_owner() FROM PUBLIC",
    f"GRANT EXECUTE ON FUNCTION document_shown(text, bigint), is_partner_owner() TO {WEB}",
)
_SHOWN = "document_shown(kind, document_id)"
_OF_DOCUMENT = f"{BUYER} OR (company_id = {COMPANY} AND coalesce({_SHOWN}, true))"
"""The record of a document is seen with the document; what was never sent stays the buyer's."""


def _of_person(person: str) -> str:
    """Requests about people: the person's own, and all of the company for its 주담당자."""
    return f"{BUYER} OR (company_id = {COMPANY} AND ({person} = {MEMBER} OR created_by = {MEMBER} OR {OWNER}))"


# Rules other than "a row with company_id belongs to that company; buyer staff see all".
USING: dict[str, str] = {
    "contract": f"{BUYER} OR (company_id = {COMPANY} AND review_requested_at IS NOT NULL)",
    "purchase_order": f"{BUYER} OR (company_id = {COMPANY} AND requested_at IS NOT NULL)",
    "settlement": f"{BUYER} OR (company_id = {COMPANY} AND requested_at IS NOT NULL)",
    "tax_invoice": f"{BUYER} OR (company_id = {COMPANY} AND requested_at IS NOT NULL)",
    "tax_invoice_line": _with("tax_invoice", "tax_invoice_id"),
    "contract_item": _with("contract", "contract_id"),
    "contract_paper": _with("contract", "contract_id"),
    "contract_instalment": _with("contract", "contract_id"),
    "order_item": _with("purchase_order", "purchase_order_id"),
    "settlement_item": _with("settlement", "settlement_id"),
    "change_request": _of_person("member_id"),
    "withdrawal": _of_person("member_id"),
    "signup": _of_person("member_id"),
    "signup_draft": "encode(token_hash, 'hex') = (SELECT nullif(current_setting('dongban.signup', true), ''))",
    "change_item": _with("change_request", "change_request_id"),
    "process_event": f"{_OF_DOCUMENT} OR (NOT {NOT_MEDIA} AND {_SHOWN})",
    "audit_entry": f"{_OF_DOCUMENT} OR (NOT {NOT_MEDIA} AND actor_id = {MEMBER})",
    "company": f"{BUYER} OR id = {COMPANY}",
    # A partner sees its own people and, of the staff, those it deals with.
    "member": f"{BUYER} OR company_id = {COMPANY} OR id = {MEMBER} OR (company_id IS NULL AND"
    f" NOT roles && array['media'] AND {COMPANY} IS NOT NULL)"
    " OR id = ANY ((SELECT my_fellows())::bigint[])",
    "studio": f"{BUYER} OR id = {STUDIOS}",
    "credit_group": f"{BUYER} OR id = {CREDITS}",
    # A company shows itself to the people of its credits, a medium's line to those of its group.
    "credit_company": f"{BUYER} OR id IN {_THEIR_COMPANIES}",
    "credit_person": f"{BUYER} OR credit_company_id IN {_THEIR_COMPANIES}",
    "credit_medium": f"{BUYER} OR group_id = {CREDITS}",
    "credit_business": BUYER,
    "credit_policy": "true",
    "credit_rate": BUYER,
    "rs_pool": BUYER,
    "credit_import": BUYER,
    "credit_ledger": BUYER,
    "credit_adjustment": BUYER,
    "credit_carry": f"{BUYER} OR group_id = {CREDITS}",
    "credit_run": BUYER,
    "credit_share": BUYER,
    "credit_draft_line": BUYER,
    "credit_outcome": BUYER,
    "credit_report": _OF_CREDIT,
    "credit_report_line": _OF_CREDIT,
    "credit_account": _OF_CREDIT,
    "credit_contact": _OF_CREDIT,
    "credit_change": _OF_CREDIT,
    "payout_file": BUYER,
    "payout": _OF_CREDIT,
    "space_membership": f"{BUYER} OR member_id = {MEMBER} OR (space = 'studio' AND space_id = {STUDIOS})"
    f" OR (space = 'credit' AND space_id = {CREDITS})",
    "invitation": f"{BUYER} OR member_id = {MEMBER} OR encode(token_hash, 'hex') = {KEY}",
    "harmony_account": f"{BUYER} OR member_id = {MEMBER} OR member_id = ANY ((SELECT my_fellows())::bigint[])",
    "harmony_entry": f"encode(token_hash, 'hex') = {KEY}",
    "password_link": f"encode(token_hash, 'hex') = {KEY}",
    "step_up": f"member_id = {MEMBER}",
    "notification_switch": f"member_id = {MEMBER}",
    # Of Harmony's people, who have no company, each sees what they pressed themselves.
    "command": f"{BUYER} OR company_id = {COMPANY} OR (NOT {NOT_MEDIA} AND actor_id = {MEMBER})",
    "delegation": BUYER,
    "message": f"member_id = {MEMBER}",
    "notification": f"member_id = {MEMBER}",
    "login_session": f"member_id = {MEMBER}",
    "otp_challenge": f"member_id = {MEMBER}",
    "authenticator": f"member_id = {MEMBER}",
    "recovery_code": f"member_id = {MEMBER}",
    "consent": f"member_id = {MEMBER}",
    "terms": "true",
    "disclosure": f"{BUYER} OR actor_id = {MEMBER}",
    # Of a credit its people read the statements; whatever they brought themselves is theirs anyway.
    "stored_file": f"{BUYER} OR company_id = {COMPANY} OR created_by = {MEMBER} OR {_STATEMENT_FILE}",
    "item_category": BUYER,
    "unit": BUYER,
    "delivery_place": BUYER,
    "goods": BUYER,
    "reason_code": BUYER,
    "announcement": f"{BUYER} OR (published_at IS NOT NULL AND (reader = 'public' OR reader = {SIDE}))",
    "announcement_file": f"{BUYER} OR EXISTS (SELECT 1 FROM announcement p WHERE p.id = announcement_id)",  # noqa: S608 - names of ours
    "policy": NOT_MEDIA,
    # Asked where a code or a form begins, by people nobody knows yet.
    "lifetime_policy": "true",
    "holiday": "true",
    "number_counter": NOT_MEDIA,
    # Seen by the browser that holds the token, and by nobody else.
    "identity_check": "token_hash = decode(nullif(current_setting('dongban.identity', true), ''), 'hex')",
    "email_check": "token_hash = decode(nullif(current_setting('dongban.email', true), ''), 'hex')",
    "inquiry": "id = nullif(current_setting('dongban.inquiry', true), '')::uuid",
    "outbox": f"{NOT_MEDIA} OR kind IN ('invitation', 'credit_account', 'credit_change', 'credit_contact')",
    "audit_anchor": BUYER,
}

# Columns the web role cannot read; the log-in reaches them through a definer function.
HIDDEN: dict[str, frozenset[str]] = {
    "member": frozenset({"password_hash"}),
    "harmony_account": frozenset({"password_hash"}),
    "message": frozenset({"recipient", "subject", "body", "fallback_body"}),
}

# The worker may add to the record, never change it.
APPEND_ONLY = frozenset({"process_event", "audit_entry", "audit_anchor", "consent"})


def condition(table: str) -> str | None:
    """The row rule for the web role; None for tables it reaches only through definer functions."""
    if table in USING:
        return USING[table]
    columns = SQLModel.metadata.tables[table].columns
    return f"{BUYER} OR company_id = {COMPANY}" if "company_id" in columns else None


# Mails to addresses that are nobody's yet may be written by web, and read back by nobody.
# A partner brings invoices it issued elsewhere; whatever else becomes of one is the staff's and the worker's.
_OWN_FORWARD = f"{BUYER} OR (company_id = {COMPANY} AND EXISTS (SELECT 1 FROM tax_invoice p"  # noqa: S608 - names of ours
WRITABLE: dict[str, str] = {
    "message": f"member_id = {MEMBER} OR member_id IS NULL",
    "tax_invoice": f"{BUYER} OR (company_id = {COMPANY} AND direction = 'forward')",
    "tax_invoice_line": f"{_OWN_FORWARD} WHERE p.id = tax_invoice_id AND p.direction = 'forward'))",
}


def _writable(table: str, rule: str) -> str:
    """Which rows may come out of a write; reading and locking are not meant."""
    if table in WRITABLE:
        return WRITABLE[table]
    if table in STAFF_WRITES:
        return BUYER
    return f"company_id = {COMPANY}" if table in PARTNER_WRITES else rule


def _shown(table: str) -> str:
    if table not in HIDDEN:
        return ""
    names = [c.name for c in SQLModel.metadata.tables[table].columns if c.name not in HIDDEN[table]]
    return f" ({', '.join(names)})"


def statements() -> list[str]:
    """Grants and policies for every table, in table order."""
    sql = [f"GRANT USAGE ON SCHEMA public TO {WEB}, {WORKER}"]
    for table in sorted(SQLModel.metadata.tables):
        worker = "SELECT, INSERT" if table in APPEND_ONLY else "SELECT, INSERT, UPDATE, DELETE"
        sql += [
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
            f"GRANT {worker} ON {table} TO {WORKER}",
            f"CREATE POLICY worker ON {table} TO {WORKER} USING (true) WITH CHECK (true)",
        ]
        rule = condition(table)
        if rule is not None:
            sql += [
                f"GRANT SELECT{_shown(table)} ON {table} TO {WEB}",
                f"CREATE POLICY web ON {table} TO {WEB} USING ({rule}) WITH CHECK ({_writable(table, rule)})",
            ]
        if table in STAFF_WRITES:
            sql.append(f"CREATE POLICY staff ON {table} AS RESTRICTIVE FOR DELETE TO {WEB} USING ({BUYER})")
        if table in WEB_WRITES:
            sql.append(f"GRANT {WEB_WRITES[table]} ON {table} TO {WEB}")
    return sql
