"""What row-level security asks about Harmony's people, and the one thing its log-in asks, with the owner's rights."""

ME = "nullif(current_setting('dongban.member', true), '')::bigint"

# Policies cannot ask their own table; whom a person shares a space with is asked here.
MY_SPACES = f"""
CREATE OR REPLACE FUNCTION my_spaces(kind text)
RETURNS bigint[]
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public STABLE AS $$
    SELECT coalesce(array_agg(m.space_id), '{{}}'::bigint[]) FROM space_membership m
     WHERE m.member_id = {ME} AND m.space = kind AND m.left_at IS NULL
       AND current_setting('dongban.side', true) = 'media'
$$
"""  # noqa: S608 - names of ours

MY_FELLOWS = f"""
CREATE OR REPLACE FUNCTION my_fellows()
RETURNS bigint[]
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public STABLE AS $$
    SELECT coalesce(array_agg(DISTINCT f.member_id), '{{}}'::bigint[])
      FROM space_membership m
      JOIN space_membership f ON f.space = m.space AND f.space_id = m.space_id AND f.left_at IS NULL
     WHERE m.member_id = {ME} AND m.left_at IS NULL AND current_setting('dongban.side', true) = 'media'
$$
"""  # noqa: S608 - names of ours

HARMONY_LOOKUP = """
CREATE OR REPLACE FUNCTION harmony_lookup(provider text, who text)
RETURNS TABLE (member_id bigint, login text, password_hash text, status text)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public STABLE AS $$
    SELECT m.id, m.login, a.password_hash, m.status
      FROM harmony_account a JOIN member m ON m.id = a.member_id
     WHERE a.issuer = provider AND a.subject = who
$$
"""

SIGNATURES = ("my_spaces(text)", "my_fellows()", "harmony_lookup(text, text)")

FUNCTIONS: list[str] = [
    MY_SPACES,
    MY_FELLOWS,
    HARMONY_LOOKUP,
    *(f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC" for signature in SIGNATURES),
    *(f"GRANT EXECUTE ON FUNCTION {signature} TO dongban_web" for signature in SIGNATURES),
]
