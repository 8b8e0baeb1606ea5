"""The month's settlement, computed by PostgreSQL: the pools are shared once, then groups are computed by the page.

The same rules as models/credits/shares.py has for one group; a test holds the two against each other.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from models.credits.rules import MILLION, month_after
from models.plain import array

_CLEAR = (
    "DELETE FROM credit_draft_line WHERE run_id = :run",
    "DELETE FROM credit_outcome WHERE run_id = :run",
    "DELETE FROM credit_share WHERE run_id = :run",
)

# Consumption times rate, over the applied files of the month; the rate that holds in the month.
_WEIGHTS = """
used AS (
    SELECT l.business_id, l.medium_id, sum(l.consumption)::numeric AS consumption
      FROM credit_ledger l
      JOIN credit_import i ON i.id = l.import_id AND i.state = 'applied'
      JOIN credit_business b ON b.id = l.business_id AND b.method = 'pool'
     WHERE l.month = :month AND l.consumption IS NOT NULL
     GROUP BY l.business_id, l.medium_id
), weighted AS (
    SELECT u.business_id, u.medium_id, u.consumption * r.rate_millionths AS weight
      FROM used u
      JOIN credit_rate r ON r.medium_id = u.medium_id AND r.business_id = u.business_id
       AND r.from_month <= :month AND (r.until_month IS NULL OR r.until_month >= :month)
), whole AS (
    SELECT business_id, sum(weight) AS weight FROM weighted GROUP BY business_id HAVING sum(weight) > 0
)"""

# What cutting leaves over goes won by won to the largest remainders, of equal ones to the medium with the lower id.
_SHARES = f"""
WITH {_WEIGHTS}, cut AS (
    SELECT w.business_id, w.medium_id, w.weight, p.amount AS pool,
           div(p.amount * w.weight, t.weight) AS part, mod(p.amount * w.weight, t.weight) AS rest
      FROM weighted w
      JOIN whole t ON t.business_id = w.business_id
      JOIN rs_pool p ON p.business_id = w.business_id AND p.month = :month
), ranked AS (
    SELECT cut.*, row_number() OVER (PARTITION BY business_id ORDER BY rest DESC, medium_id) AS place,
           pool - sum(part) OVER (PARTITION BY business_id) AS remaining
      FROM cut
)
INSERT INTO credit_share (run_id, business_id, medium_id, weight, amount)
SELECT :run, business_id, medium_id, weight, part + CASE WHEN place <= remaining THEN 1 ELSE 0 END FROM ranked
"""  # noqa: S608 - names of ours

_OUTCOMES = """
INSERT INTO credit_outcome (run_id, group_id, state, error, attempt, input_hash, line_count, supply, tax, total,
                            withheld_income, withheld_local, outlier)
SELECT :run, g.id, 'pending', '', 1, '', 0, 0, 0, 0, 0, 0, '{}'
  FROM credit_group g WHERE g.closed_at IS NULL ORDER BY g.id
