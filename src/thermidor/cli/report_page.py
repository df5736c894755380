"""`thermidor report`: a kept run or sweep as one page."""

from __future__ import annotations

from pathlib import Path


def write(folder: Path, out: Path | None) -> None:
    """Write the report of what is kept in `folder` and say where it is. Raises InputError."""
    from thermidor.reports.report import report

    print(report(folder, out))
