"""Kept series as xarray reads them: what is asked for, when it is used, with one message for what is damaged."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import xarray as xr
from xarray.backends import BackendArray
from xarray.core import indexing

from thermidor.experiments.refusals import damaged
from thermidor.experiments.series import BROKEN, DIMS, NAME


class Chunks(BackendArray):
    """An array on the disk."""

    def __init__(self, array: Any, folder: Path) -> None:
        self.array, self.folder, self.shape, self.dtype = array, folder, array.shape, array.dtype

    def __getitem__(self, key: indexing.ExplicitIndexer) -> Any:
        """Read a part. Raises InputError if its chunks are damaged."""
        return indexing.explicit_indexing_adapter(key, self.shape, indexing.IndexingSupport.OUTER, self._read)

    def _read(self, key: tuple[Any, ...]) -> Any:
        try:
            return self.array.oindex[key]
        except BROKEN as error:
            why = f"its series can't be read: {' '.join(str(error).split())[:120]}"
            raise damaged(self.folder / NAME, why, "run the sweep again") from None


def variable(array: Any, folder: Path) -> xr.Variable:
    """The series [member, month, variable], not read yet."""
    return xr.Variable(DIMS, indexing.LazilyIndexedArray(Chunks(array, folder)))
