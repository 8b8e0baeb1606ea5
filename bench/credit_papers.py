"""The ceiling of a month with its papers: what COPY, SQL, a commit per group and bare processes take for the same."""

import os
import time
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import namedtuple_row

from activities.documents import typesetting
from activities.documents.credit_statement import CreditStatement, StatementLine, credit_statement
from activities.pressroom import bare, stand_back
from bench.credit_month import Month
from models.credits.rules import month_key
from models.credits.wording import ISSUE_MODE
from models.kernel.calendar import local_date

_REPORTS = "SELECT * FROM credit_report WHERE run_id = %s ORDER BY group_id"
_LINES = "SELECT * FROM credit_report_line WHERE report_id = ANY (%s) ORDER BY report_id, position"
_TABLES = """
CREATE TABLE bench_line (LIKE credit_report_line INCLUDING ALL);
CREATE TABLE bench_report (group_id bigint PRIMARY KEY, supply bigint, tax bigint, lines bigint,
                           published_at timestamptz)
"""
_SUMS = """
INSERT INTO bench_report SELECT group_id, sum(supply), sum(tax), count(*), NULL FROM bench_line GROUP BY group_id
"""


def ceiling_seconds(month: Month) -> float:
    """Seconds for the lines by COPY, the sums by SQL, a durable commit per group and the PDFs in as many processes as
    there are cores, at the product's low priority; one after the other, the processes started anew."""
    assert month.run is not None
    with psycopg.connect(month.installation.owner_database, autocommit=True, row_factory=namedtuple_row) as connection:
        reports: list[Any] = connection.execute(_REPORTS, (month.run.id,)).fetchall()
        lines: list[Any] = connection.execute(_LINES, ([row.id for row in reports],)).fetchall()
        connection.execute(_TABLES)
        papers = _papers(reports, lines)
        began = time.perf_counter()
        with connection.cursor() as cursor, cursor.copy("COPY bench_line FROM STDIN") as copy:
            for line in lines:
                copy.write_row(line)
        connection.execute(_SUMS)
        for row in reports:
            connection.execute("UPDATE bench_report SET published_at = now() WHERE group_id = %s", (row.group_id,))
        pressed(papers, month.installation.root)
        return time.perf_counter() - began


def pressed(papers: list[CreditStatement], folder: Path) -> None:
    """Every paper made and written to a file."""
    spawn = get_context("spawn")
    with ProcessPoolExecutor(len(os.sched_getaffinity(0)), mp_context=spawn, initializer=_begin) as pool:
        with bare():
            made = pool.map(credit_statement, papers, chunksize=5)
        for number, pdf in enumerate(made):
            (folder / f"{number}.pdf").write_bytes(pdf)


def _begin() -> None:
    stand_back()
    typesetting.warm_up()


def _papers(reports: list[Any], lines: list[Any]) -> list[CreditStatement]:
    of: dict[int, list[StatementLine]] = defaultdict(list)
    for line in lines:
        of[line.report_id].append(StatementLine(line.medium_name, line.item, line.supply, line.tax))
    return [
        CreditStatement(
            number=row.number,
            month=month_key(row.month),
            group=row.group_name,
            company=row.company_name,
            mode=ISSUE_MODE[row.issue_mode],
            published_on=local_date(row.published_at),
            sign_by=row.sign_by,
            pay_on=row.pay_on,
            lines=of[row.id],
            supply=row.supply,
            tax=row.tax,
        )
        for row in reports
    ]
