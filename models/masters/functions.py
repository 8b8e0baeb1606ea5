"""Of the house's lists a partner sees what it chooses from: names in use, no more. Made by the migrations."""

ACTIVE_PLACES = """
CREATE OR REPLACE FUNCTION active_places()
RETURNS TABLE (name text)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public STABLE AS $$
    SELECT p.name FROM delivery_place p WHERE p.active ORDER BY p.position, p.name, p.id
$$
"""

REASONS_OF = """
CREATE OR REPLACE FUNCTION reasons_of(asked text)
RETURNS TABLE (code text, name text, active boolean)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public STABLE AS $$
    SELECT r.code, r.name, r.active FROM reason_code r WHERE r.kind = asked ORDER BY r.position, r.name, r.id
$$
"""

SIGNATURES = ("active_places()", "reasons_of(text)")

FUNCTIONS: list[str] = [
    ACTIVE_PLACES,
    REASONS_OF,
    *(f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC" for signature in SIGNATURES),
    *(f"GRANT EXECUTE ON FUNCTION {signature} TO dongban_web, dongban_worker" for signature in SIGNATURES),
]
