"""Rows of the bench report: what was measured, beside which floor, under which limit."""

import dataclasses
import datetime as dt
import json
import os
import platform
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

CORES_FOR_LIMITS = 4
"""Limits are ratios measured with everything on one machine; below four cores they say nothing."""

LATEST = Path(__file__).parent / "results" / "latest.json"


@dataclasses.dataclass(frozen=True, slots=True)
class Row:
    """One measurement. `ratio` is what `limit` bounds from above; None where there is nothing beside it."""

    name: str
    value: float
    unit: str
    floor: float | None = None
    ratio: float | None = None
    limit: float | None = None

    @property
    def verdict(self) -> str:
        """'' without a limit, else 'ok' or 'over'. A limit without a ratio bounds the value itself."""
        if self.limit is None:
            return ""
        return "ok" if (self.value if self.ratio is None else self.ratio) <= self.limit else "over"


def slower_than(name: str, value: float, unit: str, floor: float, limit: float | None = None) -> Row:
    """A row where less is better: the ratio is ours ÷ the floor's."""
    return Row(name, value, unit, floor, value / floor, limit)


def fewer_than(name: str, value: float, unit: str, peer: float, limit: float | None = None) -> Row:
    """A row where more is better: the ratio is the peer's ÷ ours."""
    return Row(name, value, unit, peer, peer / value, limit)


def cores() -> int:
    """Processor cores this process may use."""
    return len(os.sched_getaffinity(0))


def limits_held(rows: Sequence[Row], available_cores: int) -> list[Row]:
    """The same rows, their limits dropped where the machine is too small for them to mean anything."""
    if available_cores >= CORES_FOR_LIMITS:
        return list(rows)
    return [dataclasses.replace(row, limit=None) for row in rows]


def machine() -> dict[str, Any]:
    """What the figures were measured on. No host name: the report is committed."""
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return {
        "cores": cores(),
        "memory_gb": round(pages / 2**30, 1),
        "processor": _processor(),
        "python": platform.python_version(),
        "commit": _commit(),
        "load_before": round(os.getloadavg()[0], 2),
    }


def write(rows: Sequence[Row], about: dict[str, Any], at: dt.datetime, path: Path = LATEST) -> None:
    """Write `{machine, at, rows}`; the file is replaced whole, so a broken run leaves the last good one."""
    document = {
        "machine": about,
        "at": at.isoformat(timespec="seconds"),
        "rows": [_rounded(dataclasses.asdict(row)) for row in rows],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".tmp")
    draft.write_text(json.dumps(document, ensure_ascii=False, indent=2) + "\n")
    draft.replace(path)


def table(rows: Sequence[Row]) -> str:
    """The rows as a text table, numbers to the right."""
    head = ("name", "value", "unit", "floor", "ratio", "limit", "")
    body = [
        (
            row.name,
            _figure(row.value),
            row.unit,
            _figure(row.floor),
            _figure(row.ratio),
            _figure(row.limit),
            row.verdict,
        )
        for row in rows
    ]
    widths = [max(len(line[column]) for line in [head, *body]) for column in range(len(head))]
    left = {0, 2, 6}
    return "\n".join(
        "  ".join(
            cell.ljust(width) if column in left else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in [head, tuple("-" * width for width in widths), *body]
    )


def _figure(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.2f}"


def _rounded(row: dict[str, Any]) -> dict[str, Any]:
    return {key: round(value, 3) if isinstance(value, float) else value for key, value in row.items()}


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _commit() -> str:
    found = subprocess.run(
        ["git", "describe", "--always", "--dirty"],
        cwd=Path(__file__).parent,
        capture_output=True,
        text=True,
        check=False,
    )
    return found.stdout.strip() or "unknown"
