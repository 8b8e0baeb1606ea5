"""contract names by pairs of letters"""

from alembic import op

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


PIECES = """CREATE OR REPLACE FUNCTION pieces(words text) RETURNS text[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN ARRAY(SELECT substr(lower(words), n, 2) FROM generate_series(1, length(words) - 1) n)"""

FUNCTIONS = (
    """CREATE OR REPLACE FUNCTION contracts_titled(words text, most integer) RETURNS bigint[]
LANGUAGE plpgsql STABLE STRICT SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    found bigint[];
BEGIN
    IF length(words) < 2 THEN RETURN NULL; END IF;
    EXECUTE 'SELECT coalesce(array_agg(id), ''{}'') FROM (SELECT id FROM contract
              WHERE pieces(title) @> pieces($1) AND strpos(lower(title), lower($1)) > 0
                AND ((SELECT current_setting(''dongban.side'', true) = ''buyer'') OR (company_id = (SELECT nullif(current_setting(''dongban.company'', true), '''')::bigint) AND review_requested_at IS NOT NULL))
              LIMIT $2 + 1) few' INTO found USING words, most;
    RETURN CASE WHEN cardinality(found) <= most THEN found END;
END $$""",
    'REVOKE ALL ON FUNCTION contracts_titled(text, integer) FROM PUBLIC',
    'GRANT EXECUTE ON FUNCTION contracts_titled(text, integer) TO dongban_web',
)


def upgrade() -> None:
    connection = op.get_bind()
    for statement in (PIECES, 'CREATE INDEX contract_title ON contract USING gin (pieces(title))', *FUNCTIONS):
        connection.exec_driver_sql(statement.replace('%', '%%'))


def downgrade() -> None:
    op.execute('DROP FUNCTION contracts_titled(text, integer)')
    op.execute('DROP INDEX contract_title')
    op.execute('DROP FUNCTION pieces(text)')