"""

# What no group will be paid, and why.
_NOTES = f"""
WITH {_WEIGHTS}, unrated AS (
    SELECT DISTINCT l.business_id, l.medium_id
      FROM credit_ledger l
      JOIN credit_import i ON i.id = l.import_id AND i.state = 'applied'
     WHERE l.month = :month AND NOT EXISTS (
           SELECT 1 FROM credit_rate r WHERE r.medium_id = l.medium_id AND r.business_id = l.business_id
              AND r.from_month <= :month AND (r.until_month IS NULL OR r.until_month >= :month))
), earning AS (
    SELECT medium_id FROM credit_share WHERE run_id = :run AND amount <> 0
     UNION
    SELECT l.medium_id FROM credit_ledger l JOIN credit_import i ON i.id = l.import_id AND i.state = 'applied'
     WHERE l.month = :month AND l.amount <> 0
     UNION
    SELECT medium_id FROM credit_adjustment WHERE month = :month AND cancelled_at IS NULL
)
SELECT what, name, more FROM (
SELECT 0 AS place, 'pool_unshared' AS what, b.name AS name, p.amount::text AS more
  FROM rs_pool p JOIN credit_business b ON b.id = p.business_id
 WHERE p.month = :month AND p.amount > 0 AND p.business_id NOT IN (SELECT business_id FROM whole)
 UNION ALL
SELECT 1, 'pool_missing', b.name, '' FROM whole w JOIN credit_business b ON b.id = w.business_id
 WHERE NOT EXISTS (SELECT 1 FROM rs_pool p WHERE p.business_id = w.business_id AND p.month = :month)
 UNION ALL
SELECT 2, 'month_skipped', to_char(CAST(:previous AS date), 'YYYY-MM'), ''
 WHERE (EXISTS (SELECT 1 FROM credit_import WHERE month = :previous AND state = 'applied')
        OR EXISTS (SELECT 1 FROM rs_pool WHERE month = :previous AND amount > 0))
   AND NOT EXISTS (SELECT 1 FROM credit_run WHERE month = :previous AND status IN ('incomplete', 'published'))
 UNION ALL
SELECT 3, 'carry_closed', g.name, sum(c.supply)::text FROM credit_carry c JOIN credit_group g ON g.id = c.group_id
 WHERE c.month = :month AND g.closed_at IS NOT NULL GROUP BY g.id
 UNION ALL
SELECT 5, 'rate_missing', m.name, b.name FROM unrated u JOIN credit_medium m ON m.id = u.medium_id
  JOIN credit_business b ON b.id = u.business_id
 UNION ALL
SELECT 4, 'group_missing', m.name, m.code FROM earning e JOIN credit_medium m ON m.id = e.medium_id
  LEFT JOIN credit_group g ON g.id = m.group_id AND g.closed_at IS NULL
 WHERE g.id IS NULL
) notes ORDER BY place, what, name, more LIMIT 200
"""  # noqa: S608 - names of ours

# As few pages as there must be, of the same length: several are at work at once, and none is left over alone.
_PAGES = """
SELECT min(group_id), max(group_id) FROM (
    SELECT group_id, (row_number() OVER (ORDER BY group_id) - 1)
                     * ((count(*) OVER () + :most - 1) / :most) / count(*) OVER () AS page
      FROM credit_outcome WHERE run_id = :run AND state = ANY (:states)
) paged GROUP BY page ORDER BY page
"""

# Every line of these groups. The tax of a line is cut toward zero; a person has none.
_LINES = """
WITH whose AS MATERIALIZED (
    SELECT g.id AS group_id, c.kind FROM credit_group g LEFT JOIN credit_company c ON c.id = g.credit_company_id
     WHERE g.id = ANY (CAST(:groups AS bigint[]))
), media AS MATERIALIZED (
    SELECT m.id AS medium_id, m.name, w.group_id, w.kind
      FROM credit_medium m JOIN whose w ON w.group_id = m.group_id
     WHERE m.group_id = ANY (CAST(:groups AS bigint[]))
), revenue AS (
    SELECT m.group_id, m.kind, m.name, l.medium_id, l.business_id, l.item, r.rate_millionths,
           sum(l.amount)::numeric AS amount
      FROM media m
      JOIN credit_ledger l ON l.medium_id = m.medium_id AND l.month = :month AND l.amount IS NOT NULL
      JOIN credit_import i ON i.id = l.import_id AND i.state = 'applied'
      JOIN credit_business b ON b.id = l.business_id AND b.method = 'revenue'
      JOIN credit_rate r ON r.medium_id = l.medium_id AND r.business_id = l.business_id
       AND r.from_month <= :month AND (r.until_month IS NULL OR r.until_month >= :month)
     GROUP BY m.group_id, m.kind, m.name, l.medium_id, l.business_id, l.item, r.rate_millionths
), raw AS (
    SELECT m.group_id, m.kind, m.name, s.medium_id, s.business_id, 'pool' AS source, 0 AS place, 0 AS serial,
           :prefix || b.item AS item, s.amount AS supply
      FROM media m
      JOIN credit_share s ON s.medium_id = m.medium_id AND s.run_id = :run
      JOIN credit_business b ON b.id = s.business_id
     UNION ALL
    SELECT group_id, kind, name, medium_id, business_id, 'revenue', 1, 0, item,
           div(amount * rate_millionths, :million)::bigint
      FROM revenue
     UNION ALL
    SELECT m.group_id, m.kind, m.name, a.medium_id, a.business_id, a.kind,
           CASE a.kind WHEN 'manual' THEN 2 ELSE 3 END, a.id, a.item, a.supply
      FROM media m JOIN credit_adjustment a ON a.medium_id = m.medium_id AND a.month = :month
     WHERE a.cancelled_at IS NULL
     UNION ALL
    SELECT w.group_id, w.kind, n.name, c.medium_id, c.business_id, 'carry', 4, c.id, c.item, c.supply
      FROM credit_carry c
      JOIN whose w ON w.group_id = c.group_id
      JOIN credit_medium n ON n.id = c.medium_id
     WHERE c.group_id = ANY (CAST(:groups AS bigint[])) AND c.month = :month
)
INSERT INTO credit_draft_line (run_id, group_id, position, medium_id, business_id, source, item, supply, tax)
SELECT :run, raw.group_id,
       row_number() OVER (PARTITION BY raw.group_id ORDER BY raw.name, raw.medium_id, b.position, b.id, raw.place,
                          raw.item, raw.serial),
       raw.medium_id, raw.business_id, raw.source, raw.item, raw.supply,
       CASE WHEN raw.kind IS DISTINCT FROM 'individual' THEN div(raw.supply::numeric, 10)::bigint ELSE 0 END
  FROM raw
  JOIN credit_business b ON b.id = raw.business_id
 WHERE raw.supply <> 0
