"""What somebody who is not known yet may ask and do about joining, with the owner's rights.

`apply_signup` is the only way by which a guest makes a company or a member: both in state applying, which opens
nothing. It takes its locks in one order (number, person, e-mail), so that of two who ask for the same at once one waits
and then learns that the other was first; the unique indexes are the last line.
"""

COMPANY_STANDING = """
CREATE OR REPLACE FUNCTION company_standing(wanted text)
RETURNS TABLE (company_id bigint, name text, kind text, status text, asked_at timestamptz)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public STABLE AS $$
    SELECT c.id, c.name, c.kind, c.status,
           (SELECT max(s.created_at) FROM signup s WHERE s.company_id = c.id AND s.turn IS NOT NULL)
      FROM company c WHERE c.business_number = wanted
$$
"""

PERSON_STANDING = """
CREATE OR REPLACE FUNCTION person_standing(identity bytea)
RETURNS TABLE (member_id bigint, status text, company_id bigint, company_kind text, company_status text,
               asked_at timestamptz, waits_for text)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public STABLE AS $$
    SELECT m.id, m.status, m.company_id, c.kind, c.status, s.created_at, s.turn
      FROM member m LEFT JOIN company c ON c.id = m.company_id
      LEFT JOIN LATERAL (SELECT * FROM signup x WHERE x.member_id = m.id ORDER BY x.id DESC LIMIT 1) s ON true
     WHERE m.identity_hash = identity ORDER BY m.id DESC LIMIT 50
$$
"""

# An individual the buyer registered has no verified identity: name and phone find it, the code proves it.
UNUSED_INDIVIDUAL = """
CREATE OR REPLACE FUNCTION unused_individual(wanted text, number text)
RETURNS TABLE (company_id bigint, name text)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public STABLE AS $$
    SELECT c.id, c.name FROM company c
     WHERE c.kind = 'individual' AND c.status = 'portal_unused' AND c.name = wanted
       AND regexp_replace(c.phone, '[^0-9]', '', 'g') = number
     ORDER BY c.id DESC LIMIT 1
$$
"""

# The request before, for whoever verified to be the one who made it.
EARLIER_SIGNUP = """
CREATE OR REPLACE FUNCTION earlier_signup(identity bytea, what text, firm bigint)
RETURNS TABLE (signup_id bigint, company_id bigint, content bytea, reason text, files jsonb)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public STABLE AS $$
    SELECT s.id, s.company_id, s.content, s.decision_reason,
           coalesce((SELECT jsonb_agg(jsonb_build_object('id', f.id, 'sha256', f.sha256, 'size', f.size,
                                                         'media_type', f.media_type, 'name', f.name) ORDER BY f.id)
                       FROM stored_file f WHERE f.created_by = s.member_id AND f.company_id = s.company_id),
                    '[]'::jsonb)
      FROM signup s JOIN member m ON m.id = s.member_id
     WHERE m.identity_hash = identity AND s.signup_kind = what AND s.status = 'rejected'
       AND (firm IS NULL OR s.company_id = firm)
     ORDER BY s.id DESC LIMIT 1
$$
"""

