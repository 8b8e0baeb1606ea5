"""What the web role may do about identity before it knows who is asking, with the owner's rights."""

ADMIT = """
CREATE OR REPLACE FUNCTION admit(
    wanted text, whose bytea, instant timestamptz, span interval, most integer
)
RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public VOLATILE AS $$
BEGIN
    -- Uses of one thing by one subject wait for each other here: none is decided on an old count.
    PERFORM pg_advisory_xact_lock(hashtextextended(wanted || encode(whose, 'hex'), 11));
    DELETE FROM rate_use u WHERE u.bucket = wanted AND u.subject = whose AND u.at <= instant - span;
    IF (SELECT count(*) FROM rate_use u WHERE u.bucket = wanted AND u.subject = whose) >= most THEN
        RETURN false;
    END IF;
    INSERT INTO rate_use (bucket, subject, at) VALUES (wanted, whose, instant);
    RETURN true;
END $$
"""

EMAIL_TAKEN = """
CREATE OR REPLACE FUNCTION email_taken(wanted text)
RETURNS boolean
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public STABLE AS $$
    SELECT EXISTS (SELECT 1 FROM member m
                    WHERE m.login = wanted AND m.status NOT IN ('rejected', 'withdrawn'))
$$
"""

SIGNATURES = (
    "admit(text, bytea, timestamptz, interval, integer)",
    "email_taken(text)",
)

FUNCTIONS: list[str] = [
    ADMIT,
    EMAIL_TAKEN,
    *(f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC" for signature in SIGNATURES),
    *(f"GRANT EXECUTE ON FUNCTION {signature} TO dongban_web" for signature in SIGNATURES),
]