"""

_SUMS = """
WITH summed AS (
    SELECT g.id AS group_id, g.credit_company_id, c.kind, c.issue_mode, c.closed_at,
           count(d.id) AS lines, coalesce(sum(d.supply), 0)::bigint AS supply, coalesce(sum(d.tax), 0)::bigint AS tax,
           encode(sha256(convert_to(coalesce(c.issue_mode, '') || ':' || coalesce(g.credit_company_id, 0) || ':' ||
               coalesce(string_agg(concat_ws(chr(31), d.medium_id, d.business_id, d.source, d.item, d.supply, d.tax),
                                   chr(30) ORDER BY d.position), ''), 'UTF8')), 'hex') AS input_hash
      FROM credit_group g
      LEFT JOIN credit_company c ON c.id = g.credit_company_id
      LEFT JOIN credit_draft_line d ON d.group_id = g.id AND d.run_id = :run AND d.group_id BETWEEN :first AND :last
     WHERE g.id = ANY (CAST(:groups AS bigint[]))
     GROUP BY g.id, c.id
), held AS MATERIALIZED (
    SELECT s.*, s.supply + s.tax AS total,
           CASE WHEN s.kind = 'individual' AND s.supply > 0 THEN div(s.supply::numeric * 3, 1000)::bigint * 10 ELSE 0
                END AS income,
           (SELECT p.total FROM credit_report p WHERE p.group_id = s.group_id AND p.month = :previous) AS before,
           EXISTS (SELECT 1 FROM credit_report p WHERE p.group_id = s.group_id AND p.month = :month) AS reported,
           EXISTS (SELECT 1 FROM credit_carry k WHERE k.group_id = s.group_id AND k.from_month = :month) AS carried,
           EXISTS (SELECT 1 FROM credit_account a WHERE a.group_id = s.group_id AND a.status = 'active') AS has_account
      FROM summed s
)
UPDATE credit_outcome o
   SET state = CASE WHEN h.lines = 0 AND h.reported THEN 'failed'
                    WHEN h.lines = 0 AND h.carried THEN 'computed' WHEN h.lines = 0 THEN 'empty'
                    WHEN h.credit_company_id IS NULL OR h.closed_at IS NOT NULL THEN 'failed' ELSE 'computed' END,
       error = CASE WHEN h.lines = 0 AND h.reported THEN 'report_stands'
                    WHEN h.lines > 0 AND h.credit_company_id IS NULL THEN 'no_company'
                    WHEN h.lines > 0 AND h.closed_at IS NOT NULL THEN 'company_closed' ELSE '' END,
       input_hash = h.input_hash, line_count = h.lines, supply = h.supply, tax = h.tax, total = h.total,
       withheld_income = h.income, withheld_local = div(h.income, 100)::bigint * 10,
       previous_total = h.before,
       outlier = array_remove(ARRAY[
           CASE WHEN h.lines > 0 AND h.credit_company_id IS NULL THEN 'no_company' END,
           CASE WHEN h.total < 0 THEN 'negative' END,
           CASE WHEN h.lines > 0 AND h.before IS NULL THEN 'new' END,
           CASE WHEN h.lines = 0 AND h.before <> 0 THEN 'gone' END,
           CASE WHEN h.lines > 0 AND h.before <> 0
                 AND (h.total - h.before)::numeric * 100 >= abs(h.before)::numeric * :percent THEN 'more' END,
           CASE WHEN h.lines > 0 AND h.before <> 0
                 AND (h.before - h.total)::numeric * 100 >= abs(h.before)::numeric * :percent THEN 'less' END,
           CASE WHEN h.lines > 0 AND NOT h.has_account THEN 'no_account' END], NULL),
       report_id = NULL, decided_at = CASE WHEN h.lines = 0 AND NOT h.carried THEN CAST(:at AS timestamptz) END
  FROM held h
 WHERE o.run_id = :run AND o.group_id = h.group_id AND o.group_id BETWEEN :first AND :last
"""


def begin_anew(session: Session, facts: dict[str, Any]) -> list[dict[str, str]]:
    """Forget what the run computed before, share the pools, list the groups; what the officer should know.

    `facts`: run, month.
    """
    for statement in _CLEAR:
        session.execute(text(statement), {"run": facts["run"]})
    session.execute(text(_SHARES), facts)
    session.execute(text(_OUTCOMES), {"run": facts["run"]})
    notes = session.execute(text(_NOTES), facts | {"previous": month_after(facts["month"], -1)})
    return [{"what": row[0], "name": row[1], "more": row[2]} for row in notes]


def pages(session: Session, run_id: int, states: Sequence[str], most: int) -> list[tuple[int, int]]:
    """The run's groups in these states, no more than `most` at a time: first and last id of each page."""
    found = session.execute(text(_PAGES), {"run": run_id, "states": list(states), "most": most})
    return [(row[0], row[1]) for row in found]


def compute(session: Session, groups: Sequence[int], facts: dict[str, Any]) -> None:
    """Lines, sums, hash and outliers of these groups, anew.

    `facts`: run, month, previous (its month before), prefix (「26년 10월 」), percent, at.
    """
    if not groups:
        return
    asked = facts | {"groups": array(groups), "first": min(groups), "last": max(groups), "million": MILLION}
    session.execute(
        text("DELETE FROM credit_draft_line WHERE run_id = :run AND group_id = ANY (CAST(:groups AS bigint[]))"),
        {"run": facts["run"], "groups": asked["groups"]},
    )
    session.execute(text(_LINES), asked)
    session.execute(text(_SUMS), asked)
