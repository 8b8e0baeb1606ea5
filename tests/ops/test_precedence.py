import os
import subprocess
import sys
from pathlib import Path

from ops.precedence import NICENESS, stand_back


def test_a_program_stands_back_with_its_session_and_what_it_starts() -> None:
    told = "import subprocess, sys; input(); subprocess.run([sys.executable, '-c', 'import os; print(os.nice(0))'])"
    with subprocess.Popen(
        [sys.executable, "-c", told],
        start_new_session=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as program:
        own, before = Path("/proc/self/autogroup"), os.nice(0)
        mine = own.read_text(encoding="ascii") if own.exists() else ""
        stand_back(program.pid)
        group = Path(f"/proc/{program.pid}/autogroup")
        theirs = group.read_text(encoding="ascii") if group.exists() else ""
        said, _ = program.communicate("\n")
    assert int(said) == NICENESS
    assert os.nice(0) == before
    assert not theirs or theirs.endswith(f"nice {NICENESS}\n")
    assert not mine or own.read_text(encoding="ascii") == mine


def test_who_has_ended_is_nobodys_trouble() -> None:
    with subprocess.Popen([sys.executable, "-c", ""], start_new_session=True) as program:
        program.wait()
    stand_back(program.pid)
