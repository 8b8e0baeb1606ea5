"""A word inside a contract's name, found in an index of its pairs of letters.

No index condition of a person's own words is tried before row-level security has let a row pass, so the search is a
function with the owner's rights, which keeps to the same rule of who may see what. The migration executes
`FUNCTIONS` in order, PIECES before the index on it.
"""

from sqlalchemy import Text, bindparam, cast, func, select
from sqlmodel import Session

from models.policies import USING

TITLED_MAX = 20_000

PIECES = """
CREATE OR REPLACE FUNCTION pieces(words text) RETURNS text[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN ARRAY(SELECT substr(lower(words), n, 2) FROM generate_series(1, length(words) - 1) n)
"""

# Planned anew for every word: how common it is decides between index and table. A word on more contracts than asked
# for gives NULL, and so does a single letter, which has no pieces.
_RULE = USING["contract"].replace("'", "''")

TITLED = f"""
CREATE OR REPLACE FUNCTION contracts_titled(words text, most integer) RETURNS bigint[]
LANGUAGE plpgsql STABLE STRICT SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    found bigint[];
BEGIN
    IF length(words) < 2 THEN RETURN NULL; END IF;
    EXECUTE 'SELECT coalesce(array_agg(id), ''{{}}'') FROM (SELECT id FROM contract
              WHERE pieces(title) @> pieces($1) AND strpos(lower(title), lower($1)) > 0
                AND ({_RULE})
              LIMIT $2 + 1) few' INTO found USING words, most;
    RETURN CASE WHEN cardinality(found) <= most THEN found END;
END $$
"""  # noqa: S608 - a rule of ours

SIGNATURE = "contracts_titled(text, integer)"
FUNCTIONS: list[str] = [
    TITLED,
    f"REVOKE ALL ON FUNCTION {SIGNATURE} FROM PUBLIC",
    f"GRANT EXECUTE ON FUNCTION {SIGNATURE} TO dongban_web",
]

_TITLED = select(cast(func.contracts_titled(bindparam("words"), bindparam("most")), Text))


def titled(session: Session, words: str) -> str | None:
    """Ids of visible contracts with the words in their name, `{1,7}`; None where there are too many to tell.

    They only go back into the next statement: thousands of numbers are never made of them.
    """
    found: str | None = session.execute(_TITLED, {"words": words, "most": TITLED_MAX}).scalar_one()
    return found
