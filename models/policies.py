"""Who may touch which rows: grants and row-level security (ADR 3), as SQL the migrations run.

The web role owns nothing and cannot bypass a policy; a table with `company_id` is a company's own. A test compares
these statements with what the database says.
"""

from sqlmodel import SQLModel

WEB = "dongban_web"
WORKER = "dongban_worker"

COMPANY = "(SELECT nullif(current_setting('dongban.company', true), '')::bigint)"
MEMBER = "(SELECT nullif(current_setting('dongban.member', true), '')::bigint)"
BUYER = "(SELECT current_setting('dongban.side', true) = 'buyer')"

# What web writes besides commands: drafts, master data, read marks, sessions (architecture.md "What is not a step").
WEB_WRITES: dict[str, str] = {
    "contract": "INSERT, UPDATE",
    "contract_item": "INSERT, UPDATE, DELETE",
    "contract_paper": "INSERT, UPDATE, DELETE",
    "contract_instalment": "INSERT, UPDATE, DELETE",
    "purchase_order": "INSERT, UPDATE",
    "order_item": "INSERT, UPDATE, DELETE",
    "delivery_round": "INSERT, UPDATE",
    "delivery_serial": "INSERT, DELETE",
    "settlement": "INSERT, UPDATE",
    "settlement_item": "INSERT, UPDATE, DELETE",
    "command": "INSERT, UPDATE (state, code, detail, decided_at, attempts, next_attempt_at, confirmed)",
    "outbox": "INSERT",
    "audit_entry": "INSERT",
    "number_counter": "INSERT, UPDATE",
    "stored_file": "INSERT",
    "document_file": "INSERT",
    "notification": "UPDATE (read_at)",
    "message": "INSERT",
    "login_session": "INSERT, UPDATE",
    "otp_challenge": "INSERT, UPDATE",
    "member": "UPDATE (password_hash, password_changed_at, must_change_password, last_login_at)",
}

# Rules other than "a row with company_id belongs to that company; buyer staff see all".
USING: dict[str, str] = {
    "contract": f"{BUYER} OR (company_id = {COMPANY} AND review_requested_at IS NOT NULL)",
    "purchase_order": f"{BUYER} OR (company_id = {COMPANY} AND requested_at IS NOT NULL)",
    "settlement": f"{BUYER} OR (company_id = {COMPANY} AND requested_at IS NOT NULL)",
    "company": f"{BUYER} OR id = {COMPANY}",
    # A partner sees its own people and, of the staff, those it deals with.
    "member": f"{BUYER} OR company_id = {COMPANY} OR id = {MEMBER} OR (company_id IS NULL AND {COMPANY} IS NOT NULL)",
    "delegation": BUYER,
    "message": f"member_id = {MEMBER}",
    "notification": f"member_id = {MEMBER}",
    "login_session": f"member_id = {MEMBER}",
    "otp_challenge": f"member_id = {MEMBER}",
    "stored_file": f"{BUYER} OR company_id = {COMPANY} OR created_by = {MEMBER}",
    "policy": "true",
    "holiday": "true",
    "number_counter": "true",
    "outbox": "true",
    "audit_anchor": BUYER,
}

# Columns the web role cannot read; the log-in reaches them through a definer function.
HIDDEN: dict[str, frozenset[str]] = {
    "member": frozenset({"password_hash"}),
    "message": frozenset({"recipient", "subject", "body", "fallback_body"}),
}

# The worker may add to the record, never change it.
APPEND_ONLY = frozenset({"process_event", "audit_entry", "audit_anchor"})


def condition(table: str) -> str | None:
    """The row rule for the web role; None for tables it reaches only through definer functions."""
    if table in USING:
        return USING[table]
    columns = SQLModel.metadata.tables[table].columns
    return f"{BUYER} OR company_id = {COMPANY}" if "company_id" in columns else None


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
                f"CREATE POLICY web ON {table} TO {WEB} USING ({rule}) WITH CHECK ({rule})",
            ]
        if table in WEB_WRITES:
            sql.append(f"GRANT {WEB_WRITES[table]} ON {table} TO {WEB}")
    return sql
