"""What a 주담당자 writes of the company without asking: its own fields only, which no grant can say."""

EDIT_OWN_COMPANY = """
CREATE OR REPLACE FUNCTION edit_own_company(new_phone text)
RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public VOLATILE AS $$
    UPDATE company c SET phone = new_phone
      FROM member m
     WHERE m.id = nullif(current_setting('dongban.member', true), '')::bigint AND m.status = 'active'
       AND 'partner_owner' = ANY (m.roles) AND c.id = m.company_id AND c.status = 'active'
    RETURNING c.id
$$
"""

SIGNATURES = ("edit_own_company(text)",)

FUNCTIONS: list[str] = [
    EDIT_OWN_COMPANY,
    *(f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC" for signature in SIGNATURES),
    *(f"GRANT EXECUTE ON FUNCTION {signature} TO dongban_web" for signature in SIGNATURES),
]