APPLY_SIGNUP = """
CREATE OR REPLACE FUNCTION apply_signup(
    what text, firm bigint, via bigint, digest bytea, company_facts jsonb, person jsonb,
    sealed_phone bytea, sealed_birth bytea, identity bytea, secret text, instant timestamptz
)
RETURNS TABLE (verdict text, made_company bigint, made_member bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public VOLATILE AS $$
DECLARE
    wanted_login text := person->>'email';
    number text := company_facts->>'business_number';
    held company%ROWTYPE;
    again bigint;
    broken text;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended(coalesce(number, firm::text, ''), 21));
    PERFORM pg_advisory_xact_lock(hashtextextended(encode(identity, 'hex'), 22));
    PERFORM pg_advisory_xact_lock(hashtextextended(wanted_login, 23));
    IF EXISTS (SELECT 1 FROM member m WHERE m.identity_hash = identity AND m.status = 'blocked') THEN
        RETURN QUERY SELECT 'signup_blocked', NULL::bigint, NULL::bigint; RETURN;
    END IF;
    IF EXISTS (SELECT 1 FROM member m WHERE m.identity_hash = identity
                AND m.status IN ('applying', 'active', 'dormant')) THEN
        RETURN QUERY SELECT 'person_taken', NULL::bigint, NULL::bigint; RETURN;
    END IF;
    IF EXISTS (SELECT 1 FROM member m WHERE m.login = wanted_login AND m.status NOT IN ('rejected', 'withdrawn')) THEN
        RETURN QUERY SELECT 'signup_email_taken', NULL::bigint, NULL::bigint; RETURN;
    END IF;

    IF what = 'contact' THEN
        SELECT * INTO held FROM company c WHERE c.id = firm AND c.kind <> 'individual' FOR SHARE;
        IF NOT FOUND OR held.status <> 'active' THEN
            RETURN QUERY SELECT 'company_gone', NULL::bigint, NULL::bigint; RETURN;
        END IF;
    ELSIF via IS NOT NULL THEN
        SELECT * INTO held FROM company c WHERE c.id = firm FOR UPDATE;
        IF NOT FOUND OR held.status <> 'portal_unused' OR (held.kind = 'individual') <> (what = 'individual') THEN
            RETURN QUERY SELECT 'number_taken', NULL::bigint, NULL::bigint; RETURN;
        END IF;
        UPDATE conversion c SET used_at = instant
         WHERE c.id = via AND c.company_id = firm AND c.code_hash = digest AND c.used_at IS NULL
           AND c.status IN ('sent', 'expired') AND c.expires_at > instant;
        IF NOT FOUND THEN
            RETURN QUERY SELECT 'conversion_code_expired', NULL::bigint, NULL::bigint; RETURN;
        END IF;
        UPDATE company c SET status = 'applying' WHERE c.id = firm;
    ELSIF what = 'company' THEN
        SELECT * INTO held FROM company c WHERE c.business_number = number FOR UPDATE;
        IF FOUND THEN
            IF held.status NOT IN ('rejected', 'withdrawn') THEN
                RETURN QUERY SELECT CASE held.status WHEN 'blocked' THEN 'signup_blocked'
                    WHEN 'portal_unused' THEN 'company_unused' ELSE 'number_taken' END, NULL::bigint, NULL::bigint;
                RETURN;
            END IF;
            UPDATE company c SET status = 'applying', status_reason = '', name = company_facts->>'name',
                   kind = company_facts->>'kind',
                   artist_insurance = c.artist_insurance AND company_facts->>'kind' <> 'corporation'
             WHERE c.id = held.id;
        END IF;
    ELSE
        SELECT c.* INTO held FROM company c JOIN member m ON m.company_id = c.id
         WHERE c.kind = 'individual' AND c.status = 'rejected' AND m.identity_hash = identity
           AND m.status = 'rejected' ORDER BY c.id DESC LIMIT 1 FOR UPDATE OF c;
        IF FOUND THEN
            UPDATE company c SET status = 'applying', status_reason = '', name = company_facts->>'name'
             WHERE c.id = held.id;
        END IF;
    END IF;
    IF held.id IS NULL THEN
        INSERT INTO company (name, kind, business_number, representative, representative_foreign, business_type,
                             business_item, country, currency, artist_insurance, zip_code, address, address_detail,
                             phone, status, status_reason, created_at)
        VALUES (company_facts->>'name', company_facts->>'kind', number, '', false, '', '', 'KR', 'KRW', false,
                '', '', '', '', 'applying', '', instant)
        RETURNING * INTO held;
    END IF;

    SELECT m.id INTO again FROM member m
     WHERE m.identity_hash = identity AND m.status = 'rejected' AND m.company_id = held.id
     ORDER BY m.id DESC LIMIT 1 FOR UPDATE;
    -- Who was rejected or left no longer holds the address: it was verified by somebody just now.
    UPDATE member m SET login = m.login || '#' || m.id
     WHERE m.login = wanted_login AND m.status IN ('rejected', 'withdrawn') AND m.id IS DISTINCT FROM again;
    IF again IS NULL THEN
        INSERT INTO member (login, name, email, phone, birth_date, sex, foreign_national, identity_hash,
                            password_hash, company_id, roles, status, position, department, extension,
                            password_changed_at, must_change_password, created_at, left_reason)
        VALUES (wanted_login, person->>'name', wanted_login, sealed_phone, sealed_birth, person->>'sex',
                (person->>'foreign_national')::boolean, identity, secret, held.id,
                CASE what WHEN 'contact' THEN ARRAY['partner'] ELSE ARRAY['partner', 'partner_owner'] END,
                'applying', person->>'position', person->>'department', person->>'extension',
                instant, false, instant, '')
        RETURNING id INTO again;
    ELSE
        UPDATE member m SET login = wanted_login, email = wanted_login, name = person->>'name', phone = sealed_phone,
               birth_date = sealed_birth, sex = person->>'sex',
               foreign_national = (person->>'foreign_national')::boolean, password_hash = secret,
               roles = CASE what WHEN 'contact' THEN ARRAY['partner'] ELSE ARRAY['partner', 'partner_owner'] END,
               status = 'applying', position = person->>'position', department = person->>'department',
               extension = person->>'extension', password_changed_at = instant, left_at = NULL, left_reason = ''
         WHERE m.id = again;
    END IF;
    RETURN QUERY SELECT 'made', held.id, again;
EXCEPTION WHEN unique_violation THEN
    GET STACKED DIAGNOSTICS broken = CONSTRAINT_NAME;
    RETURN QUERY SELECT CASE WHEN broken LIKE 'member%login%' THEN 'signup_email_taken'
        WHEN broken LIKE 'company%' THEN 'number_taken' ELSE 'person_taken' END, NULL::bigint, NULL::bigint;
END $$
"""

SIGNATURES = (
    "company_standing(text)",
    "person_standing(bytea)",
    "unused_individual(text, text)",
    "earlier_signup(bytea, text, bigint)",
    "apply_signup(text, bigint, bigint, bytea, jsonb, jsonb, bytea, bytea, bytea, text, timestamptz)",
)

FUNCTIONS: list[str] = [
    COMPANY_STANDING,
    PERSON_STANDING,
    UNUSED_INDIVIDUAL,
    EARLIER_SIGNUP,
    APPLY_SIGNUP,
    *(f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC" for signature in SIGNATURES),
    *(f"GRANT EXECUTE ON FUNCTION {signature} TO dongban_web" for signature in SIGNATURES),
]
