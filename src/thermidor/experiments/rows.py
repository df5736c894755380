"""The rows of a sweep's table: every member as it is planned, and as its block has lived it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pyarrow as pa

    from thermidor.experiments.plan import Plan

PLANNED, DONE, FAILED = "planned", "done", "failed"
"""Status of a member."""
ROWS = 50_000
"""Members that are planned at a time."""


def write_planned(path: Path, plan: Plan, columns: Mapping[str, str]) -> None:
    """Write the table of all members before any is lived; columns: outcomes and their kinds."""
    import pyarrow as pa
    import pyarrow.parquet as parquet

    aside, writer = path.with_name(f"{path.name}.partial"), None
    for first in range(0, plan.members, ROWS):
        known = pa.table(plan.columns(first, min(first + ROWS, plan.members)))
        table = joined(known, None, result_schema(columns))
        writer = writer or parquet.ParquetWriter(aside, table.schema, compression="zstd")
        writer.write_table(table)
    if writer is not None:
        writer.close()
    os.replace(aside, path)


def unlike(file: Any, plan: Plan, columns: Mapping[str, str]) -> str:
    """How a planned table (an open Parquet file) differs from its plan, in words; nothing where it does not."""
    import pyarrow as pa

    from thermidor.experiments.plan import same_levels

    if file.metadata.num_rows != plan.members:
        return "it does not hold all members"
    wanted = joined(pa.table(plan.columns(0, 1)), None, result_schema(columns)).schema
    if not file.schema_arrow.equals(wanted):
        differs = dict(zip(wanted.names, wanted.types, strict=True)).items() ^ dict(
            zip(file.schema_arrow.names, file.schema_arrow.types, strict=True)).items()  # fmt: skip
        return f"its columns are not those of the design: {', '.join(sorted({name for name, _ in differs}))[:120]}"
    first = 0
    for batch in file.iter_batches(batch_size=ROWS):
        for name, values in plan.columns(first, first + len(batch)).items():
            kept = batch.column(name).to_numpy(zero_copy_only=False)
            same = same_levels(kept, values) if values.dtype.kind == "f" else kept == values
            if not same.all():
                return f"member {first + int(np.argmin(same))} has another {name} than the design gives it"
        first += len(batch)
    return ""


def result_schema(columns: Mapping[str, str]) -> pa.Schema:
    """Columns that a block fills: the member, its status, outcomes, seconds, and what failed."""
    import pyarrow as pa

    kinds = {"float": pa.float64(), "str": pa.string()}
    found = [("member", pa.int64()), ("status", pa.string()), *((name, kinds[kind]) for name, kind in columns.items())]
    return pa.schema([*found, ("seconds", pa.float64()), ("failure_stage", pa.string()), ("failure", pa.string())])


def joined(known: pa.Table, lived: pa.Table | None, schema: pa.Schema | None = None) -> pa.Table:
    """Known columns of members beside what they came to; `lived` none: what stands there, or else planned."""
    import pyarrow as pa

    if lived is None and schema is None:
        return known
    for entry in lived.schema if lived is not None else schema or ():
        if entry.name == "member":
            continue
        if lived is not None:
            column = lived.column(entry.name)
        elif entry.name == "status":
            column = pa.array([PLANNED] * len(known), pa.string())
        else:
            column = pa.nulls(len(known), entry.type)
        at = known.schema.get_field_index(entry.name)
        known = known.append_column(entry.name, column) if at < 0 else known.set_column(at, entry.name, column)
    return known


def in_blocks(file: Any, block: int) -> Iterator[pa.Table]:
    """The rows of a file, so many at a time and never all at once."""
    import pyarrow as pa

    held = None
    for batch in file.iter_batches(batch_size=max(block, 1000)):
        rows = pa.Table.from_batches([batch])
        held = rows if held is None else pa.concat_tables([held, rows])
        while len(held) >= block:
            yield held.slice(0, block).combine_chunks()
            held = held.slice(block)
    if held is not None and len(held):
        yield held.combine_chunks()
