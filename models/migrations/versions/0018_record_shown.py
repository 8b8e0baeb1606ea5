"""Whether a record is shown is asked of a function: its rule named every kind's table in every statement."""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

BUYER = "(SELECT current_setting('dongban.side', true) = 'buyer')"
MEDIA = "NOT (SELECT current_setting('dongban.side', true) IS DISTINCT FROM 'media')"
COMPANY = "(SELECT nullif(current_setting('dongban.company', true), '')::bigint)"
MEMBER = "(SELECT nullif(current_setting('dongban.member', true), '')::bigint)"
OWNER = f"(SELECT EXISTS (SELECT 1 FROM member o WHERE o.id = {MEMBER} AND 'partner_owner' = ANY (o.roles)))"
PORTAL = {
    "contract": "contract",
    "order": "purchase_order",
    "settlement": "settlement",
    "tax_invoice": "tax_invoice",
    "change": "change_request",
    "withdrawal": "withdrawal",
    "signup": "signup",
}
CREDIT = {"credit_report": "credit_report", "credit_account": "credit_account", "credit_change": "credit_change"}
ASKED = " ".join(
    f"WHEN '{kind}' THEN RETURN EXISTS (SELECT 1 FROM public.{table} p WHERE p.id = $2);"
    for kind, table in (PORTAL | CREDIT).items()
)
FUNCTIONS = (
    f"""
CREATE FUNCTION document_shown(kind text, document bigint)
RETURNS boolean LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
    CASE $1 {ASKED} ELSE RETURN NULL; END CASE;
END $$
""",
    f"""
CREATE FUNCTION is_partner_owner()
RETURNS boolean LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
    RETURN EXISTS (SELECT 1 FROM public.member o WHERE o.id = {MEMBER} AND 'partner_owner' = ANY (o.roles));
END $$
""",
    "REVOKE ALL ON FUNCTION document_shown(text, bigint), is_partner_owner() FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION document_shown(text, bigint), is_partner_owner() TO dongban_web",
)


def _written_out(table: str, kinds: dict[str, str], otherwise: str) -> str:
    shown = " ".join(
        f"WHEN '{kind}' THEN EXISTS (SELECT 1 FROM {of} p WHERE p.id = {table}.document_id)"
        for kind, of in kinds.items()
    )
    return f"CASE kind {shown} ELSE {otherwise} END"


def _of_company(shown: str) -> str:
    return f"{BUYER} OR (company_id = {COMPANY} AND {shown})"


def _of_person(owner: str) -> str:
    return _of_company(f"(member_id = {MEMBER} OR created_by = {MEMBER} OR {owner})")


def _set(rules: dict[str, str]) -> None:
    for table, rule in rules.items():
        check = f"company_id = {COMPANY}" if table in {"change_request", "withdrawal"} else rule
        op.get_bind().exec_driver_sql(f"ALTER POLICY web ON {table} USING ({rule}) WITH CHECK ({check})")


def upgrade() -> None:
    for statement in FUNCTIONS:
        op.get_bind().exec_driver_sql(statement)
    of_document = _of_company("coalesce(document_shown(kind, document_id), true)")
    _set(
        {
            "process_event": f"{of_document} OR ({MEDIA} AND document_shown(kind, document_id))",
            "audit_entry": f"{of_document} OR ({MEDIA} AND actor_id = {MEMBER})",
            **dict.fromkeys(("change_request", "signup", "withdrawal"), _of_person("(SELECT is_partner_owner())")),
        }
    )


def downgrade() -> None:
    record, entries = (_of_company(_written_out(table, PORTAL, "true")) for table in ("process_event", "audit_entry"))
    _set(
        {
            "process_event": f"{record} OR ({MEDIA} AND {_written_out('process_event', CREDIT, 'false')})",
            "audit_entry": f"{entries} OR ({MEDIA} AND actor_id = {MEMBER})",
            **dict.fromkeys(("change_request", "signup", "withdrawal"), _of_person(OWNER)),
        }
    )
    op.get_bind().exec_driver_sql("DROP FUNCTION document_shown(text, bigint)")
    op.get_bind().exec_driver_sql("DROP FUNCTION is_partner_owner()")
