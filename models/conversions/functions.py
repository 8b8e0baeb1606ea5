"""What an applicant who is not known yet may do with a conversion code, with the owner's rights."""

from models.conversions.rules import CODE_TRIES_MAX

# Counts a wrong try; the code is used up by apply_signup, with the request that carries it.
CONVERSION_TRY = f"""
CREATE OR REPLACE FUNCTION conversion_try(firm bigint, digest bytea, instant timestamptz)
RETURNS TABLE (verdict text, conversion_id bigint, tries_left integer)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public VOLATILE AS $$
DECLARE
    held conversion%ROWTYPE;
BEGIN
    SELECT * INTO held FROM conversion c
     WHERE c.company_id = firm AND c.status IN ('sent', 'expired') AND c.used_at IS NULL
     ORDER BY c.id DESC LIMIT 1 FOR UPDATE;
    IF NOT FOUND THEN
        RETURN QUERY SELECT 'none', NULL::bigint, 0;
    ELSIF instant >= held.expires_at THEN
        RETURN QUERY SELECT 'expired', held.id, 0;
    ELSIF held.tries >= {CODE_TRIES_MAX} THEN
        RETURN QUERY SELECT 'tries_used', held.id, 0;
    ELSIF held.code_hash <> digest THEN
        UPDATE conversion c SET tries = c.tries + 1 WHERE c.id = held.id;
        RETURN QUERY SELECT CASE WHEN held.tries + 1 >= {CODE_TRIES_MAX} THEN 'tries_used' ELSE 'wrong' END,
                            held.id, {CODE_TRIES_MAX} - held.tries - 1;
    ELSE
        RETURN QUERY SELECT 'right', held.id, {CODE_TRIES_MAX} - held.tries;
    END IF;
END $$
"""  # noqa: S608 - a number of ours

SIGNATURES = ("conversion_try(bigint, bytea, timestamptz)",)

FUNCTIONS: list[str] = [
    CONVERSION_TRY,
    *(f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC" for signature in SIGNATURES),
    *(f"GRANT EXECUTE ON FUNCTION {signature} TO dongban_web" for signature in SIGNATURES),
]
