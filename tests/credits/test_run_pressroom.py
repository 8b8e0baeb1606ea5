"""Papers made in processes of their own: as they are made here, and never left behind by a worker that was killed."""

import datetime as dt
import os
import signal
import subprocess
import sys
from pathlib import Path

from activities import pressroom
from activities.documents.credit_statement import CreditStatement, StatementLine, credit_statement

ROOT = Path(__file__).resolve().parents[2]
DAY = dt.date(2026, 11, 20)
BUSY = """
import sys, time
from activities import pressroom
from tests.credits.test_run_pressroom import own_id
if __name__ == "__main__":
    print(*{int(made) for made in pressroom.press_all(own_id, range(8))}, flush=True)
    time.sleep(60)
"""


def own_id(_number: int) -> bytes:
    return str(os.getpid()).encode()


def _statement(number: int) -> CreditStatement:
    lines = [StatementLine(f"매체 {n}", "26년 10월 상생 정산", 1_000 * n, 100 * n) for n in range(1, number + 2)]
    supply, tax = sum(line.supply for line in lines), sum(line.tax for line in lines)
    return CreditStatement(
        number=f"RS202610-{number:05d}",
        month="2026-10",
        group="상생 RS > 뉴스 > 매체 1 외",
        company="가온미디어",
        mode="역발행",
        published_on=DAY,
        sign_by=DAY,
        pay_on=DAY,
        lines=lines,
        supply=supply,
        tax=tax,
    )


def test_papers_come_in_the_order_they_were_asked_for() -> None:
    try:
        made = pressroom.press_all(credit_statement, [_statement(number) for number in range(4)])
    finally:
        pressroom.close()
    assert [pdf[:5] for pdf in made] == [b"%PDF-"] * 4
    assert len(made[3]) != len(made[0])


def own_policy(_number: int) -> bytes:
    return str(os.sched_getscheduler(0)).encode()


def test_papers_are_made_only_while_nobody_else_wants_the_processor() -> None:
    try:
        assert set(pressroom.press_all(own_policy, range(4))) == {str(os.SCHED_IDLE).encode()}
    finally:
        pressroom.close()


def test_a_killed_worker_leaves_nobody_behind(tmp_path: Path) -> None:
    script = tmp_path / "busy.py"
    script.write_text(BUSY, encoding="utf-8")
    child = subprocess.Popen(
        [sys.executable, str(script)], stdout=subprocess.PIPE, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    assert child.stdout is not None
    helpers = [int(word) for word in child.stdout.readline().split()]
    assert helpers
    child.send_signal(signal.SIGKILL)
    # The pipe ends once nobody holds it any more.
    assert child.stdout.read() == b""
    child.wait()
    child.stdout.close()


PROGRAM = """
from activities import pressroom
from tests.credits.test_run_pressroom import own_id
print("loaded", flush=True)
if __name__ == "__main__":
    pressroom.press_all(own_id, range(8))
    pressroom.close()
"""


def test_the_processes_do_not_load_the_program_that_begins_them(tmp_path: Path) -> None:
    script = tmp_path / "program.py"
    script.write_text(PROGRAM, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    run = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, cwd=ROOT, env=environment, timeout=60, check=True
    )
    assert run.stdout.split() == ["loaded"]
