"""Kept series of a sweep: one Zarr array [member, month, variable], float32, a chunk a block, checksummed."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from thermidor.experiments.refusals import damaged
from thermidor.runs.store import placing

if TYPE_CHECKING:
    from thermidor.experiments.plan import Plan

NAME, ARRAY = "series.zarr", "series"
DIMS = ("member", "month", "variable")
BROKEN = (OSError, ValueError, KeyError, TypeError, RuntimeError)
"""What Zarr raises for files that are gone, cut or changed."""


def create(folder: Path, plan: Plan, block: int) -> None:
    """Make the array for all members of a plan, with no chunk yet."""
    import zarr
    from zarr.codecs import BloscCodec, BloscShuffle, Crc32cCodec

    months = plan.months[:: plan.design.series_every]
    group = zarr.create_group(store=folder / NAME, zarr_format=3, attributes={ARRAY: list(plan.design.series)})
    days = months.astype("datetime64[D]").astype(np.int64)
    calendar: dict[str, Any] = {"units": "days since 1970-01-01", "calendar": "proleptic_gregorian"}
    group.create_array("month", data=days, dimension_names=("month",), attributes=calendar)
    group.create_array(
        ARRAY,
        shape=(plan.members, len(months), len(plan.series)),
        dtype="float32",
        chunks=(block, len(months), len(plan.series)),
        compressors=(BloscCodec(cname="zstd", clevel=3, shuffle=BloscShuffle.shuffle), Crc32cCodec()),
        fill_value=float("nan"),
        dimension_names=DIMS,
    )


def opened(folder: Path, manifest: Mapping[str, Any], mode: str = "r") -> Any:
    """The array of a sweep. Raises InputError if it is gone, can't be read, or is another's."""
    import zarr

    try:
        array: Any = zarr.open_group(folder / NAME, mode=mode, use_consolidated=False)[ARRAY]  # type: ignore[arg-type]
        shape, chunk = array.shape, array.chunks
    except BROKEN as error:
        why = f"it can't be read: {' '.join(str(error).split())[:120]}" if (folder / NAME).exists() else "it is gone"
        raise damaged(folder / NAME, why, "begin the sweep anew") from None
    if (shape[0], chunk[0], *shape[2:]) != (manifest["members"], manifest["block"], len(manifest["series"])):
        raise damaged(folder / NAME, "it is not of these members and variables", "begin the sweep anew")
    return array


def write(folder: Path, manifest: Mapping[str, Any], number: int, values: NDArray[np.float32]) -> None:
    """Write the series of a block [member, month, variable], on the disk before this returns.

    A chunk of members that all failed is not written. Raises InputError.
    """
    array, first = opened(folder, manifest, "r+"), number * int(manifest["block"])
    with placing(folder):
        array[first : first + len(values)] = values
        if (path := chunk_path(folder, number)).is_file():
            with open(path, "rb") as file:
                os.fsync(file.fileno())


def fault(folder: Path, manifest: Mapping[str, Any], number: int) -> str:
    """Why the series of a block can't be read, in words; nothing where they can. Raises InputError."""
    array, first = opened(folder, manifest), number * int(manifest["block"])
    if not chunk_path(folder, number).is_file():
        return f"the series of block {number} are gone"
    try:
        array[first : first + int(manifest["block"])]
    except BROKEN as error:
        return f"the series of block {number} can't be read: {' '.join(str(error).split())[:120]}"
    return ""


def chunk_path(folder: Path, number: int) -> Path:
    """The file of a block's series."""
    return folder / NAME / ARRAY / "c" / str(number) / "0" / "0"


def strays(folder: Path) -> list[Path]:
    """Files below the series that are none of theirs."""
    ours = {"zarr.json", "month/zarr.json", "month/c/0", f"{ARRAY}/zarr.json"}
    chunks = f"{ARRAY}/c/*/0/0"
    files = (file for file in sorted((folder / NAME).rglob("*")) if not file.is_dir())
    paths = (file.relative_to(folder / NAME) for file in files)
    return [folder / NAME / path for path in paths if path.as_posix() not in ours and not path.match(chunks)]
